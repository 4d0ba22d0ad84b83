"""The five kinds of whistle: who blows, who approves, by when, and what a refusal leaves."""

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories.grids import DepartmentFactory, build_town, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, routed, whistled
from tickets import actions, rules
from tickets.actions import Asked
from tickets.models import Assignment, Clock, Helper, Whistle
from tickets.workflow import WhistleKind

BEIJING = ZoneInfo("Asia/Shanghai")
KINDS = list(WhistleKind)
REASONS = {"tried": "三方协调两次", "missing_power": "执法权"}
# Friday, the evening before a Saturday on which everybody works.
FRIDAY = "2026-10-09 16:50:00"


@pytest.fixture
def at(monkeypatch):
    """``at("2026-10-09 16:50:00")``: the clock stands still there."""

    def stop(wall):
        moment = datetime.fromisoformat(wall).replace(tzinfo=BEIJING)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    return stop


@pytest.fixture
def plain(db):
    """A category without limits of its own: what is left is the table of the field."""
    return CategoryFactory(code="0901", resolve_limit="", hazard_limit="")


def take(ticket, name, by, **given):
    actions.move(ticket, name, by=by, **given)
    ticket.refresh_from_db()


def story(ticket) -> list[str]:
    return list(ticket.events.order_by("pk").values_list("verb", flat=True))


def due(assignment) -> dict[str, str]:
    rows = Clock.objects.running().filter(assignment=assignment)
    return {one.kind: f"{one.due_at.astimezone(BEIJING):%m-%d %H:%M:%S}" for one in rows}


def blow(ticket, by, kind="routine", **given):
    take(ticket, "blow", by, whistle_kind=kind, **(REASONS | given))


def held_back(town, cast, kind="hard", **content):
    """One that waits for its approval."""
    return whistled(town, by=cast["community"], kind=kind, **content)


# ── by when ───────────────────────────────────────────────────────────────────────────────────

TABLE = {
    "emergency": {
        "sign": "10-09 17:05:00",
        "report_in": "10-09 17:20:00",
        "make_safe": "10-09 18:50:00",
        "resolve": "10-15 18:00:00",
    },
    "routine": {
        "sign": "10-10 10:50:00",
        "report_in": "10-10 18:00:00",
        "resolve": "10-15 18:00:00",
    },
    "enforcement": {
        "sign": "10-10 08:50:00",
        "report_in": "10-10 18:00:00",
        "plan": "10-13 18:00:00",
        "resolve": "10-22 18:00:00",
    },
    "hard": {
        "sign": "10-10 18:00:00",
        "report_in": "10-13 18:00:00",
        "plan": "10-15 18:00:00",
        "resolve": "11-05 18:00:00",
    },
    "consultation": {
        "sign": "10-10 18:00:00",
        "report_in": "10-13 18:00:00",
        "plan": "10-15 18:00:00",
        "resolve": "11-19 18:00:00",
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_limit_of_the_table_to_the_second(town, cast, plain, at, kind):
    at("2026-10-09 15:00:00" if kind in {"enforcement", "hard"} else FRIDAY)
    ticket = whistled(town, by=cast["community"], kind=kind, category=plain, helpers=[town.urban])
    at(FRIDAY)
    if ticket.state == "awaiting_approval":
        take(ticket, "approve", cast["head"])
        actions.route()

    lead, helper = ticket.assignments.order_by("pk")
    assert (lead.department, helper.department) == (town.housing, town.urban)
    assert due(lead) == TABLE[kind]
    # A helper signs and comes, and answers for neither the plan nor the end.
    assert due(helper) == {name: TABLE[kind][name] for name in ("sign", "report_in")}


def test_a_limit_of_the_category_goes_before_the_tables_but_not_for_a_hard_case(town, cast, at):
    at(FRIDAY)
    own = CategoryFactory(code="0902", resolve_limit="WD2", hazard_limit="UH1")
    emergency = whistled(town, by=cast["worker"], category=own)
    hard = held_back(town, cast, category=own)
    take(hard, "approve", cast["head"])
    actions.route()

    first, second = emergency.assignments.get(), hard.assignments.get()
    assert due(first)["make_safe"] == "10-09 17:50:00"
    assert due(first)["resolve"] == "10-12 18:00:00"
    assert due(second)["resolve"] == "11-05 18:00:00"


def test_the_time_counts_from_filing_and_not_from_when_a_worker_came_by(town, cast, plain, at):
    at(FRIDAY)
    RuleFactory(category=plain, area=town.district, department=town.housing)
    asked = actions.Asked(WhistleKind.EMERGENCY)
    ticket = filed(town, by=cast["worker"], category=plain, whistle=asked)
    at("2026-10-09 17:00:00")
    actions.route()

    assert due(ticket.assignments.get())["sign"] == "10-09 17:05:00"


# ── who blows ─────────────────────────────────────────────────────────────────────────────────

BLOWERS = {
    "worker": {"emergency"},
    "community": set(KINDS),
    "street": set(KINDS),
    "head": set(KINDS),
    "command": {"emergency"},
    "clerk": set(),
    "auditor": set(),
    "nobody": set(),
    # Of the same district: the emergency alone.
    "other_worker": {"emergency"},
    "other_street": {"emergency"},
}


@pytest.mark.parametrize("who", BLOWERS)
def test_who_may_blow_what_here(town, cast, who):
    ticket = routed(town, by=cast["worker"])

    assert {k for k in KINDS if rules.can_blow_kind(cast[who], k, ticket)} == BLOWERS[who]


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        (who, kind)
        for who in ("worker", "clerk", "other_street", "auditor")
        for kind in KINDS
        if kind not in BLOWERS[who]
    ],
)
def test_who_may_not_blow_changes_nothing(town, cast, who, kind):
    ticket = routed(town, by=cast["worker"])

    with pytest.raises(PermissionDenied):
        blow(ticket, cast[who], kind)

    ticket.refresh_from_db()
    assert (ticket.state, ticket.whistle_kind) == ("dispatched", "")
    assert not Whistle.objects.exists()


def test_a_community_officer_of_another_street_gets_nothing_through_a_filing_either(town, cast):
    stranger = holder("community_officer", area=town.communities[2])

    with pytest.raises(PermissionDenied):
        whistled(town, by=stranger, kind="routine")

    assert not Whistle.objects.exists()


@pytest.mark.parametrize("kind", [one for one in KINDS if one != "emergency"])
@pytest.mark.parametrize("missing", REASONS)
def test_without_reasons_no_whistle_is_blown(town, cast, kind, missing):
    ticket = routed(town, by=cast["worker"])

    with pytest.raises(Refused) as refusal:
        blow(ticket, cast["community"], kind, **{missing: "  \n "})

    assert refusal.value.code == {"tried": "tried_needed", "missing_power": "power_needed"}[missing]
    ticket.refresh_from_db()
    assert (ticket.state, story(ticket)) == ("dispatched", ["file", "route"])


def test_an_emergency_needs_no_word(town, cast):
    ticket = routed(town, by=cast["worker"])

    take(ticket, "blow", cast["worker"], whistle_kind="emergency")

    assert (ticket.state, ticket.whistle_kind) == ("filed", "emergency")


# No width, no break, soft hyphen, byte order mark, fillers of Hangul and Braille.
UNSEEN = ["\u200b", "\u2060\u200d", "\u00ad", "\ufeff", "\u3164", "\u2800 \n"]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_reasons_that_nobody_can_see_are_none(town, cast, unseen):
    ticket = routed(town, by=cast["worker"])
    for name, code in (("tried", "tried_needed"), ("missing_power", "power_needed")):
        with pytest.raises(Refused) as refusal:
            blow(ticket, cast["community"], **{name: unseen})
        assert refusal.value.code == code
        asked = Asked(WhistleKind.ROUTINE, **(REASONS | {name: unseen}))
        with pytest.raises(Refused) as refusal:
            filed(town, by=cast["community"], whistle=asked)
        assert refusal.value.code == code
    with pytest.raises(Refused) as refusal:
        take(
            ticket,
            "return",
            cast["clerk"],
            note=unseen,
            return_reason="not_ours",
            suggested_owner="供电公司",
        )
    assert refusal.value.code == "reason_needed"


def test_numbers_of_persons_do_not_get_into_the_reasons(town, cast):
    ticket = routed(town, by=cast["worker"])

    blow(
        ticket, cast["community"], tried="打过 13812345678", missing_power="业主 13987654321 不同意"
    )

    whistle = Whistle.objects.get()
    kept = f"{whistle.tried} {whistle.missing_power} {ticket.events.get(verb='blow').data}"
    assert "13812345678" not in kept
    assert "13987654321" not in kept


# ── who approves ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "approvers"), [("enforcement", {"street", "head"}), ("hard", {"head"})]
)
def test_who_approves(town, cast, kind, approvers):
    ticket = held_back(town, cast, kind)

    assert ticket.state == "awaiting_approval"
    may = {
        who for who, person in cast.items() if person.has_perm("tickets.approve_whistle", ticket)
    }
    assert may == approvers


@pytest.mark.parametrize("kind", ["emergency", "routine", "consultation"])
def test_what_needs_no_approval_goes_out_at_once(town, cast, kind):
    ticket = whistled(town, by=cast["community"], kind=kind)

    assert (ticket.state, ticket.lead_department) == ("dispatched", town.housing)
    assert Whistle.objects.get().out_at is not None


@pytest.mark.parametrize(
    ("kind", "who", "state"),
    [
        ("enforcement", "street", "dispatched"),
        ("enforcement", "head", "dispatched"),
        ("hard", "street", "awaiting_approval"),
        ("hard", "head", "dispatched"),
    ],
)
def test_who_may_approve_need_not_ask_himself(town, cast, kind, who, state):
    ticket = whistled(town, by=cast[who], kind=kind)

    assert ticket.state == state


@pytest.mark.parametrize("who", ["community", "street", "other_street", "clerk", "command"])
def test_a_stranger_approves_nothing(town, cast, who):
    ticket = held_back(town, cast)

    for name in ("approve", "refuse"):
        with pytest.raises(PermissionDenied):
            take(ticket, name, cast[who], note="试试")

    ticket.refresh_from_db()
    assert ticket.state == "awaiting_approval"
    assert Whistle.objects.get().out_at is None


def test_the_head_is_told_that_it_waits_and_nobody_else(town, cast):
    held_back(town, cast)

    asked = Message.objects.filter(kind="whistle_to_approve", channel="inapp")
    assert set(asked.values_list("recipient", flat=True)) == {cast["head"].pk}


def test_nothing_runs_and_nobody_has_it_until_it_is_approved(town, cast, at):
    at("2026-10-09 15:00:00")
    ticket = held_back(town, cast)
    assert actions.route() == 0
    assert not Clock.objects.exists()
    assert not Assignment.objects.exists()
    at(FRIDAY)

    take(ticket, "approve", cast["head"])
    actions.route()

    ticket.refresh_from_db()
    one = Whistle.objects.get()
    assert (one.out_at, one.approved_by) == (clock.now(), cast["head"])
    assert ticket.state == "dispatched"
    assert due(ticket.assignments.get())["sign"] == "10-10 18:00:00"
    assert story(ticket) == ["file", "blow", "approve", "route"]


def test_a_refusal_must_be_explained(town, cast):
    ticket = held_back(town, cast)

    with pytest.raises(Refused) as refusal:
        take(ticket, "refuse", cast["head"])

    assert refusal.value.code == "reason_needed"


def test_a_refused_filing_goes_on_as_a_report(town, cast):
    ticket = held_back(town, cast)

    take(ticket, "refuse", cast["head"], note="社区先再谈一次")
    actions.route()

    ticket.refresh_from_db()
    assert (ticket.kind, ticket.whistle_kind, ticket.state) == ("report", "", "dispatched")
    assert ticket.lead_department == town.housing
    assert Whistle.objects.get().refused_by == cast["head"]
    assert set(due(ticket.assignments.get())) == {"sign", "resolve"}


def test_refused_for_a_ticket_in_hand_the_work_goes_on_where_it_stood(town, cast, at):
    at("2026-11-16 10:00:00")
    ticket = routed(town, by=cast["worker"])
    take(ticket, "sign", cast["clerk"])
    before = due(ticket.assignments.get())["resolve"]
    blow(ticket, cast["community"], "hard")
    assert ticket.state == "awaiting_approval"
    assert ticket.due_at is None
    at("2026-11-16 15:00:00")

    take(ticket, "refuse", cast["head"], note="先按普通件办")

    one = ticket.assignments.get()
    assert (ticket.state, one.state) == ("handling", "signed")
    assert before == "11-23 18:00:00"
    # Three hours of work stood still from 10 to 15: two before noon and one after.
    assert due(one)["resolve"] == "11-24 11:00:00"


def test_after_a_refusal_the_whistle_may_be_blown_again(town, cast):
    ticket = routed(town, by=cast["worker"])
    blow(ticket, cast["community"], "hard")
    take(ticket, "refuse", cast["head"], note="先谈")

    blow(ticket, cast["community"], "routine")

    assert ticket.whistle_kind == "routine"
    assert Whistle.objects.filter(ticket=ticket).count() == 2


# ── for a ticket in hand ──────────────────────────────────────────────────────────────────────


def test_blown_for_a_ticket_in_hand_it_is_taken_away_and_given_out_anew(town, cast, at):
    at("2026-11-16 09:00:00")
    ticket = routed(town, by=cast["worker"])
    take(ticket, "sign", cast["clerk"])
    at("2026-11-16 10:00:00")

    blow(ticket, cast["community"], helpers=[town.urban])

    first = ticket.assignments.get()
    assert (ticket.state, ticket.lead_department, first.state) == ("filed", None, "withdrawn")
    assert not Clock.objects.running().exists()
    actions.route()
    ticket.refresh_from_db()
    fresh = ticket.assignments.exclude(pk=first.pk).order_by("pk")
    assert [(one.department, one.role) for one in fresh] == [
        (town.housing, "lead"),
        (town.urban, "assist"),
    ]
    assert due(fresh[0])["sign"] == "11-16 16:00:00"
    assert story(ticket) == ["file", "route", "sign", "blow", "route"]


@pytest.mark.parametrize("state", ["awaiting_approval", "handled", "closed", "merged", "whistle"])
def test_there_is_a_time_when_no_whistle_helps(town, cast, state):
    ticket = routed(town, by=cast["worker"])
    other = routed(town, by=cast["worker"])
    if state == "awaiting_approval":
        blow(ticket, cast["community"], "hard")
    elif state == "whistle":
        blow(ticket, cast["community"])
        actions.route()
    elif state == "merged":
        take(ticket, "merge", cast["community"], into=other)
    else:
        take(ticket, "settle", cast["community"], note="好了")
        if state == "closed":
            take(ticket, "verify", cast["worker"])
            take(ticket, "close", cast["community"])

    with pytest.raises(Refused) as refusal:
        blow(ticket, cast["community"])

    assert refusal.value.code == ("whistle_already" if state == "whistle" else "wrong_state")


def test_who_has_done_a_part_is_not_called_for_it_again(town, cast):
    """Routed anew, the second lead or the helper once more would break what holds of assignments,
    and with it the whole set that is routed."""
    ticket = routed(town, by=cast["worker"])
    take(
        ticket,
        "return",
        cast["clerk"],
        note="不归我们",
        return_reason="not_ours",
        suggested_owner="城管局",
    )
    take(ticket, "assign", cast["street"], department=town.urban, helpers=[town.housing])
    part = ticket.assignments.get(department=town.housing, state="offered")
    take(ticket, "sign", cast["clerk"], assignment=part.pk)
    take(ticket, "finish", cast["clerk"], assignment=part.pk, note="好了")
    ticket.refresh_from_db()
    assert ticket.state in {"dispatched", "handling"}

    with pytest.raises(Refused) as refusal:
        blow(ticket, cast["community"])

    assert refusal.value.code == "part_is_done"


def test_on_a_stale_page_it_says_who_was_faster(town, cast):
    ticket = routed(town, by=cast["worker"])
    seen = ticket.events.latest("pk").pk
    take(ticket, "settle", cast["community"], note="好了")

    with pytest.raises(Refused) as refusal:
        blow(ticket, cast["community"], seen=seen)

    assert refusal.value.code == "changed_since"
    assert "Settle here" in refusal.value.message


# ── to whom ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("lead", "helpers", "goes_to"),
    [
        ("住建局", "", "住建局"),
        # The table itself names an office: the first department of the duty list leads.
        ("街道办", "城管局,住建局", "城管局"),
        ("街道办", "不在这里的局、住建局", "住建局"),
        ("街道办", "产权单位", None),
    ],
)
def test_a_whistle_calls_a_department_where_a_report_stays_with_the_office(
    town, cast, lead, helpers, goes_to
):
    category = CategoryFactory(code="0706", lead=lead, helpers=helpers)
    RuleFactory(category=category, area=town.district, function="street_office")
    report = routed(town, by=cast["worker"], category=category)
    whistle = whistled(town, by=cast["worker"], category=category)

    assert report.lead_department == town.offices[town.streets[0].pk]
    if goes_to is None:
        assert (whistle.state, whistle.lead_department) == ("triage", None)
    else:
        assert (whistle.state, whistle.lead_department.short_name) == ("dispatched", goes_to)
    assert whistle.routing["named"] is True


def test_the_lead_is_not_its_own_helper(town, cast):
    ticket = whistled(town, by=cast["worker"], helpers=[town.housing, town.urban])

    roles = ticket.assignments.order_by("pk").values_list("department", "role")
    assert list(roles) == [(town.housing.pk, "lead"), (town.urban.pk, "assist")]


@pytest.mark.parametrize("which", ["far", "closed"])
def test_a_helper_that_does_not_serve_the_place_is_refused(town, cast, which):
    stranger = {
        "far": town.offices[town.streets[1].pk],
        "closed": DepartmentFactory(area=town.district, is_active=False),
    }[which]
    ticket = routed(town, by=cast["worker"])

    with pytest.raises(Refused) as by_move:
        blow(ticket, cast["community"], helpers=[stranger])
    with pytest.raises(Refused) as by_filing:
        whistled(town, by=cast["community"], helpers=[stranger])

    assert {by_move.value.code, by_filing.value.code} == {"wrong_department"}
    assert not Helper.objects.exists()


def test_each_department_works_for_itself(town, cast):
    ticket = whistled(town, by=cast["worker"], helpers=[town.urban])
    lead, helper = ticket.assignments.order_by("pk")

    take(ticket, "sign", cast["urban"])
    take(ticket, "report_in", cast["urban"], rank="section_head")
    given = {"note": "不归我局", "return_reason": "not_ours", "suggested_owner": "公安局"}
    take(ticket, "return", cast["urban"], **given)

    lead.refresh_from_db()
    helper.refresh_from_db()
    assert (lead.state, helper.state) == ("offered", "returned")
    assert (ticket.lead_department, ticket.return_count) == (town.housing, 0)
    assert set(due(lead)) == {"sign", "report_in", "make_safe", "resolve"}
    assert due(helper) == {}


def test_an_emergency_is_routed_before_all_that_waits(town, cast, monkeypatch):
    RuleFactory(category=None, area=town.district, department=town.housing)
    waiting = [filed(town, by=cast["worker"]) for _ in range(3)]
    asked = actions.Asked(WhistleKind.EMERGENCY)
    urgent = filed(town, by=cast["worker"], whistle=asked)
    monkeypatch.setattr("tickets.routing.claim_and_decide.__defaults__", (1,))

    actions.route()

    urgent.refresh_from_db()
    assert urgent.state == "dispatched"
    for one in waiting:
        one.refresh_from_db()
        assert one.state == "filed"


def test_a_department_sees_the_whistle_that_called_it_and_no_other(town, cast):
    mine = whistled(town, by=cast["worker"], helpers=[town.urban])
    other = whistled(town, by=cast["worker"])
    waits = held_back(town, cast, helpers=[town.urban])

    assert cast["urban"].has_perm("tickets.view", mine)
    assert not cast["urban"].has_perm("tickets.view", other)
    # Not called before it is approved.
    assert not cast["urban"].has_perm("tickets.view", waits)


# ── at the same moment ────────────────────────────────────────────────────────────────────────


def at_once(*acts) -> list[str]:
    """What became of each: "done", or the code of the refusal."""
    start, outcomes = threading.Barrier(len(acts)), []

    def run(act):
        start.wait()
        try:
            act()
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_approve_at_once_and_it_goes_out_once():
    town = build_town()
    people = {
        "community": holder("community_officer", area=town.communities[0]),
        "head": holder("street_head", area=town.streets[0]),
    }
    deputy = holder("street_head", area=town.streets[0])
    ticket = held_back(town, people)

    def approve(who):
        return lambda: actions.move(ticket, "approve", by=type(who).objects.get(pk=who.pk))

    assert at_once(approve(people["head"]), approve(deputy)) == ["done", "wrong_state"]
    actions.route()
    assert ticket.events.filter(verb="approve").count() == 1
    assert ticket.assignments.count() == 1


@pytest.mark.django_db(transaction=True)
def test_blown_and_merged_at_once_only_one_of_it_happens():
    town = build_town()
    officer = holder("community_officer", area=town.communities[0])
    ticket, other = (routed(town, by=officer) for _ in range(2))

    def whistle():
        actions.move(
            ticket,
            "blow",
            by=type(officer).objects.get(pk=officer.pk),
            whistle_kind="hard",
            **REASONS,
        )

    def merge():
        actions.move(ticket, "merge", by=type(officer).objects.get(pk=officer.pk), into=other)

    assert at_once(whistle, merge) == ["done", "wrong_state"]
    ticket.refresh_from_db()
    is_merged = ticket.state == "merged"
    assert Whistle.objects.exists() is not is_merged
    assert (ticket.merged_into_id is not None) is is_merged
    assert ticket.state in {"merged", "awaiting_approval"}


@pytest.mark.django_db(transaction=True)
def test_blown_twice_at_once_one_whistle_is_heard():
    town = build_town()
    officer = holder("community_officer", area=town.communities[0])
    ticket = routed(town, by=officer)

    def whistle():
        actions.move(
            ticket,
            "blow",
            by=type(officer).objects.get(pk=officer.pk),
            whistle_kind="routine",
            **REASONS,
        )

    assert at_once(whistle, whistle) == ["done", "wrong_state"]
    assert Whistle.objects.count() == 1
