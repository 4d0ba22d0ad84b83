"""What undo puts back: cards, clocks, parts as they were, and who hears that it was a mistake."""

import pytest

from govgrid.outbox.models import Message
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, filed, routed
from tickets import actions
from tickets.audit import differences
from tickets.models import Assignment, Card, Clock, Ticket


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def told(user):
    return list(Message.objects.for_person(user).order_by("pk").values_list("kind", flat=True))


def sweep():
    while actions.fire_clocks():
        pass


def cards_of(ticket):
    fields = ("pk", "colour", "cause", "raised_at", "answered_at", "answer", "lapsed_at", "lapse")
    return list(Card.objects.filter(ticket=ticket).order_by("pk").values_list(*fields))


def parts_of(ticket):
    return list(Assignment.objects.filter(ticket=ticket).order_by("pk").values())


def clocks_of(ticket):
    fields = ("pk", "kind", "due_at", "paused_at", "stopped_at", "outcome", "near_told_at")
    return list(Clock.objects.filter(ticket=ticket).order_by("pk").values_list(*fields))


@pytest.fixture
def waiting(town, cast, clock_at):
    """At the desk, while 城管局 has not signed for what it helps with and has answered its card."""
    clock_at("2026-11-16 09:00")
    chief = holder("department_head", department=town.urban)
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "call_in", by=cast["street"], department=town.urban, note="请协助")
    said = {"note": "不是我们", "return_reason": "not_ours", "suggested_owner": "水务"}
    actions.move(ticket, "return", by=cast["clerk"], **said)
    clock_at("2026-11-24 10:00")
    sweep()
    assert Card.objects.live().filter(ticket=ticket, department=town.urban).exists()
    actions.move(ticket, "answer", by=chief, note="周五前完成")
    return fresh(ticket)


@pytest.fixture
def unsigned(town, cast, clock_at):
    """Given to 住建局, which has a card for not signing."""
    clock_at("2026-11-16 09:00")
    ticket = routed(town, by=cast["worker"])
    clock_at("2026-11-18 10:00")
    sweep()
    assert Card.objects.live().filter(ticket=ticket).exists()
    return fresh(ticket)


DESK = {
    "decline": {"note": "不属实"},
    "assign": {},
    "settle": {"note": "当场解决"},
}


@pytest.mark.parametrize("name", DESK)
def test_at_the_desk_cards_clocks_and_parts_are_as_before(town, cast, waiting, name):
    cards, parts, clocks = cards_of(waiting), parts_of(waiting), clocks_of(waiting)
    given = DESK[name] | ({"department": town.housing} if name == "assign" else {})
    actions.move(waiting, name, by=cast["street"], **given)

    actions.move(waiting, "undo", by=cast["street"])

    assert cards_of(waiting) == cards
    assert parts_of(waiting)[: len(parts)] == parts
    assert {one["state"] for one in parts_of(waiting)[len(parts) :]} <= {"withdrawn"}
    before = {one[0]: one for one in clocks}
    now = {one[0]: one for one in clocks_of(waiting) if one[0] in before}
    for key, was in before.items():
        # Running, standing or ended as it was; seconds that nobody counts may lie in between.
        assert (now[key][3] is None) == (was[3] is None), was
        assert now[key][4:6] == was[4:6], was
        # What stands still is laid out again when it goes on.
        assert was[3] or abs((now[key][2] - was[2]).total_seconds()) <= 60, was
    ticket = fresh(waiting)
    assert (ticket.state, ticket.lead_department) == ("triage", None)
    sweep()
    assert [one for one in cards_of(waiting) if one[0] in {card[0] for card in cards}] == cards


def test_an_unsigned_card_comes_back_with_the_offer(town, cast, unsigned):
    cards = cards_of(unsigned)
    actions.move(unsigned, "settle", by=cast["community"], note="当场解决")
    assert not Card.objects.live().filter(ticket=unsigned).exists()

    actions.move(unsigned, "undo", by=cast["community"])
    assert cards_of(unsigned) == cards
    sweep()
    assert cards_of(unsigned) == cards  # and none is raised beside it

    actions.move(unsigned, "sign", by=cast["clerk"])
    assert not Card.objects.live().filter(ticket=unsigned).exists()


def test_a_card_of_a_merged_ticket_comes_back_with_it(town, cast, unsigned):
    cards = cards_of(unsigned)
    into = routed(town, by=cast["worker"])
    actions.move(unsigned, "merge", by=cast["street"], into=into)
    assert not Card.objects.live().filter(ticket=unsigned).exists()

    actions.move(unsigned, "undo", by=cast["street"])

    assert cards_of(unsigned) == cards


def test_what_lapsed_before_stays_lapsed(town, cast, unsigned, clock_at):
    actions.move(unsigned, "sign", by=cast["clerk"])
    gone = cards_of(unsigned)
    into = routed(town, by=cast["worker"])
    actions.move(unsigned, "merge", by=cast["street"], into=into)

    actions.move(unsigned, "undo", by=cast["street"])

    assert cards_of(unsigned) == gone


def test_a_part_that_was_done_is_done_again(town, cast):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "call_in", by=cast["street"], department=town.urban, note="请协助")
    actions.move(ticket, "sign", by=cast["urban"])
    actions.move(ticket, "finish", by=cast["urban"], note="已清理")
    said = {"note": "不是我们", "return_reason": "not_ours", "suggested_owner": "城管局"}
    actions.move(ticket, "return", by=cast["clerk"], **said)
    parts = parts_of(ticket)
    actions.move(ticket, "assign", by=cast["street"], department=town.urban)

    actions.move(ticket, "undo", by=cast["street"])

    assert parts_of(ticket) == parts
    assert fresh(ticket).state == "triage"


def test_given_again_by_mistake_it_was_offered_by_whom_it_was(town, cast):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    said = {"note": "不是我们", "return_reason": "not_ours", "suggested_owner": "城管局"}
    actions.move(ticket, "return", by=cast["clerk"], **said)
    parts = parts_of(ticket)
    actions.move(ticket, "assign", by=cast["street"], department=town.housing)

    actions.move(ticket, "undo", by=cast["street"])

    assert parts_of(ticket) == parts


def test_who_said_by_mistake_that_it_is_settled_has_done_no_work(town, cast):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "settle", by=cast["community"], note="当场解决")
    actions.move(ticket, "undo", by=cast["community"])
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "finish", by=cast["clerk"], note="已修复")

    actions.move(ticket, "verify", by=cast["community"])

    assert fresh(ticket).state == "verified"


def test_everybody_who_was_told_hears_that_it_was_a_mistake(town, cast):
    ticket = filed(town, by=cast["worker"], category=CategoryFactory(code="0999"))
    actions.route()
    helped = {"department": town.urban, "helpers": [town.housing]}
    actions.move(ticket, "assign", by=cast["street"], **helped)
    actions.move(ticket, "undo", by=cast["street"])
    assert told(cast["clerk"]) == told(cast["urban"]) == ["ticket_offered", "ticket_taken_back"]

    actions.move(ticket, "decline", by=cast["street"], note="不属实")
    actions.move(ticket, "undo", by=cast["street"])
    assert told(cast["worker"]) == ["ticket_declined", "ticket_not_declined"]

    actions.move(ticket, "settle", by=cast["street"], note="已解决")
    actions.move(ticket, "undo", by=cast["street"])
    assert told(cast["community"])[-2:] == ["ticket_to_verify", "ticket_not_settled"]
    # Who was let off a minute ago is not let off once more.
    assert told(cast["urban"]) == ["ticket_offered", "ticket_taken_back"]


def test_the_log_alone_still_tells_every_deadline(town, cast, waiting):
    for name in ("decline", "settle"):
        actions.move(waiting, name, by=cast["street"], **DESK[name])
        actions.move(waiting, "undo", by=cast["street"])
    ((_ticket, found),) = differences(Ticket.objects.filter(pk=waiting.pk))
    assert found == []
