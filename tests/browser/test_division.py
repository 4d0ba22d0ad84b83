"""A community is drawn anew: the line on the map, the check, the vote, the approval, the day."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils import timezone
from playwright.sync_api import expect

from benchmarks.stage import until
from govgrid.worktime.models import ClockShift
from grids.models import Area, Division, FormerShape
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.divisions import counted
from tests.factories.grids import build_town, holder

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
    """``at(3, 10, 0, 5)`` makes it that moment of 2026 for every process."""
    settings.TEST_CLOCK = True

    def moved(month, day, hour, minute):
        then = datetime(2026, month, day, hour, minute, tzinfo=CHINA)
        ClockShift.objects.update_or_create(id=1, defaults={"shift": then - timezone.now()})

    return moved


@pytest.fixture
def town(transactional_db):
    made = build_town()
    counted(made, 480, 260)
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    holder("community_officer", area=made.communities[0], username="officer", name="Wang", **secret)
    holder("street_head", area=made.streets[0], username="head", name="Sun", **secret)
    return made


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def middle_of(page, piece):
    """Where the middle of a piece and its upper and lower edge lie on the screen."""
    box = page.locator(".m-piece").nth(piece).bounding_box()
    return box["x"] + box["width"] / 2, box["y"], box["y"] + box["height"]


def test_a_community_is_drawn_anew_and_the_map_follows_on_the_day(town, at, open_page):
    at(3, 1, 9, 0)
    desk = open_page(DESK)
    sign_in(desk, "officer", f"/grids/{town.communities[0].code}/")
    desk.get_by_role("link", name=f"Divisions of {town.communities[0].name}").click()
    press(desk, "Begin a draft")
    expect(desk.locator("#pieces > li")).to_have_count(2)
    expect(desk.locator("#findings")).to_contain_text("480 households; 200 to 300 are asked for")

    # By the map: choose the first piece with a tap, set two points across it.
    expect(desk.locator("[data-gg-drawn]")).to_have_count(1)
    desk.locator(".division-map").scroll_into_view_if_needed()
    x, top, foot = middle_of(desk, 0)
    desk.mouse.click(x + 30, (top + foot) / 2)
    expect(desk.locator("#piece-1 [data-gg-piece]")).to_be_checked()
    desk.get_by_role("button", name="Set points").click()
    for y in (top - 8, foot + 8):
        desk.mouse.click(x, y)
    expect(desk.locator(".m-pen-point")).to_have_count(2)
    press(desk, "Draw it")
    expect(desk.locator("#pieces > li")).to_have_count(3)

    # The check: a special grid over another is an error, and undoing brings back what was.
    for corner in ("111.012, 30.002\n111.014, 30.002\n111.014, 30.004\n111.012, 30.004",) * 2:
        desk.get_by_label("What to do").select_option("add_special")
        desk.get_by_label("Points", exact=False).first.fill(corner)
        press(desk, "Draw it")
    expect(desk.locator("#findings")).to_contain_text("1 error")
    expect(desk.get_by_role("button", name="Submit", exact=True)).to_have_attribute(
        "aria-disabled", "true"
    )
    desk.get_by_role("button", name="Show").first.click()
    press(desk, "Undo")
    press(desk, "Undo")
    expect(desk.locator("#findings")).to_contain_text("0 errors")
    expect(desk.locator("#findings")).to_contain_text("No gaps, no overlaps")

    for select in desk.locator(".division-rules select").all():
        select.select_option("yes")
    press(desk, "Keep the answers")
    plan = desk.locator("#plan")
    plan.get_by_label("Why the grids").fill("A new compound was moved into")
    plan.get_by_label("Holds from").fill("2026-03-10")
    plan.get_by_label("Form of the vote").select_option("assembly")
    plan.get_by_label("Voted on").fill("2026-02-20")
    for label, number in (("Took part", "120"), ("For it", "101"), ("Against it", "7")):
        plan.get_by_label(label).fill(number)
    with desk.expect_navigation():
        plan.get_by_role("button", name="Keep this").click()
    press(desk, "Submit")
    address = desk.url.split("#")[0]
    expect(desk.locator(".page__head .chip")).to_have_text("Submitted")
    expect(desk.get_by_role("button", name="Approve")).to_have_count(0)

    head = open_page(PHONE)
    sign_in(head, "head", re.sub(r"^https?://[^/]+", "", address))
    no_sideways_scroll(head)
    expect(head.locator("#plan")).to_contain_text("120 took part, 101 for it, 7 against it")
    press(head, "Approve")
    expect(head.locator(".page__head .chip")).to_have_text("Approved")
    expect(head.locator("main")).to_contain_text("It is to hold from 10 March")

    at(3, 10, 0, 5)
    until(lambda: Division.objects.get().state == "in_force", "the day has come")
    head.reload()
    expect(head.locator(".page__head .chip")).to_have_text("In force")
    new = Area.objects.get(valid_from="2026-03-10")
    assert new.parent == town.communities[0]
    found = desk.request.get("/grids/locate/?lon=111.001&lat=30.005").json()["grid"]["code"]
    assert {
        found,
        desk.request.get("/grids/locate/?lon=111.009&lat=30.005").json()["grid"]["code"],
    } == {
        town.grids[0].code,
        new.code,
    }
    assert FormerShape.objects.get().area == town.grids[0]
    desk.goto(f"/grids/{town.communities[0].code}/map/?on=2026-03-09")
    expect(desk.locator("main")).not_to_contain_text(new.name)
    expect(desk.locator("main")).to_contain_text("drawn otherwise since")


def test_without_the_map_the_list_does_the_same(town, at, open_page):
    at(3, 1, 9, 0)
    desk = open_page(PHONE, java_script_enabled=False)
    sign_in(desk, "officer", f"/grids/{town.communities[0].code}/division/")
    press(desk, "Begin a draft")
    no_sideways_scroll(desk)
    desk.locator("#piece-1 input[name=pieces]").check()
    desk.get_by_label("What to do").select_option("split")
    desk.get_by_label("Points", exact=False).first.fill("111.005, 29.999\n111.005, 30.011")
    press(desk, "Draw it")
    expect(desk.locator("#pieces > li")).to_have_count(3)
    press(desk, "Undo")
    expect(desk.locator("#pieces > li")).to_have_count(2)
