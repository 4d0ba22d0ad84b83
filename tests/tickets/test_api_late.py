"""The late list over REST: the same rows as the page, for the same people, and the same acts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import bearer
from tests.factories.grids import holder
from tests.tickets.test_cards import signed
from tests.tickets.test_late import asked_of, lot, named  # noqa: F401 a fixture
from tickets import actions
from tickets.api.late import LateRow
from tickets.api.shapes import TicketRow
from tickets.api.supervision import CardRow
from tickets.models import SupervisionOrder

URL = "/api/v1/late/"


@pytest.fixture
def as_(api, cast, town):
    people = cast | {"chief": holder("department_head", department=town.housing)}

    def sign_in(who, *scopes):
        api.credentials(HTTP_AUTHORIZATION=bearer(people[who], *scopes))
        return api

    return sign_in


def numbers(answer):
    assert answer.status_code == 200, answer.content
    return [one["ticket"]["number"] for one in answer.json()["results"]]


def test_everything_late_or_carded_the_longest_overdue_first(as_, lot, town):  # noqa: F811
    answer = as_("head").get(URL)
    assert numbers(answer) == named(lot, "red", "desk", "yellow", "blue")
    first = answer.json()["results"][0]
    assert set(first) == set(LateRow().fields)
    assert set(first["ticket"]) == set(TicketRow().fields)
    assert (first["clock"]["kind"], first["clock"]["due_at"]) == (
        "resolve", first["ticket"]["due_at"],
    )  # fmt: skip
    (card,) = first["cards"]
    assert set(card) == set(CardRow().fields)
    assert (card["colour"], card["department"]["code"]) == ("red", town.housing.code)
    assert answer.json()["results"][1]["cards"] == []


def test_each_sees_his_own_area(as_, lot):  # noqa: F811
    assert lot["elsewhere"].number in numbers(as_("command").get(URL))
    assert numbers(as_("other_street").get(URL)) == named(lot, "elsewhere")
    for who in ("street", "head"):
        assert lot["elsewhere"].number not in as_(who).get(URL).content.decode()


@pytest.mark.parametrize("who", ["worker", "community", "clerk", "chief", "nobody", "auditor"])
def test_nobody_else_has_such_a_list(as_, lot, who):  # noqa: F811
    for path in ("", "tally/"):
        answer = as_(who).get(f"{URL}{path}")
        assert answer.status_code == 403
        assert lot["red"].number not in answer.content.decode()
    for name in ("urge", "supervise", "escalate"):
        said = {"numbers": [lot["red"].number]}
        assert as_(who).post(f"{URL}actions/{name}/", said, format="json").status_code == 403
    assert not lot["red"].events.filter(verb="urge").exists()


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("colour=red", ["red"]),
        ("cause=overdue", ["yellow"]),
        ("cause=desk_triage", ["desk"]),
        ("cause=unsolved", []),
        ("colour=red&cause=overdue", []),
        ("colour=&cause=", ["red", "desk", "yellow", "blue"]),
    ],
)
def test_narrowed_by_colour_and_cause(as_, lot, asked, names):  # noqa: F811
    assert numbers(as_("head").get(f"{URL}?{asked}")) == named(lot, *names)


def test_narrowed_by_department(as_, lot, town):  # noqa: F811
    own = as_("head").get(f"{URL}?department={town.housing.code}")
    assert numbers(own) == named(lot, "red", "yellow", "blue")
    assert numbers(as_("head").get(f"{URL}?department={town.urban.code}")) == []


@pytest.mark.parametrize(
    ("asked", "attr"),
    [
        ("colour=green", "colour"), ("cause=x", "cause"), ("department=x", "department"),
        ("department=%00", "department"), ("color=red", "color"), ("cursor=x", "cursor"),
        ("page_size=0", "page_size"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_said(as_, lot, asked, attr):  # noqa: F811
    answer = as_("head").get(f"{URL}?{asked}")
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, attr)


def test_pages_neither_skip_nor_repeat_and_lead_back(as_, lot):  # noqa: F811
    client = as_("command")
    whole = numbers(client.get(URL))
    assert len(whole) == 5
    seen, pages, address = [], [], f"{URL}?page_size=2"
    while address:
        answer = client.get(address)
        pages.append(numbers(answer))
        seen += pages[-1]
        address, back = answer.json()["next"], answer.json()["previous"]
    assert seen == whole
    assert numbers(client.get(back)) == pages[-2]


def test_it_counts_and_ranks_nobody(as_, lot, town):  # noqa: F811
    counted = as_("head").get(f"{URL}tally/").json()
    assert counted["colours"] == [
        {"colour": "red", "count": 1},
        {"colour": "yellow", "count": 1},
        {"colour": "blue", "count": 1},
    ]
    assert {one["cause"]: one["count"] for one in counted["causes"]} == {
        "long_overdue": 1, "overdue": 1, "near": 1, "desk_triage": 1,
    }  # fmt: skip
    (share,) = counted["departments"]
    assert (share["department"]["code"], share["total"]) == (town.housing.code, 3)


def test_statements_do_not_grow_with_the_rows(as_, lot, town, cast, clock_at):  # noqa: F811
    client = as_("head")
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL)
    clock_at("2026-11-18 09:00")
    for _n in range(6):
        signed(town, cast)
    clock_at("2026-11-26 09:00")
    while actions.fire_clocks():
        pass
    client.get(URL)  # the first use of a day is noted on the token
    with CaptureQueriesContext(connection) as many:
        assert len(numbers(client.get(URL))) == 11
    assert asked_of(few) == asked_of(many)
    assert asked_of(many) <= 8


# ── acts ──────────────────────────────────────────────────────────────────────────────────────


def test_each_is_urged_by_itself(as_, lot):  # noqa: F811
    asked = [*named(lot, "red", "yellow"), "YL20261122-999999-9"]
    client = as_("command")
    first = client.post(f"{URL}actions/urge/", {"numbers": asked[:1]}, format="json")
    assert [one["status"] for one in first.json()["results"]] == [200]
    answer = client.post(f"{URL}actions/urge/", {"numbers": asked}, format="json")
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [one["number"] for one in results] == asked
    assert [one["status"] for one in results] == [409, 200, 404]
    assert "urged less than an hour ago" in results[0]["errors"][0]["detail"]
    assert lot["yellow"].events.filter(verb="urge").count() == 1


def test_what_lies_elsewhere_is_not_there(as_, lot):  # noqa: F811
    asked = {"numbers": named(lot, "elsewhere")}
    answer = as_("street").post(f"{URL}actions/urge/", asked, format="json")
    (one,) = answer.json()["results"]
    assert (one["status"], one["url"]) == (404, None)
    assert not lot["elsewhere"].events.filter(verb="urge").exists()


def test_orders_go_to_the_department_with_the_worst_card(as_, lot, town):  # noqa: F811
    said = {"numbers": named(lot, "red", "yellow"), "note": "说明原因", "within": "WD1"}
    answer = as_("command").post(f"{URL}actions/supervise/", said, format="json")
    assert [one["status"] for one in answer.json()["results"]] == [200, 200]
    orders = SupervisionOrder.objects.order_by("pk")
    assert [one.department for one in orders] == [town.housing, town.housing]
    assert as_("street").post(f"{URL}actions/supervise/", said, format="json").status_code == 403
    assert orders.count() == 2


def test_a_level_up_says_why(as_, lot):  # noqa: F811
    ticket = lot["yellow"]
    client = as_("command")
    bare = client.post(f"{URL}actions/escalate/", {"numbers": [ticket.number]}, format="json")
    (one,) = bare.json()["results"]
    assert one["status"] == 409
    said = {"numbers": [ticket.number], "tried": "催办两次", "missing_power": "经费"}
    done = client.post(f"{URL}actions/escalate/", said, format="json")
    assert [one["status"] for one in done.json()["results"]] == [200]
    ticket.refresh_from_db()
    assert ticket.level == "street"


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"numbers": []}, {"numbers": ["x"] * 51}, {"numbers": [7]}, {"numbers": "x"},
        {"numbers": ["\x00"]}, {"numbers": ["YL20261122-000123-7"], "within": "WD1"},
        {"numbers": ["YL20261122-000123-7"], "who": "me"},
    ],
)  # fmt: skip
def test_bad_input_is_said(as_, lot, body):  # noqa: F811
    answer = as_("command").post(f"{URL}actions/urge/", body, format="json")
    assert answer.status_code == 400, answer.content


def test_no_other_act_is_taken_from_here(as_, lot):  # noqa: F811
    asked = {"numbers": named(lot, "red")}
    assert as_("command").post(f"{URL}actions/close/", asked, format="json").status_code == 404


def test_reading_alone_does_not_act(as_, lot):  # noqa: F811
    asked = {"numbers": named(lot, "red")}
    client = as_("command", "read")
    assert client.get(URL).status_code == 200
    answer = client.post(f"{URL}actions/urge/", asked, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "scope_missing")
