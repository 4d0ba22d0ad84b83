"""The reporter's link: whom it lets in, what it says and never says, and the answer by it."""

import re
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.grids import holder
from tests.factories.photos import upload
from tests.factories.tickets import filing, routed
from tickets import actions, gallery, tracking
from tickets.gallery import Sending
from tickets.workflow import State

CONTACT = {"name": "李女士", "phone": "13800000000"}


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()
    yield
    cache.clear()


def take(ticket, who, *names, **given):
    for name in names:
        actions.move(ticket, name, by=who, **given)
    ticket.refresh_from_db()
    return ticket


def text(response) -> str:
    body = re.search(r"<main.*</main>", response.content.decode(), re.S)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.fixture
def ticket(town, cast, clock_at):
    clock_at("2026-09-24 09:05")
    return routed(town, by=cast["worker"], contact=CONTACT)


@pytest.fixture
def closed(ticket, cast):
    take(ticket, cast["clerk"], "sign", "finish", note="已换新井盖")
    return take(ticket, cast["community"], "verify", "close", note="内部：老王盯着")


# ── whom it lets in ───────────────────────────────────────────────────────────────────────────


def test_without_an_account_one_sees_how_far_it_is(client, ticket, cast):
    take(ticket, cast["clerk"], "sign")
    response = client.get(tracking.path_of(ticket))

    assert response.status_code == 200
    said = text(response)
    assert ticket.number in said
    assert "住建局 has it in hand." in said
    assert "It shall be solved by 9 October 18:00." in said
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    # With "no-referrer" a browser sends the answer with "Origin: null", which is refused.
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
    assert 'data-type="large"' in response.content.decode()


def test_nobody_guesses_a_link(client, ticket, cast, town):
    other = actions.file(filing(town), by=cast["worker"]).ticket
    mine, theirs = tracking.path_of(ticket), tracking.path_of(other)
    key, seal = theirs.strip("/").split("/")[1].split(".")
    swapped = mine.strip("/").split("/")[1].split(".")[1]
    for token in ("x", ticket.number, f"{key}.{swapped}", f"{key}.{seal[:-1]}", f".{seal}", "%00"):
        response = client.get(f"/track/{token}/")
        assert response.status_code == 404, token
        assert other.number not in response.content.decode()


def test_it_ends_180_days_after_closing(client, closed, clock_at):
    clock_at("2027-03-20 09:00")
    assert client.get(tracking.path_of(closed)).status_code == 200
    clock_at("2027-03-25 09:00")
    response = client.get(tracking.path_of(closed))
    assert response.status_code == 410
    assert closed.number not in response.content.decode()
    answer = client.post(tracking.path_of(closed), {"solved": "no", "satisfied": "no"})
    assert answer.status_code == 410


def test_what_is_asked_too_often_waits(client, ticket, monkeypatch):
    monkeypatch.setattr("tickets.views.track.LOOKS", 3)
    found = [client.get(tracking.path_of(ticket)).status_code for _ in range(5)]
    assert found == [200, 200, 200, 429, 429]
    # Another address is not kept waiting, whatever a header says of the first.
    assert client.get(tracking.path_of(ticket), REMOTE_ADDR="10.0.0.9").status_code == 200
    assert client.get(tracking.path_of(ticket), HTTP_X_FORWARDED_FOR="10.0.0.7").status_code == 429


# ── what it says and never says ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_no_name_no_contact_no_inner_word(client, closed, cast, town, language):
    actions.move(closed, "reopen", by=cast["community"], note="内部：又坏")
    actions.move(
        closed,
        "return",
        by=cast["clerk"],
        note="这归城管局管",
        return_reason="not_ours",
        suggested_owner="城管局",
    )
    page = client.get(tracking.path_of(closed), HTTP_ACCEPT_LANGUAGE=language).content.decode()

    for secret in (
        *CONTACT.values(),
        *(person.name for person in cast.values()),
        "内部",
        "老王",
        "这归城管局管",
        "城管局",
    ):
        assert secret not in page, secret


def test_what_was_done_is_told_once_it_is_done(client, ticket, cast):
    take(ticket, cast["clerk"], "sign")
    assert "已换新井盖" not in text(client.get(tracking.path_of(ticket)))
    take(ticket, cast["clerk"], "finish", note="已换新井盖")
    assert "已换新井盖" in text(client.get(tracking.path_of(ticket)))


def test_why_it_was_declined_is_told(client, town, cast):
    ticket = actions.file(filing(town), by=cast["worker"]).ticket
    actions.route()
    take(ticket, cast["street"], "decline", note="属小区内部，由物业处理")

    said = text(client.get(tracking.path_of(ticket)))
    assert "属小区内部，由物业处理" in said
    assert "Not taken up" in said


@pytest.mark.parametrize("name", ["sign", "finish", "verify", "close"])
def test_every_state_has_its_words(client, ticket, cast, name):
    order = ["sign", "finish", "verify", "close"]
    who = {"sign": "clerk", "finish": "clerk", "verify": "community", "close": "community"}
    for one in order[: order.index(name) + 1]:
        take(ticket, cast[who[one]], one, note="好")
    assert client.get(tracking.path_of(ticket)).status_code == 200


def test_merged_it_shows_the_other_ones_progress_and_its_own_number(client, town, cast, ticket):
    other = routed(town, by=cast["other_worker"], description="井盖又没了")
    take(other, cast["street"], "merge", into=ticket)
    take(ticket, cast["clerk"], "sign")

    said = text(client.get(tracking.path_of(other)))
    assert other.number in said
    assert "井盖又没了" in said
    assert "住建局 has it in hand." in said
    assert ticket.number not in said
    assert ticket.description not in said


def test_the_after_photo_is_shown_and_no_other(client, ticket, cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    take(ticket, cast["clerk"], "sign")
    shots = [
        gallery.add(ticket, Sending(uuid4(), upload(), phase), by=cast["clerk"]).photo
        for phase in ("before", "after")
    ]
    base = tracking.path_of(ticket)
    assert client.get(f"{base}{shots[1].public_id}/").status_code == 404

    take(ticket, cast["clerk"], "finish", note="好")

    page = client.get(base).content.decode()
    assert str(shots[1].public_id) in page
    assert str(shots[0].public_id) not in page
    photo = client.get(f"{base}{shots[1].public_id}/")
    assert photo.status_code == 200
    assert photo["Content-Type"] == "image/jpeg"
    assert photo["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get(f"{base}{shots[0].public_id}/").status_code == 404
    assert client.get(f"/track/x/{shots[1].public_id}/").status_code == 404


def test_it_asks_a_fixed_number_of_questions(client, closed):
    client.get(tracking.path_of(closed))
    with CaptureQueriesContext(connection) as queries:
        client.get(tracking.path_of(closed))
    assert len(queries) <= 11


# ── the answer ────────────────────────────────────────────────────────────────────────────────


def test_after_closing_two_questions_are_answered_once(client, closed):
    url = tracking.path_of(closed)
    page = client.get(url).content.decode()
    assert page.count('name="solved"') == page.count('name="satisfied"') == 2

    half = client.post(url, {"solved": "yes", "words": "谢谢"})
    assert half.status_code == 400
    assert "Say whether you are satisfied." in half.content.decode()
    assert "谢谢" in half.content.decode()
    assert client.post(url, {"solved": "yes", "satisfied": "no"})["Location"] == url
    said = text(client.get(url))
    assert "You said Solved, not satisfied" in said
    again = client.post(url, {"solved": "no", "satisfied": "no"})
    assert again.status_code == 409
    assert "answered already" in again.content.decode()
    closed.refresh_from_db()
    assert closed.state == State.CLOSED
    assert closed.callbacks.get().is_satisfied is False


def test_not_solved_by_the_link_opens_it_again(client, closed):
    url = tracking.path_of(closed)
    client.post(url, {"solved": "no", "satisfied": "no", "words": "还是松的"})

    closed.refresh_from_db()
    assert closed.state == State.HANDLING
    assert "It is looked at again." in text(client.get(url))


def test_before_closing_nothing_is_asked(client, ticket):
    url = tracking.path_of(ticket)
    assert 'name="solved"' not in client.get(url).content.decode()
    assert client.post(url, {"solved": "no", "satisfied": "no"}).status_code == 404


@pytest.mark.parametrize("bad", [{"solved": "maybe"}, {"words": "a\x00b"}, {"words": "长" * 301}])
def test_bad_answers_change_nothing(client, closed, bad):
    given = {"solved": "yes", "satisfied": "yes", **bad}
    assert client.post(tracking.path_of(closed), given).status_code == 400
    assert closed.callbacks.get().answered_at is None


# ── where the link is given ───────────────────────────────────────────────────────────────────


def test_who_filed_it_gets_the_link_on_its_page_and_nobody_else(client, ticket, cast):
    path = tracking.path_of(ticket)
    for who, has in (("worker", True), ("community", False), ("clerk", False), ("command", False)):
        client.force_login(cast[who])
        assert (path in client.get(ticket.get_absolute_url()).content.decode()) is has


def test_a_program_gets_it_with_the_answer(api, town, cast):
    program = holder("api_client", area=town.district)
    ticket = routed(town, by=program)
    api.force_authenticate(program)
    url = api.get(f"/api/v1/tickets/{ticket.number}/").json()["track_url"]
    assert url.endswith(tracking.path_of(ticket))
    api.force_authenticate(cast["command"])
    assert api.get(f"/api/v1/tickets/{ticket.number}/").json()["track_url"] is None
