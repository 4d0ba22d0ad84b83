"""Layers of responsibility, and where the report says that they do not fit."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.core.exceptions import PermissionDenied
from django.db import transaction

from govgrid.core import clock, tiles
from govgrid.core.cache import Forgetful
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows
from grids import actions
from grids.conflicts import Kind, conflicts
from grids.models import WGS84, Area, Compound, Layer, LayerPiece
from tests.factories.accounts import UserFactory
from tests.factories.grids import CompoundFactory, DepartmentFactory, build_town, holder, shape


def box(west, east, south=30.0, north=30.01):
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=WGS84)


@pytest.fixture
def town(db):
    town = build_town()
    shape(town.streets[0], box(111, 111.04))
    shape(town.communities[0], box(111, 111.02))
    return town


@pytest.fixture
def command(town):
    return holder("district_command", area=town.district)


@pytest.fixture
def stations(town):
    return [
        DepartmentFactory(code=f"station-{n}", name=f"Station {n}", area=town.district)
        for n in range(3)
    ]


@pytest.fixture
def layer(town, command):
    return actions.open_layer(town.urban, "street trade", town.district, by=command)


def draw(layer, unit, outline, by=None):
    return actions.draw_piece(layer, unit, outline, by=by)


def told(area, **asked):
    return [(one.kind, one.place_code, one.units) for one in conflicts(area, **asked)]


def code_of(function, *args, **kwargs):
    with pytest.raises(Refused) as refused, transaction.atomic():
        function(*args, **kwargs)
    return refused.value.code


# ── layers and pieces ─────────────────────────────────────────────────────────────────────────


def test_a_redrawn_piece_ends_and_another_follows(layer, stations):
    first = draw(layer, stations[0], box(111, 111.04))
    assert draw(layer, stations[0], box(111, 111.04)) == first

    second = draw(layer, stations[0], box(111, 111.08))
    first.refresh_from_db()
    assert (first.valid_to, second.valid_to) == (clock.today(), None)


def test_only_who_keeps_layers_there_draws(layer, town, stations):
    people = [
        holder("street_head", area=town.streets[0]),
        holder("auditor", area=town.district),
        holder("district_command", area=town.streets[0]),
        UserFactory(),
    ]
    for person in people:
        with pytest.raises(PermissionDenied):
            draw(layer, stations[0], box(111, 111.04), by=person)
        with pytest.raises(PermissionDenied):
            actions.open_layer(town.housing, "x", town.district, by=person)
        with pytest.raises(PermissionDenied):
            actions.end_layer(layer, by=person)
    assert not LayerPiece.objects.exists()


def test_one_layer_a_department_and_matter_until_it_ends(layer, town, command, shift_clock):
    again = (actions.open_layer, town.urban, "street trade", town.district)
    assert code_of(*again, by=command) == "layer_one_a_department_and_matter"
    assert code_of(actions.end_layer, layer, by=command) == "layer_new"
    shift_clock(days=1)
    actions.end_layer(layer, by=command)
    assert code_of(actions.end_layer, layer, by=command) == "layer_ended"
    assert again[0](*again[1:], by=command).valid_from == clock.today()


def test_an_ended_layer_says_nothing(layer, town, stations, shift_clock):
    draw(layer, stations[0], box(111, 111.006))
    draw(layer, stations[1], box(111.006, 111.08))
    assert told(town.district) == [(Kind.CUT, town.grids[0].code, ("Station 0", "Station 1"))]
    shift_clock(days=1)
    actions.end_layer(layer, by=None)
    assert told(town.district) == []


# ── the report ────────────────────────────────────────────────────────────────────────────────


def test_what_fits_is_no_conflict(layer, town, stations):
    draw(layer, stations[0], box(111, 111.04))
    draw(layer, stations[1], box(111.04, 111.08))

    assert told(town.district) == []


def test_a_grid_cut_by_two_units_is_named_with_its_smaller_part(layer, town, stations):
    draw(layer, stations[0], box(111, 111.027))
    draw(layer, stations[1], box(111.027, 111.08))

    (one,) = conflicts(town.district)
    assert (one.kind, one.place_code, one.matter) == (Kind.CUT, town.grids[2].code, "street trade")
    assert one.units == ("Station 0", "Station 1")
    assert one.percent == 30
    assert told(town.communities[0]) == []
    assert told(town.streets[0], matter="parks") == []


def test_a_ribbon_where_lines_do_not_meet_is_none(layer, town, stations):
    draw(layer, stations[0], box(111, 111.0401))
    draw(layer, stations[1], box(111.0401, 111.08))

    assert told(town.district) == []


def test_two_bodies_for_one_matter(layer, town, stations, command):
    draw(layer, stations[0], box(111, 111.08))
    other = actions.open_layer(town.housing, "street trade", town.district, by=command)
    draw(other, stations[1], box(111.01, 111.02))
    third = actions.open_layer(town.housing, "parks", town.streets[0], by=command)
    draw(third, stations[2], box(111, 111.04))

    (one,) = conflicts(town.district)
    assert (one.kind, one.units) == (Kind.TWICE, ("Station 0", "Station 1"))
    # A grid of 0.01 degrees at 30° north: 965 m by 1,109 m.
    assert one.square_metres == pytest.approx(965 * 1109, rel=0.01)
    assert [kind for kind, *_ in told(town.communities[0])] == [Kind.TWICE]
    shape(town.streets[1], box(111.04, 111.08))
    assert told(town.streets[1]) == []


def test_nobody_answers_where_no_piece_lies(layer, town, stations):
    draw(layer, stations[0], box(111, 111.055))

    rows = [(one.kind, one.place_code, one.percent) for one in conflicts(town.district)]
    assert rows == [
        (Kind.NOBODY, town.grids[5].code, 50),
        (Kind.NOBODY, town.grids[6].code, 100),
        (Kind.NOBODY, town.grids[7].code, 100),
    ]
    assert told(town.district, kinds=[Kind.CUT]) == []


def test_a_matter_of_one_street_is_not_missed_in_another(town, stations, command):
    parks = actions.open_layer(town.urban, "parks", town.streets[0], by=command)
    draw(parks, stations[0], box(111, 111.04))

    assert told(town.district) == []


def test_special_and_ended_grids_are_not_asked(layer, town, stations):
    draw(layer, stations[0], box(111, 111.07))
    assert told(town.district) == [(Kind.NOBODY, town.grids[7].code, ())]
    Area.objects.filter(pk=town.grids[7].pk).update(valid_to=clock.today() + timedelta(days=1))
    assert told(town.district) == []


def test_a_compound_cut_by_two_units_is_named_beside_its_grid(layer, town, stations):
    for n, (west, east) in enumerate([(111.021, 111.025), (111.026, 111.029), (111.031, 111.035)]):
        Compound.objects.create(
            code=f"c{n}",
            name=f"Compound {n}",
            kind=Compound.Kind.OLD,
            community=town.communities[1],
            outline=box(west, east, 30.002, 30.008),
            point=Point(west, 30.005, srid=WGS84),
        )
    draw(layer, stations[0], box(111, 111.027))
    draw(layer, stations[1], box(111.027, 111.08))

    rows = [(one.place_kind, one.place_code, one.percent) for one in conflicts(town.district)]
    assert rows == [("grid", town.grids[2].code, 30), ("compound", "c1", 33)]
    Compound.objects.update(retired_on=clock.today())
    assert [one.place_kind for one in conflicts(town.district)] == ["grid"]


@pytest.mark.parametrize("pieces", [1, 3])
def test_four_statements_for_any_number(layer, town, stations, pieces, django_assert_num_queries):
    for unit in stations[:pieces]:
        draw(layer, unit, box(111, 111.06))
    with django_assert_num_queries(4):
        conflicts(town.district)
    with django_assert_num_queries(1):
        conflicts(town.district)


CHANGES = {
    "a piece redrawn": lambda town, layer, stations: draw(layer, stations[1], box(111.02, 111.06)),
    "a layer ended": lambda town, layer, stations: Layer.objects.update(
        valid_to=clock.today() + timedelta(days=1)
    ),
    "a grid redrawn": lambda town, layer, stations: actions.import_outlines(
        [(2, {"code": town.grids[2].code, "wkt": box(111.02, 111.023).wkt})], by=None
    ),
    "a grid ended": lambda town, layer, stations: Area.objects.filter(pk=town.grids[2].pk).update(
        valid_to=clock.today()
    ),
    "a compound": lambda town, layer, stations: CompoundFactory(
        community=town.communities[0],
        outline=box(111.001, 111.002),
        point=Point(111.0015, 30.005, srid=WGS84),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_computed_is_kept_until_something_changes(
    layer, town, stations, change, django_assert_num_queries
):
    draw(layer, stations[0], box(111, 111.023))
    draw(layer, stations[1], box(111.023, 111.06))
    assert told(town.district) == told(town.district) != []
    with django_assert_num_queries(1):
        conflicts(town.district)
    CHANGES[change](town, layer, stations)
    with django_assert_num_queries(4):
        conflicts(town.district)


def test_a_dead_cache_only_costs_the_computing(layer, town, stations, monkeypatch):
    draw(layer, stations[0], box(111, 111.023))
    monkeypatch.setattr(tiles, "cache", Forgetful("redis://127.0.0.1:1/0", {}))
    assert told(town.district) == told(town.district) != []


def test_pieces_far_from_the_street_are_left_out_and_change_nothing(layer, town, stations):
    draw(layer, stations[0], box(111, 111.023))
    draw(layer, stations[1], box(111.023, 111.06))
    whole = [one for one in told(town.district) if one[1] == town.grids[2].code]
    assert told(town.streets[0], matter="street trade")[: len(whole)] == whole != []


# ── from a table ──────────────────────────────────────────────────────────────────────────────


def row(line, unit, outline, **said):
    cells = {
        "department": "urban",
        "matter": "street trade",
        "area_code": "420506",
        "unit": unit,
        "wkt": outline.wkt,
    }
    return line, cells | said


@pytest.fixture
def known(town, stations):
    town.urban.code = "urban"
    town.urban.save()


def test_a_table_adds_redraws_and_leaves_what_is_the_same(known, command, stations):
    rows = [row(2, "station-0", box(111, 111.04)), row(3, "station-1", box(111.04, 111.08))]
    assert len(actions.import_layers(rows, by=command).added) == 2

    rows[1] = row(3, "station-1", box(111.05, 111.08))
    done = actions.import_layers(rows, by=command)
    assert (len(done.added), len(done.changed), done.unchanged) == (0, 1, 1)
    assert Layer.objects.count() == 1
    assert LayerPiece.objects.filter(valid_to=None).count() == 2


def test_all_or_nothing_and_every_wrong_row_is_told(known, command):
    rows = [
        row(2, "station-0", box(111, 111.04)),
        row(3, "nobody", box(111, 111.04)),
        row(4, "station-1", box(111, 111.04), area_code="999"),
        row(5, "station-1", box(111, 111.04), wkt="POLYGON EMPTY"),
        row(6, "station-0", box(111, 111.04)),
    ]
    with pytest.raises(BadRows) as bad:
        actions.import_layers(rows, by=command)
    assert [one.line for one in bad.value.problems] == [3, 4, 5, 6]
    assert not Layer.objects.exists()


def test_a_table_for_another_district_is_denied(known, town):
    with pytest.raises(PermissionDenied):
        actions.import_layers(
            [row(2, "station-0", box(111, 111.04))], by=holder("grid_worker", area=town.grids[0])
        )
    assert not Layer.objects.exists()


def test_a_row_of_another_district_is_told_by_its_number(known, town):
    command = holder("district_command", area=town.streets[0])
    rows = [
        row(2, "station-0", box(111, 111.04), area_code=town.streets[0].code),
        row(3, "station-0", box(111, 111.04)),
    ]
    with pytest.raises(BadRows) as bad:
        actions.import_layers(rows, by=command)
    assert [tuple(one) for one in bad.value.problems] == [(3, "This area is not yours to change.")]
    assert not Layer.objects.exists()


def test_a_repaired_outline_is_told_to_who_sent_it_and_not_to_the_log(known, caplog):
    bow = "POLYGON((111 30,111.04 30.04,111.04 30,111 30.04,111 30))"
    rows = [row(2, "station-0", box(111, 111.04)), row(3, "station-1", box(111, 1), wkt=bow)]
    done = actions.import_layers(rows, by=None)
    assert [one.line for one in done.warnings] == [3]
    with pytest.raises(BadRows) as bad:
        actions.import_layers([row(2, "station-0", box(111, 1), wkt="POLYGON((1")], by=None)
    assert [one.line for one in bad.value.problems] == [2]
    assert not [one for one in caplog.records if one.name.startswith("django.contrib.gis")]
