"""Needs and one's own time over REST: as the pages, and nothing that they do not show."""

import json
from uuid import uuid4

import pytest

from members import actions
from members.models import Claim, Need
from members.workflow.needs import NeedState
from tests.factories import needs as made

pytestmark = pytest.mark.django_db
NEEDS, TIME = "/api/v1/members/needs/", "/api/v1/members/time/"


@pytest.fixture
def roster():
    return made.build_roster()


@pytest.fixture
def as_(api):
    def sign_in(person):
        api.force_authenticate(person)
        return api

    return sign_in


def content(roster, **more):
    return {
        "client_id": str(uuid4()),
        "title": "晚间法律咨询",
        "body": "劳动合同到期怎么办",
        "area": roster.town.communities[0].code,
        "specialty": "law-labour",
        **more,
    }


def post(client, url, data=None):
    return client.post(url, data or {}, format="json")


def test_a_need_goes_all_the_way_over_rest(as_, roster):
    made_one = post(as_(roster.resident), NEEDS, content(roster))
    assert made_one.status_code == 201
    url = f"{NEEDS}{made_one.json()['number']}/"
    assert made_one.json()["is_mine"] is True
    claimed = post(as_(roster.lawyer.user), f"{url}claim/", {"plan": "周三"})
    assert claimed.json()["state"] == NeedState.CLAIMED
    claim = Claim.objects.get()
    assert post(as_(roster.resident), f"{url}claims/{claim.pk}/accept/").status_code == 200
    done = post(as_(roster.lawyer.user), f"{url}claims/{claim.pk}/done/", {"minutes": 60})
    assert done.json()["state"] == NeedState.SERVED
    assert post(as_(roster.resident), f"{url}not-done/", {"note": "没来"}).status_code == 200
    post(as_(roster.lawyer.user), f"{url}claims/{claim.pk}/done/", {"minutes": 90})
    over = post(as_(roster.resident), f"{url}confirm/", {"score": 5, "thanks": "谢谢"})
    assert over.json()["state"] == NeedState.CONFIRMED
    assert as_(roster.lawyer.user).get(f"{TIME}sum/").json() == {"minutes": 90}
    rows = as_(roster.lawyer.user).get(TIME).json()["results"]
    assert [(one["minutes"], one["is_taken_back"]) for one in rows] == [(90, False)]
    assert as_(roster.resident).get(TIME).json()["results"] == []
    assert as_(roster.resident).get(f"{TIME}sum/").json() == {"minutes": 0}


def test_the_same_sent_again_is_one(as_, roster):
    sent = content(roster)
    first, again = (post(as_(roster.resident), NEEDS, sent) for _n in range(2))
    assert first.json()["number"] == again.json()["number"]
    other = post(as_(roster.resident), NEEDS, {**sent, "title": "别的"})
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "client_id_reused")


def test_who_reads_what(as_, roster):
    need = made.asked(roster, **made.WITH_CONTACT)
    actions.claim_need(need, by=roster.lawyer.user, plan="秘密计划")
    url = f"{NEEDS}{need.number}/"
    for person, reads_body, reads_claim in (
        (roster.resident, True, True),
        (roster.lawyer.user, True, True),
        (roster.branch.user, True, False),
        (roster.liaison, True, False),
        (roster.neighbour, False, False),
        (roster.other_officer, False, False),
    ):
        answer = as_(person).get(url)
        said = json.dumps(answer.json(), ensure_ascii=False)
        assert (answer.json()["body"] is not None) is reads_body, person
        assert ("秘密计划" in said) is reads_claim, person
        for hidden in ("13912345678", "王先生", roster.resident.name, roster.lawyer.name):
            assert hidden not in said
    given = actions.accept_claim(Claim.objects.get(), by=roster.resident)
    assert as_(roster.neighbour).get(url).status_code == 404
    assert as_(roster.branch.user).get(url).status_code == 404
    assert as_(given.member.user).get(url).status_code == 200


def test_filters(as_, roster):
    need = made.asked(roster)
    made.asked(roster, by=roster.neighbour, specialty=roster.garden, title="修花")
    for query, titles in (
        ("", {need.title, "修花"}),
        ("specialty=law", {need.title}),
        ("specialty=garden", {"修花"}),
        (f"area={roster.town.communities[2].code}", set()),
        ("mine=true", {need.title}),
        ("lon=111.01&lat=30.005", {need.title, "修花"}),
        ("lon=111.3&lat=30.005", set()),
    ):
        rows = as_(roster.resident).get(f"{NEEDS}?{query}").json()["results"]
        assert {one["title"] for one in rows} == titles, query
    for query in ("specialty=nothing", "area=nowhere", "mine=perhaps", "lon=999", "unknown=1"):
        assert as_(roster.resident).get(f"{NEEDS}?{query}").status_code == 400, query


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""}, {"title": None}, {"body": "x" * 1001}, {"days": 91}, {"days": "30"},
        {"area": "nowhere"}, {"specialty": "nothing"}, {"client_id": "x"}, {"lon": 999},
        {"wanted_on": "tomorrow"}, {"unknown": 1}, {"on_behalf": True}, {"is_by_guardian": "yes"},
    ],
)  # fmt: skip
def test_bad_input_is_400_and_nothing_is_made(as_, roster, wrong):
    assert post(as_(roster.resident), NEEDS, content(roster, **wrong)).status_code == 400
    assert not Need.objects.exists()


def test_refusals_are_409_with_their_code(as_, roster):
    number = post(as_(roster.resident), NEEDS, content(roster, body="我的证件 42050619900307123X"))
    assert (number.status_code, number.json()["errors"][0]["code"]) == (409, "number_in_text")
    need = made.asked(roster, by=roster.branch.user)
    own = post(as_(roster.branch.user), f"{NEEDS}{need.number}/claim/")
    assert own.json()["errors"][0]["code"] == "own_need"
    assert post(as_(roster.neighbour), f"{NEEDS}{need.number}/claim/").status_code == 403
    assert post(as_(roster.lawyer.user), f"{NEEDS}N2026-99999/claim/").status_code == 404
    assert post(as_(roster.lawyer.user), f"{NEEDS}nonsense/claim/").status_code == 404


def test_a_claim_taken_back_and_declined(as_, roster):
    need = made.asked(roster)
    one = actions.claim_need(need, by=roster.lawyer.user)
    two = actions.claim_need(need, by=roster.branch.user)
    url = f"{NEEDS}{need.number}/claims/"
    assert post(as_(roster.lawyer.user), f"{url}{one.pk}/step-back/").json()["state"] == "withdrawn"
    assert post(as_(roster.lawyer.user), f"{url}{two.pk}/decline/").status_code == 403
    assert post(as_(roster.resident), f"{url}{two.pk}/decline/").status_code == 200
    mine = as_(roster.lawyer.user).get("/api/v1/members/claims/").json()["results"]
    assert [row["state"] for row in mine] == ["withdrawn"]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_more(as_, roster, count, django_assert_num_queries):
    for _n in range(count):
        actions.claim_need(made.asked(roster), by=roster.lawyer.user)
    client = as_(roster.lawyer.user)
    with django_assert_num_queries(1):
        client.get(NEEDS)
    with django_assert_num_queries(1):
        client.get("/api/v1/members/claims/")
    made.confirmed(roster)
    with django_assert_num_queries(2):
        client.get(TIME)
