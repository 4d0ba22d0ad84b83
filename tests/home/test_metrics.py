"""What Prometheus reads: right, cheap at any size, and there when a part is away."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis import Redis

from govgrid.core import clock, rounds
from govgrid.home import metrics
from govgrid.outbox.models import Channel, Message
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.tickets import filed, routed
from tickets.models import Clock, Ticket

pytestmark = pytest.mark.django_db


def figures():
    """Every figure by its name and labels."""
    told = metrics.exposition().decode()
    return {
        name: float(value)
        for name, value in (line.rsplit(" ", 1) for line in told.splitlines() if line[0] != "#")
    }


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def worker(town):
    return holder("grid_worker", area=town.grids[0])


@pytest.fixture
def broker(settings):
    """The Redis of the test run, with nothing of ours in it."""
    client = Redis.from_url(settings.REDIS_URL)
    mine = [rounds.KEY, *metrics.QUEUES]
    client.delete(*mine)
    yield client
    client.delete(*mine)
    client.close()


@pytest.fixture
def no_broker(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    rounds._client.cache_clear()
    yield
    rounds._client.cache_clear()


# ── the database ──────────────────────────────────────────────────────────────────────────────
def test_nothing_waits_in_an_empty_system():
    told = figures()

    for name in ("tickets_unrouted", "clocks_overdue", "messages_unsent"):
        assert told[f"govgrid_{name}"] == 0
        assert told[f"govgrid_{name}_oldest_seconds"] == 0
    assert told["govgrid_tickets_late"] == told["govgrid_messages_given_up"] == 0
    assert told["govgrid_database_connections"] > 0


def test_tickets_that_wait_for_routing_and_how_long(town, worker):
    filed(town, by=worker)
    old = filed(town, by=worker, grid=1)
    Ticket.objects.filter(pk=old.pk).update(filed_at=clock.now() - timedelta(seconds=90))

    told = figures()

    assert told["govgrid_tickets_unrouted"] == 2
    assert 90 <= told["govgrid_tickets_unrouted_oldest_seconds"] < 120
    assert told['govgrid_tickets_open{state="filed"}'] == 2


def test_open_and_late_tickets(town, worker):
    late = routed(town, by=worker)
    routed(town, by=worker, grid=1)
    closed = routed(town, by=worker, grid=2)
    at = clock.now()
    Ticket.objects.filter(pk__in=[late.pk, closed.pk]).update(due_at=at - timedelta(hours=1))
    Ticket.objects.filter(pk=closed.pk).update(state="closed", closed_at=at)

    told = figures()

    assert told['govgrid_tickets_open{state="dispatched"}'] == 2
    assert told["govgrid_tickets_late"] == 1
    assert told["govgrid_tickets_unrouted"] == 0


def test_clocks_that_should_have_fired(town, worker):
    ticket = routed(town, by=worker)
    first = Clock.objects.filter(ticket=ticket, next_fire_at__isnull=False).first()
    Clock.objects.filter(pk=first.pk).update(next_fire_at=clock.now() - timedelta(seconds=150))

    told = figures()

    assert told["govgrid_clocks_overdue"] == 1
    assert 150 <= told["govgrid_clocks_overdue_oldest_seconds"] < 180


def test_messages_that_wait_and_messages_given_up():
    at = clock.now()
    person = UserFactory()
    for fact, more in {
        "waits": {"created_at": at - timedelta(hours=1)},
        "sent": {"sent_at": at, "created_at": at - timedelta(days=9)},
        "given up": {"failed_at": at - timedelta(hours=2)},
        "given up long ago": {"failed_at": at - timedelta(days=2)},
    }.items():
        Message.objects.create(recipient=person, channel=Channel.EMAIL, kind="x", fact=fact, **more)

    told = figures()

    assert told["govgrid_messages_unsent"] == 1
    assert 3600 <= told["govgrid_messages_unsent_oldest_seconds"] < 3660
    assert told["govgrid_messages_given_up"] == 1


def test_a_few_statements_however_much_there_is(town, worker, django_assert_num_queries):
    with django_assert_num_queries(6):
        metrics.exposition()
    for grid in range(4):
        filed(town, by=worker, grid=grid)
    with django_assert_num_queries(6):
        metrics.exposition()


@pytest.mark.slow
def test_every_statement_walks_an_index_of_what_waits(town, worker):
    """Among 30,000 closed tickets, stopped clocks and sent messages."""
    ticket = routed(town, by=worker)
    for statement in MANY:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"ticket": ticket.pk, "person": worker.pk})
    with CaptureQueriesContext(
        connection,
    ) as asked:
        metrics.exposition()

    plans = {}
    for statement in (one["sql"] for one in asked.captured_queries):
        table = re.search(r'FROM "?(\w+)', statement).group(1)
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + statement)
            plans.setdefault(table, []).append("\n".join(row for (row,) in cursor.fetchall()))

    assert len(plans.pop("pg_stat_activity")) == 1
    assert plans.keys() == {"tickets_ticket", "tickets_clock", "outbox_message"}
    for table in plans:
        for plan in plans[table]:
            assert "Seq Scan" not in plan, plan
    used = " ".join(" ".join(found) for found in plans.values())
    for index in ("ticket_unrouted", "clock_next_fire", "message_waiting", "message_given_up"):
        assert index in used


# Rows as they lie behind a system of years; only what the plans depend on is true of them.
MANY = (
    """INSERT INTO tickets_ticket (number, client_id, fingerprint, kind, whistle_kind, origin, category_id,
           grid_id, community_id, street_id, district_id, raw_crs, description, state, filed_at,
           routed_at, closed_at, routing, return_count, held_state)
       SELECT 'X' || n, gen_random_uuid(), '', 'report', '', 'test', category_id, grid_id, community_id,
           street_id, district_id, '', '', 'closed', now(), now(), now(), '{}', 0, ''
       FROM tickets_ticket, generate_series(1, 30000) n WHERE id = %(ticket)s""",
    """INSERT INTO tickets_clock (ticket_id, kind, "limit", share, basis, started_at, near_at,
           due_at, edition, is_provisional, stopped_at, outcome)
       SELECT id, 'resolve', 'WD5', 100, 'standard', now(), now(), now() + interval '1 day', 1,
           false, now(), 'met'
       FROM tickets_ticket WHERE state = 'closed'""",
    """INSERT INTO outbox_message (recipient_id, channel, kind, params, url, fact, created_at,
           attempts, sent_at, last_error)
       SELECT %(person)s, 'email', 'x', '{}', '', n::text, now(), 1, now(), ''
       FROM generate_series(1, 30000) n""",
    "ANALYZE tickets_ticket, tickets_clock, outbox_message",
)


# ── the broker ────────────────────────────────────────────────────────────────────────────────
def test_queues_and_the_age_of_each_round(broker):
    broker.rpush("routing", "a", "b")
    rounds.note("tickets.tasks.sweep")
    rounds.note("tickets.tasks.of_an_older_version")

    told = figures()

    assert told['govgrid_queue_length{queue="routing"}'] == 2
    assert told['govgrid_queue_length{queue="messages"}'] == 0
    assert 0 <= told['govgrid_round_age_seconds{task="tickets.tasks.sweep"}'] < 60
    assert told['govgrid_up{part="broker"}'] == 1
    assert not [name for name in told if "older_version" in name]


def test_without_a_broker_the_rest_is_told(no_broker, client):
    answer = client.get("/metrics")
    told = figures()

    assert answer.status_code == 200
    assert told['govgrid_up{part="broker"}'] == 0
    assert told['govgrid_up{part="database"}'] == 1
    assert not [name for name in told if "queue" in name or "round" in name]
    assert "govgrid_tickets_unrouted" in told


def test_without_a_database_the_rest_is_told(broker, monkeypatch):
    class Gone:
        def cursor(self):
            raise metrics.DatabaseError

    monkeypatch.setattr(metrics, "connection", Gone())

    told = figures()

    assert told['govgrid_up{part="database"}'] == 0
    assert "govgrid_tickets_unrouted" not in told
    assert 'govgrid_queue_length{queue="routing"}' in told


# ── the program ───────────────────────────────────────────────────────────────────────────────
def test_the_version_is_told_and_is_that_of_the_project(settings):
    project = (settings.BASE_DIR / "pyproject.toml").read_text()
    [version] = re.findall(r'^version = "(.+)"$', project, re.MULTILINE)

    assert any(f'version="{version}"' in name for name in figures() if "build_info" in name)
