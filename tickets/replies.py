"""Replies ready to hand: which are offered with a move, and their words put in.

A placeholder is replaced by a plain word of the ticket and by nothing else: no format language, no
attribute, no markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from grids import roles, scoping
from grids.models import Area, Department, Level
from tickets.models import ReplyTemplate

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.models import Ticket

PLACEHOLDERS = ("number", "category", "grid", "community", "street", "department")
_NAMED = re.compile(r"\{([^{}]*)\}")
_ENTITY = re.compile(r"&(?:[a-zA-Z]+|#\w+);")


def faults(title: str, text: str) -> list[str]:
    """What makes these words no plain text, in sentences."""
    found = []
    if any(sign in title + text for sign in "<>") or _ENTITY.search(title + text):
        found.append(_("Write plain words, without < and >."))
    strange = [one for one in _NAMED.findall(text) if one not in PLACEHOLDERS]
    if strange:
        known = " ".join(f"{{{one}}}" for one in PLACEHOLDERS)
        found.append(
            _("“%(name)s” is no placeholder. There are: %(known)s.")
            % {"name": f"{{{strange[0][:20]}}}", "known": known}
        )
    if set("{}") & set(_NAMED.sub("", text) + title):
        found.append(_("A brace stands alone. Placeholders are written as {number}."))
    return found


def filled(template: ReplyTemplate, ticket: Ticket) -> str:
    """The words for this ticket."""
    lead = ticket.lead_department
    values = {
        "number": ticket.number,
        "category": ticket.category.name,
        "grid": ticket.grid.name,
        "community": ticket.community.name,
        "street": ticket.street.name,
        "department": lead.short_name if lead else "",
    }
    return _NAMED.sub(lambda found: values.get(found[1], found[0]), template.text)


def offered(ticket: Ticket, departments: Iterable[int]) -> list[ReplyTemplate]:
    """What is in force for the place of the ticket, and for these departments; by title."""
    places = [ticket.community_id, ticket.street_id, ticket.district_id]
    found = ReplyTemplate.objects.in_force().filter(
        Q(area__in=places) | Q(department__in=list(departments))
    )
    return list(found.order_by("title", "pk"))


def fitting(
    templates: Iterable[ReplyTemplate], name: str, department: int | None
) -> list[ReplyTemplate]:
    """Those for this move; a department's own only where it is the one that acts."""
    return [
        one
        for one in templates
        if one.move in {"", name} and one.department_id in {None, department}
    ]


def kept_by(user: User) -> QuerySet[ReplyTemplate]:
    """The templates that ``user`` may change: of his areas and all beneath, of his departments."""
    inside = Q(pk=None)
    for start in scoping.prefixes(user, "tickets.set_templates"):
        inside |= Q(area__path__startswith=start)
    departments = scoping.reach(user, "tickets.set_templates").departments
    if departments:
        inside |= Q(department__in=departments)
    return ReplyTemplate.objects.filter(inside).select_related(
        "area", "department", "created_by", "ended_by"
    )


def owners(user: User) -> tuple[QuerySet[Area], QuerySet[Department]]:
    """For what ``user`` may set templates: districts, streets and communities; departments."""
    inside = Q(pk=None)
    for post in scoping.held(user):
        if "tickets.set_templates" in roles.ROLES[post.role].over_area and post.path:
            inside |= Q(path__startswith="".join(f"{step}." for step in post.path))
    levels = [Level.DISTRICT, Level.STREET, Level.COMMUNITY]
    areas = Area.objects.in_force().filter(inside, level__in=levels).order_by("path")
    departments = scoping.reach(user, "tickets.set_templates").departments
    return areas, Department.objects.active().filter(pk__in=departments).order_by("code")
