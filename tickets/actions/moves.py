"""Moves: one arrow of ``workflow.MOVES`` taken, with its event, its clocks and its messages."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.core.wake import wake_once
from govgrid.privacy import guard
from tickets import clocks, notices, queries, rules, workflow
from tickets.actions import carding
from tickets.effects import EFFECTS, checking
from tickets.effects.milestones import told as told_of_milestones
from tickets.effects.undoing import snapshot
from tickets.models import Assignment, Ticket, TicketEvent
from tickets.workflow import UNDOABLE, Facts, On, State

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# What a move may change on the ticket itself.
_FIELDS = [
    "state", "kind", "whistle_kind", "held_state", "lead_department", "return_count", "routed_at",
    "closed_at", "merged_into", "due_at", "level", "routing",
]  # fmt: skip
# What somebody typed that goes into the log beside the note, its personal numbers covered.
_WORDS = ("suggested_owner", "spoke_with", "tried", "missing_power", "no_photo")
_FIGURES = (
    "rank", "whistle_kind", "speed", "quality", "via", "finding", "meets", "cause", "within",
    "return_reason", "reach", "limit", "kind", "signature",
)  # fmt: skip


@transaction.atomic
def move(
    ticket: Ticket,
    name: str,
    *,
    by: User | None,
    assignment: int | None = None,
    **given: Any,
) -> Ticket:
    """Take one arrow of ``workflow.MOVES``, or raise; ``by=None`` is the system.

    ``given`` is what the move's ``fields`` name. Refused with the first lack's code when the state
    or a guard says no; with ``changed_since`` when that is because somebody else was faster than
    the page (``seen``: the id of the last event that the page showed).
    """
    seen = given.pop("seen", None)
    ticket = _lock(ticket, given)
    # Whoever waited for the lock acts now: read before it, the log would run backwards.
    at = clock.now()
    rows = ticket.assignments.select_related("department").order_by("pk")
    facts = rules.gather(
        name, ticket, rows, by=by, assignment=assignment, given=_masked(given), at=at
    )
    if by is not None and not rules.may(by, name, facts):
        raise PermissionDenied
    _check(name, facts, seen)
    if name != "withdraw":  # who is taken off may have closed meanwhile
        _must_serve_here(facts)
    before, level = ticket.state, ticket.level
    undo = snapshot(facts) if name in UNDOABLE else None
    touched = EFFECTS[name](facts, at)
    if ticket.state != before:  # a score afterwards closes nothing anew
        ticket.closed_at = at if ticket.state == State.CLOSED else None
    checking.withdraw(ticket, before, at)
    now_given = list(ticket.assignments.select_related("department").order_by("pk"))
    granted = facts.beside.granting if facts.beside else None
    lines = clocks.settle(ticket, now_given, verb=name, at=at, granted=granted)
    if granted is not None:
        granted.save()
    ticket.save(update_fields=_FIELDS)
    data = _told(facts) | ({"undo": undo} if undo else {}) | ({"clocks": lines} if lines else {})
    data |= {"level": ticket.level} if ticket.level != level else {}
    _log(facts, name, before=before, touched=touched, data=data)
    notices.moved(ticket, name, touched, facts)
    carding.after_move(facts, name, touched, now_given, by=by, at=at)
    if ticket.state == State.FILED:
        wake_once("tickets.tasks.route")
    return ticket


def lock(ticket: Ticket) -> Ticket:
    """The row as it is now, and nobody else's until the transaction ends."""
    return _lock(ticket, {})


def _lock(ticket: Ticket, given: dict[str, Any]) -> Ticket:
    """Whatever the caller read may be stale by now: only the locked rows are the truth.

    Two tickets are locked in the order of their ids, so that two merges do not wait for each other.
    """
    into = given.get("into")
    ids = {ticket.pk} | ({into.pk} if into is not None else set())
    locked = {
        one.pk: one
        for one in Ticket.objects.select_for_update(of=("self",))
        .with_places()
        .filter(pk__in=ids)
        .order_by("pk")
    }
    if into is not None:
        given["into"] = locked[into.pk]
    return locked[ticket.pk]


def _masked(given: dict[str, Any]) -> dict[str, Any]:
    """Personal numbers leave the words before anything is written."""
    masked = {
        key: guard.mask(value) if key in _WORDS and isinstance(value, str) else value
        for key, value in given.items()
    }
    if given.get("milestones"):
        masked["milestones"] = [
            one._replace(title=guard.mask(one.title)) for one in given["milestones"]
        ]
    return masked


def _check(name: str, facts: Facts, seen: int | None) -> None:
    try:
        workflow.check(name, facts)
    except Refused as refusal:
        if refusal.code != "wrong_state" or seen is None:
            raise
        newer = queries.changes_since(facts.ticket, seen)
        if newer is None:
            raise
        raise Refused(
            "changed_since", _somebody_was_faster(newer, facts), missing=refusal.missing
        ) from None


def _somebody_was_faster(event: TicketEvent, facts: Facts) -> str:
    known = workflow.MOVES.get(event.verb)
    who = _who(event, facts) or _("Somebody")
    return _(
        "%(who)s was faster: %(move)s at %(time)s. The page is up to date; your text is kept."
    ) % {
        "who": who,
        "move": known.label if known else workflow.State(event.after).label,
        "time": f"{clock.local(event.at):%H:%M}",
    }


def _who(event: TicketEvent, facts: Facts) -> str:
    """The department whose step it was; at a desk the person, unless that is a hidden reporter."""
    known = workflow.MOVES.get(event.verb)
    if known is None or known.on is On.ASSIGNMENT:
        return event.department.short_name if event.department else ""
    ticket, by = facts.ticket, event.by
    if by is None or facts.by is None:
        return ""
    is_hidden = by.pk == ticket.filed_by_id and not rules.sees_filer(facts.by, ticket)
    return "" if is_hidden else by.name


def _must_serve_here(facts: Facts) -> None:
    """A form offers only departments of the place; a program may name any, or one just closed."""
    named = [one for one in [facts.given.get("department"), *_helpers(facts)] if one is not None]
    if named and queries.not_serving(facts.ticket, named):
        raise Refused("wrong_department", _("Choose a department that serves the place."))


def _helpers(facts: Facts) -> list[Any]:
    return list(facts.given.get("helpers") or [])


def _told(facts: Facts) -> dict[str, Any]:
    """What was said with the move, as the log keeps it."""
    given = facts.given
    data = {name: given[name] for name in (*_WORDS, *_FIGURES) if given.get(name)}
    if given.get("into") is not None:
        data["into"] = given["into"].number
    if given.get("made"):
        data["parts"] = [{"id": one.pk, "number": one.number} for one in given["made"]]
    if given.get("handler") is not None:
        data["handler"] = given["handler"].name
    data |= told_of_milestones(facts)
    for name in ("accepted_at", "until"):
        value = given.get(name)
        if isinstance(value, date):
            data[name] = value.isoformat()
    return data


def _log(
    facts: Facts, name: str, *, before: str, touched: Assignment | None, data: dict[str, Any]
) -> None:
    assert facts.at is not None  # noqa: S101
    TicketEvent.objects.create(
        ticket=facts.ticket,
        assignment=touched,
        verb=name,
        before=before,
        after=facts.ticket.state,
        at=facts.at,
        by=facts.by,
        department_id=touched.department_id if touched else None,
        note=guard.mask(tidy(str(facts.given.get("note") or ""))),
        data=data,
    )


@transaction.atomic
def arrive(ticket: Ticket, *, by: User, rank: str, via: str = "code") -> Assignment:
    """Sign in at the place: the first of a department reports it in, the others are noted.

    Whoever has not signed for it does so by coming. Refused: ``not_called`` when none of the
    departments of ``by`` has this ticket, ``signed_in_already`` the second time.
    """
    ticket = _lock(ticket, {})
    one = queries.assignment_of(ticket, by)
    if one is None:
        raise Refused("not_called", _("Your department has no part in this ticket."))
    if one.arrivals.filter(person=by).exists():
        raise Refused("signed_in_already", _("You have signed in already."))
    if one.state == workflow.AssignmentState.OFFERED:
        move(ticket, "sign", by=by, assignment=one.pk)
        one.refresh_from_db()
    if one.state == workflow.AssignmentState.SIGNED:
        move(ticket, "report_in", by=by, assignment=one.pk, rank=rank, via=via)
        one.refresh_from_db()
        return one
    at: datetime = clock.now()
    one.arrivals.create(person=by, rank=rank, via=via, at=at)
    TicketEvent.objects.create(
        ticket=ticket,
        assignment=one,
        verb="arrive",
        before=ticket.state,
        after=ticket.state,
        at=at,
        by=by,
        department_id=one.department_id,
        data={"rank": rank, "via": via},
    )
    return one
