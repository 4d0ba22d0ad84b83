"""A barrier before a table: who waits goes on by one transaction, and no further; and who has ended."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from django.db import connection

from benchmarks.stage import (
    Stage,
    becomes,
    connect,
    free_port,
    has_ended,
    locked,
    members,
    until,
    waiters,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TABLE = "worktime_clockshift"
WRITES = "UPDATE worktime_clockshift SET shift = shift"


def write_twice(done):
    """Two transactions, as who claims a row first and marks it later."""
    one = connect(connection.settings_dict["NAME"])
    one.autocommit = True
    with one.cursor() as cursor:
        for _ in range(2):
            cursor.execute(WRITES)
            done.append(1)
    one.close()


def test_a_step_lets_who_waits_end_one_transaction_and_stops_the_next():
    done = []
    with ThreadPoolExecutor(1) as pool:
        with locked(TABLE) as barrier:
            pool.submit(write_twice, done)
            first = until(lambda: waiters(TABLE, WRITES), "it waits")

            barrier.step()

            assert until(lambda: waiters(TABLE, WRITES), "it waits again") == first
            assert len(done) == 1
            assert not becomes(lambda: len(done) > 1, 0.2)
        until(lambda: len(done) == 2, "it goes on")


def test_a_step_where_nobody_waits_holds_the_table_still():
    done = []
    with ThreadPoolExecutor(1) as pool:
        with locked(TABLE) as barrier:
            barrier.step()
            pool.submit(write_twice, done)

            until(lambda: waiters(TABLE, WRITES), "it waits")
            assert not done
        until(lambda: len(done) == 2, "it goes on")


# The first thread ends and another stays, as for a moment after every kill.
WITHOUT_ITS_FIRST = """
import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
ctypes.CDLL(None).pthread_exit(None)
"""


def test_who_has_a_thread_left_has_not_ended():
    with subprocess.Popen([sys.executable, "-c", WITHOUT_ITS_FIRST]) as started:
        process = psutil.Process(started.pid)
        until(lambda: process.status() == psutil.STATUS_ZOMBIE, "its first thread has ended")
        assert not has_ended(process)
        started.kill()
        until(lambda: has_ended(process), "the other has")


def test_a_port_is_none_that_a_connection_is_given():
    assert all(10_080 < free_port() < 32_768 for _ in range(50))


FORKS = """
import os, time
while os.fork():
    time.sleep(0.001)
time.sleep(60)
"""


def test_a_kill_takes_along_who_is_being_forked(tmp_path):
    stage = Stage(tmp_path)
    stage._start("forks", sys.executable, "-c", FORKS)
    until(lambda: len(stage.children("forks")) > 50, "it forks")
    group = stage.running["forks"].pid

    stage.kill("forks")

    assert all(has_ended(one) for one in members(group))
