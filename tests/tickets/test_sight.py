"""What departments and reporters read of each other: cards, orders and meetings, with data that
could leak."""

import json
from datetime import timedelta

import pytest

from govgrid.core import clock
from tests.factories.accounts import bearer
from tests.factories.grids import DepartmentFactory, holder
from tests.factories.tickets import routed
from tests.tickets.test_orders import REASON, supervised
from tickets import actions
from tickets.actions import Call
from tickets.sight import sight_of

ANSWER = "承诺周五前完成"
AGENDA, PLACE, MINUTES, CANCELLED = "拖欠工期怎么办", "三楼密室", "住建局作检讨", "领导出差"


@pytest.fixture
def heads(town, cast):
    return cast | {"chief": holder("department_head", department=town.housing)}


@pytest.fixture
def reporter(town):
    """A worker of another street, who reported it where he came by."""
    return holder("grid_worker", area=town.grids[6])


@pytest.fixture
def ticket(town, heads, reporter, clock_at):
    """Late with 住建局, which leads, and has an order; 城管局 assists and has nothing of the kind."""
    clock_at("2026-11-16 09:00")
    ticket = routed(town, by=reporter)
    actions.move(ticket, "sign", by=heads["clerk"])
    actions.move(ticket, "call_in", by=heads["street"], department=town.urban, note="请协助")
    actions.move(ticket, "sign", by=heads["urban"])
    clock_at("2026-11-25 18:01")
    while actions.fire_clocks():
        pass
    supervised(ticket, by=heads["command"])
    actions.move(ticket, "answer", by=heads["chief"], note=ANSWER)
    return ticket


@pytest.fixture
def meeting(town, heads, ticket):
    start = clock.now() + timedelta(days=1)
    call = Call(
        kind="street", starts_at=start, ends_at=start + timedelta(hours=1), place=PLACE,
        agenda=[AGENDA], departments=[town.housing],
    )  # fmt: skip
    return actions.call_meeting(ticket, call, by=heads["street"])


@pytest.fixture
def read(client, api):
    """``read(who, path)`` the page's or the answer's status and text."""

    def ask(who, path):
        if path.startswith("/api/"):
            api.credentials(HTTP_AUTHORIZATION=bearer(who))
            answer = api.get(path)
        else:
            client.force_login(who)
            answer = client.get(path)
        return answer.status_code, answer.content.decode(errors="replace")

    return ask


def rows(read, who, ticket, what):
    status, text = read(who, f"/api/v1/tickets/{ticket.number}/{what}/")
    assert status in {200, 404}
    return [] if status == 404 else json.loads(text)["results"]


# ── cards and orders ──────────────────────────────────────────────────────────────────────────


def test_who_only_assists_reads_nothing_of_the_cards_and_orders_of_the_lead(
    read,
    town,
    heads,
    ticket,
):
    order = ticket.orders.get()
    said = (REASON, ANSWER, order.number)
    for who in ("chief", "clerk", "command", "street"):
        _status, page = read(heads[who], ticket.get_absolute_url())
        assert all(one in page for one in said), who
        assert len(rows(read, heads[who], ticket, "cards")) == 1
        assert len(rows(read, heads[who], ticket, "orders")) == 1
        assert read(heads[who], order.get_absolute_url())[0] == 200

    urban = heads["urban"]
    status, page = read(urban, ticket.get_absolute_url())
    assert status == 200
    assert [one for one in said if one in page] == []
    assert rows(read, urban, ticket, "cards") == rows(read, urban, ticket, "orders") == []
    assert read(urban, order.get_absolute_url())[0] == 404
    told = rows(read, urban, ticket, "events")
    assert not {"card", "supervise", "answer", "close_order"} & {one["verb"] for one in told}
    assert not any({"card", "colour"} & set(one["data"]) for one in told)
    assert "/orders/" not in page
    _status, found = read(urban, "/api/v1/tickets/?card=yellow,red,blue")
    assert ticket.number not in found
    _status, found = read(heads["clerk"], "/api/v1/tickets/?card=yellow,red,blue")
    assert ticket.number in found


def test_who_only_assists_reads_what_is_its_own(read, town, heads, ticket):
    own = supervised(ticket, by=heads["command"], department=town.urban, note="请说明协助情况")
    urban = heads["urban"]

    (row,) = rows(read, urban, ticket, "orders")
    assert row["number"] == own.number
    assert read(urban, own.get_absolute_url())[0] == 200
    _status, page = read(urban, ticket.get_absolute_url())
    assert "请说明协助情况" in page
    assert REASON not in page
    verbs = [one["verb"] for one in rows(read, urban, ticket, "events")]
    assert verbs.count("supervise") == 1


def test_an_assistant_closes_no_order_of_another(client, api, heads, ticket):
    client.force_login(heads["urban"])
    assert client.post(f"{ticket.get_absolute_url()}orders/1/close/").status_code == 404
    api.credentials(HTTP_AUTHORIZATION=bearer(heads["urban"]))
    path = f"/api/v1/tickets/{ticket.number}/orders/1/close/"
    assert api.post(path).status_code == 404
    assert ticket.orders.get().state == "answered"


def test_whoever_gave_the_lead_back_reads_of_itself_alone(town, heads, reporter):
    ticket = routed(town, by=reporter)
    said = {"note": "不归我", "return_reason": "not_ours", "suggested_owner": "城管"}
    actions.move(ticket, "return", by=heads["clerk"], **said)
    actions.move(ticket, "assign", by=heads["street"], department=town.urban)

    assert sight_of(heads["clerk"], ticket).departments == {town.housing.pk}
    assert sight_of(heads["urban"], ticket).departments is None


def test_rows_and_the_history_hold_the_same(town, heads, reporter, ticket, meeting):
    people = [*(heads[one] for one in ("chief", "urban", "street", "other_street")), reporter]
    for who in people:
        seen = sight_of(who, ticket)
        narrowed = set(seen.told(ticket.events.all()))
        assert narrowed == {one for one in ticket.events.all() if seen.is_told(one)}


# ── meetings ──────────────────────────────────────────────────────────────────────────────────


def test_who_only_reported_it_reads_nothing_of_its_meetings(
    read,
    heads,
    reporter,
    ticket,
    meeting,
    clock_at,
):
    clock_at("2026-11-26 18:30")
    actions.publish_minutes(meeting, by=heads["street"], minutes=MINUTES)
    page, ics = meeting.get_absolute_url(), f"{meeting.get_absolute_url()}meeting.ics"
    rest = f"/api/v1/tickets/{ticket.number}/meetings/{meeting.pk}/"
    said = (AGENDA, PLACE, MINUTES)
    for who in (heads["clerk"], heads["urban"], heads["street"], heads["command"]):
        assert all(one in read(who, page)[1] for one in said)
        assert read(who, ics)[0] == read(who, rest)[0] == 200

    assert read(reporter, ticket.get_absolute_url())[0] == 200
    for path in (page, ics, rest, f"{page}here/made:up/", f"{page}code/"):
        assert read(reporter, path)[0] == 404, path
    own, listed = read(reporter, ticket.get_absolute_url())[1], read(reporter, "/tickets/meetings/")
    assert not [one for one in said if one in own or one in listed[1]]
    assert f"/meetings/{meeting.pk}/" not in own
    assert "the meeting" not in own
    assert rows(read, reporter, ticket, "meetings") == []
    told = rows(read, reporter, ticket, "events")
    assert not {"call_meeting", "publish_meeting"} & {one["verb"] for one in told}
    _status, everything = read(reporter, "/api/v1/meetings/")
    assert ticket.number not in everything


def test_a_department_that_is_called_reads_its_meeting_alone(
    read,
    town,
    heads,
    ticket,
):
    fire = DepartmentFactory(area=town.district, short_name="消防救援")
    fireman = holder("department_clerk", department=fire)
    start = clock.now() + timedelta(days=1)
    first, second = (
        actions.call_meeting(
            ticket,
            Call("street", start, start + timedelta(hours=1), PLACE, [AGENDA], called),
            by=heads["street"],
        )
        for called in ([fire], [town.housing])
    )
    assert read(fireman, first.get_absolute_url())[0] == 200
    assert read(fireman, second.get_absolute_url())[0] == 404
    assert rows(read, fireman, ticket, "meetings") == []
    status, listed = read(fireman, "/tickets/meetings/")
    assert status == 200
    assert first.get_absolute_url() in listed
    assert second.get_absolute_url() not in listed


@pytest.mark.parametrize("number", ["%00", "YL%00", "x" * 300])
def test_a_number_that_is_none_is_not_found(api, heads, number):
    api.credentials(HTTP_AUTHORIZATION=bearer(heads["street"]))
    for path in ("meetings/1/", f"meetings/{10**30}/", "cards/", "orders/", "events/"):
        assert api.get(f"/api/v1/tickets/{number}/{path}").status_code == 404
