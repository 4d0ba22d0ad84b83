"""May this person? One small function each, asked through ``user.has_perm(name, obj)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from govgrid.core.parts import may_have
from grids import scoping
from grids.models import Level
from tickets.beside import Beside
from tickets.evidence import on_the_spot, promised_on
from tickets.models import (
    Assignment,
    Card,
    Photo,
    SupervisionOrder,
    Ticket,
)
from tickets.setting import can_set_limits, can_set_rules, can_set_templates, can_set_terms
from tickets.sight import can_see_meeting
from tickets.workflow import (
    LIVE,
    MOVES,
    TERMS,
    Facts,
    Move,
    On,
    Reach,
    Tier,
    WhistleKind,
)

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

LEVEL_OF = {
    Reach.GRID: Level.GRID,
    Reach.COMMUNITY: Level.COMMUNITY,
    Reach.STREET: Level.STREET,
    Reach.DISTRICT: Level.DISTRICT,
}


def can_view(user: Person, ticket: Ticket) -> bool:
    """Mirrors ``TicketQuerySet.in_reach_of``; tests/tickets/test_rules.py holds them equal."""
    departments = scoping.reach(user, "tickets.view").departments
    return is_in_reach(user, ticket, ()) or (
        bool(departments) and ticket.assignments.filter(department__in=departments).exists()
    )


def is_in_reach(user: Person, ticket: Ticket, parts: Iterable[Assignment]) -> bool:
    """The same, for whoever has read all the parts of departments already."""
    if user.is_authenticated and ticket.filed_by_id == user.pk:
        return True
    if scoping.covers(user, "tickets.view", ticket.place):
        return True
    departments = scoping.reach(user, "tickets.view").departments
    return any(one.department_id in departments for one in parts)


def reachable(user: Person, tickets: Iterable[Ticket]) -> set[int]:
    """Which of some rows of a list ``user`` may see; one statement at the most."""
    ids = {one.pk: is_in_reach(user, one, ()) for one in tickets}
    found, rest = (
        {pk for pk, seen in ids.items() if seen},
        [pk for pk, seen in ids.items() if not seen],
    )
    departments = scoping.reach(user, "tickets.view").departments
    if rest and departments:
        given = Assignment.objects.filter(ticket__in=rest, department__in=departments)
        found |= set(given.values_list("ticket", flat=True))
    return found


def sees_filer(user: Person, ticket: Ticket) -> bool:
    """A reporter is known to who answers for the place and to himself, not to a department."""
    return ticket.filed_by_id == user.pk or scoping.covers(user, "tickets.view", ticket.place)


def sees_evidence(user: Person, photo: Photo) -> bool:
    """Where and when a photo was taken tells where its sender was: as with the filer's name."""
    if photo.by_id == user.pk:
        return True
    return photo.ticket is not None and scoping.covers(user, "tickets.view", photo.ticket.place)


def sees_score(user: Person, ticket: Ticket, department_id: int | None) -> bool:
    """A score is for the community that gave it and the department that got it."""
    if scoping.covers(user, "tickets.rate", ticket.place):
        return True
    return department_id is not None and scoping.works_in(user, "tickets.work", [department_id])


def can_add_photo(user: Person, ticket: Ticket, parts: Iterable[Assignment] | None = None) -> bool:
    """Who filed it, who works on it, and who answers for the place; not who only looks on.

    A page that has read the ``parts`` of the departments already gives them.
    """
    if user.is_authenticated and ticket.filed_by_id == user.pk:
        return True
    if scoping.covers(user, "tickets.file", ticket.place):
        return True
    if parts is not None:
        return any(one.is_live and can_work(user, one) for one in parts)
    return working_department(user, ticket) is not None


def working_department(user: Person, ticket: Ticket) -> int | None:
    """The department for which ``user`` works on this ticket; the lead before the others."""
    departments = scoping.reach(user, "tickets.work").departments
    if not departments:
        return None
    mine = ticket.assignments.live().filter(department__in=departments).order_by("-role", "pk")
    return mine.values_list("department", flat=True).first()


def can_work(user: Person, assignment: Assignment) -> bool:
    """Act for the department that was given the ticket."""
    return scoping.works_in(user, "tickets.work", [assignment.department_id])


def can_endorse(user: Person, assignment: Assignment) -> bool:
    """Agree for the department, as its head does."""
    return scoping.works_in(user, "tickets.endorse", [assignment.department_id])


def can_rule_as_far(user: Person, reach: str, ticket: Ticket) -> bool:
    """A ruling holds no further than who makes it answers for: a street's not for the district."""
    place = ticket.place
    above = {level: area for level, area in place.items() if level <= LEVEL_OF[Reach(reach)]}
    return scoping.covers(user, "tickets.rule", above)


def reaches_of(user: Person, ticket: Ticket) -> list[Reach]:
    """How far ``user`` may rule on this ticket, the nearest first."""
    return [one for one in Reach if can_rule_as_far(user, one, ticket)]


def can_file(user: Person, district_id: int) -> bool:
    """File anywhere in the districts where one holds a post: a street's end is no wall."""
    return district_id in scoping.districts(user, "tickets.file")


def can_approve(user: Person, ticket: Ticket) -> bool:
    """The street approves joint enforcement, its head a hard case."""
    if not ticket.whistle_kind:
        return False
    permission = TERMS[WhistleKind(ticket.whistle_kind)].approve
    return bool(permission) and scoping.covers(user, permission, ticket.place)


def can_blow(user: Person, ticket: Ticket) -> bool:
    """Blow some whistle for this ticket; :func:`can_blow_kind` says which."""
    return any(can_blow_kind(user, kind, ticket) for kind in WhistleKind)


def can_blow_kind(user: Person, kind: str, ticket: Ticket) -> bool:
    """An emergency may be whistled for all over one's district, the others in one's own area."""
    permission = TERMS[WhistleKind(kind)].blow
    if kind == WhistleKind.EMERGENCY:
        return ticket.district_id in scoping.districts(user, permission)
    return scoping.covers(user, permission, ticket.place)


def whistles_of(user: Person) -> list[WhistleKind]:
    """The kinds that ``user`` may blow somewhere: what a form offers."""
    return [kind for kind in WhistleKind if scoping.reach(user, TERMS[kind].blow)]


def can_note(permission: str) -> Callable[[Person, Ticket], bool]:
    """Who answers for the place, and the departments that have a part: never who reported it."""

    def rule(user: Person, ticket: Ticket) -> bool:
        return notes_are_open(user, permission, ticket, ticket.assignments.live())

    return rule


def notes_are_open(
    user: Person, permission: str, ticket: Ticket, parts: Iterable[Assignment]
) -> bool:
    """The same, for a page that has read the parts of the departments already."""
    if scoping.covers(user, permission, ticket.place):
        return True
    departments = scoping.reach(user, permission).departments
    return bool(departments) and any(
        one.is_live and one.department_id in departments for one in parts
    )


def can_answer(user: Person, ticket: Ticket) -> bool:
    """A card or an order is answered by who works in a department that has, or had, a part in it."""
    departments = scoping.reach(user, "tickets.work").departments
    return bool(departments) and has_part(user, ticket.assignments.all())


def has_part(user: Person, assignments: Iterable[Assignment]) -> bool:
    return scoping.works_in(user, "tickets.work", {one.department_id for one in assignments})


def can_close_order(user: Person, order: SupervisionOrder) -> bool:
    """The office that issued it, whoever holds its post by now."""
    areas = scoping.reach(user, "tickets.supervise").areas
    return any(order.issuing_area_id in ids for ids in areas.values())


# The post that may take a ticket up from each level: that level's own, or one above it.
_POST_AT = {
    Tier.GRID: Level.COMMUNITY,
    Tier.COMMUNITY: Level.COMMUNITY,
    Tier.STREET: Level.STREET,
    Tier.DISTRICT: Level.DISTRICT,
}


def can_escalate(user: Person, ticket: Ticket) -> bool:
    """Once the street has it, the community takes it no further."""
    lowest = _POST_AT[Tier(ticket.level)]
    areas = scoping.reach(user, "tickets.escalate").areas
    return any(level <= lowest and ticket.place[level] in ids for level, ids in areas.items())


def over_area(permission: str) -> Callable[[Person, Ticket], bool]:
    """The rule "holds it over the place where the ticket was filed"."""

    def rule(user: Person, ticket: Ticket) -> bool:
        return scoping.covers(user, permission, ticket.place)

    return rule


RULES: dict[str, Callable[..., bool]] = {
    "tickets.view": can_view,
    "tickets.file": can_file,
    "tickets.work": can_work,
    "tickets.endorse": can_endorse,
    "tickets.approve_whistle": can_approve,
    "tickets.blow": can_blow,
    # Whose move it was is for the guard to say.
    "tickets.undo": can_view,
    "tickets.add_photo": can_add_photo,
    "tickets.set_limits": can_set_limits,
    "tickets.answer": can_answer,
    "tickets.set_terms": can_set_terms,
    "tickets.set_rules": can_set_rules,
    "tickets.escalate": can_escalate,
    "tickets.read_notes": can_note("tickets.read_notes"),
    "tickets.write_note": can_note("tickets.write_note"),
    "tickets.set_templates": can_set_templates,
    "tickets.see_meeting": can_see_meeting,
    # The code at the place, with who has come: for the same people.
    "tickets.show_code": can_add_photo,
    **{
        name: over_area(name)
        for name in (
            "tickets.triage",
            "tickets.check",
            "tickets.call_back",
            "tickets.settle",
            "tickets.verify",
            "tickets.close",
            "tickets.reopen",
            "tickets.reveal_contact",
            "tickets.whistle",
            "tickets.whistle_emergency",
            "tickets.approve",
            "tickets.approve_hard",
            "tickets.merge",
            "tickets.rate",
            "tickets.see_scores",
            "tickets.supervise",
            "tickets.see_levels",
            "tickets.hold_meeting",
            "tickets.rule",
            "tickets.grant",
            "tickets.suspend",
            "tickets.exempt",
        )
    },
}


# ── moves ─────────────────────────────────────────────────────────────────────────────────────


def gather(
    name: str,
    ticket: Ticket,
    assignments: Iterable[Assignment],
    *,
    by: User | None,
    assignment: int | None = None,
    given: dict[str, Any] | None = None,
    at: datetime | None = None,
    beside: Beside | None = None,
) -> Facts:
    """The facts a move is judged by, with the assignment it concerns."""
    rows = tuple(assignments)
    last = ticket.events.order_by("-pk").first() if name == "undo" else None
    return Facts(
        ticket=ticket,
        by=by,
        assignment=_concerned(MOVES[name], rows, by, assignment),
        assignments=rows,
        own_departments=own_departments(by),
        given=given or {},
        at=at,
        last=last,
        waiting=name == "answer" and _waits(ticket, rows, by),
        milestones=promised_on(name, ticket),
        answers_for=scoping.reach(by, "tickets.work").departments if by else frozenset(),
        beside=beside or Beside(ticket),
        **on_the_spot(name, ticket),
    )


def _waits(ticket: Ticket, rows: Iterable[Assignment], by: Person | None) -> bool:
    """Whether a card or an order waits for an answer of a department of ``by``."""
    if by is None or not has_part(by, rows):
        return False
    if not may_have(ticket, "cards") and not may_have(ticket, "orders"):
        return False
    mine = scoping.reach(by, "tickets.work").departments
    cards = Card.objects.open().filter(ticket=ticket, department__in=mine).values("pk")
    orders = SupervisionOrder.objects.open().filter(ticket=ticket, department__in=mine)
    return cards.union(orders.values("pk"), all=True).exists()


def own_departments(by: Person | None) -> frozenset[int]:
    """Departments in which ``by`` holds a post; the office of his area is not among them."""
    if by is None:
        return frozenset()
    posts = scoping.held(by)
    return frozenset(p.department_id for p in posts if p.department_id and p.area_id is None)


def _concerned(
    step: Move, rows: tuple[Assignment, ...], by: User | None, wanted: int | None
) -> Assignment | None:
    """The assignment named, or the one live assignment of the asker's own departments."""
    if wanted is not None:
        return next((one for one in rows if one.pk == wanted), None)
    if step.on is not On.ASSIGNMENT:
        return None
    mine = scoping.reach(by, step.permission).departments if by else None
    fit = [one for one in rows if mine is None or one.department_id in mine]
    live = [one for one in fit if one.state in LIVE]
    ready = [one for one in live if one.state in step.assignment_sources]
    return next(iter(ready or live or fit[::-1]), None)


def may(user: Person, name: str, facts: Facts) -> bool:
    """Whether ``user`` may take this move at all, whatever the state says."""
    step = MOVES[name]
    if name == "answer":
        return has_part(user, facts.assignments)  # as the rule says, of rows that are read
    if step.on is On.TICKET:
        return user.has_perm(step.permission, facts.ticket) and _may_as_asked(user, name, facts)
    return facts.assignment is not None and user.has_perm(step.permission, facts.assignment)


def _may_as_asked(user: Person, name: str, facts: Facts) -> bool:
    """What hangs on what was typed: the kind of whistle, and the other ticket of a merge."""
    into, kind = facts.given.get("into"), facts.given.get("whistle_kind")
    if name == "merge" and isinstance(into, Ticket):
        return user.has_perm("tickets.merge", into)
    if name == "blow" and kind:
        return can_blow_kind(user, str(kind), facts.ticket)
    if name == "rule" and facts.given.get("reach") in Reach.values:
        return can_rule_as_far(user, str(facts.given["reach"]), facts.ticket)
    return True
