"""Open tickets on the map: never more than the list, near by themselves and from afar as counts."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from grids.models import AreaShape
from tests.factories.grids import PostFactory, holder
from tests.factories.tickets import filed, routed, spot
from tests.factories.tiles import decoded, fresh_tiles, tile_at, tiles_over
from tickets import actions, tiles
from tickets.models import Assignment, Ticket, TicketRollup
from tickets.queries import Spot
from tickets.workflow import OPEN

pytestmark = pytest.mark.django_db
TOWN = (111, 30, 111.08, 30.01)
NEAR, AFAR = 14, 12


@pytest.fixture(autouse=True)
def _nothing_kept():
    fresh_tiles()


def marks(user, zoom, *, over=TOWN):
    """What the map of ``user`` shows of the town, counted anew."""
    fresh_tiles()
    actions.roll_up()
    scope = tiles.scope_of(user)
    return [
        mark
        for tile in tiles_over(zoom, *over)
        for mark in decoded(tiles.tickets(tile, scope), tile).get("tickets", [])
    ]


def count(user, zoom):
    return sum(mark["many"] for mark in marks(user, zoom))


def numbers(user, zoom=16):
    return {mark["number"] for mark in marks(user, zoom) if "number" in mark}


@pytest.fixture
def crowd(town, cast):
    """Tickets in every grid, of two departments, by two workers; some closed or declined."""
    made = [routed(town, by=cast["worker"], grid=n) for n in range(8)]
    ended = [routed(town, by=cast["worker"], grid=n, spot=near(town, n, 0.003)) for n in (0, 5)]
    Ticket.objects.filter(pk__in=[one.pk for one in ended]).update(
        state="closed", closed_at=clock.now()
    )
    # Nobody's yet.
    return made + [
        filed(town, by=cast["other_worker"], grid=n, spot=near(town, n)) for n in (0, 3, 7)
    ]


def near(town, n, by=0.002):
    lon, lat = town.middle(n)
    return spot(lon + by, lat)


@pytest.mark.parametrize(
    "who",
    ["worker", "community", "street", "head", "clerk", "urban", "command", "auditor", "nobody",
     "other_worker", "other_street"],
)  # fmt: skip
def test_the_map_shows_no_ticket_that_the_list_does_not(town, cast, crowd, who):
    person = cast[who]
    listed = Ticket.objects.in_reach_of(person).open()

    shown = numbers(person)

    assert shown <= set(listed.values_list("number", flat=True))
    # All that posts give is there too; what a worker filed elsewhere is on the list alone.
    mine = {one.number for one in listed if one.filed_by_id != person.pk}
    assert mine <= shown
    assert count(person, AFAR) == count(person, NEAR) == len(shown)


def test_the_tests_above_have_something_to_leak(cast, crowd):
    everything = Ticket.objects.open().count()

    assert count(cast["command"], AFAR) == everything
    for who in ("worker", "community", "street", "clerk"):
        assert 0 < count(cast[who], AFAR) < everything


@pytest.mark.parametrize("zoom", [8, AFAR, NEAR, 16])
def test_what_is_closed_is_on_no_map(town, cast, zoom):
    routed(town, by=cast["worker"])
    Ticket.objects.update(state="closed", closed_at=clock.now())

    assert marks(cast["command"], zoom) == []


def test_a_department_sees_its_work_wherever_it_lies(town, cast):
    theirs = [routed(town, by=cast["worker"], grid=n) for n in (1, 6)]
    filed(town, by=cast["worker"], grid=2)

    assert numbers(cast["clerk"]) == {one.number for one in theirs}
    assert count(cast["clerk"], AFAR) == 2
    assert count(cast["urban"], AFAR) == count(cast["urban"], NEAR) == 0


def test_two_posts_show_a_ticket_once(town, cast):
    person = holder("community_officer", area=town.communities[0])
    PostFactory(user=person, role="department_clerk", department=town.housing)
    routed(town, by=cast["worker"], grid=0)
    routed(town, by=cast["worker"], grid=6)

    assert count(person, AFAR) == count(person, NEAR) == 2


def test_who_holds_no_post_sees_what_he_filed_himself(town, cast):
    ticket = routed(town, by=cast["worker"], grid=0)
    routed(town, by=cast["worker"], grid=1)
    Ticket.objects.filter(pk=ticket.pk).update(filed_by=cast["nobody"])

    assert numbers(cast["nobody"]) == {ticket.number}
    assert count(cast["nobody"], AFAR) == 1


def test_one_alone_says_its_number_and_state(town, cast):
    ticket = routed(town, by=cast["worker"], grid=2)

    (mark,) = marks(cast["command"], NEAR)

    lon, lat = town.middle(2)
    assert mark["number"] == ticket.number
    assert mark["state"] == "dispatched"
    assert "late" not in mark
    assert mark["extent"][:2] == pytest.approx((lon, lat), abs=2e-5)


def test_many_on_one_spot_are_one_mark_with_a_count_and_how_many_are_late(town, cast):
    made = [routed(town, by=cast["worker"], grid=2) for _n in range(3)]
    Ticket.objects.filter(pk=made[0].pk).update(due_at=clock.now())

    (mark,) = marks(cast["command"], NEAR)
    (afar,) = marks(cast["command"], AFAR)

    assert (mark["many"], mark["late"], mark.get("number")) == (3, 1, None)
    assert (afar["many"], afar["late"]) == (3, 1)


def test_one_without_a_point_lies_in_the_middle_of_its_grid(town, cast):
    ticket = routed(town, by=cast["worker"], spot=Spot(grid=town.grids[4].code))

    assert numbers(cast["command"]) == {ticket.number}
    (mark,) = marks(cast["command"], AFAR)
    assert mark["extent"][0] == pytest.approx(111.045, abs=2e-4)


def test_what_is_gathered_in_a_city_is_apart_in_a_street(cast, crowd):
    city, street = marks(cast["command"], 8), marks(cast["command"], 16)

    assert len(city) < len(street)
    assert sum(m["many"] for m in city) == sum(m["many"] for m in street)


# ── the counts ────────────────────────────────────────────────────────────────────────────────


def test_counts_follow_what_is_open(town, cast):
    ticket = routed(town, by=cast["worker"])
    routed(town, by=cast["worker"], grid=3)

    assert actions.roll_up() == 2
    assert actions.roll_up() == 0
    Ticket.objects.filter(pk=ticket.pk).update(due_at=clock.now())
    assert actions.roll_up() == 1
    assert TicketRollup.objects.get(grid=town.grids[0]).late == 1
    Ticket.objects.filter(pk=ticket.pk).update(state="closed", closed_at=clock.now())
    assert actions.roll_up() == 1
    assert [one.grid for one in TicketRollup.objects.all()] == [town.grids[3]]


def test_a_grid_without_outline_and_points_is_counted_nowhere(town, cast):
    routed(town, by=cast["worker"], spot=Spot(grid=town.grids[4].code))
    AreaShape.objects.filter(area=town.grids[4]).delete()

    assert actions.roll_up() == 0


@pytest.mark.parametrize("who", ["worker", "community", "street", "clerk", "command", "nobody"])
def test_the_list_beside_the_map_counts_what_the_map_counts(cast, town, crowd, who):
    shown = marks(cast[who], AFAR)
    scope = tiles.scope_of(cast[who])

    for areas in (town.grids, town.communities, town.streets, [town.district]):
        counted = tiles.counts(scope, areas)
        assert sum(many for many, _late in counted.values()) == sum(m["many"] for m in shown)


def test_each_area_is_counted_for_itself(cast, town, crowd):
    actions.roll_up()
    Ticket.objects.filter(pk=crowd[3].pk).update(due_at=clock.now())

    found = tiles.counts(tiles.scope_of(cast["clerk"]), [*town.streets, *town.grids])

    assert found[town.streets[0].pk] == (4, 1)
    assert found[town.grids[3].pk] == (1, 1)
    assert town.city.pk not in tiles.counts(tiles.scope_of(cast["command"]), [town.city])


def test_what_two_departments_share_is_counted_once(cast, town):
    person = holder("department_clerk", department=town.housing)
    PostFactory(user=person, role="department_clerk", department=town.urban)
    ticket = routed(town, by=cast["worker"])
    Assignment.objects.create(
        ticket=ticket, department=town.urban, role="assist", state="offered", offered_at=clock.now()
    )

    assert tiles.counts(tiles.scope_of(person), [town.district])[town.district.pk][0] == 1


def test_a_list_of_areas_takes_the_same_statements_for_one_and_for_eight(
    cast, town, crowd, django_assert_num_queries
):
    for who in ("street", "clerk"):
        scope = tiles.scope_of(cast[who])
        for areas in (town.grids[:1], town.grids):
            with django_assert_num_queries(2 if who == "street" else 1):
                tiles.counts(scope, areas)


# ── the address ───────────────────────────────────────────────────────────────────────────────


def address(tile):
    return f"/tickets/tiles/{tile.z}/{tile.x}/{tile.y}.mvt"


def test_the_map_of_tickets_asks_who_you_are(client, town):
    assert client.get(address(tile_at(NEAR, *town.middle(0)))).status_code == 302


@pytest.mark.parametrize("piece", ["19/0/0", "10/1024/0", "0/0/1", f"{10**30}/0/0", "10/-1/0"])
def test_a_piece_that_the_map_does_not_have_is_not_found(client, cast, piece):
    client.force_login(cast["worker"])

    assert client.get(f"/tickets/tiles/{piece}.mvt").status_code == 404


def test_what_is_kept_for_one_reach_is_not_given_to_another(client, town, cast):
    ticket = routed(town, by=cast["worker"], grid=0)
    path = address(tile_at(16, *town.middle(0)))

    client.force_login(cast["street"])
    mine = client.get(path)
    client.force_login(cast["other_street"])
    others = client.get(path, headers={"If-None-Match": mine["ETag"]})

    assert ticket.number.encode() in mine.content
    assert others.status_code == 200
    assert others.content == b""


def test_a_post_that_ended_shows_nothing_at_once(client, town, cast):
    routed(town, by=cast["worker"], grid=0)
    path = address(tile_at(16, *town.middle(0)))
    client.force_login(cast["street"])
    assert client.get(path).content

    cast["street"].posts.all().delete()

    assert client.get(path).content == b""


def test_colleagues_share_what_is_kept(client, town, cast):
    routed(town, by=cast["worker"], grid=0)
    path = address(tile_at(NEAR, *town.middle(0)))
    client.force_login(cast["street"])
    first = client.get(path).content

    client.force_login(holder("street_desk", area=town.streets[0]))
    with CaptureQueriesContext(connection) as asked:
        again = client.get(path).content

    assert again == first
    # Who asks, in two statements, and which posts he holds.
    assert len(asked) == 3


def test_a_browser_that_has_the_marks_is_not_sent_them_again(client, town, cast):
    routed(town, by=cast["worker"], grid=0)
    path = address(tile_at(NEAR, *town.middle(0)))
    client.force_login(cast["street"])
    first = client.get(path, headers={"Accept-Encoding": "gzip"})

    again = client.get(path, headers={"If-None-Match": first["ETag"]})

    assert gzip.decompress(first.content)
    assert again.status_code == 304
    assert first["Cache-Control"] == "private, max-age=30"


def test_making_a_tile_takes_one_statement_however_many_tickets(
    town, cast, django_assert_num_queries
):
    scope = tiles.scope_of(cast["community"])
    for zoom in (AFAR, NEAR):
        for _n in (1, 3):
            routed(town, by=cast["worker"])
            with django_assert_num_queries(1):
                tiles._made(tile_at(zoom, *town.middle(0)), scope)


def test_open_is_what_the_index_over_points_holds():
    assert sorted(OPEN) == sorted(
        next(
            index.condition.children[0][1]
            for index in Ticket._meta.indexes
            if index.name == "ticket_open_point"
        )
    )
