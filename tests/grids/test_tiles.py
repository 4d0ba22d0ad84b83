"""The map of areas as vector tiles: what is drawn from which zoom, for how long it is kept, and how."""

import gzip
from datetime import date

import pytest
from django.contrib.gis.gdal import DataSource
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from govgrid.core import throttle
from govgrid.core.tiles import Tile
from grids import tiles
from grids.models import Area, AreaShape, Facility, FacilityClass, MapEdition
from tests.factories.grids import build_town, holder, square
from tests.factories.tiles import decoded, fresh_tiles, tile_at, tiles_over

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    fresh_tiles()


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def signed_in(client, town):
    client.force_login(holder("grid_worker", area=town.grids[0]))
    return client


def address(tile):
    return f"/grids/tiles/areas/{tile.z}/{tile.x}/{tile.y}.mvt"


def drawn(client, tile, **headers):
    response = client.get(address(tile), headers=headers)
    assert response.status_code == 200
    return decoded(response.content, tile)


def test_where_a_grid_ends_is_no_secret(client, town):
    assert client.get(address(tile_at(12, 111.005, 30.005))).status_code == 200


@pytest.mark.parametrize(
    ("zoom", "levels", "named"),
    [
        (8, {2}, None),
        (9, {2, 4}, None),
        (10, {2, 4, 5}, None),
        (11, {2, 4, 5}, "社区11"),
        (14, {2, 4, 5}, "社区11-01"),
    ],
)
def test_each_level_is_drawn_and_named_from_its_zoom_on(signed_in, town, zoom, levels, named):
    AreaShape.objects.create(area=town.communities[0], level=4, boundary=square(111, 30, 0.02))

    found = drawn(signed_in, tile_at(zoom, *town.middle(0)))

    assert {one["level"] for one in found["areas"]} == levels
    assert [one["name"] for one in found.get("names", [])][:1] == ([named] if named else [])


def test_a_grid_is_where_it_is(signed_in, town):
    tile = tile_at(14, *town.middle(1))

    (one,) = [a for a in drawn(signed_in, tile)["areas"] if a["code"] == town.grids[1].code]

    west, south, east, north = one["extent"]
    assert (west, east) == pytest.approx((111.01, 111.02), abs=2e-5)
    assert (south, north) == pytest.approx((30, 30.01), abs=2e-5)


def test_codes_of_grids_come_where_one_can_tap_them(signed_in, town):
    far = drawn(signed_in, tile_at(10, *town.middle(0)))["areas"]
    near = drawn(signed_in, tile_at(11, *town.middle(0)))["areas"]

    assert {one.get("code") for one in far if one["level"] == 5} == {None}
    assert town.grids[0].code in {one["code"] for one in near if one["level"] == 5}


def test_every_name_stands_in_one_tile_alone(signed_in, town):
    names = [
        one["name"]
        for tile in tiles_over(15, 111, 30, 111.08, 30.01)
        for one in drawn(signed_in, tile).get("names", [])
    ]

    assert sorted(names) == [grid.name for grid in town.grids]


def test_a_special_grid_says_so_and_leaves_the_names_to_the_basic_ones(signed_in, town):
    Area.objects.filter(pk=town.grids[1].pk).update(kind="special")
    AreaShape.objects.filter(area=town.grids[1]).update(is_special=True)

    found = drawn(signed_in, tile_at(14, *town.middle(1)))

    assert [a["code"] for a in found["areas"] if a.get("special")] == [town.grids[1].code]
    assert town.grids[1].name not in {one["name"] for one in found["names"]}


def test_what_has_ended_or_not_begun_is_not_drawn(signed_in, town):
    Area.objects.filter(pk=town.grids[0].pk).update(valid_to=date(2026, 2, 1))
    Area.objects.filter(pk=town.grids[1].pk).update(valid_from=date(2999, 1, 1))

    codes = {one["code"] for one in drawn(signed_in, tile_at(12, *town.middle(1)))["areas"]}

    assert not codes & {town.grids[0].code, town.grids[1].code}
    assert town.grids[2].code in codes


@pytest.mark.parametrize(
    "piece",
    ["19/0/0", "10/1024/0", "10/0/1024", "0/1/0", "99999999999999999999/0/0", "10/-1/0", "a/b/c",
     "10/1e3/0", "10/99999999999999999999999999/0", "1/0/0.png"],
)  # fmt: skip
def test_a_piece_that_the_map_does_not_have_is_not_found(signed_in, piece):
    path = piece if piece.endswith(".png") else f"{piece}.mvt"
    assert signed_in.get(f"/grids/tiles/areas/{path}").status_code == 404


def test_nowhere_is_empty_and_kept_by_nobody(signed_in):
    tile = Tile(14, 0, 0)

    response = signed_in.get(address(tile), headers={"Accept-Encoding": "gzip"})

    assert gzip.decompress(response.content) == b""
    assert not [key for key in cache._cache if "tile:" in key]


def test_tiles_come_packed_to_who_can_unpack_them(signed_in, town):
    tile = tile_at(12, *town.middle(0))

    packed = signed_in.get(address(tile), headers={"Accept-Encoding": "gzip, br"})
    plain = signed_in.get(address(tile))

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Content-Encoding" not in plain
    assert {"Accept-Encoding", "Cookie"} <= set(plain["Vary"].split(", "))
    assert packed["Content-Type"] == "application/vnd.mapbox-vector-tile"


def test_a_browser_that_has_the_tile_is_not_sent_it_again(signed_in, town):
    tile = tile_at(12, *town.middle(0))
    first = signed_in.get(address(tile))

    with CaptureQueriesContext(connection) as asked:
        again = signed_in.get(address(tile), headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 304
    assert not any("areashape" in one["sql"] for one in asked.captured_queries)
    assert again["ETag"] == first["ETag"]


def test_an_address_with_the_edition_is_kept_for_a_day_and_another_for_a_minute(signed_in, town):
    path = address(tile_at(12, *town.middle(0)))

    assert signed_in.get(path)["Cache-Control"] == "private, max-age=60"
    assert signed_in.get(path, {"v": "of-yesterday"})["Cache-Control"] == "private, max-age=60"
    now = signed_in.get(path, {"v": tiles.edition()})
    assert now["Cache-Control"] == "private, max-age=86400"


def test_a_second_one_who_asks_gets_what_the_first_one_had_made(signed_in, client, town):
    tile = tile_at(12, *town.middle(0))
    first = signed_in.get(address(tile)).content

    client.force_login(holder("street_desk", area=town.streets[1]))
    with CaptureQueriesContext(connection) as asked:
        again = client.get(address(tile)).content

    assert again == first
    # Who asks, in two statements, and which edition holds.
    assert len(asked) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda town: AreaShape.objects.filter(area=town.grids[0]).update(boundary=square(112, 30)),
        lambda town: AreaShape.objects.filter(area=town.grids[0]).delete(),
        lambda town: Area.objects.filter(pk=town.grids[0].pk).update(name="另名"),
        lambda town: town.grids[0].save(),
        lambda town: AreaShape.objects.create(
            area=town.communities[0], level=4, boundary=square(111, 30)
        ),
    ],
)
def test_a_change_of_the_map_is_a_new_edition(town, change):
    before = MapEdition.objects.get().number

    change(town)

    assert MapEdition.objects.get().number > before


def test_what_the_map_does_not_show_is_no_new_edition(town):
    before = MapEdition.objects.get().number

    Area.objects.filter(pk=town.grids[0].pk).update(household_count=250)

    assert MapEdition.objects.get().number == before


def test_a_change_that_is_taken_back_leaves_the_edition_as_it_was(town):
    before = MapEdition.objects.get().number

    with transaction.atomic():
        AreaShape.objects.filter(area=town.grids[0]).delete()
        transaction.set_rollback(True)

    assert MapEdition.objects.get().number == before


def test_a_redrawn_grid_is_drawn_anew_at_once(signed_in, town):
    tile = tile_at(14, *town.middle(7))
    first = signed_in.get(address(tile))
    AreaShape.objects.filter(area=town.grids[7]).delete()

    again = signed_in.get(address(tile), headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 200
    assert town.grids[7].code not in {a["code"] for a in decoded(again.content, tile)["areas"]}


def test_at_midnight_the_map_has_another_edition(town, clock_at):
    clock_at("2026-09-24 23:59")
    before = tiles.edition()
    clock_at("2026-09-25 00:01")

    assert tiles.edition() != before


def test_signed_out_callers_may_look_at_some_maps_a_minute(client, signed_in, town, monkeypatch):
    monkeypatch.setattr(throttle, "seconds_to_wait", lambda *_asked: 17)
    url = address(tile_at(12, *town.middle(0)))

    held = Client(headers={"accept-language": "en"}).get(url)

    assert held.status_code == 429
    assert held["Retry-After"] == "17"
    assert "Try again in 17 seconds." in held.content.decode()
    assert signed_in.get(url).status_code == 200


def test_a_tile_is_found_by_its_index(town):
    above = town.communities[0]
    more = Area.objects.bulk_create(
        Area(
            code=f"{above.code}{n:05d}", name=f"{n}", level=5, parent=above, path=f"{above.path}0."
        )
        for n in range(2000)
    )
    AreaShape.objects.bulk_create(
        AreaShape(area=area, level=5, boundary=square(100 + n % 50 / 10, 20 + n // 50 / 10))
        for n, area in enumerate(more)
    )
    with connection.cursor() as cursor:
        # Of eight shapes any way of reading them is as good as another.
        cursor.execute("ANALYZE grids_area, grids_areashape")
    with CaptureQueriesContext(connection) as asked:
        tiles._areas(tile_at(14, *town.middle(0)))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked.captured_queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "areashape_g3857" in plan
    assert "areashape_middle" in plan


def test_a_tile_is_read_by_others_than_our_own_script(signed_in, town, tmp_path):
    tile = tile_at(14, *town.middle(0))
    path = tmp_path / "tile.mvt"
    path.write_bytes(signed_in.get(address(tile)).content)

    assert {layer.name for layer in DataSource(path)} == {"areas", "names"}


# ── facilities ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lamps(town):
    """Two lamps in the first grid, one of them broken; one that is gone; one in the third grid."""
    kind = FacilityClass.objects.create(major="01", minor="01", major_name="市政", name="路灯")

    def lamp(serial, lon, **more):
        code = f"4205060101{serial}"
        return Facility.objects.create(
            district_code="420506", facility_class=kind, serial=serial, code=code,
            point=Point(lon, 30.005, srid=4326), **more,
        )  # fmt: skip

    return [
        lamp("000001", 111.005),
        lamp("000002", 111.005, state="damaged"),
        lamp("000003", 111.005, retired_on=date(2026, 1, 1)),
        lamp("000004", 111.025),
    ]


def stands(client, zoom):
    return [
        mark
        for tile in tiles_over(zoom, 111, 30, 111.08, 30.01)
        for mark in decoded(
            client.get(f"/grids/tiles/facilities/{tile.z}/{tile.x}/{tile.y}.mvt").content, tile
        ).get("facilities", [])
    ]


def test_facilities_are_gathered_and_those_in_bad_state_counted(signed_in, lamps):
    found = sorted(stands(signed_in, 15), key=lambda mark: -mark["many"])

    assert [(one["many"], one.get("late")) for one in found] == [(2, 1), (1, None)]
    assert (found[1]["number"], found[1]["state"]) == (lamps[3].code, "good")


def test_from_afar_no_facility_is_drawn(signed_in, lamps):
    assert stands(signed_in, 13) == []


def test_facilities_ask_who_you_are_and_where(client, signed_in, lamps):
    assert signed_in.get("/grids/tiles/facilities/19/0/0.mvt").status_code == 404
    client.logout()
    assert client.get("/grids/tiles/facilities/14/0/0.mvt").status_code == 302
