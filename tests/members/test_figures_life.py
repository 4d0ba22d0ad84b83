"""What the roster did in a quarter, by town: matters are counted and nobody."""

from datetime import timedelta

import pytest

from govgrid.core import clock
from members import actions, figures
from members.figures import Quarter
from members.models import Activity, Booking
from members.workflow.reception import BookingState
from tests.factories import needs as asking
from tests.factories import receptions as receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def roster():
    with clock.telling(receiving.NOW):
        yield asking.build_roster()


def told(name, district, day):
    table = next(one for one in figures.tables() if one.name == name)
    quarter = Quarter(day.replace(month=day.month - (day.month - 1) % 3, day=1))
    return {town: n for town, n in table.counting(district, quarter).items() if n}


def test_needs_are_counted_where_and_when_they_were_asked_and_met(roster):
    town = roster.town
    asking.asked(roster)
    asking.confirmed(roster)
    today = clock.today()
    assert told("needs-asked", town.district, today) == {town.streets[0].name: 2}
    assert told("needs-met", town.district, today) == {town.streets[0].name: 1}
    assert told("needs-asked", town.district, today - timedelta(days=100)) == {}


def test_who_came_is_counted_and_who_stayed_away_is_not(roster):
    town, station, liaison = roster.town, roster.near, roster.liaison
    slot = receiving.first_slot(receiving.laid(station, by=liaison))
    receiving.booked(slot, by=roster.resident)
    receiving.booked(slot, by=roster.neighbour)
    day = clock.local(slot.starts_at).date()
    assert told("receptions-town", town.district, day) == {}
    Booking.objects.filter(resident=roster.resident).update(state=BookingState.CAME)
    assert told("receptions-town", town.district, day) == {town.streets[0].name: 1}


def test_heads_at_activities_are_counted_once_they_were_held(roster):
    town = roster.town
    activity = receiving.announced(roster.near, by=roster.liaison)
    day = clock.local(activity.starts_at).date()
    assert told("activities-town", town.district, day) == {}
    with clock.telling(activity.ends_at + timedelta(hours=1)):
        actions.close_activity(activity, by=roster.liaison, head_count=31, summary="讲了一晚")
    assert Activity.objects.get().head_count == 31
    assert told("activities-town", town.district, day) == {town.streets[0].name: 31}
