"""The figures of a city: as many as asked, the same each time, and refused where they do not belong."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from consultations import tables
from consultations.models import Attendance, Platform, Seat, Session, Topic
from govgrid.core import clock
from govgrid.home.demo import ground
from tests.factories.grids import CompoundFactory, build_town

SMALL = {
    "platforms": 7,
    "members": 20,
    "sessions": 12,
    "heads": 50,
    "solved": 9,
    "owners": 3,
    "residents": 2,
}


@pytest.fixture
def town(db, monkeypatch):
    monkeypatch.setattr(ground, "has_demo", lambda: True)
    town = build_town()
    for _each in range(2):
        CompoundFactory(community=town.communities[0])
    return town


def test_a_small_city_has_what_was_asked(town):
    call_command("load_consultations", **SMALL, verbosity=0)
    year = clock.today().year
    assert Platform.objects.exclude(kind__in=["owners", "residents"]).count() == 7
    assert Platform.objects.filter(kind="residents").count() == 2
    # There are two compounds, and so no third council.
    assert Platform.objects.filter(kind="owners").count() == 2
    assert Seat.objects.held_on().filter(role="member").count() == 20
    assert tables.held_in(year).count() == Session.objects.count() == 12
    assert Attendance.objects.there().count() == 50
    assert tables.solved_in(year).count() == Topic.objects.filter(state="closed").count() == 9
    assert tables.vacancies(Platform.objects.in_force(), most=50) == []
    with pytest.raises(CommandError, match="already"):
        call_command("load_consultations", **SMALL, verbosity=0)


def test_it_belongs_to_the_demo_alone(db):
    with pytest.raises(CommandError, match="load_demo"):
        call_command("load_consultations", **SMALL, verbosity=0)
    with pytest.raises(CommandError, match="at least one"):
        call_command("load_consultations", **SMALL | {"platforms": 0}, verbosity=0)
