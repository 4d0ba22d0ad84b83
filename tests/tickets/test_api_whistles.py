"""Whistles and their clocks over REST: days A and B of the field, and what each part answers."""

from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from govgrid.core import clock
from govgrid.core.fields import told
from tests.factories.accounts import bearer
from tests.factories.grids import AreaFactory, DepartmentFactory, holder, shape, square
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, filing, routed, whistled
from tickets import actions
from tickets.api.clocks import ClockRow, StepRow
from tickets.api.limits import LimitRow
from tickets.api.parts import AssignmentRow, HelperRow, WhistleRow
from tickets.api.proposals import Proposal
from tickets.models import Clock, Ticket, TicketEvent, TimeLimit, Whistle
from tickets.workflow import STANDARD

API = "/api/v1/"
URL = f"{API}tickets/"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def at(shift_clock):
    """``at("2026-09-24 09:05")`` sets the business clock to this moment of the district."""

    def to(moment):
        shift_clock()
        wanted = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
        shift_clock(seconds=(wanted - clock.now()).total_seconds())

    return to


@pytest.fixture
def call(api):
    """``call(user, path, **body)`` posts with that person's token, and reads without a body."""

    def send(user, path, body=None):
        api.credentials(HTTP_AUTHORIZATION=bearer(user))
        url = path if path.startswith("http") else f"{API}{path}"
        if body is None:
            return api.get(url)
        return api.post(url, body, format="json")

    return send


@pytest.fixture
def act(call):
    def take(user, number, name, **body):
        response = call(user, f"tickets/{number}/actions/{name}/", body)
        assert response.status_code == 200, response.content
        return response.json()

    return take


def body(town, grid=0, **content):
    lon, lat = town.middle(grid)
    return {
        "client_id": str(uuid4()),
        "category": "0101",
        "description": "",
        "location": {"lon": lon, "lat": lat},
    } | content


def error(response):
    (one,) = response.json()["errors"]
    return response.status_code, one["code"], one["attr"]


def minute(text):
    """The moment as people say it, to the minute."""
    return text and datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def numbers(response):
    assert response.status_code == 200, response.content
    return [row["number"] for row in response.json()["results"]]


REASONS = {"tried": "物业劝说三次，社区约谈两次", "missing_power": "停车位规划与供电增容"}


# ── the two days ──────────────────────────────────────────────────────────────────────────────


def test_a_grid_workers_day(call, act, at, town, cast):
    """Script A: Thursday 2026-09-24, a missing manhole cover."""
    category = CategoryFactory(code="0101", hazard_limit="UH2", resolve_limit="WD5")
    RuleFactory(category=category, area=town.district, department=town.housing)
    at("2026-08-31 09:00")
    old = filed(town, by=cast["worker"], category=category)
    actions.route()
    at("2026-09-24 09:05")

    sent = body(town, kind="whistle", whistle_kind="emergency", repeat_of=old.number)
    response = call(cast["worker"], "tickets/", sent)
    assert response.status_code == 201, response.content
    number = response.json()["number"]
    assert response.json()["repeat_of"] == old.number
    assert response.json()["whistle"]["out_at"]
    actions.route()
    answer = call(cast["clerk"], f"tickets/{number}/").json()
    (lead,) = answer["assignments"]

    assert (answer["state"], answer["whistle_kind"]) == ("dispatched", "emergency")
    assert minute(lead["sign_by"]) == "2026-09-24 09:20"
    assert minute(lead["report_by"]) == "2026-09-24 09:35"
    assert minute(lead["safe_by"]) == "2026-09-24 11:05"
    assert minute(lead["resolve_by"]) == "2026-10-09 18:00"
    assert lead["plan_by"] is None
    assert answer["due_at"] == lead["sign_by"]

    # 09:41: a second report that waited in the basement since 09:30, once only.
    at("2026-09-24 09:41")
    waiting = body(town, description="路灯不亮", observed_at="2026-09-24T09:30:00+08:00")
    for status in (201, 200):
        (one,) = call(cast["worker"], "tickets/bulk/", [waiting]).json()["results"]
        assert one["status"] == status
    late = call(cast["worker"], one["url"]).json()
    assert minute(late["observed_at"]) == "2026-09-24 09:30"
    assert minute(late["filed_at"]) == "2026-09-24 09:41"

    act(cast["clerk"], number, "sign")
    act(cast["clerk"], number, "report_in", rank="section_head")
    # 11:40: she looks: safe, not repaired. The first clock stops, the second runs on.
    at("2026-09-24 11:40")
    answer = act(cast["worker"], number, "confirm_safe")
    (lead,) = answer["assignments"]
    assert minute(lead["safe_seen_at"]) == "2026-09-24 11:40"
    assert minute(lead["safe_by"]) == "2026-09-24 11:05"
    clocks = {
        one["kind"]: one
        for one in call(cast["worker"], f"tickets/{number}/clocks/").json()["results"]
    }
    assert (clocks["make_safe"]["outcome"], clocks["make_safe"]["is_late"]) == ("met", True)
    assert clocks["resolve"]["stopped_at"] is None
    assert minute(answer["due_at"]) == "2026-10-09 18:00"

    at("2026-09-25 10:00")
    answer = act(
        cast["clerk"],
        number,
        "finish",
        accepted_at="2026-09-24T09:12:00+08:00",
        spoke_with="网格员",
        note="新井盖已安装",
        until="2026-09-25",
        no_photo="下雨",
    )
    assert (answer["state"], answer["assignments"][0]["rank"]) == ("handled", "section_head")
    assert answer["assignments"][0]["arrivals"][0]["via"] == "api"


def test_a_community_officers_day(call, act, at, town, cast):
    """Script B: Friday 2026-10-09, parking and charging in one compound."""
    fire = DepartmentFactory(name="消防救援", area=town.district)
    power = DepartmentFactory(name="供电公司", area=town.district)
    category = CategoryFactory(
        code="0706", lead="住建局", helpers="消防救援,供电公司", resolve_limit="WD10"
    )
    RuleFactory(category=category, area=town.district, department=town.housing)
    clerk = holder("department_clerk", department=power)
    at("2026-10-09 09:00")
    three = [filed(town, by=cast["worker"], category=category) for _n in range(3)]
    actions.route()
    main, *others = (one.number for one in three)
    for other in others:
        answer = act(cast["community"], other, "merge", into=main, note="同一小区停车充电")
        assert (answer["state"], answer["merged_into"]) == ("merged", main)

    # What has been tried, which power is missing: empty cannot be sent.
    blow = f"tickets/{main}/actions/blow/"
    refused = call(cast["community"], blow, {"whistle_kind": "hard"})
    assert error(refused) == (409, "tried_needed", None)
    at("2026-10-09 11:00")
    query = "category=0706&whistle_kind=hard&lon={}&lat={}".format(*town.middle(0))
    proposal = call(cast["community"], f"proposals/?{query}").json()
    assert proposal["lead"]["short_name"] == "住建局"
    assert [one["name"] for one in proposal["helpers"]] == ["消防救援", "供电公司"]
    helpers = [one["department"]["code"] for one in proposal["helpers"]]
    answer = act(cast["community"], main, "blow", whistle_kind="hard", helpers=helpers, **REASONS)
    assert answer["state"] == "awaiting_approval"
    assert answer["whistle"]["out_at"] is None
    assert [one["why"]["by"] for one in answer["whistle"]["helpers"]] == ["category"] * 2

    at("2026-10-09 16:50")
    answer = act(cast["head"], main, "approve")
    assert (answer["state"], answer["whistle"]["approved_by"]) == ("filed", cast["head"].name)
    actions.route()
    answer = call(cast["community"], f"tickets/{main}/").json()
    live = {
        one["department"]["short_name"]: one
        for one in answer["assignments"]
        if one["state"] == "offered"
    }
    assert {name: one["role"] for name, one in live.items()} == {
        "住建局": "lead",
        "消防救援": "assist",
        "供电公司": "assist",
    }
    # Saturday, a make-up workday.
    assert {minute(one["sign_by"]) for one in live.values()} == {"2026-10-10 18:00"}

    # Monday: an assistant returns it; the lead stays, and nothing is counted against the ticket.
    at("2026-10-12 09:30")
    answer = act(
        clerk, main, "return", note="不涉及增容", return_reason="not_ours", suggested_owner="住建局"
    )
    assert (answer["department"]["short_name"], answer["return_count"]) == ("住建局", 0)
    # Wednesday's meeting: who came, at what rank.
    at("2026-10-14 09:00")
    second = holder("department_head", department=town.housing)
    act(cast["clerk"], main, "sign")
    act(cast["clerk"], main, "report_in", rank="section_head")
    answer = act(second, main, "report_in", rank="deputy_head")
    lead = next(one for one in answer["assignments"] if one["role"] == "lead" and one["rank"])
    assert [(one["name"], one["rank"]) for one in lead["arrivals"]] == [
        (cast["clerk"].name, "section_head"),
        (second.name, "deputy_head"),
    ]
    again = call(second, f"tickets/{main}/actions/report_in/", {"rank": "head"})
    assert error(again) == (409, "signed_in_already", None)
    steps = [{"title": "扩容", "due_on": "2026-10-20"}]
    act(cast["clerk"], main, "plan", note="三步走", milestones=steps)
    (step,) = call(clerk, f"tickets/{main}/milestones/").json()["results"]
    act(cast["clerk"], main, "reach_milestone", milestone=step["id"], note="已扩容")
    answer = act(
        cast["clerk"],
        main,
        "finish",
        note="增设 20 个车位",
        spoke_with="业委会",
        until="2026-11-30",
        no_photo="下雨",
    )
    # 消防救援 has not come: it is let go on with its part.
    fireman = holder("department_clerk", department=fire)
    act(fireman, main, "sign")
    act(fireman, main, "report_in", rank="liaison")
    act(
        fireman,
        main,
        "finish",
        note="已核查",
        spoke_with="业委会",
        until="2026-11-30",
        no_photo="x",
    )
    act(cast["community"], main, "verify")
    act(cast["community"], main, "close", note="谢谢")
    act(cast["community"], main, "rate", speed=4, quality=3, note="来得快，办得细")
    event = call(cast["clerk"], f"tickets/{main}/events/").json()["results"][-1]
    assert (event["verb"], event["data"]["speed"], event["data"]["quality"]) == ("rate", 4, 3)
    assert (
        error(call(cast["community"], f"tickets/{main}/actions/rate/", {"speed": 4, "quality": 3}))[
            0
        ]
        == 409
    )


# ── filing a whistle ──────────────────────────────────────────────────────────────────────────


def test_a_whistle_without_reasons_is_refused_with_both(call, town, cast):
    CategoryFactory(code="0101")
    sent = body(town, kind="whistle", whistle_kind="routine", tried="  ")
    response = call(cast["community"], "tickets/", sent)

    assert response.status_code == 400
    assert {(one["code"], one["attr"]) for one in response.json()["errors"]} == {
        ("tried_needed", "tried"),
        ("power_needed", "missing_power"),
    }
    assert Ticket.objects.count() == 0


def test_only_ones_own_kinds_are_blown(call, town, cast):
    CategoryFactory(code="0101")
    for who, kind, status in [
        ("worker", "emergency", 201),
        ("worker", "routine", 403),
        ("worker", "hard", 403),
        ("community", "consultation", 201),
    ]:
        sent = body(town, kind="whistle", whistle_kind=kind, **REASONS)
        assert call(cast[who], "tickets/", sent).status_code == status, (who, kind)
    # Another street's community is not hers.
    sent = body(town, grid=5, kind="whistle", whistle_kind="routine", **REASONS)
    assert call(cast["community"], "tickets/", sent).status_code == 403
    assert Ticket.objects.count() == Whistle.objects.count() == 2


def test_helpers_are_named_by_their_codes(call, town, cast):
    category = CategoryFactory(code="0101", helpers="城管局")
    RuleFactory(category=category, area=town.district, department=town.housing)
    whistle = {"kind": "whistle", "whistle_kind": "emergency"}
    elsewhere = DepartmentFactory(area=town.streets[1])
    closed = DepartmentFactory(area=town.district, is_active=False)
    for code, expected in {
        "nobody": (400, "unknown_department", "departments"),
        closed.code: (400, "unknown_department", "departments"),
        elsewhere.code: (400, "wrong_department", "departments"),
    }.items():
        sent = body(town, **whistle, departments=[town.urban.code, code])
        assert error(call(cast["worker"], "tickets/", sent)) == expected
    assert Ticket.objects.count() == 0
    sent = body(town, **whistle, departments=[town.urban.code, town.urban.code])
    first = call(cast["worker"], "tickets/", sent).json()
    (helper,) = first["whistle"]["helpers"]
    assert set(helper) == set(HelperRow().fields)
    assert helper["why"]["by"] == "category"
    # A retry gets it even when the helper has been closed since.
    town.urban.is_active = False
    town.urban.save()
    again = call(cast["worker"], "tickets/", sent)
    assert (again.status_code, again.json()["number"]) == (200, first["number"])
    other = call(cast["worker"], "tickets/", sent | {"departments": []})
    assert error(other) == (409, "client_id_reused", None)


def test_what_comes_back_names_what_was_there(call, town, cast):
    here = filed(town, by=cast["worker"])
    far = filed(town, by=cast["worker"], grid=1)
    strange = filed(town, by=cast["other_worker"], grid=4)

    def send(number):
        return call(cast["worker"], "tickets/", body(town, repeat_of=number))

    assert send(here.number.lower()).json()["repeat_of"] == here.number
    assert error(send(far.number)) == (400, "wrong_ticket", "repeat_of")
    assert error(send(strange.number)) == (400, "unknown_ticket", "repeat_of")
    assert Ticket.objects.count() == 4


def test_a_whistle_tells_everything_but_the_filers_name(call, town, cast):
    ticket = whistled(town, by=cast["community"], kind="routine", helpers=[town.urban])

    def whistle(who):
        return call(cast[who], f"tickets/{ticket.number}/").json()["whistle"]

    assert set(whistle("street")) == set(WhistleRow().fields)
    assert whistle("street")["blown_by"] == cast["community"].name
    assert whistle("clerk")["blown_by"] is None
    assert whistle("urban")["tried"] == "三方协调两次"
    report = routed(town, by=cast["community"])
    assert call(cast["street"], f"tickets/{report.number}/").json()["whistle"] is None


# ── clocks ────────────────────────────────────────────────────────────────────────────────────


def test_a_clock_says_how_it_was_computed(call, at, town, cast):
    at("2026-09-24 09:05")
    category = CategoryFactory(code="0101", hazard_limit="UH2")
    ticket = whistled(town, by=cast["worker"], category=category)
    clocks = call(cast["clerk"], f"tickets/{ticket.number}/clocks/").json()["results"]
    resolve = next(one for one in clocks if one["kind"] == "resolve")

    assert [one["kind"] for one in clocks] == ["make_safe", "report_in", "resolve", "sign"]
    assert set(resolve) == set(ClockRow().fields)
    assert set(resolve["steps"][0]) == set(StepRow().fields)
    assert (resolve["limit"], resolve["basis"], resolve["share"]) == ("WD5", "category", 100)
    assert resolve["department"]["short_name"] == "住建局"
    assert minute(resolve["due_at"]) == "2026-10-09 18:00"
    first, *days, last = resolve["steps"]
    assert (first["kind"], last["kind"]) == ("start", "due")
    assert (minute(first["start"]), last["start"]) == ("2026-09-24 09:05", resolve["due_at"])
    assert {one["name"] for one in days if one["day"] == "holiday"} >= {"国庆节"} or any(
        one["day"] == "holiday" for one in days
    )
    assert sum(one["used_seconds"] for one in days) == days[-1]["total_seconds"]
    safe = next(one for one in clocks if one["kind"] == "make_safe")
    assert [one["kind"] for one in safe["steps"]] == ["start", "elapsed", "due"]


def test_a_pause_is_told_and_keeps_the_deadline_open(call, act, town, cast):
    first = routed(town, by=cast["worker"])
    other = routed(town, by=cast["worker"])
    act(cast["community"], first.number, "merge", into=other.number)
    clocks = call(cast["street"], f"tickets/{first.number}/clocks/").json()["results"]

    assert all(one["paused_at"] and one["pauses"][-1]["ended_at"] is None for one in clocks)
    assert all(one["steps"][-1]["kind"] == "pause" for one in clocks)
    assert call(cast["street"], f"tickets/{first.number}/").json()["due_at"] is None


def test_clocks_stay_with_who_may_see_the_ticket(call, town, cast):
    ticket = routed(town, by=cast["worker"])
    for who in ("other_worker", "other_street", "urban", "nobody"):
        assert call(cast[who], f"tickets/{ticket.number}/clocks/").status_code == 404
    assert call(cast["worker"], "tickets/%00/clocks/").status_code == 404


def test_many_clocks_cost_the_statements_of_few(api, town, cast, django_assert_num_queries):
    report = routed(town, by=cast["worker"])
    whistle = whistled(town, by=cast["worker"], helpers=[town.urban])
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["street"]))
    api.get(f"{URL}{report.number}/clocks/")
    for ticket in (report, whistle):
        # Token, posts, ticket, clocks, pauses.
        with django_assert_num_queries(5):
            api.get(f"{URL}{ticket.number}/clocks/")
    # Token, posts, ticket, whistle, assignments, clocks, helpers.
    with django_assert_num_queries(7):
        api.get(f"{URL}{whistle.number}/")
    for who in ("clerk", "urban"):
        actions.move(whistle, "sign", by=cast[who])
        actions.move(whistle, "report_in", by=cast[who])
        with django_assert_num_queries(8):
            answer = api.get(f"{URL}{whistle.number}/").json()
    assert set(answer["assignments"][0]) == set(AssignmentRow().fields)


# ── moves ─────────────────────────────────────────────────────────────────────────────────────


def test_a_stale_program_is_told_who_was_faster(call, act, town, cast):
    ticket = filed(town, by=cast["worker"])
    actions.route()
    seen = ticket.events.order_by("-pk").first().pk
    act(cast["street"], ticket.number, "assign", department=town.urban.code, seen=seen)
    response = call(
        cast["head"], f"tickets/{ticket.number}/actions/decline/", {"note": "x", "seen": seen}
    )

    assert error(response) == (409, "changed_since", None)


def test_the_log_keeps_its_machinery_to_itself(call, act, town, cast):
    ticket = filed(town, by=cast["worker"])
    actions.route()
    act(
        cast["street"],
        ticket.number,
        "assign",
        department=town.urban.code,
        helpers=[town.housing.code],
    )
    raw = TicketEvent.objects.filter(ticket=ticket).order_by("-pk").first().data
    last = call(cast["street"], f"tickets/{ticket.number}/events/").json()["results"][-1]

    assert {"clocks", "undo"} <= set(raw)
    assert not {"clocks", "undo"} & set(last["data"])
    answer = call(cast["street"], f"tickets/{ticket.number}/actions/").json()["results"]
    assert "undo" in {one["name"] for one in answer}
    assert act(cast["street"], ticket.number, "undo")["state"] == "triage"


def test_one_cannot_merge_into_what_one_does_not_see(call, town, cast):
    mine = routed(town, by=cast["worker"])
    there = routed(town, by=cast["other_worker"], grid=4)
    response = call(
        cast["community"], f"tickets/{mine.number}/actions/merge/", {"into": there.number}
    )
    nowhere = call(
        cast["community"],
        f"tickets/{mine.number}/actions/merge/",
        {"into": "YL20200101-000000-0"},
    )

    assert error(response) == (400, "unknown_ticket", "into")
    assert response.content == nowhere.content


def test_what_a_finish_still_lacks_is_named_as_fields(call, act, town, cast):
    ticket = whistled(town, by=cast["worker"])
    act(cast["clerk"], ticket.number, "sign")
    moves = call(cast["clerk"], f"tickets/{ticket.number}/actions/").json()["results"]
    finish = next(one for one in moves if one["name"] == "finish")
    assert [one["code"] for one in finish["missing"]] == ["report_in_first"]
    assert {one["name"]: one["required"] for one in finish["fields"]} == {
        "accepted_at": False,
        "spoke_with": True,
        "note": True,
        "until": True,
        "no_photo": True,
    }


# ── lists ─────────────────────────────────────────────────────────────────────────────────────


def test_the_late_and_the_whistles_are_found(call, at, town, cast):
    at("2026-09-21 09:00")
    CategoryFactory(code="0101")
    late = whistled(town, by=cast["worker"])
    at("2026-09-24 09:00")
    fresh = routed(town, by=cast["worker"])
    quiet = filed(town, by=cast["worker"])
    # A street further something is late as well.
    far = routed(town, by=cast["other_worker"], grid=4)
    Ticket.objects.filter(pk=far.pk).update(due_at=clock.now() - timedelta(days=1))

    def found(query):
        return numbers(call(cast["street"], f"tickets/?{query}"))

    assert found("overdue=true") == [late.number]
    assert found("overdue=false") == [quiet.number, fresh.number]
    assert found("whistle_kind=emergency") == [late.number]
    assert found("whistle_kind=hard&whistle_kind=routine") == []
    assert found("ordering=due_at") == [late.number, fresh.number, quiet.number]
    assert found("ordering=due_at&state=filed,dispatched&overdue=false") == [
        fresh.number,
        quiet.number,
    ]
    row = call(cast["street"], "tickets/?overdue=true").json()["results"][0]
    assert (row["whistle_kind"], row["due_at"]) == ("emergency", told(late.due_at))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_pages_by_urgency_lose_and_double_nothing(call, town, cast, size):
    tickets = [filed(town, by=cast["worker"]) for _n in range(9)]
    now = clock.now().replace(microsecond=123456)
    # Three with one deadline, three without, the rest in no order.
    for ticket, hours in zip(tickets, [5, 1, 1, None, 3, None, 1, 9, None], strict=True):
        due = now + timedelta(hours=hours) if hours is not None else None
        Ticket.objects.filter(pk=ticket.pk).update(due_at=due)
    expected = [tickets[n].number for n in (1, 2, 6, 4, 0, 7, 3, 5, 8)]

    pages, url = [], f"tickets/?ordering=due_at&page_size={size}"
    while url:
        answer = call(cast["worker"], url)
        pages.append(numbers(answer))
        url, back = answer.json()["next"], answer.json()["previous"]
    assert [number for page in pages for number in page] == expected
    for page in reversed(pages[:-1]):
        answer = call(cast["worker"], back)
        assert numbers(answer) == page
        back = answer.json()["previous"]
    assert back is None


def test_a_page_by_urgency_is_one_statement_more_at_most(
    api, town, cast, django_assert_num_queries
):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["street"]))
    for _n in range(3):
        routed(town, by=cast["worker"])
        with django_assert_num_queries(4):
            api.get(f"{URL}?ordering=due_at&overdue=false&whistle_kind=")
    with django_assert_num_queries(3):
        api.get(f"{URL}?ordering=due_at&page_size=2")


# ── before sending ────────────────────────────────────────────────────────────────────────────


def test_a_proposal_names_the_limits_and_the_reasons(call, at, town, cast):
    category = CategoryFactory(code="0101", helpers="城管局、产权单位", hazard_limit="UH2")
    RuleFactory(category=category, area=town.district, department=town.housing)
    at("2026-09-24 09:05")
    lon, lat = town.middle(0)
    for place in (f"lon={lon}&lat={lat}", f"grid={town.grids[0].code}"):
        answer = call(
            cast["worker"], f"proposals/?category=0101&whistle_kind=emergency&{place}"
        ).json()
        assert set(answer) == set(Proposal().fields)
        assert answer["lead"]["short_name"] == "住建局"
        assert answer["explanation"]
        assert [one["name"] for one in answer["helpers"]] == ["城管局", "产权单位"]
        assert answer["helpers"][1]["department"] is None
        assert all(one["reason"] for one in answer["helpers"])
        due = {one["kind"]: minute(one["due_at"]) for one in answer["clocks"]}
        assert due["make_safe"] == "2026-09-24 11:05"
        assert due["resolve"] == "2026-10-09 18:00"
        assert (answer["may_blow"], answer["has_reasons"]) == (True, False)
    hard = call(
        cast["community"], f"proposals/?category=0101&whistle_kind=hard&lon={lon}&lat={lat}"
    ).json()
    assert (hard["may_blow"], hard["has_reasons"], hard["waits_for_approval"]) == (True,) * 3
    assert Ticket.objects.count() == 0


def test_a_proposal_is_for_ones_own_districts(call, town, cast):
    CategoryFactory(code="0101")
    elsewhere = AreaFactory(code="420599", name="别区", level=2, parent=town.city, letters="BQ")
    street = AreaFactory(code="420599001", name="街", level=3, parent=elsewhere)
    community = AreaFactory(code="420599001001", level=4, parent=street, kind="urban")
    grid = AreaFactory(code="420599001001001", level=5, parent=community, kind="basic")
    shape(grid, square(112, 30))
    for query, status, code in [
        ("lon=112.005&lat=30.005", 403, "permission_denied"),
        ("grid=420599001001001", 403, "permission_denied"),
        ("lon=0&lat=0", 404, "outside"),
        ("grid=4205", 404, "unknown_grid"),
        ("", 400, "one_place"),
        ("lon=111", 400, "one_place"),
        ("lon=111&lat=30&grid=4205", 400, "one_place"),
        ("lon=x&lat=30", 400, "invalid"),
    ]:
        response = call(cast["worker"], f"proposals/?category=0101&{query}")
        assert error(response)[:2] == (status, code), query
    assert error(call(cast["worker"], "proposals/?lon=111&lat=30"))[1:] == ("required", "category")
    for who in ("clerk", "nobody", "auditor"):
        lon, lat = town.middle(0)
        answer = call(cast[who], f"proposals/?category=0101&lon={lon}&lat={lat}")
        assert answer.status_code == 403, who


def test_the_limits_are_the_standard_and_ones_own_districts(
    call, api, town, cast, django_assert_num_queries
):
    elsewhere = AreaFactory(code="420599", level=2, parent=town.city, letters="BQ")
    more = {"scope": "any", "limit": "WH2", "valid_from": clock.now()}
    own = TimeLimit.objects.create(clock="sign", area=town.streets[1], reason="试点", **more)
    TimeLimit.objects.create(clock="plan", area=elsewhere, reason="别区", **more)
    TimeLimit.objects.create(
        clock="verify", area=town.district, reason="旧", valid_to=clock.now(), **more
    )
    rows = call(cast["worker"], "limits/").json()["results"]

    assert len(rows) == len(STANDARD) + 1
    assert set(rows[0]) == set(LimitRow().fields)
    assert [one["code"] for one in rows[:-1]] == ["standard"] * len(STANDARD)
    assert (rows[-1]["code"], rows[-1]["area"]["code"]) == (own.code, town.streets[1].code)
    emergency = [one for one in rows if (one["clock"], one["scope"]) == ("sign", "emergency")]
    assert [one["limit"] for one in emergency] == ["UM15"]
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["worker"]))
    with django_assert_num_queries(3):
        api.get(f"{API}limits/")


def test_an_old_filing_keeps_its_digest(town, cast):
    """What was sent before whistles could be is recognised when it is sent again."""
    sent = filing(town)
    content = sent.digest()
    assert content == filing(town, client_id=sent.client_id, whistle=None, repeat_of=None).digest()
    assert Clock.objects.count() == 0
