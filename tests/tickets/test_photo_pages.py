"""Photos on the pages: with a report, with and without script, on a ticket, and handed out."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core.templatetags import gg
from tests.factories.photos import SVG, added, is_bare, sending, shot, upload
from tests.factories.tickets import CategoryFactory, filed, routed
from tickets import gallery
from tickets.models import Photo, Ticket

DRAFTS = "/tickets/photos/"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def sign_in(client, cast):
    def become(who):
        client.force_login(cast[who])
        return client

    return become


@pytest.fixture
def ticket(town, cast):
    return routed(town, by=cast["worker"])


@pytest.fixture
def report(town):
    CategoryFactory(code="0101")
    lon, lat = town.middle(0)
    return {
        "client_id": str(uuid4()),
        "lon": lon,
        "lat": lat,
        "category": "0101",
        "description": "By the bus stop",
    }


def files(media) -> list[Path]:
    return [one for one in media.rglob("*") if one.is_file()]


def page(response) -> str:
    return response.content.decode()


# ── while a report is written, with script ────────────────────────────────────────────────────


def test_photos_sent_ahead_are_on_the_ticket(sign_in, report, media, cast):
    client = sign_in("worker")
    sent = {"draft": report["client_id"], "client_id": str(uuid4()), "photo": upload()}

    response = client.post(DRAFTS, sent, headers=JSON)
    again = client.post(DRAFTS, sent | {"photo": upload()}, headers=JSON)
    thumb = client.get(response.json()["thumb"])
    client.post("/tickets/new/", report)

    photo = Photo.objects.get()
    assert (response.status_code, again.status_code) == (201, 200)
    assert response.json() == again.json()
    assert response.json()["id"] == str(photo.public_id)
    assert is_bare(thumb.content)
    assert photo.ticket == Ticket.objects.get()
    assert photo.by == cast["worker"]
    assert all(is_bare(one.read_bytes()) for one in files(media))


def test_one_that_comes_after_its_report_is_on_the_ticket(sign_in, report):
    client = sign_in("worker")
    client.post("/tickets/new/", report)
    sent = {"draft": report["client_id"], "client_id": str(uuid4()), "photo": upload()}

    assert client.post(DRAFTS, sent, headers=JSON).status_code == 201
    assert Photo.objects.get().ticket == Ticket.objects.get()


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"photo": upload(SVG)}, 415, "unsupported"),
        ({"photo": upload(b"")}, 400, "empty"),
        ({"photo": upload(shot()[:500])}, 400, "broken"),
        ({"photo": "a word"}, 400, "invalid"),
        ({"draft": "x"}, 400, "invalid"),
        ({"client_id": ""}, 400, "invalid"),
        ({"lon": "nan", "lat": "1"}, 400, "invalid"),
        ({"phase": "during"}, 400, "invalid"),
        ({"taken_at": "\0"}, 400, "invalid"),
    ],
)
def test_a_draft_that_cannot_be_kept_gets_a_sentence(sign_in, town, media, change, status, code):
    sent = {"draft": str(uuid4()), "client_id": str(uuid4()), "photo": upload(), **change}

    response = sign_in("worker").post(DRAFTS, sent, headers=JSON)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["detail"]
    assert files(media) == []


def test_who_may_not_file_sends_no_draft(sign_in, town):
    sent = {"draft": str(uuid4()), "client_id": str(uuid4()), "photo": upload()}

    assert sign_in("nobody").post(DRAFTS, sent).status_code == 403
    assert not Photo.objects.exists()


def test_a_draft_is_for_its_sender_alone(sign_in, cast, town, media):
    photo = gallery.add_to_draft(uuid4(), sending(), by=cast["worker"]).photo
    address = f"{DRAFTS}{photo.public_id}/"

    stranger = sign_in("street")
    assert stranger.get(f"{address}thumb/").status_code == 404
    assert stranger.delete(address).status_code == 404
    sender = sign_in("worker")
    assert sender.get(f"{address}thumb/").status_code == 200
    assert sender.post(address).status_code == 405
    assert sender.delete(address).status_code == 204
    assert sender.delete(address).status_code == 404
    assert files(media) == []


def test_a_form_that_comes_back_shows_what_is_kept(sign_in, report):
    client = sign_in("worker")
    sent = {"draft": report["client_id"], "client_id": str(uuid4()), "photo": upload()}
    photo = client.post(DRAFTS, sent, headers=JSON).json()

    back = client.post("/tickets/new/", report | {"category": ""})

    assert photo["thumb"] in page(back)
    assert not Ticket.objects.exists()


# ── without script ────────────────────────────────────────────────────────────────────────────


def test_a_form_brings_its_photos_along(sign_in, report, media):
    sent = [upload(), upload(shot("HEIF")), upload(shot("PNG"))]

    response = sign_in("worker").post("/tickets/new/", report | {"photos": sent}, follow=True)

    ticket = Ticket.objects.get()
    assert ticket.photos.count() == 3
    assert len(files(media)) == 6
    assert all(is_bare(one.read_bytes()) for one in files(media))
    assert f"Filed as {ticket.number}" in page(response)


def test_the_ticket_is_kept_where_a_photo_fails_and_the_photo_is_named(sign_in, report, media):
    sent = [upload(SVG, name="evil.jpg"), upload()]

    response = sign_in("worker").post("/tickets/new/", report | {"photos": sent}, follow=True)

    assert Ticket.objects.get().photos.count() == 1
    assert "evil.jpg was not kept: This is no photo." in page(response)
    assert len(files(media)) == 2


def test_a_form_that_was_wrong_loses_no_photo(sign_in, report):
    client = sign_in("worker")
    wrong = report | {"category": "", "photos": [upload(), upload(SVG, name="evil.jpg")]}

    back = client.post("/tickets/new/", wrong)
    client.post("/tickets/new/", report)

    assert "evil.jpg was not kept" in page(back)
    assert Ticket.objects.get().photos.count() == 1


def test_a_second_send_of_the_same_makes_no_second_photo(sign_in, report, media):
    client = sign_in("worker")
    for _ in range(2):
        client.post("/tickets/new/", report | {"photos": [upload()]})

    assert Ticket.objects.get().photos.count() == 1
    assert len(files(media)) == 2


def test_photos_of_a_changed_report_do_not_go_to_the_first(sign_in, report):
    client = sign_in("worker")
    client.post("/tickets/new/", report)
    changed = report | {"description": "Something else", "photos": [upload()]}

    response = client.post("/tickets/new/", changed)

    assert response.status_code == 409
    assert Photo.objects.get().ticket is None
    assert str(Photo.objects.get().public_id) in page(response)


# ── too much ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [DRAFTS, "/tickets/new/"])
def test_two_hundred_megabytes_are_refused_before_they_are_read(sign_in, town, path, media):
    response = sign_in("worker").generic(
        "POST", path, b"x", "multipart/form-data; boundary=x", CONTENT_LENGTH="200000000"
    )

    assert response.status_code == 413
    assert "12 MB" in page(response)
    assert files(media) == []


def test_a_body_that_grows_is_cut_off(sign_in, report, settings, media):
    settings.UPLOAD_MAX_BYTES = 5000
    response = sign_in("worker").post("/tickets/new/", report | {"photos": [upload(bytes(9000))]})

    assert response.status_code == 413
    assert not Ticket.objects.exists()


# ── on a ticket's page ────────────────────────────────────────────────────────────────────────


def test_a_photo_is_added_on_the_page(sign_in, ticket, media):
    client = sign_in("clerk")
    address = f"/tickets/{ticket.number}/photos/"
    sent = {"client_id": str(uuid4()), "photo": upload(), "phase": "after"}

    plain = client.post(address, sent, follow=True)
    script = client.post(address, sent | {"photo": upload()}, headers=JSON)

    photo = Photo.objects.get()
    assert photo.phase == "after"
    assert plain.redirect_chain == [(f"/tickets/{ticket.number}/#add-photo", 302)]
    assert f"/tickets/{ticket.number}/photos/{photo.public_id}/thumb/" in page(plain)
    assert "住建局, when done" in page(plain)
    assert (script.status_code, script.json()["id"]) == (200, str(photo.public_id))
    assert client.get(address).status_code == 302


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [(SVG, 415, "This is no photo."), (b"", 400, "The photo is empty."), (None, 400, "Choose")],
)
def test_a_photo_that_fails_on_the_page_is_said(sign_in, ticket, data, status, words):
    client = sign_in("clerk")
    address = f"/tickets/{ticket.number}/photos/"

    def sent():
        photo = {} if data is None else {"photo": upload(data)}
        return {"client_id": str(uuid4()), **photo}

    assert words in page(client.post(address, sent(), follow=True))
    script = client.post(address, sent(), headers=JSON)
    assert script.status_code == status
    assert words in script.json()["detail"]
    assert not Photo.objects.exists()


def test_who_may_not_add_has_no_form(sign_in, ticket, cast):
    added(ticket, by=cast["worker"])
    address = f"/tickets/{ticket.number}/"

    auditor = sign_in("auditor")
    assert "data-gg-choose" not in page(auditor.get(address))
    assert "/thumb/" in page(auditor.get(address))
    assert (
        auditor.post(f"{address}photos/", {"client_id": uuid4(), "photo": upload()}).status_code
        == 403
    )
    assert "data-gg-choose" in page(sign_in("clerk").get(address))


def test_where_it_was_taken_is_not_told_to_a_department(sign_in, ticket, cast):
    added(ticket, by=cast["worker"])
    address = f"/tickets/{ticket.number}/"
    moment = gg.when(ticket.photos.get().taken_at)

    assert moment not in page(sign_in("clerk").get(address))
    told = page(sign_in("community").get(address))
    assert moment in told
    assert "from the pin" in told


def test_the_page_asks_as_much_for_three_photos_as_for_one(sign_in, ticket, cast):
    client = sign_in("community")
    address = f"/tickets/{ticket.number}/"
    added(ticket, by=cast["worker"])
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    added(ticket, by=cast["clerk"])
    added(ticket, by=cast["street"])
    with CaptureQueriesContext(connection) as three:
        assert len(client.get(address).context["shots"]) == 3

    assert len(one) == len(three)


# ── handed out ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("end", ["", "thumb/"])
def test_who_sees_the_ticket_sees_its_photos_and_nobody_else(sign_in, town, ticket, cast, end):
    photo = added(ticket, by=cast["worker"])
    elsewhere = filed(town, by=cast["other_worker"], grid=4)
    address = f"/tickets/{ticket.number}/photos/{photo.public_id}/{end}"

    for who in ("worker", "community", "street", "clerk", "auditor"):
        response = sign_in(who).get(address)
        assert response.status_code == 200
        assert is_bare(response.content)
    for who in ("urban", "other_worker", "other_street", "nobody"):
        assert sign_in(who).get(address).status_code == 404
    # A photo is reached by its own ticket only.
    other = f"/tickets/{elsewhere.number}/photos/{photo.public_id}/{end}"
    assert sign_in("other_worker").get(other).status_code == 404


def test_a_visitor_must_sign_in_first(client, ticket, cast):
    photo = added(ticket, by=cast["worker"])

    response = client.get(f"/tickets/{ticket.number}/photos/{photo.public_id}/")

    assert response.status_code == 302
    assert response.url.startswith("/login/")


def test_no_cache_between_keeps_it_and_no_browser_guesses_it(sign_in, ticket, cast):
    photo = added(ticket, by=cast["worker"])
    client = sign_in("worker")
    address = f"/tickets/{ticket.number}/photos/{photo.public_id}/"

    response = client.get(address)
    again = client.get(address, headers={"If-None-Match": response["ETag"]})

    assert response["Cache-Control"] == again["Cache-Control"] == "private, no-cache"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == f'inline; filename="{photo.public_id}.jpg"'
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert (again.status_code, again.content) == (304, b"")


def test_no_address_leads_to_the_files_themselves(sign_in, ticket, cast, settings):
    photo = added(ticket, by=cast["worker"])
    client = sign_in("worker")

    for prefix in ("/media/", "/", "/static/", "/var/media/"):
        assert client.get(prefix + photo.image.name).status_code == 404
