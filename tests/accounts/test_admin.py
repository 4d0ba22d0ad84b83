import re

import pytest
from django.urls import reverse

from govgrid.accounts import actions
from govgrid.accounts.models import ApiToken, User
from tests.factories.accounts import UserFactory


@pytest.fixture
def admin(client, db):
    user = UserFactory(username="admin", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def test_a_token_is_issued_and_shown_once(client, admin):
    clerk = UserFactory()
    url = reverse("admin:accounts_apitoken_add")

    page = client.post(
        url, {"user": clerk.pk, "name": "bus", "scopes": ["read", "file"], "days": 7}
    )

    token = ApiToken.objects.get()
    plaintext = re.search(r"<code>([^<]+)</code>", page.content.decode()).group(1)
    assert actions.digest_of(plaintext) == token.digest
    assert (token.user, token.created_by, token.scopes) == (clerk, admin, ["file", "read"])
    for name in ("changelist", "change"):
        args = [token.pk] if name == "change" else []
        later = client.get(reverse(f"admin:accounts_apitoken_{name}", args=args)).content.decode()
        assert token.prefix in later
        assert token.digest not in later
        assert plaintext not in later


def test_what_is_wrong_with_a_token_is_said(client, admin):
    off = UserFactory(is_active=False)
    url = reverse("admin:accounts_apitoken_add")

    page = client.post(url, {"user": off.pk, "name": "bus", "scopes": ["read"], "days": 999})

    assert "may not sign in" in page.content.decode()
    assert not ApiToken.objects.exists()


def test_tokens_are_revoked_and_never_edited_or_deleted(client, admin):
    token, _plaintext = actions.issue_token(admin, by=admin, name="bus", scopes=["read"], days=7)
    url = reverse("admin:accounts_apitoken_changelist")

    client.post(url, {"action": "revoke", "_selected_action": [token.pk]})
    client.post(reverse("admin:accounts_apitoken_change", args=[token.pk]), {"name": "tram"})
    gone = client.post(reverse("admin:accounts_apitoken_delete", args=[token.pk]), {"post": "yes"})

    token.refresh_from_db()
    assert token.revoked_at is not None
    assert token.name == "bus"
    assert gone.status_code == 403


def test_people_are_added_and_listed_and_not_deleted(client, admin):
    secret = "another-long-password"
    fields = {"username": "new", "name": "New", "phone": "", "email": "", "usable_password": "true"}

    client.post(
        reverse("admin:accounts_user_add"), {**fields, "password1": secret, "password2": secret}
    )

    user = User.objects.get(username="new")
    assert user.check_password(secret)
    assert user.phone is None
    assert client.get(reverse("admin:accounts_user_changelist")).status_code == 200
    assert client.get(reverse("admin:accounts_user_change", args=[user.pk])).status_code == 200
    assert client.get(reverse("admin:accounts_user_delete", args=[user.pk])).status_code == 403


def test_a_lost_phone_is_an_administrators_matter(client, admin):
    user = UserFactory()
    actions.start_second_factor(by=user)

    client.post(
        reverse("admin:accounts_user_changelist"),
        {"action": "remove_second_factor", "_selected_action": [user.pk]},
    )

    assert not user.totpdevice_set.exists()
