"""What tickets have to say on the pages of the apps beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from govgrid.accounts import backends
from govgrid.core import backlog, clock, panels
from govgrid.core.panels import Figure, Panel
from govgrid.core.templatetags.gg import state_class, state_icon
from grids.models import Area, Facility, Patrol, Post
from tickets import inbox, tallies, tiles
from tickets.models import Assignment, SavedSearch, Ticket
from tickets.workflow import OPEN, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

ROWS = 8
# On a phone in the street; the rest is on the desk.
TO_DO_ROWS = 10
# More is no hand-over any more; the list of tickets has them all.
WORK_ROWS = 200


def register() -> None:
    """Hang the panels into their places; called once at start-up."""
    panels.register("grids.area", open_here)
    panels.register("grids.facility", about_facility)
    panels.register("grids.field", to_do)
    panels.register("grids.map", on_the_map)
    panels.register("grids.sheet", how_many)
    panels.register_notes("grids.areas", how_many_each)
    backlog.register("tickets.open", _("Open tickets"), open_work)
    panels.register_tally("tickets.filed", _("Reports"), tallies.filed)
    searches = SavedSearch.objects.filter(owner=OuterRef("pk"))
    backends.ask_along("has_searches", Exists(searches))


def open_here(request: HttpRequest, area: Area) -> Panel:
    """The newest open tickets of an area that this person may see."""
    found = Ticket.objects.in_reach_of(request.user).beneath(area).open()
    rows = list(found.for_lists().order_by("-pk")[:ROWS])
    return Panel("tickets/_area_panel.html", {"area": area, "tickets": rows}, rank=20)


def on_the_map(_request: HttpRequest, _obj: object) -> Panel:
    """The layer of open tickets: where its tiles are and how each state looks."""
    looks = {
        one: f"{state_class(one)} {state_icon(one)} {State(one).label}" for one in sorted(OPEN)
    }
    return Panel("tickets/_map_layer.html", {"looks": looks})


def how_many(request: HttpRequest, area: Area) -> Panel:
    """How much is open in an area, as the map counts it."""
    many, late = tiles.counts(tiles.scope_of(request.user), [area]).get(area.pk, (0, 0))
    figures = (Figure(_("Open tickets"), many), Figure(_("Overdue"), late))
    return Panel("tickets/_sheet_link.html", {"area": area, "many": many}, figures)


def how_many_each(request: HttpRequest, areas: Sequence[Area]) -> dict[int, str]:
    found = tiles.counts(tiles.scope_of(request.user), areas)
    return {key: _in_words(many, late) for key, (many, late) in found.items()}


def _in_words(many: int, late: int) -> str:
    said = ngettext("%(count)s open", "%(count)s open", many) % {"count": many}
    if not late:
        return said
    words = ngettext("%(count)s late", "%(count)s late", late) % {"count": late}
    return f"{said} · {words}"


def about_facility(request: HttpRequest, facility: Facility) -> Panel:
    """What was reported about a facility, as far as this person may see, the newest first."""
    found = Ticket.objects.in_reach_of(request.user).filter(facility=facility)
    rows = list(found.for_lists().order_by("-pk")[: ROWS + 1])
    context = {"facility": facility, "tickets": rows[:ROWS], "is_more": len(rows) > ROWS}
    return Panel("tickets/_facility_panel.html", context)


def to_do(request: HttpRequest, patrol: Patrol | None) -> Panel:
    """What waits for a grid worker, as on the desk: the least time left first."""
    rows = inbox.in_order(inbox.waiting(request.user))
    context = {"rows": rows[:TO_DO_ROWS], "is_more": len(rows) > TO_DO_ROWS, "at": clock.now()}
    return Panel("tickets/_field_panel.html", context, (Figure(_("To do"), len(rows)),))


def open_work(area: Area | None, post: Post) -> list[backlog.Item]:
    """The open tickets of a place or a department for who takes its post over: number and category,
    no text."""
    if area is None:
        parts = Assignment.objects.live().filter(department=post.department_id)
        found = Ticket.objects.filter(pk__in=parts.values("ticket")).open()
    else:
        found = Ticket.objects.beneath(area).open()
    found = found.select_related("category", "grid").order_by("pk")
    return [
        backlog.Item(
            one.number, f"{one.number} {one.category.name}, {one.grid.name}", one.get_absolute_url()
        )
        for one in found[:WORK_ROWS]
    ]
