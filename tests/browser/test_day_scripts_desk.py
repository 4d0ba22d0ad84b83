"""A street's desk on a Monday and a department's clerk on a Thursday, on their dates.

What is due by when decides the order, keys do the work, and a tap signs for it.
"""

import re
from datetime import date, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import expect
from pypdf import PdfReader

from benchmarks.stage import until
from govgrid.outbox.models import Message
from govgrid.worktime.models import ClockShift
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, press, sign_in
from tests.factories.grids import build_town, holder
from tests.factories.photos import picture, shot
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, filing, spot
from tickets import actions, tracking
from tickets.actions import Asked
from tickets.models import Appeal, Card, Clock, RoutingRule, SupervisionOrder, Ticket
from tickets.templatetags.ticket_paper import paper_moment
from tickets.workflow import WhistleKind

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

CHINA = ZoneInfo("Asia/Shanghai")
ID_NUMBER = "11010519491231002X"
NOT_OURS = {"note": "弱电井", "return_reason": "not_ours", "suggested_owner": "供电公司"}
METRE = 1 / 96_400  # degrees of longitude, at 30° north


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
    """小溪塔街道, its desk and its community, and the clerk of 住建局."""
    town = build_town()
    bench = CategoryFactory(code="0909", name_en="Broken bench", icon="tree", picture_rank=2)
    manhole = CategoryFactory(
        code="0101", name_en="Manhole cover missing", hazard_limit="UH2", resolve_limit="WD5",
        default_whistle="emergency", picture_rank=1, icon="manhole",
    )  # fmt: skip
    RuleFactory(category=manhole, area=town.district, department=town.housing)
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}

    def seat(name, role, **where):
        return holder(role, username=name, name=name.capitalize(), **where, **secret)

    return SimpleNamespace(
        town=town, bench=bench, manhole=manhole,
        desk=seat("desk", "street_desk", area=town.streets[0]),
        officer=seat("officer", "community_officer", area=town.communities[1]),
        worker=seat("worker", "grid_worker", area=town.grids[2]),
        clerk=seat("clerk", "department_clerk", department=town.housing),
        boss=seat("boss", "department_head", department=town.housing),
        urban=seat("urban", "department_clerk", department=town.urban),
        head=seat("head", "street_head", area=town.streets[0]),
        command=seat("command", "district_command", area=town.district),
    )  # fmt: skip


def given_out(ticket) -> Ticket:
    until(lambda: not actions.route() and Ticket.objects.get(pk=ticket.pk).routed_at, "routed")
    return Ticket.objects.get(pk=ticket.pk)


def report(people, *, by=None, category=None, grid=2, **content) -> Ticket:
    by, category = by or people.worker, category or people.bench
    return given_out(filed(people.town, by=by, grid=grid, category=category, **content))


def state(ticket):
    return Ticket.objects.get(pk=ticket.pk).state


def in_hand(page):
    return page.locator("[data-gg-tile][aria-current=true]")


def wall(moment) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"


# ── C ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_works_by_time_left_and_by_keys(people, at, open_page):
    # What came first has been given out, and comes back last.
    at("2026-10-12 08:05")
    back = report(people, category=people.manhole, description="不是市政井盖")
    at("2026-10-12 08:20")
    first = report(people, description="长椅断了")
    same = report(people, by=people.officer, description=f"长椅断了，联系人 {ID_NUMBER}")
    at("2026-10-12 08:25")
    later = report(people, description="不归街道管的长椅", grid=1)
    at("2026-10-12 08:28")
    actions.move(back, "return", by=people.clerk, **NOT_OURS)
    at("2026-10-12 08:30")

    # 1. The list stands by the time that is left, not by arrival.
    page = open_page(DESK)
    sign_in(page, "desk", "/desk/")
    shown = page.locator("main").inner_text()
    order = [one.number for one in (first, same, later, back)]
    assert sorted(order, key=shown.index) == order
    no_sideways_scroll(page)

    # 2. Keys without a mouse; the personal number was covered before anybody saw it.
    page.goto("/tickets/board/")
    expect(in_hand(page)).to_have_attribute("data-gg-tile", first.number)
    page.keyboard.press("j")
    expect(in_hand(page)).to_have_attribute("data-gg-tile", same.number)
    assert ID_NUMBER not in page.content()
    page.keyboard.press("m")
    page.keyboard.press("k")
    expect(in_hand(page)).to_have_attribute("data-gg-tile", first.number)
    page.keyboard.press("m")
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text(same.number)
    dialog.get_by_role("button", name="Merge").click()
    until(lambda: {state(first), state(same)} == {"triage", "merged"}, "they are one")
    rest = next(one for one in (first, same) if state(one) == "triage")

    page.goto(f"{same.get_absolute_url()}")
    expect(page.locator("main")).to_contain_text("联系人")
    assert ID_NUMBER not in page.content()

    # What is not for the street is declined with a reason.
    page.goto("/tickets/board/")
    expect(in_hand(page)).to_have_attribute("data-gg-tile", rest.number)
    page.keyboard.press("j")
    expect(in_hand(page)).to_have_attribute("data-gg-tile", later.number)
    page.keyboard.press("r")
    dialog = page.locator("dialog[open]")
    dialog.locator("textarea").fill("Belongs to the park")
    dialog.get_by_role("button", name="Decline").click()
    until(lambda: state(later) == "declined", "the dialog declines")


def test_a_pin_on_a_border_is_given_to_the_first_receiver(people, at, open_page):
    town = people.town
    kiosk = CategoryFactory(code="0505", name_en="Kiosk on the pavement", icon="stall")
    RuleFactory(category=kiosk, area=town.communities[0], department=town.housing)
    RuleFactory(category=kiosk, area=town.communities[1], department=town.urban)
    at("2026-10-12 08:30")
    _lon, lat = town.middle(2)
    # Grid 2 begins at 111.02: five metres inside, so that both sides may be meant.
    asked = filing(town, category=kiosk, spot=spot(111.02 + 5 * METRE, lat), description="占道")
    ticket = given_out(actions.file(asked, by=people.worker).ticket)
    assert (ticket.state, ticket.routing["outcome"]) == ("triage", "border")

    page = open_page(DESK)
    sign_in(page, "desk", ticket.get_absolute_url())
    expect(page.locator("#why")).to_contain_text("within 15 m of a border")
    expect(page.locator("#why")).to_contain_text("住建局")
    expect(page.locator("#why")).to_contain_text("城管局")
    expect(page.locator("[data-gg-map]")).to_be_visible()
    page.locator("#assign > summary").click()
    page.locator("#assign select[name=department]").select_option(str(town.urban.pk))
    with page.expect_navigation():
        page.locator("#assign form button").last.click()
    until(lambda: state(ticket) == "dispatched", "the desk decides")
    assert Ticket.objects.get(pk=ticket.pk).lead_department == town.urban


def test_a_third_return_is_ruled_on(people, at, open_page):
    town = people.town
    at("2026-10-12 08:05")
    ticket = report(people, category=people.manhole, description="弱电井盖翘起")
    for lead, other in ((people.clerk, town.urban), (people.urban, town.housing)):
        actions.move(ticket, "return", by=lead, **NOT_OURS)
        actions.move(ticket, "assign", by=people.desk, department=other)

    # The third time it cannot be returned any more: it is disputed.
    at("2026-10-12 08:50")
    phone = open_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, "clerk", ticket.get_absolute_url())
    phone.locator("#dispute > summary").tap()
    phone.locator("#dispute select[name=return_reason]").select_option("not_ours")
    phone.locator("#dispute input[name=suggested_owner]").fill("城管局")
    phone.locator("#dispute textarea").fill("弱电井归城管局管")
    no_sideways_scroll(phone)
    with phone.expect_navigation():
        phone.locator("#dispute form button.btn").tap()
    until(lambda: state(ticket) == "triage", "it lies at the desk")
    ruling = Clock.objects.get(ticket=ticket, kind="ruling")
    assert wall(ruling.due_at) == "2026-10-13 18:00"
    card = Card.objects.live().get(ticket=ticket)
    assert (card.colour, card.cause, card.department) == ("red", "returned", town.housing)

    # He decides within the working day; to assign it as before is not offered.
    page = open_page(DESK)
    at("2026-10-12 09:10")
    sign_in(page, "desk", "/desk/")
    page.get_by_role("link", name="Rule on it").first.click()
    page.wait_for_url(f"**{ticket.get_absolute_url()}*")
    expect(page.locator("#who")).to_contain_text(re.compile(r"13 Oct\w* 18:00"))
    expect(page.locator("#assign")).to_have_count(0)
    rule = page.locator("#rule")
    expect(rule).to_have_attribute("open", "")
    rule.locator("select[name=department]").select_option(label="城管局")
    rule.locator("select[name=reach]").select_option("street")
    rule.locator("textarea").fill("本街道弱电井盖归城管局")
    with page.expect_navigation():
        rule.locator("form button.btn").click()
    until(lambda: state(ticket) == "dispatched", "he has ruled")
    ruling.refresh_from_db()
    assert (ruling.outcome, ruling.is_late) == ("met", False)
    card.refresh_from_db()
    assert card.lapse == "ruled"
    expect(page.locator("#who")).to_contain_text("by a ruling, binding")

    # The ruling is a line of the duty list: effective today, with its author and its reason.
    line = RoutingRule.objects.get(category=people.manhole, area=town.streets[0])
    page.goto("/tickets/rules/?history=on")
    row = page.locator("li.rule", has_text=line.code)
    expect(row).to_contain_text("城管局")
    expect(row).to_contain_text("本街道弱电井盖归城管局")
    expect(row).to_contain_text(re.compile(r"since (today|12 Oct\w*) · Desk"))
    row.get_by_role("link", name=line.code).click()
    chain = page.locator("section", has=page.locator("#chain"))
    expect(chain).to_contain_text("set by Desk")
    expect(chain).to_contain_text("09:1")
    no_sideways_scroll(page)

    # The next of its kind does not come to him any more.
    after = report(people, category=people.manhole, description="又一处弱电井盖")
    assert (after.state, after.lead_department) == ("dispatched", town.urban)
    assert after.routing["rule"] == line.code


def test_two_reds_are_printed(people, at, open_page):
    # Due on 8 October at 18:00; two working days later, on a make-up Saturday, they turn red.
    at("2026-09-23 09:05")
    reds = [report(people, category=people.manhole, description=text) for text in ("甲", "乙")]
    for one in reds:
        actions.move(one, "sign", by=people.clerk)
    at("2026-10-12 10:40")
    overdue = Card.objects.live().filter(colour="red", clock__kind="resolve")
    until(lambda: overdue.count() == 2, "both are red", seconds=120)
    head = open_page(DESK)
    sign_in(head, "head", "/tickets/late/?colour=red")
    rows = head.locator("[data-gg-row]")
    expect(rows).to_have_count(2)
    for row in rows.all():
        row.locator("[name=ticket]").check()
    head.locator(".late__bulk [value=supervise]").click()
    head.get_by_label("What the department shall account for").fill("逾期两个工作日，未说明原因")
    head.get_by_role("button", name="Issue a supervision order").click()
    expect(head.locator("#main")).to_contain_text("2 tickets")
    until(lambda: SupervisionOrder.objects.count() == 2, "both are issued")

    # 11:00, the desk prints both.
    at("2026-10-12 11:00")
    page = open_page(DESK)
    sign_in(page, "desk", "/desk/")
    numbers = set()
    for one in reds:
        page.goto(one.get_absolute_url())
        order = SupervisionOrder.objects.get(ticket=one)
        link = page.locator("#cards").get_by_role("link", name=order.number)
        paper = page.context.request.get(link.get_attribute("href"))
        assert paper.headers["content-type"] == "application/pdf"
        pages = PdfReader(BytesIO(paper.body())).pages
        text = "".join("".join(part.extract_text().split()) for part in pages)
        assert order.answer_by.astimezone(CHINA).date() > date(2026, 10, 12)
        with override("zh-hans"):
            until_when = paper_moment(order.answer_by)
        for told in (order.number, "逾期两个工作日，未说明原因", until_when, "住建局", one.number):
            assert "".join(told.split()) in text, told
        numbers.add(order.number)
    assert len(numbers) == 2


# ── D ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_clerk_signs_by_one_tap_and_answers_with_four_elements(people, at, open_page):
    town = people.town
    # Four at this place within twelve months.
    for day in ("2026-03-02", "2026-05-11", "2026-06-01", "2026-08-31"):
        at(f"{day} 10:00")
        report(people, category=people.manhole, description=f"井盖 {day}")
    at("2026-09-24 09:05")
    whistle = Asked(WhistleKind.EMERGENCY, tried="", missing_power="", helpers=())
    asked = filing(town, grid=2, category=people.manhole, whistle=whistle, description="井盖缺失")
    ticket = given_out(actions.file(asked, by=people.worker).ticket)

    # 1. He is told, and signs for it by one tap, without signing in twice.
    told = Message.objects.for_person(people.clerk).filter(
        kind="ticket_offered", url__contains=ticket.number
    )
    until(told.exists, "the clerk is told")
    phone = open_page(PHONE, has_touch=True, is_mobile=True)
    at("2026-09-24 09:10")
    sign_in(phone, "clerk", "/desk/")
    no_sideways_scroll(phone)
    row = phone.locator("li", has_text=ticket.number).first
    with phone.expect_navigation():
        row.get_by_role("button", name=re.compile("Sign for it")).tap()
    until(lambda: state(ticket) == "handling", "it is signed for")

    # 2. The map, and what was at this place within the year.
    phone.goto(ticket.get_absolute_url())
    no_sideways_scroll(phone)
    expect(phone.locator("[data-gg-map]")).to_be_visible()
    place = phone.locator("section", has=phone.locator("#near-title"))
    expect(place.locator("li")).to_have_count(4)

    # 4. Four elements; without them it does not close.
    at("2026-09-24 09:30")
    phone.locator("#report_in select").select_option("section_head")
    with phone.expect_navigation():
        phone.locator("form#report_in > button, #report_in form > button").last.tap()
    with phone.expect_navigation():
        phone.locator("form#make_safe > button").tap()
    phone.locator("#finish > summary").tap()
    expect(phone.locator("#finish [data-gg-element]")).to_have_count(4)
    with phone.expect_navigation():
        phone.locator("#finish form button").last.tap()
    expect(phone.locator("#finish")).to_contain_text("Say with whom it was talked over")
    expect(phone.locator("#finish")).to_contain_text("Say until when it holds")
    expect(phone.locator("#finish")).to_contain_text("after-photo from within 50 m, or say why")
    assert state(ticket) == "handling"
    phone.locator("#finish input[name=spoke_with]").fill("路口商户")
    phone.locator("#finish textarea").fill("新井盖已安装")
    phone.locator("#finish input[name=until]").fill(
        (datetime(2026, 9, 24, tzinfo=CHINA) + timedelta(days=365)).date().isoformat()
    )
    phone.locator("#finish input[name=no_photo]").fill("雨大，镜头起雾")
    no_sideways_scroll(phone)
    with phone.expect_navigation():
        phone.locator("#finish form button").last.tap()
    until(lambda: state(ticket) == "handled", "it is finished")
    expect(phone.locator("#story")).to_contain_text("Talked over with: 路口商户")


@pytest.fixture
def in_hand_since(people, at):
    """D's emergency, made safe in time, as it lies with 住建局; it should be mended by 9 October."""
    at("2026-09-24 09:05")
    whistle = Asked(WhistleKind.EMERGENCY, tried="", missing_power="", helpers=())
    contact = {"name": "李女士", "phone": "13800000000"}
    ticket = given_out(
        actions.file(
            filing(
                people.town, grid=2, category=people.manhole, whistle=whistle,
                description="井盖缺失", contact=contact,
            ),
            by=people.worker,
        ).ticket
    )  # fmt: skip
    at("2026-09-24 09:10")
    actions.move(ticket, "sign", by=people.clerk)
    at("2026-09-24 09:30")
    actions.move(ticket, "report_in", by=people.clerk, rank="section_head")
    actions.move(ticket, "make_safe", by=people.clerk)
    return ticket


def resolve(ticket):
    return Clock.objects.filter(ticket=ticket, kind="resolve").latest("pk")


def test_more_time_is_asked_for_and_the_first_day_stays(people, at, in_hand_since, open_page):
    ticket = in_hand_since
    assert wall(resolve(ticket).due_at) == "2026-10-09 18:00"

    # 3. Before the deadline, with a reason.
    at("2026-09-28 10:00")
    phone = open_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, "clerk", ticket.get_absolute_url())
    phone.locator("#extend > summary").tap()
    phone.locator("#extend input[name=amount]").fill("5")
    with phone.expect_navigation():
        phone.locator("#extend form button.btn").tap()
    assert not ticket.extensions.exists(), "no reason, no request"
    phone.locator("#extend textarea").fill("配件未到")
    no_sideways_scroll(phone)
    with phone.expect_navigation():
        phone.locator("#extend form button.btn").tap()
    expect(phone.locator("#time")).to_contain_text("waits for the head of the department")
    assert wall(resolve(ticket).due_at) == "2026-10-09 18:00"

    # The head of the department agrees, the desk grants it.
    boss = open_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(boss, "boss", "/desk/")
    boss.get_by_role("link", name="Decide on it").first.click()
    with boss.expect_navigation():
        boss.locator("#endorse button.btn").tap()
    desk = open_page(DESK)
    sign_in(desk, "desk", "/desk/")
    desk.get_by_role("link", name="Decide on it").first.click()
    with desk.expect_navigation():
        desk.locator("#grant button.btn").first.click()
    until(lambda: wall(resolve(ticket).due_at) == "2026-10-15 18:00", "five working days more")
    for page in (desk, phone):
        page.goto(ticket.get_absolute_url())
        expect(page.locator("#who")).to_contain_text(re.compile(r"extended, was due .*9 Oct"))
        expect(page.locator("#time s")).to_contain_text("9 Oct")
        expect(page.locator("#time")).to_contain_text("15 Oct")

    # Once the time is over, none is asked for.
    at("2026-10-15 18:01")
    phone.reload()
    expect(phone.locator("#extend")).to_have_count(0)
    expect(phone.locator("main")).to_contain_text("it can no longer be extended")


def test_unsolved_comes_back_once_with_half_the_limit(
    people, at, in_hand_since, open_page, tmp_path
):
    ticket, (lon, lat) = in_hand_since, people.town.middle(2)
    at("2026-09-29 10:00")
    phone = open_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, "clerk", ticket.get_absolute_url())

    # 4. A photo from 300 m away is no proof; from 20 m it is.
    answer(phone, taken(tmp_path, lon + 300 * METRE, lat))
    expect(phone.locator("#finish")).to_contain_text("from within 50 m, or say why")
    assert state(ticket) == "handling"
    answer(phone, taken(tmp_path, lon + 20 * METRE, lat))
    until(lambda: state(ticket) == "handled", "it is finished")
    assert resolve(ticket).outcome == "met"
    officer = open_page(DESK)
    at("2026-09-29 14:00")
    sign_in(officer, "officer", ticket.get_absolute_url())
    expect(officer.locator("#verify")).to_contain_text(
        re.compile(r"taken (19|20|21) m from the pin")
    )
    press(officer, "verify")
    press(officer, "close")

    # 5. The asker says by the link that it is not solved: the same clerk has it again, once, and
    # half the time. Coming back once is no yellow card yet.
    at("2026-09-30 09:00")
    tell(open_page, ticket, solved=False)
    until(lambda: state(ticket) == "handling", "it comes back")
    part = ticket.assignments.get()
    assert (part.department, part.state, part.signed_by) == (
        people.town.housing, "reported_in", people.clerk,
    )  # fmt: skip
    clock = resolve(ticket)
    # Two and a half working days: the eve of the holidays, 8 October, and the morning of the 9th.
    assert (clock.limit, clock.share, clock.is_running) == ("WD5", 50, True)
    assert wall(clock.started_at) == "2026-09-30 09:00"
    assert not Card.objects.filter(ticket=ticket).exists()
    told = Message.objects.for_person(people.clerk).filter(url__contains=ticket.number)
    assert told.filter(kind="ticket_sent_back").exists()
    asked = ticket.callbacks.get()
    assert (asked.is_solved, asked.via) == (False, "link")

    # The second time the card is yellow, and a level above answers for it as well.
    at("2026-10-08 09:00")
    phone.goto(ticket.get_absolute_url())
    answer(phone, no_photo="夜间，拍不清")
    until(lambda: state(ticket) == "handled", "it is finished again")
    officer.goto(ticket.get_absolute_url())
    press(officer, "verify")
    press(officer, "close")
    tell(open_page, ticket, solved=False)
    until(lambda: state(ticket) == "handling", "it comes back once more")
    card = Card.objects.live().get(ticket=ticket)
    assert (card.colour, card.cause, card.department) == ("yellow", "unsolved", people.town.housing)
    assert Ticket.objects.get(pk=ticket.pk).level == "street"


def test_a_typhoon_is_exempted_by_two(people, at, in_hand_since, open_page):
    ticket = in_hand_since
    at("2026-10-10 09:00")
    phone = open_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, "clerk", ticket.get_absolute_url())
    answer(phone, no_photo="台风天，不宜外出")
    until(lambda: state(ticket) == "handled", "it is finished late")
    for name in ("verify", "close"):
        actions.move(ticket, name, by=people.officer)
    assert (resolve(ticket).outcome, resolve(ticket).is_late) == ("met", True)

    # 6. He asks that it not count. One signature is none.
    at("2026-10-12 09:00")
    phone.goto(ticket.get_absolute_url())
    press(phone, "appeal", "台风停工令 10 月 8 日至 9 日")
    no_sideways_scroll(phone)
    head, command = open_page(PHONE), open_page(DESK)
    sign_in(head, "head", ticket.get_absolute_url())
    press(head, "exempt")
    expect(head.locator("#exempt")).to_have_count(0)
    assert not Appeal.objects.get().is_exempt
    sign_in(command, "command", ticket.get_absolute_url())
    press(command, "exempt")

    # The fact stays; figures carry an exemption with two names.
    assert Appeal.objects.get().is_exempt
    assert resolve(ticket).is_late
    for page in (phone, command):
        page.goto(ticket.get_absolute_url())
        expect(page.locator("#who .is-late")).to_have_count(1)
        expect(page.locator("#time")).to_contain_text(re.compile(r"signed: Head .*signed: Command"))
        no_sideways_scroll(page)
    phone.goto("/tickets/scores/")
    for words in ("0.0 %", "100.0 %"):
        expect(phone.locator("main")).to_contain_text(words)
    no_sideways_scroll(phone)


def taken(folder, lon, lat) -> str:
    """A photo of the new cover, with the place in it."""
    path = folder / f"{lon:.6f}.jpg"
    path.write_bytes(shot(image=picture((900, 600)), where=(lon, lat)))
    return str(path)


def answer(page, photo="", *, no_photo=""):
    """The four elements, and the photo or why there is none."""
    finish = page.locator("#finish")
    if finish.get_attribute("open") is None:
        finish.locator("summary").tap()
    finish.locator("input[name=spoke_with]").fill("路口商户")
    finish.locator("textarea").fill("新井盖已安装")
    finish.locator("input[name=until]").fill("2027-09-30")
    if photo:
        finish.locator("input[name=after_photo]").set_input_files(photo)
    finish.locator("input[name=no_photo]").fill(no_photo)
    no_sideways_scroll(page)
    with page.expect_navigation():
        finish.locator("form button.btn").last.tap()


def tell(open_page, ticket, *, solved: bool):
    """Who reported it answers by the link, without an account."""
    visitor = open_page(PHONE, has_touch=True, is_mobile=True)
    visitor.goto(tracking.path_of(ticket))
    no_sideways_scroll(visitor)
    for name in ("solved", "satisfied"):
        value = "yes" if solved else "no"
        visitor.locator(f"label:has(input[name={name}][value={value}])").tap()
    with visitor.expect_navigation():
        visitor.get_by_role("button", name="Send").tap()
    expect(visitor.locator("main")).to_contain_text("It is looked at again")
