"""A long plan: dated steps with clocks of their own, reached in words, moved with a reason."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, routed, whistled
from tickets import actions, audit, workflow
from tickets.milestones import steps
from tickets.models import Clock, Milestone, Ticket
from tickets.promises import key_of
from tickets.workflow import MOVES
from tickets.workflow.milestones import MOST, Dated

BEIJING = ZoneInfo("Asia/Shanghai")
FRIDAY = "2026-10-09 16:50:00"
ANSWER = {"spoke_with": "业主代表", "until": date(2026, 12, 31)}


@pytest.fixture
def at(monkeypatch):
    def stop(wall):
        moment = datetime.fromisoformat(wall).replace(tzinfo=BEIJING)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    return stop


@pytest.fixture
def hard(town, cast, at):
    """A hard case that housing leads and the urban department helps with; both are there."""
    at(FRIDAY)
    plain = CategoryFactory(code="0901", resolve_limit="", hazard_limit="")
    ticket = whistled(town, by=cast["head"], kind="hard", helpers=[town.urban], category=plain)
    at("2026-10-12 09:00:00")
    for who in ("clerk", "urban"):
        actions.move(ticket, "sign", by=cast[who])
        actions.move(ticket, "report_in", by=cast[who], rank="section_head")
    ticket.refresh_from_db()
    return ticket


def planned(ticket, cast, *rows, note="先扩容，后划线"):
    actions.move(ticket, "plan", by=cast["clerk"], note=note, milestones=list(rows))
    ticket.refresh_from_db()
    return list(ticket.milestones.order_by("pk"))


def wall(moment) -> str:
    return f"{moment.astimezone(BEIJING):%m-%d %H:%M:%S}"


def due(ticket) -> dict[str, str]:
    rows = Clock.objects.running().filter(ticket=ticket).select_related("milestone")
    return {
        one.milestone.title if one.milestone else f"{one.kind}:{one.assignment_id}": wall(
            one.due_at
        )
        for one in rows
    }


def resolve(ticket) -> str:
    lead = ticket.assignments.get(role="lead")
    return wall(Clock.objects.running().get(assignment=lead, kind="resolve").due_at)


def holds(ticket):
    """Rows and log say the same, to the second."""
    found = list(audit.differences(Ticket.objects.filter(pk=ticket.pk)))
    assert [said for _ticket, some in found for said in some] == []


def code_of(refusal) -> str:
    return refusal.value.code


# ── the plan and its clocks ───────────────────────────────────────────────────────────────────


def test_each_milestone_has_a_clock_and_a_hard_case_ends_with_the_last(town, cast, hard):
    assert resolve(hard) == "11-05 18:00:00"

    first, second, third = planned(
        hard,
        cast,
        Dated("变压器扩容", date(2026, 10, 20)),
        Dated("消防通道划线", date(2026, 11, 27), town.urban),
        # A Sunday: a term that ends on a day off ends after it.
        Dated("验收", date(2026, 10, 25), town.housing),
    )

    lead, helper = hard.assignments.order_by("-role", "pk")
    assert [one.assignment_id for one in (first, second, third)] == [lead.pk, helper.pk, lead.pk]
    assert {name: at for name, at in due(hard).items() if ":" not in name} == {
        "变压器扩容": "10-20 18:00:00",
        "消防通道划线": "11-27 18:00:00",
        "验收": "10-26 18:00:00",
    }
    assert resolve(hard) == "11-27 18:00:00"
    hard.refresh_from_db()
    assert wall(hard.due_at) == "10-20 18:00:00"
    holds(hard)


def test_milestones_before_the_usual_limit_leave_it_where_it_is(cast, hard):
    planned(hard, cast, Dated("划线", date(2026, 10, 20)))

    assert resolve(hard) == "11-05 18:00:00"
    holds(hard)


def test_a_hard_case_without_a_milestone_is_no_plan(cast, hard):
    with pytest.raises(Refused) as refusal:
        actions.move(hard, "plan", by=cast["clerk"], note="会尽快")

    assert code_of(refusal) == "milestones_needed"
    assert not Milestone.objects.exists()


def test_an_enforcement_plan_may_go_without(town, cast, at):
    at(FRIDAY)
    ticket = whistled(town, by=cast["head"], kind="enforcement")
    actions.move(ticket, "sign", by=cast["clerk"])

    actions.move(ticket, "plan", by=cast["clerk"], note="周三联合执法")

    assert not Milestone.objects.exists()


TODAY = date(2026, 10, 12)


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ([Dated("昨天", TODAY - timedelta(days=1))], "milestone_past", "lies in the past"),
        ([Dated("今天", TODAY)], "milestone_past", "after today"),
        ([Dated("后年", TODAY + timedelta(days=367))], "milestone_far", "beyond a year"),
        ([Dated(" \u200b", TODAY + timedelta(days=3))], "milestone_untitled", "what will be"),
        (
            [Dated(f"第{n}步", TODAY + timedelta(days=n + 1)) for n in range(MOST + 1)],
            "too_many_milestones",
            "at most 12",
        ),
    ],
)
def test_what_is_no_milestone_is_refused_in_words_and_changes_nothing(
    cast, hard, rows, code, words
):
    with pytest.raises(Refused, match=words) as refusal:
        actions.move(hard, "plan", by=cast["clerk"], note="分期", milestones=rows)

    assert code_of(refusal) == code
    assert not Milestone.objects.exists()
    assert hard.assignments.get(role="lead").planned_at is None


def test_only_departments_that_have_it_in_hand_answer_for_a_milestone(town, cast, hard):
    row = Dated("供电", date(2026, 10, 20), next(iter(town.offices.values())))

    with pytest.raises(Refused) as refusal:
        actions.move(hard, "plan", by=cast["clerk"], note="分期", milestones=[row])

    assert code_of(refusal) == "milestone_stranger"


def test_twelve_are_taken_and_a_personal_number_in_a_title_is_covered(cast, hard):
    rows = [Dated(f"第{n}步", date(2026, 10, 14 + n)) for n in range(MOST - 1)]
    found = planned(hard, cast, *rows, Dated("找 11010519491231002X 谈", date(2026, 11, 2)))

    assert len(found) == MOST
    assert "11010519491231002X" not in found[-1].title
    assert "11010519491231002X" not in str(hard.events.order_by("pk").last().data)


# ── reaching ──────────────────────────────────────────────────────────────────────────────────


def test_a_milestone_is_reached_in_words_by_its_own_department(town, cast, hard, at):
    first, other = planned(
        hard, cast, Dated("扩容", date(2026, 10, 20)), Dated("划线", date(2026, 10, 22), town.urban)
    )
    at("2026-10-19 10:00:00")

    with pytest.raises(Refused) as refusal:
        actions.move(hard, "reach_milestone", by=cast["clerk"], milestone=first)
    assert code_of(refusal) == "note_needed"
    with pytest.raises(Refused) as refusal:
        actions.move(hard, "reach_milestone", by=cast["clerk"], milestone=other, note="已划")
    assert code_of(refusal) == "milestone_of_another"
    actions.move(hard, "reach_milestone", by=cast["clerk"], milestone=first, note="扩容完成")

    first.refresh_from_db()
    assert (first.words, first.reached_by) == ("扩容完成", cast["clerk"])
    assert "扩容" not in due(hard)
    assert Clock.objects.get(milestone=first).outcome == "met"
    assert Message.objects.filter(kind="milestone_reached", recipient=cast["head"]).exists()
    with pytest.raises(Refused) as refusal:
        actions.move(hard, "reach_milestone", by=cast["clerk"], milestone=first, note="再一次")
    assert code_of(refusal) == "no_milestone"
    holds(hard)


def test_nobody_finishes_over_a_milestone_that_is_still_to_come(cast, hard):
    (one,) = planned(hard, cast, Dated("扩容", date(2026, 10, 20)))

    with pytest.raises(Refused) as refusal:
        actions.move(hard, "finish", by=cast["clerk"], note="都好了", **ANSWER)
    assert code_of(refusal) == "milestones_first"
    actions.move(hard, "reach_milestone", by=cast["clerk"], milestone=one, note="扩容完成")
    actions.move(hard, "finish", by=cast["clerk"], note="都好了", no_photo="夜间", **ANSWER)

    assert hard.assignments.get(role="lead").state == "done"
    holds(hard)


def test_somebody_elses_department_reaches_nothing(cast, hard):
    (one,) = planned(hard, cast, Dated("扩容", date(2026, 10, 20)))

    for who in ("street", "community", "other_street", "command"):
        with pytest.raises(PermissionDenied):
            actions.move(hard, "reach_milestone", by=cast[who], milestone=one, note="好了")


# ── moving ────────────────────────────────────────────────────────────────────────────────────


def test_a_moved_milestone_takes_its_clock_along_and_keeps_its_first_day(cast, hard, at):
    (one,) = planned(hard, cast, Dated("扩容", date(2026, 10, 20)))
    at("2026-10-19 11:00:00")
    actions.fire_clocks()
    assert Clock.objects.get(milestone=one).near_told_at

    actions.move(
        hard, "move_milestone", by=cast["street"], milestone=one, due_on=date(2026, 12, 1),
        note="变压器到货晚",
    )  # fmt: skip

    one.refresh_from_db()
    assert (one.first_due_on, one.due_on) == (date(2026, 10, 20), date(2026, 12, 1))
    row = Clock.objects.get(milestone=one)
    assert (wall(row.due_at), row.near_told_at) == ("12-01 18:00:00", None)
    assert resolve(hard) == "12-01 18:00:00"
    assert Message.objects.filter(kind="milestone_moved", recipient=cast["clerk"]).exists()
    # Earlier again: the usual limit stands where it stood.
    actions.move(
        hard, "move_milestone", by=cast["command"], milestone=one, due_on=date(2026, 10, 23),
        note="到货了",
    )  # fmt: skip
    assert resolve(hard) == "11-05 18:00:00"
    holds(hard)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "due_on_needed"),
        ({"due_on": date(2026, 10, 12)}, "milestone_past"),
        ({"due_on": date(2026, 10, 20)}, "same_day"),
        ({"due_on": date(2027, 10, 20)}, "milestone_far"),
        ({"due_on": date(2026, 10, 28), "note": " "}, "reason_needed"),
    ],
)
def test_a_day_that_cannot_be_is_refused(cast, hard, given, code):
    (one,) = planned(hard, cast, Dated("扩容", date(2026, 10, 20)))
    said = {"note": "到货晚", "milestone": one} | given

    with pytest.raises(Refused) as refusal:
        actions.move(hard, "move_milestone", by=cast["street"], **said)

    assert code_of(refusal) == code
    one.refresh_from_db()
    assert one.due_on == date(2026, 10, 20)


def test_a_department_does_not_move_what_it_promised(cast, hard):
    (one,) = planned(hard, cast, Dated("扩容", date(2026, 10, 20)))

    for who in ("clerk", "urban", "community", "other_street", "auditor"):
        with pytest.raises(PermissionDenied):
            actions.move(
                hard, "move_milestone", by=cast[who], milestone=one, due_on=date(2026, 11, 1),
                note="来不及",
            )  # fmt: skip


def test_the_desk_adds_milestones_and_the_departments_hear_of_it(town, cast, hard):
    planned(hard, cast, Dated("扩容", date(2026, 10, 20)))

    actions.move(
        hard, "add_milestone", by=cast["street"],
        milestones=[Dated("划线", date(2026, 11, 30), town.urban)],
    )  # fmt: skip

    assert due(hard)["划线"] == "11-30 18:00:00"
    assert resolve(hard) == "11-30 18:00:00"
    assert Message.objects.filter(kind="milestones_set", recipient=cast["urban"]).exists()
    holds(hard)


def test_a_report_has_no_milestones(town, cast):
    ticket = routed(town, by=cast["worker"])

    with pytest.raises(Refused) as refusal:
        actions.move(
            ticket, "add_milestone", by=cast["street"],
            milestones=[Dated("划线", clock.today() + timedelta(days=9))],
        )  # fmt: skip

    assert code_of(refusal) == "no_plan_owed"


# ── standing still, let off, told ─────────────────────────────────────────────────────────────


def test_what_a_held_ticket_lost_is_laid_out_again(town, cast, hard, at):
    (one,) = planned(hard, cast, Dated("扩容", date(2026, 11, 20)))
    other = routed(town, by=cast["worker"])
    at("2026-10-13 08:00:00")
    actions.move(hard, "merge", by=cast["community"], into=other)
    at("2026-10-15 08:00:00")
    actions.fire_clocks()
    actions.move(hard, "unmerge", by=cast["community"])

    # Two working days stood still.
    assert due(hard)["扩容"] == "11-24 18:00:00"
    assert resolve(hard) == "11-24 18:00:00"
    holds(hard)
    one.refresh_from_db()
    assert one.due_on == date(2026, 11, 20)


def test_whoever_returns_it_need_not_reach_what_he_promised(town, cast, hard, at):
    own, kept = planned(
        hard, cast, Dated("扩容", date(2026, 10, 20)), Dated("划线", date(2026, 11, 30), town.urban)
    )
    hard.assignments.filter(role="lead").update(offered_at=clock.now())  # it may be returned still
    actions.move(
        hard,
        "return",
        by=cast["clerk"],
        note="权属不清",
        return_reason="not_ours",
        suggested_owner="供电公司",
    )

    assert Clock.objects.get(milestone=own).outcome == "void"
    assert due(hard)["划线"] == "11-30 18:00:00"
    # Whoever leads next has the last day that still stands; it stood still at the desk meanwhile.
    at("2026-10-13 09:00:00")
    actions.move(hard, "assign", by=cast["street"], department=town.housing)
    assert resolve_of_live(hard) == "12-01 18:00:00"
    holds(hard)
    rows = steps(hard, hard.assignments.all(), hard.clocks.order_by("pk"))
    # The same department takes its part up again, with what it promised.
    assert [one.stand for one in rows] == ["open", "open"]
    assert kept.pk == rows[1].milestone.pk


def resolve_of_live(ticket) -> str:
    return wall(Clock.objects.running().get(ticket=ticket, kind="resolve").due_at)


def test_the_department_is_told_when_its_milestone_is_near_and_late(cast, hard, at):
    planned(hard, cast, Dated("扩容", date(2026, 10, 14)))
    at("2026-10-14 11:00:00")
    actions.fire_clocks()
    at("2026-10-14 18:00:01")
    actions.fire_clocks()

    told = Message.objects.filter(recipient=cast["clerk"], channel="inapp").order_by("pk")
    said = [one.params["clock"]["en"] for one in told if one.kind in {"clock_near", "clock_over"}]
    assert "Milestone 扩容" in said
    events = hard.events.filter(verb__in=["near", "over"], data__kind="milestone")
    assert list(events.order_by("pk").values_list("verb", flat=True)) == ["near", "over"]
    assert events.first().data["milestone"] == "扩容"


TRIES = [
    ("sign", "clerk"), ("sign", "urban"), ("report_in", "clerk"), ("report_in", "urban"),
    ("plan", "clerk"), ("plan", "urban"), ("reach_milestone", "clerk"),
    ("reach_milestone", "urban"), ("add_milestone", "street"), ("move_milestone", "street"),
    ("call_in", "street"), ("return", "clerk"), ("return", "urban"), ("assign", "street"),
    ("merge", "community"), ("unmerge", "community"), ("finish", "clerk"), ("finish", "urban"),
    ("reject", "community"), ("verify", "community"), ("close", "community"),
    ("reopen", "community"), ("undo", "street"), ("undo", "community"),
]  # fmt: skip


def said(chance, town, ticket, other, day):
    """Whatever a move takes; a milestone is any of the ticket's, reached and void ones too."""
    ahead = day + timedelta(days=chance.randrange(1, 40))
    return {
        "note": "说明", "suggested_owner": "供电公司", "rank": "head", "into": other,
        "department": chance.choice([town.housing, town.urban]), **ANSWER,
        "milestones": [
            Dated(f"第{n}步", ahead + timedelta(days=n), chance.choice([None, town.urban]))
            for n in range(chance.randrange(1, 4))
        ],
        "milestone": chance.choice([*ticket.milestones.all()] or [None]), "due_on": ahead,
    }  # fmt: skip


@pytest.mark.slow
def test_random_plans_give_every_deadline_to_the_second(town, cast, at):
    chance = random.Random(9)  # noqa: S311 the same histories every time
    plain = CategoryFactory(code="0901", resolve_limit="", hazard_limit="")
    taken = Counter()
    for number in range(20):
        day = date(2026, 9, 14) + timedelta(days=number)
        at(f"{day} 10:00:00")
        ticket = whistled(town, by=cast["head"], kind="hard", helpers=[town.urban], category=plain)
        other = routed(town, by=cast["worker"])
        for _ in range(90):
            # Work goes forward more often than back.
            name, who = chance.choice(TRIES[: chance.choice([12, 12, len(TRIES)])])
            words = said(chance, town, ticket, other, day)
            given = {one: words[one] for one in MOVES[name].fields if words.get(one)}
            try:
                with transaction.atomic():
                    ticket = actions.move(ticket, name, by=cast[who], **given)
            except (Refused, PermissionDenied):
                continue
            taken[name] += 1
            day += timedelta(days=chance.choice([1, 1, 2, 4]))  # never back in time
            at(f"{day} {chance.randrange(7, 20):02}:{chance.randrange(60):02}:07")
            actions.fire_clocks()
            holds(ticket)
            goal = workflow.wanted(ticket, ticket.assignments.all(), ticket.milestones.all())
            held = ticket.state in workflow.HELD
            running = {key_of(one) for one in ticket.clocks.filter(stopped_at=None)}
            assert held or running == {
                (owner, str(kind), *more)
                for owner, kind, *more in goal
                # There is no limit for it here, and so no clock.
                if kind != "make_safe"
            }
    # A walk that went nowhere would pass as well.
    assert min(taken[one] for one in ("plan", "reach_milestone", "add_milestone")) >= 5
    assert taken["move_milestone"] >= 5
    assert Clock.objects.filter(kind="milestone").count() > 40
    assert Clock.objects.filter(kind="resolve", limit__startswith="ON").count() > 5


# ── the database ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("change", [{"title": ""}, {"reached_at": clock.now()}, {"words": "好了"}])
def test_the_database_keeps_what_a_milestone_is(cast, hard, change):
    (one,) = planned(hard, cast, Dated("扩容", date(2026, 10, 20)))

    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=one.pk).update(**change)


# ── the page and the API ──────────────────────────────────────────────────────────────────────


def rows_of(*rows):
    return {
        f"milestones-{n}-{part}": value
        for n, row in enumerate(rows)
        for part, value in zip(("title", "due_on", "department"), row, strict=True)
    }


def test_a_plan_is_written_on_the_page_and_shown_as_steps(client, town, cast, hard):
    client.force_login(cast["clerk"])
    url = f"/tickets/{hard.number}/plan/"

    wrong = client.post(url, {"note": "分期", **rows_of(("扩容", "2026-10-32", ""))})
    assert wrong.status_code == 200
    page = wrong.content.decode()
    assert "Milestone 1: write the date" in page
    assert 'value="扩容"' in page
    past = client.post(url, {"note": "分期", **rows_of(("扩容", "2026-10-01", ""))})
    assert past.status_code == 409
    assert "lies in the past" in past.content.decode()
    assert 'value="扩容"' in past.content.decode()
    done = client.post(
        url,
        {
            "note": "分期",
            **rows_of(("扩容", "2026-10-20", ""), ("划线", "2026-10-22", str(town.urban.pk))),
        },
    )
    assert done.status_code == 302
    page = client.get(hard.get_absolute_url()).content.decode()
    assert page.count('<li class="planstep ') == 2
    assert 'id="reach_milestone"' in page
    assert "Move a milestone" not in page


def test_the_page_of_the_desk_offers_to_move_and_the_text_is_escaped(client, cast, hard):
    planned(hard, cast, Dated("<b>扩容</b>", date(2026, 10, 20)))
    client.force_login(cast["street"])

    page = client.get(hard.get_absolute_url()).content.decode()

    assert "Move a milestone" in page
    assert "<b>扩容" not in page
    assert "&lt;b&gt;扩容" in page


def test_more_milestones_cost_no_more_statements(client, cast, hard, django_assert_max_num_queries):
    rows = [Dated(f"第{n}步", date(2026, 10, 14 + n)) for n in range(MOST)]
    planned(hard, cast, *rows)
    client.force_login(cast["clerk"])
    client.get(hard.get_absolute_url())

    with django_assert_max_num_queries(20):
        client.get(hard.get_absolute_url())


def test_a_program_plans_reaches_and_reads(api, town, cast, hard):
    api.force_authenticate(cast["clerk"])
    at = f"/api/v1/tickets/{hard.number}/"
    body = {
        "note": "分期",
        "milestones": [
            {"title": "扩容", "due_on": "2026-10-20"},
            {"title": "划线", "due_on": "2026-10-22", "department": town.urban.code},
        ],
    }

    assert api.post(f"{at}actions/plan/", body, format="json").status_code == 200
    listed = api.get(f"{at}milestones/").json()["results"]

    assert [(one["title"], one["stand"], one["department"]["code"]) for one in listed] == [
        ("扩容", "open", town.housing.code),
        ("划线", "open", town.urban.code),
    ]
    reach = {"milestone": listed[0]["id"], "note": "完成"}
    assert api.post(f"{at}actions/reach_milestone/", reach, format="json").status_code == 200
    assert api.get(f"{at}milestones/").json()["results"][0]["stand"] == "reached"
    api.force_authenticate(cast["other_street"])
    assert api.get(f"{at}milestones/").status_code == 404


@pytest.mark.parametrize(
    "row",
    [
        {"title": "扩容"},
        {"due_on": "2026-10-20"},
        {"title": 7, "due_on": "2026-10-20"},
        {"title": "扩容", "due_on": "2026-13-20"},
        {"title": "扩容", "due_on": "2026-10-20", "department": "none"},
        {"title": "扩容", "due_on": "2026-10-20", "who": "x"},
        "扩容",
    ],
)
def test_a_row_that_is_none_is_refused(api, cast, hard, row):
    api.force_authenticate(cast["clerk"])
    body = {"note": "分期", "milestones": [row]}

    answer = api.post(f"/api/v1/tickets/{hard.number}/actions/plan/", body, format="json")

    assert answer.status_code == 400
    assert not Milestone.objects.exists()


def test_somebody_of_another_district_knows_of_no_milestone(api, town, cast, hard):
    (one,) = planned(hard, cast, Dated("扩容", date(2026, 10, 20)))
    other = whistled(town, by=cast["head"], kind="hard")
    api.force_authenticate(holder("street_desk", area=town.streets[0]))

    answer = api.post(
        f"/api/v1/tickets/{other.number}/actions/move_milestone/",
        {"milestone": one.pk, "due_on": "2026-11-20", "note": "换一天"},
        format="json",
    )

    assert answer.status_code == 400
    assert "no milestone with this id" in answer.content.decode()


def test_how_a_milestones_day_was_computed_is_told(client, cast, hard):
    planned(hard, cast, Dated("扩容", date(2026, 11, 21)))
    client.force_login(cast["clerk"])

    page = client.get(f"/tickets/{hard.number}/clocks/").content.decode()

    assert "Milestone 扩容" in page
    assert "until 21 November 2026" in page
    assert "the day that was promised" in page
    # A Saturday: the way goes on to Monday.
    assert "Mon 23 Nov 2026 18:00" in page


def test_the_desk_of_the_department_names_the_milestone_as_the_next_act(client, cast, hard):
    planned(hard, cast, Dated("扩容", date(2026, 10, 20)))
    client.force_login(cast["clerk"])

    page = client.get("/desk/").content.decode()

    assert f"{hard.get_absolute_url()}#reach_milestone" in page
