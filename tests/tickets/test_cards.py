"""Cards: which colour when, whom it tells, what cures it; once each, whatever happens at once."""

from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.worktime import actions as worktime
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, routed, whistled
from tests.tickets.test_ticking import at_once, day_off
from tickets import actions
from tickets.actions import carding
from tickets.models import Card, Clock, ColourTerms, TicketEvent
from tickets.workflow import Facts


@pytest.fixture
def heads(town, cast):
    """Those whom the worse colours tell."""
    return cast | {
        "chief": holder("department_head", department=town.housing),
        "other_chief": holder("department_head", department=town.urban),
        "other_head": holder("street_head", area=town.streets[1]),
    }


def told(user) -> list[str]:
    return list(Message.objects.for_person(user).order_by("pk").values_list("kind", flat=True))


def live(ticket) -> list[tuple[str, str]]:
    rows = Card.objects.live().filter(ticket=ticket).order_by("pk")
    return [(one.colour, one.cause) for one in rows]


def all_of(ticket) -> list[tuple[str, str, str]]:
    rows = Card.objects.filter(ticket=ticket).order_by("pk")
    return [(one.colour, one.cause, one.lapse) for one in rows]


def signed(town, cast, **more):
    ticket = routed(town, by=cast["worker"], **more)
    actions.move(ticket, "sign", by=cast["clerk"])
    return ticket


def here(moment: datetime | None) -> str:
    return f"{clock.local(moment):%F %H:%M}"


# ── which colour when ─────────────────────────────────────────────────────────────────────────


def test_from_blue_over_yellow_to_red_on_the_days_of_two_holidays(town, heads, clock_at):
    """WD5 from Thursday 24 September is due on 9 October; half of it again, or two working days."""
    clock_at("2026-09-24 09:05")
    ticket = signed(town, heads)
    due = Clock.objects.get(ticket=ticket, kind="resolve")
    assert here(due.due_at) == "2026-10-09 18:00"
    Message.objects.all().delete()

    clock_at("2026-10-09 10:00")
    actions.fire_clocks()
    assert live(ticket) == [("blue", "near")]
    assert (told(heads["clerk"]), told(heads["chief"])) == (["clock_near"], [])

    clock_at("2026-10-09 18:01")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]
    assert told(heads["clerk"]) == ["clock_near", "clock_over"]
    assert told(heads["chief"]) == ["card_yellow"]
    assert told(heads["head"]) == told(heads["command"]) == []
    yellow = Card.objects.live().get(ticket=ticket)
    assert here(yellow.answer_by) == "2026-10-10 18:00"  # a Saturday, and a working day
    actions.move(ticket, "answer", by=heads["chief"], note="配件十二日到货")

    # Two working days after the end are over before half of five.
    clock_at("2026-10-12 17:59")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]
    clock_at("2026-10-12 18:01")
    actions.fire_clocks()

    assert live(ticket) == [("red", "long_overdue")]
    assert told(heads["chief"]) == ["card_yellow", "card_red"]
    assert told(heads["head"]) == told(heads["command"]) == ["card_red"]
    assert told(heads["other_chief"]) == told(heads["other_head"]) == told(heads["urban"]) == []
    assert [one[2] for one in all_of(ticket)] == ["worse", "worse", ""]
    assert [one.told for one in Card.objects.order_by("pk")] == ["liaison", "deputy_head", "head"]
    actions.fire_clocks()
    assert len(all_of(ticket)) == 3


def test_half_of_a_short_limit_is_over_before_two_working_days(town, heads, clock_at):
    clock_at("2026-11-16 08:30")
    short = CategoryFactory(code="0301", resolve_limit="WH4")
    ticket = signed(town, heads, category=short)  # due at 14:30
    clock_at("2026-11-16 14:31")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]

    clock_at("2026-11-16 16:29")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]
    clock_at("2026-11-16 16:31")  # two working hours more
    actions.fire_clocks()

    assert live(ticket) == [("red", "long_overdue")]


def test_not_signed_for_in_time_is_yellow_and_red_where_nobody_answers(town, heads, clock_at):
    clock_at("2026-09-30 10:00")  # the eve of a week of holidays
    ticket = routed(town, by=heads["worker"], category=CategoryFactory(resolve_limit="WD20"))
    clock_at("2026-09-30 17:00")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "unsigned")]
    assert here(Card.objects.live().get().answer_by) == "2026-10-08 18:00"

    clock_at("2026-10-07 12:00")
    actions.fire_clocks()
    assert actions.redden_cards() == 0
    assert live(ticket) == [("yellow", "unsigned")]

    clock_at("2026-10-08 18:01")
    assert actions.redden_cards() == 1
    assert live(ticket) == [("red", "unanswered")]
    assert "card_red" in told(heads["head"])
    assert ticket.events.filter(verb="card").count() == 1
    assert actions.redden_cards() == 0


def test_an_answer_keeps_yellow_from_turning_red(town, heads, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = routed(town, by=heads["worker"], category=CategoryFactory(resolve_limit="WD20"))
    clock_at("2026-11-16 17:00")
    actions.fire_clocks()

    actions.move(ticket, "answer", by=heads["clerk"], note="联系李工 13812345678，明早签收")

    card = Card.objects.live().get()
    assert card.answered_by == heads["clerk"]
    assert "13812345678" not in card.answer
    clock_at("2026-11-18 10:00")
    assert actions.redden_cards() == 0
    with pytest.raises(Refused) as refusal:
        actions.move(ticket, "answer", by=heads["clerk"], note="再答一次")
    assert refusal.value.code == "nothing_to_answer"


def test_reopened_twice_is_yellow(town, heads, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = routed(town, by=heads["worker"])
    for times in (1, 2):
        if times == 1:
            actions.move(ticket, "sign", by=heads["clerk"])
        actions.move(ticket, "finish", by=heads["clerk"], note="已修好")
        actions.move(ticket, "verify", by=heads["community"])
        actions.move(ticket, "close", by=heads["community"])
        assert live(ticket) == []
        actions.move(ticket, "reopen", by=heads["community"], note="还是坏的")
        assert live(ticket) == ([("yellow", "unsolved")] if times == 2 else [])

    assert told(heads["chief"])[-1] == "card_yellow"
    actions.move(ticket, "finish", by=heads["clerk"], note="换了新的")
    assert all_of(ticket) == [("yellow", "unsolved", "done")]


def test_what_a_desk_is_late_with_brings_no_card(town, heads, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = signed(town, heads)
    actions.move(
        ticket,
        "return",
        by=heads["clerk"],
        note="不归我局",
        return_reason="not_ours",
        suggested_owner="城管局",
    )
    clock_at("2026-11-20 10:00")
    actions.fire_clocks()

    assert ticket.events.filter(verb="over", data__kind="triage").exists()
    assert not Card.objects.exists()


def test_the_third_return_is_red_until_it_is_ruled_on(town, heads, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = signed(town, heads)
    actions.move(
        ticket,
        "return",
        by=heads["clerk"],
        note="不归我局",
        return_reason="not_ours",
        suggested_owner="城管局",
    )
    ticket.refresh_from_db()
    part = ticket.assignments.get()

    carding.after_move(
        Facts(ticket=ticket, assignment=part), "dispute", part, [part], by=heads["clerk"],
        at=clock.now(),
    )  # fmt: skip

    assert live(ticket) == [("red", "returned")]
    assert "card_red" in told(heads["chief"])
    assert "card_red" in told(heads["command"])
    actions.move(ticket, "urge", by=heads["street"])
    assert live(ticket) == [("red", "returned")]
    actions.move(
        ticket, "rule", by=heads["street"], department=town.urban, reach="grid", note="按职责清单"
    )
    assert all_of(ticket) == [("red", "returned", "ruled")]


# ── an outage ─────────────────────────────────────────────────────────────────────────────────


def test_after_an_outage_only_the_colour_now_true_is_raised(town, heads, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = signed(town, heads)
    cured = signed(town, heads)
    Message.objects.all().delete()
    clock_at("2026-11-30 10:00")
    actions.move(cured, "finish", by=heads["clerk"], note="早已修好")

    while actions.fire_clocks() or actions.redden_cards():
        pass

    assert all_of(ticket) == [("red", "long_overdue", "")]
    assert all_of(cured) == []
    events = ticket.events.filter(verb__in=["near", "over", "card"])
    assert [(one.verb, one.data["colour"]) for one in events] == [("over", "red")]
    assert told(heads["chief"]) == ["card_red"]
    assert told(heads["clerk"]) == ["clock_over"]


# ── what cures it ─────────────────────────────────────────────────────────────────────────────


def late(town, cast, clock_at):
    """In hand and overdue since Monday 18:00, with a yellow card."""
    clock_at("2026-11-16 10:00")
    ticket = signed(town, cast)
    clock_at("2026-11-23 18:01")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]
    return ticket


def test_finished_it_lapses_and_sent_back_it_comes_again(town, heads, clock_at):
    ticket = late(town, heads, clock_at)
    actions.move(ticket, "finish", by=heads["clerk"], note="已修好")
    assert all_of(ticket) == [("yellow", "overdue", "done")]

    clock_at("2026-11-24 09:00")
    actions.move(ticket, "reject", by=heads["community"], note="没有修")
    actions.fire_clocks()

    assert live(ticket) == [("yellow", "overdue")]
    overs = ticket.events.filter(verb="over", data__kind="resolve")
    assert overs.count() == 1
    assert ticket.events.filter(verb="card").count() == 1


def test_returned_it_lapses(town, heads, clock_at):
    clock_at("2026-11-16 09:00")
    ticket = whistled(town, by=heads["worker"])
    clock_at("2026-11-16 09:20")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "unsigned")]
    actions.move(
        ticket,
        "return",
        by=heads["clerk"],
        note="不归我局",
        return_reason="not_ours",
        suggested_owner="城管局",
    )
    assert all_of(ticket) == [("yellow", "unsigned", "returned")]


def test_signed_for_it_lapses(town, heads, clock_at):
    clock_at("2026-11-16 10:00")
    ticket = routed(town, by=heads["worker"])
    clock_at("2026-11-16 17:00")
    actions.fire_clocks()
    actions.move(ticket, "sign", by=heads["clerk"])
    assert all_of(ticket) == [("yellow", "unsigned", "done")]


def test_merged_it_lapses_and_parted_it_comes_again(town, heads, clock_at):
    ticket = late(town, heads, clock_at)
    other = routed(town, by=heads["worker"])
    actions.move(ticket, "merge", by=heads["street"], into=other)
    assert all_of(ticket) == [("yellow", "overdue", "held")]
    clock_at("2026-11-25 10:00")
    actions.move(ticket, "unmerge", by=heads["street"])
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]

    # The two working days after the end were not spent while it was merged.
    clock_at("2026-11-26 17:00")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]
    clock_at("2026-11-27 18:01")
    actions.fire_clocks()
    assert live(ticket) == [("red", "long_overdue")]


def test_a_deadline_that_moved_on_takes_back_its_card_at_the_next_move(town, heads, clock_at):
    ticket = late(town, heads, clock_at)
    later = clock.now() + timedelta(days=3)
    Clock.objects.filter(ticket=ticket, kind="resolve").update(due_at=later)
    actions.move(ticket, "urge", by=heads["street"])
    assert all_of(ticket) == [("yellow", "overdue", "later")]


def test_a_new_holiday_takes_back_a_card(town, heads, clock_at):
    clock_at("2026-12-30 10:00")
    ticket = signed(town, heads)
    clock_at("2027-01-07 18:01")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]

    worktime.import_days(day_off("2027-01-04"), by=None, source="国务院办公厅")
    actions.recompute_clocks()

    assert all_of(ticket)[-1] == ("yellow", "overdue", "later")
    clock_at("2027-01-08 18:01")
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]


# ── whom it tells ─────────────────────────────────────────────────────────────────────────────


def test_a_department_without_a_head_hears_of_red_through_who_answers_for_it(town, cast, clock_at):
    late_one = late(town, cast, clock_at)
    assert told(cast["clerk"]).count("clock_over") == 1
    assert "card_yellow" not in told(cast["clerk"])
    clock_at("2026-11-26 10:00")
    actions.fire_clocks()
    assert live(late_one) == [("red", "long_overdue")]
    assert "card_red" in told(cast["clerk"])


def test_a_card_names_no_person():
    people = {
        field.name
        for field in Card._meta.get_fields()
        if "user" in str(field.related_model).lower()
    }
    assert people == {"answered_by"}  # who wrote the words, as of every move


def test_strangers_answer_nothing(town, heads, clock_at):
    ticket = late(town, heads, clock_at)
    for who in ("urban", "community", "street", "command", "other_chief"):
        with pytest.raises((PermissionDenied, Refused)):
            actions.move(ticket, "answer", by=heads[who], note="与我无关")
    assert Card.objects.live().get().answered_at is None


# ── a district's own terms ────────────────────────────────────────────────────────────────────


def test_a_district_sets_its_own_colours(town, heads, clock_at):
    clock_at("2026-11-16 08:00")
    ColourTerms.objects.create(
        area=town.district, near_percent=50, over_percent=10, over_limit="WD5", answer_limit="WH4",
        reopenings=1, reason="试点", valid_from=clock.now(), created_by=None,
    )  # fmt: skip
    ticket = signed(town, heads, category=CategoryFactory(resolve_limit="WD1"))
    own = Clock.objects.get(ticket=ticket, kind="resolve")
    # Due on Tuesday at 18:00: sixteen working hours, of which eight are half.
    assert (here(own.near_at), here(own.due_at)) == ("2026-11-16 18:00", "2026-11-17 18:00")

    clock_at("2026-11-17 18:01")
    actions.fire_clocks()
    assert here(Card.objects.live().get().answer_by) == "2026-11-18 12:00"
    clock_at("2026-11-18 09:35")  # a tenth of sixteen hours: 1 h 36 min
    actions.fire_clocks()
    assert live(ticket) == [("yellow", "overdue")]
    clock_at("2026-11-18 09:37")
    actions.fire_clocks()
    assert live(ticket) == [("red", "long_overdue")]


# ── races ─────────────────────────────────────────────────────────────────────────────────────


def test_the_database_holds_one_live_card_a_clock(town, heads, clock_at):
    ticket = late(town, heads, clock_at)
    card = Card.objects.live().get(ticket=ticket)
    card.pk = None
    with pytest.raises(IntegrityError, match="card_one_lives_a_clock"), transaction.atomic():
        card.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_finishing_while_red_is_raised_leaves_no_live_card(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    tickets = [signed(town, cast) for _n in range(10)]
    clock_at("2026-11-30 10:00")
    together = Barrier(3)

    def finish():
        together.wait()
        for one in tickets:
            actions.move(one, "finish", by=cast["clerk"], note="已修好")
        connection.close()

    def sweep():
        together.wait()
        for _n in range(10):
            actions.fire_clocks()
            actions.redden_cards()
        connection.close()

    at_once([finish, sweep, sweep])
    actions.fire_clocks()

    assert not Card.objects.live().exists()
    for one in tickets:
        verbs = list(one.events.order_by("pk").values_list("verb", flat=True))
        if "over" in verbs:
            assert verbs.index("over") < verbs.index("finish")
        assert verbs.count("over") <= 1
        assert Card.objects.filter(ticket=one).count() == verbs.count("over")


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_raise_each_card_once(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    for _n in range(12):
        signed(town, cast)
    clock_at("2026-11-30 10:00")
    together = Barrier(4)

    def sweep():
        together.wait()
        while actions.fire_clocks():
            pass
        connection.close()

    at_once(sweep, 4)
    actions.fire_clocks()

    assert Card.objects.count() == Card.objects.live().filter(colour="red").count() == 12
    assert TicketEvent.objects.filter(verb="over").count() == 12


# ── red goes up ───────────────────────────────────────────────────────────────────────────────


def test_red_takes_the_ticket_up_a_level_once(town, heads, clock_at):
    ticket = late(town, heads, clock_at)
    level = ticket.level
    assert actions.take_up_reds() == 0  # yellow stays where it is
    clock_at("2026-11-26 10:00")
    actions.fire_clocks()

    assert actions.take_up_reds() == 1
    assert actions.take_up_reds() == 0

    ticket.refresh_from_db()
    assert (level, ticket.level) == ("community", "street")
    (event,) = ticket.events.filter(verb="escalate")
    assert (event.by, event.data["cause"]) == (None, "red")
    assert live(ticket) == [("red", "long_overdue")]


def test_a_second_red_card_takes_it_no_further(town, heads, clock_at):
    clock_at("2026-09-24 09:05")
    hazard = CategoryFactory(code="0101", hazard_limit="UH2", resolve_limit="WD5")
    ticket = whistled(town, by=heads["worker"], category=hazard)
    for moment in ("2026-09-24 09:51", "2026-09-24 12:06", "2026-10-12 18:01"):
        clock_at(moment)
        actions.fire_clocks()
        actions.take_up_reds()

    reds = Card.objects.live().filter(ticket=ticket, colour="red")
    assert sorted(one.clock.kind for one in reds) == ["make_safe", "report_in", "resolve"]
    assert ticket.events.filter(verb="escalate").count() == 1


def test_with_the_district_it_stays_red(town, heads, clock_at):
    ticket = late(town, heads, clock_at)
    type(ticket).objects.filter(pk=ticket.pk).update(level="district")
    clock_at("2026-11-26 10:00")
    actions.fire_clocks()
    assert actions.take_up_reds() == 1
    assert actions.take_up_reds() == 0
    assert not ticket.events.filter(verb="escalate").exists()
    assert live(ticket) == [("red", "long_overdue")]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_take_it_up_once(town, cast, clock_at):
    clock_at("2026-11-16 10:00")
    tickets = [signed(town, cast) for _n in range(6)]
    clock_at("2026-11-30 10:00")
    actions.fire_clocks()
    together = Barrier(3)

    def sweep():
        together.wait()
        actions.take_up_reds()
        connection.close()

    at_once(sweep, 3)
    actions.take_up_reds()

    assert TicketEvent.objects.filter(verb="escalate").count() == len(tickets)
