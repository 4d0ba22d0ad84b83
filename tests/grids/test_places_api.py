"""The registers of places and the counts, for programs."""

from datetime import date

import pytest

from grids import actions
from grids.models import Organisation
from tests.factories.grids import (
    CompoundFactory,
    FacilityClassFactory,
    FacilityFactory,
    OrganisationFactory,
    ServicePointFactory,
    build_town,
    holder,
)

pytestmark = pytest.mark.django_db
LISTS = ("compounds", "facilities", "service-points", "organisations")


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def reader(api, town):
    """Somebody at the other end of the town, who keeps none of it."""
    api.force_authenticate(holder("resident", area=town.grids[7]))
    return api


def got(api, path, **query):
    response = api.get(f"/api/v1/{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


def codes(api, path, **query):
    return [one["code"] for one in got(api, path, **query)["results"]]


@pytest.fixture
def things(town):
    """One of each in grid 0 and one in grid 2, of another community."""
    lamp = FacilityClassFactory(major="01", minor="03", name="路灯")
    hydrant = FacilityClassFactory(major="01", minor="05", name="消火栓")
    made = {"compounds": [], "facilities": [], "service-points": [], "organisations": []}
    for n, kind in ((0, lamp), (2, hydrant)):
        point = f"SRID=4326;POINT({town.middle(n)[0]} {town.middle(n)[1]})"
        grid, community = town.grids[n], town.communities[n // 2]
        made["compounds"].append(
            CompoundFactory(community=community, point=point, name=f"開元苑{n}")
        )
        made["facilities"].append(
            FacilityFactory(facility_class=kind, grid=grid, point=point, name=f"开{n}")
        )
        made["service-points"].append(ServicePointFactory(grid=grid, point=point, name=f"开{n}"))
        made["organisations"].append(OrganisationFactory(grid=grid, point=point, name=f"开{n}"))
    return {path: [one.code for one in found] for path, found in made.items()}


@pytest.mark.parametrize("path", LISTS)
def test_lists_are_narrowed_by_area_box_and_name(reader, town, things, path):
    first, second = things[path]

    assert codes(reader, f"{path}/") == [first, second]
    assert codes(reader, f"{path}/", area=town.grids[2].code) == [second]
    assert codes(reader, f"{path}/", area=town.grids[1].code) == []
    assert codes(reader, f"{path}/", area=town.communities[0].code) == [first]
    assert codes(reader, f"{path}/", area=town.streets[0].code) == [first, second]
    assert codes(reader, f"{path}/", area=town.streets[1].code) == []
    assert codes(reader, f"{path}/", bbox="111.02,30,111.03,30.01") == [second]
    assert codes(reader, f"{path}/", q=first) == [first]


@pytest.mark.parametrize("path", LISTS)
def test_either_script_finds_a_name(reader, things, path):
    assert codes(reader, f"{path}/", q="开") == things[path]
    assert codes(reader, f"{path}/", q="開") == things[path]
    assert codes(reader, f"{path}/", q="闭") == []


@pytest.mark.parametrize("path", LISTS)
def test_one_is_read_by_its_code_and_none_is_404(reader, things, path):
    one = got(reader, f"{path}/{things[path][0]}/")

    assert one["url"].endswith(f"/api/v1/{path}/{things[path][0]}/")
    assert one["location"] == {"lon": 111.005, "lat": 30.005}
    assert reader.get(f"/api/v1/{path}/nowhere/").status_code == 404
    assert reader.get(f"/api/v1/{path}/%00/").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_what_is_gone_is_listed_only_when_asked_for(reader, town, things, path):
    first, second = things[path]
    model = {
        "compounds": CompoundFactory, "facilities": FacilityFactory,
        "service-points": ServicePointFactory, "organisations": OrganisationFactory,
    }[path]._meta.model  # fmt: skip
    model.objects.filter(code=first).update(retired_on=date(2026, 1, 1))

    assert codes(reader, f"{path}/") == [second]
    assert codes(reader, f"{path}/", retired="true") == [first]
    assert got(reader, f"{path}/{first}/")["retired_on"] == "2026-01-01"


@pytest.mark.parametrize("path", LISTS)
def test_an_unknown_filter_or_value_is_400(reader, town, path):
    for query in ({"colour": "red"}, {"area": "9"}, {"bbox": "1,2,3"}, {"kind": "nonsense"}):
        assert reader.get(f"/api/v1/{path}/", query).status_code == 400


@pytest.mark.parametrize("path", LISTS)
def test_nobody_reads_them_unknown(api, things, path):
    assert api.get(f"/api/v1/{path}/").status_code == 401


@pytest.mark.parametrize("path", LISTS)
def test_a_page_asks_as_often_as_one_row_does(
    reader, town, things, path, django_assert_max_num_queries
):
    for n in range(30):
        CompoundFactory(community=town.communities[n % 4])
        FacilityFactory(grid=town.grids[n % 8], owner=town.urban)
        ServicePointFactory(grid=town.grids[n % 8])
        OrganisationFactory(grid=town.grids[n % 8])

    with django_assert_max_num_queries(3):
        page = got(reader, f"{path}/", page_size=25, area=town.district.code)

    assert len(page["results"]) == 25
    assert page["previous"] is None
    rest = reader.get(page["next"]).json()
    assert len(rest["results"]) == 7
    assert rest["next"] is None


def test_facilities_by_class_state_and_owner(reader, town, things):
    first, second = things["facilities"]
    owned = FacilityFactory(owner=town.urban, state="damaged", grid=town.grids[0])

    assert codes(reader, "facilities/", facility_class="0105") == [second]
    assert set(codes(reader, "facilities/", facility_class="01")) == {first, second, owned.code}
    assert codes(reader, "facilities/", facility_class="77") == []
    assert codes(reader, "facilities/", state="damaged") == [owned.code]
    assert codes(reader, "facilities/", owner=town.urban.code) == [owned.code]
    row = got(reader, f"facilities/{owned.code}/")
    assert row["owner"]["code"] == town.urban.code
    assert row["grid"]["code"] == town.grids[0].code
    assert row["facility_class"]["code"] == owned.facility_class.code


def test_a_compound_tells_of_its_renewals_and_hides_few_households(reader, town):
    compound = CompoundFactory(community=town.communities[0], household_count=3)
    steps = [("方案公示", date(2026, 3, 1))]
    renewal = actions.start_renewal(compound, "basic", steps, by=None)
    actions.mark_milestone(renewal.milestones.get(), date(2026, 3, 2), by=None)

    row = got(reader, f"compounds/{compound.code}/")

    assert row["households"] == "<5"
    assert row["renewals"] == [
        {
            "kind": "basic",
            "state": "running",
            "milestones": [
                {"name": "方案公示", "planned_on": "2026-03-01", "done_on": "2026-03-02"}
            ],
        }
    ]


def test_an_organisation_that_lies_nowhere_has_no_location(reader, town):
    one = OrganisationFactory(grid=None, point=None)

    assert got(reader, f"organisations/{one.code}/")["location"] is None
    assert codes(reader, "organisations/", area=town.city.code) == []
    assert Organisation.objects.count() == 1


def test_counts_tell_no_small_number(reader, town):
    said = {"as_of": date(2026, 9, 1), "source": "登记", "by": None}
    actions.enter_counts(town.grids[0], {"aged_60": 3}, **said)
    actions.enter_counts(town.grids[1], {"aged_60": 102, "visits": 0}, **said)
    actions.enter_counts(town.communities[0], {"aged_60": 105}, **said)

    def told(area):
        rows = got(reader, f"areas/{area.code}/counts/")["results"]
        return [(one["measure"], one["words"], one["number"], one["at_least"]) for one in rows]

    assert told(town.grids[0]) == [("aged_60", "<5", None, 0)]
    assert told(town.grids[1]) == [("aged_60", "102", 102, 102), ("visits", "0", 0, 0)]
    assert told(town.communities[0]) == [("aged_60", "≥103", None, 103)]
    assert "105" not in reader.get(f"/api/v1/areas/{town.communities[0].code}/counts/").text
    assert told(town.streets[0]) == []
    assert reader.get("/api/v1/areas/nowhere/counts/").status_code == 404
