"""Sessions and surveys by REST: who may, what is refused, nothing that could leak."""

from datetime import timedelta
from uuid import uuid4

import pytest

from consultations import actions, codes
from consultations.models import Session
from govgrid.core import clock
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

ROOT = "/api/v1/consultations/sessions/"


@pytest.fixture
def topic(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


@pytest.fixture
def meeting(topic, people):
    return made.called(topic, by=people["convenor"], capacity=2)


@pytest.fixture
def as_(api, people):
    def sign_in(who):
        api.force_authenticate(people[who])
        return api

    return sign_in


def send(api, session, name, body=None):
    return api.post(f"{ROOT}{session.pk}/{name}/", body or {}, format="json")


def calling(platform, topic, **changed):
    at = clock.now() + timedelta(days=5)
    return {
        "client_id": str(uuid4()), "platform": platform.code, "topic": topic.number, "kind": "visit",
        "title": "现场", "venue": "校门口", "starts_at": at.isoformat(),
        "ends_at": (at + timedelta(hours=1)).isoformat(), **changed,
    }  # fmt: skip


def test_called_once_however_often_it_is_sent(as_, platform, topic):
    body = calling(platform, topic)
    first = as_("convenor").post(ROOT, body, format="json")
    again = as_("convenor").post(ROOT, body, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = as_("convenor").post(ROOT, body | {"title": "别的"}, format="json")
    assert other.status_code == 409
    assert other.json()["errors"][0]["code"] == "client_id_reused"
    assert as_("resident").post(ROOT, calling(platform, topic), format="json").status_code == 403


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"kind": "party"}, 400),
        ({"topic": "2026-99999"}, 400),
        ({"platform": "nowhere"}, 400),
        ({"agenda": ["议" * 300]}, 400),
        ({"ends_at": "2020-01-01T00:00:00Z"}, 409),
        ({"capacity": 0}, 400),
        ({"whatever": 1}, 400),
    ],
)
def test_bad_calls(as_, platform, topic, changed, status):
    response = as_("convenor").post(ROOT, calling(platform, topic) | changed, format="json")
    assert response.status_code == status
    assert response.json()["errors"][0]["detail"]


def test_what_is_not_public_is_not_there(as_, platform, people):
    hidden = made.session(made.raised(platform, by=people["resident"]), by=people["convenor"])
    ids = [one["id"] for one in as_("neighbour").get(ROOT).json()["results"]]
    assert hidden.pk not in ids
    assert as_("neighbour").get(f"{ROOT}{hidden.pk}/").status_code == 404
    for name in ("sign-up", "sign-off", "publish", "hall"):
        assert send(as_("neighbour"), hidden, name).status_code == 404
    assert as_("member").get(f"{ROOT}{hidden.pk}/").status_code == 200


def test_places_by_program(as_, meeting, people):
    assert (
        send(as_("resident"), meeting, "sign-up", {"capacity": "owner"}).json()["mine"]["place_no"]
        == 1
    )
    assert send(as_("resident"), meeting, "check-in", {"code": "1:x"}).status_code == 403
    made.begun(meeting)
    said = codes.token(meeting)
    assert send(as_("resident"), meeting, "check-in", {"code": said}).status_code == 200
    full = send(as_("resident"), meeting, "check-in", {"code": said})
    assert full.json()["errors"][0]["code"] == "signed_in_already"
    guest = {"guest": "王奶奶", "capacity": "resident", "is_here": True}
    assert send(as_("neighbour"), meeting, "guests", guest).status_code == 403
    assert send(as_("recorder"), meeting, "guests", guest).status_code == 201
    seen = as_("neighbour").get(f"{ROOT}{meeting.pk}/")
    assert seen.json()["attendance"]["came"] == 2
    assert "王奶奶" not in seen.content.decode()
    assert people["resident"].name not in seen.content.decode()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("move", {"starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-01-01T01:00:00Z"}),
        ("cancel", {"reason": "停电"}),
        ("agenda", {"agenda": ["一"]}),
        ("item", {"position": 1, "minutes": "x"}),
        ("paper", {"title": "方案", "text": "x"}),
        ("send-papers", {}),
        ("publish", {"minutes": "x"}),
    ],
)
def test_only_who_holds_it_changes_it(as_, meeting, name, body):
    before = Session.objects.values().get()
    for who in ("resident", "member", "screener", "other_convenor", "clerk"):
        assert send(as_(who), meeting, name, body).status_code == 403, who
    assert Session.objects.values().get() == before


def test_minutes_by_program(as_, meeting):
    api = as_("recorder")
    assert send(api, meeting, "agenda", {"agenda": ["通报"]}).status_code == 200
    assert send(api, meeting, "publish").json()["errors"][0]["code"] == "not_begun"
    made.begun(meeting)
    assert send(api, meeting, "item", {"position": 1, "minutes": "同意"}).status_code == 200
    assert as_("resident").get(f"{ROOT}{meeting.pk}/").json()["minutes"] == ""
    out = send(as_("recorder"), meeting, "publish").json()
    assert out["minutes"] == "1. 通报\n同意"
    late = send(as_("recorder"), meeting, "publish", {"minutes": "又"})
    assert late.json()["errors"][0]["code"] == "minutes_published"


def test_a_survey_by_program(as_, topic, people):
    survey = made.survey(topic, by=people["recorder"])
    asked = as_("resident").get(f"{ROOT}{survey.pk}/questions/").json()["results"]
    assert [one["kind"] for one in asked] == ["one", "many", "scale", "text"]
    full = {"answers": [{"position": 1, "chosen": [1]}, {"position": 3, "score": 5}]}
    assert send(as_("resident"), survey, "sheets", full).status_code == 201
    again = send(as_("resident"), survey, "sheets", full)
    assert again.json()["errors"][0]["code"] == "answered_already"
    both = {"answers": [{"position": 1, "chosen": [1], "score": 5}]}
    assert send(as_("neighbour"), survey, "sheets", both).status_code == 400
    few = as_("resident").get(f"{ROOT}{survey.pk}/results/").json()
    assert few["sheets"] is None
    for _each in range(5):
        actions.answer(survey, {1: [2], 3: 4}, by=UserFactory())
    found = as_("resident").get(f"{ROOT}{survey.pk}/results/").json()
    # One said "yes": kept back, and with it the only other that was chosen.
    assert [bar["count"] for bar in found["results"][0]["bars"]] == [None, None, 0]
    assert send(as_("member"), survey, "questions", {"questions": []}).status_code == 403


def test_the_hall_by_program(as_, meeting):
    sent = {"client_id": str(uuid4()), "body": "挡不挡消防车？"}
    assert send(as_("resident"), meeting, "hall", sent).status_code == 201
    assert send(as_("neighbour"), meeting, "hall/1/support").json()["supporters"] == 1
    aside = {"body": "会后书面答", "put_aside": True}
    assert send(as_("neighbour"), meeting, "hall/1/reply", aside).status_code == 403
    assert send(as_("recorder"), meeting, "hall/1/reply", aside).json()["put_aside"] is True
    rows = as_("member").get(f"{ROOT}{meeting.pk}/hall/").json()["results"]
    assert set(rows[0]) == {
        "serial", "body", "supporters", "is_supported", "put_aside", "reply",
    }  # fmt: skip


def test_the_list_takes_the_same_however_many(as_, topic, people, django_assert_max_num_queries):
    for _each in range(6):
        made.called(topic, by=people["convenor"], kind="visit")
    with django_assert_max_num_queries(8):
        assert len(as_("resident").get(ROOT, {"when": "coming"}).json()["results"]) == 6
