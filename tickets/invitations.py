"""A meeting as a file that any calendar reads (RFC 5545). Pure.

One event with eight lines needs no package: ``icalendar`` is alive, but brings a parser, recurrences
and time zones of its own for what are an escape of four characters and a fold at 75 bytes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

FOLD = 75
CONTENT_TYPE = "text/calendar; charset=utf-8"


class Invitation(NamedTuple):
    """What a calendar keeps of a meeting; the same ``uid`` with a higher ``sequence`` replaces it."""

    uid: str
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str
    description: str
    url: str
    # Who sends it; a calendar takes a cancelling from nobody else.
    organizer: str
    is_cancelled: bool = False
    # Counts its changes; without one a cancelling is the only one.
    sequence: int | None = None


def ics(one: Invitation) -> str:
    """The file, with the line ends that the standard asks for."""
    method = f"METHOD:{'CANCEL' if one.is_cancelled else 'PUBLISH'}"
    return _file([method, *_event(one)])


def feed(name: str, events: Iterable[Invitation]) -> str:
    """Many of them under one name, for a calendar that asks again by itself."""
    lines = ["METHOD:PUBLISH", f"X-WR-CALNAME:{_text(name)}"]
    return _file([*lines, *(line for one in events for line in _event(one))])


def _file(lines: Iterable[str]) -> str:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//GovGrid//Meetings//EN")
    return "".join(f"{part}\r\n" for part in _folded([*head, *lines, "END:VCALENDAR"]))


def _event(one: Invitation) -> tuple[str, ...]:
    return (
        "BEGIN:VEVENT",
        f"UID:{one.uid}",
        f"DTSTAMP:{_utc(one.stamped_at)}",
        f"DTSTART:{_utc(one.starts_at)}",
        f"DTEND:{_utc(one.ends_at)}",
        f"SEQUENCE:{int(one.is_cancelled) if one.sequence is None else one.sequence}",
        f"STATUS:{'CANCELLED' if one.is_cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_text(one.summary)}",
        f"LOCATION:{_text(one.place)}",
        f"DESCRIPTION:{_text(one.description)}",
        f"URL:{one.url}",
        f"ORGANIZER:mailto:{one.organizer}",
        "END:VEVENT",
    )


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """A line break would begin a property of the writer's own."""
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())


def _folded(lines: Iterable[str]) -> Iterator[str]:
    """At most 75 bytes a line, never through a character; what follows begins with a blank."""
    for line in lines:
        part = ""
        for character in line:
            if len((part + character).encode()) > FOLD:
                yield part
                part = " "
            part += character
        yield part
