"""Drawing on a draft: each step, its undoing, and borders that stay shared."""

from uuid import uuid4

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.exceptions import PermissionDenied

from govgrid.core.errors import Refused
from grids import actions
from grids.division import cutting, lint
from grids.models import WGS84, Division, Piece
from tests.factories.divisions import begin, upright
from tests.factories.grids import holder


@pytest.fixture
def drawn(town, officer):
    return begin(town, by=officer)


def pieces(division):
    division.refresh_from_db()
    return {one.number: one for one in Piece.objects.shown(division)}


def errors(division):
    division.refresh_from_db()
    return [one.kind for one in lint.check(division).errors]


def test_a_draft_begins_as_a_copy_of_the_map_in_force(town, drawn):
    found = pieces(drawn)
    assert [one.keeps for one in found.values()] == town.grids[:2]
    assert [one.code for one in found.values()] == [one.code for one in town.grids[:2]]
    assert [one.household_count for one in found.values()] == [240, 260]
    assert lint.check(drawn).findings == []
    assert drawn.events.get().verb == "begin"


def test_the_same_client_id_gives_the_same_draft(town, officer):
    client_id = uuid4()
    one = actions.begin_division(town.communities[0], by=officer, client_id=client_id)
    again = actions.begin_division(town.communities[0], by=officer, client_id=client_id)
    assert one == again
    assert Division.objects.count() == 1


@pytest.mark.parametrize("role", ["street_head", "grid_worker", "auditor", "district_command"])
def test_who_may_not_draw_begins_nothing(town, role):
    stranger = holder(role, area=town.grids[0] if role == "grid_worker" else town.district)
    with pytest.raises(PermissionDenied):
        begin(town, by=stranger)


def test_an_officer_of_another_community_may_not_draw_on_it(town, drawn):
    other = holder("community_officer", area=town.communities[1])
    with pytest.raises(PermissionDenied):
        actions.split(drawn, 1, upright(111.005), by=other)
    assert len(pieces(drawn)) == 2


def test_only_a_community_is_divided(town):
    desk = holder("street_desk", area=town.streets[0])
    with pytest.raises(Refused) as refusal:
        actions.begin_division(town.streets[0], by=desk, client_id=uuid4())
    assert refusal.value.code == "no_community"


def test_a_community_without_grids_begins_as_one_piece(town, officer):
    for grid in town.grids[:2]:
        grid.shape.delete()
    with pytest.raises(Refused) as refusal:
        begin(town, by=officer)
    assert refusal.value.code == "no_outline"


def test_splitting_leaves_the_largest_part_what_it_was(town, drawn, officer):
    actions.split(drawn, 1, upright(111.003), by=officer)

    found = pieces(drawn)
    assert sorted(found) == [1, 2, 3]
    assert found[1].keeps == town.grids[0]
    assert found[3].keeps is None
    assert found[3].code == f"{town.communities[0].code}003"
    assert found[3].name == "社区1103"
    assert [found[n].household_count for n in (1, 3)] == [168, 72]
    assert found[1].is_estimated
    assert not found[2].is_estimated
    assert found[1].outline.extent == pytest.approx((111.003, 30, 111.01, 30.01))
    assert errors(drawn) == []


def test_a_line_that_stops_just_before_the_border_reaches_it(drawn, officer):
    # 0.0001 degrees of latitude are 11 m.
    actions.split(
        drawn, 1, [(111.004, 30.0001), (111.0045, 30.005), (111.004, 30.0099)], by=officer
    )
    assert len(pieces(drawn)) == 3
    assert errors(drawn) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ([(111.004, 30.003), (111.004, 30.007)], "cuts_nothing"),
        ([(112, 31), (112.1, 31)], "cuts_nothing"),
        ([(111.004, 30)], "line_length"),
        ([(111.004, 30)] * 3, "line_length"),
        (
            [(111.001, 29.9), (111.009, 30.1), (111.009, 29.9), (111.001, 30.1)],
            "line_crosses_itself",
        ),
    ],
)
def test_a_line_that_cuts_nothing_is_refused(drawn, officer, line, code):
    with pytest.raises(Refused) as refusal:
        actions.split(drawn, 1, line, by=officer)
    assert refusal.value.code == code
    assert len(pieces(drawn)) == 2


def test_a_new_corner_on_a_border_becomes_one_of_the_neighbour_too(drawn, officer):
    before = pieces(drawn)[2].outline.num_points
    actions.split(drawn, 1, [(110.99, 30.0047), (111.02, 30.0053)], by=officer)
    assert pieces(drawn)[2].outline.num_points == before + 1
    assert errors(drawn) == []


def test_merging_joins_into_the_first_and_adds_the_households(town, drawn, officer):
    actions.merge(drawn, [2, 1], by=officer)
    found = pieces(drawn)
    assert list(found) == [2]
    assert found[2].keeps == town.grids[1]
    assert found[2].household_count == 500
    assert errors(drawn) == []


def test_pieces_apart_are_not_merged(drawn, officer):
    actions.split(drawn, 1, upright(111.005), by=officer)
    # The part of the west, and the grid of the east.
    west = min(pieces(drawn).values(), key=lambda one: one.outline.extent[0]).number
    with pytest.raises(Refused) as refusal:
        actions.merge(drawn, [west, 2], by=officer)
    assert refusal.value.code == "pieces_apart"
    with pytest.raises(Refused):
        actions.merge(drawn, [1, 1], by=officer)


def test_a_border_is_drawn_anew_between_two_pieces(drawn, officer):
    actions.move_border(drawn, 1, 2, upright(111.012), by=officer)
    found = pieces(drawn)
    assert found[1].outline.extent == pytest.approx((111, 30, 111.012, 30.01))
    assert found[2].outline.extent == pytest.approx((111.012, 30, 111.02, 30.01))
    assert sum(one.household_count for one in found.values()) == 500
    assert errors(drawn) == []


def test_a_border_must_run_between_the_two(drawn, officer):
    # It cuts off a strip of the first alone, and the second would be left as it was, with more.
    with pytest.raises(Refused) as refusal:
        actions.move_border(drawn, 1, 2, [(111.001, 30.004), (111.001, 30.006)], by=officer)
    assert refusal.value.code == "cuts_nothing"
    with pytest.raises(Refused) as refusal:
        actions.move_border(drawn, 1, 1, upright(111.005), by=officer)
    assert refusal.value.code == "merge_needs_two"


def test_a_special_grid_lies_over_basic_ones_and_is_cut_at_the_community(town, drawn, officer):
    corners = [(111.008, 30.002), (111.012, 30.002), (111.012, 30.02), (111.008, 30.02)]
    actions.add_special(drawn, corners, by=officer, name="市场")
    special = pieces(drawn)[3]
    assert special.code == f"{town.communities[0].code}901"
    assert special.outline.extent == pytest.approx((111.008, 30.002, 111.012, 30.01))
    assert errors(drawn) == []
    actions.remove_special(drawn, 3, by=officer)
    assert sorted(pieces(drawn)) == [1, 2]


def test_every_step_can_be_undone_and_done_again(drawn, officer):
    def state():
        return {
            number: (one.code, one.name, one.household_count, one.outline.wkt)
            for number, one in pieces(drawn).items()
        }

    seen = [state()]
    for step in (
        lambda: actions.split(drawn, 1, upright(111.004), by=officer),
        lambda: actions.merge(drawn, [1, 2], by=officer),
        lambda: actions.describe(drawn, 1, by=officer, name="东"),
        lambda: actions.move_border(drawn, 1, 3, upright(111.006), by=officer),
        lambda: actions.add_special(
            drawn, [(111.001, 30.001), (111.002, 30.001), (111.002, 30.002)], by=officer
        ),
    ):
        step()
        seen.append(state())
    for before in reversed(seen[:-1]):
        actions.undo(drawn, by=officer)
        assert state() == before
    with pytest.raises(Refused):
        actions.undo(drawn, by=officer)
    for after in seen[1:]:
        actions.redo(drawn, by=officer)
        assert state() == after


def test_drawing_after_undoing_forgets_what_was_undone(drawn, officer):
    actions.merge(drawn, [1, 2], by=officer)
    actions.undo(drawn, by=officer)
    actions.split(drawn, 2, upright(111.015), by=officer)
    assert drawn.steps.get().verb == "split"
    assert sorted(pieces(drawn)) == [1, 2, 3]
    with pytest.raises(Refused):
        actions.redo(drawn, by=officer)


def test_what_keeps_a_grid_bears_its_code(town, drawn, officer):
    actions.split(drawn, 1, upright(111.003), by=officer)
    actions.describe(drawn, 1, by=officer, keeps=None)
    assert pieces(drawn)[1].code == f"{town.communities[0].code}004"
    actions.describe(drawn, 3, by=officer, keeps=town.grids[0])
    assert pieces(drawn)[3].code == town.grids[0].code
    with pytest.raises(Refused) as refusal:
        actions.describe(drawn, 1, by=officer, keeps=town.grids[0])
    assert refusal.value.code == "grid_kept_twice"
    with pytest.raises(Refused):
        actions.describe(drawn, 1, by=officer, keeps=town.grids[5])


def test_saying_nothing_new_is_no_step(drawn, officer):
    actions.describe(drawn, 1, by=officer, name=pieces(drawn)[1].name)
    assert drawn.steps.count() == 0


def test_mending_closes_what_is_narrow(town, drawn, officer):
    # 1e-5 degrees are a metre: the first grid ends a metre before the second begins.
    narrow = MultiPolygon(Polygon.from_bbox((111, 30, 111.00999, 30.01)), srid=WGS84)
    Piece.objects.filter(division=drawn, number=1).update(outline=narrow)
    # The ground is what the grids in force cover, so that the gap lies within it.
    assert errors(drawn) == ["sliver"]
    actions.mend(drawn, by=officer)
    assert errors(drawn) == []
    with pytest.raises(Refused) as refusal:
        actions.mend(drawn, by=officer)
    assert refusal.value.code == "nothing_to_mend"


def test_what_is_drawn_stays_on_the_lattice(drawn, officer):
    actions.split(drawn, 1, [(111.00312345678, 29.99), (111.00412345678, 30.02)], by=officer)
    for one in pieces(drawn).values():
        for x, y in one.outline.coords[0][0]:
            assert (round(x, 8), round(y, 8)) == pytest.approx((x, y), abs=1e-12)


def test_areas_are_metres_on_the_globe(db):
    box = MultiPolygon(Polygon.from_bbox((111, 30, 111.01, 30.01)), srid=WGS84)
    # A hundredth of a degree of longitude is 964.9 m at 30° north, one of latitude 1,108.6 m.
    assert cutting.metres2(box) == pytest.approx(964.9 * 1108.6, rel=0.002)
