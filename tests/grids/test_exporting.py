"""The registers as files: what is shown, in every format, and back in again without a change."""

from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import Point

from govgrid.core import clock
from grids import actions
from grids.actions.kinds import KINDS, Told
from grids.gate import Decision
from grids.models import WGS84, Area, Duty, Layer, LayerPiece
from grids.serving import registers
from grids.spatial import reading
from grids.spatial.reading import Asked
from grids.spatial.writing import FORMATS
from tests.factories.accounts import UserFactory
from tests.factories.grids import (
    CompoundFactory,
    FacilityClassFactory,
    FacilityFactory,
    OrganisationFactory,
    ServicePointFactory,
    build_town,
    holder,
    square,
)

pytestmark = pytest.mark.django_db
PLACES = ["compounds", "facilities", "service-points", "organisations"]
MAPS = [slug for slug, one in FORMATS.items() if one.is_map]


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def reader(client):
    """Whoever signs in reads the registers."""
    client.force_login(UserFactory())
    return client


def exported(client, register, slug, **asked):
    answer = client.get(f"/grids/export/{register}/{slug}/", asked)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def read_again(content, kind, tmp_path):
    path = tmp_path / "exported"
    path.write_bytes(content)
    with reading.opened(path, Asked()) as sheet:
        way = KINDS[kind].way_of(sheet.head.headings)
        return way, list(sheet.rows(way.columns))


def stand(town, n, **more):
    """One of each in the nth grid."""
    grid, point = town.grids[n], Point(*town.middle(n), srid=WGS84)
    return {
        "compounds": CompoundFactory(
            community=grid.parent, point=point, outline=square(point.x, 30.004, 0.001), **more
        ),
        "facilities": FacilityFactory(grid=grid, point=point, owner=town.housing, **more),
        "service-points": ServicePointFactory(
            grid=grid, point=point, office_phone="0717-5550001", address="学院街", **more
        ),
        "organisations": OrganisationFactory(grid=grid, point=point, industry="零售", **more),
    }


# ── places ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("slug", FORMATS)
@pytest.mark.parametrize("register", PLACES)
def test_what_goes_out_comes_in_again(reader, town, tmp_path, register, slug):
    stand(town, 0)
    stand(town, 4, name="第二个")

    way, rows = read_again(exported(reader, register, slug), register, tmp_path)
    done = way.load(rows, None, Told())

    assert len(rows) == 2
    assert done.added == []
    if (register, slug in MAPS) != ("compounds", True):
        assert (done.unchanged, done.changed) == (2, [])


@pytest.mark.parametrize("register", PLACES)
def test_a_file_holds_what_the_list_shows(reader, town, tmp_path, register):
    first, other = stand(town, 0, name="东门")[register], stand(town, 4, name="西門")[register]
    gone = stand(town, 0, name="没了", retired_on=date(2026, 1, 5))[register]

    def codes(**asked):
        text = exported(reader, register, "csv", **asked).decode("utf-8-sig")
        return [one for one in (first, other, gone) if one.name in text]

    assert codes() == [first, other]
    assert codes(area=town.streets[0].code) == [first]
    assert codes(q="西门") == [other]
    assert codes(state="gone") == [gone]
    assert codes(after=max(first.code, other.code)) == [first, other]  # the pages of a list only
    wrong = reader.get(f"/grids/export/{register}/csv/", {"area": "999"})
    assert wrong.status_code == 404


@pytest.mark.parametrize("register", [*PLACES, "counts", "duties", "layers"])
def test_a_file_is_for_those_who_sign_in_and_of_a_known_kind(client, town, register):
    assert client.get(f"/grids/export/{register}/csv/").status_code == 302
    client.force_login(holder("street_head", area=town.streets[0]))
    assert client.get(f"/grids/export/{register}/pdf/").status_code == 404
    assert client.get("/grids/export/people/csv/").status_code == 404


@pytest.mark.parametrize("slug", ["csv", "excel"])
def test_no_cell_is_a_formula(reader, town, tmp_path, slug):
    for sign in "=+-@":
        stand(town, 0, name=f"{sign}1+1")

    content = exported(reader, "facilities", slug)

    _way, rows = read_again(content, "facilities", tmp_path)
    assert {cells["name"] for _line, cells in rows} == {f"{sign}1+1" for sign in "=+-@"}
    if slug == "csv":
        text = content.decode("utf-8-sig")
        assert all(f",'{sign}1+1," in text for sign in "=+-@")


def test_a_small_number_of_households_does_not_leave(reader, town, tmp_path):
    one = CompoundFactory(community=town.communities[0], name="小院", household_count=3)

    content = exported(reader, "compounds", "csv")
    way, rows = read_again(content, "compounds", tmp_path)
    way.load(rows, None, Told())

    assert ",<5," in content.decode("utf-8-sig")
    one.refresh_from_db()
    assert one.household_count == 3


def test_more_than_a_file_is_to_have_is_refused_in_words(reader, town, monkeypatch):
    monkeypatch.setattr(registers, "MOST_ROWS", 1)
    stand(town, 0)
    stand(town, 4)

    answer = reader.get("/grids/export/facilities/csv/")

    assert answer.status_code == 409
    assert "narrow the list" in answer.content.decode()
    assert exported(reader, "facilities", "csv", area=town.streets[0].code)


def test_a_file_of_many_rows_asks_as_much_as_one_of_few(
    reader, town, django_assert_max_num_queries
):
    for n in range(6):
        stand(town, n)
    for register in PLACES:
        with django_assert_max_num_queries(7):
            exported(reader, register, "csv")


def test_the_page_offers_the_file_with_what_was_asked(reader, town):
    stand(town, 0, name="东门")
    for register in PLACES:
        page = reader.get(f"/grids/{register}/", {"q": "东门"}).content.decode()
        assert f"/grids/export/{register}/geopackage/?q=%E4%B8%9C%E9%97%A8" in page


# ── numbers ───────────────────────────────────────────────────────────────────────────────────


def test_counts_leave_in_the_words_that_may_be_told(reader, town, tmp_path):
    day = clock.today()
    numbers = {town.grids[0]: 40, town.grids[1]: 3, town.communities[0]: 43, town.grids[4]: 17}
    for area, number in numbers.items():
        actions.enter_counts(area, {"aged_60": number}, as_of=day, source="台账", by=None)

    content = exported(reader, "counts", "csv")
    way, rows = read_again(content, "counts", tmp_path)
    told = {cells["area"]: cells["number"] for _line, cells in rows}

    assert told == {
        town.communities[0].code: "≥41",
        town.grids[0].code: "40",
        town.grids[1].code: "<5",
        town.grids[4].code: "17",
    }
    done = way.load(rows, None, Told())
    assert (done.unchanged, done.added, done.changed) == (4, [], [])
    assert numbers[town.grids[1]] == town.grids[1].counts.get().number
    beneath = exported(reader, "counts", "csv", within=town.communities[0].code).decode()
    assert town.grids[4].code not in beneath
    assert reader.get("/grids/export/counts/geojson/").status_code == 404
    assert reader.get("/grids/export/counts/csv/", {"within": "9"}).status_code == 404


# ── the task list ─────────────────────────────────────────────────────────────────────────────


def a_duty(town, name, area, **more):
    today = clock.today()
    return Duty.objects.create(
        **{
            "name": name,
            "what": "看一遍消防通道",
            "items": ["消防通道"],
            "department": town.housing,
            "area": area,
            "rhythm": "monthly",
            "starts_on": today - timedelta(days=3),
            "ends_on": today + timedelta(days=90),
            "decision": Decision.ADMITTED,
            "proposed_by": UserFactory(username=f"proposer-{name}"),
            "decided_by": UserFactory(username=f"decider-{name}"),
            "decided_at": clock.now(),
            **more,
        }
    )


def test_the_task_list_leaves_within_reach_and_names_nobody(client, town):
    a_duty(town, "near", town.streets[0])
    a_duty(town, "far", town.streets[1])
    waiting = {"decision": Decision.PROPOSED, "decided_by": None, "decided_at": None}
    a_duty(town, "waiting", town.streets[0], **waiting)

    client.force_login(holder("street_head", area=town.streets[0]))
    running = exported(client, "duties", "csv").decode("utf-8-sig")
    proposed = exported(client, "duties", "csv", stage="proposed").decode("utf-8-sig")

    assert "near" in running
    assert "far" not in running
    assert "waiting" not in running
    assert "waiting" in proposed
    assert "proposer-" not in running + proposed
    assert "decider-" not in running + proposed


def test_the_task_list_is_for_who_oversees(client, town):
    a_duty(town, "near", town.streets[0])
    client.force_login(UserFactory())
    assert client.get("/grids/export/duties/csv/").status_code == 404
    assert client.get("/grids/export/layers/csv/").status_code == 404


def test_what_came_of_the_duties_leaves_as_counts(client, town):
    a_duty(town, "near", town.streets[0])
    url = f"/grids/{town.streets[0].code}/duties/as/csv/"
    client.force_login(holder("street_head", area=town.streets[0]))

    answer = client.get(url)

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].endswith("stage,asked,done,not_done,unsaid")
    assert lines[1].endswith("running,4,0,0,4")
    client.force_login(holder("street_head", area=town.streets[1]))
    assert client.get(url).status_code == 404


# ── responsibility ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("slug", FORMATS)
def test_layers_leave_within_reach_and_come_in_again(client, town, tmp_path, slug):
    layers = [
        Layer.objects.create(
            department=department, matter="环卫", name=name, area=area, valid_from=date(2026, 1, 1)
        )
        for department, name, area in (
            (town.urban, "near", town.streets[0]),
            (town.housing, "far", town.streets[1]),
        )
    ]
    for n, layer in enumerate(layers):
        LayerPiece.objects.create(
            layer=layer,
            unit=town.offices[layer.area_id],
            outline=square(111 + 0.04 * n, 30),
            valid_from=date(2026, 1, 1),
        )
    client.force_login(holder("street_head", area=town.streets[0]))

    way, rows = read_again(exported(client, "layers", slug), "layers", tmp_path)

    assert [cells["name"] for _line, cells in rows] == ["near"]
    done = way.load(rows, None, Told())
    assert (done.added, done.changed, done.unchanged) == ([], [], 1)
    answer = client.get(f"/grids/export/layers/{slug}/", {"layer": layers[1].pk})
    assert answer.status_code == 404


# ── words ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("register", PLACES)
@pytest.mark.parametrize("words", ["龙泉", "龍泉", "lqhy", "lq", "花園", "泉", "ABC", "12号"])
def test_a_register_is_searched_in_both_scripts(reader, town, register, words):
    one = stand(town, 0, name="龍泉花园abcd 12號")[register]
    other = stand(town, 0, name="123号")[register]

    page = reader.get(f"/grids/{register}/", {"q": words}).content.decode()

    assert one.name in page
    assert other.name not in page


def test_the_class_of_a_facility_is_found_in_both_scripts(reader, town):
    lamp = FacilityClassFactory(name="路灯")
    one = FacilityFactory(facility_class=lamp, name="", grid=town.grids[0])
    FacilityFactory(name="", grid=town.grids[0])

    page = reader.get("/grids/facilities/", {"q": "路燈"}).content.decode()

    assert one.code in page
    assert page.count('class="row__link strong"') == 1


def test_words_follow_a_name_that_a_table_changes(reader, town):
    one = ServicePointFactory(name="旧名", grid=town.grids[0], code="YL-S9")
    row = {"code": "YL-S9", "name": "新名", "kind": "station", "lon": "111.005", "lat": "30.005"}

    actions.import_service_points([(2, row)], by=None)

    assert "新名" in reader.get("/grids/service-points/", {"q": "新名"}).content.decode()
    assert one.code not in reader.get("/grids/service-points/", {"q": "旧名"}).content.decode()


def test_an_area_that_ended_takes_its_counts_out_of_the_file(reader, town):
    actions.enter_counts(
        town.grids[0], {"aged_60": 40}, as_of=clock.today(), source="台账", by=None
    )
    Area.objects.filter(pk=town.grids[0].pk).update(valid_to=clock.today())

    assert town.grids[0].code not in exported(reader, "counts", "csv").decode()
