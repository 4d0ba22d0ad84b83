"""Areas as they change: other codes, former names, endings, and the tree as it was on a day."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from govgrid.core import clock
from govgrid.core.sheets import BadRows
from grids import actions, queries
from grids.models import Area, AreaCode, AreaName, AreaShape, Post
from tests.factories.grids import AreaFactory, PostFactory, build_town, holder, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


def row(area, line=2, **cells):
    parent = area.parent.code if area.parent else "42"
    plain = {"level": area.level_slug, "code": area.code, "name": area.name, "parent_code": parent}
    return line, {**plain, **cells}


def wrong(*rows, by=None, **told):
    with pytest.raises(BadRows) as refused:
        actions.import_areas(rows, by=by, **told)
    return [reason for _line, reason in refused.value.problems]


# ── codes ─────────────────────────────────────────────────────────────────────────────────────
def test_an_area_may_bear_a_code_in_each_system_and_is_found_by_either(town):
    street = town.streets[0]

    done = actions.import_areas([row(street, civil_code="420506100")], by=None)

    assert len(done.changed) == 1
    assert queries.area_of("420506100") == queries.area_of("420506001") == street
    assert list(Area.objects.called("420506100")) == [street]


def test_the_same_code_in_the_other_system_may_be_another_area(town):
    """What the statistics call the second street is the first one to the civil affairs."""
    first, second = town.streets

    actions.import_areas([row(first, civil_code=second.code)], by=None)
    actions.import_areas([row(first, code=second.code, name="新名")], by=None, code_system="civil")

    assert Area.objects.get(pk=first.pk).name == "新名"
    assert Area.objects.get(pk=second.pk).name == "街道2"
    # Its own code counts first.
    assert queries.area_of(second.code) == second


def test_a_code_of_the_other_system_is_replaced_and_kept(town, clock_at):
    clock_at("2026-09-24 09:00")
    actions.import_areas([row(town.streets[0], civil_code="420506100")], by=None)

    actions.import_areas([row(town.streets[0], civil_code="420506101")], by=None)

    codes = town.streets[0].other_codes.order_by("code").values_list("code", "valid_to")
    assert list(codes) == [("420506100", date(2026, 9, 24)), ("420506101", None)]


def test_two_areas_cannot_bear_one_code_of_a_system(town):
    first, second = town.streets
    rows = [row(first, 2, civil_code="420506100"), row(second, 3, civil_code="420506100")]

    assert wrong(*rows) == ["420506100 is the civil-affairs code of 街道1 already."]
    assert not AreaCode.objects.exists()


def test_an_area_with_a_new_code_keeps_its_row_and_is_found_by_the_old_one(town, clock_at):
    clock_at("2026-09-24 09:00")
    street, children = town.streets[0], list(town.streets[0].children.all())
    new = row(street, code="420506011", former_code="420506001", name="小溪塔街道")
    child = row(children[0], 3, parent_code="420506011")

    done = actions.import_areas([new, child], by=None)

    street.refresh_from_db()
    assert street.code == "420506011"
    assert done.changed == ["420506001 街道1 → 420506011 小溪塔街道"]
    assert queries.area_of("420506001") == street
    assert list(street.children.all()) == children
    again = actions.import_areas([new, child], by=None)
    assert (again.changed, again.unchanged) == ([], 2)


def test_an_area_cannot_take_over_the_code_of_one_that_goes_on(town):
    first, second = town.streets

    assert wrong(row(second, former_code=first.code)) == [
        "420506002 and 420506001 are both in force, as two areas."
    ]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"code": "420506001001900"}, "001 to 899"),
        ({"code": "420506001001901", "kind": "basic"}, "001 to 899"),
        ({"code": "420506001001003", "kind": "special"}, "901 to 999"),
        ({"code": "420506001002009"}, "begins with its community's"),
    ],
)
def test_a_new_grid_bears_a_code_of_its_community_and_kind(town, cells, reason):
    (said,) = wrong(row(town.grids[0], **cells))

    assert reason in said


# ── names ─────────────────────────────────────────────────────────────────────────────────────
def test_a_former_name_is_kept_until_the_day_and_still_finds_its_area(town, clock_at):
    clock_at("2026-09-24 09:00")

    actions.import_areas([row(town.streets[0], name="龙泉镇")], by=None, on=date(2026, 9, 1))

    (former,) = AreaName.objects.all()
    assert (former.name, former.valid_to) == ("街道1", date(2026, 9, 1))
    assert list(Area.objects.called("街道1")) == [town.streets[0]]


def test_a_name_put_right_twice_on_one_day_keeps_what_it_was_before(town):
    for name in ("甲镇", "乙镇", "丙镇"):
        actions.import_areas([row(town.streets[0], name=name)], by=None)

    assert list(AreaName.objects.values_list("name", flat=True)) == ["街道1"]


@pytest.mark.parametrize("words", ["龙泉", "龍泉鎮", "lqz", "LQ", "龙泉镇", " 龍泉"])
def test_a_name_is_found_in_either_script_and_by_its_pinyin_letters(town, words):
    AreaFactory(code="420506900", name="长阳镇", level=3, parent=town.district)
    actions.import_areas([row(town.streets[0], name="龙泉镇")], by=None)

    assert list(Area.objects.called(words)) == [town.streets[0]]


def test_letters_of_a_place_are_read_as_in_place_names(town):
    long = AreaFactory(code="420506900", name="长阳镇", level=3, parent=town.district)

    assert list(Area.objects.called("cyz")) == [long]


# ── endings ───────────────────────────────────────────────────────────────────────────────────
TODAY = "2026-09-24"


@pytest.fixture
def ending(town, clock_at):
    """The last grid, to be followed by the one before it."""
    clock_at(f"{TODAY} 09:00")
    return town.grids[7], town.grids[6]


def test_an_area_that_is_left_out_goes_on(town):
    actions.import_areas([row(town.city)], by=None)

    assert Area.objects.filter(valid_to=None).count() == Area.objects.count()


def test_an_area_ends_on_a_day_with_a_successor_and_stays_readable(ending):
    old, new = ending

    done = actions.import_areas([row(old, valid_to="2026-09-01", successor_code=new.code)], by=None)

    old.refresh_from_db()
    assert (old.valid_to, old.successor) == (date(2026, 9, 1), new)
    assert done.changed == [f"{old.code} {old.name} ✕ 2026-09-01"]
    assert old not in Area.objects.in_force()
    assert old in Area.objects.in_force(date(2026, 8, 31))
    assert AreaShape.objects.filter(area=old).exists()
    again = actions.import_areas(
        [row(old, valid_to="2026-09-01", successor_code=new.code)], by=None
    )
    assert (again.changed, again.unchanged) == ([], 1)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"valid_to": "2026-09-25"}, "2026-09-25 lies ahead: bring this change when it holds."),
        ({"valid_to": "2025-01-01"}, "An area cannot end before it begins."),
        ({"valid_to": "soon"}, "“soon” is no date; write 2026-09-24."),
        ({"successor_code": "420506002002001"}, "valid_to says on which day."),
        ({"valid_to": TODAY, "successor_code": "4"}, "The successor “4” is not in force."),
        ({"valid_to": TODAY, "successor_code": "420506002002002"}, "is not in force."),
        ({"valid_to": TODAY, "code": "420506002002077"}, "No area in force has the code"),
    ],
)
def test_an_ending_that_makes_no_sense_is_refused(ending, cells, reason):
    old, _new = ending

    (said,) = wrong(row(old, **cells))

    assert reason in said
    assert Area.objects.get(pk=old.pk).valid_to is None


def test_an_area_ends_with_all_that_lies_in_it_or_not_at_all(town, ending):
    community = town.communities[3]
    alone = row(community, valid_to=TODAY, successor_code=town.communities[2].code)

    assert wrong(alone) == ["2 areas in it go on: end them too, or give them another place first."]
    grids = [row(grid, n, valid_to=TODAY) for n, grid in enumerate(town.grids[6:], start=3)]
    actions.import_areas([alone, *grids], by=None)
    assert not Area.objects.in_force().beneath(community).exists()


def test_who_holds_a_post_in_an_area_that_ends_is_told(ending):
    old, _new = ending
    PostFactory(role="grid_worker", area=old)

    done = actions.import_areas([row(old, valid_to=TODAY)], by=None)

    assert [reason for _line, reason in done.warnings] == [
        f"1 person holds a post in {old.name}, which ends."
    ]
    assert Post.objects.held_on().filter(area=old).exists()


# ── the tree on a day ─────────────────────────────────────────────────────────────────────────
def test_the_tree_is_read_as_it_was_on_a_day(town, ending):
    old, _new = ending
    street = town.streets[0]
    actions.import_areas(
        [
            row(street, 2, code="420506011", former_code="420506001", name="甲镇"),
            row(old, 3, valid_to="2026-09-10"),
        ],
        by=None,
        on=date(2026, 9, 5),
    )
    actions.import_areas(
        [row(street, 2, code="420506011", name="乙镇")], by=None, on=date(2026, 9, 20)
    )

    def then(day):
        areas = Area.objects.as_on(date(2026, 9, day))
        one = areas.get(pk=street.pk)
        return one.code_then, one.name_then, areas.filter(pk=old.pk).exists()

    assert then(4) == ("420506001", "街道1", True)
    assert then(5) == ("420506011", "甲镇", True)
    assert then(10) == ("420506011", "甲镇", False)
    assert then(20) == ("420506011", "乙镇", False)


# ── who may ───────────────────────────────────────────────────────────────────────────────────
def test_an_administrator_changes_what_lies_in_the_own_area_and_nothing_beside_it(town):
    first, second = town.streets
    by = holder("system_admin", area=first)
    new = {"level": "community", "code": "420506001009", "name": "新", "parent_code": first.code}

    actions.import_areas([row(first, name="甲镇"), (3, new)], by=by)

    assert Area.objects.filter(code="420506001009").exists()
    not_yours = ["This area is not yours to change."]
    assert wrong(row(second, name="乙镇"), by=by) == not_yours
    assert (
        wrong((2, new | {"code": "420506002009", "parent_code": second.code}), by=by) == not_yours
    )
    assert wrong(row(town.grids[7], valid_to=str(clock.today())), by=by) == not_yours
    assert Area.objects.get(pk=second.pk).name == "街道2"


def test_outlines_and_departments_of_others_are_not_to_be_changed(town):
    by = holder("system_admin", area=town.streets[0])
    far = {"code": town.streets[1].code, "wkt": square(111, 30).wkt}
    office = {"code": "x", "name": "x", "short_name": "x", "kind": "bureau"}

    for load, cells in (
        (actions.import_outlines, far),
        (actions.import_departments, office | {"area_code": town.streets[1].code}),
    ):
        with pytest.raises(BadRows, match="1 rows are wrong"):
            load([(2, cells)], by=by)
    actions.import_departments([(2, office | {"area_code": town.grids[0].code})], by=by)


@pytest.mark.parametrize("role", ["street_head", "district_command", "auditor", "grid_worker"])
def test_nobody_else_brings_anything(town, role):
    by = holder(role, area=town.district)

    for load in (actions.import_areas, actions.import_outlines, actions.import_departments):
        with pytest.raises(PermissionDenied):
            load([], by=by)


def test_outlines_that_are_the_same_are_left_alone(town):
    outline = {
        "code": town.district.code,
        "wkt": AreaShape.objects.get(area=town.district).boundary.wkt,
    }

    done = actions.import_outlines([(2, outline)], by=None)
    more = actions.import_areas([row(town.district, wkt=outline["wkt"])], by=None)

    assert (done.changed, done.unchanged, done.outlines, more.outlines) == ([], 1, 0, 0)


def test_a_day_that_has_not_come_changes_no_name(town):
    ahead = clock.today() + timedelta(days=1)

    assert "lies ahead" in wrong(row(town.streets[0], name="甲镇"), on=ahead)[0]
