"""The pages on which files come in and go out."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from govgrid.core import clock
from grids import actions
from grids.actions.kinds import KINDS, Told
from grids.models import Area, AreaShape, Upload
from grids.spatial import reading
from grids.spatial.reading import Asked
from grids.tasks import work_off_uploads
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder, square
from tests.factories.maps import moved_town_map

pytestmark = pytest.mark.django_db

NEW = "level,code,name,parent_code\nstreet,420506003,新镇,420506\n"
FORMATS = ["csv", "excel", "geojson", "shapefile", "geopackage"]


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def admin(town, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    person = holder("system_admin", area=town.district, language="en")
    client.force_login(person)
    return person


def send(client, content, name="areas.csv", **said):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    plain = {"kind": "areas", "file": file, "code_system": "statistics"}
    return client.post(reverse("grids:bring"), plain | said)


def read(client, content, **said):
    answer = send(client, content, **said)
    work_off_uploads()
    return answer["Location"]


# ── in ────────────────────────────────────────────────────────────────────────────────────────
def test_a_file_is_sent_looked_at_and_imported(client, admin):
    page = send(client, NEW)["Location"]
    assert b"hx-get" in client.get(page).content
    work_off_uploads()

    shown = client.get(page).content.decode()
    assert "Nothing was changed yet." in shown
    assert "420506003 新镇" in shown
    assert client.post(f"{page}confirm/")["Location"] == page
    work_off_uploads()
    assert "Imported" in client.get(page).content.decode()
    assert Area.objects.filter(code="420506003").exists()


def test_a_map_is_shown_with_its_outlines(client, admin, town):
    page = read(client, moved_town_map(town, "gcj02"), name="map.geojson")

    shown = client.get(page).content.decode()

    assert "data-gg-shape=" in shown
    assert "m beside the known ones" in shown
    client.post(f"{page}again/", {"crs": "gcj02"})
    work_off_uploads()
    assert "m beside the known ones" not in client.get(page).content.decode()


def test_wrong_rows_are_on_the_page_and_in_a_sheet_without_formulas(client, admin):
    page = read(client, NEW + "street,=1+1,y,420506\n")

    shown = client.get(page).content.decode()
    assert "is no code of this level" in shown
    assert "The other row is fine." in shown
    sheet = client.get(f"{page}errors.csv")
    assert sheet["Content-Disposition"].startswith("attachment")
    text = b"".join(sheet.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0] == "line,reason,level,code,name,parent_code"
    assert ",'=1+1," in text


def test_there_is_no_error_sheet_of_a_file_without_errors(client, admin):
    assert client.get(f"{read(client, NEW)}errors.csv").status_code == 404


def test_a_form_that_lacks_the_file_comes_back(client, admin):
    answer = client.post(reverse("grids:bring"), {"kind": "areas", "code_system": "statistics"})

    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 50, b"{", b"PK\x03\x04", b"SQLite format 3\x00", b"[" * 10_000]
)
def test_whatever_is_sent_there_is_a_page_and_no_fault(client, admin, content):
    answer = send(client, content)
    work_off_uploads()

    page = answer["Location"] if answer.status_code == 302 else reverse("grids:bring")
    assert client.get(page).status_code == 200


def test_an_area_that_is_not_in_the_file_is_ended_by_a_tick(client, admin, town):
    page = read(client, NEW)
    other = town.streets[1]
    assert f'value="{other.code}"' in client.get(page).content.decode()
    tomorrow = clock.today().replace(year=clock.today().year + 1)

    ahead = client.post(f"{page}confirm/", {"end": other.code, "ended_on": tomorrow})

    assert ahead.status_code == 409
    assert Upload.objects.get().state == "ready"


def test_a_nul_in_an_address_or_a_form_is_no_fault(client, admin):
    client.force_login(admin)

    answer = client.get("/grids/export/csv/?within=%00")
    answer.close()

    assert answer.status_code == 200


def test_who_may_not_bring_gets_no_page(client, town):
    client.force_login(holder("street_head", area=town.district))

    assert client.get(reverse("grids:bring")).status_code == 403
    assert send(client, NEW).status_code == 403


def test_a_file_of_somebody_else_is_not_there(client, admin, town):
    page = read(client, NEW)
    client.force_login(holder("system_admin", area=town.district))

    assert client.get(page).status_code == 404
    for act in ("confirm", "again", "discard"):
        assert client.post(f"{page}{act}/").status_code == 404
    assert client.get(f"{page}errors.csv").status_code == 404


def test_what_was_put_away_says_so(client, admin):
    page = read(client, NEW)

    client.post(f"{page}discard/")

    assert "put away" in client.get(page).content.decode()
    assert client.post(f"{page}confirm/").status_code == 409


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_files_costs_the_same_for_many(
    client, admin, count, django_assert_max_num_queries
):
    for _n in range(count):
        send(client, NEW)

    with django_assert_max_num_queries(9):
        client.get(reverse("grids:bring"))


# ── out ───────────────────────────────────────────────────────────────────────────────────────
def exported(client, slug, **asked):
    answer = client.get(reverse("grids:export", args=[slug]), asked)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def rows_of(content, tmp_path):
    path = tmp_path / "exported"
    path.write_bytes(content)
    with reading.opened(path, Asked()) as sheet:
        way = KINDS["areas"].way_of(sheet.head.headings)
        return way, list(sheet.rows(way.columns))


@pytest.mark.parametrize("slug", FORMATS)
def test_what_goes_out_comes_in_again_and_changes_nothing(client, admin, town, tmp_path, slug):
    actions.derive_outlines(by=None)
    changed = {
        "level": "street",
        "code": town.streets[0].code,
        "name": "龙泉镇",
        "parent_code": "420506",
    }
    actions.import_areas([(2, changed | {"civil_code": "420506100"})], by=None)
    Area.objects.filter(pk=town.grids[0].pk).update(household_count=312, kind="basic")
    Area.objects.filter(pk=town.grids[1].pk).update(household_count=3)

    way, rows = rows_of(exported(client, slug), tmp_path)
    done = way.load(rows, None, Told())

    assert len(rows) == Area.objects.count() == 16
    assert (done.added, done.changed, done.warnings) == ([], [], [])
    assert (done.unchanged, done.outlines) == (16, 0)


@pytest.mark.parametrize("slug", FORMATS)
def test_into_an_empty_system_it_brings_the_same_tree(client, admin, town, tmp_path, slug):
    way, rows = rows_of(exported(client, slug), tmp_path)
    before = dict(Area.objects.values_list("code", "name"))
    outline = AreaShape.objects.get(area=town.grids[3]).boundary
    copies = {area.code: area for area in Area.objects.all()}
    for area in copies.values():
        Area.objects.filter(pk=area.pk).update(code_system="before", valid_to=clock.today())

    way.load(rows, None, Told())

    after = Area.objects.filter(valid_to=None)
    assert dict(after.values_list("code", "name")) == before
    again = AreaShape.objects.get(area__code=town.grids[3].code, area__valid_to=None)
    assert again.boundary.equals(outline)


def test_a_small_count_does_not_leave_exactly(client, admin, town):
    Area.objects.filter(pk=town.grids[1].pk).update(household_count=3)

    text = exported(client, "csv").decode("utf-8-sig")

    line = next(one for one in text.splitlines() if town.grids[1].code in one)
    assert ",<5," in line


def test_a_name_that_looks_like_a_formula_is_no_formula(client, admin, town, tmp_path):
    Area.objects.filter(pk=town.grids[0].pk).update(name="=HYPERLINK(1)")

    content = exported(client, "csv")

    assert ",'=HYPERLINK(1)," in content.decode("utf-8-sig")
    _way, rows = rows_of(content, tmp_path)
    assert "=HYPERLINK(1)" in {cells["name"] for _line, cells in rows}


def test_it_is_what_the_list_shows(client, admin, town, tmp_path):
    def codes(**asked):
        _way, rows = rows_of(exported(client, "csv", **asked), tmp_path)
        return [cells["code"] for _line, cells in rows]

    street = town.streets[1]
    assert codes(within=street.code)[0] == street.code
    assert len(codes(within=street.code)) == 7
    assert codes(q="-02") == [one.code for one in town.grids[1::2]]
    assert len(codes()) == 16
    assert client.get(reverse("grids:export", args=["csv"]), {"within": "4"}).status_code == 404
    assert client.get(reverse("grids:export", args=["pdf"])).status_code == 404


def test_the_tree_of_a_day_goes_out_as_it_was(client, admin, town, clock_at):
    clock_at("2026-09-24 09:00")
    new = {"level": "street", "code": "420506009", "name": "龙泉镇", "parent_code": "420506"}
    actions.import_areas([(2, new | {"former_code": "420506001"})], by=None, on=date(2026, 9, 10))

    then = exported(client, "csv", on="2026-09-09").decode()
    now = exported(client, "csv", on="nonsense").decode()

    assert "street,420506001,街道1,420506," in then
    assert "community,420506001001,社区11,420506001," in then
    assert "street,420506009,龙泉镇,420506," in now


def test_whoever_is_signed_in_may_have_the_areas_as_a_file(client, town):
    assert client.get(reverse("grids:export", args=["csv"])).status_code == 302

    client.force_login(UserFactory())

    assert exported(client, "csv")


def test_an_export_costs_the_same_for_many(client, admin, town, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        exported(client, "geojson")


def test_an_outline_too_long_for_a_cell_is_left_out_of_a_workbook_alone(
    client, admin, town, tmp_path
):
    ring = [(111 + n / 10_000, 30.5 + (n % 2) / 7_000_001) for n in range(2000)]
    outline = square(111, 30)[0].__class__([*ring, (111.05, 30), ring[0]])
    AreaShape.objects.filter(area=town.district).update(
        boundary=square(111, 30).__class__(outline, srid=4326)
    )

    _way, rows = rows_of(exported(client, "excel", within="420506"), tmp_path)

    assert rows[0][1]["wkt"] == ""
    assert rows[-1][1]["wkt"].startswith("MULTIPOLYGON")
