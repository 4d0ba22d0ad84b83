"""What changes about a person: tokens, second factor, language. Posts change in grids."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from govgrid.accounts.models import ApiToken, User
from govgrid.core.clock import now
from govgrid.core.errors import Refused

LONGEST_DAYS = 366
BACKUP_CODES = 8
# The name of a token that was given for a user name and a password.
BY_PASSWORD = "password"  # noqa: S105 a name
TOTP_DIGITS = 6
# Whoever it was is not said any more.
FORGOTTEN = "—"
# Names of the two devices of a person in django-otp's tables; people never see them.
PHONE, PAPER = "phone", "backup codes"


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


@transaction.atomic
def end_password_tokens(user: User, *, by: User | None) -> int:
    """End what the old password bought, or whoever had guessed it would stay; how many.

    Tokens that an administrator issued for a program go on.
    """
    _must_own_or_administer(by, user)
    bought = ApiToken.objects.live().filter(user=user, created_by=user, name=BY_PASSWORD)
    return bought.update(revoked_at=now())


def set_language(user: User, language: str, *, by: User | None) -> None:
    """Remember the language in which this person reads."""
    _must_own_or_administer(by, user)
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language


@transaction.atomic
def start_second_factor(*, by: User) -> TOTPDevice:
    """A fresh secret that counts for nothing until a code from it is confirmed."""
    user = User.objects.select_for_update().get(pk=by.pk)
    if TOTPDevice.objects.devices_for_user(user, confirmed=True).exists():
        raise Refused("second_factor_exists", _("Remove the present second factor first."))
    TOTPDevice.objects.devices_for_user(user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name=PHONE, confirmed=False)


@transaction.atomic
def confirm_second_factor(code: str, *, by: User) -> tuple[TOTPDevice, list[str]] | None:
    """Turn it on if ``code`` is right, and return it with the backup codes; None if it is wrong."""
    waiting = TOTPDevice.objects.devices_for_user(by, confirmed=False).select_for_update()
    device = waiting.first()
    if device is None:
        raise Refused("second_factor_not_started", _("Please begin again: nothing is waiting."))
    if not device.verify_token(code):
        return None
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    return device, renew_backup_codes(by=by)


@transaction.atomic
def use_code(user: User, code: str) -> Device | None:
    """The device that takes this code, or None. Asks the one that the code looks like.

    django_otp.match_token asks every device, and each sign-in by phone would then count as a
    failure of the backup codes, until they were locked on the day they are needed.
    """
    kind = TOTPDevice if len(code) == TOTP_DIGITS and code.isdecimal() else StaticDevice
    for device in kind.objects.devices_for_user(user, confirmed=True).select_for_update():
        if device.verify_token(code):
            return device
    return None


@transaction.atomic
def renew_backup_codes(*, by: User) -> list[str]:
    """Eight codes for the day the phone is lost; the old ones end."""
    StaticDevice.objects.devices_for_user(by).delete()
    device = StaticDevice.objects.create(user=by, name=PAPER, confirmed=True)
    codes = [StaticToken.random_token() for _number in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


@transaction.atomic
def remove_second_factor(user: User, *, by: User) -> None:
    """Password alone from now on. Also what an administrator does for a lost phone."""
    _must_own_or_administer(by, user)
    TOTPDevice.objects.devices_for_user(user).delete()
    StaticDevice.objects.devices_for_user(user).delete()


@transaction.atomic
def forget(user: User, *, by: None = None) -> bool:
    """Make the account say nothing of the person any more; whether there was anything to forget.

    The row stays, for what was done by it has a history. Who may ask for it is asked by
    govgrid.privacy, which alone calls this.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    username = f"erased-{user.pk}"
    if user.username == username:
        return False
    ApiToken.objects.filter(user=user).delete()
    TOTPDevice.objects.devices_for_user(user).delete()
    StaticDevice.objects.devices_for_user(user).delete()
    # The admin's own history names whom it changed.
    LogEntry.objects.filter(
        content_type__app_label="accounts", content_type__model="user", object_id=str(user.pk)
    ).delete()
    user.username, user.name, user.phone, user.email = username, FORGOTTEN, None, ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    return True
