"""Files that people bring: read by a worker, looked at, and imported once or not at all."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db.models import Max

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import queries, retention
from grids.actions import kinds, uploads
from grids.models import Area, AreaShape, Department, Upload, UploadRow
from grids.spatial.reading import Asked
from grids.tasks import work_off_uploads
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder, shape, square
from tests.factories.maps import moved, moved_town_map, part, rezipped, streets, table, written

pytestmark = pytest.mark.django_db

HEAD = "level,code,name,parent_code\n"
NEW = HEAD + "street,420506003,新镇,420506\n"


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def admin(town):
    return holder("system_admin", area=town.district, language="en")


@pytest.fixture
def bring(admin, settings, tmp_path, django_capture_on_commit_callbacks):
    """A file that was received and, where a worker had time for it, read."""
    settings.MEDIA_ROOT = tmp_path

    def receive(content, *, by=admin, kind="areas", is_read=True, **told):
        data = content.encode() if isinstance(content, str) else content
        upload = uploads.receive(ContentFile(data, "given.bin"), by=by, kind=kind, **told)
        if is_read:
            work_off_uploads()
            upload.refresh_from_db()
        return upload

    return receive


def confirmed(upload, **said):
    uploads.confirm(upload, by=upload.created_by, **said)
    work_off_uploads()
    upload.refresh_from_db()
    return upload


# ── look first ────────────────────────────────────────────────────────────────────────────────
def test_a_file_wakes_a_worker_and_changes_nothing_by_itself(
    bring, woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        upload = bring(NEW)

    assert woken == [(uploads.TASK, ())]
    assert upload.state == "ready"
    assert upload.summary["added_lines"] == ["420506003 新镇"]
    assert not Area.objects.filter(code="420506003").exists()


def test_on_a_yes_it_is_imported_whole_and_the_file_goes(bring, django_capture_on_commit_callbacks):
    upload = bring(NEW)
    path = upload.file.path

    with django_capture_on_commit_callbacks(execute=True):
        confirmed(upload)

    assert upload.state == "done"
    assert Area.objects.get(code="420506003").name == "新镇"
    assert not UploadRow.objects.exists()
    assert not Upload.objects.get().file
    assert not Path(path).exists()


def test_an_import_happens_once_however_often_the_worker_comes(bring):
    upload = confirmed(bring(NEW))
    newest = Area.objects.aggregate(last=Max("pk"))["last"]

    with pytest.raises(Refused, match="Imported"):
        uploads.confirm(upload, by=upload.created_by)
    # As a worker that took the row before another had finished it.
    uploads._import(upload)

    assert Area.objects.aggregate(last=Max("pk"))["last"] == newest


def test_wrong_rows_are_kept_with_their_reasons_and_nothing_is_written(bring):
    upload = bring(NEW + "street,4,x,420506\nstreet,420506003,y,420506\n")

    assert upload.state == "refused"
    assert upload.refusal == "Nothing was imported: 2 rows are wrong."
    assert upload.problems == [
        [3, "“4” is no code of this level: it has 9 digits."],
        [4, "420506003 stands in line 2 already."],
    ]
    assert not Area.objects.filter(code="420506003").exists()


def test_what_became_wrong_in_between_stops_the_import_whole(bring, town):
    upload = bring(NEW + f"community,420506001009,新社区,{town.streets[0].code}\n")
    Area.objects.filter(pk=town.streets[0].pk).update(valid_to=clock.today())

    confirmed(upload)

    assert upload.state == "refused"
    assert "is not known" in upload.problems[0][1]
    assert not Area.objects.filter(code="420506003").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("level,code,name\n", "missing: parent_code"),
        ("level,code,name,parent_code,宗教信仰\n", "column 5, “宗教信仰”, is not accepted."),
        (b"\x89PNG\x00", "given.bin is no plain text"),
        (b"PK\x03\x04", "The zip is damaged or incomplete."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(bring, content, sentence):
    upload = bring(content)

    assert upload.state == "refused"
    assert sentence in upload.refusal
    assert not upload.rows.exists()


def test_departments_come_in_the_same_way(bring, town):
    upload = confirmed(
        bring(
            "code,name,short_name,kind,area_code\nhb,住建局,住建,bureau,420506\n",
            kind="departments",
        )
    )

    assert upload.state == "done"
    assert Department.objects.get(code="hb").area == town.district


# ── a worker that falls ───────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("service-points", "code,name,kind,lon,lat\nP1,营盘党群服务中心,hub,111.005,30.005\n"),
        (
            "counts",
            "area,measure,number,as_of,source\n{grid},households,312,2026-09-01,街道统计\n",
        ),
    ],
)
def test_what_stands_in_an_area_comes_in_the_same_way(bring, town, kind, content):
    upload = confirmed(bring(content.format(grid=town.grids[0].code), kind=kind))

    assert (upload.state, upload.refusal) == ("done", "")


def test_a_register_refuses_what_names_residents(bring, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        upload = bring("code,name,kind,户主姓名\nC1,营盘小区,old,王某\n", kind="compounds")
    upload.refresh_from_db()

    assert upload.state == "refused"
    assert "户主姓名" in upload.refusal
    assert not upload.file, "what may not be brought is not kept either"
    with pytest.raises(Refused, match="not kept"):
        uploads.read_again(upload, by=upload.created_by, asked=Asked())


def test_what_a_dead_worker_left_is_taken_up_when_its_lease_is_over(bring):
    upload = bring(NEW, is_read=False)
    Upload.objects.update(claimed_until=clock.now() + timedelta(minutes=1), attempts=1)
    assert not uploads.work()

    Upload.objects.update(claimed_until=clock.now() - timedelta(seconds=1))

    assert uploads.work()
    upload.refresh_from_db()
    assert (upload.state, upload.row_count) == ("ready", 1)


def test_a_file_that_kills_its_worker_is_not_tried_for_ever(bring):
    upload = bring(NEW, is_read=False)
    Upload.objects.update(attempts=uploads.MOST_ATTEMPTS)

    work_off_uploads()

    upload.refresh_from_db()
    assert (upload.state, upload.refusal) == (
        "refused", "Reading the file ended its reader each time.",
    )  # fmt: skip


def test_a_file_that_takes_too_long_is_given_up_with_a_sentence(bring, monkeypatch, caplog):
    def takes_long(upload):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(uploads, "_read", takes_long)
    upload = bring(NEW)

    assert (upload.state, upload.claimed_until) == ("refused", None)
    assert "divide it" in upload.refusal
    assert f"file {upload.pk} is given up at attempt 1" in caplog.text


def test_one_file_at_a_time_and_the_next_has_its_turn(
    bring, woken, django_capture_on_commit_callbacks
):
    first, second = bring(NEW, is_read=False), bring(NEW, is_read=False)
    with django_capture_on_commit_callbacks(execute=True):
        work_off_uploads()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("ready", "reading")
    assert woken[-1] == (uploads.TASK, ())
    with django_capture_on_commit_callbacks() as callbacks:
        work_off_uploads()
    assert callbacks == [], "nothing waits any more"


def test_a_file_that_takes_too_long_is_refused_in_words(bring, monkeypatch):
    def slow(_upload):
        raise SoftTimeLimitExceeded

    upload = bring(NEW, is_read=False)
    monkeypatch.setattr(uploads, "_keep_rows", slow)

    work_off_uploads()

    upload.refresh_from_db()
    assert (upload.state, upload.claimed_until) == ("refused", None)
    assert upload.refusal == "The file takes longer than a file may: divide it."
    assert work_off_uploads.time_limit > work_off_uploads.soft_time_limit


def test_rows_that_were_read_before_are_not_counted_twice(bring):
    upload = bring(NEW)
    Upload.objects.update(state="reading")

    work_off_uploads()

    assert upload.rows.count() == 1


# ── said otherwise ────────────────────────────────────────────────────────────────────────────
def test_a_shapefile_without_prj_is_read_once_somebody_says_what_it_is_in(bring):
    upload = bring(rezipped(streets(), drop=[".prj"]))
    assert "does not say which coordinates" in upload.refusal

    uploads.read_again(upload, by=upload.created_by, asked=Asked(crs="cgcs2000"))
    work_off_uploads()

    upload.refresh_from_db()
    assert (upload.state, upload.summary["outlines"]) == ("ready", 1)


def test_of_several_maps_the_page_offers_a_choice(bring):
    more = {f"b{end}": part(streets(), end) for end in (".shp", ".shx", ".dbf", ".prj", ".cpg")}
    upload = bring(rezipped(streets(), add=more))
    assert upload.layers == ["b", "map"]

    uploads.read_again(upload, by=upload.created_by, asked=Asked(layer="b"))
    work_off_uploads()

    upload.refresh_from_db()
    assert upload.state == "ready"


# ── shifted maps ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("real", ["gcj02", "bd09"])
def test_shifted_outlines_declared_as_gps_are_offered_the_shift(bring, town, real):
    upload = bring(moved_town_map(town, real))

    assert upload.offered_crs == real
    assert upload.metres_off > 300
    uploads.read_again(upload, by=upload.created_by, asked=Asked(crs=real))
    work_off_uploads()
    upload.refresh_from_db()
    assert (upload.offered_crs, upload.summary["outlines"]) == ("", 0) or upload.offered_crs == ""


def test_gps_outlines_declared_as_shifted_are_offered_the_way_back(bring, town):
    upload = bring(moved_town_map(town), asked=Asked(crs="gcj02"))

    assert upload.offered_crs == "wgs84"


def test_outlines_where_they_should_be_are_offered_nothing(bring, town):
    assert bring(moved_town_map(town)).offered_crs == ""


def test_new_grids_are_compared_with_the_community_they_lie_in(bring, town):
    AreaShape.objects.filter(area__level=5).delete()
    community = town.communities[0]
    shape(community, square(111, 30, 0.02))
    row = ("grid", f"{community.code}009", "新格", community.code)
    columns = ("level", "code", "name", "parent_code")
    content = written(
        "geopackage", table((*row, moved(square(111, 30, 0.01), "gcj02")), columns=columns)
    )

    assert bring(content).offered_crs == "gcj02"


def test_a_map_of_somewhere_else_is_no_shifted_one(bring, town):
    rows = [(grid.code, grid.name, square(100 + n, 20)) for n, grid in enumerate(town.grids)]

    assert bring(written("geojson", table(*rows))).offered_crs == ""


# ── what the page draws and lists ─────────────────────────────────────────────────────────────
def test_the_outlines_of_a_file_are_drawn_coarsely_with_the_box_round_them(bring, town):
    drawn, box = queries.drawn(bring(moved_town_map(town)))

    assert [one["properties"]["name"] for one in drawn["features"]] == [g.name for g in town.grids]
    assert tuple(box) == pytest.approx((111, 30, 111.08, 30.01))
    assert queries.drawn(bring(NEW)) is None


def test_areas_beside_those_of_the_file_may_be_ended_with_a_successor(bring, town):
    first, second = town.grids[:2]
    rest = [
        f"grid,{first.code},{first.name},{first.parent.code}\n",
        f"community,{first.parent.code},{first.parent.name},{first.parent.parent.code}\n",
    ]
    upload = bring(HEAD + "".join(rest))
    absent = queries.absent(upload)
    assert absent == [second, town.communities[1]]

    confirmed(upload, endings=[(second.code, clock.today(), first.code)])

    second.refresh_from_db()
    assert upload.state == "done"
    assert (second.valid_to, second.successor) == (clock.today(), first)
    assert Area.objects.get(pk=town.communities[1].pk).valid_to is None


def test_an_ending_that_is_refused_stops_the_whole_import(bring, town):
    upload = bring(NEW)

    confirmed(upload, endings=[(town.streets[1].code, clock.today(), "")])

    assert upload.state == "refused"
    assert "2 areas in it go on" in upload.problems[0][1]
    assert not Area.objects.filter(code="420506003").exists()


# ── who may ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", ["street_head", "district_command", "auditor"])
def test_nobody_else_brings_a_file(town, bring, role):
    with pytest.raises(PermissionDenied):
        bring(NEW, by=holder(role, area=town.district))
    assert not Upload.objects.exists()


def test_a_file_of_somebody_else_is_not_confirmed(bring, town):
    upload = bring(NEW)
    other = holder("system_admin", area=town.district)

    for act in (uploads.confirm, uploads.discard):
        with pytest.raises(PermissionDenied):
            act(upload, by=other)
    assert list(Upload.objects.of(other)) == []


def test_an_administrator_of_a_street_brings_nothing_into_the_next(bring, town):
    upload = bring(NEW, by=holder("system_admin", area=town.streets[0], language="en"))

    assert upload.problems == [[2, "This area is not yours to change."]]


def test_who_lost_the_post_before_the_yes_imports_nothing(bring, admin):
    upload = bring(NEW)
    uploads.confirm(upload, by=admin)
    admin.posts.all().delete()

    work_off_uploads()

    upload.refresh_from_db()
    assert (upload.state, upload.refusal) == ("refused", "You may not import this.")
    assert not Area.objects.filter(code="420506003").exists()


def test_the_platform_s_own_people_bring_anything(bring):
    assert bring(NEW, by=UserFactory(is_superuser=True)).state == "ready"


# ── what is left ──────────────────────────────────────────────────────────────────────────────
def test_what_is_put_away_is_gone(bring, django_capture_on_commit_callbacks):
    upload = bring(NEW)

    with django_capture_on_commit_callbacks(execute=True):
        uploads.discard(upload, by=upload.created_by)

    upload.refresh_from_db()
    assert (upload.state, bool(upload.file), upload.rows.count()) == ("discarded", False, 0)


def test_files_that_nobody_imported_are_forgotten_after_a_week(
    bring, django_capture_on_commit_callbacks
):
    left, kept = bring(NEW), confirmed(bring(NEW))
    fresh = bring(NEW)
    Upload.objects.exclude(pk=fresh.pk).update(created_at=clock.now() - timedelta(days=8))

    assert retention.forget_uploads(clock.now(), dry_run=True) == 1
    assert retention.forget_uploads(clock.now(), dry_run=False) == 1

    assert list(Upload.objects.order_by("pk")) == [kept, fresh]
    assert not UploadRow.objects.filter(upload=left.pk).exists()


def test_every_kind_names_columns_that_may_exist():
    for kind in kinds.KINDS.values():
        for way in kind.ways:
            assert set(way.columns.required) <= set(way.columns.known)
    assert json.dumps(list(kinds.KINDS))
