"""The board with thousands of open tickets in one street: make them, then measure the page.

    python manage.py collectstatic --no-input
    python manage.py shell < benchmarks/board.py

works on the demo district; without the first line the pages find no hashed files. ``OPEN_TICKETS`` (5000) is how many it makes, ``CLOSED_TICKETS``
(100000) how long the history behind them is. It adds rows by plain SQL that no action made: use a
database that may be thrown away.
"""

import os
import statistics
import time

from django.conf import settings
from django.db import connection
from django.test import Client

from govgrid.accounts.models import User
from grids.models import Area
from tickets.models import Ticket
from tickets.workflow import OPEN

STREET = "420506001"
SIGNED_IN = "street"
ROUNDS = 60

# Each new ticket lies near one that the demo put there. Shares of the states as on a busy morning.
MAKE = """
    WITH base AS (
        SELECT t.*, row_number() OVER (ORDER BY t.id) - 1 AS n, count(*) OVER () AS many
        FROM tickets_ticket t WHERE t.street_id = %(street)s AND t.point IS NOT NULL
    ),
    made AS (
        SELECT b.*, g.i, CASE
            WHEN %(closed)s THEN 'closed'
            WHEN g.i %% 100 < 6 THEN 'triage' WHEN g.i %% 100 < 36 THEN 'dispatched'
            WHEN g.i %% 100 < 86 THEN 'handling' ELSE 'handled' END AS new_state
        FROM generate_series(1, %(many)s) g(i) JOIN base b ON b.n = g.i %% b.many
    )
    INSERT INTO tickets_ticket (
        number, client_id, fingerprint, kind, whistle_kind, origin, category_id, grid_id,
        community_id, street_id, district_id, point, raw_lon, raw_lat, raw_crs, description, state,
        filed_by_id, filed_at, routed_at, routing, lead_department_id, return_count, closed_at,
        due_at, held_state)
    SELECT tickets_number(d.letters, CURRENT_DATE), gen_random_uuid(), '',
           CASE WHEN i %% 25 = 0 THEN 'whistle' ELSE 'report' END,
           CASE WHEN i %% 25 = 0 THEN 'emergency' ELSE '' END, 'page', category_id, grid_id,
           community_id, street_id, district_id,
           ST_Translate(point, (random() - .5) * .02, (random() - .5) * .02), raw_lon, raw_lat,
           raw_crs, description, new_state, filed_by_id, now() - random() * interval '3 days',
           now(), routing,
           CASE WHEN new_state = 'triage' THEN NULL ELSE coalesce(lead_department_id, %(lead)s) END,
           0, CASE WHEN new_state = 'closed' THEN now() - interval '2 days' - random() * interval '900 days' END,
           CASE WHEN new_state <> 'closed' THEN now() + (random() * 5 - .3) * interval '1 day' END, ''
    FROM made JOIN grids_area d ON d.id = made.district_id
"""
ASSIGN = """
    INSERT INTO tickets_assignment (
        ticket_id, department_id, role, state, offered_at, signed_at, signed_by_id, done_at,
        done_by_id, reported_in_rank)
    SELECT t.id, t.lead_department_id, 'lead',
           CASE t.state WHEN 'dispatched' THEN 'offered' WHEN 'handling' THEN 'signed' ELSE 'done' END,
           now(), CASE WHEN t.state <> 'dispatched' THEN now() END,
           CASE WHEN t.state <> 'dispatched' THEN %(by)s END,
           CASE WHEN t.state = 'handled' THEN now() END,
           CASE WHEN t.state = 'handled' THEN %(by)s END, ''
    FROM tickets_ticket t
    WHERE t.fingerprint = '' AND t.state IN ('dispatched', 'handling', 'handled')
"""
CLOCKS = """
    INSERT INTO tickets_clock (
        ticket_id, assignment_id, kind, "limit", share, basis, started_at, near_at, due_at, edition,
        is_provisional, outcome)
    SELECT t.id, a.id,
           CASE t.state WHEN 'triage' THEN 'triage' WHEN 'dispatched' THEN 'sign'
                        WHEN 'handling' THEN 'resolve' ELSE 'verify' END,
           CASE t.state WHEN 'handling' THEN 'WD5' WHEN 'dispatched' THEN 'WH4' ELSE 'WM30' END,
           100, 'standard', t.due_at - interval '5 days', t.due_at - interval '1 day', t.due_at,
           %(edition)s, false, ''
    FROM tickets_ticket t LEFT JOIN tickets_assignment a ON a.ticket_id = t.id
    WHERE t.fingerprint = '' AND t.due_at IS NOT NULL
"""
EVENTS = """
    INSERT INTO tickets_ticketevent (ticket_id, verb, before, after, at, note, data)
    SELECT t.id, verb, '', t.state, now(), '', '{}'
    FROM tickets_ticket t, unnest(ARRAY['file', 'route', 'sign']) verb
    WHERE t.fingerprint = '' AND t.due_at IS NOT NULL
"""


def make(count: int, *, closed: bool) -> None:
    street = Area.objects.get(code=STREET)
    by = User.objects.get(username=SIGNED_IN).pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM grids_department WHERE kind = 'bureau'")
        (lead,) = cursor.fetchone()
        values = {"street": street.pk, "many": count, "closed": closed, "lead": lead, "by": by}
        cursor.execute(MAKE, values)
        if not closed:
            cursor.execute("SELECT coalesce(max(number), 0) FROM worktime_edition")
            (values["edition"],) = cursor.fetchone()
            for statement in (ASSIGN, CLOCKS, EVENTS):
                cursor.execute(statement, values)


def measure(name: str, client: Client, headers: dict[str, str] | None = None) -> None:
    took = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        status = client.get("/tickets/board/", headers=headers).status_code
        took.append((time.perf_counter() - begun) * 1000)
    took = sorted(took[5:])
    p95 = took[int(len(took) * 0.95)]
    print(f"{name}: {status}, median {statistics.median(took):.0f} ms, p95 {p95:.0f} ms")  # noqa: T201


def run() -> None:
    street = Ticket.objects.filter(street__code=STREET)
    lacking = int(os.environ.get("OPEN_TICKETS", "5000")) - street.filter(state__in=OPEN).count()
    if lacking > 0:
        make(int(os.environ.get("CLOSED_TICKETS", "100000")), closed=True)
        make(lacking, closed=False)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print(street.filter(state__in=OPEN).count(), "open of", Ticket.objects.count())  # noqa: T201
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.DEBUG = False
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(
        User.objects.get(username=SIGNED_IN), backend="govgrid.accounts.backends.NameOrPhone"
    )
    measure("the whole page", client)
    measure("an update", client, {"HX-Request": "true"})
    etag = client.get("/tickets/board/", HTTP_HX_REQUEST="true")["ETag"]
    measure("nothing new", client, {"HX-Request": "true", "If-None-Match": etag})


run()
