"""A grid worker's round on a phone: start, check in, report, end, and what is stored of it."""

import re
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.contrib.gis.geos import Point
from django.utils import timezone
from playwright.sync_api import expect

from govgrid.worktime.models import ClockShift
from grids.models import WGS84, CheckIn, Patrol
from tests.browser.conftest import PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.grids import build_town, holder
from tests.factories.tickets import CategoryFactory
from tickets.models import Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _test_clock(monkeypatch):
    """Before the processes start: they and this one ask the same clock."""
    monkeypatch.setenv("TEST_CLOCK", "1")


@pytest.fixture
def at(transactional_db, settings):
    """``at(8, 20)`` makes it that time of Thursday, 24 September 2026, for every process.

    Called just before a tap: what comes before takes as long as the machine is busy.
    """
    settings.TEST_CLOCK = True

    def moved(hour, minute, second=0):
        then = datetime(2026, 9, 24, hour, minute, second, tzinfo=CHINA)
        ClockShift.objects.update_or_create(id=1, defaults={"shift": then - timezone.now()})

    return moved


@pytest.fixture
def town(transactional_db):
    made = build_town()
    CategoryFactory(
        code="0101", name_en="Manhole cover missing or damaged", picture_rank=1, icon="manhole"
    )
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    holder("grid_worker", area=made.grids[2], username="worker", name="Li", **secret)
    holder("street_desk", area=made.streets[0], username="street", name="Sun", **secret)
    return made


@pytest.fixture
def here(town):
    lon, lat = town.middle(2)
    return {
        "geolocation": {"longitude": lon, "latitude": lat, "accuracy": 6},
        "permissions": ["geolocation"],
        "has_touch": True,
        "is_mobile": True,
    }


def tap(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def figure(page, name):
    return page.locator(".field-figures .figure", has_text=name).locator("strong")


def report_here(page, town):
    """One report, as a script of this page would send it; the form has a test of its own."""
    lon, lat = town.middle(2)
    sent = {
        "client_id": str(uuid4()),
        "category": "0101",
        "description": "",
        "location": {"lon": lon, "lat": lat},
    }
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    headers = {"X-CSRFToken": token, "Referer": page.url}
    answer = page.request.post("/api/v1/tickets/", data=sent, headers=headers)
    assert answer.status == 201, answer.text()


def test_a_round_of_three_hours_and_what_is_stored_of_it(town, at, here, open_page):
    at(8, 20)
    phone = open_page(PHONE, **here)
    sign_in(phone, "worker", "/field/")
    expect(phone.locator("h1")).to_have_text(town.grids[2].name)
    no_sideways_scroll(phone)
    at(8, 20)
    tap(phone, "Start a patrol")
    expect(phone.locator("main")).to_contain_text("On patrol since 08:2")
    expect(phone.locator(".field-clock")).to_contain_text("0 min")

    for hour, minute in ((8, 41), (9, 41), (10, 41), (11, 21)):
        at(hour, minute)
        tap(phone, "Check in")
        expect(phone.locator(".toast")).to_contain_text(f"Checked in at {hour:02}:{minute // 10}")
    expect(figure(phone, "Check-ins")).to_have_text("4")
    expect(phone.locator(".map-disc")).to_have_count(4)
    no_sideways_scroll(phone)

    phone.get_by_role("link", name="Report", exact=True).click()
    phone.wait_for_url("**/tickets/new/")
    report_here(phone, town)
    phone.goto("/field/")
    expect(figure(phone, "Reports")).to_have_text("1")

    at(11, 32, 30)
    tap(phone, "End")
    expect(phone.locator(".toast")).to_contain_text("3 h 12 min · Check-ins 4 · Reports 1")
    expect(phone.locator(".field-clock")).to_contain_text("3 h 12 min")
    expect(phone.locator(".field-clock")).to_contain_text("the 3 h are met")

    phone.get_by_role("link", name="What is stored about me").click()
    phone.wait_for_url("**/field/mine/")
    expect(phone.locator(".field-kept > li")).to_have_count(4)
    expect(phone.locator(".field-kept > li").first).to_contain_text("erased on 24 October")
    no_sideways_scroll(phone)
    phone.goto("/field/ledger/")
    expect(phone.locator(".field-days")).to_contain_text(re.compile(r"24 September\s*3 h 12 min"))
    no_sideways_scroll(phone)

    lon, lat = town.middle(2)
    assert {one.point for one in CheckIn.objects.all()} == {
        Point(round(lon, 6), round(lat, 6), srid=WGS84)
    }
    assert Ticket.objects.get().filed_by.username == "worker"

    desk = open_page(PHONE)
    sign_in(desk, "street", "/field/")
    expect(desk.locator("main")).to_contain_text("This page is for grid workers.")
    assert desk.goto("/field/mine/").ok
    expect(desk.locator("main")).to_contain_text("Nothing is stored about you yet.")


def test_a_phone_that_gives_no_position_still_checks_in(town, at, open_page):
    at(8, 20)
    phone = open_page(PHONE, permissions=[])
    sign_in(phone, "worker", "/field/")
    tap(phone, "Start a patrol")
    tap(phone, "Check in")

    expect(phone.locator(".toast")).to_contain_text("without a position")
    assert CheckIn.objects.get().point is None


def test_without_script_a_round_works_too(town, at, open_page):
    at(8, 20)
    phone = open_page(PHONE, java_script_enabled=False)
    sign_in(phone, "worker", "/field/")
    at(8, 20)
    tap(phone, "Start a patrol")
    tap(phone, "Check in")
    at(11, 25, 30)
    tap(phone, "End")

    expect(phone.locator("main")).to_contain_text("3 h 5 min")
    patrol = Patrol.objects.get()
    assert patrol.check_ins.count() == 1
    assert patrol.ended_at - patrol.started_at >= timedelta(hours=3, minutes=5)


def test_a_patrol_that_nobody_ended_is_counted_honestly_the_next_day(town, at, here, open_page):
    at(8, 20)
    phone = open_page(PHONE, **here)
    sign_in(phone, "worker", "/field/")
    at(8, 20)
    tap(phone, "Start a patrol")
    at(9, 50, 30)
    tap(phone, "Check in")
    at(23, 0)
    phone.reload()

    expect(phone.locator("main")).to_contain_text("was not ended")
    expect(phone.locator(".field-clock")).to_contain_text("1 h 30 min")
    tap(phone, "End that patrol")
    expect(phone.locator("main")).to_contain_text("it counts until the last check-in, at 09:5")
    tap(phone, "Start a patrol")
    expect(phone.locator("main")).to_contain_text("On patrol since 23:0")
