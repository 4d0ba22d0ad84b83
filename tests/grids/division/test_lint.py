"""What the check finds: in words, in its place, and measured on the globe."""

from datetime import date

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from govgrid.core.errors import Refused
from grids import actions
from grids.division import lint
from grids.division.sizes import ranges
from grids.models import WGS84, Compound, Division, Piece
from tests.factories.divisions import begin, counted
from tests.factories.grids import build_town, shape


def box(*edges):
    return MultiPolygon(Polygon.from_bbox(edges), srid=WGS84)


@pytest.fixture
def town(db):
    made = build_town()
    counted(made, 240, 260)
    # Given, so that what the grids cover and what the community is are two things.
    shape(made.communities[0], box(111, 30, 111.02, 30.01))
    return made


@pytest.fixture
def drawn(town, officer):
    return begin(town, by=officer)


def redraw(division, number, *edges, **said):
    Piece.objects.filter(division=division, number=number).update(outline=box(*edges), **said)


def found(division):
    return lint.check(Division.objects.get(pk=division.pk)).findings


def one(division):
    (finding,) = found(division)
    return finding


def test_a_sound_draft_has_no_findings(drawn):
    assert found(drawn) == []


def test_a_gap_is_an_error_with_its_place_and_size(drawn):
    redraw(drawn, 1, 111, 30, 111.009, 30.01)
    finding = one(drawn)
    assert (finding.kind, finding.is_error) == ("gap", True)
    assert "10.7 ha" in finding.words  # 96.5 m by 1,108.6 m
    longitudes = {x for x, _y in finding.shape["coordinates"][0]}
    assert longitudes == {111.009, 111.01}


def test_an_overlap_names_both(drawn):
    redraw(drawn, 2, 111.009, 30, 111.02, 30.01)
    finding = one(drawn)
    assert (finding.kind, finding.pieces) == ("overlap", (1, 2))


def test_what_lies_outside_is_an_error(drawn):
    redraw(drawn, 2, 111.01, 30, 111.025, 30.01)
    finding = one(drawn)
    assert (finding.kind, finding.pieces) == ("outside", (2,))
    assert "outside the community" in finding.words


def test_a_narrow_gap_is_a_sliver(drawn):
    redraw(drawn, 1, 111, 30, 111.00999, 30.01)
    finding = one(drawn)
    assert finding.kind == "sliver"
    assert "1.0 m wide" in finding.words


def test_a_gap_within_rounding_is_none(drawn):
    redraw(drawn, 1, 111, 30, 111.0099999, 30.01)
    assert found(drawn) == []


def test_special_grids_may_lie_over_basic_ones_and_not_over_each_other(drawn, officer):
    for corners in (
        [(111.001, 30.001), (111.003, 30.001), (111.003, 30.003), (111.001, 30.003)],
        [(111.002, 30.002), (111.004, 30.002), (111.004, 30.004), (111.002, 30.004)],
    ):
        actions.add_special(drawn, corners, by=officer)
    finding = one(drawn)
    assert (finding.kind, finding.pieces) == ("overlap", (3, 4))


@pytest.mark.parametrize(
    ("count", "is_odd"), [(199, True), (200, False), (300, False), (301, True)]
)
def test_sizes_outside_the_range_are_warnings(drawn, count, is_odd):
    redraw(drawn, 1, 111, 30, 111.01, 30.01, household_count=count)
    kinds = [(finding.kind, finding.is_error) for finding in found(drawn)]
    assert kinds == ([("size", False)] if is_odd else [])


def test_a_hamlet_is_asked_for_some_fifty(drawn):
    redraw(drawn, 1, 111, 30, 111.01, 30.01, household_count=52, kind="hamlet")
    assert found(drawn) == []


def test_how_many_are_not_known_is_a_warning(drawn):
    redraw(drawn, 1, 111, 30, 111.01, 30.01, household_count=None)
    assert "is not known" in one(drawn).words


def test_the_nearest_area_says_how_large(town, clock_at):
    clock_at("2026-03-01 09:00")
    actions.set_size(town.district, "basic", 100, 400, by=None)
    actions.set_size(town.streets[0], "basic", 150, 250, by=None)
    assert ranges(town.communities[0])["basic"] == (150, 250)
    assert ranges(town.communities[3])["basic"] == (100, 400)
    clock_at("2026-02-01 09:00")
    assert ranges(town.communities[0])["basic"] == (200, 300)


def test_a_warning_stands_with_a_written_reason_and_only_as_it_was(drawn, officer):
    redraw(drawn, 1, 111, 30, 111.01, 30.01, household_count=180)
    actions.excuse(drawn, one(drawn).key, "新建小区明年入住", by=officer)
    assert lint.check(drawn).unexplained == []
    assert one(drawn).reason == "新建小区明年入住"
    redraw(drawn, 1, 111, 30, 111.01, 30.01, household_count=90)
    assert len(lint.check(drawn).unexplained) == 1


def test_an_error_has_no_excuse(drawn, officer):
    redraw(drawn, 1, 111, 30, 111.009, 30.01)
    with pytest.raises(Refused) as refusal:
        actions.excuse(drawn, one(drawn).key, "就这样", by=officer)
    assert refusal.value.code == "no_such_warning"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"code": "420506001001002"}, "stands twice"),
        ({"code": ""}, "has no code"),
        ({"code": "420506002001001"}, "had it once"),
        ({"code": "42050600100109"}, "15 digits"),
        ({"code": "420506009001001"}, "begins with"),
        ({"code": "420506001001901"}, "001 to 899"),
        ({"name": ""}, "has no name"),
        ({"name": "社区11-02"}, "stands twice"),
    ],
)
def test_codes_and_names_are_whole_and_free(drawn, said, words):
    Piece.objects.filter(division=drawn, number=1).update(keeps=None, **said)
    assert any(words in finding.words for finding in lint.check(drawn).errors)


def compound(town, *edges, **said):
    outline = box(*edges)
    return Compound.objects.create(
        code=f"c{Compound.objects.count()}",
        name="东风苑",
        kind="estate",
        community=town.communities[0],
        outline=outline,
        point=outline.point_on_surface,
        **said,
    )


def test_a_compound_that_is_cut_is_a_warning_with_both_pieces(town, drawn, officer):
    cut = compound(town, 111.008, 30.002, 111.012, 30.004)
    finding = one(drawn)
    assert (finding.kind, finding.is_error, finding.pieces) == ("compound", False, (1, 2))
    assert "东风苑" in finding.words
    actions.excuse(drawn, finding.key, "历来由两个网格管理", by=officer)
    assert lint.check(drawn).unexplained == []
    cut.retired_on = date(2026, 1, 2)
    cut.save()
    assert found(drawn) == []


@pytest.mark.parametrize(
    "edges", [(111.002, 30.002, 111.004, 30.004), (111.006, 30.002, 111.01001, 30.004)]
)
def test_a_compound_that_is_whole_or_only_clipped_is_right(town, drawn, edges):
    compound(town, *edges)
    assert found(drawn) == []


def test_a_piece_in_parts_is_a_warning(drawn):
    parts = MultiPolygon(
        Polygon.from_bbox((111, 30, 111.004, 30.01)),
        Polygon.from_bbox((111.006, 30, 111.01, 30.01)),
        srid=WGS84,
    )
    Piece.objects.filter(division=drawn, number=1).update(outline=parts)
    redraw(drawn, 2, 111.01, 30, 111.02, 30.01)
    assert {finding.kind for finding in found(drawn)} == {"gap", "parts"}
