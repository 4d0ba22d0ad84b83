"""What people say: kept, refused, followed by later wordings, answered; hidden only for a reason."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from consultations import actions
from consultations.actions import Saying
from consultations.models import Flag, Opinion, Stance, Topic, Wording
from consultations.phrases import OPINIONS
from consultations.workflow import SPOKEN_IN, OpinionKind, State
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory


@pytest.fixture
def topic(platform, people):
    return made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"]
    )


def refuses(code, act, *args, **kwargs):
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act(*args, **kwargs)
    assert refusal.value.code == code
    assert str(refusal.value)


def told(kind):
    return set(Message.objects.filter(kind=kind).values_list("recipient", flat=True))


@pytest.fixture
def said(topic, people):
    return made.said(topic, by=people["neighbour"])


# ── saying ────────────────────────────────────────────────────────────────────────────────────


def test_it_has_a_number_within_the_topic_and_numbers_of_persons_are_masked(topic, people):
    one = made.said(topic, by=people["resident"], body="找老王 13812345678 拿钥匙")
    other = made.said(topic, by=people["member"], kind="comment", body="同意")
    assert (one.serial, other.serial) == (1, 2)
    assert "13812345678" not in one.body
    assert (one.role, other.role) == ("", "member")
    assert not one.is_named


def test_the_same_twice_is_one(topic, people):
    saying = Saying(client_id=uuid4(), kind="comment", body="同意")
    first, is_new = actions.say(topic, saying, by=people["resident"])
    again, is_again_new = actions.say(topic, saying, by=people["resident"])
    assert (is_new, is_again_new, first) == (True, False, again)
    other = Saying(client_id=saying.client_id, kind="comment", body="不同意")
    refuses("client_id_reused", actions.say, topic, other, by=people["resident"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"body": "\u200b "}, "no_words"),
        ({"kind": "amendment", "body": "放学时车多人多，接送车停在哪里？"}, "nothing_changed"),
        ({"kind": "comment", "on": 77}, "no_such_opinion"),
        ({"kind": "suggestion", "on": 1}, "not_answered_so"),
    ],
)
def test_what_cannot_be_said(topic, people, said, changed, code):
    saying = Saying(**{"client_id": uuid4(), "kind": "suggestion", "body": "装护栏", **changed})
    refuses(code, actions.say, topic, saying, by=people["resident"])


def test_who_types_for_somebody_is_no_author(topic, people):
    one = made.said(topic, by=people["recorder"], on_behalf=True, is_named=True)
    assert (one.author, one.entered_by, one.is_named) == (None, people["recorder"], False)
    with pytest.raises(PermissionDenied):
        made.said(topic, by=people["resident"], on_behalf=True)


def test_a_session_is_one_of_the_topic_that_has_begun(topic, people, platform):
    visit = topic.sessions.get()
    assert made.said(topic, by=people["recorder"], session=visit, on_behalf=True).session == visit
    later = made.called(topic, by=people["convenor"])
    saying = Saying(client_id=uuid4(), kind="comment", body="x", session=later)
    refuses("other_session", actions.say, topic, saying, by=people["resident"])


def test_a_question_is_answered_by_the_table_and_an_answer_is_not(topic, people):
    asked = made.said(topic, by=people["neighbour"], kind="question", body="挡不挡消防车？")
    with pytest.raises(PermissionDenied):
        made.said(topic, by=people["resident"], kind="answer", body="不挡", on=asked.serial)
    answer = made.said(topic, by=people["expert"], kind="answer", body="不挡", on=asked.serial)
    assert answer.parent == asked
    assert told("opinion_replied") == {people["neighbour"].pk}
    again = Saying(client_id=uuid4(), kind="comment", body="真的？", on=answer.serial)
    refuses("not_answered_so", actions.say, topic, again, by=people["resident"])


@pytest.mark.parametrize("kind", [one for one in OpinionKind if one != OpinionKind.ANSWER])
@pytest.mark.parametrize("state", list(State))
def test_talk_is_open_as_the_table_has_it(kind, state):
    if state in SPOKEN_IN[kind]:
        assert state not in {State.RAISED, State.DECLINED, State.MERGED}


def test_nothing_is_said_where_talk_is_over(platform, people):
    topic = made.raised(platform, by=people["resident"])
    saying = Saying(client_id=uuid4(), kind="suggestion", body="装护栏")
    refuses("wrong_state", actions.say, topic, saying, by=people["resident"])
    with pytest.raises(PermissionDenied):  # it is not public: nobody else knows of it
        actions.say(topic, saying, by=people["neighbour"])


def test_where_only_its_own_people_speak(topic, platform, people):
    platform.terms.create(body={"is_open": False})
    stranger = UserFactory()
    with pytest.raises(PermissionDenied):
        made.said(topic, by=stranger)
    assert made.said(topic, by=people["resident"])


def test_one_person_does_not_fill_the_page(topic, people, monkeypatch):
    monkeypatch.setattr("consultations.actions.speaking.MOST_OF_ONE", 2)
    made.said(topic, by=people["resident"])
    made.said(topic, by=people["resident"])
    saying = Saying(client_id=uuid4(), kind="comment", body="还有")
    refuses("too_many", actions.say, topic, saying, by=people["resident"])


# ── stances, and words that follow one another ────────────────────────────────────────────────


def test_a_stance_is_one_and_may_change(topic, people, said):
    actions.take_stance(topic, 1, by=people["resident"], serial=said.serial)
    actions.take_stance(topic, -1, by=people["resident"], serial=said.serial)
    assert Stance.objects.get().value == -1
    actions.take_stance(topic, None, by=people["resident"], serial=said.serial)
    assert not Stance.objects.exists()
    refuses("no_such_stance", actions.take_stance, topic, 2, by=people["resident"])
    refuses("no_such_opinion", actions.take_stance, topic, 1, by=people["resident"], serial=9)
    comment = made.said(topic, by=people["neighbour"], kind="comment")
    refuses(
        "not_asked", actions.take_stance, topic, 1, by=people["resident"], serial=comment.serial
    )


def test_the_first_stance_freezes_the_words_in_the_database(topic, people, said):
    Stance.objects.create(topic=topic, opinion=said, user=people["resident"], value=1)
    Stance.objects.create(topic=topic, user=people["resident"], value=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Opinion.objects.filter(pk=said.pk).update(body="别的")
    with pytest.raises(DatabaseError), transaction.atomic():
        Topic.objects.filter(pk=topic.pk).update(body="别的")
    with pytest.raises(DatabaseError), transaction.atomic():
        Topic.objects.filter(pk=topic.pk).update(supported_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Stance.objects.create(topic=topic, user=people["neighbour"], value=1, version=2)


def test_a_later_wording_asks_those_again_who_took_a_stance(topic, people, said):
    actions.take_stance(topic, 1, by=people["resident"], serial=said.serial)
    with pytest.raises(PermissionDenied):
        actions.reword_suggestion(topic, said.serial, by=people["resident"], body="装 80 米")
    later = actions.reword_suggestion(topic, said.serial, by=people["neighbour"], body="装 80 米")
    said.refresh_from_db()
    assert (later.amends, later.supported_at) == (said, None)
    assert said.superseded_at is not None
    assert told("opinion_reworded") == {people["resident"].pk}
    refuses("worded_anew", actions.take_stance, topic, 1, by=people["resident"], serial=said.serial)
    assert list(topic.opinions.open()) == [later]


def test_an_amendment_to_a_suggestion_is_taken_over_by_its_author(topic, people, said):
    one = made.said(
        topic,
        by=people["resident"],
        kind="amendment",
        on=said.serial,
        body="装护栏 80 米",
        why="不够",
    )
    assert told("opinion_amended") == {people["neighbour"].pk}
    with pytest.raises(PermissionDenied):
        actions.take_amendment(topic, one.serial, by=people["resident"])
    later = actions.take_amendment(topic, one.serial, by=people["neighbour"])
    assert (later.body, later.author, later.amends) == (one.body, people["neighbour"], said)
    refuses("worded_anew", actions.take_amendment, topic, one.serial, by=people["neighbour"])


def test_an_amended_topic_is_another_version_and_keeps_the_one_before(topic, people):
    before = topic.body
    actions.take_stance(topic, 1, by=people["neighbour"], seen=1)
    one = made.said(topic, by=people["member"], kind="amendment", body="接送车停哪里，护栏装多长？")
    other = made.said(topic, by=people["member"], kind="amendment", body="别的问法")
    actions.take_amendment(topic, one.serial, by=people["convenor"])
    topic.refresh_from_db()
    assert (topic.body, topic.version, topic.supported_at) == (one.body, 2, None)
    assert Wording.objects.get().body == before
    assert told("opinion_reworded") == {people["neighbour"].pk}
    refuses("worded_anew", actions.take_amendment, topic, other.serial, by=people["convenor"])
    refuses("worded_anew", actions.take_stance, topic, 1, by=people["neighbour"], seen=1)
    actions.take_stance(topic, -1, by=people["neighbour"], seen=2)
    assert Stance.objects.get().version == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        Wording.objects.update(body="别的")


def test_what_was_supported_once_backs_no_appeal_in_other_words(topic, people):
    from consultations import queries  # noqa: PLC0415

    actions.take_stance(topic, 1, by=people["neighbour"])
    assert queries.gather(["appeal"], topic, by=people["neighbour"]).endorsers == 1
    one = made.said(topic, by=people["member"], kind="amendment", body="别的问法")
    actions.take_amendment(topic, one.serial, by=people["resident"])
    topic.refresh_from_db()
    assert queries.gather(["appeal"], topic, by=people["neighbour"]).endorsers == 0


# ── what became of it ─────────────────────────────────────────────────────────────────────────

ADOPTED = {"fate": "adopted", "verdict": "now", "verdict_code": "all_agree"}
NOT = {"fate": "not_adopted", "verdict_code": "other_way", "verdict_reason": "会上选了限时车位"}


def test_the_convenor_answers_a_suggestion_and_its_author_hears(topic, people, said):
    with pytest.raises(PermissionDenied):
        actions.judge(topic, said.serial, by=people["recorder"], **ADOPTED)
    one = actions.judge(topic, said.serial, by=people["convenor"], **ADOPTED)
    assert (one.fate, one.verdict, one.fate_round) == ("adopted", "now", topic.round)
    assert told("opinion_judged") == {people["neighbour"].pk}
    refuses("answered_already", actions.judge, topic, said.serial, by=people["convenor"], **NOT)
    refuses(
        "answered_already", actions.take_stance, topic, 1, by=people["resident"], serial=said.serial
    )


def test_nobody_answers_his_own_suggestion(topic, people):
    """Never two keys to one lock."""
    one = made.said(topic, by=people["convenor"])
    refuses("own_opinion", actions.judge, topic, one.serial, by=people["convenor"], **ADOPTED)
    actions.judge(topic, one.serial, by=people["area_convenor"], **ADOPTED)


def test_who_convenes_puts_no_words_into_somebodys_mouth(topic, people, said):
    on_it = made.said(
        topic, by=people["convenor"], kind="amendment", on=said.serial, body="不装护栏"
    )
    on_topic = made.said(topic, by=people["convenor"], kind="amendment", body="另一回事")
    for one in (on_it, on_topic):
        refuses("own_opinion", actions.take_amendment, topic, one.serial, by=people["convenor"])
    actions.take_amendment(topic, on_it.serial, by=people["neighbour"])  # its author
    actions.take_amendment(topic, on_topic.serial, by=people["area_convenor"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"fate": ""}, "fate_needed"),
        ({"fate": "partly"}, "verdict_reason_needed"),
        ({"fate": "not_adopted"}, "verdict_needed"),
        ({"verdict_code": "unlawful"}, "verdict_code_needed"),
        ({"verdict": "later", "verdict_code": "money_gap"}, "revisit_needed"),
        ({**NOT, "verdict": "", "verdict_reason": " "}, "verdict_reason_needed"),
        ({**NOT, "verdict": "", "verdict_code": "unlawful"}, "legal_basis_needed"),
    ],
)
def test_an_answer_carries_what_it_must(topic, people, said, changed, code):
    given = {**ADOPTED, **changed}
    refuses(code, actions.judge, topic, said.serial, by=people["convenor"], **given)
    said.refresh_from_db()
    assert said.fate == ""


def test_a_better_suggestion_is_a_reason_but_none_for_a_topic(topic, people, said):
    one = actions.judge(topic, said.serial, by=people["convenor"], **NOT)
    assert (one.verdict, one.legal_basis) == ("cannot", "")
    made.talked(topic, by=people["convenor"])
    refuses(
        "verdict_code_needed", actions.move, topic, "settle", by=people["convenor"],
        **{**made.CANNOT, "verdict_code": "other_way"},
    )  # fmt: skip


def test_settling_waits_for_every_suggestion_that_stands(topic, people, said):
    made.talked(topic, by=people["convenor"])
    settle = {**made.NOW, "consensus": "装"}
    refuses("suggestions_open", actions.move, topic, "settle", by=people["convenor"], **settle)
    later = actions.reword_suggestion(topic, said.serial, by=people["neighbour"], body="装 80 米")
    actions.judge(topic, later.serial, by=people["convenor"], **ADOPTED)
    assert actions.move(topic, "settle", by=people["convenor"], **settle).state == State.AGREED


def test_what_was_put_off_is_judged_anew_in_another_round(topic, people, said):
    later = {**ADOPTED, "verdict": "later", "verdict_code": "money_gap", "must_change": "预算"}
    later |= {"revisit_on": clock.today() + timedelta(days=90)}
    actions.judge(topic, said.serial, by=people["convenor"], **later)
    Topic.objects.filter(pk=topic.pk).update(round=2)
    one = actions.judge(topic, said.serial, by=people["convenor"], **ADOPTED)
    assert (one.verdict, one.revisit_on, one.must_change) == ("now", None, "")


# ── what should not stand there ───────────────────────────────────────────────────────────────


def test_hidden_for_a_reason_told_to_the_author_appealed_and_shown_again(topic, people, said):
    hide = {"by": people["recorder"], "reason": "点了名"}
    refuses(
        "reason_needed", actions.hide, topic, said.serial, by=people["recorder"], reason="\u200b"
    )
    one = actions.hide(topic, said.serial, **hide)
    assert told("opinion_hidden") == {people["neighbour"].pk}
    refuses("hidden_already", actions.hide, topic, said.serial, **hide)
    with pytest.raises(PermissionDenied):
        actions.appeal_hiding(topic, said.serial, by=people["resident"], words="为什么")
    actions.appeal_hiding(topic, said.serial, by=people["neighbour"], words="没有点名")
    assert told("hiding_appealed") == {people["convenor"].pk, people["screener"].pk}
    again = {"by": people["neighbour"], "words": "再看一次"}
    refuses("appealed_already", actions.appeal_hiding, topic, said.serial, **again)
    decide = {"answer": "确实没有", "is_shown": True}
    refuses(
        "decided_before", actions.decide_appeal, topic, said.serial, by=people["recorder"], **decide
    )
    one = actions.decide_appeal(topic, said.serial, by=people["convenor"], **decide)
    assert one.hidden_at is None
    assert told("hiding_decided") == {people["neighbour"].pk}
    refuses("stands", actions.hide, topic, said.serial, by=people["screener"], reason="还是不行")


def test_an_appeal_that_is_turned_down_is_the_last(topic, people, said):
    actions.hide(topic, said.serial, by=people["recorder"], reason="广告")
    actions.appeal_hiding(topic, said.serial, by=people["neighbour"], words="不是")
    decide = {"by": people["head"], "answer": "是广告", "is_shown": False}
    one = actions.decide_appeal(topic, said.serial, **decide)
    assert one.hidden_at is not None
    refuses("no_appeal", actions.decide_appeal, topic, said.serial, **decide)


def test_nobody_moderates_himself_nor_elsewhere(topic, people):
    own = made.said(topic, by=people["recorder"])
    typed = made.said(topic, by=people["recorder"], on_behalf=True)
    for one in (own, typed):
        refuses("own_opinion", actions.hide, topic, one.serial, by=people["recorder"], reason="x")
        with pytest.raises(DatabaseError), transaction.atomic():
            Opinion.objects.filter(pk=one.pk).update(
                hidden_at=clock.now(), hidden_by=people["recorder"], hidden_reason="x"
            )
    for who in ("resident", "member", "clerk", "other_convenor", "auditor"):
        with pytest.raises(PermissionDenied):
            actions.hide(topic, own.serial, by=people[who], reason="x")


def test_the_database_keeps_who_hid_it_from_deciding_on_the_appeal(topic, people, said):
    actions.hide(topic, said.serial, by=people["recorder"], reason="广告")
    with pytest.raises(DatabaseError), transaction.atomic():
        Opinion.objects.filter(pk=said.pk).update(
            appeal_answered_by=people["recorder"], hidden_at=None, hidden_by=None
        )


def test_the_reason_is_for_those_inside(topic, people, said):
    actions.hide(topic, said.serial, by=people["recorder"], reason="骂了王某")
    assert topic.steps.filter(note="骂了王某").exists()
    assert not topic.steps.in_public().filter(note="骂了王某").exists()


def test_a_flag_is_once_a_reader_and_the_moderators_hear_of_the_first(topic, people, said):
    flagged = {"reason": "insult"}
    refuses("own_opinion", actions.flag, topic, said.serial, by=people["neighbour"], **flagged)
    actions.flag(topic, said.serial, by=people["resident"], **flagged)
    actions.flag(topic, said.serial, by=people["member"], reason="other", note="挡路")
    assert len(told("opinion_flagged")) == 3
    refuses("flagged_already", actions.flag, topic, said.serial, by=people["resident"], **flagged)
    refuses(
        "note_needed",
        actions.flag,
        topic,
        said.serial,
        by=people["expert"],
        reason="other",
        note=" ",
    )
    actions.let_stand(topic, said.serial, by=people["convenor"])
    assert not Flag.objects.open().exists()
    assert told("flag_settled") == {people["resident"].pk, people["member"].pk}
    refuses("not_flagged", actions.let_stand, topic, said.serial, by=people["convenor"])


def test_hiding_settles_what_was_flagged(topic, people, said):
    actions.flag(topic, said.serial, by=people["resident"], reason="advert")
    actions.hide(topic, said.serial, by=people["recorder"], reason="广告")
    assert Flag.objects.get().settled_by == people["recorder"]
    # Whoever flagged it cannot open what is hidden: he is sent to the topic.
    message = Message.objects.get(kind="flag_settled", channel="inapp")
    assert (message.recipient, message.url) == (people["resident"], topic.get_absolute_url())
    assert str(message.params["fate"]["en"]) == "it is hidden"
    actions.appeal_hiding(topic, said.serial, by=people["neighbour"], words="不是广告")
    actions.decide_appeal(
        topic, said.serial, by=people["screener"], answer="确实不是", is_shown=True
    )
    later = Message.objects.filter(kind="flag_settled", channel="inapp").latest("pk")
    assert (later.params["fate"]["en"], later.url) == ("it stays", said.get_absolute_url())


def test_what_hangs_on_something_hidden_is_not_talked_about(topic, people, said):
    made.said(topic, by=people["resident"], kind="comment", on=said.serial)
    one = made.said(topic, by=people["resident"], kind="amendment", on=said.serial, body="装 80 米")
    actions.hide(topic, said.serial, by=people["recorder"], reason="广告")
    saying = Saying(client_id=uuid4(), kind="comment", body="?", on=said.serial)
    refuses("no_such_opinion", actions.say, topic, saying, by=people["resident"])
    refuses("no_such_opinion", actions.take_amendment, topic, one.serial, by=people["convenor"])


def test_no_message_repeats_what_was_said(topic, people):
    """It may be hidden later, and a message stays."""
    words = "张三丰欠钱不还"
    one = made.said(topic, by=people["neighbour"], body=words)
    made.said(topic, by=people["resident"], kind="comment", on=one.serial, body=words)
    made.said(topic, by=people["resident"], kind="amendment", on=one.serial, body=f"{words}。")
    actions.take_stance(topic, 1, by=people["resident"], serial=one.serial)
    later = actions.reword_suggestion(topic, one.serial, by=people["neighbour"], body=f"！{words}")
    actions.flag(topic, later.serial, by=people["resident"], reason="other", note=words)
    actions.judge(topic, later.serial, by=people["convenor"], **ADOPTED)
    actions.hide(topic, later.serial, by=people["recorder"], reason="点了名")
    actions.appeal_hiding(topic, later.serial, by=people["neighbour"], words=words)
    actions.decide_appeal(topic, later.serial, by=people["screener"], answer=words, is_shown=False)
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert {kind for kind in OPINIONS if kind not in kinds} == set()
    assert words not in str(list(Message.objects.values_list("params", flat=True)))
