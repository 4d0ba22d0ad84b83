"""Pages of platforms, plans, rounds of claiming and the ledger: who may open what, what leaks nowhere."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from consultations import actions, plansheet, yearplans
from consultations.actions.bookkeeping import Line as Entered
from consultations.actions.planning import Line
from consultations.models import Claim, Cohosting, Entry, Plan, Platform, Pool, Seat, Terms, Theme
from consultations.workflow import DAYS
from govgrid.core import clock
from tests.consultations.test_sessions import PDF
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import CompoundFactory


@pytest.fixture
def sign_in(client, people):
    def as_(who):
        client.force_login(people[who] if isinstance(who, str) else who)
        return client

    return as_


@pytest.fixture
def topic(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


def url(name, *args):
    return reverse(f"consultations:{name}", args=args)


def text(response):
    return response.content.decode()


# ── platforms ─────────────────────────────────────────────────────────────────────────────────


def test_everybody_finds_platforms(client, platform, other_platform, town):
    page = text(client.get(url("platforms")))
    assert platform.name in page
    assert other_platform.name in page
    found = text(client.get(url("platforms"), {"area": town.streets[0].code}))
    assert platform.name in found
    assert other_platform.name not in found
    assert "No platform fits" in text(client.get(url("platforms"), {"kind": "sector"}))
    assert client.get(url("platforms"), {"kind": "party", "after": "x" * 99}).status_code == 200


def test_the_list_takes_the_same_statements_for_many(
    client, platform, town, django_assert_max_num_queries
):
    for _each in range(5):
        made.PlatformFactory(area=town.communities[0])
    with django_assert_max_num_queries(6):
        client.get(url("platforms"))


def test_a_platform_says_who_sits_there_and_by_which_rules(client, platform, people):
    actions.set_terms(
        platform, actions.NewTerms(labels={"collect": "百姓点事"}), by=people["convenor"]
    )
    page = text(client.get(platform.get_absolute_url()))
    assert people["convenor"].name in page
    assert "百姓点事" in page
    assert "Run it" not in page
    assert "nobody at present" not in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("convenor", 200), ("head", 200), ("command", 200), ("area_convenor", 200), ("screener", 403),
     ("member", 403), ("resident", 403), ("other_convenor", 403), ("other_head", 403)],
)  # fmt: skip
def test_who_runs_a_platform(sign_in, platform, people, who, status):
    client = sign_in(who)
    assert client.get(url("platform-run", platform.code)).status_code == status
    acts = client.post(url("platform-act", platform.code, "change"), {"name": "新名字"})
    assert acts.status_code == (302 if status == 200 else 403)


def test_strangers_are_sent_to_sign_in(client, platform):
    for name in ("platform-new", "pool-new", "theme-new"):
        assert client.get(url(name)).status_code == 302
    assert client.get(url("platform-run", platform.code)).status_code == 302


def test_founding_on_a_page(sign_in, town):
    """What a form refuses founds nothing."""
    client = sign_in("head")
    compound = CompoundFactory(community=town.communities[0], name="滨江花园")
    asked = {
        "name": "滨江业主议事会",
        "kind": "owners",
        "area": town.communities[0].code,
        "compound": "滨江花园",
    }
    assert client.post(url("platform-new"), asked | {"compound": "没有"}).status_code == 400
    assert client.post(url("platform-new"), asked | {"compound": ""}).status_code == 409
    assert (
        client.post(url("platform-new"), asked | {"area": town.streets[1].code}).status_code == 400
    )
    assert not Platform.objects.filter(kind="owners").exists()
    assert client.post(url("platform-new"), asked).status_code == 302
    assert Platform.objects.get(kind="owners").compound == compound
    assert sign_in("resident").get(url("platform-new")).status_code == 403


def _terms(**changed):
    days = {f"days_{name}": str(many) for name, many in DAYS.items()}
    return {
        "quorum": "3",
        "resident_share": "50",
        "endorsers": "10",
        "is_open": "on",
        **days,
        **changed,
    }


def test_terms_and_seats_on_the_page(sign_in, platform, people):
    client = sign_in("convenor")
    act = lambda name: url("platform-act", platform.code, name)  # noqa: E731
    assert client.post(act("terms"), _terms(days_screen="0")).status_code == 400
    assert (
        client.post(act("terms"), _terms(days_screen="7", label_collect="点事")).status_code == 302
    )
    assert Terms.objects.of(platform.pk).days["screen"] == 7
    person = UserFactory(username="wang")
    today = clock.today().isoformat()
    seat = {"person": "wang", "role": "expert", "starts_on": today, "ends_on": ""}
    assert client.post(act("appoint"), seat | {"person": "nobody"}).status_code == 400
    # The choice of the gate is not even offered to the one who leads.
    assert client.post(act("appoint"), seat | {"role": "screener"}).status_code == 400
    assert client.post(act("appoint"), seat).status_code == 302
    assert client.post(act("appoint"), seat).status_code == 409
    one = Seat.objects.get(user=person)
    assert client.post(act("end-seat"), {"seat": one.pk, "reason": ""}).status_code == 400
    assert client.post(act("end-seat"), {"seat": 99999999, "reason": "x"}).status_code == 404
    gate = Seat.objects.get(platform=platform, role="screener")
    assert client.post(act("end-seat"), {"seat": gate.pk, "reason": "x"}).status_code == 403
    assert client.post(act("end-seat"), {"seat": one.pk, "reason": "搬走"}).status_code == 302
    assert client.post(act("dance"), {}).status_code == 404
    assert client.get(url("platform-run", platform.code)).status_code == 200


def test_another_table_answers_on_its_page(sign_in, topic, other_platform, people):
    client = sign_in("convenor")
    client.post(url("ask-cohost", topic.number), {"platform": "没有这个"})
    assert not Cohosting.objects.exists()
    client.post(url("ask-cohost", topic.number), {"platform": other_platform.code})
    asked = Cohosting.objects.get()
    assert "asked" in text(client.get(topic.get_absolute_url()))
    assert sign_in("recorder").post(url("ask-cohost", topic.number), {}).status_code == 403
    client = sign_in("other_convenor")
    assert topic.title in text(client.get(url("platform-run", other_platform.code)))
    answer = {"asking": asked.pk, "agreed": "yes", "note": ""}
    assert (
        client.post(url("platform-act", other_platform.code, "cohost"), answer).status_code == 302
    )
    assert topic.title in text(client.get(other_platform.get_absolute_url()))


# ── the year ──────────────────────────────────────────────────────────────────────────────────


def test_each_number_of_the_year_opens_its_list(client, platform, topic, town, people):
    year = clock.today().year
    hidden = made.session(
        made.raised(platform, by=people["resident"]), by=people["convenor"], title="未立项的走访"
    )
    now = clock.now()
    held = made.session(
        topic, by=people["convenor"], title="校门口走访",
        starts_at=now - timedelta(minutes=9), ends_at=now - timedelta(minutes=5),
    )  # fmt: skip
    made.came(held, 4, by=people["recorder"])
    page = client.get(url("year", year))
    numbers = {one.slug: one.number for one in page.context["figures"]}
    assert (numbers["sessions"], numbers["heads"], numbers["members"]) == (1, 4, 1)
    for slug in numbers:
        rows = client.get(url("year", year), {"list": slug, "area": town.streets[0].code})
        assert rows.status_code == 200
        assert hidden.title not in text(rows)
    assert held.title in text(client.get(url("year", year), {"list": "sessions"}))
    assert client.get(url("year", year), {"list": "x", "after": "y"}).status_code == 200
    assert client.get(url("year", year), {"area": "nowhere"}).status_code == 404
    assert client.get(url("year", 1066)).status_code == 404


# ── plans ─────────────────────────────────────────────────────────────────────────────────────


def _set(rows):
    given = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0"}
    for n, row in enumerate(rows):
        given |= {f"form-{n}-{name}": str(value) for name, value in row.items()}
    return given


def test_a_plan_on_its_page(client, sign_in, platform, people, topic):
    year = clock.today().year
    at = url("plan", platform.code, year)
    act = lambda name: url("plan-act", platform.code, year, name)  # noqa: E731
    assert "No plan is published" in text(client.get(at))
    assert sign_in("recorder").post(act("begin")).status_code == 403
    client = sign_in("convenor")
    client.post(act("begin"))
    rows = [
        {"month": 3, "subject": "停车", "kind": "meeting", "lead": "社区"},
        {"month": "", "subject": "", "kind": "meeting"},
    ]
    assert (
        client.post(
            act("lines"), _set([{"month": 13, "subject": "x", "kind": "meeting"}])
        ).status_code
        == 400
    )
    assert (
        client.post(
            act("lines"), _set([{"month": "", "subject": "x", "kind": "meeting"}])
        ).status_code
        == 400
    )
    assert client.post(act("lines"), {}).status_code == 400
    assert client.post(act("lines"), _set(rows)).status_code == 302
    # A draft is for those who plan.
    assert "停车" not in text(sign_in("resident").get(at))
    client = sign_in("convenor")
    assert "停车" in text(client.get(at))
    assert client.post(act("publish"), {}).status_code == 302
    assert client.post(act("publish"), {}).status_code == 404
    assert "停车" in text(sign_in("resident").get(at))
    client = sign_in("convenor")
    assert client.post(act("link"), {"key": 1, "topic": "", "session": ""}).status_code == 409
    assert client.post(act("link"), {"key": "one"}).status_code == 400
    assert client.post(act("link"), {"key": 1, "topic": topic.number}).status_code == 302
    assert topic.title in text(client.get(at))
    assert client.post(act("unlink"), {"link": "x"}).status_code == 404
    assert client.get(url("plan", platform.code, 1066)).status_code == 404


def test_a_plan_leaves_as_excel_and_comes_back(sign_in, platform, people):
    year, convenor = clock.today().year, people["convenor"]
    draft = actions.begin_plan(platform, year, by=convenor)
    lines = [Line(3, "=停车", "meeting", "社区"), Line(12, "护栏", "look_back")]
    actions.set_lines(draft, lines, by=convenor)
    actions.publish_plan(draft, by=convenor)
    client = sign_in("resident")
    book = client.get(url("plan-workbook", platform.code, year))
    assert book.status_code == 200
    assert plansheet.read_lines(book.content, "plan.xlsx") == lines
    client = sign_in("convenor")
    act = lambda name: url("plan-act", platform.code, year, name)  # noqa: E731
    client.post(act("begin"))
    bad = SimpleUploadedFile("plan.csv", "月份,议题,形式\n13,停车,协商会\n1,,meeting\n".encode())
    page = client.post(act("upload"), {"file": bad})
    assert page.status_code == 400
    assert "Line 2" in text(page)
    good = SimpleUploadedFile("plan.xlsx", book.content)
    assert client.post(act("upload"), {"file": good}).status_code == 302
    new = Plan.objects.get(platform=platform, number=2)
    assert [one.subject for one in new.lines.all()] == ["=停车", "护栏"]
    junk = SimpleUploadedFile("plan.xlsx", b"PK\x03\x04junk")
    assert client.post(act("upload"), {"file": junk}).status_code == 409


def test_a_plan_takes_the_same_statements_for_many_lines(
    client, platform, people, django_assert_max_num_queries
):
    year, convenor = clock.today().year, people["convenor"]
    draft = actions.begin_plan(platform, year, by=convenor)
    actions.set_lines(draft, [Line(n, "停车", "meeting") for n in range(1, 13)], by=convenor)
    plan = actions.publish_plan(draft, by=convenor)
    with django_assert_max_num_queries(2):
        assert len(yearplans.planned(plan)) == 12
    with django_assert_max_num_queries(8):
        client.get(url("plan", platform.code, year))


# ── rounds of claiming, common topics ─────────────────────────────────────────────────────────


def test_a_round_from_draft_to_claim(client, sign_in, town, platform, people):
    desk = sign_in("area_convenor")
    asked = {"area": town.streets[0].code, "title": "第一季选题"}
    assert desk.post(url("pool-new"), asked | {"area": town.streets[1].code}).status_code == 400
    assert desk.post(url("pool-new"), asked).status_code == 302
    pool = Pool.objects.get()
    at = pool.get_absolute_url()
    act = lambda name: url("pool-act", pool.pk, name)  # noqa: E731
    half = _set([{"title": "护栏", "body": ""}])
    assert desk.post(act("items"), half).status_code == 400
    assert desk.post(act("items"), _set([{"title": "护栏", "body": "要护栏"}])).status_code == 302
    assert sign_in("member").get(at).status_code == 404
    desk = sign_in("area_convenor")
    assert desk.post(act("publish"), {"closes_at": "soon"}).status_code == 400
    assert desk.post(act("publish"), {"closes_at": "2020-01-01T08:00"}).status_code == 409
    closes = timezone.localtime(clock.now() + timedelta(days=3))
    assert desk.post(act("publish"), {"closes_at": f"{closes:%Y-%m-%dT%H:%M}"}).status_code == 302
    item = pool.items.get()
    given = {"item": item.pk, "platform": platform.code, "group": "第二组"}
    assert sign_in("resident").post(act("claim"), given).status_code == 403
    member = sign_in("member")
    assert "Claim it" in text(member.get(at))
    assert member.post(act("claim"), given | {"platform": "x"}).status_code == 400
    assert member.post(act("claim"), given | {"item": 99999999}).status_code == 404
    assert member.post(act("claim"), given).status_code == 302
    assert member.post(act("claim"), given).status_code == 409
    claim = Claim.objects.get()
    # What was not decided on yet is named to nobody.
    client.logout()
    page = text(client.get(at))
    assert "第二组" in page
    assert claim.topic.number not in page


def test_a_common_topic_tells_nobody_what_was_not_taken_up(client, sign_in, town, platform, people):
    head = sign_in("head")
    second = made.PlatformFactory(area=town.communities[1], name="乙平台")
    page = text(head.get(url("theme-new")))
    key = page.split('name="client_id" value="')[1].split('"')[0]
    given = {"client_id": key, "area": town.streets[0].code, "title": "物业费", "body": "怎么定",
             "platforms": [platform.code, second.code]}  # fmt: skip
    assert head.post(url("theme-new"), given | {"platforms": []}).status_code == 400
    assert head.post(url("theme-new"), given).status_code == 302
    theme = Theme.objects.get()
    assert head.post(theme.get_absolute_url(), {"summary": "好"}).status_code == 409
    topic = theme.topics.get(platform=platform)
    actions.move(
        topic, "decline", by=people["screener"], reason="not_public", note="不在此谈这件事"
    )
    assert sign_in("neighbour").post(theme.get_absolute_url(), {"summary": "x"}).status_code == 403
    client.logout()
    page = text(client.get(theme.get_absolute_url()))
    assert "乙平台" in page
    assert topic.number not in page
    assert topic.number in text(sign_in("head").get(theme.get_absolute_url()))
    assert sign_in("resident").get(url("theme-new")).status_code == 403


# ── the ledger ────────────────────────────────────────────────────────────────────────────────


def _entry(**changed):
    return Entered(
        **{"kind": "money", "direction": "given", "amount": Decimal(500), "unit": "yuan",
           "on": clock.today(), "text": "护栏", "giver": "张老板", **changed}
    )  # fmt: skip


def test_who_gave_is_read_by_the_table_alone(client, sign_in, topic, people):
    recorder = people["recorder"]
    actions.enter_line(topic, _entry(), by=recorder)
    actions.enter_line(topic, _entry(giver="李姐超市", giver_is_public=True), by=recorder)
    at = url("ledger", topic.number)
    for page in (text(client.get(at)), text(sign_in("neighbour").get(at))):
        assert "张老板" not in page
        assert "李姐超市" in page
        assert "1000" in page
    assert "张老板" in text(sign_in("recorder").get(at))
    area = text(client.get(url("ledger-area", topic.area.code)))
    assert "1000" in area
    assert "李姐超市" not in area
    assert client.get("/consultations/ledger/%00/").status_code == 404


def test_a_voucher_is_for_the_table(client, sign_in, topic, people):
    entry, _new = actions.enter_line(
        topic,
        _entry(direction="spent", giver="", file=SimpleUploadedFile("v.pdf", PDF)),
        by=people["recorder"],
    )
    at = url("voucher", topic.number, entry.serial)
    assert client.get(at).status_code == 302
    assert sign_in("neighbour").get(at).status_code == 404
    assert sign_in("resident").get(at).status_code == 404
    response = sign_in("recorder").get(at)
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"".join(response.streaming_content) == PDF
    entry.voucher_file.storage.delete(entry.voucher_file.name)


def test_entries_are_written_on_the_page(sign_in, topic, platform, people):
    client = sign_in("recorder")
    act = lambda name: url("ledger-act", topic.number, name)  # noqa: E731
    page = text(client.get(url("ledger", topic.number)))
    key = page.split('name="client_id" value="')[1].split('"')[0]
    given = {"client_id": key, "kind": "goods", "direction": "given", "amount": "1.5", "unit": "",
             "other_unit": "吨", "on": clock.today().isoformat(), "text": "沙子"}  # fmt: skip
    assert client.post(act("enter"), given | {"amount": "NaN"}).status_code == 400
    assert client.post(act("enter"), given | {"other_unit": ""}).status_code == 409
    assert client.post(act("enter"), given | {"on": "2999-01-01"}).status_code == 400
    for _twice in range(2):
        assert client.post(act("enter"), given).status_code == 302
    entry = Entry.objects.get()
    assert (entry.unit, entry.amount) == ("吨", Decimal("1.5"))
    assert client.post(act("take-back"), {"entry": entry.serial, "reason": ""}).status_code == 400
    assert client.post(act("take-back"), {"entry": 77, "reason": "x"}).status_code == 404
    assert (
        client.post(act("take-back"), {"entry": entry.serial, "reason": "重复"}).status_code == 302
    )
    assert client.post(act("forget"), {"entry": entry.serial}).status_code == 409
    assert sign_in("member").post(act("enter"), given).status_code == 403
    hidden = made.raised(platform, by=people["resident"])
    assert sign_in("resident").get(url("ledger", hidden.number)).status_code == 404


def test_the_ledger_takes_the_same_statements_for_many(
    client, topic, people, django_assert_max_num_queries
):
    for _each in range(6):
        actions.enter_line(topic, _entry(), by=people["recorder"])
    with django_assert_max_num_queries(7):
        client.get(url("ledger", topic.number))
    with django_assert_max_num_queries(7):
        client.get(url("ledger-area", topic.area.code))
