"""A hard case on its way: a meeting with a code at the door, what was decided, and the line of steps."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from playwright.sync_api import expect

from benchmarks.stage import until
from govgrid.core import clock
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.grids import DepartmentFactory, build_town, holder
from tests.factories.tickets import whistled
from tickets import codes
from tickets.models import Meeting, Milestone

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def hard(transactional_db):
    town = build_town()
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    head = holder("street_head", area=town.streets[0], username="head", name="Shen", **secret)
    holder("street_desk", area=town.streets[0], username="desk", name="Qin", **secret)
    holder("department_head", department=town.housing, username="boss", name="Wang", **secret)
    DepartmentFactory(name="消防救援", short_name="消防救援", area=town.district)
    return whistled(town, by=head, kind="hard")


def press(page, where):
    with page.expect_navigation():
        page.locator(f"{where} button").last.click()


def test_a_meeting_is_called_attended_and_published(hard, open_page):
    # Called from the ticket's page.
    desk = open_page(DESK)
    sign_in(desk, "desk", hard.get_absolute_url())
    desk.locator("#meetings").get_by_role("link", name="Call a meeting").click()
    desk.wait_for_url("**/meetings/new/")
    no_sideways_scroll(desk)
    start = clock.local(clock.now()) + timedelta(minutes=30)
    desk.get_by_label("Begins").fill(f"{start:%Y-%m-%dT%H:%M}")
    desk.get_by_label("Ends").fill(f"{start - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    desk.get_by_role("textbox", name="Place").fill("街道三楼会议室")
    desk.get_by_label("What is talked over").fill("停车位怎么增\n谁来划线")
    expect(desk.get_by_role("checkbox", name="住建局")).to_be_checked()
    press(desk, ".meetform")
    expect(desk.locator("main")).to_contain_text("A meeting ends after it begins")
    desk.get_by_label("Ends").fill(f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M}")
    press(desk, ".meetform")
    meeting = Meeting.objects.get()
    expect(desk.locator(".agenda > li")).to_have_count(2)
    expect(desk.locator("#seats")).to_contain_text("Asked for: Section head.")
    no_sideways_scroll(desk)
    with desk.expect_download() as loaded:
        desk.get_by_role("link", name="Into my calendar").click()
    assert loaded.value.suggested_filename == "meeting.ics"

    # The head of the department scans the code at the door.
    desk.goto(f"{meeting.get_absolute_url()}code/")
    expect(desk.locator(".sign__qr svg")).to_be_visible()
    phone = open_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, "boss", f"{meeting.get_absolute_url()}here/{codes.token(meeting)}/")
    no_sideways_scroll(phone)
    phone.get_by_label("Head of the department").check()
    with phone.expect_navigation():
        phone.get_by_role("button", name="I am here").click()
    expect(phone.locator("#seats")).to_contain_text("The rank is high enough.")
    no_sideways_scroll(phone)
    until(lambda: hard.assignments.filter(state="reported_in").exists(), "he has reported in")

    # It begins; a decision, and the minutes.
    Meeting.objects.update(starts_at=clock.now() - timedelta(minutes=5))
    desk.goto(meeting.get_absolute_url())
    desk.locator("#decide input[name=text]").fill("年底前增设车位")
    desk.locator("#decide").get_by_label("A milestone of the department").check()
    desk.locator("#decide select[name=department]").select_option(label="住建局")
    day = clock.today() + timedelta(days=40)
    desk.locator("#decide input[name=due_on]").fill(day.isoformat())
    press(desk, "#decide")
    expect(desk.locator(".agenda__decision")).to_contain_text("年底前增设车位")
    desk.locator("#publish textarea").fill("各部门一致同意")
    press(desk, "#publish")
    expect(desk.locator("#minutes")).to_contain_text("各部门一致同意")
    expect(desk.locator("#publish")).to_have_count(0)
    assert Milestone.objects.get().due_on == day

    # The line of steps, on a wide page and under a thumb; and the street's list.
    for page in (desk, phone):
        page.goto(hard.get_absolute_url())
        expect(page.locator("#milestones .planstep")).to_contain_text("年底前增设车位")
        no_sideways_scroll(page)
    desk.goto("/tickets/meetings/")
    expect(desk.locator(".meet")).to_contain_text("街道三楼会议室")
    no_sideways_scroll(desk)
    phone.goto("/tickets/meetings/")
    no_sideways_scroll(phone)
