"""A ticket's own page: its clocks, its whistle, its story; and how its limits were computed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from govgrid.core import clock
from tests.factories.grids import DepartmentFactory, holder
from tests.factories.tickets import CategoryFactory, filed, routed, whistled
from tickets import actions
from tickets.handling import Handling
from tickets.models import Clock, TicketEvent
from tickets.workflow import State

BEIJING = ZoneInfo("Asia/Shanghai")
FOUR = {"spoke_with": "旁边店主", "note": "已更换井盖", "until": "2026-10-09", "no_photo": "下雨"}


@pytest.fixture
def at(monkeypatch):
    """``at("2026-09-24 09:05:38")``: the clock stands still there."""

    def stop(wall):
        moment = datetime.fromisoformat(wall).replace(tzinfo=BEIJING)
        monkeypatch.setattr(clock, "now", lambda: moment)
        for module in ("timeleft", "templatetags.ticket_words"):
            monkeypatch.setattr(f"tickets.{module}.now", lambda: moment)
        monkeypatch.setattr("govgrid.core.templatetags.gg.now", lambda: moment)
        monkeypatch.setattr("govgrid.core.templatetags.gg.today", moment.date)
        return moment

    return stop


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


@pytest.fixture
def manhole(db):
    return CategoryFactory(code="0101", hazard_limit="UH2", helpers="供水公司,产权单位")


@pytest.fixture
def water(town):
    return DepartmentFactory(name="供水公司", area=town.district)


def _page(response):
    return response.content.decode()


def _main(response):
    return _page(response).partition("<main")[2]


def _act(client, ticket, name, **given):
    return client.post(reverse("tickets:act", args=[ticket.number, name]), given)


def _take(ticket, name, by, **given):
    actions.move(ticket, name, by=by, **given)
    ticket.refresh_from_db()


def _handling(ticket):
    assignments = list(ticket.assignments.select_related("department").order_by("pk"))
    return Handling(ticket, assignments, ticket.clocks.order_by("pk"), ticket.events.order_by("pk"))


# ── who handles it, by when ───────────────────────────────────────────────────────────────────


def test_script_a_reads_on_the_page_as_in_the_field(sign_in, town, cast, manhole, water, at):
    at("2026-09-24 09:05:38")
    ticket = whistled(town, by=cast["worker"], category=manhole, helpers=[water])
    for wall, name in (("09:10:11", "sign"), ("09:31:07", "report_in")):
        at(f"2026-09-24 {wall}")
        _take(ticket, name, cast["clerk"], **({"rank": "section_head"} if name != "sign" else {}))
    at("2026-09-24 10:37:00")

    page = _main(sign_in("clerk").get(ticket.get_absolute_url()))

    for words in (
        "today 09:10",
        "took 4 min of 15 min",
        "took 25 min of 30 min",
        "by 11:05, day and night",
        "by 9 Oct 18:00",
        "follows the lead",
        "Section head",
        "Emergency whistle",
    ):
        assert words in page, words
    assert "style=" not in page


def test_what_was_late_stays_late(town, cast, manhole, at):
    at("2026-09-24 09:05:38")
    ticket = whistled(town, by=cast["worker"], category=manhole)
    at("2026-09-24 09:45:38")
    _take(ticket, "sign", cast["clerk"])

    cell = _handling(ticket).rows[0].cells[0]

    assert (cell.small, cell.late) == ("took 40 min of 15 min", "25 min late")


def test_an_assistants_return_counts_and_says_why(town, cast, manhole, water, at):
    at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["worker"], category=manhole, helpers=[water])
    clerk = holder("department_clerk", department=water)
    _take(
        ticket, "return", clerk, note="不占管线", return_reason="not_ours", suggested_owner="街道办"
    )

    row = _handling(ticket).rows[1]

    assert row.is_off
    assert row.cells[0].small == "不占管线, return 1 of 2"
    assert [one.quiet for one in row.cells[1:]] == ["not any more"] * 3


def test_plan_and_danger_have_cells_only_where_they_are_owed(town, cast, at):
    at("2026-09-24 09:05")
    plain = routed(town, by=cast["worker"])
    hard = whistled(town, by=cast["head"], kind="hard", category=CategoryFactory(code="0703"))

    names = [[cell.name for cell in _handling(one).rows[0].cells] for one in (plain, hard)]

    assert names == [
        ["Sign for it", "Report in", "Resolve"],
        ["Sign for it", "Report in", "Plan", "Resolve"],
    ]


def test_the_tickets_own_clocks_are_there_too(town, cast, at):
    at("2026-09-24 09:05")
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
    actions.route()
    ticket.refresh_from_db()
    assert [cell.name for cell in _handling(ticket).own] == ["Assign"]

    at("2026-09-24 09:30")
    _take(ticket, "settle", cast["community"], note="当场调解")
    named = {cell.name: (cell.late, cell.clock) for cell in _handling(ticket).own}
    assert named["Assigned"][0] == "10 min late"
    assert named["Verify"][1].is_running


@pytest.mark.parametrize("who", ["clerk", "street", "command", "community"])
def test_the_page_asks_as_much_for_three_departments_as_for_one(sign_in, town, cast, manhole, who):
    more = [DepartmentFactory(area=town.district) for _ in range(2)]
    tickets = [
        whistled(town, by=cast["worker"], category=manhole, helpers=helpers)
        for helpers in (more[:1], more)
    ]
    client, asked = sign_in(who), []
    client.get(tickets[0].get_absolute_url())
    for ticket in tickets:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(ticket.get_absolute_url()).status_code == 200
        asked.append(len(queries))

    assert asked[0] == asked[1]
    assert asked[0] <= 22


# ── moves ─────────────────────────────────────────────────────────────────────────────────────


def test_finishing_a_whistle_asks_for_four_elements_and_keeps_what_was_typed(
    sign_in, town, cast, at
):
    at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["community"], kind="routine")
    _take(ticket, "sign", cast["clerk"])
    _take(ticket, "report_in", cast["clerk"])
    client = sign_in("clerk")

    page = client.get(ticket.get_absolute_url())
    form = next(form for offer, form in page.context["ready"] if offer.name == "finish")
    assert [has for _id, _words, has in form.elements] == [True, False, False, False]
    assert 'value="2026-09-24T09:05"' in _page(page)

    short = _act(client, ticket, "finish", spoke_with="旁边店主", note="已更换")
    assert "Say until when it holds" in _page(short)
    assert "旁边店主" in _page(short)

    assert _act(client, ticket, "finish", **FOUR, accepted_at="2026-09-24T09:05").status_code == 302
    data = ticket.events.get(verb="finish").data
    assert (data["spoke_with"], data["until"]) == ("旁边店主", "2026-10-09")
    assert data["accepted_at"].startswith("2026-09-24T09:05")
    story = _main(client.get(ticket.get_absolute_url()))
    assert "Talked over with: 旁边店主" in story
    assert "Until: 9 October" in story


@pytest.mark.parametrize(
    "bad",
    [
        {"accepted_at": "2026-09-25T09:05"},
        {"accepted_at": "2020-01-01T00:00"},
        {"accepted_at": "yesterday"},
        {"accepted_at": "0001-01-01T00:00"},
        {"until": "2020-01-01"},
        {"until": "9999-12-31"},
        {"until": "x"},
        {"spoke_with": "长" * 61},
        {"spoke_with": "a\x00b"},
        {"seen": "x"},
        {"seen": "9" * 40},
    ],
)
def test_bad_elements_finish_nothing(sign_in, town, cast, at, bad):
    at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["community"], kind="routine")
    _take(ticket, "sign", cast["clerk"])
    _take(ticket, "report_in", cast["clerk"])

    response = _act(sign_in("clerk"), ticket, "finish", **(FOUR | bad))

    assert response.status_code == 200
    assert "data-gg-summary" in _page(response)
    assert "已更换井盖" in _page(response)
    assert not ticket.events.filter(verb="finish").exists()


def test_finishing_a_report_takes_one_line(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])
    _take(ticket, "sign", cast["clerk"])

    page = _page(sign_in("clerk").get(ticket.get_absolute_url()))

    assert 'name="spoke_with"' not in page
    assert _act(sign_in("clerk"), ticket, "finish", note="已更换").status_code == 302


def test_a_whistle_says_what_comes_first(sign_in, town, cast, manhole):
    ticket = whistled(town, by=cast["worker"], category=manhole)
    _take(ticket, "sign", cast["clerk"])

    response = sign_in("clerk").get(ticket.get_absolute_url())

    reasons = next(
        reasons
        for reasons, group in response.context["not_now"]
        if [one.name for one in group] == ["finish"]
    )
    assert reasons[:2] == ["Report in first.", "Make it safe first."]
    assert len(reasons) == 6
    assert "Accepted today" in _main(response)


def test_a_stale_page_says_who_was_faster_and_keeps_what_was_typed(sign_in, town, cast, at):
    at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["community"], kind="routine")
    _take(ticket, "sign", cast["clerk"])
    _take(ticket, "report_in", cast["clerk"])
    client = sign_in("clerk")
    seen = client.get(ticket.get_absolute_url()).context["seen"]
    colleague = holder("department_clerk", department=town.housing)
    _take(
        ticket,
        "return",
        colleague,
        note="不归我们",
        return_reason="not_ours",
        suggested_owner="街道办",
    )

    response = _act(client, ticket, "finish", **FOUR, seen=seen)

    assert response.status_code == 409
    page = _main(response)
    assert "住建局 was faster: Return" in page
    assert page.count("your text is kept") == 1
    assert "已更换井盖" in page
    assert "旁边店主" in page
    assert response.context["seen"] > seen


def test_reporting_in_tells_the_rank(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])
    _take(ticket, "sign", cast["clerk"])

    assert _act(sign_in("clerk"), ticket, "report_in", rank="nonsense").status_code == 200
    _act(sign_in("clerk"), ticket, "report_in", rank="deputy_head")

    assert ticket.assignments.get().reported_in_rank == "deputy_head"
    assert "Deputy head" in _main(sign_in("clerk").get(ticket.get_absolute_url()))


def test_the_desk_calls_helpers_and_the_named_ones_stand_first(sign_in, town, cast, water):
    category = CategoryFactory(code="0702", helpers="供水公司")
    ticket = filed(town, by=cast["worker"], category=category)
    actions.route()
    client = sign_in("street")

    page = client.get(ticket.get_absolute_url())
    form = next(form for offer, form in page.context["ready"] if offer.name == "assign")
    (is_named, first), *_rest = form.helper_groups()
    assert is_named
    assert [box.choice_label for box in first] == ["供水公司"]

    _act(client, ticket, "assign", department=town.urban.pk, helpers=[water.pk, town.urban.pk])
    roles = dict(ticket.assignments.values_list("department", "role"))
    assert roles == {town.urban.pk: "lead", water.pk: "assist"}


def test_undo_is_offered_to_who_did_it_and_no_one_else(sign_in, town, cast):
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
    actions.route()
    client = sign_in("street")
    _act(client, ticket, "assign", department=town.urban.pk)

    assert "data-gg-undo=" in _page(client.get(ticket.get_absolute_url()))
    assert "data-gg-undo=" not in _page(sign_in("head").get(ticket.get_absolute_url()))
    assert _act(sign_in("street"), ticket, "undo").status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == State.TRIAGE


# ── the whistle ───────────────────────────────────────────────────────────────────────────────


def test_who_approves_decides_beside_the_reasons(sign_in, town, cast):
    ticket = whistled(town, by=cast["community"], kind="enforcement")

    for who, names in (("street", ["approve", "refuse"]), ("community", []), ("worker", [])):
        page = sign_in(who).get(ticket.get_absolute_url())
        assert [offer.name for offer, _form in page.context["deciding"]] == names
        assert "三方协调两次" in _page(page)
        assert "执法权" in _page(page)
        assert page.context["not_now"] == []

    client = sign_in("street")
    assert _act(client, ticket, "refuse").status_code == 200
    assert _act(client, ticket, "approve").status_code == 302
    actions.route()
    page = _main(client.get(ticket.get_absolute_url()))
    assert f"{cast['street'].name} approved the whistle" in page
    assert "Approved by" in page


def test_a_department_is_not_told_who_blew_when_that_is_the_reporter(sign_in, town, cast):
    ticket = whistled(town, by=cast["worker"])

    assert cast["worker"].name in _main(sign_in("street").get(ticket.get_absolute_url()))
    page = _main(sign_in("clerk").get(ticket.get_absolute_url()))
    assert cast["worker"].name not in page
    assert "who reported it" in page


def test_merged_and_repeated_tickets_are_linked_as_far_as_they_are_seen(sign_in, town, cast):
    first, second = routed(town, by=cast["worker"]), routed(town, by=cast["worker"])
    _take(second, "merge", cast["community"], into=first)
    again = routed(town, by=cast["worker"], repeat_of=first)

    client = sign_in("community")
    assert first.number in _main(client.get(second.get_absolute_url()))
    page = _main(client.get(first.get_absolute_url()))
    assert second.number in page
    assert again.number in page


def test_a_link_to_what_one_may_not_see_has_no_number(sign_in, town, cast):
    hidden = filed(town, by=cast["other_worker"], grid=4)
    ticket = routed(town, by=cast["worker"])
    type(ticket).objects.filter(pk=ticket.pk).update(repeat_of=hidden)

    page = _main(sign_in("community").get(ticket.get_absolute_url()))

    assert hidden.number not in page
    assert "another ticket" in page


# ── the story ─────────────────────────────────────────────────────────────────────────────────


def test_machine_events_are_told_in_a_lower_voice(sign_in, town, cast, manhole, at):
    at("2026-09-24 09:05:38")
    ticket = whistled(town, by=cast["worker"], category=manhole)
    at("2026-09-24 09:18")
    actions.fire_clocks()
    at("2026-09-24 09:40")
    actions.fire_clocks()
    due = Clock.objects.filter(kind="resolve").get().due_at.isoformat()
    TicketEvent.objects.create(
        ticket=ticket, verb="recompute", before="", after=ticket.state, at=clock.now(),
        data={"kind": "resolve", "clocks": [{"was": due, "due": "2026-10-12T18:00:00+08:00"}]},
    )  # fmt: skip

    page = _main(sign_in("street").get(ticket.get_absolute_url()))

    for words in (
        "住建局, Sign for it: three quarters of the time are used",
        "住建局, Sign for it: the time is over",
        "The limit: today 09:20",
        "Resolve: computed again, since the calendar changed",
        "It was due 9 October 18:00, now 12 October 18:00.",
        "story__machine",
    ):
        assert words in page, words


def test_only_what_departments_did(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])
    _take(ticket, "sign", cast["clerk"])

    page = sign_in("street").get(ticket.get_absolute_url() + "?story=departments")

    assert [one.verb for one in page.context["shown"]] == ["sign"]


@pytest.mark.parametrize(
    "data", [{"due": "x", "kind": "zzz"}, {"accepted_at": 3, "until": "x"}, {"clocks": [{}]}, []]
)
@pytest.mark.parametrize("verb", ["near", "over", "recompute", "finish", "unheard_of", "arrive"])
def test_an_odd_event_breaks_no_page(sign_in, town, cast, verb, data):
    ticket = routed(town, by=cast["worker"])
    TicketEvent.objects.create(
        ticket=ticket, verb=verb, before="", after=ticket.state, at=clock.now(), data=data
    )

    assert sign_in("street").get(ticket.get_absolute_url()).status_code == 200


# ── how was this computed? ────────────────────────────────────────────────────────────────────


def _clocks(client, ticket):
    return client.get(reverse("tickets:clocks", args=[ticket.number]))


def test_the_derivation_names_every_day_that_counted(sign_in, town, cast, manhole, at):
    at("2026-09-24 09:05:38")
    ticket = whistled(town, by=cast["worker"], category=manhole)

    response = _clocks(sign_in("clerk"), ticket)
    page = _main(response)

    found = {one.clock.kind: one for one in response.context["derivations"]}
    resolve = found["resolve"]
    assert (resolve.limit, resolve.basis) == ("5 working days", "the limit of this category")
    assert [line.what for line in resolve.lines] == [
        "Starts here",
        "working day",
        "holiday: 中秋节",
        "working day", "working day", "working day",
        "holiday: 国庆节",
        "working day", "working day",
        "Time is up",
    ]  # fmt: skip
    assert resolve.lines[-1].when == "Fri 9 Oct 2026 18:00"
    assert found["make_safe"].lines[-1].when == "Thu 24 Sep 2026 11:05:38"
    assert "It runs day and night" in found["make_safe"].rule
    assert "provisional" not in page
    assert "edition" in page


def test_a_year_that_is_not_published_is_marked(sign_in, town, cast, at):
    at("2026-12-30 10:00")
    ticket = routed(town, by=cast["worker"])

    response = _clocks(sign_in("clerk"), ticket)

    assert response.context["is_provisional"]
    assert "provisional" in _main(response)


def test_a_pause_is_a_line_and_an_open_one_has_no_end(sign_in, town, cast, at):
    at("2026-09-21 09:00")
    ticket = routed(town, by=cast["worker"])
    at("2026-09-21 11:00")
    first = routed(town, by=cast["worker"])
    _take(ticket, "merge", cast["community"], into=first)

    held = _clocks(sign_in("community"), ticket).context["derivations"]
    assert all(one.is_open and one.lines[-1].what == "stands still" for one in held)

    at("2026-09-21 16:00")
    _take(ticket, "unmerge", cast["community"])
    again = _clocks(sign_in("community"), ticket).context["derivations"]
    sign = next(one for one in again if one.clock.kind == "sign")
    assert "stood still" in [line.what for line in sign.lines]
    assert sign.lines[-1].when == "Mon 21 Sep 2026 18:00"


def test_the_derivation_is_for_who_sees_the_ticket(sign_in, town, cast):
    ticket = routed(town, by=cast["worker"])

    for who in ("urban", "other_street", "nobody"):
        assert _clocks(sign_in(who), ticket).status_code == 404


def test_what_is_derived_is_what_the_clock_says(town, cast, manhole, at):
    at("2026-09-24 09:05:38")
    ticket = whistled(town, by=cast["worker"], category=manhole)
    until = {one.kind: one.due_at for one in ticket.clocks.all()}

    assert until["make_safe"] == datetime(2026, 9, 24, 11, 5, 38, tzinfo=BEIJING)
    assert until["resolve"].astimezone(BEIJING).date() == date(2026, 10, 9)
