"""Counsels: on public matters, edited beside the author's words, answered by a day, told of."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from consultations.models import Topic
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Channel, Message
from members import actions, counsels, inbox_counsel, retention_counsel
from members.models import Brief, Counsel, CounselStep, CounselVersion, Instruction, Member
from members.workflow.counsel import MOVES, PUBLIC, CounselState
from tests.factories import counsel as made
from tests.factories.consultations import PlatformFactory
from tests.factories.members import MemberFactory
from tests.factories.tickets import CategoryFactory


def code_of(call, *args, **given):
    with pytest.raises(Refused) as refused:
        call(*args, **given)
    return refused.value.code


def kinds_of(person):
    return list(
        Message.objects.filter(recipient=person, channel=Channel.IN_APP)
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def refused_by_database(match, doing):
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        doing()


# ── the table ─────────────────────────────────────────────────────────────────────────────────


def test_every_state_is_reached_and_nothing_follows_what_is_over():
    reached = {move.target for move in MOVES.values()} | {CounselState.DRAFTED}
    assert reached == set(CounselState)
    for over in ("closed", "filed", "withdrawn"):
        assert not [name for name, move in MOVES.items() if over in move.sources]


# ── writing ───────────────────────────────────────────────────────────────────────────────────


def test_members_write_and_nobody_else(member, people, town):
    for name in ("resident", "roster", "street"):
        with pytest.raises(PermissionDenied):
            actions.write_counsel(made.advice(town.communities[0]), by=people[name])
    Member.objects.filter(pk=member.pk).update(state="paused", is_listed=False)
    assert code_of(actions.write_counsel, made.advice(member.area), by=member.user) == "not_active"


def test_sent_twice_is_one(member):
    advice = made.advice(member.area)
    one, is_new = actions.write_counsel(advice, by=member.user)
    again, is_newer = actions.write_counsel(advice, by=member.user)
    assert (one.pk, is_new, is_newer) == (again.pk, True, False)
    other = made.advice(member.area, client_id=advice.client_id, title="另一件")
    assert code_of(actions.write_counsel, other, by=member.user) == "client_id_reused"


def test_numbers_of_persons_are_masked_before_anything_is_kept(member):
    one = made.submitted(member, body="请找 13812345678，身份证 420506198001011239。")
    assert "13812345678" not in one.body
    assert "420506198001011239" not in one.body
    assert "13812345678" not in CounselVersion.objects.get().body


def test_a_draft_is_seen_by_nobody_but_its_author(member, people):
    one = made.drafted(member)
    for name, person in people.items():
        assert counsels.visible(person).exists() is (name == "author"), name
    actions.move_counsel(one, "withdraw", by=member.user)
    assert [step.verb for step in one.steps.all()] == ["draft", "withdraw"]


# ── editing ───────────────────────────────────────────────────────────────────────────────────


def test_edited_beside_the_authors_words(member, people):
    one = made.edited(member, people["roster"])
    assert (one.title, one.shown_title) == (made.WORDS["title"], made.EDITED["title"])
    rows = one.versions.values_list("number", "is_authors", "title")
    assert list(rows) == [(1, True, one.title), (2, False, one.edited_title)]
    with pytest.raises(IntegrityError, match="keeps its words"), transaction.atomic():
        Counsel.objects.filter(pk=one.pk).update(body="别的")
    for table in (CounselVersion, CounselStep):
        refused_by_database("append-only", lambda table=table: table.objects.update(number=9)
                            if table is CounselVersion else table.objects.update(note="x"))  # fmt: skip
        refused_by_database("append-only", lambda table=table: table.objects.all().delete())


def test_who_edits(member, people):
    one = made.submitted(member)
    for name in ("liaison", "other_roster", "street", "housing", "resident", "author"):
        with pytest.raises(PermissionDenied):
            actions.move_counsel(one, "edit", by=people[name], **made.EDITED)
    assert kinds_of(people["roster"]) == ["counsel_submitted"]
    assert kinds_of(people["head"]) == ["counsel_submitted"]
    actions.move_counsel(one, "edit", by=people["head"], **made.EDITED)
    own = MemberFactory(user=people["roster"], area=member.area)
    mine = made.submitted(own)
    with pytest.raises(PermissionDenied):
        actions.move_counsel(mine, "edit", by=people["roster"], **made.EDITED)


def test_what_is_about_a_person_goes_no_further(member, people):
    one = made.submitted(member, body="三楼的王某欠物业费，请处理。")
    file, by = actions.move_counsel, people["roster"]
    assert code_of(file, one, "file", by=by, answer="是个人的事。") == "reason_needed"
    assert code_of(file, one, "file", by=by, reason="about_a_person") == "answer_needed"
    assert code_of(file, one, "file", by=by, reason="x", answer="y") == "reason_needed"
    one = file(one, "file", by=by, reason="about_a_person", answer="建言只说公共的事。")
    assert one.state == "filed"
    assert kinds_of(member.user) == ["counsel_moved"]
    assert not counsels.visible(AnonymousUser()).exists()


def test_given_back_and_handed_in_again(member, people):
    one = made.edited(member, people["roster"])
    back = {"reason": "unclear", "note": "写明哪三所学校"}
    one = actions.move_counsel(one, "give_back", by=people["roster"], **back)
    assert [g.slug for g in inbox_counsel.waiting(member.user)] == ["counsel_own"]
    one = actions.reword_counsel(
        one, by=member.user, title="一二三小分批放学", body="分三批。", area=one.area, is_named=True
    )
    one = actions.move_counsel(one, "submit", by=member.user)
    assert (one.state, one.shown_title, one.versions.count()) == (
        "submitted", "一二三小分批放学", 3,
    )  # fmt: skip
    assert code_of(
        actions.reword_counsel, one, by=member.user, title="x", body="y", area=one.area,
        is_named=False,
    ) == "wrong_state"  # fmt: skip


# ── brief, instruction, answer ────────────────────────────────────────────────────────────────


def test_one_brief_joins_several_and_is_numbered_in_its_year(member, people, town):
    editor = people["roster"]
    other = Member.objects.get(user=people["other_member"])
    first = made.edited(member, editor)
    second = made.edited(other, editor)
    brief = actions.make_brief([first, second], by=editor, title="两条建议")
    assert brief.number == f"{clock.today().year}-01"
    assert brief.area == town.district
    assert "1. 建议小学分批放学" in brief.body
    assert "张三丰" not in brief.body
    assert kinds_of(people["command"]) == ["brief_made"]
    assert kinds_of(people["street"]) == []
    next_one = made.briefed(member, editor)[1]
    assert next_one.number == f"{clock.today().year}-02"
    assert code_of(actions.make_brief, [first], by=editor, title="x") == "wrong_state"
    assert code_of(actions.make_brief, [], by=editor, title="x") == "none_chosen"
    refused_by_database("append-only", lambda: Brief.objects.update(title="x"))


def test_a_refused_brief_leaves_no_gap(member, people):
    one = made.edited(member, people["roster"])
    assert code_of(actions.make_brief, [one], by=people["roster"], title=" ") == "title_needed"
    brief = actions.make_brief([one], by=people["roster"], title="一条")
    assert brief.serial == 1


@pytest.fixture
def briefed(member, people):
    return made.briefed(member, people["roster"], is_named=True)


def test_a_leader_writes_and_a_department_answers(briefed, member, people, town):
    one, brief = briefed
    assert [g.slug for g in inbox_counsel.waiting(people["street"])] == ["brief"]
    instruct, by = actions.instruct, people["street"]
    asked = {"text": "请住建局研究。", "department": town.housing, "due_on": made.in_days(20)}
    assert code_of(instruct, brief, by=by, text="\u200b") == "text_needed"
    assert code_of(instruct, brief, by=by, text="x", department=town.housing) == "day_needed"
    assert code_of(instruct, brief, by=by, **asked | {"due_on": made.in_days(0)}) == "past"
    assert code_of(instruct, brief, by=by, **asked | {"due_on": made.in_days(900)}) == "far"
    elsewhere = town.offices[town.streets[1].pk]
    assert code_of(instruct, brief, by=by, **asked | {"department": elsewhere}) == (
        "wrong_department"
    )
    for name in ("roster", "other_street", "desk", "housing", "author"):
        with pytest.raises(PermissionDenied):
            instruct(brief, by=people[name], **asked)
    note = instruct(brief, by=by, is_public=True, **asked)
    one.refresh_from_db()
    assert (one.state, one.answer_due) == ("noted", note.due_at)
    assert note.office == town.streets[0].name
    assert [g.slug for g in inbox_counsel.waiting(people["housing"])] == ["instruction"]
    answer = actions.answer_instruction
    for name in ("urban", "street", "roster", "author"):
        with pytest.raises(PermissionDenied):
            answer(note, by=people[name], answer="好")
    assert code_of(answer, note, by=people["housing"], answer=" ") == "answer_needed"
    close = actions.move_counsel
    assert code_of(close, one, "close", by=people["roster"], **made.CLOSED) == "still_asked"
    answer(note, by=people["housing"], answer="已与三所学校商定。")
    assert code_of(answer, note, by=people["housing"], answer="又") == "answered"
    one.refresh_from_db()
    assert (one.state, one.answer, one.answer_due) == ("answered", "已与三所学校商定。", None)
    assert code_of(close, one, "close", by=people["roster"]) == "became_needed"
    one = close(one, "close", by=people["roster"], **made.CLOSED)
    # The author was told at every step.
    assert kinds_of(member.user) == ["counsel_moved"] * 6
    assert [step.verb for step in one.steps.all()] == [
        "draft", "submit", "edit", "brief", "note", "reply", "answer", "close",
    ]  # fmt: skip
    assert kinds_of(people["street"])[-1] == "instruction_answered"
    with pytest.raises(IntegrityError), transaction.atomic():
        Instruction.objects.update(answer="别的")
    with pytest.raises(IntegrityError), transaction.atomic():
        Instruction.objects.all().delete()


def test_the_last_of_two_answers_is_the_answer(briefed, people, town):
    one, brief = briefed
    first, second = (
        actions.instruct(
            brief, by=people["command"], text="请答复。", department=each, due_on=made.in_days(9)
        )
        for each in (town.housing, town.urban)
    )
    actions.answer_instruction(first, by=people["housing"], answer="我们负责学校门口。")
    one.refresh_from_db()
    assert one.state == "noted"
    actions.answer_instruction(second, by=people["urban"], answer="我们负责摊点。")
    one.refresh_from_db()
    assert one.state == "answered"
    assert one.answer == "住建局\n我们负责学校门口。\n\n城管局\n我们负责摊点。"


def test_nobody_instructs_on_his_own(people, town):
    own = MemberFactory(user=people["street"], area=town.communities[0])
    _one, brief = made.briefed(own, people["roster"])
    assert code_of(actions.instruct, brief, by=people["street"], text="好") == "own_counsel"


def test_reminded_at_three_quarters_and_told_when_late(briefed, people, town, clock_at):
    clock_at("2026-09-21 09:00")
    _one, brief = briefed
    note = actions.instruct(
        brief, by=people["street"], text="请答复。", department=town.housing,
        due_on=clock.today() + timedelta(days=7),
    )  # fmt: skip
    assert f"{clock.local(note.due_at):%F %H:%M}" == "2026-09-28 18:00"
    assert actions.fire_instructions(by=None) == 0
    clock_at("2026-09-27 09:00")
    assert actions.fire_instructions(by=None) == 1
    assert actions.fire_instructions(by=None) == 0
    clock_at("2026-09-28 18:01")
    assert actions.fire_instructions(by=None) == 1
    assert actions.fire_instructions(by=None) == 0
    assert kinds_of(people["housing"]) == [
        "instruction_given", "instruction_soon", "instruction_late",
    ]  # fmt: skip
    assert kinds_of(people["street"])[-1] == "instruction_late"
    assert kinds_of(people["roster"])[-1] == "instruction_late"


# ── who sees what ─────────────────────────────────────────────────────────────────────────────


def at_every_state(member, people, town):
    made.drafted(member)
    made.submitted(member)
    made.edited(member, people["roster"])
    made.edited(Member.objects.get(user=people["other_member"]), people["roster"])
    _one, brief = made.briefed(member, people["roster"])
    _one, brief = made.briefed(member, people["roster"])
    actions.instruct(
        brief, by=people["street"], text="办", department=town.housing, due_on=made.in_days(9)
    )
    both = [made.edited(member, people["roster"]) for _each in range(2)]
    brief = actions.make_brief(both, by=people["roster"], title="两条")
    note = actions.instruct(
        brief, by=people["command"], text="办", department=town.urban, due_on=made.in_days(9)
    )
    actions.answer_instruction(note, by=people["urban"], answer="好")
    actions.move_counsel(both[0], "close", by=people["roster"], **made.CLOSED)


def test_lists_and_single_rows_agree(member, people, town):
    at_every_state(member, people, town)
    for name, person in {**people, "nobody": AnonymousUser()}.items():
        rows = set(counsels.visible(person).values_list("pk", flat=True))
        found = Counsel.objects.select_related("area", "member", "brief__area")
        rules = {one.pk for one in found if person.has_perm("members.see_counsel", one)}
        assert rows == rules, name
        briefs = set(counsels.briefs(person).values_list("pk", flat=True))
        found = Brief.objects.select_related("area")
        rules = {one.pk for one in found if person.has_perm("members.see_brief", one)}
        assert briefs == rules, name
    assert {one.state for one in counsels.visible(people["resident"])} == {
        "noted", "answered", "closed",
    }  # fmt: skip
    assert counsels.visible(people["urban"]).exclude(state__in=PUBLIC).count() == 0


def test_a_name_is_shown_if_its_owner_says_so_and_is_listed(briefed, member, people):
    one, _brief = briefed
    assert one.shown_name == "老张"
    Member.objects.filter(pk=member.pk).update(is_listed=False)
    assert Counsel.objects.get().shown_name == ""
    Member.objects.filter(pk=member.pk).update(is_listed=True)
    actions.name_counsel(one, by=member.user, is_named=False)
    assert Counsel.objects.get().shown_name == ""


# ── topic and ticket ──────────────────────────────────────────────────────────────────────────


def test_its_author_makes_a_topic_of_it(briefed, member, people, town):
    one, _brief = briefed
    platform = PlatformFactory(area=town.communities[0])
    with pytest.raises(PermissionDenied):
        actions.raise_counsel(one, platform, by=people["roster"])
    one = actions.raise_counsel(one, platform, by=member.user)
    assert Topic.objects.get() == one.topic
    assert one.topic.raised_by == member.user
    assert code_of(actions.raise_counsel, one, platform, by=member.user) == "has_topic"


def test_an_editor_opens_a_ticket_that_names_nobody(briefed, people, town):
    one, _brief = briefed
    given = {"category": CategoryFactory(), "department": town.housing}
    act, by = actions.ticket_counsel, people["roster"]
    assert code_of(act, one, by=by, due_on=made.in_days(0), **given) == "past"
    one = act(one, by=by, due_on=made.in_days(9), **given)
    assert one.ticket.origin == f"counsel:{one.number}"
    assert one.ticket.filed_by_id is None
    assert "老张" not in one.ticket.description
    assert code_of(act, one, by=by, due_on=made.in_days(9), **given) == "has_ticket"


# ── forgetting ────────────────────────────────────────────────────────────────────────────────


def test_what_went_no_further_is_erased_after_ninety_days(member, people, briefed):
    made.drafted(member)
    made.submitted(member)
    filed = made.submitted(member)
    actions.move_counsel(filed, "file", by=people["roster"], reason="elsewhere", answer="归省里。")
    now = clock.now()
    assert retention_counsel.erase_counsels(now + timedelta(days=89), dry_run=False) == 0
    assert retention_counsel.erase_counsels(now + timedelta(days=91), dry_run=True) == 2
    assert retention_counsel.erase_counsels(now + timedelta(days=91), dry_run=False) == 2
    assert sorted(Counsel.objects.values_list("state", flat=True)) == ["briefed", "submitted"]


def test_r22_who_goes_takes_his_drafts_and_his_name_along(member, people, briefed):
    made.submitted(member)
    one, _brief = briefed
    assert retention_counsel._erase_counsels(member.user, clock.now()) == 2
    left = Counsel.objects.get()
    assert (left.pk, left.member, left.shown_name) == (one.pk, None, "")


def test_as_many_statements_for_many(member, people, town, django_assert_max_num_queries):
    made.submitted(member)

    def statements():
        with django_assert_max_num_queries(60) as found:
            inbox_counsel.waiting(people["roster"])
            inbox_counsel.waiting(people["author"])
            inbox_counsel.waiting(people["housing"])
        return len(found)

    statements()  # posts are read once a person
    before = statements()
    made.submitted(member)
    made.submitted(member)
    assert statements() == before
