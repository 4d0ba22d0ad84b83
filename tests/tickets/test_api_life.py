"""The life of a ticket over REST: its history, what may be done, and doing it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from rest_framework.test import APIClient

from govgrid.core import clock
from tests.factories.accounts import bearer
from tests.factories.grids import DepartmentFactory, build_town, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, routed
from tickets import actions
from tickets.api.life import EventRow
from tickets.api.moves import MoveRow
from tickets.models import Assignment, Ticket, TicketEvent
from tickets.workflow import MOVES

URL = "/api/v1/tickets/"


@pytest.fixture
def act(api):
    """``act(user, ticket, name, **body)`` takes a move with that person's token."""

    def take(user, ticket, name, *scopes, **body):
        api.credentials(HTTP_AUTHORIZATION=bearer(user, *scopes))
        return api.post(f"{URL}{ticket.number}/actions/{name}/", body, format="json")

    return take


@pytest.fixture
def read(api):
    def get(user, ticket, what=""):
        api.credentials(HTTP_AUTHORIZATION=bearer(user))
        return api.get(f"{URL}{ticket.number}/{what}").json()

    return get


def error(response):
    (one,) = response.json()["errors"]
    return response.status_code, one["code"], one["attr"]


# ── from filing to closing ────────────────────────────────────────────────────────────────────


def test_a_report_goes_from_filing_to_closing(api, act, read, town, cast):
    RuleFactory(category=CategoryFactory(code="0101"), area=town.district, department=town.housing)
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["worker"]))
    lon, lat = town.middle(0)
    body = {
        "client_id": str(uuid4()),
        "category": "0101",
        "description": "井盖破损",
        "location": {"lon": lon, "lat": lat},
    }
    number = api.post(URL, body, format="json").json()["number"]
    ticket = Ticket.objects.get(number=number)
    actions.route()

    for who, name, words, state, part in [
        ("clerk", "sign", {}, "handling", "signed"),
        ("clerk", "report_in", {"note": "已到现场"}, "handling", "reported_in"),
        ("clerk", "make_safe", {}, "handling", "reported_in"),
        ("clerk", "finish", {"note": "已更换"}, "handled", "done"),
        ("community", "verify", {}, "verified", "done"),
        ("community", "close", {"note": "谢谢"}, "closed", "done"),
    ]:
        response = act(cast[who], ticket, name, **words)
        assert response.status_code == 200, response.content
        answer = response.json()
        assert (answer["state"], answer["assignments"][0]["state"]) == (state, part)

    (assignment,) = answer["assignments"]
    for stamp in ("signed_at", "reported_in_at", "made_safe_at", "done_at"):
        assert assignment[stamp]
    assert answer["closed_at"]
    events = read(cast["worker"], ticket, "events/")["results"]
    assert [one["verb"] for one in events] == (
        ["file", "route", "sign", "report_in", "make_safe", "finish", "verify", "close"]
    )
    assert [one["after"] for one in events][-3:] == ["handled", "verified", "closed"]
    assert events[1]["by"] is None
    assert events[1]["data"]["rule"].startswith("R-")
    assert (events[5]["note"], events[5]["by"]) == ("已更换", cast["clerk"].name)
    assert set(events[0]) == set(EventRow().fields)


def test_the_desk_assigns_what_no_rule_decides(act, read, town, cast):
    ticket = filed(town, by=cast["worker"])
    actions.route()
    assert read(cast["street"], ticket)["state"] == "triage"
    assert read(cast["street"], ticket)["routing"]["outcome"] == "unresolved"

    answer = act(cast["street"], ticket, "assign", department=town.urban.code).json()

    assert answer["state"] == "dispatched"
    assert answer["department"]["short_name"] == "城管局"
    returned = act(
        cast["urban"],
        ticket,
        "return",
        note="不归我局",
        return_reason="not_ours",
        suggested_owner="住建局",
    ).json()
    assert (returned["state"], returned["department"], returned["return_count"]) == (
        "triage",
        None,
        1,
    )
    declined = act(cast["street"], ticket, "decline", note="不属受理范围")
    assert declined.json()["state"] == "declined"


def test_what_is_settled_here_is_an_assignment_of_the_office(act, town, cast):
    ticket = filed(town, by=cast["worker"])
    answer = act(cast["worker"], ticket, "settle", note="已清理").json()

    assert answer["state"] == "handled"
    assert answer["assignments"][0]["department"]["name"] == "社区11办公室"


def test_two_departments_of_one_person_are_told_apart(act, town, cast):
    ticket = routed(town, by=cast["worker"])
    second = Assignment.objects.create(
        ticket=ticket, department=town.urban, role="assist", offered_at=ticket.filed_at
    )
    both = holder("department_clerk", department=town.housing)
    both.posts.create(
        role="department_clerk", department=town.urban, period=both.posts.get().period
    )

    answer = act(both, ticket, "sign", assignment=second.pk).json()

    assert [one["state"] for one in answer["assignments"]] == ["offered", "signed"]


# ── what is refused ───────────────────────────────────────────────────────────────────────────


def test_moves_that_are_refused_say_why_and_write_nothing(act, town, cast):
    ticket = routed(town, by=cast["worker"])
    events = TicketEvent.objects.count()
    elsewhere = Assignment.objects.get(ticket=routed(town, by=cast["other_worker"], grid=4)).pk
    events = TicketEvent.objects.count()

    for who, name, body, expected in [
        # The state says no.
        ("clerk", "finish", {"note": "x"}, (409, "wrong_state", None)),
        ("clerk", "report_in", {}, (409, "wrong_state", None)),
        ("community", "close", {}, (409, "wrong_state", None)),
        ("street", "decline", {"note": "x"}, (409, "wrong_state", None)),
        # A condition says no.
        ("clerk", "return", {}, (409, "return_reason_needed", None)),
        ("clerk", "return", {"return_reason": "not_ours"}, (409, "reason_needed", None)),
        (
            "clerk",
            "return",
            {"return_reason": "seen_before", "note": "x"},
            (409, "owner_needed", None),
        ),
        ("community", "settle", {"note": "  "}, (409, "note_needed", None)),
        # The permission says no.
        ("worker", "sign", {}, (403, "permission_denied", None)),
        ("clerk", "verify", {}, (403, "permission_denied", None)),
        ("auditor", "close", {}, (403, "permission_denied", None)),
        ("head", "verify", {}, (403, "permission_denied", None)),
        # Strangers are not told that it exists.
        ("urban", "sign", {}, (404, "not_found", None)),
        ("other_street", "close", {}, (404, "not_found", None)),
        ("nobody", "close", {}, (404, "not_found", None)),
        # No such move.
        ("clerk", "explode", {}, (404, "not_found", None)),
        ("clerk", "suspend", {}, (403, "permission_denied", None)),
        ("clerk", "%00", {}, (404, "not_found", None)),
        # The body is wrong.
        ("clerk", "sign", {"note": 5}, (400, "invalid", "note")),
        ("clerk", "sign", {"note": "x" * 2001}, (400, "max_length", "note")),
        ("clerk", "sign", {"department": "none"}, (400, "unknown_department", "department")),
        ("clerk", "sign", {"department": 5}, (400, "invalid", "department")),
        ("clerk", "sign", {"assignment": "1"}, (400, "invalid", "assignment")),
        ("clerk", "sign", {"assignment": True}, (400, "invalid", "assignment")),
        ("clerk", "sign", {"assignment": -1}, (400, "min_value", "assignment")),
        ("clerk", "sign", {"assignment": 10**30}, (400, "max_value", "assignment")),
        ("clerk", "sign", {"assignment": 2**62}, (400, "unknown_assignment", "assignment")),
        ("clerk", "sign", {"assignment": elsewhere}, (400, "unknown_assignment", "assignment")),
        ("clerk", "sign", {"spede": 1}, (400, "unknown_field", "spede")),
        # A word that this move does not take.
        ("clerk", "sign", {"speed": 1}, (400, "not_taken", "speed")),
        ("clerk", "sign", {"until": "2026-12-01"}, (400, "not_taken", "until")),
        ("clerk", "finish", {"rank": "head"}, (400, "not_taken", "rank")),
        # Every field by itself.
        ("clerk", "report_in", {"rank": "king"}, (400, "invalid_choice", "rank")),
        ("clerk", "finish", {"until": "2026-02-30"}, (400, "invalid", "until")),
        ("clerk", "finish", {"until": 20261201}, (400, "invalid", "until")),
        ("clerk", "finish", {"accepted_at": "noon"}, (400, "invalid", "accepted_at")),
        (
            "clerk",
            "finish",
            {"accepted_at": "2999-01-01T00:00:00Z"},
            (400, "in_the_future", "accepted_at"),
        ),
        ("clerk", "finish", {"spoke_with": "x" * 201}, (400, "max_length", "spoke_with")),
        ("street", "assign", {"helpers": ["none"]}, (400, "unknown_department", "helpers")),
        ("street", "assign", {"helpers": "none"}, (400, "not_a_list", "helpers")),
        ("street", "merge", {"into": "YL20200101-000000-0"}, (400, "unknown_ticket", "into")),
        ("street", "merge", {"into": "路"}, (400, "unknown_ticket", "into")),
        ("community", "blow", {"whistle_kind": "loud"}, (400, "invalid_choice", "whistle_kind")),
        ("community", "rate", {"speed": 6, "quality": 1}, (400, "max_value", "speed")),
        ("community", "rate", {"speed": 1.0, "quality": 1}, (400, "invalid", "speed")),
        ("community", "rate", {"speed": 1, "quality": True}, (400, "invalid", "quality")),
        ("clerk", "sign", {"seen": "1"}, (400, "invalid", "seen")),
        ("clerk", "sign", {"seen": 0}, (400, "min_value", "seen")),
    ]:
        assert error(act(cast[who], ticket, name, **body)) == expected, (who, name, body)

    ticket.refresh_from_db()
    assert ticket.state == "dispatched"
    assert TicketEvent.objects.count() == events


def test_a_closed_department_is_given_nothing(act, town, cast):
    ticket = filed(town, by=cast["worker"])
    actions.route()
    closed = DepartmentFactory(area=town.district, is_active=False)

    assert error(act(cast["street"], ticket, "assign", department=closed.code)) == (
        400,
        "unknown_department",
        "department",
    )
    assert error(act(cast["street"], ticket, "assign")) == (409, "department_needed", None)


def test_who_did_the_work_cannot_verify_it(act, town, cast):
    ticket = filed(town, by=cast["worker"])
    act(cast["worker"], ticket, "settle", note="已清理")

    assert error(act(cast["worker"], ticket, "verify")) == (409, "own_work", None)


def test_a_token_acts_only_with_that_scope(act, town, cast):
    ticket = routed(town, by=cast["worker"])

    assert error(act(cast["clerk"], ticket, "sign", "read", "file"))[:2] == (403, "scope_missing")
    assert act(cast["clerk"], ticket, "sign", "act").status_code == 200


def test_a_move_is_taken_by_post_alone(api, town, cast):
    ticket = routed(town, by=cast["worker"])
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["clerk"]))

    for method in ("get", "put", "patch", "delete", "options", "trace"):
        response = getattr(api, method)(f"{URL}{ticket.number}/actions/sign/")
        assert error(response) == (405, "method_not_allowed", None)


# ── what may be done ──────────────────────────────────────────────────────────────────────────


def test_the_moves_say_what_is_open_and_what_is_missing(read, town, cast):
    ticket = routed(town, by=cast["worker"])
    (assignment,) = ticket.assignments.all()

    moves = {one["name"]: one for one in read(cast["clerk"], ticket, "actions/")["results"]}

    assert list(moves) == [
        *("sign", "report_in", "make_safe", "plan", "reach_milestone", "finish", "return"),
        *("dispute", "extend", "appeal", "hand_to"),
    ]
    assert moves["sign"] == {
        "name": "sign",
        "label": "Sign for it",
        "allowed": True,
        "missing": [],
        "fields": [],
        "assignment": assignment.pk,
    }
    assert moves["return"]["allowed"] is True
    assert moves["return"]["fields"] == [
        {"name": "return_reason", "required": True},
        {"name": "note", "required": True},
        {"name": "suggested_owner", "required": True},
    ]
    assert moves["finish"]["allowed"] is False
    assert [one["code"] for one in moves["finish"]["missing"]] == ["wrong_state"]
    assert moves["finish"]["missing"][0]["detail"]
    assert set(moves["finish"]) == set(MoveRow().fields)


def test_only_my_own_moves_are_named(read, town, cast):
    ticket = routed(town, by=cast["worker"])

    def names(who):
        return {one["name"] for one in read(cast[who], ticket, "actions/")["results"]}

    worker = {"check", "settle", "confirm_safe", "verify", "reject", "reopen", "blow"}
    assert names("worker") == worker
    assert names("community") == worker | {"merge", "unmerge", "close", "rate", "escalate"}
    assert names("street") >= {"assign", "decline", "merge"}
    assert names("auditor") == set()


def test_whatever_is_called_open_can_be_done(api, act, read, town, cast):
    """The list and the action ask the same table: nothing open is refused, nothing shut passes."""
    ahead = (clock.today() + timedelta(days=20)).isoformat()
    words = {
        "note": "x",
        "return_reason": "not_ours",
        "suggested_owner": "y",
        "department": town.urban.code,
        "helpers": [town.urban.code],
        "rank": "head",
        "accepted_at": "",
        "spoke_with": "报告人",
        "until": ahead,
        "no_photo": "夜间",
        "meets": True,
        "finding": "real",
        "whistle_kind": "routine",
        "tried": "x",
        "missing_power": "y",
        "from_level": "community",
        "within": "WD1",
        "speed": 4,
        "quality": 3,
        "handler": cast["clerk"].username,
        "milestones": [{"title": "x", "due_on": ahead}],
        "due_on": ahead,
        "reach": "grid",
        "amount": 1,
        "clock": 1,
    }
    for who in ("clerk", "community", "street"):
        for name in MOVES:
            ticket = routed(town, by=cast["worker"])
            offered = {one["name"]: one for one in read(cast[who], ticket, "actions/")["results"]}
            words["into"] = routed(town, by=cast["worker"]).number
            part = {"client_id": str(uuid4()), "category": "0101", "description": "x"}
            words["parts"] = [part]
            # A report has no milestone that could be named.
            given = {key: words[key] for key in MOVES[name].fields if key != "milestone"}
            if "accepted_at" in given:  # after the report, and not ahead
                given["accepted_at"] = clock.now().isoformat()
            if name == "withdraw":
                given["department"] = town.housing.code

            response = act(cast[who], ticket, name, **given)

            if name == "undo" or (name == "answer" and who == "clerk"):
                assert response.status_code == 409
            elif name not in offered:
                assert response.status_code == 403, (who, name)
            else:
                expected = 200 if offered[name]["allowed"] else 409
                assert response.status_code == expected, (who, name, response.content)


def test_reading_on_costs_the_same_for_many_rows(api, town, cast, django_assert_max_num_queries):
    ticket = routed(town, by=cast["worker"])
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["clerk"]))
    for name in ("sign", "report_in", "finish"):
        # Token, posts, ticket with what hangs on it, and its events or assignments; whether the
        # last can be undone, and whether it may still be seen. While it is worked on, the
        # conditions as well (does finishing want an after-photo?) and its clocks. Of the history a department is told more than a reporter.
        for what, count in {"events/": 5, "actions/": 8}.items():
            with django_assert_max_num_queries(count):
                api.get(f"{URL}{ticket.number}/{what}")
        ticket = actions.move(ticket, name, by=cast["clerk"], note="x")


# ── at once ───────────────────────────────────────────────────────────────────────────────────


def _at_once(count, send):
    """Calls ``send(n)`` in that many threads, each with a connection of its own."""

    def call(n):
        try:
            return send(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_report_twenty_times_at_once_is_one_ticket():
    town = build_town()
    CategoryFactory(code="0101")
    header = bearer(holder("grid_worker", area=town.grids[0]))
    lon, lat = town.middle(0)
    body = {
        "client_id": str(uuid4()),
        "category": "0101",
        "description": "井盖破损",
        "location": {"lon": lon, "lat": lat},
    }

    def send(_n):
        return APIClient(HTTP_AUTHORIZATION=header).post(URL, body, format="json")

    responses = _at_once(20, send)

    assert sorted(one.status_code for one in responses) == [200] * 19 + [201]
    assert len({one.json()["number"] for one in responses}) == 1
    assert Ticket.objects.count() == 1
    assert TicketEvent.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_signing_ten_times_at_once_signs_once():
    town = build_town()
    ticket = routed(town, by=holder("grid_worker", area=town.grids[0]))
    header = bearer(holder("department_clerk", department=town.housing))

    def send(_n):
        url = f"{URL}{ticket.number}/actions/sign/"
        return APIClient(HTTP_AUTHORIZATION=header).post(url, {}, format="json")

    responses = _at_once(10, send)

    assert sorted(one.status_code for one in responses) == [200] + [409] * 9
    assert TicketEvent.objects.filter(verb="sign").count() == 1
