"""A district with 200,000 tickets by plain SQL, for looking at plans: shares as in a real one.

Rows that no action made: the constraints hold, histories are two lines long.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from govgrid.accounts.models import User
from grids.models import Area, AreaShape, Department, Level
from tests.factories.accounts import UserFactory
from tests.factories.grids import AreaFactory, DepartmentFactory, PostFactory, holder, square
from tests.factories.tickets import CategoryFactory

TICKETS = 200_000
STREETS, COMMUNITIES, GRIDS = 20, 5, 4  # communities of a street, grids of a community
DEPARTMENTS, WORKERS = 40, 300

# Every 16th is open; the newest ones more often than the old ones.
PLACES = """
    CREATE TEMP TABLE places ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS n, id AS grid_id,
           split_part(path, '.', 4)::bigint AS community_id,
           split_part(path, '.', 3)::bigint AS street_id,
           split_part(path, '.', 2)::bigint AS district_id
    FROM grids_area WHERE level = 5
"""
TICKET = """
    INSERT INTO tickets_ticket (
        number, client_id, fingerprint, kind, origin, category_id, grid_id, community_id, street_id,
        district_id, point, raw_lon, raw_lat, raw_crs, description, state, filed_by_id, filed_at,
        routed_at, routing, return_count, whistle_kind, held_state, lead_department_id, closed_at,
        due_at)
    SELECT tickets_number('YL', (now() - (%(many)s - i) * interval '30 s')::date),
           gen_random_uuid(), repeat('0', 64), 'report', 'page',
           (%(categories)s::bigint[])[1 + i * 7 %% cardinality(%(categories)s::bigint[])],
           p.grid_id, p.community_id, p.street_id, p.district_id,
           ST_SetSRID(ST_MakePoint(111 + (i %% 997) * 0.0001, 30 + (i %% 991) * 0.0001), 4326),
           111, 30, 'wgs84', CASE WHEN i %% 4000 = 0 THEN '化粪池' ELSE '井盖松动' END,
           s.state, (%(workers)s::bigint[])[1 + i %% cardinality(%(workers)s::bigint[])],
           now() - (%(many)s - i) * interval '30 s', now(), '{}', 0, '', '',
           CASE WHEN s.state <> 'triage' THEN d.id END,
           CASE WHEN s.state = 'closed' THEN now() - (%(many)s - i) * interval '20 s' END,
           CASE WHEN s.state <> 'closed' THEN now() + ((i %% 2000) - 300) * interval '10 min' END
    FROM generate_series(1, %(many)s) i
    JOIN places p ON p.n = i * 13 %% (SELECT count(*) FROM places)
    CROSS JOIN LATERAL (SELECT CASE
        WHEN i %% 16 <> 0 THEN 'closed' WHEN i %% 160 = 0 THEN 'triage'
        WHEN i %% 48 = 0 THEN 'dispatched' WHEN i %% 80 = 0 THEN 'handled'
        WHEN i %% 112 = 0 THEN 'verified' ELSE 'handling' END AS state) s
    CROSS JOIN LATERAL (SELECT (%(departments)s::bigint[])[
        1 + (i::bigint * i) %% cardinality(%(departments)s::bigint[])] AS id) d
"""
# One leads; every thirtieth has one that assists.
ASSIGNMENT = """
    INSERT INTO tickets_assignment (
        ticket_id, department_id, role, state, offered_at, reported_in_rank,
        signed_at, signed_by_id, done_at, done_by_id)
    SELECT t.id, a.department, a.role, s.state, t.filed_at, '',
           CASE WHEN s.state <> 'offered' THEN t.filed_at END,
           CASE WHEN s.state <> 'offered' THEN t.filed_by_id END,
           CASE WHEN s.state = 'done' THEN t.filed_at END,
           CASE WHEN s.state = 'done' THEN t.filed_by_id END
    FROM tickets_ticket t
    CROSS JOIN LATERAL (
        SELECT t.lead_department_id, 'lead'
        UNION ALL SELECT min(d.id), 'assist' FROM grids_department d
        WHERE t.id %% 30 = 0 AND d.id <> t.lead_department_id
    ) a (department, role)
    CROSS JOIN LATERAL (SELECT CASE t.state
        WHEN 'dispatched' THEN 'offered' WHEN 'handling' THEN 'signed' ELSE 'done' END AS state) s
    WHERE a.department IS NOT NULL
"""
EVENT = """
    INSERT INTO tickets_ticketevent (ticket_id, verb, before, after, at, by_id, note, data)
    SELECT t.id, v.verb, '', t.state, t.filed_at, t.filed_by_id, '', '{}'
    FROM tickets_ticket t CROSS JOIN (VALUES ('file'), ('route')) v (verb)
"""
CLOCK = """
    INSERT INTO tickets_clock (
        ticket_id, assignment_id, kind, "limit", share, basis, started_at, near_at, due_at, edition,
        is_provisional, next_fire_at, stopped_at, outcome)
    SELECT a.ticket_id, a.id, 'resolve', 'WD5', 100, 'standard', t.filed_at - interval '1 year',
           t.filed_at, COALESCE(t.due_at, t.filed_at), 0, false,
           CASE WHEN t.due_at > now() AND a.state <> 'done' THEN t.due_at END,
           CASE WHEN a.state = 'done' THEN t.filed_at END,
           CASE WHEN a.state = 'done' THEN 'met' ELSE '' END
    FROM tickets_assignment a JOIN tickets_ticket t ON t.id = a.ticket_id
    WHERE t.due_at IS NULL OR t.due_at >= t.filed_at
"""
# What is overdue has a card, as the sweep would have raised it, and much had one once.
CARD = """
    INSERT INTO tickets_card (
        ticket_id, department_id, street_id, district_id, colour, cause, clock_id, raised_at, told,
        answer_by, answer, lapsed_at, lapse)
    SELECT t.id, a.department_id, t.street_id, t.district_id, s.colour, s.cause, c.id, now(), 'head',
           CASE WHEN s.colour = 'yellow' THEN now() + interval '1 day' END, '', c.stopped_at,
           CASE WHEN c.stopped_at IS NULL THEN '' ELSE 'done' END
    FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
    JOIN tickets_assignment a ON a.id = c.assignment_id
    CROSS JOIN LATERAL (SELECT CASE WHEN t.id %% 3 = 0 THEN 'red' ELSE 'yellow' END,
        CASE WHEN t.id %% 3 = 0 THEN 'long_overdue' ELSE 'overdue' END) s (colour, cause)
    WHERE c.due_at < now() AND (c.stopped_at IS NULL OR t.id %% 2 = 0)
"""
WORDS = """
    INSERT INTO tickets_ticketwords (ticket_id, words)
    SELECT id, array_to_tsvector(ARRAY(
        SELECT DISTINCT substr(description, n, 2) FROM generate_series(1, length(description) - 1) n))
    FROM tickets_ticket
"""
MESSAGE = """
    INSERT INTO outbox_message (
        recipient_id, channel, kind, params, url, fact, created_at, sent_at, read_at, attempts,
        last_error)
    SELECT filed_by_id, 'inapp', 'ticket_closed', '{"number": "", "category": "", "grid": "",
           "department": ""}', '', 'f' || id, filed_at, filed_at,
           CASE WHEN id %% 3 = 0 THEN filed_at END, 0, ''
    FROM tickets_ticket WHERE state = 'closed'
"""
TABLES = (
    "tickets_ticket", "tickets_assignment", "tickets_ticketevent", "tickets_clock",
    "tickets_ticketwords", "outbox_message", "tickets_card",
)  # fmt: skip


@dataclass(frozen=True)
class Multitude:
    """One of each who looks at lists, and a ticket to open."""

    people: dict[str, User]
    area: Area
    department: Department


def build_multitude(count: int = TICKETS) -> Multitude:
    city = AreaFactory(code="4205", name="宜昌市", level=Level.CITY)
    district = AreaFactory(
        code="420506", name="夷陵区", level=Level.DISTRICT, parent=city, letters="YL"
    )
    streets = [
        AreaFactory(level=Level.STREET, parent=district, code=f"420506{n:03d}")
        for n in range(1, STREETS + 1)
    ]
    communities = [
        AreaFactory(level=Level.COMMUNITY, parent=street, code=f"{street.code}{n:03d}")
        for street in streets
        for n in range(1, COMMUNITIES + 1)
    ]
    grids = [
        AreaFactory(level=Level.GRID, parent=one, code=f"{one.code}{n:03d}", kind="basic")
        for one in communities
        for n in range(1, GRIDS + 1)
    ]
    AreaShape.objects.bulk_create(
        AreaShape(area=one, level=one.level, boundary=square(111 + n * 0.01, 30))
        for n, one in enumerate(grids)
    )
    departments = [DepartmentFactory(area=district) for _n in range(DEPARTMENTS)]
    workers = UserFactory.create_batch(WORKERS)
    for worker, grid in zip(workers, grids, strict=False):
        PostFactory(user=worker, role="grid_worker", area=grid)
    values = {
        "many": count,
        "categories": [CategoryFactory(code=f"{n:04d}").pk for n in range(101, 161)],
        "workers": [one.pk for one in workers],
        "departments": [one.pk for one in departments],
    }
    with connection.cursor() as cursor:
        # Every key is of a row made here; two million checks would be queued for each test's end.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in (PLACES, TICKET, ASSIGNMENT, EVENT, CLOCK, CARD, WORDS, MESSAGE):
            cursor.execute(statement, values)
            # What an earlier test left in the statistics says "a handful", and plans are loops.
            cursor.execute(f"ANALYZE {', '.join(TABLES)}")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute(f"ANALYZE {', '.join(TABLES)}, grids_area, grids_department, grids_post")
    people = {
        "worker": workers[0],
        "community": holder("community_officer", area=communities[0], username="community"),
        "street": holder("street_desk", area=streets[0], username="street"),
        "streethead": holder("street_head", area=streets[0], username="streethead"),
        "clerk": holder("department_clerk", department=departments[3], username="clerk"),
        "command": holder("district_command", area=district, username="command"),
        "auditor": holder("auditor", area=city, username="auditor"),
    }
    return Multitude(people, streets[0], departments[3])
