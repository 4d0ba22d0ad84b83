"""Cards and orders over REST."""

import pytest

from tests.factories.accounts import bearer
from tests.tickets.test_cards import late
from tests.tickets.test_orders import heads  # noqa: F401 a fixture
from tickets import actions
from tickets.api.supervision import CardRow, OrderRow
from tickets.models import SupervisionOrder

URL = "/api/v1/tickets/"


@pytest.fixture
def call(api):
    def ask(user, method, path, **body):
        api.credentials(HTTP_AUTHORIZATION=bearer(user))
        more = {"data": body, "format": "json"} if method == "post" else {}
        return getattr(api, method)(f"{URL}{path}", **more)

    return ask


@pytest.fixture
def ticket(town, heads, clock_at):  # noqa: F811
    return late(town, heads, clock_at)


def test_cards_and_orders_have_the_shape_of_the_document(call, ticket, heads):  # noqa: F811
    place = f"{ticket.number}/"
    said = {"note": "说明原因", "within": "WD1"}
    done = call(heads["command"], "post", f"{place}actions/supervise/", **said)
    assert done.status_code == 200
    (card,) = call(heads["clerk"], "get", f"{place}cards/").json()["results"]
    (order,) = call(heads["clerk"], "get", f"{place}orders/").json()["results"]

    assert set(card) == set(CardRow().fields)
    assert set(order) == set(OrderRow().fields)
    assert (card["colour"], card["cause"], card["told"]) == ("yellow", "overdue", "deputy_head")
    assert order["number"] == "夷陵督〔2026〕1号"
    assert order["pdf"].endswith(f"/tickets/{ticket.number}/orders/1.pdf")

    answered = call(heads["chief"], "post", f"{place}actions/answer/", note="周五前完成")
    assert answered.status_code == 200
    again = call(heads["chief"], "post", f"{place}actions/answer/", note="再答")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "nothing_to_answer")
    (card,) = call(heads["command"], "get", f"{place}cards/").json()["results"]
    assert card["answer"] == "周五前完成"

    assert call(heads["head"], "post", f"{place}orders/1/close/").status_code == 403
    closed = call(heads["command"], "post", f"{place}orders/1/close/")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    twice = call(heads["command"], "post", f"{place}orders/1/close/")
    assert (twice.status_code, twice.json()["errors"][0]["code"]) == (409, "order_is_closed")
    for nothing in ("2", "99999999999"):
        answer = call(heads["command"], "post", f"{place}orders/{nothing}/close/")
        assert answer.status_code == 404


@pytest.mark.parametrize("who", ["urban", "other_head", "other_worker"])
def test_strangers_find_nothing(call, ticket, heads, who):  # noqa: F811
    for what in ("cards/", "orders/"):
        assert call(heads[who], "get", f"{ticket.number}/{what}").status_code == 404
    said = {"note": "说明原因", "within": "WD1"}
    answer = call(heads[who], "post", f"{ticket.number}/actions/supervise/", **said)
    assert answer.status_code == 404
    assert not SupervisionOrder.objects.exists()


def test_what_a_desk_may_see_it_may_not_order(call, ticket, heads):  # noqa: F811
    said = {"note": "说明原因", "within": "WD1"}
    answer = call(heads["street"], "post", f"{ticket.number}/actions/supervise/", **said)
    assert answer.status_code == 403


@pytest.mark.parametrize("within", ["", "WD4", "soon", None, 3])
def test_a_limit_that_is_none_is_bad_input(call, ticket, heads, within):  # noqa: F811
    said = {"note": "说明原因", "within": within}
    answer = call(heads["command"], "post", f"{ticket.number}/actions/supervise/", **said)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "within"


def test_the_list_is_narrowed_by_colour_and_not_for_a_reporter(call, ticket, heads):  # noqa: F811
    def found(who, query):
        return [one["number"] for one in call(heads[who], "get", query).json()["results"]]

    for who in ("command", "head", "clerk", "community"):
        assert found(who, "?card=yellow,red&ordering=due_at") == [ticket.number]
        assert found(who, "?card=blue") == []
    type(ticket).objects.filter(pk=ticket.pk).update(filed_by=heads["other_worker"])
    assert found("other_worker", "") == [ticket.number]
    assert found("other_worker", "?card=yellow") == []
    assert call(heads["command"], "get", "?card=green").status_code == 400


def test_the_moves_of_supervision_are_offered_to_whom_they_are_for(call, ticket, heads):  # noqa: F811
    def names(who):
        rows = call(heads[who], "get", f"{ticket.number}/actions/").json()["results"]
        return {one["name"] for one in rows if one["allowed"]} & {"answer", "urge", "supervise"}

    assert names("command") == names("head") == {"urge", "supervise"}
    assert names("street") == {"urge"}
    assert names("clerk") == names("chief") == {"answer"}
    assert names("community") == set()
    actions.move(ticket, "answer", by=heads["clerk"], note="周五前完成")
    assert names("clerk") == set()
