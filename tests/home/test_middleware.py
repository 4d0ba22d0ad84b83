import pytest
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.template import Context, Template
from django.urls import include, path

from govgrid.core.errors import Refused
from govgrid.home.middleware import ContentSecurityPolicy


@login_not_required
def refusing(request):
    raise Refused("not_now", "The team has gone home.", missing=["a team"])


@login_not_required
def broken(request):
    raise ValueError("a fault of ours")


@login_not_required
def with_nonce(request):
    page = Template('<script nonce="{{ request.csp_nonce }}"></script>')
    return HttpResponse(page.render(Context({"request": request})))


urlpatterns = [
    path("refusing/", refusing),
    path("broken/", broken),
    path("with-nonce/", with_nonce),
    path("", include("govgrid.urls")),
]
handler404 = "govgrid.home.errors.not_found"
handler500 = "govgrid.home.errors.server_error"

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.home.test_middleware")]


def policy_of(response):
    parts = response.headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, _space, sources in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("url", ["/", "/login/", "/nowhere/", "/healthz", "/desk/", "/admin/"])
def test_every_answer_carries_the_strict_policy(client, url):
    policy = policy_of(client.get(url))

    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == policy["form-action"] == "'self'"
    assert policy["img-src"] == "'self' data:"


def test_a_page_that_asks_for_the_nonce_gets_one_of_its_own(client):
    first, second = client.get("/with-nonce/"), client.get("/with-nonce/")

    nonce = first.content.decode().split('"')[1]
    assert policy_of(first)["script-src"] == f"'self' 'nonce-{nonce}'"
    assert policy_of(first) != policy_of(second)


def test_the_host_of_the_tiles_is_let_in_only_where_it_is_used(settings):
    settings.BASE_MAP = "osm"
    policy = ContentSecurityPolicy(lambda request: None).policy()

    assert "img-src 'self' data: https://tile.openstreetmap.org;" in policy


def test_features_nobody_needs_are_off(client):
    features = client.get("/").headers["Permissions-Policy"]

    assert "geolocation=(self)" in features
    assert "microphone=()" in features


def test_a_refused_post_goes_back_with_the_sentence(client):
    response = client.post("/refusing/", HTTP_REFERER="http://testserver/login/?a=1")

    assert response.status_code == 302
    assert response.url == "http://testserver/login/?a=1"
    told = [str(message) for message in messages.get_messages(response.wsgi_request)]
    assert told == ["The team has gone home."]
    assert "The team has gone home." in client.get("/login/").content.decode()


@pytest.mark.parametrize("came_from", ["", "https://elsewhere.example/"])
def test_a_refusal_with_no_way_back_is_a_page_of_its_own(client, came_from):
    response = client.post("/refusing/", HTTP_REFERER=came_from)

    assert response.status_code == 409
    assert "The team has gone home." in response.content.decode()
    assert "a team" in response.content.decode()


def test_other_faults_stay_faults(client):
    client.raise_request_exception = False

    response = client.get("/broken/")

    assert response.status_code == 500
    assert "a fault of ours" not in response.content.decode()
    assert "Something broke on our side" in response.content.decode()


@pytest.mark.parametrize("url", ["/api/v1/nowhere/", "/api/nowhere"])
def test_a_program_that_is_lost_gets_the_one_shape(client, url):
    response = client.get(url)

    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "not_found"


def test_a_page_that_is_not_there_says_so_in_words(client):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "There is no such page, or it is not yours to see." in response.content.decode()


def test_a_stale_form_says_what_to_do(client):
    client.handler.enforce_csrf_checks = True

    response = client.post("/login/", {"username": "a", "password": "b"})

    assert response.status_code == 403
    assert "open for too long" in response.content.decode()
