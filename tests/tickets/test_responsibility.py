"""Whose it is: returns in time and with a code, disputes, rulings that bind, and who is taken off."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.home.demo import check as histories
from govgrid.outbox.models import Message
from tests.factories.accounts import bearer
from tests.factories.grids import square
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, routed, whistled
from tickets import actions, inbox
from tickets.models import Assignment, RoutingRule, Ruling, Ticket
from tickets.reasons import why
from tickets.workflow import MOVES, ClockKind

WHY = {"note": "不归我局", "return_reason": "not_ours", "suggested_owner": "城管局"}
RULED = {"note": "路灯归住建局", "reach": "community"}


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


def running(ticket) -> set[str]:
    rows = ticket.clocks.running().filter(paused_at=None)
    return set(rows.values_list("kind", flat=True))


def returned_twice(town, cast) -> Ticket:
    """By 住建局, by 城管局, and with 住建局 again."""
    ticket = routed(town, by=cast["worker"])
    take(ticket, "return", cast["clerk"], **WHY)
    take(ticket, "assign", cast["street"], department=town.urban)
    take(ticket, "return", cast["urban"], **WHY)
    return take(ticket, "assign", cast["street"], department=town.housing)


def disputed(town, cast) -> Ticket:
    return take(returned_twice(town, cast), "dispute", cast["clerk"], **WHY)


def check(ticket):
    call_command("check_clocks", ticket.number, verbosity=0)


# ── returns ───────────────────────────────────────────────────────────────────────────────────


def test_a_return_says_with_a_code_why(town, cast):
    ticket = routed(town, by=cast["worker"])
    without = {key: WHY[key] for key in ("note", "suggested_owner")}

    assert refused(ticket, "return", cast["clerk"], **without) == "return_reason_needed"
    assert refused(ticket, "return", cast["clerk"], **WHY | {"return_reason": "x"}) == (
        "return_reason_needed"
    )
    take(ticket, "return", cast["clerk"], **WHY)
    assert ticket.events.latest("pk").data["return_reason"] == "not_ours"


def test_a_lead_returns_within_four_working_hours(town, cast, clock_at):
    clock_at("2026-11-20 16:00")
    early, late = routed(town, by=cast["worker"]), routed(town, by=cast["worker"])
    clock_at("2026-11-23 09:59")
    take(early, "return", cast["clerk"], **WHY)
    clock_at("2026-11-23 10:01")

    assert refused(late, "return", cast["clerk"], **WHY) == "return_too_late"
    assert refused(late, "dispute", cast["clerk"], **WHY) == "returns_left"


def test_given_again_it_may_be_returned_anew(town, cast, clock_at):
    clock_at("2026-11-16 09:00")
    ticket = routed(town, by=cast["worker"])
    take(ticket, "return", cast["clerk"], **WHY)
    clock_at("2026-11-18 09:00")
    take(ticket, "assign", cast["street"], department=town.housing)

    take(ticket, "return", cast["clerk"], **WHY)

    assert ticket.return_count == 2


def test_an_assistant_may_find_out_late_that_it_is_of_no_use(town, cast, clock_at):
    clock_at("2026-10-09 16:50")
    ticket = whistled(town, by=cast["head"], kind="hard", helpers=[town.urban])
    clock_at("2026-10-12 09:00")

    take(ticket, "return", cast["urban"], **WHY)

    assert (ticket.lead_department, ticket.return_count) == (town.housing, 0)


def test_who_had_it_in_hand_is_told_that_it_is_his_again(town, cast):
    ticket = routed(town, by=cast["worker"])
    take(ticket, "sign", cast["clerk"])
    take(ticket, "return", cast["clerk"], **WHY)
    Message.objects.all().delete()

    take(ticket, "assign", cast["street"], department=town.housing)

    assert told(cast["clerk"]) == ["ticket_given_again"]


# ── first receiver ────────────────────────────────────────────────────────────────────────────


def test_who_received_it_first_leads_whoever_helps(client, town, cast):
    ticket = whistled(town, by=cast["worker"], helpers=[town.urban])
    take(ticket, "sign", cast["urban"])
    take(ticket, "sign", cast["clerk"])
    take(ticket, "report_in", cast["urban"])

    assert ticket.lead_department == town.housing
    client.force_login(cast["clerk"])
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert page.count("received it first: leads whoever helps") == 1


# ── disputes ──────────────────────────────────────────────────────────────────────────────────


def test_a_third_time_it_is_disputed_and_only_a_ruling_takes_it_from_the_desk(town, cast, clock_at):
    clock_at("2026-11-16 09:00")
    ticket = returned_twice(town, cast)
    assert refused(ticket, "return", cast["clerk"], **WHY) == "returns_used_up"
    Message.objects.all().delete()

    take(ticket, "dispute", cast["clerk"], **WHY)

    assert (ticket.state, ticket.lead_department, ticket.return_count) == ("triage", None, 2)
    assert running(ticket) == {"ruling"}
    assert ticket.clocks.get(kind=ClockKind.RULING).limit == "WD1"
    assert told(cast["street"]) == ["ticket_to_rule"]
    assert told(cast["head"]) == ["ticket_to_rule", "card_red"]
    for name, by, given in (
        ("assign", "street", {"department": town.urban}),
        ("decline", "street", {"note": "不属实"}),
        ("settle", "community", {"note": "已清走"}),
        ("blow", "community", {"whistle_kind": "routine", "tried": "x", "missing_power": "y"}),
    ):
        assert refused(ticket, name, cast[by], **given) == "needs_ruling", name
    check(ticket)


def test_only_the_lead_disputes_and_only_when_no_return_is_left(town, cast):
    ticket = whistled(town, by=cast["worker"], helpers=[town.urban])

    assert refused(ticket, "dispute", cast["clerk"], **WHY) == "returns_left"
    assert refused(ticket, "dispute", cast["urban"], **WHY) == "not_the_lead"


def test_what_waits_for_a_ruling_waits_with_a_name_of_its_own(town, cast):
    ticket = disputed(town, cast)

    groups = {one.slug: one.rows for one in inbox.waiting(cast["street"])}

    assert list(groups) == ["rule"]
    assert groups["rule"][0].number == ticket.number
    assert groups["rule"][0].clock.kind == "ruling"


def test_a_ruling_that_is_late_is_told_to_who_rules(town, cast, clock_at):
    clock_at("2026-11-16 09:00")
    disputed(town, cast)
    Message.objects.all().delete()
    clock_at("2026-11-17 18:01")

    actions.fire_clocks()

    assert told(cast["head"]) == ["clock_over"]


# ── rulings ───────────────────────────────────────────────────────────────────────────────────


def test_a_ruling_binds_and_is_a_rule_from_that_minute(town, cast, clock_at):
    clock_at("2026-11-16 09:00")
    ticket = disputed(town, cast)
    Message.objects.all().delete()

    take(ticket, "rule", cast["street"], department=town.urban, **RULED)

    lead = ticket.assignments.live().get()
    assert (ticket.state, ticket.lead_department, lead.department) == (
        "dispatched",
        town.urban,
        town.urban,
    )
    ruling = Ruling.objects.get()
    assert (ruling.assignment, ruling.reason, ruling.reach) == (lead, "路灯归住建局", "community")
    assert (ruling.area, ruling.by) == (town.communities[0], cast["street"])
    rule = ruling.rule
    assert (rule.category, rule.area, rule.department) == (
        ticket.category,
        town.communities[0],
        town.urban,
    )
    assert (rule.created_by, rule.source, rule.valid_to) == (cast["street"], ticket.number, None)
    assert told(cast["urban"]) == ["ticket_ruled"]
    assert running(ticket) == {"sign", "resolve"}
    assert ticket.clocks.get(kind="ruling").outcome == "met"
    assert refused(ticket, "return", cast["urban"], **WHY) == "bound_by_ruling"
    assert refused(ticket, "dispute", cast["urban"], **WHY) == "bound_by_ruling"
    check(ticket)

    # The same question is not asked twice.
    after = filed(town, by=cast["worker"])
    actions.route()
    after.refresh_from_db()
    assert after.lead_department == town.urban
    assert f"It follows from the ruling on {ticket.number}." in why(after)
    assert f"It follows from the ruling on {ticket.number}." in why(ticket)
    elsewhere = filed(town, by=cast["worker"], grid=2)
    actions.route()
    elsewhere.refresh_from_db()
    assert elsewhere.lead_department == town.housing


def test_a_ruling_for_who_disputed_it_lets_its_time_go_on(town, cast, clock_at):
    clock_at("2026-11-16 09:00")
    ticket = returned_twice(town, cast)
    clock_at("2026-11-16 10:00")
    take(ticket, "dispute", cast["clerk"], **WHY)
    clock_at("2026-11-17 09:00")

    take(ticket, "rule", cast["head"], department=town.housing, **RULED)

    one = ticket.assignments.live().get()
    assert one.disputed_at
    assert one.ruled_at
    assert one.returned_at is None
    assert one.clocks.get(kind="sign").pauses.count() == 1
    check(ticket)
    # The rule of the district said so already for everywhere: one for the community stands beside.
    assert RoutingRule.objects.in_force().count() == 2


def test_a_ruling_ends_the_rule_before_it_and_keeps_it(town, cast):
    first = disputed(town, cast)
    take(first, "rule", cast["street"], department=town.urban, **RULED)
    before = Ruling.objects.get().rule
    second = filed(town, by=cast["worker"])
    actions.route()
    second.refresh_from_db()
    take(second, "return", cast["urban"], **WHY)

    take(second, "rule", cast["street"], department=town.housing, **RULED)

    before.refresh_from_db()
    assert before.valid_to is not None
    assert before.ended_by == cast["street"]
    now = Ruling.objects.latest("pk").rule
    assert (now.area, now.department) == (before.area, town.housing)


def test_a_ruling_that_a_narrower_rule_overrules_here_is_refused(town, cast):
    ticket = disputed(town, cast)
    narrow = RuleFactory(category=ticket.category, area=town.grids[0], department=town.housing)

    assert refused(ticket, "rule", cast["street"], department=town.urban, **RULED) == (
        "narrower_rule"
    )
    assert not Ruling.objects.exists()
    assert RoutingRule.objects.in_force().filter(area=town.communities[0]).count() == 0
    take(ticket, "rule", cast["street"], department=town.urban, **RULED | {"reach": "grid"})
    narrow.refresh_from_db()
    assert narrow.valid_to is not None


def test_where_a_drawn_piece_decides_a_ruling_still_binds(town, cast):
    """It beats every area, however near: a ticket must not be caught at the desk by it."""
    ticket = disputed(town, cast)
    drawn = RuleFactory(
        category=ticket.category,
        area=town.district,
        department=town.housing,
        shape=square(111, 30),
    )

    take(ticket, "rule", cast["street"], department=town.urban, **RULED)

    assert ticket.lead_department == town.urban
    assert ticket.routing["rule"] == Ruling.objects.get().rule.code
    drawn.refresh_from_db()
    assert drawn.valid_to is None


def test_what_a_ruling_must_say(town, cast):
    ticket = disputed(town, cast)
    whole = {"department": town.urban, **RULED}

    for name, code in (
        ("department", "department_needed"),
        ("note", "reason_needed"),
        ("reach", "reach_needed"),
    ):
        without = {key: value for key, value in whole.items() if key != name}
        assert refused(ticket, "rule", cast["street"], **without) == code
    far = town.offices[town.streets[1].pk]
    assert refused(ticket, "rule", cast["street"], **whole | {"department": far}) == (
        "wrong_department"
    )


def test_without_a_question_there_is_nothing_to_rule_on(town, cast):
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0702"))
    actions.route()
    ticket.refresh_from_db()
    assert ticket.state == "triage"

    assert refused(ticket, "rule", cast["street"], department=town.urban, **RULED) == (
        "nothing_to_rule"
    )


def test_a_border_is_ruled_on_and_a_single_return(town, cast):
    category = CategoryFactory(code="0101")
    RuleFactory(category=category, area=town.grids[0], department=town.housing)
    RuleFactory(category=category, area=town.grids[1], department=town.urban)
    ticket = filed(town, by=cast["worker"], category=category)
    Ticket.objects.filter(pk=ticket.pk).update(
        routed_at=ticket.filed_at, state="triage", routing={"outcome": "border"}
    )
    ticket.refresh_from_db()

    take(ticket, "rule", cast["street"], department=town.housing, **RULED | {"reach": "grid"})
    assert ticket.routing["outcome"] == "dispatched"

    once = routed(town, by=cast["worker"], grid=3)
    take(once, "return", cast["clerk"], **WHY)
    take(once, "rule", cast["head"], department=town.housing, **RULED)
    assert once.state == "dispatched"


@pytest.mark.parametrize("who", ["worker", "community", "clerk", "other_street", "auditor"])
def test_only_who_answers_for_the_place_rules(town, cast, who):
    ticket = disputed(town, cast)

    with pytest.raises(PermissionDenied):
        actions.move(ticket, "rule", by=cast[who], department=town.urban, **RULED)
    assert not Ruling.objects.exists()


def test_nobody_rules_further_than_he_answers_for(town, cast):
    ticket = disputed(town, cast)
    far = {"department": town.urban, **RULED, "reach": "district"}

    with pytest.raises(PermissionDenied):
        actions.move(ticket, "rule", by=cast["head"], **far)
    take(ticket, "rule", cast["command"], **far)

    assert Ruling.objects.get().area == town.district


def test_the_desk_may_take_it_back_before_it_is_signed_and_rule_again(town, cast):
    ticket = disputed(town, cast)
    take(ticket, "rule", cast["street"], department=town.urban, **RULED)
    take(ticket, "withdraw", cast["street"], department=town.urban, note="裁错了")
    assert running(ticket) == {"triage"}

    take(ticket, "rule", cast["street"], department=town.housing, **RULED)

    assert Ruling.objects.count() == 2
    assert RoutingRule.objects.in_force().filter(area=town.communities[0]).count() == 1
    check(ticket)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_rule_at_once_one_is_told_who_was_faster(town, cast):
    ticket = disputed(town, cast)
    seen = ticket.events.latest("pk").pk
    together, outcomes = Barrier(2), []

    def rule(by, department):
        together.wait()
        try:
            actions.move(ticket, "rule", by=by, department=department, seen=seen, **RULED)
            outcomes.append(("ruled", by.name))
        except Refused as refusal:
            outcomes.append((refusal.code, str(refusal.message)))
        finally:
            connection.close()

    threads = [
        Thread(target=rule, args=pair)
        for pair in ((cast["street"], town.urban), (cast["head"], town.housing))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)

    found = dict(outcomes)
    assert set(found) == {"ruled", "changed_since"}
    assert found["ruled"] in found["changed_since"]
    assert Ruling.objects.count() == 1
    assert RoutingRule.objects.in_force().filter(area=town.communities[0]).count() == 1
    assert Assignment.objects.live().filter(ticket=ticket).count() == 1
    check(ticket)


# ── taken off ─────────────────────────────────────────────────────────────────────────────────


def test_an_assistant_is_taken_off_with_a_reason(town, cast):
    ticket = whistled(town, by=cast["worker"], helpers=[town.urban])
    for who in ("clerk", "urban"):
        take(ticket, "sign", cast[who])
    Message.objects.all().delete()
    assert refused(ticket, "withdraw", cast["street"], department=town.urban) == "reason_needed"

    take(ticket, "withdraw", cast["street"], department=town.urban, note="不用了")

    assert ticket.assignments.get(department=town.urban).state == "withdrawn"
    assert (ticket.state, ticket.lead_department) == ("handling", town.housing)
    assert told(cast["urban"]) == ["ticket_withdrawn"]
    assert refused(ticket, "withdraw", cast["street"], department=town.urban, note="x") == (
        "nobody_to_withdraw"
    )
    check(ticket)


def test_a_lead_that_has_signed_stays_and_one_that_has_not_goes(town, cast):
    signed, waiting = routed(town, by=cast["worker"]), routed(town, by=cast["worker"])
    take(signed, "sign", cast["clerk"])
    given = {"department": town.housing, "note": "派错了"}

    assert refused(signed, "withdraw", cast["street"], **given) == "nobody_to_withdraw"
    take(waiting, "withdraw", cast["street"], **given)

    assert (waiting.state, waiting.lead_department, waiting.return_count) == ("triage", None, 0)
    assert running(waiting) == {"triage"}
    assert set(
        waiting.clocks.filter(assignment__isnull=False).values_list("outcome", flat=True)
    ) == {"void"}


def test_the_last_who_had_not_finished_is_taken_off_and_it_is_handled(town, cast):
    ticket = whistled(town, by=cast["worker"], kind="emergency", helpers=[town.urban])
    ahead = clock.today() + timedelta(days=20)
    for name, given in (
        ("sign", {}),
        ("report_in", {}),
        ("make_safe", {}),
        ("finish", {"note": "已修", "spoke_with": "店主", "until": ahead, "no_photo": "夜"}),
    ):
        take(ticket, name, cast["clerk"], **given)
    part = ticket.assignments.get(department=town.urban)

    actions.move(ticket, "withdraw", by=cast["street"], assignment=part.pk, note="不用了")

    ticket.refresh_from_db()
    assert ticket.state == "handled"


def test_a_department_that_closed_meanwhile_can_be_taken_off(town, cast):
    ticket = whistled(town, by=cast["worker"], helpers=[town.urban])
    type(town.urban).objects.filter(pk=town.urban.pk).update(is_active=False)

    take(ticket, "withdraw", cast["street"], department=town.urban, note="已撤并")

    assert ticket.assignments.get(department=town.urban).state == "withdrawn"


@pytest.mark.parametrize("who", ["worker", "community", "clerk", "other_street", "auditor"])
def test_only_the_desk_takes_off(town, cast, who):
    ticket = routed(town, by=cast["worker"])
    with pytest.raises(PermissionDenied):
        actions.move(ticket, "withdraw", by=cast[who], department=town.housing, note="x")


# ── pages and programs ────────────────────────────────────────────────────────────────────────


def test_a_ruling_by_the_page(client, town, cast):
    ticket = disputed(town, cast)
    client.force_login(cast["street"])
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "Rule who handles it" in page
    assert "The whole district" not in page
    assert f"This street · {town.streets[0].name}" in page

    done = client.post(
        f"{ticket.get_absolute_url()}rule/",
        {"department": town.urban.pk, "reach": "street", "note": "归城管"},
    )

    assert done.status_code == 302
    page = client.get(ticket.get_absolute_url()).content.decode()
    rule = Ruling.objects.get().rule.code
    assert "Ruled: 城管局 handles it" in page
    assert f"Since then rule {rule} holds for" in page
    assert "by a ruling, binding" in page


def test_a_ruling_over_rest(api, town, cast):
    ticket = disputed(town, cast)
    url = f"/api/v1/tickets/{ticket.number}/"
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["street"]))
    body = {"department": town.urban.code, "reach": "street", "note": "归城管"}
    for wrong, code in (({"reach": "moon"}, "invalid_choice"), ({"amount": 1}, "not_taken")):
        answer = api.post(f"{url}actions/rule/", body | wrong, format="json")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    far = api.post(f"{url}actions/rule/", body | {"reach": "district"}, format="json")
    assert far.status_code == 403

    answer = api.post(f"{url}actions/rule/", body, format="json").json()

    (ruling,) = answer["beside"]["rulings"]
    assert (ruling["reach"], ruling["reason"], ruling["by"]) == (
        "street",
        "归城管",
        cast["street"].name,
    )
    assert [one["is_ruled"] for one in answer["assignments"] if one["state"] == "offered"] == [True]
    assert answer["routing"]["rule"] == ruling["rule"]


def test_a_reporter_at_the_desk_is_not_named_to_the_department_that_lost_the_race(town, cast):
    """Who was faster is a person at the desk: told, unless he is the reporter whom nobody knows."""
    ticket = routed(town, by=cast["street"])
    seen = ticket.events.latest("pk").pk
    take(ticket, "suspend", cast["street"], until=_soon(), note="待材料")

    with pytest.raises(Refused) as refusal:
        actions.move(ticket, "sign", by=cast["clerk"], seen=seen)

    assert refusal.value.code == "changed_since"
    assert cast["street"].name not in str(refusal.value.message)


def _soon():
    return clock.today() + timedelta(days=30)


def test_the_tables_hold_what_the_moves_promise(town, cast):
    ticket = disputed(town, cast)
    take(ticket, "rule", cast["street"], department=town.urban, **RULED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ruling.objects.update(reason="")
    with pytest.raises(IntegrityError), transaction.atomic():
        ticket.assignments.update(ruled_by=None)


def test_every_way_out_of_a_dispute_is_a_ruling():
    """A new move from the desk must say whether a ruling goes before it."""
    from_triage = {name for name, move in MOVES.items() if "triage" in move.sources}
    kept = {"merge", "suspend", "undo"}  # they come back to the desk as it was
    # What leaves it at the desk; nobody looks at the place while a ruling is waited for.
    kept |= {name for name in from_triage if MOVES[name].target is None} - {"blow"}
    guarded = {
        name
        for name, move in MOVES.items()
        if "no_ruling_is_needed" in {guard.__name__ for guard in move.guards}
    }
    assert from_triage - kept - {"rule"} == guarded


def test_who_has_finished_helping_can_be_given_the_lead(town, cast):
    """His part is in hand again: else the ticket would wait for somebody who is done."""
    ticket = whistled(town, by=cast["community"], kind="routine", helpers=[town.urban])
    answer = {"note": "好", "spoke_with": "店主", "until": date(2030, 1, 1), "no_photo": "夜间"}
    for name, given in (("sign", {}), ("report_in", {}), ("finish", answer)):
        take(ticket, name, cast["urban"], **given)
    take(ticket, "return", cast["clerk"], **WHY)
    assert ticket.state == "triage"

    take(ticket, "assign", cast["street"], department=town.urban)

    part = ticket.assignments.get(department=town.urban)
    assert (ticket.state, part.state, part.done_at) == ("handling", "reported_in", None)
    assert "resolve" in running(ticket)
    take(ticket, "finish", cast["urban"], **answer)
    assert ticket.state == "handled"
    call_command("check_clocks", ticket.number, verbosity=0)
    assert list(histories.wrong()) == []
