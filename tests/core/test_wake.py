"""Waking Celery: after the commit, by name, and never at the price of a waiting person."""

import socket
import time

import pytest
from django.db import transaction

from govgrid.core import wake as module
from govgrid.core.wake import wake, wake_once, work_off


def test_nothing_is_woken_before_the_commit(db, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        wake("tickets.tasks.route", 1, 2)

    assert woken == []
    callbacks[0]()
    assert woken == [("tickets.tasks.route", (1, 2))]


def test_what_is_rolled_back_wakes_nobody(db, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        wake("tickets.tasks.route", 1)
        transaction.set_rollback(True)

    assert woken == []


@pytest.fixture
def listener():
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def seconds(call):
    start = time.monotonic()
    call()
    return time.monotonic() - start


@pytest.mark.processes
@pytest.mark.parametrize("how", ["closed_port", "listener"])
def test_a_dead_or_hung_broker_costs_less_than_a_second_and_then_nothing(
    use_broker, request, how, caplog, monkeypatch
):
    use_broker(request.getfixturevalue(how))

    # 0.3 s by itself; the rest is for a machine that is busy.
    assert seconds(lambda: module._send("x.y", (1,))) < 2
    assert "the sweep will find x.y" in caplog.text
    monkeypatch.setattr(module.current_app, "send_task", None)
    for n in range(100):
        module._send("x.y", (n,))
    assert len(caplog.records) == 1


@pytest.mark.processes
def test_the_broker_is_tried_again_when_the_pause_is_over(
    use_broker, closed_port, monkeypatch, caplog
):
    use_broker(closed_port)
    module._send("x.y", (1,))
    sent = []
    monkeypatch.setattr(module.current_app, "send_task", lambda *args, **kwargs: sent.append(args))

    module._send("x.y", (2,))
    monkeypatch.setattr(module, "_silent_until", time.monotonic() - 0.001)
    module._send("x.y", (3,))

    assert sent == [("x.y", (3,))]
    assert module._silent_until == 0


@pytest.mark.processes
def test_a_fault_of_ours_is_not_taken_for_a_dead_broker(use_broker, closed_port, monkeypatch):
    def broken(*args, **kwargs):
        raise TypeError("a bug")

    monkeypatch.setattr(module.current_app, "send_task", broken)

    with pytest.raises(TypeError):
        module._send("x.y", (1,))


# ── one task at work is enough ────────────────────────────────────────────────────────────────

TASK = "x.y"


@pytest.fixture
def sent(monkeypatch):
    """What goes to a real broker's door, where a mark decides; the mark itself is real."""
    sent = []
    monkeypatch.setattr(module.current_app, "send_task", lambda name, *_, **__: sent.append(name))
    monkeypatch.setattr(module, "_silent_until", 0.0)
    module._marked(TASK, is_at_work=False)
    yield sent
    module._marked(TASK, is_at_work=False)


@pytest.mark.processes
def test_while_one_is_called_the_next_ones_are_not(db, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for _n in range(5):
            wake_once(TASK)

    assert sent == [TASK]


@pytest.mark.processes
def test_a_task_at_rest_is_called_again(db, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        wake_once(TASK)
    work_off(TASK, lambda: 0, full=5)
    with django_capture_on_commit_callbacks(execute=True):
        wake_once(TASK)

    assert sent == [TASK, TASK]


@pytest.mark.processes
def test_what_is_committed_before_the_mark_is_off_is_found_by_the_last_look(sent):
    looks = []
    waiting = []

    def work():
        looks.append(bool(waiting))
        if len(looks) == 1:
            # Committed after the empty look; its wake-up met the mark.
            module._send(TASK, (), once=True)
            waiting.append("a row")
            return 0
        found = len(waiting)
        waiting.clear()
        return found

    module._send(TASK, (), once=True)
    work_off(TASK, work, full=5)

    assert sent == [TASK]
    assert looks == [False, True, False, False]


@pytest.mark.processes
def test_a_task_that_finds_for_ever_gives_others_a_turn(sent, monkeypatch):
    monkeypatch.setattr(module, "RUN", 0.1)

    work_off(TASK, lambda: 5, full=5)

    assert sent == [TASK]


@pytest.mark.processes
def test_the_mark_of_a_worker_that_died_ends_by_itself(sent, monkeypatch):
    monkeypatch.setattr(module, "MARKED", 50)
    module._send(TASK, (), once=True)
    time.sleep(0.1)
    module._send(TASK, (), once=True)

    assert sent == [TASK, TASK]


@pytest.mark.processes
def test_work_is_done_without_a_broker(use_broker, closed_port):
    use_broker(closed_port)
    left = [True, True]

    work_off(TASK, lambda: int(bool(left and left.pop())), full=5)

    assert left == []
