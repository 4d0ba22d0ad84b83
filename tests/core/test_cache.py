"""What is kept for a while, and that nothing depends on it."""

import pytest
from redis.exceptions import ConnectionError as Gone

from govgrid.core import cache as kept
from govgrid.core.cache import Forgetful


@pytest.fixture
def away(monkeypatch):
    """A cache whose Redis is not there; every try is noted."""
    tries = []

    class Client:
        def __init__(self, *_servers, **_options):
            pass

        def __getattr__(self, name):
            def fail(*_given, **_options):
                tries.append(name)
                raise Gone("no")

            return fail

    monkeypatch.setattr(kept, "_silent_until", 0.0)
    one = Forgetful("redis://127.0.0.1:1/0", {})
    one._class = Client
    return one, tries


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        (lambda one: one.get("a"), None),
        (lambda one: one.get("a", 7), 7),
        (lambda one: one.set("a", 1), None),
        (lambda one: one.add("a", 1), True),
        (lambda one: one.incr("a"), 1),
        (lambda one: one.touch("a"), False),
        (lambda one: one.delete("a"), False),
        (lambda one: one.has_key("a"), False),
        (lambda one: one.get_many(["a"]), {}),
        (lambda one: one.set_many({"a": 1}), []),
        (lambda one: one.delete_many(["a"]), None),
        (lambda one: one.clear(), None),
        (lambda one: one.get_or_set("a", 5), 5),
    ],
)
def test_a_cache_that_is_away_has_forgotten_everything(away, ask, answer):
    one, tries = away
    assert ask(one) == answer
    assert len(tries) == 1


def test_a_cache_that_is_away_is_let_be_for_a_while(away, caplog, monkeypatch):
    one, tries = away

    for _n in range(3):
        one.get("a")

    assert len(tries) == 1
    assert "does not answer" in caplog.text
    monkeypatch.setattr(kept, "_silent_until", 0.0)
    one.get("a")
    assert len(tries) == 2


def test_a_dead_port_costs_a_moment(monkeypatch):
    monkeypatch.setattr(kept, "_silent_until", 0.0)

    assert Forgetful("redis://127.0.0.1:1/0", {}).get("a") is None
