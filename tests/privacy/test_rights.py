"""R26: what a person may ask, how soon it is answered, and where to complain."""

from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.privacy import actions
from govgrid.privacy.models import Alarm, SubjectRequest
from govgrid.privacy.tasks import watch_requests
from govgrid.worktime.queries import calendar
from tests.factories.accounts import UserFactory

Kind = SubjectRequest.Kind
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", Kind)
def test_r26_every_right_can_be_asked_for_and_is_due_in_fifteen_working_days(kind, clock_at):
    clock_at("2026-09-18 10:00")
    person = UserFactory()

    asked = actions.ask(kind, "My name is wrong.", by=person)

    assert (asked.user, asked.recorded_by, asked.is_open) == (person, person, True)
    days = calendar().working_days(clock.today(), asked.due_on)
    assert days in {15, 16}  # counted with or without the day of asking
    # The week of the national day is not counted.
    assert asked.due_on > clock.today() + timedelta(days=21)


@pytest.mark.parametrize("kind", ["correct", "delete", "explain", "object"])
@pytest.mark.parametrize("text", ["", "  ", "\u200b"])
def test_r26_nobody_has_to_guess_what_is_meant(kind, text):
    with pytest.raises(Refused) as refusal:
        actions.ask(kind, text, by=UserFactory())

    assert refusal.value.code == "say_what"


def test_r26_a_number_to_be_corrected_stays_and_an_identity_number_does_not():
    said = actions.ask("correct", "13812345678, not 420502199001011238", by=UserFactory()).text

    assert "13812345678" in said
    assert "420502199001011238" not in said


def test_r26_sent_twice_it_is_one():
    person, key = UserFactory(), uuid4()

    first = actions.ask("see", by=person, client_id=key)
    assert actions.ask("see", by=person, client_id=key) == first
    with pytest.raises(Refused) as refusal:
        actions.ask("copy", by=person, client_id=key)

    assert refusal.value.code == "sent_otherwise"
    # Another person's number tells nothing.
    assert actions.ask("copy", by=UserFactory(), client_id=key) != first


@pytest.mark.django_db(transaction=True)
def test_r26_sent_twice_at_once_it_is_one():
    person, key, found = UserFactory(), uuid4(), []

    def send():
        try:
            found.append(actions.ask("see", by=person, client_id=key).pk)
        finally:
            connection.close()

    threads = [Thread(target=send) for _each in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(found) == 4
    assert len(set(found)) == 1


def test_r26_the_desk_records_for_others_and_nobody_else_does(officer):
    person = UserFactory()

    asked = actions.ask("see", by=officer, user=person)
    paper = actions.ask("copy", by=officer, subject_ref="P-2026-7", for_another=True)

    assert (asked.user, asked.recorded_by) == (person, officer)
    assert (paper.user, paper.subject_ref, paper.for_another) == (None, "P-2026-7", True)
    for whose in ({"user": person}, {"subject_ref": "P-2026-7"}):
        with pytest.raises(PermissionDenied):
            actions.ask("see", by=UserFactory(), **whose)


def test_r26_an_answer_is_given_once_and_told(officer):
    person = UserFactory()
    asked = actions.ask("explain", "Why am I on this list?", by=person)

    actions.answer(asked, "Because you asked for it.", by=officer)

    asked.refresh_from_db()
    assert (asked.answer, asked.answered_by) == ("Because you asked for it.", officer)
    assert Message.objects.get(recipient=person).kind == "privacy-answered"
    for again in (actions.answer, actions.refuse):
        with pytest.raises(Refused) as refusal:
            again(asked, "No.", by=officer)
        assert refusal.value.code == "answered_already"


def test_r26_a_refusal_says_why(officer):
    person = UserFactory()
    asked = actions.ask("delete", "All of it.", by=person)

    with pytest.raises(Refused) as refusal:
        actions.refuse(asked, " ", by=officer)
    assert refusal.value.code == "say_what"
    actions.refuse(asked, "You hold a post.", by=officer)

    asked.refresh_from_db()
    assert (asked.refused_reason, asked.answer) == ("You hold a post.", "")
    told = Message.objects.get(recipient=person)
    assert told.kind == "privacy-refused"


def test_r26_nobody_answers_who_may_not(officer):
    asked = actions.ask("see", by=UserFactory())
    own = actions.ask("see", by=officer)

    with pytest.raises(PermissionDenied):
        actions.answer(asked, "Done.", by=UserFactory(is_superuser=True))
    with pytest.raises(Refused) as refusal:
        actions.answer(own, "Done.", by=officer)
    assert refusal.value.code == "own_request"


def test_r26_what_is_overdue_is_told_once(officer, shift_clock):
    late = actions.ask("see", by=UserFactory())
    done = actions.ask("see", by=UserFactory())
    actions.answer(done, "Done.", by=officer)
    assert watch_requests() == 0

    shift_clock(days=60)
    fresh = actions.ask("see", by=UserFactory())
    assert (watch_requests(), watch_requests()) == (1, 0)

    assert Alarm.objects.get().fact == f"overdue {late.pk}"
    message = Message.objects.get(recipient=officer, kind="privacy-overdue")
    assert message.url == f"/privacy/requests/{late.pk}/"
    assert late.is_overdue
    assert not fresh.is_overdue


def test_r26_what_was_asked_and_answered_is_not_rewritten(officer):
    asked = actions.ask("explain", "Why?", by=UserFactory())
    rows = SubjectRequest.objects.filter(pk=asked.pk)

    for change in ({"text": "else"}, {"due_on": clock.today()}, {"kind": "see"}):
        with pytest.raises(DatabaseError, match="nothing else"), transaction.atomic():
            rows.update(**change)
    actions.answer(asked, "So.", by=officer)
    with pytest.raises(DatabaseError, match="nothing else"), transaction.atomic():
        rows.update(answer="else")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.delete()


def test_r26_a_request_is_of_exactly_one_person():
    person = UserFactory()
    said = {"kind": "see", "recorded_by": person, "due_on": clock.today()}

    for whose in ({}, {"user": person, "subject_ref": "P-7"}, {"subject_ref": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SubjectRequest.objects.create(**said, **whose)
