"""An area's page lists its tickets, and no more than its reader may see."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.grids import PatrolFactory
from tests.factories.tickets import filed, routed
from tickets.models import Ticket


def _page(client, area):
    return client.get(f"/grids/{area.code}/").content.decode()


def test_an_area_shows_its_open_tickets(client, town, cast):
    here = filed(town, by=cast["worker"], grid=0, description="公交站旁")
    beside = filed(town, by=cast["worker"], grid=2, description="另一社区")
    client.force_login(cast["street"])

    page = _page(client, town.communities[0])

    assert here.get_absolute_url() in page
    assert beside.get_absolute_url() not in page
    assert beside.get_absolute_url() in _page(client, town.streets[0])


def test_a_strangers_area_shows_nothing_of_it(client, town, cast):
    filed(town, by=cast["other_worker"], grid=4, description="只给那边看")
    client.force_login(cast["street"])

    page = _page(client, town.streets[1])

    assert "只给那边看" not in page
    assert "Nothing is open here" in page


@pytest.mark.parametrize("level", ["grids", "communities", "streets"])
def test_the_panel_asks_as_much_for_three_as_for_one(client, town, cast, level):
    client.force_login(cast["street"])
    area = getattr(town, level)[0]
    filed(town, by=cast["worker"])
    with CaptureQueriesContext(connection) as one:
        _page(client, area)
    filed(town, by=cast["worker"])
    filed(town, by=cast["worker"])
    with CaptureQueriesContext(connection) as three:
        _page(client, area)

    assert len(one) == len(three)


# ── the grid worker's page ────────────────────────────────────────────────────────────────────


def _walking(client, town, worker):
    PatrolFactory(user=worker, area=town.grids[0])
    client.force_login(worker)
    return client.get("/field/").content.decode()


def _handled(town, worker):
    """One that waits for this worker's look: the department says it is done."""
    ticket = routed(town, by=worker)
    Ticket.objects.filter(pk=ticket.pk).update(state="handled")
    return ticket


def test_a_grid_worker_sees_what_waits_and_what_was_reported(client, town, cast):
    waits = _handled(town, cast["worker"])
    page = _walking(client, town, cast["worker"])
    filed(town, by=cast["worker"])

    assert waits.get_absolute_url() in page
    figures = " ".join(re.sub(r"<[^>]+>", " ", client.get("/field/").content.decode()).split())
    assert "Reports 1 To do 1" in figures


def test_what_waits_for_another_is_not_on_it(client, town, cast):
    elsewhere = _handled(town, cast["worker"])

    page = _walking(client, town, cast["other_worker"])
    assert elsewhere.get_absolute_url() not in page
    assert "Nothing is waiting for you." in page


def test_a_patrol_asks_as_much_for_three_that_wait_as_for_one(client, town, cast):
    _handled(town, cast["worker"])
    _walking(client, town, cast["worker"])
    with CaptureQueriesContext(connection) as one:
        client.get("/field/")
    for _ in range(2):
        _handled(town, cast["worker"])
    with CaptureQueriesContext(connection) as three:
        client.get("/field/")

    assert len(one) == len(three)
