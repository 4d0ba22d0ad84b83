"""Topics over REST: raised once, moved by the table, seen by whom they concern."""

from datetime import timedelta
from uuid import uuid4

import pytest

from consultations.models import Commitment, Topic
from govgrid.core import clock
from tests.factories import consultations as made
from tests.factories.accounts import bearer
from tests.factories.tickets import CategoryFactory

TOPICS = "/api/v1/consultations/topics/"


@pytest.fixture
def as_(api, people):
    def sign_in(who):
        api.credentials(HTTP_AUTHORIZATION=bearer(people[who]))
        return api

    return sign_in


@pytest.fixture
def raised(platform, people):
    return made.raised(platform, by=people["resident"])


@pytest.fixture
def talk(platform, people, town):
    topic = made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"],
        area=town.grids[0],
    )  # fmt: skip
    return made.talked(topic, by=people["convenor"])


def body(platform, **more):
    return {
        "client_id": str(uuid4()),
        "platform": platform.code,
        "title": "电梯加装",
        "body": "三单元想装",
        **more,
    }


def test_one_is_raised_once(as_, platform):
    sent = body(platform)
    first = as_("resident").post(TOPICS, sent, format="json")
    assert first.status_code == 201, first.content
    again = as_("resident").post(TOPICS, sent, format="json")
    assert (again.status_code, again.json()["number"]) == (200, first.json()["number"])
    other = as_("resident").post(TOPICS, {**sent, "title": "别的"}, format="json")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "client_id_reused")
    assert Topic.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"title": ""}, "blank"),
        ({"title": 7}, "invalid"),
        ({"title": "长" * 61}, "max_length"),
        ({"platform": "nowhere"}, "unknown_platform"),
        ({"area": "nowhere"}, "unknown_area"),
        ({"client_id": "x"}, "invalid"),
        ({"lon": "x"}, "invalid"),
        ({"who": "x"}, "unknown_field"),
    ],
)
def test_a_bad_one_is_refused_by_name(as_, platform, more, code):
    answer = as_("resident").post(TOPICS, {**body(platform), **more}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert not Topic.objects.exists()


def test_an_area_elsewhere_and_a_stranger_are_refused(as_, platform, town):
    away = as_("resident").post(
        TOPICS, body(platform, area=town.communities[3].code), format="json"
    )
    assert (away.status_code, away.json()["errors"][0]["code"]) == (409, "outside")
    assert (
        as_("resident").post(TOPICS, body(platform, on_behalf=True), format="json").status_code
        == 403
    )


@pytest.mark.parametrize(
    ("who", "status"),
    [("resident", 200), ("screener", 200), ("neighbour", 404), ("other_head", 404), ("clerk", 404)],
)
def test_what_is_not_taken_up_is_for_few(as_, raised, who, status):
    for what in ("", "steps/", "actions/", "promises/"):
        assert as_(who).get(f"{TOPICS}{raised.number}/{what}").status_code == status
    rows = as_(who).get(TOPICS).json()["results"]
    assert bool(rows) is (status == 200)


def test_nobody_is_named(as_, raised, people):
    for what in ("", "steps/"):
        assert (
            people["resident"].name
            not in as_("screener").get(f"{TOPICS}{raised.number}/{what}").content.decode()
        )


def test_it_is_moved_by_the_table(as_, raised):
    url = f"{TOPICS}{raised.number}/actions/"
    names = [one["name"] for one in as_("screener").get(url).json()["results"]]
    assert names == ["accept", "decline", "refer", "merge"]
    assert [one["name"] for one in as_("resident").get(url).json()["results"]] == ["withdraw"]
    lacking = as_("screener").post(f"{url}accept/", {}, format="json")
    assert (lacking.status_code, lacking.json()["errors"][0]["code"]) == (409, "study_plan_needed")
    assert as_("resident").post(f"{url}accept/", made.STUDY, format="json").status_code == 403
    assert as_("screener").post(f"{url}fly/", {}, format="json").status_code == 404
    assert as_("screener").post(f"{url}raise/", {}, format="json").status_code == 404
    done = as_("screener").post(f"{url}accept/", made.STUDY, format="json")
    assert (done.status_code, done.json()["state"]) == (200, "studying")


def test_filters_narrow_and_unknown_ones_are_refused(as_, talk, town, platform):
    for query, finds in (
        ("q=护栏", True), ("q=電梯", False), ("state=deliberating,doing", True), ("state=doing", False),
        (f"platform={platform.code}", True), (f"area={town.streets[0].code}", True), (f"area={town.streets[1].code}", False),
    ):  # fmt: skip
        answer = as_("neighbour").get(f"{TOPICS}?{query}")
        assert bool(answer.json()["results"]) is finds, query
    for query in ("sort=x", "state=fly", "verdict=maybe", "platform=nowhere", "q="):
        answer = as_("neighbour").get(f"{TOPICS}?{query}")
        assert answer.status_code == (200 if query == "q=" else 400), query


def test_a_department_is_asked_and_answers(as_, talk, town):
    url = f"{TOPICS}{talk.number}/promises/"
    asked = {"text": "护栏 60 米", "department": town.housing.code}
    assert as_("resident").post(url, asked, format="json").status_code == 403
    assert as_("convenor").post(url, asked, format="json").status_code == 201
    category = CategoryFactory(code="0101")
    answer = {"due_on": (clock.today() + timedelta(days=30)).isoformat(), "category": category.code}
    assert as_("urban").post(f"{url}1/accept/", answer, format="json").status_code == 403
    assert (
        as_("clerk")
        .post(f"{url}1/accept/", {**answer, "category": "9999"}, format="json")
        .status_code
        == 400
    )
    assert as_("clerk").post(f"{url}2/accept/", answer, format="json").status_code == 404
    done = as_("clerk").post(f"{url}1/accept/", answer, format="json")
    assert done.status_code == 200, done.content
    assert done.json()["ticket"] == Commitment.objects.get().ticket.number


def test_lists_cost_the_same_for_more(as_, talk, platform, people, django_assert_max_num_queries):
    for _ in range(3):
        made.studying(platform, by=people["neighbour"], screener=people["screener"])
    client = as_("convenor")
    for url, most in ((TOPICS, 5), ("/api/v1/consultations/platforms/", 3)):
        client.get(url)
        with django_assert_max_num_queries(most):
            client.get(url)


@pytest.mark.parametrize("number", ["%00", "x", "2026-1", "9" * 300])
def test_what_is_no_number_is_nowhere(as_, db, people, number):
    for what in ("", "steps/", "actions/", "promises/"):
        assert as_("screener").get(f"{TOPICS}{number}/{what}").status_code == 404
