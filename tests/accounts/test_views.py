import re

import pytest
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from govgrid.accounts import actions
from govgrid.accounts.models import ApiToken, User
from tests.accounts.conftest import PASSWORD
from tests.factories.accounts import UserFactory

LOGIN = reverse("accounts:login")
CODE = reverse("accounts:code")


def sign_in(client, username="Worker", password=PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password, **more})


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.fixture
def device(worker):
    device = actions.start_second_factor(by=worker)
    device.confirmed = True
    device.save()
    return device


@pytest.mark.parametrize("name", ["Worker", "worker", "WORKER", " Worker ", "07175550105"])
def test_people_sign_in_by_name_in_any_case_or_by_phone(client, worker, name):
    response = sign_in(client, name)

    assert response.status_code == 302
    assert response.url == reverse("home:desk")
    assert is_signed_in(client)


def test_the_way_on_is_kept_and_leads_nowhere_else(client, worker):
    assert sign_in(client, next="/tickets/?q=a").url == "/tickets/?q=a"
    assert sign_in(client, next="https://elsewhere.example/").url == reverse("home:desk")


def test_a_wrong_password_says_how_many_tries_are_left(client, worker):
    response = sign_in(client, password="wrong")

    assert response.status_code == 200
    assert not is_signed_in(client)
    assert "4 more wrong tries" in response.content.decode()
    assert "wrong" not in re.findall(r'value="([^"]*)"', response.content.decode())


@pytest.mark.parametrize("username", ["nobody", "a\x00b", "x" * 5000, "王" * 151])
def test_a_name_that_cannot_be_is_just_wrong(client, worker, username):
    response = sign_in(client, username)

    assert response.status_code == 200
    assert not is_signed_in(client)


def test_somebody_switched_off_stays_outside(client, worker):
    User.objects.update(is_active=False)

    sign_in(client)

    assert not is_signed_in(client)


def test_five_wrong_passwords_lock_the_account_however_the_name_is_typed(client, worker):
    for name in ("worker", "WORKER", "07175550105", "Worker"):
        assert sign_in(client, name, "wrong").status_code == 200

    locked = sign_in(client, "wORKER", "wrong")
    then_right = sign_in(client)

    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "900"
    assert "15 minutes" in locked.content.decode()
    assert then_right.status_code == 429
    assert not is_signed_in(client)


@pytest.mark.parametrize("name", ["worker", "nobody"])
def test_the_count_does_not_tell_whether_a_name_exists(client, worker, name):
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in name)

    sign_in(client, name, "wrong")
    sign_in(client, name.upper(), "wrong")

    assert "2 more wrong tries" in sign_in(client, wide, "wrong").content.decode()


def test_a_success_ends_the_count(client, worker):
    for _try in range(4):
        sign_in(client, password="wrong")
    sign_in(client)
    client.logout()

    assert "4 more wrong tries" in sign_in(client, password="wrong").content.decode()


def test_demo_logins_are_buttons_only_in_the_demo(client, worker, settings):
    demo = UserFactory(username="street", is_demo=True)
    demo.set_password("govgrid-demo")
    demo.save()
    settings.DEMO = False
    assert "govgrid-demo" not in client.get(LOGIN).content.decode()
    client.post(LOGIN, {"demo": "street"})
    assert not is_signed_in(client)

    settings.DEMO = True
    page = client.get(LOGIN).content.decode()
    client.post(LOGIN, {"demo": "street"})

    assert "govgrid-demo" in page
    assert 'value="street"' in page
    assert 'value="Worker"' not in page
    assert is_signed_in(client)


def test_the_language_of_the_person_goes_along(client, worker):
    User.objects.update(language="zh-hant")

    assert sign_in(client).cookies["django_language"].value == "zh-hant"


def test_with_a_second_factor_the_password_is_half_the_way(client, worker, device):
    response = sign_in(client, next="/account/")

    assert response.url == CODE
    assert not is_signed_in(client)
    done = client.post(CODE, {"code": f"{totp(device.bin_key):06d}"})
    assert done.url == "/account/"
    assert is_signed_in(client)
    assert client.session["otp_device_id"] == device.persistent_id


def test_a_wrong_code_opens_nothing(client, worker, device):
    sign_in(client)

    response = client.post(CODE, {"code": "000000"})

    assert response.status_code == 200
    assert "This code is wrong" in response.content.decode()
    assert not is_signed_in(client)


def test_the_code_page_alone_leads_back(client, worker, device):
    assert client.post(CODE, {"code": f"{totp(device.bin_key):06d}"}).url == LOGIN


def test_half_a_sign_in_runs_out(client, worker, device, shift_clock):
    sign_in(client)
    shift_clock(minutes=6)

    assert client.post(CODE, {"code": f"{totp(device.bin_key):06d}"}).url == LOGIN
    assert not is_signed_in(client)


def test_a_backup_code_signs_in(client, worker, device):
    codes = actions.renew_backup_codes(by=worker)
    sign_in(client)

    client.post(CODE, {"code": codes[0].upper()})

    assert is_signed_in(client)


def test_the_admin_has_no_door_of_its_own(client, db):
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response.url == LOGIN + "?next=/admin/"


def test_signing_out_needs_a_post(client, worker):
    client.force_login(worker)

    assert client.get(reverse("accounts:logout")).status_code == 405
    assert is_signed_in(client)
    assert client.post(reverse("accounts:logout")).url == "/"
    assert not is_signed_in(client)


@pytest.mark.parametrize("name", ["account", "password", "second_factor_remove"])
def test_the_pages_about_oneself_need_a_sign_in(client, db, name):
    assert client.get(reverse(f"accounts:{name}")).url.startswith(LOGIN)


def test_name_and_language_can_be_changed(client, worker):
    client.force_login(worker)

    response = client.post(reverse("accounts:account"), {"name": "New name", "language": "en"})

    worker.refresh_from_db()
    assert (worker.name, worker.language) == ("New name", "en")
    assert response.cookies["django_language"].value == "en"


def test_what_nobody_may_set_about_themselves_is_ignored(client, worker):
    client.force_login(worker)

    client.post(
        reverse("accounts:account"),
        {"name": "New name", "language": "en", "is_staff": "on", "is_superuser": "on"},
    )

    worker.refresh_from_db()
    assert not worker.is_staff
    assert not worker.is_superuser


def test_a_new_password_must_be_good_and_keeps_this_browser(client, worker):
    sign_in(client)
    url = reverse("accounts:password")
    fields = {"old_password": PASSWORD, "new_password1": "12345", "new_password2": "12345"}

    weak = client.post(url, fields)
    assert weak.status_code == 200
    assert "too short" in weak.content.decode()

    good = "quite another thing"
    done = client.post(url, {**fields, "new_password1": good, "new_password2": good})
    assert done.url == reverse("accounts:account")
    assert client.get(reverse("accounts:account")).status_code == 200


def test_a_new_password_ends_the_tokens_of_the_old_one(client, worker):
    other = UserFactory(is_superuser=True)
    scopes = {"scopes": ["read"], "days": 30}
    actions.issue_token(worker, by=worker, name=actions.BY_PASSWORD, **scopes)
    given, _plain = actions.issue_token(worker, by=other, name="hotline", **scopes)
    theirs, _plain = actions.issue_token(other, by=other, name=actions.BY_PASSWORD, **scopes)
    sign_in(client)
    good = "quite another thing"

    client.post(
        reverse("accounts:password"),
        {"old_password": PASSWORD, "new_password1": good, "new_password2": good},
    )

    assert set(ApiToken.objects.live()) == {given, theirs}


def test_enrolling_shows_a_picture_and_ends_with_backup_codes(client, worker):
    client.force_login(worker)
    url = reverse("accounts:second_factor")

    client.post(url, {"start": "1"})
    page = client.get(url).content.decode()
    picture = client.get(reverse("accounts:picture"))
    device = TOTPDevice.objects.get()
    wrong = client.post(url, {"code": "000000"})
    device.refresh_from_db()
    assert not device.confirmed
    device.throttle_reset()
    right = client.post(url, {"code": f"{totp(device.bin_key):06d}"})

    assert reverse("accounts:picture") in page
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert "no-store" in picture.headers["Cache-Control"]
    assert "This code is wrong" in wrong.content.decode()
    assert len(re.findall(r"<li><code>", right.content.decode())) == 8
    assert client.get(reverse("accounts:picture")).status_code == 302


def test_removing_it_needs_the_password(client, worker, device):
    client.force_login(worker)
    url = reverse("accounts:second_factor_remove")

    assert "This is not your password" in client.post(url, {"password": "wrong"}).content.decode()
    assert TOTPDevice.objects.exists()
    client.post(url, {"password": PASSWORD})
    assert not TOTPDevice.objects.exists()


def test_new_backup_codes_need_the_password_too(client, worker, device):
    client.force_login(worker)
    url = reverse("accounts:backup_codes")

    assert "<code>" not in client.post(url, {"password": "wrong"}).content.decode()
    assert "<code>" in client.post(url, {"password": PASSWORD}).content.decode()


def test_tokens_are_listed_and_revoked_and_only_ones_own(client, worker):
    other = UserFactory()
    mine, _plain = actions.issue_token(worker, by=worker, name="mine", scopes=["read"], days=1)
    theirs, _plain = actions.issue_token(other, by=other, name="theirs", scopes=["read"], days=1)
    client.force_login(worker)

    page = client.get(reverse("accounts:account")).content.decode()
    assert mine.prefix in page
    assert theirs.prefix not in page

    client.post(reverse("accounts:token_revoke", args=[mine.pk]))
    refused = client.post(reverse("accounts:token_revoke", args=[theirs.pk]))
    assert refused.status_code == 404
    assert list(ApiToken.objects.live()) == [theirs]
