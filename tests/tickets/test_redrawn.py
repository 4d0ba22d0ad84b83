"""A ticket keeps the grid it was filed in when the map is redrawn, and says where it lies now."""

from datetime import date

import pytest

from grids import actions as grids
from grids.models import Area
from grids.queries import grid_now
from tests.factories.divisions import begin, counted, ready, upright
from tests.factories.grids import build_town, holder
from tests.factories.tickets import filed, spot
from tickets.models import Ticket

DAY = date(2026, 3, 10)
FILED = date(2026, 3, 1)


@pytest.fixture
def town(db, clock_at):
    clock_at("2026-03-01 09:00")
    made = build_town()
    counted(made, 460, 260)
    return made


@pytest.fixture
def worker(town):
    return holder("grid_worker", area=town.grids[0])


@pytest.fixture
def ticket(town, worker):
    """In the west of grid 0, which becomes a grid of its own."""
    return filed(town, by=worker, spot=spot(111.002, 30.005))


def redraw(town, clock_at, *, merges=False):
    officer = holder("community_officer", area=town.communities[0])
    division = begin(town, by=officer)
    if merges:
        grids.merge(division, [2, 1], by=officer)
        grids.describe(division, 2, by=officer, household_count=290)
    else:
        # The smaller part is the new grid: the west.
        grids.split(division, 1, upright(111.003), by=officer)
        for number, count in ((1, 230), (3, 230)):
            grids.describe(division, number, by=officer, household_count=count)
    ready(division, by=officer, on=DAY, voted_on=date(2026, 2, 20))
    grids.move(division, "submit", by=officer)
    grids.move(division, "approve", by=holder("street_head", area=town.streets[0]))
    clock_at("2026-03-10 00:01")
    assert grids.take_effect() == 1


def test_it_is_told_where_the_place_lies_now(client, town, ticket, clock_at):
    redraw(town, clock_at, merges=True)
    client.force_login(holder("street_desk", area=town.streets[0]))
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert f"now: {town.grids[1].name}" in page
    ticket.refresh_from_db()
    assert ticket.grid == town.grids[0]


def test_a_part_that_became_a_grid_of_its_own_is_told_too(client, town, ticket, clock_at):
    redraw(town, clock_at)
    client.force_login(holder("street_desk", area=town.streets[0]))
    new = Area.objects.get(valid_from=DAY)
    assert f"now: {new.name}" in client.get(ticket.get_absolute_url()).content.decode()


def test_nobody_reaches_more_by_it(town, ticket, worker, clock_at):
    other = holder("grid_worker", area=town.grids[1])
    redraw(town, clock_at, merges=True)
    seen = Ticket.objects.in_reach_of(other)
    assert ticket not in seen, (
        "the grid that took the place over answers for what is filed from now"
    )
    assert ticket in Ticket.objects.in_reach_of(worker), "who filed it still sees it"
    officer = holder("community_officer", area=town.communities[0])
    assert ticket in Ticket.objects.in_reach_of(officer)


def test_a_grid_that_was_not_redrawn_says_nothing(client, town, worker, clock_at):
    elsewhere = filed(town, by=worker, grid=4)
    redraw(town, clock_at, merges=True)
    client.force_login(holder("street_desk", area=town.streets[1]))
    page = client.get(elsewhere.get_absolute_url()).content.decode()
    assert "redrawn" not in page


def test_without_a_point_who_followed_the_grid_is_told(town, clock_at):
    redraw(town, clock_at, merges=True)
    ended = Area.objects.select_related("successor").get(pk=town.grids[0].pk)
    assert grid_now(ended, None, FILED).id == town.grids[1].pk
    kept = Area.objects.get(pk=town.grids[1].pk)
    assert grid_now(kept, None, FILED) is None
    assert grid_now(town.grids[3], None, FILED) is None
