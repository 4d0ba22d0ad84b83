"""How programs say who they are: bearer tokens, and sessions of the browser."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from govgrid.accounts import actions, queries
from govgrid.accounts.models import ApiToken, Scope, User
from govgrid.core.clock import today


class BearerToken(BaseAuthentication):
    """Authorization: Bearer <token>. One query, by digest."""

    keyword = b"bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword:
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Send: Bearer, a space, the token."), "invalid_token")
        plaintext = parts[1].decode("latin-1")
        token = queries.live_token(actions.digest_of(plaintext))
        if token is None:
            raise AuthenticationFailed(
                _("This token is unknown, expired or revoked."), "invalid_token"
            )
        self._note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        # Without this header DRF would answer 403 where 401 is meant.
        return "Bearer"

    def _note_use(self, token: ApiToken) -> None:
        if token.last_used_on != today():
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today())


class BrowserSession(SessionAuthentication):
    """The session of the pages; every unsafe request needs the CSRF token."""


class SignedInWithScope(BasePermission):
    """Somebody, and with a token whose scopes reach this far. A session reaches everywhere.

    Reading needs "read", creating "file", all else "act"; a view says otherwise by ``scope_needed``.
    """

    message = _("This token does not reach that far.")
    code = "scope_missing"

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        if not isinstance(request.auth, ApiToken):
            return True
        return self.scope(request, view) in request.auth.scopes

    def scope(self, request: Request, view: Any) -> str:
        if said := getattr(view, "scope_needed", None):
            return said
        if request.method in SAFE_METHODS:
            return Scope.READ
        return Scope.FILE if getattr(view, "action", None) == "create" else Scope.ACT
