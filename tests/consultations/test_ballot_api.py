"""Ballots and covenants by REST: the sentences of the pages, and never a choice of anybody."""

from datetime import timedelta

import pytest

from consultations import actions
from consultations.models import Residency, Vote
from govgrid.core import clock
from tests.factories import consultations as made
from tests.factories.grids import holder

ROOT = "/api/v1/consultations/"


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


@pytest.fixture
def voter(town, people, officer):
    made.living(town.grids[0], "1-1-101", by=officer, user=people["resident"])
    return people["resident"]


@pytest.fixture
def as_(api, people):
    def sign_in(who):
        api.force_authenticate(people[who] if isinstance(who, str) else who)
        return api

    return sign_in


def send(api, path, body=None):
    return api.post(f"{ROOT}{path}/", body or {}, format="json")


def code_of(response):
    return response.json()["errors"][0]["code"]


def asked(platform, /, **changed):
    at = clock.now() + timedelta(hours=1)
    return {
        "platform": platform.code, "question": "同意装护栏吗", "options": ["同意", "不同意"],
        "quorum": "none", "opens_at": at.isoformat(),
        "closes_at": (at + timedelta(days=3)).isoformat(), **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"options": ["一个"]}, 400), ({"options": ["一样", "一样"]}, 409), ({"kind": "x"}, 400),
        ({"max_choices": 0}, 400), ({"max_choices": 2}, 409), ({"is_secret": "yes"}, 400),
        ({"closes_at": "2020-01-01T00:00:00Z"}, 409), ({"by_scrutineers": True}, 409),
        ({"platform": "nowhere"}, 400), ({"topic": "2026-99999"}, 400), ({"more": 1}, 400),
        ({"count_by": "area", "is_secret": True}, 409), ({"question": "\u200b"}, 400),
        ({"question": "\x00"}, 400), ({"entitled": -1}, 400),
    ],
)  # fmt: skip
def test_bad_questions(as_, platform, changed, status):
    response = send(as_("convenor"), "ballots", asked(platform, **changed))
    assert response.status_code == status
    assert response.json()["errors"][0]["detail"]


def test_from_question_to_result(as_, platform, people, voter, shift_clock):
    assert send(as_("resident"), "ballots", asked(platform)).status_code == 403
    made_ = send(as_("convenor"), "ballots", asked(platform))
    assert made_.status_code == 201
    pk = made_.json()["id"]
    assert as_("neighbour").get(f"{ROOT}ballots/{pk}/").status_code == 404
    assert send(as_("recorder"), f"ballots/{pk}/announce").status_code == 403
    assert send(as_("convenor"), f"ballots/{pk}/announce").json()["state"] == "announced"
    early = send(as_(voter), f"ballots/{pk}/vote", {"choices": [1]})
    assert (early.status_code, code_of(early)) == (409, "not_open")
    ballot = made.opened(made.Ballot.objects.get(), shift_clock)
    for body, code in (
        ({"choices": [3]}, "no_such_option"),
        ({"choices": [1, 2]}, "too_many_choices"),
        ({"choices": []}, "choose_something"),
        ({"choices": [1], "code": "x" * 11}, "wrong_code"),
    ):
        assert code_of(send(as_(voter), f"ballots/{pk}/vote", body)) == code
    assert send(as_(voter), f"ballots/{pk}/vote", {"choices": [True]}).status_code == 400
    other = send(as_("neighbour"), f"ballots/{pk}/vote", {"choices": [1]})
    assert code_of(other) == "not_entitled"
    assert send(as_(voter), f"ballots/{pk}/vote", {"choices": [1]}).status_code == 201
    again = send(as_(voter), f"ballots/{pk}/vote", {"choices": [1]})
    assert again.json()["errors"][0]["detail"] == "This vote was cast already."
    for who in ("resident", "convenor", "head"):
        seen = as_(who).get(f"{ROOT}ballots/{pk}/")
        assert seen.json()["result"] is None
        assert "votes" not in seen.content.decode()
    assert code_of(send(as_("recorder"), f"ballots/{pk}/count")) == "not_closed"
    made.closed(ballot, shift_clock)
    assert code_of(send(as_("convenor"), f"ballots/{pk}/count")) == "own_question"
    assert send(as_("member"), f"ballots/{pk}/count").status_code == 403
    done = send(as_("recorder"), f"ballots/{pk}/count").json()
    assert [row["heads"] for row in done["result"]["outcomes"]] == [1, 0]
    told = as_("neighbour").get(f"{ROOT}ballots/").content.decode()
    assert people["resident"].username not in told


def test_a_list_by_program(as_, platform, people, shift_clock):
    body = asked(platform, basis="list", count_by="area", quorum="two_thirds")
    pk = send(as_("convenor"), "ballots", body).json()["id"]
    path = f"ballots/{pk}/electors"
    line = {"household": "1-1", "floor_area": 88.5}
    assert send(as_("recorder"), path, {"lines": [line]}).status_code == 403
    bad = send(as_("convenor"), path, {"lines": [{"household": "11010519491231002X"}]})
    assert code_of(bad) == "bad_rows"
    assert send(as_("convenor"), path, {"lines": [{"name": "张三"}]}).status_code == 400
    letters = send(as_("convenor"), path, {"lines": [line]}).json()
    ballot = made.Ballot.objects.get()
    actions.announce_ballot(ballot, by=people["convenor"])
    made.opened(ballot, shift_clock)
    given = {"choices": [1], "code": letters[0]["code"]}
    assert send(as_("neighbour"), f"ballots/{pk}/vote", given).status_code == 201
    row = Vote.objects.get()
    # The letter voted, whoever typed it in.
    assert (row.user_id, row.floor_area) == (None, 8850)


def test_entering_by_program(as_, platform, people, town, officer, voter, shift_clock):
    made.living(town.grids[0], "1-1-101", by=officer)
    ballot = made.opened(made.announced(platform, by=people["convenor"]), shift_clock)
    path = f"ballots/{ballot.pk}/enter"
    body = {"household": "1-1-101", "channel": "paper", "choices": [1]}
    for who in ("resident", "convenor", "other_convenor"):
        # Not even whether the household is there.
        assert send(as_(who), path, body | {"household": "9"}).status_code == 403
    assert send(as_("recorder"), path, body | {"channel": "online"}).status_code == 400
    assert send(as_("recorder"), path, body).status_code == 400
    row = Residency.objects.get(user=None)
    assert send(as_("recorder"), path, body | {"residency": row.pk}).status_code == 201
    assert Vote.objects.get().channel == "paper"


def test_residencies_by_program(as_, town, people, officer):
    body = {"area": town.grids[0].code, "household": "1-1", "username": people["resident"].username}
    for who in ("resident", "convenor", "recorder", "clerk"):
        assert send(as_(who), "residencies", body).status_code == 403
    assert send(as_(officer), "residencies", body | {"username": "nobody"}).status_code == 400
    made_ = send(as_(officer), "residencies", body)
    assert made_.status_code == 201
    assert "household" not in made_.json()
    pk = made_.json()["id"]
    assert send(as_("convenor"), f"residencies/{pk}/end").status_code == 404
    assert send(as_(officer), f"residencies/{pk}/end").json()["ended_on"]
    own = body | {"username": officer.username}
    assert code_of(send(as_(officer), "residencies", own)) == "own_residency"


def test_covenants_by_program(as_, platform, people, town, voter, shift_clock):
    desk = holder("street_desk", area=town.streets[0])
    body = {
        "platform": platform.code, "kind": "residents", "title": "居民公约", "clauses": ["一", "二"],
    }  # fmt: skip
    assert send(as_("member"), "covenants", body).status_code == 403
    assert send(as_("convenor"), "covenants", body | {"clauses": []}).status_code == 409
    pk = send(as_("convenor"), "covenants", body).json()["id"]
    assert code_of(send(as_("convenor"), "covenants", body)) == "in_the_making"
    comment = {"position": 1, "body": "好"}
    said = send(as_("neighbour"), f"covenants/{pk}/comment", comment)
    assert said.json()["clauses"][0]["comments"][0]["body"] == "好"
    assert people["neighbour"].username not in said.content.decode()
    rules = {
        name: value
        for name, value in asked(platform, quorum="half", count_by="household").items()
        if name not in {"platform", "question", "options"}
    }
    unchecked = send(as_("convenor"), f"covenants/{pk}/ballot", rules)
    assert code_of(unchecked) == "not_checked"
    check = {"legal_check": "合法"}
    assert send(as_("convenor"), f"covenants/{pk}/check", check).status_code == 403
    assert send(as_(desk), f"covenants/{pk}/check", check).status_code == 200
    loose = send(as_("convenor"), f"covenants/{pk}/ballot", rules | {"quorum": "none"})
    assert code_of(loose) == "wrong_formula"
    ballot_pk = send(as_("convenor"), f"covenants/{pk}/ballot", rules).json()["id"]
    # A draft of a ballot is told to nobody, not even that it is there.
    assert as_("neighbour").get(f"{ROOT}covenants/{pk}/").json()["ballot"] is None
    assert code_of(send(as_("convenor"), f"covenants/{pk}/enact")) == "not_counted"
    ballot = made.Ballot.objects.get(pk=ballot_pk)
    actions.announce_ballot(ballot, by=people["convenor"])
    made.opened(ballot, shift_clock)
    actions.vote(ballot, [1], by=voter)
    actions.count_ballot(made.closed(ballot, shift_clock), by=people["recorder"])
    assert send(as_("recorder"), f"covenants/{pk}/enact").status_code == 403
    assert send(as_("convenor"), f"covenants/{pk}/enact").json()["state"] == "in_force"
    assert send(as_("convenor"), f"covenants/{pk}/file").status_code == 403
    assert send(as_(desk), f"covenants/{pk}/file", {"note": "备案 7 号"}).json()["filed_at"]
    again = send(as_("convenor"), f"covenants/{pk}/reword", {"title": "x", "clauses": ["x"]})
    assert code_of(again) == "put_to_the_vote"


def test_the_lists_take_the_same_however_many(
    as_, platform, people, voter, django_assert_max_num_queries
):
    for _each in range(6):
        made.announced(platform, by=people["convenor"])
    with django_assert_max_num_queries(8):
        assert len(as_("resident").get(f"{ROOT}ballots/").json()["results"]) == 6
    made.covenant(platform, by=people["convenor"])
    with django_assert_max_num_queries(8):
        assert len(as_("resident").get(f"{ROOT}covenants/").json()["results"]) == 1
