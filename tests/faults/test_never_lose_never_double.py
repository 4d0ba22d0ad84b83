"""Faults on purpose, to real processes: nothing is lost and nothing is doubled."""

import json
import random
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import connection

from benchmarks.stage import PATIENCE, gone, locked, until, waiters
from govgrid.accounts import actions as accounts
from govgrid.outbox.models import Message
from tests.factories.grids import build_town, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed
from tickets.models import Assignment, Ticket, TicketEvent

pytestmark = [
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

# Every place between claim and commit where a worker can be cut off: the tables it writes, in turn.
CRASH_POINTS = ["tickets_assignment", "tickets_ticketevent", "outbox_message"]


@pytest.fixture
def town(transactional_db):
    made = build_town()
    RuleFactory(category=CategoryFactory(code="0101"), area=made.district, department=made.housing)
    holder("department_clerk", department=made.housing)
    return made


@pytest.fixture
def worker(town):
    return holder("grid_worker", area=town.grids[0])


@pytest.fixture
def token(worker):
    return accounts.issue_token(worker, by=worker, name="phone", scopes=["read", "file"], days=1)[1]


def body(town, **content) -> dict:
    lon, lat = town.middle(0)
    return {
        "client_id": str(uuid4()),
        "category": "0101",
        "description": "井盖松动",
        "location": {"lon": lon, "lat": lat},
        **content,
    }


def post(stage, token, content, *, timeout=PATIENCE) -> tuple[int, dict]:
    request = urllib.request.Request(  # noqa: S310 our own server
        f"{stage.url}/api/v1/tickets/",
        data=json.dumps(content).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Ticket.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def each_once(count: int) -> None:
    """Every ticket has one assignment, one routing event and one message to the clerk."""
    assert Ticket.objects.count() == count
    assert Assignment.objects.count() == count
    assert Assignment.objects.values("ticket").distinct().count() == count
    assert TicketEvent.objects.filter(verb="route").count() == count
    assert Message.objects.filter(kind="ticket_offered", channel="inapp").count() == count


def test_the_sweep_comes_every_thirty_seconds_by_default():
    assert settings.CELERY_BEAT_SCHEDULE["find unrouted tickets"]["task"] == "tickets.tasks.sweep"
    assert settings.SWEEP_SECONDS == 30


def test_with_redis_stopped_filing_answers_and_routing_follows(stage, town, token):
    stage.redis()
    stage.web()
    stage.worker()
    stage.beat()
    assert post(stage, token, body(town))[0] == 201
    until(lambda: states() == {"dispatched": 1}, "the first is routed")
    # A task that lingers would route what comes next without being woken.
    broker = redis.Redis(port=stage.redis_port)
    until(lambda: not broker.exists("at-work:tickets.tasks.route"), "the task is at rest")
    broker.close()

    stage.kill("redis")
    # The first wake-up meets the dead broker, the next ones know. Celery's own patience would
    # have them wait far longer than this client does.
    answers = [post(stage, token, body(town), timeout=10) for _ in range(5)]

    assert [status for status, _ in answers] == [201] * 5
    assert states() == {"dispatched": 1, "filed": 5}
    stage.redis()
    until(lambda: states() == {"dispatched": 6}, "the sweep finds what waited")
    each_once(6)


@pytest.mark.parametrize("table", CRASH_POINTS)
def test_a_worker_killed_between_claim_and_commit_loses_and_doubles_nothing(
    stage, town, worker, table
):
    stage.redis()
    for grid in range(4):
        filed(town, by=worker, grid=grid)
    with locked(table):
        stage.beat()
        stage.worker()
        cut_off = until(lambda: waiters(table), f"the worker stops at {table}")
        stage.kill("worker")
    until(lambda: gone(cut_off), "the database has noticed")

    assert states() == {"filed": 4}
    assert not Assignment.objects.exists()
    stage.worker("second")
    until(lambda: states() == {"dispatched": 4}, "the second worker routes them")
    each_once(4)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_seeded_row_of_kills_loses_and_doubles_nothing(stage, town, worker, seed):
    dice = random.Random(seed)  # noqa: S311 not for secrets
    count = 0
    stage.redis()
    stage.beat()
    for turn in range(2):
        for _ in range(dice.randint(1, 5)):
            filed(town, by=worker, grid=dice.randrange(8))
            count += 1
        table = dice.choice(CRASH_POINTS)
        with locked(table):
            stage.worker(f"worker-{turn}")
            cut_off = until(lambda table=table: waiters(table), f"the worker stops at {table}")
            if dice.random() < 0.5:
                stage.kill("redis")
                stage.redis()
            stage.kill(f"worker-{turn}")
        until(lambda cut_off=cut_off: gone(cut_off), "the database has noticed")
    stage.worker("last")
    until(lambda: states() == {"dispatched": count}, "all are routed")
    each_once(count)


def test_two_workers_at_one_backlog_share_it(stage, town, worker):
    stage.redis()
    for n in range(30):
        filed(town, by=worker, grid=n % 8)
    stage.worker("one")
    stage.worker("two")
    stage.beat()
    until(lambda: states() == {"dispatched": 30}, "the backlog is routed")
    each_once(30)


def test_the_same_client_id_sent_twenty_times_at_once_makes_one_ticket(stage, town, token):
    stage.redis()
    stage.web()
    content = body(town)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(stage, token, content), range(20)))

    assert sorted(status for status, _ in answers) == [200] * 19 + [201]
    assert len({answer["number"] for _, answer in answers}) == 1
    assert Ticket.objects.count() == 1


def test_a_web_process_killed_in_mid_request_leaves_nothing_and_the_retry_makes_one(
    stage, town, token
):
    stage.redis()
    stage.web()
    content = body(town)
    with locked("tickets_ticketevent"), ThreadPoolExecutor(1) as pool:
        lost = pool.submit(post, stage, token, content)
        cut_off = until(lambda: waiters("tickets_ticketevent"), "the request stops at the event")
        stage.kill("web")
        assert isinstance(lost.exception(timeout=30), OSError)
    until(lambda: gone(cut_off), "the database has noticed")
    assert not Ticket.objects.exists()

    stage.web()

    assert post(stage, token, content)[0] == 201
    assert post(stage, token, content)[0] == 200
    assert Ticket.objects.count() == 1


def test_a_database_connection_cut_from_outside_heals(stage, town, worker):
    stage.redis()
    stage.worker()
    stage.beat()
    filed(town, by=worker)
    until(lambda: states() == {"dispatched": 1}, "the first is routed")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    filed(town, by=worker)

    until(lambda: states() == {"dispatched": 2}, "the second is routed all the same")
    each_once(2)
