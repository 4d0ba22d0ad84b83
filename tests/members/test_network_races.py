"""Two keepers at one post: one holder, and the other keeper is told."""

import threading

import pytest
from django.db import connection

from govgrid.core import clock
from govgrid.core.errors import Refused
from members import actions
from members.models import PostTerm, Unit
from tests.factories import network as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """The outcome of each, taken at one moment from connections of their own."""
    gate, outcomes = threading.Barrier(len(acts)), {}

    def take(n, act):
        try:
            gate.wait(timeout=20)
            act()
            outcomes[n] = "taken"
        except Refused as refusal:
            outcomes[n] = refusal.code
        except Exception as fault:  # a deadlock is an outcome that the test must see
            outcomes[n] = repr(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=one) for one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return [outcomes.get(n) for n in range(len(acts))]


def test_ten_fill_one_post_and_one_holds_it():
    town = build_town()
    keeper = holder("roster_admin", area=town.district)
    post = made.NetworkPostFactory(area=town.streets[0])
    people = [UserFactory() for _ in range(10)]
    today = clock.today()
    outcomes = at_once(
        *(
            lambda one=one: actions.fill_post(post, one, by=keeper, starts_on=today)
            for one in people
        )
    )
    assert sorted(outcomes) == ["post_held"] * 9 + ["taken"]
    assert PostTerm.objects.count() == 1


def test_hand_overs_that_cross_leave_one_holder_a_day():
    town = build_town()
    keeper = holder("roster_admin", area=town.district)
    post = made.NetworkPostFactory(area=town.streets[0])
    made.held(post)
    people = [UserFactory() for _ in range(4)]
    today = clock.today()
    outcomes = at_once(
        *(
            lambda one=one: actions.hand_over_post(post, one, by=keeper, on=today, note="x")
            for one in people
        )
    )
    assert outcomes == ["taken"] * 4
    assert PostTerm.objects.held_on().count() == 1


def test_units_that_come_in_at_once_have_codes_of_their_own():
    town = build_town()
    keeper = holder("roster_admin", area=town.district)
    unit = {"by": keeper, "kind": "unit", "office": "x"}
    outcomes = at_once(
        *(lambda n=n: actions.make_unit(town.district, name=f"u{n}", **unit) for n in range(6))
    )
    assert outcomes == ["taken"] * 6
    assert Unit.objects.values("code").distinct().count() == 6
