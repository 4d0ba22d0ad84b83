"""Up to 500 reports in one call: each kept or refused by itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter
from uuid import uuid4

import pytest
from django.db import connection
from rest_framework.test import APIClient

from govgrid.core import clock
from govgrid.core.fields import told
from tests.factories.accounts import bearer
from tests.factories.grids import AreaFactory, build_town, holder, shape, square
from tests.factories.tickets import CategoryFactory, RuleFactory
from tickets import actions
from tickets.api.bulk import BulkAnswer
from tickets.models import Contact, Ticket, TicketEvent, TicketWords, Whistle

URL = "/api/v1/tickets/bulk/"


@pytest.fixture
def category(db):
    return CategoryFactory(code="0101", name_en="Manhole cover")


@pytest.fixture
def item(town, category):
    """``item(n, **content)`` is one report in the nth grid."""

    def make(n=0, **content):
        lon, lat = town.middle(int(n))
        return {
            "client_id": str(uuid4()),
            "category": "0101",
            "description": "路口南侧井盖破损",
            "location": {"lon": lon, "lat": lat},
        } | content

    return make


@pytest.fixture
def send(api):
    """``send(user, items)`` gives the answers."""

    def post(user, items, *scopes):
        api.credentials(HTTP_AUTHORIZATION=bearer(user, *scopes))
        response = api.post(URL, items, format="json")
        assert response.status_code == 207, response.content
        body = response.json()
        assert (body["next"], body["previous"]) == (None, None)
        assert len(body["results"]) == len(items)
        return body["results"]

    return post


def statuses(answers):
    return [one["status"] for one in answers]


def codes(answer):
    return [(one["code"], one["attr"]) for one in answer["errors"]]


def test_all_are_filed_in_their_order_with_one_wake(send, item, cast, town, woken):
    items = [item(n % 8, description=f"第 {n} 处") for n in range(20)]
    items[3] = item(0, grid=town.grids[5].code)
    del items[3]["location"]

    answers = send(cast["worker"], items)

    assert statuses(answers) == [201] * 20
    assert [one["client_id"] for one in answers] == [one["client_id"] for one in items]
    tickets = {ticket.number: ticket for ticket in Ticket.objects.order_by("pk")}
    assert [one["number"] for one in answers] == list(tickets)
    assert answers[0]["url"].endswith(f"/api/v1/tickets/{answers[0]['number']}/")
    assert set(answers[0]) == set(BulkAnswer().fields)
    fourth = tickets[answers[3]["number"]]
    assert (fourth.grid, fourth.point, fourth.origin) == (town.grids[5], None, "api")
    assert woken == [("tickets.tasks.route", ())]


def test_each_is_what_it_would_be_alone(send, item, cast, api):
    """The same content by either way is the same row, but for its number and its ids."""
    seen = told(clock.now() - timedelta(hours=3))
    one = item(
        1,
        description="联系 13812345678，井盖破损",
        observed_at=seen,
        contact={"name": "李女士", "phone": "13812345678"},
    )
    two = one | {"client_id": str(uuid4())}
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["worker"]))
    api.post("/api/v1/tickets/", one, format="json")
    send(cast["worker"], [two])

    alone, among = Ticket.objects.order_by("pk")
    for field in Ticket._meta.concrete_fields:
        if field.name not in {"id", "number", "client_id", "filed_at"}:
            assert getattr(alone, field.attname) == getattr(among, field.attname), field.name
    assert told(among.observed_at) == seen
    assert "13812345678" not in among.description
    words = TicketWords.objects.order_by("pk").values_list("words", flat=True)
    assert words[0] == words[1]
    first, second = TicketEvent.objects.order_by("pk").values("verb", "after", "by", "note", "data")
    assert first == second
    assert first["data"] == {"masked": True}
    assert Contact.objects.count() == 2
    # Sent again by the other way, each is what it made.
    assert api.post("/api/v1/tickets/", two, format="json").status_code == 200
    assert statuses(send(cast["worker"], [one])) == [200]


def test_clocks_start_at_the_receipt_and_both_times_are_told(send, item, cast, town, api, category):
    RuleFactory(category=category, area=town.district, department=town.housing)
    seen = clock.now() - timedelta(days=2)
    (answer,) = send(cast["worker"], [item(observed_at=told(seen))])
    actions.route()

    ticket = Ticket.objects.get()
    told_of = api.get(f"/api/v1/tickets/{answer['number']}/").json()
    assert told_of["observed_at"] == told(seen)
    assert told_of["filed_at"] == told(ticket.filed_at)
    starts = {one.started_at for one in ticket.clocks.all()}
    assert starts == {ticket.filed_at.replace(microsecond=0)}


def test_sent_again_nothing_is_doubled(send, item, cast):
    items = [item(n) for n in range(3)]
    first = send(cast["worker"], items)
    items[1]["description"] = "改过的"
    items.append(item(3))

    again = send(cast["worker"], items)

    assert statuses(again) == [200, 409, 200, 201]
    assert [one["number"] for one in again[:3:2]] == [one["number"] for one in first[::2]]
    assert codes(again[1]) == [("client_id_reused", None)]
    assert again[1]["number"] is None
    assert Ticket.objects.count() == 4


def test_one_id_twice_in_a_batch(send, item, cast):
    one = item(0)
    other = one | {"description": "别的"}

    answers = send(cast["worker"], [one, other, one])

    assert statuses(answers) == [201, 409, 200]
    assert answers[0]["number"] == answers[2]["number"]
    # What was refused took no id: a corrected one passes.
    lost = item(0, location={"lon": 0, "lat": 0})
    assert statuses(send(cast["worker"], [lost, lost | {"location": one["location"]}])) == [
        400,
        201,
    ]


def test_the_good_are_kept_and_the_bad_are_named(send, item, cast, town, woken):
    elsewhere = AreaFactory(code="420599", name="别区", level=2, parent=town.city, letters="BQ")
    street = AreaFactory(code="420599001", name="街", level=3, parent=elsewhere)
    community = AreaFactory(code="420599001001", level=4, parent=street, kind="urban")
    grid = AreaFactory(code="420599001001001", level=5, parent=community, kind="basic")
    shape(grid, square(112, 30))
    bad = {
        1: (5, 400, [("invalid", None)]),
        2: (None, 400, [("null", None)]),
        3: ([], 400, [("invalid", None)]),
        4: ({}, 400, [("required", name) for name in ("client_id", "category", "description")]),
        5: (item(client_id="x"), 400, [("invalid", "client_id")]),
        6: (item(category="9999"), 400, [("unknown_category", "category")]),
        7: (item(location={"lon": 0, "lat": 0}), 400, [("outside", "location")]),
        8: (item(location=None), 400, [("null", "location")]),
        9: (item(grid=town.grids[0].code), 201, []),
        10: (item(nonsense=1), 400, [("unknown_field", "nonsense")]),
        11: (item(location={"lon": 112.005, "lat": 30.005}), 403, [("permission_denied", None)]),
        12: (item(observed_at="2999-01-01T00:00:00Z"), 400, [("in_the_future", "observed_at")]),
        13: (item(kind="whistle"), 400, [("whistle_kind_needed", "whistle_kind")]),
    }
    bad[14] = (item(grid="420506999"), 400, [("unknown_grid", "grid")])
    for n in (9, 14):
        del bad[n][0]["location"]
    items = [bad[n][0] if n in bad else item(n % 4) for n in range(500)]

    answers = send(cast["worker"], items)

    for n, answer in enumerate(answers):
        _sent, status, errors = bad.get(n, (None, 201, []))
        assert (answer["status"], codes(answer)) == (status, errors), n
        assert all(one["detail"] for one in answer["errors"])
    assert answers[7]["client_id"] == items[7]["client_id"]
    assert answers[1]["client_id"] is None
    assert Ticket.objects.count() == 500 - sum(status != 201 for _, status, _ in bad.values())
    assert not Ticket.objects.filter(district=elsewhere).exists()
    assert len(woken) == 1


def test_whistles_go_with_the_others(send, item, cast, town, woken):
    reasons = {"tried": "劝说三次", "missing_power": "执法权"}
    whistle = {"kind": "whistle", "whistle_kind": "emergency"}
    items = [
        item(0),
        item(0, **whistle, departments=[town.urban.code]),
        # Not the worker's kind.
        item(0, kind="whistle", whistle_kind="routine", **reasons),
        # A department that does not serve the place: nothing of it is kept.
        item(0, **whistle, departments=[town.offices[town.communities[3].pk].code]),
        item(1),
    ]

    answers = send(cast["worker"], items)

    assert statuses(answers) == [201, 201, 403, 400, 201]
    assert codes(answers[3]) == [("wrong_department", "departments")]
    assert Ticket.objects.count() == 3
    assert Whistle.objects.get().ticket.number == answers[1]["number"]
    assert woken.count(("tickets.tasks.route", ())) == 1
    assert statuses(send(cast["worker"], items)) == [200, 200, 403, 400, 200]


def test_what_is_no_batch_is_refused_whole(api, item, cast):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["worker"]))
    for body, code in [
        ({}, "not_a_list"),
        ({"tickets": []}, "not_a_list"),
        ("x", "not_a_list"),
        (None, "not_a_list"),
        ([], "empty"),
        ([item(0) for _n in range(501)], "too_many"),
    ]:
        response = api.post(URL, body, format="json")
        assert response.status_code == 400, body
        assert response.json()["errors"][0]["code"] == code
    too_large = api.post(URL, [item(0, description="x" * 5_000_000)], format="json")
    assert too_large.status_code == 413
    assert api.get(URL).status_code == 405
    assert Ticket.objects.count() == 0


def test_only_who_may_file_does(api, item, cast):
    answers = {}
    for who, scopes in {"auditor": (), "nobody": (), "worker": ("read", "act")}.items():
        api.credentials(HTTP_AUTHORIZATION=bearer(cast[who], *scopes))
        answers[who] = api.post(URL, [item(0)], format="json")

    assert answers["worker"].status_code == 403
    assert statuses(answers["auditor"].json()["results"]) == [403]
    assert Ticket.objects.filter(filed_by=cast["auditor"]).count() == 0


def test_five_hundred_cost_the_statements_of_three(
    api, item, cast, town, django_assert_num_queries
):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["worker"]))
    contact = {"name": "李女士", "phone": "13812345678"}
    for count in (3, 500):
        items = [item(n % 8, contact=contact) for n in range(count)]
        # Token, categories, ids; savepoint, the caller, posts, the filing, the contacts, release.
        with django_assert_num_queries(9):
            api.post(URL, items, format="json")
        # Again: no contacts, and what there is.
        with django_assert_num_queries(9):
            api.post(URL, items, format="json")


@pytest.mark.slow
def test_five_hundred_are_quick(api, item, cast, record_property):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["worker"]))
    spent = []
    for _n in range(5):
        items = [item(n % 8, description=f"第 {n} 处井盖破损，直径约 70 厘米") for n in range(500)]
        begun = perf_counter()
        response = api.post(URL, items, format="json")
        spent.append(perf_counter() - begun)
        assert response.status_code == 207
    record_property("rows_per_second", round(500 / min(spent)))

    assert min(spent) < 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_batch_at_once_forwards_and_backwards_is_filed_once():
    town = build_town()
    CategoryFactory(code="0101")
    header = bearer(holder("grid_worker", area=town.grids[0]))
    lon, lat = town.middle(0)
    items = [
        {
            "client_id": str(uuid4()),
            "category": "0101",
            "description": f"{n}",
            "location": {"lon": lon, "lat": lat},
        }
        for n in range(60)
    ]

    def send(n):
        try:
            client = APIClient(HTTP_AUTHORIZATION=header)
            return client.post(URL, items[:: 1 if n % 2 else -1], format="json").json()["results"]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = [one for some in pool.map(send, range(8)) for one in some]

    assert Ticket.objects.count() == 60
    assert sorted(statuses(answers)) == [200] * 420 + [201] * 60
