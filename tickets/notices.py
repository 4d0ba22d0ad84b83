"""Who is told what: the messages that a change owes, written in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext, override, pgettext
from django.utils.translation import gettext_lazy as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe, owe_all
from tickets import staff
from tickets.models import Assignment, Clock, Ticket
from tickets.workflow import TERMS, ClockKind, Facts, State, WhistleKind

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

KINDS = {
    "ticket_offered": (
        _("Sign for %(number)s"),
        _("%(category)s at %(grid)s was given to %(department)s."),
    ),
    "ticket_triage": (
        _("Assign %(number)s"),
        _("%(category)s at %(grid)s waits for a decision who shall handle it."),
    ),
    "ticket_to_verify": (
        _("Verify %(number)s"),
        _("%(category)s at %(grid)s was handled. Please look whether it is fixed."),
    ),
    "ticket_sent_back": (
        _("Not fixed: %(number)s"),
        _("%(category)s at %(grid)s came back to %(department)s."),
    ),
    "whistle_to_approve": (
        _("Approve %(number)s"),
        _("A whistle was blown for %(category)s at %(grid)s. It goes out when you approve."),
    ),
    "whistle_refused": (
        _("Not approved: %(number)s"),
        _("Your whistle for %(category)s at %(grid)s was not approved. It goes on as a report."),
    ),
    "ticket_taken_back": (
        _("Taken back: %(number)s"),
        _("%(category)s at %(grid)s was given to you by mistake. Nothing is to be done."),
    ),
    "ticket_merged": (
        _("Put together: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, is handled together with %(into)s."),
    ),
    "ticket_parted": (
        _("Handled by itself again: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, is handled by itself again."),
    ),
    "ticket_scored": (
        _("Scored: %(number)s"),
        _("The community scored how %(category)s at %(grid)s was answered."),
    ),
    "ticket_look": (
        _("Please look: %(number)s"),
        _("%(category)s at %(grid)s should be safe by now. Is it? Say so on its page."),
    ),
    "clock_near": (
        _("%(clock)s by %(due)s: %(number)s"),
        _("Three quarters of the time for %(category)s at %(grid)s are used."),
    ),
    "clock_over": (
        _("Late: %(number)s"),
        _("%(category)s at %(grid)s: %(clock)s was due by %(due)s."),
    ),
    "ticket_closed": (
        _("Closed: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, is closed."),
    ),
    "ticket_declined": (
        _("Declined: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, was declined. The reason is on its page."),
    ),
}


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def routed(given: Iterable[tuple[Ticket, list[Assignment]]]) -> None:
    """Tell the departments that got a ticket and the street desks that must decide."""
    given = list(given)
    ask = _Posts(one.department_id for _ticket, assignments in given for one in assignments)
    owe_all(
        _debt(people, kind, ticket, ticket.event_count)  # type: ignore[attr-defined]
        for ticket, assignments in given
        for kind, people in _told_of_routing(ticket, assignments, ask)
    )


def _told_of_routing(
    ticket: Ticket, assignments: list[Assignment], ask: _Posts
) -> Iterator[tuple[str, list[User]]]:
    if not assignments:
        yield "ticket_triage", ask.holders("tickets.triage", ticket.street_id)
    for one in assignments:
        yield "ticket_offered", ask.staff(one.department_id)


def blown(ticket: Ticket) -> None:
    """Ask for the approval that a whistle waits for."""
    if ticket.state == State.AWAITING_APPROVAL:
        permission = TERMS[WhistleKind(ticket.whistle_kind)].approve
        people = staff.holders(permission, ticket.street_id)
        _tell(people, "whistle_to_approve", ticket)


def fired(clocks: Iterable[Clock]) -> None:
    """Remind the post that must act; at the limit, whoever stands above or beside it too."""
    clocks = list(clocks)
    ask = _Posts(one.assignment.department_id for one in clocks if one.assignment)
    owe_all(debt for one in clocks for debt in _of_clock(one, ask))


class _Posts:
    """Who holds what: all departments in one question, each place once, however many rows there
    are."""

    def __init__(self, departments: Iterable[int]) -> None:
        self.staff = staff.by_department(departments).__getitem__
        self.holders = cache(lambda right, *areas: list(staff.holders(right, *areas)))

    def near(self, ticket: Ticket) -> list[User]:
        return self.holders("tickets.verify", ticket.grid_id, ticket.community_id)

    def must_act(self, one: Clock) -> list[User]:
        if one.assignment is not None:
            return self.staff(one.assignment.department_id)
        if one.kind == ClockKind.VERIFY:
            return self.near(one.ticket)
        desk = self.holders("tickets.triage", one.ticket.street_id)
        if one.over_told_at:
            return desk
        # The street's head holds the same right and hears of it when the desk was too late.
        heads = {user.pk for user in self.holders("tickets.approve_hard", one.ticket.street_id)}
        return [user for user in desk if user.pk not in heads]


def _of_clock(one: Clock, ask: _Posts) -> Iterator[Debt]:
    ticket, kind = one.ticket, "clock_over" if one.over_told_at else "clock_near"
    due = by_language(lazy(_day_and_hour, str)(one.due_at))
    # The deadline belongs to the fact: a clock that was computed anew may fire again.
    fact = f"{kind}:{one.pk}:{one.due_at.isoformat()}"
    more = {"clock": by_language(ClockKind(one.kind).label), "due": due}
    debt = _debt(ask.must_act(one), kind, ticket, 0)
    yield debt._replace(params=debt.params | more, fact=fact)
    if kind == "clock_over" and one.kind == ClockKind.MAKE_SAFE:
        yield _debt(ask.near(ticket), "ticket_look", ticket, one.pk)


def moved(ticket: Ticket, name: str, touched: Assignment | None, facts: Facts) -> None:
    """Tell those whom a move concerns next."""
    if name in _AFTER:
        _AFTER[name](ticket, touched, facts)
    elif ticket.state == State.TRIAGE:
        _tell(staff.holders("tickets.triage", ticket.street_id), "ticket_triage", ticket)
    elif ticket.state == State.HANDLED:
        places = (ticket.grid_id, ticket.community_id)
        _tell(staff.holders("tickets.verify", *places), "ticket_to_verify", ticket)
    elif ticket.state in {State.CLOSED, State.DECLINED}:
        _tell_reporters(f"ticket_{ticket.state}", ticket)


def _after_assigning(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    known = {one.pk for one in facts.assignments}
    fresh = ticket.assignments.live().exclude(pk__in=known)
    departments = {*fresh.values_list("department", flat=True)}
    if touched is not None:
        departments.add(touched.department_id)
    _tell(staff.of(departments), "ticket_offered", ticket)


def _after_sending_back(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    if touched is not None:
        _tell(staff.of([touched.department_id]), "ticket_sent_back", ticket)


def _after_blowing(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    blown(ticket)


def _after_refusing(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    author = ticket.whistles.order_by("-pk").values("blown_by")[:1]
    _tell(User.objects.filter(pk__in=author), "whistle_refused", ticket)


def _after_merging(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    into = ticket.merged_into
    number = into.number if into else ""
    _tell(_filer(ticket), "ticket_merged", ticket, into=number)


def _after_parting(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    _tell(_filer(ticket), "ticket_parted", ticket)


def _after_undoing(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    """Whoever was called for nothing hears so; a reporter whose ticket was merged as well."""
    last = facts.last
    if last is not None and last.verb == "merge":
        _after_parting(ticket, touched, facts)
    elif last is not None and last.verb == "assign" and last.department_id:
        _tell(staff.of([last.department_id]), "ticket_taken_back", ticket)


def _after_scoring(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    if touched is not None:
        _tell(staff.of([touched.department_id]), "ticket_scored", ticket)


_AFTER: dict[str, Callable[[Ticket, Assignment | None, Facts], None]] = {
    "assign": _after_assigning,
    "reject": _after_sending_back,
    "reopen": _after_sending_back,
    "blow": _after_blowing,
    "refuse": _after_refusing,
    "merge": _after_merging,
    "unmerge": _after_parting,
    "undo": _after_undoing,
    "rate": _after_scoring,
}


def _filer(ticket: Ticket) -> QuerySet[User]:
    return User.objects.filter(pk__in=[ticket.filed_by_id])


def _tell_reporters(kind: str, ticket: Ticket) -> None:
    """Who reported it, and who reported what was merged into it: each of his own report."""
    for one in [ticket, *ticket.merged.select_related("category", "grid", "lead_department")]:
        if one.filed_by_id:
            _tell(_filer(one), kind, one)


def _tell(people: QuerySet[User], kind: str, ticket: Ticket, **more: str) -> None:
    debt = _debt(people, kind, ticket, ticket.events.count())
    owe(**debt._replace(params=debt.params | more)._asdict())


def _debt(people: Iterable[User], kind: str, ticket: Ticket, event_count: int) -> Debt:
    department = ticket.lead_department
    return Debt(
        recipients=people,
        kind=kind,
        params={
            "number": ticket.number,
            "category": ticket.category.names,
            "grid": ticket.grid.name,
            "department": department.short_name if department else "",
        },
        url=ticket.get_absolute_url(),
        # One telling for each time the ticket came into this state.
        fact=f"{kind}:{ticket.pk}:{event_count}",
    )


def _day_and_hour(moment: datetime) -> str:
    """24 Sep 11:05, as the reader of a message writes it."""
    there = clock.local(moment)
    day = date_format(there, pgettext("short date, this year", "j M"))
    return gettext("%(day)s %(time)s") % {"day": day, "time": f"{there:%H:%M}"}


def by_language(words: str | Promise) -> dict[str, str]:
    """A word of ours as each reader's language has it; which that is shows when it is read."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code.lower()] = str(words)
    return said
