"""Posts begin and end; areas, outlines, departments and people come in whole or not at all."""

from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon
from django.core.exceptions import PermissionDenied
from django.db.backends.postgresql.psycopg_any import DateRange

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows
from grids import actions, scoping
from grids.models import Area, AreaShape, Department, Post
from grids.rows import letters_for
from tests.factories.accounts import UserFactory
from tests.factories.grids import AreaFactory, PostFactory, build_town, holder, shape, square

pytestmark = pytest.mark.django_db

TREE = [
    ("city", "4205", "宜昌市", "42"),
    ("district", "420506", "夷陵区", "4205"),
    ("street", "420506001", "小溪塔街道", "420506"),
    ("community", "420506001003", "营盘社区居民委员会", "420506001"),
    ("community", "420506001201", "仓屋榜村村民委员会", "420506001"),
    ("grid", "420506001003005", "营盘05", "420506001003"),
]


@pytest.fixture
def town():
    return build_town()


def area_rows(*rows, **more):
    names = ("level", "code", "name", "parent_code")
    return [
        (n, {**dict(zip(names, row, strict=True)), **more}) for n, row in enumerate(rows, start=2)
    ]


def wrong(action, *args, **kwargs):
    """The problems, as (line, reason)."""
    with pytest.raises(BadRows) as refused:
        action(*args, by=None, **kwargs)
    return [tuple(problem) for problem in refused.value.problems]


# ── posts ─────────────────────────────────────────────────────────────────────────────────────
def test_a_post_counts_at_once(town):
    person = UserFactory()
    assert not scoping.reach(person, "tickets.view")

    post = actions.appoint(person, "grid_worker", area=town.grids[0], by=None)

    assert post.period == DateRange(clock.today(), None)
    assert scoping.reach(person, "tickets.view").areas == {5: {town.grids[0].pk}}


def test_a_post_holds_through_its_last_day(town):
    first = clock.today()

    post = actions.appoint(
        UserFactory(), "grid_worker", area=town.grids[0], until=first + timedelta(days=2), by=None
    )

    held = [Post.objects.held_on(first + timedelta(days=n)).exists() for n in range(4)]
    assert held == [True, True, True, False]
    assert post.period.upper == first + timedelta(days=3)


def test_a_second_main_worker_is_refused_and_nothing_is_written(town):
    actions.appoint(UserFactory(), "grid_worker", area=town.grids[0], by=None)

    with pytest.raises(Refused, match="This grid has a main worker in that period") as refused:
        actions.appoint(UserFactory(), "grid_worker", area=town.grids[0], by=None)

    assert refused.value.code == "post_one_main_worker_a_grid"
    assert Post.objects.count() == 1


def test_the_same_post_twice_is_refused(town):
    person = UserFactory()
    actions.appoint(person, "department_clerk", department=town.housing, by=None)

    with pytest.raises(Refused, match="holds that post already"):
        actions.appoint(person, "department_clerk", department=town.housing, by=None)


def test_a_post_in_the_wrong_kind_of_place_is_refused(town):
    with pytest.raises(Refused, match="names a department"):
        actions.appoint(UserFactory(), "department_clerk", area=town.grids[0], by=None)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("user_inactive", lambda town, person: User.objects.update(is_active=False)),
        ("area_ended", lambda town, person: setattr(town.grids[0], "valid_to", date(2026, 2, 1))),
    ],
)
def test_no_post_for_what_has_ended(town, code, change):
    person = UserFactory()
    change(town, person)

    with pytest.raises(Refused) as refused:
        actions.appoint(person, "grid_worker", area=town.grids[0], by=None)

    assert refused.value.code == code


def test_no_post_in_a_department_that_is_switched_off(town):
    town.housing.is_active = False

    with pytest.raises(Refused, match="住建局 has ended"):
        actions.appoint(UserFactory(), "department_clerk", department=town.housing, by=None)


def test_the_last_day_does_not_lie_before_the_first(town):
    with pytest.raises(Refused, match="last day lies before the first"):
        actions.appoint(
            UserFactory(), "grid_worker", area=town.grids[0], until=date(2020, 1, 1), by=None
        )


def test_only_who_administers_the_area_appoints(town):
    head = holder("street_head", area=town.streets[0])
    admin = holder("system_admin", area=town.streets[0])

    for by, area in ((head, town.grids[0]), (admin, town.grids[7]), (UserFactory(), town.grids[0])):
        with pytest.raises(PermissionDenied):
            actions.appoint(UserFactory(), "grid_worker", area=area, by=by)
    assert actions.appoint(UserFactory(), "grid_worker", area=town.grids[0], by=admin).pk


def test_ending_a_post_takes_the_reach_and_keeps_the_history(town):
    post = PostFactory(area=town.streets[0])

    actions.end_post(post, by=None)

    assert Post.objects.get().period == DateRange(date(2026, 1, 1), clock.today())
    assert not scoping.reach(User.objects.get(pk=post.user_id), "tickets.view")


def test_the_next_worker_takes_over_on_the_day_the_last_one_ends(town):
    old = PostFactory(role="grid_worker", area=town.grids[0])
    day = clock.today() + timedelta(days=3)

    actions.end_post(old, by=None, on=day)
    new = actions.appoint(UserFactory(), "grid_worker", area=town.grids[0], since=day, by=None)

    assert new.pk
    assert Post.objects.held_on(day).get() == new
    assert Post.objects.held_on(day - timedelta(days=1)).get() == old


def test_a_post_that_ends_before_it_began_gives_nothing_and_leaves_a_row(town):
    post = actions.appoint(UserFactory(), "grid_worker", area=town.grids[0], by=None)

    actions.end_post(post, by=None)

    assert Post.objects.get().period.isempty
    assert actions.appoint(UserFactory(), "grid_worker", area=town.grids[0], by=None).pk


def test_a_post_ends_once(town):
    post = actions.end_post(PostFactory(area=town.streets[0]), by=None)

    with pytest.raises(Refused) as refused:
        actions.end_post(post, by=None)

    assert refused.value.code == "post_ended"


def test_only_who_administers_the_area_ends_a_post(town):
    post = PostFactory(role="grid_worker", area=town.grids[0])

    with pytest.raises(PermissionDenied):
        actions.end_post(post, by=holder("system_admin", area=town.streets[1]))
    assert Post.objects.held_on().filter(pk=post.pk).exists()


# ── areas ─────────────────────────────────────────────────────────────────────────────────────
def test_areas_come_in_with_level_kind_path_and_letters():
    done = actions.import_areas(area_rows(*TREE), by=None, on=date(2026, 3, 1))

    areas = {area.code: area for area in Area.objects.all()}
    assert len(done.added) == len(areas) == 6
    assert areas["4205"].path == f"{areas['4205'].pk}."
    grid = areas["420506001003005"]
    chain = [areas[code].pk for code in ("4205", "420506", "420506001", "420506001003")]
    assert grid.ancestor_ids == [*chain, grid.pk]
    assert (grid.kind, grid.valid_from) == ("basic", date(2026, 3, 1))
    assert areas["420506"].letters == "YL"
    assert areas["420506001003"].kind == "urban"
    assert areas["420506001201"].kind == "village"


def test_areas_may_come_in_any_order():
    actions.import_areas(area_rows(*reversed(TREE)), by=None)

    assert Area.objects.get(code="420506001003005").level == 5


def test_again_names_change_ids_stay_and_nothing_is_deleted():
    actions.import_areas(area_rows(*TREE), by=None)
    before = dict(Area.objects.values_list("code", "pk"))
    renamed = ("street", "420506001", "小溪塔镇", "420506")

    done = actions.import_areas(area_rows(TREE[0], TREE[1], renamed), by=None)

    assert dict(Area.objects.values_list("code", "pk")) == before
    assert Area.objects.get(code="420506001").name == "小溪塔镇"
    assert done.changed == ["420506001 小溪塔街道 → 小溪塔镇"]
    assert (done.added, done.unchanged) == ([], 2)


def test_an_empty_cell_keeps_what_is_there():
    actions.import_areas(area_rows(*TREE[:5]), by=None)
    actions.import_areas(area_rows(TREE[5], kind="hamlet", households="48"), by=None)

    actions.import_areas(area_rows(TREE[5], kind="", households=""), by=None)

    grid = Area.objects.get(code="420506001003005")
    assert (grid.kind, grid.household_count) == ("hamlet", 48)


def test_children_may_come_later_than_their_parents():
    actions.import_areas(area_rows(*TREE[:3]), by=None)
    actions.import_areas(area_rows(*TREE[3:]), by=None)

    street = Area.objects.get(code="420506001")
    assert Area.objects.beneath(street).count() == 4


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("village", "420506001003", "x", "420506001"), "“village” is no level"),
        (("street", "4205060012", "x", "420506"), "no code of this level: it has 9 digits"),
        (("street", "42050600１", "x", "420506"), "no code of this level"),
        (("grid", "420506001003", "x", "420506001003"), "no code of this level: it has 15 digits"),
        (("street", "420506002", "", "420506"), "The name is missing."),
        (("street", "420506002", "x" * 81, "420506"), "is too long"),
        (("street", "420506002", "a\x00b", "420506"), "cannot be stored"),
        (("street", "420506002", "x", "420599"), "The parent “420599” is not known."),
        (("street", "420506002", "x", ""), "The parent “” is not known."),
        (("street", "420506002", "x", "4205"), "“4205” is not one level above."),
        (("community", "420506001004", "x", "420506"), "“420506” is not one level above."),
        (("street", "420506001", "x", "420506"), "420506001 stands in line 4 already."),
    ],
)
def test_a_wrong_row_stops_the_file_and_is_named(row, reason):
    problems = wrong(actions.import_areas, area_rows(*TREE[:4], row))

    assert [line for line, _reason in problems] == [6]
    assert reason in problems[0][1]
    assert not Area.objects.exists()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"kind": "urban"}, "“urban” is no kind of this level"),
        ({"households": "-3"}, "no number of households"),
        ({"households": "many"}, "no number of households"),
        ({"households": "9" * 30}, "no number of households"),
        ({"letters": "YL"}, "of a district only"),
        ({"wkt": "POLYGON(("}, "The outline cannot be read."),
        ({"wkt": "POINT(111 30)"}, "The outline is no surface."),
        ({"wkt": "POLYGON EMPTY"}, "The outline is empty."),
        ({"wkt": "POLYGON((0 0, 1 1, 2 2, 0 0))"}, "The outline is no surface."),
        ({"wkt": "POLYGON((530000 3400000, 530001 3400000, 530001 3400001, 530000 3400000))"},
         "The outline is not in degrees."),
        ({"wkt": "SRID=3857;POLYGON((0 0, 1 0, 1 1, 0 0))"}, "WGS-84 or CGCS2000"),
        ({"…": "extra"}, "more cells than there are headings"),
    ],
)  # fmt: skip
def test_a_wrong_cell_stops_the_file_and_is_named(cells, reason):
    actions.import_areas(area_rows(*TREE[:5]), by=None)

    problems = wrong(actions.import_areas, area_rows(TREE[5], **cells))

    assert len(problems) == 1
    assert reason in problems[0][1]
    assert Area.objects.count() == 5


def test_all_wrong_rows_are_named_at_once_and_in_order():
    rows = area_rows(
        TREE[0],
        ("district", "42", "x", "4205"),
        TREE[1],
        ("street", "420506009", "x", "420599"),
        ("street", "420506008", "", "420506"),
    )

    assert [line for line, _reason in wrong(actions.import_areas, rows)] == [3, 5, 6]


def test_a_code_that_does_not_begin_with_its_parent_s_is_taken_with_a_warning():
    done = actions.import_areas(
        area_rows(*TREE[:3], ("community", "420502009001", "高新区社区", "420506001")), by=None
    )

    assert [tuple(warning) for warning in done.warnings] == [
        (5, "The code does not begin with its parent's.")
    ]


def test_an_area_is_not_moved_by_an_import():
    actions.import_areas(area_rows(*TREE[:4], ("street", "420506002", "x", "420506")), by=None)

    moved = ("community", "420506001003", "营盘社区居民委员会", "420506002")

    assert wrong(actions.import_areas, area_rows(moved)) == [(2, "This area lies in 420506001.")]


def test_a_code_keeps_its_level():
    AreaFactory(code="420506", level=1)

    assert "on another level" in wrong(actions.import_areas, area_rows(*TREE[:2]))[0][1]


def test_two_districts_with_the_same_letters_are_refused():
    rows = [
        *area_rows(TREE[0]),
        (
            3,
            {
                "level": "district",
                "code": "420502",
                "name": "甲区",
                "parent_code": "4205",
                "letters": "YL",
            },
        ),
        (
            4,
            {
                "level": "district",
                "code": "420503",
                "name": "乙区",
                "parent_code": "4205",
                "letters": "YL",
            },
        ),
    ]

    assert wrong(actions.import_areas, rows) == [
        (4, "甲区 and 乙区 would have the same letters, YL.")
    ]


def test_given_letters_are_kept():
    actions.import_areas(area_rows(*TREE[:1]), by=None)
    actions.import_areas(area_rows(TREE[1], letters="YLQ"), by=None)
    actions.import_areas(area_rows(TREE[1]), by=None)

    assert Area.objects.get(code="420506").letters == "YLQ"


@pytest.mark.parametrize(
    ("name", "taken", "letters"),
    [
        ("夷陵区", (), "YL"),
        ("伍家岗区", (), "WJ"),
        ("长阳土家族自治县", (), "CY"),
        ("宜都市", (), "YD"),
        ("江区", (), "JQ"),
        ("伍家岗区", ("WJ",), "WG"),
        ("夷陵区", ("YL",), "YA"),
        ("A区", (), "AQ"),
    ],
)
def test_letters_come_from_the_name_and_are_nobody_else_s(name, taken, letters):
    assert letters_for(name, taken) == letters


def test_areas_are_imported_by_who_administers_them_and_people_by_the_platform_alone(town):
    for by in (UserFactory(), holder("street_head", area=town.district)):
        with pytest.raises(PermissionDenied):
            actions.import_areas([], by=by)
    for by in (UserFactory(), holder("system_admin", area=town.district)):
        with pytest.raises(PermissionDenied):
            actions.import_people([], by=by)
    assert actions.import_areas([], by=UserFactory(is_superuser=True)).added == []


def test_a_grid_that_becomes_special_wins_in_locate_from_then_on(town):
    grid = town.grids[0]
    row = ("grid", grid.code, grid.name, town.communities[0].code)

    actions.import_areas(area_rows(row, kind="special"), by=None)

    assert AreaShape.objects.get(area=grid).is_special is True


# ── outlines ──────────────────────────────────────────────────────────────────────────────────
def feature(geometry, **properties):
    return {**properties, "wkt": geometry.wkt}


@pytest.mark.parametrize(
    "properties",
    [
        {"code": "420506001"},
        {"gb": "156420506001"},
        {"adcode": "420506001"},
        {"name": "街道1"},
        {"name": "街道1", "level": "street"},
    ],
)
def test_an_outline_finds_its_area(town, properties):
    actions.import_outlines([(1, feature(square(111, 30, 0.04), **properties))], by=None)

    given = AreaShape.objects.get(area=town.streets[0])
    assert given.boundary.extent == (111, 30, 111.04, 30.04)
    assert (given.level, given.is_derived) == (3, False)


def test_an_outline_finds_its_area_by_a_property_of_one_s_choice(town):
    one = feature(square(111, 30), code="420506002", id="420506001")

    actions.import_outlines([(1, one)], by=None, key="id")

    assert AreaShape.objects.filter(area=town.streets[0]).exists()
    assert not AreaShape.objects.filter(area=town.streets[1]).exists()


@pytest.mark.parametrize("column", ["outlines", "areas"])
def test_an_outline_far_outside_what_lies_above_is_told(town, column):
    """In the dry run too: it is this very import, taken back."""
    actions.import_outlines([(1, feature(square(111, 30, 0.1), code="420506"))], by=None)
    near, far = square(111.105, 30), square(112, 31)
    if column == "outlines":
        rows = [(2, feature(near, code="420506001")), (3, feature(far, code="420506002"))]
        done = actions.import_outlines(rows, by=None)
    else:
        said = {"level": "street", "parent_code": "420506"}
        rows = [
            (2, {"code": "420506001", "name": "街道1", **said, "wkt": near.wkt}),
            (3, {"code": "420506002", "name": "街道2", **said, "wkt": far.wkt}),
        ]
        done = actions.import_areas(rows, by=None)

    ((line, words),) = [tuple(one) for one in done.warnings]
    assert line == 3
    assert words.startswith("The outline lies 1")
    assert words.endswith(" km outside 夷陵区.")
    # What is given in one file is held against each other as it will be.
    both = [(1, feature(square(112, 31, 0.1), code="420506")), (2, feature(far, code="420506002"))]
    assert actions.import_outlines(both, by=None).warnings == []


def test_outlines_are_replaced(town):
    done = actions.import_outlines([(1, feature(square(112, 30), code="420506"))], by=None)

    assert done.changed == ["420506 夷陵区"]
    assert AreaShape.objects.get(area=town.district).boundary.extent[0] == 112


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (feature(square(0, 0), name="nowhere"), "No area in force is meant by “nowhere”."),
        (feature(square(0, 0)), "No area in force is meant by “”."),
        (feature(square(0, 0), name="街道1", level="grid"), "No area in force"),
        ({"code": "420506", "wkt": ""}, "The outline is missing."),
        ({"code": "420506", "wkt": "POLYGON (("}, "cannot be read"),
        ({"code": "420506", "wkt": "POLYGON EMPTY"}, "The outline is empty."),
        ({"code": "420506", "wkt": "POINT (1 2)"}, "The outline is no surface."),
        (feature(square(0, 0), code="420506001"), "街道1 has two outlines."),
    ],
)
def test_a_wrong_outline_stops_the_file_and_is_named(town, one, reason):
    before = AreaShape.objects.count()
    good = feature(square(111, 30, 0.04), code="420506001")

    problems = wrong(actions.import_outlines, [(1, good), (2, one)])

    assert problems[0][0] == 2
    assert reason in problems[0][1]
    assert AreaShape.objects.count() == before


def test_a_name_that_two_areas_bear_finds_neither(town):
    AreaFactory(code="420506003", name="街道1", level=3, parent=town.district)

    problems = wrong(actions.import_outlines, [(1, feature(square(0, 0), name="街道1"))])

    assert problems == [(1, "More than one area is called “街道1”.")]


def test_an_outline_that_crosses_itself_is_repaired_with_a_warning(town):
    one = {"code": "420506001", "wkt": "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"}

    done = actions.import_outlines([(1, one)], by=None)

    outline = AreaShape.objects.get(area=town.streets[0]).boundary
    crossed, far = [tuple(warning) for warning in done.warnings]
    assert crossed == (1, "The outline crossed itself.")
    assert far[1].endswith("km outside 夷陵区.")
    assert outline.valid
    assert len(outline) == 2


def test_heights_are_dropped(town):
    one = {"code": "420506001", "wkt": "POLYGON Z ((0 0 9, 1 0 9, 1 1 9, 0 0 9))"}

    actions.import_outlines([(1, one)], by=None)

    assert AreaShape.objects.get(area=town.streets[0]).boundary.hasz is False


def test_outlines_of_parents_are_made_of_what_lies_beneath(town):
    assert actions.derive_outlines(by=None) == 4 + 2 + 1  # the district was given its own

    def extent(area):
        return tuple(round(edge, 6) for edge in AreaShape.objects.get(area=area).boundary.extent)

    assert extent(town.communities[0]) == (111, 30, 111.02, 30.01)
    assert extent(town.streets[1]) == (111.04, 30, 111.08, 30.01)
    assert extent(town.city) == (111, 30, 111.08, 30.01)
    assert not AreaShape.objects.get(area=town.district).is_derived


def test_derived_outlines_follow_and_given_ones_stay(town):
    given = shape(town.communities[1], square(111.02, 30, 0.02))
    actions.derive_outlines(by=None)
    AreaShape.objects.filter(area__in=town.grids[:4]).update(boundary=square(113, 30))

    actions.derive_outlines(by=None)

    given.refresh_from_db()
    assert given.boundary == MultiPolygon(square(111.02, 30, 0.02)[0], srid=4326)
    assert AreaShape.objects.get(area=town.communities[0]).boundary.extent[0] == 113
    assert actions.derive_outlines(by=None) == 0


def test_an_outline_given_later_takes_the_place_of_a_derived_one(town):
    actions.derive_outlines(by=None)

    actions.import_outlines([(1, feature(square(111, 30, 0.04), code="420506001"))], by=None)

    assert AreaShape.objects.get(area=town.streets[0]).is_derived is False


# ── departments ───────────────────────────────────────────────────────────────────────────────
def department_row(line, code, **cells):
    plain = {"code": code, "name": "住房和城乡建设局", "short_name": "住建", "kind": "bureau"}
    return line, {**plain, "area_code": "420506", **cells}


def test_departments_come_in_with_a_parent_that_stands_further_down(town):
    rows = [department_row(2, "team", parent_code="bureau"), department_row(3, "bureau")]

    done = actions.import_departments(rows, by=None)

    assert Department.objects.get(code="team").parent.code == "bureau"
    assert len(done.added) == 2


def test_departments_are_updated_by_code(town):
    actions.import_departments([department_row(2, "bureau")], by=None)
    pk = Department.objects.get(code="bureau").pk

    done = actions.import_departments(
        [department_row(2, "bureau", office_phone="0717-555-0199")], by=None
    )
    again = actions.import_departments(
        [department_row(2, "bureau", office_phone="0717-555-0199")], by=None
    )

    assert Department.objects.get(pk=pk).office_phone == "0717-555-0199"
    assert (done.changed, again.changed, again.unchanged) == (["bureau 住房和城乡建设局"], [], 1)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"code": ""}, "The code is missing."),
        ({"code": "住建"}, "A code is Latin letters"),
        ({"name": ""}, "The name is missing."),
        ({"kind": "club"}, "“club” is no kind"),
        ({"area_code": "420599"}, "The area “420599” is not known."),
        ({"parent_code": "nobody"}, "The parent “nobody” is not known."),
        ({"parent_code": "bureau"}, "The parent “bureau” is not known."),
        ({"office_phone": "ask at the desk"}, "is no phone number"),
        ({"kind": "office", "area_code": "420506001"}, "This area has an office already."),
    ],
)
def test_a_wrong_department_stops_the_file_and_is_named(town, cells, reason):
    before = Department.objects.count()
    rows = [department_row(2, "good"), (3, {**department_row(3, "bureau")[1], **cells})]

    problems = wrong(actions.import_departments, rows)

    assert problems[0][0] == 3
    assert reason in problems[0][1]
    assert Department.objects.count() == before


# ── people ────────────────────────────────────────────────────────────────────────────────────
def person_row(line, username="wangfang", **cells):
    plain = {"username": username, "name": "王芳", "role": "grid_worker"}
    return line, {**plain, "area_code": "420506001001001", **cells}


def test_people_come_in_with_their_posts_and_no_password(town):
    rows = [
        person_row(2, phone="07175550101", email="wang@example.test"),
        person_row(3, area_code="420506001001002", **{"from": "2026-02-01", "until": "2026-12-31"}),
        person_row(
            4,
            "li",
            name="李雷",
            role="department_clerk",
            area_code="",
            department_code=town.housing.code,
        ),
    ]

    done = actions.import_people(rows, by=None)

    wang = User.objects.get(username="wangfang")
    assert (wang.name, wang.phone, wang.email) == ("王芳", "07175550101", "wang@example.test")
    assert not wang.has_usable_password()
    assert [post.area for post in wang.posts.all()] == town.grids[:2]
    assert wang.posts.last().period == DateRange(date(2026, 2, 1), date(2027, 1, 1))
    assert User.objects.get(username="li").posts.get().department == town.housing
    assert (len(done.added), done.passwords) == (3, {})


def test_people_come_in_again_without_a_change(town):
    rows = [person_row(2), person_row(3, area_code="420506001001002")]
    actions.import_people(rows, by=None)

    done = actions.import_people(rows, by=None)

    assert (done.added, done.changed, done.unchanged) == ([], [], 2)
    assert Post.objects.count() == 2


def test_a_last_day_that_is_new_ends_the_post(town):
    actions.import_people([person_row(2, **{"from": "2026-02-01"})], by=None)
    row = person_row(2, **{"from": "2026-02-01", "until": "2026-12-31"})

    done = actions.import_people([row], by=None)
    again = actions.import_people([row], by=None)

    assert Post.objects.get().period.upper == date(2027, 1, 1)
    assert (len(done.changed), again.unchanged) == (1, 1)


def test_first_passwords_open_the_door(town):
    done = actions.import_people([person_row(2)], by=None, with_passwords=True)

    assert User.objects.get(username="wangfang").check_password(done.passwords["wangfang"])


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"username": ""}, "The user name is missing."),
        ({"username": "a b"}, "Enter a valid username"),
        ({"name": ""}, "The name is missing."),
        ({"role": "mayor"}, "“mayor” is no role"),
        ({"area_code": "420599"}, "The area “420599” is not known."),
        ({"area_code": ""}, "every other post an area"),
        ({"role": "department_clerk"}, "A department's post names a department"),
        (
            {"role": "department_clerk", "area_code": "", "department_code": "nobody"},
            "is not known",
        ),
        ({"from": "1 May"}, "“1 May” is no date; write 2026-09-24."),
        ({"from": "2026-05-02", "until": "2026-05-01"}, "last day lies before the first"),
        ({"until": "2020-05-01"}, "last day lies before the first"),
        ({"main": "perhaps"}, "neither yes nor no"),
        ({"phone": "0717-5550101"}, "Digits only"),
        ({"phone": "13900000001"}, "already exists"),
        ({"email": "wang"}, "valid email"),
        ({"name": "王方"}, "belongs to another name in line 2"),
        ({"username": "Taken"}, "belongs to Person"),
        ({"username": "other"}, "This grid has a main worker in that period."),
    ],
)
def test_a_wrong_person_stops_the_file_and_is_named(town, cells, reason):
    UserFactory(username="taken", name="Person", phone="13900000001")

    problems = wrong(actions.import_people, [person_row(2), (3, {**person_row(3)[1], **cells})])

    assert problems[0][0] == 3
    assert reason in problems[0][1]
    assert User.objects.count() == 1
    assert not Post.objects.exists()


def test_a_helper_beside_the_main_worker(town):
    actions.import_people([person_row(2), person_row(3, "li", name="李雷", main="no")], by=None)

    assert list(town.grids[0].posts.values_list("is_main", flat=True)) == [True, False]
