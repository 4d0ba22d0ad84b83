"""Platforms, plans, rounds of claiming and the ledger by REST: who may, what is refused, no leaks."""

from datetime import timedelta
from uuid import uuid4

import pytest

from consultations import actions
from consultations.actions.planning import Line
from consultations.models import Entry, Platform, Pool, Seat, Theme
from govgrid.core import clock
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

ROOT = "/api/v1/consultations/"


@pytest.fixture
def as_(api, people):
    def sign_in(who):
        api.force_authenticate(people[who])
        return api

    return sign_in


@pytest.fixture
def topic(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


def send(api, path, body=None):
    return api.post(f"{ROOT}{path}", body or {}, format="json")


def code_of(response):
    return response.json()["errors"][0]["code"]


def test_platforms_are_found_and_founded(as_, town, platform, other_platform, people):
    api = as_("resident")
    assert [one["code"] for one in api.get(f"{ROOT}platforms/").json()["results"]] == ["c11", "c21"]
    near = api.get(f"{ROOT}platforms/", {"area": town.streets[0].code}).json()["results"]
    assert [one["code"] for one in near] == ["c11"]
    assert api.get(f"{ROOT}platforms/", {"kind": "party"}).status_code == 400
    body = {"name": "街道平台", "kind": "street", "area": town.streets[0].code}
    assert send(api, "platforms/", body).status_code == 403
    made_ = send(as_("head"), "platforms/", body)
    assert made_.status_code == 201
    assert made_.json()["empty"] == ["convenor", "screener", "recorder"]
    assert code_of(send(as_("head"), "platforms/", body | {"kind": "owners"})) == "compound_needed"
    assert send(as_("head"), "platforms/", body | {"compound": "x"}).status_code == 400
    assert Platform.objects.count() == 3


def test_terms_say_what_is_wrong(as_, platform, people):
    api = as_("convenor")
    for wrong in ({"days": {"nap": 3}}, {"days": {"screen": 0}}, {"labels": {"study": "很" * 13}},
                  {"quorum": "3"}, {"whatever": 1}):  # fmt: skip
        assert send(api, "platforms/c11/terms/", wrong).status_code == 400
    done = send(api, "platforms/c11/terms/", {"days": {"screen": 7}, "labels": {"study": "调研"}})
    assert done.json()["terms"]["days"]["screen"] == 7
    assert send(as_("screener"), "platforms/c11/terms/", {}).status_code == 403
    assert send(as_("other_head"), "platforms/c11/terms/", {}).status_code == 403
    for code in ("nowhere", "%00"):
        assert send(api, f"platforms/{code}/terms/", {}).status_code == 404


def test_seats(as_, platform, people):
    person = UserFactory(username="wang", name="王一")
    body = {"person": "wang", "role": "expert", "starts_on": clock.today().isoformat()}
    # Who may fill no seat learns of no login either.
    for name in ("wang", "nobody"):
        refused = send(as_("resident"), "platforms/c11/seats/", body | {"person": name})
        assert refused.status_code == 403
    api = as_("convenor")
    assert send(api, "platforms/c11/seats/", body | {"person": "nobody"}).status_code == 400
    assert send(api, "platforms/c11/seats/", body | {"role": "screener"}).status_code == 403
    assert send(api, "platforms/c11/seats/", body).status_code == 201
    assert code_of(send(api, "platforms/c11/seats/", body)) == "has_seat"
    rows = as_("resident").get(f"{ROOT}platforms/c11/seats/").json()["results"]
    assert "王一" in {one["person"] for one in rows}
    assert "wang" not in str(rows)
    seat = Seat.objects.get(user=person)
    api = as_("convenor")
    assert send(api, f"platforms/c21/seats/{seat.pk}/end/", {"reason": "x"}).status_code == 404
    assert send(api, f"platforms/c11/seats/{seat.pk}/end/", {"reason": "搬走"}).status_code == 200


def test_a_plan_is_written_and_published(as_, platform, people):
    year = clock.today().year
    at = f"platforms/c11/plans/{year}/"
    line = {"month": 3, "subject": "停车", "kind": "meeting"}
    assert as_("resident").get(ROOT + at).status_code == 404
    assert send(as_("recorder"), at, {"lines": [line]}).status_code == 403
    api = as_("convenor")
    assert send(api, at, {"lines": [line | {"month": 13}]}).status_code == 400
    assert send(api, at, {"lines": [line]}).json()["published_at"] is None
    # A draft is for those who plan.
    assert as_("resident").get(ROOT + at).status_code == 404
    assert send(as_("resident"), f"{at}publish/").status_code == 403
    assert send(as_("convenor"), f"{at}publish/").status_code == 200
    said = as_("resident").get(ROOT + at).json()
    assert (said["version"], said["held"], said["lines"][0]["subject"]) == (1, 0, "停车")
    assert send(as_("convenor"), f"{at}publish/").status_code == 404
    assert as_("resident").get(f"{ROOT}platforms/c11/plans/99999/").status_code == 404


def test_rounds_of_claiming(as_, town, platform, people):
    body = {
        "area": town.streets[0].code,
        "title": "选题",
        "items": [{"title": "护栏", "body": "要护栏"}],
    }
    assert send(as_("resident"), "pools/", body).status_code == 403
    made_ = send(as_("area_convenor"), "pools/", body)
    assert made_.status_code == 201
    at = f"pools/{made_.json()['id']}/"
    assert as_("member").get(ROOT + at).status_code == 404
    assert as_("member").get(f"{ROOT}pools/").json()["results"] == []
    closes = (clock.now() + timedelta(days=3)).isoformat()
    assert send(as_("area_convenor"), f"{at}publish/", {"closes_at": closes}).status_code == 200
    claim = {"platform": "c11", "group": "一组"}
    assert send(as_("resident"), f"{at}items/1/claim/", claim).status_code == 403
    assert send(as_("member"), f"{at}items/7/claim/", claim).status_code == 404
    done = send(as_("member"), f"{at}items/1/claim/", claim)
    assert done.status_code == 201
    # Not decided on yet: its number is told to nobody here.
    assert done.json()["items"][0]["claim"]["topic"] is None
    assert code_of(send(as_("member"), f"{at}items/1/claim/", claim)) == "taken"
    assert Pool.objects.get().items.count() == 1


def test_common_topics_hide_what_was_not_taken_up(as_, town, platform, people):
    body = {"client_id": str(uuid4()), "area": town.streets[0].code, "title": "物业费", "body": "怎么定",
            "platforms": ["c11"]}  # fmt: skip
    assert send(as_("convenor"), "themes/", body).status_code == 403
    assert send(as_("head"), "themes/", body).status_code == 201
    assert send(as_("head"), "themes/", body).status_code == 200
    assert send(as_("head"), "themes/", body | {"platforms": ["x"]}).status_code == 400
    theme = Theme.objects.get()
    seen = as_("neighbour").get(f"{ROOT}themes/{theme.pk}/").json()["answers"]
    assert seen == [
        {"platform": {"code": "c11", "name": platform.name}, "topic": None, "state": None}
    ]
    assert (
        as_("screener").get(f"{ROOT}themes/{theme.pk}/").json()["answers"][0]["state"] == "raised"
    )
    assert send(as_("neighbour"), f"themes/{theme.pk}/sum/", {"summary": "x"}).status_code == 403
    assert (
        code_of(send(as_("head"), f"themes/{theme.pk}/sum/", {"summary": "x"}))
        == "nothing_taken_up"
    )


def test_another_platform_answers(as_, topic, other_platform, people):
    at = f"topics/{topic.number}/cohosts/"
    assert send(as_("member"), at, {"platform": "c21"}).status_code == 403
    assert send(as_("convenor"), at, {"platform": "c21"}).status_code == 201
    answer = f"{at}c21/answer/"
    assert send(as_("convenor"), answer, {"agreed": True}).status_code == 403
    assert code_of(send(as_("other_convenor"), answer, {"agreed": False})) == "reason_needed"
    assert send(as_("other_convenor"), answer, {"agreed": True}).json()["is_agreed"] is True
    assert as_("resident").get(ROOT + at).json()["results"][0]["is_agreed"] is True


def _entry(**changed):
    return {
        "client_id": str(uuid4()), "kind": "money", "direction": "given", "amount": "500.00",
        "unit": "yuan", "on": clock.today().isoformat(), "text": "护栏", "giver": "张老板", **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"amount": 5}, 400),
        ({"amount": "NaN"}, 400),
        ({"amount": "1e5"}, 400),
        ({"amount": "１５"}, 400),
        ({"amount": "0"}, 409),
        ({"unit": "kg"}, 409),
        ({"direction": "spent"}, 409),
        ({"on": "2099-01-01"}, 409),
        ({"serial": 1}, 400),
    ],
)
def test_entries_that_cannot_be(as_, topic, changed, status):
    response = send(as_("recorder"), f"topics/{topic.number}/ledger/", _entry(**changed))
    assert response.status_code == status
    assert response.json()["errors"][0]["detail"]
    assert not Entry.objects.exists()


def test_the_ledger(as_, topic, platform, people):
    at = f"topics/{topic.number}/ledger/"
    body = _entry()
    assert send(as_("member"), at, body).status_code == 403
    assert [send(as_("recorder"), at, body).status_code for _twice in range(2)] == [201, 200]
    send(as_("recorder"), at, _entry(amount="30"))
    assert send(as_("recorder"), f"{at}2/take-back/", {"reason": "重复"}).status_code == 201
    assert (
        code_of(send(as_("recorder"), f"{at}2/take-back/", {"reason": "x"})) == "taken_back_already"
    )
    assert send(as_("recorder"), f"{at}99999999999/take-back/", {"reason": "x"}).status_code == 404
    rows = as_("neighbour").get(ROOT + at).json()["results"]
    assert [one["serial"] for one in rows] == [3, 2, 1]
    assert "张老板" not in str(rows)
    sums = as_("neighbour").get(f"{ROOT}ledger/", {"area": topic.area.code}).json()["totals"]
    assert sums == [{"kind": "money", "unit": "yuan", "given": "500.00", "spent": "0.00"}]
    assert as_("neighbour").get(f"{ROOT}ledger/").status_code == 400
    hidden = made.raised(platform, by=people["resident"])
    for who in ("neighbour", "resident"):
        assert as_(who).get(f"{ROOT}topics/{hidden.number}/ledger/").status_code == 404


def test_lists_take_the_same_statements_for_many(
    as_, town, platform, topic, people, django_assert_max_num_queries
):
    year, convenor = clock.today().year, people["convenor"]
    draft = actions.begin_plan(platform, year, by=convenor)
    actions.set_lines(draft, [Line(n, "停车", "meeting") for n in range(1, 13)], by=convenor)
    actions.publish_plan(draft, by=convenor)
    for _each in range(4):
        made.PlatformFactory(area=town.communities[0])
        send(as_("recorder"), f"topics/{topic.number}/ledger/", _entry())
    api = as_("resident")
    for path in ("platforms/", "platforms/c11/", "platforms/c11/seats/",
                 f"platforms/c11/plans/{year}/", f"topics/{topic.number}/ledger/"):  # fmt: skip
        with django_assert_max_num_queries(6):
            assert api.get(ROOT + path).status_code == 200


def test_the_sheet_of_a_year(api, platform, other_platform, people, town):
    url = f"/api/v1/consultations/years/{clock.today().year}/"
    api.force_authenticate(people["resident"])
    found = {one["slug"]: one["number"] for one in api.get(url).json()["results"]}
    assert (found["platforms"], found["members"]) == (2, 1)
    here = api.get(url, {"area": town.communities[0].code}).json()["results"]
    assert {one["slug"]: one["number"] for one in here}["platforms"] == 1
    assert api.get(url, {"area": "nowhere"}).status_code == 400
    assert api.get(url, {"lists": "members"}).status_code == 400
    assert api.get("/api/v1/consultations/years/1999/").status_code == 404
    assert api.get("/api/v1/consultations/years/99999999999999999999/").status_code == 404
