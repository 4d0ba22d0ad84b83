"""Reception days and activities as the demo tells them."""

from types import SimpleNamespace

import pytest

from govgrid.core import clock
from govgrid.home.demo import receiving
from members import activities, receptions
from members.models import Activity, Booking, Slot, Station
from tests.factories.accounts import UserFactory
from tests.factories.grids import PostFactory, build_town

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_part_is_told_by_the_actions():
    town = build_town()
    desk = UserFactory(username="roster")
    PostFactory(user=desk, role="roster_admin", area=town.district)
    UserFactory(username="resident")
    for _n in range(12):
        UserFactory()
    ground = SimpleNamespace(first_community=town.communities[0], first_street=town.streets[0])

    receiving.receive(ground, 3)

    assert Station.objects.count() == 3
    now = clock.now()
    assert {one.mode for one in receptions.coming(now)} == {"desk", "door", "online"}
    states = set(Booking.objects.values_list("state", flat=True))
    assert {"done", "booked", "waiting"} <= states
    assert not Booking.objects.filter(state="came").exists()
    assert receptions.rating_of(Station.objects.order_by("pk").first()).mean
    assert set(Activity.objects.values_list("state", flat=True)) == {"planned", "open", "held"}
    assert sum(one.heads for one in activities.by_quarter()) == 641
    assert Slot.objects.filter(starts_at__gt=now).count() > 40
