"""The map of areas: tiles drawn, a grid tapped, marks that lead on, and the list that says the same."""

import re

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.contrib.gis.geos import MultiPolygon, Polygon
from playwright.sync_api import expect

from grids.models import WGS84
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.grids import build_town, holder, shape
from tests.factories.tickets import CategoryFactory, routed
from tickets import actions

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def town(transactional_db):
    """Two tickets on one spot of the first grid, one in the third."""
    town = build_town()
    flat = Polygon.from_bbox((111, 30, 111.04, 30.01))
    shape(town.streets[0], MultiPolygon(flat, srid=WGS84))
    CategoryFactory(code="0101")
    password = make_password(PASSWORD, hasher=Argon2PasswordHasher())
    desk = holder(
        "street_desk", area=town.streets[0], username="desk", password=password, language="en"
    )
    for grid in (0, 0, 2):
        routed(town, by=desk, grid=grid)
    actions.roll_up()
    return town


# Whether the outlines are on the canvas: some pixel is not clear.
DRAWN = """() => Array.from(document.querySelectorAll('[data-gg-map] canvas')).some((one) =>
    one.getContext('2d').getImageData(0, 0, one.width, one.height).data
        .some((value, i) => i % 4 === 3 && value > 0))"""


def drawn(page):
    page.wait_for_function(DRAWN)


def marks(page):
    return page.locator(".map-mark")


def test_the_map_of_a_street_on_a_phone(open_page, town, stage):
    page = open_page(PHONE, has_touch=True)
    sign_in(page, "desk", "/grids/")

    drawn(page)
    no_sideways_scroll(page)
    expect(marks(page).filter(has_text="2")).to_be_visible()
    expect(marks(page).filter(has_text="1")).to_be_visible()

    # A tap beside the marks, which draw near taps to themselves, says what is there and leads on.
    box = page.locator("[data-gg-map]").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    sheet = page.locator("[data-gg-sheet]")
    expect(sheet.locator("h2")).to_have_text(re.compile("社区1|街道1"))
    sheet.get_by_role("link", name="Open its page").tap()
    expect(page.locator("h1")).to_have_text(re.compile("社区1|街道1"))
    drawn(page)
    no_sideways_scroll(page)


def test_the_map_of_a_street_at_a_desk_by_mouse_and_by_keyboard(open_page, town, stage):
    page = open_page(DESK)
    sign_in(page, "desk", "/grids/")

    drawn(page)
    expect(page.locator(".map-label").first).to_be_visible()

    # The layer goes and comes back.
    layer = page.get_by_role("button", name="Open tickets")
    expect(marks(page).first).to_be_visible()
    layer.click()
    expect(marks(page)).to_have_count(0)
    layer.click()
    expect(marks(page).first).to_be_visible()

    # By the keyboard: the middle of the map, and back.
    box = page.locator("[data-gg-map]")
    box.focus()
    page.keyboard.press("Enter")
    heading = page.locator("[data-gg-sheet] h2")
    expect(heading).to_be_focused()
    page.keyboard.press("Escape")
    expect(heading).to_be_hidden()
    expect(box).to_be_focused()

    # The list says the same, and leads to the same page.
    row = page.locator(f'[data-gg-area="{town.grids[0].code}"]')
    expect(row).to_contain_text("2 open")
    row.get_by_role("link").focus()
    expect(row).to_have_class(re.compile("is-shown"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(town.grids[0].name)


def test_a_mark_that_stands_for_many_comes_nearer_and_one_alone_leads_to_its_page(
    open_page, town, stage
):
    page = open_page(DESK)
    sign_in(page, "desk", "/grids/")
    page.goto(town.grids[2].get_absolute_url())
    drawn(page)

    page.locator(".map-mark a").first.click()

    expect(page.locator("h1")).to_contain_text("Manhole")


def test_without_script_the_list_is_there(open_page, town, stage):
    page = open_page(DESK, java_script_enabled=False)
    sign_in(page, "desk", "/grids/")

    expect(page.get_by_text("The map needs JavaScript.")).to_be_visible()
    expect(page.get_by_role("link", name=town.grids[0].name)).to_be_visible()
