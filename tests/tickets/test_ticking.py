"""What the clocks do by themselves, once each, however many sweeps run at once."""

from datetime import date, datetime
from threading import Barrier, Thread

import pytest
from django.db import connection

from govgrid.core import clock
from govgrid.outbox.models import Message
from govgrid.worktime import actions as worktime
from govgrid.worktime.arithmetic import DayKind
from govgrid.worktime.rows import DayRow
from tests.factories.tickets import CategoryFactory, filed, routed, whistled
from tickets import actions
from tickets.models import Clock, TicketEvent
from tickets.replay import replay


@pytest.fixture
def manhole(db):
    return CategoryFactory(code="0101", hazard_limit="UH2", resolve_limit="WD5")


def fired(ticket) -> list[tuple[str, str]]:
    rows = ticket.events.filter(verb__in=["near", "over"]).order_by("pk")
    return [(one.verb, one.data["kind"]) for one in rows]


def told(user) -> list[str]:
    return list(Message.objects.for_person(user).order_by("pk").values_list("kind", flat=True))


def test_at_three_quarters_and_at_the_end_the_post_that_must_act_is_told(
    town, cast, manhole, clock_at
):
    clock_at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["worker"], category=manhole)
    Message.objects.all().delete()
    assert actions.fire_clocks() == 0

    clock_at("2026-09-24 09:17")  # 12 of 15 minutes
    actions.fire_clocks()
    assert fired(ticket) == [("near", "sign")]
    assert told(cast["clerk"]) == ["clock_near"]
    assert told(cast["urban"]) == told(cast["worker"]) == []

    clock_at("2026-09-24 09:21")
    actions.fire_clocks()
    assert fired(ticket) == [("near", "sign"), ("over", "sign")]
    assert told(cast["clerk"]) == ["clock_near", "clock_over"]
    assert actions.fire_clocks() == 0


def test_after_an_outage_what_is_over_is_not_first_called_near(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = routed(town, by=cast["worker"])
    clock_at("2026-11-30 10:00")

    actions.fire_clocks()

    assert sorted(fired(ticket)) == [("over", "resolve"), ("over", "sign")]


def test_what_is_done_in_time_never_fires(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    clock_at("2026-11-17 10:00")

    actions.fire_clocks()

    assert fired(ticket) == []


def test_a_late_triage_is_told_to_the_head_as_well(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    filed(town, by=cast["worker"])
    actions.route()
    Message.objects.all().delete()
    clock_at("2026-11-16 10:13")
    actions.fire_clocks()
    assert told(cast["street"]) == ["clock_near"]
    assert told(cast["head"]) == []

    clock_at("2026-11-16 10:16")
    actions.fire_clocks()

    assert told(cast["street"]) == ["clock_near", "clock_over"]
    assert told(cast["head"]) == ["clock_over"]
    assert told(cast["other_street"]) == []


def test_when_it_should_be_safe_somebody_near_is_asked_to_look(town, cast, manhole, clock_at):
    clock_at("2026-09-24 09:05")
    ticket = whistled(town, by=cast["worker"], category=manhole)
    clock_at("2026-09-24 11:06")
    actions.fire_clocks()
    assert "ticket_look" in told(cast["worker"])
    assert "ticket_look" not in told(cast["other_worker"])

    clock_at("2026-09-24 11:40")
    actions.move(ticket, "confirm_safe", by=cast["worker"], note="有盖板，未修复")

    safe = Clock.objects.get(ticket=ticket, kind="make_safe")
    assert safe.outcome == "met"
    assert safe.is_late
    assert Clock.objects.get(ticket=ticket, kind="resolve").is_running
    assert ticket.assignments.get().made_safe_at is None


def test_verified_and_left_alone_it_closes_itself_after_three_working_days(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "finish", by=cast["clerk"], note="已修好")
    actions.move(ticket, "verify", by=cast["community"])
    clock_at("2026-11-19 17:59")
    actions.fire_clocks()
    ticket.refresh_from_db()
    assert ticket.state == "verified"

    clock_at("2026-11-19 18:01")
    actions.fire_clocks()

    ticket.refresh_from_db()
    assert ticket.state == "closed"
    last = ticket.events.latest("pk")
    assert (last.verb, last.by) == ("close", None)
    assert "ticket_ask" in told(cast["worker"])


def test_statements_do_not_grow_with_what_is_due(
    town, cast, clock_at, django_assert_max_num_queries
):
    clock_at("2026-11-16 10:00")
    for _n in range(2):
        routed(town, by=cast["worker"])
    clock_at("2026-11-16 18:00")
    actions.fire_clocks()
    for _n in range(6):
        routed(town, by=cast["worker"])
    clock_at("2026-11-30 18:00")

    with django_assert_max_num_queries(29):
        assert actions.fire_clocks() == 14


def test_the_sweep_walks_what_is_to_come_and_nothing_else(town, cast):
    ticket = routed(town, by=cast["worker"])
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO tickets_clock (ticket_id, kind, "limit", share, basis, started_at,
                   near_at, due_at, edition, is_provisional, stopped_at, outcome)
               SELECT %s, 'sign', 'WD5', 100, 'standard', now(), now(), now() + interval '1 day', 1,
                      false, now(), 'met' FROM generate_series(1, 20000)""",
            [ticket.pk],
        )
        cursor.execute("ANALYZE tickets_clock")
    now = clock.now()

    assert "clock_next_fire" in Clock.objects.due_to_fire(now)[:500].explain()
    stale = Clock.objects.running().filter(edition__lt=1).order_by("pk")[:500]
    assert "clock_edition" in stale.explain()


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_fire_each_clock_once(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    for _n in range(12):
        routed(town, by=cast["worker"])
    clock_at("2026-11-30 10:00")
    together = Barrier(4)

    def sweep():
        together.wait()
        while actions.fire_clocks():
            pass
        connection.close()

    at_once(sweep, 4)
    actions.fire_clocks()  # what a sweep skipped since another held it

    events = TicketEvent.objects.filter(verb="over")
    assert events.count() == 24
    assert events.values("ticket", "data__clock").distinct().count() == 24
    assert Clock.objects.exclude(next_fire_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_sweeping_while_departments_sign_neither_waits_for_ever_nor_tells_a_lie(
    town, cast, clock_at
):
    clock_at("2026-11-16 10:00")
    tickets = [routed(town, by=cast["worker"]) for _n in range(10)]
    clock_at("2026-11-16 15:00")  # four working hours are used up
    together = Barrier(2)

    def sign():
        together.wait()
        for one in tickets:
            actions.move(one, "sign", by=cast["clerk"])
        connection.close()

    def sweep():
        together.wait()
        for _n in range(10):
            actions.fire_clocks()
        connection.close()

    at_once([sign, sweep])
    actions.fire_clocks()

    for one in tickets:
        verbs = list(one.events.order_by("pk").values_list("verb", "data__kind"))
        # Fired before it was signed for, or never.
        if ("over", "sign") in verbs:
            assert verbs.index(("over", "sign")) < verbs.index(("sign", None))
    assert not Clock.objects.filter(kind="sign", next_fire_at__isnull=False).exists()


def at_once(work, count: int = 1) -> None:
    jobs = work if isinstance(work, list) else [work] * count
    threads = [Thread(target=job) for job in jobs]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert not any(one.is_alive() for one in threads)


# ── the calendar changes ──────────────────────────────────────────────────────────────────────


def test_a_new_holiday_moves_open_deadlines_and_says_so(town, cast, clock_at):
    clock_at("2026-12-30 10:00")
    ticket = routed(town, by=cast["worker"])
    resolve = Clock.objects.get(ticket=ticket, kind="resolve")
    sign = Clock.objects.get(ticket=ticket, kind="sign")
    assert resolve.is_provisional
    assert f"{clock.local(resolve.due_at):%F %H:%M}" == "2027-01-07 18:00"
    assert not sign.is_provisional

    worktime.import_days(day_off("2027-01-04"), by=None, source="国务院办公厅")
    assert actions.recompute_clocks() == 2
    assert actions.recompute_clocks() == 0

    moved = ticket.events.get(verb="recompute")
    (line,) = moved.data["clocks"]
    assert datetime.fromisoformat(line["was"]) == resolve.due_at
    resolve.refresh_from_db()
    assert datetime.fromisoformat(line["due"]) == resolve.due_at
    assert f"{clock.local(resolve.due_at):%F %H:%M}" == "2027-01-08 18:00"
    assert not resolve.is_provisional
    lines = [line for one in ticket.events.order_by("pk") for line in one.data.get("clocks", ())]
    assert replay(lines)[resolve.pk].edition == resolve.edition


def test_a_deadline_that_moves_out_of_the_past_may_be_missed_again(town, cast, clock_at):
    clock_at("2026-12-30 10:00")
    ticket = routed(town, by=cast["worker"])
    clock_at("2027-01-07 19:00")
    actions.fire_clocks()
    assert ("over", "resolve") in fired(ticket)

    worktime.import_days(day_off("2027-01-04"), by=None, source="国务院办公厅")
    actions.recompute_clocks()
    resolve = Clock.objects.get(ticket=ticket, kind="resolve")
    assert resolve.over_told_at is None
    clock_at("2027-01-08 19:00")
    actions.fire_clocks()

    assert fired(ticket).count(("over", "resolve")) == 2


def day_off(text: str) -> list[DayRow]:
    """What the notice of 2027 might say: New Year's Day, and this day off as well."""
    days = [date(2027, 1, 1), date.fromisoformat(text)]
    return [DayRow(on, DayKind.HOLIDAY, "元旦") for on in days]
