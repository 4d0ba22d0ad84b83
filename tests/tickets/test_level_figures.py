"""At which level matters are settled: the counts are those of the lists behind them."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from tests.factories.accounts import bearer
from tests.factories.grids import AreaFactory, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, routed, whistled
from tickets import actions, levels
from tickets.models import LevelTally, Ticket

URL = "/tickets/levels/"


def close(ticket, cast):
    actions.move(ticket, "verify", by=cast["community"])
    actions.move(ticket, "close", by=cast["community"])


@pytest.fixture
def closed(town, cast):
    """One settled at each level in the first community, and a whistle that is open."""
    spot = filed(town, by=cast["other_worker"])
    actions.move(spot, "settle", by=cast["worker"], note="当场清理")
    community = filed(town, by=cast["worker"])
    officer = holder("community_officer", area=town.communities[0])
    actions.move(community, "settle", by=officer, note="社区协调")
    office = town.offices[town.streets[0].pk]
    category = CategoryFactory(code="0909")
    RuleFactory(category=category, area=town.district, department=office)
    street = routed(town, by=cast["worker"], category=category)
    desk = holder("street_desk", area=town.streets[0])
    actions.move(street, "sign", by=desk)
    actions.move(street, "finish", by=desk, note="街道处理")
    district = routed(town, by=cast["worker"])
    actions.move(district, "sign", by=cast["clerk"])
    actions.move(district, "finish", by=cast["clerk"], note="修好")
    for one in (spot, community, street, district):
        close(Ticket.objects.get(pk=one.pk), cast)
    whistled(town, by=cast["community"])
    actions.tally_levels()
    return {"grid": spot, "community": community, "street": street, "district": district}


def counts(area, month=None) -> list[int]:
    return [one.many for one in levels.settled(area, month or levels.months()[0]).shares]


def test_a_ticket_counts_for_the_level_of_the_department_that_finished(town, closed):
    for area in (town.city, town.district, town.streets[0], town.communities[0], town.grids[0]):
        assert counts(area) == [1, 1, 1, 1], area
    assert counts(town.streets[1]) == [0, 0, 0, 0]
    assert counts(town.district, levels.months()[1]) == [0, 0, 0, 0]


def test_the_list_behind_a_count_holds_as_many(client, town, cast, closed):
    client.force_login(cast["command"])

    for share in levels.settled(town.streets[0], levels.months()[0]).shares:
        page = client.get(share.url).content.decode()
        shown = {name for name, one in closed.items() if one.number in page}
        assert shown == {share.tier.value}


def test_the_lists_behind_a_whistle_rate(client, town, cast, closed):
    rate = levels.rates(town.streets[0], levels.months()[0])[0]
    client.force_login(cast["command"])

    assert (rate.filed, rate.whistles, rate.percent) == (5, 1, None)
    assert client.get(rate.url).content.decode().count('class="row__link') >= 1
    numbers = [one.number for one in Ticket.objects.all()]
    page, whistles = (client.get(url).content.decode() for url in (rate.filed_url, rate.url))
    assert sum(one in page for one in numbers) == 5
    assert sum(one in whistles for one in numbers) == 1


def test_what_is_opened_again_leaves_its_month_and_counting_again_changes_nothing(
    town, cast, closed
):
    assert actions.tally_levels() == 0

    actions.move(closed["district"], "reopen", by=cast["community"], note="又坏了")

    assert actions.tally_levels(clock.today()) == 1
    assert counts(town.district) == [1, 1, 1, 0]


def test_a_month_is_that_of_the_place(town, cast, clock_at):
    clock_at("2026-10-31 23:30")
    spot = filed(town, by=cast["worker"])
    actions.move(spot, "settle", by=cast["worker"], note="当场清理")
    close(spot, cast)
    clock_at("2026-11-01 00:30")

    actions.tally_levels(date(2026, 10, 1))

    assert LevelTally.objects.get().month == date(2026, 10, 1)
    assert counts(town.district, levels.Month(2026, 10)) == [1, 0, 0, 0]


def put(town, street, filed, whistles):
    community = next(one for one in town.communities if one.parent_id == street.pk)
    grid = next(one for one in town.grids if one.parent_id == community.pk)
    LevelTally.objects.create(
        month=levels.months()[0].first, grid=grid, community=community, street=street,
        district=town.district, filed=filed, whistles=whistles,
    )  # fmt: skip


def test_the_range_says_between_what_streets_lie(town):
    rates = [levels.Rate(town.streets[0], 100, n, float(n), "", "") for n in (2, 4, 6, 8, 20)]

    assert levels.spread(rates) == (2, 4, 6, 8, 20)
    assert levels.spread(rates[:2]) is None


def test_of_too_few_tickets_there_is_no_rate(town):
    put(town, town.streets[0], 9, 4)
    put(town, town.streets[1], 10, 4)

    found = levels.rates(town.district, levels.months()[0])

    assert [one.percent for one in found] == [None, 40.0]


def test_streets_that_are_not_counted_are_said_and_why(client, api, town, cast):
    put(town, town.streets[0], 9, 4)
    client.force_login(cast["command"])
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["command"]))

    assert "No street had 10 tickets in this month" in client.get(URL).content.decode()
    assert api.get("/api/v1/levels/").json()["not_counted"] == 2
    put(town, town.streets[1], 10, 4)
    page = client.get(URL).content.decode()

    assert "Fewer than three streets had 10 tickets in this month" in page
    assert "1 street is not counted here: of fewer than 10 tickets a rate says nothing." in page
    told = api.get("/api/v1/levels/").json()
    assert (told["not_counted"], told["whistle_range"]) == (1, None)


# ── whose ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["worker", "clerk", "nobody"])
def test_who_oversees_nothing_finds_no_page(client, api, cast, closed, who):
    client.force_login(cast[who])
    assert client.get(URL).status_code == 404

    api.credentials(HTTP_AUTHORIZATION=bearer(cast[who]))
    assert api.get("/api/v1/levels/").status_code == 404


@pytest.mark.parametrize("area", ["streets", "district", "city"])
def test_beyond_ones_area_there_is_nothing(client, api, town, cast, closed, area):
    there = getattr(town, area)
    code = there[0].code if isinstance(there, list) else there.code
    client.force_login(cast["other_street"])
    assert client.get(f"{URL}?area={code}").status_code == 404

    api.credentials(HTTP_AUTHORIZATION=bearer(cast["other_street"]))
    assert api.get(f"/api/v1/levels/?area={code}").status_code == 404


def test_a_street_sees_the_range_and_no_other_streets_figures(client, api, town, cast):
    put(town, town.streets[0], 100, 37)
    put(town, town.streets[1], 100, 53)
    client.force_login(cast["street"])

    page = client.get(URL).content.decode()
    assert "37" in page
    assert "53" not in page

    api.credentials(HTTP_AUTHORIZATION=bearer(cast["street"]))
    (rate,) = api.get("/api/v1/levels/").json()["whistle_rates"]
    assert rate["percent"] == 37.0


def test_the_page_of_the_district(client, town, cast, closed):
    client.force_login(cast["command"])

    page = client.get(URL).content.decode()

    assert "On the spot" in page
    assert town.streets[0].name in page
    assert client.get(f"{URL}?month=2019-01").status_code == 200
    assert client.get(f"{URL}?area=%00").status_code == 404


def test_over_rest(api, town, cast, closed):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["command"]))

    told = api.get("/api/v1/levels/").json()

    assert told["settled"]["total"] == 4
    assert [one["percent"] for one in told["settled"]["shares"]] == [25.0] * 4
    assert len(told["months"]) == 12
    assert api.get("/api/v1/levels/?month=1999-01").status_code == 400
    assert api.get("/api/v1/levels/?moon=1").status_code == 400


def test_three_streets_cost_as_many_statements_as_two(client, town, cast):
    client.force_login(cast["command"])

    def statements():
        with CaptureQueriesContext(connection) as asked:
            client.get(URL)
        return len(asked)

    put(town, town.streets[0], 20, 3)
    put(town, town.streets[1], 20, 3)
    statements()
    before = statements()
    AreaFactory(parent=town.district, level=3)

    assert statements() == before
