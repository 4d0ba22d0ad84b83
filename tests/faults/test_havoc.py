"""Bringing back what fell: real processes that end by themselves."""

import time

import psutil
import pytest
import redis

from benchmarks.cluster import Cluster
from benchmarks.faults.havoc import Havoc
from benchmarks.stage import Stage, until

pytestmark = [pytest.mark.processes, pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def havoc(tmp_path):
    stage = Stage(tmp_path)
    yield Havoc(stage, Cluster(tmp_path / "postgres", 1, ""), wait=time.sleep, more=lambda: None)
    stage.close()


def test_what_ends_by_itself_is_started_again_and_noted(havoc):
    havoc.stage.redis()
    first = havoc.stage.running["redis"].pid
    havoc.look_after()
    assert havoc.stage.running["redis"].pid == first

    psutil.Process(first).kill()
    until(lambda: havoc.stage.running["redis"].poll() is not None, "it has ended")
    havoc.look_after()

    assert havoc.stage.running["redis"].pid != first
    client = redis.Redis(port=havoc.stage.redis_port)
    assert client.ping()
    client.close()
    assert havoc.ended == {"redis": 1}
    assert [one.hit for one in havoc.timeline.outages] == [{"redis"}]


def test_a_worker_that_ends_without_a_broker_is_started_again_and_not_waited_for(havoc):
    havoc.stage.redis()
    havoc.stage.worker("messages", "messages,celery")
    first = havoc.stage.running["messages"].pid
    havoc.stage.kill("redis")
    psutil.Process(first).kill()
    until(lambda: havoc.stage.running["messages"].poll() is not None, "it has ended")

    havoc.look_after()

    assert b"ready." not in havoc.stage.log("messages")
    havoc.stage.redis()
    until(lambda: b"ready." in havoc.stage.log("messages"), "it finds the broker by itself")
