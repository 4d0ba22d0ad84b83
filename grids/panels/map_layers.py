"""What grids themselves put on the map beside the outlines: public facilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govgrid.core import panels
from govgrid.core.panels import Panel
from grids.models import Facility

if TYPE_CHECKING:
    from django.http import HttpRequest

# Colour and glyph of each state, as the states of tickets have them.
LOOKS = {
    Facility.State.GOOD: "is-quiet check",
    Facility.State.DAMAGED: "is-near works",
    Facility.State.MISSING: "is-over alert",
    Facility.State.OFF: "is-quiet s-paused",
}


def register() -> None:
    """Called once at start-up."""
    panels.register("grids.map", facilities)


def facilities(_request: HttpRequest, _obj: object) -> Panel:
    looks = {state.value: f"{look} {state.label}" for state, look in LOOKS.items()}
    return Panel("grids/_map_layer.html", {"looks": looks}, rank=10)
