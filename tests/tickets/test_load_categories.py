"""The category table, its rules for a district, and what stands in the way."""

import csv

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from tests.factories.accounts import UserFactory
from tests.factories.grids import DepartmentFactory, square
from tests.factories.tickets import CategoryFactory
from tickets import rulebook
from tickets.management.commands.load_categories import OWN_FILE
from tickets.models import Category, OfficeFunction, RoutingRule

pytestmark = pytest.mark.django_db

HEADING = (
    "code,level1_code,level1_zh,level1_en,zh,en,lead_department,co_departments,"
    "hazard_limit,resolve_limit,default_whistle,class_reference,source"
)
MANHOLE = (
    "0101,01,市政公用设施,Utilities,井盖缺失破损,Manhole cover,住建局,产权单位,UH2,WD5,应急,,O"
)
STREET = "1007,10,协商议事,Consultation,意见建议与表扬,Praise,街道办,,,WD5,日常,,O"


@pytest.fixture
def table(tmp_path):
    def write(*lines, heading=HEADING):
        file = tmp_path / "categories.csv"
        file.write_text("\n".join([heading, *lines]), encoding="utf-8-sig")
        return file

    return write


def load(file=OWN_FILE, **options):
    call_command("load_categories", file, verbosity=0, **options)


def the_leads():
    with OWN_FILE.open(encoding="utf-8-sig", newline="") as text:
        return {row["lead_department"] for row in csv.DictReader(text)}


def test_the_own_table_brings_85_categories_with_pictures_and_traditional_names():
    load()

    one = Category.objects.get(code="0101")
    assert Category.objects.count() == 85
    assert (one.name_zh_hant, one.icon, one.picture_rank) == ("井蓋缺失破損", "manhole", 1)
    assert (one.hazard_limit, one.default_whistle) == ("UH2", "emergency")
    ranks = Category.objects.filter(picture_rank__gt=0).values_list("picture_rank", flat=True)
    assert sorted(ranks) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_second_run_updates_and_deletes_nothing(table):
    load()
    CategoryFactory(code="7777", name_zh="我区自有")

    load(table(MANHOLE.replace("WD5", "WD3")))

    assert Category.objects.count() == 86
    changed = Category.objects.get(code="0101")
    assert (changed.resolve_limit, changed.icon) == ("WD3", "manhole")


def test_a_dry_run_changes_nothing(table, capsys):
    call_command("load_categories", table(MANHOLE), dry_run=True)

    assert "0101" in capsys.readouterr().out
    assert not Category.objects.exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (MANHOLE.replace("WD5", "5 days"), "WD5"),
        (MANHOLE.replace("应急", "很急"), "default_whistle"),
        (MANHOLE.replace("井盖缺失破损", ""), "name_zh"),
        (MANHOLE.replace("井盖缺失破损", "井" * 61), "name_zh"),
        (MANHOLE + ",one,more", "more cells"),
        ("0101,01", "lead"),
        (STREET, "line 2 already"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_written(table, tmp_path, line, reason):
    sheet = tmp_path / "wrong.csv"

    with pytest.raises(CommandError, match="3"):
        load(table(STREET, line), errors=sheet)

    assert not Category.objects.exists()
    rows = list(csv.DictReader(sheet.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["line"] for row in rows} == {"3"}
    assert reason in " ".join(row["reason"] for row in rows)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"code,zh\n0101,x", "level1_code"),
        (HEADING.encode() + b",\xe5\xae\x97\xe6\x95\x99\xe4\xbf\xa1\xe4\xbb\xb0\n", "宗教信仰"),
        ("代码".encode("gbk"), "level1_code"),
        (HEADING.encode(), "no rows"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path, content, reason):
    file = tmp_path / "odd.csv"
    file.write_bytes(content)

    with pytest.raises(CommandError, match=reason):
        load(file)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.csv"):
        load(tmp_path / "nowhere.csv")


# ── rules ─────────────────────────────────────────────────────────────────────────────────────


def test_a_district_gets_a_rule_for_each_category(town, table):
    load(table(MANHOLE, STREET), area=town.district.code)

    manhole, street = RoutingRule.objects.in_force().order_by("category__code")
    assert (manhole.department, manhole.function) == (town.housing, "")
    assert (street.department, street.function) == (None, OfficeFunction.STREET_OFFICE)
    assert {manhole.area, street.area} == {town.district}


def test_the_same_table_again_leaves_the_rules_and_another_succeeds_them(town, table):
    load(table(MANHOLE, STREET), area=town.district.code)
    before = set(RoutingRule.objects.values_list("pk", flat=True))

    load(table(MANHOLE, STREET), area=town.district.code)
    assert set(RoutingRule.objects.values_list("pk", flat=True)) == before

    load(table(MANHOLE.replace("住建局", "城管局"), STREET), area=town.district.code)
    old, new = RoutingRule.objects.filter(category__code="0101").order_by("pk")
    assert old.valid_to == new.valid_from
    assert (old.department, new.department) == (town.housing, town.urban)


def test_every_department_that_is_missing_is_named(town, table):
    lines = [MANHOLE.replace("住建局", "没有的局"), STREET.replace("街道办", "另一个局")]

    with pytest.raises(CommandError) as refused:
        load(table(*lines), area=town.district.code)

    assert "没有的局" in str(refused.value)
    assert "另一个局" in str(refused.value)
    assert not Category.objects.exists()


def test_a_department_of_another_district_does_not_count(town, table):
    DepartmentFactory(name="邻区局", area=town.city)

    with pytest.raises(CommandError, match="邻区局"):
        load(table(MANHOLE.replace("住建局", "邻区局")), area=town.district.code)


def test_an_unknown_area_is_refused(table):
    with pytest.raises(CommandError, match="no area 999999"):
        load(table(MANHOLE), area="999999")


def test_the_whole_table_fits_a_district_that_has_its_departments(town):
    for name in the_leads():
        DepartmentFactory(name=name, area=town.district)

    load(area=town.district.code)

    assert town.district.rules.in_force().count() == 85


# ── the rulebook ──────────────────────────────────────────────────────────────────────────────


def test_a_drawn_rule_stands_beside_that_of_the_whole_area(town):
    category = CategoryFactory()
    where = {"by": None, "category": category, "area": town.district}
    whole = rulebook.set_rule(department=town.housing, **where)
    here, there = square(111.001, 30.001, 0.003), square(111.011, 30.001, 0.003)
    drawn = rulebook.set_rule(department=town.urban, shape=here, **where)
    other = rulebook.set_rule(department=town.urban, shape=there, **where)

    assert rulebook.set_rule(department=town.urban, shape=here, **where) == drawn
    changed = rulebook.set_rule(department=town.housing, shape=here, **where)

    in_force = set(RoutingRule.objects.in_force())
    assert in_force == {whole, other, changed}


def test_a_rule_ends_once(town):
    rule = rulebook.set_rule(
        by=None, category=CategoryFactory(), area=town.district, department=town.housing
    )

    ended = rulebook.end_rule(rule, by=None)

    assert ended.valid_to is not None
    assert rulebook.end_rule(rule, by=None).valid_to == ended.valid_to


def test_only_who_runs_the_platform_sets_rules(town):
    with pytest.raises(PermissionDenied):
        rulebook.set_rule(
            by=UserFactory(), category=None, area=town.district, department=town.housing
        )
    admin = UserFactory(is_superuser=True)
    rule = rulebook.set_rule(by=admin, category=None, area=town.district, function="street_office")
    assert rule.created_by == admin
