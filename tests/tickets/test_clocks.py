"""Which clocks run for what, from when, until when, and what stops them."""

from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction

from govgrid.core import clock
from govgrid.worktime.arithmetic import Limit
from tests.factories.tickets import CategoryFactory, filed, routed, whistled
from tickets import actions
from tickets.models import SCOPES, Clock, ClockPause, TimeLimit
from tickets.workflow import STANDARD, ClockKind

BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def manhole(db):
    return CategoryFactory(code="0101", hazard_limit="UH2", resolve_limit="WD5")


def wall(moment: datetime) -> str:
    """To the minute, as somebody there reads it: the clock runs on while a test does."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def due(ticket, assignment=None, *, running=True) -> dict[str, str]:
    rows = Clock.objects.filter(ticket=ticket, assignment=assignment)
    rows = rows.running() if running else rows
    return {one.kind: wall(one.due_at) for one in rows}


def send_back(ticket, by):
    why = {"note": "不是我局的", "return_reason": "not_ours", "suggested_owner": "城管局"}
    actions.move(ticket, "return", by=by, **why)


def the(ticket, kind) -> Clock:
    return Clock.objects.filter(ticket=ticket, kind=kind).latest("pk")


# ── what runs ─────────────────────────────────────────────────────────────────────────────────


def test_an_emergency_on_the_eve_of_two_holidays(town, cast, manhole, clock_at):
    clock_at("2026-09-24 09:05")

    ticket = whistled(town, by=cast["worker"], category=manhole, helpers=[town.urban])

    lead, assist = ticket.assignments.order_by("pk")
    assert due(ticket, lead) == {
        "sign": "2026-09-24 09:20",
        "report_in": "2026-09-24 09:35",
        "make_safe": "2026-09-24 11:05",
        "resolve": "2026-10-09 18:00",
    }
    assert due(ticket, assist) == {"sign": "2026-09-24 09:20", "report_in": "2026-09-24 09:35"}
    assert wall(ticket.due_at) == "2026-09-24 09:20"


def test_a_hard_case_counts_from_its_approval_and_knows_the_make_up_saturday(
    town, cast, manhole, clock_at
):
    clock_at("2026-10-09 15:00")
    ticket = whistled(town, by=cast["community"], kind="hard", category=manhole)
    assert ticket.state == "awaiting_approval"
    assert not Clock.objects.exists()
    clock_at("2026-10-09 16:50")

    actions.move(ticket, "approve", by=cast["head"])
    actions.route()

    assert due(ticket, ticket.assignments.get()) == {
        "sign": "2026-10-10 18:00",
        "report_in": "2026-10-13 18:00",
        "plan": "2026-10-15 18:00",
        "make_safe": "2026-10-09 18:50",
        "resolve": "2026-11-05 18:00",
    }


def test_a_report_is_signed_for_in_four_working_hours(town, cast, clock_at):
    clock_at("2026-11-20 15:00")

    ticket = routed(town, by=cast["worker"])

    assert due(ticket, ticket.assignments.get()) == {
        "sign": "2026-11-23 09:00",  # 3 h on Friday, 1 on Monday
        "resolve": "2026-11-27 18:00",
    }


def test_a_street_desk_has_fifteen_working_minutes(town, cast, clock_at):
    clock_at("2026-11-20 11:50")
    ticket = filed(town, by=cast["worker"])
    actions.route()

    assert due(ticket) == {"triage": "2026-11-20 14:05"}


def test_each_thing_done_stops_its_clock_and_starts_the_next(town, cast, manhole, clock_at):
    clock_at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["worker"], category=manhole)
    one = ticket.assignments.get()

    def left():
        ticket.refresh_from_db()
        return {row.kind for row in Clock.objects.filter(ticket=ticket).running()}

    def take(name, by=cast["clerk"], **given):
        actions.move(ticket, name, by=by, **given)
        return left()

    assert take("sign") == {"report_in", "make_safe", "resolve"}
    assert take("report_in") == {"make_safe", "resolve"}
    assert take("make_safe") == {"resolve"}
    done = {"spoke_with": "店主", "note": "已换新井盖", "until": clock.today(), "no_photo": "夜间"}
    assert take("finish", **done) == {"verify"}
    assert take("verify", by=cast["community"]) == {"close"}
    assert take("close", by=cast["community"]) == set()
    assert ticket.due_at is None
    assert {row.outcome for row in Clock.objects.filter(assignment=one)} == {"met"}


def test_the_next_due_is_that_of_the_earliest_clock_that_runs(town, cast, manhole, clock_at):
    clock_at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["worker"], category=manhole)
    seen = [wall(ticket.due_at)]
    for name in ("sign", "report_in", "make_safe"):
        actions.move(ticket, name, by=cast["clerk"])
        ticket.refresh_from_db()
        seen.append(wall(ticket.due_at))

    assert [moment[-5:] for moment in seen] == ["09:20", "09:35", "11:05", "18:00"]


def test_what_was_done_too_late_stays_late(town, cast, clock_at):
    clock_at("2026-11-19 09:00")
    ticket = routed(town, by=cast["worker"])
    clock_at("2026-11-20 09:00")

    actions.move(ticket, "sign", by=cast["clerk"])

    sign = the(ticket, "sign")
    assert sign.outcome == "met"
    assert sign.is_late


def test_returned_it_stands_still_and_another_department_starts_anew(town, cast, clock_at):
    clock_at("2026-11-19 09:00")
    ticket = routed(town, by=cast["worker"])
    first = ticket.assignments.get()
    clock_at("2026-11-19 11:00")
    send_back(ticket, cast["clerk"])

    assert {one.kind for one in first.clocks.all() if one.paused_at} == {"sign", "resolve"}
    assert due(ticket) == {"triage": "2026-11-19 11:15"}
    ticket.refresh_from_db()
    assert wall(ticket.due_at) == "2026-11-19 11:15"

    actions.move(ticket, "assign", by=cast["street"], department=town.urban)

    assert set(first.clocks.values_list("kind", "outcome")) == {
        ("sign", "void"),
        ("resolve", "void"),
    }
    second = ticket.assignments.latest("pk")
    assert due(ticket, second) == {"sign": "2026-11-19 17:00", "resolve": "2026-11-26 18:00"}
    assert the(ticket, "triage").outcome == "met"


def test_the_same_department_goes_on_with_the_time_it_had_left(town, cast, clock_at):
    clock_at("2026-11-16 09:00")
    ticket = routed(town, by=cast["worker"])
    one = ticket.assignments.get()
    clock_at("2026-11-16 11:00")
    send_back(ticket, cast["clerk"])
    clock_at("2026-11-17 11:00")

    actions.move(ticket, "assign", by=cast["street"], department=town.housing)

    assert ticket.assignments.get() == one
    assert due(ticket, one) == {
        "sign": "2026-11-17 15:00",  # two hours were left
        "resolve": "2026-11-24 18:00",  # a working day in between
    }
    assert Clock.objects.filter(assignment=one).count() == 2
    spans = [(wall(s.started_at), wall(s.ended_at)) for s in the(ticket, "resolve").pauses.all()]
    assert spans == [("2026-11-16 11:00", "2026-11-17 11:00")]


def test_what_was_in_hand_is_in_hand_again(town, cast, clock_at):
    clock_at("2026-11-16 09:00")
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    send_back(ticket, cast["clerk"])

    actions.move(ticket, "assign", by=cast["street"], department=town.housing)

    ticket.refresh_from_db()
    one = ticket.assignments.get()
    assert (ticket.state, one.state, one.returned_at) == ("handling", "signed", None)
    assert due(ticket, one) == {"resolve": "2026-11-23 18:00"}


def test_another_in_between_ends_it_and_undoing_that_does_not(town, cast, clock_at):
    clock_at("2026-11-16 09:00")
    ticket = routed(town, by=cast["worker"])
    one = ticket.assignments.get()
    clock_at("2026-11-16 10:00")
    send_back(ticket, cast["clerk"])
    clock_at("2026-11-16 10:05")
    actions.move(ticket, "assign", by=cast["street"], department=town.urban)
    actions.move(ticket, "undo", by=cast["street"])
    assert {clock.paused_at is not None for clock in one.clocks.all()} == {True}
    clock_at("2026-11-16 11:00")

    actions.move(ticket, "assign", by=cast["street"], department=town.housing)

    assert due(ticket, one)["sign"] == "2026-11-16 16:00"
    call_command("check_clocks", ticket.number, stdout=StringIO())

    send_back(ticket, cast["clerk"])
    actions.move(ticket, "assign", by=cast["street"], department=town.urban)
    actions.move(ticket, "withdraw", by=cast["street"], department=town.urban, note="给错了")
    clock_at("2026-11-17 09:00")
    actions.move(ticket, "assign", by=cast["street"], department=town.housing)
    assert due(ticket, one)["sign"] == "2026-11-17 15:00"  # anew
    call_command("check_clocks", ticket.number, stdout=StringIO())


def test_taken_back_it_is_at_the_desk_as_it_was(town, cast, clock_at):
    clock_at("2026-11-16 09:00")
    ticket = routed(town, by=cast["worker"])
    before = ticket.assignments.get().offered_at
    clock_at("2026-11-16 10:00")
    send_back(ticket, cast["clerk"])
    one = ticket.assignments.get()
    actions.move(ticket, "assign", by=cast["street"], department=town.housing)
    actions.move(ticket, "undo", by=cast["street"])

    again = ticket.assignments.get()
    assert (again.state, again.returned_at, again.returned_by) == (
        "returned",
        one.returned_at,
        cast["clerk"],
    )
    assert again.offered_at == before
    assert {clock.paused_at is not None for clock in one.clocks.all()} == {True}
    call_command("check_clocks", ticket.number, stdout=StringIO())


def test_rejected_work_goes_on_with_the_time_it_had_left(town, cast, clock_at):
    clock_at("2026-11-16 10:00")  # Monday; five working days: Monday the 23rd
    ticket = routed(town, by=cast["worker"])
    clock_at("2026-11-17 10:00")
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "finish", by=cast["clerk"], note="已修好")
    clock_at("2026-11-19 10:00")

    actions.move(ticket, "reject", by=cast["community"], note="还在漏")

    resolve = the(ticket, "resolve")
    assert resolve.is_running
    assert wall(resolve.due_at) == "2026-11-25 18:00"  # two working days in between
    assert resolve.pauses.count() == 1
    assert the(ticket, "verify").outcome == "met"


def test_reopened_work_has_half_the_limit(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "finish", by=cast["clerk"], note="已修好")
    actions.move(ticket, "verify", by=cast["community"])
    actions.move(ticket, "close", by=cast["community"])
    clock_at("2026-11-23 08:00")

    actions.move(ticket, "reopen", by=cast["community"], note="又坏了")

    resolve = the(ticket, "resolve")
    assert (resolve.limit, resolve.share) == ("WD5", 50)
    # Five days after Monday end on the next Monday: 48 working hours, of which half.
    assert wall(resolve.due_at) == "2026-11-25 18:00"


def test_merged_it_stands_still_and_parted_it_goes_on(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    main, ticket = routed(town, by=cast["worker"]), routed(town, by=cast["worker"])
    clock_at("2026-11-16 11:00")
    actions.move(ticket, "merge", by=cast["community"], into=main)
    ticket.refresh_from_db()
    assert ticket.due_at is None
    assert {one.paused_at is not None for one in ticket.clocks.all()} == {True}
    clock_at("2026-11-17 11:00")

    actions.move(ticket, "unmerge", by=cast["community"])

    ticket.refresh_from_db()
    assert ticket.state == "dispatched"
    assert due(ticket, ticket.assignments.get()) == {
        "sign": "2026-11-17 16:00",  # three hours were left
        "resolve": "2026-11-24 18:00",
    }


def test_while_a_whistle_waits_for_approval_the_clocks_stand_still(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = routed(town, by=cast["worker"])
    why = {"tried": "劝过三次", "missing_power": "执法权"}
    actions.move(ticket, "blow", by=cast["community"], whistle_kind="enforcement", **why)
    ticket.refresh_from_db()
    assert ticket.due_at is None
    clock_at("2026-11-16 16:00")

    actions.move(ticket, "refuse", by=cast["street"], note="社区先协调")

    ticket.refresh_from_db()
    assert (ticket.state, ticket.kind, ticket.whistle_kind) == ("dispatched", "report", "")
    assert due(ticket, ticket.assignments.get())["sign"] == "2026-11-17 10:00"


def test_undone_the_desk_has_no_more_time_than_before(town, cast, clock_at):
    clock_at("2026-11-20 09:00")
    ticket = filed(town, by=cast["worker"])
    actions.route()
    clock_at("2026-11-20 09:10")
    actions.move(ticket, "assign", by=cast["street"], department=town.housing)

    actions.move(ticket, "undo", by=cast["street"])

    ticket.refresh_from_db()
    assert ticket.state == "triage"
    assert ticket.lead_department is None
    assert due(ticket) == {"triage": "2026-11-20 09:15"}
    assert Clock.objects.filter(kind="triage").count() == 1
    assert not ticket.assignments.live().exists()


# ── how long ──────────────────────────────────────────────────────────────────────────────────


def limit(**values) -> TimeLimit:
    return TimeLimit.objects.create(
        **{"clock": "sign", "scope": "any", "valid_from": clock.now(), "reason": "文件"} | values
    )


def test_a_districts_own_limit_goes_before_the_standard_the_named_before_the_broad(
    town, cast, clock_at
):
    clock_at("2026-11-16 10:00")
    other = CategoryFactory(code="0702")
    rows = [
        limit(limit="WH1"),
        limit(limit="WH2", area=town.communities[0]),
        limit(limit="WH3", scope="report", area=town.district),
        limit(limit="WM30", scope="emergency"),
        limit(limit="WM10", category=other),
        limit(limit="WM5", area=town.communities[1]),
    ]
    ticket = routed(town, by=cast["worker"])

    sign = the(ticket, "sign")
    assert (sign.limit, sign.basis) == ("WH3", rows[2].code)


def test_the_categorys_own_limit_comes_first_where_the_policy_says_so(town, cast):
    quick = CategoryFactory(code="0301", resolve_limit="WH4")
    plain = the(routed(town, by=cast["worker"], category=quick), "resolve")
    TimeLimit.objects.create(
        clock="resolve", scope="report", limit="WD2", valid_from=clock.now(), reason="文件"
    )
    own = the(routed(town, by=cast["worker"], category=quick), "resolve")

    assert (plain.limit, plain.basis) == ("WH4", "category")
    assert own.limit == "WD2"


def test_a_district_may_do_without_a_clock(town, cast):
    limit(limit="", area=town.district)

    ticket = routed(town, by=cast["worker"])

    assert not Clock.objects.filter(ticket=ticket, kind="sign").exists()


def test_every_standard_limit_can_be_read():
    for (scope, kind), allowance in STANDARD.items():
        assert scope in {code for code, _label in SCOPES}
        assert kind in ClockKind
        if allowance.limit:
            assert str(Limit.parse(allowance.limit)) == allowance.limit
        else:
            assert allowance.own_first, "neither a limit nor the category's own: no clock at all"


# ── what the database holds ───────────────────────────────────────────────────────────────────


def test_the_database_keeps_clocks_honest(town, cast):
    ticket = routed(town, by=cast["worker"])
    sign = the(ticket, "sign")
    wrong = [
        {"pk": None},  # a second of its kind
        {"due_at": sign.started_at},
        {"stopped_at": clock.now()},  # without an outcome
        {"paused_at": clock.now()},  # and yet to fire
        {"share": 0},
    ]
    for values in wrong:
        one = Clock.objects.get(pk=sign.pk)
        for name, value in values.items():
            setattr(one, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            one.save()


def test_two_pauses_of_one_clock_stand_apart(town, cast):
    sign = the(routed(town, by=cast["worker"]), "sign")
    now, hour = clock.now(), timedelta(hours=1)
    ClockPause.objects.create(clock=sign, started_at=now, ended_at=now + hour)
    ClockPause.objects.create(clock=sign, started_at=now + hour, ended_at=now + 2 * hour)

    with pytest.raises(IntegrityError), transaction.atomic():
        ClockPause.objects.create(clock=sign, started_at=now + hour / 2, ended_at=now + hour)


def test_the_third_worked_example_of_the_documentation(town, cast, clock_at):
    """The first two are the day scripts above."""
    page = (settings.BASE_DIR / "docs" / "clocks.md").read_text()
    clock_at("2026-11-16 10:00")
    ticket = routed(town, by=cast["worker"])
    first = wall(the(ticket, "resolve").due_at)
    clock_at("2026-11-17 10:00")
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "finish", by=cast["clerk"], note="已修好")
    clock_at("2026-11-19 10:00")
    actions.move(ticket, "reject", by=cast["community"], note="还在漏")

    assert f"due on {first}." in page
    assert f"due on {wall(the(ticket, 'resolve').due_at)}." in page


def test_the_documentation_has_the_standard_limits():
    page = (settings.BASE_DIR / "docs" / "clocks.md").read_text()
    for (scope, kind), allowance in STANDARD.items():
        if scope == "any" or not allowance.limit:
            continue
        (row,) = [line for line in page.splitlines() if line.startswith(f"| {NAMES[scope]} | `")]
        cell = row.split("|")[2 + COLUMNS.index(kind)]
        assert f"`{allowance.limit}`" in cell, (scope, kind)
        assert ("category" in cell) is allowance.own_first


COLUMNS = ["sign", "report_in", "plan", "make_safe", "resolve"]
NAMES = {
    "report": "report", "emergency": "emergency whistle", "routine": "routine whistle",
    "enforcement": "enforcement whistle", "hard": "hard-case whistle",
    "consultation": "consultation whistle",
}  # fmt: skip
