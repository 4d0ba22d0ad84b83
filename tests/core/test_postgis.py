"""A connection is asked for its life by the operating system, and by a statement only in doubt."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.gis.db.backends.postgis import base
from django.db import DatabaseError, close_old_connections, connection, transaction

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """How often the database itself was asked."""
    times = []
    ask = base.DatabaseWrapper.is_usable

    def counted(self):
        times.append(self)
        return ask(self)

    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", counted)
    return times


@pytest.fixture
def elsewhere():
    """A thread with a connection of its own, as a request has one; closed at the end."""
    with ThreadPoolExecutor(1) as thread:

        def run(work):
            return thread.submit(work).result()

        yield run
        run(close)


def close() -> None:
    connection.close()  # looked up where it runs: each thread has its own


def begin_request() -> int:
    """What Django does between two requests, and the first statement of the next one."""
    close_old_connections()
    return backend()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def end(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone() == (True,)


def test_one_in_use_is_not_asked_again_and_again(elsewhere, asked, monkeypatch):
    monkeypatch.setattr("govgrid.core.postgis.base.SURE", 3600.0)  # however slow this machine is

    pids = {elsewhere(begin_request) for _ in range(5)}

    assert len(pids) == 1
    assert len(asked) <= 1


def test_one_that_was_ended_a_moment_ago_is_replaced(elsewhere, asked):
    elsewhere(begin_request)
    before = elsewhere(begin_request)

    end(before)

    assert elsewhere(begin_request) != before


def test_one_that_was_idle_is_asked(elsewhere, asked, monkeypatch):
    elsewhere(begin_request)
    elsewhere(begin_request)
    asked.clear()
    monkeypatch.setattr("govgrid.core.postgis.base.SURE", 0.0)
    elsewhere(begin_request)

    assert len(asked) == 1


def test_one_with_an_error_is_asked(elsewhere, asked):
    def stumble():
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0 FROM nowhere")

    elsewhere(begin_request)
    elsewhere(begin_request)
    asked.clear()
    elsewhere(stumble)
    elsewhere(begin_request)

    assert len(asked) == 1


def test_one_that_was_closed_here_is_opened_again(elsewhere):
    def close_beneath():
        connection.connection.close()

    elsewhere(begin_request)
    before = elsewhere(begin_request)
    elsewhere(close_beneath)

    assert elsewhere(begin_request) != before


def test_a_broken_transaction_is_not_usable(elsewhere):
    def broken():
        with transaction.atomic(), connection.cursor() as cursor:
            whole = connection.is_usable()
            with pytest.raises(DatabaseError):
                cursor.execute("SELECT 1 / 0 FROM nowhere")
            connection.errors_occurred = False  # as after a constraint that said no
            connection.set_rollback(True)
            return whole, connection.is_usable()

    elsewhere(begin_request)
    elsewhere(begin_request)

    assert elsewhere(broken) == (True, False)
