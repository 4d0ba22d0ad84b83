"""One report as its reporter reads it: what, who has it, until when, what was done. In plain words,
without a person's name, without contact, notes or what departments say of each other."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tickets.models import Assignment, Callback, Check, Photo, Ticket
from tickets.workflow import ClockKind, State

if TYPE_CHECKING:
    from uuid import UUID

    from tickets.models import Clock

# From here on the work is said to be done.
DONE = frozenset({State.HANDLED, State.VERIFIED, State.CLOSED})
PAST, NOW, NEXT = "past", "now", "next"
# Acts whose words say what was done; everything else that is written is for those who work on it.
_WORK_DONE = ("finish", "settle")


class Moment(NamedTuple):
    """A line of a step: its words, and when."""

    words: str
    at: datetime | None = None


class Step(NamedTuple):
    title: str
    lines: list[Moment]
    stands: str = NEXT  # past, now, next


class Story(NamedTuple):
    """``state`` colours it, ``short`` and ``says`` are its words, ``due_at`` until when."""

    state: str
    short: str
    says: str
    due_at: datetime | None
    done: str
    steps: list[Step]
    photos: list[UUID]
    department: str
    phone: str


def story(ticket: Ticket, main: Ticket) -> Story:
    """``main`` is the ticket that ``ticket`` was merged into, or itself."""
    state = State(main.state)
    lead = _lead(main)
    due = _due(main, lead)
    department = lead.department.short_name if lead else ""
    short, says = _words(main, state, lead, department)
    is_done = state in DONE
    return Story(
        state=state,
        short=short,
        says=says,
        due_at=due if state in {State.DISPATCHED, State.HANDLING} else None,
        done=_done(main) if is_done or state is State.DECLINED else "",
        steps=[] if state is State.DECLINED else _steps(ticket, main, state, lead, due),
        photos=_photos(main) if is_done else [],
        department=department,
        phone=lead.department.office_phone if lead and not is_done else "",
    )


def question_of(ticket: Ticket) -> Callback | None:
    """The latest question; whether it still waits is for its columns to say."""
    return ticket.callbacks.order_by("-round").first()


def after_photos(main: Ticket) -> list[Photo]:
    return list(Photo.objects.showing_work_of(main)[:3]) if main.state in DONE else []


def _photos(main: Ticket) -> list[UUID]:
    return [one.public_id for one in after_photos(main)]


def _lead(main: Ticket) -> Assignment | None:
    live = main.assignments.live().filter(role=Assignment.Role.LEAD).select_related("department")
    return live.first()


def _due(main: Ticket, lead: Assignment | None) -> datetime | None:
    """Until when it shall be solved."""
    if lead is None:
        return None
    clocks: list[Clock] = list(
        main.clocks.running().filter(assignment=lead, kind=ClockKind.RESOLVE, paused_at=None)
    )
    return clocks[0].due_at if clocks else None


def _words(main: Ticket, state: State, lead: Assignment | None, department: str) -> tuple[str, str]:
    named = {"department": department, "street": main.street.name, "community": main.community.name}
    if state is State.TRIAGE and Check.objects.out().filter(ticket=main).exists():
        return _("Being looked at"), _("Somebody of %(community)s goes there to look.") % named
    if state is State.HANDLING and lead is not None and lead.reported_in_at:
        return _("Being worked on"), _("%(department)s is at the place.") % named
    short, says = {
        State.FILED: (_("Received"), _("We have it. Who handles it is found within minutes.")),
        State.AWAITING_APPROVAL: (
            _("Received"),
            _("We have it. %(street)s decides how it goes on."),
        ),
        State.TRIAGE: (_("Received"), _("%(street)s decides who handles it.")),
        State.DISPATCHED: (_("On its way"), _("%(department)s was told.")),
        State.HANDLING: (_("Being worked on"), _("%(department)s has it in hand.")),
        State.HANDLED: (_("Being looked at"), _("It is done. %(community)s goes there to look.")),
        State.VERIFIED: (
            pgettext("answer", "Solved"),
            _("Somebody of %(community)s has looked: it is solved."),
        ),
        State.CLOSED: (pgettext("answer", "Solved"), _("It is solved and closed.")),
        State.DECLINED: (_("Not taken up"), _("It was not taken up. The reason is below.")),
        State.SUSPENDED: (_("Put off"), _("It stands still for a while and is not forgotten.")),
        State.MERGED: (_("Received"), _("It is handled together with another report.")),
    }[state]
    return short, says % named


def _done(main: Ticket) -> str:
    verbs = ("decline",) if main.state == State.DECLINED else _WORK_DONE
    said = main.events.filter(verb__in=verbs).order_by("-pk").values_list("note", flat=True)
    return said.first() or ""


def _steps(
    ticket: Ticket, main: Ticket, state: State, lead: Assignment | None, due: datetime | None
) -> list[Step]:
    """Received, in hand, at work, solved: what is behind, what is on, what is to come."""
    received = Step(_("Received"), [Moment("", ticket.filed_at)], PAST)
    department = lead.department.short_name if lead else ""
    signed = lead.signed_at if lead else None
    title = (
        _("%(department)s signed for it") % {"department": department}
        if signed
        else _("A department signs for it")
    )
    hand = Step(title, [Moment("", signed)] if signed else [], PAST if signed else NOW)
    at_work = Step(_("The work itself"), _work(lead), _stands(state, signed))
    ending = [Moment("", main.closed_at)] if main.closed_at else []
    if not ending and due is not None:
        ending = [Moment(_("at the latest"), due)]
    last = {State.HANDLED: NOW, State.VERIFIED: PAST, State.CLOSED: PAST}.get(state, NEXT)
    return [received, hand, at_work, Step(_("Solved, and somebody has looked"), ending, last)]


def _stands(state: State, signed: datetime | None) -> str:
    if state in DONE:
        return PAST
    return NOW if signed else NEXT


def _work(lead: Assignment | None) -> list[Moment]:
    if lead is None:
        return []
    safe = lead.made_safe_at or lead.safe_seen_at
    reached = (
        (_("came to the place"), lead.reported_in_at),
        (_("the danger is over"), safe),
        (_("the work is done"), lead.done_at),
    )
    return [Moment(words, at) for words, at in reached if at is not None]
