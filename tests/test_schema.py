"""The OpenAPI document is complete, and the API does what it says."""

import json
from io import StringIO
from uuid import uuid4

import pytest
import schemathesis
import yaml
from django.core import signals
from django.core.management import call_command
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import Client

from govgrid.api.roof import document
from govgrid.wsgi import application
from grids.actions import start_patrol
from tests.factories.accounts import bearer
from tests.factories.grids import PostFactory, build_town, holder
from tests.factories.tickets import CategoryFactory, routed

METHODS = {"get", "post", "put", "patch", "delete"}
OPERATIONS = [
    (method, path, said)
    for path, item in document()["paths"].items()
    for method, said in item.items()
    if method in METHODS
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
NAMES = [f"{method} {path}" for method, path, _said in OPERATIONS]
# This is where one signs in; everything else needs it.
PUBLIC = ("post", "/api/v1/auth/token/")
CLOSED = [one for one in OPERATIONS if one[:2] != PUBLIC]

schema = schemathesis.openapi.from_dict(document())
schema.app = application


def filled(path):
    return (
        path.replace("{number}", "YL20261122-000123-7")
        .replace("{code}", "420506")
        .replace("{name}", "sign")
        .replace("{id}", "1")
        .replace("{place}", "1")
        .replace("{row}", "1")
        .replace("{serial}", "1")
        .replace("{position}", "1")
        .replace("{year}", "2026")
    )


def ask(api, method, path, **more):
    return getattr(api, method)(filled(path), {}, format="json", **more)


# ── the document ──────────────────────────────────────────────────────────────────────────────


def test_the_document_is_valid_and_nothing_in_it_had_to_be_guessed():
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=StringIO())


def test_it_is_served_to_anybody_as_json_and_as_yaml(client):
    plain = client.get("/api/v1/schema/")
    by_name = client.get("/api/v1/schema/?format=yaml")
    by_type = client.get("/api/v1/schema/", headers={"Accept": "application/yaml"})

    assert plain.json()["openapi"].startswith("3.1")
    assert plain["Content-Type"] == "application/json"
    assert by_name.content == by_type.content
    assert yaml.safe_load(by_name.content) == plain.json()
    assert client.get("/api/v1/schema/?format=xml").status_code == 400


@pytest.mark.parametrize(("method", "path", "said"), OPERATIONS, ids=NAMES)
def test_every_operation_is_described_whole(method, path, said):
    assert said["summary"]
    assert said["tags"]
    assert all(one.get("description") for one in said["responses"].values())
    for status, answer in said["responses"].items():
        if status >= "400":
            assert answer["content"]["application/json"]["schema"] == {
                "$ref": "#/components/schemas/Errors"
            }
    for name in ("number", "code"):
        if f"{{{name}}}" in path:
            assert any(
                one["name"] == name and one["schema"]["pattern"] for one in said["parameters"]
            )


def test_both_ways_of_signing_in_are_named():
    schemes = document()["components"]["securitySchemes"]

    assert schemes["bearer"] == {"type": "http", "scheme": "bearer"}
    assert schemes["session"]["in"] == "cookie"


# ── what holds for every operation ────────────────────────────────────────────────────────────


def test_one_operation_alone_is_open():
    assert len(CLOSED) == len(OPERATIONS) - 1


@pytest.mark.parametrize(("method", "path"), [one[:2] for one in CLOSED])
def test_who_is_nobody_gets_401(db, api, method, path):
    for header in ({}, {"HTTP_AUTHORIZATION": "Bearer wrong"}, {"HTTP_AUTHORIZATION": "Bearer"}):
        response = ask(api, method, path, **header)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
        assert response.json()["type"] == "client_error"


@pytest.mark.parametrize(("method", "path", "said"), OPERATIONS, ids=NAMES)
def test_every_operation_keeps_the_one_shape(db, api, method, path, said):
    api.force_authenticate(holder("district_command", area=build_town().district))
    if path != PUBLIC[1]:
        unknown = api.generic(method, f"{filled(path)}?nonsense=1")
        assert (unknown.status_code, unknown.json()["errors"][0]["attr"]) == (400, "nonsense")
    for status, response in {
        405: api.generic("PROPFIND", filled(path)),
        406: ask(api, method, path, HTTP_ACCEPT="image/png"),
    }.items():
        assert response.status_code == status
        assert set(response.json()) == {"type", "errors"}


@pytest.mark.parametrize(
    "path",
    ["x/", "tickets", "tickets/YL/x/y/z/", "%00", "a%0Ab", "%ff/", "..%2f..%2f", "schema/x", "路/"],
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options", "head"])
def test_an_address_that_is_none_is_404_in_the_one_shape(client, method, path):
    response = getattr(client, method)(f"/api/v1/{path}")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    if method != "head":
        assert response.json()["errors"][0]["code"] == "not_found"


def test_the_index_leads_everywhere(client, db):
    for url in client.get("/api/v1/").json().values():
        assert client.get(url).status_code in {200, 401, 405}


def test_the_manual_is_a_page_without_a_script_of_its_own(client):
    response = client.get("/api/v1/docs/")
    html = response.content.decode()

    assert response.status_code == 200
    for _method, path, said in OPERATIONS:
        assert path in html
        assert f'id="{said["operationId"]}"' in html
    assert "observed_at" in html
    assert "<script>" not in html
    assert "style=" not in html
    assert "http://" not in html.replace("http://www.w3.org", "")


# ── whatever one sends ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def _in_this_transaction(db):
    """As Django's own test client has it: a request must not close the test's connection."""
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.fixture
def somebody(_in_this_transaction):
    """A person who may do nearly everything, and a ticket on which to try it."""
    town = build_town()
    CategoryFactory(code="0101")
    user = holder("community_officer", area=town.communities[0])
    PostFactory(user=user, role="street_desk", area=town.streets[0])
    PostFactory(user=user, role="department_clerk", department=town.housing)
    PostFactory(user=user, role="grid_worker", area=town.grids[0])
    ticket = routed(town, by=user)
    patrol = start_patrol(by=user, client_id=uuid4()).patrol
    return {"header": bearer(user), "number": ticket.number, "town": town, "id": patrol.pk}


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_is_answered_as_the_document_says(somebody, case):
    headers = {} if case.path == PUBLIC[1] else {"Authorization": somebody["header"]}
    case.call_and_validate(headers=headers, checks=CHECKS)
    # Once more where there is something to find, or everything would end in 404 and 400.
    if _aim(case, somebody):
        case.call_and_validate(headers=headers, checks=CHECKS)


def _aim(case, somebody):
    aims = {
        "number": somebody["number"],
        "code": somebody["town"].grids[0].code,
        "id": somebody["id"],
    }
    aimed = {name: aims[name] for name in case.path_parameters or () if name in aims}
    case.path_parameters = {**(case.path_parameters or {}), **aimed}
    lon, lat = somebody["town"].middle(0)
    if isinstance(case.body, dict) and "category" in case.body:
        case.body = _here(case.body, lon, lat)
        return True
    if isinstance(case.body, list):
        case.body = [_here(one, lon, lat) if isinstance(one, dict) else one for one in case.body]
        return True
    if case.path.endswith("/proposals/"):
        case.query = {**(case.query or {}), "category": "0101", "lon": lon, "lat": lat}
        case.query.pop("grid", None)
        return True
    if case.path.endswith("/locate/"):
        case.query = {"lon": lon, "lat": lat}
        return True
    return bool(aimed)


def _here(filing, lon, lat):
    rest = {name: value for name, value in filing.items() if name != "grid"}
    return {**rest, "category": "0101", "location": {"lon": lon, "lat": lat}}


def test_the_examples_of_the_document_are_true(somebody, api):
    api.credentials(HTTP_AUTHORIZATION=somebody["header"])
    examples = document()["paths"]["/api/v1/tickets/"]["post"]["requestBody"]["content"][
        "application/json"
    ]["examples"]
    lon, lat = somebody["town"].middle(0)
    for example in examples.values():
        body = example["value"] | {"location": {"lon": lon, "lat": lat, "crs": "wgs84"}}
        body.pop("observed_at", None)

        response = api.post("/api/v1/tickets/", json.dumps(body), content_type="application/json")

        assert response.status_code == 201, response.content


def test_a_content_type_that_cannot_be_read_is_none(somebody):
    headers = {
        "Authorization": somebody["header"],
        "Content-Type": "application/json; a*=utf-99''x",
    }
    response = Client(application).post("/api/v1/tickets/", data=b"{}", headers=headers)

    assert response.status_code == 415
    assert response.json["errors"][0]["code"] == "unsupported_media_type"
