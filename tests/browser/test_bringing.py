"""An administrator brings a shifted map: it is read by the worker, noticed, shifted, and imported."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from playwright.sync_api import expect

from grids.models import AreaShape
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.grids import build_town, holder, square
from tests.factories.maps import moved, table, written

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def town(transactional_db):
    made = build_town()
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    holder("system_admin", area=made.district, username="admin", name="Li", **secret)
    return made


def drawn_anew(town):
    """Every grid one thousandth of a degree smaller, in the coordinates of a mainland map."""
    rows = [
        (grid.code, grid.name, moved(square(111 + n * 0.01, 30, 0.009), "gcj02"))
        for n, grid in enumerate(town.grids)
    ]
    return written("shapefile", table(*rows))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_shifted_map_is_noticed_shifted_and_imported(open_page, town, size):
    page = open_page(size)
    sign_in(page, "admin", "/grids/")
    page.get_by_role("link", name="Bring data").click()
    page.get_by_label("file", exact=True).set_input_files(
        {"name": "grids.zip", "mimeType": "application/zip", "buffer": drawn_anew(town)}
    )

    page.get_by_role("button", name="Read the file").click()

    # Nobody reloads: the page follows the worker by itself.
    page.get_by_role("button", name="Shift them: read as GCJ-02").click()
    page.get_by_role("button", name="Import all of it").wait_for()
    expect(page.get_by_role("button", name="Shift them")).to_have_count(0)
    # The outlines of the file over those in force.
    expect(page.locator(".leaflet-container path.m-on").first).to_be_visible()
    no_sideways_scroll(page)
    page.get_by_role("button", name="Import all of it").click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()

    outline = AreaShape.objects.get(area=town.grids[3]).boundary
    assert outline.extent == pytest.approx((111.03, 30, 111.039, 30.009), abs=1e-9)
