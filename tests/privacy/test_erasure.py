"""R22, R25: gone is gone, and no backup brings it back."""

import json
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from govgrid.accounts.models import ApiToken, User
from govgrid.core.clock import now
from govgrid.core.errors import Refused
from govgrid.outbox import actions as outbox
from govgrid.outbox.models import Message
from govgrid.privacy import actions, erasure, holdings
from govgrid.privacy.models import Erasure, Processor, SubjectRequest
from govgrid.privacy.tasks import retain
from tests.factories.accounts import UserFactory, bearer
from tests.factories.grids import PostFactory, build_town, holder

NAME, PHONE, MAIL = "欧阳不二", "13987654321", "ouyang@example.org"


@pytest.fixture(autouse=True)
def _own_log(erasure_log):
    """Each test with a record of its own."""


@pytest.fixture
def person(db):
    user = UserFactory(username="ouyang", name=NAME, phone=PHONE, email=MAIL)
    bearer(user)
    return user


@pytest.fixture
def erase(django_capture_on_commit_callbacks):
    def run(user, by=None):
        with django_capture_on_commit_callbacks(execute=True):
            return erasure.erase(user, by=by)

    return run


def everything():
    """All rows of all tables as text, as a dump has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename <> 'spatial_ref_sys'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for name in tables:
            cursor.execute(f'SELECT t::text FROM "{name}" t')  # noqa: S608
            found += [row for (row,) in cursor.fetchall()]
    return "\n".join(found)


def test_r22_after_an_erasure_no_row_names_the_person(person, erase, officer):
    outbox.owe(
        recipients=[person, officer], kind="privacy-many", url="/",
        params={"who": NAME, "count": 20, "day": "2026-11-29"}, fact="x",
    )  # fmt: skip
    assert NAME in everything()

    assert erase(person, by=person) > 0

    left = everything()
    for plain in (NAME, PHONE, MAIL, "ouyang"):
        assert plain not in left
    person = User.objects.get(pk=person.pk)
    assert not person.is_active
    assert not person.has_usable_password()
    assert not ApiToken.objects.exists()
    # What others were told stays, without the name.
    message = Message.objects.get()
    assert (message.recipient, message.params["who"]) == (officer, "—")


def test_r22_erasing_again_finds_nothing(person, erase):
    assert erase(person) > 0
    assert erase(person) == 0


def test_r22_who_holds_a_post_hands_it_over_first(db, erase):
    worker = holder("grid_worker", area=build_town().grids[0])

    with pytest.raises(Refused) as refusal:
        erase(worker)

    assert refusal.value.code == "holds_a_post"
    assert not Erasure.objects.exists()


def test_r22_nobody_erases_another_but_the_data_officer(person, erase, officer):
    # Nor he by himself: somebody asks, see below.
    for stranger in (UserFactory(is_superuser=True), officer):
        with pytest.raises(PermissionDenied):
            erase(person, by=stranger)
    asked = actions.ask("delete", "All.", by=person)
    with pytest.raises(PermissionDenied):
        erasure.erase_as_asked(asked, by=UserFactory(is_superuser=True))
    assert erasure.erase_as_asked(asked, by=officer) > 0

    other = UserFactory()
    assert erase(other, by=other) > 0


def test_r22_every_app_forgets(person, erase, monkeypatch):
    told = []
    monkeypatch.setattr(holdings, "_holdings", dict(holdings._holdings))
    holdings.register(
        "members.roster",
        holdings.Holding(
            "Roster", lambda _u: [], lambda user: [("members.Member", user.pk)],
            lambda user, at: told.append((user.name, at)) or 1,
        ),
    )  # fmt: skip

    erase(person)

    # While the account still has its name.
    assert told[0][0] == NAME
    assert set(Erasure.objects.values_list("model", flat=True)) == {
        "accounts.User", "members.Member"
    }  # fmt: skip


# ── beside the database ───────────────────────────────────────────────────────────────────────
def test_r25_the_record_lies_beside_the_database_and_names_nobody(person, erase, erasure_log):
    erase(person)

    text = erasure_log.read_text()
    assert erasure_log.stat().st_mode & 0o777 == 0o600
    for plain in (NAME, PHONE, MAIL, "ouyang"):
        assert plain not in text
    [line] = [json.loads(line) for line in text.splitlines()]
    row = Erasure.objects.get()
    assert (line["uid"], line["subject"]) == (str(row.uid), row.subject)
    assert (line["model"], line["row"]) == ("accounts.User", str(person.pk))


@pytest.mark.django_db(transaction=True)
def test_r25_what_is_rolled_back_was_not_erased(erasure_log):
    user = UserFactory(name=NAME)

    with transaction.atomic():
        erasure.erase(user, by=None)
        transaction.set_rollback(True)

    assert not erasure_log.exists()
    assert User.objects.get().name == NAME


def test_r25_a_crash_before_the_line_was_written_is_made_good(person, erasure_log):
    erasure.erase(person, by=None)  # the commit of a test never comes
    assert not erasure_log.exists()

    retain()
    retain()

    assert len(erasure_log.read_text().splitlines()) == 1
    assert erasure.sync() == 0


def test_r25_a_torn_line_spoils_no_other(person, erase, erasure_log):
    erasure_log.write_bytes(b'{"uid": "3f')
    erase(person)

    assert [one.model for one in erasure.lines()] == ["accounts.User"]
    assert len(erasure_log.read_text().splitlines()) == 2


def restored(person):
    """As a backup of yesterday has the person."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE privacy_erasure DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM privacy_erasure")
        cursor.execute("ALTER TABLE privacy_erasure ENABLE TRIGGER USER")
    User.objects.filter(pk=person.pk).update(
        username="ouyang", name=NAME, phone=PHONE, email=MAIL, is_active=True
    )


@pytest.fixture
def immediate(db):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_r25_a_replay_erases_again(person, erase, erasure_log, immediate):
    erase(person)
    before = list(Erasure.objects.values_list("uid", flat=True))
    lines = erasure_log.read_text()
    restored(person)
    others = UserFactory.create_batch(3)

    assert erasure.replay() > 0
    assert erasure.replay() == 0

    assert NAME not in everything()
    assert list(Erasure.objects.values_list("uid", flat=True)) == before
    assert erasure_log.read_text() == lines
    assert all(User.objects.get(pk=one.pk).is_active for one in others)


def test_r25_a_post_that_the_backup_brings_back_keeps_nobody(erase, immediate):
    user = UserFactory(name=NAME)
    erase(user)
    restored(user)
    PostFactory(user=user, role="grid_worker", area=build_town().grids[0])

    assert erasure.replay() > 0
    assert not User.objects.get(pk=user.pk).is_active


def test_r25_the_next_person_of_the_same_number_is_left_alone(person, erase, immediate):
    """After a restore numbers are given out a second time."""
    erase(person)
    restored(person)
    User.objects.filter(pk=person.pk).update(date_joined=now() + timedelta(seconds=1))

    assert erasure.replay() == 0
    assert User.objects.get(pk=person.pk).is_active


@pytest.fixture
def rows(monkeypatch):
    """Processors stand for records that are erased one by one."""
    monkeypatch.setattr(erasure, "_rows", {})
    erasure.register_rows(
        "privacy.Processor",
        erasure.Rows(lambda row: row.service, lambda found, _at: found.update(name="—")),
    )


def test_r25_single_records_are_erased_again(rows, person, django_capture_on_commit_callbacks):
    said = {"contract_on": now().date(), "payload": "number"}
    one = Processor.objects.create(name="one", service="a", **said)
    other = Processor.objects.create(name="other", service="b", **said)
    with django_capture_on_commit_callbacks(execute=True):
        erasure.note(one, by=None, user=person)
        erasure.note(other, by=None)
    # Number and all the same, but another record.
    Processor.objects.filter(pk=other.pk).update(service="c")

    assert erasure.replay() == 1

    assert Processor.objects.get(pk=one.pk).name == "—"
    assert Processor.objects.get(pk=other.pk).name == "other"
    # A line of one record does not erase the whole person.
    assert User.objects.get(pk=person.pk).is_active


@pytest.mark.parametrize(
    "spoilt",
    [
        {"row": "no number"}, {"row": ["1"]}, {"row": "1" * 80}, {"row": "\x00"}, {"subject": {}},
        {"mark": None}, {"at": "2026-01-01T00:00:00"}, {"at": 7}, {"by": ["1"]}, {"uid": 7},
    ],
)  # fmt: skip
def test_r25_a_spoilt_line_keeps_nobody_from_being_erased_again(
    rows, person, erase, erasure_log, immediate, spoilt
):
    erase(person)
    [line] = erasure_log.read_text().splitlines()
    bad = json.loads(line) | {"model": "privacy.Processor", "mark": "m", "uid": str(uuid4())}
    erasure_log.write_text(f"{json.dumps(bad | spoilt)}\n[]\n{line}\n")
    restored(person)

    assert erasure.replay() > 0
    assert NAME not in everything()


def test_r25_the_record_is_append_only(person, erase):
    erase(person)

    for change in (lambda: Erasure.objects.update(row="1"), Erasure.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_r26_what_one_officer_recorded_another_carries_out(person, officer):
    second = holder("data_officer", area=officer.posts.get().area)
    asked = actions.ask("delete", "All.", by=officer, user=person)

    for act in (erasure.erase_as_asked, partial(actions.answer, text="Done.")):
        with pytest.raises(Refused) as refusal:
            act(asked, by=officer)
        assert refusal.value.code == "second_officer"
    rows = SubjectRequest.objects.filter(pk=asked.pk)
    done = {"answered_at": now(), "answered_by": officer, "answer": "Done."}
    with pytest.raises(IntegrityError, match="erased_by_a_second"), transaction.atomic():
        rows.update(**done)
    person.refresh_from_db()
    assert person.name == NAME

    assert erasure.erase_as_asked(asked, by=second) > 0
    asked.refresh_from_db()
    assert (asked.recorded_by, asked.answered_by) == (officer, second)


def test_r26_what_is_not_done_or_no_erasure_needs_no_second_officer(person, officer):
    asked = actions.ask("delete", "All.", by=officer, user=person)
    assert actions.refuse(asked, "A post is held.", by=officer).refused_reason
    for kind in ("see", "correct", "object"):
        asked = actions.ask(kind, "This.", by=officer, user=person)
        assert actions.answer(asked, "Done.", by=officer).answer
    paper = actions.ask("delete", "All.", by=officer, subject_ref="P-7")
    with pytest.raises(Refused):
        actions.answer(paper, "Done.", by=officer)


def test_r26_what_was_asked_is_answered_and_done(
    person, officer, django_capture_on_commit_callbacks
):
    asked = actions.ask("delete", f"All of {NAME}, {PHONE}.", by=person)
    earlier = actions.ask("explain", f"Why is {NAME} here?", by=person)
    actions.refuse(earlier, f"{NAME} was told.", by=officer)
    waiting = actions.ask("correct", f"{NAME} is right.", by=person)

    with django_capture_on_commit_callbacks(execute=True):
        assert erasure.erase_as_asked(asked, by=officer) > 0

    asked.refresh_from_db()
    assert asked.answered_by == officer
    assert Erasure.objects.filter(requested_by=officer, model="accounts.User").count() == 1
    # That it was asked and answered stays, in nobody's words.
    earlier.refresh_from_db()
    waiting.refresh_from_db()
    assert (earlier.text, earlier.refused_reason, earlier.answer) == ("—", "—", "")
    assert (waiting.text, waiting.is_open) == ("—", True)
    left = everything()
    assert NAME not in left
    assert PHONE not in left
    assert erasure.erase(person, by=None) == 0
