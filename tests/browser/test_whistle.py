"""The whistle on a phone: an emergency without a word, a hard case with its reasons."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils import timezone
from playwright.sync_api import expect

from benchmarks.stage import until
from tests.browser.conftest import PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.grids import DepartmentFactory, build_town, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, routed
from tickets.models import Helper, Ticket, Whistle

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def town(transactional_db):
    made = build_town()
    manhole = CategoryFactory(
        code="0101",
        name_en="Manhole cover missing or damaged",
        picture_rank=1,
        icon="manhole",
        helpers="城管局",
        hazard_limit="UH2",
        default_whistle="emergency",
    )
    parking = CategoryFactory(
        code="0706",
        name_en="Compound parking and charging posts",
        picture_rank=2,
        icon="car",
        lead="街道办",
        helpers="住建局,供电公司,消防救援",
        default_whistle="hard",
    )
    RuleFactory(category=manhole, area=made.district, department=made.housing)
    RuleFactory(category=parking, area=made.district, function="street_office")
    for name in ("供电公司", "消防救援"):
        DepartmentFactory(name=name, area=made.district)
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    holder("grid_worker", area=made.grids[2], username="worker", name="Li", **secret)
    holder("community_officer", area=made.communities[1], username="officer", name="Zhou", **secret)
    return made


@pytest.fixture
def phone(open_page, town):
    """``phone()``: a phone that stands in the middle of grid 2 and may say so."""

    def opened(**options):
        lon, lat = town.middle(2)
        return open_page(
            PHONE,
            geolocation={"longitude": lon, "latitude": lat, "accuracy": 6},
            permissions=["geolocation"],
            has_touch=True,
            is_mobile=True,
            **options,
        )

    return opened


def locate(page, town):
    page.get_by_role("button", name="Here I am").click()
    expect(page.locator("[data-gg-place-words]")).to_contain_text(town.grids[2].name)


def test_an_emergency_on_a_phone_needs_no_word_and_links_what_was_closed_here(town, phone):
    worker = town_person("worker")
    closed = routed(town, by=worker, grid=2, category=category("0101"))
    now = timezone.now()
    Ticket.objects.filter(pk=closed.pk).update(state="closed", closed_at=now)
    page = phone()
    sign_in(page, "worker", "/tickets/new/")
    locate(page, town)

    page.locator("label.pick", has_text="Manhole").click()
    expect(page.locator("#near")).to_contain_text("0 m away, closed")
    page.locator("#near").get_by_role("button", name="New").click()
    expect(page.locator("[data-gg-usual=emergency]")).to_be_visible()
    page.locator("label", has_text="Emergency whistle").click()
    terms = page.locator("#terms")
    expect(terms).to_contain_text("15 min")
    expect(terms).to_contain_text("2 h")
    expect(terms.get_by_label("城管局")).to_be_checked()
    go = page.get_by_role("button", name="Blow the whistle: 住建局")
    no_sideways_scroll(page)
    go.click()
    page.wait_for_url("**/tickets/YL*/")
    no_sideways_scroll(page)

    made = until(
        lambda: Ticket.objects.filter(state="dispatched", whistle_kind="emergency").first(),
        "Celery routes it",
    )
    assert made.repeat_of == closed
    assert made.lead_department == town.housing
    assert Helper.objects.get().department == town.urban
    assert Whistle.objects.get().tried == ""


def test_a_hard_case_cannot_be_sent_without_its_reasons(town, phone):
    page = phone()
    sign_in(page, "officer", "/tickets/new/")
    locate(page, town)
    page.locator("label.pick", has_text="Compound parking").click()
    tried = page.get_by_label("What has the community tried?")
    expect(tried).to_be_hidden()
    page.locator("label", has_text="Hard-case whistle").click()
    expect(tried).to_be_visible()
    expect(page.locator("#terms")).to_contain_text("It waits until the head of 街道1 approves it")
    page.locator("#terms").get_by_label("消防救援").uncheck()

    tried.fill("Three talks with the owners")
    page.get_by_role("button", name="Blow the whistle: 住建局").click()
    expect(page.locator("[data-gg-summary]")).to_contain_text("Say which power is missing.")
    expect(tried).to_have_value("Three talks with the owners")
    # What was unticked stays so.
    expect(page.locator("#terms").get_by_label("消防救援")).not_to_be_checked()
    expect(page.locator("#terms").get_by_label("供电公司")).to_be_checked()
    no_sideways_scroll(page)

    page.get_by_label("Which power is missing?").fill("Fire safety on private ground")
    page.get_by_role("button", name="Blow the whistle: 住建局").click()
    page.wait_for_url("**/tickets/YL*/")
    assert Ticket.objects.get().state == "awaiting_approval"
    assert Helper.objects.get().department.short_name == "供电公司"


@pytest.mark.parametrize("has_script", [True, False])
def test_the_whistle_is_blown_for_a_report_that_is_there(town, phone, has_script):
    ticket = filed(town, by=town_person("worker"), grid=2, category=category("0706"))
    until(lambda: Ticket.objects.filter(state="dispatched").exists(), "Celery routes it")
    page = phone(java_script_enabled=has_script)
    sign_in(page, "officer", f"/tickets/{ticket.number}/whistle/")
    no_sideways_scroll(page)

    page.locator("label", has_text="Hard-case whistle").click()
    page.get_by_label("What has the community tried?").fill("Three talks")
    page.get_by_label("Which power is missing?").fill("Fire safety")
    if has_script:
        expect(page.locator("#terms")).to_contain_text("It waits until the head of 街道1")
    page.get_by_role("button", name="Blow the whistle").click()
    if not has_script:
        # The helpers are shown once before it is sent.
        expect(page.locator("#terms").get_by_label("供电公司")).to_be_checked()
        no_sideways_scroll(page)
        page.get_by_role("button", name="Blow the whistle").click()
    page.wait_for_url(f"**/tickets/{ticket.number}/")

    ticket.refresh_from_db()
    assert ticket.state == "awaiting_approval"
    assert {one.department.short_name for one in Helper.objects.all()} == {"供电公司", "消防救援"}


def category(code):
    return CategoryFactory(code=code)


def town_person(name):
    return get_user_model().objects.get(username=name)
