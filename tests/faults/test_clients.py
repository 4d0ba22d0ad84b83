"""How the phones of a fault run are held back, so that each fault meets somebody who files."""

import time
from types import SimpleNamespace

import pytest

from benchmarks.faults.clients import PHONES, Clients
from benchmarks.faults.plan import Plan
from benchmarks.stage import becomes, until

pytestmark = pytest.mark.slow

TOWN = SimpleNamespace(workers=["token"] * 8, middle=lambda grid: {"lon": grid, "lat": 0})


@pytest.fixture
def clients(monkeypatch):
    """Forty reports; each is answered at once, and nothing follows."""
    one = Clients(Plan(40, seed=1, rate=200, sweep=1), TOWN, "")
    monkeypatch.setattr(one, "_file", lambda filing: None)
    one.start()
    yield one
    one.end()


def test_what_is_not_allowed_yet_is_not_begun(clients):
    clients.allow(10)
    until(lambda: clients.filed == 10, "those that are allowed are filed")

    assert not becomes(lambda: clients.sent > 10, 0.2)
    assert clients.has_sent(10)
    assert not clients.has_sent(11)


def test_more_are_allowed_only_where_none_is_left(clients):
    clients.allow(10)
    clients.allow_more()
    until(lambda: clients.filed == 10, "those that are allowed are filed")
    clients.allow_more()
    until(lambda: clients.filed == 10 + PHONES, "as many as there are phones are filed")

    # The next halt moves with them.
    assert not clients.has_sent(11)
    clients.allow(11)
    until(lambda: clients.has_sent(11), "the next is filed")


def test_the_last_halt_is_the_end_whatever_was_added(clients):
    clients.allow(0)
    clients.allow_more()
    clients.allow(40)

    until(clients.is_done, "all are filed")
    assert clients.sent == 40
    assert clients.has_sent(40)


def test_what_was_held_back_comes_at_the_same_rate(clients):
    time.sleep(0.3)
    begun = time.monotonic()
    clients.allow(40)
    until(clients.is_done, "all are filed")

    assert time.monotonic() - begun > 39 / 200 * 0.9
