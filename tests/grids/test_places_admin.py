"""The registers in the back office: found and read, not written, and no hidden number shown."""

from datetime import date

import pytest

from grids import actions
from tests.factories.accounts import UserFactory
from tests.factories.grids import (
    CompoundFactory,
    FacilityFactory,
    OrganisationFactory,
    ServicePointFactory,
    build_town,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def town():
    return build_town()


def test_every_page_opens_and_none_writes(office, town):
    compound = CompoundFactory(community=town.communities[0])
    renewal = actions.start_renewal(compound, "basic", [("竣工", date(2026, 3, 1))], by=None)
    facility = FacilityFactory(grid=town.grids[0])
    for name, one in {
        "compound": compound,
        "renewal": renewal,
        "facilityclass": facility.facility_class,
        "facility": facility,
        "servicepoint": ServicePointFactory(grid=town.grids[0]),
        "organisation": OrganisationFactory(grid=town.grids[0]),
    }.items():
        pages = f"/admin/grids/{name}/"
        assert office.get(pages).status_code == 200, name
        assert office.get(f"{pages}{one.pk}/change/").status_code == 200, name
        assert office.get(f"{pages}add/").status_code == 403, name
        assert office.post(f"{pages}{one.pk}/change/", {}).status_code == 403, name
        assert office.post(f"{pages}{one.pk}/delete/", {"post": "yes"}).status_code == 403, name


def test_a_hidden_number_is_on_no_page(office, town):
    said = {"as_of": date(2026, 9, 1), "source": "登记", "by": None}
    actions.enter_counts(town.grids[0], {"aged_60": 4}, **said)
    actions.enter_counts(town.communities[0], {"aged_60": 77123}, **said)
    hidden = town.communities[0].counts.get()

    page = office.get("/admin/grids/areacount/").content.decode()
    one = office.get(f"/admin/grids/areacount/{hidden.pk}/change/").content.decode()

    assert "&lt;5" in page
    assert "≥1" in page
    assert "77123" not in page + one


def test_a_list_asks_as_often_for_many_as_for_one(office, town, django_assert_max_num_queries):
    for n in range(20):
        FacilityFactory(grid=town.grids[n % 8], owner=town.urban)
    office.get("/admin/grids/facility/")

    with django_assert_max_num_queries(8):
        office.get("/admin/grids/facility/")
