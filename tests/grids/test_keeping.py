"""Entering and changing places on the pages: who may, what is refused, and what is written."""

from datetime import date

import pytest

from govgrid.core import clock
from grids.models import AreaCount, Compound, Facility, Milestone, Renewal, ServicePoint
from tests.factories.grids import (
    CompoundFactory,
    FacilityClassFactory,
    FacilityFactory,
    ServicePointFactory,
    build_town,
    holder,
)

pytestmark = pytest.mark.django_db
MIDDLE = {"lon": "111.005", "lat": "30.005"}
POINT = {"code": "hub-1", "name": "党群服务中心", "kind": "hub", "hours": "daily 8–20", **MIDDLE}


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def officer(client, town):
    client.force_login(holder("community_officer", area=town.communities[0]))
    return client


@pytest.fixture
def stranger(client, town):
    client.force_login(holder("community_officer", area=town.communities[2]))
    return client


@pytest.fixture
def lamp(town):
    return FacilityFactory(name="lamp 17", grid=town.grids[0], owner=town.urban)


@pytest.fixture
def compound(town):
    return CompoundFactory(community=town.communities[0])


def said(response):
    assert response.status_code == 200
    return response.content.decode()


# ── a row ─────────────────────────────────────────────────────────────────────────────────────


def test_a_service_point_is_entered_and_stands_in_the_grid_of_its_point(officer, town):
    response = officer.post("/grids/service-points/new/", POINT)

    one = ServicePoint.objects.get()
    assert response.url == one.get_absolute_url()
    assert (one.name, one.hours, one.grid) == ("党群服务中心", "daily 8–20", town.grids[0])


def test_a_facility_gets_its_number_from_the_district_of_its_point(officer):
    kind = FacilityClassFactory(major="01", minor="02")
    given = {"facility_class": kind.pk, "serial": "000017", "state": "good", **MIDDLE}

    officer.post("/grids/facilities/new/", given)

    assert Facility.objects.get().code == "4205060102000017"


def test_a_compound_belongs_to_the_community_of_its_point(officer, town):
    given = {"code": "wangjiang", "name": "望江苑", "kind": "estate", **MIDDLE}

    officer.post("/grids/compounds/new/", given)

    assert Compound.objects.get().community == town.communities[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lon": "111.045"}, "where you do not keep the registers"),
        ({"lon": "112"}, "outside 夷陵区"),
        ({"lon": ""}, "This field is required."),
        ({"name": ""}, "This field is required."),
        ({"kind": "castle"}, "castle"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(officer, changed, words):
    page = said(officer.post("/grids/service-points/new/", POINT | changed))

    assert words in page
    assert not ServicePoint.objects.exists()


@pytest.mark.parametrize("register", ["compounds", "facilities", "service-points"])
def test_who_keeps_nothing_enters_nothing(client, town, register):
    client.force_login(holder("grid_worker", area=town.grids[0]))

    assert client.get(f"/grids/{register}/new/").status_code == 403
    assert "Enter one" not in said(client.get(f"/grids/{register}/"))


def test_a_row_is_changed_and_keeps_its_code(officer, town):
    one = ServicePointFactory(code="hub-1", grid=town.grids[0])

    officer.post("/grids/service-points/hub-1/edit/", POINT | {"code": "other", "lon": "111.015"})

    one.refresh_from_db()
    assert (one.code, one.name, one.grid) == ("hub-1", "党群服务中心", town.grids[1])


def test_a_page_of_change_holds_what_is_known(officer, town, compound):
    page = said(officer.get(f"/grids/compounds/{compound.code}/edit/"))

    assert f'value="{compound.name}"' in page
    assert 'value="111.005"' in page


def test_a_committee_that_does_not_exist_has_no_term(officer, compound):
    given = {"name": "望江苑", "kind": "old", "committee_until": "2027-01-01", **MIDDLE}

    page = said(officer.post(f"/grids/compounds/{compound.code}/edit/", given))

    assert "Only a committee that exists has a term." in page
    compound.refresh_from_db()
    assert compound.committee_until is None


def test_strangers_change_and_retire_nothing(stranger, town, lamp, compound):
    point = ServicePointFactory(grid=town.grids[0])
    rows = {"facilities": lamp, "compounds": compound, "service-points": point}
    for register, one in rows.items():
        for address in ("edit/", "edit/retire/"):
            response = stranger.post(f"/grids/{register}/{one.code}/{address}", POINT)
            assert response.status_code == 403
        one.refresh_from_db()
        assert one.is_standing
    assert "edit/" not in said(stranger.get("/grids/service-points/"))


def test_what_is_gone_leaves_the_list_and_keeps_its_page(officer, lamp):
    officer.post(f"/grids/facilities/{lamp.code}/edit/retire/")

    lamp.refresh_from_db()
    assert lamp.retired_on == clock.today()
    assert lamp.code not in said(officer.get("/grids/facilities/"))
    assert "gone since" in said(officer.get(lamp.get_absolute_url()))


def test_retiring_is_no_reading(officer, lamp):
    assert officer.get(f"/grids/facilities/{lamp.code}/edit/retire/").status_code == 405


# ── the state of a facility ───────────────────────────────────────────────────────────────────


def test_the_owner_notes_the_state_and_changes_nothing_else(client, town, lamp):
    client.force_login(holder("department_clerk", department=town.urban))

    page = said(client.get(lamp.get_absolute_url()))
    client.post(f"/grids/facilities/{lamp.code}/state/", {"state": "damaged"})

    lamp.refresh_from_db()
    assert lamp.state == "damaged"
    assert "Note the state" in page
    assert client.get(f"/grids/facilities/{lamp.code}/edit/").status_code == 403


def test_another_department_and_a_strange_state_are_refused(client, officer, town, lamp):
    officer.post(f"/grids/facilities/{lamp.code}/state/", {"state": "on fire"})
    client.force_login(holder("department_clerk", department=town.housing))

    page = said(client.get(lamp.get_absolute_url()))
    answer = client.post(f"/grids/facilities/{lamp.code}/state/", {"state": "missing"})

    lamp.refresh_from_db()
    assert answer.status_code == 403
    assert lamp.state == "good"
    assert "Note the state" not in page


# ── renewals ──────────────────────────────────────────────────────────────────────────────────


def test_a_renewal_goes_from_plan_to_done_on_the_page(officer, compound):
    at = compound.get_absolute_url()
    officer.post(f"{at}renewal/", {"kind": "improved"})
    renewal = Renewal.objects.get()
    officer.post(
        f"/grids/renewals/{renewal.pk}/milestones/", {"name": "管网", "planned_on": "2026-12-01"}
    )
    step = Milestone.objects.get()

    too_early = officer.post(f"/grids/renewals/{renewal.pk}/end/", {"state": "done"}, follow=True)
    assert "A milestone of this renewal is not reached yet." in said(too_early)
    officer.post(f"/grids/milestones/{step.pk}/")
    step.refresh_from_db()
    assert step.done_on == clock.today()
    officer.post(f"/grids/milestones/{step.pk}/", {"undo": "1"})
    step.refresh_from_db()
    assert step.done_on is None
    officer.post(f"/grids/milestones/{step.pk}/")
    officer.post(f"/grids/renewals/{renewal.pk}/end/", {"state": "done"})

    renewal.refresh_from_db()
    assert renewal.state == "done"
    assert "Plan a renewal" in said(officer.get(at))


def test_what_is_missing_from_a_milestone_is_said(officer, compound):
    renewal = Renewal.objects.create(compound=compound, kind="basic")

    answer = officer.post(
        f"/grids/renewals/{renewal.pk}/milestones/", {"name": "管网"}, follow=True
    )

    assert "This field is required." in said(answer)
    assert not Milestone.objects.exists()


def test_strangers_touch_no_renewal_and_see_no_buttons(stranger, compound):
    renewal = Renewal.objects.create(compound=compound, kind="basic")
    step = Milestone.objects.create(renewal=renewal, name="管网", planned_on=date(2026, 12, 1))
    at = compound.get_absolute_url()
    posts = [
        (f"{at}renewal/", {"kind": "raised"}),
        (f"/grids/renewals/{renewal.pk}/end/", {"state": "dropped"}),
        (f"/grids/renewals/{renewal.pk}/milestones/", {"name": "x", "planned_on": "2026-12-01"}),
        (f"/grids/milestones/{step.pk}/", {}),
    ]

    assert [stranger.post(*one).status_code for one in posts] == [403] * 4
    page = said(stranger.get(at))
    assert "管网" in page
    assert "Done today" not in page


# ── counts ────────────────────────────────────────────────────────────────────────────────────


def test_numbers_are_entered_and_small_ones_told_as_fewer_than_five(officer, town):
    given = {"as_of": "2026-11-01", "source": "社区台账", "aged_60": "3", "households": "312"}

    officer.post(f"/grids/{town.grids[0].code}/counts/", given)

    kept = dict(AreaCount.objects.values_list("measure", "number"))
    assert kept == {"aged_60": 3, "households": 312}
    page = said(officer.get(town.grids[0].get_absolute_url()))
    assert "<strong>&lt;5</strong>" in page
    assert "<strong>312</strong>" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"aged_60": ""}, "Write at least one number."),
        ({"aged_60": "-1"}, "greater than or equal to 0"),
        ({"as_of": "2098-01-01"}, "A count is of today or before."),
        ({"source": ""}, "This field is required."),
    ],
)
def test_wrong_numbers_are_refused(officer, town, changed, words):
    given = {"as_of": "2026-11-01", "source": "社区台账", "aged_60": "3"} | changed

    page = said(officer.post(f"/grids/{town.grids[0].code}/counts/", given))

    assert words in page
    assert not AreaCount.objects.exists()


def test_strangers_enter_no_numbers(stranger, town):
    address = f"/grids/{town.grids[0].code}/counts/"

    assert stranger.get(address).status_code == 403
    assert address not in said(stranger.get(town.grids[0].get_absolute_url()))
