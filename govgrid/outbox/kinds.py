"""The kinds of message: the upper apps bring the words, which are chosen in the reader's tongue."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.utils import translation

PLACE = re.compile(r"%\((\w+)\)")


class Kind(NamedTuple):
    """Lazily translated strings with places like ``%(number)s``."""

    subject: Any
    body: Any
    # What goes with a mail of this kind, from its params in the reader's language.
    attach: Callable[[Mapping[str, Any]], Attached] | None = None


class Attached(NamedTuple):
    """A file that goes with a mail."""

    name: str
    content: str
    content_type: str


class Told(NamedTuple):
    """A message in words."""

    subject: str
    body: str


class Owed(Protocol):
    """What can be put in words: a ``Message``, or anything with a kind and params."""

    kind: str
    params: Mapping[str, Any]


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    subject: Any,
    body: Any,
    attach: Callable[[Mapping[str, Any]], Attached] | None = None,
) -> None:
    """Call from ``AppConfig.ready``; ``subject`` and ``body`` are ``gettext_lazy`` strings."""
    _kinds[kind] = Kind(subject, body, attach)
    _places.cache_clear()


def check(kind: str, params: Mapping[str, Any]) -> None:
    """KeyError for a kind nobody registered or a place nobody filled: a fault of ours, found early."""
    missing = _places(kind) - params.keys()
    if missing:
        raise KeyError(*sorted(missing))


@cache
def _places(kind: str) -> frozenset[str]:
    """Of every language: a translation may name one more."""
    known = _kinds[kind]
    found: set[str] = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= set(PLACE.findall(f"{known.subject} {known.body}"))
    return frozenset(found)


def words(kind: str, params: Mapping[str, Any], language: str | None = None) -> Told:
    """The message in a language, or in that of the page being read; fails as :func:`check` does."""
    known = _kinds[kind]
    tongue = language or translation.get_language()
    given = _given(tongue, params)
    with translation.override(tongue):
        return Told(str(known.subject) % given, str(known.body) % given)


def _given(tongue: str | None, params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _in(tongue, value) for name, value in params.items()}


def attached(message: Owed, language: str | None = None) -> Attached | None:
    """The file that goes with a mail of this kind, if one does."""
    known = _kinds.get(message.kind)
    if known is None or known.attach is None:
        return None
    tongue = language or translation.get_language()
    with translation.override(tongue):
        return known.attach(_given(tongue, message.params))


def _in(tongue: str | None, value: Any) -> Any:
    """A value that the sender gave by language is read in the reader's, else in the first."""
    if not isinstance(value, Mapping):
        return value
    return value.get((tongue or "").lower()) or next(iter(value.values()))


def render(message: Owed, language: str | None = None) -> Told:
    """``message`` in ``language``, or in that of the page being read.

    A row whose kind is gone with its app is still shown, by its name.
    """
    if message.kind not in _kinds:
        return Told(message.kind, "")
    return words(message.kind, message.params, language)
