"""Signing in by the code at the place, and the rank that the colours ask for."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from govgrid.core import clock
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, routed, whistled
from tickets import actions, codes
from tickets.attendance import asked, attendance
from tickets.models import Arrival

BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def at(monkeypatch):
    def stop(wall):
        moment = datetime.fromisoformat(wall).replace(tzinfo=BEIJING)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    return stop


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


@pytest.fixture
def ticket(town, cast):
    return whistled(town, by=cast["worker"])


def _page(response):
    return response.content.decode()


def _here(ticket, token=None):
    return reverse("tickets:here", args=[ticket.number, token or codes.token(ticket)])


def _entry(page):
    return re.search(r'name="entry" value="([^"]+)"', _page(page))[1]


@pytest.mark.parametrize(
    ("who", "status"),
    [("worker", 200), ("community", 200), ("clerk", 200), ("auditor", 403), ("urban", 404),
     ("other_street", 404)],
)  # fmt: skip
def test_who_may_hang_the_code(sign_in, ticket, who, status):
    response = sign_in(who).get(reverse("tickets:sign-in", args=[ticket.number]))

    assert response.status_code == status
    assert ("<svg" in _page(response) and "sign__qr" in _page(response)) is (status == 200)
    if status == 200:
        assert "style=" not in _page(response)
        assert '<meta http-equiv="refresh" content="60">' in _page(response)
        assert "no-store" in response["Cache-Control"]


def test_the_code_renews_itself_alone(sign_in, ticket):
    page = _page(
        sign_in("worker").get(
            reverse("tickets:sign-in", args=[ticket.number]), headers={"HX-Request": "true"}
        )
    )

    assert "<html" not in page
    assert 'hx-trigger="every 60s"' in page


def test_nobody_is_called_before_and_after(sign_in, town, cast):
    waiting = whistled(town, by=cast["community"], kind="enforcement")

    page = _page(sign_in("community").get(reverse("tickets:sign-in", args=[waiting.number])))

    assert "Nobody is to come now" in page
    assert "sign__qr" not in page


def test_a_scan_signs_and_reports_in_with_the_rank(sign_in, ticket, cast):
    client = sign_in("clerk")
    asked_page = client.get(_here(ticket))
    assert "You come as" in _page(asked_page)
    assert not Arrival.objects.exists()

    entry = _entry(asked_page)
    unsaid = client.post(_here(ticket), {"entry": entry})
    assert "Choose your rank." in _page(unsaid)
    done = client.post(_here(ticket), {"entry": entry, "rank": "head"})

    assert done["Location"] == ticket.get_absolute_url()
    one = ticket.assignments.get()
    assert (one.state, one.reported_in_rank) == ("reported_in", "head")
    assert Arrival.objects.get().via == "code"
    told = _page(client.get(ticket.get_absolute_url()))
    assert "Head of the department, signed in by the code at the place" in told

    again = client.post(_here(ticket), {"entry": entry, "rank": "head"})
    assert again.status_code == 409
    assert "You have signed in already." in _page(again)


def test_strangers_sign_in_first_and_come_back(client, ticket):
    address = _here(ticket)

    assert client.get(address)["Location"] == f"/login/?next={address.replace(':', '%3A')}"


@pytest.mark.parametrize(
    ("token", "status"), [("nonsense", 403), ("1:2", 403), ("a:b:c:d", 403), ("%00", 403)]
)
def test_a_forged_code_writes_nothing(sign_in, ticket, token, status):
    response = sign_in("clerk").get(f"/tickets/{ticket.number}/here/{token}/")

    assert response.status_code == status
    assert "This is not a code of this ticket." in _page(response)
    assert '<form method="post" class="stack"' not in _page(response)


def test_the_code_of_another_ticket_opens_nothing(sign_in, town, cast, ticket):
    other = whistled(town, by=cast["worker"])
    client = sign_in("clerk")

    assert client.get(_here(ticket, codes.token(other))).status_code == 403
    entry = _entry(client.get(_here(other)))
    assert client.post(_here(ticket), {"entry": entry, "rank": "head"}).status_code == 410
    assert not Arrival.objects.exists()


def test_a_code_lives_two_minutes(sign_in, ticket, monkeypatch):
    token = codes.token(ticket)
    monkeypatch.setattr(codes, "CODE_SECONDS", -1)

    response = sign_in("clerk").get(_here(ticket, token))

    assert response.status_code == 410
    assert "This code has expired" in _page(response)


def test_what_a_scan_opened_is_for_this_person_and_ends_too(sign_in, ticket, town, monkeypatch):
    entry = _entry(sign_in("clerk").get(_here(ticket)))
    colleague = holder("department_clerk", department=town.housing)
    given = {"entry": entry, "rank": "head"}

    # Without a scan there is no way in, not even with a fresh code in the address.
    assert sign_in(colleague).post(_here(ticket), given).status_code == 410
    assert sign_in(colleague).post(_here(ticket), {"rank": "head"}).status_code == 410
    monkeypatch.setattr(codes, "PASS_SECONDS", -1)
    assert sign_in("clerk").post(_here(ticket), given).status_code == 410
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("community", 403), ("urban", 404), ("nobody", 404)])
def test_who_was_not_called_is_told_and_not_signed_in(sign_in, ticket, who, status):
    response = sign_in(who).get(_here(ticket))

    assert response.status_code == status
    if status == 404:
        assert ticket.category.name not in _page(response)
        assert f'href="{ticket.get_absolute_url()}"' not in _page(response)
    assert not Arrival.objects.exists()


def test_a_second_person_of_the_department_is_noted(sign_in, ticket, town, cast):
    chief = holder("department_head", department=town.housing)
    for who, rank in (("clerk", "liaison"), (chief, "head")):
        client = sign_in(who)
        client.post(_here(ticket), {"entry": _entry(client.get(_here(ticket))), "rank": rank})

    page = _page(sign_in("worker").get(reverse("tickets:sign-in", args=[ticket.number])))
    assert cast["clerk"].name in page
    assert chief.name in page
    assert ticket.events.filter(verb="arrive").count() == 1


# ── the rule of the colours ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wall", "colour", "rank"),
    [
        ("09:06:00", "none", "liaison"),
        ("09:17:00", "blue", "section_head"),  # three quarters of 15 minutes
        ("09:21:00", "yellow", "deputy_head"),
        ("09:28:10", "red", "head"),  # half of 15 minutes over, rounded up
    ],
)
def test_the_rank_follows_the_colour(town, cast, at, wall, colour, rank):
    at("2026-09-24 09:05:00")
    ticket = whistled(town, by=cast["worker"], category=CategoryFactory(code="0801"))
    moment = at(f"2026-09-24 {wall}")

    wanted = asked(ticket, ticket.clocks.filter(kind="sign"), moment)

    assert (wanted.colour, wanted.rank) == (colour, rank)


def test_two_working_days_late_is_red_however_long_the_limit(town, cast, at):
    at("2026-09-21 09:00")
    ticket = routed(
        town, by=cast["worker"], category=CategoryFactory(code="0802", resolve_limit="WD10")
    )
    clocks = ticket.clocks.filter(kind="resolve")
    due = clocks.get().due_at

    assert asked(ticket, clocks, due + timedelta(days=1)).colour == "yellow"
    assert asked(ticket, clocks, due + timedelta(days=5)).colour == "red"


def test_a_rank_is_judged_by_the_moment_of_arrival(town, cast, at):
    at("2026-09-24 09:05:00")
    ticket = whistled(town, by=cast["worker"], category=CategoryFactory(code="0801"))
    at("2026-09-24 09:30:00")
    actions.arrive(ticket, by=cast["clerk"], rank="liaison")
    at("2026-09-24 09:31:00")

    (part,) = attendance(
        ticket, ticket.assignments.prefetch_related("arrivals__person"), list(ticket.clocks.all())
    )

    # Late by half when he came; cured by coming.
    assert (part.came[0].asked.rank, part.came[0].is_met) == ("head", False)
    assert part.asked.colour == "none"
