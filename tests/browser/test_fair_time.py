"""More time that two agree to, and a ruling: by phone and desk, from the asking to the rule."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.grids import build_town, holder
from tests.factories.tickets import CategoryFactory, routed
from tickets import actions
from tickets.models import Ruling

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

WHY = {"note": "不归我局", "return_reason": "not_ours", "suggested_owner": "城管局"}


@pytest.fixture
def town(transactional_db):
    made = build_town()
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    made.people = {
        "worker": holder("grid_worker", area=made.grids[0], username="worker", **secret),
        "clerk": holder("department_clerk", department=made.housing, username="clerk", **secret),
        "head": holder("department_head", department=made.housing, username="head", **secret),
        "urban": holder("department_clerk", department=made.urban, username="urban", **secret),
        "street": holder("street_desk", area=made.streets[0], username="street", **secret),
    }
    return made


def test_more_time_is_asked_for_agreed_to_and_granted(town, open_page):
    ticket = routed(town, by=town.people["worker"], category=CategoryFactory(code="0101"))
    actions.move(ticket, "sign", by=town.people["clerk"])
    place = ticket.get_absolute_url()
    clerk, head, street = open_page(PHONE), open_page(PHONE), open_page(DESK)

    sign_in(clerk, "clerk", place)
    clerk.locator("#extend > summary").click()
    clerk.locator("#extend input[name=amount]").fill("5")
    clerk.locator("#extend textarea").fill("配件未到")
    no_sideways_scroll(clerk)
    with clerk.expect_navigation():
        clerk.locator("#extend form button.btn").click()
    expect(clerk.locator("#time")).to_contain_text("waits for the head of the department")

    sign_in(head, "head", "/desk/")
    head.get_by_role("link", name="Decide on it").first.click()
    with head.expect_navigation():
        head.locator("#endorse button.btn").click()
    no_sideways_scroll(head)

    sign_in(street, "street", "/desk/")
    expect(street.get_by_role("link", name="Decide on it").first).to_be_visible()
    street.goto(place)
    with street.expect_navigation():
        street.locator("#grant button.btn").first.click()
    expect(street.locator("#time")).to_contain_text("Due at first")
    expect(street.locator("#who")).to_contain_text("extended, was due")
    no_sideways_scroll(street)


def test_a_dispute_ends_in_a_ruling(town, open_page):
    people = town.people
    ticket = routed(town, by=people["worker"], category=CategoryFactory(code="0101"))
    for lead, other in (("clerk", town.urban), ("urban", town.housing)):
        actions.move(ticket, "return", by=people[lead], **WHY)
        actions.move(ticket, "assign", by=people["street"], department=other)
    place = ticket.get_absolute_url()
    clerk, street = open_page(PHONE), open_page(DESK)

    sign_in(clerk, "clerk", place)
    clerk.locator("#dispute > summary").click()
    clerk.locator("#dispute select[name=return_reason]").select_option("not_ours")
    clerk.locator("#dispute input[name=suggested_owner]").fill("城管局")
    clerk.locator("#dispute textarea").fill("路灯归城管")
    no_sideways_scroll(clerk)
    with clerk.expect_navigation():
        clerk.locator("#dispute form button.btn").click()
    expect(clerk.locator("#who")).to_contain_text("Rule on it")

    sign_in(street, "street", "/desk/")
    street.get_by_role("link", name="Rule on it").first.click()
    rule = street.locator("#rule")
    expect(rule).to_have_attribute("open", "")
    rule.locator("select[name=department]").select_option(label="城管局")
    rule.locator("select[name=reach]").select_option("street")
    rule.locator("textarea").fill("本街道路灯归城管局")
    with street.expect_navigation():
        rule.locator("form button.btn").click()
    expect(street.locator("#time")).to_contain_text("Ruled: 城管局 handles it")
    expect(street.locator("#who")).to_contain_text("by a ruling, binding")
    expect(street.locator("#why")).to_contain_text("It follows from the ruling on")
    assert Ruling.objects.get().rule.code in street.locator("#time").inner_text()
