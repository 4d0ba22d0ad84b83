"""The network by REST: for who is signed in, narrowed by area, and no name in it."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.accounts.models import User
from members import inbox_network
from tests.factories import network as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import OrganisationFactory, build_town, holder
from tests.factories.members import AssociationFactory, StationFactory

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/members/"
LISTS = ("units", "associations", "stations", "programmes", "pairings", "teams", "alliances")


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def signed_in(api):
    api.force_authenticate(UserFactory())
    return api


@pytest.fixture
def world(town):
    return fill(town)


def fill(town):
    person = UserFactory(name="欧阳测试", username=f"ouyang{User.objects.count()}")
    unit = made.UnitFactory(area=town.streets[0])
    made.held(made.NetworkPostFactory(area=town.streets[0], unit=unit), person)
    made.NetworkPostFactory(area=town.streets[0], unit=unit)
    station = StationFactory(
        area=town.communities[0], location=Point(111.005, 30.005, srid=4326), has_team=True
    )
    made.serving(station, person)
    project = made.ProjectFactory(programme=made.ProgrammeFactory(area=town.district), lead=unit)
    made.MilestoneFactory(project=project)
    AssociationFactory(area=town.district)
    made.TeamFactory(area=town.streets[0], leader=person, unit=unit).answers_for.add(town.grids[0])
    made.AllianceUnitFactory(alliance=made.AllianceFactory(area=town.district), unit=unit)
    village = town.communities[3]
    village.kind = "village"
    village.save()
    made.PairingFactory(village=village, organisation=OrganisationFactory())
    return {"unit": unit, "station": station, "programme": project.programme}


def results(api, path, **asked):
    page = api.get(f"{ROOT}{path}/", asked)
    assert page.status_code == 200, page.json()
    assert "欧阳测试" not in page.content.decode()
    assert "ouyang" not in page.content.decode()
    return page.json()["results"]


def test_lists_tell_what_there_is_and_nobodys_name(signed_in, world, town):
    unit = results(signed_in, "units")[0]
    assert (unit["posts"], unit["vacant"]) == (2, 1)
    assert results(signed_in, "units", area=town.streets[1].code) == []
    assert results(signed_in, "units", kind="group") == []
    assert len(results(signed_in, "associations", sector="commerce")) == 1
    assert results(signed_in, "stations")[0]["serving"] == 1
    programme = results(signed_in, "programmes")[0]
    assert (programme["milestones"], programme["milestones_late"]) == (1, 1)
    pairs = results(signed_in, "pairings")
    assert [(one["town"] and one["town"]["name"], one["percent"]) for one in pairs] == [
        (None, 100), ("街道2", 100)]  # fmt: skip
    assert results(signed_in, "teams")[0]["answers_for"][0]["code"] == town.grids[0].code
    assert results(signed_in, "alliances")[0]["units"] == 1


def test_one_by_its_code(signed_in, world):
    one = signed_in.get(f"{ROOT}units/{world['unit'].code}/").json()
    assert one["office"] == "Room 1"
    station = signed_in.get(f"{ROOT}stations/{world['station'].code}/").json()
    assert station["haves"] == ["team"]
    programme = signed_in.get(f"{ROOT}programmes/{world['programme'].code}/").json()
    assert programme["list_of_projects"][0]["milestones_late"] == 1
    for path in ("units", "stations", "programmes"):
        for code in ("nowhere", "%00"):
            assert signed_in.get(f"{ROOT}{path}/{code}/").status_code == 404


def test_near(signed_in, world):
    near = results(signed_in, "stations/near", lon="111.005", lat="30.006")
    assert 105 < near[0]["metres"] < 115
    for wrong in ({}, {"lon": "x", "lat": "1"}, {"lon": "200", "lat": "1"}, {"what": "1"}):
        assert signed_in.get(f"{ROOT}stations/near/", wrong).status_code == 400


@pytest.mark.parametrize("name", LISTS)
def test_who_is_nobody_reads_nothing_and_three_cost_what_one_does(api, town, name):
    assert api.get(f"{ROOT}{name}/").status_code == 401
    api.force_authenticate(UserFactory())
    counts = []
    for _ in range(2):
        fill(town)
        with CaptureQueriesContext(connection) as found:
            assert api.get(f"{ROOT}{name}/").status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_what_waits_for_a_keeper(town, django_assert_max_num_queries):
    made.held(made.NetworkPostFactory(area=town.streets[0]), days=20)
    made.NetworkPostFactory(area=town.streets[0])
    made.serving(StationFactory(area=town.communities[0]), days=20)
    project = made.ProjectFactory(
        programme=made.ProgrammeFactory(area=town.district), area=town.streets[0],
        lead=made.UnitFactory(area=town.district),
    )  # fmt: skip
    made.MilestoneFactory(project=project)
    keeper = holder("roster_admin", area=town.streets[0])
    with django_assert_max_num_queries(6):
        groups = inbox_network.waiting(keeper)
    assert [(one.slug, len(one.rows)) for one in groups] == [
        ("milestone", 1), ("vacancy", 1), ("renewal", 2)]  # fmt: skip
    assert inbox_network.waiting(holder("roster_admin", area=town.streets[1])) == []
    assert inbox_network.waiting(holder("street_head", area=town.streets[0])) == []
