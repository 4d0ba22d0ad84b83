"""Merged walks: every ticket once, in the one order, however many sides it lies on."""

import pytest

from govgrid.core import clock
from tests.factories.grids import PostFactory, holder
from tests.factories.tickets import filed, routed
from tickets import actions, walks
from tickets.models import Ticket
from tickets.walks import MOST_APART, within_reach


@pytest.fixture
def both(town, cast):
    """An officer of one community who also works for 住建局, and filed one elsewhere herself."""
    person = holder("community_officer", area=town.communities[0], username="both")
    PostFactory(user=person, role="department_clerk", department=town.housing)
    return person


def test_what_lies_on_three_sides_comes_once_and_in_order(town, cast, both):
    made = [routed(town, by=both, grid=0), filed(town, by=both, grid=6)]
    made += [routed(town, by=cast["other_worker"], grid=n) for n in (0, 4, 7)]
    filed(town, by=cast["other_worker"], grid=7)  # nobody's yet, and in the other street

    first = within_reach(both).first(50)

    assert [one.pk for one in first] == sorted((one.pk for one in made), reverse=True)
    assert [one.pk for one in within_reach(both).first(2)] == [one.pk for one in first[:2]]


def test_what_a_department_gave_back_is_still_in_its_list(town, cast):
    ticket = routed(town, by=cast["worker"])
    actions.move(
        ticket,
        "return",
        by=cast["clerk"],
        note="不归我们",
        return_reason="not_ours",
        suggested_owner="城管局",
    )

    assert [one.pk for one in within_reach(cast["clerk"]).first(10)] == [ticket.pk]


def test_by_time_the_states_are_one_list(town, cast):
    late, soon = (routed(town, by=cast["worker"]) for _n in range(2))
    waits = filed(town, by=cast["worker"])
    closed = Ticket.objects.filter(pk=late.pk)
    closed.update(due_at=clock.now())
    actions.move(soon, "sign", by=cast["clerk"])

    found = within_reach(cast["street"]).by_state().order_by("due_at", "pk")

    assert [one.pk for one in found.first(10)] == [late.pk, soon.pk, waits.pk]


def test_a_list_is_one_statement_however_many_sides_it_has(
    town, cast, both, django_assert_num_queries
):
    routed(town, by=cast["worker"])
    within_reach(both)  # posts are read once a person

    with django_assert_num_queries(1):
        within_reach(both).by_state().order_by("due_at", "pk").first(50)


def test_many_areas_of_a_level_are_asked_for_together(town, cast, monkeypatch):
    made = [filed(town, by=cast["worker"], grid=n) for n in range(3)]
    for grid in town.grids:
        PostFactory(user=cast["nobody"], role="grid_worker", area=grid, is_main=False)
    apart = within_reach(cast["nobody"])
    monkeypatch.setattr(walks, "MOST_APART", 2)
    together = within_reach(cast["nobody"])

    assert (len(apart.parts), len(together.parts)) == (len(town.grids), 1)
    for some in (apart, together, apart.by_state(), together.by_state()):
        assert [one.pk for one in some.first(10)] == [one.pk for one in reversed(made)]


def test_few_areas_are_not(town, cast):
    for grid in town.grids:
        PostFactory(user=cast["nobody"], role="grid_worker", area=grid, is_main=False)
    assert len(within_reach(cast["nobody"]).parts) == len(town.grids)
    assert len(town.grids) < MOST_APART


def test_by_time_the_states_of_a_part_are_one_plan_and_what_is_strewn_is_sorted(town, cast, both):
    by_state = within_reach(both).by_state().order_by("due_at", "pk")

    statement, _values = by_state._ids(5)

    assert statement.count("each.state") == len(by_state.parts) > 0
    assert statement.count("LATERAL") == 1
    assert statement.count("ORDER BY") == len(by_state.parts) + len(by_state.strewn)


def test_whatever_became_of_a_ticket_the_walks_hold_what_the_condition_holds(town, cast):
    """Returned, given to another, settled, declined, merged, whistled for: who had a part keeps it."""
    ways = {
        "settle": {"note": "好了"},
        "merge": {"into": routed(town, by=cast["worker"])},
        "blow": {"whistle_kind": "routine", "tried": "三方协调两次", "missing_power": "执法权"},
    }
    for name, given in ways.items():
        actions.move(routed(town, by=cast["worker"]), name, by=cast["community"], **given)
    for name, given in (
        ("decline", {"note": "不属于街道"}),
        ("assign", {"department": town.urban, "helpers": [town.housing]}),
    ):
        ticket = routed(town, by=cast["worker"])
        back = {"note": "不归我们", "return_reason": "not_ours", "suggested_owner": "城管局"}
        actions.move(ticket, "return", by=cast["clerk"], **back)
        actions.move(ticket, name, by=cast["street"], **given)
    actions.route()
    assert len(set(Ticket.objects.values_list("state", flat=True))) >= 4

    for person in cast.values():
        condition = set(Ticket.objects.in_reach_of(person).values_list("pk", flat=True))
        assert {one.pk for one in within_reach(person).first(100)} == condition
