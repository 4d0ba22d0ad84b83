"""A facility is named with a thumb: what stands at the pin is offered and goes with the report."""

import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import expect

from grids.models import WGS84
from tests.browser.conftest import PHONE
from tests.browser.test_one_report import no_sideways_scroll, sign_in, town  # noqa: F401 a fixture
from tests.factories.grids import FacilityClassFactory, FacilityFactory
from tickets.models import Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def test_what_stands_at_the_pin_is_tapped_let_go_and_sent(town, open_page):  # noqa: F811
    lon, lat = town.middle(2)
    cover = FacilityClassFactory(name="Manhole cover")
    near, other = (
        FacilityFactory(
            facility_class=cover,
            name=name,
            grid=town.grids[2],
            owner=town.housing,
            point=Point(lon + off, lat, srid=WGS84),
        )
        for name, off in (("cover 17", 0.0001), ("cover 18", 0.0003))
    )
    phone = open_page(
        PHONE,
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 6},
        permissions=["geolocation"],
        has_touch=True,
        is_mobile=True,
    )
    sign_in(phone, "worker", "/tickets/new/")
    phone.get_by_role("button", name="Here I am").click()
    phone.locator("[data-gg-standing] > summary").click()
    buttons = phone.locator("[data-gg-facility]")
    expect(buttons).to_have_count(2)
    expect(buttons.first).to_contain_text("cover 17")
    number = phone.locator("input[name=facility]")

    buttons.nth(1).tap()
    expect(number).to_have_value(other.code)
    buttons.nth(1).tap()
    expect(number).to_have_value("")
    buttons.first.tap()
    expect(buttons.first).to_have_attribute("aria-pressed", "true")
    expect(buttons.nth(1)).to_have_attribute("aria-pressed", "false")
    assert buttons.first.bounding_box()["height"] >= 44
    no_sideways_scroll(phone)

    phone.locator("label.pick", has_text="Manhole").click()
    phone.get_by_label("In your words").last.fill("It rocks")
    phone.get_by_role("button", name="Report it").click()
    phone.wait_for_url("**/tickets/YL*/")
    assert Ticket.objects.get().facility_id == near.pk
