"""Moves through the actions: what is kept, what is refused, who is told."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from consultations import actions
from consultations.models import Opinion, Review, Step, Topic
from consultations.workflow import State
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory


def refused(code, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        actions.move(*args, **kwargs)
    assert refusal.value.code == code
    assert str(refusal.value)


@pytest.fixture
def topic(platform, people):
    return made.raised(platform, by=people["resident"])


@pytest.fixture
def study(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


@pytest.fixture
def talk(platform, people):
    return made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"]
    )


# ── raising ───────────────────────────────────────────────────────────────────────────────────


def test_a_topic_has_a_number_a_step_and_tells_the_screener(topic, people):
    assert topic.number == f"{clock.today().year}-00001"
    assert topic.state == State.RAISED
    assert topic.steps.get().verb == "raise"
    assert Message.objects.get(kind="topic_raised").recipient == people["screener"]
    assert topic.step_due_at > clock.now()


def test_the_same_twice_is_one_and_another_under_its_id_is_refused(platform, people):
    first = made.raising(platform)
    topic, is_new = actions.raise_topic(first, by=people["resident"])
    again, is_again_new = actions.raise_topic(first, by=people["resident"])
    assert (is_new, is_again_new, again) == (True, False, topic)
    with pytest.raises(Refused) as refusal:
        actions.raise_topic(
            made.raising(platform, client_id=first.client_id, title="别的"), by=people["resident"]
        )
    assert refusal.value.code == "client_id_reused"
    # Another person's id tells nothing.
    assert actions.raise_topic(first, by=people["neighbour"])[1] is True


def test_personal_numbers_do_not_get_in(platform, people):
    topic = made.raised(platform, by=people["resident"], body="电话 13812345678 联系")
    assert "13812345678" not in topic.body


@pytest.mark.parametrize("content", [{"title": "\u200b\u200b"}, {"body": " "}])
def test_words_are_needed(platform, people, content):
    with pytest.raises(Refused) as refusal:
        actions.raise_topic(made.raising(platform, **content), by=people["resident"])
    assert refusal.value.code == "no_words"


def test_only_a_recorder_enters_for_somebody_else(platform, people):
    with pytest.raises(PermissionDenied):
        made.raised(platform, by=people["resident"], on_behalf=True)
    topic = made.raised(platform, by=people["recorder"], on_behalf=True)
    assert topic.raised_by is None
    assert topic.entered_by == people["recorder"]


def test_an_area_elsewhere_is_refused(platform, people, town):
    with pytest.raises(Refused) as refusal:
        made.raised(platform, by=people["resident"], area=town.communities[3])
    assert refusal.value.code == "outside"


def test_its_words_stay_once_somebody_supports_it(topic, people):
    topic = actions.reword(topic, by=people["resident"], title="护栏", body="装护栏")
    assert Topic.objects.about("装护栏").get() == topic
    Topic.objects.filter(pk=topic.pk).update(supported_at=clock.now())
    with pytest.raises(Refused) as refusal:
        actions.reword(topic, by=people["resident"], title="别的", body="别的")
    assert refusal.value.code == "supported"


# ── screening ─────────────────────────────────────────────────────────────────────────────────


def test_it_is_taken_up_with_a_plan(topic, people):
    refused("study_plan_needed", topic, "accept", by=people["screener"])
    topic = actions.move(topic, "accept", by=people["screener"], **made.STUDY)
    assert topic.state == State.STUDYING
    step = topic.steps.last()
    assert (step.role, step.is_public, step.before) == ("screener", True, "raised")
    told = Message.objects.filter(kind="topic_moved")
    assert {one.recipient for one in told} == {people["resident"]}


def test_nobody_decides_on_his_own(platform, people):
    topic = made.raised(platform, by=people["screener"])
    refused("own_topic", topic, "accept", by=people["screener"], **made.STUDY)
    actions.move(topic, "accept", by=people["area_screener"], **made.STUDY)


@pytest.mark.parametrize(
    "who", ["resident", "convenor", "recorder", "member", "other_screener", "other_head", "clerk"]
)
def test_nobody_else_screens(topic, people, who):
    with pytest.raises(PermissionDenied):
        actions.move(topic, "accept", by=people[who], **made.STUDY)


def test_a_refusal_says_why_and_is_reviewed_once_by_another(topic, people):
    refused("reason_needed", topic, "decline", by=people["screener"], note="不是公共事务")
    refused(
        "note_needed", topic, "decline", by=people["screener"], reason="not_public", note="\u200b"
    )
    topic = actions.move(
        topic, "decline", by=people["screener"], reason="not_public", note="不是公共事务"
    )
    refused("not_enough_endorsers", topic, "appeal", by=people["head"], note="请再看")
    topic = actions.move(topic, "appeal", by=people["resident"], note="涉及全楼")
    refused("decided_before", topic, "accept", by=people["screener"], **made.STUDY)
    topic = actions.move(topic, "decline", by=people["head"], reason="outside", note="仍不属于")
    assert topic.state == State.DECLINED
    refused("appealed_already", topic, "appeal", by=people["resident"], note="再来")


def test_ten_who_support_it_may_ask_for_the_review(topic, people):
    topic = actions.move(topic, "decline", by=people["screener"], reason="unclear", note="说不清")
    for _ in range(10):
        topic.stances.create(user=UserFactory(), value=1)
    assert actions.move(topic, "appeal", by=people["head"], note="我们支持").state == State.APPEALED


def test_it_is_merged_into_one_that_was_taken_up(topic, study, platform, people):
    refused("merged_into_itself", study, "merge", by=people["screener"], into=study)
    other = made.raised(platform, by=people["neighbour"])
    refused("into_not_open", topic, "merge", by=people["screener"], into=other)
    topic = actions.move(topic, "merge", by=people["screener"], into=study)
    assert topic.merged_into == study


def test_silence_takes_it_up(topic, people, shift_clock):
    shift_clock(days=20)
    for _ in range(3):
        assert actions.fire() == 1
    topic.refresh_from_db()
    assert topic.tier == "district"
    assert actions.fire() == 0
    with pytest.raises(PermissionDenied):
        actions.move(topic, "accept", by=people["screener"], **made.STUDY)
    topic = actions.move(topic, "accept", by=people["command"], **made.STUDY)
    assert topic.tier == "platform"
    assert [one.verb for one in topic.steps.all()] == ["raise", "take_up", "take_up", "accept"]


# ── the study and the talk ────────────────────────────────────────────────────────────────────


def test_somebody_goes_there_first_or_says_why_not(study, people):
    refused("study_needed", study, "convene", by=people["convenor"], study_report="看过了")
    topic = actions.move(
        study, "convene", by=people["convenor"], study_report="看过了", study_waiver="去年看过"
    )
    assert topic.state == State.DELIBERATING


def test_it_is_settled_only_when_all_is_there(talk, people, town):
    by = people["convenor"]
    refused("meeting_needed", talk, "settle", by=by, **made.NOW)
    meeting = made.session(
        talk, by=by, kind="meeting", papers_due_at=clock.now() - timedelta(days=4)
    )
    refused("papers_late", talk, "settle", by=by, **made.NOW)
    meeting.papers_sent_at = clock.now() - timedelta(days=5)
    meeting.save()
    refused("no_quorum", talk, "settle", by=by, **made.NOW)
    made.came(meeting, 3, by=by, capacity="department")
    refused("too_few_residents", talk, "settle", by=by, **made.NOW)
    made.came(meeting, 3, by=by)
    refused("minutes_needed", talk, "settle", by=by, **made.NOW)
    made.published(meeting, by=by)
    asked = made.suggestion(talk, by=people["neighbour"])
    refused("suggestions_open", talk, "settle", by=by, **made.NOW)
    Opinion.objects.filter(pk=asked.pk).update(
        fate="adopted", fate_at=clock.now(), fate_by=by, verdict="now", verdict_code="funded",
        verdict_reason="预算已落实",
    )  # fmt: skip
    refused("verdict_needed", talk, "settle", by=by)
    refused("verdict_code_needed", talk, "settle", by=by, verdict="now", verdict_code="unlawful")
    refused("commitment_needed", talk, "settle", by=by, **made.NOW)
    made.promised(talk, town.housing)
    topic = actions.move(talk, "settle", by=by, **made.NOW)
    assert topic.state == State.AGREED
    refused("not_all_accepted", topic, "start", by=by)


def test_without_accord_it_goes_back_twice_then_up(talk, people):
    for times in range(3):
        topic = actions.move(talk, "no_accord", by=people["convenor"], note="谁来养护？")
        assert topic.state == State.STUDYING
        talk = actions.move(
            topic, "convene", by=people["convenor"], study_report="再看", study_waiver="看过"
        )
        assert talk.round == times + 2
    assert talk.tier == "street"


def test_what_is_for_later_comes_back_by_itself(talk, people, shift_clock):
    made.talked(talk, by=people["convenor"])
    day = clock.today() + timedelta(days=40)
    refused("revisit_needed", talk, "settle", by=people["convenor"], **made.LATER)
    refused(
        "revisit_out_of_range",
        talk,
        "settle",
        by=people["convenor"],
        **made.LATER,
        revisit_on=clock.today(),
    )
    topic = actions.move(talk, "settle", by=people["convenor"], **made.LATER, revisit_on=day)
    assert topic.state == State.DEFERRED
    refused("note_needed", topic, "revisit", by=people["convenor"])
    assert actions.fire() == 0
    shift_clock(days=41)
    assert actions.fire() == 1
    topic.refresh_from_db()
    assert (topic.state, topic.verdict, topic.round) == (State.STUDYING, "", 2)


def test_what_cannot_be_done_is_explained_and_may_be_reviewed(talk, people):
    made.talked(talk, by=people["convenor"])
    topic = actions.move(talk, "settle", by=people["convenor"], **made.CANNOT)
    refused("result_needed", topic, "explain", by=people["convenor"])
    topic = actions.move(topic, "explain", by=people["convenor"], result="封路会挡住消防车")
    assert topic.state == State.REPORTED
    topic = actions.move(topic, "appeal", by=people["resident"], note="有别的办法")
    assert (topic.state, topic.verdict) == (State.APPEALED, "cannot")
    again = actions.move(topic, "decline", by=people["head"], reason="unlawful", note="仍不行")
    assert (again.state, again.verdict) == (State.REPORTED, "cannot")


# ── looking back ──────────────────────────────────────────────────────────────────────────────


def test_it_is_looked_back_on_twice_and_closed_with_a_summary(talk, people, shift_clock):
    made.talked(talk, by=people["convenor"])
    topic = actions.move(
        talk, "settle", by=people["convenor"], **made.NOW, consensus="大家轮流看护"
    )
    topic = actions.move(topic, "explain", by=people["convenor"], result="轮流看护")
    shift_clock(days=31)
    assert actions.fire() == 1
    topic.refresh_from_db()
    assert topic.state == State.REVIEWING
    refused("round_open", topic, "close", by=people["convenor"], summary="都好")
    shift_clock(days=43)
    refused("summary_needed", topic, "close", by=people["convenor"])
    topic = actions.move(topic, "close", by=people["convenor"], summary="都好")
    shift_clock(days=43 + 181)
    assert actions.fire() == 1
    topic.refresh_from_db()
    assert topic.state == State.REVIEWING
    shift_clock(days=43 + 181 + 12)
    topic = actions.move(topic, "close", by=people["convenor"], summary="仍好")
    assert topic.fires_at is None
    assert Review.objects.filter(topic=topic, closed_at__isnull=False).count() == 2


def test_two_reopenings_take_it_up_a_level(talk, people):
    made.talked(talk, by=people["convenor"])
    topic = actions.move(talk, "settle", by=people["convenor"], **made.NOW, consensus="轮流")
    topic = actions.move(topic, "explain", by=people["convenor"], result="轮流")
    topic = actions.move(topic, "look_back", by=people["convenor"])
    topic = actions.move(topic, "reopen", by=people["convenor"], note="两分")
    assert (topic.state, topic.tier, topic.round) == (State.STUDYING, "platform", 2)
    made.session(topic, by=people["convenor"])
    topic = actions.move(topic, "convene", by=people["convenor"], study_report="再看")
    made.talked(topic, by=people["convenor"])
    topic = actions.move(topic, "settle", by=people["convenor"], **made.NOW, consensus="轮流")
    topic = actions.move(topic, "explain", by=people["convenor"], result="轮流")
    topic = actions.move(topic, "reopen", by=people["convenor"], note="又是两分")
    assert topic.tier == "street"


def test_a_page_behind_the_times_is_told_so(topic, people):
    seen = topic.steps.last().pk
    actions.move(topic, "accept", by=people["screener"], **made.STUDY)
    refused(
        "changed_since",
        topic,
        "decline",
        by=people["area_screener"],
        reason="unclear",
        note="说不清",
        seen=seen,
    )


def test_only_the_clock_and_lower_facts_act_without_a_person(topic):
    with pytest.raises(PermissionDenied):
        actions.move(topic, "accept", by=None, **made.STUDY)


def test_the_story_is_only_added_to(topic):
    for change in (lambda: Step.objects.update(note="x"), lambda: Step.objects.all().delete()):
        with pytest.raises(DatabaseError, match="kept as it is"), transaction.atomic():
            change()
