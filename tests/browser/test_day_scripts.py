"""Two days as people live them, on their very dates, against the real processes.

A grid worker on the eve of two holidays, and a community officer on a Friday before a make-up
Saturday. The clock of every process is set; every time that is named must come out.
"""

import re
from datetime import datetime, timedelta
from io import BytesIO
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from benchmarks.stage import until
from govgrid.outbox.models import Message
from govgrid.worktime.models import ClockShift
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_one_report import PASSWORD, no_sideways_scroll, press, sign_in
from tests.factories.grids import DepartmentFactory, build_town, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filing, routed, spot
from tickets import actions, codes
from tickets.models import Clock, Ticket

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

CHINA = ZoneInfo("Asia/Shanghai")
EAST = 18 / 96_400  # degrees of longitude in 18 m, at 30° north


@pytest.fixture(autouse=True)
def _test_clock(monkeypatch):
    """Before the processes start: they and this one ask the same clock."""
    monkeypatch.setenv("TEST_CLOCK", "1")


@pytest.fixture
def at(transactional_db, settings):
    """``at("2026-09-24 09:05")`` for every process; time goes on from there."""
    settings.TEST_CLOCK = True

    def moved(wall):
        then = datetime.fromisoformat(wall).replace(tzinfo=CHINA)
        ClockShift.objects.update_or_create(id=1, defaults={"shift": then - timezone.now()})

    return moved


@pytest.fixture
def people(transactional_db):
    """营盘社区 of 小溪塔街道, its departments, and who the two days are about."""
    town = build_town()
    for area, name in ((town.streets[0], "小溪塔街道"), (town.communities[1], "营盘社区"),
                       (town.grids[2], "营盘05")):  # fmt: skip
        area.name = name
        area.save()
    grid = town.grids[2]
    grid.code, grid.household_count = "420506001006005", 312
    grid.save()
    fire = DepartmentFactory(name="消防救援", area=town.district)
    power = DepartmentFactory(name="供电公司", area=town.district)
    manhole = CategoryFactory(
        code="0101", name_en="Manhole cover missing", hazard_limit="UH2", resolve_limit="WD5",
        default_whistle="emergency", picture_rank=1, icon="manhole",
    )  # fmt: skip
    parking = CategoryFactory(
        code="0706", name_en="Parking and charging", lead="住建局", helpers="消防救援,供电公司",
        resolve_limit="WD10", default_whistle="hard", picture_rank=2, icon="car",
    )  # fmt: skip
    for category in (manhole, parking):
        RuleFactory(category=category, area=town.district, department=town.housing)
    secret = {"password": make_password(PASSWORD, hasher=Argon2PasswordHasher()), "language": "en"}

    def seat(name, role, **where):
        return holder(role, username=name, name=name.capitalize(), **where, **secret)

    return SimpleNamespace(
        town=town, manhole=manhole, parking=parking, fire=fire, power=power,
        worker=seat("worker", "grid_worker", area=grid),
        colleague=seat("colleague", "grid_worker", area=town.grids[3]),
        officer=seat("officer", "community_officer", area=town.communities[1]),
        head=seat("head", "street_head", area=town.streets[0]),
        clerk=seat("clerk", "department_clerk", department=town.housing),
        boss=seat("boss", "department_head", department=town.housing),
        fireman=seat("fireman", "department_clerk", department=fire),
        electrician=seat("electrician", "department_clerk", department=power),
        command=seat("command", "district_command", area=town.district),
    )  # fmt: skip


@pytest.fixture
def here(people):
    lon, lat = people.town.middle(2)
    return {
        "geolocation": {"longitude": lon, "latitude": lat, "accuracy": 6},
        "permissions": ["geolocation"],
        "has_touch": True,
        "is_mobile": True,
    }


def picture(colour) -> dict:
    data = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(data, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def tap(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def send(page):
    with page.expect_navigation():
        page.locator("[data-gg-go]").click()


def due(ticket, department=None) -> dict[str, str]:
    """Everything that was ever to be done by when, to the minute."""
    rows = Clock.objects.filter(ticket=ticket)
    if department is not None:
        rows = rows.filter(assignment__department=department)
    return {one.kind: f"{one.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}" for one in rows}


def closed_before(people) -> Ticket:
    """Closed on 31 August, 18 m from where she will stand."""
    lon, lat = people.town.middle(2)
    asked = filing(
        people.town, category=people.manhole, spot=spot(lon + EAST, lat), description="井盖松动"
    )
    ticket = actions.file(asked, by=people.colleague).ticket
    until(lambda: routed_by_anybody(ticket), "it is routed")
    actions.move(ticket, "sign", by=people.clerk)
    actions.move(ticket, "finish", by=people.clerk, note="已更换")
    actions.move(ticket, "verify", by=people.officer)
    return actions.move(ticket, "close", by=people.officer)


def routed_by_anybody(ticket) -> bool:
    actions.route()
    return Ticket.objects.filter(pk=ticket.pk, state="dispatched").exists()


# ── A ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_grid_workers_thursday(people, at, here, open_page):
    at("2026-08-31 10:00")
    earlier = closed_before(people)
    at("2026-09-24 07:50")
    for _n in range(3):
        one = routed(people.town, by=people.colleague, grid=2, category=people.parking)
        actions.move(one, "sign", by=people.clerk)
        actions.move(one, "finish", by=people.clerk, note="已处理")

    # 1. 08:20, the patrol begins: the grid, and today's three to-dos.
    phone = open_page(PHONE, **here)
    at("2026-09-24 08:20")
    sign_in(phone, "worker", "/field/")
    expect(phone.locator("h1")).to_have_text("营盘05")
    at("2026-09-24 08:20")
    tap(phone, "Start a patrol")
    expect(phone.locator("main")).to_contain_text("On patrol since 08:20")
    expect(phone.get_by_role("region", name="To do").locator("li")).to_have_count(3)
    no_sideways_scroll(phone)
    for wall in ("2026-09-24 08:40", "2026-09-24 09:00", "2026-09-24 09:02"):
        at(wall)
        tap(phone, "Check in")

    # 2. 09:05, a cover is missing: a photo, the place, one tap on the picture. No typing.
    at("2026-09-24 09:04")
    phone.get_by_role("link", name="Report", exact=True).click()
    phone.wait_for_url("**/tickets/new/")
    phone.locator("[data-gg-choose]").first.set_input_files(picture("gray"))
    expect(phone.locator(".shot figcaption").first).to_contain_text("Kept")
    phone.get_by_role("button", name="Here I am").click()
    expect(phone.locator("[data-gg-place-words]")).to_contain_text("营盘05")
    phone.locator("label.pick", has_text="Manhole").click()

    # 3. One like it was closed here, 18 m away: this is a new one, and keeps its history.
    repeats = phone.get_by_role("region", name="One like it was closed here")
    expect(repeats).to_contain_text("18 m away, closed 31 August")
    expect(repeats.get_by_role("link", name="Reopen")).to_be_visible()
    repeats.get_by_role("button", name="New").click()

    # 4. An emergency: the terms are said before she sends it.
    at("2026-09-24 09:05")
    phone.locator("label.whistle__kind", has_text="Emergency whistle").click()
    expect(phone.locator("[data-gg-terms]")).to_contain_text("11:05")
    expect(phone.locator("[data-gg-terms]")).to_contain_text("住建局")
    no_sideways_scroll(phone)
    at("2026-09-24 09:05")
    with phone.expect_navigation(url=re.compile(r"/tickets/YL\d")):
        phone.locator("[data-gg-go]").click()
    ticket = until(
        lambda: Ticket.objects.filter(state="dispatched", whistle_kind="emergency").first(),
        "Celery routes it",
    )
    assert ticket.repeat_of == earlier
    assert ticket.photos.count() == 1
    assert due(ticket) == {
        "sign": "2026-09-24 09:20",
        "report_in": "2026-09-24 09:35",
        "make_safe": "2026-09-24 11:05",
        "resolve": "2026-10-09 18:00",
    }
    phone.goto(ticket.get_absolute_url())
    expect(phone.locator("#who")).to_contain_text("11:05")
    expect(phone.locator("#who")).to_contain_text(re.compile(r"9 Oct\w* 18:00"))
    expect(phone.locator("#kin")).to_contain_text(earlier.number)
    expect(phone.locator(".ticket__photos img").first).to_be_visible()
    no_sideways_scroll(phone)
    phone.get_by_role("link", name="How was this computed?").click()
    expect(phone.locator("main")).to_contain_text("中秋")
    no_sideways_scroll(phone)

    # The second report of the day (its offline step is another story).
    at("2026-09-24 09:41")
    phone.goto("/tickets/new/")
    phone.get_by_role("button", name="Here I am").click()
    expect(phone.locator("[data-gg-place-words]")).to_contain_text("营盘05")
    phone.locator("label.pick", has_text="Parking").click()
    expect(phone.locator("#near")).to_contain_text("3 like it are open nearby")
    with phone.expect_navigation(url=re.compile(r"/tickets/YL\d")):
        phone.locator("[data-gg-go]").click()
    phone.goto("/field/")
    at("2026-09-24 10:20:20")
    tap(phone, "End")

    # 6. 11:05 passes; somebody near is asked to look. 11:40: safe, not repaired.
    at("2026-09-24 11:06")
    asked = Message.objects.for_person(people.worker).filter(kind="ticket_look")
    until(asked.exists, "the worker is asked to look")
    at("2026-09-24 11:40")
    phone.goto("/messages/")
    phone.get_by_role("button", name=re.compile("Please look")).first.click()
    phone.wait_for_url(f"**{ticket.get_absolute_url()}**")
    expect(phone.locator("#who .is-over, #who .is-late").first).to_be_visible()
    phone.locator("[data-gg-choose]").first.set_input_files(picture("orange"))
    expect(phone.locator(".ticket__photos img")).to_have_count(2)
    phone.goto(ticket.get_absolute_url())
    phone.locator("#confirm_safe summary").first.click()
    phone.locator("#confirm_safe textarea").fill("A board lies over it, not repaired")
    with phone.expect_navigation():
        phone.locator("#confirm_safe > button, #confirm_safe form > button").first.click()
    expect(phone.locator(".toast").first).to_be_visible()
    safe, resolve = (
        Clock.objects.get(ticket=ticket, kind=kind) for kind in ("make_safe", "resolve")
    )
    assert (safe.outcome, safe.is_late) == ("met", True)
    assert resolve.is_running

    # 7. 17:30, the second half of the patrol ends: 3 h 12 min, six check-ins, two tickets.
    phone.goto("/field/")
    at("2026-09-24 16:18")
    tap(phone, "Start a patrol")
    for wall in ("2026-09-24 16:30", "2026-09-24 17:00", "2026-09-24 17:20"):
        at(wall)
        tap(phone, "Check in")
    at("2026-09-24 17:30:20")
    tap(phone, "End")
    expect(phone.locator(".field-clock")).to_contain_text("3 h 12 min")
    figures = phone.locator(".field-figures")
    expect(figures.locator(".figure", has_text="Check-ins").locator("strong")).to_have_text("6")
    expect(figures.locator(".figure", has_text="Reports").locator("strong")).to_have_text("2")
    phone.get_by_role("link", name="What is stored about me").click()
    expect(phone.locator(".field-kept > li")).to_have_count(6)
    expect(phone.locator(".field-kept > li").first).to_contain_text("erased on 24 October")


# ── B ─────────────────────────────────────────────────────────────────────────────────────────


def test_b_community_officers_friday(people, at, open_page):
    town = people.town
    at("2026-10-09 09:00")
    reports = [
        routed(town, by=by, grid=2, category=people.parking, description=text)
        for by, text in (
            (people.worker, "三栋楼下没有车位"),
            (people.colleague, "飞线充电"),
            (people.officer, "充电桩占道"),
        )
    ]
    main, *others = reports

    # 1. Three reports in one compound become one; who reported them is told.
    officer = open_page(DESK)
    at("2026-10-09 10:00")
    sign_in(officer, "officer", f"{others[0].get_absolute_url()}")
    for one in others:
        officer.goto(f"{one.get_absolute_url()}merge/?into={main.number}")
        no_sideways_scroll(officer)
        tap(officer, "Merge")
        until(lambda one=one: Ticket.objects.get(pk=one.pk).state == "merged", "it is merged")
    told = Message.objects.filter(kind="ticket_merged", channel="inapp")
    assert set(told.values_list("recipient", flat=True)) == {people.colleague.pk, people.officer.pk}

    # 2. The whistle: what was tried, which power is missing. Without them it cannot be sent.
    officer.goto(f"{main.get_absolute_url()}whistle/")
    officer.locator("label.whistle__kind", has_text="Hard-case whistle").click()
    terms = officer.locator("[data-gg-terms]")
    expect(terms).to_contain_text("住建局")
    send(officer)
    expect(officer.locator("main")).to_contain_text("Say what the community has tried")
    expect(officer.locator("main")).to_contain_text("Say which power is missing")
    assert Ticket.objects.get(pk=main.pk).whistle_kind == ""

    # 3. Lead and helpers are proposed, with reasons, and confirmed.
    expect(terms).to_contain_text(re.compile(r"R-\d{4}"))
    for name in ("消防救援", "供电公司"):
        expect(terms.get_by_role("checkbox", name=name)).to_be_checked()
    officer.get_by_label("What has the community tried").fill("与物业协调三次，居民议事两次")
    officer.get_by_label("Which power is missing").fill("规划调整和电力扩容")
    no_sideways_scroll(officer)
    send(officer)
    until(lambda: Ticket.objects.get(pk=main.pk).state == "awaiting_approval", "it waits")

    # 4. 16:50, the street's head approves on his phone: one working day is Saturday.
    head = open_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(head, "head", "/desk/")
    expect(head.locator("main")).to_contain_text("Parking and charging")
    head.goto(main.get_absolute_url())
    no_sideways_scroll(head)
    at("2026-10-09 16:50")
    with head.expect_navigation():
        head.locator("#approve button").last.click()
    until(lambda: Ticket.objects.get(pk=main.pk).state == "dispatched", "Celery routes it")
    ticket = Ticket.objects.get(pk=main.pk)
    assert ticket.lead_department == town.housing
    departments = (town.housing, people.fire, people.power)
    assert {due(ticket, one)["sign"] for one in departments} == {"2026-10-10 18:00"}
    head.goto(main.get_absolute_url())
    expect(head.locator("#who")).to_contain_text(re.compile(r"10 Oct\w* 18:00"))

    # 5. Monday: 供电公司 returns it. The lead stays; that is one of two.
    at("2026-10-12 09:00")
    power = open_page(DESK)
    sign_in(power, "electrician", main.get_absolute_url())
    power.locator("#return > summary").click()
    power.locator("#return select[name=return_reason]").select_option("not_ours")
    power.locator("#return textarea").fill("小区变压器归物业")
    power.locator("#return input[name=suggested_owner]").fill("物业企业")
    with power.expect_navigation():
        power.locator("#return form button").last.click()
    until(lambda: ticket.assignments.filter(state="returned").exists(), "it is returned")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.lead_department) == ("dispatched", town.housing)
    power.goto(main.get_absolute_url())
    expect(power.locator("#who")).to_contain_text("1 of 2")

    # 6. Wednesday, the meeting: each signs in by the code on the wall, and says at what rank.
    at("2026-10-14 09:00")
    officer.goto(f"{main.get_absolute_url()}sign-in/")
    expect(officer.locator(".sign__qr svg")).to_be_visible()
    for name, rank in (("boss", "Deputy head"), ("fireman", "Liaison")):
        phone = open_page(PHONE, has_touch=True, is_mobile=True)
        sign_in(phone, name, code_on_the_wall(ticket))
        no_sideways_scroll(phone)
        phone.get_by_label(rank).check()
        tap(phone, "I am here")
    until(lambda: ticket.assignments.filter(state="reported_in").count() == 2, "both are there")
    officer.reload()
    for words in ("Boss, Deputy head", "Fireman, Liaison", "Not met"):
        expect(officer.locator("#sign")).to_contain_text(words)

    # They finish with the four elements; it is verified and closed.
    finish(open_page, "fireman", main, at, "2026-10-15 10:00")
    clerk = finish(open_page, "clerk", main, at, "2026-10-16 10:00", has_plan=True)
    officer.goto(main.get_absolute_url())
    press(officer, "verify")
    press(officer, "close")

    # 7. She scores speed 4, quality 3; the department sees it, the district averages from five on.
    officer.locator("#rate > summary").click()
    officer.locator("#rate input[name=speed][value='4']").check()
    officer.locator("#rate input[name=quality][value='3']").check()
    officer.locator("#rate textarea").fill("来得快，充电桩还少两个")
    with officer.expect_navigation():
        officer.locator("#rate form button").last.click()
    until(ticket.scores.exists, "it is scored")
    clerk.reload()
    expect(clerk.locator("#scores")).to_contain_text("来得快，充电桩还少两个")
    command = open_page(DESK)
    sign_in(command, "command", "/tickets/scores/")
    expect(command.locator("main")).to_contain_text("住建局")
    expect(command.locator("main")).to_contain_text(re.compile("fewer than 5", re.IGNORECASE))
    expect(command.locator("main")).not_to_contain_text("来得快")
    command.goto(main.get_absolute_url())
    expect(command.locator("main")).not_to_contain_text("来得快")


def code_on_the_wall(ticket) -> str:
    """What the camera reads."""
    return f"{ticket.get_absolute_url()}here/{codes.token(ticket)}/"


def plan_and_reach(page, due_on):
    """A hard case has dated steps, and each is said to be reached before all is."""
    page.locator("#plan > summary").click()
    page.locator("#plan textarea").fill("分两期：先扩容，后划线")
    page.locator("#plan input[name=milestones-0-title]").fill("变压器扩容")
    page.locator("#plan input[name=milestones-0-due_on]").fill(due_on.isoformat())
    with page.expect_navigation():
        page.locator("#plan form button").last.click()
    expect(page.locator("#milestones .planstep")).to_have_count(1)
    page.locator("#reach_milestone > summary").click()
    page.locator("#reach_milestone select").select_option(index=1)
    page.locator("#reach_milestone textarea").fill("扩容完成")
    with page.expect_navigation():
        page.locator("#reach_milestone form button").last.click()
    expect(page.locator("#milestones .planstep.is-done")).to_have_count(1)


def finish(open_page, name, ticket, at, wall, *, has_plan=False):
    at(wall)
    page = open_page(DESK)
    sign_in(page, name, ticket.get_absolute_url())
    if has_plan:
        plan_and_reach(page, datetime.fromisoformat(wall).date() + timedelta(days=10))
    page.locator("#finish > summary").click()
    page.locator("#finish input[name=spoke_with]").fill("业委会")
    page.locator("#finish input[name=no_photo]").fill("夜间，拍不清")
    page.locator("#finish textarea").fill("扩容完成，新增充电位 12 个")
    until_on = datetime.fromisoformat(wall).date() + timedelta(days=30)
    page.locator("#finish input[name=until]").fill(until_on.isoformat())
    with page.expect_navigation():
        page.locator("#finish form button").last.click()
    expect(page.locator(".toast").first).to_be_visible()
    return page
