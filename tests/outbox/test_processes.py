"""The outbox with a real worker and a real Redis."""

import time

import pytest
from django.db import connection

from benchmarks.stage import until
from govgrid.core import wake
from govgrid.outbox import actions
from govgrid.outbox.models import Message
from tests.factories.accounts import UserFactory

pytestmark = [
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def stage(stage, use_broker):
    use_broker(stage.redis_port)
    return stage


def owe(person, fact):
    start = time.monotonic()
    actions.owe(
        recipients=[person],
        kind="test_moved",
        params={"number": fact, "place": "A"},
        url="/",
        fact=fact,
    )
    return time.monotonic() - start


def sent(fact):
    return Message.objects.filter(channel="email", fact=fact, sent_at__isnull=False).exists()


def mails(stage):
    return [line for file in stage.folder.glob("mail/*") for line in file.read_text().splitlines()
            if line.startswith("Message-ID")]  # fmt: skip


def test_a_commit_wakes_the_sender_and_an_outage_costs_a_delay(stage, monkeypatch):
    person = UserFactory(email="wang@example.test")
    stage.redis()
    stage.worker()

    owe(person, "awake")
    until(lambda: sent("awake"), "the woken worker sends, with no beat running")

    stage.kill("redis")
    assert owe(person, "dark") < 1
    assert not sent("dark")

    stage.redis()
    stage.beat()
    until(lambda: sent("dark"), "the sweep finds what the lost wake-up left")
    monkeypatch.setattr(wake, "_silent_until", 0.0)
    stage.kill("beat")
    owe(person, "awake again")
    until(lambda: sent("awake again"), "the connection comes back by itself")
    assert len(mails(stage)) == len(set(mails(stage))) == 3


def test_a_database_connection_cut_from_outside_costs_no_message(stage):
    person = UserFactory(email="wang@example.test")
    stage.redis()
    stage.worker()
    owe(person, "before")
    until(lambda: sent("before"), "the first is sent")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    owe(person, "after")

    until(lambda: sent("after"), "the woken worker sends all the same, with no beat running")
