"""The secretary of a platform takes one topic from the pool to what residents say of it.

Railing before the school gate: looked into, talked over, promised, done, rated, and one thing done
again. Crowds come by the actions that the pages call, and somebody of each crowd by the page.
"""

import re
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils import timezone
from playwright.sync_api import expect

from benchmarks.stage import until
from consultations import actions, codes
from consultations.actions import Asked, Rating, Saying
from consultations.actions.pooling import Item
from consultations.models import Attendance, Session, Topic
from consultations.workflow import Capacity, SessionKind, State
from govgrid.worktime.models import ClockShift
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, sign_in
from tests.factories import consultations as made
from tests.factories.grids import build_town, holder
from tests.factories.tickets import CategoryFactory
from tickets import actions as ticket_actions
from tickets.models import Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

CHINA = ZoneInfo("Asia/Shanghai")
LOGIN = {"language": "en"}
ASKED_FOR = ("护栏六十米", "接送车位十二个", "斑马线重新画")
# With one by the code at the door and one whom the recorder wrote down they are thirty-four.
CAME = {Capacity.RESIDENT: 22, Capacity.EXPERT: 5, Capacity.DEPARTMENT: 5}
QUESTIONS = (
    Asked("one", "要不要装护栏", ("要", "不要", "都行")),
    Asked("text", "还想说什么", is_needed=False),
)


@pytest.fixture(autouse=True)
def _test_clock(monkeypatch):
    """Before the processes start: they and this one ask the same clock."""
    monkeypatch.setenv("TEST_CLOCK", "1")


@pytest.fixture
def at(transactional_db, settings):
    settings.TEST_CLOCK = True

    def moved(wall):
        then = datetime.fromisoformat(wall).replace(tzinfo=CHINA)
        ClockShift.objects.update_or_create(id=1, defaults={"shift": then - timezone.now()})

    return moved


@pytest.fixture
def people(transactional_db):
    """营盘社区's platform with its seats, a school's neighbour, and two departments."""
    town = build_town()
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), **LOGIN}
    platform = made.PlatformFactory(
        code="c11", name="营盘社区协商议事会", area=town.communities[0],
        host=town.offices[town.communities[0].pk], place="营盘社区二楼",
    )  # fmt: skip

    others = [
        made.PlatformFactory(code=f"t{n}", name=f"平台 {n}", area=town.communities[n % 2])
        for n in range(3)
    ]

    def seated(role):
        return made.sitting(platform, role, username=role, name=role.capitalize(), **secret)

    return SimpleNamespace(
        town=town, platform=platform,
        railing=CategoryFactory(code="0101", name_en="Railing"),
        convenor=seated("convenor"), screener=seated("screener"), recorder=seated("recorder"),
        resident=holder("resident", area=town.grids[0], username="resident", **secret),
        clerk=holder(
            "department_clerk", department=town.housing, username="clerk", name="Clerk", **secret
        ),
        officer=holder("community_officer", area=town.communities[0]),
        head=holder("street_head", area=town.streets[0], username="head", name="Head", **secret),
        others=[(one, made.sitting(one, "convenor")) for one in others],
    )  # fmt: skip


def _take(page, move: str, **words) -> None:
    """Fill the form of a move on a topic's page and send it."""
    form = page.locator(f"#{move} form")
    for label, value in words.items():
        field = form.locator(f"[name={label}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    with page.expect_navigation():
        form.get_by_role("button").last.click()


def _state(topic) -> str:
    return Topic.objects.values_list("state", flat=True).get(pk=topic.pk)


def _meets(people, topic, kind, begins: str, hours: int, **fields) -> Session:
    start = datetime.fromisoformat(begins).replace(tzinfo=CHINA)
    return made.called(
        topic, by=people.convenor, kind=kind, starts_at=start,
        ends_at=start + timedelta(hours=hours), **fields,
    )  # fmt: skip


def _done(ticket, people, note) -> None:
    """Its department did it, the community looked, and it was closed."""
    part = ticket.assignments.get()
    for name in ("sign", "report_in", "finish"):
        ticket_actions.move(
            ticket, name, by=people.clerk, assignment=part.pk, note=note, no_photo="下雨"
        )
    ticket_actions.move(ticket, "verify", by=people.officer, note="看过了", no_photo="下雨")
    ticket_actions.move(ticket, "close", by=people.officer, note=note)


def _a_round_of_claiming(people, at, open_page) -> Topic:
    """Fourteen topics; four groups of members claim, the clock carries ten over."""
    at("2026-02-20 09:00")
    pool = actions.begin_pool(people.town.streets[0], "2026 年选题", by=people.head)
    titles = ["校门口要不要装护栏", *(f"选题 {n}" for n in range(2, 15))]
    actions.set_items(pool, [Item(one, f"{one}：谁来做？") for one in titles], by=people.head)
    page = open_page(DESK)
    sign_in(page, "head", pool.get_absolute_url())
    page.locator("[name=closes_at]").fill("2026-03-01T18:00")
    with page.expect_navigation():
        page.get_by_role("button", name="Publish the round").click()

    at("2026-02-27 15:00")
    sign_in(page := open_page(PHONE), "convenor", pool.get_absolute_url())
    no_sideways_scroll(page)
    first = pool.items.get(position=1)
    row = page.locator(f"#item{first.pk}")
    row.locator("summary").click()
    row.locator("[name=platform]").select_option("c11")
    row.locator("[name=group]").fill("教育界别小组")
    with page.expect_navigation():
        row.locator("form button").click()
    for number, (platform, convenor) in enumerate(people.others, start=2):
        item = pool.items.get(position=number)
        actions.claim(item, platform, by=convenor, group=f"小组 {number}")
    at("2026-03-01 18:10")
    until(lambda: pool.items.filter(carried_to__isnull=False).count() == 10, "ten are carried over")
    page.reload()
    expect(page.locator("main")).to_contain_text("4 of 14 claimed")
    return first.claim.topic


def _taken_up_and_looked_into(people, at, open_page, topic) -> None:
    """Screened with a remark; two visits, and a survey of seven days, one sheet a device."""
    at("2026-03-03 10:00")
    sign_in(page := open_page(DESK), "screener", topic.get_absolute_url())
    _take(
        page, "accept",
        study_plan="两次现场，问卷一周", affected="营盘小学的学生、家长和周边住户",
        note="同意，先看上下学两个时段",
    )  # fmt: skip
    expect(page.locator("main")).to_contain_text("同意，先看上下学两个时段")
    topic.refresh_from_db()
    assert topic.state == State.STUDYING

    _meets(people, topic, SessionKind.VISIT, "2026-03-05 07:30", 1, title="上学时段现场")
    _meets(people, topic, SessionKind.VISIT, "2026-03-06 16:30", 1, title="放学时段现场")
    survey = _meets(
        people, topic, SessionKind.SURVEY, "2026-03-06 08:00", 24 * 7, venue="", title="网上问卷"
    )
    actions.set_questions(survey, QUESTIONS, by=people.convenor)
    at("2026-03-07 10:00")
    stranger = open_page(PHONE)
    stranger.goto(f"/consultations/sessions/{survey.pk}/survey/")
    no_sideways_scroll(stranger)
    stranger.locator("#sheet input[type=radio]").first.check()
    with stranger.expect_navigation():
        stranger.get_by_role("button", name="Send my answers").click()
    expect(stranger.locator("main")).to_contain_text("You have answered. Thank you.")
    expect(stranger.locator("main")).to_contain_text("Fewer than five have answered")
    for number in range(211):
        said = {1: [2 if number % 5 == 0 else 1]}
        actions.answer(survey, said, by=None, device=f"{number:064x}")
    at("2026-03-14 09:00")
    stranger.reload()
    expect(stranger.locator("#found")).to_contain_text("212 sheets")
    sign_in(page := open_page(DESK), "convenor", topic.get_absolute_url())
    _take(page, "convene", study_report="212 份问卷，八成要装；两次现场都有车停在门口")
    assert _state(topic) == State.DELIBERATING


def _an_evening_at_the_school(people, at, open_page, topic) -> None:
    """Papers in time, thirty-four by what they came as, minutes drafted from the agenda."""
    sign_in(page := open_page(DESK), "convenor", "/consultations/platforms/c11/sessions/new/")
    page.locator("[name=topic]").select_option(topic.number)
    for name, value in {
        "title": "护栏怎么装", "starts_at": "2026-03-26T19:30", "ends_at": "2026-03-26T21:00",
        "venue": "营盘小学门厅", "capacity": "40", "agenda": "装在哪一侧\n谁出钱\n接送车停哪里",
    }.items():  # fmt: skip
        page.locator(f"main [name={name}]").fill(value)
    with page.expect_navigation():
        page.locator("main form button.btn--go").last.click()
    meeting = Session.objects.get(kind=SessionKind.MEETING)
    desk = f"/consultations/sessions/{meeting.pk}/desk/"
    page.goto(desk)
    page.locator("#papers summary").click()
    page.locator("#papers [name=title]").fill("护栏两种做法")
    page.locator("#papers [name=text]").fill("一侧六十米，或两侧各三十米。")
    with page.expect_navigation():
        page.get_by_role("button", name="Add it").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Send the papers").click()

    at("2026-03-26 19:20")
    sign_in(page := open_page(DESK), "recorder", f"/consultations/sessions/{meeting.pk}/code/")
    expect(page.locator(".door__qr svg")).to_be_visible()
    phone = open_page(PHONE)
    sign_in(phone, "resident", topic.get_absolute_url())
    # What the picture says: no camera looks at it here.
    phone.goto(f"/consultations/sessions/{meeting.pk}/here/{codes.token(meeting)}/")
    no_sideways_scroll(phone)
    with phone.expect_navigation():
        phone.get_by_role("button", name="I am here").click()
    assert Attendance.objects.get(user=people.resident).via == "code"
    page.goto(desk)
    page.locator("[name=guest]").fill("李奶奶")
    page.locator("[name=capacity]").select_option(Capacity.RESIDENT)
    page.locator("[name=is_here]").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Write down").click()
    for capacity, many in CAME.items():
        for number in range(many):
            actions.enter(
                meeting, by=people.recorder, guest=f"客人{number}", capacity=capacity, is_here=True
            )

    at("2026-03-26 21:10")
    page.goto(desk)
    expect(page.locator("#people")).to_contain_text("34 here")
    first = page.locator("#minutes form").first
    first.locator("textarea").fill("装在学校一侧，六十米。")
    with page.expect_navigation():
        first.get_by_role("button").click()
    expect(page.locator("#minutes form").last.locator("textarea")).to_have_value(
        re.compile("装在学校一侧")
    )
    with page.expect_navigation():
        page.get_by_role("button", name="Publish").click()


def _what_was_said_becomes_tickets(people, at, open_page, topic) -> list[Ticket]:
    """Six problems, five suggestions: three now, one later with a day, one cannot with its rule."""
    at("2026-03-26 21:30")
    for number in range(6):
        saying = Saying(uuid4(), "problem", f"问题 {number + 1}：校门口没有地方站")
        actions.say(topic, saying, by=people.recorder)
    phone = open_page(PHONE)
    sign_in(phone, "resident", f"{topic.get_absolute_url()}opinions/new/?kind=suggestion")
    no_sideways_scroll(phone)
    phone.locator("[name=body]").fill(ASKED_FOR[0])
    with phone.expect_navigation():
        phone.get_by_role("button", name="Put it there").click()
    for words in [*ASKED_FOR[1:], "人行天桥", "封掉育才路"]:
        actions.say(topic, Saying(uuid4(), "suggestion", words), by=people.recorder)
    ideas = list(topic.opinions.filter(kind="suggestion").order_by("serial"))
    assert len(ideas) == 5

    at("2026-03-27 09:00")
    sign_in(page := open_page(DESK), "convenor", ideas[0].get_absolute_url())
    _take(
        page, "judge", fate="adopted", verdict="now", verdict_code="funded", verdict_reason="有预算"
    )
    for one, given in zip(
        ideas[1:],
        [
            {"fate": "adopted", **made.NOW}, {"fate": "adopted", **made.NOW},
            {"fate": "partly", **made.LATER, "revisit_on": date(2026, 9, 1)},
            {"fate": "not_adopted", **made.CANNOT},
        ],
        strict=True,
    ):  # fmt: skip
        actions.judge(topic, one.serial, by=people.convenor, **given)
    for one in ideas[:3]:
        page.goto(topic.get_absolute_url())
        form = page.locator("#promises form").last
        if not form.is_visible():
            page.locator("#promises summary", has_text="Ask a department").click()
        form.locator("[name=text]").fill(one.body)
        form.locator("[name=department]").select_option(str(people.town.housing.pk))
        form.locator("[name=opinion]").select_option(str(one.pk))
        with page.expect_navigation():
            form.get_by_role("button").click()
    _take(page, "settle", verdict="now", verdict_code="funded", verdict_reason="预算已落实")
    assert _state(topic) == State.AGREED

    page.goto("/consultations/lists/suggestions/")
    for words in ("人行天桥", "封掉育才路", *ASKED_FOR):
        expect(page.locator("main")).to_contain_text(words)

    sign_in(page := open_page(DESK), "clerk", topic.get_absolute_url())
    for serial in (1, 2, 3):
        row = page.locator(f"#promise-{serial}")
        row.locator("summary").first.click()
        row.locator("[name=due_on]").first.fill("2026-05-29")
        row.locator("[name=category]").first.select_option(str(people.railing.pk))
        with page.expect_navigation():
            row.locator("form").first.get_by_role("button").click()
    assert _state(topic) == State.DOING
    tickets = list(Ticket.objects.filter(commitment__topic=topic).order_by("pk"))
    assert [one.promised_on.isoformat() for one in tickets] == ["2026-05-29"] * 3
    return tickets


def _done_and_rated(people, at, open_page, topic, tickets) -> None:
    """Told by itself; ninety days after the evening 51 rate it, and one thing is done again."""
    at("2026-05-26 10:00")
    for ticket, text in zip(tickets, ASKED_FOR, strict=True):
        _done(ticket, people, f"{text}：做完了")
    until(lambda: _state(topic) == State.REPORTED, "the topic is reported")
    at("2026-06-25 10:30")
    until(lambda: _state(topic) == State.REVIEWING, "residents are asked")
    stranger = open_page(PHONE)
    stranger.goto(f"{topic.get_absolute_url()}rate/")
    no_sideways_scroll(stranger)
    stranger.locator("[name=overall][value='5']").check(force=True)
    with stranger.expect_navigation():
        stranger.get_by_role("button", name="Send").click()
    kept = list(topic.commitments.kept().order_by("serial"))
    # 24 fives, 23 fours and 4 threes are 4.4; of the second 45 twos and 5 threes are 2.1.
    overall = [5] * 23 + [4] * 23 + [3] * 4
    second = [2] * 45 + [3] * 5
    for number, (whole, part) in enumerate(zip(overall, second, strict=True)):
        scores = {kept[0].pk: 5, kept[1].pk: part, kept[2].pk: 4}
        actions.rate(topic, Rating(whole, "", scores, device=f"{number:064x}"), by=None)
    at("2026-07-06 10:30")
    sign_in(page := open_page(DESK), "convenor", topic.get_absolute_url())
    expect(page.locator("#look")).to_contain_text("4.4")
    expect(page.locator("#look")).to_contain_text("51 ratings")
    expect(page.locator("#promise-2")).to_contain_text("rated 2.1 of 5 by 50")
    page.locator("#reopen [name=commitments]").nth(1).check()
    _take(page, "reopen", note="接送车位没人管，2.1 分，重做")
    assert _state(topic) == State.DOING
    tickets[1].refresh_from_db()
    assert tickets[1].closed_at is None
    expect(page.locator("main")).to_contain_text("接送车位没人管")


def _the_sheet_of_the_year(open_page) -> None:
    """Each number opens the list behind it."""
    page = open_page(DESK)
    page.goto("/consultations/year/2026/")
    links = page.locator("main a[href*='list=']")
    addresses = {links.nth(n).get_attribute("href") for n in range(links.count())}
    assert len(addresses) >= 4
    for one in sorted(addresses):
        page.goto(f"/consultations/year/2026/{one}" if one.startswith("?") else one)
        expect(page.locator("main")).to_be_visible()
    page.goto("/consultations/year/2026/?list=sessions")
    expect(page.locator("main")).to_contain_text("护栏怎么装")


def test_from_the_pool_of_topics_to_the_sheet_of_the_year(people, at, open_page):
    topic = _a_round_of_claiming(people, at, open_page)
    _taken_up_and_looked_into(people, at, open_page, topic)
    _an_evening_at_the_school(people, at, open_page, topic)
    tickets = _what_was_said_becomes_tickets(people, at, open_page, topic)
    _done_and_rated(people, at, open_page, topic, tickets)
    _the_sheet_of_the_year(open_page)
