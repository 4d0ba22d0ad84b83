"""Each request has an id, a line and a place in the figures; and nothing personal is among them."""

import json
import logging
import urllib.request
from uuid import uuid4

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, connection, transaction
from django.urls import include, path
from prometheus_client import Histogram

from benchmarks.stage import until
from govgrid.accounts import actions as accounts
from govgrid.core import log, wake
from govgrid.home import traffic
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.tickets import CategoryFactory, RuleFactory
from tickets.models import Ticket


@login_not_required
def broken(request, token):
    raise ValueError("a fault of ours")


urlpatterns = [
    path("broken/<token>/", broken, name="broken"),
    path("", include("govgrid.urls")),
]
handler500 = "govgrid.home.errors.server_error"

pytestmark = pytest.mark.urls("tests.home.test_tracing")


@pytest.fixture
def lines(caplog, settings):
    """What was logged, as it stands in a file."""
    formatter, keep = log.JsonLine(), log.WithoutPath()
    written = []

    class Listener(logging.Handler):
        def emit(self, record):
            written.append(json.loads(formatter.format(record)))

    listener = Listener()
    listener.addFilter(keep)
    logging.getLogger().addHandler(listener)
    yield written
    logging.getLogger().removeHandler(listener)


def of(lines, name="govgrid.requests"):
    return [line for line in lines if line["logger"] == name]


# ── the id ────────────────────────────────────────────────────────────────────────────────────
def test_a_request_gets_an_id_and_keeps_a_good_one(client, db):
    made = client.get("/healthz").headers["X-Request-ID"]

    assert len(made) == 16
    assert client.get("/healthz").headers["X-Request-ID"] != made
    given = client.get("/healthz", headers={"X-Request-ID": "proxy-1.a_B"})
    assert given.headers["X-Request-ID"] == "proxy-1.a_B"


@pytest.mark.parametrize("odd", ["short", "a" * 65, "with space1", 'quote"12345', "zeile\n123", ""])
def test_an_id_that_is_none_is_replaced(client, db, odd):
    assert client.get("/healthz", headers={"X-Request-ID": odd}).headers["X-Request-ID"] != odd


def test_the_id_ends_with_the_request(client, db):
    client.get("/healthz")

    assert log.request_id.get() == ""


def test_the_id_goes_to_the_task(client, db, monkeypatch):
    sent = []

    def send_task(task, ids, **options):
        sent.append(options["headers"])

    monkeypatch.undo()
    monkeypatch.setattr(wake, "_silent_until", 0.0)
    monkeypatch.setattr(wake.current_app, "send_task", send_task)
    token = log.request_id.set("abc12345")
    try:
        wake._send("x.y", (1,))
    finally:
        log.request_id.reset(token)

    assert sent == [{"request_id": "abc12345"}]


# ── the line ──────────────────────────────────────────────────────────────────────────────────
def test_a_line_says_what_was_asked_and_by_whom_but_never_a_name_or_a_path(client, db, lines):
    user = UserFactory(username="wang.wu", name="王五")
    client.force_login(user)

    answer = client.get("/desk/?q=13812345678")

    [line] = of(lines)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "home:desk", 200)
    assert line["user_id"] == user.pk
    assert line["duration_ms"] > 0
    text = json.dumps(lines, ensure_ascii=False)
    for secret in ("13812345678", "wang.wu", "王五", "/desk/"):
        assert secret not in text


def test_a_stranger_has_no_id_and_costs_no_query(client, db, lines, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/login/")

    assert of(lines)[0]["user_id"] is None


def test_what_watches_the_service_fills_no_log(client, db, lines):
    client.get("/healthz")

    assert of(lines) == []


def test_a_fault_is_one_line_with_its_traceback_and_without_its_path(client, db, lines):
    client.raise_request_exception = False

    answer = client.get("/broken/a-secret-token/?who=me")

    [fault] = of(lines, "django.request")
    assert fault["message"] == "Internal Server Error: broken"
    assert fault["request_id"] == answer.headers["X-Request-ID"]
    assert fault["exception"].endswith("ValueError: a fault of ours")
    assert "a-secret-token" not in json.dumps(lines)
    assert of(lines)[0]["status"] == 500


def test_a_stale_form_leaves_no_path_in_the_log(client, db, lines):
    client.handler.enforce_csrf_checks = True

    client.post("/broken/a-secret-token/")

    assert of(lines)[0]["status"] == 403
    assert "a-secret-token" not in json.dumps(lines)


def test_a_failed_sign_in_names_nobody(client, db, lines):
    UserFactory(username="wang.wu")

    client.post("/login/", {"username": "wang.wu", "password": "not-this-one"})

    text = json.dumps(lines, ensure_ascii=False)
    assert of(lines)
    for secret in ("wang.wu", "not-this-one", "127.0.0.1"):
        assert secret not in text


def test_a_page_that_is_not_there_is_unmatched(client, db, lines):
    client.get("/a-secret-path/")

    assert (of(lines)[0]["route"], of(lines)[0]["status"]) == ("unmatched", 404)
    assert "a-secret-path" not in json.dumps(lines)


def record(message="said", **more):
    return logging.makeLogRecord(
        {"name": "a.logger", "levelname": "INFO", "msg": message, "created": 0, **more}
    )


def test_only_listed_fields_are_written():
    said = json.loads(log.JsonLine().format(record(route="home:desk", password="x", data={"a": 1})))

    assert said == {
        "time": "1970-01-01T00:00:00.000+00:00",
        "level": "INFO",
        "logger": "a.logger",
        "message": "said",
        "route": "home:desk",
    }


@pytest.mark.parametrize("formatter", [log.JsonLine(), log.Line()], ids=["json", "line"])
def test_the_values_of_a_row_stay_out_of_the_log(formatter, db):
    phone = "138\n\n123" + "45678"
    with connection.cursor() as one:
        one.execute("CREATE TEMP TABLE one (phone text UNIQUE)")
        with pytest.raises(IntegrityError) as raised, transaction.atomic():
            one.execute("INSERT INTO one VALUES (%s), (%s)", [phone, phone])
    said = record(exc_info=raised._excinfo)

    text = formatter.format(said)

    assert "12345678" not in text
    assert "IntegrityError" in text
    assert "values are not logged" in text


def test_for_people_a_line_is_a_line():
    token = log.request_id.set("abc12345")
    try:
        line = log.Line().format(record("GET home:desk 200 3.0 ms"))
    finally:
        log.request_id.reset(token)

    assert line.endswith("INFO a.logger GET home:desk 200 3.0 ms [abc12345]")


# ── the figures ───────────────────────────────────────────────────────────────────────────────
def test_requests_are_counted_by_view_and_kind_of_answer(client, db, monkeypatch):
    seconds = Histogram("test_seconds", "", ["method", "route", "status"], registry=None)
    monkeypatch.setattr(traffic, "_seconds", seconds)

    client.get("/login/?next=/desk/")
    client.generic("BREW", "/nowhere/13812345678/")

    counted = {
        tuple(sample.labels.values())
        for metric in seconds.collect()
        for sample in metric.samples
        if sample.name.endswith("_count")
    }
    assert counted == {("GET", "accounts:login", "2xx"), ("other", "unmatched", "4xx")}


# ── real processes ────────────────────────────────────────────────────────────────────────────
def ask(stage, path, content=None, **headers):
    request = urllib.request.Request(  # noqa: S310 our own server
        stage.url + path,
        data=None if content is None else json.dumps(content).encode(),
        headers={"Content-Type": "application/json", **headers},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return answer.read().decode(), answer.headers


def json_lines(stage, name):
    return [json.loads(line) for line in stage.log(name).decode().splitlines()]


@pytest.mark.processes
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_id_leads_from_the_request_to_the_task_and_all_lines_have_one_shape(stage):
    town = build_town()
    RuleFactory(category=CategoryFactory(code="0101"), area=town.district, department=town.housing)
    worker = holder("grid_worker", area=town.grids[0])
    token = accounts.issue_token(worker, by=worker, name="p", scopes=["read", "file"], days=1)[1]
    lon, lat = town.middle(0)
    body = {
        "client_id": str(uuid4()),
        "category": "0101",
        "description": "井盖松动",
        "location": {"lon": lon, "lat": lat},
    }
    stage.redis()
    stage.web()
    stage.worker()
    stage.beat()

    _, headers = ask(
        stage, "/api/v1/tickets/", body,
        **{"Authorization": f"Bearer {token}", "X-Request-ID": "from-the-phone-1"},
    )  # fmt: skip
    until(lambda: Ticket.objects.filter(state="dispatched").exists(), "it is routed")
    until(lambda: "fire_clocks" in stage.log("worker").decode(), "a round has ended")
    # The sweep may have routed it before the task that was woken.
    until(
        lambda: any(one.get("request_id") for one in json_lines(stage, "worker")), "its task ended"
    )

    assert headers["X-Request-ID"] == "from-the-phone-1"
    [asked] = [line for line in json_lines(stage, "web") if line.get("route") == "api:tickets"]
    assert asked["request_id"] == "from-the-phone-1"
    assert (asked["user_id"], asked["status"]) == (worker.pk, 201)
    ran = [line for line in json_lines(stage, "worker") if line.get("request_id")]
    assert {line["task"] for line in ran} >= {"tickets.tasks.route"}
    assert {line["request_id"] for line in ran} == {"from-the-phone-1"}
    assert json_lines(stage, "beat")
    told, _ = ask(stage, "/metrics")
    assert 'govgrid_http_request_seconds_count{method="POST",route="api:tickets",status="2xx"} 1.0' in told  # fmt: skip
    assert 'govgrid_round_age_seconds{task="tickets.tasks.fire_clocks"}' in told
    assert 'govgrid_queue_length{queue="routing"}' in told
    assert 'govgrid_up{part="broker"} 1.0' in told
