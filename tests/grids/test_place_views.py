"""The registers of places as everybody who signs in reads them, and their panels on an area's page."""

from datetime import date

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from grids.models import WGS84, AreaCount, Milestone, Renewal
from grids.views import places
from tests.factories.grids import (
    CompoundFactory,
    DepartmentFactory,
    FacilityClassFactory,
    FacilityFactory,
    ServicePointFactory,
    build_town,
    holder,
    square,
)

pytestmark = pytest.mark.django_db
REGISTERS = ["compounds", "facilities", "service-points"]


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def read(client, town):
    """``read("facilities/", q="lamp")`` as a worker of the first grid."""
    client.force_login(holder("grid_worker", area=town.grids[0]))

    def get(path, **asked):
        response = client.get(f"/grids/{path}", asked)
        assert response.status_code == 200
        return response.content.decode()

    return get


def make(register, town, n=0, **more):
    """One row of a register in the nth grid, with all it may name."""
    grid = town.grids[n]
    point = Point(*town.middle(n), srid=WGS84)
    if register == "compounds":
        one = CompoundFactory(community=grid.parent, point=point, **more)
        Renewal.objects.create(compound=one, kind="basic", state="running")
        return one
    if register == "facilities":
        owner = DepartmentFactory(area=town.district)
        return FacilityFactory(grid=grid, point=point, owner=owner, **more)
    return ServicePointFactory(grid=grid, point=point, **more)


def shown(page, rows):
    return [one for one in rows if one.code in page or one.get_absolute_url() in page]


# ── registers ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("register", REGISTERS)
def test_registers_are_for_those_who_sign_in(client, register):
    assert client.get(f"/grids/{register}/").status_code == 302


@pytest.mark.parametrize("register", REGISTERS)
def test_an_empty_register_says_so(read, register):
    assert "This register is empty." in read(f"{register}/")


@pytest.mark.parametrize("register", REGISTERS)
def test_a_register_is_narrowed_by_area_and_words(read, town, register):
    rows = [make(register, town, n, name=f"东门{n}") for n in (0, 2, 4)]

    assert shown(read(f"{register}/"), rows) == rows
    assert shown(read(f"{register}/", area=town.communities[0].code), rows) == rows[:1]
    assert shown(read(f"{register}/", area=town.streets[0].code), rows) == rows[:2]
    assert shown(read(f"{register}/", q="东门4"), rows) == rows[2:]
    assert "Nothing fits." in read(f"{register}/", q="西门")


@pytest.mark.parametrize("register", REGISTERS)
def test_what_is_gone_is_shown_only_when_asked_for(read, town, register):
    here = make(register, town, name="still here")
    gone = make(register, town, name="long gone", retired_on=date(2026, 1, 5))

    assert shown(read(f"{register}/"), [here, gone]) == [here]
    asked = read(f"{register}/", state="gone")
    assert shown(asked, [here, gone]) == [gone]
    assert "gone since" in asked


@pytest.mark.parametrize("register", REGISTERS)
def test_pages_follow_each_other_by_code_and_lose_nothing(read, town, register, monkeypatch):
    monkeypatch.setattr(places, "PAGE", 2)
    rows = sorted((make(register, town) for _ in range(3)), key=lambda one: one.code)

    first = read(f"{register}/")
    second = read(f"{register}/", after=rows[1].code)

    assert shown(first, rows) == rows[:2]
    assert f"after={rows[1].code}" in first
    assert shown(second, rows[2:]) == rows[2:]
    assert 'rel="next"' not in second
    assert "First page" in second


@pytest.mark.parametrize("register", REGISTERS)
def test_a_register_asks_as_much_for_three_rows_as_for_one(read, town, register):
    make(register, town)
    read(f"{register}/")
    with CaptureQueriesContext(connection) as one:
        read(f"{register}/")
    make(register, town, 1)
    make(register, town, 2)
    with CaptureQueriesContext(connection) as three:
        read(f"{register}/")

    assert len(one) == len(three)


@pytest.mark.parametrize(
    "asked",
    [{"area": "999"}, {"area": "\x00"}, {"after": "\x00"}, {"kind": "castle"}, {"state": "asleep"}],
)
def test_a_filter_that_means_nothing_is_named_and_shows_nothing(read, town, asked):
    one = make("facilities", town)

    page = read("facilities/", **asked)

    assert "is-over" in page
    assert one.get_absolute_url() not in page


def test_facilities_are_narrowed_by_class_and_state(read, town):
    lamp = FacilityClassFactory(name="路灯")
    good = make("facilities", town, facility_class=lamp)
    broken = make("facilities", town, state="damaged")

    assert shown(read("facilities/", kind=lamp.code), [good, broken]) == [good]
    assert shown(read("facilities/", state="damaged"), [good, broken]) == [broken]
    assert shown(read("facilities/", q="路灯"), [good, broken]) == [good]


def test_compounds_are_found_by_their_committee_and_renewal(read, town):
    renewed = make("compounds", town)
    over = CompoundFactory(
        community=town.communities[0], has_committee=True, committee_until=date(2026, 1, 1)
    )
    sound = CompoundFactory(community=town.communities[0], has_committee=True)
    rows = [renewed, over, sound]

    assert shown(read("compounds/", state="renewal"), rows) == [renewed]
    assert shown(read("compounds/", state="over"), rows) == [over]
    assert shown(read("compounds/", state="none"), rows) == [renewed]


def test_service_points_tell_hours_and_services(read, town):
    make("service-points", town, hours="周一至周日 8:30–20:00", services="代买代卖, 快递收发")

    page = read("service-points/", q="快递")

    assert "周一至周日 8:30–20:00" in page


def test_the_choice_of_areas_is_ones_own_and_the_one_asked_for(read, town):
    page = read("facilities/", area=town.communities[3].code)

    assert f'<option value="{town.communities[3].code}" selected>' in page
    assert f'<option value="{town.grids[0].code}">' in page
    assert town.grids[1].code not in page


# ── one of them ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def compound(town):
    one = CompoundFactory(
        name="望江苑", community=town.communities[0], household_count=3, has_committee=True,
        committee_until=date(2026, 1, 1), property_company="江城物业",
    )  # fmt: skip
    renewal = Renewal.objects.create(compound=one, kind="basic", state="running")
    Milestone.objects.create(
        renewal=renewal, name="管网", planned_on=date(2026, 2, 1), done_on=date(2026, 2, 3)
    )
    Milestone.objects.create(renewal=renewal, name="外墙", planned_on=date(2026, 3, 1))
    return one


def test_a_compounds_page_tells_term_company_and_milestones(read, compound):
    page = read(f"compounds/{compound.code}/")

    for said in ("望江苑", "江城物业", "term ended on", "管网", "done on", "外墙", "late"):
        assert said in page
    assert "&lt;5" in page


def test_a_compounds_page_asks_as_much_for_three_milestones_as_for_one(read, compound):
    renewal = compound.renewals.get()
    renewal.milestones.filter(name="外墙").delete()
    read(f"compounds/{compound.code}/")
    with CaptureQueriesContext(connection) as one:
        read(f"compounds/{compound.code}/")
    for name in ("甲", "乙"):
        Milestone.objects.create(renewal=renewal, name=name, planned_on=date(2026, 4, 1))
    with CaptureQueriesContext(connection) as three:
        read(f"compounds/{compound.code}/")

    assert len(one) == len(three)


def test_a_facilitys_page_tells_what_where_and_whose(read, town):
    lamp = make("facilities", town, name="lamp 17", state="damaged")

    page = read(f"facilities/{lamp.code}/")

    for said in ("lamp 17", lamp.facility_class.name, lamp.owner.name, "Damaged"):
        assert said in page
    assert town.grids[0].get_absolute_url() in page


def test_a_facility_in_no_grid_has_a_page_too(read):
    lamp = FacilityFactory(retired_on=date(2026, 1, 5))

    page = read(f"facilities/{lamp.code}/")

    assert "in no grid" in page
    assert "gone since" in page


@pytest.mark.parametrize("path", ["compounds/none/", "facilities/4205060101000000/"])
def test_what_is_not_in_a_register_is_404(client, town, path):
    client.force_login(holder("grid_worker", area=town.grids[0]))

    assert client.get(f"/grids/{path}").status_code == 404


# ── the page of an area ───────────────────────────────────────────────────────────────────────


def test_an_area_shows_what_stands_there_and_leads_to_the_register(read, town):
    make("facilities", town, state="missing")
    make("compounds", town, name="望江苑")
    make("service-points", town, name="党群服务中心", hours="daily 8–20")
    page = read(f"{town.grids[0].code}/")

    for said in ("1 missing", "望江苑", "党群服务中心", "daily 8–20"):
        assert said in page
    assert f"/grids/facilities/?area={town.grids[0].code}" in page
    assert "100 %" in page
    assert "The middle of the grid is reached." in page
    assert "865 m as the crow flies" in page
    beside = read(f"{town.grids[2].code}/")
    assert "望江苑" not in beside
    assert "党群服务中心" not in beside


def test_a_district_counts_nothing_for_its_page(read, town):
    make("facilities", town)

    page = read(f"{town.district.code}/")

    assert "What stands here" not in page
    assert "walk of a service point" not in page


def test_an_area_tells_small_counts_as_fewer_than_five(read, town):
    said = {"as_of": clock.today(), "source": "社区台账"}
    AreaCount.objects.create(
        area=town.grids[0], measure="aged_60", number=3, at_least=0, is_exact=False, **said
    )
    AreaCount.objects.create(
        area=town.grids[0], measure="dwellings", number=14, at_least=14, is_exact=True, **said
    )

    page = read(f"{town.grids[0].code}/")

    assert "<strong>&lt;5</strong>" in page
    assert "<strong>14</strong>" in page
    assert "<strong>3</strong>" not in page


@pytest.mark.parametrize("level", ["grids", "communities", "streets"])
def test_an_areas_page_asks_as_much_for_three_places_as_for_one(read, town, level):
    area = getattr(town, level)[0]
    for register in REGISTERS:
        make(register, town)
    read(f"{area.code}/")
    with CaptureQueriesContext(connection) as one:
        read(f"{area.code}/")
    for register in REGISTERS * 2:
        make(register, town)
    with CaptureQueriesContext(connection) as three:
        read(f"{area.code}/")

    assert len(one) == len(three)


def test_the_outline_of_a_compound_is_drawn_on_its_page(read, town):
    point = Point(*town.middle(0), srid=WGS84)
    one = CompoundFactory(
        community=town.communities[0], point=point, outline=square(point.x, 30.004, 0.001)
    )
    without = CompoundFactory(community=town.communities[0], point=point)

    assert 'data-gg-shape="{&quot;type&quot;:&quot;MultiPolygon&quot;' in read(
        f"compounds/{one.code}/"
    )
    assert "data-gg-shape" not in read(f"compounds/{without.code}/")
