"""The demo's needs are told by the actions, and by nothing where there is no roster."""

from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest

from govgrid.core import clock
from govgrid.home.demo import needing
from members.models import Claim, Gift, Member, Need, TimeEntry
from members.workflow.needs import NeedState
from tests.factories import needs as made
from tests.factories.grids import holder
from tests.factories.members import MemberFactory, SpecialtyFactory

pytestmark = pytest.mark.django_db


@contextmanager
def ago(days, hours=0):
    with clock.telling(clock.now() - timedelta(days=days) + timedelta(hours=hours)):
        yield


def told_of(roster):
    holder("roster_admin", area=roster.town.district, username="roster")
    people = {"resident": roster.resident, "community": roster.officer}
    ground = SimpleNamespace(first_community=roster.town.communities[0])
    return SimpleNamespace(ago=ago, people=people, ground=ground)


def test_needs_stand_in_every_state_and_hours_were_moved():
    roster = made.build_roster()
    for n, name in enumerate(("财务", "调解", "园艺种植", "电梯", "书法")):
        field = SpecialtyFactory(code=f"demo-{n}", name=name)
        MemberFactory(area=roster.town.communities[0], skills=[field])
    needing.need(told_of(roster))
    states = set(Need.objects.values_list("state", flat=True))
    assert states == {"open", "claimed", "accepted", "served", "confirmed"}
    assert Need.objects.count() == len(needing.STORIES)
    assert TimeEntry.objects.count() == 3
    assert Claim.objects.filter(score=5).count() == 2
    assert Gift.objects.count() == 3
    count = Need.objects.filter(state=NeedState.CONFIRMED, ended_at__lt=clock.now()).count()
    assert count == 3


def test_without_a_roster_nothing_is_told(django_assert_num_queries):
    with django_assert_num_queries(1):
        needing.need(SimpleNamespace())
    assert not Member.objects.exists()
