"""Tokens are given and taken here; language and second factor are plain settings of a person."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from govgrid.accounts.models import ApiToken, User
from govgrid.core.clock import now
from govgrid.core.errors import Refused

LONGEST_DAYS = 366


def digest_of(plaintext: str) -> str:
    # The token has 256 bits of its own, so a plain hash is enough and costs a request nothing.
    return hashlib.sha256(plaintext.encode()).hexdigest()


def _must_own_or_administer(by: User | None, user: User) -> None:
    if by is None or by == user or (by.is_superuser and by.is_active):
        return
    raise PermissionDenied


@transaction.atomic
def issue_token(
    user: User, *, by: User | None, name: str, scopes: Iterable[str], days: int
) -> tuple[ApiToken, str]:
    """Make a token for ``user`` and return it with its plain text, which is never seen again.

    Refused for a person who may not sign in and for a life outside 1 to 366 days.
    """
    _must_own_or_administer(by, user)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise Refused("user_inactive", _("This person may not sign in."))
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused("days_out_of_range", _("A token lives between 1 and 366 days."))
    plaintext = secrets.token_urlsafe(32)
    made_at = now()
    token = ApiToken(
        user=user,
        name=name,
        digest=digest_of(plaintext),
        prefix=plaintext[:8],
        scopes=sorted(set(scopes)),
        created_at=made_at,
        created_by=by,
        expires_at=made_at + timedelta(days=days),
    )
    token.full_clean()
    token.save()
    return token, plaintext


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User | None) -> ApiToken:
    """End a token for good. Again is harmless; the first time stays."""
    _must_own_or_administer(by, token.user)
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
    return token
