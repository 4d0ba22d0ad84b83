"""Looking before a department is sent: when, by whom, what stands still, and what follows."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, filing, routed
from tickets import actions, conditions, inbox
from tickets.models import Assignment, Check, Clock, TicketEvent
from tickets.replay import replay
from tickets.workflow import State


@pytest.fixture
def category(db):
    return CategoryFactory(code="0101")


@pytest.fixture
def looked_at_first(town, category, clock_at):
    clock_at("2026-09-24 08:30")
    return conditions.set_terms(
        by=None, category=category, area=town.district, checks_first=True, reason="试点"
    )


@pytest.fixture
def client_of(town):
    """A program that files for residents: nobody on the spot."""
    return holder("api_client", area=town.district)


@pytest.fixture
def asked(town, cast, looked_at_first, client_of, clock_at):
    clock_at("2026-09-24 09:00")
    return routed(town, by=client_of)


def told(user) -> list[str]:
    return list(Message.objects.for_person(user).values_list("kind", flat=True))


def waiting(user) -> dict[str, list[str]]:
    return {group.slug: [row.number for row in group.rows] for group in inbox.waiting(user)}


def clocks(ticket) -> dict[str, str]:
    found = {}
    for one in ticket.clocks.all():
        stands = "paused" if one.paused_at else "runs" if one.is_running else one.outcome
        found[one.kind] = stands
    return found


# ── when ──────────────────────────────────────────────────────────────────────────────────────


def test_a_report_from_afar_waits_until_somebody_near_has_looked(asked, cast):
    assert asked.state == State.TRIAGE
    check = asked.checks.get()
    assert (check.asks, check.asked_by, check.answered_at) == ("grid", None, None)
    assert clocks(asked) == {"check": "runs"}
    assert Clock.objects.get(ticket=asked).limit == "WM30"
    assert told(cast["worker"]) == ["ticket_check"]
    assert waiting(cast["worker"]) == {"check": [asked.number]}
    # The desk has nothing to decide yet, and no department knows of it.
    assert waiting(cast["street"]) == {}
    assert not asked.assignments.exists()


@pytest.mark.parametrize("who", ["worker", "community"])
def test_who_was_there_is_not_asked_to_look(town, cast, looked_at_first, who):
    ticket = routed(town, by=cast[who])

    assert ticket.state == State.DISPATCHED
    assert not ticket.checks.exists()


@pytest.mark.parametrize("who", ["other_worker", "street", "command"])
def test_who_files_for_another_place_was_not_there(town, cast, looked_at_first, who):
    assert routed(town, by=cast[who]).state == State.TRIAGE


def test_what_was_filed_before_the_condition_goes_its_way(
    town, cast, category, client_of, clock_at
):
    clock_at("2026-09-24 09:00")
    ticket = actions.file(filing(town, category=category), by=client_of).ticket
    clock_at("2026-09-24 09:05")
    conditions.set_terms(
        by=None, category=category, area=town.district, checks_first=True, reason="试点"
    )

    actions.route()

    assert not ticket.checks.exists()


def test_a_whistle_never_waits_and_a_districts_own_word_goes_first(town, cast, category, client_of):
    conditions.set_terms(by=None, category=category, checks_first=True, reason="试点")
    whistle = actions.Asked("emergency")
    assert routed(town, by=cast["street"], whistle=whistle).state == State.DISPATCHED

    conditions.set_terms(by=None, category=category, area=town.district, closing="干净", reason="x")
    assert routed(town, by=client_of).state == State.DISPATCHED


def test_without_a_worker_the_community_is_asked(town, cast, looked_at_first, client_of):
    ticket = routed(town, by=client_of, grid=1)

    assert ticket.checks.get().asks == "community"
    assert told(cast["community"]) == ["ticket_check"]
    assert waiting(cast["community"]) == {"check": [ticket.number]}
    assert told(cast["worker"]) == []


def test_filed_by_the_hundred_the_same(town, cast, looked_at_first, client_of, category):
    filings = [filing(town, category=category, client_id=uuid4()) for _ in range(3)]
    found = actions.file_all(filings, by=client_of)
    actions.route()

    states = {one.ticket.__class__.objects.get(pk=one.ticket.pk).state for one in found}
    assert states == {State.TRIAGE}
    assert Check.objects.count() == 3


def test_looks_are_asked_for_in_sets(town, cast, looked_at_first, client_of, category):
    def routed_in(count: int) -> int:
        filings = [filing(town, category=category, client_id=uuid4()) for _ in range(count)]
        actions.file_all(filings, by=client_of)
        with CaptureQueriesContext(connection) as asked:
            assert actions.route() == count
        return len(asked)

    routed_in(1)
    assert routed_in(7) == routed_in(2)
    assert told(cast["worker"]) == ["ticket_check"] * 10


def test_beside_what_goes_its_way(town, cast, looked_at_first, client_of, category, clock_at):
    clock_at("2026-09-24 09:00")
    RuleFactory(category=category, area=town.district, department=town.housing)
    near, far = (filed(town, by=who, category=category) for who in (cast["worker"], client_of))
    assert actions.route() == 2

    near.refresh_from_db()
    far.refresh_from_db()
    assert (near.state, far.state) == (State.DISPATCHED, State.TRIAGE)
    assert (far.routing, far.lead_department) == ({}, None)
    assert [(one.verb, one.before, one.after, one.by) for one in far.events.order_by("pk")[1:]] == [
        ("ask_check", State.FILED, State.TRIAGE, None)
    ]
    assert clocks(far) == {"check": "runs"}
    assert far.due_at == far.clocks.get().due_at
    assert list(replay(far.events.get(verb="ask_check").data["clocks"])) == [far.clocks.get().pk]
    assert far.checks.get().asked_at == far.routed_at


# ── the answer ────────────────────────────────────────────────────────────────────────────────


def test_real_it_goes_where_the_rules_say_and_the_department_loses_no_time(
    asked, town, cast, clock_at
):
    at = clock_at("2026-09-24 09:20")
    actions.move(asked, "check", by=cast["worker"], finding="real")
    actions.route()

    asked.refresh_from_db()
    assert asked.state == State.DISPATCHED
    assert asked.lead_department == town.housing
    check = asked.checks.get()
    assert (check.finding, check.answered_by) == ("real", cast["worker"])
    sign = asked.clocks.get(kind="sign")
    assert abs((sign.started_at - at).total_seconds()) < 5
    assert clocks(asked)["check"] == "met"
    # Once is enough: it is not looked at again.
    assert asked.checks.count() == 1


@pytest.mark.parametrize("finding", ["not_real", "not_found"])
def test_not_so_it_stays_with_the_desk_which_may_decline(asked, cast, clock_at, finding):
    clock_at("2026-09-24 09:20")
    actions.move(asked, "check", by=cast["worker"], finding=finding, note="井盖完好")

    asked.refresh_from_db()
    assert asked.state == State.TRIAGE
    assert clocks(asked) == {"check": "met", "triage": "runs"}
    assert told(cast["street"]) == ["ticket_checked"]
    assert waiting(cast["street"]) == {"assign": [asked.number]}
    ticket = actions.move(asked, "decline", by=cast["street"], note="现场核查：井盖完好")
    assert ticket.state == State.DECLINED


def test_whoever_says_that_it_is_not_so_says_what_is(asked, cast):
    for given, code in (
        ({}, "finding_needed"),
        ({"finding": "maybe"}, "finding_needed"),
        ({"finding": "not_real"}, "seen_needed"),
        ({"finding": "not_found", "note": " \u200b "}, "seen_needed"),
    ):
        with pytest.raises(Refused) as refusal:
            actions.move(asked, "check", by=cast["worker"], **given)
        assert refusal.value.code == code
    assert not asked.checks.get().finding


def test_personal_numbers_in_what_was_seen_are_covered(asked, cast):
    actions.move(asked, "check", by=cast["worker"], finding="not_real", note="问 13800000000")

    assert "13800000000" not in asked.checks.get().words
    assert "13800000000" not in TicketEvent.objects.get(verb="check").note


@pytest.mark.parametrize(
    "who", ["street", "head", "clerk", "urban", "command", "auditor", "other_worker", "nobody"]
)
def test_nobody_but_the_nearest_looks(asked, cast, who):
    with pytest.raises(PermissionDenied):
        actions.move(asked, "check", by=cast[who], finding="real")
    assert asked.checks.get().answered_at is None


def test_a_department_of_the_ticket_does_not_look_either(town, cast, asked):
    clerk = cast["clerk"]
    Assignment.objects.create(
        ticket=asked, department=town.housing, role="assist", offered_at=asked.filed_at
    )

    with pytest.raises(PermissionDenied):
        actions.move(asked, "check", by=clerk, finding="real")


def test_the_community_may_look_where_the_worker_was_asked(asked, cast):
    assert actions.move(asked, "check", by=cast["community"], finding="real").state == State.FILED


# ── asked for by hand ─────────────────────────────────────────────────────────────────────────


@pytest.fixture
def undecided(town, cast, clock_at):
    """No rule names anybody: the desk decides."""
    clock_at("2026-09-24 09:00")
    ticket = actions.file(filing(town), by=cast["worker"]).ticket
    actions.route()
    ticket.refresh_from_db()
    assert ticket.state == State.TRIAGE
    return ticket


def test_the_desks_clock_stands_still_while_somebody_looks(undecided, cast, clock_at):
    clock_at("2026-09-24 09:05")
    actions.move(undecided, "ask_check", by=cast["street"], note="还在漏水吗")
    assert clocks(undecided) == {"triage": "paused", "check": "runs"}
    assert undecided.checks.get().question == "还在漏水吗"
    due = undecided.clocks.get(kind="triage").due_at

    clock_at("2026-09-24 09:25")
    actions.move(undecided, "check", by=cast["worker"], finding="real")

    undecided.refresh_from_db()
    # Who asked decides now: the rules could not.
    assert undecided.state == State.TRIAGE
    assert clocks(undecided) == {"triage": "runs", "check": "met"}
    triage = undecided.clocks.get(kind="triage")
    assert 1190 <= (triage.due_at - due).total_seconds() <= 1210
    assert triage.pauses.count() == 1


def test_a_look_is_asked_for_once_at_a_time(undecided, cast):
    actions.move(undecided, "ask_check", by=cast["street"])
    with pytest.raises(Refused) as refusal:
        actions.move(undecided, "ask_check", by=cast["street"])
    assert refusal.value.code == "check_is_out"


@pytest.mark.parametrize("who", ["worker", "community", "clerk", "other_street", "auditor"])
def test_only_the_desk_asks(undecided, cast, who):
    with pytest.raises(PermissionDenied):
        actions.move(undecided, "ask_check", by=cast[who])


def test_nobody_answers_what_was_not_asked(undecided, cast):
    with pytest.raises(Refused) as refusal:
        actions.move(undecided, "check", by=cast["worker"], finding="real")
    assert refusal.value.code == "no_check"


def test_the_desk_may_go_on_without_it_and_is_not_late_for_having_waited(
    undecided, town, cast, clock_at
):
    clock_at("2026-09-24 09:05")
    actions.move(undecided, "ask_check", by=cast["street"])
    clock_at("2026-09-24 11:00")
    actions.move(undecided, "assign", by=cast["street"], department=town.housing)

    check = undecided.checks.get()
    assert check.withdrawn_at is not None
    assert clocks(undecided)["check"] == "void"
    triage = undecided.clocks.get(kind="triage")
    assert triage.outcome == "met"
    assert not triage.is_late
    with pytest.raises(Refused):
        actions.move(undecided, "check", by=cast["worker"], finding="real")


def test_a_look_outlives_a_merge_that_is_taken_back(undecided, town, cast):
    other = actions.file(filing(town), by=cast["worker"]).ticket
    actions.move(undecided, "ask_check", by=cast["street"])
    actions.move(undecided, "merge", by=cast["street"], into=other)
    assert clocks(undecided) == {"triage": "paused", "check": "paused"}

    actions.move(undecided, "unmerge", by=cast["street"])

    assert clocks(undecided) == {"triage": "paused", "check": "runs"}
    assert Check.objects.out().filter(ticket=undecided).exists()


# ── the log, the clock, the race ──────────────────────────────────────────────────────────────


def test_the_log_says_the_same_as_the_rows(undecided, town, cast, clock_at):
    for wall, name, who, given in (
        ("09:05", "ask_check", "street", {}),
        ("09:25", "check", "worker", {"finding": "not_found", "note": "没有"}),
        ("09:26", "ask_check", "street", {"note": "再看一次"}),
        ("10:40", "assign", "street", {"department": town.housing}),
    ):
        clock_at(f"2026-09-24 {wall}")
        actions.move(undecided, name, by=cast[who], **given)

    lines = [line for event in undecided.events.all() for line in event.data.get("clocks", [])]
    log = replay(lines)
    rows = {one.pk: one for one in undecided.clocks.prefetch_related("pauses")}
    assert log.keys() == rows.keys()
    for pk, one in rows.items():
        assert log[pk].stopped_at == one.stopped_at
        assert log[pk].outcome == one.outcome
        assert sorted(log[pk].pauses) == sorted(
            (p.started_at, p.ended_at) for p in one.pauses.all()
        )


def test_a_look_that_is_late_is_told_to_the_desk_as_well(asked, cast, clock_at):
    clock_at("2026-09-24 09:24")
    actions.fire_clocks()
    assert told(cast["worker"])[0] == "clock_near"
    assert told(cast["street"]) == []

    clock_at("2026-09-24 09:31")
    actions.fire_clocks()
    assert told(cast["worker"])[0] == "clock_over"
    assert told(cast["street"]) == ["clock_over"]


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_give_one_answer(town, cast, looked_at_first, client_of):
    ticket = routed(town, by=client_of)
    outcomes = []

    def look(who, finding):
        try:
            actions.move(ticket, "check", by=who, finding=finding, note="看过")
            outcomes.append("ok")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=look, args=(cast["worker"], "real")),
        threading.Thread(target=look, args=(cast["community"], "not_real")),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert outcomes.count("ok") == 1
    assert set(outcomes) & {"no_check", "wrong_state"}
    assert ticket.events.filter(verb="check").count() == 1


@pytest.mark.parametrize("name", ["assign", "decline", "settle"])
def test_undone_somebody_is_asked_to_look_again(town, cast, asked, clock_at, name):
    clock_at("2026-09-24 09:10")
    before = (clocks(asked), asked.clocks.get(kind="check").due_at)
    given = {"department": town.housing} if name == "assign" else {"note": "不属实"}
    actions.move(asked, name, by=cast["street"], **given)
    assert not Check.objects.out().exists()

    actions.move(asked, "undo", by=cast["street"])

    asked.refresh_from_db()
    assert asked.state == State.TRIAGE
    assert Check.objects.out().get(ticket=asked).asked_by is None
    assert {kind: clocks(asked)[kind] for kind in before[0]} == before[0]
    assert waiting(cast["worker"])["check"] == [asked.number]
    assert asked.clocks.get(kind="check").due_at - before[1] < timedelta(seconds=2)
    lines = [
        line for event in TicketEvent.objects.filter(ticket=asked).order_by("pk")
        for line in event.data.get("clocks", [])
    ]  # fmt: skip
    log = replay(lines)
    for one in asked.clocks.prefetch_related("pauses"):
        assert (log[one.pk].stopped_at, log[one.pk].outcome) == (one.stopped_at, one.outcome)
        assert sorted(log[one.pk].pauses) == sorted(
            (p.started_at, p.ended_at) for p in one.pauses.all()
        )
    actions.move(asked, "check", by=cast["worker"], finding="real")
    assert asked.events.latest("pk").after == State.FILED
