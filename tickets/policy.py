"""The limits of a district as its people read them: the standard, its own, and what was before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids import roles, scoping
from grids.models import Area, Level
from tickets import queries
from tickets.models import SCOPES, ColourTerms, TimeLimit
from tickets.workflow import STANDARD, Allowance, ClockKind

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from tickets.models import ColourTermsQuerySet

    Person = User | AnonymousUser

# A district has a few dozen; whatever comes beyond is said to be there.
OWN_ROWS = 200
ENDED_ROWS = 50

# What starts each clock and what stops it.
MEANINGS: dict[ClockKind, str | Promise] = {
    ClockKind.SIGN: _(
        "Runs for each department from the moment it is given the ticket until somebody there"
        " signs for it."
    ),
    ClockKind.REPORT_IN: _(
        "Runs for each department from the moment it is given the ticket until the first of its"
        " people has come, to the place or to the meeting."
    ),
    ClockKind.MAKE_SAFE: _(
        "Runs for the lead where there is a danger, until the lead says that it is over or"
        " somebody from the place has seen that it is."
    ),
    ClockKind.PLAN: _(
        "Runs for the lead of a whistle that asks for a plan, until the plan is handed in."
    ),
    ClockKind.RESOLVE: _(
        "Runs for the lead until it says that the work is done. A reopened ticket gets half of it."
    ),
    ClockKind.TRIAGE: _(
        "Runs for the street desk while it has to decide who shall handle a ticket."
    ),
    ClockKind.VERIFY: _(
        "Runs for the people of the place from the moment the work is said to be done until one"
        " of them has looked."
    ),
    ClockKind.CLOSE: _(
        "Runs from the moment it was found to be fixed. When it is over the ticket is closed by"
        " itself."
    ),
    ClockKind.CHECK: _(
        "Runs for the nearest grid worker, else for the community, while a report is looked at before"
        " a department is sent. The desk's own clock stands still meanwhile."
    ),
    ClockKind.RULING: _(
        "Runs for the street from the moment a department disputes for the third time that a"
        " ticket is its own, until somebody has ruled."
    ),
}


class Line(NamedTuple):
    """What holds for one kind of ticket: the standard, and the limits set here in its place."""

    title: str | Promise
    standard: Allowance | None
    own: list[TimeLimit]


class Part(NamedTuple):
    """One clock: what it is, and its limits by kind of ticket."""

    kind: str
    title: str | Promise
    meaning: str | Promise
    lines: list[Line]


def visible_to(user: Person) -> QuerySet[TimeLimit]:
    """The limits of everywhere and of the districts in which ``user`` holds a post."""
    return TimeLimit.objects.filter(_inside(user)).select_related(
        "area", "category", "created_by", "ended_by"
    )


def colours_visible_to(user: Person) -> ColourTermsQuerySet:
    """The same of the colours."""
    return ColourTerms.objects.filter(_inside(user)).select_related("area", "created_by")


def _inside(user: Person) -> Q:
    inside = Q(area=None)
    for start in queries.districts_of(user):
        inside |= Q(area__path__startswith=start)
    return inside


def parts(limits: Iterable[TimeLimit]) -> list[Part]:
    """The whole policy: every clock with the standard and with ``limits``."""
    own: dict[tuple[str, str], list[TimeLimit]] = {}
    for one in limits:
        own.setdefault((one.clock, one.scope), []).append(one)
    return [
        Part(kind.value, kind.label, meaning, list(_lines(kind, own)))
        for kind, meaning in MEANINGS.items()
    ]


def _lines(kind: ClockKind, own: dict[tuple[str, str], list[TimeLimit]]) -> Iterable[Line]:
    for scope, title in SCOPES:
        standard, mine = STANDARD.get((scope, kind)), own.get((kind, scope), [])
        if standard or mine:
            yield Line(title, standard, mine)


def areas_to_set(user: Person) -> QuerySet[Area]:
    """Districts, streets and communities for which ``user`` may set a limit."""
    inside = Q(pk=None)
    for post in scoping.held(user):
        if "tickets.set_limits" in roles.ROLES[post.role].over_area and post.path:
            inside |= Q(path__startswith="".join(f"{step}." for step in post.path))
    levels = [Level.DISTRICT, Level.STREET, Level.COMMUNITY]
    return Area.objects.in_force().filter(inside, level__in=levels).order_by("path")
