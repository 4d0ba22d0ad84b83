import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django_otp.oath import totp
from rest_framework import viewsets
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from govgrid.accounts import actions
from govgrid.accounts.models import ApiToken, User
from govgrid.accounts.token_api import TokenView
from govgrid.core.clock import today
from tests.accounts.conftest import PASSWORD

URL = "/api/v1/auth/token/"


class Thing(APIView):
    def get(self, request):
        return Response({"who": request.user.username})

    def post(self, request):
        return Response({}, status=201)


class Things(viewsets.ViewSet):
    def create(self, request):
        return Response({}, status=201)


class ReadByPost(Thing):
    scope_needed = "read"


urlpatterns = [
    path("api/v1/auth/token/", TokenView.as_view()),
    path("thing/", Thing.as_view()),
    path("things/", Things.as_view({"post": "create"})),
    path("read-by-post/", ReadByPost.as_view()),
]

pytestmark = [pytest.mark.urls("tests.accounts.test_api")]


@pytest.fixture(autouse=True)
def _no_throttle(monkeypatch):
    monkeypatch.setattr(TokenView, "get_throttles", lambda self: [])


def ask(api, **body):
    given = {"username": "worker", "password": PASSWORD, **body}
    return api.post(URL, given, format="json")


def bearer(api, plaintext):
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {plaintext}")
    return api


def token_for(user, *scopes):
    return actions.issue_token(user, by=user, name="test", scopes=scopes, days=30)


def only_error(response):
    (error,) = response.json()["errors"]
    return error


def test_a_password_buys_a_token_that_opens_the_api(api, worker):
    response = ask(api)

    assert response.status_code == 201
    assert set(response.json()) == {"token", "expires_at"}
    answer = bearer(api, response.json()["token"]).get("/thing/")
    assert answer.json() == {"who": "Worker"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"password": "wrong"}, 401, "wrong_credentials"),
        ({"username": "nobody"}, 401, "wrong_credentials"),
        ({"username": "a\x00b"}, 400, "parse_error"),
        ({"username": "x" * 100_000}, 400, "max_length"),
        ({"username": ["worker"]}, 400, "invalid"),
        ({"password": None}, 400, "null"),
        ({"password": "x" * 100_000}, 400, "max_length"),
    ],
)
def test_what_is_wrong_is_said_in_the_one_shape(api, worker, body, status, code):
    response = ask(api, **body)

    assert response.status_code == status
    assert only_error(response)["code"] == code
    assert not ApiToken.objects.exists()


def test_too_many_wrong_passwords_lock_programs_out_too(api, worker):
    for name in ("worker", "WORKER", "07175550105", "Worker"):
        assert ask(api, username=name, password="wrong").status_code == 401

    locked = ask(api, password="wrong")
    then_right = ask(api)

    assert locked.status_code == then_right.status_code == 429
    assert only_error(then_right)["code"] == "locked_out"
    assert locked.headers["Retry-After"] == "900"


def test_who_asks_too_often_cannot_hide_behind_a_header(rf):
    request = rf.post(URL, HTTP_X_FORWARDED_FOR="192.0.2.1")

    assert ScopedRateThrottle().get_ident(request) == "127.0.0.1"


def test_a_success_ends_the_count(api, worker):
    for _try in range(4):
        ask(api, password="wrong")
    assert ask(api).status_code == 201

    assert ask(api, password="wrong").status_code == 401


def test_a_second_factor_is_asked_of_programs_too(api, worker):
    device = actions.start_second_factor(by=worker)
    device.confirmed = True
    device.save()

    without = ask(api)
    wrong = ask(api, otp="000000")
    device.refresh_from_db()
    device.throttle_reset()
    right = ask(api, otp=f"{totp(device.bin_key):06d}")

    assert without.status_code == wrong.status_code == 403
    assert only_error(without)["code"] == "otp_needed"
    assert right.status_code == 201


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer unknown",
        "Bearer a b",
        "Bearer \xff\xfe",
        "bearer " + "x" * 5000,
        "Basic dTpw",
    ],
)
def test_a_token_that_is_none_is_401(api, worker, header):
    response = api.get("/thing/", HTTP_AUTHORIZATION=header)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_nobody_is_401(api, worker):
    assert api.get("/thing/").status_code == 401


def test_an_expired_token_opens_nothing(api, worker, shift_clock):
    _token, plaintext = token_for(worker, "read")
    assert bearer(api, plaintext).get("/thing/").status_code == 200

    shift_clock(days=30)

    assert api.get("/thing/").status_code == 401


def test_a_revoked_token_opens_nothing(api, worker):
    token, plaintext = token_for(worker, "read")
    actions.revoke_token(token, by=worker)

    assert bearer(api, plaintext).get("/thing/").status_code == 401


def test_the_token_of_somebody_switched_off_opens_nothing(api, worker):
    _token, plaintext = token_for(worker, "read")
    User.objects.update(is_active=False)

    assert bearer(api, plaintext).get("/thing/").status_code == 401


@pytest.mark.parametrize(
    ("scope", "reads", "files", "acts"),
    [("read", 200, 403, 403), ("file", 403, 201, 403), ("act", 403, 403, 201)],
)
def test_a_token_reaches_as_far_as_its_scopes(api, worker, scope, reads, files, acts):
    _token, plaintext = token_for(worker, scope)
    bearer(api, plaintext)

    assert api.get("/thing/").status_code == reads
    assert api.post("/things/").status_code == files
    assert api.post("/thing/").status_code == acts


def test_a_view_may_say_which_scope_it_needs(api, worker):
    _token, plaintext = token_for(worker, "read")

    assert bearer(api, plaintext).post("/read-by-post/").status_code == 201


def test_a_missing_scope_has_a_code(api, worker):
    _token, plaintext = token_for(worker, "file")

    assert only_error(bearer(api, plaintext).get("/thing/"))["code"] == "scope_missing"


def test_signing_in_by_token_costs_one_query(api, worker):
    token, plaintext = token_for(worker, "read")
    ApiToken.objects.update(last_used_on=today())
    bearer(api, plaintext)

    with CaptureQueriesContext(connection) as asked:
        api.get("/thing/")

    assert len(asked) == 1
    assert token.digest in asked[0]["sql"]


def test_the_day_of_use_is_noted_once(api, worker):
    token, plaintext = token_for(worker, "read")

    bearer(api, plaintext).get("/thing/")

    token.refresh_from_db()
    assert token.last_used_on == today()


def test_deleting_revokes_the_token_in_use_and_no_other(api, worker):
    _token, plaintext = token_for(worker, "file")
    other, _plaintext = token_for(worker, "read")

    assert bearer(api, plaintext).delete(URL).status_code == 204
    assert api.delete(URL).status_code == 401
    assert list(ApiToken.objects.live()) == [other]


def test_a_session_needs_the_csrf_token(worker, api):
    api.handler.enforce_csrf_checks = True
    api.force_login(worker)

    assert api.get("/thing/").status_code == 200
    assert api.post("/thing/").status_code == 403
    assert only_error(api.delete(URL))["code"] == "permission_denied"


def test_a_session_has_no_token_to_end(worker, api):
    api.force_login(worker)

    response = api.delete(URL)

    assert response.status_code == 409
    assert only_error(response)["code"] == "no_token"


def test_an_old_token_does_not_stand_in_the_way_of_a_new_one(api, worker):
    response = ask(bearer(api, "expired-long-ago"))

    assert response.status_code == 201
