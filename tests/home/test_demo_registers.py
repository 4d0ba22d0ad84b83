"""What stands in the demo district: enough to look at, the same each time, and bounded."""

import pytest
from django.core.management import call_command
from django.db import transaction

from govgrid.home.demo import network, registers
from grids.models import (
    Area,
    AreaCount,
    Compound,
    Facility,
    Level,
    Organisation,
    Renewal,
    ServicePoint,
)

pytestmark = pytest.mark.django_db


def loaded(**options):
    """What a load leaves, taken back afterwards."""
    with transaction.atomic():
        call_command("load_demo", grids=60, tickets=0, verbosity=0, **options)
        found = {
            "compounds": list(Compound.objects.values_list("code", "point", "household_count")),
            "facilities": list(
                Facility.objects.values_list("code", "point", "state", "grid__code")
            ),
            "points": list(ServicePoint.objects.values_list("code", "point", "grid__code")),
            "bodies": list(Organisation.objects.values_list("code", "name", "grid__code")),
            "counts": list(AreaCount.objects.values_list("area__code", "measure", "number")),
        }
        transaction.set_rollback(True)
    return found


def test_the_same_seed_makes_the_same_places_and_another_others():
    first, again, other = loaded(seed=7), loaded(seed=7), loaded(seed=8)

    assert first == again
    assert first["facilities"] != other["facilities"]


def test_there_is_something_of_every_kind_and_numbers_of_all_grids():
    call_command("load_demo", grids=60, tickets=0, verbosity=0)

    assert Compound.objects.count() == registers.COMPOUNDS
    assert Facility.objects.count() == registers.FACILITIES
    assert ServicePoint.objects.count() == registers.SERVICE_POINTS
    many = registers.ORGANISATIONS + network.MOST_SOCIETIES
    assert Organisation.objects.count() == many
    assert not Facility.objects.filter(grid=None).exists()
    assert set(Facility.objects.values_list("state", flat=True)) == set(Facility.State.values)
    assert set(Renewal.objects.values_list("state", flat=True)) == {"planned", "running"}
    basic = Area.objects.filter(level=Level.GRID, household_count__isnull=False)
    assert AreaCount.objects.filter(area__level=Level.GRID).count() == 4 * basic.count()
    told = {one.words for one in AreaCount.objects.filter(measure="visits")}
    assert "<5" in told
    assert any(words.startswith("≥") for words in told)


def test_of_a_city_only_so_many_grids_are_counted(monkeypatch):
    monkeypatch.setattr(registers, "MOST_COUNTED", 5)

    call_command("load_demo", grids=60, tickets=0, verbosity=0)

    assert AreaCount.objects.values("area").distinct().count() == 5
    assert AreaCount.objects.filter(area__level=Level.GRID).count() == 20
