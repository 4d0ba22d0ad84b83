"""The histories held against the rows, by a command."""

import pytest
from django.core.management import CommandError, call_command

from tests.factories.grids import build_town, holder
from tests.factories.tickets import routed
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    town = build_town()
    return routed(town, by=holder("grid_worker", area=town.grids[0]))


def test_every_ticket_follows_from_its_history(ticket, capsys):
    call_command("check_histories")

    assert capsys.readouterr().out == "Every ticket follows from its history.\n"


def test_a_row_that_says_otherwise_is_named_and_an_error(ticket, capsys):
    Ticket.objects.filter(pk=ticket.pk).update(state="handling")

    with pytest.raises(CommandError, match="do not follow"):
        call_command("check_histories")

    assert f"{ticket}: state is handling, its events say dispatched" in capsys.readouterr().err
