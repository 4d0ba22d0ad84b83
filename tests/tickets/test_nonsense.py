"""Nonsense for every move and every page: refused in words, nothing changed, never an error.

The cast holds every post that a move asks for, so that what is refused is the nonsense.
"""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.urls import URLPattern, reverse

import govgrid.api as roof
from govgrid.core import clock
from tests.factories.accounts import bearer
from tests.factories.grids import PostFactory, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, routed, whistled
from tickets import actions, conditions, rulebook
from tickets import urls as pages
from tickets.actions import Call
from tickets.api.moves import ALWAYS, FIELDS
from tickets.models import Callback, Ticket
from tickets.workflow import MOVES

# No field takes one of these, whatever it is of.
NEVER = [{"a": [{}]}, [[["x"]]], "\x00", 10**30, -(10**9), float("1e308")]
RAW = [
    b"{", b"\xff\xfe", b'{"note": "\\ud800"}', b'{"note": "\\ud83d\\u0000"}', b"NaN",
    b'{"note": NaN}', b'{"amount": 1e400}', b'{"amount": ' + b"9" * 5000 + b"}",
    b"[" * 60_000, b'{"note": ' * 3000, b'{"a":' * 500 + b"1" + b"}" * 500,
    b"\xef\xbb\xbf{}x", b'{"note": "' + b"x" * 1_100_000 + b'"}',
]  # fmt: skip
WHOLE = [
    [],
    ["x"],
    "x",
    1,
    True,
    [[]],
    [{"note": "x"}],
    {"": ""},
    {"no_such_field": 1},
    {"a\x00": 1},
]
SAID = {
    "note": "x" * 2001, "suggested_owner": "x" * 101, "spoke_with": "x" * 201,
    "no_photo": "x" * 201, "tried": "x" * 1001, "missing_power": "x" * 501, "until": "9999-12-31",
    "due_on": "0001-01-01", "accepted_at": "9999-12-31T23:59:59+08:00", "amount": 0,
    "speed": 6, "quality": True, "meets": "true", "clock": 0, "milestone": 1.0, "handler": "x" * 151,
    "into": "x" * 25, "department": "x" * 5000, "helpers": ["x"] * 500, "parts": [{}] * 500,
    "milestones": [{}] * 500, "rank": "RANK", "finding": "", "within": None, "reach": "city",
    "return_reason": "x", "whistle_kind": 1, "from_level": [], "assignment": "1", "seen": -1,
}  # fmt: skip


@pytest.fixture
def everybody(town):
    """One person who may all: refusals are then about what was sent."""
    who = holder("street_desk", area=town.streets[0])
    areas = {
        "street_head": town.streets[0],
        "community_officer": town.communities[0],
        "grid_worker": town.grids[0],
        "district_command": town.district,
    }
    for role, area in areas.items():
        PostFactory(user=who, role=role, area=area, is_main=False)
    PostFactory(user=who, role="department_head", department=town.housing)
    return type(who).objects.get(pk=who.pk)


@pytest.fixture
def ticket(town, cast):
    """A whistle in hand, with an order, a meeting and a decision beside it."""
    plain = CategoryFactory(code="0901", resolve_limit="WD5", hazard_limit="")
    ticket = whistled(town, by=cast["head"], kind="hard", helpers=[town.urban], category=plain)
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "supervise", by=cast["command"], note="请说明", within="WD1")
    start = clock.now() + timedelta(hours=3)
    times = {"starts_at": start, "ends_at": start + timedelta(hours=1)}
    called = {"agenda": ["划线"], "departments": [town.housing], "place": "三楼"}
    actions.call_meeting(ticket, Call(kind="street", **times, **called), by=cast["street"])
    ticket.refresh_from_db()
    return ticket


TABLES = sorted(one._meta.db_table for one in apps.get_app_config("tickets").get_models())


def content() -> list[tuple]:
    """What the tables of the app hold, as one sum for each."""
    sums = [
        f"SELECT '{table}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text))"  # noqa: S608
        f" FROM {table} t"
        for table in TABLES
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sums))
        return sorted(cursor.fetchall())


def in_words(answer) -> bool:
    """A refusal with a sentence for each thing that is wrong."""
    if answer.status_code == 207:  # one answer for each of many
        return all(400 <= one["status"] < 500 for one in answer.json()["results"])
    if not 400 <= answer.status_code < 500:
        return False
    errors = answer.json()["errors"]
    return bool(errors) and all(one["code"] and one["detail"] for one in errors)


def post(api, path, body):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return api.post(path, data=body, content_type="application/json")


# ── over REST ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", MOVES)
def test_no_move_is_taken_by_nonsense(api, everybody, ticket, name):
    api.credentials(HTTP_AUTHORIZATION=bearer(everybody))
    path = reverse("api:act", args=[ticket.number, name])
    takes = sorted({*MOVES[name].fields, *ALWAYS})
    bodies = [
        [],
        {"no_such_field": 1},
        *({field: value} for field in takes for value in (NEVER[0], NEVER[2], SAID[field])),
        dict.fromkeys(FIELDS, NEVER[0]),
        SAID,
        {field: "x" for field in FIELDS if field not in takes},
    ]
    before = content()

    wrong = [
        (str(body)[:60], answer.status_code)
        for body in bodies
        if not in_words(answer := post(api, path, body))
    ]

    assert wrong == []
    assert content() == before


@pytest.mark.parametrize("path", ["actions/decline/", "actions/plan/", "notes/"])
def test_no_body_that_is_none_is_read(api, everybody, ticket, path):
    api.credentials(HTTP_AUTHORIZATION=bearer(everybody))
    before = content()

    wrong = [
        (str(body)[:60], answer.status_code)
        for body in [*RAW, *WHOLE, *({"note": value, "text": value} for value in NEVER)]
        if not in_words(answer := post(api, f"/api/v1/tickets/{ticket.number}/{path}", body))
    ]

    assert wrong == []
    assert content() == before


def _posts() -> list[URLPattern]:
    return [
        one
        for one in roof.urlpatterns
        if "post" in getattr(getattr(one, "callback", None), "actions", {})
        and str(one.pattern).startswith("tickets/")
        and one.name != "photos"  # a file; it has tests of its own
    ]


@pytest.mark.parametrize("name", [one.name for one in _posts() if one.name != "act"])
def test_no_endpoint_is_served_nonsense(api, everybody, ticket, name):
    api.credentials(HTTP_AUTHORIZATION=bearer(everybody))
    meeting = ticket.meetings.get()
    given = {"number": ticket.number, "id": meeting.pk, "place": 1, "name": "urge"}
    (pattern,) = [one for one in _posts() if one.name == name]
    kwargs = {key: given[key] for key in pattern.pattern.converters}
    path = reverse(f"api:{name}", kwargs=kwargs)
    fields = [
        *("numbers", "client_id", "text", "kind", "starts_at", "ends_at", "place", "agenda"),
        *("departments", "reason", "rank", "item", "becomes", "due_on", "minutes", "category"),
        *("description", "location", "contact", "observed_at", "tickets", "note", "whistle_kind"),
    ]
    bodies = [*WHOLE, *({field: value} for field in fields for value in NEVER[:1])]
    bodies += [dict.fromkeys(fields, value) for value in NEVER]
    before = content()

    wrong = [
        (str(body)[:60], answer.status_code)
        for body in bodies
        if not in_words(answer := post(api, path, body))
    ]

    assert wrong == []
    assert content() == before


# ── on pages ──────────────────────────────────────────────────────────────────────────────────

# Fields of all forms that are posted, and of the rows of a plan and of a split.
POSTED = [
    *FIELDS, *ALWAYS, "after_photo", "category", "area", "filing", "closing", "checks_first",
    "reason", "clock", "scope", "limit", "outline", "target", "function", "owner_key", "move",
    "title", "text", "client_id", "name", "query", "n", "ticket", "act", "number", "kind",
    "starts_at", "ends_at", "place", "agenda", "departments", "item", "becomes", "minutes", "entry",
    "solved", "satisfied", "words", "near_percent", "over_percent", "over_limit", "answer_limit",
    "reopenings", "milestones-0-title", "milestones-0-due_on", "part0-description", "many",
    "part0-category", "part0-client_id", "lon", "lat", "grid_code", "description", "contact_phone",
    "seen_near", "repeat_of", "observed_at", "next", "sure", "whistle", "own_first",
]  # fmt: skip
NO_WORDS = [dict.fromkeys(POSTED, said) for said in ("\x00", "x" * 9_000, "\u202e\u200b")]
FORMS = [
    *NO_WORDS,
    {field: ["9" * 40, "-1"] for field in POSTED},
    dict.fromkeys(POSTED, "9999-12-31T99:99"),
]
BODIES = [
    (b"note=%ED%A0%80&assignment=%FF&seen=%00", "application/x-www-form-urlencoded"),
    (b"--x\r\n\r\n\xff", "multipart/form-data; boundary=x"),
    (b"\x00", "multipart/form-data"),
    (b"{}", "application/json"),
    ("&".join(f"a{n}=1" for n in range(500)).encode(), "application/x-www-form-urlencoded"),
]


def never_fails(client, path, *, forms=FORMS, bodies=BODIES):
    """Every answer is a page: the form again, a refusal, or the way back. All fields are wrong at
    once, since a page is drawn for each."""
    for data in forms:
        assert client.post(path, data).status_code < 500, (path, data)
    for body, kind in bodies:
        assert client.post(path, body, content_type=kind).status_code < 500, (path, body)


@pytest.mark.parametrize("name", MOVES)
def test_no_move_is_taken_by_a_page_of_nonsense(client, everybody, ticket, name):
    client.force_login(everybody)
    before = content()

    # An empty form is a sensible one where a move asks for nothing.
    path = reverse("tickets:act", args=[ticket.number, name])
    never_fails(client, path, forms=FORMS[:2], bodies=BODIES[:1])

    assert content() == before


# What has no form to fill in, or one for which nonsense is only a missing choice: a press is a
# press. They are posted to as well, with nothing that could be pressed.
PRESSED = {
    *("conditions-end", "rule-end", "limit-end", "template-end", "search-delete", "order-close"),
    "meeting-drop",
}


@pytest.mark.parametrize(
    "name", sorted({one.name for one in pages.urlpatterns} - {"act", "tile"} - PRESSED)
)
def test_no_page_is_served_nonsense(client, town, cast, everybody, ticket, name):
    manhole = CategoryFactory(code="0101")
    terms = conditions.set_terms(
        by=cast["command"],
        category=manhole,
        area=town.district,
        closing="与路面齐平",
        reason="试点",
    )
    rule = RuleFactory(category=manhole, area=town.streets[0], department=town.housing)
    limit = rulebook.set_limit(
        by=cast["command"], area=town.district, kind="sign", scope="emergency", limit="UM10",
        reason="试点",
    )  # fmt: skip
    template = actions.set_template(
        town.streets[0], by=cast["street"], move="decline", title="不属实", text="经核查不属实"
    )
    closed = routed(town, by=cast["worker"])
    for step, who in (("sign", "clerk"), ("finish", "clerk"), ("verify", "community")):
        seen = {"meets": True} if step == "verify" else {}
        actions.move(closed, step, by=cast[who], note="已修复", **seen)
    actions.move(closed, "close", by=cast["community"])
    asked = Callback.objects.first()
    given = {
        "number": ticket.number, "key": ticket.meetings.get().pk, "terms": terms.pk, "rule": rule.pk,
        "limit": limit.pk, "template": template.pk, "callback": asked.pk if asked else 1,
        "search": actions.keep_search(by=everybody, name="常用", query="state=triage").pk,
        "place": 1, "name": "urge", "photo": uuid4(), "token": "made:up", "act": "decide",
    }  # fmt: skip
    (pattern,) = [one for one in pages.urlpatterns if one.name == name]
    path = reverse(
        f"tickets:{name}", kwargs={key: given[key] for key in pattern.pattern.converters}
    )
    client.force_login(everybody)
    before = content()

    # Figures are words where any words will do.
    never_fails(client, path, forms=NO_WORDS if name in {"notes", "search-rename"} else FORMS)

    assert content() == before


@pytest.mark.parametrize("act", ["attend", "decide", "publish", "cancel", "dance"])
def test_no_act_of_a_meeting_is_taken_by_nonsense(client, cast, everybody, ticket, act):
    meeting = ticket.meetings.get()
    client.force_login(everybody)
    before = content()
    never_fails(client, f"{meeting.get_absolute_url()}{act}/", forms=NO_WORDS)
    assert content() == before


@pytest.mark.parametrize("value", ["\x00", "9" * 40, "-1", "x" * 3000, "\u202e", "0000-00-00"])
def test_no_list_fails_on_what_stands_behind_the_question_mark(client, everybody, ticket, value):
    client.force_login(everybody)
    names = [
        "before",
        "after",
        "area",
        "department",
        "category",
        "state",
        "when",
        "colour",
        "cause",
    ]
    names += ["q", "month", "story", "part", "group", "only", "lon", "lat", "n", "name", "next"]
    for name in ("list", "board", "late", "scores", "levels", "meetings", "rules", "rule-try",
                 "conditions", "limits", "templates", "callbacks", "together", "near"):  # fmt: skip
        # What is no filter at all is told before the others are read.
        known = {one: value for one in names if one not in {"n", "next", "name", "story"}}
        for query in (dict.fromkeys(names, value), known, {"q": value}, {"before": value}):
            answer = client.get(reverse(f"tickets:{name}"), query)
            assert answer.status_code < 500, (name, query)
    assert Ticket.objects.filter(pk=ticket.pk).exists()
