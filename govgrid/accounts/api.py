"""How programs say who they are: bearer tokens, and sessions of the browser."""

from typing import Any

from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from django_otp import user_has_device
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from govgrid.accounts import actions, lockout
from govgrid.accounts.models import ApiToken, Scope, User
from govgrid.core.clock import today
from govgrid.core.errors import Refused


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
        token = (
            ApiToken.objects.live()
            .select_related("user")
            .filter(digest=actions.digest_of(plaintext))
            .first()
        )
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


class BearerTokenScheme(OpenApiAuthenticationExtension):
    target_class = BearerToken
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class BrowserSessionScheme(OpenApiAuthenticationExtension):
    target_class = BrowserSession
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


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


class _TokenRequest(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(
        max_length=1024, trim_whitespace=False, style={"input_type": "password"}
    )
    otp = serializers.CharField(
        max_length=16,
        required=False,
        help_text="Code of the second factor, for people who have turned it on.",
    )


class _TokenAnswer(serializers.Serializer):
    token = serializers.CharField(help_text="Shown once; only its digest is kept.")
    expires_at = serializers.DateTimeField()


class TokenView(APIView):
    """Get a token for a user name and a password; end the token in use."""

    throttle_scope = "token"

    def get_authenticators(self) -> list[BaseAuthentication]:
        # Who asks for a token may still send the old one, which must not stand in the way.
        return [] if self._is_signing_in() else super().get_authenticators()

    def get_authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self._is_signing_in() else [_AnyToken()]

    def get_throttles(self) -> list[Any]:
        return [ScopedRateThrottle()] if self._is_signing_in() else []

    def _is_signing_in(self) -> bool:
        return getattr(self.request, "method", None) == "POST"

    @extend_schema(
        operation_id="auth_token_create",
        request=_TokenRequest,
        responses={
            201: _TokenAnswer,
            429: OpenApiResponse(description="Too many tries, or locked out."),
        },
        auth=[],
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        form = _TokenRequest(data=request.data)
        form.is_valid(raise_exception=True)
        user = self._signed_in(request, **form.validated_data)
        token, plaintext = actions.issue_token(
            user, by=user, name="password", scopes=Scope.values, days=settings.TOKEN_DAYS
        )
        answer = _TokenAnswer({"token": plaintext, "expires_at": token.expires_at})
        return Response(answer.data, status=status.HTTP_201_CREATED)

    def _signed_in(self, request: Request, username: str, password: str, otp: str = "") -> User:
        username = lockout.canonical(username)
        # The plain request, since django-axes leaves its mark there for its middleware.
        plain = request._request
        user = authenticate(plain, username=username, password=password)
        if user is None:
            raise AuthenticationFailed(
                _("User name or password is wrong."), code="wrong_credentials"
            )
        if user_has_device(user) and not (otp and actions.use_code(user, otp)):
            raise PermissionDenied(
                _('Send the code of the second factor as "otp".'), code="otp_needed"
            )
        # Nobody logs in here, so axes does not see the success that ends its count.
        reset(ip=plain.axes_ip_address, username=username)
        return user

    @extend_schema(
        operation_id="auth_token_destroy",
        request=None,
        responses={204: None, 409: OpenApiResponse(description="Signed in without a token.")},
        tags=["auth"],
    )
    def delete(self, request: Request) -> Response:
        if not isinstance(request.auth, ApiToken):
            raise Refused("no_token", _("You are signed in without a token."))
        actions.revoke_token(request.auth, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class _AnyToken(BasePermission):
    """Whoever holds a token may end it, whatever its scopes."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated)
