"""The call list and the replies ready to hand, over REST: whose they are, and what is refused."""

import pytest

from grids.models import Level
from tests.factories.accounts import bearer
from tests.factories.grids import AreaFactory, holder
from tests.factories.tickets import routed
from tickets import actions
from tickets.models import Callback, ReplyTemplate

CALLS, WORDS = "/api/v1/callbacks/", "/api/v1/templates/"


@pytest.fixture
def as_(api, cast):
    def sign_in(who):
        person = cast[who] if isinstance(who, str) else who
        api.credentials(HTTP_AUTHORIZATION=bearer(person))
        return api

    return sign_in


@pytest.fixture
def asked(town, cast):
    ticket = routed(town, by=cast["worker"], contact={"name": "李女士", "phone": "13800000000"})
    for name, who in (
        ("sign", "clerk"),
        ("finish", "clerk"),
        ("verify", "community"),
        ("close", "community"),
    ):
        actions.move(ticket, name, by=cast[who], note="已更换")
    return ticket.callbacks.get()


@pytest.fixture
def other_district(town):
    return AreaFactory(level=Level.DISTRICT, parent=town.city, letters="XL")


# ── the call list ─────────────────────────────────────────────────────────────────────────────


def test_the_call_list_is_for_who_calls_back_and_names_nobody(as_, asked):
    answer = as_("command").get(CALLS)
    (row,) = answer.json()["results"]
    assert (row["ticket"], row["round"]) == (asked.ticket.number, 1)
    assert "13800000000" not in answer.content.decode()
    for who in ("clerk", "street", "community", "worker", "nobody"):
        assert as_(who).get(CALLS).status_code == 403
        assert as_(who).get(f"{CALLS}{asked.pk}/").status_code == 404


def test_another_district_does_not_see_it(as_, asked, other_district):
    elsewhere = holder("district_command", area=other_district)
    assert as_(elsewhere).get(CALLS).json()["results"] == []
    for what in ("answer", "attempt"):
        body = {"solved": True, "satisfied": True} if what == "answer" else {}
        assert (
            as_(elsewhere).post(f"{CALLS}{asked.pk}/{what}/", body, format="json").status_code
            == 404
        )
    assert Callback.objects.get().is_open


def test_an_answer_stands_once(as_, asked):
    url = f"{CALLS}{asked.pk}/answer/"
    body = {"solved": True, "satisfied": False, "words": "慢了"}
    answer = as_("command").post(url, body, format="json")
    assert answer.status_code == 200, answer.content
    assert (answer.json()["via"], answer.json()["is_satisfied"]) == ("phone", False)
    again = as_("command").post(url, body, format="json")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "answered_already")


def test_unsolved_it_opens_again(as_, asked):
    as_("command").post(
        f"{CALLS}{asked.pk}/answer/", {"solved": False, "satisfied": False}, format="json"
    )
    asked.ticket.refresh_from_db()
    assert asked.ticket.state == "handling"


def test_three_attempts_and_it_is_given_up(as_, asked):
    url = f"{CALLS}{asked.pk}/attempt/"
    answers = [as_("command").post(url, {}, format="json") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 409]
    assert answers[2].json()["ended_why"] == "not_reached"
    assert as_("command").get(CALLS).json()["results"] == []


@pytest.mark.parametrize(
    "body",
    [{}, {"solved": "yes", "satisfied": True}, {"solved": True, "satisfied": True, "who": 1}, []],
)
def test_a_bad_answer_changes_nothing(as_, asked, body):
    assert as_("command").post(f"{CALLS}{asked.pk}/answer/", body, format="json").status_code == 400
    assert Callback.objects.get().is_open


# ── replies ready to hand ─────────────────────────────────────────────────────────────────────


def offered(as_, town, who="street", **content):
    body = {"area": town.streets[0].code, "title": "已派单", "text": "{number} 已派单", **content}
    return as_(who).post(WORDS, body, format="json")


def test_words_are_offered_changed_and_ended(as_, town):
    made = offered(as_, town)
    assert made.status_code == 201, made.content
    url = f"{WORDS}{made.json()['id']}/"
    changed = as_("street").post(
        f"{url}change/", {"title": "已派单", "text": "{number} 派出"}, format="json"
    )
    assert (changed.status_code, changed.json()["text"]) == (201, "{number} 派出")
    late = as_("street").post(f"{url}change/", {"title": "别的", "text": "别的"}, format="json")
    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "ended_already")
    newer = f"{WORDS}{changed.json()['id']}/"
    assert as_("street").post(f"{newer}end/", {}, format="json").status_code == 200
    assert as_("street").get(WORDS).json()["results"] == []
    assert ReplyTemplate.objects.count() == 2


def test_they_are_kept_by_whose_they_are(as_, town):
    made = offered(as_, town).json()
    assert as_("other_street").get(WORDS).json()["results"] == []
    for what in ("", "end/", "change/"):
        send = as_("other_street").get if what == "" else as_("other_street").post
        body = {} if what != "change/" else {"title": "x", "text": "y"}
        args = [] if what == "" else [body]
        assert send(f"{WORDS}{made['id']}/{what}", *args, format="json").status_code == 404
    assert offered(as_, town, "other_street").status_code == 403
    assert as_("worker").get(WORDS).status_code == 403


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ({"text": "<b>x</b>"}, 409, "markup"),
        ({"text": "{phone}"}, 409, "markup"),
        ({"area": "nowhere"}, 400, "unknown_area"),
        ({"department": "nobody"}, 400, "unknown_department"),
        ({"move": "fly"}, 400, "invalid_choice"),
        ({"title": "长" * 41}, 400, "max_length"),
    ],
)
def test_bad_words_are_refused(as_, town, content, status, code):
    answer = offered(as_, town, **content)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)
    assert not ReplyTemplate.objects.exists()


def test_the_same_title_twice_is_refused(as_, town):
    offered(as_, town)
    again = offered(as_, town)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "title_taken")


def test_of_an_area_or_a_department_and_not_both(as_, town):
    body = {"title": "x", "text": "y"}
    answer = as_("street").post(WORDS, body, format="json")
    assert answer.json()["errors"][0]["code"] == "area_or_department"


def test_the_lists_cost_the_same_for_more(as_, asked, town, django_assert_max_num_queries):
    for n in range(3):
        offered(as_, town, title=f"第{n}句")
    as_("command").get(CALLS)
    with django_assert_max_num_queries(5):
        as_("command").get(CALLS)
    with django_assert_max_num_queries(5):
        as_("street").get(WORDS)
