"""Files of strangers: each is read for what it is, or refused by name, and never half."""

import io
import json
import sqlite3
import struct
import zipfile

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from govgrid.core import coordinates
from govgrid.core.errors import Refused
from govgrid.core.sheets import RowError
from grids import shapes
from grids.rows import AREA_COLUMNS, AREA_REQUIRED
from grids.spatial import reading
from grids.spatial.reader import archive, spoilt
from grids.spatial.reading import Asked, Columns
from grids.vertices import MOST_VERTICES, vertices_in
from tests.factories.grids import square
from tests.factories.maps import (
    detailed,
    gauss_kruger,
    gbk,
    part,
    rezipped,
    streets,
    table,
    written,
)

OUTLINES = Columns(("code", "name", "wkt"), ("wkt",), is_open=True)
AREAS = Columns(AREA_COLUMNS, AREA_REQUIRED)
AS_IT_SAYS = Asked()
STREET = square(111, 30, 0.04)


@pytest.fixture
def bring(tmp_path):
    """The rows of a file with this content, or its refusal."""

    def read(content, asked=AS_IT_SAYS, columns=OUTLINES, name="given"):
        path = tmp_path / name
        path.write_bytes(content)
        with reading.opened(path, asked, name) as sheet:
            return [cells for _line, cells in sheet.rows(columns)]

    return read


@pytest.fixture
def refusal(bring):
    def refused_with(content, *args, **kwargs):
        with pytest.raises(Refused) as refused:
            bring(content, *args, **kwargs)
        assert str(refused.value)
        return refused.value.code

    return refused_with


def outline_of(cells):
    return shapes.outline(cells["wkt"])[0]


def near(one, other, degrees=1e-9):
    """No more than that many degrees of edge lie between them."""
    return one.sym_difference(other).area < degrees * one.length


def feature(geometry, **properties):
    shape = geometry if isinstance(geometry, dict | None) else json.loads(geometry.geojson)
    return {"type": "Feature", "properties": properties, "geometry": shape}


def geojson(*features, **members):
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


# ── what it is, it says by its content ────────────────────────────────────────────────────────
@pytest.mark.parametrize("slug", ["csv", "excel", "geojson", "shapefile", "geopackage"])
def test_every_format_gives_the_same_row_whatever_its_name(bring, slug):
    (cells,) = bring(streets(slug), name="areas.txt")

    assert (cells["code"], cells["name"]) == ("420506001", "街道1")
    assert near(outline_of(cells), STREET)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \n\n", "file_empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "file_is_no_text"),
        (b"%PDF-1.7 \x00\x01", "file_is_no_text"),
        ("level,代码".encode("utf-16"), "file_is_no_text"),
        (b"code,wkt\n\xff\xfe\xff\xff\xff,", "file_encoding"),
        (b'code,wkt\n4,"POLYGON', "line_is_no_csv"),
        (b"{", "geojson_broken"),
        (b"[" * 100_000, "geojson_broken"),
        (b'{"type": "Feature"}', "geojson_broken"),
        (b'{"features": [1]}', "geojson_broken"),
        (b"PK\x03\x04\x14\x00\x06\x00", "zip_broken"),
        (b"SQLite format 3\x00", "map_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook_unreadable"),
        (part(streets(), ".shp"), "shapefile_bare"),
    ],
)
@pytest.mark.parametrize("name", ["map.geojson", "map.csv", "map.zip", "map.gpkg"])
def test_a_file_that_is_nothing_of_that_is_refused_by_name(refusal, content, code, name):
    assert refusal(content, name=name) == code


@pytest.mark.parametrize("slug", ["excel", "geojson", "shapefile", "geopackage"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_was_cut_off_is_refused(refusal, slug, share):
    whole = streets(slug)

    assert refusal(whole[: int(len(whole) * share)]) in {
        "geojson_broken", "zip_broken", "workbook_unreadable", "file_truncated", "map_broken",
    }  # fmt: skip


@pytest.mark.parametrize("ending", [".shp", ".dbf"])
def test_a_shapefile_with_a_part_that_was_cut_off_is_refused(refusal, ending):
    whole = streets()
    cut = part(whole, ending)[:-40]

    assert refusal(rezipped(whole, drop=[ending], add={f"map{ending}": cut})) == "file_truncated"


def test_a_file_that_is_too_large_is_not_even_opened(refusal, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 100)

    assert refusal(streets()) == "file_too_large"


def test_headings_are_looked_at_before_any_row(tmp_path):
    path = tmp_path / "map"
    path.write_bytes(geojson(feature(STREET, 民族="x")))
    seen = []

    with pytest.raises(Refused), reading.opened(path, Asked(), check=seen.append) as sheet:
        list(sheet.rows(AREAS))

    assert seen == [["民族", "wkt", "lon", "lat"]]


# ── reference systems ─────────────────────────────────────────────────────────────────────────
def projected(outline=STREET, srid=4546, **parts):
    moved, prj = gauss_kruger(outline, srid)
    return rezipped(streets(outline=moved), drop=[".prj"], add={"map.prj": prj, **parts})


@pytest.mark.parametrize("srid", [4546, 4525, 32649, 3857])
def test_metres_of_a_known_system_become_degrees(bring, srid):
    (cells,) = bring(projected(srid=srid))

    # A tenth of a millimetre.
    assert near(outline_of(cells), STREET, 1e-9)


def test_the_prj_of_another_maker_is_understood(bring):
    prj = (
        b'PROJCS["CGCS2000_3_Degree_GK_CM_111E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
        b'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
        b'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        b'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
        b'PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",1.0],'
        b'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    moved, _prj = gauss_kruger(STREET)

    (cells,) = bring(rezipped(streets(outline=moved), drop=[".prj"], add={"map.prj": prj}))

    assert near(outline_of(cells), STREET)


@pytest.mark.parametrize("srid", [4610, 2343, 4214])
def test_an_old_datum_is_refused_since_nobody_knows_how_far_it_is_off(refusal, srid):
    _moved, prj = gauss_kruger(STREET, srid)

    assert refusal(rezipped(streets(), drop=[".prj"], add={"map.prj": prj})) == "crs_unknown"


def test_a_shapefile_without_prj_asks_what_it_is_in(bring, refusal):
    bare = rezipped(streets(), drop=[".prj"])

    assert refusal(bare) == "crs_missing"
    (cells,) = bring(bare, Asked(crs="cgcs2000"))
    assert near(outline_of(cells), STREET)


def test_a_prj_that_says_nothing_is_none(refusal):
    assert refusal(rezipped(streets(), drop=[".prj"], add={"map.prj": b"?"})) == "crs_missing"


def test_metres_without_prj_are_no_degrees(bring):
    (cells,) = bring(rezipped(projected(), drop=[".prj"]), Asked(crs="wgs84"))

    with pytest.raises(shapes.RowError, match="not in degrees"):
        outline_of(cells)


def test_a_geopackage_that_does_not_know_its_system_asks(refusal, tmp_path):
    assert refusal(altered(streets("geopackage"), tmp_path, *WITHOUT_SYSTEM)) == "crs_missing"


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2436"}}, "crs_unknown"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}}, "crs_unknown"),
        ("EPSG:none", "crs_unknown"),
        ({"type": "link"}, "crs_unknown"),
        (3, "crs_unknown"),
    ],
)
def test_a_geojson_in_a_system_that_is_not_known_is_refused(refusal, crs, code):
    assert refusal(geojson(feature(STREET), crs=crs)) == code


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::4490", "urn:ogc:def:crs:OGC:1.3:CRS84"])
def test_degrees_of_cgcs2000_are_those_of_wgs84(bring, name):
    (cells,) = bring(geojson(feature(STREET), crs={"properties": {"name": name}}))

    assert near(outline_of(cells), STREET)


@pytest.mark.parametrize("slug", ["csv", "excel", "geojson", "shapefile", "geopackage"])
@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_what_is_declared_as_shifted_is_shifted_back(bring, slug, crs):
    shifted = MultiPolygon(
        Polygon([coordinates.from_wgs84(*corner, crs) for corner in STREET.coords[0][0]]), srid=4326
    )

    (cells,) = bring(streets(slug, outline=shifted), Asked(crs=crs))

    assert near(outline_of(cells), STREET)


def test_points_are_pairs_and_shifted_too(bring):
    lon, lat = coordinates.from_wgs84(111.2, 30.7, "gcj02")
    point = {"type": "Point", "coordinates": [lon, lat]}

    (cells,) = bring(
        geojson(feature(point, code="1")), Asked(crs="gcj02"), Columns(("code", "lon", "lat"), ())
    )

    assert (float(cells["lon"]), float(cells["lat"])) == pytest.approx((111.2, 30.7), abs=1e-9)


# ── words ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("cpg", [None, b"GBK", b"936", b"CP936", b"UTF-8", b"ISO-8859-1"])
def test_a_table_in_gbk_is_read_with_its_cpg_without_one_and_with_a_false_one(bring, cpg):
    whole = streets()
    add = {"map.dbf": gbk(whole), **({"map.cpg": cpg} if cpg else {})}

    (cells,) = bring(rezipped(whole, drop=[".dbf", ".cpg"], add=add))

    assert cells["name"] == "街道1"


def test_utf8_without_a_cpg_is_not_taken_for_gbk(bring):
    (cells,) = bring(rezipped(streets(), drop=[".cpg"]))

    assert cells["name"] == "街道1"


def test_an_encoding_that_somebody_says_counts(bring):
    (cells,) = bring("code,name,wkt\n1,街道,\n".encode("big5"), Asked(encoding="big5"))

    assert cells["name"] == "街道"


def test_half_a_character_at_the_end_of_a_field_was_cut_there(bring):
    dbf = part(streets(), ".dbf")
    at = dbf.index("街道1".encode())
    cut = dbf[:at] + "街道1".encode()[:5] + b"  " + dbf[at + 7 :]

    (cells,) = bring(rezipped(streets(), drop=[".dbf"], add={"map.dbf": cut}))

    assert cells["name"] == "街"


def test_columns_that_a_shapefile_has_cut_are_known_again(bring):
    given = table(("4205", "420506", STREET), columns=("parent_code", "code"))

    (cells,) = bring(written("shapefile", given), columns=Columns(("parent_code", "code"), ()))

    assert cells == {"parent_code": "4205", "code": "420506"}


def test_columns_of_a_map_that_nobody_asked_for_are_passed_over_and_told(tmp_path):
    path = tmp_path / "map"
    path.write_bytes(geojson(feature(STREET, code="1", OBJECTID=7)))

    with reading.opened(path, Asked()) as sheet:
        (row,) = sheet.rows(Columns(("code", "wkt"), ("code",)))

    assert set(row[1]) == {"code", "wkt"}
    assert sheet.warnings == ["Columns that were passed over: OBJECTID."]


# ── archives ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "name", ["../map.shp", "/etc/map.shp", "a/../../map.dbf", "c:/map.shp", "..\\map.shp"]
)
def test_a_zip_with_a_way_out_of_its_folder_is_refused(refusal, name):
    assert refusal(rezipped(streets(), add={name: b"x"})) == "zip_path"


def test_folders_parted_as_on_windows_and_other_files_are_no_matter(bring):
    whole = streets()
    ends = (".shp", ".shx", ".dbf", ".prj", ".cpg")
    parts = {f"out\\map{end}": part(whole, end) for end in ends}
    more = {"notes.xlsx": streets("excel"), "__MACOSX/._map.shp": b"x"}

    (cells,) = bring(rezipped(whole, drop=ends, add=parts | more))

    assert cells["name"] == "街道1"


def test_a_zip_with_a_link_is_refused(refusal):
    link = zipfile.ZipInfo("map.prj")
    link.external_attr = 0o120777 << 16

    assert refusal(rezipped(streets(), drop=[".prj"], add={link: b"/etc/passwd"})) == "zip_path"


def bomb(size):
    file = io.BytesIO(streets())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as new, new.open("x.cpg", "w") as packed:
        for _n in range(size // 1_000_000):
            packed.write(bytes(1_000_000))
    return file.getvalue()


def test_a_zip_bomb_is_refused_by_the_size_it_names(refusal):
    content = bomb(archive.MOST_BYTES + 1_000_000)

    assert len(content) < 1_000_000
    assert refusal(content) == "zip_bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_refused_as_it_unpacks(refusal):
    file = io.BytesIO(rezipped(streets(), drop=[".cpg"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as new:
        new.writestr("map.cpg", bytes(2_000_000))
    lying = file.getvalue().replace(struct.pack("<I", 2_000_000), struct.pack("<I", 5))

    assert refusal(lying) in {"zip_broken", "zip_bomb"}


def test_an_archive_of_thousands_of_files_is_refused(refusal):
    many = {f"{n}.txt": b"" for n in range(archive.MOST_MEMBERS + 1)}

    assert refusal(rezipped(streets(), add=many)) == "zip_bomb"


@pytest.mark.parametrize(
    ("drop", "code"), [([".dbf"], "dbf_missing"), ([".shp"], "zip_without_shapefile")]
)
def test_a_shapefile_that_lacks_a_part_is_refused(refusal, drop, code):
    assert refusal(rezipped(streets(), drop=drop)) == code


def test_an_index_that_is_missing_is_made_again(bring):
    (cells,) = bring(rezipped(streets(), drop=[".shx"]))

    assert near(outline_of(cells), STREET)


def test_of_several_shapefiles_one_is_chosen(bring, refusal):
    second = streets(name="另一个")
    more = {f"b{end}": part(second, end) for end in (".shp", ".shx", ".dbf", ".prj", ".cpg")}
    both = rezipped(streets(), add=more)

    assert refusal(both) == "layer_needed"
    (cells,) = bring(both, Asked(layer="b"))
    assert cells["name"] == "另一个"


# ── GeoPackage ────────────────────────────────────────────────────────────────────────────────
def altered(content, tmp_path, *statements):
    path = tmp_path / "altered.gpkg"
    path.write_bytes(content)
    base = sqlite3.connect(path)
    with base:
        for statement in statements:
            base.execute(statement)
    base.close()
    return path.read_bytes()


WITHOUT_SYSTEM = (
    "UPDATE gpkg_contents SET srs_id = -1",
    "UPDATE gpkg_geometry_columns SET srs_id = -1",
)
SECOND_LAYER = (
    "CREATE TABLE another (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, name TEXT)",
    "INSERT INTO another SELECT * FROM map",
    (
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)"
        " SELECT 'another', data_type, 'another', last_change, srs_id FROM gpkg_contents"
    ),
    "INSERT INTO gpkg_geometry_columns SELECT 'another', 'geom', 'GEOMETRY', 4326, 0, 0",
)


def test_of_several_layers_one_is_chosen(bring, refusal, tmp_path):
    both = altered(streets("geopackage"), tmp_path, *SECOND_LAYER)

    with pytest.raises(Refused) as refused:
        bring(both)

    assert refused.value.missing == ("another", "map")
    (cells,) = bring(both, Asked(layer="another"))
    assert cells["code"] == "420506001"
    assert refusal(both, Asked(layer="neither")) == "layer_needed"


def test_a_database_without_a_map_is_refused(refusal, tmp_path):
    path = tmp_path / "base.gpkg"
    base = sqlite3.connect(path)
    with base:
        base.execute("CREATE TABLE a (b)")
    base.close()

    assert refusal(path.read_bytes()) in {"gpkg_without_map", "map_broken"}


# ── geometry ──────────────────────────────────────────────────────────────────────────────────
def ring(west, south, size):
    return square(west, south, size).coords[0][0]


HOLED = MultiPolygon(Polygon(ring(111, 30, 0.04), ring(111.01, 30.01, 0.01)), srid=4326)


@pytest.mark.parametrize("slug", ["csv", "excel", "geojson", "shapefile", "geopackage"])
def test_a_hole_stays_a_hole(bring, slug):
    (cells,) = bring(streets(slug, outline=HOLED))

    assert outline_of(cells).area == pytest.approx(HOLED.area)
    assert len(outline_of(cells)[0]) == 2


def test_heights_are_left_behind(bring):
    high = {"type": "Polygon", "coordinates": [[[0, 0, 9], [1, 0, 9], [1, 1, 9], [0, 0, 9]]]}

    (cells,) = bring(geojson(feature(high)))

    assert outline_of(cells).hasz is False


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "The outline is missing."),
        ({"type": "Polygon", "coordinates": []}, "The outline is empty."),
        ({"type": "Point", "coordinates": [111, 30]}, "The outline is no surface."),
        ({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "The outline is no surface."),
    ],
)
def test_what_is_no_surface_is_told_of_its_row(bring, geometry, reason):
    (cells,) = bring(geojson(feature(geometry, code="1")))

    with pytest.raises(shapes.RowError, match=reason):
        outline_of(cells)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon"},
        {"type": "Nonsense", "coordinates": [1]},
        {"type": "Polygon", "coordinates": "x"},
        [],
        3,
    ],
)
def test_a_geometry_that_cannot_be_read_is_named(refusal, geometry):
    content = json.dumps({"features": [{"properties": {}, "geometry": geometry}]}).encode()

    assert refusal(content) == "geometry_broken"


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["csv", "geojson", "shapefile", "geopackage"])
def test_an_outline_of_200_000_corners_is_taken_with_every_one_of_them(bring, slug):
    (cells,) = bring(streets(slug, outline=detailed(200_000)))

    assert outline_of(cells).num_coords == 200_001


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["csv", "geojson", "shapefile"])
def test_an_outline_of_more_is_refused_and_not_made_simpler(refusal, slug):
    assert refusal(streets(slug, outline=detailed(MOST_VERTICES + 4))) == "too_many_vertices"


def test_the_outlines_of_a_table_are_counted_together_before_one_is_made(refusal, monkeypatch):
    ring = ", ".join(["111 30"] * 200_001)
    row = f'1,"POLYGON (({ring}))"\n'.encode()
    assert refusal(b"code,wkt\n" + row * 21) == "file_too_detailed"


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ("POLYGON ((0 0, 1 0, 1 1, 0 0))", 4),
        ('{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}', 4),
        ("POINT (1 2)", 1),
        ("0101000000" + "00" * 16, 1),
        ("", 0),
    ],
)
def test_corners_are_counted_in_the_text(given, count):
    assert abs(vertices_in(given) - count) <= 1


def test_an_outline_that_is_sent_in_a_form_is_counted_before_it_is_made(monkeypatch):
    monkeypatch.setattr(shapes, "GEOSGeometry", None)
    with pytest.raises(RowError, match="corners"):
        shapes.outline("POLYGON ((" + ", ".join(["111 30"] * (MOST_VERTICES + 1)) + "))")


# ── limits ────────────────────────────────────────────────────────────────────────────────────
def test_a_workbook_that_names_its_last_cell_ends_the_reader_and_nothing_else(refusal):
    whole = streets("excel")
    sheet = part(whole, "sheet1.xml").replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )

    code = refusal(rezipped(whole, drop=["sheet1.xml"], add={"xl/worksheets/sheet1.xml": sheet}))

    assert code in {"reader_ended", "too_many_rows", "workbook_unreadable"}


def test_a_reader_that_takes_too_long_is_ended(refusal, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", 0.01)

    assert refusal(streets()) == "reader_ended"


def test_a_table_of_too_many_rows_is_refused(refusal):
    assert refusal(b"code,wkt\n" + b"1,\n" * (spoilt.MOST_ROWS + 1)) == "too_many_rows"
