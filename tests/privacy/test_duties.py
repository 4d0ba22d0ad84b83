"""What is owed beforehand and afterwards: assessments, processors, drills, and time."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from govgrid.core.clock import now, today
from govgrid.core.errors import Refused
from govgrid.privacy import actions, retention
from govgrid.privacy.models import (
    AccessLog,
    Alarm,
    Consent,
    ImpactAssessment,
    Processor,
    SubjectRequest,
)
from govgrid.privacy.queries import is_assessed
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
SENSITIVE = {"is_sensitive": True, "necessity": "Nothing less will do."}


# ── R29 ───────────────────────────────────────────────────────────────────────────────────────
def test_r29_nothing_sensitive_is_asked_for_unweighed(make_notice):
    notice = make_notice(**SENSITIVE)

    with pytest.raises(Refused) as refusal:
        actions.publish_notice(notice, by=None)

    assert refusal.value.code == "assessment_needed"
    notice.refresh_from_db()
    assert notice.published_at is None


def test_r29_what_was_weighed_may_be_published(make_notice, assessed):
    assert actions.publish_notice(make_notice(**SENSITIVE), by=None).published_at


def test_r29_an_assessment_holds_for_its_scope_and_its_time(assessed):
    assert is_assessed("roster")
    assert not is_assessed("members")
    assert not is_assessed("roster", on=assessed.review_on)
    assert not is_assessed("roster", on=assessed.signed_on - timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"document_hash": "g" * 64}, "assessment_names_a_document"),
        ({"document_hash": ""}, "assessment_names_a_document"),
        ({"review_on": today()}, "assessment_reviewed_later"),
    ],
)
def test_r29_an_assessment_names_its_document_and_its_review(changes, constraint):
    said = {
        "scope": "members", "signed_on": today(), "signed_by_name": "Office",
        "document_hash": "a" * 64, "review_on": today() + timedelta(days=365),
    }  # fmt: skip

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ImpactAssessment.objects.create(**said | changes)


def test_r33_a_contract_ends_after_it_began():
    with pytest.raises(IntegrityError, match="processor_ends_later"), transaction.atomic():
        Processor.objects.create(
            name="a", service="b", payload="c", contract_on=today(),
            until=today() - timedelta(days=1),
        )  # fmt: skip


# ── R31 ───────────────────────────────────────────────────────────────────────────────────────
def drill(first, last, **more):
    said = StringIO()
    options = [f"--{name}={value}" for name, value in more.items()]
    call_command("breach_drill", f"--from={first}", f"--to={last}", *options, stdout=said)
    return said.getvalue().splitlines()


def test_r31_one_command_says_whom_a_leak_concerns():
    by, other = UserFactory(), UserFactory()
    said = {"model": "members.Member", "by": by}
    actions.note_reading(rows=[7], fields=["name"], subject="accounts.User:3", **said)
    actions.note_reading(rows=[7, 8], fields=["name", "phone"], **said)
    actions.note_reading(by=other, model="tickets.Contact", rows=[1], fields=["phone"])
    actions.note_reading(count=896, fields=["name"], **said)
    AccessLog.objects.create(
        fields=["name"], reason="long ago", row="9", at=now() - timedelta(days=40), **said
    )

    lines = drill(today() - timedelta(days=1), today())

    assert [line.partition(";")[0] for line in lines[:-1]] == [
        "members.Member 7 accounts.User:3: name, phone",
        "members.Member 8 : name, phone",
        "tickets.Contact 1 : phone",
    ]
    assert "read 2×" in lines[0]
    assert lines[-1] == ("3 records, 1 people known by login; 1 lists that name no records.")
    assert len(drill(today(), today(), model="tickets.Contact")) == 2
    # Far away there is nothing.
    assert drill("2020-01-01", "2020-01-31") == [
        "0 records, 0 people known by login; 0 lists that name no records."
    ]


def test_r31_a_wrong_period_is_said():
    with pytest.raises(CommandError, match="is no day"):
        drill("yesterday", today())
    with pytest.raises(CommandError, match="before --from"):
        drill(today(), today() - timedelta(days=1))


# ── R24 ───────────────────────────────────────────────────────────────────────────────────────
LONG = timedelta(days=3 * 366 + 2)
OWN = ("privacy.reading", "privacy.alarm", "privacy.request", "privacy.consent")


@pytest.fixture
def old_and_new(published, officer):
    """Of each kind one that is older than three years and one that is not."""
    notice = published()
    for at in (now() - LONG, now() - timedelta(days=3 * 365)):
        person = UserFactory()
        AccessLog.objects.create(by=person, model="a.B", row="1", fields=["x"], reason="why", at=at)
        Alarm.objects.create(kind="many", fact=f"many {at}", at=at)
        Consent.objects.create(
            notice=notice, purpose_key="roster", user=person, channel="site", given_at=at,
            withdrawn_at=at,
        )  # fmt: skip
        SubjectRequest.objects.create(
            user=person, recorded_by=person, kind="see", due_on=at.date(), asked_at=at,
            answered_at=at, answered_by=officer, answer="Done.",
        )  # fmt: skip


def ran(*, dry_run=False):
    return {one.name: one.erased for one in retention.run(dry_run=dry_run) if one.name in OWN}


def test_r24_three_years_are_kept_and_no_day_more(old_and_new):
    assert ran(dry_run=True) == dict.fromkeys(OWN, 1)
    assert ran() == dict.fromkeys(OWN, 1)
    assert ran() == dict.fromkeys(OWN, 0)

    kinds = (AccessLog, Alarm, Consent, SubjectRequest)
    assert [kind.objects.count() for kind in kinds] == [1, 1, 1, 1]


def test_r24_after_the_job_nothing_is_deleted_either(old_and_new):
    ran()

    for kind in (AccessLog, Alarm, Consent, SubjectRequest):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            kind.objects.all().delete()


def test_r24_a_clock_that_was_moved_forward_erases_nothing(old_and_new, shift_clock):
    ran()
    shift_clock(days=3000)

    assert ran() == dict.fromkeys(OWN, 0)


def test_r24_the_chain_holds_after_its_readings_are_forgotten():
    by = UserFactory()
    AccessLog.objects.create(
        by=by, model="a.B", row="1", fields=["x"], reason="why", at=now() - LONG
    )
    actions.link_days()
    assert actions.check_days() == []

    assert ran()["privacy.reading"] == 1

    assert actions.check_days() == []
    call_command("check_access_log")


def test_r24_a_live_consent_and_an_open_request_are_never_too_old(published):
    person = UserFactory()
    Consent.objects.create(
        notice=published(), purpose_key="roster", user=person, channel="site", given_at=now() - LONG
    )
    SubjectRequest.objects.create(
        user=person, recorded_by=person, kind="see", due_on=today(), asked_at=now() - LONG
    )

    assert ran(dry_run=True) == dict.fromkeys(OWN, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('govgrid.retaining', true)")
        assert cursor.fetchone()[0] in {"", None}
