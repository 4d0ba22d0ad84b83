"""Opening what is sealed, and agreeing."""

import base64

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection, transaction

from govgrid.core.clock import now
from govgrid.core.errors import Refused
from govgrid.privacy import actions
from govgrid.privacy.crypto import SealBroken, key_id_of
from govgrid.privacy.models import AccessLog, Consent
from tests.factories.accounts import UserFactory


def test_a_reading_is_on_record(letter):
    row = letter.objects.create(title="a", sender="李四", text="13812345678")
    by = UserFactory()

    opened = actions.reveal(
        letter.objects.get(),
        ["text", "sender"],
        by=by,
        reason="  to call   back ",
        case="YL-1",
        role="command",
        ip="192.0.2.7",
    )

    assert opened == {"text": "13812345678", "sender": "李四"}
    log = AccessLog.objects.get()
    assert (log.by, log.role, log.reason, log.case) == (by, "command", "to call back", "YL-1")
    assert (log.model, log.row, log.fields) == ("privacy.Letter", str(row.pk), ["text", "sender"])
    assert (log.ip, log.at <= now()) == ("192.0.2.7", True)


def test_what_is_not_there_is_left_out_but_the_reading_is_on_record(letter):
    row = letter.objects.create(title="a", text="x")

    assert actions.reveal(row, ["sender"], by=UserFactory(), reason="to call back") == {}
    assert AccessLog.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "   ", "abc", " a  b ", "\u200b" * 9, "......"])
def test_without_a_reason_nothing_is_opened(letter, reason):
    row = letter.objects.create(title="a", text="x")

    with pytest.raises(Refused) as refusal:
        actions.reveal(row, ["text"], by=UserFactory(), reason=reason)

    assert refusal.value.code == "reason_needed"
    assert not AccessLog.objects.exists()


def test_a_broken_seal_is_on_record_and_opens_nothing(letter):
    letter.objects.create(title="a", sender="李四", text="13812345678")
    with connection.cursor() as cursor:
        # The phone's seal is put where the name belongs.
        cursor.execute(f"UPDATE {letter._meta.db_table} SET sender = text")  # noqa: S608

    with pytest.raises(SealBroken):
        actions.reveal(letter.objects.get(), ["sender"], by=UserFactory(), reason="to call back")
    assert AccessLog.objects.count() == 1


def test_only_what_is_sealed_is_revealed(letter):
    row = letter.objects.create(title="a", text="x")

    with pytest.raises(TypeError, match="not sealed"):
        actions.reveal(row, ["title"], by=UserFactory(), reason="to call back")


@pytest.mark.django_db(transaction=True)
def test_a_reading_cannot_be_rolled_back():
    person = UserFactory()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        actions.reveal(person, [], by=person, reason="to call back")


def test_a_notice_is_published_once_and_by_an_administrator(make_notice):
    notice = make_notice()

    with pytest.raises(PermissionDenied):
        actions.publish_notice(notice, by=UserFactory())
    first = actions.publish_notice(notice, by=UserFactory(is_superuser=True)).published_at
    assert first
    assert actions.publish_notice(notice, by=None).published_at == first


@pytest.fixture
def notice(make_notice):
    return actions.publish_notice(make_notice(), by=None)


def test_agreeing_twice_is_one_consent(notice):
    person = UserFactory()

    first = actions.give_consent(notice, by=person, user=person, channel=Consent.Channel.SITE)
    second = actions.give_consent(notice, by=person, user=person, channel=Consent.Channel.PAPER)

    assert first == second
    assert (first.user, first.recorded_by, first.purpose_key) == (person, person, "roster")


def test_a_new_version_takes_the_old_ones_place(notice, make_notice):
    newer = actions.publish_notice(make_notice(version=2), by=None)
    old = actions.give_consent(notice, by=None, subject_ref="abc", channel=Consent.Channel.PAPER)
    other = actions.give_consent(notice, by=None, subject_ref="xyz", channel=Consent.Channel.PAPER)

    new = actions.give_consent(newer, by=None, subject_ref="abc", channel=Consent.Channel.SITE)

    old.refresh_from_db()
    assert old.withdrawn_at
    assert set(Consent.objects.live()) == {new, other}


def test_an_unpublished_notice_cannot_be_agreed_to(make_notice):
    with pytest.raises(Refused) as refusal:
        actions.give_consent(make_notice(), by=None, subject_ref="a", channel=Consent.Channel.SITE)

    assert refusal.value.code == "notice_not_published"
    assert not Consent.objects.exists()


def test_the_first_withdrawal_counts(notice):
    given = actions.give_consent(notice, by=None, subject_ref="a", channel=Consent.Channel.SITE)

    first = actions.withdraw_consent(given, by=None).withdrawn_at
    assert first
    assert actions.withdraw_consent(given, by=None).withdrawn_at == first


def test_sealing_anew_lets_an_old_key_go(letter, settings):
    old = settings.PRIVACY_KEYS
    letter.objects.create(title="a", sender=None, text="13812345678")
    letter.objects.create(title="b", sender="李四", text="x")
    new = "new:" + base64.b64encode(b"n" * 32).decode()
    settings.PRIVACY_KEYS = [new, *old]
    field = letter._meta.get_field("text")

    assert len(list(actions.reseal(field))) == 2
    assert list(actions.reseal(field)) == []

    settings.PRIVACY_KEYS = [new]
    row = letter.objects.get(title="a")
    assert key_id_of(row.text.data) == "new"
    opened = actions.reveal(row, ["text"], by=UserFactory(), reason="to call back")
    assert opened == {"text": "13812345678"}


def test_the_command_seals_every_sealed_column(db, capsys):
    call_command("reseal", verbosity=0)

    assert "tickets.Contact.phone: 0 sealed anew" in capsys.readouterr().out
