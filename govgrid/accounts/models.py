"""The person who signs in, and the tokens their programs use. Posts and roles live in grids."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth import get_backends
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.clock import now


class UserManager(BaseUserManager["User"]):
    """Names are kept as typed and compared without case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(
            username, password, **{**fields, "is_staff": True, "is_superuser": True}
        )


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who may sign in, by name or by work phone. What they may do is their posts' matter."""

    username = models.CharField(
        _("user name"),
        max_length=60,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Letters, digits and @ . + - _ only."),
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    # The phone of the post, not of the person: it is a way to sign in and is seen by colleagues.
    phone = models.CharField(
        _("work phone"),
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{5,20}\Z", _("Digits only, 5 to 20 of them."))],
    )
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may open the back office"), default=False)
    is_demo = models.BooleanField(_("demo login"), default=False)
    date_joined = models.DateTimeField(_("since"), default=now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_unique_without_case",
                violation_error_message=_("Somebody has this user name."),
            ),
            models.CheckConstraint(
                name="user_phone_is_digits",
                condition=models.Q(phone=None) | models.Q(phone__regex=r"^[0-9]{5,20}$"),
                violation_error_message=_("A phone number is 5 to 20 digits."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        # An empty string would collide with the next person who has no phone.
        self.phone = self.phone or None

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """What one may do with one row follows from posts, whoever runs the platform.

        Django would let a superuser sign for any department and open any sealed contact.
        """
        if obj is None:
            return super().has_perm(perm)
        asked = (one for one in get_backends() if hasattr(one, "has_perm"))
        return any(one.has_perm(self, perm, obj) for one in asked)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Scope(models.TextChoices):
    """What a token may do at most; its person's posts decide the rest."""

    READ = "read", pgettext_lazy("token", "read")
    FILE = "file", _("file tickets")
    ACT = "act", _("act on tickets")


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self) -> Self:
        """Neither revoked nor expired, and the person may still sign in."""
        return self.filter(revoked_at=None, expires_at__gt=now(), user__is_active=True)


class ApiToken(models.Model):
    """A program's key. Only its digest is kept, so a copy of the database opens nothing."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("user")
    )
    name = models.CharField(_("what it is for"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(_("begins with"), max_length=8, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=10, choices=Scope.choices), verbose_name=_("may")
    )
    created_at = models.DateTimeField(_("made"), default=now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.RESTRICT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    # A day is enough to see which keys are dead, and costs one write a day, not one a request.
    last_used_on = models.DateField(_("last used"), null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="api_token_has_scopes",
                condition=models.Q(scopes__len__gt=0)
                & models.Q(scopes__contained_by=[scope.value for scope in Scope]),
                violation_error_message=_("A token needs at least one of: read, file, act."),
            ),
            models.CheckConstraint(
                name="api_token_expires_after_it_is_made",
                condition=models.Q(expires_at__gt=models.F("created_at")),
                violation_error_message=_("The expiry must lie ahead."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def scope_words(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > now()
