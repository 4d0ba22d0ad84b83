"""The demo's counsels, told by the actions: the same seed tells the same."""

import pytest

from govgrid.home.demo import counselling, geography, ground, people
from members.models import Counsel, FigureRow, Grant, Member, Visit
from tests.factories.members import MemberFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_the_demo_tells_counsels_grants_visits_and_figures():
    laid = ground.lay(geography.draw(60, 7), 7)
    people.seat(laid, 7)
    counselling.tell(laid, 7)
    assert not Counsel.objects.exists()
    for _each in range(16):
        MemberFactory(area=laid.first_street)
    counselling.tell(laid, 7)
    states = set(Counsel.objects.values_list("state", flat=True))
    assert states == {
        "submitted", "returned", "edited", "briefed", "noted", "answered", "closed", "filed",
    }  # fmt: skip
    assert Grant.objects.in_force().count() == 4
    assert Grant.objects.waiting().count() == 1
    assert Visit.objects.count() == 4
    assert FigureRow.objects.values("quarter").distinct().count() == 4
    assert Member.objects.filter(welcomes_visits=True).count() == 4
