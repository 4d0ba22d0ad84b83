"""Stories as rows, by COPY: 20,000 tickets in seconds where ``save()`` takes an hour."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, models

from govgrid.core.copying import cell, reserve
from govgrid.home.demo.lives import Blown, Event, Life
from govgrid.home.demo.stories import Story
from tickets.clocks import earliest
from tickets.models import (
    Assignment,
    Clock,
    ClockPause,
    Contact,
    Whistle,
)
from tickets.models.assignment import STEPS


class Told(NamedTuple):
    """A story with what the database knows it by."""

    pk: int
    number: str
    story: Story

    @property
    def life(self) -> Life:
        return self.story.life


class Ids(NamedTuple):
    """The ids that a life's assignments, clocks and whistles get for its own from 1 on."""

    parts: list[int]
    clocks: list[int]
    whistles: list[int]

    def part(self, own: int | None) -> int | None:
        return self.parts[own - 1] if own else None


Known = dict[int, Told]
TICKET = [
    "id",
    "number",
    "client_id",
    "fingerprint",
    "kind",
    "whistle_kind",
    "origin",
    "category_id",
    "grid_id",
    "community_id",
    "street_id",
    "district_id",
    "point",
    "raw_lon",
    "raw_lat",
    "raw_crs",
    "description",
    "state",
    "filed_by_id",
    "filed_at",
    "observed_at",
    "routed_at",
    "routing",
    "lead_department_id",
    "return_count",
    "level",
    "closed_at",
    "due_at",
    "held_state",
    "merged_into_id",
    "repeat_of_id",
]
ASSIGNMENT = [
    "id", "ticket_id", "department_id", "role", "state", "offered_at", "offered_by_id",
    "reported_in_rank", *(f"{step}_{what}" for step in STEPS for what in ("at", "by_id")),
]  # fmt: skip
EVENT = [
    "ticket_id",
    "assignment_id",
    "verb",
    "before",
    "after",
    "at",
    "by_id",
    "department_id",
    "note",
    "data",
]
CLOCK = [
    "id",
    "ticket_id",
    "assignment_id",
    "kind",
    "limit",
    "share",
    "basis",
    "started_at",
    "near_at",
    "due_at",
    "edition",
    "is_provisional",
    "paused_at",
    "next_fire_at",
    "near_told_at",
    "over_told_at",
    "stopped_at",
    "outcome",
]
PAUSE = ["clock_id", "started_at", "ended_at"]
WHISTLE = [
    "id",
    "ticket_id",
    "kind",
    "tried",
    "missing_power",
    "blown_at",
    "blown_by_id",
    "out_at",
    "approved_by_id",
    "refused_at",
    "refused_by_id",
]
HELPER = ["whistle_id", "department_id", "why"]
ARRIVAL = ["assignment_id", "person_id", "rank", "via", "at"]
SCORE = ["ticket_id", "department_id", "speed", "quality", "sentence", "given_at", "given_by_id"]
COLUMNS = {
    "tickets_ticket": TICKET,
    "tickets_ticketwords": ["ticket_id", "words"],
    "tickets_assignment": ASSIGNMENT,
    "tickets_clock": CLOCK,
    "tickets_clockpause": PAUSE,
    "tickets_whistle": WHISTLE,
    "tickets_helper": HELPER,
    "tickets_arrival": ARRIVAL,
    "tickets_score": SCORE,
    "tickets_ticketevent": EVENT,
}
# Bytes at a time: by psycopg2's own 8 kB, whoever writes the next text meanwhile would be
# interrupted a hundred times as often.
CHUNK = 1 << 20


class Scribe:
    """Writes lives as rows, table by table; ``known`` are the stories that others speak of."""

    def __init__(self, known: Known, seed: int) -> None:
        self.known, self.seed = known, seed

    def rows(self, table: str, one: Told, ids: Ids) -> Iterable[list[Any]]:
        """The rows of one life in a table, in the order of its ``COLUMNS``."""
        if table == "tickets_ticket":
            return [_ticket(one, self.known, self.seed)]
        if table == "tickets_ticketevent":
            return (_event(one, ids, event, self.known) for event in one.life.events)
        return _PARTS[table](one, ids)

    def write(self, batch: list[Told]) -> int:
        """Write these tickets with all that belongs to them; gives how many events they have."""
        pairs = list(zip(batch, _ids(batch), strict=True))
        for table in COLUMNS:
            lines = (line(row) for one, ids in pairs for row in self.rows(table, one, ids))
            copy(connection.cursor, table, "".join(lines))
        keep_contacts((one.pk, *one.story.contact) for one in batch if one.story.contact)
        return sum(len(one.life.events) for one in batch)


def keep_contacts(given: Iterable[tuple[int, str, str]]) -> None:
    """Whom to call back, by ticket: name and telephone."""
    Contact.objects.bulk_create(
        Contact(ticket_id=pk, name=name, phone=phone) for pk, name, phone in given
    )


def _ids(batch: list[Told]) -> Iterator[Ids]:
    parts = _reserved(Assignment, [len(one.life.parts) for one in batch])
    clocks = _reserved(Clock, [len(one.life.clocks) for one in batch])
    whistles = _reserved(Whistle, [len(one.life.whistles) for one in batch])
    return map(Ids, parts, clocks, whistles)


def _reserved(model: type[models.Model], counts: list[int]) -> Iterator[list[int]]:
    ids = iter(reserve(model, sum(counts)))
    return ([next(ids) for _ in range(count)] for count in counts)


def _ticket(one: Told, known: Known, seed: int) -> list[Any]:
    story, row, place = one.story, one.life.ticket, one.story.place
    chance = Random(f"{seed} {one.number} {one.pk}")  # noqa: S311
    client_id = UUID(int=chance.getrandbits(128), version=4)
    lead = one.life.lead
    return [
        one.pk, one.number, client_id,
        # Nobody sends these again: any digest will do.
        client_id.hex * 2,
        row.kind, row.whistle_kind, "page", row.category_id, row.grid_id, row.community_id,
        row.street_id, row.district_id, f"SRID=4326;POINT({place.lon} {place.lat})", place.lon,
        place.lat, "wgs84", story.text, row.state, row.filed_by_id, row.filed_at,
        story.observed_at, row.routed_at, _json(row.routing),
        lead.department_id if lead else None, row.return_count, row.level, row.closed_at,
        earliest(one.life.clocks), row.held_state,
        known[id(one.life.into)].pk if one.life.into else None,
        known[id(story.repeat_of)].pk if story.repeat_of else None,
    ]  # fmt: skip


def _parts(one: Told, ids: Ids) -> Iterator[list[Any]]:
    for part in one.life.parts:
        stamps = [getattr(part, name) for name in ASSIGNMENT[8:]]
        yield [
            ids.part(part.pk), one.pk, part.department_id, part.role, part.state, part.offered_at,
            part.offered_by_id, part.reported_in_rank, *stamps,
        ]  # fmt: skip


def _clocks(one: Told, ids: Ids) -> Iterator[list[Any]]:
    for clock in one.life.clocks:
        rest = [getattr(clock, name) for name in CLOCK[3:]]
        yield [ids.clocks[clock.pk - 1], one.pk, ids.part(clock.assignment_id), *rest]


def _pauses(one: Told, ids: Ids) -> Iterator[list[Any]]:
    for span in one.life.pauses:
        yield [_clock_id(span, ids), span.started_at, span.ended_at]


def _clock_id(span: ClockPause, ids: Ids) -> int:
    return ids.clocks[span.clock_id - 1]


def _whistles(one: Told, ids: Ids) -> Iterator[list[Any]]:
    for pk, blown in zip(ids.whistles, one.life.whistles, strict=True):
        yield [pk, one.pk, *_blown(blown)]


def _blown(one: Blown) -> list[Any]:
    return [
        one.kind, one.tried, one.missing_power, one.at, one.by, one.out_at, one.approved_by,
        one.refused_at, one.refused_by,
    ]  # fmt: skip


def _helpers(one: Told, ids: Ids) -> Iterator[list[Any]]:
    for pk, blown in zip(ids.whistles, one.life.whistles, strict=True):
        for department, why in blown.helpers:
            yield [pk, department, _json(why)]


def _arrivals(one: Told, ids: Ids) -> Iterator[list[Any]]:
    for part, person, rank, via, at in one.life.arrivals:
        yield [ids.part(part.pk), person, rank, via, at]


def _scores(one: Told, ids: Ids) -> Iterator[list[Any]]:
    if one.life.score is not None:
        yield [one.pk, *one.life.score]


def _words(one: Told, ids: Ids) -> Iterator[list[Any]]:
    yield [one.pk, vector(one.story.words)]


def _event(one: Told, ids: Ids, event: Event, known: Known) -> list[Any]:
    data = dict(event.data)
    if "clocks" in data:
        data["clocks"] = [_line(line, ids) for line in data["clocks"]]
    if "clock" in data:
        data["clock"] = ids.clocks[data["clock"] - 1]
    if event.verb == "merge":
        data["into"] = known[id(one.life.into)].number
    return [
        one.pk, ids.part(event.part.pk) if event.part else None, event.verb, event.before,
        event.after, event.at, event.by, event.department, event.note, _json(data),
    ]  # fmt: skip


def _line(line: dict[str, Any], ids: Ids) -> dict[str, Any]:
    own = line | {"clock": ids.clocks[line["clock"] - 1]}
    return own | {"assignment": ids.part(line["assignment"])} if "assignment" in line else own


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)


def vector(words: Iterable[str]) -> str:
    """Search words as a tsvector reads them."""
    return " ".join("'" + word.replace("'", "''") + "'" for word in words)


_PARTS: dict[str, Callable[[Told, Ids], Iterator[list[Any]]]] = {
    "tickets_ticketwords": _words,
    "tickets_assignment": _parts,
    "tickets_clock": _clocks,
    "tickets_clockpause": _pauses,
    "tickets_whistle": _whistles,
    "tickets_helper": _helpers,
    "tickets_arrival": _arrivals,
    "tickets_score": _scores,
}


def line(row: Iterable[Any]) -> str:
    """A row as COPY reads it."""
    return "\t".join(map(cell, row)) + "\n"


def copy(open_cursor: Callable[[], Any], table: str, text: str) -> None:
    """Send lines into a table."""
    if not text:
        return
    names = ", ".join(f'"{column}"' for column in COLUMNS[table])
    with open_cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.BytesIO(text.encode()), CHUNK)
