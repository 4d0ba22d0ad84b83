"""Rows and rules agree; every permission is tried with data that could leak."""

import pytest
from django.contrib.auth.models import AnonymousUser

from grids import roles
from tests.factories.accounts import UserFactory
from tests.factories.grids import PostFactory, holder
from tests.factories.tickets import routed
from tickets.models import Assignment, Ticket
from tickets.rules import RULES, can_blow_kind
from tickets.walks import within_reach


@pytest.fixture
def tickets(town, cast):
    """One in each grid, all with 住建局; 城管局 assists in the last."""
    made = [routed(town, by=cast["worker"], grid=n) for n in range(8)]
    Assignment.objects.create(
        ticket=made[7], department=town.urban, role="assist", offered_at=made[7].filed_at
    )
    return made


def seen_by(person) -> set[int]:
    """By the one condition, and by the walks that lists take: they must hold the same."""
    seen = set(Ticket.objects.in_reach_of(person).values_list("pk", flat=True))
    assert seen == {one.pk for one in within_reach(person).first(1000)}
    return seen


def allowed_to(person) -> set[int]:
    fresh = type(person).objects.get(pk=person.pk) if person.pk else person
    return {one.pk for one in Ticket.objects.all() if fresh.has_perm("tickets.view", one)}


@pytest.mark.parametrize("role", roles.ROLES)
def test_rows_and_rules_agree_for_every_role(town, tickets, role):
    if role in roles.DEPARTMENT_ROLES:
        people = [holder(role, department=town.housing), holder(role, department=town.urban)]
    else:
        places = (town.city, town.district, town.streets[1], town.communities[1], town.grids[1])
        people = [holder(role, area=place) for place in places]
    for person in people:
        assert seen_by(person) == allowed_to(person)


def test_rows_and_rules_agree_for_who_holds_posts_on_both_sides(town, tickets):
    person = holder("community_officer", area=town.communities[0])
    PostFactory(user=person, role="department_clerk", department=town.urban)

    assert seen_by(person) == allowed_to(person) == {t.pk for t in (*tickets[:2], tickets[7])}


def test_strangers_see_nothing(town, tickets, cast):
    assert seen_by(cast["nobody"]) == set()
    assert seen_by(AnonymousUser()) == allowed_to(AnonymousUser()) == set()


def test_a_worker_sees_the_own_grid_and_what_the_worker_filed(town, tickets, cast):
    assert seen_by(cast["worker"]) == {one.pk for one in tickets}  # filed them all
    assert seen_by(cast["other_worker"]) == {tickets[4].pk}


def test_a_street_ends_at_its_border(town, tickets, cast):
    assert seen_by(cast["street"]) == {one.pk for one in tickets[:4]}
    assert seen_by(cast["other_street"]) == {one.pk for one in tickets[4:]}


def test_a_department_sees_what_it_was_given(town, tickets, cast):
    assert seen_by(cast["clerk"]) == {one.pk for one in tickets}
    assert seen_by(cast["urban"]) == {tickets[7].pk}


def test_who_runs_the_platform_answers_for_no_ticket(town, tickets):
    root = UserFactory(is_staff=True, is_superuser=True)
    part = tickets[0].assignments.get()

    assert seen_by(root) == allowed_to(root) == set()
    assert not root.has_perm("tickets.reveal_contact", tickets[0])
    assert not root.has_perm("tickets.work", part)
    assert root.has_perm("grids.appoint", town.streets[0])


def test_who_lost_the_right_to_sign_in_sees_nothing(town, tickets, cast):
    person = cast["street"]
    person.is_active = False
    person.save()

    assert seen_by(type(person).objects.get(pk=person.pk)) == set()
    assert allowed_to(person) == set()


# Made of others, by the row itself: each has tests of its own.
DERIVED = {
    *("tickets.add_photo", "tickets.show_code", "tickets.approve_whistle", "tickets.blow"),
    *("tickets.undo", "tickets.answer"),
    "tickets.see_meeting",
}


@pytest.mark.parametrize("permission", sorted(set(RULES) - DERIVED))
def test_every_permission_has_a_holder_and_a_stranger(town, tickets, permission):
    carriers = roles.holding(permission)
    assert carriers

    for role, side in roles.ROLES.items():
        place = town.streets[0] if side.side == "area" else None
        department = town.housing if side.side == "department" else None
        person = holder(role, area=place, department=department)
        thing = {
            "tickets.file": tickets[0].district_id,
            "tickets.work": tickets[0].assignments.get(),
            "tickets.endorse": tickets[0].assignments.get(),
            "tickets.set_limits": town.streets[0],
            "tickets.set_templates": place or department,
            "tickets.set_terms": town.streets[0],
            "tickets.set_rules": town.streets[0],
        }.get(permission, tickets[0])
        expected = role in carriers
        if permission in {"tickets.work", "tickets.endorse"} and side.side == "area":
            expected = False  # the office of the street was given nothing
        assert person.has_perm(permission, thing) is expected, role


def test_permissions_named_by_roles_all_exist():
    named = {p for role in roles.ROLES.values() for p in role.over_area | role.in_department}
    assert {p for p in named if p.startswith("tickets.")} <= set(RULES)


@pytest.mark.parametrize(
    ("kind", "roles_that_blow"),
    [
        (
            "emergency",
            {"grid_worker", "community_officer", "street_desk", "street_head", "district_command"},
        ),
        ("routine", {"community_officer", "street_desk", "street_head"}),
        ("hard", {"community_officer", "street_desk", "street_head"}),
    ],
)
def test_who_may_blow_which_whistle(town, tickets, kind, roles_that_blow):
    for role, side in roles.ROLES.items():
        department = town.housing if side.side == "department" else None
        area = town.streets[0] if side.side == "area" else None
        person = holder(role, area=area, department=department)
        assert can_blow_kind(person, kind, tickets[0]) is (role in roles_that_blow), role


def test_an_emergency_is_whistled_for_all_over_the_district_and_the_rest_at_home(town, tickets):
    abroad = holder("community_officer", area=town.streets[1])

    assert can_blow_kind(abroad, "emergency", tickets[0])
    assert not can_blow_kind(abroad, "routine", tickets[0])


@pytest.mark.parametrize(
    ("kind", "approvers"),
    [
        ("enforcement", {"street_desk", "street_head"}),
        ("hard", {"street_head"}),
        ("routine", set()),
        ("emergency", set()),
        ("", set()),
    ],
)
def test_who_approves_which_whistle(town, tickets, kind, approvers):
    ticket = tickets[0]
    ticket.whistle_kind = kind
    for role in ("community_officer", "street_desk", "street_head", "district_command"):
        here = holder(role, area=town.streets[0])
        abroad = holder(role, area=town.streets[1])
        assert here.has_perm("tickets.approve_whistle", ticket) is (role in approvers), role
        assert not abroad.has_perm("tickets.approve_whistle", ticket)
