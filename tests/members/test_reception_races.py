"""Twenty at one time to come: as many as there are places have one, the rest wait."""

import threading
from contextvars import copy_context

import pytest
from django.db import connection

from govgrid.core import clock
from govgrid.core.errors import Refused
from members import actions
from members.actions import Wish
from members.models import Booking, SignUp, Slot
from tests.factories import receptions as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town
from tests.factories.members import LiaisonFactory, MemberFactory, StationFactory

pytestmark = pytest.mark.django_db(transaction=True)
CROWD, PLACES = 20, 3


@pytest.fixture(autouse=True)
def _on_tuesday():
    with clock.telling(made.NOW):
        yield


@pytest.fixture
def station():
    return StationFactory(area=build_town().communities[0])


@pytest.fixture
def liaison(station):
    return LiaisonFactory(station=station).user


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

    # The told time goes with the context.
    threads = [
        threading.Thread(target=copy_context().run, args=(take, n, act))
        for n, act in enumerate(acts)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=90)
    return [outcomes.get(n) for n in range(len(acts))]


def test_twenty_at_once_fill_the_places_and_the_rest_wait(station, liaison):
    slot = made.first_slot(made.laid(station, by=liaison, places=PLACES))
    people = [UserFactory() for _n in range(CROWD)]
    got = at_once(*(lambda one=one: actions.book(slot, Wish(), by=one).state for one in people))
    assert sorted(got) == ["booked"] * PLACES + ["waiting"] * (CROWD - PLACES)
    seated = Booking.objects.seated().order_by("place_no")
    assert list(seated.values_list("place_no", flat=True)) == [1, 2, 3]


def test_one_who_presses_twenty_times_has_one_booking(station, liaison):
    slot = made.first_slot(made.laid(station, by=liaison, places=PLACES))
    person = UserFactory()
    keys = at_once(*(lambda: actions.book(slot, Wish(), by=person).pk for _n in range(CROWD)))
    assert len(set(keys)) == 1
    assert Booking.objects.count() == 1


def test_all_cancel_at_once_and_everybody_moves_up_once(station, liaison):
    slot = made.first_slot(made.laid(station, by=liaison, places=PLACES))
    people = [UserFactory() for _n in range(2 * PLACES)]
    rows = [made.booked(slot, by=one) for one in people]
    leaving = rows[:PLACES]
    got = at_once(
        *(lambda one=one: actions.cancel_booking(one, by=one.resident).state for one in leaving)
    )
    assert got == ["cancelled"] * PLACES
    seated = Booking.objects.seated().order_by("place_no")
    assert [one.resident_id for one in seated.order_by("booked_at")] == [
        one.pk for one in people[PLACES:]
    ]
    assert list(seated.values_list("place_no", flat=True)) == [1, 2, 3]


def test_booking_and_calling_off_at_once_leave_nobody_with_a_place(station, liaison):
    slot = made.first_slot(made.laid(station, by=liaison, places=PLACES))
    people = [UserFactory() for _n in range(8)]
    got = at_once(
        *(lambda one=one: actions.book(slot, Wish(), by=one).state for one in people),
        lambda: actions.cancel_slot(slot, by=liaison, reason="停电").pk,
    )
    assert got[-1] == slot.pk
    assert set(got[:-1]) <= {"booked", "waiting", "slot_cancelled"}
    assert not Booking.objects.live().exists()


def test_slots_made_twice_at_once_are_made_once(station, liaison):
    host = MemberFactory(area=station.area, station=station)
    made.laid(station, by=liaison, hosts=[host])
    Slot.objects.all().delete()
    got = at_once(*(lambda: actions.make_slots(by=None) for _n in range(4)))
    assert sorted(got) == [0, 0, 0, 16]


def test_two_stations_ask_for_one_host_at_once(station, liaison):
    """The second finds her busy, or loses the race: she is in one place whichever it is."""
    host = MemberFactory(area=station.area, station=station)
    desk = made.laid(station, by=liaison)
    door = made.laid(station, by=liaison, mode="door")
    Slot.objects.all().delete()
    for one in (desk, door):
        one.hosts.set([host])
    got = at_once(*(lambda: actions.make_slots(by=None) for _n in range(4)))
    assert all(isinstance(one, int) for one in got), got
    actions.make_slots(by=None)
    assert Slot.objects.count() == 32
    assert Slot.objects.filter(host=host).count() == 16


def test_twenty_sign_up_for_three_places(station, liaison):
    activity = made.announced(station, by=liaison, capacity=PLACES)
    people = [UserFactory() for _n in range(CROWD)]
    got = at_once(*(lambda one=one: actions.sign_up(activity, by=one).is_waiting for one in people))
    assert got.count(False) == PLACES
    assert SignUp.objects.filter(is_waiting=True).count() == CROWD - PLACES
