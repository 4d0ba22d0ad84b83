"""Calling departments to one table, signing in there, deciding, and publishing what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank, tidy
from govgrid.privacy import guard
from grids import scoping
from tickets import attendance, queries, summons
from tickets.actions.moves import lock, move
from tickets.models import AgendaItem, Arrival, Decision, Meeting, Seat, Ticket, TicketEvent
from tickets.workflow import ENDED, AssignmentState, Rank, State
from tickets.workflow.milestones import Dated

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Department

MOST_ITEMS = 12
MOST_SEATS = 30
FARTHEST = timedelta(days=366)
LONGEST = timedelta(days=1)
RIGHT = "tickets.hold_meeting"
# The lower of what a kind asks for at least; a colour may ask for more.
AT_LEAST = {
    Meeting.Kind.SITE: Rank.LIAISON,
    Meeting.Kind.STREET: Rank.SECTION_HEAD,
    Meeting.Kind.DISTRICT: Rank.DEPUTY_HEAD,
}
HEIGHT = {rank: height for height, rank in enumerate(Rank)}


@dataclass(frozen=True)
class Call:
    """What a meeting is called with."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    place: str
    agenda: Sequence[str]
    departments: Sequence[Department]


@transaction.atomic
def call_meeting(ticket: Ticket, call: Call, *, by: User) -> Meeting:
    """Call departments together about a ticket; each is told at which rank it should come."""
    _must_hold(by, ticket)
    ticket, now = lock(ticket), clock.now()
    if ticket.state in ENDED:
        raise Refused("wrong_state", _("This ticket has ended: there is nothing to meet about."))
    _check_times(call, now)
    agenda = [guard.mask(tidy(one)) for one in call.agenda if not is_blank(one)]
    _check_words(call, agenda)
    if queries.not_serving(ticket, call.departments):
        raise Refused("wrong_department", _("Choose a department that serves the place."))
    meeting = Meeting.objects.create(
        ticket=ticket,
        street=ticket.street,
        district=ticket.district,
        kind=call.kind,
        starts_at=call.starts_at,
        ends_at=call.ends_at,
        place=guard.mask(tidy(call.place)),
        called_at=now,
        called_by=by,
    )
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=position, text=words)
        for position, words in enumerate(agenda, start=1)
    )
    _seat(meeting, call.departments, now)
    names = [one.short_name for one in call.departments]
    _log(meeting, "call_meeting", by, starts=call.starts_at.isoformat(), departments=names)
    summons.told(meeting, "meeting_called")
    return meeting


def _must_hold(by: User, ticket: Ticket) -> None:
    if not by.has_perm(RIGHT, ticket):
        raise PermissionDenied


def _check_times(call: Call, now: datetime) -> None:
    if call.ends_at <= call.starts_at:
        raise Refused("ends_before_start", _("A meeting ends after it begins."))
    if call.starts_at <= now:
        raise Refused("meeting_past", _("This lies in the past: choose a time that is to come."))
    if call.ends_at - call.starts_at > LONGEST:
        raise Refused("meeting_too_long", _("A meeting ends on the day on which it begins."))
    if call.starts_at > now + FARTHEST:
        raise Refused("meeting_far", _("This lies beyond a year: choose an earlier time."))


def _check_words(call: Call, agenda: Sequence[str]) -> None:
    if is_blank(call.place):
        raise Refused("place_needed", _("Say where it is held."))
    if not agenda:
        raise Refused("agenda_needed", _("Say what is talked over: at least one item."))
    if len(agenda) > MOST_ITEMS:
        raise Refused(
            "agenda_too_long", _("An agenda has at most %(most)s items.") % {"most": MOST_ITEMS}
        )
    if not call.departments:
        raise Refused("nobody_called", _("Choose the departments that are called."))
    if len(call.departments) > MOST_SEATS:
        raise Refused(
            "too_many_called", _("At most %(most)s departments are called.") % {"most": MOST_SEATS}
        )


def _seat(meeting: Meeting, departments: Iterable[Department], now: datetime) -> None:
    ticket = meeting.ticket
    clocks = list(ticket.clocks.prefetch_related("pauses").select_related("assignment"))
    least = AT_LEAST[Meeting.Kind(meeting.kind)]
    for department in {one.pk: one for one in departments}.values():
        mine = [
            one for one in clocks
            if one.assignment and one.assignment.department_id == department.pk
        ]  # fmt: skip
        asked = attendance.asked(ticket, mine, now).rank
        wanted = max(least, asked, key=HEIGHT.__getitem__)
        Seat.objects.create(meeting=meeting, department=department, wanted_rank=wanted)


@transaction.atomic
def cancel_meeting(meeting: Meeting, *, by: User, reason: str) -> Meeting:
    """Call it off; the row stays, with the reason."""
    _must_hold(by, meeting.ticket)
    meeting = _hold(meeting)
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it is cancelled."))
    meeting.cancelled_at, meeting.cancelled_by = clock.now(), by
    meeting.cancel_reason = guard.mask(tidy(reason))[:300]
    meeting.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    _log(meeting, "cancel_meeting", by, note=meeting.cancel_reason)
    summons.told(meeting, "meeting_cancelled")
    return meeting


def _hold(meeting: Meeting) -> Meeting:
    """The ticket first, as a move does; refused once the meeting is cancelled or frozen."""
    ticket = lock(meeting.ticket)
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    meeting.ticket = ticket
    if meeting.cancelled_at is not None:
        raise Refused("meeting_cancelled", _("This meeting was cancelled."))
    if meeting.published_at is not None:
        raise Refused(
            "minutes_published", _("The minutes are published: nothing changes any more.")
        )
    return meeting


@transaction.atomic
def attend_meeting(meeting: Meeting, *, by: User, rank: str, via: str = Arrival.Via.PAGE) -> Seat:
    """Be there for one's department. The first one takes the seat, a higher rank raises it.

    Whoever has the ticket has reported in by coming.
    """
    meeting, now = _hold(meeting), clock.now()
    if rank not in Rank.values:
        raise Refused("rank_needed", _("Choose your rank."))
    seats = list(
        meeting.seats.filter(department__in=_own_departments(by)).select_related("department")
    )
    if not seats:
        raise Refused("not_called", _("Your department is not called to this meeting."))
    if now < meeting.opens_at:
        raise Refused("too_early", _("Sign in from one hour before it begins."))
    if now > meeting.shuts_at:
        raise Refused("meeting_over", _("This meeting is over."))
    seat = next((one for one in seats if one.came_at is None), seats[0])
    if seat.came_at is None:
        seat.came_at, seat.came_by, seat.via = now, by, via
    elif HEIGHT[Rank(rank)] <= HEIGHT[Rank(seat.rank)]:
        raise Refused("signed_in_already", _("Your department has signed in already."))
    seat.rank = rank
    seat.save(update_fields=["came_at", "came_by", "rank", "via"])
    _log(meeting, "attend", by, department=seat.department_id, rank=rank, via=via)
    _report_in(meeting.ticket, seat, by)
    return seat


def _own_departments(by: User) -> Iterable[int]:
    return scoping.reach(by, "tickets.work").departments


def _report_in(ticket: Ticket, seat: Seat, by: User) -> None:
    part = ticket.assignments.live().filter(department=seat.department_id).first()
    if part is None or ticket.state not in {State.DISPATCHED, State.HANDLING}:
        return
    if part.state == AssignmentState.OFFERED:
        move(ticket, "sign", by=by, assignment=part.pk)
        part.refresh_from_db()
    if part.state == AssignmentState.SIGNED:
        move(ticket, "report_in", by=by, assignment=part.pk, rank=seat.rank, via=seat.via)


# ── what was decided ──────────────────────────────────────────────────────────────────────────


@transaction.atomic
def decide(
    meeting: Meeting,
    *,
    by: User,
    item: int,
    text: str,
    becomes: str,
    department: Department | None = None,
    due_on: date | None = None,
) -> Decision:
    """Write down what was decided on an item; it holds when the minutes are published."""
    _must_hold(by, meeting.ticket)
    meeting = _hold(meeting)
    about = meeting.agenda.filter(pk=item).first()
    if about is None:
        raise Refused("wrong_item", _("This item is not on the agenda."))
    _check_decision(meeting, text, becomes, department, due_on)
    return Decision.objects.create(
        meeting=meeting,
        item=about,
        text=guard.mask(tidy(text))[:200],
        becomes=becomes,
        department=department,
        due_on=due_on,
        made_at=clock.now(),
        made_by=by,
    )


def _check_decision(
    meeting: Meeting,
    text: str,
    becomes: str,
    department: Department | None,
    due_on: date | None,
) -> None:
    if meeting.starts_at > clock.now():
        raise Refused("not_begun", _("The meeting has not begun."))
    if is_blank(text):
        raise Refused("decision_needed", _("Say what was decided."))
    if becomes != Decision.Becomes.NOTE and department is None:
        raise Refused("department_needed", _("Choose the department that it binds."))
    if department is not None and queries.not_serving(meeting.ticket, [department]):
        raise Refused("wrong_department", _("Choose a department that serves the place."))
    if becomes == Decision.Becomes.MILESTONE and due_on is None:
        raise Refused("due_on_needed", _("A milestone has a day."))
    if due_on is not None:
        _check_day(due_on, clock.today())


def _check_day(due_on: date, today: date) -> None:
    """As of a milestone, said at once and not when the minutes are published."""
    if due_on <= today:
        raise Refused("milestone_past", _("This day lies in the past: choose a day after today."))
    if due_on > today + FARTHEST:
        raise Refused("milestone_far", _("This day lies beyond a year: choose an earlier day."))


@transaction.atomic
def drop_decision(decision: Decision, *, by: User) -> None:
    """Take it out of minutes that nobody has published yet."""
    _must_hold(by, decision.meeting.ticket)
    _hold(decision.meeting)
    decision.delete()


# Who is called in at the meeting may answer for a milestone of the same meeting.
_ORDER = [Decision.Becomes.LEAD, Decision.Becomes.HELP, Decision.Becomes.MILESTONE]


@transaction.atomic
def publish_minutes(meeting: Meeting, *, by: User, minutes: str) -> Meeting:
    """Freeze the minutes and carry out what was decided, all of it or nothing.

    Each decision is a move of the ticket, with the rules and the refusals of that move.
    """
    _must_hold(by, meeting.ticket)
    meeting, now = _hold(meeting), clock.now()
    if meeting.starts_at > now:
        raise Refused("not_begun", _("The meeting has not begun."))
    if is_blank(minutes):
        raise Refused("minutes_needed", _("Write the minutes."))
    decisions = [
        one for one in meeting.decisions.select_related("department") if one.becomes in _ORDER
    ]
    for one in sorted(decisions, key=lambda one: _ORDER.index(Decision.Becomes(one.becomes))):
        _carry_out(meeting.ticket, one, by)
    meeting.minutes = guard.mask(tidy(minutes))
    meeting.published_at, meeting.published_by = now, by
    meeting.save(update_fields=["minutes", "published_at", "published_by"])
    _log(meeting, "publish_meeting", by)
    summons.told(meeting, "minutes_published")
    return meeting


def _carry_out(ticket: Ticket, one: Decision, by: User) -> None:
    try:
        if one.becomes == Decision.Becomes.MILESTONE:
            assert one.due_on is not None, "the database keeps it"  # noqa: S101
            dated = Dated(one.text[:80], one.due_on, one.department)
            move(ticket, "add_milestone", by=by, milestones=[dated])
            one.milestone = ticket.milestones.order_by("-pk").first()
        else:
            name = "assign" if one.becomes == Decision.Becomes.LEAD else "call_in"
            move(ticket, name, by=by, department=one.department, note=one.text)
            one.assignment = ticket.assignments.live().get(department=one.department)
    except Refused as refusal:
        words = _("“%(decision)s”: %(reason)s") % {"decision": one.text, "reason": refusal.message}
        raise Refused(refusal.code, words, refusal.missing) from None
    one.save(update_fields=["milestone", "assignment"])


def _log(
    meeting: Meeting,
    verb: str,
    by: User,
    *,
    note: str = "",
    department: int | None = None,
    **data: Any,
) -> None:
    ticket = meeting.ticket
    ticket_state = Ticket.objects.values_list("state", flat=True).get(pk=ticket.pk)
    TicketEvent.objects.create(
        ticket=ticket,
        verb=verb,
        before=ticket_state,
        after=ticket_state,
        at=clock.now(),
        by=by,
        department_id=department,
        note=note,
        data={"meeting": meeting.pk, "place": meeting.place, **data},
    )
