"""Tickets that an upper app opens: given at once, due on the day that was promised."""

from datetime import timedelta
from uuid import uuid4

import pytest

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories.grids import DepartmentFactory
from tests.factories.tickets import CategoryFactory
from tickets import actions, audit
from tickets.actions import Order
from tickets.models import Clock, Ticket
from tickets.queries import Spot
from tickets.reasons import why
from tickets.workflow import ClockKind


def order(town, **content):
    lon, lat = town.middle(0)
    return Order(
        **{
            "client_id": uuid4(),
            "category": CategoryFactory(code="0101"),
            "spot": Spot(lon=lon, lat=lat, raw_lon=lon, raw_lat=lat, raw_crs="wgs84"),
            "description": "护栏 60 米",
            "department": town.housing,
            "due_on": clock.today() + timedelta(days=60),
            **content,
        }
    )


def test_it_is_given_at_once_and_due_on_the_day_that_was_promised(town, cast, clock_at):
    clock_at("2026-09-24 09:05")  # 60 days later is a Monday: a day of rest would go over to one
    asked = order(town, helpers=(town.urban,))

    ticket = actions.open_ticket(asked, by=cast["clerk"], origin="consultation:2026-00001/1")

    assert (ticket.state, ticket.lead_department) == ("dispatched", town.housing)
    assert {(one.department, one.role) for one in ticket.assignments.all()} == {
        (town.housing, "lead"), (town.urban, "assist"),
    }  # fmt: skip
    assert ticket.filed_by is None
    assert len(why(ticket)) == 1
    assert Message.objects.filter(kind="ticket_offered", recipient=cast["clerk"]).exists()
    assert [one.verb for one in ticket.events.order_by("pk")] == ["file", "route"]
    actions.move(ticket, "sign", by=cast["clerk"], assignment=ticket.assignments.first().pk)
    resolve = Clock.objects.get(ticket=ticket, kind=ClockKind.RESOLVE, assignment__role="lead")
    assert clock.local(resolve.due_at).date() == asked.due_on
    assert resolve.basis == "plan"
    assert [found for _ticket, found in audit.differences(Ticket.objects.all())] == [[]]


def test_the_same_order_sent_again_is_one_ticket(town, cast):
    asked = order(town)
    first = actions.open_ticket(asked, by=None, origin="x")
    assert actions.open_ticket(asked, by=None, origin="x") == first
    with pytest.raises(Refused) as refusal:
        actions.open_ticket(
            order(town, client_id=asked.client_id, description="别的"), by=None, origin="x"
        )
    assert refusal.value.code == "client_id_reused"


def test_a_place_off_the_map_and_a_stranger_are_refused(town):
    for code, content in (
        ("outside", {"spot": Spot(lon=1.0, lat=1.0, raw_lon=1.0, raw_lat=1.0, raw_crs="wgs84")}),
        ("wrong_department", {"department": DepartmentFactory()}),
    ):
        with pytest.raises(Refused) as refusal:
            actions.open_ticket(order(town, **content), by=None, origin="x")
        assert refusal.value.code == code
    assert not Ticket.objects.exists()
