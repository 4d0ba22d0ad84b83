"""When the demo may be loaded, and what the command says."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from govgrid.accounts.models import User
from tests.factories.grids import AreaFactory
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_beside_a_districts_own_areas_it_is_refused():
    AreaFactory()
    with pytest.raises(CommandError, match="public password"):
        call_command("load_demo", verbosity=0)
    call_command("load_demo", if_empty=True, verbosity=0)
    assert not User.objects.exists()


@pytest.mark.parametrize("wrong", [{"grids": 12}, {"tickets": -1}])
def test_sizes_that_make_no_district_are_refused(wrong):
    with pytest.raises(CommandError):
        call_command("load_demo", verbosity=0, **wrong)


def test_it_proves_itself_when_asked_and_says_what_it_made():
    out = StringIO()
    call_command("load_demo", grids=60, tickets=60, check=True, stdout=out)
    assert "62 grids, 60 tickets" in out.getvalue()


def test_the_same_seed_tells_the_same_stories():
    """All but the hours, the numbers and the keys, which follow the day of the run."""

    def told(seed):
        with transaction.atomic():
            call_command("load_demo", grids=60, tickets=90, seed=seed, verbosity=0)
            rows = Ticket.objects.values_list(
                "category__code", "grid__code", "description", "state", "raw_lon", "raw_lat"
            )
            found = sorted(map(str, rows))
            transaction.set_rollback(True)
        return found

    first = told(4)
    assert told(4) == first
    assert told(5) != first
