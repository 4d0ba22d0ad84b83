"""The roster's administrator, a list, a link, a member who changes her entry and leaves.

A file that says what people believe is not taken; of 37 who are asked one joins, and only she is
on the roster; the whole of it prints by strokes, and 曾 stands under Z by sound.
"""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from playwright.sync_api import Page, expect

from govgrid.core import clock
from govgrid.home.demo import roster as demo
from govgrid.home.demo.ground import Ground
from members.models import Invitation, Member, MemberEvent, Sealed
from members.retention_roster import erase_leavers
from members.workflow.roster import Purpose
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories.grids import build_town, holder
from tests.factories.joining import PASSWORD as OWN_PASSWORD
from tests.factories.joining import PHONE as NUMBER
from tests.factories.members import notice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

ASKED = 37
OURS = "/members/roster/"


def people(count: int, extra: str = "") -> str:
    rows = [f"姓名,电话{',' + extra if extra else ''}"]
    for n in range(count):
        said = ",无" if extra and n < 3 else "," if extra else ""
        rows.append(f"受邀{'甲乙丙丁'[n % 4]},1391234{n:04d}{said}")
    return "\n".join(rows)


@pytest.fixture
def town(transactional_db):
    made = build_town()
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}
    holder("roster_admin", area=made.district, username="roster", name="Keeper", **secret)
    holder("member", area=made.district, username="member", name="Member", **secret)
    for key in Purpose:
        if key != Purpose.AFFILIATION:
            notice(key)
    areas = [made.district, *made.streets, *made.communities]
    demo.enrol(Ground(areas={one.code: one for one in areas}), 7)
    return made


def sent(page: Page, text: str) -> None:
    page.goto("/members/invitations/")
    page.get_by_label("Excel or CSV").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}
    )
    page.locator("#list_area").select_option("420506")
    page.get_by_role("button", name="Look at it first").click()


def test_a_day_of_the_roster(town, open_page):
    desk = open_page(DESK)
    sign_in(desk, "roster", OURS)
    before = Invitation.objects.count()

    # 1. Three lines say what somebody believes: the import stops, and says why.
    sent(desk, people(40, "宗教信仰"))
    expect(desk.get_by_text("宗教信仰").first).to_be_visible()
    expect(desk.get_by_text("neither faith").first).to_be_visible()
    assert Invitation.objects.count() == before

    # 2. Thirty-seven are asked; nobody is a member by that.
    members = Member.objects.count()
    sent(desk, people(ASKED))
    expect(desk.get_by_role("heading", name="This is what the file holds")).to_be_visible()
    assert Invitation.objects.count() == before
    desk.get_by_role("button", name=f"Ask {ASKED} people").click()
    expect(desk.get_by_role("heading", name=f"{ASKED} people are asked")).to_be_visible()
    assert Invitation.objects.count() == before + ASKED
    assert Member.objects.count() == members
    link = desk.locator(".roster-link").first.get_attribute("href")

    phone = open_page(PHONE)
    phone.goto(link)
    ticks = phone.locator("section.roster-purpose input[type=checkbox]")
    assert ticks.count() == 6  # one a purpose, the association among them
    assert not any(one.is_checked() for one in ticks.all())
    no_sideways_scroll(phone)
    phone.get_by_label("Name", exact=True).fill("曾小燕")
    phone.get_by_text("More, if you like").click()
    phone.get_by_label("Private phone").fill(NUMBER)
    phone.get_by_label("User name").fill("zengxiaoyan")
    phone.get_by_label("Password").fill(OWN_PASSWORD)
    phone.get_by_role("button", name="Join", exact=True).click()
    expect(phone.get_by_text("Without your consent").first).to_be_visible()
    assert Member.objects.count() == members
    ticks.nth(0).check()
    ticks.nth(1).check()
    phone.get_by_label("I am eighteen or older.").check()
    phone.get_by_label("Password").fill(OWN_PASSWORD)
    phone.get_by_role("button", name="Join", exact=True).click()
    expect(phone.get_by_role("heading", name="My page of the roster")).to_be_visible()
    no_sideways_scroll(phone)
    she = Member.objects.get(name="曾小燕")
    assert (she.state, she.is_listed) == ("active", True)
    stranger = open_page(PHONE)
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="This link leads nowhere")).to_be_visible()

    # 3. She removes her number and adds what she is good at: on record, and she sees it.
    phone.get_by_role("link", name="Change", exact=True).click()
    phone.get_by_label("劳动法", exact=True).check()
    phone.get_by_label("Remove the private phone that is kept").check()
    no_sideways_scroll(phone)
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("specialties, Private phone")).to_be_visible()
    assert Sealed.objects.get(member=she).phone is None
    assert MemberEvent.objects.filter(member=she, verb="edited").count() == 1

    # 4. The whole list by strokes, on sheets; by sound 曾 stands under Z.
    desk.goto(f"{OURS}print/?order=stroke")
    desk.get_by_label("What is the list needed for?").fill("年度座谈会签到")
    desk.get_by_role("button", name="Give me the list").click()
    total = demo.MEMBERS + 1
    expect(desk.locator(".roster-paper tbody tr")).to_have_count(total)
    expect(desk.locator(".roster-sheet")).to_have_count(-(-total // 28))
    names = desk.locator(".roster-paper tbody td:nth-child(2)").all_inner_texts()
    assert names[0][0] == "丁"
    assert names.index("曾小燕") > names.index(next(one for one in names if one[0] == "王"))
    desk.goto(f"{OURS}?order=pinyin&q=zeng")
    found = desk.locator(".roster-table tbody td:nth-child(2)").all_inner_texts()
    assert "曾小燕" in found
    assert all(one[0] == "曾" for one in found)
    phone.reload()
    expect(phone.get_by_text("年度座谈会签到")).to_be_visible()

    # 5. She leaves in two taps: in no list any more, and forgotten when her day has come.
    phone.get_by_text("Leave the roster").click()
    phone.get_by_role("button", name="Yes, leave").click()
    expect(phone.get_by_text(re.compile("You have left")).first).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("曾小燕")).to_have_count(0)
    stranger.goto("/members/")
    expect(stranger.get_by_text(she.display_name)).to_have_count(0)
    assert erase_leavers(clock.now() + timedelta(days=16), dry_run=False) == 1
    she.refresh_from_db()
    assert (she.name, she.state, bool(she.serial)) == ("", "left", True)
