"""Several tickets at once in a real browser: marked by key and by thumb, moved, undone."""

import pytest
from playwright.sync_api import expect

from benchmarks.stage import until
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_board import desk  # noqa: F401 a fixture
from tests.browser.test_one_report import no_sideways_scroll, sign_in
from tickets import actions
from tickets.models import Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def states(tickets):
    return [Ticket.objects.get(pk=one.pk).state for one in tickets]


def test_two_are_assigned_by_keys_on_the_board_and_taken_back(desk, open_page):  # noqa: F811
    town, (first, second, third), _head = desk
    page = open_page(DESK)
    sign_in(page, "desk", "/tickets/board/")
    expect(page.locator("[data-gg-tile][aria-current=true]")).to_contain_text("城管局 leads")
    bar = page.locator("[data-gg-bar]")
    expect(bar).to_be_hidden()

    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar.locator("[data-gg-bar-count]")).to_have_text("2")
    bar.get_by_role("link", name="Assign").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("button", name="Assign").click()
    # Words are lacking: the dialog says which and stays.
    expect(dialog.locator("[data-gg-summary]")).to_be_visible()
    dialog.get_by_label("Choose the department").select_option(label=str(town.urban))
    dialog.get_by_role("button", name="Assign").click()
    until(lambda: states([first, second]) == ["dispatched"] * 2, "both are assigned")
    expect(page.locator(".toast")).to_contain_text("Assign: 2 of 2.")
    expect(bar).to_be_hidden()

    page.keyboard.press("z")
    until(lambda: states([first, second, third]) == ["triage"] * 3, "both are taken back")
    expect(page.locator("[data-gg-col=triage] [data-gg-count]")).to_have_text("3")


def test_three_are_merged_under_a_thumb(desk, open_page):  # noqa: F811
    _town, tickets, _head = desk
    page = open_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(page, "desk", "/tickets/")
    for box in page.locator("[data-gg-pick]").all():
        box.tap()
    bar = page.locator("[data-gg-bar]")
    expect(bar.locator("[data-gg-bar-count]")).to_have_text("3")
    no_sideways_scroll(page)
    bar.get_by_role("link", name="Merge").tap()
    page.get_by_label(tickets[1].number).check()
    page.get_by_role("button", name="Merge").tap()

    until(lambda: states(tickets) == ["merged", "triage", "merged"], "two went into the third")
    expect(page.locator("h1")).to_have_text("Merge: 2 of 2.")
    page.get_by_role("button", name="Undo all").tap()
    until(lambda: states(tickets) == ["triage"] * 3, "they are parted again")


def test_ready_words_are_put_into_the_note(desk, open_page):  # noqa: F811
    town, (first, *_rest), head = desk
    from_desk = {"move": "decline", "title": "Not ours", "text": "{number} lies on private ground."}
    actions.set_template(town.streets[0], by=head, **from_desk)
    page = open_page(DESK)
    sign_in(page, "desk", first.get_absolute_url())
    page.locator("#decline > summary").click()
    form = page.locator("#decline form")
    form.locator("textarea").fill("Looked at it.")
    form.get_by_label("Words ready to hand").select_option("Not ours")

    expect(form.locator("textarea")).to_have_value(
        f"Looked at it.\n{first.number} lies on private ground."
    )
    assert states([first]) == ["triage"]


def test_what_was_said_of_fewer_tickets_cannot_be_pressed(desk, open_page):  # noqa: F811
    page = open_page(DESK)
    sign_in(page, "desk", "/tickets/board/")
    bar = page.locator("[data-gg-bar]")
    acts = bar.locator("[data-gg-bar-acts]")
    page.keyboard.press("x")
    expect(bar.get_by_role("link", name="Assign")).to_be_visible()
    expect(acts).not_to_have_attribute("inert", "")

    held = []
    page.route("**/tickets/together/*", lambda route: held.append(route))  # noqa: PLW0108 Playwright marks what it is given
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar.locator("[data-gg-bar-count]")).to_have_text("2")
    expect(acts).to_have_attribute("inert", "")
    assert acts.locator("a").first.get_attribute("href").count("n=") == 1
    until(lambda: page.wait_for_timeout(50) or held, "the page asks for both")
    held[0].continue_()
    expect(acts).not_to_have_attribute("inert", "")
    assert acts.locator("a").first.get_attribute("href").count("n=") == 2
