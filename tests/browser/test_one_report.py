"""One report, end to end: filed on a phone, routed by Celery, closed again, every step told."""

import json
import urllib.request
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from playwright.sync_api import Page, expect

from benchmarks.stage import until
from tests.browser.conftest import DESK, PHONE
from tests.factories.grids import build_town, holder
from tests.factories.tickets import CategoryFactory, RuleFactory
from tickets.models import Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

PASSWORD = "three blind mice"
STORY = ["file", "route", "sign", "report_in", "finish", "verify", "close"]


@pytest.fixture
def town(transactional_db):
    made = build_town()
    manhole = CategoryFactory(
        code="0101", name_en="Manhole cover missing or damaged", picture_rank=1, icon="manhole"
    )
    RuleFactory(category=manhole, area=made.district, department=made.housing)
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    holder("grid_worker", area=made.grids[2], username="worker", name="Li", **secret)
    holder("department_clerk", department=made.housing, username="clerk", name="Wang", **secret)
    holder("community_officer", area=made.communities[1], username="officer", name="Zhou", **secret)
    return made


def sign_in(page: Page, name: str, then: str) -> None:
    page.goto(f"/login/?next={then}")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    # Not ``**{then}``: that fits the address of the form as well.
    page.wait_for_url(lambda url: "/login/" not in url)


def no_sideways_scroll(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


def press(page: Page, move: str, words: str = "") -> None:
    """Take a move on a ticket's page; one that needs words opens first."""
    if words:
        page.locator(f"#{move} > summary").click()
        page.locator(f"#{move} textarea").fill(words)
    with page.expect_navigation():
        page.locator(f"#{move} form button, form#{move} > button").click()
    expect(page.locator(".toast").first).to_be_visible()


def test_a_report_goes_from_the_phone_to_the_department_and_comes_back_closed(town, open_page):
    lon, lat = town.middle(2)
    phone = open_page(
        PHONE,
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 6},
        permissions=["geolocation"],
        has_touch=True,
        is_mobile=True,
    )
    sign_in(phone, "worker", "/tickets/new/")
    no_sideways_scroll(phone)
    phone.get_by_role("button", name="Here I am").click()
    expect(phone.locator("[data-gg-place-words]")).to_contain_text(town.grids[2].name)
    phone.locator("label.pick", has_text="Manhole").click()
    phone.get_by_label("In your words").last.fill("By the bus stop, some 70 cm wide")
    phone.get_by_role("button", name="Report it").click()
    phone.wait_for_url("**/tickets/YL*/")
    no_sideways_scroll(phone)
    ticket = until(lambda: Ticket.objects.filter(state="dispatched").first(), "Celery routes it")
    phone.reload()
    expect(phone.locator("h1")).to_contain_text("Manhole")
    expect(phone.locator("main")).to_contain_text("To be signed for")

    clerk = open_page(DESK)
    sign_in(clerk, "clerk", "/desk/")
    # In the list: the ticket beside it, which comes a moment later, has a link of that name too.
    listed = clerk.locator(".desk__list")
    listed.get_by_role("link", name="Manhole cover missing or damaged").click()
    clerk.wait_for_url(f"**/tickets/{ticket.number}/")
    press(clerk, "sign")
    press(clerk, "report_in")
    press(clerk, "finish", "A new cover, and it holds")
    no_sideways_scroll(clerk)

    officer = open_page(DESK)
    sign_in(officer, "officer", f"/tickets/{ticket.number}/")
    press(officer, "verify")
    press(officer, "close")
    expect(officer.locator(".page__head, header").first).to_be_visible()

    ticket.refresh_from_db()
    assert ticket.state == "closed"
    assert list(ticket.events.order_by("pk").values_list("verb", flat=True)) == STORY
    phone.reload()
    steps = phone.locator(".story > li")
    expect(steps).to_have_count(len(STORY))
    expect(steps.nth(4)).to_contain_text("A new cover, and it holds")


def test_the_key_signs_and_the_page_works_without_script(town, open_page):
    page = open_page(PHONE, java_script_enabled=False)
    sign_in(page, "worker", "/tickets/new/")
    page.locator("select[name=grid]").select_option(label=town.grids[2].name)
    page.locator("label.pick", has_text="Manhole").click()
    page.get_by_role("button", name="Report it").click()
    page.wait_for_url("**/tickets/YL*/")
    ticket = until(lambda: Ticket.objects.filter(state="dispatched").first(), "Celery routes it")
    assert ticket.point is None

    clerk = open_page(DESK)
    sign_in(clerk, "clerk", f"/tickets/{ticket.number}/")
    clerk.keyboard.press("s")
    until(lambda: ticket.events.filter(verb="sign").exists(), "the key S signs")


def test_a_program_does_the_same_over_rest(town, stage):
    def call(method, path, token=None, **content):
        request = urllib.request.Request(  # noqa: S310 our own server
            f"{stage.url}/api/v1/{path}",
            method=method,
            data=json.dumps(content).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"}
            | ({"Authorization": f"Bearer {token}"} if token else {}),
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, json.load(answer)

    def token_of(name):
        return call("POST", "auth/token/", username=name, password=PASSWORD)[1]["token"]

    worker, clerk, officer = (token_of(name) for name in ("worker", "clerk", "officer"))
    lon, lat = town.middle(2)
    place = {"lon": lon, "lat": lat}
    report = {"client_id": str(uuid4()), "category": "0101", "location": place}
    status, made = call("POST", "tickets/", worker, **report, description="Cover missing")
    assert status == 201
    path = f"tickets/{made['number']}/"
    until(lambda: call("GET", path, worker)[1]["state"] == "dispatched", "Celery routes it")

    call("POST", f"{path}actions/sign/", clerk)
    call("POST", f"{path}actions/report_in/", clerk)
    call("POST", f"{path}actions/finish/", clerk, note="A new cover")
    call("POST", f"{path}actions/verify/", officer)
    status, closed = call("POST", f"{path}actions/close/", officer)

    assert (status, closed["state"]) == (200, "closed")
    events = call("GET", f"{path}events/", worker)[1]["results"]
    assert [event["verb"] for event in events] == STORY
