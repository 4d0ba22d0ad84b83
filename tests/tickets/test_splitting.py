"""One report that holds several matters becomes several tickets."""

from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse

from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories.accounts import bearer
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, routed
from tickets import actions
from tickets.models import Clock, Ticket
from tickets.queries import Spot
from tickets.workflow import Part

PHONE = "13812345678"


@pytest.fixture
def ticket(town, cast):
    """In the hands of 住建局."""
    return routed(town, by=cast["worker"])


@pytest.fixture
def lamp(town):
    category = CategoryFactory(code="0205", name_en="Street lamp")
    RuleFactory(category=category, area=town.district, department=town.urban)
    return category


def part(category, words="路灯不亮") -> Part:
    return Part(uuid4(), category, words)


def parts_of(ticket):
    return Ticket.objects.filter(origin=f"split:{ticket.number}").order_by("pk")


def story(ticket):
    return list(ticket.events.order_by("pk").values_list("verb", flat=True))


# ── the action ────────────────────────────────────────────────────────────────────────────────


def test_the_first_keeps_its_number_and_each_part_is_a_ticket_of_its_own(town, cast, ticket, lamp):
    given = [part(lamp), part(ticket.category, f"另一个井盖，电话 {PHONE}")]

    actions.split(ticket, given, by=cast["street"], note="两件事")

    first, second = parts_of(ticket)
    ticket.refresh_from_db()
    assert ticket.state == "dispatched"
    assert (first.category, first.grid, first.point.coords) == (
        lamp, ticket.grid, ticket.point.coords,
    )  # fmt: skip
    assert first.client_id == given[0].client_id
    assert first.filed_by == ticket.filed_by
    assert PHONE not in second.description
    event = ticket.events.latest("pk")
    assert (event.verb, event.note) == ("split", "两件事")
    assert [one["number"] for one in event.data["parts"]] == [first.number, second.number]
    assert first.events.get().data["split_of"] == {"id": ticket.pk, "number": ticket.number}


def test_a_part_is_routed_by_itself_and_its_time_counts_from_the_split(town, cast, lamp, clock_at):
    clock_at("2026-09-22 09:00")
    ticket = routed(town, by=cast["worker"])
    due = Clock.objects.get(ticket=ticket, kind="sign").due_at
    split_at = clock_at("2026-09-24 09:00")

    actions.split(ticket, [part(lamp)], by=cast["street"])
    actions.route()

    made = parts_of(ticket).get()
    clock = Clock.objects.get(ticket=made, kind="sign")
    assert made.lead_department == town.urban
    assert abs((clock.started_at - split_at).total_seconds()) < 5
    # The first one's own clock was not touched.
    assert Clock.objects.get(ticket=ticket, kind="sign").due_at == due


def test_the_reporter_is_told_and_the_routing_is_woken(cast, ticket, lamp, woken, client):
    Message.objects.all().delete()
    client.force_login(cast["street"])
    data = {
        "many": "1", "part0-client_id": str(uuid4()), "part0-category": lamp.code,
        "part0-description": "路灯不亮",
    }  # fmt: skip

    client.post(reverse("tickets:split", args=[ticket.number]), data)

    row = Message.objects.for_person(cast["worker"]).get()
    assert row.kind == "ticket_split"
    assert row.params["parts"] == parts_of(ticket).get().number
    assert ("tickets.tasks.route", ()) in woken


def test_the_same_split_sent_twice_makes_nothing_new(cast, ticket, lamp):
    given = [part(lamp)]

    actions.split(ticket, given, by=cast["street"])
    actions.split(ticket, given, by=cast["street"])

    assert parts_of(ticket).count() == 1
    assert story(ticket).count("split") == 1


def test_an_id_with_other_content_is_refused_and_nothing_is_half_done(cast, ticket, lamp):
    one = part(lamp)
    actions.split(ticket, [one], by=cast["street"])

    with pytest.raises(Refused) as refusal:
        actions.split(ticket, [part(lamp), Part(one.client_id, lamp, "别的")], by=cast["street"])

    assert refusal.value.code == "client_id_reused"
    assert parts_of(ticket).count() == 1
    assert story(ticket).count("split") == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_split_sent_by_two_threads_is_one(town, cast):
    ticket, lamp = routed(town, by=cast["worker"]), CategoryFactory(code="0205")
    given, together = [part(lamp)], Barrier(2)

    def send():
        together.wait()
        try:
            actions.split(ticket, given, by=cast["street"])
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)

    assert parts_of(ticket).count() == 1
    assert story(ticket).count("split") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [([], "parts_needed"), (["x"] * 6, "too_many_parts"), ([" \u200b"], "part_without_words")],
)
def test_what_is_no_split_is_refused(cast, ticket, lamp, words, code):
    with pytest.raises(Refused) as refusal:
        actions.split(ticket, [part(lamp, one) for one in words], by=cast["street"])

    assert refusal.value.code == code
    assert refusal.value.message


def test_one_that_was_merged_or_has_ended_is_not_split(town, cast, ticket, lamp):
    other = routed(town, by=cast["worker"])
    actions.move(other, "merge", by=cast["community"], into=ticket)
    waiting = filed(town, by=cast["worker"], category=CategoryFactory(code="0999"))
    actions.route()
    actions.move(waiting, "decline", by=cast["street"], note="不属实")

    for one in (other, waiting):
        with pytest.raises(Refused) as refusal:
            actions.split(one, [part(lamp)], by=cast["street"])
        assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize(
    "who", ["worker", "community", "clerk", "other_street", "auditor", "nobody"]
)
def test_only_who_decides_over_the_place_splits(cast, ticket, lamp, who):
    with pytest.raises(PermissionDenied):
        actions.split(ticket, [part(lamp)], by=cast[who])


def test_filed_for_a_grid_alone_its_parts_are_too(town, cast, lamp):
    ticket = filed(town, by=cast["worker"], spot=Spot(grid=town.grids[1].code))

    actions.split(ticket, [part(lamp)], by=cast["street"])

    made = parts_of(ticket).get()
    assert (made.grid, made.point) == (town.grids[1], None)


# ── the page ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who])
        return client

    return as_


def written(*parts, **more):
    data = {"many": str(len(parts))}
    for n, (category, words) in enumerate(parts):
        data |= {
            f"part{n}-client_id": str(uuid4()),
            f"part{n}-category": category,
            f"part{n}-description": words,
        }
    return data | more


def test_the_page_splits_and_links_both_ways(cast, ticket, lamp, sign_in):
    client = sign_in("street")
    url = reverse("tickets:split", args=[ticket.number])

    page = client.get(url).content.decode()
    assert 'name="part0-description"' in page
    answer = client.post(url, written((lamp.code, "路灯不亮"), (lamp.code, "灯杆歪了")))

    assert answer.status_code == 302
    first, second = parts_of(ticket)
    whole = client.get(ticket.get_absolute_url()).content.decode()
    assert "Split into" in whole
    assert first.get_absolute_url() in whole
    assert second.get_absolute_url() in whole
    piece = client.get(first.get_absolute_url()).content.decode()
    assert "Split off from" in piece
    assert ticket.get_absolute_url() in piece
    assert f"Split off from {ticket.number}" in piece


def test_what_was_refused_keeps_every_word(town, cast, ticket, lamp, sign_in):
    client = sign_in("street")
    url = reverse("tickets:split", args=[ticket.number])

    more = client.post(url, written((lamp.code, "路灯不亮"), more="1", note="两件事"))
    wrong = client.post(url, written((lamp.code, "路灯不亮"), ("", "没有类别"), note="两件事"))
    other = routed(town, by=cast["worker"])
    actions.move(ticket, "merge", by=cast["community"], into=other)
    late = client.post(url, written((lamp.code, "路灯不亮"), note="两件事"))

    for answer in (more, wrong, late):
        page = answer.content.decode()
        assert "路灯不亮" in page
        assert "两件事" in page
    assert 'name="part1-description"' in more.content.decode()
    assert "field__error" not in more.content.decode()
    assert "Choose what it is about." in wrong.content.decode()
    assert late.status_code == 409
    assert not parts_of(ticket).exists()


@pytest.mark.parametrize(
    "spoilt",
    [
        {"many": "99"}, {"many": "x"}, {"many": ""}, {"part0-client_id": "nonsense"},
        {"part0-category": "9999"}, {"part0-description": "x" * 2001}, {"part0-description": "\x00"},
        {"seen": "-1"},
    ],
)  # fmt: skip
def test_bad_input_is_said_and_never_an_error(cast, ticket, lamp, sign_in, spoilt):
    answer = sign_in("street").post(
        reverse("tickets:split", args=[ticket.number]), written((lamp.code, "路灯不亮")) | spoilt
    )

    assert answer.status_code in {200, 302}


@pytest.mark.parametrize(("who", "status"), [("community", 403), ("other_street", 404)])
def test_the_page_is_for_who_decides(cast, ticket, sign_in, who, status):
    assert sign_in(who).get(reverse("tickets:split", args=[ticket.number])).status_code == status


# ── REST ──────────────────────────────────────────────────────────────────────────────────────


def test_a_program_splits_and_sends_it_again(api, cast, ticket, lamp):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["street"]))
    url = f"/api/v1/tickets/{ticket.number}/actions/split/"
    body = {
        "parts": [
            {"client_id": str(uuid4()), "category": lamp.code, "description": "路灯不亮"},
        ],
        "note": "两件事",
    }

    first = api.post(url, body, format="json")
    again = api.post(url, body, format="json")

    assert (first.status_code, again.status_code) == (200, 200)
    made = parts_of(ticket).get()
    answer = api.get(f"/api/v1/tickets/{made.number}/").json()
    assert answer["split_from"] == ticket.number
    assert first.json()["split_from"] is None


@pytest.mark.parametrize(
    "parts",
    [
        [], "x", [{}], [{"client_id": "x", "category": "0205", "description": "x"}],
        [{"client_id": str(uuid4()), "category": "9999", "description": "x"}],
        [{"client_id": str(uuid4()), "category": "0205", "description": ""}],
        [{"client_id": str(uuid4()), "category": "0205", "description": "x", "more": 1}],
    ],
)  # fmt: skip
def test_a_program_that_errs_is_told_so(api, cast, ticket, lamp, parts):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["street"]))

    answer = api.post(
        f"/api/v1/tickets/{ticket.number}/actions/split/", {"parts": parts}, format="json"
    )

    assert answer.status_code == 400
    assert not parts_of(ticket).exists()
