"""The task list, read for a page: what a place is asked to do, and what came of it beneath."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection

from govgrid.core import clock
from grids import scoping
from grids.gate import Decision, Stage
from grids.models import Area, Duty, DutyDone, Level
from grids.models.duty import DutyQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

# Duties on one page.
MOST = 200

# Of each duty, how many of the places beneath answered what, by the area just beneath the one
# that is looked at. One statement for a district with 11,000 grids.
COUNTS = """
    SELECT d.id, c.id, c.code, c.name, count(*),
           count(*) FILTER (WHERE x.outcome = 'done'),
           count(*) FILTER (WHERE x.outcome = 'not_done')
    FROM unnest(%(ids)s::bigint[], %(firsts)s::date[]) AS asked(id, first_day)
    JOIN grids_duty d ON d.id = asked.id
    JOIN grids_area reach ON reach.id = d.area_id
    JOIN grids_area g ON g.level = d.level AND (d.kind = '' OR g.kind = d.kind)
         AND g.path LIKE %(base)s AND g.path LIKE reach.path || '%%'
         AND g.valid_from <= %(on)s AND (g.valid_to IS NULL OR g.valid_to > %(on)s)
    JOIN grids_area c ON c.id = split_part(g.path, '.', least(%(step)s, g.level))::bigint
    LEFT JOIN grids_dutydone x
         ON x.duty_id = d.id AND x.area_id = g.id AND x.first_day = asked.first_day
    GROUP BY d.id, c.id, c.code, c.name
    ORDER BY c.code, d.id
"""


@dataclass(frozen=True)
class Task:
    """A duty as one place has it in the present period."""

    duty: Duty
    area: Area
    first: date
    last: date
    answer: DutyDone | None

    @property
    def is_open(self) -> bool:
        return self.answer is None or not self.answer.is_done


def tasks_of(areas: Iterable[Area], on: date | None = None) -> list[Task]:
    """What these places are asked now, what is still open and ends first in front.

    Two statements, however many places and duties.
    """
    on, areas = on or clock.today(), list(areas)
    above = {pk for area in areas for pk in area.ancestor_ids}
    duties = list(
        Duty.objects.running(on).filter(area__in=above).select_related("department", "area")
    )
    asked = [(duty, area) for area in areas for duty in duties if _is_asked(duty, area)]
    answers = DutyDone.objects.filter(
        duty__in={duty.pk for duty, _area in asked},
        area__in={area.pk for _duty, area in asked},
        first_day__gte=min((duty.period(on)[0] for duty, _area in asked), default=on),
    )
    given = {(one.duty_id, one.area_id, one.first_day): one for one in answers}
    found = []
    for duty, area in asked:
        first, last = duty.period(on)
        found.append(Task(duty, area, first, last, given.get((duty.pk, area.pk, first))))
    return sorted(found, key=lambda one: (not one.is_open, one.last, one.duty.pk, one.area.pk))


def running_in(area: Area) -> list[Duty]:
    """The duties that run today and ask something of ``area``, of what is above or beneath it."""
    running = Duty.objects.running(clock.today()).touching([area.path], [])
    return list(running.select_related("department", "area")[:MOST])


def _is_asked(duty: Duty, area: Area) -> bool:
    return (
        area.path.startswith(duty.area.path)
        and duty.level == area.level
        and duty.kind in ("", area.kind)
    )


@dataclass
class Tally:
    """Done, not done, and nothing said."""

    asked: int = 0
    done: int = 0
    not_done: int = 0

    @property
    def unsaid(self) -> int:
        return self.asked - self.done - self.not_done

    def add(self, asked: int, done: int, not_done: int) -> None:
        self.asked += asked
        self.done += done
        self.not_done += not_done


@dataclass
class PlaceTally(Tally):
    code: str = ""
    name: str = ""


@dataclass
class Overview:
    """What came of the duties in an area: by duty, and by the areas beneath it, in their order."""

    by_duty: list[tuple[Duty, Tally]]
    by_place: list[PlaceTally]


def overview(area: Area, duties: Sequence[Duty], on: date | None = None) -> Overview:
    """Counts for the present period of each duty. By place, and never by person."""
    on = on or clock.today()
    tallies = {duty.pk: Tally() for duty in duties}
    places: dict[int, PlaceTally] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTS,
            {
                "ids": [duty.pk for duty in duties],
                "firsts": [duty.period(on)[0] for duty in duties],
                "base": f"{area.path}%",
                "on": on,
                "step": min(area.level + 1, Level.GRID),
            },
        )
        for duty_id, place_id, code, name, *counts in cursor.fetchall():
            tallies[duty_id].add(*counts)
            places.setdefault(place_id, PlaceTally(code=code, name=name)).add(*counts)
    return Overview([(duty, tallies[duty.pk]) for duty in duties], list(places.values()))


@dataclass(frozen=True)
class Load:
    """What a place carries: how many duties, and the minutes that they ask of it a month."""

    duties: int
    minutes: int
    without_minutes: int


def load_of(duties: Iterable[Duty]) -> Load:
    duties = list(duties)
    return Load(
        len(duties),
        round(sum(duty.minutes_a_month for duty in duties)),
        sum(duty.minutes is None for duty in duties),
    )


def heaviest(duty: Duty, on: date | None = None) -> Load:
    """What the most burdened kind of place in the duty's reach carries already.

    Duties differ by area and kind, so the whole of what may meet in one place is counted.
    """
    others = (
        Duty.objects.running(on or max(clock.today(), duty.starts_on))
        .filter(area__in=duty.area.ancestor_ids, level=duty.level)
        .exclude(pk=duty.pk)
    )
    if duty.kind:
        others = others.filter(kind__in=["", duty.kind])
    return load_of(others)


def visible_to(user: User | AnonymousUser) -> DutyQuerySet:
    """Duties asked of a place within reach, or owned by one's office; mirrors ``can_see_duty``."""
    prefixes = {
        *scoping.prefixes(user, "grids.oversee"),
        *scoping.prefixes(user, "grids.do_duty"),
    }
    departments = scoping.reach(user, "grids.oversee").departments
    if not prefixes and not departments:
        return Duty.objects.none()
    return Duty.objects.touching(sorted(prefixes), departments)


def in_stage(duties: DutyQuerySet, stage: Stage) -> DutyQuerySet:
    """The rows of one stage today; the calendar's share of it is asked of the database."""
    today = clock.today()
    if stage in (Stage.PROPOSED, Stage.REFUSED, Stage.WITHDRAWN):
        return duties.filter(decision=stage.value)
    admitted = duties.filter(decision=Decision.ADMITTED)
    if stage == Stage.COMING:
        return admitted.filter(starts_on__gt=today)
    if stage == Stage.ENDED:
        return admitted.filter(ends_on__lt=today)
    return duties.running(today)
