"""Programmes as they are read: how far their projects are. Nobody types a percentage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q

from govgrid.core import clock
from members.models import Milestone, NetworkEvent, Programme, Project, ProjectStep
from members.workflow.projects import OPEN, ProjectState

if TYPE_CHECKING:
    from django.utils.functional import Promise


class ProgrammeRow(NamedTuple):
    """A programme with its projects by state, and milestones reached of all."""

    programme: Programme
    projects: int
    done: int
    steps: int
    steps_done: int
    steps_late: int

    @property
    def percent(self) -> int:
        return round(100 * self.steps_done / self.steps) if self.steps else 0


def rows(programmes: Iterable[Programme]) -> list[ProgrammeRow]:
    """Two statements, however many. What was dropped is out of the milestones."""
    found = list(programmes)
    ids = [one.pk for one in found]
    today = clock.today()
    projects = {
        one["programme"]: one
        for one in Project.objects.filter(programme__in=ids)
        .order_by()
        .values("programme")
        .annotate(many=Count("pk"), done=Count("pk", filter=Q(state=ProjectState.DONE)))
    }
    steps = {
        one["project__programme"]: one
        for one in Milestone.objects.filter(project__programme__in=ids)
        .exclude(project__state=ProjectState.DROPPED)
        .order_by()
        .values("project__programme")
        .annotate(
            many=Count("pk"),
            done=Count("pk", filter=Q(done_on__isnull=False)),
            late=Count(
                "pk", filter=Q(done_on=None, due_on__lt=today, project__state__in=list(OPEN))
            ),
        )
    }
    nothing = {"many": 0, "done": 0, "late": 0}
    return [
        ProgrammeRow(
            one,
            projects.get(one.pk, nothing)["many"], projects.get(one.pk, nothing)["done"],
            steps.get(one.pk, nothing)["many"], steps.get(one.pk, nothing)["done"],
            steps.get(one.pk, nothing)["late"],
        )
        for one in found
    ]  # fmt: skip


def projects(programme: Programme) -> list[Project]:
    rows = programme.projects.counted().select_related("lead", "area")
    return list(rows.order_by("pk"))


class StateCount(NamedTuple):
    state: str
    label: str | Promise
    number: int


def states_on(day: date, path: str) -> tuple[list[StateCount], list[int]]:
    """How many projects of an area were in which state on a day, and which of them were open."""
    found = (
        ProjectStep.objects.filter(on__lte=day, project__area__path__startswith=path)
        .order_by("project", "-id")
        .distinct("project")
        .values_list("project", "state")
    )
    states = dict(found)
    counts = [
        StateCount(str(one), one.label, sum(state == one for state in states.values()))
        for one in ProjectState
    ]
    return counts, [pk for pk, state in states.items() if state in OPEN]


def late_on(day: date, projects: list[int]) -> int:
    """Milestones that were due and not reached on a day, of projects that were open. What was put
    off or added later is told by the story."""
    later = NetworkEvent.objects.filter(
        subject__in=[f"project:{pk}" for pk in projects], verb__in=["shift", "milestone"],
        at__gte=clock.midnight(day + timedelta(days=1)),
    )  # fmt: skip
    due_then: dict[int, date] = {}
    added: set[int] = set()
    for verb, data in later.order_by("pk").values_list("verb", "data"):
        if verb == "milestone":
            added.add(data["milestone"])
        else:
            due_then.setdefault(data["milestone"], date.fromisoformat(data["due"][0]))
    not_yet = Q(done_on=None) | Q(done_on__gt=day)
    found = Milestone.objects.filter(not_yet, project__in=projects).exclude(pk__in=added)
    return sum(due_then.get(pk, due) < day for pk, due in found.values_list("pk", "due_on"))
