"""What an area was called and coded, since when it is there, and what it came of."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from govgrid.core import panels
from govgrid.core.panels import Panel
from govgrid.core.parts import may_have
from grids.models import Area, CodeSystem


def _history(request: HttpRequest, area: Area) -> Panel | None:
    """Nothing where an area has one code, one name and no history."""
    codes = list(area.other_codes.all()) if may_have(area, "codes") else []
    names = list(area.former_names.order_by("-valid_to")) if may_have(area, "names") else []
    predecessors = _predecessors(area) if may_have(area, "predecessors") else []
    if not (codes or names or predecessors):
        return None
    context: dict[str, Any] = {
        "area": area,
        "system": CodeSystem(area.code_system).label if area.code_system in CodeSystem else "",
        "codes": [code for code in codes if code.valid_to is None],
        "former_codes": [code for code in codes if code.valid_to is not None],
        "names": names,
        "predecessors": predecessors,
    }
    return Panel("grids/_panel_history.html", context)


def _predecessors(area: Area) -> list[Area]:
    return list(area.predecessors.order_by("valid_to", "code"))


def register() -> None:
    """Called once at start-up."""
    panels.register("grids.area", _history)
