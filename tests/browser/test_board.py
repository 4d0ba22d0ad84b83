"""The board in a real browser: keys, undo, merge, updates by themselves, and who was faster."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils import timezone
from playwright.sync_api import expect

from benchmarks.stage import until
from govgrid.worktime.models import ClockShift
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.grids import build_town, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed
from tickets import actions
from tickets.models import Ticket

CHINA = ZoneInfo("Asia/Shanghai")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def desk(transactional_db, settings, monkeypatch):
    """Three reports that no rule fits at the desk of street 1; a rule came later.

    On a Sunday: no time of the desk runs, and what is taken back is due when it was.
    """
    monkeypatch.setenv("TEST_CLOCK", "1")
    settings.TEST_CLOCK = True
    ClockShift.objects.create(id=1, shift=datetime(2026, 10, 11, 10, tzinfo=CHINA) - timezone.now())
    town = build_town()
    category = CategoryFactory(code="0909", name_en="Broken bench", icon="tree")
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    holder("street_desk", area=town.streets[0], username="desk", name="Qin", **secret)
    head = holder("street_head", area=town.streets[0], username="head", name="Shen", **secret)
    worker = holder("grid_worker", area=town.grids[0], username="worker", name="Li")
    tickets = [filed(town, by=worker, category=category, description=text) for text in "abc"]
    actions.route()
    RuleFactory(category=category, area=town.district, department=town.urban)
    return town, tickets, head


def state(ticket):
    return Ticket.objects.get(pk=ticket.pk).state


def in_hand(page):
    return page.locator("[data-gg-tile][aria-current=true]")


def test_a_morning_at_the_desk_by_keys(desk, open_page):
    town, (first, second, third), head = desk
    page = open_page(DESK)
    sign_in(page, "desk", "/tickets/board/")
    no_sideways_scroll(page)
    triage = page.locator("[data-gg-col=triage]")
    expect(triage.locator("[data-gg-count]")).to_have_text("3")
    expect(in_hand(page)).to_contain_text("城管局 leads")

    # J goes down, K up again.
    numbers = [one.get_attribute("data-gg-tile") for one in triage.locator("[data-gg-tile]").all()]
    page.keyboard.press("j")
    expect(in_hand(page)).to_have_attribute("data-gg-tile", numbers[1])
    page.keyboard.press("k")
    expect(in_hand(page)).to_have_attribute("data-gg-tile", numbers[0])

    # A assigns as suggested, Z takes it back.
    page.keyboard.press("a")
    until(lambda: state(first) == "dispatched", "A assigns")
    expect(triage.locator("[data-gg-count]")).to_have_text("2")
    page.keyboard.press("z")
    until(lambda: state(first) == "triage", "Z undoes")
    expect(triage.locator("[data-gg-count]")).to_have_text("3")

    # M marks one, M on another opens the dialog: the younger goes into the older.
    expect(page.locator("[data-gg-tile]")).to_have_count(3)
    expect(in_hand(page)).to_have_attribute("data-gg-tile", first.number)
    for one in (second, third):
        page.keyboard.press("j")
        expect(in_hand(page)).to_have_attribute("data-gg-tile", one.number)
        page.keyboard.press("m")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text(f"Merge {third.number} into {second.number}")
    dialog.get_by_role("button", name="Merge").click()
    until(lambda: state(third) == "merged", "the dialog merges")
    expect(page.locator(f"[data-gg-tile='{third.number}']")).to_have_count(0)

    # Another user's move comes by itself, and the selection stays.
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(in_hand(page)).to_have_attribute("data-gg-tile", first.number)
    actions.move(second, "assign", by=head, department=town.housing)
    # The page asks every ten seconds.
    given = page.locator("[data-gg-col=dispatched] [data-gg-count]")
    expect(given).to_have_text("1", timeout=25_000)
    expect(in_hand(page)).to_have_attribute("data-gg-tile", first.number)


def test_a_move_is_shown_though_an_older_answer_was_on_its_way(desk, open_page):
    _town, (first, *_rest), _head = desk
    page = open_page(DESK)
    # Nothing comes by itself after ten seconds.
    page.add_init_script("window.setInterval = () => 0")
    sign_in(page, "desk", "/tickets/board/")
    expect(in_hand(page)).to_contain_text("城管局 leads")
    held = []

    def hold(route):
        if route.request.headers.get("hx-request") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/tickets/board/", hold)
    # A dialog that closes asks for news.
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    until(lambda: page.wait_for_timeout(50) or held, "the page asks")
    page.keyboard.press("a")
    until(lambda: page.wait_for_timeout(50) or state(first) == "dispatched", "A assigns")
    held[0].fulfill(status=304)
    expect(page.locator("[data-gg-col=triage] [data-gg-count]")).to_have_text("2")


def test_who_was_faster_is_said(desk, open_page):
    town, (first, *_rest), head = desk
    page = open_page(DESK)
    # No update reaches this page: it is as stale as one behind a bad line.
    page.route(
        "**/tickets/board/",
        lambda route: (
            route.fulfill(status=304)
            if route.request.headers.get("hx-request")
            else route.continue_()
        ),
    )
    sign_in(page, "desk", "/tickets/board/")
    # The most urgent one is in hand from the start.
    expect(in_hand(page)).to_have_attribute("data-gg-tile", first.number)
    expect(in_hand(page)).to_contain_text("城管局 leads")
    actions.move(first, "assign", by=head, department=town.housing)
    page.keyboard.press("a")

    expect(page.locator(".toast")).to_contain_text("was faster: Assign at")
    assert Ticket.objects.get(pk=first.pk).lead_department == town.housing


def test_a_key_asks_for_words_and_keys_can_be_switched_off(desk, open_page):
    _town, (first, *_rest), _head = desk
    page = open_page(DESK)
    sign_in(page, "desk", "/tickets/board/")
    expect(in_hand(page)).to_have_attribute("data-gg-tile", first.number)
    page.keyboard.press("r")
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("button", name="Decline").click()
    expect(dialog.locator(".errors, [data-gg-summary]").first).to_be_visible()
    dialog.locator("textarea").fill("This is not for the street")
    dialog.get_by_role("button", name="Decline").click()
    until(lambda: state(first) == "declined", "the dialog declines")

    # No key works beneath a dialog: it closes once the answer is there.
    expect(page.locator("dialog[open]")).to_have_count(0)
    # The next one comes into the hand when the columns are drawn anew.
    expect(in_hand(page)).not_to_have_attribute("data-gg-tile", first.number)
    page.keyboard.press("?")
    page.get_by_label("Single keys work on this device").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    before = in_hand(page).get_attribute("data-gg-tile")
    page.keyboard.press("j")
    page.keyboard.press("r")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(in_hand(page)).to_have_attribute("data-gg-tile", before)


def test_the_board_under_a_thumb(desk, open_page):
    _town, (first, *_rest), _head = desk
    page = open_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(page, "desk", "/tickets/board/")
    no_sideways_scroll(page)
    page.locator(f"[data-gg-tile='{first.number}'] a").tap()
    page.wait_for_url(f"**/tickets/{first.number}/")
