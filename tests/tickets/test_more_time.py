"""More time, fairly: extensions, the one suspension, and exemptions from a lateness."""

from datetime import date, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories.accounts import bearer
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, filed, routed, whistled
from tickets import actions, inbox
from tickets.models import Appeal, Extension, Suspension, Ticket
from tickets.outcomes import punctuality

BEIJING = ZoneInfo("Asia/Shanghai")
PARTS = {"amount": 5, "note": "配件未到"}
LEDGER = {"until": date(2026, 12, 31), "note": "待雨季结束"}


def ahead():
    return (clock.today() + timedelta(days=30)).isoformat()


@pytest.fixture
def people(town, cast):
    cast["depthead"] = holder("department_head", department=town.housing)
    cast["urbanhead"] = holder("department_head", department=town.urban)
    return cast


@pytest.fixture
def monday(clock_at):
    """Nine o'clock; five working days from here: Monday the 23rd."""
    return clock_at("2026-11-16 09:00")


@pytest.fixture
def ticket(town, people, monday):
    found = routed(town, by=people["worker"])
    return take(found, "sign", people["clerk"])


def take(ticket, name, by, **given) -> Ticket:
    actions.move(ticket, name, by=by, **given)
    ticket.refresh_from_db()
    return ticket


def refused(ticket, name, by, **given) -> str:
    with pytest.raises(Refused) as refusal:
        actions.move(ticket, name, by=by, **given)
    assert refusal.value.message
    return refusal.value.code


def told(user) -> list[str]:
    return list(Message.objects.for_person(user).order_by("pk").values_list("kind", flat=True))


def wall(moment) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def resolve(ticket):
    return ticket.clocks.filter(kind="resolve").latest("pk")


def check(ticket):
    call_command("check_clocks", ticket.number, verbosity=0)


def waits_for(user) -> list[str]:
    return [group.slug for group in inbox.waiting(user)]


def extended(ticket, people, **given) -> Ticket:
    take(ticket, "extend", people["clerk"], **PARTS | given)
    take(ticket, "endorse", people["depthead"])
    return take(ticket, "grant", people["street"])


# ── extension ─────────────────────────────────────────────────────────────────────────────────


def test_two_agree_and_the_clock_moves_and_the_first_date_stays(ticket, people):
    Message.objects.all().delete()

    take(ticket, "extend", people["clerk"], **PARTS)
    assert wall(resolve(ticket).due_at) == "2026-11-23 18:00"
    assert told(people["depthead"]) == ["extension_to_endorse"]
    assert waits_for(people["depthead"]) == ["report_in", "endorse"]
    assert waits_for(people["street"]) == []

    take(ticket, "endorse", people["depthead"])
    assert told(people["street"]) == told(people["head"]) == ["extension_to_grant"]
    assert waits_for(people["street"]) == ["grant"]
    assert "endorse" not in waits_for(people["depthead"])

    take(ticket, "grant", people["street"])
    clock_row = resolve(ticket)
    assert (clock_row.limit, wall(clock_row.due_at)) == ("WD10", "2026-11-30 18:00")
    assert ticket.due_at == clock_row.due_at or ticket.due_at < clock_row.due_at
    one = Extension.objects.get()
    assert (one.outcome, one.serial, one.amount) == ("granted", 1, "WD5")
    assert (wall(one.due_before), wall(one.due_after)) == ("2026-11-23 18:00", "2026-11-30 18:00")
    assert (one.asked_by, one.endorsed_by, one.decided_by) == (
        people["clerk"],
        people["depthead"],
        people["street"],
    )
    assert told(people["clerk"]) == ["extension_granted"]
    assert waits_for(people["street"]) == []
    check(ticket)


def test_what_was_near_is_near_once_more(ticket, people, clock_at):
    take(ticket, "report_in", people["clerk"])
    clock_at("2026-11-20 17:00")
    actions.fire_clocks()
    assert ticket.events.filter(verb="near").count() == 1
    extended(ticket, people)
    assert actions.fire_clocks() == 0

    clock_at("2026-11-27 09:00")
    actions.fire_clocks()

    assert ticket.events.filter(verb="near").count() == 2
    check(ticket)


def test_the_head_who_asks_has_agreed(ticket, people):
    take(ticket, "extend", people["depthead"], **PARTS)

    assert Extension.objects.get().endorsed_by == people["depthead"]
    take(ticket, "grant", people["command"])


def test_it_is_extended_twice_and_a_refusal_does_not_count(ticket, people):
    take(ticket, "extend", people["depthead"], **PARTS)
    assert refused(ticket, "deny", people["street"]) == "reason_needed"
    take(ticket, "deny", people["street"], note="请先抢修")
    assert told(people["clerk"])[-1] == "extension_denied"
    assert wall(resolve(ticket).due_at) == "2026-11-23 18:00"
    extended(ticket, people)
    extended(ticket, people, amount=1)

    assert refused(ticket, "extend", people["clerk"], **PARTS) == "extensions_used_up"
    granted = Extension.objects.filter(outcome="granted").order_by("pk")
    assert [(one.serial, one.amount) for one in granted] == [(1, "WD5"), (2, "WD1")]
    assert resolve(ticket).limit == "WD11"
    check(ticket)


def test_no_more_than_the_limit_was_at_first(ticket, people):
    assert refused(ticket, "extend", people["clerk"], note="x") == "amount_needed"
    for amount in (6, 10**6):
        assert refused(ticket, "extend", people["clerk"], **PARTS | {"amount": amount}) == (
            "amount_too_large"
        )
    for amount in (0, -1, True, "5"):
        assert refused(ticket, "extend", people["clerk"], **PARTS | {"amount": amount}) == (
            "amount_needed"
        )
    assert refused(ticket, "extend", people["clerk"], amount=1) == "reason_needed"
    extended(ticket, people)
    # Of WD10 the first five were its own.
    assert refused(ticket, "extend", people["clerk"], **PARTS | {"amount": 6}) == "amount_too_large"


def test_one_request_at_a_time(ticket, people):
    take(ticket, "extend", people["clerk"], **PARTS)

    assert refused(ticket, "extend", people["clerk"], **PARTS) == "asked_already"
    assert refused(ticket, "grant", people["street"]) == "not_endorsed"
    take(ticket, "endorse", people["depthead"])
    assert refused(ticket, "endorse", people["depthead"]) == "endorsed_already"


def test_after_the_deadline_nothing_is_asked_and_nothing_granted(ticket, people, clock_at):
    take(ticket, "extend", people["depthead"], **PARTS)
    clock_at("2026-11-23 18:00")

    assert refused(ticket, "grant", people["street"]) == "nothing_asked"
    assert refused(ticket, "extend", people["clerk"], **PARTS) == "after_the_deadline"
    assert waits_for(people["street"]) == []
    actions.fire_clocks()
    one = Extension.objects.get()
    assert (one.outcome, one.decided_by) == ("lapsed", None)
    assert resolve(ticket).limit == "WD5"


def test_an_assistant_has_no_time_to_extend(town, people, monday):
    ticket = whistled(town, by=people["worker"], helpers=[town.urban])
    take(ticket, "sign", people["urban"])

    assert refused(ticket, "extend", people["urban"], **PARTS) == "nothing_to_extend"


def test_half_a_limit_is_extended_by_whole_days(ticket, people, clock_at):
    take(ticket, "finish", people["clerk"], note="修好")
    take(ticket, "verify", people["community"])
    take(ticket, "close", people["community"])
    clock_at("2026-11-23 08:00")
    take(ticket, "reopen", people["community"], note="又坏了")
    assert wall(resolve(ticket).due_at) == "2026-11-25 18:00"
    assert refused(ticket, "extend", people["clerk"], **PARTS) == "amount_too_large"

    extended(ticket, people, amount=2)

    row = resolve(ticket)
    assert (row.limit, row.share) == ("WD9", 50)
    assert wall(row.due_at) == "2026-11-27 18:00"
    check(ticket)


def test_a_request_on_work_that_is_finished_is_in_nobodys_way(ticket, people):
    take(ticket, "extend", people["depthead"], **PARTS)
    take(ticket, "finish", people["clerk"], note="修好了")
    assert refused(ticket, "grant", people["street"]) == "wrong_state"
    take(ticket, "reject", people["community"], note="还在漏")

    # Its clock goes on, and so does the request.
    take(ticket, "grant", people["street"])
    assert Extension.objects.get().outcome == "granted"
    check(ticket)


def test_nobody_grants_what_he_asked_for(town, people, monday):
    office = town.offices[town.streets[0].pk]
    ticket = filed(town, by=people["worker"], category=CategoryFactory(code="0702"))
    actions.route()
    ticket.refresh_from_db()
    take(ticket, "assign", people["street"], department=office)
    take(ticket, "sign", people["head"])
    take(ticket, "extend", people["head"], **PARTS)

    assert refused(ticket, "grant", people["head"]) == "own_request"
    assert refused(ticket, "deny", people["head"], note="x") == "own_request"
    assert "grant" not in waits_for(people["head"])
    take(ticket, "grant", people["command"])


@pytest.mark.parametrize(
    ("name", "who"),
    [
        *(("extend", who) for who in ("urban", "street", "auditor", "worker")),
        *(("endorse", who) for who in ("clerk", "urbanhead", "street", "auditor")),
        *(("grant", who) for who in ("clerk", "depthead", "community", "other_street", "auditor")),
        *(("deny", who) for who in ("clerk", "depthead", "community", "other_street", "auditor")),
        *(("suspend", who) for who in ("clerk", "community", "other_street", "auditor")),
    ],
)
def test_who_has_no_part_in_it_moves_no_time(ticket, people, name, who):
    take(ticket, "extend", people["clerk"], **PARTS)
    given = {"extend": PARTS, "deny": {"note": "x"}, "suspend": LEDGER}.get(name, {})

    with pytest.raises(PermissionDenied):
        actions.move(ticket, name, by=people[who], **given)


@pytest.mark.django_db(transaction=True)
def test_granted_and_late_at_once_ends_as_one_of_them(ticket, people, clock_at):
    take(ticket, "extend", people["depthead"], **PARTS)
    clock_at("2026-11-23 17:59")
    actions.fire_clocks()
    due = resolve(ticket).due_at
    clock_at(f"{(due - timedelta(seconds=1)).astimezone(BEIJING):%Y-%m-%d %H:%M:%S}")
    together, outcomes = Barrier(2), []

    def grant():
        together.wait()
        try:
            actions.move(ticket, "grant", by=people["street"])
            outcomes.append("granted")
        except Refused as refusal:
            outcomes.append(refusal.code)

    def fire():
        together.wait()
        while clock.now() < due:
            pass
        actions.fire_clocks()

    at_once(grant, fire)

    row = resolve(ticket)
    if outcomes == ["granted"]:
        assert (row.over_told_at, wall(row.due_at)) == (None, "2026-11-30 18:00")
    else:
        assert outcomes == ["nothing_asked"]
        assert row.over_told_at is not None
    check(ticket)


def at_once(*jobs) -> None:
    def run(job):
        try:
            job()
        finally:
            connection.close()

    threads = [Thread(target=run, args=[job]) for job in jobs]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert not any(one.is_alive() for one in threads)


def test_the_tables_hold_what_the_moves_promise(ticket, people):
    extended(ticket, people)
    rows = Extension.objects.all()
    for wrong in (
        {"serial": 3},
        {"amount": "5 days"},
        {"due_after": None},
        {"decided_by": people["clerk"]},
        {"endorsed_at": None, "endorsed_by": None},
        {"outcome": ""},
        {"asked_at": rows.get().due_after},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    row = rows.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()  # the same number twice


# ── suspension ────────────────────────────────────────────────────────────────────────────────


def test_suspended_it_stands_still_and_goes_on_with_what_was_left(ticket, people, clock_at):
    Message.objects.all().delete()
    take(ticket, "suspend", people["street"], **LEDGER)

    assert (ticket.state, ticket.held_state, ticket.due_at) == ("suspended", "handling", None)
    assert told(people["clerk"]) == told(people["worker"]) == ["ticket_suspended"]
    one = Suspension.objects.get()
    assert (one.until, one.reason, one.by) == (LEDGER["until"], "待雨季结束", people["street"])
    assert refused(ticket, "finish", people["clerk"], note="x") == "wrong_state"
    clock_at("2026-11-18 09:00")
    take(ticket, "resume", people["head"], note="提前")

    assert (ticket.state, ticket.held_state) == ("handling", "")
    assert wall(resolve(ticket).due_at) == "2026-11-25 18:00"
    one.refresh_from_db()
    assert one.ended_by == people["head"]
    assert told(people["clerk"])[-1] == "ticket_resumed"
    assert refused(ticket, "suspend", people["street"], **LEDGER) == "suspended_once"
    check(ticket)


def test_it_ends_by_itself_on_its_day_once(ticket, people, clock_at):
    take(ticket, "suspend", people["street"], until=date(2026, 11, 20), note="等停电窗口")
    clock_at("2026-11-19 23:59")
    assert actions.resume_suspended() == 0

    clock_at("2026-11-20 00:00")
    assert actions.resume_suspended() == 1
    assert actions.resume_suspended() == 0

    ticket.refresh_from_db()
    assert ticket.state == "handling"
    event = ticket.events.latest("pk")
    assert (event.verb, event.by) == ("resume", None)
    one = Suspension.objects.get()
    assert one.ended_at is not None
    assert one.ended_by is None
    # 47 working hours were left: five days from Friday morning on, and 7 hours.
    assert wall(resolve(ticket).due_at) == "2026-11-27 17:00"
    check(ticket)


def test_what_lies_at_the_desk_goes_back_to_the_desk(town, people, monday, clock_at):
    ticket = routed(town, by=people["worker"])
    why = {"note": "不是", "return_reason": "not_ours", "suggested_owner": "城管局"}
    take(ticket, "return", people["clerk"], **why)
    take(ticket, "suspend", people["head"], **LEDGER)
    clock_at("2026-11-17 09:00")
    take(ticket, "resume", people["head"])

    assert ticket.state == "triage"
    paused = {one.kind for one in ticket.clocks.running() if one.paused_at}
    assert paused == {"sign", "resolve"}
    take(ticket, "assign", people["street"], department=town.housing)
    assert wall(resolve(ticket).due_at) == "2026-11-24 18:00"
    check(ticket)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"note": "x"}, "until_needed"),
        ({"until": "2026-12-31", "note": "x"}, "until_needed"),
        ({"until": date(2026, 11, 16), "note": "x"}, "wrong_until"),
        ({"until": date(2025, 11, 16), "note": "x"}, "wrong_until"),
        ({"until": date(2027, 11, 18), "note": "x"}, "wrong_until"),
        ({"until": date(2026, 12, 31)}, "reason_needed"),
        ({"until": date(2026, 12, 31), "note": " \u200b "}, "reason_needed"),
    ],
)
def test_a_suspension_has_an_end_within_a_year_and_a_reason(ticket, people, given, code):
    assert refused(ticket, "suspend", people["street"], **given) == code
    assert not Suspension.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_suspended_and_finished_at_once_ends_as_one_of_them(ticket, people):
    together, outcomes = Barrier(2), []

    def job(name, by, **given):
        together.wait()
        try:
            actions.move(ticket, name, by=by, **given)
            outcomes.append(name)
        except Refused as refusal:
            outcomes.append(refusal.code)

    at_once(
        lambda: job("suspend", people["street"], **LEDGER),
        lambda: job("finish", people["clerk"], note="修好"),
    )

    assert sorted(outcomes) in (["suspend", "wrong_state"], ["finish", "wrong_state"])
    ticket.refresh_from_db()
    assert (ticket.state == "suspended") is Suspension.objects.exists()
    check(ticket)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_let_it_go_on_once(ticket, people, clock_at):
    take(ticket, "suspend", people["street"], until=date(2026, 11, 20), note="等停电窗口")
    clock_at("2026-11-20 08:00")
    together, counted = Barrier(2), []

    def sweep():
        together.wait()
        counted.append(actions.resume_suspended())

    at_once(sweep, sweep)

    assert sum(counted) == 1
    assert ticket.events.filter(verb="resume").count() == 1


# ── exemption ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def late(town, people, monday, clock_at):
    """Signed for in time, resolved three working days too late, closed."""
    found = routed(town, by=people["worker"])
    take(found, "sign", people["clerk"])
    clock_at("2026-11-26 18:00")
    take(found, "finish", people["clerk"], note="台风后修好")
    take(found, "verify", people["community"])
    return take(found, "close", people["community"])


STORM = {"note": "台风停工令"}


def test_two_people_sign_and_the_lateness_stays_a_fact(late, people):
    Message.objects.all().delete()
    take(late, "appeal", people["clerk"], **STORM)
    assert told(people["head"]) == told(people["command"]) == ["appeal_to_sign"]
    assert waits_for(people["head"]) == ["exempt"]
    one = Appeal.objects.get()
    assert one.clock == resolve(late)

    take(late, "exempt", people["head"])
    one.refresh_from_db()
    assert not one.is_exempt
    assert waits_for(people["head"]) == []
    assert refused(late, "exempt", people["head"]) == "signed_already"
    assert told(people["clerk"]) == []

    take(late, "exempt", people["command"])
    one.refresh_from_db()
    assert one.is_exempt
    assert (one.first_by, one.second_by) == (people["head"], people["command"])
    assert resolve(late).is_late
    assert told(people["clerk"]) == ["appeal_signed"]
    assert waits_for(people["command"]) == []
    assert refused(late, "exempt", people["command"]) == "no_appeal"
    assert refused(late, "appeal", people["clerk"], **STORM) == "nothing_late"
    check(late)


def test_refused_with_a_reason_it_counts(late, people):
    take(late, "appeal", people["clerk"], **STORM)
    take(late, "exempt", people["head"])
    assert refused(late, "uphold", people["command"]) == "reason_needed"

    take(late, "uphold", people["command"], note="停工令前已逾期")

    one = Appeal.objects.get()
    assert (one.is_open, one.is_exempt, one.refused_by) == (False, False, people["command"])
    assert told(people["clerk"])[-1] == "appeal_refused"
    assert refused(late, "exempt", people["command"]) == "no_appeal"
    assert refused(late, "appeal", people["clerk"], **STORM) == "nothing_late"


def test_what_was_in_time_is_not_appealed(ticket, people):
    assert refused(ticket, "appeal", people["clerk"], **STORM) == "wrong_state"
    take(ticket, "finish", people["clerk"], note="修好")
    take(ticket, "verify", people["community"])
    take(ticket, "close", people["community"])

    assert refused(ticket, "appeal", people["clerk"], **STORM) == "nothing_late"


def test_of_several_one_is_named(town, people, monday, clock_at):
    found = routed(town, by=people["worker"])
    clock_at("2026-11-26 18:00")
    take(found, "sign", people["clerk"])
    take(found, "finish", people["clerk"], note="修好")
    take(found, "verify", people["community"])
    take(found, "close", people["community"])
    sign = found.clocks.get(kind="sign")

    assert refused(found, "appeal", people["clerk"], **STORM) == "clock_needed"
    assert refused(found, "appeal", people["clerk"], clock=1, **STORM) == "wrong_clock"
    assert refused(found, "appeal", people["clerk"], clock=sign.pk) == "reason_needed"
    take(found, "appeal", people["clerk"], clock=sign.pk, **STORM)
    take(found, "appeal", people["clerk"], **STORM)

    # Each signs the oldest that he has not signed.
    for who in ("head", "command", "command", "head"):
        take(found, "exempt", people[who])
    assert all(one.is_exempt for one in Appeal.objects.all())


def test_nobody_exempts_his_own_department(town, people, monday, clock_at):
    office = town.offices[town.streets[0].pk]
    found = filed(town, by=people["worker"], category=CategoryFactory(code="0702"))
    actions.route()
    found.refresh_from_db()
    take(found, "assign", people["street"], department=office)
    take(found, "sign", people["street"])
    clock_at("2026-11-26 18:00")
    take(found, "finish", people["street"], note="修好")
    take(found, "verify", people["community"])
    take(found, "close", people["community"])
    take(found, "appeal", people["head"], **STORM)

    assert refused(found, "exempt", people["head"]) == "own_department"
    assert refused(found, "uphold", people["head"], note="x") == "own_department"
    assert waits_for(people["head"]) == []
    take(found, "exempt", people["command"])


@pytest.mark.parametrize(
    ("name", "who"),
    [
        *(("appeal", who) for who in ("urban", "street", "auditor", "worker")),
        *(("exempt", who) for who in ("clerk", "depthead", "street", "community", "auditor")),
        *(("uphold", who) for who in ("clerk", "depthead", "street", "other_street", "auditor")),
    ],
)
def test_who_has_no_part_in_it_exempts_nothing(late, people, name, who):
    take(late, "appeal", people["clerk"], **STORM)
    with pytest.raises(PermissionDenied):
        actions.move(late, name, by=people[who], note="x")


def test_the_tables_hold_two_signatures(late, people):
    take(late, "appeal", people["clerk"], **STORM)
    take(late, "exempt", people["head"])
    rows = Appeal.objects.all()
    now = clock.now()
    for wrong in (
        {"second_at": now, "second_by": people["head"]},
        {"second_at": now},
        {"first_by": people["clerk"]},
        {"refused_at": now, "refused_by": people["command"]},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


def test_figures_tell_what_was_late_and_what_is_left_of_it(client, late, town, people):
    first, last = late.filed_at, late.filed_at + timedelta(days=90)
    before = punctuality([town.housing.pk], first, last)
    assert before == (2, 1, 0)
    assert (before.raw, before.adjusted) == (50, 50)
    take(late, "appeal", people["clerk"], **STORM)
    for who in ("head", "command"):
        take(late, "exempt", people[who])

    after = punctuality([town.housing.pk], first, last)

    assert after == (2, 1, 1)
    assert (after.raw, after.adjusted) == (50, 100)
    assert punctuality([town.urban.pk], first, last).raw is None
    client.force_login(people["clerk"])
    page = client.get("/tickets/scores/").content.decode()
    assert "50.0 %" in page
    assert "100.0 %" in page
    client.force_login(people["urban"])
    assert (
        "What your department finished in time"
        not in client.get("/tickets/scores/").content.decode()
    )


# ── pages and programs ────────────────────────────────────────────────────────────────────────


def test_everything_is_on_the_page(client, ticket, people):
    client.force_login(people["clerk"])
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "In working days, 5 at most." in page
    assert 'id="time"' not in page
    done = client.post(f"{ticket.get_absolute_url()}extend/", {"amount": "5", "note": "配件未到"})
    assert done.status_code == 302
    take(ticket, "endorse", people["depthead"])
    client.force_login(people["street"])
    assert client.post(f"{ticket.get_absolute_url()}grant/", {}).status_code == 302
    sent = client.post(f"{ticket.get_absolute_url()}suspend/", {"until": ahead(), "note": "待雨季"})
    assert sent.status_code == 302

    page = client.get(ticket.get_absolute_url()).content.decode()

    for words in (
        "住建局 asks for 5 working days more",
        "Due at first",
        "配件未到",
        "granted",
        "Suspended until",
        "待雨季",
        "Time that did not count",
        "Go on with it",
    ):
        assert words in page, words
    assert people["depthead"].name in page
    assert "style=" not in page.partition("<main")[2]


def test_too_much_is_said_in_the_form_and_nothing_is_lost(client, ticket, people):
    client.force_login(people["clerk"])

    answer = client.post(f"{ticket.get_absolute_url()}extend/", {"amount": "6", "note": "配件未到"})

    page = answer.content.decode()
    assert answer.status_code in {200, 409}
    assert "配件未到" in page
    assert not Extension.objects.exists()
    for amount in ("x", "-1", "9" * 30, "1.5", ""):
        answer = client.post(f"{ticket.get_absolute_url()}extend/", {"amount": amount, "note": "y"})
        assert answer.status_code == 200
    assert not Extension.objects.exists()


def test_the_first_date_stands_beside_the_new_one_in_the_clock(client, ticket, people):
    extended(ticket, people)
    client.force_login(people["clerk"])

    page = client.get(ticket.get_absolute_url()).content.decode()

    assert "extended, was due 23 Nov 18:00" in page


def test_the_page_asks_as_much_for_many_rows_as_for_one(
    client, town, people, django_assert_max_num_queries
):
    one, more = (take(routed(town, by=people["worker"]), "sign", people["clerk"]) for _ in "12")
    extended(one, people)
    for _ in "12":
        extended(more, people, amount=1)
    client.force_login(people["street"])
    client.get(one.get_absolute_url())
    for found in (one, more):
        with django_assert_max_num_queries(17):
            client.get(found.get_absolute_url())


def test_a_lateness_is_chosen_on_the_page(client, late, people):
    client.force_login(people["clerk"])
    page = client.get(late.get_absolute_url()).content.decode()
    assert "Ask that a lateness not count" in page

    sent = client.post(f"{late.get_absolute_url()}appeal/", STORM)
    assert sent.status_code == 302

    client.force_login(people["head"])
    page = client.get(late.get_absolute_url()).content.decode()
    assert "waits for two to sign" in page
    assert "Sign the exemption" in page


def test_more_time_over_rest(api, ticket, people):
    url = f"/api/v1/tickets/{ticket.number}/"

    def act(who, name, **body):
        api.credentials(HTTP_AUTHORIZATION=bearer(people[who]))
        return api.post(f"{url}actions/{name}/", body, format="json")

    for wrong, code in (
        ({"amount": "5"}, "invalid"),
        ({"amount": 0}, "min_value"),
        ({"amount": 10**9}, "max_value"),
        ({"amount": 5, "until": "2026-12-01"}, "not_taken"),
    ):
        answer = act("clerk", "extend", note="x", **wrong)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    too_much = act("clerk", "extend", amount=6, note="x")
    assert (too_much.status_code, too_much.json()["errors"][0]["code"]) == (409, "amount_too_large")

    waiting = act("clerk", "extend", amount=5, note="配件未到").json()
    assert waiting["beside"]["extensions"][0]["outcome"] is None
    assert waiting["assignments"][0]["resolve_by_original"] is None
    act("depthead", "endorse")
    answer = act("street", "grant").json()
    (row,) = answer["beside"]["extensions"]
    assert (row["outcome"], row["amount"], row["decided_by"]) == (
        "granted",
        "WD5",
        people["street"].name,
    )
    part = answer["assignments"][0]
    assert part["resolve_by"].startswith("2026-11-30T18:00")
    assert part["resolve_by_original"].startswith("2026-11-23T18:00")

    wrong = act("street", "suspend", until="2026-13-01", note="x")
    assert wrong.status_code == 400
    answer = act("street", "suspend", until=ahead(), note="待雨季").json()
    assert answer["state"] == "suspended"
    assert answer["beside"]["suspension"]["until"] == ahead()
    answer = act("street", "resume").json()
    assert answer["beside"]["suspension"]["ended_by"] == people["street"].name


def test_an_exemption_over_rest(api, late, people):
    url = f"/api/v1/tickets/{late.number}/actions/"

    def act(who, name, **body):
        api.credentials(HTTP_AUTHORIZATION=bearer(people[who]))
        return api.post(f"{url}{name}/", body, format="json")

    assert act("clerk", "appeal", clock=1, note="x").status_code == 409
    assert act("clerk", "appeal", note="台风").status_code == 200
    assert act("head", "exempt").status_code == 200
    answer = act("command", "exempt").json()

    (row,) = answer["beside"]["appeals"]
    assert row["is_exempt"]
    assert row["signed_by"] == [people["head"].name, people["command"].name]
