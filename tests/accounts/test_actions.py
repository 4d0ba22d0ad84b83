from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from govgrid.accounts import actions
from govgrid.accounts.models import ApiToken
from govgrid.core.clock import now
from govgrid.core.errors import Refused
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def issue(user, **changes):
    given = {"by": user, "name": "a program", "scopes": ["read"], "days": 30, **changes}
    return actions.issue_token(user, **given)


def test_a_token_is_kept_as_a_digest_only():
    token, plaintext = issue(UserFactory())

    token.refresh_from_db()
    assert len(plaintext) >= 40
    assert token.prefix == plaintext[:8]
    assert plaintext not in str(ApiToken.objects.values().get())
    assert token.expires_at - token.created_at == timedelta(days=30)


def test_an_administrator_may_issue_for_somebody_else():
    admin, clerk = UserFactory(is_superuser=True), UserFactory()

    token, _plaintext = issue(clerk, by=admin)

    assert token.user == clerk
    assert token.created_by == admin


def test_nobody_else_may_issue_or_revoke():
    clerk, other = UserFactory(), UserFactory(is_staff=True)
    token, _plaintext = issue(clerk)

    with pytest.raises(PermissionDenied):
        issue(clerk, by=other)
    with pytest.raises(PermissionDenied):
        actions.revoke_token(token, by=other)

    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.parametrize("days", [0, 367])
def test_a_token_lives_a_day_to_a_year(days):
    with pytest.raises(Refused) as refusal:
        issue(UserFactory(), days=days)

    assert refusal.value.code == "days_out_of_range"
    assert not ApiToken.objects.exists()


def test_somebody_switched_off_gets_no_token():
    with pytest.raises(Refused) as refusal:
        issue(UserFactory(is_active=False))

    assert refusal.value.code == "user_inactive"


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "everything"]])
def test_a_token_needs_scopes_that_exist(scopes):
    with pytest.raises(ValidationError):
        issue(UserFactory(), scopes=scopes)


def test_revoking_twice_keeps_the_first_time():
    token, _plaintext = issue(UserFactory())

    first = actions.revoke_token(token, by=token.user).revoked_at
    second = actions.revoke_token(token, by=token.user).revoked_at

    assert first == second
    assert first <= now()


def test_the_second_factor_counts_once_a_code_was_right():
    user = UserFactory()
    device = actions.start_second_factor(by=user)
    code = f"{totp(device.bin_key):06d}"

    assert actions.use_code(user, code) is None

    confirmed, codes = actions.confirm_second_factor(code, by=user)
    assert confirmed == device
    assert len(set(codes)) == 8
    assert TOTPDevice.objects.get().confirmed


def test_starting_over_forgets_the_secret_that_was_waiting():
    user = UserFactory()
    first = actions.start_second_factor(by=user)

    second = actions.start_second_factor(by=user)

    assert first.key != second.key
    assert TOTPDevice.objects.count() == 1


def test_a_backup_code_works_once_and_the_phone_does_not_wear_it_out():
    user = UserFactory()
    device = actions.start_second_factor(by=user)
    confirmed = actions.confirm_second_factor(f"{totp(device.bin_key):06d}", by=user)
    _device, codes = confirmed

    for wrong in ("000000", "111111", "222222"):
        assert actions.use_code(user, wrong) is None

    assert StaticDevice.objects.get().throttling_failure_count == 0
    assert actions.use_code(user, codes[0]) is not None
    assert actions.use_code(user, codes[0]) is None


def test_a_second_factor_is_not_replaced_in_passing():
    user = UserFactory()
    device = actions.start_second_factor(by=user)
    actions.confirm_second_factor(f"{totp(device.bin_key):06d}", by=user)

    with pytest.raises(Refused) as refusal:
        actions.start_second_factor(by=user)

    assert refusal.value.code == "second_factor_exists"


def test_only_the_person_or_an_administrator_removes_it():
    user, other, admin = UserFactory(), UserFactory(), UserFactory(is_superuser=True)
    device = actions.start_second_factor(by=user)
    actions.confirm_second_factor(f"{totp(device.bin_key):06d}", by=user)

    with pytest.raises(PermissionDenied):
        actions.remove_second_factor(user, by=other)
    assert TOTPDevice.objects.exists()

    actions.remove_second_factor(user, by=admin)
    assert not TOTPDevice.objects.exists()
    assert not StaticDevice.objects.exists()
