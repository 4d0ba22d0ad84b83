"""What changes a consent: another purpose, a second thought."""

from collections import defaultdict

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from govgrid.core.clock import now
from govgrid.core.errors import Refused
from govgrid.privacy import actions, followers
from govgrid.privacy.models import Consent
from govgrid.privacy.queries import fresh_consent, newest_notice
from tests.factories.accounts import UserFactory

SITE = Consent.Channel.SITE


def agree(notice, person):
    return actions.give_consent(notice, by=person, user=person, channel=SITE)


@pytest.mark.parametrize(
    "change",
    [
        {"fields_listed": ["name", "phone", "photo"]},
        {"fields_listed": ["name"]},
        {"purpose": "To invite you, and to print a list."},
        {"method": "By telephone."},
        {"is_sensitive": True, "necessity": "Nothing less will do."},
    ],
)
def test_r3_a_changed_notice_asks_again(published, change, assessed):
    person = UserFactory()
    consent = agree(published(), person)
    assert fresh_consent(person, "roster") == consent

    newer = published(version=2, **change)

    assert newer.asks_again
    assert fresh_consent(person, "roster") is None
    assert list(Consent.objects.stale()) == [consent]
    assert Consent.objects.with_staleness().get().is_stale
    renewed = agree(newer, person)
    assert fresh_consent(person, "roster") == renewed
    assert not Consent.objects.stale().exists()


def test_r3_other_words_for_the_same_ask_nobody(published):
    person = UserFactory()
    consent = agree(published(), person)

    newer = published(
        version=2, text="We ask for your name, please.", purpose="To  invite you. ",
        fields_listed=["phone", "name"],
    )  # fmt: skip

    assert not newer.asks_again
    assert fresh_consent(person, "roster") == consent


def test_r3_what_changed_in_between_counts(published):
    person = UserFactory()
    agree(published(), person)
    published(version=2, method="By letter.")

    published(version=3, method="By letter.", text="Shorter.")

    assert fresh_consent(person, "roster") is None
    assert newest_notice("roster").version == 3


def test_r3_a_draft_and_another_purpose_ask_nobody(published, make_notice):
    person = UserFactory()
    consent = agree(published(), person)

    make_notice(version=2, method="By letter.")
    published(key="photos", fields_listed=["photo"])
    published(key="photos", version=2, fields_listed=["photo", "name"])

    assert fresh_consent(person, "roster") == consent


def test_r7_one_live_consent_for_each_purpose_and_none_for_two(published):
    person = UserFactory()
    roster, photos = published(), published(key="photos")
    agree(roster, person)
    agree(photos, person)

    assert Consent.objects.of(user=person).live().count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(
            notice=roster, purpose_key="roster", user=person, channel=SITE, given_at=now()
        )
    with pytest.raises(DatabaseError, match="of its own purpose"), transaction.atomic():
        Consent.objects.create(notice=roster, purpose_key="abroad", user=person, channel=SITE)


def test_r8_a_consent_changes_by_its_withdrawal_alone(published):
    consent = agree(published(), UserFactory())
    rows = Consent.objects.filter(pk=consent.pk)

    for change in ({"channel": "paper"}, {"given_at": now()}, {"user": UserFactory()}):
        with pytest.raises(DatabaseError, match="nothing else"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.delete()
    actions.withdraw_consent(consent, by=None)
    with pytest.raises(DatabaseError, match="nothing else"), transaction.atomic():
        rows.update(withdrawn_at=None)


@pytest.fixture
def followed(monkeypatch):
    """What was told of consents to "roster"."""
    told = []
    monkeypatch.setattr(followers, "_followers", defaultdict(list))
    monkeypatch.setattr(followers, "_renewals", defaultdict(list))
    followers.register("roster", lambda *said: told.append(("withdrawn", *said)))
    followers.register_renewal("roster", lambda *said: told.append(("renewed", *said)))
    return told


def test_r4_what_was_done_by_a_consent_ends_with_it_once(published, followed):
    person = UserFactory()
    old = agree(published(), person)
    new = agree(published(version=2, method="By letter."), person)
    # A newer version takes its place: nothing ends.
    assert followed == [("renewed", old, new, person)]

    actions.withdraw_own(new, by=person)
    actions.withdraw_consent(new, by=person)

    assert followed[1:] == [("withdrawn", new, person)]
    with pytest.raises(PermissionDenied):
        actions.withdraw_own(new, by=UserFactory())


def test_what_an_app_still_holds_by_a_consent_is_said_and_not_a_fault(published, monkeypatch):
    """The roster's rows are held by a consent: their constraint speaks at the very end."""
    person = UserFactory()
    consent = agree(published(), person)

    def hold(_consent, _by):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_user SET phone = 'none' WHERE id = %s", [person.pk])

    monkeypatch.setattr(followers, "_followers", defaultdict(list))
    followers.register("roster", hold)

    with pytest.raises(Refused) as refusal:
        actions.withdraw_own(consent, by=person)

    assert refusal.value.code == "still_used"
    assert Consent.objects.live().get() == consent


def test_agreeing_again_is_to_the_version_that_was_read(published):
    person = UserFactory()
    published()
    with pytest.raises(Refused) as refusal:
        actions.agree_again("roster", 1, by=person)
    assert refusal.value.code == "not_asked"

    agree(newest_notice("roster"), person)
    published(version=2, method="By letter.")
    with pytest.raises(Refused) as refusal:
        actions.agree_again("roster", 1, by=person)
    assert refusal.value.code == "newer_notice"

    assert actions.agree_again("roster", 2, by=person).notice.version == 2
    with pytest.raises(Refused):
        actions.agree_again("nothing", 1, by=person)
