import secrets
from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from govgrid.accounts.actions import digest_of
from govgrid.accounts.models import ApiToken, Scope, User
from govgrid.core.clock import now, today


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = "!"  # nobody signs in with it


def bearer(user: User, *scopes: str) -> str:
    """The Authorization header of a live token that was used today already."""
    plaintext = secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        name="test",
        digest=digest_of(plaintext),
        prefix=plaintext[:8],
        scopes=list(scopes or Scope.values),
        expires_at=now() + timedelta(days=30),
        last_used_on=today(),
    )
    return f"Bearer {plaintext}"
