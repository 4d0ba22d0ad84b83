"""Script E6: a legal advice evening is asked for from a ticket; two lawyers offer, one comes.

Two hours are recorded, the asker gives a five, and the two reach each other in between.
"""

import re

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from playwright.sync_api import expect

from govgrid.accounts.models import User
from govgrid.privacy.models import AccessLog
from members.models import Claim, Need, TimeEntry
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories import needs as made
from tests.factories.tickets import CategoryFactory, routed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
TITLE = "营盘社区法律咨询夜"


@pytest.fixture
def roster(transactional_db):
    roster = made.build_roster()
    CategoryFactory(code="0101")
    secret = make_password(PASSWORD, hasher=Argon2PasswordHasher())
    people = {
        "officer": roster.officer,
        "lawyer": roster.lawyer.user,
        "second": roster.distant.user,
    }
    for name, person in people.items():
        User.objects.filter(pk=person.pk).update(username=name, password=secret, language="en")
    made.shows_contact(roster.lawyer)
    roster.ticket = routed(roster.town, by=roster.officer)
    return roster


def offer(open_page, name, plan):
    page = open_page(PHONE)
    sign_in(page, name, "/members/needs/mine/")
    no_sideways_scroll(page)
    page.get_by_role("link", name=TITLE).click()
    page.get_by_label("How and when you could help").fill(plan)
    page.get_by_role("button", name="I can help").click()
    expect(page.get_by_text("It is kept.")).to_be_visible()
    return page


def test_an_evening_is_asked_for_claimed_served_and_thanked_for(open_page, roster):
    desk = open_page(DESK)
    sign_in(desk, "officer", roster.ticket.get_absolute_url())
    desk.get_by_role("link", name="Ask the roster").click()
    desk.get_by_label("What is needed, in a few words").fill(TITLE)
    desk.get_by_label("More about it").fill("想请律师来讲劳动合同，周三晚上。")
    desk.get_by_label("Field").select_option(label="法律 › 劳动法")
    desk.get_by_label("What to call you").fill("社区小陈")
    desk.get_by_label("Telephone", exact=False).first.fill("0717-7654321")
    desk.get_by_label("The one member I accept may see this name and telephone").check()
    desk.get_by_role("button", name="Ask for it").click()
    expect(desk.get_by_role("heading", name=TITLE)).to_be_visible()

    first = offer(open_page, "lawyer", "周三 19:00")
    offer(open_page, "second", "周末都可以")

    desk.reload()
    accept = desk.get_by_role("button", name=re.compile(f"Accept.*{roster.lawyer.display_name}"))
    accept.click()
    expect(desk.get_by_role("heading", name="Who helps")).to_be_visible()
    desk.get_by_role("button", name="Show how to get in touch").click()
    expect(desk.get_by_text(roster.lawyer.work_phone)).to_be_visible()

    first.reload()
    first.get_by_role("button", name="Show how to get in touch").click()
    expect(first.get_by_text("0717-7654321")).to_be_visible()
    no_sideways_scroll(first)
    first.get_by_label("How many minutes it took").fill("120")
    first.get_by_label("What was done").fill("来了九个人")
    with first.expect_navigation():
        first.get_by_role("button", name="It is done").click()

    desk.goto(Need.objects.get().get_absolute_url())
    desk.get_by_label("How was it?").select_option("5")
    desk.get_by_label("A word of thanks").fill("讲得清楚")
    desk.get_by_role("button", name="Confirm it").click()
    expect(desk.get_by_text("Score: 5 of 5")).to_be_visible()

    first.goto("/members/time/")
    expect(first.get_by_text("+2 h")).to_be_visible()
    claim = Claim.objects.get(member=roster.lawyer)
    assert (claim.score, claim.minutes) == (5, 120)
    assert TimeEntry.objects.get().claim == claim
    assert AccessLog.objects.count() == 2
    assert Need.objects.get().from_ticket == roster.ticket
