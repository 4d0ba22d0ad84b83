"""A department's part in the hands of a person."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from grids.models import Post
from tests.factories.accounts import bearer
from tests.factories.grids import SINCE, holder
from tests.factories.tickets import routed
from tickets import actions, inbox
from tickets.rules import gather
from tickets.workflow import lacks


@pytest.fixture
def ticket(town, cast):
    return routed(town, by=cast["worker"])


@pytest.fixture
def colleague(town, cast):
    return holder("department_clerk", department=town.housing, name="王五")


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


def hand(ticket, to, *, by):
    return actions.move(ticket, "hand_to", by=by, handler=to)


def test_it_is_in_the_hands_of_a_colleague_who_is_told(town, cast, ticket, colleague):
    Message.objects.all().delete()

    hand(ticket, colleague, by=cast["clerk"])

    one = ticket.assignments.get()
    assert (one.handler, one.state) == (colleague, "offered")
    assert list(Message.objects.for_person(colleague).values_list("kind", flat=True)) == [
        "ticket_handed"
    ]
    event = ticket.events.latest("pk")
    assert (event.verb, event.department, event.data["handler"]) == (
        "hand_to", town.housing, "王五",
    )  # fmt: skip
    assert (event.before, event.after) == ("dispatched", "dispatched")


def test_who_takes_it_himself_needs_no_message(cast, ticket):
    Message.objects.all().delete()

    hand(ticket, cast["clerk"], by=cast["clerk"])

    assert ticket.assignments.get().handler == cast["clerk"]
    assert not Message.objects.exists()


@pytest.mark.parametrize("who", ["urban", "street", "worker", "head"])
def test_only_a_colleague_with_a_post_there_is_handed_it(cast, ticket, who):
    with pytest.raises(Refused) as refusal:
        hand(ticket, cast[who], by=cast["clerk"])

    assert refusal.value.code == "not_a_colleague"
    # Who a stranger is, is not told.
    assert cast[who].name not in str(refusal.value.message)
    assert ticket.assignments.get().handler is None


@pytest.mark.parametrize("who", ["urban", "street", "command", "worker", "auditor", "nobody"])
def test_only_the_department_hands_it_on(cast, ticket, colleague, who):
    with pytest.raises(PermissionDenied):
        hand(ticket, colleague, by=cast[who])


def test_the_head_hands_it_on_too(town, ticket, colleague):
    hand(ticket, colleague, by=holder("department_head", department=town.housing))

    assert ticket.assignments.get().handler == colleague


@pytest.mark.parametrize("handler", [None, "again"])
def test_nobody_and_the_same_are_refused(cast, ticket, colleague, handler):
    hand(ticket, colleague, by=cast["clerk"])

    with pytest.raises(Refused) as refusal:
        hand(ticket, colleague if handler else None, by=cast["clerk"])

    assert refusal.value.code == ("has_it_already" if handler else "handler_needed")


def test_who_has_left_is_shown_as_nobody(cast, ticket, colleague, sign_in, clock_at):
    clock_at("2026-09-24 09:00")
    hand(ticket, colleague, by=cast["clerk"])
    client = sign_in("clerk")
    before = client.get(ticket.get_absolute_url()).content.decode()

    Post.objects.filter(user=colleague).update(period=DateRange(SINCE, "2026-09-01"))
    after = client.get(ticket.get_absolute_url()).content.decode()

    assert "in the hands of 王五" in before
    assert "in the hands of" not in after
    assert "without a person" in after
    with pytest.raises(Refused):
        hand(ticket, colleague, by=cast["clerk"])


def test_mine_on_the_list_the_board_and_the_desk(town, cast, colleague, sign_in):
    mine, other = routed(town, by=cast["worker"]), routed(town, by=cast["worker"])
    hand(mine, colleague, by=cast["clerk"])
    hand(other, cast["clerk"], by=cast["clerk"])
    client = sign_in(colleague)

    for url in ("/tickets/?in_hand=on", "/tickets/board/?mine=on", "/desk/?mine=on"):
        page = client.get(url).content.decode()
        assert mine.number in page, url
        assert other.number not in page, url
    for url in ("/tickets/", "/tickets/board/", "/desk/"):
        page = client.get(url).content.decode()
        assert mine.number in page, url
        assert other.number in page, url


def test_a_program_asks_for_what_it_has_in_hand(api, town, cast, colleague):
    mine, _other = routed(town, by=cast["worker"]), routed(town, by=cast["worker"])
    hand(mine, colleague, by=cast["clerk"])
    api.credentials(HTTP_AUTHORIZATION=bearer(colleague))

    rows = api.get("/api/v1/tickets/?in_hand=true").json()["results"]

    assert [one["number"] for one in rows] == [mine.number]


def test_what_was_done_waits_in_nobodys_hands(cast, ticket, colleague):
    hand(ticket, colleague, by=cast["clerk"])
    assert sum(len(group.rows) for group in inbox.in_my_hands(colleague)) == 1

    actions.move(ticket, "sign", by=colleague)
    actions.move(ticket, "finish", by=colleague, note="修好")

    assert inbox.in_my_hands(colleague) == []


def test_who_had_it_in_hand_does_not_verify_it(town, cast, ticket):
    """In an office, where a colleague may."""
    settled = actions.move(ticket, "settle", by=cast["community"], note="当场解决")
    one = settled.assignments.get(state="done")
    one.handler = cast["worker"]
    facts = gather("verify", settled, [one], by=cast["worker"])

    assert [lack.code for lack in lacks("verify", facts)] == ["own_work"]


def test_the_page_offers_the_colleagues_alone(cast, ticket, colleague, sign_in):
    client = sign_in("clerk")
    url = reverse("tickets:act", args=[ticket.number, "hand_to"])

    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "王五" in page
    assert cast["urban"].name not in page.partition('id="hand_to"')[2].partition("</form>")[0]
    wrong = client.post(url, {"handler": cast["urban"].pk})
    right = client.post(url, {"handler": colleague.pk})

    assert wrong.status_code == 200
    assert right.status_code == 302
    assert ticket.assignments.get().handler == colleague


def test_a_program_hands_it_to_a_user_name(api, cast, ticket, colleague):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["clerk"]))
    url = f"/api/v1/tickets/{ticket.number}/actions/hand_to/"

    right = api.post(url, {"handler": colleague.username}, format="json")
    stranger = api.post(url, {"handler": cast["urban"].username}, format="json")
    nobody = api.post(url, {"handler": "nobody-at-all"}, format="json")

    assert right.status_code == 200
    assert right.json()["assignments"][0]["handler"] == "王五"
    assert stranger.status_code == nobody.status_code == 400
    assert stranger.json() == nobody.json()
