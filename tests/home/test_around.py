"""The public side: my grid, its office and its month, without anybody's name."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from govgrid.core import clock
from tests.factories.grids import build_town, holder
from tests.factories.tickets import filed
from tickets import outcomes
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    cache.clear()
    town = build_town()
    office = town.offices[town.communities[0].pk]
    office.office_phone, office.office_address = "0717-555-0105", "营盘路 5 号"
    office.save()
    return town


@pytest.fixture
def worker(town):
    return holder("grid_worker", area=town.grids[0], name="王小明", phone="13812345678")


def closed(town, worker, took: timedelta, ago: timedelta = timedelta()) -> Ticket:
    ticket = filed(town, by=worker)
    at = clock.now() - ago
    Ticket.objects.filter(pk=ticket.pk).update(
        state="closed", closed_at=at, routed_at=at, filed_at=at - took
    )
    return ticket


def page(client, **where):
    response = client.get("/", where)
    assert response.status_code == 200
    return response.content.decode()


# ── where ─────────────────────────────────────────────────────────────────────────────────────
def test_a_point_and_a_code_open_the_grid_for_anybody(client, town):
    lon, lat = town.middle(0)
    for where in ({"lon": lon, "lat": lat}, {"grid": town.grids[0].code}):
        said = page(client, **where)
        assert f">{town.grids[0].name}</h2>" in said
        assert 'href="tel:0717-555-0105"' in said
        assert "营盘路 5 号" in said


def test_where_the_community_has_no_telephone_the_streets_is_given(client, town):
    street = town.offices[town.streets[1].pk]
    street.office_phone = "0717-555-0200"
    street.save()

    assert "0717-555-0200" in page(client, grid=town.grids[4].code)


def test_nobody_who_works_there_is_named(client, town, worker):
    said = page(client, grid=town.grids[0].code)

    assert worker.name not in said
    assert "13812345678" not in said


@pytest.mark.parametrize(
    "where",
    [{"lon": 10, "lat": 50}, {"grid": "999"}, {"lon": 111.005, "lat": 30.005, "crs": "gcj02"}],
)
def test_off_the_map_it_says_so_and_offers_another_way(client, town, where):
    said = page(client, **where)

    assert ("This place lies outside the map" in said) == ("crs" not in where)
    assert 'name="q"' in said


@pytest.mark.parametrize(
    "where",
    [
        {"lon": "x", "lat": "30"},
        {"lon": "111"},
        {"lon": "nan", "lat": "inf"},
        {"q": "x" * 500},
        {"grid": "\x00"},
        {"q": "\x00"},
    ],
)
def test_what_is_no_place_does_no_harm(client, town, where):
    assert 'name="q"' in page(client, **where)


def test_words_find_grids_by_their_own_name_and_by_their_communitys(client, town):
    said = page(client, q="社区11")

    assert f'href="/?grid={town.grids[0].code}#here"' in said
    assert f'href="/?grid={town.grids[1].code}#here"' in said
    assert town.grids[2].code not in said


def test_words_that_mean_nothing_are_answered(client, town):
    assert "Nothing is called “&lt;b&gt;”" in page(client, q="<b>")


# ── how the month went ────────────────────────────────────────────────────────────────────────
def test_the_month_counts_what_was_reported_and_what_was_solved(town, worker, clock_at):
    now = clock_at("2026-10-02 10:00")
    for hours in (1, 2, 3, 4, 50):  # 50 hours ago was still September
        closed(town, worker, timedelta(hours=hours))
    closed(town, worker, timedelta(hours=1), ago=timedelta(days=2))  # reported and solved before
    filed(town, by=worker)
    double = filed(town, by=worker)
    Ticket.objects.filter(pk=double.pk).update(
        state="merged", merged_into=Ticket.objects.exclude(pk=double.pk).first(), routed_at=now
    )
    filed(town, by=worker, grid=1)

    found = outcomes.this_month(town.grids[0].pk)

    assert found == (5, 5, timedelta(hours=3))


def test_few_are_not_told_apart(client, town, worker):
    for _each in range(4):
        closed(town, worker, timedelta(minutes=1))

    said = page(client, grid=town.grids[0].code)

    assert said.count("<strong>fewer than 5</strong>") == 2
    assert "Half of them took" not in said
    assert outcomes.this_month(town.grids[0].pk).half is None


def test_half_the_time_is_said_in_hours_and_days(client, town, worker):
    for _each in range(5):
        closed(town, worker, timedelta(days=1, hours=12))
    assert "<strong>1.5</strong> days" in page(client, grid=town.grids[0].code)

    cache.clear()
    Ticket.objects.update(filed_at=clock.now() - timedelta(minutes=20))
    assert "<strong>1</strong> hour" in page(client, grid=town.grids[0].code)


def test_the_counts_are_kept_for_a_while(town, worker, django_assert_num_queries):
    outcomes.this_month(town.grids[0].pk)

    with django_assert_num_queries(0):
        assert outcomes.this_month(town.grids[0].pk).reported == 0


def test_the_page_of_a_grid_costs_few_statements(client, town, django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        page(client, lon=town.middle(0)[0], lat=town.middle(0)[1])


def test_anybody_may_see_the_outlines_of_the_map(client, town):
    assert client.get("/grids/tiles/areas/12/3313/1706.mvt").status_code == 200
    assert client.get(f"/grids/{town.grids[0].code}/").status_code == 302
