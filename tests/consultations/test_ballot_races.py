"""Many at one vote: twenty sendings are one vote, and closing waits for none and loses none."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from consultations import actions
from consultations.models import Ballot, Vote
from govgrid.core import clock
from govgrid.core.errors import Refused
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import holder

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


def at_once(*acts):
    """The outcome of each, taken at one moment from connections of their own."""
    gate, outcomes = threading.Barrier(len(acts)), {}

    def take(n, act):
        try:
            gate.wait(timeout=30)
            outcomes[n] = act()
        except Refused as refusal:
            outcomes[n] = refusal.code
        except Exception as fault:  # a deadlock is an outcome that the test must see
            outcomes[n] = repr(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(n, act)) for n, act in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return [outcomes.get(n) for n in range(len(acts))]


def test_twenty_sendings_of_one_voter_are_one_vote(platform, people, town, officer, shift_clock):
    made.living(town.grids[0], "1", by=officer, user=people["resident"])
    one = made.announced(platform, by=people["convenor"], is_secret=True)
    one = made.opened(one, shift_clock)
    said = at_once(*[lambda: actions.vote(one, [1], by=people["resident"]).receipt] * 20)
    assert said.count("voted_already") == 19
    assert Vote.objects.count() == 1


def test_of_one_household_one_is_taken(platform, people, town, officer, shift_clock):
    crowd = [UserFactory() for _each in range(8)]
    for person in crowd:
        made.living(town.grids[0], "1-1-1", by=officer, user=person)
    one = made.announced(platform, by=people["convenor"], count_by="household")
    one = made.opened(one, shift_clock)
    said = at_once(*[lambda p=person: actions.vote(one, [1], by=p).receipt for person in crowd])
    assert sorted(map(str, said)) == ["", *["household_voted"] * 7]


def test_a_vote_before_the_closing_is_counted_and_one_after_it_refused(
    platform, people, town, officer, shift_clock
):
    """However they fall: whoever was told that his vote is in is in the count."""
    crowd = [UserFactory() for _each in range(12)]
    for n, person in enumerate(crowd):
        made.living(town.grids[0], f"2-{n}", by=officer, user=person)
    one = made.announced(platform, by=people["convenor"])
    one = made.opened(one, shift_clock)

    def close():
        with transaction.atomic():
            held = Ballot.objects.select_for_update().get(pk=one.pk)
            held.state = "closed"
            held.save(update_fields=["state"])
        return "closed"

    acts = [lambda p=person: actions.vote(one, [1], by=p).receipt for person in crowd]
    said = at_once(*acts[:6], close, *acts[6:])
    assert set(said) <= {"", "closed", "not_open"}
    made.moved_to(one.closes_at + timedelta(minutes=1), shift_clock)
    done = actions.count_ballot(one, by=people["recorder"])
    assert done.tally["voted"] == said.count("") == Vote.objects.count()


def test_two_counts_at_once_are_one(platform, people, town, officer, shift_clock):
    made.living(town.grids[0], "1", by=officer, user=people["resident"])
    one = made.opened(made.announced(platform, by=people["convenor"], is_secret=True), shift_clock)
    actions.vote(one, [1], by=people["resident"])
    one = made.closed(one, shift_clock)
    said = at_once(*[lambda: actions.count_ballot(one, by=people["recorder"]).state] * 4)
    assert sorted(said) == ["counted", *["not_closed"] * 3]
    assert clock.now() > one.closes_at
