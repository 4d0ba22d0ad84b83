"""Every reading is on record, and the data officer hears of what is out of the way."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from govgrid.core import clock
from govgrid.core.clock import now
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.privacy import actions, alarms, holdings
from govgrid.privacy.models import AccessChain, AccessLog, Alarm, Consent
from govgrid.privacy.proofs import SecondFactorProof
from govgrid.privacy.queries import readings_about
from govgrid.privacy.tasks import link_readings
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(letter):
    return letter.objects.create(title="a", text="13812345678")


def reveal(row, by, **more):
    said = {"reason": "to call back", "case": "YL-1", "role": "command"} | more
    return actions.reveal(row, ["text"], by=by, **said)


# ── R16 ───────────────────────────────────────────────────────────────────────────────────────
def test_r16_a_fresh_second_factor_a_role_and_a_case(row):
    by = UserFactory()
    fresh = SecondFactorProof(by.pk, now() - timedelta(minutes=14))

    opened = reveal(row, by, needs_second_factor=True, proof=fresh)

    assert opened == {"text": "13812345678"}


@pytest.mark.parametrize(
    ("minutes", "whose"), [(16, "own"), (-1, "own"), (1, "another"), (None, "own")]
)
def test_r16_no_old_and_no_other_persons_code(row, minutes, whose):
    by = UserFactory()
    user = by if whose == "own" else UserFactory()
    proof = SecondFactorProof(user.pk, now() - timedelta(minutes=minutes)) if minutes else None

    with pytest.raises(Refused) as refusal:
        reveal(row, by, needs_second_factor=True, proof=proof)

    assert refusal.value.code == "second_factor_needed"
    assert not AccessLog.objects.exists()


def test_r16_without_a_case_or_a_role_nothing_is_opened(row):
    by = UserFactory()
    proof = SecondFactorProof(by.pk, now())

    with pytest.raises(Refused) as refusal:
        reveal(row, by, needs_second_factor=True, proof=proof, case=" ")
    assert refusal.value.code == "case_needed"
    with pytest.raises(PermissionDenied):
        reveal(row, by, needs_second_factor=True, proof=proof, role="")
    assert not AccessLog.objects.exists()


# ── R17 ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("action", ["search", "list", "export"])
def test_r17_lists_searches_and_exports_are_on_record(action):
    by, people = UserFactory(), UserFactory.create_batch(3)

    entry = actions.note_reading(
        by=by, model=Consent, rows=people, fields=["name", "phone"], action=action, case="YL-1",
        role="roster_admin", ip="192.0.2.7",
    )  # fmt: skip

    entry.refresh_from_db()
    assert (entry.by, entry.action, entry.model) == (by, action, "privacy.Consent")
    assert entry.rows == [str(one.pk) for one in people]
    assert (entry.row, entry.count, entry.fields) == ("", 3, ["name", "phone"])
    assert (entry.role, entry.case, entry.ip) == ("roster_admin", "YL-1", "192.0.2.7")


def test_r17_one_row_is_named_and_many_are_counted():
    by = UserFactory()

    one = actions.note_reading(by=by, model="members.Member", rows=[7], fields=["name"])
    many = actions.note_reading(by=by, model="members.Member", count=896, fields=["name"])
    none = actions.note_reading(by=by, model="members.Member", rows=[], fields=["name"])

    assert (one.row, one.rows, one.count) == ("7", [], 1)
    assert (many.row, many.rows, many.count) == ("", [], 896)
    assert none.count == 0


def test_r17_to_decrypt_asks_for_a_reason():
    by = UserFactory()

    with pytest.raises(Refused, match="why"):
        actions.note_reading(by=by, model="a.B", rows=[1], fields=["x"], action="decrypt")
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessLog.objects.create(by=by, model="a.B", row="1", fields=["x"], action="decrypt")
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessLog.objects.create(by=by, model="a.B", row="1", fields=[], action="list")


def test_r17_no_reading_is_changed_or_deleted():
    entry = actions.note_reading(by=UserFactory(), model="a.B", rows=[1], fields=["x"])
    rows = AccessLog.objects.filter(pk=entry.pk)

    for change in (lambda: rows.update(reason="else"), rows.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    # The nightly job's word does not open what is younger than three years.
    run("SELECT set_config('govgrid.retaining', 'on', true)")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.delete()


def test_r17_the_record_is_not_emptied():
    for table in ("privacy_accesslog", "privacy_accesschain", "privacy_alarm"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            run(f"TRUNCATE {table}")


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def held(monkeypatch):
    """A holding of "members.Member" 7 about whoever asks."""
    monkeypatch.setattr(holdings, "_holdings", {})
    holdings.register(
        "members.roster",
        holdings.Holding(
            "Roster", lambda _u: [{"Name": "x"}], lambda user: [("members.Member", user.pk)]
        ),
    )


def test_r17_the_person_finds_every_reading_of_the_own_rows(held):
    person, other, by = UserFactory(), UserFactory(), UserFactory()
    said = {"by": by, "model": "members.Member", "fields": ["name"]}
    alone = actions.note_reading(rows=[person.pk], **said)
    listed = actions.note_reading(rows=[other.pk, person.pk], **said)
    named = actions.note_reading(
        by=by, model="x.Y", count=1, subject=f"members.Member:{person.pk}", fields=["name"]
    )
    actions.note_reading(rows=[other.pk], **said)
    actions.note_reading(by=by, model="other.Model", rows=[person.pk], fields=["name"])

    assert list(readings_about(person)) == [named, listed, alone]
    assert listed in readings_about(other)


# ── the chain ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def three_days():
    """Readings of the day before yesterday, none of yesterday, one of today; linked."""
    by = UserFactory()
    for days in (2, 2, 0):
        at = clock.midnight(clock.today() - timedelta(days=days)) + timedelta(seconds=1)
        AccessLog.objects.create(
            by=by, model="a.B", row="1", fields=["x"], reason="to call back", at=at
        )
    actions.link_days()
    return list(AccessChain.objects.order_by("day"))


def test_r17_each_day_hangs_on_the_day_before(three_days):
    first, second = three_days

    assert (first.count, second.count) == (2, 0)
    assert (first.previous, second.previous) == ("", first.digest)
    assert second.day == clock.today() - timedelta(days=1)
    assert actions.link_days() == []
    assert actions.check_days() == []
    call_command("check_access_log")


def forge(sql):
    """As the owner of the tables can, in spite of all triggers."""
    tables = ("privacy_accesslog", "privacy_accesschain")
    run(
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables),
        sql,
        *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables),
    )


FORGERIES = {
    "changed": "UPDATE privacy_accesslog SET reason = 'else' WHERE id = {first}",
    "deleted": "DELETE FROM privacy_accesslog WHERE id = {first}",
    "moved": "UPDATE privacy_accesslog SET at = at + interval '1 day' WHERE id = {first}",
    "relinked": "UPDATE privacy_accesschain SET count = 1 WHERE count = 2",
}


@pytest.mark.parametrize("sql", FORGERIES.values(), ids=FORGERIES)
def test_r17_whoever_rewrites_a_day_in_the_database_is_found_out(three_days, officer, sql):
    first = AccessLog.objects.order_by("pk").first()
    forge(sql.format(first=first.pk))

    with pytest.raises(CommandError, match=f"Broken at {three_days[0].day}: the readings"):
        call_command("check_access_log")
    link_readings()
    link_readings()
    assert Alarm.objects.get().kind == Alarm.Kind.CHAIN
    assert Message.objects.get(recipient=officer).kind == "privacy-chain"


def test_r17_a_day_taken_out_of_the_chain_is_missed(three_days):
    forge("DELETE FROM privacy_accesschain WHERE count = 2")

    with pytest.raises(CommandError, match="does not hang on the day before"):
        call_command("check_access_log")


def test_r17_a_key_that_was_taken_out_is_said(three_days, settings):
    settings.PRIVACY_KEYS = ["new:" + "A" * 43 + "="]

    with pytest.raises(CommandError, match="not in PRIVACY_KEYS"):
        call_command("check_access_log")


def test_r17_no_link_is_changed(three_days):
    for change in (lambda: AccessChain.objects.update(count=9), AccessChain.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_r17_numbers_of_people_are_not_written_into_the_log(row):
    """For three years nobody could take them out of it again."""
    by = UserFactory()
    number = "13987654321"
    reveal(row, by, reason=f"call back {number}", case=f"YL-1 {number}")
    actions.note_reading(
        by=by, model=Consent, fields=["name"], action="export", reason=f"to tell {number}"
    )

    said = [one.reason + one.case for one in AccessLog.objects.all()]
    assert len(said) == 2
    assert not any(number in one for one in said)


def test_r17_who_read_a_request_is_found_by_who_made_it(client, officer):
    person = UserFactory()
    asked = actions.ask("explain", "Why am I here?", by=person)
    client.force_login(officer)

    client.get(f"/privacy/requests/{asked.pk}/")

    assert [one.by for one in readings_about(person)] == [officer]


# ── R18 ───────────────────────────────────────────────────────────────────────────────────────
def test_r18_the_twenty_first_opening_in_a_day_is_told_once(row, officer):
    by = UserFactory()
    for _each in range(alarms.MOST_A_DAY):
        reveal(row, by)
    assert not Alarm.objects.exists()

    reveal(row, by)
    reveal(row, by)
    reveal(row, UserFactory())

    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.about) == (Alarm.Kind.MANY, by)
    message = Message.objects.get(recipient=officer)
    assert message.kind == "privacy-many"
    assert message.params["who"] == by.name


def test_r18_yesterdays_do_not_count(row, shift_clock):
    by = UserFactory()
    shift_clock(days=-1)
    for _each in range(alarms.MOST_A_DAY):
        reveal(row, by)
    shift_clock(days=0)

    reveal(row, by)

    assert not Alarm.objects.exists()


@pytest.mark.parametrize(("case", "is_open"), [("", None), ("YL-1", False)])
def test_r18_an_opening_without_an_open_case_is_told_each_time(row, officer, case, is_open):
    by = UserFactory()

    reveal(row, by, case=case, is_case_open=is_open)
    reveal(row, by, case=case, is_case_open=is_open)

    assert Alarm.objects.filter(kind=Alarm.Kind.NO_CASE, about=by).count() == 2
    assert Message.objects.filter(recipient=officer, kind="privacy-no_case").count() == 2


def test_r18_an_alarm_stays_where_nobody_is_there_to_be_told(row):
    reveal(row, UserFactory(), case="")

    assert Alarm.objects.count() == 1
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Alarm.objects.all().delete()
