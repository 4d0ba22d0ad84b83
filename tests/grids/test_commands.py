"""load_areas, load_departments, load_people: files as people have them."""

import csv
import json
import stat
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from govgrid.accounts.models import User
from grids import queries
from grids.management.commands import load_areas, load_departments, load_people
from grids.models import Area, AreaShape, Department, FacilityClass, Post, ServicePoint
from tests.factories import maps
from tests.factories.grids import build_town
from tests.factories.maps import written

pytestmark = pytest.mark.django_db

# Real tables that stand beside the project on the machines of those who build it.
DATA = settings.BASE_DIR.parent / "shared" / "domain" / "data"
DIVISIONS, DISTRICTS = DATA / "yichang_420500_divisions.csv", DATA / "yichang_districts.geojson"
with_real_data = pytest.mark.skipif(not DIVISIONS.exists(), reason="the real tables are not here")

HEAD = "level,code,name,parent_code\n"
GOOD = (
    HEAD
    + "city,4205,宜昌市,42\n"
    + "district,420506,夷陵区,4205\n"
    + "street,420506001,小溪塔街道,420506\n"
)


def run(name, *args, **options):
    out, err = StringIO(), StringIO()
    call_command(name, *map(str, args), stdout=out, stderr=err, verbosity=0, **options)
    return out.getvalue()


def refusal(name, *args, **options):
    with pytest.raises(CommandError) as refused:
        run(name, *args, **options)
    assert refused.value.returncode == 1
    return str(refused.value)


@pytest.fixture
def table(tmp_path):
    def write(text, name="areas.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


# ── files ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_a_table_is_read_in_the_encodings_people_have(table, encoding):
    run("load_areas", table(GOOD, encoding=encoding))

    assert list(Area.objects.values_list("name", flat=True)) == ["宜昌市", "夷陵区", "小溪塔街道"]


def test_windows_line_ends_blank_lines_and_spaces_are_no_matter(table):
    text = GOOD.replace("\n", "\r\n").replace("小溪塔街道", " 小溪塔街道 ") + "\r\n,,,\r\n"

    run("load_areas", table(text))

    assert Area.objects.get(level=3).name == "小溪塔街道"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "The file is empty."),
        (b"1\n", "The first line must name the columns; missing: level, code, name, parent_code."),
        (HEAD.replace("parent_code", "parent"), "missing: parent_code"),
        (HEAD.strip() + ",households,colour\n", "Column “colour” is not known."),
        (HEAD.strip() + ",name\n", "is not known"),
        (HEAD.strip() + ",民族\n", "column 5, “民族”, is not accepted"),
        (HEAD.strip() + ",ID number\n", "column 5, “ID number”, is not accepted"),
        (HEAD + 'city,"4205,宜昌市,42\n', "Line 2 is no CSV"),
        (b"\xff\xfe\xff\xff\xff", "is neither UTF-8 nor GB18030"),
        (b"PK\x03\x04\x14\x00\x06\x00", "The zip is damaged or incomplete."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is no plain text: save it as CSV."),
        (GOOD.encode("utf-16"), "is no plain text: save it as CSV."),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(table, text, sentence):
    assert sentence in refusal("load_areas", table(text))
    assert not Area.objects.exists()


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path):
    assert "No such file" in refusal("load_areas", tmp_path / "nowhere.csv")
    assert "cannot be read" in refusal("load_areas", tmp_path)


# ── wrong rows ────────────────────────────────────────────────────────────────────────────────
def test_wrong_rows_are_listed_with_line_and_reason_and_nothing_is_written(table):
    path = table(
        GOOD + "street,42050,x,420506\n\n" + 'street,420506003,"a\nb",420506\nstreet,1,,4\n'
    )

    said = refusal("load_areas", path)

    assert "3 rows are wrong" in said
    assert "line 5: “42050” is no code of this level: it has 9 digits." in said
    assert "line 7: A text contains" in said
    assert "line 9: " in said
    assert not Area.objects.exists()
    with path.with_suffix(".errors.csv").open(encoding="utf-8-sig", newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    assert [row["line"] for row in rows] == ["5", "7", "9"]
    assert rows[0]["code"] == "42050"
    assert rows[1]["name"] == "a\nb"


def test_only_the_first_ten_wrong_rows_are_printed_and_all_are_listed(table, tmp_path):
    path = table(GOOD + "street,1,x,420506\n" * 25)
    errors = tmp_path / "elsewhere.csv"

    said = refusal("load_areas", path, errors=errors)

    assert said.count("line ") == 10
    assert said.endswith("…")
    assert len(errors.read_text("utf-8-sig").splitlines()) == 26
    assert not path.with_suffix(".errors.csv").exists()


def test_a_row_with_too_many_cells_is_wrong_and_a_short_one_misses_something(table):
    said = refusal("load_areas", table(GOOD + "street,420506002,x,420506,more\nstreet,420506003\n"))

    assert "line 5: The row has more cells than there are headings." in said
    assert "line 6: The name is missing." in said


# ── areas ─────────────────────────────────────────────────────────────────────────────────────
def test_a_dry_run_says_what_would_change_and_changes_nothing(table):
    path = table(GOOD)

    said = run("load_areas", path, dry_run=True)

    assert "Nothing was changed." in said
    assert "+ 420506001 小溪塔街道" in said
    assert "3 added, 0 changed, 0 as before, 0 warnings." in said
    assert not Area.objects.exists()


def test_a_second_run_updates_names_only(table):
    run("load_areas", table(GOOD))
    ids = dict(Area.objects.values_list("code", "pk"))

    said = run("load_areas", table(GOOD.replace("小溪塔街道", "小溪塔镇")))

    assert said.strip() == "0 added, 1 changed, 2 as before, 0 warnings."
    assert dict(Area.objects.values_list("code", "pk")) == ids
    assert Area.objects.get(code="420506001").name == "小溪塔镇"


def test_grids_come_in_with_outlines_and_their_parents_get_theirs(table):
    head = "level,code,name,parent_code,kind,households,wkt\n"
    text = (
        head
        + "\n".join(line + ",,," for line in GOOD.splitlines()[1:])
        + "\ncommunity,420506001003,营盘社区,420506001,,,\n"
        + "grid,420506001003001,营盘01,420506001003,basic,250,"
        + '"POLYGON((111 30, 111.01 30, 111.01 30.01, 111 30.01, 111 30))"\n'
        + "grid,420506001003002,营盘02,420506001003,hamlet,48,"
        + '"POLYGON((111.01 30, 111.02 30, 111.02 30.01, 111.01 30.01, 111.01 30))"\n'
    )

    run("load_areas", table(text), valid_from="2026-03-01")

    place = queries.locate(111.015, 30.005)
    assert (place.grid.name, place.district.name) == ("营盘02", "夷陵区")
    community = AreaShape.objects.get(area__level=4)
    assert community.is_derived
    assert community.boundary.extent == (111, 30, 111.02, 30.01)
    assert Area.objects.get(name="营盘02").household_count == 48
    assert str(Area.objects.get(name="营盘02").valid_from) == "2026-03-01"


def geojson(*features, **members):
    return json.dumps({"type": "FeatureCollection", "features": features, **members})


def outline(**properties):
    ring = [[111, 30], [111.1, 30], [111.1, 30.1], [111, 30]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_outlines_come_from_a_geojson(table):
    run("load_areas", table(GOOD))

    said = run("load_areas", table(geojson(outline(gb="156420506")), "map.geojson"))

    assert "1 added" in said
    assert AreaShape.objects.get(area__code="420506").is_derived is False
    assert AreaShape.objects.get(area__code="4205").is_derived is True


def test_a_dry_run_of_outlines_changes_nothing(table):
    run("load_areas", table(GOOD))

    run(
        "load_areas",
        table(geojson(outline(id="420506")), "map.json"),
        dry_run=True,
        outlines_key="id",
    )

    assert not AreaShape.objects.exists()


def test_a_wrong_outline_is_named_by_its_number(table):
    run("load_areas", table(GOOD))
    path = table(geojson(outline(code="420506"), outline(name="nowhere")), "map.geojson")

    said = refusal("load_areas", path)

    assert "line 2: No area in force is meant by “nowhere”." in said
    assert "nowhere" in path.with_suffix(".errors.csv").read_text("utf-8-sig")
    assert not AreaShape.objects.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "The file is no GeoJSON"),
        ("[]", "The file is no GeoJSON"),
        ('{"features": 3}', "The file is no GeoJSON"),
        ('{"features": [3]}', "The file is no GeoJSON"),
        ("[" * 100_000, "The file is no GeoJSON"),
        (geojson(outline(宗教="x")), "“宗教”, is not accepted"),
        (geojson(crs={"properties": {"name": "urn:ogc:def:crs:EPSG::2436"}}), "“Beijing 1954"),
        (geojson(crs="EPSG:2436"), "“Beijing 1954"),
        (geojson(crs="EPSG:none"), "“EPSG:none” cannot be turned into WGS-84"),
    ],
)
def test_a_map_that_is_none_is_refused_in_words(table, text, sentence):
    assert sentence in refusal("load_areas", table(text, "map.geojson"))


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::4490", "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_cgcs2000_is_wgs84_for_us(table, name):
    run("load_areas", table(GOOD))
    crs = {"type": "name", "properties": {"name": name}}

    run("load_areas", table(geojson(outline(code="420506"), crs=crs), "map.geojson"))

    assert AreaShape.objects.filter(area__code="420506").exists()


@with_real_data
@pytest.mark.slow
def test_the_real_divisions_and_outlines_of_a_city_come_in_at_one_go():
    assert "1777 added, 0 changed, 0 as before, 0 warnings." in run("load_areas", DIVISIONS)
    assert "0 added, 0 changed, 1777 as before" in run("load_areas", DIVISIONS)
    assert "13 added" in run("load_areas", DISTRICTS)

    levels = [Area.objects.filter(level=level).count() for level in range(1, 6)]
    assert levels == [1, 13, 113, 1650, 0]
    districts = Area.objects.filter(level=2)
    assert len({area.letters for area in districts}) == 13
    assert districts.get(code="420528").letters == "CY"  # 长阳 is read chang, not zhang
    assert (
        Area.objects.filter(kind="urban").count() + Area.objects.filter(kind="village").count()
        == 1650
    )
    assert AreaShape.objects.filter(level=2, is_derived=False).count() == 13
    assert AreaShape.objects.get(level=1).is_derived


@with_real_data
@pytest.mark.slow
def test_one_wrong_row_among_the_real_ones_stops_them_all(table):
    lines = DIVISIONS.read_text("utf-8-sig").splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("community"))
    lines[at] = lines[at].replace("community", "street", 1)

    said = refusal("load_areas", table("\n".join(lines), encoding="gb18030"))

    assert f"line {at + 1}: " in said
    assert "1 row is wrong" in said
    assert not Area.objects.exists()


POINTS_INSIDE = """
    SELECT a.code, ST_X(p.geom), ST_Y(p.geom)
    FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id,
         ST_Dump(ST_GeneratePoints(ST_Buffer(s.boundary, -0.001), 40, 7)) p
    WHERE s.level = 2
"""


@with_real_data
@pytest.mark.slow
def test_every_point_well_inside_a_real_outline_is_located_rightly(table):
    """Some 100 m from every border. One grid for each district stands for those it has not yet."""
    run("load_areas", DIVISIONS)
    run("load_areas", DISTRICTS)
    rows = [
        (f"{first.code}001", first.name, first.code, one.boundary.wkt)
        for one in AreaShape.objects.filter(level=2).select_related("area")
        for first in [Area.objects.filter(level=4).beneath(one.area).order_by("code").first()]
    ]
    head = "level,code,name,parent_code,wkt\n"
    run("load_areas", table(head + "".join(f'grid,{c},{n},{p},"{w}"\n' for c, n, p, w in rows)))
    with connection.cursor() as cursor:
        cursor.execute(POINTS_INSIDE)
        points = cursor.fetchall()

    found = {(code, queries.locate(lon, lat)) for code, lon, lat in points}

    assert len(points) >= 13 * 39
    assert {code for code, place in found if place.district.code != code or place.border} == set()


@with_real_data
@pytest.mark.slow
@pytest.mark.parametrize("slug", ["shapefile", "geopackage", "csv"])
def test_the_real_outlines_come_in_alike_in_every_format(table, slug):
    run("load_areas", DIVISIONS)
    run("load_areas", DISTRICTS)
    outlined = AreaShape.objects.filter(level=2).select_related("area")
    rows = [(one.area.code, one.area.name, one.boundary) for one in outlined]

    said = run("load_areas", table(written(slug, maps.table(*rows)), "outlines.bin"))

    assert "0 added, 0 changed, 13 as before" in said


# ── departments and people ────────────────────────────────────────────────────────────────────
DEPARTMENTS = (
    "code,name,short_name,kind,area_code,parent_code,office_phone\n"
    "hb,住房和城乡建设局,住建,bureau,420506,,0717-555-0199\n"
    "hb-1,住建一所,住建一所,bureau,420506,hb,\n"
)


@pytest.fixture
def town():
    return build_town()


def test_departments_come_in_and_come_in_again(table, town):
    path = table(DEPARTMENTS)

    assert "2 added" in run("load_departments", path)
    assert "0 added, 0 changed, 2 as before" in run("load_departments", path)
    assert Department.objects.get(code="hb-1").parent.office_phone == "0717-555-0199"


def test_a_dry_run_of_departments_changes_nothing(table, town):
    assert "+ hb 住房和城乡建设局" in run("load_departments", table(DEPARTMENTS), dry_run=True)
    assert not Department.objects.filter(code="hb").exists()


def test_a_wrong_department_is_named_by_its_line(table, town):
    said = refusal("load_departments", table(DEPARTMENTS + "x,x,x,club,420506,,\n"))

    assert "line 4: “club” is no kind" in said
    assert not Department.objects.filter(code="hb").exists()


PEOPLE = (
    "username,name,role,area_code,department_code,phone,from\n"
    "wangfang,王芳,grid_worker,420506001001001,,07175550101,2026-02-01\n"
    "wangfang,王芳,grid_worker,420506001001002,,07175550101,2026-02-01\n"
)


def test_people_come_in_and_come_in_again(table, town):
    path = table(PEOPLE)

    assert "2 added" in run("load_people", path)
    assert "0 added, 0 changed, 2 as before" in run("load_people", path)
    assert User.objects.get(username="wangfang").posts.count() == 2


def test_a_second_main_worker_is_named_by_its_line(table, town):
    text = PEOPLE + "li,李雷,grid_worker,420506001001001,,,2026-03-01\n"

    said = refusal("load_people", table(text))

    assert "line 4: This grid has a main worker in that period." in said
    assert not User.objects.exists()


def test_a_dry_run_of_people_changes_nothing_and_tells_no_password(table, town, tmp_path):
    run("load_people", table(PEOPLE), dry_run=True, passwords=tmp_path / "first.csv")

    assert not User.objects.exists()
    assert not (tmp_path / "first.csv").exists()


def test_first_passwords_are_written_to_a_file_only_its_owner_reads(table, town, tmp_path):
    path = tmp_path / "first.csv"

    run("load_people", table(PEOPLE), passwords=path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    _head, line = path.read_text().splitlines()
    username, password = line.split(",")
    assert User.objects.get(username=username).check_password(password)


def test_without_a_place_for_the_passwords_nobody_comes_in(table, town, tmp_path):
    there = tmp_path / "first.csv"
    there.write_text("older ones")

    assert "cannot be written" in refusal("load_people", table(PEOPLE), passwords=there)
    assert there.read_text() == "older ones"
    assert not User.objects.exists()
    assert not Post.objects.exists()


def test_the_columns_of_every_import_are_named_where_the_privacy_test_finds_them():
    for module in (load_areas, load_departments, load_people):
        command = module.Command
        assert set(command.required) <= set(command.columns)
        assert command.help


# ── places ────────────────────────────────────────────────────────────────────────────────────
POINTS = "code,name,kind,lon,lat,crs,hours\n"


def test_a_register_is_loaded_and_a_second_time_changes_nothing(table):
    town = build_town()
    lon, lat = town.middle(3)
    file = table(POINTS + f"s1,营盘服务站,station,{lon},{lat},,8:30–17:30\n")

    assert "1 added" in run("load_places", "service-points", file)
    assert "0 added, 0 changed, 1 as before" in run("load_places", "service-points", file)
    assert ServicePoint.objects.get().grid == town.grids[3]


def test_a_dry_run_of_a_register_writes_nothing(table):
    town = build_town()
    lon, lat = town.middle(3)
    file = table(POINTS + f"s1,营盘服务站,station,{lon},{lat},,\n")

    assert "+ s1 营盘服务站" in run("load_places", "service-points", file, "--dry-run")
    assert not ServicePoint.objects.exists()


def test_wrong_rows_of_a_register_go_to_an_error_sheet(table, tmp_path):
    build_town()
    file = table(POINTS + "s1,营盘服务站,station,100,10,,\ns2,营盘服务站,palace,1,1,,\n")

    said = refusal("load_places", "service-points", file)

    assert "2 rows are wrong" in said
    sheet = (tmp_path / "areas.errors.csv").read_text("utf-8-sig").splitlines()
    assert sheet[1].startswith("2,The point lies in no grid.,s1")
    assert sheet[2].startswith('3,"“palace” is no kind')
    assert not ServicePoint.objects.exists()


def test_a_register_with_a_column_about_persons_is_refused(table):
    file = table("code,name,kind,户主姓名\nc1,平湖苑,old,张三\n")

    said = refusal("load_places", "compounds", file)

    assert "column 4, “户主姓名”, is not accepted. People are counted here, never named." in said


def test_the_usual_classes_need_no_file(table):
    assert "added" in run("load_places", "facility-classes")

    majors = set(FacilityClass.objects.values_list("major", "major_name"))
    assert majors == {
        ("01", "公用设施"), ("02", "交通设施"), ("03", "市容环境设施"), ("04", "园林绿化设施"), ("05", "其他部件"),
    }  # fmt: skip
    assert "0 added, 0 changed" in run("load_places", "facility-classes")
    assert "Say which file" in refusal("load_places", "facilities")
