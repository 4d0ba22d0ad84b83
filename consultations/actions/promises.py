"""What departments are asked for: offered, accepted as an ordinary ticket, done, done again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import clocks, notices, queries
from consultations.actions import moves
from consultations.models import Commitment, Opinion, Topic
from consultations.places import spot_of
from consultations.workflow import KEPT, OWED, TURNS, CommitmentState, Promised, State, Verdict
from consultations.workflow import commitments as table
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from tickets.actions import Order, open_ticket
from tickets.actions import move as move_ticket
from tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govgrid.accounts.models import User
    from grids.models import Department

# A day before it is due, at the hour when offices open.
EVE = timedelta(hours=16)
REOPENED_FROM = frozenset({State.REPORTED, State.REVIEWING, State.CLOSED})
ASKED_IN = frozenset({State.DELIBERATING, State.AGREED, State.DOING})


@transaction.atomic
def offer(
    topic: Topic,
    text: str,
    department: Department,
    *,
    by: User,
    opinion: Opinion | None = None,
    helpers: Sequence[Department] = (),
) -> Commitment:
    """Ask a department for something; it says yes with a day, or no with a reason.

    Refused: ``wrong_state``, ``no_words``, ``not_now`` (the suggestion was not adopted for now).
    """
    topic = moves.lock(topic)
    if not by.has_perm("consultations.convene", topic):
        raise PermissionDenied
    if topic.state not in ASKED_IN or topic.verdict in {Verdict.LATER, Verdict.CANNOT}:
        raise Refused(
            "wrong_state", _("Departments are asked while it is talked over or carried out.")
        )
    if is_blank(text):
        raise Refused("no_words", _("Say what is promised."))
    if opinion is not None and (opinion.topic_id != topic.pk or opinion.verdict != Verdict.NOW):
        raise Refused("not_now", _("This suggestion was not adopted for now."))
    at = clock.now()
    last = topic.commitments.order_by("-serial").values_list("serial", flat=True).first() or 0
    one = Commitment(
        topic=topic,
        opinion=opinion,
        serial=last + 1,
        round=topic.round,
        text=guard.mask(text.strip()),
        department=department,
        offered_at=at,
        offered_by=by,
    )
    _ask(one, topic, at)
    one.save(force_insert=True)
    one.helpers.set(helpers)
    moves.log(topic, "offer", by=by, at=at, before=topic.state, data=_story(one))
    notices.asked(one)
    return one


def _ask(one: Commitment, topic: Topic, at: datetime) -> None:
    """From now on the department has some working days to answer."""
    days = queries.rules_of(topic.platform).days["answer"]
    one.answer_by = one.fires_at = clocks.working_days_after(topic.platform, at, days)
    one.reoffer_by = None


@transaction.atomic
def turn(commitment: Commitment, name: str, *, by: User | None, **given: Any) -> Commitment:
    """Take one arrow of ``workflow.TURNS``, or raise; ``by=None`` is a clock or the ticket.

    What follows for the topic (``start``, ``report``) is taken at once. Refused as the table says,
    and as :func:`tickets.actions.open_ticket` does where an acceptance opens one.
    """
    topic = moves.lock(commitment.topic)
    one = Commitment.objects.select_for_update(of=("self",)).get(pk=commitment.pk)
    one.topic = topic
    at, way = clock.now(), TURNS[name]
    if by is None and not way.is_system:
        raise PermissionDenied
    if by is not None and not by.has_perm(way.permission, one):
        raise PermissionDenied
    facts = Promised(one, by=by, given=_masked(given), at=at)
    table.check(name, facts)
    before = one.state
    one.state, one.fires_at = way.target, None
    _EFFECTS[name](one, facts, at)
    one.save()
    note = facts.text("note")
    data = _story(one) | {"promise": before}
    moves.log(topic, name_of(name), by=by, at=at, before=topic.state, note=note, data=data)
    notices.turned(one, name, by)
    _carry_on(topic)
    return one


def name_of(turn_name: str) -> str:
    """How the story of a topic calls a turn: some moves of topics have the same names."""
    return f"promise_{turn_name}"


def _masked(given: dict[str, Any]) -> dict[str, Any]:
    return {
        key: guard.mask(value.strip()) if isinstance(value, str) else value
        for key, value in given.items()
    }


def _story(one: Commitment) -> dict[str, Any]:
    """As the story tells it, whatever becomes of the department's name."""
    return {
        "serial": one.serial,
        "text": one.text,
        "department": one.department.short_name,
        "due_on": one.due_on.isoformat() if one.due_on else "",
    }


def _carry_on(topic: Topic) -> None:
    """All have accepted: it starts. All is done: it is reported back."""
    states = set(topic.commitments.values_list("state", flat=True))
    is_answered = not states & {CommitmentState.OFFERED, CommitmentState.RETURNED}
    if topic.state == State.AGREED and is_answered and states & (KEPT | {CommitmentState.ACCEPTED}):
        topic = moves.move(topic, "start", by=None)
    if topic.state == State.DOING and states & KEPT and not states & OWED:
        moves.move(topic, "report", by=None)


@transaction.atomic
def do_again(
    topic: Topic, commitments: Sequence[Commitment], *, by: User | None, note: str
) -> Topic:
    """Only what went wrong is done again: these promises, and their tickets with them."""
    topic = moves.move(topic, "reopen", by=by, note=note, commitments=list(commitments))
    for one in commitments:
        turn(one, "redo", by=None, note=note)
    return topic


# ── what each turn does ───────────────────────────────────────────────────────────────────────


def _accept(one: Commitment, facts: Promised, at: datetime) -> None:
    one.accepted_at, one.accepted_by = at, facts.by
    one.due_on, one.category = facts.given["due_on"], facts.given.get("category")
    one.fires_at = clock.midnight(one.due_on) - EVE
    one.return_reason = ""
    if one.category is None:
        return
    topic = one.topic
    order = Order(
        client_id=uuid5(NAMESPACE_URL, f"commitment:{one.pk}:{one.round}"),
        category=one.category,
        spot=spot_of(topic),
        description=f"{one.text}\n{_('Promised in the consultation')} {topic.number} {topic.title}",
        department=one.department,
        due_on=one.due_on,
        helpers=tuple(one.helpers.all()),
    )
    one.ticket = open_ticket(order, by=facts.by, origin=f"consultation:{topic.number}/{one.serial}")


def _give_back(one: Commitment, facts: Promised, at: datetime) -> None:
    one.returns += 1
    one.return_reason = facts.text("note")
    days = queries.rules_of(one.topic.platform).days["reoffer"]
    one.reoffer_by = one.fires_at = clocks.working_days_after(one.topic.platform, at, days)


def _offer_anew(one: Commitment, facts: Promised, at: datetime) -> None:
    one.department = facts.given["department"]
    one.offered_at, one.offered_by = at, facts.by
    _ask(one, one.topic, at)


def _finish(one: Commitment, facts: Promised, at: datetime) -> None:
    one.result, one.done_at = facts.text("result"), at


def _redo(one: Commitment, facts: Promised, at: datetime) -> None:
    """What was done badly is done again: by its ticket, with half its time."""
    one.done_at = None
    today = clock.local(at).date()
    if one.due_on is None or one.due_on <= today:
        given = (
            max((one.due_on - clock.local(one.accepted_at).date()).days, 2)
            if one.due_on and one.accepted_at
            else 14
        )
        one.due_on = today + timedelta(days=max(given // 2, 1))
    one.fires_at = clock.midnight(one.due_on) - EVE
    if one.ticket is not None and one.ticket.state == "closed":
        move_ticket(one.ticket, "reopen", by=None, note=facts.text("note"))


def _end(one: Commitment, facts: Promised, at: datetime) -> None:
    one.end_reason = facts.text("note")


def _nothing(one: Commitment, facts: Promised, at: datetime) -> None:
    """The state says it all."""


_EFFECTS = {
    "accept": _accept,
    "give_back": _give_back,
    "offer": _offer_anew,
    "finish": _finish,
    "confirm": _nothing,
    "redo": _redo,
    "end": _end,
}


# ── by itself ─────────────────────────────────────────────────────────────────────────────────


def fire_promises(*, by: None = None, limit: int = 200) -> int:
    """Answers that are due, promises that somebody must take over, days that come: how many."""
    waiting = Commitment.objects.filter(fires_at__lte=clock.now()).order_by("fires_at")
    return sum(_fire(pk) for pk in waiting.values_list("pk", flat=True)[:limit])


@transaction.atomic
def _fire(pk: int) -> bool:
    at = clock.now()
    rows = Commitment.objects.select_for_update(skip_locked=True, of=("self",))
    rows = rows.select_related("topic__platform__area", "topic__area", "department")
    one = rows.filter(pk=pk, fires_at__lte=at).first()
    if one is None:
        return False
    one.fires_at = None
    if one.state == CommitmentState.OFFERED:
        one.overdue_at = one.answer_by
        moves.log(
            one.topic, "promise_overdue", by=None, at=at, before=one.topic.state, data=_story(one)
        )
        notices.unanswered(one)
    elif one.state == CommitmentState.RETURNED:
        notices.nobody_asked(one)
    elif one.state == CommitmentState.ACCEPTED:
        notices.promise_near(one)
    one.save(update_fields=["fires_at", "overdue_at"])
    return True


def follow_tickets(*, by: None = None, limit: int = 200) -> int:
    """What became of the tickets: closed ones fill in the result, reopened ones are owed again.

    By the state of both, never by a cursor over events: what commits late is seen the next time.
    """
    closed = Commitment.objects.filter(state=CommitmentState.ACCEPTED, ticket__state="closed")
    again = Commitment.objects.filter(
        state__in=sorted(KEPT), ticket__state__in=["triage", "dispatched", "handling", "handled"]
    )
    done = 0
    for one in closed.select_related("topic", "ticket").order_by("pk")[:limit]:
        done += _from_ticket(one, one.ticket)
    for one in again.select_related("topic").order_by("pk")[:limit]:
        done += _owed_again(one)
    return done


def _from_ticket(one: Commitment, ticket: Ticket | None) -> bool:
    if ticket is None:
        return False
    said = ticket.events.filter(verb="finish").exclude(note="").order_by("-pk")
    result = said.values_list("note", flat=True).first() or _("Its ticket was closed.")
    try:
        turn(one, "finish", by=None, result=result[:1000])
    except Refused:  # somebody was faster
        return False
    return True


def _owed_again(one: Commitment) -> bool:
    note = _("Its ticket was reopened.")
    try:
        if one.topic.state in REOPENED_FROM:
            do_again(one.topic, [one], by=None, note=note)
        else:
            turn(one, "redo", by=None, note=note)
    except Refused:  # somebody was faster
        return False
    return True
