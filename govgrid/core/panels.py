"""Lower pages show upper facts: an upper app registers a panel, the lower page asks for its place."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from govgrid.core.parts import Rows, carrying


class Figure(NamedTuple):
    """A number and its name, for the row of figures on top of a page."""

    label: str | Promise
    number: int


class Panel(NamedTuple):
    """A part of a page: a template, what it is rendered with, and what the top says of it.

    ``rank`` is its place among the others of a page, small ones first.
    """

    template: str
    context: dict[str, Any]
    figures: tuple[Figure, ...] = ()
    rank: int = 50


Maker = Callable[[HttpRequest, Any], Panel | None]
_makers: dict[str, list[Maker]] = defaultdict(list)


def register(place: str, panel: Maker) -> None:
    """Call from ``AppConfig.ready``; ``place`` is named by the page, as in "grids.area"."""
    if panel not in _makers[place]:
        _makers[place].append(panel)


def leave_out(app: str) -> None:
    """Whatever ``app`` registered here is not shown: it is switched off."""
    for place, makers in _makers.items():
        _makers[place] = [one for one in makers if not _is_of(app, one)]
    for parts in _parts.values():
        for name in [name for name, rows in parts.items() if _is_of(app, rows.model)]:
            del parts[name]
    for place, notes in _notes.items():
        _notes[place] = [one for one in notes if not _is_of(app, one)]
    for name in [name for name, (_label, tally) in _tallies.items() if _is_of(app, tally)]:
        del _tallies[name]


def _is_of(app: str, one: Any) -> bool:
    return one.__module__.split(".")[0] == app


def panels_for(place: str, request: HttpRequest, obj: Any) -> list[Panel]:
    """What the upper apps have to say about ``obj``; a maker with nothing to say gives None."""
    made = (maker(request, obj) for maker in _makers.get(place, ()))
    found = [panel for panel in made if panel is not None]
    return sorted(found, key=lambda panel: panel.rank)


# ── whether there is anything to say ──────────────────────────────────────────────────────────

# Rows that hang on the one of the page, which they know as ``OuterRef("pk")``.
_parts: dict[str, dict[str, QuerySet]] = defaultdict(dict)


def register_part(place: str, name: str, rows: QuerySet) -> None:
    """Call from ``AppConfig.ready``: a page's row then carries ``has_NAME``, asked in one statement
    with it, so that a panel without anything asks nothing."""
    _parts[place][name] = rows


def with_parts(place: str, rows: Rows) -> Rows:
    """``rows`` of a page with what the upper apps want to know of each."""
    return carrying(rows, _parts[place])


# ── what stands beside each row of a list ─────────────────────────────────────────────────────

# For many objects at once what is to be said of each, by its key.
Notes = Callable[[HttpRequest, Sequence[Any]], Mapping[int, str]]
_notes: dict[str, list[Notes]] = defaultdict(list)


def register_notes(place: str, notes: Notes) -> None:
    """Call from ``AppConfig.ready``, as with :func:`register`."""
    if notes not in _notes[place]:
        _notes[place].append(notes)


def notes_for(place: str, request: HttpRequest, objects: Sequence[Any]) -> dict[int, list[str]]:
    """What the upper apps say of each of ``objects``: asked once for all of them."""
    found: dict[int, list[str]] = defaultdict(list)
    for notes in _notes.get(place, ()):
        for key, words in notes(request, objects).items():
            found[key].append(words)
    return dict(found)


# ── counting ──────────────────────────────────────────────────────────────────────────────────

Span = tuple[datetime, datetime]
# What a person did in each of some spans of time, as many numbers as spans.
Tally = Callable[[Any, Sequence[Span]], list[int]]
_tallies: dict[str, tuple[str | Promise, Tally]] = {}


class Counted(NamedTuple):
    """What an upper app counted, and what it calls that."""

    label: str | Promise
    counts: list[int]


def register_tally(name: str, label: str | Promise, tally: Tally) -> None:
    """Call from ``AppConfig.ready``; ``name`` says whose it is, as in "tickets.filed"."""
    _tallies[name] = (label, tally)


def tallies(person: Any, spans: Sequence[Span]) -> list[Counted]:
    """What the upper apps know that ``person`` did in each span."""
    return [Counted(label, tally(person, spans)) for label, tally in _tallies.values()]
