"""The task list on the page of an area, and the worker's own on /field/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from govgrid.core import backlog, panels
from govgrid.core.panels import Figure, Panel
from grids import queries, tasklist
from grids.models import Area, Level, Patrol, Post

if TYPE_CHECKING:
    from django.http import HttpRequest


def register() -> None:
    """Called once at start-up."""
    panels.register("grids.area", duties_here)
    panels.register("grids.field", to_do_in_the_field)
    backlog.register("grids.duties", _("Duties not done"), duties_left)


def duties_here(request: HttpRequest, area: Area) -> Panel | None:
    """What a grid or a community is asked, for who does it or oversees it."""
    user = request.user
    sees = user.has_perm("grids.oversee", area) or user.has_perm("grids.do_duty", area)
    if area.level < Level.COMMUNITY or not sees:
        return None
    tasks = tasklist.tasks_of([area])
    load = tasklist.load_of(one.duty for one in tasks)
    return Panel("grids/_panel_duties.html", {"area": area, "tasks": tasks, "load": load}, rank=40)


def to_do_in_the_field(request: HttpRequest, patrol: Patrol | None) -> Panel | None:
    """What is still open in my grids for this week, month or quarter."""
    if not request.user.is_authenticated:
        return None
    tasks = tasklist.tasks_of(queries.own_grids(request.user))
    left = [one for one in tasks if one.is_open]
    if not tasks:
        return None
    context = {"tasks": left, "done": len(tasks) - len(left), "is_several": _several(left)}
    return Panel("grids/_field_duties.html", context, (Figure(_("Duties open"), len(left)),))


def _several(tasks: list[tasklist.Task]) -> bool:
    return len({one.area.pk for one in tasks}) > 1


def duties_left(area: Area | None, post: Post) -> list[backlog.Item]:
    """What the present period still asks; duties are asked of areas."""
    if area is None:
        return []
    return [
        backlog.Item(f"{one.duty.pk}-{one.first}", f"{one.duty.name} ({one.first} – {one.last})")
        for one in tasklist.tasks_of([area])
        if one.is_open
    ]
