"""Signing in by user name or by work phone. Permissions are asked elsewhere (govgrid.permissions)."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from govgrid.accounts.models import User


def find(identifier: str) -> User | None:
    """Whoever signs in by this; a name goes before a phone, so a phone can never shadow a name."""
    # PostgreSQL refuses NUL, and no name is this long: such input is wrong, not an error.
    if "\x00" in identifier or len(identifier) > 150:
        return None
    by_name = User.objects.filter(username__iexact=User.normalize_username(identifier)).first()
    return by_name or User.objects.filter(phone=identifier).first()


# What upper apps want to know of whoever is signed in, read in one statement with the person.
_along: dict[str, Any] = {}


def ask_along(name: str, expression: Any) -> None:
    """Call from ``AppConfig.ready``: ``request.user`` then carries ``name``, as it was when the
    request began."""
    _along[name] = expression


class NameOrPhone(ModelBackend):
    """Says who somebody is, and nothing about what they may do."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.annotate(**_along).filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        user = find(username)
        if user is None:
            # As slow as a wrong password, or the time of an answer would tell which names exist.
            make_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return False
