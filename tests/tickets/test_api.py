"""Tickets over REST: filing, lists, one ticket, and who may see which."""

from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest

from govgrid.core import clock
from grids.models import Area
from tests.factories.accounts import bearer
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, filing, routed
from tickets import actions
from tickets.api.shapes import AssignmentRow, TicketRow, TicketWhole
from tickets.models import Contact, Ticket, TicketEvent

URL = "/api/v1/tickets/"


@pytest.fixture
def category(db):
    return CategoryFactory(code="0101", name_en="Manhole cover")


@pytest.fixture
def signed_in(api):
    """``signed_in(user)`` gives the client with that person's token."""

    def become(user, *scopes):
        api.credentials(HTTP_AUTHORIZATION=bearer(user, *scopes))
        return api

    return become


@pytest.fixture
def body(town, category):
    lon, lat = town.middle(0)
    return {
        "client_id": str(uuid4()),
        "category": "0101",
        "description": "路口南侧，直径约 70 厘米",
        "location": {"lon": lon, "lat": lat},
    }


def without(body, *names, **more):
    return {name: value for name, value in body.items() if name not in names} | more


def post(api, body):
    return api.post(URL, body, format="json")


def errors(response):
    return [(one["code"], one["attr"]) for one in response.json()["errors"]]


def numbers(response):
    assert response.status_code == 200, response.content
    return [row["number"] for row in response.json()["results"]]


# ── filing ────────────────────────────────────────────────────────────────────────────────────


def test_a_report_is_filed_and_its_routing_is_owed(signed_in, cast, body, town, woken):
    response = post(signed_in(cast["worker"]), body)
    answer = response.json()

    assert response.status_code == 201
    ticket = Ticket.objects.get()
    assert (answer["number"], answer["state"], answer["kind"]) == (ticket.number, "filed", "report")
    assert answer["url"] == response["Location"] == f"http://testserver{URL}{ticket.number}/"
    assert answer["category"] == {"code": "0101", "name": "Manhole cover"}
    assert answer["grid"]["code"] == town.grids[0].code
    assert answer["location"] == body["location"]
    assert answer["location_as_sent"] == body["location"] | {"crs": "wgs84"}
    assert answer["filed_at"].endswith("+08:00")
    assert answer["filed_by"] == cast["worker"].name
    assert answer["assignments"] == []
    assert set(answer) == set(TicketWhole().fields)
    assert (ticket.origin, ticket.filed_by) == ("api", cast["worker"])
    assert ("tickets.tasks.route", ()) in woken


def test_a_grids_code_is_a_place_too(signed_in, cast, body, town):
    sent = without(body, "location", grid=town.grids[1].code)
    answer = post(signed_in(cast["worker"]), sent)

    assert answer.status_code == 201
    assert answer.json()["grid"]["code"] == town.grids[1].code
    assert answer.json()["location"] is None


def test_a_pair_of_another_system_is_converted_and_kept(signed_in, cast, body, town):
    lon, lat = town.middle(1)
    sent = body | {"location": {"lon": lon, "lat": lat, "crs": "bd09"}}

    answer = post(signed_in(cast["worker"]), sent).json()

    assert answer["grid"]["code"] == town.grids[0].code
    assert answer["location_as_sent"] == {"lon": lon, "lat": lat, "crs": "bd09"}


def test_the_contact_is_sealed_and_no_answer_holds_it(signed_in, cast, body):
    sent = body | {"contact": {"name": "李女士", "phone": "13812345678"}}
    api = signed_in(cast["worker"])
    response = post(api, sent)
    number = response.json()["number"]

    answers = [
        response,
        post(api, sent),
        api.get(f"{URL}{number}/"),
        api.get(f"{URL}{number}/events/"),
        api.get(URL),
    ]

    assert Contact.objects.count() == 1
    for answer in answers:
        assert "13812345678" not in answer.content.decode()
        assert "李女士" not in answer.content.decode()


def test_numbers_of_persons_are_masked_unless_they_shall_stay(signed_in, cast, body):
    api = signed_in(cast["worker"])
    text = "联系 13812345678，身份证 11010519491231002X"
    masked = post(api, body | {"description": text}).json()["description"]
    kept = post(
        api, body | {"client_id": str(uuid4()), "description": text, "personal_data": "keep"}
    ).json()["description"]

    assert "13812345678" not in masked
    assert "13812345678" in kept
    assert "11010519491231002X" not in masked + kept


def test_when_it_was_seen_is_kept_beside_the_receipt(signed_in, cast, body):
    seen = clock.now() - timedelta(hours=3)
    answer = post(signed_in(cast["worker"]), body | {"observed_at": seen.isoformat()}).json()

    assert answer["observed_at"][:16] < answer["filed_at"][:16]


# ── filing twice ──────────────────────────────────────────────────────────────────────────────


def test_the_same_again_gives_what_it_made_as_it_is_now(signed_in, cast, body, town):
    api = signed_in(cast["worker"])
    RuleFactory(category_id=None, area=town.district, department=town.housing)
    first = post(api, body)
    actions.route()

    again = post(api, body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["number"] == first.json()["number"]
    assert again.json()["state"] == "dispatched"
    assert len(again.json()["assignments"]) == 1
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"description": "另一件"},
        {"category": "0102"},
        {"location": {"lon": 111.0051, "lat": 30.005}},
        {"location": {"lon": 111.005, "lat": 30.005, "crs": "gcj02"}},
        {"contact": {"phone": "13812345678"}},
        {"personal_data": "keep"},
        {"observed_at": "now"},
    ],
)
def test_the_same_id_with_other_content_is_refused(signed_in, cast, body, other):
    CategoryFactory(code="0102")
    api = signed_in(cast["worker"])
    post(api, body)
    if "observed_at" in other:
        other = {"observed_at": clock.now().isoformat()}

    response = post(api, body | other)

    assert response.status_code == 409
    assert errors(response) == [("client_id_reused", None)]
    assert Ticket.objects.count() == 1


def test_the_same_said_in_other_words_is_the_same(signed_in, cast, body):
    api = signed_in(cast["worker"])
    seen = clock.now().replace(microsecond=0) - timedelta(hours=1)
    body |= {"observed_at": seen.isoformat(), "location": {"lon": 111.0, "lat": 30.0}}
    post(api, body)

    again = body | {
        "client_id": body["client_id"].upper(),
        "observed_at": seen.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "location": {"crs": "wgs84", "lat": 30, "lon": 111},
        "description": f"  {body['description']} ",
        "kind": "report",
    }

    assert post(api, again).status_code == 200


def test_another_persons_id_tells_nothing(signed_in, cast, body):
    first = post(signed_in(cast["worker"]), body)
    other = post(signed_in(cast["other_worker"]), body | {"description": "别的"})

    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json()["number"] != other.json()["number"]


def test_a_retry_gets_its_ticket_though_map_and_table_have_changed(
    signed_in, cast, body, category, town
):
    api = signed_in(cast["worker"])
    first = post(api, body)
    Area.objects.filter(pk=town.grids[0].pk).update(valid_to=clock.today())
    category.is_active = False
    category.save()

    assert post(api, body).status_code == 200
    assert post(api, body).json()["number"] == first.json()["number"]
    new = post(api, body | {"client_id": str(uuid4())})
    assert errors(new) == [("unknown_category", "category")]


# ── filing badly ──────────────────────────────────────────────────────────────────────────────


BAD_INPUT = [
    ({"client_id": None}, "null", "client_id"),
    ({"client_id": "x"}, "invalid", "client_id"),
    ({"client_id": 5}, "invalid", "client_id"),
    ({"client_id": {}}, "invalid", "client_id"),
    ({"category": "9999"}, "unknown_category", "category"),
    ({"category": 101}, "invalid", "category"),
    ({"category": True}, "invalid", "category"),
    ({"category": ["0101"]}, "invalid", "category"),
    ({"category": ""}, "blank", "category"),
    ({"description": "长" * 2001}, "max_length", "description"),
    ({"description": "x" * 100_000}, "max_length", "description"),
    ({"description": None}, "null", "description"),
    ({"description": 7}, "invalid", "description"),
    ({"kind": "song"}, "invalid_choice", "kind"),
    ({"kind": ["whistle"]}, "invalid_choice", "kind"),
    ({"kind": "whistle"}, "whistle_kind_needed", "whistle_kind"),
    ({"kind": "whistle", "whistle_kind": "loud"}, "invalid_choice", "whistle_kind"),
    ({"whistle_kind": "emergency"}, "no_whistle", "whistle_kind"),
    ({"tried": "x"}, "no_whistle", "tried"),
    ({"departments": ["x"]}, "no_whistle", "departments"),
    ({"departments": "x"}, "not_a_list", "departments"),
    ({"departments": [5]}, "invalid", "departments.0"),
    ({"departments": ["x"] * 21}, "max_length", "departments"),
    ({"repeat_of": "YL20200101-000000-0"}, "unknown_ticket", "repeat_of"),
    ({"repeat_of": "路"}, "unknown_ticket", "repeat_of"),
    ({"repeat_of": 5}, "invalid", "repeat_of"),
    ({"location": None}, "null", "location"),
    ({"location": [111, 30]}, "invalid", "location.non_field_errors"),
    ({"location": {"lon": 111}}, "required", "location.lat"),
    ({"location": {"lon": "111", "lat": 30}}, "invalid", "location.lon"),
    ({"location": {"lon": True, "lat": 30}}, "invalid", "location.lon"),
    ({"location": {"lon": None, "lat": 30}}, "null", "location.lon"),
    ({"location": {"lon": 10**400, "lat": 30}}, "overflow", "location.lon"),
    ({"location": {"lon": 181, "lat": 30}}, "max_value", "location.lon"),
    ({"location": {"lon": 111, "lat": -91}}, "min_value", "location.lat"),
    ({"location": {"lon": 0, "lat": 0}}, "outside", "location"),
    ({"location": {"lon": 111, "lat": 30, "crs": "x"}}, "invalid_choice", "location.crs"),
    ({"location": {"lon": 111, "lat": 30, "alt": 5}}, "unknown_field", "location.alt"),
    ({"grid": "420506001001001"}, "one_place", "location"),
    ({"contact": "13800000000"}, "invalid", "contact.non_field_errors"),
    ({"contact": {"phone": "1" * 31}}, "max_length", "contact.phone"),
    ({"contact": {"email": "a@example.test"}}, "unknown_field", "contact.email"),
    ({"observed_at": "yesterday"}, "invalid", "observed_at"),
    ({"observed_at": "2026-02-30T00:00:00Z"}, "invalid", "observed_at"),
    ({"observed_at": "99999-01-01T00:00:00Z"}, "invalid", "observed_at"),
    ({"observed_at": "0001-01-01T00:00:00+23:59"}, "overflow", "observed_at"),
    ({"observed_at": "9999-12-31T23:59:59-23:59"}, "overflow", "observed_at"),
    ({"observed_at": "2026-01-01T00:00:00+99:99"}, "invalid", "observed_at"),
    ({"observed_at": "0001-01-02T00:00:00Z"}, "too_old", "observed_at"),
    ({"observed_at": "9999-01-01T00:00:00Z"}, "in_the_future", "observed_at"),
    ({"observed_at": 1_700_000_000}, "invalid", "observed_at"),
    ({"observed_at": 10**300}, "invalid", "observed_at"),
    ({"personal_data": "sell"}, "invalid_choice", "personal_data"),
    ({"descripton": "typo"}, "unknown_field", "descripton"),
]


def test_bad_input_is_named_and_nothing_is_written(signed_in, cast, body):
    api = signed_in(cast["worker"])
    for change, code, attr in BAD_INPUT:
        response = post(api, body | change)

        assert response.status_code == 400
        assert response.json()["type"] == "validation_error"
        assert errors(response) == [(code, attr)], change
        assert all(one["detail"] for one in response.json()["errors"])
        assert not Ticket.objects.exists()
        assert not TicketEvent.objects.exists()


@pytest.mark.parametrize("missing", ["client_id", "category", "description"])
def test_what_is_missing_is_named(signed_in, cast, body, missing):
    response = post(signed_in(cast["worker"]), without(body, missing))

    assert errors(response) == [("required", missing)]


def test_a_report_without_a_place_is_refused(signed_in, cast, body):
    assert errors(post(signed_in(cast["worker"]), without(body, "location"))) == [
        ("one_place", "location")
    ]


def test_a_grid_that_is_none_is_refused(signed_in, cast, body, town):
    for code in ("0", town.communities[0].code):
        response = post(signed_in(cast["worker"]), without(body, "location", grid=code))
        assert (response.status_code, errors(response)) == (400, [("unknown_grid", "grid")])


def test_a_phone_may_be_five_minutes_fast(signed_in, cast, body):
    soon = (clock.now() + timedelta(minutes=4)).isoformat()
    late = (clock.now() + timedelta(minutes=6)).isoformat()
    api = signed_in(cast["worker"])

    assert errors(post(api, body | {"observed_at": late})) == [("in_the_future", "observed_at")]
    assert post(api, body | {"observed_at": soon}).status_code == 201


BAD_BODIES = [
    (b"", 400, "required"),
    (b"{", 400, "parse_error"),
    (b"[]", 400, "invalid"),
    (b"null", 400, "null"),
    (b'"x"', 400, "invalid"),
    (b'{"client_id": NaN}', 400, "parse_error"),
    (b'{"client_id": Infinity}', 400, "parse_error"),
    (b'{"client_id": 1e999}', 400, "parse_error"),
    (b'{"client_id": "a\\u0000b"}', 400, "parse_error"),
    (b'{"client_id": "\\ud800"}', 400, "parse_error"),
    (b'{"\\u0000": 1}', 400, "parse_error"),
    (b'{"a": 1, "a": 2}', 400, "parse_error"),
    (b'{"client_id": "\xff"}', 400, "parse_error"),
    (b'{"client_id": ' + b"9" * 5000 + b"}", 400, "parse_error"),
    (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400, "parse_error"),
    (b"[" * 200_000, 400, "parse_error"),
    (b'{"description": "' + b"x" * 300_000 + b'"}', 413, "too_large"),
]


def test_a_body_that_is_no_report_is_refused(signed_in, cast):
    api = signed_in(cast["worker"])
    for raw, status, code in BAD_BODIES:
        response = api.post(URL, raw, content_type="application/json")

        assert response.status_code == status, raw[:60]
        assert response.json()["errors"][0]["code"] == code, raw[:60]


OTHER_BODIES = [
    ("text/plain", b"x"),
    ("application/x-www-form-urlencoded", b"client_id=1"),
    ("multipart/form-data; boundary=x", b"--x--"),
    ("multipart/form-data", b"garbage"),
    ("application/xml", b"<a/>"),
]


def test_another_kind_of_body_is_415(signed_in, cast):
    api = signed_in(cast["worker"])
    for content_type, raw in OTHER_BODIES:
        response = api.post(URL, raw, content_type=content_type)

        assert response.status_code == 415
        assert errors(response) == [("unsupported_media_type", None)]


# ── who may file ──────────────────────────────────────────────────────────────────────────────


def test_a_post_without_that_permission_files_nothing(signed_in, cast, body):
    for who in ("clerk", "nobody", "auditor"):
        response = post(signed_in(cast[who]), body)
        assert (response.status_code, errors(response)) == (403, [("permission_denied", None)])
    assert not Ticket.objects.exists()


def test_a_token_files_only_with_that_scope(signed_in, cast, body):
    assert post(signed_in(cast["worker"], "read", "act"), body).status_code == 403
    assert post(signed_in(cast["worker"], "file"), body).status_code == 201


def test_a_session_needs_the_csrf_token(client, cast, body):
    client.force_login(cast["worker"])
    strict = type(client)(enforce_csrf_checks=True)
    strict.force_login(cast["worker"])

    refused = strict.post(URL, body, content_type="application/json")
    assert (refused.status_code, errors(refused)) == (403, [("permission_denied", None)])
    strict.get("/login/")
    strict.cookies["csrftoken"] = token = "a" * 32
    allowed = strict.post(
        URL, body, content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert allowed.status_code == 201


def test_filing_is_few_statements(signed_in, cast, body, django_assert_num_queries):
    api = signed_in(cast["worker"])
    # Token, category, savepoint, the filing, posts, release.
    with django_assert_num_queries(6):
        post(api, body)
    # And the ticket as it is now, with its assignments.
    with django_assert_num_queries(8):
        post(api, body)


# ── lists ─────────────────────────────────────────────────────────────────────────────────────


def test_a_list_holds_what_is_in_reach_and_nothing_else(signed_in, cast, town):
    here = [filed(town, by=cast["worker"], grid=n) for n in (0, 1)]
    there = filed(town, by=cast["other_worker"], grid=4)

    def seen(who):
        return set(numbers(signed_in(cast[who]).get(URL)))

    mine = {ticket.number for ticket in here}
    assert seen("worker") == mine
    assert seen("community") == mine
    assert seen("other_street") == {there.number}
    assert seen("command") == mine | {there.number}
    assert seen("clerk") == set()
    assert seen("nobody") == set()


def test_a_department_sees_what_it_was_given(signed_in, cast, town):
    given = routed(town, by=cast["worker"])
    filed(town, by=cast["worker"], category=CategoryFactory(code="0999"))

    assert numbers(signed_in(cast["clerk"]).get(URL)) == [given.number]
    assert numbers(signed_in(cast["urban"]).get(URL)) == []


def test_a_row_says_what_a_list_shows(signed_in, cast, town):
    routed(town, by=cast["worker"])
    (row,) = signed_in(cast["street"]).get(URL).json()["results"]

    assert set(row) == set(TicketRow().fields)
    assert row["department"]["short_name"] == "住建局"
    assert row["state"] == "dispatched"


@pytest.fixture
def three(town, cast, category):
    """One with a department, one filed by the same person next door, one in the other street."""
    other = CategoryFactory(code="0202", name_zh="占道经营", name_en="Stall in the road")
    return [
        routed(town, by=cast["worker"], category=category),
        filed(town, by=cast["worker"], grid=1, category=other, description="夜市摊位占道"),
        filed(town, by=cast["other_worker"], grid=4, category=other, description="路灯不亮"),
    ]


FILTERS = [
    ("", [2, 1, 0]),
    ("ordering=filed", [0, 1, 2]),
    ("ordering=-filed", [2, 1, 0]),
    ("ordering=id", [0, 1, 2]),
    ("ordering=-id", [2, 1, 0]),
    # Only what was routed has a clock yet.
    ("ordering=due_at", [0, 1, 2]),
    ("overdue=true", []),
    ("overdue=false", [2, 1, 0]),
    ("whistle_kind=emergency,hard", []),
    ("state=filed", [2, 1]),
    ("state=filed,dispatched", [2, 1, 0]),
    ("state=filed&state=dispatched", [2, 1, 0]),
    ("state=closed", []),
    ("category=0101", [0]),
    ("area=4205", [2, 1, 0]),
    ("area=420506", [2, 1, 0]),
    ("area=420506001", [1, 0]),
    ("area=420506002001", [2]),
    ("area=420506001001002", [1]),
    ("q=摊位", [1]),
    ("q=MANHOLE", [0]),
    ("q=没有的话", []),
    ("filed_after=2020-01-01", [2, 1, 0]),
    ("filed_after=2020-01-01T00:00:00+08:00", [2, 1, 0]),
    ("filed_after=2020-01-01T00:00:00%2B08:00", [2, 1, 0]),
    ("filed_before=2020-01-01T00:00:00Z", []),
    ("filed_after=9000-01-01", []),
    ("bbox=111,30,111.01,30.01", [0]),
    ("bbox=111.012,30,111.08,30.01", [2, 1]),
    ("state=filed&area=420506001&category=0202", [1]),
    ("state=&q=&area=", [2, 1, 0]),
]


def test_filters_narrow_the_list(signed_in, cast, three):
    api = signed_in(cast["command"])
    for query, places in FILTERS:
        found = numbers(api.get(f"{URL}?{query}"))

        assert found == [three[n].number for n in places], query


def test_a_ticket_is_found_by_its_number_and_by_its_department(signed_in, cast, three, town):
    api = signed_in(cast["command"])

    assert numbers(api.get(f"{URL}?q={three[1].number.lower()}")) == [three[1].number]
    assert numbers(api.get(f"{URL}?department={town.housing.code}")) == [three[0].number]
    assert numbers(api.get(f"{URL}?department={town.urban.code}")) == []


BAD_FILTERS = [
    ("nonsense=1", "unknown_filter", "nonsense"),
    ("overdue=1", "invalid", "overdue"),
    ("overdue=True", "invalid", "overdue"),
    ("whistle_kind=loud", "invalid_choice", "whistle_kind.0"),
    ("due_at=2026-01-01", "unknown_filter", "due_at"),
    ("ordering=-due_at", "invalid_choice", "ordering"),
    ("state=lost", "invalid_choice", "state.0"),
    ("category=9999", "unknown_category", "category"),
    ("area=9999", "unknown_area", "area"),
    ("department=nobody", "unknown_department", "department"),
    ("ordering=number", "invalid_choice", "ordering"),
    ("q=" + "x" * 81, "max_length", "q"),
    ("q=%00", "invalid", "q"),
    ("area=1&area=2", "repeated", "area"),
    ("filed_after=today", "invalid", "filed_after"),
    ("filed_after=0001-01-01", "overflow", "filed_after"),
    ("filed_before=10000-01-01", "invalid", "filed_before"),
    ("filed_before=2026-13-01", "invalid", "filed_before"),
    ("bbox=1,2,3", "invalid_box", "bbox"),
    ("bbox=1,2,nan,4", "invalid_box", "bbox"),
    ("bbox=3,2,1,4", "invalid_box", "bbox"),
    ("bbox=-181,0,0,1", "invalid_box", "bbox"),
    ("page_size=0", "invalid", "page_size"),
    ("page_size=1" + "0" * 30, "invalid", "page_size"),
    ("cursor=x", "invalid_cursor", "cursor"),
    ("cursor=%ff%00", "invalid", "cursor"),
]


def test_a_filter_that_means_nothing_is_refused(signed_in, cast):
    api = signed_in(cast["command"])
    for query, code, attr in BAD_FILTERS:
        response = api.get(f"{URL}?{query}")

        assert response.status_code == 400, query
        assert errors(response) == [(code, attr)], query


SIGNS = ["'", "\\", "a'b\\", "& | !", ":*", "<->", "%", "(", "�", "🚧"]


def test_any_sign_can_be_searched_for(signed_in, cast, three):
    api = signed_in(cast["command"])
    for words in SIGNS:
        assert api.get(f"{URL}?q={quote(words)}").status_code == 200


def test_pages_lead_both_ways_and_keep_the_filter(signed_in, cast, town, category):
    made = [filed(town, by=cast["worker"], category=category).number for _n in range(5)]
    api = signed_in(cast["command"])
    first = api.get(f"{URL}?state=filed&page_size=2")
    second = api.get(first.json()["next"])
    third = api.get(second.json()["next"])

    assert numbers(first) + numbers(second) + numbers(third) == made[::-1]
    assert third.json()["next"] is None
    assert numbers(api.get(third.json()["previous"])) == numbers(second)
    # A cursor belongs to one list in one order.
    cursor = first.json()["next"].partition("cursor=")[2].partition("&")[0]
    for other in (f"{URL}?ordering=filed", "/api/v1/areas/?"):
        response = api.get(f"{other}&cursor={cursor}")
        assert errors(response) == [("invalid_cursor", "cursor")]


def test_a_list_is_three_statements_for_one_row_and_for_three(
    signed_in, cast, town, django_assert_num_queries
):
    for who in ("street", "clerk"):
        api = signed_in(cast[who])
        for _n in range(3):
            routed(town, by=cast["worker"])
            with django_assert_num_queries(3):
                api.get(URL)
    with django_assert_num_queries(5):
        api.get(f"{URL}?area=420506&category=0101&state=dispatched&q=路口")


def test_a_list_reads_no_outline(signed_in, cast, town, django_assert_num_queries):
    routed(town, by=cast["worker"])
    api = signed_in(cast["street"])
    with django_assert_num_queries(3) as asked:
        api.get(URL)

    assert not any("boundary" in one["sql"] for one in asked.captured_queries)


# ── one ticket ────────────────────────────────────────────────────────────────────────────────


def test_a_ticket_says_who_must_respond_and_why(signed_in, cast, town):
    ticket = routed(town, by=cast["worker"])
    answer = signed_in(cast["street"]).get(f"{URL}{ticket.number.lower()}/").json()
    (assignment,) = answer["assignments"]

    assert set(assignment) == set(AssignmentRow().fields)
    assert {"id", "department", "role", "state", "sign_by", "report_by", "done_at"} < set(
        assignment
    )
    assert assignment["department"]["short_name"] == "住建局"
    assert (assignment["role"], assignment["state"]) == ("lead", "offered")
    assert answer["routing"]["outcome"] == "dispatched"
    assert answer["routing"]["rule"].startswith("R-")
    assert answer["routing"]["area"] == {"code": "420506", "name": "夷陵区"}
    assert answer["routing"]["explanation"]
    assert set(answer) == set(TicketWhole().fields)


def test_before_routing_there_is_no_reason_yet(signed_in, cast, town):
    ticket = filed(town, by=cast["worker"])
    routing = signed_in(cast["worker"]).get(f"{URL}{ticket.number}/").json()["routing"]

    assert routing == {"outcome": None, "rule": None, "area": None, "explanation": []}


def test_the_reporters_name_stays_with_those_who_answer_for_the_place(signed_in, cast, town):
    ticket = routed(town, by=cast["worker"])

    def told(who):
        api = signed_in(cast[who])
        whole = api.get(f"{URL}{ticket.number}/").json()["filed_by"]
        return whole, api.get(f"{URL}{ticket.number}/events/").json()["results"][0]["by"]

    assert told("street") == (cast["worker"].name, cast["worker"].name)
    assert told("worker") == (cast["worker"].name, cast["worker"].name)
    assert told("clerk") == (None, None)


def test_outside_my_reach_there_is_no_such_ticket(signed_in, cast, town):
    ticket = routed(town, by=cast["worker"])

    for who in ("other_worker", "other_street", "urban", "nobody"):
        api = signed_in(cast[who])
        for rest in ("", "events/", "actions/"):
            there = api.get(f"{URL}{ticket.number}/{rest}")
            nowhere = api.get(f"{URL}YL20200101-000000-0/{rest}")
            assert (there.status_code, there.content) == (404, nowhere.content)


NO_NUMBERS = ["0", "%00", "x%00", "路", "x" * 2000, "%ff", "YL20261122-000123-7%0A", "ß", "%ed%a0"]


def test_what_is_no_number_is_404(signed_in, cast):
    api = signed_in(cast["command"])
    for number in NO_NUMBERS:
        for rest in ("", "events/", "actions/"):
            assert errors(api.get(f"{URL}{number}/{rest}")) == [("not_found", None)]
        assert api.post(f"{URL}{number}/actions/sign/", {}, format="json").status_code == 404


def test_one_ticket_is_five_statements(signed_in, cast, town, django_assert_num_queries):
    ticket = routed(town, by=cast["worker"])
    for who in ("street", "clerk"):
        api = signed_in(cast[who])
        # Token, posts, ticket, assignments and clocks.
        with django_assert_num_queries(5):
            api.get(f"{URL}{ticket.number}/")


def test_sentences_come_in_the_language_asked_for(signed_in, cast, body):
    api = signed_in(cast["worker"])
    asked = {"HTTP_ACCEPT_LANGUAGE": "zh-hans"}
    answer = api.post(URL, body, format="json", **asked).json()

    assert answer["category"]["name"].startswith("井盖")


# ── categories ────────────────────────────────────────────────────────────────────────────────


def test_categories_come_with_their_groups_in_three_languages(signed_in, cast, category):
    CategoryFactory(code="0199", is_active=False)
    (row,) = signed_in(cast["nobody"]).get("/api/v1/categories/").json()["results"]

    assert (row["code"], row["name"], row["group"]["code"]) == ("0101", "Manhole cover", "01")
    assert set(row["names"]) == set(row["group"]["names"]) == {"zh", "zh_hant", "en"}
    assert row["resolve_limit"] == "WD5"


def test_all_categories_fit_one_page(signed_in, cast, django_assert_num_queries):
    for n in range(85):
        CategoryFactory(code=f"{n:04d}")
    api = signed_in(cast["nobody"])

    with django_assert_num_queries(2):
        answer = api.get("/api/v1/categories/").json()
    assert (len(answer["results"]), answer["next"]) == (85, None)


def test_a_filing_by_form_and_by_program_are_the_same_ticket(signed_in, cast, town, category):
    """Whoever files, one action writes: the list shows both alike."""
    by_hand = actions.file(filing(town, category=category), by=cast["worker"], origin="page").ticket
    by_api = holder("api_client", area=town.district)

    assert numbers(signed_in(by_api).get(URL)) == [by_hand.number]


def test_a_grid_that_ends_tomorrow_still_takes_reports(signed_in, cast, body, town):
    tomorrow = clock.today() + timedelta(days=1)
    Area.objects.filter(pk=town.grids[0].pk).update(valid_to=tomorrow)
    api = signed_in(cast["worker"])
    by_code = without(body, "location", grid=town.grids[0].code, client_id=str(uuid4()))

    assert post(api, body).status_code == 201
    assert post(api, by_code).status_code == 201
