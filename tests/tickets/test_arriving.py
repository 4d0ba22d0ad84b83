"""报到: who came, when and at what rank."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from govgrid.core.errors import Refused
from tests.factories.grids import DepartmentFactory, holder
from tests.factories.tickets import whistled
from tickets import actions
from tickets.models import Arrival, TicketEvent


@pytest.fixture
def ticket(town, cast):
    return whistled(town, by=cast["worker"], helpers=[town.urban])


def part(ticket, department):
    return ticket.assignments.get(department=department)


def test_to_come_is_to_sign_and_to_report_in(town, cast, ticket):
    actions.arrive(ticket, by=cast["urban"], rank="deputy_head")

    one = part(ticket, town.urban)
    assert (one.state, one.signed_by, one.reported_in_by) == (
        "reported_in", cast["urban"], cast["urban"],
    )  # fmt: skip
    assert one.reported_in_rank == "deputy_head"
    arrival = one.arrivals.get()
    assert (arrival.person, arrival.rank, arrival.via) == (cast["urban"], "deputy_head", "code")
    assert part(ticket, town.housing).state == "offered"


def test_whoever_comes_later_is_noted_beside(town, cast, ticket):
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "report_in", by=cast["clerk"], rank="liaison")
    head = holder("department_head", department=town.housing)

    actions.arrive(ticket, by=head, rank="head")

    one = part(ticket, town.housing)
    assert one.reported_in_rank == "liaison"
    assert list(one.arrivals.values_list("rank", flat=True)) == ["liaison", "head"]
    assert ticket.events.latest("pk").data == {"rank": "head", "via": "code"}


def test_nobody_signs_in_twice_nor_for_a_department_that_was_not_called(town, cast, ticket):
    actions.arrive(ticket, by=cast["urban"], rank="liaison")
    with pytest.raises(Refused) as refusal:
        actions.arrive(ticket, by=cast["urban"], rank="head")
    assert refusal.value.code == "signed_in_already"
    water = DepartmentFactory(name="供水公司", area=town.district)
    stranger = holder("department_clerk", department=water)
    with pytest.raises(Refused) as refusal:
        actions.arrive(ticket, by=stranger, rank="head")
    assert refusal.value.code == "not_called"
    with pytest.raises(Refused) as refusal:
        actions.arrive(ticket, by=cast["nobody"], rank="head")
    assert refusal.value.code == "not_called"
    assert Arrival.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_three_of_one_department_come_through_the_door_at_once(town, cast, ticket):
    people = [holder("department_clerk", department=town.urban) for _n in range(3)]
    together = Barrier(3)

    def come(person):
        together.wait()
        actions.arrive(ticket, by=person, rank="liaison")
        connection.close()

    threads = [Thread(target=come, args=[one]) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)

    assert Arrival.objects.count() == 3
    verbs = TicketEvent.objects.filter(assignment__department=town.urban).exclude(verb="route")
    assert sorted(verbs.values_list("verb", flat=True)) == ["arrive", "arrive", "report_in", "sign"]
