"""Photos over REST: one a call in, checked on the way out."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import bearer
from tests.factories.photos import LAT, LON, added, is_bare, shot, upload, wrong
from tests.factories.tickets import filed, routed
from tickets import photos
from tickets.api.photos import PhotoRow
from tickets.models import Photo

STATUS = {"unsupported": 415, "too_large": 413}

# The id of no photo; the same in every worker that collects these tests.
NOBODYS = "be9a5f82-bff5-4e4f-88e7-16523a4f85da"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def ticket(town, cast):
    return routed(town, by=cast["worker"])


@pytest.fixture
def url(ticket):
    return f"/api/v1/tickets/{ticket.number}/photos/"


@pytest.fixture
def signed_in(api):
    def become(user, *scopes):
        api.credentials(HTTP_AUTHORIZATION=bearer(user, *scopes))
        return api

    return become


def body(data=None, **more):
    return {"client_id": str(uuid4()), "photo": upload(data), **more}


def send(api, url, sent):
    return api.post(url, sent, format="multipart")


def errors(response):
    return [(one["code"], one["attr"]) for one in response.json()["errors"]]


def files(media) -> list[Path]:
    return [one for one in media.rglob("*") if one.is_file()]


def test_a_photo_is_added_and_told(signed_in, cast, url, media):
    api = signed_in(cast["worker"])

    response = send(api, url, body(phase="before"))

    made = response.json()
    assert response.status_code == 201
    assert response["Location"] == made["url"] == f"http://testserver{url}{made['id']}/"
    assert set(made) == set(PhotoRow().fields)
    assert (made["phase"], made["by"]) == ("before", cast["worker"].name)
    assert (made["width"], made["height"]) == (96, 64)
    assert made["evidence"] == {
        "taken_at": "2026-09-24T09:03:12+08:00",
        "taken_at_source": "exif",
        "location": {"lon": pytest.approx(LON, abs=1e-6), "lat": pytest.approx(LAT, abs=1e-6)},
        "location_source": "exif",
    }
    assert all(is_bare(one.read_bytes()) for one in files(media))
    assert api.get(url).json() == {"results": [made], "next": None, "previous": None}


def test_the_files_come_back_bare_and_for_this_reader_alone(signed_in, cast, url):
    api = signed_in(cast["worker"])
    made = send(api, url, body()).json()

    for address in (made["url"], made["thumb_url"]):
        response = api.get(address)
        assert response.status_code == 200
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Disposition"].startswith(f'inline; filename="{made["id"]}')
        assert response["Cache-Control"] == "private, no-cache"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert is_bare(response.content)
        again = api.get(address, HTTP_IF_NONE_MATCH=response["ETag"])
        assert (again.status_code, again.content) == (304, b"")
    for accepted, status in {"image/jpeg": 200, "application/json": 200, "image/png": 406}.items():
        assert api.get(made["url"], HTTP_ACCEPT=accepted).status_code == status


def test_what_the_device_claims_is_kept_as_a_claim(signed_in, cast, url):
    claims = {"lon": "111.3", "lat": "30.7", "taken_at": "2026-09-24T09:05:00+08:00"}

    made = send(signed_in(cast["worker"]), url, body(shot(place=False, at=None), **claims)).json()

    assert made["evidence"] == {
        "taken_at": claims["taken_at"],
        "taken_at_source": "device",
        "location": {"lon": 111.3, "lat": 30.7},
        "location_source": "device",
    }


def test_sent_again_it_is_the_same_and_another_is_refused(signed_in, cast, url, media):
    api = signed_in(cast["worker"])
    sent = body()
    first = send(api, url, sent)
    second = send(api, url, sent | {"photo": upload()})
    third = send(api, url, sent | {"photo": upload(shot(at=None))})

    assert (first.status_code, second.status_code, third.status_code) == (201, 200, 409)
    assert second.json() == first.json()
    assert errors(third) == [("client_id_reused", None)]
    assert len(files(media)) == 2


@pytest.mark.parametrize("name", wrong())
def test_what_is_no_photo_is_refused_in_the_one_shape(signed_in, cast, url, media, name):
    code, data = wrong()[name]
    response = send(signed_in(cast["worker"]), url, body(data))

    assert response.status_code == STATUS.get(code, 400)
    assert errors(response) == [(code, None if code in STATUS else "photo")]
    assert response.json()["errors"][0]["detail"] == str(photos.SENTENCES[code])
    assert files(media) == []
    assert not Photo.objects.exists()


def test_thirteen_megabytes_are_refused_by_their_size(signed_in, cast, url, media):
    api = signed_in(cast["worker"])

    said = api.generic(
        "POST", url, b"x", "multipart/form-data; boundary=x", CONTENT_LENGTH="200000000"
    )
    sent = send(api, url, body(b"\xff\xd8\xff" + bytes(photos.MAX_BYTES)))

    for response in (said, sent):
        assert response.status_code == 413
        assert errors(response) == [("too_large", None)]
    assert files(media) == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": None}, ("required", "client_id")),
        ({"client_id": "7"}, ("invalid", "client_id")),
        ({"photo": None}, ("required", "photo")),
        ({"photo": "a word"}, ("invalid", "photo")),
        ({"phase": "during"}, ("invalid_choice", "phase")),
        ({"lon": "east", "lat": "1"}, ("invalid", "lon")),
        ({"lon": "nan", "lat": "1"}, ("invalid", "lon")),
        ({"lon": "200", "lat": "1"}, ("max_value", "lon")),
        ({"lon": "1"}, ("required", "lat")),
        ({"lat": "1"}, ("required", "lon")),
        ({"taken_at": "yesterday"}, ("invalid", "taken_at")),
        ({"colour": "red"}, ("unknown_field", "colour")),
        ({"phase": upload()}, ("invalid", "phase")),
        ({"lon": upload(), "lat": upload()}, ("invalid", "lon")),
        ({"client_id": upload()}, ("invalid", "client_id")),
    ],
)
def test_a_wrong_field_is_named(signed_in, cast, url, change, error):
    sent = {name: value for name, value in (body() | change).items() if value is not None}

    response = send(signed_in(cast["worker"]), url, sent)

    assert response.status_code == 400
    assert error in errors(response)
    assert not Photo.objects.exists()


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "image/jpeg"])
def test_another_kind_of_body_is_415(signed_in, cast, url, kind):
    response = signed_in(cast["worker"]).generic("POST", url, b"{}", kind)

    assert (response.status_code, errors(response)) == (415, [("unsupported_media_type", None)])


@pytest.mark.parametrize(
    "sent", [b"", b"--x", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--"]
)
def test_a_body_in_pieces_is_400(signed_in, cast, url, sent):
    kind = "multipart/form-data; boundary=x"

    assert signed_in(cast["worker"]).generic("POST", url, sent, kind).status_code == 400


def test_a_name_that_leads_elsewhere_leads_nowhere(signed_in, cast, url, media):
    evil = SimpleUploadedFile("x.jpg", shot())
    evil.name = "../../../etc/cron.d/x\r\nSet-Cookie: a=b"

    assert send(signed_in(cast["worker"]), url, body() | {"photo": evil}).status_code == 201
    assert {one.parent.parent for one in files(media)} == {media / "photos"}


# ── who ───────────────────────────────────────────────────────────────────────────────────────


def test_the_ticket_of_another_is_not_there(signed_in, town, cast, ticket, url):
    photo = added(ticket, by=cast["worker"])
    hers = filed(town, by=cast["other_worker"], grid=4)
    mine = added(hers, by=cast["other_worker"])
    api = signed_in(cast["other_worker"])

    assert send(api, url, body()).status_code == 404
    for address in ("", f"{photo.public_id}/", f"{photo.public_id}/thumb/"):
        assert api.get(f"{url}{address}").status_code == 404
    # Nor under a number that one may see.
    other = f"/api/v1/tickets/{hers.number}/photos/"
    assert api.get(f"{other}{photo.public_id}/").status_code == 404
    assert api.get(f"{other}{mine.public_id}/").status_code == 200
    assert ticket.photos.count() == 1


@pytest.mark.parametrize("key", ["x", NOBODYS, "%00", "..%2f..%2f", "1", f"{NOBODYS}%0a"])
def test_a_photo_that_is_none_is_404_in_json(signed_in, cast, url, key):
    response = signed_in(cast["worker"]).get(f"{url}{key}/", HTTP_ACCEPT="image/jpeg, */*")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"


def test_a_file_that_is_gone_is_404(signed_in, cast, ticket, url, media):
    photo = added(ticket, by=cast["worker"])
    (media / photo.image.name).unlink()

    assert signed_in(cast["worker"]).get(f"{url}{photo.public_id}/").status_code == 404


def test_who_only_looks_on_adds_nothing(signed_in, cast, url):
    response = send(signed_in(cast["auditor"]), url, body())

    assert (response.status_code, errors(response)) == (403, [("permission_denied", None)])
    assert not Photo.objects.exists()


def test_a_token_that_only_reads_adds_nothing(signed_in, cast, url):
    assert send(signed_in(cast["worker"], "read"), url, body()).status_code == 403
    assert send(signed_in(cast["worker"], "file"), url, body()).status_code == 201


def test_a_department_sees_the_photo_and_not_where_the_reporter_was(signed_in, cast, ticket, url):
    added(ticket, by=cast["worker"])
    added(ticket, by=cast["clerk"])

    theirs, own = signed_in(cast["clerk"]).get(url).json()["results"]

    assert (theirs["by"], theirs["evidence"]) == (None, None)
    assert own["by"] == cast["clerk"].name
    assert own["evidence"]["location"]


def test_the_list_asks_as_much_for_three_as_for_one(signed_in, cast, ticket, url):
    api = signed_in(cast["street"])
    added(ticket, by=cast["worker"])
    with CaptureQueriesContext(connection) as one:
        api.get(url)
    added(ticket, by=cast["clerk"])
    added(ticket, by=cast["community"])
    with CaptureQueriesContext(connection) as three:
        assert len(api.get(url).json()["results"]) == 3

    assert len(one) == len(three)


def test_an_ended_ticket_is_a_conflict(signed_in, cast, ticket, url):
    type(ticket).objects.filter(pk=ticket.pk).update(state="closed", closed_at=ticket.filed_at)

    response = send(signed_in(cast["worker"]), url, body())

    assert (response.status_code, errors(response)) == (409, [("ended", None)])
