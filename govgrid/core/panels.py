"""Lower pages show upper facts: an upper app registers a panel, the lower page asks for its place."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest


class Panel(NamedTuple):
    """A part of a page: a template and what it is rendered with."""

    template: str
    context: dict[str, Any]


Maker = Callable[[HttpRequest, Any], Panel | None]
_makers: dict[str, list[Maker]] = defaultdict(list)


def register(place: str, panel: Maker) -> None:
    """Call from ``AppConfig.ready``; ``place`` is named by the page, as in "grids.area"."""
    if panel not in _makers[place]:
        _makers[place].append(panel)


def panels_for(place: str, request: HttpRequest, obj: Any) -> list[Panel]:
    """What the upper apps have to say about ``obj``; a maker with nothing to say gives None."""
    made = (maker(request, obj) for maker in _makers.get(place, ()))
    return [panel for panel in made if panel is not None]
