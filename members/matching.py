"""Who could help: a suggestion with its reasons, never a decision. A person asks, a person agrees.

What is read of a member is the specialties, the place of the station and the number of open claims.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Member, Need
from members.needs import Tree
from members.workflow.matching import Asked, Fit, Offered, fit, rank
from members.workflow.needs import STANDING, TAKEN_UP

if TYPE_CHECKING:
    from django.contrib.gis.geos import Point
    from django.db.models import QuerySet

MOST = 10
# More than this is not looked through for one member's page.
MOST_NEEDS = 200
KILOMETRE = 1000


class Suggestion(NamedTuple):
    member: Member
    why: list[str]


class Fitting(NamedTuple):
    need: Need
    why: list[str]


def match(need: Need) -> list[Suggestion]:
    """Members who let themselves be suggested, the best first. Four statements at most."""
    tree = Tree()
    asked = _asked(need, tree)
    people = _open_to_suggestions().exclude(user__in=_not(need)).exclude(claims__in=_taken(need))
    if asked.specialty is not None:
        fields = asked.above | asked.beneath | {asked.specialty}
        people = people.filter(specialties__in=fields).distinct()
    found = rank(asked, _offered(people), MOST)
    members = Member.objects.in_bulk([one.member for one in found])
    return [Suggestion(members[one.member], _why(one, tree)) for one in found]


def fitting(member: Member, most: int = MOST) -> list[Fitting]:
    """Needs that fit one member; none for who switched suggestions off."""
    people = _open_to_suggestions().filter(pk=member.pk)
    offered = next(iter(_offered(people)), None)
    if offered is None:
        return []
    tree = Tree()
    rows = Need.objects.seeking().exclude(Q(asker=member.user_id) | Q(entered_by=member.user_id))
    rows = rows.exclude(claims__in=member.claims.filter(state__in=TAKEN_UP).values("pk"))
    found = []
    for need in rows.filter(specialty__isnull=False).for_lists().order_by("-pk")[:MOST_NEEDS]:
        one = fit(_asked(need, tree), offered)
        if one is not None:
            found.append((one.step, one.metres or 0, -need.pk, need, one))
    found.sort(key=lambda row: row[:3])
    return [Fitting(need, _why(one, tree)) for *_order, need, one in found[:most]]


def _open_to_suggestions() -> QuerySet[Member]:
    return Member.objects.active().filter(takes_suggestions=True).fresh()


def _not(need: Need) -> list[int]:
    return [one for one in (need.asker_id, need.entered_by_id) if one is not None]


def _taken(need: Need) -> QuerySet:
    return need.claims.filter(state__in=TAKEN_UP).values("pk")


def _asked(need: Need, tree: Tree) -> Asked:
    pk = need.specialty_id
    nothing: frozenset[int] = frozenset()
    return Asked(
        specialty=pk,
        above=tree.above(pk) if pk else nothing,
        beneath=tree.beneath(pk) if pk else nothing,
        point=_pair(need.point),
        lot=need.number,
    )


def _offered(people: QuerySet[Member]) -> list[Offered]:
    rows = list(
        people.order_by("pk")
        .annotate(load=Count("claims", filter=Q(claims__state__in=STANDING), distinct=True))
        .values_list("pk", "station__location", "load")
    )
    through = Member.specialties.through.objects.filter(member__in=[row[0] for row in rows])
    chosen: dict[int, set[int]] = {}
    for pk, specialty in through.values_list("member", "specialty"):
        chosen.setdefault(pk, set()).add(specialty)
    return [
        Offered(pk, frozenset(chosen.get(pk, ())), _pair(location), load)
        for pk, location, load in rows
    ]


def _pair(point: Point | None) -> tuple[float, float] | None:
    return (point.x, point.y) if point is not None else None


def _why(one: Fit, tree: Tree) -> list[str]:
    """In words, as somebody would explain it."""
    said = []
    if one.specialty is not None:
        said.append(tree.said(one.specialty))
    if one.metres is not None:
        said.append(
            _("%(km)s km away") % {"km": f"{one.metres / KILOMETRE:.1f}"}
            if one.metres >= KILOMETRE
            else _("less than 1 km away")
        )
    said.append(
        ngettext("%(count)s open claim", "%(count)s open claims", one.load) % {"count": one.load}
        if one.load
        else _("no open claim")
    )
    return said
