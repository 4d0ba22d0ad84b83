"""What a family of figures finds: servers on a copy of one database, people, and places."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from typing import Any

import psycopg2.extensions
from django.conf import settings

from benchmarks.client import FRESH_ID, Request
from benchmarks.stage import Stage, connect, until

# Each sees what lies beneath its post; ``command`` has the whole district.
LOGINS = ["worker", "community", "street", "command", "department"]
MOST_SPOTS = 2000
DRAINED = 600  # seconds in which what was filed must have been routed

AREAS = """
    SELECT (ARRAY['city', 'district', 'street', 'community', 'grid'])[b.level], b.code
    FROM accounts_user u JOIN grids_post p ON p.user_id = u.id JOIN grids_area a ON a.id = p.area_id
    JOIN grids_area b ON b.id = ANY(string_to_array(trim(both '.' from a.path), '.')::bigint[])
    WHERE u.username = 'worker'
"""
# One point well inside each grid, in an order that has nothing to do with the map.
SPOTS = """
    SELECT ST_X(point), ST_Y(point) FROM (
        SELECT ST_PointOnSurface(s.boundary) AS point
        FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
        WHERE s.level = 5 AND NOT s.is_special AND a.valid_to IS NULL
        ORDER BY hashint8extended(s.area_id, %s) LIMIT %s) inside
"""


@dataclass
class Scene:
    stage: Stage
    size: int
    grids: int
    seconds: float
    seed: int
    is_largest: bool

    @cached_property
    def connection(self) -> psycopg2.extensions.connection:
        """Bare, and outside any transaction."""
        one = connect(self.stage.database)
        one.autocommit = True
        return one

    def rows(self, statement: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def inside(self, function: str, **arguments: Any) -> Any:
        """Call what needs the platform's code in a fresh process on this database."""
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.inside", function],
            input=json.dumps(arguments),
            env=self.stage.env | {"LOG_LEVEL": "WARNING"},
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    # ── processes ─────────────────────────────────────────────────────────────────────────────

    def serve(self, how: Sequence[str]) -> None:
        """The web server, in another way than before where it is asked for another."""
        if self._served != tuple(how):
            self.end("web")
            self.stage.web(how)
            self._served = tuple(how)

    _served: tuple[str, ...] = ()

    def work(self, *, is_settled: bool = True) -> None:
        """The workers as they are shipped: two processes for routing, two for what is sent."""
        if "routing" not in self.stage.running:
            self.stage.worker("routing", "routing", 2)
            self.stage.worker("messages", "messages,celery", 2)
        if is_settled:
            self.settle()

    def settle(self) -> None:
        """Wait until nothing waits for routing, so that one figure does not pay for another."""
        until(lambda: not self.unrouted(), "everything is routed", DRAINED)

    def unrouted(self) -> int:
        (row,) = self.rows("SELECT count(*) FROM tickets_ticket WHERE state = 'filed'")
        return row[0]

    def rest(self) -> None:
        self.end("routing")
        self.end("messages")

    def end(self, name: str) -> None:
        if name in self.stage.running:
            self.stage.kill(name)

    def close(self) -> None:
        self.connection.close()
        self.stage.close()

    # ── who asks, and where ───────────────────────────────────────────────────────────────────

    @cached_property
    def people(self) -> dict[str, dict[str, str]]:
        return self.inside("people.sign_in", logins=LOGINS)

    def program(self, login: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.people[login]['token']}"}

    def browser(self, login: str) -> dict[str, str]:
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.people[login]['session']}"
        return {"Cookie": cookie, "Accept-Language": "zh-hans"}

    @cached_property
    def areas(self) -> dict[str, str]:
        """Codes by level: where ``worker`` works, and all above."""
        return dict(self.rows(AREAS))

    @cached_property
    def number(self) -> str:
        """The newest ticket of the grid where ``worker`` works; empty where it has none."""
        found = self.rows(
            "SELECT number FROM tickets_ticket WHERE grid_id = (SELECT id FROM grids_area"
            " WHERE code = %s) ORDER BY id DESC LIMIT 1",
            [self.areas["grid"]],
        )
        return found[0][0] if found else ""

    @cached_property
    def spots(self) -> list[tuple[float, float]]:
        return self.rows(SPOTS, [self.seed, MOST_SPOTS])

    @cached_property
    def filings(self) -> list[dict[str, Any]]:
        """Bodies of reports all over the map, of every category."""
        codes = self.rows("SELECT code FROM tickets_category WHERE is_active ORDER BY code")
        return [
            {
                "client_id": FRESH_ID,
                "category": code,
                "description": "路口南侧人行道上，行人和电动车绕行，直径约七十厘米，请尽快处理。",
                "location": {"lon": lon, "lat": lat},
            }
            for (lon, lat), (code,) in zip(self.spots, cycle(codes))
        ]

    @cached_property
    def creates(self) -> list[Request]:
        headers = self.program("worker")
        return [
            Request("/api/v1/tickets/", "POST", headers, json.dumps(one, ensure_ascii=False))
            for one in self.filings
        ]
