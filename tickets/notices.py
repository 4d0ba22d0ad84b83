"""Who is told what: the messages that a change owes, written in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from govgrid.accounts.models import User
from govgrid.core.sayings import Said, by_language, day, day_and_hour
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe, owe_all
from tickets import staff, tracking
from tickets.debts import debt_of
from tickets.models import Assignment, Callback, Clock, Ticket
from tickets.phrases import KINDS
from tickets.posts import Posts, deciding, near_to
from tickets.workflow import (
    IN_HAND,
    TERMS,
    AssignmentState,
    ClockKind,
    Facts,
    State,
    Tier,
    WhistleKind,
)  # fmt: skip

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tickets.posts import Look


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def routed(
    given: Iterable[tuple[Ticket, list[Assignment]]], looks: Mapping[int, Look] | None = None
) -> None:
    """Tell the departments that got a ticket, the street desks that must decide, and whoever looks
    at one first (``looks``, by ticket)."""
    given, looks = list(given), looks or {}
    called = {one.department_id for _ticket, assignments in given for one in assignments}
    undecided = {one.street_id for one, parts in given if not parts and one.pk not in looks}
    posts, desks = staff.by_department(called), staff.holders_of_each("tickets.triage", undecided)

    def told(ticket: Ticket, assignments: list[Assignment]) -> Iterator[tuple[str, list[User]]]:
        if ticket.pk in looks:
            yield "ticket_check", looks[ticket.pk].people
        elif not assignments:
            yield "ticket_triage", desks[ticket.street_id]
        for one in assignments:
            yield "ticket_offered", posts[one.department_id]

    owe_all(
        debt_of(people, kind, ticket, ticket.event_count)  # type: ignore[attr-defined]
        for ticket, assignments in given
        for kind, people in told(ticket, assignments)
    )


def blown(ticket: Ticket) -> None:
    """Ask for the approval that a whistle waits for."""
    if ticket.state == State.AWAITING_APPROVAL:
        permission = TERMS[WhistleKind(ticket.whistle_kind)].approve
        people = staff.holders(permission, ticket.street_id)
        _tell(people, "whistle_to_approve", ticket)


def fired(clocks: Iterable[Clock]) -> None:
    """Remind the post that must act; at the limit, whoever stands above or beside it too."""
    clocks = list(clocks)
    ask = Posts(one.assignment.department_id for one in clocks if one.assignment)
    owe_all(debt for one in clocks for debt in _of_clock(one, ask))


def _of_clock(one: Clock, ask: Posts) -> Iterator[Debt]:
    ticket, kind = one.ticket, "clock_over" if one.over_told_at else "clock_near"
    due = day_and_hour(one.due_at)
    # The deadline belongs to the fact: a clock that was computed anew may fire again.
    fact = f"{kind}:{one.pk}:{one.due_at.isoformat()}"
    named = by_language(ClockKind(one.kind).label)
    if one.milestone is not None:
        named = {code: f"{label} {one.milestone.title}" for code, label in named.items()}
    more = {"clock": named, "due": due}
    debt = debt_of(ask.must_act(one), kind, ticket, 0)
    yield debt._replace(params=debt.params | more, fact=fact)
    if kind == "clock_over" and one.kind == ClockKind.MAKE_SAFE:
        yield debt_of(ask.near(ticket), "ticket_look", ticket, one.pk)


def moved(ticket: Ticket, name: str, touched: Assignment | None, facts: Facts) -> None:
    """Tell those whom a move concerns next."""
    if name in _AFTER:
        _AFTER[name](ticket, touched, facts)
    elif ticket.state == State.TRIAGE:
        _tell(staff.holders("tickets.triage", *deciding(ticket)), "ticket_triage", ticket)
    elif ticket.state == State.HANDLED:
        places = (ticket.grid_id, ticket.community_id)
        _tell(staff.holders("tickets.verify", *places), "ticket_to_verify", ticket)
    elif ticket.state in {State.CLOSED, State.DECLINED}:
        _tell_reporters(f"ticket_{ticket.state}", ticket)


def _after_taking_up(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    area = ticket.district_id if ticket.level == Tier.DISTRICT else ticket.street_id
    _tell(staff.holders("tickets.triage", area), "ticket_up", ticket)


def _after_assigning(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    known = {one.pk for one in facts.assignments}
    fresh = ticket.assignments.live().exclude(pk__in=known)
    departments = {*fresh.values_list("department", flat=True)}
    if touched is not None and touched.state in IN_HAND:
        _tell(staff.of([touched.department_id]), "ticket_given_again", ticket)
        departments.discard(touched.department_id)
    elif touched is not None:
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


def _after_asking_for_a_look(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    _tell(near_to([ticket])[ticket.pk].people, "ticket_check", ticket)


def _after_looking(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    """What is real and goes on its way needs nobody; the rest waits for the desk."""
    if ticket.state == State.TRIAGE:
        _tell(staff.holders("tickets.triage", *deciding(ticket)), "ticket_checked", ticket)


def _after_merging(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    into = ticket.merged_into
    number = into.number if into else ""
    _tell(_filer(ticket), "ticket_merged", ticket, into=number)
    _tell_the_other("ticket_joined", into, ticket)


def _tell_the_other(kind: str, leading: Ticket | None, ticket: Ticket) -> None:
    """Who reported the leading one, unless both reports are his."""
    if leading is None or leading.filed_by_id == ticket.filed_by_id:
        return
    debt = debt_of(_filer(leading), kind, leading, 0)
    # The leading one has no event of its own: each that joins or leaves it is another fact.
    owe(**debt._replace(fact=f"{debt.fact}:{ticket.pk}:{ticket.events.count()}")._asdict())


def _after_parting(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    _tell(_filer(ticket), "ticket_parted", ticket)
    _tell_the_other("ticket_left", facts.given.get("parted_from"), ticket)


def _after_undoing(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    """Whoever the move called or told of something hears that it was a mistake."""
    last = facts.last
    assert last is not None, "workflow.can_be_undone lets none through"  # noqa: S101
    if last.verb == "merge":
        _after_parting(ticket, touched, facts)
    elif last.verb == "assign":
        known = set(last.data["undo"]["assignments"])
        called = {one.department_id for one in facts.assignments if str(one.pk) not in known}
        called |= {last.department_id} if last.department_id else set()
        _tell(staff.of(called), "ticket_taken_back", ticket)
    elif last.verb == "decline":
        _tell_reporters("ticket_not_declined", ticket)
    else:
        places = (ticket.grid_id, ticket.community_id)
        _tell(staff.holders("tickets.verify", *places), "ticket_not_settled", ticket)


def _after_scoring(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    if touched is not None:
        _tell(staff.of([touched.department_id]), "ticket_scored", ticket)


def _after_splitting(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    numbers = ", ".join(one.number for one in facts.given["made"])
    _tell(_filer(ticket), "ticket_split", ticket, parts=numbers)


def _after_handing(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    """Who takes it himself knows."""
    if touched is not None and touched.handler_id and touched.handler_id != _id_of(facts.by):
        people = User.objects.filter(pk=touched.handler_id)
        _tell(people, "ticket_handed", ticket, department=touched.department.short_name)


def _id_of(user: User | None) -> int | None:
    return user.pk if user else None


def _after_promising(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    """Whoever else is to reach something hears of the plan."""
    own = {touched.department_id} if touched else set()
    given = facts.given.get("milestones") or ()
    named = {one.department.pk for one in given if one.department}
    if touched is None and any(one.department is None for one in given):
        named |= {ticket.lead_department_id}
    if named - own - {None}:
        _tell(staff.of(named - own - {None}), "milestones_set", ticket)


def _after_reaching(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    author = ticket.whistles.order_by("-pk").values("blown_by")[:1]
    title = facts.given["milestone"].title
    _tell(User.objects.filter(pk__in=author), "milestone_reached", ticket, milestone=title)


def _after_moving(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    if touched is not None:
        title, day = facts.given["milestone"].title, facts.given["due_on"]
        people = staff.of([touched.department_id])
        _tell(people, "milestone_moved", ticket, milestone=title, day=f"{day:%Y-%m-%d}")


def _after_disputing(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    _tell(staff.holders("tickets.rule", ticket.street_id), "ticket_to_rule", ticket)


def _after_ruling(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    if touched is not None:
        _tell(staff.of([touched.department_id]), "ticket_ruled", ticket)


def _after_withdrawing(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    if touched is not None:
        _tell(staff.of([touched.department_id]), "ticket_withdrawn", ticket)
    if ticket.state == State.HANDLED:
        places = (ticket.grid_id, ticket.community_id)
        _tell(staff.holders("tickets.verify", *places), "ticket_to_verify", ticket)


def _after_asking(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    """First the head of the department, then the desk."""
    request = ticket.extensions.filter(outcome="").last()
    if touched is None or request is None:
        return
    if request.endorsed_at is None:
        heads = staff.of([touched.department_id], "tickets.endorse")
        _tell(heads, "extension_to_endorse", ticket)
    else:
        _tell(staff.holders("tickets.grant", ticket.street_id), "extension_to_grant", ticket)


def _to_the_department(kind: str) -> Callable[[Ticket, Assignment | None, Facts], None]:
    def after(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
        if touched is not None:
            _tell(staff.of([touched.department_id]), kind, ticket)

    return after


def _after_suspending(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    until = day(facts.given["until"])
    _tell(staff.of(_at_work(facts)), "ticket_suspended", ticket, until=until)
    _tell_reporters("ticket_suspended", ticket, until=until)


def _after_resuming(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    _tell(staff.of(_at_work(facts)), "ticket_resumed", ticket)
    if ticket.state == State.TRIAGE:
        _tell(staff.holders("tickets.triage", ticket.street_id), "ticket_triage", ticket)


def _at_work(facts: Facts) -> list[int]:
    return [
        one.department_id
        for one in facts.assignments
        if one.is_live and one.state != AssignmentState.DONE
    ]


def _after_appealing(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    signers = staff.holders("tickets.exempt", ticket.street_id, ticket.district_id)
    _tell(signers, "appeal_to_sign", ticket)


def _after_signing(ticket: Ticket, touched: Assignment | None, facts: Facts) -> None:
    """The first signature is nobody's news but the other signers', who were told."""
    appeals = facts.beside.appeals if facts.beside else []
    if touched is not None and any(one.second_at == facts.at for one in appeals):
        _tell(staff.of([touched.department_id]), "appeal_signed", ticket)


_AFTER: dict[str, Callable[[Ticket, Assignment | None, Facts], None]] = {
    "ask_check": _after_asking_for_a_look,
    "check": _after_looking,
    "assign": _after_assigning,
    "reject": _after_sending_back,
    "reopen": _after_sending_back,
    "blow": _after_blowing,
    "refuse": _after_refusing,
    "merge": _after_merging,
    "unmerge": _after_parting,
    "undo": _after_undoing,
    "rate": _after_scoring,
    # Of supervision ``tickets.actions.telling`` tells.
    **dict.fromkeys(("urge", "supervise", "answer"), lambda *_of_it: None),
    "escalate": _after_taking_up,
    "split": _after_splitting,
    "hand_to": _after_handing,
    "plan": _after_promising,
    "add_milestone": _after_promising,
    "reach_milestone": _after_reaching,
    "move_milestone": _after_moving,
    "call_in": _after_assigning,
    "dispute": _after_disputing,
    "rule": _after_ruling,
    "withdraw": _after_withdrawing,
    "extend": _after_asking,
    "endorse": _after_asking,
    "grant": _to_the_department("extension_granted"),
    "deny": _to_the_department("extension_denied"),
    "suspend": _after_suspending,
    "resume": _after_resuming,
    "appeal": _after_appealing,
    "exempt": _after_signing,
    "uphold": _to_the_department("appeal_refused"),
}


def _filer(ticket: Ticket) -> QuerySet[User]:
    return User.objects.filter(pk__in=[ticket.filed_by_id])


def _tell_reporters(kind: str, ticket: Ticket, **more: Said) -> None:
    """Who reported it, and who reported what was merged into it: each of his own report."""
    merged = ticket.merged.select_related("category", "grid", "lead_department")
    family = [ticket, *merged]
    asked = set(Callback.objects.open().filter(ticket__in=family).values_list("ticket", flat=True))
    for one in family:
        if one.filed_by_id and one.pk in asked:
            debt = debt_of(_filer(one), "ticket_ask", one, one.events.count())
            owe(**debt._replace(url=tracking.path_of(one))._asdict())
        elif one.filed_by_id:
            _tell(_filer(one), kind, one, **more)


def unsolved(ticket: Ticket) -> None:
    """There is no level above: the command hears that it is not solved, and decides."""
    _tell(staff.holders("tickets.call_back", ticket.district_id), "ticket_unsolved", ticket)


def _tell(people: Iterable[User], kind: str, ticket: Ticket, **more: Said) -> None:
    debt = debt_of(people, kind, ticket, ticket.events.count())
    owe(**debt._replace(params=debt.params | more)._asdict())
