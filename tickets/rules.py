"""May this person? One small function each, asked through ``user.has_perm(name, obj)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from grids import roles, scoping
from grids.models import Level
from tickets.models import Assignment, Photo, Ticket
from tickets.workflow import LIVE, MOVES, TERMS, Facts, Move, On, WhistleKind

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from grids.models import Area

    Person = User | AnonymousUser


def can_view(user: Person, ticket: Ticket) -> bool:
    """Mirrors ``TicketQuerySet.in_reach_of``; tests/tickets/test_rules.py holds them equal."""
    if user.is_authenticated and ticket.filed_by_id == user.pk:
        return True
    if scoping.covers(user, "tickets.view", ticket.place):
        return True
    departments = scoping.reach(user, "tickets.view").departments
    return bool(departments) and ticket.assignments.filter(department__in=departments).exists()


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


def can_add_photo(user: Person, ticket: Ticket) -> bool:
    """Who filed it, who works on it, and who answers for the place; not who only looks on."""
    if user.is_authenticated and ticket.filed_by_id == user.pk:
        return True
    if scoping.covers(user, "tickets.file", ticket.place):
        return True
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


def can_set_limits(user: Person, area: Area | None) -> bool:
    """For an area under one's post; everywhere (None) by a post for the city alone."""
    for post in scoping.held(user):
        if "tickets.set_limits" not in roles.ROLES[post.role].over_area:
            continue
        if area is None:
            if post.level == Level.CITY:
                return True
        elif post.area_id in area.ancestor_ids:
            return True
    return False


def over_area(permission: str) -> Callable[[Person, Ticket], bool]:
    """The rule "holds it over the place where the ticket was filed"."""

    def rule(user: Person, ticket: Ticket) -> bool:
        return scoping.covers(user, permission, ticket.place)

    return rule


RULES: dict[str, Callable[..., bool]] = {
    "tickets.view": can_view,
    "tickets.file": can_file,
    "tickets.work": can_work,
    "tickets.approve_whistle": can_approve,
    "tickets.blow": can_blow,
    # Whose move it was is for the guard to say.
    "tickets.undo": can_view,
    "tickets.add_photo": can_add_photo,
    "tickets.set_limits": can_set_limits,
    # The code at the place, with who has come: for the same people.
    "tickets.show_code": can_add_photo,
    **{
        name: over_area(name)
        for name in (
            "tickets.triage",
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
    )


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
    if step.on is not On.ASSIGNMENT:
        return None
    if wanted is not None:
        return next((one for one in rows if one.pk == wanted), None)
    mine = scoping.reach(by, step.permission).departments if by else None
    fit = [one for one in rows if mine is None or one.department_id in mine]
    live = [one for one in fit if one.state in LIVE]
    ready = [one for one in live if one.state in step.assignment_sources]
    return next(iter(ready or live or fit[::-1]), None)


def may(user: Person, name: str, facts: Facts) -> bool:
    """Whether ``user`` may take this move at all, whatever the state says."""
    step = MOVES[name]
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
    return True
