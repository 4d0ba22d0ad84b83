"""The network as a table: all or nothing, found again by code, and nothing about persons."""

import csv
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.management.base import CommandError

from govgrid.core.errors import Refused
from members import actions
from members.models import Association, Liaison, NetworkEvent, NetworkPost, PostTerm, Station, Unit
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.members import AssociationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def rows(town):
    UserFactory(username="wang")
    street, community = town.streets[0].code, town.communities[0].code
    return [
        {"what": "post", "kind": "contact", "area": street, "unit": "u1", "holder": "wang",
         "since": "2026-01-01"},
        {"what": "unit", "kind": "Member unit", "code": "u1", "name": "区侨联", "area": street,
         "place": "二楼", "office_phone": "0717-5550001"},
        {"what": "association", "kind": "creeds", "code": "b1", "name": "某协会", "area": street,
         "place": "三楼"},
        {"what": "station", "kind": "home", "code": "s1", "name": "统战之家", "area": community,
         "place": "一楼", "lon": "111.005", "lat": "30.005", "since": "2026-01-01"},
        {"what": "liaison", "kind": "liaison", "station": "s1", "holder": "wang",
         "since": "2026-01-01", "until": "2028-12-31"},
    ]  # fmt: skip


def numbered(rows):
    return list(enumerate(rows, start=2))


def test_a_table_brings_all_and_again_nothing(rows):
    done = actions.import_network(numbered(rows), by=None)
    assert len(done.added) == 5
    assert Unit.objects.get().office_phone == "0717-5550001"
    assert Station.objects.get().location.x == 111.005
    assert NetworkPost.objects.get().unit.code == "u1"
    assert PostTerm.objects.get().holder.username == "wang"
    assert str(Liaison.objects.get().period.upper) == "2029-01-01"
    again = actions.import_network(numbered(rows), by=None)
    assert (again.added, again.changed, again.unchanged) == ([], [], 5)
    rows[1]["place"] = "五楼"
    assert actions.import_network(numbered(rows), by=None).changed == ["u1 区侨联"]
    assert Unit.objects.get().office == "五楼"
    assert NetworkEvent.objects.count() == 2


WRONG = {
    "what": ("what", "person"),
    "kind": ("kind", "club"),
    "no area": ("area", "9999"),
    "mobile": ("office_phone", "13812345678"),
    "code": ("code", "a b"),
    "reserved": ("code", "new"),
    "name": ("name", ""),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_wrong_row_and_nothing_is_brought(rows, case):
    name, value = WRONG[case]
    rows[1][name] = value
    with pytest.raises(Refused) as caught:
        actions.import_network(numbered(rows), by=None)
    assert caught.value.code == "bad_rows"
    assert 3 in {one.line for one in caught.value.problems}
    assert not Unit.objects.exists()
    assert not Station.objects.exists()


def test_whom_nobody_knows_and_what_stands_twice(rows):
    rows[0]["holder"] = rows[4]["holder"] = "nobody"
    rows.append(rows[2])
    rows.append({"what": "liaison", "kind": "head", "station": "s9", "holder": "wang",
                 "since": "2026-01-01"})  # fmt: skip
    with pytest.raises(Refused) as caught:
        actions.import_network(numbered(rows), by=None)
    assert [one.line for one in caught.value.problems] == [2, 6, 7, 8]


def test_r11_a_table_makes_no_unit_of_such_a_body(rows, town):
    AssociationFactory(area=town.district, sector="peoples", name="区侨联")
    with pytest.raises(Refused):
        actions.import_network(numbered(rows), by=None)


@pytest.mark.parametrize("heading", ["宗教信仰", "民族", "手机号", "身份证号"])
def test_r10_headings_about_persons_are_refused(rows, heading):
    rows[0][heading] = "x"
    with pytest.raises(Refused) as caught:
        actions.import_network(numbered(rows), by=None)
    assert caught.value.code != "bad_rows"


def test_only_who_runs_the_platform_brings_a_table(rows, town):
    with pytest.raises(PermissionDenied):
        actions.import_network(numbered(rows), by=holder("roster_admin", area=town.district))
    assert not Association.objects.exists()


def test_the_command_tries_brings_and_lists_what_is_wrong(rows, tmp_path):
    file = tmp_path / "network.csv"
    _write(file, rows)
    said = io.StringIO()
    call_command("load_network", file, dry_run=True, verbosity=0, stdout=said)
    assert "5 added" in said.getvalue()
    assert not Unit.objects.exists()
    call_command("load_network", file, verbosity=0, stdout=io.StringIO())
    assert Unit.objects.count() == Station.objects.count() == 1
    rows[1]["kind"] = "club"
    _write(file, rows)
    with pytest.raises(CommandError):
        call_command("load_network", file, verbosity=0, stdout=io.StringIO())
    assert "club" in (tmp_path / "network.errors.csv").read_text(encoding="utf-8-sig")


def _write(file, rows):
    names = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", encoding="utf-8", newline="") as sheet:
        writer = csv.DictWriter(sheet, names)
        writer.writeheader()
        writer.writerows(rows)
