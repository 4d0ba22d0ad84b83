"""Levels: up one at a time, with reasons or with a cause, and whoever works on it works on."""

from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from tests.factories.accounts import bearer
from tests.factories.grids import build_town, holder
from tests.factories.tickets import filed, routed
from tickets import actions
from tickets.models import Escalation, Ticket
from tickets.offers import offers

WHY = {"tried": "社区约谈物业三次", "missing_power": "没有执法权"}


@pytest.fixture
def ticket(town, cast) -> Ticket:
    return routed(town, by=cast["worker"])


def fresh(ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def up(ticket, by, **given):
    actions.move(ticket, "escalate", by=by, **({**WHY, **given} if by else given))
    return fresh(ticket)


def told(user) -> list[str]:
    return list(Message.objects.for_person(user).order_by("pk").values_list("kind", flat=True))


# ── by hand ───────────────────────────────────────────────────────────────────────────────────


def test_it_goes_from_the_community_to_the_street_and_on_to_the_district(town, cast, ticket):
    assert ticket.level == "community"

    assert up(ticket, cast["community"]).level == "street"
    assert up(ticket, cast["head"]).level == "district"

    steps = Escalation.objects.filter(ticket=ticket).values_list("from_level", "to_level", "cause")
    assert list(steps) == [("community", "street", "hand"), ("street", "district", "hand")]
    events = ticket.events.filter(verb="escalate").order_by("pk")
    assert [one.data["level"] for one in events] == ["street", "district"]
    assert events[0].data["tried"] == WHY["tried"]


def test_whoever_works_on_it_works_on_and_no_clock_moves(town, cast, ticket):
    actions.move(ticket, "sign", by=cast["clerk"])
    due = fresh(ticket).due_at

    moved = up(ticket, cast["community"])

    assert (moved.state, moved.lead_department, moved.due_at) == ("handling", town.housing, due)
    assert moved.assignments.get().state == "signed"


def test_the_level_above_is_told_and_nobody_else(town, cast, ticket):
    Message.objects.all().delete()

    up(ticket, cast["community"])
    assert (told(cast["street"]), told(cast["head"])) == (["ticket_up"], ["ticket_up"])
    assert (told(cast["command"]), told(cast["other_street"])) == ([], [])

    up(ticket, cast["street"])
    assert told(cast["command"]) == ["ticket_up"]
    assert told(cast["street"]) == ["ticket_up"]


def test_from_the_top_there_is_no_way_up(cast, ticket):
    up(ticket, cast["community"])
    up(ticket, cast["street"])

    with pytest.raises(Refused) as refusal:
        up(ticket, cast["command"])

    assert refusal.value.code == "top_level"
    offered = offers(fresh(ticket), by=cast["command"], assignments=ticket.assignments.all())
    assert "escalate" not in {one.name for one in offered}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"tried": " \u200b "}, "tried_needed"),
        ({"missing_power": ""}, "power_needed"),
        ({"cause": "red"}, "cause_needed"),
        ({"cause": "whim"}, "cause_needed"),
    ],
)
def test_a_person_says_what_was_tried_and_what_is_missing(cast, ticket, given, code):
    with pytest.raises(Refused) as refusal:
        up(ticket, cast["community"], **given)

    assert refusal.value.code == code
    assert fresh(ticket).level == "community"
    assert not Escalation.objects.exists()


def test_personal_numbers_leave_the_words(cast, ticket):
    up(ticket, cast["community"], tried="已电话联系13812345678")

    assert "13812345678" not in Escalation.objects.get().tried
    assert "13812345678" not in str(ticket.events.latest("pk").data)


@pytest.mark.parametrize("who", ["worker", "clerk", "auditor", "other_street", "nobody"])
def test_who_does_not_answer_for_the_level_may_not(cast, ticket, who):
    with pytest.raises(PermissionDenied):
        up(ticket, cast[who])


def test_what_the_street_has_the_community_takes_no_further(cast, ticket):
    up(ticket, cast["community"])

    with pytest.raises(PermissionDenied):
        up(ticket, cast["community"])
    assert not cast["community"].has_perm("tickets.escalate", fresh(ticket))
    assert cast["street"].has_perm("tickets.escalate", fresh(ticket))


def test_the_district_takes_it_up_step_by_step(cast, ticket):
    assert up(ticket, cast["command"]).level == "street"
    assert up(ticket, cast["command"]).level == "district"


@pytest.mark.parametrize("state", ["verified", "closed", "declined", "suspended"])
def test_what_is_over_or_stands_still_stays_where_it_is(cast, ticket, state):
    closed = {"closed_at": clock.now()} if state == "closed" else {}
    Ticket.objects.filter(pk=ticket.pk).update(state=state, **closed)

    with pytest.raises(Refused) as refusal:
        up(ticket, cast["community"])

    assert refusal.value.code == "wrong_state"


# ── by itself ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("cause", ["red", "unsolved"])
def test_the_system_needs_no_words_but_a_cause(cast, ticket, cause):
    assert up(ticket, None, cause=cause).level == "street"

    step = Escalation.objects.get()
    assert (step.cause, step.by, step.tried) == (cause, None, "")
    assert ticket.events.filter(verb="escalate").latest("pk").data == {
        "cause": cause,
        "level": "street",
    }


@pytest.mark.parametrize("given", [{}, {"cause": "hand", **WHY}])
def test_the_system_does_not_pass_for_a_person(ticket, given):
    with pytest.raises(Refused) as refusal:
        up(ticket, None, **given)

    assert refusal.value.code == "cause_needed"


# ── what must always be true ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "row",
    [
        {"from_level": "community", "to_level": "district"},
        {"from_level": "street", "to_level": "community"},
        {"from_level": "street", "to_level": "street"},
        {"cause": "hand"},
        {"cause": "hand", "tried": "约谈"},
    ],
)
def test_the_database_knows_one_step_up_and_its_reasons(ticket, row):
    whole = {"from_level": "community", "to_level": "street", "cause": "red", **row}

    with pytest.raises(IntegrityError, match="escalation_"), transaction.atomic():
        Escalation.objects.create(ticket=ticket, at=clock.now(), **whole)


def test_each_step_is_taken_once(cast, ticket):
    up(ticket, cast["community"])

    with pytest.raises(IntegrityError, match="escalation_each_step_once"), transaction.atomic():
        Escalation.objects.create(
            ticket=ticket, from_level="community", to_level="street", cause="red", at=clock.now()
        )


# ── on the spot ───────────────────────────────────────────────────────────────────────────────


def settled(ticket, by) -> str:
    actions.move(ticket, "settle", by=by, note="当场清理")
    return fresh(ticket).level


def test_who_works_in_the_grid_settles_on_the_spot(town, cast):
    assert settled(filed(town, by=cast["worker"]), cast["worker"]) == "grid"
    assert settled(filed(town, by=cast["worker"]), cast["community"]) == "community"


def test_what_a_level_above_had_is_not_settled_on_the_spot(town, cast, ticket):
    up(ticket, cast["community"])

    assert settled(ticket, cast["worker"]) == "street"


def test_what_comes_back_was_not_settled_on_the_spot(town, cast):
    ticket = filed(town, by=cast["worker"])
    settled(ticket, cast["worker"])

    actions.move(ticket, "reject", by=cast["community"], note="还在漏")
    assert fresh(ticket).level == "community"


def test_undone_it_is_as_it_was(town, cast, ticket):
    settled(ticket, cast["worker"])

    actions.move(ticket, "undo", by=cast["worker"])

    assert (fresh(ticket).state, fresh(ticket).level) == ("dispatched", "community")


# ── who decides ───────────────────────────────────────────────────────────────────────────────


def test_once_the_district_has_it_its_desk_is_asked_as_well(town, cast, ticket):
    up(ticket, cast["community"])
    up(ticket, cast["street"])
    Message.objects.all().delete()

    actions.move(
        ticket,
        "return",
        by=cast["clerk"],
        note="不归我局",
        return_reason="not_ours",
        suggested_owner="城管局",
    )

    assert "ticket_triage" in told(cast["command"])
    assert "ticket_triage" in told(cast["street"])
    actions.move(ticket, "assign", by=cast["command"], department=town.urban)
    assert fresh(ticket).lead_department == town.urban


# ── pages and REST ────────────────────────────────────────────────────────────────────────────


def test_the_page_asks_for_both_reasons_and_tells_the_step(client, cast, ticket):
    client.force_login(cast["community"])
    url = ticket.get_absolute_url()

    page = client.post(f"{url}escalate/", {"tried": WHY["tried"]}).content.decode()
    assert "Say which power is missing" in page
    assert WHY["tried"] in page

    page = client.post(f"{url}escalate/", WHY, follow=True).content.decode()
    assert "took it up: Street" in page
    assert WHY["missing_power"] in page


def test_a_step_of_the_system_is_told_with_its_cause(client, cast, ticket):
    up(ticket, None, cause="red")
    client.force_login(cast["community"])

    page = client.get(ticket.get_absolute_url()).content.decode()

    assert "The system took it up: Street" in page
    assert "by itself: a red card" in page


def test_over_rest(api, cast, ticket):
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["community"]))
    url = f"/api/v1/tickets/{ticket.number}/"

    refused = api.post(f"{url}actions/escalate/", {"tried": "x"}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "power_needed")
    strange = api.post(f"{url}actions/escalate/", {**WHY, "note": ""}, format="json")
    assert strange.json()["level"] == "street"


@pytest.mark.parametrize("address", ["/tickets/?level=street", "/api/v1/tickets/?level=street"])
def test_lists_are_narrowed_by_level(client, town, cast, ticket, address):
    other = routed(town, by=cast["worker"])
    up(ticket, cast["community"])
    client.force_login(cast["street"])

    page = client.get(address).content.decode()

    assert ticket.number in page
    assert other.number not in page


def test_a_level_that_is_none_is_bad_input(client, cast):
    client.force_login(cast["street"])

    assert client.get("/api/v1/tickets/?level=moon").status_code == 400
    assert client.get("/tickets/?level=moon").status_code == 200


# ── races ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_four_who_press_at_once_take_it_up_one_step():
    town = build_town()
    ticket = routed(town, by=holder("grid_worker", area=town.grids[0]))
    people = [holder("street_desk", area=town.streets[0]) for _ in range(4)]
    gate, outcomes = Barrier(4), []

    def take(person):
        gate.wait()
        try:
            actions.move(ticket, "escalate", by=person, from_level="community", **WHY)
            outcomes.append("up")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=take, args=(one,)) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(outcomes) == ["changed_since", "changed_since", "changed_since", "up"]
    assert fresh(ticket).level == "street"
    assert ticket.events.filter(verb="escalate").count() == 1
