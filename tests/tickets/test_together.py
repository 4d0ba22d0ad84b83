"""One move on several tickets, and one undo for all of them."""

import re
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import bearer
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, filed, routed
from tickets import actions
from tickets.models import Ticket

URL = "/tickets/together/"
API = "/api/v1/tickets/actions/"


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


@pytest.fixture
def three(town, cast):
    """Given to 住建局."""
    return [routed(town, by=cast["worker"]) for _ in range(3)]


@pytest.fixture
def waiting(town, cast):
    """Three that wait for the desk."""
    category = CategoryFactory(code="0999")
    found = [filed(town, by=cast["worker"], category=category) for _ in range(3)]
    actions.route()
    return [Ticket.objects.get(pk=one.pk) for one in found]


def n(tickets):
    return [one.number for one in tickets]


def states(tickets):
    return [Ticket.objects.get(pk=one.pk).state for one in tickets]


def offered(client, tickets):
    page = client.get(URL, {"n": n(tickets)}, HTTP_HX_REQUEST="true")
    return re.findall(r'data-gg-together="(\w+)"', page.content.decode())


# ── what all of them allow ────────────────────────────────────────────────────────────────────


def test_the_bar_offers_what_every_one_allows(cast, three, waiting, sign_in):
    assert offered(sign_in("clerk"), three) == ["sign", "hand_to"]
    assert offered(sign_in("street"), waiting) == ["assign", "merge", "settle", "decline"]
    # In one state more there is less that fits all.
    assert offered(sign_in("street"), [*waiting, three[0]]) == ["merge", "settle"]
    assert offered(sign_in("auditor"), waiting) == []
    assert "merge" not in offered(sign_in("street"), waiting[:1])


def test_what_is_out_of_reach_is_no_ticket(town, cast, three, sign_in):
    far = routed(town, by=cast["other_worker"], grid=4)
    client = sign_in("street")

    page = client.get(URL, {"n": [three[0].number, far.number]}).content.decode()

    assert "You have no ticket of these numbers:" in page
    assert far.category.name not in page.partition(far.number)[2].partition("</p>")[0]


@pytest.mark.parametrize(
    "numbers", [[], ["x"], ["\x00"], [f"YL20261122-{i:06d}-1" for i in range(51)]]
)
def test_none_too_many_and_strange_ones_are_said(sign_in, numbers):
    client = sign_in("street")

    for answer in (client.get(URL, {"n": numbers}), client.post(f"{URL}sign/", {"n": numbers})):
        assert answer.status_code == 200
        assert answer.context["wrong"]


def test_the_bar_asks_as_much_for_many_as_for_two(town, cast, sign_in):
    few = [routed(town, by=cast["worker"]) for _ in range(2)]
    many = [routed(town, by=cast["worker"]) for _ in range(8)]
    client, asked = sign_in("clerk"), []
    client.get(URL, {"n": n(few)})
    for some in (few, many):
        with CaptureQueriesContext(connection) as queries:
            client.get(URL, {"n": n(some)}, HTTP_HX_REQUEST="true")
        asked.append(len(queries))

    assert asked[0] == asked[1]


# ── done ──────────────────────────────────────────────────────────────────────────────────────


def test_signed_at_once_each_for_its_own_department(cast, three, sign_in):
    client = sign_in("clerk")

    assert "Sign for it" in client.get(f"{URL}sign/", {"n": n(three)}).content.decode()
    answer = client.post(f"{URL}sign/", {"n": n(three)}, follow=True)

    assert states(three) == ["handling"] * 3
    assert "Sign for it: 3 of 3." in answer.content.decode()


def test_one_that_cannot_stops_no_other_and_says_why(town, cast, three, sign_in):
    """Changed between the look and the press."""
    client = sign_in("clerk")
    client.get(f"{URL}sign/", {"n": n(three)})
    actions.move(three[1], "sign", by=cast["clerk"])
    far = routed(town, by=cast["other_worker"], grid=4, category=CategoryFactory(code="0777"))

    answer = client.post(
        f"{URL}sign/", {"n": [*n(three), "YL20261122-000123-7"]}, HTTP_ACCEPT="application/json"
    ).json()  # fmt: skip

    assert answer["done"] == [three[0].number, three[2].number]
    assert [(one["number"], one["code"]) for one in answer["refused"]] == [
        (three[1].number, "wrong_state"), ("YL20261122-000123-7", "unknown"),
    ]  # fmt: skip
    assert all(one["detail"] for one in answer["refused"])
    assert states([far]) == ["dispatched"]


def test_assigned_together_and_taken_back_together(town, cast, waiting, sign_in):
    client = sign_in("street")
    given = {"n": n(waiting), "department": town.urban.pk}

    page = client.post(f"{URL}assign/", given, follow=True).content.decode()
    assert states(waiting) == ["dispatched"] * 3
    assert "Undo all" in page
    undone = client.post(f"{URL}undo/", {"n": n(waiting)}, follow=True).content.decode()

    assert states(waiting) == ["triage"] * 3
    assert "Undo: 3 of 3." in undone


def test_after_the_seconds_nothing_is_taken_back_and_it_is_said(
    town, cast, waiting, sign_in, shift_clock
):
    client = sign_in("street")
    client.post(f"{URL}assign/", {"n": n(waiting), "department": town.urban.pk})
    shift_clock(seconds=60)

    answer = client.post(
        f"{URL}undo/", {"n": n(waiting)}, HTTP_ACCEPT="application/json"
    ).json()  # fmt: skip

    assert answer["done"] == []
    assert {one["code"] for one in answer["refused"]} == {"too_late"}
    assert "Undo all" not in client.get(f"{URL}done/").content.decode()


def test_words_are_asked_for_once_and_kept_when_refused(cast, waiting, sign_in):
    client = sign_in("street")

    wrong = client.post(f"{URL}decline/", {"n": n(waiting), "note": ""})
    right = client.post(f"{URL}decline/", {"n": n(waiting), "note": "不属实"})

    assert "Write a line that the reporter can read." in wrong.content.decode()
    assert all(number in wrong.content.decode() for number in n(waiting))
    assert right.status_code == 302
    assert states(waiting) == ["declined"] * 3


def test_departments_are_those_that_serve_every_place(town, cast, waiting, sign_in):
    far = filed(town, by=cast["other_worker"], grid=4, category=CategoryFactory(code="0999"))
    actions.route()
    office = town.offices[town.streets[0].pk]
    client = sign_in("command")

    def departments(tickets):
        page = client.get(f"{URL}assign/", {"n": n(tickets)})
        return set(page.context["form"].fields["department"].queryset)

    assert office in departments(waiting)
    assert office not in departments([*waiting, far])
    assert town.urban in departments([*waiting, far])


def test_three_are_merged_into_the_one_that_was_chosen(cast, three, sign_in):
    client = sign_in("community")

    page = client.get(f"{URL}merge/", {"n": n(three)}).content.decode()
    assert 'type="radio"' in page
    client.post(f"{URL}merge/", {"n": n(three), "into": three[1].number, "note": "同一件事"})

    assert states(three) == ["merged", "dispatched", "merged"]
    assert {one.merged_into for one in Ticket.objects.filter(state="merged")} == {three[1]}
    client.post(f"{URL}undo/", {"n": [three[0].number, three[2].number]})
    assert states(three) == ["dispatched"] * 3


def test_handed_to_one_colleague_together(town, cast, three, sign_in):
    colleague = holder("department_clerk", department=town.housing, name="王五")
    client = sign_in("clerk")

    assert "王五" in client.get(f"{URL}hand_to/", {"n": n(three)}).content.decode()
    client.post(f"{URL}hand_to/", {"n": n(three), "handler": colleague.pk})

    assert {one.assignments.get().handler for one in three} == {colleague}


def test_nobody_verifies_his_own_among_them(town, cast, sign_in):
    mine, other = (routed(town, by=cast["worker"]) for _ in range(2))
    actions.move(mine, "settle", by=cast["street"], note="当场解决")
    actions.move(other, "settle", by=cast["community"], note="当场解决")

    answer = sign_in("street").post(
        f"{URL}verify/", {"n": n([mine, other])}, HTTP_ACCEPT="application/json"
    ).json()  # fmt: skip

    assert answer["done"] == [other.number]
    assert [one["code"] for one in answer["refused"]] == ["own_work"]
    assert states([mine, other]) == ["handled", "verified"]


@pytest.mark.parametrize("name", ["finish", "rate", "split", "nonsense", "reopen"])
def test_what_has_an_answer_of_its_own_is_not_done_together(cast, three, sign_in, name):
    assert sign_in("clerk").post(f"{URL}{name}/", {"n": n(three)}).status_code == 404


def test_who_may_not_does_nothing(cast, three, sign_in):
    client = sign_in("auditor")

    answer = client.post(
        f"{URL}settle/", {"n": n(three), "note": "x"}, HTTP_ACCEPT="application/json"
    ).json()

    assert answer["done"] == []
    assert {one["code"] for one in answer["refused"]} == {"permission_denied"}
    assert states(three) == ["dispatched"] * 3


def test_the_list_and_the_board_have_boxes_and_a_bar(cast, three, sign_in):
    client = sign_in("street")
    for url in ("/tickets/", "/tickets/board/"):
        page = client.get(url).content.decode()
        assert page.count("data-gg-pick") == 3, url
        assert f'name="n" value="{three[0].number}" form="together"' in page
        assert 'id="together"' in page


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_sign_each_of_them_once(town, cast):
    three = [routed(town, by=cast["worker"]) for _ in range(3)]
    colleague = holder("department_clerk", department=town.housing)
    together, results = Barrier(2), []

    def press(user, tickets):
        together.wait()
        try:
            results.extend(actions.move_all(tickets, "sign", by=user))
        finally:
            connection.close()

    # In opposite orders: no lock is held from one ticket to the next, so nobody waits for ever.
    threads = [
        Thread(target=press, args=[cast["clerk"], three]),
        Thread(target=press, args=[colleague, three[::-1]]),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)

    assert sum(one.is_done for one in results) == 3
    assert {one.refusal.code for one in results if not one.is_done} == {"wrong_state"}
    assert all(one.events.filter(verb="sign").count() == 1 for one in three)
    assert states(three) == ["handling"] * 3


# ── REST ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def as_program(api, cast):
    def become(who):
        api.credentials(HTTP_AUTHORIZATION=bearer(cast[who]))
        return api

    return become


def test_a_program_is_answered_for_each_in_its_order(town, cast, three, as_program):
    far = routed(town, by=cast["other_worker"], grid=4, category=CategoryFactory(code="0777"))
    actions.move(three[0], "sign", by=cast["clerk"])
    numbers = [*n(three), "nonsense"]

    answer = as_program("clerk").post(f"{API}sign/", {"numbers": numbers}, format="json")

    assert answer.status_code == 207
    rows = answer.json()["results"]
    assert [one["number"] for one in rows] == numbers
    assert [one["status"] for one in rows] == [409, 200, 200, 404]
    assert rows[0]["errors"][0]["code"] == "wrong_state"
    assert rows[1]["url"].endswith(f"/api/v1/tickets/{three[1].number}/")
    assert far.state == "dispatched"


def test_a_program_merges_and_takes_back(cast, three, as_program):
    api = as_program("community")
    body = {"numbers": n(three), "into": three[0].number}

    merged = api.post(f"{API}merge/", body, format="json").json()["results"]
    undone = api.post(f"{API}undo/", {"numbers": n(three[1:])}, format="json").json()["results"]

    assert [one["number"] for one in merged] == n(three[1:])
    assert [one["status"] for one in (*merged, *undone)] == [200] * 4
    assert states(three) == ["dispatched"] * 3


@pytest.mark.parametrize(
    "body",
    [
        {}, {"numbers": []}, {"numbers": "x"}, {"numbers": [1]}, {"numbers": ["\x00"]}, {"numbers": ["x"] * 51},
        {"numbers": ["x"], "seen": 1}, {"numbers": ["x"], "assignment": 1},
        {"numbers": ["x"], "milestone": 1},
        {"numbers": ["x"], "speed": 1}, {"numbers": ["x"], "nonsense": 1},
    ],
)  # fmt: skip
def test_a_program_that_errs_is_told_so(three, as_program, body):
    assert as_program("clerk").post(f"{API}sign/", body, format="json").status_code == 400


@pytest.mark.parametrize("name", ["finish", "split", "nonsense"])
def test_a_program_takes_no_other_move_on_many(three, as_program, name):
    answer = as_program("clerk").post(f"{API}{name}/", {"numbers": n(three)}, format="json")

    assert answer.status_code == 404


def test_who_may_see_and_not_act_is_403_for_each(three, as_program):
    body = {"numbers": n(three), "note": "x"}

    rows = as_program("auditor").post(f"{API}settle/", body, format="json").json()["results"]

    assert {one["status"] for one in rows} == {403}
