"""Open work of a place, for whoever takes it over: each app says what waits in its own tables."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.utils.functional import Promise


class Item(NamedTuple):
    """A piece of open work: its number, what it is in a few words, and where it is to be seen."""

    key: str
    words: str
    url: str = ""


class Listed(NamedTuple):
    """What one source has, and what it calls that."""

    source: str
    label: str | Promise
    items: Sequence[Item]


# Of an area, and of the post that is handed over there.
Lister = Callable[[Any, Any], Sequence[Item]]
_listers: dict[str, tuple[str | Promise, Lister]] = {}


def register(source: str, label: str | Promise, lister: Lister) -> None:
    """Call from ``AppConfig.ready``; ``source`` says whose it is, as in "tickets.open"."""
    _listers[source] = (label, lister)


def labels() -> dict[str, str | Promise]:
    """What each source is called."""
    return {source: label for source, (label, _lister) in _listers.items()}


def open_work(area: Any, post: Any) -> list[Listed]:
    """All that waits in ``area`` for the holder of ``post``; a source without any is left out."""
    found = [Listed(name, label, list(of(area, post))) for name, (label, of) in _listers.items()]
    return [one for one in found if one.items]
