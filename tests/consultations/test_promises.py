"""From talk to deed: promises become tickets, tickets tell what became of them, residents rate."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from consultations import actions, queries
from consultations.actions import Rating
from consultations.models import Commitment, Score
from consultations.workflow import State, is_unhappy
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories import consultations as made
from tests.factories.tickets import CategoryFactory
from tickets import actions as ticket_actions
from tickets.models import Ticket


def refused(code, action, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        action(*args, **kwargs)
    assert refusal.value.code == code
    assert str(refusal.value)


@pytest.fixture
def talk(platform, people, town):
    topic = made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"],
        area=town.grids[0],
    )  # fmt: skip
    return made.talked(topic, by=people["convenor"])


@pytest.fixture
def agreed(talk, people, town):
    """One thing was asked of the housing department."""
    actions.offer(talk, "护栏 60 米", town.housing, by=people["convenor"])
    return actions.move(talk, "settle", by=people["convenor"], **made.NOW)


@pytest.fixture
def asked(agreed):
    return agreed.commitments.get()


def accept(one, people, **given):
    day = clock.today() + timedelta(days=60)
    return actions.turn(
        one, "accept", by=people["clerk"],
        **{"due_on": day, "category": CategoryFactory(code="0101"), **given},
    )  # fmt: skip


def closed(ticket, people):
    """Its department did it, and the place looked."""
    part = ticket.assignments.get()
    for name in ("sign", "report_in", "finish"):
        ticket_actions.move(
            ticket, name, by=people["clerk"], assignment=part.pk, note="护栏已装", no_photo="雨"
        )
    Ticket.objects.filter(pk=ticket.pk).update(state="closed", closed_at=clock.now())


def test_a_department_is_asked_and_told_until_when(agreed, asked, people):
    told = Message.objects.get(kind="promise_asked", recipient=people["clerk"])
    assert told.params["text"] == "护栏 60 米"
    assert asked.answer_by > clock.now()
    assert agreed.state == State.AGREED


@pytest.mark.parametrize("who", ["resident", "screener", "clerk", "other_convenor"])
def test_only_who_convenes_asks(talk, people, town, who):
    with pytest.raises(PermissionDenied):
        actions.offer(talk, "护栏", town.housing, by=people[who])


def test_what_is_asked_has_words_and_fits_the_topic(talk, people, town, platform):
    by = people["convenor"]
    refused("no_words", actions.offer, talk, "\u200b", town.housing, by=by)
    idea = made.suggestion(talk, by=people["neighbour"])
    refused("not_now", actions.offer, talk, "护栏", town.housing, by=by, opinion=idea)
    raised = made.raised(platform, by=people["neighbour"])
    refused("wrong_state", actions.offer, raised, "护栏", town.housing, by=by)


@pytest.mark.parametrize("who", ["urban", "convenor", "resident", "head"])
def test_nobody_answers_for_another_department(asked, people, who):
    with pytest.raises(PermissionDenied):
        actions.turn(asked, "accept", by=people[who], due_on=clock.today() + timedelta(days=9))


def test_an_acceptance_opens_an_ordinary_ticket_due_on_that_day(agreed, asked, people, town):
    refused("due_on_needed", actions.turn, asked, "accept", by=people["clerk"])
    refused("due_on_out_of_range", accept, asked, people, due_on=clock.today())
    one = accept(asked, people)
    assert one.ticket.lead_department == town.housing
    assert one.ticket.promised_on == one.due_on
    assert one.ticket.origin == f"consultation:{agreed.number}/1"
    agreed.refresh_from_db()
    assert agreed.state == State.DOING
    verbs = [step.verb for step in agreed.steps.all()][-3:]
    assert verbs == ["settle", "promise_accept", "start"]


def test_given_back_it_is_offered_to_another_who_accepts(agreed, asked, people, town):
    refused("note_needed", actions.turn, asked, "give_back", by=people["clerk"], note="\u200b")
    one = actions.turn(asked, "give_back", by=people["clerk"], note="路权属城管")
    agreed.refresh_from_db()
    assert (one.state, agreed.state) == ("returned", State.AGREED)
    refused("department_needed", actions.turn, one, "offer", by=people["convenor"], note="改派")
    one = actions.turn(one, "offer", by=people["convenor"], department=town.urban, note="改派")
    assert Message.objects.filter(kind="promise_asked", recipient=people["urban"]).exists()
    actions.turn(one, "accept", by=people["urban"], due_on=clock.today() + timedelta(days=9))
    agreed.refresh_from_db()
    assert agreed.state == State.DOING


def test_silence_is_told_upwards_once(asked, people, shift_clock):
    assert actions.fire_promises() == 0
    shift_clock(days=8)
    assert actions.fire_promises() == 1
    assert actions.fire_promises() == 0
    asked.refresh_from_db()
    assert asked.overdue_at == asked.answer_by
    told = Message.objects.filter(kind="promise_unanswered")
    assert {one.recipient for one in told} == {people["head"], people["convenor"], people["clerk"]}


def test_the_ticket_tells_when_it_is_done_and_the_topic_is_reported(agreed, asked, people):
    one = accept(asked, people)
    refused("ticket_tells", actions.turn, one, "finish", by=people["clerk"], result="装好了")
    closed(one.ticket, people)
    assert actions.follow_tickets() == 1
    assert actions.follow_tickets() == 0
    one.refresh_from_db()
    agreed.refresh_from_db()
    assert (one.state, one.result) == ("done", "护栏已装")
    assert agreed.state == State.REPORTED
    assert "护栏已装" in agreed.result
    # The proposer hears it first.
    assert Message.objects.filter(kind="topic_moved", recipient=people["resident"]).count() >= 3


def test_a_reopened_ticket_is_owed_again(agreed, asked, people):
    one = accept(asked, people)
    closed(one.ticket, people)
    actions.follow_tickets()
    ticket = Ticket.objects.get(pk=one.ticket_id)
    ticket_actions.move(ticket, "reopen", by=None, note="松了")
    assert actions.follow_tickets() == 1
    one.refresh_from_db()
    agreed.refresh_from_db()
    assert (one.state, agreed.state) == ("accepted", State.DOING)


def test_what_was_rated_badly_is_done_again_with_its_ticket(agreed, asked, people):
    one = accept(asked, people)
    closed(one.ticket, people)
    actions.follow_tickets()
    agreed.refresh_from_db()
    topic = actions.move(agreed, "look_back", by=people["convenor"])
    topic = actions.do_again(
        topic, [Commitment.objects.get()], by=people["convenor"], note="2.1 分"
    )
    one.refresh_from_db()
    assert (topic.state, one.state) == (State.DOING, "accepted")
    assert Ticket.objects.get().state == "handling"


def test_it_is_ended_only_from_above_and_with_a_reason(asked, people):
    with pytest.raises(PermissionDenied):
        actions.turn(asked, "end", by=people["convenor"], note="不做了")
    refused("note_needed", actions.turn, asked, "end", by=people["head"])
    assert actions.turn(asked, "end", by=people["head"], note="另有安排").state == "ended"


# ── ratings ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def looked(talk, people):
    topic = actions.move(talk, "settle", by=people["convenor"], **made.NOW, consensus="轮流看护")
    topic = actions.move(topic, "explain", by=people["convenor"], result="轮流看护")
    return actions.move(topic, "look_back", by=people["convenor"])


def test_each_rates_once_by_account_or_device(looked, people):
    actions.rate(looked, Rating(5, "很好 13812345678"), by=people["resident"])
    refused("rated_already", actions.rate, looked, Rating(1), by=people["resident"])
    actions.rate(looked, Rating(4, device="a" * 64), by=None)
    refused("rated_already", actions.rate, looked, Rating(4, device="a" * 64), by=None)
    for _ in range(2):  # two sheets of paper
        actions.rate(looked, Rating(3, is_entered=True), by=people["recorder"])
    with pytest.raises(PermissionDenied):
        actions.rate(looked, Rating(3, is_entered=True), by=people["resident"])
    with pytest.raises(PermissionDenied):
        actions.rate(looked, Rating(3), by=None)
    assert queries.ratings(looked.reviews.get()) == [(3, 2), (4, 1), (5, 1)]
    assert "13812345678" not in Score.objects.get(user=people["resident"]).remark


def test_bad_ratings_are_refused_whole(looked, people):
    refused("rate_from_one_to_five", actions.rate, looked, Rating(6), by=people["resident"])
    refused(
        "not_promised_here",
        actions.rate,
        looked,
        Rating(5, promises={999: 5}),
        by=people["resident"],
    )
    assert not Score.objects.exists()


def test_nobody_rates_before_or_after(looked, agreed_elsewhere, people, shift_clock):
    refused("no_round", actions.rate, agreed_elsewhere, Rating(5), by=people["resident"])
    shift_clock(days=30)
    refused("no_round", actions.rate, looked, Rating(5), by=people["resident"])


@pytest.fixture
def agreed_elsewhere(platform, people):
    return made.studying(platform, by=people["neighbour"], screener=people["screener"])


@pytest.mark.parametrize(
    ("ratings", "unhappy"),
    [
        ([(1, 4)], False),  # too few to say
        ([(5, 28), (4, 15), (3, 5), (2, 2), (1, 1)], False),
        ([(1, 20), (2, 15), (3, 8), (5, 5)], True),
        ([(5, 4), (2, 1)], True),  # a fifth is unhappy
        ([(5, 9), (2, 1)], False),
    ],
)
def test_when_ratings_call_for_doing_it_again(ratings, unhappy):
    assert is_unhappy(ratings) is unhappy


@pytest.mark.django_db(transaction=True)
def test_two_departments_answer_at_once_and_one_is_taken(asked, people):
    """The same clerk twice, from two windows."""
    clerk, outcomes = people["clerk"], []

    def answer(name, **given):
        try:
            actions.turn(asked, name, by=clerk, **given)
            outcomes.append(name)
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(
            target=answer, args=("accept",), kwargs={"due_on": clock.today() + timedelta(days=9)}
        ),
        threading.Thread(target=answer, args=("give_back",), kwargs={"note": "不归我们"}),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert "wrong_state" in outcomes
    assert len(set(outcomes) & {"accept", "give_back"}) == 1
