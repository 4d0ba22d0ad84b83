"""A barrier before a table: who waits goes on by one transaction, and no further."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from benchmarks.stage import becomes, connect, locked, until, waiters

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
