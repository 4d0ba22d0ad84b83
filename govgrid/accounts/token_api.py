"""Getting and ending a token, and how both ways of signing in are written in the schema.

Apart from govgrid.accounts.api, which DRF itself imports while it is being imported.
"""

from typing import Any

from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from django_otp import user_has_device
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from govgrid.accounts import actions, lockout
from govgrid.accounts.api import BearerToken, BrowserSession
from govgrid.accounts.models import ApiToken, Scope
from govgrid.core.api import Body
from govgrid.core.errors import Refused


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


class TokenRequest(Body):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(
        max_length=1024, trim_whitespace=False, style={"input_type": "password"}
    )
    otp = serializers.CharField(
        max_length=16,
        required=False,
        help_text="Code of the second factor, for people who have turned it on.",
    )


class TokenAnswer(serializers.Serializer):
    token = serializers.CharField(help_text="Shown once; only its digest is kept.")
    expires_at = serializers.DateTimeField()


class TokenView(APIView):
    """Get a token for a user name and a password; end the token in use."""

    throttle_scope = "token"

    def get_authenticators(self) -> list[BaseAuthentication]:
        # Who asks for a token may still send the old one, which must not stand in the way.
        return [] if self._is_signing_in() else super().get_authenticators()

    def get_authenticate_header(self, request):
        return "Bearer"

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny()] if self._is_signing_in() else [_AnyToken()]

    def get_throttles(self) -> list[Any]:
        return [ScopedRateThrottle()] if self._is_signing_in() else []

    def _is_signing_in(self) -> bool:
        return getattr(self.request, "method", None) == "POST"

    @extend_schema(
        operation_id="auth_token_create",
        summary="Get a token",
        request=TokenRequest,
        responses={
            201: TokenAnswer,
            429: OpenApiResponse(description="Too many tries, or locked out."),
        },
        auth=[],
        tags=["auth"],
    )
    def post(self, request):
        form = TokenRequest(data=request.data)
        form.is_valid(raise_exception=True)
        user = self._signed_in(request, **form.validated_data)
        token, plaintext = actions.issue_token(
            user, by=user, name=actions.BY_PASSWORD, scopes=Scope.values, days=settings.TOKEN_DAYS
        )
        answer = TokenAnswer({"token": plaintext, "expires_at": token.expires_at})
        return Response(answer.data, status=status.HTTP_201_CREATED)

    def _signed_in(self, request, username, password, otp=""):
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
        summary="End the token in use",
        request=None,
        responses={204: None, 409: OpenApiResponse(description="Signed in without a token.")},
        tags=["auth"],
    )
    def delete(self, request):
        if not isinstance(request.auth, ApiToken):
            raise Refused("no_token", _("You are signed in without a token."))
        actions.revoke_token(request.auth, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class _AnyToken(BasePermission):
    """Whoever holds a token may end it, whatever its scopes."""

    def has_permission(self, request, view: Any):
        return bool(request.user and request.user.is_authenticated)
