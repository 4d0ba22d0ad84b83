"""Two at one topic: one is taken, the other is told; nobody waits for ever."""

import threading

import pytest
from django.db import connection

from consultations import actions
from consultations.models import Step
from consultations.workflow import State
from govgrid.core.errors import Refused
from tests.factories import consultations as made

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """The outcome of each, taken at one moment from connections of their own."""
    gate, outcomes = threading.Barrier(len(acts)), {}

    def take(n, topic, name, given):
        try:
            gate.wait(timeout=20)
            outcomes[n] = actions.move(topic, name, **given).state
        except Refused as refusal:
            outcomes[n] = refusal.code
        except Exception as fault:  # a deadlock is an outcome that the test must see
            outcomes[n] = repr(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(n, *one)) for n, one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return [outcomes.get(n) for n in range(len(acts))]


def test_two_screeners_decide_at_once_and_one_is_taken(platform, people):
    topic = made.raised(platform, by=people["resident"])
    taken, not_taken = at_once(
        (topic, "accept", {"by": people["screener"], **made.STUDY}),
        (
            topic,
            "decline",
            {"by": people["area_screener"], "reason": "not_public", "note": "不是公共的事"},
        ),
    )
    assert (taken, not_taken) in {
        (State.STUDYING, "wrong_state"),
        ("wrong_state", State.DECLINED),
    }
    topic.refresh_from_db()
    assert topic.state in {taken, not_taken}
    assert Step.objects.filter(topic=topic).count() == 2


def test_two_merges_that_cross_leave_one_to_stand(platform, people):
    """Each into the other: both gone would leave what people asked for nowhere."""
    screener = people["screener"]
    one = made.studying(platform, by=people["resident"], screener=screener)
    other = made.studying(platform, by=people["neighbour"], screener=screener)
    outcomes = at_once(
        (one, "merge", {"by": screener, "into": other, "note": "同一件事"}),
        (other, "merge", {"by": people["area_screener"], "into": one, "note": "同一件事"}),
    )
    assert outcomes.count(State.MERGED) == 1
    one.refresh_from_db()
    other.refresh_from_db()
    assert sorted([one.state, other.state]) == sorted([State.MERGED, State.STUDYING])
