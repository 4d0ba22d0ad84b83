"""Opinions by REST: who may, what is refused, and nothing hidden that could leak."""

from datetime import timedelta
from uuid import uuid4

import pytest

from consultations import actions, tasks
from consultations.models import Opinion
from govgrid.core import clock
from tests.consultations.test_opinion_map import crowd
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

SECRET = "张三丰欠钱不还"


@pytest.fixture
def topic(platform, people):
    return made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"]
    )


@pytest.fixture
def said(topic, people):
    return made.said(topic, by=people["neighbour"], body=f"装护栏。{SECRET}")


@pytest.fixture
def as_(api, people):
    def sign_in(who):
        api.force_authenticate(people[who] if isinstance(who, str) else who)
        return api

    return sign_in


def at(topic, *parts):
    return "/".join([f"/api/v1/consultations/topics/{topic.number}", *map(str, parts), ""])


def code(response):
    return response.json()["errors"][0]["code"]


def saying(**changed):
    return {"client_id": str(uuid4()), "kind": "suggestion", "body": "装护栏", **changed}


def send(api, topic, serial, name, body=None):
    return api.post(at(topic, "opinions", serial, name), body or {}, format="json")


def test_said_once_however_often_it_is_sent(as_, topic):
    body = saying()
    first = as_("resident").post(at(topic, "opinions"), body, format="json")
    again = as_("resident").post(at(topic, "opinions"), body, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["serial"] == again.json()["serial"] == 1
    other = as_("resident").post(at(topic, "opinions"), body | {"body": "别的"}, format="json")
    assert (other.status_code, code(other)) == (409, "client_id_reused")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"kind": "shout"}, 400),
        ({"body": ""}, 400),
        ({"body": "\u200b"}, 400),
        ({"body": "长" * 2001}, 400),
        ({"body": "\x00"}, 400),
        ({"on": 0}, 400),
        ({"on": 40000}, 400),
        ({"on": True}, 400),
        ({"session": 99}, 400),
        ({"client_id": "x"}, 400),
        ({"whatever": 1}, 400),
        ({"on": 77, "kind": "comment"}, 409),
        ({"kind": "answer"}, 403),
        ({"kind": "problem"}, 403),
        ({"on_behalf": True}, 403),
    ],
)
def test_bad_words(as_, topic, changed, status):
    response = as_("resident").post(at(topic, "opinions"), saying(**changed), format="json")
    assert response.status_code == status
    assert response.json()["errors"][0]["detail"]
    assert not Opinion.objects.exists()


def test_what_is_not_public_is_not_there(api, as_, platform, people):
    raised = made.raised(platform, by=people["resident"])
    for url in (at(raised, "opinions"), at(raised, "stance"), at(raised, "map")):
        assert as_("neighbour").get(url).status_code == 404
    api.force_authenticate(None)
    assert api.get(at(raised, "opinions")).status_code in {401, 403}
    sent = as_("neighbour").post(at(raised, "opinions"), saying(), format="json")
    assert sent.status_code == 404


def test_nobody_is_named(as_, topic, people, said):
    people["neighbour"].name = "李四光"
    people["neighbour"].save()
    body = as_("resident").get(at(topic, "opinions")).content.decode()
    assert SECRET in body
    assert "李四光" not in body
    assert str(people["neighbour"].email or "never") not in body


def test_hidden_words_are_nowhere_but_with_author_and_moderators(as_, topic, people, said):
    made.said(topic, by=people["member"], kind="comment", body="说得对", on=said.serial)
    one = made.said(
        topic, by=people["member"], kind="amendment", on=said.serial, body=f"装护栏 80 米。{SECRET}"
    )
    actions.take_stance(topic, 1, by=people["resident"], serial=said.serial)
    actions.hide(topic, said.serial, by=people["recorder"], reason="点了名")
    stranger = UserFactory()
    for who in ("resident", "expert", "clerk", "other_convenor", "other_screener", stranger):
        api = as_(who)
        for url in (at(topic, "opinions"), at(topic), at(topic, "steps"), at(topic, "stance")):
            assert SECRET not in api.get(url).content.decode(), (who, url)
        assert api.get(at(topic, "opinions", said.serial)).status_code == 404
        assert api.get(at(topic, "opinions", 2)).status_code == 404
        assert send(api, topic, said.serial, "stance", {"value": 1}).status_code == 404
        assert send(api, topic, said.serial, "flag", {"flag": "insult"}).status_code == 404
    assert as_("resident").get(at(topic, "opinions", one.serial)).status_code == 404
    mine = as_("neighbour").get(at(topic, "opinions", said.serial)).json()
    assert (mine["is_hidden"], mine["hidden_reason"]) == (True, "点了名")
    assert SECRET in mine["body"]
    assert SECRET in as_("screener").get(at(topic, "opinions", said.serial)).content.decode()


def test_a_diff_never_shows_what_was_hidden_before(as_, topic, people, said):
    later = actions.reword_suggestion(topic, said.serial, by=people["neighbour"], body="装护栏。")
    shown = as_("resident").get(at(topic, "opinions", later.serial)).json()
    assert {"kind": "out", "text": SECRET} in shown["diff"]
    actions.hide(topic, said.serial, by=people["recorder"], reason="点了名")
    shown = as_("resident").get(at(topic, "opinions", later.serial))
    assert shown.json()["diff"] == []
    assert SECRET not in shown.content.decode()


def test_hiding_takes_the_same_words_from_every_number(as_, topic, people, said):
    one = made.said(topic, by=people["member"], kind="amendment", on=said.serial, body=SECRET)
    later = actions.take_amendment(topic, one.serial, by=people["neighbour"])
    actions.hide(topic, later.serial, by=people["recorder"], reason="点了名")
    assert as_("resident").get(at(topic, "opinions", one.serial)).status_code == 404


def test_stances_by_program(as_, topic, said):
    assert send(as_("resident"), topic, 1, "stance", {"value": 1}).json()["mine"] == 1
    assert send(as_("resident"), topic, 1, "stance", {"value": -1}).json()["mine"] == -1
    assert send(as_("resident"), topic, 1, "stance", {"value": None}).json()["mine"] is None
    for value in (2, "1", True, 0.5):
        assert send(as_("resident"), topic, 1, "stance", {"value": value}).status_code == 400
    url = at(topic, "stance")
    done = as_("resident").post(url, {"value": 1, "version": 1}, format="json").json()
    assert done == {
        "version": 1, "mine": 1,
        "tally": {"total": 1, "agree": None, "neither": None, "disagree": None},
    }  # fmt: skip
    late = as_("resident").post(url, {"value": 1, "version": 2}, format="json")
    assert (late.status_code, code(late)) == (409, "worded_anew")


def test_counts_are_told_from_five_on(as_, topic, said):
    for n, user in enumerate(UserFactory.create_batch(5)):
        tally = as_("resident").get(at(topic, "opinions", 1)).json()["tally"]
        assert tally == {"total": n, "agree": None, "neither": None, "disagree": None}
        actions.take_stance(topic, 1, by=user, serial=1)
    tally = as_("resident").get(at(topic, "opinions", 1)).json()["tally"]
    assert tally == {"total": 5, "agree": 5, "neither": 0, "disagree": 0}


@pytest.mark.parametrize(
    ("name", "body", "may"),
    [
        ("judge", {"fate": "adopted", "verdict": "now", "verdict_code": "funded"}, "convenor"),
        ("reword", {"body": "装 80 米"}, "neighbour"),
        ("hide", {"reason": "点了名"}, "screener"),
    ],
)
def test_only_who_may(as_, topic, said, name, body, may):
    for who in ("resident", "member", "clerk", "other_convenor", "auditor", "other_head"):
        assert send(as_(who), topic, said.serial, name, body).status_code == 403, who
    before = Opinion.objects.values().get()
    assert send(as_(may), topic, said.serial, name, body).status_code == 200
    assert Opinion.objects.filter(pk=said.pk).values().get() != before


def test_the_fate_by_program(as_, topic, said):
    later = {
        "fate": "partly", "verdict": "later", "verdict_code": "money_gap", "verdict_reason": "缺钱",
        "must_change": "列入预算", "revisit_on": (clock.today() + timedelta(days=60)).isoformat(),
    }  # fmt: skip
    bad = send(as_("convenor"), topic, 1, "judge", later | {"revisit_on": "2020-01-01"})
    assert (bad.status_code, code(bad)) == (409, "revisit_out_of_range")
    done = send(as_("convenor"), topic, 1, "judge", later).json()
    assert (done["fate"], done["verdict"]) == ("partly", "later")
    assert code(send(as_("convenor"), topic, 1, "judge", later)) == "answered_already"


def test_flagged_hidden_appealed_decided_by_program(as_, topic, said, people):
    assert send(as_("resident"), topic, 1, "flag").status_code == 400
    assert send(as_("resident"), topic, 1, "flag", {"flag": "insult"}).status_code == 200
    listed = as_("convenor").get("/api/v1/consultations/moderation/").json()["results"]
    assert [one["flags"] for one in listed] == [[{"reason": "insult", "note": ""}]]
    # Neither elsewhere nor who said it.
    other = as_("other_convenor").get("/api/v1/consultations/moderation/")
    assert other.json()["results"] == []
    assert as_("resident").get("/api/v1/consultations/moderation/").status_code == 403
    assert send(as_("recorder"), topic, 1, "hide", {"reason": "点了名"}).status_code == 200
    assert send(as_("neighbour"), topic, 1, "appeal", {"words": "没有"}).status_code == 200
    assert as_("recorder").get("/api/v1/consultations/moderation/").json()["results"] == []
    assert send(as_("convenor"), topic, 1, "decide", {"answer": "看过"}).status_code == 400
    decided = {"answer": "看过", "is_shown": True}
    own = send(as_("recorder"), topic, 1, "decide", decided)
    assert (own.status_code, code(own)) == (409, "decided_before")
    assert send(as_("convenor"), topic, 1, "decide", decided).json()["is_hidden"] is False
    assert as_("resident").get(at(topic, "opinions", 1)).status_code == 200


def test_a_number_that_is_none_is_nowhere(as_, topic):
    for serial in (99, 40000, 10**30):
        assert as_("resident").get(at(topic, "opinions", serial)).status_code == 404
        assert send(as_("resident"), topic, serial, "stance", {"value": 1}).status_code == 404
        assert send(as_("resident"), topic, serial, "hide", {"reason": "x"}).status_code == 404
    assert as_("resident").get(at(topic, "opinions") + "?kind=shout").status_code == 400
    assert as_("resident").get(at(topic, "map")).status_code == 404


def test_the_map_by_program(as_, topic, people):
    crowd(topic, people)
    tasks.draw_maps()
    found = as_("resident").get(at(topic, "map")).json()
    assert len(found["groups"]) == 2
    assert {one["serial"] for one in found["statements"]} == {1, 2, 3, 4, 5, 6}
    actions.hide(topic, 6, by=people["recorder"], reason="x")
    found = as_("resident").get(at(topic, "map")).json()
    assert 6 not in {one["serial"] for one in found["statements"]}


def test_the_list_takes_the_same_however_many(as_, topic, people, django_assert_max_num_queries):
    def listed():
        with django_assert_max_num_queries(16) as asked:
            assert as_("resident").get(at(topic, "opinions")).status_code == 200
        return len(asked)

    for n in range(2):
        one = made.said(topic, by=people["neighbour"], body=f"建议 {n}")
        made.said(topic, by=people["member"], kind="comment", body="同意", on=one.serial)
        made.said(topic, by=people["member"], kind="amendment", body=f"改 {n}", on=one.serial)
    few = listed()
    for n in range(4):
        one = made.said(topic, by=people["neighbour"], body=f"又 {n}")
        made.said(topic, by=people["member"], kind="comment", body="同意", on=one.serial)
        made.said(topic, by=people["member"], kind="amendment", body=f"再改 {n}", on=one.serial)
    assert listed() == few
