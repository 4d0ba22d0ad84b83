"""The histories held against the rows, by a command."""

import pytest
from django.core.management import CommandError, call_command

from tests.factories.grids import build_town, holder
from tests.factories.tickets import CategoryFactory, routed
from tickets import actions, conditions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    town = build_town()
    return routed(town, by=holder("grid_worker", area=town.grids[0]))


def test_every_ticket_follows_from_its_history(ticket, capsys):
    call_command("check_histories")

    assert capsys.readouterr().out == "Every ticket follows from its history.\n"


def test_looks_that_the_conditions_or_the_desk_ask_for(capsys):
    town = build_town()
    far = holder("api_client", area=town.district)
    near, desk = (
        holder("grid_worker", area=town.grids[0]),
        holder("street_desk", area=town.streets[0]),
    )
    category = CategoryFactory(code="0101")
    conditions.set_terms(
        by=None, category=category, area=town.district, checks_first=True, reason="试点"
    )
    out, real, gone, again = (routed(town, by=far) for _ in range(4))
    actions.move(real, "check", by=near, finding="real")
    assert actions.route() == 1
    for one in (gone, again):
        actions.move(one, "check", by=near, finding="not_real", note="已经修好了")
    actions.move(again, "ask_check", by=desk)
    actions.move(again, "check", by=near, finding="real")

    call_command("check_histories")

    assert capsys.readouterr().out == "Every ticket follows from its history.\n"
    states = {one.pk: one.state for one in Ticket.objects.all()}
    assert [states[one.pk] for one in (out, real, gone, again)] == [
        "triage",
        "dispatched",
        "triage",
        "triage",
    ]


def test_a_row_that_says_otherwise_is_named_and_an_error(ticket, capsys):
    Ticket.objects.filter(pk=ticket.pk).update(state="handling")

    with pytest.raises(CommandError, match="do not follow"):
        call_command("check_histories")

    assert f"{ticket}: state is handling, its events say dispatched" in capsys.readouterr().err
