"""Teams and alliances as they are read: numbers by quarter, and pledges kept of those that were due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Q, Sum

from govgrid.core import clock
from members.models import Alliance, AllianceUnit, Pledge, Team, TeamCount

if TYPE_CHECKING:
    from members.workflow.units import Quarter


class Sums(NamedTuple):
    volunteers: int
    activities: int
    hours: int


class TeamRow(NamedTuple):
    team: Team
    sums: Sums


class AllianceRow(NamedTuple):
    """``due``: what should have been given by today, or was given before; ``kept`` of these."""

    alliance: Alliance
    units: int
    due: int
    kept: int

    @property
    def percent(self) -> int:
        return 100 * self.kept // self.due if self.due else 0


SUMS = {"a": Sum("activities"), "h": Sum("hours"), "v": Sum("volunteers")}


def rows(teams: Iterable[Team], year: int) -> list[TeamRow]:
    """Each with what it did in a year: activities and hours of all quarters. One statement."""
    found = list(teams)
    counts = TeamCount.objects.filter(team__in=[one.pk for one in found], year=year)
    sums: dict[int, Any] = {
        one["team"]: one for one in counts.order_by().values("team").annotate(**SUMS)
    }
    nothing = {"a": 0, "h": 0, "v": 0}
    return [
        TeamRow(one, Sums(said["v"], said["a"], said["h"]))
        for one in found
        for said in [sums.get(one.pk, nothing)]
    ]


def of_quarter(quarter: Quarter, path: str) -> Sums:
    """What the teams of an area did in a quarter."""
    found = TeamCount.objects.filter(
        year=quarter.year, quarter=quarter.number, team__area__path__startswith=path
    )
    said = found.aggregate(**SUMS)
    return Sums(said["v"] or 0, said["a"] or 0, said["h"] or 0)


def pledged(day: date) -> dict[str, Count]:
    """Counts of pledges as of a day: those that were due or given by then, and those given."""
    was_kept = Q(fulfilled_on__lte=day)
    return {
        "due": Count("pk", filter=was_kept | Q(due_on__lte=day)),
        "kept": Count("pk", filter=was_kept),
    }


def alliance_rows(alliances: Iterable[Alliance]) -> list[AllianceRow]:
    """Each with its units and its pledges. Two statements."""
    found = list(alliances)
    ids = [one.pk for one in found]
    units = dict(
        AllianceUnit.objects.filter(alliance__in=ids, left_on=None)
        .order_by()
        .values_list("alliance")
        .annotate(many=Count("pk"))
    )
    pledges: dict[int, Any] = {
        one["given_by__alliance"]: one
        for one in Pledge.objects.filter(given_by__alliance__in=ids)
        .order_by()
        .values("given_by__alliance")
        .annotate(**pledged(clock.today()))
    }
    nothing = {"due": 0, "kept": 0}
    return [
        AllianceRow(one, units.get(one.pk, 0), said["due"], said["kept"])
        for one in found
        for said in [pledges.get(one.pk, nothing)]
    ]
