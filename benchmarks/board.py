"""The board of a street with thousands of open tickets: whole, updated, and with nothing new."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import asdict, replace

from benchmarks.client import Request, UnexpectedAnswer, ask_here
from benchmarks.lists import timed
from benchmarks.report import Figure, Goal
from benchmarks.scene import Scene
from benchmarks.stage import SYNC
from tickets.workflow import OPEN

FAMILY = "board"
PATH = "/tickets/board/"
CROWD = 5_000
NOT_MODIFIED = 304
TRIES = 3
# Two minutes' turns lie this far apart; a row of requests that begins late would see one.
MINUTE, ENOUGH = 60, 20

COUNT = """
    SELECT count(*) FROM tickets_ticket t JOIN grids_area a ON a.id = t.street_id
    WHERE a.code = %s AND t.state = ANY(%s)
"""
# Each new ticket lies near one that is there. Shares of the states as on a busy morning.
MAKE = """
    WITH base AS (
        SELECT t.*, row_number() OVER (ORDER BY t.id) - 1 AS n, count(*) OVER () AS many
        FROM tickets_ticket t JOIN grids_area a ON a.id = t.street_id
        WHERE a.code = %(street)s AND t.point IS NOT NULL AND t.kind = 'report'
    ),
    drawn AS (
        SELECT b.*, g.i, CASE
            WHEN g.i %% 100 < 6 THEN 'triage' WHEN g.i %% 100 < 36 THEN 'dispatched'
            WHEN g.i %% 100 < 86 THEN 'handling' ELSE 'handled' END AS new_state
        FROM generate_series(1, %(many)s) g(i) JOIN base b ON b.n = g.i %% b.many
    ),
    made AS (
        INSERT INTO tickets_ticket (
            number, client_id, fingerprint, kind, whistle_kind, origin, category_id, grid_id,
            community_id, street_id, district_id, point, raw_lon, raw_lat, raw_crs, description,
            state, filed_by_id, filed_at, routed_at, routing, lead_department_id, return_count,
            due_at, held_state)
        SELECT tickets_number(d.letters, CURRENT_DATE), gen_random_uuid(), '', 'report', '',
               'page', category_id, grid_id, community_id, street_id, district_id, point, raw_lon,
               raw_lat, raw_crs, description, new_state, filed_by_id,
               now() - (i %% 72) * interval '1 hour', now(), routing,
               CASE WHEN new_state <> 'triage' THEN coalesce(lead_department_id, %(lead)s) END,
               0, now() + (i %% 120 - 8) * interval '1 hour', ''
        FROM drawn JOIN grids_area d ON d.id = drawn.district_id
        RETURNING id, state, lead_department_id, due_at
    ),
    given AS (
        INSERT INTO tickets_assignment (
            ticket_id, department_id, role, state, offered_at, signed_at, signed_by_id, done_at,
            done_by_id, reported_in_rank)
        SELECT id, lead_department_id, 'lead',
               CASE state WHEN 'dispatched' THEN 'offered' WHEN 'handling' THEN 'signed'
                          ELSE 'done' END,
               now(), CASE WHEN state <> 'dispatched' THEN now() END,
               CASE WHEN state <> 'dispatched' THEN %(by)s END,
               CASE WHEN state = 'handled' THEN now() END,
               CASE WHEN state = 'handled' THEN %(by)s END, ''
        FROM made WHERE state <> 'triage'
        RETURNING id, ticket_id
    ),
    told AS (
        INSERT INTO tickets_ticketevent (ticket_id, verb, before, after, at, note, data)
        SELECT id, verb, '', state, now(), '', '{}'
        FROM made, unnest(ARRAY['file', 'route', 'sign']) verb
    )
    INSERT INTO tickets_clock (
        ticket_id, assignment_id, kind, "limit", share, basis, started_at, near_at, due_at,
        edition, is_provisional, outcome)
    SELECT m.id, g.id,
           CASE m.state WHEN 'triage' THEN 'triage' WHEN 'dispatched' THEN 'sign'
                        WHEN 'handling' THEN 'resolve' ELSE 'verify' END,
           CASE m.state WHEN 'handling' THEN 'WD5' WHEN 'dispatched' THEN 'WH4' ELSE 'WM30' END,
           100, 'standard', m.due_at - interval '5 days', m.due_at - interval '1 day', m.due_at,
           %(edition)s, false, ''
    FROM made m LEFT JOIN given g ON g.ticket_id = m.id
"""


def measure(scene: Scene) -> Iterator[Figure]:
    scene.rest()
    count = crowd(scene, min(CROWD, scene.size))
    scene.serve(SYNC)
    page = Request(PATH, headers=scene.browser("street"))
    update = replace(page, headers=page.headers | {"HX-Request": "true"})
    said = f"{count:,} open"
    name = "board of a street"
    yield timed(scene, FAMILY, f"{name}, whole page, p95", page, goal=Goal(most=60), notes=said)
    yield timed(scene, FAMILY, f"{name}, update, p95", update, notes=said)
    yield _nothing_new(scene, f"{name}, nothing new (304), p95", update, said)
    if scene.is_largest:
        yield from _statements(scene, page, update)


def _nothing_new(scene: Scene, name: str, update: Request, said: str) -> Figure:
    """The ETag says the minute, so all of it must fall into one."""
    for attempt in range(TRIES):
        left = MINUTE - time.time() % MINUTE
        if left < ENOUGH:
            time.sleep(left + 1)
        asked = replace(update, headers=update.headers | {"If-None-Match": _etag(scene, update)})
        try:
            return timed(scene, FAMILY, name, asked, notes=said, expected=NOT_MODIFIED)
        except UnexpectedAnswer:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("not reached")


def _etag(scene: Scene, update: Request) -> str:
    answer = ask_here(scene.stage.web_port, update)
    found = re.search(r"^ETag: (.+?)\r?$", answer.last_head, re.MULTILINE | re.IGNORECASE)
    if found is None:
        raise UnexpectedAnswer(f"{update.path} has no ETag")
    return found[1]


def _statements(scene: Scene, page: Request, update: Request) -> Iterator[Figure]:
    asked = [asdict(page), asdict(update)]
    counts = scene.inside("counting.statements", requests=asked)
    for name, count in zip(("whole page", "update"), counts, strict=True):
        yield Figure(FAMILY, f"board of a street, {name}, statements", count, "", at=scene.size)


def crowd(scene: Scene, wanted: int) -> int:
    """Fill the street of ``street`` up to so many open tickets; how many there are then.

    Plain SQL that no action made: this database is thrown away.
    """
    street = scene.areas["street"]
    ((count,),) = scene.rows(COUNT, [street, sorted(OPEN)])
    if count >= wanted:
        return count
    ((lead,),) = scene.rows("SELECT min(id) FROM grids_department WHERE kind = 'bureau'")
    ((by,),) = scene.rows("SELECT id FROM accounts_user WHERE username = 'street'")
    ((edition,),) = scene.rows("SELECT coalesce(max(number), 0) FROM worktime_edition")
    values = {"street": street, "many": wanted - count, "lead": lead, "by": by, "edition": edition}
    scene.rows(MAKE, values)
    scene.rows("VACUUM ANALYZE")
    return wanted
