"""The roster and the other pages of privacy: notices, consents taken back there, what is erased."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.urls import reverse

from govgrid.core import clock
from govgrid.privacy import erasure
from govgrid.privacy.absence import is_forbidden
from govgrid.privacy.actions import agree_again, withdraw_own
from govgrid.privacy.models import Consent, Erasure, Notice
from members import actions, invitesheet
from members.models import Member, Sealed
from members.retention_roster import erase_leavers
from members.workflow.roster import NEEDED, Purpose
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town
from tests.factories.joining import assess, giving
from tests.factories.members import AssociationFactory, MemberFactory, agree, notice

pytestmark = pytest.mark.django_db

NOTICES = Path(django_settings.BASE_DIR) / "members" / "data" / "notices.json"


@pytest.fixture(autouse=True)
def _erasures(tmp_path, settings):
    settings.ERASURE_LOG = tmp_path / "erasures.jsonl"


@pytest.fixture
def town():
    assess()
    return build_town()


def at_once():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


# ── notices ───────────────────────────────────────────────────────────────────────────────────


def test_r6_every_purpose_has_a_notice_that_says_it_all():
    said = {one["key"]: one for one in json.loads(NOTICES.read_text())}
    assert set(said) == set(Purpose)
    for one in said.values():
        assert one["purpose"]
        assert one["method"]
        assert one["fields_listed"]
        assert "处理者" in one["text"]
        assert bool(one["necessity"]) or not one["is_sensitive"]
    assert [key for key, one in said.items() if one["is_sensitive"]] == [Purpose.AFFILIATION]
    assert said[NEEDED]["retention_days"] == 15


def test_a_notice_speaks_to_whoever_reads_it_as_the_pages_do():
    assert "你" not in NOTICES.read_text()
    assert "您" in NOTICES.read_text()


def test_r10_nothing_that_must_not_exist_is_asked_for_imported_or_written():
    asked = [name for one in json.loads(NOTICES.read_text()) for name in one["fields_listed"]]
    imported = [*invitesheet.COLUMNS, *invitesheet.HEADINGS]
    assert not [one for one in (*asked, *imported, *actions.COPIED) if is_forbidden(one)]


def test_r29_the_sensitive_notice_waits_until_its_use_was_assessed(town, client):
    member = MemberFactory(area=town.communities[0])
    Notice.objects.create(
        key=Purpose.AFFILIATION, version=1, purpose="p", fields_listed=["x"], retention_days=15,
        text="t", is_sensitive=True, necessity="why",
    )  # fmt: skip
    body = AssociationFactory(area=town.district)
    client.force_login(member.user)
    assert b"Name an association" not in client.get(reverse("members:me")).content
    said = {"association": body.code, "agree": "on", "notice": "1"}
    assert client.post(reverse("members:me-affiliation"), said).status_code == 404


# ── consents taken back or renewed on the page of privacy ─────────────────────────────────────


def test_r4_taking_the_roster_back_on_another_page_is_leaving_as_well(town):
    member = MemberFactory(area=town.communities[0])
    withdraw_own(member.consent, by=member.user)
    at_once()
    member.refresh_from_db()
    assert (member.state, member.is_listed) == ("left", False)
    assert member.erase_on is not None


def test_each_other_switch_off_on_another_page_does_what_it_does_here(town):
    user = UserFactory()
    agree(user, Purpose.LISTED)
    member = MemberFactory(area=town.communities[0], user=user, is_listed=True)
    asked = notice(Purpose.AFFILIATION)
    actions.set_affiliation(member, AssociationFactory(area=town.district), asked.pk, by=user)
    for consent in Consent.objects.of(user=user).live().exclude(purpose_key=NEEDED):
        withdraw_own(consent, by=user)
    at_once()
    member.refresh_from_db()
    assert (member.state, member.is_listed) == ("active", False)
    assert Sealed.objects.get().affiliation is None


def test_r3_a_consent_renewed_on_another_page_carries_the_entry(town):
    member = MemberFactory(area=town.communities[0])
    newer = notice(method="another", asks_again=True)
    assert member.is_stale
    agree_again(NEEDED, newer.version, by=member.user)
    at_once()
    member.refresh_from_db()
    assert member.consent.notice == newer
    assert not member.is_stale
    assert member.state == "active"


# ── erased for good ───────────────────────────────────────────────────────────────────────────


def test_r25_what_a_restore_brings_back_is_erased_again(town, django_capture_on_commit_callbacks):
    user = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        member = actions.apply(giving(), area=town.communities[0], by=user)
        actions.leave(member, by=user)
        erase_leavers(clock.now() + timedelta(days=16), dry_run=False)
    member.refresh_from_db()
    assert member.name == ""
    assert Erasure.objects.filter(model="members.Member", row=str(member.pk)).count() == 1

    # As it was in an older backup: on the roster still, under the person's own login.
    consent = agree(user)
    Member.objects.filter(pk=member.pk).update(
        name="曾志远", display_name="曾**", state="applied", user=user, consent=consent,
        left_at=None, erase_on=None,
    )  # fmt: skip
    assert erasure.replay() >= 1
    member.refresh_from_db()
    assert (member.name, member.state) == ("", "left")
    assert member.user_id != user.pk


def test_who_is_erased_whole_is_erased_here_too(town):
    user = UserFactory(name="曾志远")
    member = actions.apply(giving(), area=town.communities[0], by=user)
    erasure.erase(user, by=user)
    at_once()
    member.refresh_from_db()
    assert (member.name, member.state) == ("", "left")
    assert not Sealed.objects.exists()
