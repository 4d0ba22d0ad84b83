"""Urging, issuing an order, answering: what they write beside the ticket."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.privacy import guard
from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar
from grids import roles, scoping
from grids.models import Department, Level
from tickets.models import Assignment, Card, SupervisionOrder
from tickets.workflow import TOLD, URGE_MINUTES, WORSE, Colour, Facts, Rank, State

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# Any number, the same everywhere: the numbers of a district are given one after the other.
_NUMBERS_LOCK = 720_314
_LONGEST_ANSWER = 500


def urge(facts: Facts, at: datetime) -> Assignment | None:
    """The department with the worst card that was not urged within the hour; else the lead's, or
    who decides or looks where a ticket waits for that."""
    recent = set(
        facts.ticket.events.filter(
            verb="urge", at__gt=at - timedelta(minutes=URGE_MINUTES)
        ).values_list("department", flat=True)
    )
    for one in _to_urge(facts):
        if (one.department_id if one else None) not in recent:
            return one
    raise Refused("urged_already", _("It was urged less than an hour ago."))


def _to_urge(facts: Facts) -> list[Assignment | None]:
    live = {one.department_id: one for one in facts.assignments if one.is_live}
    worst: dict[int, int] = {}
    for card in Card.objects.live().filter(ticket=facts.ticket):
        rank = WORSE.index(Colour(card.colour))
        worst[card.department_id] = max(worst.get(card.department_id, 0), rank)
    carded = sorted(worst, key=lambda department: -worst[department])
    found: list[Assignment | None] = [live[one] for one in carded if one in live]
    if facts.ticket.state in {State.TRIAGE, State.HANDLED}:
        return [*found, None]
    return found or [one for one in live.values() if one.is_lead]


def supervise(facts: Facts, at: datetime) -> Assignment | None:
    """A numbered order to one department about this ticket, to be answered by a date."""
    by, ticket = facts.by, facts.ticket
    assert by is not None, "an order is issued by an office"  # noqa: S101
    department = facts.given.get("department") or ticket.lead_department
    assert isinstance(department, Department), "a guard asks for one"  # noqa: S101
    parts = [one for one in facts.assignments if one.department_id == department.pk]
    if not parts and not _is_office_here(department, ticket.street_id, ticket.community_id):
        raise Refused("wrong_department", _("This department has no part in the ticket."))
    orders = ticket.orders.all()
    if orders.unclosed().filter(department=department).exists():
        raise Refused("order_is_open", _("An order to this department is still open."))
    limit = str(facts.given["within"])
    days = calendar(ticket.district.code)
    answer_by = days.deadline(at.replace(microsecond=0), Limit.parse(limit))
    assert answer_by is not None, "nothing pauses it"  # noqa: S101
    area_id, office = _issuer(by, facts)
    colour = _colour(facts, department.pk)
    year = clock.local(at).year
    SupervisionOrder.objects.create(
        ticket=ticket,
        district_id=ticket.district_id,
        year=year,
        serial=_next_serial(ticket.district_id, year),
        place=orders.count() + 1,
        department=department,
        post=TOLD[Colour(colour)] if colour else Rank.HEAD,
        colour=colour,
        reason=guard.mask(tidy(str(facts.given["note"]))),
        limit=limit,
        answer_by=answer_by,
        office=office,
        issuing_area_id=area_id,
        issued_at=at,
        issued_by=by,
    )
    return parts[-1] if parts else None


def _is_office_here(department: Department, *areas: int) -> bool:
    return department.kind == Department.Kind.OFFICE and department.area_id in areas


def _next_serial(district_id: int, year: int) -> int:
    """The next number of the year, without a gap: who issues waits for who is issuing there.

    A lock on a number and no row that every order would write to.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_NUMBERS_LOCK, district_id])
    found = SupervisionOrder.objects.filter(district=district_id, year=year)
    return (found.aggregate(last=Max("serial"))["last"] or 0) + 1


def _issuer(by: User, facts: Facts) -> tuple[int, Department | None]:
    """The area for which ``by`` oversees this place, and its office: of a district the command."""
    place = facts.ticket.place
    mine = [
        (level, area_id)
        for post in scoping.held(by)
        if "tickets.supervise" in roles.ROLES[post.role].over_area
        for level, area_id in post.grants
        if place.get(level) == area_id
    ]
    level, area_id = min(mine)
    kind = Department.Kind.COMMAND if level == Level.DISTRICT else Department.Kind.OFFICE
    office = Department.objects.active().filter(area=area_id, kind=kind).order_by("code").first()
    return area_id, office


def _colour(facts: Facts, department_id: int) -> str:
    live = Card.objects.live().filter(ticket=facts.ticket, department=department_id)
    colours = [Colour(one) for one in live.values_list("colour", flat=True)]
    return max(colours, key=WORSE.index, default="")


def answer(facts: Facts, at: datetime) -> Assignment | None:
    """One answer for all that waits for one of this person's departments."""
    by = facts.by
    assert by is not None, "only a department answers"  # noqa: S101
    mine = scoping.reach(by, "tickets.work").departments
    words = guard.mask(tidy(str(facts.given["note"])))
    cards = Card.objects.open().filter(ticket=facts.ticket, department__in=mine)
    orders = SupervisionOrder.objects.open().filter(ticket=facts.ticket, department__in=mine)
    departments = {*cards.values_list("department", flat=True)}
    departments |= {*orders.values_list("department", flat=True)}
    cards.update(answered_at=at, answered_by=by, answer=words[:_LONGEST_ANSWER])
    orders.update(
        answered_at=at, answered_by=by, answer=words, state=SupervisionOrder.State.ANSWERED
    )
    parts = [one for one in facts.assignments if one.department_id in departments]
    return parts[-1] if parts else None
