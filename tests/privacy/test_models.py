"""What the database itself keeps: notices, consents and readings cannot be rewritten."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from govgrid.core.clock import now
from govgrid.privacy.models import AccessLog, Consent, Notice, RetentionRun
from tests.factories.accounts import UserFactory


@pytest.fixture
def reading(db):
    return AccessLog.objects.create(
        by=UserFactory(), model="tickets.Contact", row="7", fields=["phone"], reason="to call back"
    )


def refused(match):
    """The database says no, and the transaction around the statement lives on."""
    return pytest.raises(DatabaseError, match=match)


def test_a_reading_cannot_be_changed(reading):
    with refused("append-only"), transaction.atomic():
        AccessLog.objects.update(reason="never mind")
    with refused("append-only"), transaction.atomic():
        reading.delete()
    with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE privacy_accesslog")
    assert AccessLog.objects.get().reason == "to call back"


@pytest.mark.parametrize("fields", [{"reason": ""}, {"fields": []}])
def test_a_reading_has_a_reason_and_says_what(db, fields):
    good = {"by": UserFactory(), "model": "x.Y", "row": "1", "fields": ["a"], "reason": "because"}

    with pytest.raises(IntegrityError):
        AccessLog.objects.create(**good | fields)


def test_readings_are_found_by_row(reading):
    user = reading.by
    AccessLog.objects.create(
        by=user, model=user._meta.label, row=str(user.pk), fields=["x"], reason="r"
    )

    assert [log.row for log in AccessLog.objects.about(user)] == [str(user.pk)]


def test_a_retention_run_cannot_be_changed(db):
    RetentionRun.objects.create(name="x", count=1)

    with refused("append-only"), transaction.atomic():
        RetentionRun.objects.update(count=2)


def test_a_published_notice_cannot_be_changed(make_notice):
    notice = make_notice()
    Notice.objects.update(text="Better words.")
    Notice.objects.update(published_at=now())

    with refused("next version"), transaction.atomic():
        Notice.objects.update(text="Other words.")
    with refused("next version"), transaction.atomic():
        notice.delete()
    notice.refresh_from_db()
    assert notice.text == "Better words."


def test_a_version_exists_once(make_notice):
    make_notice()

    with pytest.raises(IntegrityError):
        make_notice()


def test_a_sensitive_notice_says_why_nothing_less_will_do(make_notice):
    make_notice(version=1, is_sensitive=True, necessity="Only so can we find the right speaker.")

    with pytest.raises(IntegrityError, match="notice_sensitive_says_why"):
        make_notice(version=2, is_sensitive=True)


@pytest.fixture
def published(make_notice):
    return make_notice(published_at=now())


def consent(notice, **fields):
    fields = {"channel": "site", "purpose_key": notice.key} | fields
    return Consent.objects.create(notice=notice, **fields)


@pytest.mark.parametrize("of_user", [True, False])
def test_a_consent_is_of_exactly_one(published, of_user):
    both = {"user": UserFactory(), "subject_ref": "abc"} if of_user else {}

    with pytest.raises(IntegrityError, match="consent_of_exactly_one"):
        consent(published, **both)


def test_an_empty_reference_is_nobody(published):
    with pytest.raises(IntegrityError, match="consent_of_exactly_one"):
        consent(published, subject_ref="")


@pytest.mark.parametrize("of_user", [True, False])
def test_one_consent_lives_per_person_and_purpose(published, of_user):
    who = {"user": UserFactory()} if of_user else {"subject_ref": "abc"}
    consent(published, **who)
    consent(published, subject_ref="another")

    with pytest.raises(IntegrityError, match="consent_one_live"), transaction.atomic():
        consent(published, **who)
    Consent.objects.filter(**who).update(withdrawn_at=now())
    consent(published, **who)
    assert Consent.objects.filter(**who).count() == 2


def test_a_consent_can_be_withdrawn_and_nothing_else(published):
    given = consent(published, subject_ref="abc")
    mine = Consent.objects.filter(pk=given.pk)

    for change in ({"channel": "paper"}, {"subject_ref": "xyz"}, {"withdrawn_at": None}):
        with refused("withdrawn and nothing else"), transaction.atomic():
            mine.update(**change)
    with refused("withdrawn and nothing else"), transaction.atomic():
        mine.update(withdrawn_at=now(), channel="paper")
    with refused("append-only"), transaction.atomic():
        given.delete()
    assert mine.update(withdrawn_at=now()) == 1
    for again in (None, now()):
        with refused("withdrawn and nothing else"), transaction.atomic():
            mine.update(withdrawn_at=again)


def test_a_consent_is_to_a_published_notice_of_its_purpose(make_notice, published):
    with refused("published notice"), transaction.atomic():
        consent(make_notice(version=2), subject_ref="abc")
    with refused("published notice"), transaction.atomic():
        consent(published, subject_ref="abc", purpose_key="advertising")
    assert not Consent.objects.exists()
