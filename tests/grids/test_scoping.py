"""Who may reach what: the reads for lists and the questions for single rows agree."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.backends.postgresql.psycopg_any import DateRange

from grids import roles, scoping
from grids.models import Area
from tests.factories.accounts import UserFactory
from tests.factories.grids import AreaFactory, DepartmentFactory, PostFactory, build_town, holder

pytestmark = pytest.mark.django_db
PERMISSIONS = sorted(
    {p for role in roles.ROLES.values() for p in role.over_area | role.in_department}
)


@pytest.fixture
def town():
    """Beside the town lies another district, so that what leaks is seen."""
    town = build_town()
    other = AreaFactory(code="420502", name="西陵区", level=2, parent=town.city)
    AreaFactory(code="420502001", name="街道9", level=3, parent=other)
    return town


def place(area):
    return dict(enumerate(area.ancestor_ids, start=1))


def covered(user, permission):
    return {a.code for a in Area.objects.all() if scoping.covers(user, permission, place(a))}


def reached(user, permission):
    """The rows a list would show: those that lie under an area of the reach."""
    areas = scoping.reach(user, permission).areas
    return {
        a.code
        for a in Area.objects.all()
        for level, ids in areas.items()
        if place(a).get(level) in ids
    }


@pytest.mark.parametrize("role", roles.ROLES)
def test_every_role_reaches_in_lists_what_it_covers_one_by_one(town, role):
    is_area = role in roles.AREA_ROLES
    person = holder(
        role,
        area=town.streets[0] if is_area else None,
        department=None if is_area else town.housing,
    )
    beneath = {area.code for area in Area.objects.beneath(town.streets[0])}
    for permission in PERMISSIONS:
        expected = beneath if permission in roles.ROLES[role].over_area else set()
        assert covered(person, permission) == reached(person, permission) == expected, permission


@pytest.mark.parametrize("role", roles.ROLES)
def test_every_role_works_in_its_own_department_only(town, role):
    is_area = role in roles.AREA_ROLES
    own = town.offices[town.streets[0].pk] if is_area else town.housing
    person = holder(
        role, area=town.streets[0] if is_area else None, department=None if is_area else own
    )
    others = [town.urban, town.offices[town.streets[1].pk], town.offices[town.communities[0].pk]]
    for permission in PERMISSIONS:
        holds = permission in roles.ROLES[role].in_department
        assert scoping.works_in(person, permission, [own.pk]) is holds, permission
        assert not scoping.works_in(person, permission, [one.pk for one in others]), permission
        assert (own.pk in scoping.reach(person, permission).departments) is holds, permission


@pytest.mark.parametrize(
    "period",
    [
        DateRange(date(2020, 1, 1), date(2021, 1, 1)),
        DateRange(date(2090, 1, 1), None),
        DateRange(empty=True),
    ],
)
def test_a_post_out_of_its_period_gives_nothing(town, period):
    person = UserFactory()
    PostFactory(user=person, area=town.streets[0], period=period)

    assert scoping.held(person) == ()
    assert not scoping.reach(person, "tickets.view")
    assert not scoping.covers(person, "tickets.view", place(town.grids[0]))


def test_a_post_holds_from_its_first_day_to_its_last(town, shift_clock):
    person = UserFactory()
    today = scoping.clock.today()
    end = date.fromordinal(today.toordinal() + 2)
    PostFactory(user=person, area=town.streets[0], period=DateRange(today, end))

    held = []
    for days in (-1, 0, 1, 2):
        shift_clock(days=days)
        scoping.forget(person)
        held.append(len(scoping.held(person)))

    assert held == [0, 1, 1, 0]


def test_who_may_not_sign_in_reaches_nothing(town):
    person = holder("street_desk", area=town.streets[0], is_active=False)

    assert not scoping.reach(person, "tickets.view")
    assert not scoping.reach(AnonymousUser(), "tickets.view")


def test_a_post_of_the_city_counts_for_each_of_its_districts(town):
    AreaFactory(code="4206", name="another city")
    person = holder("auditor", area=town.city)
    districts = set(Area.objects.filter(parent=town.city).values_list("pk", flat=True))

    assert scoping.reach(person, "tickets.view").areas == {2: districts}
    assert len(districts) == 2
    assert scoping.covers(person, "tickets.view", place(town.grids[7]))
    assert scoping.districts(person, "tickets.view") == districts


def test_the_holder_of_an_area_answers_for_its_office(town):
    person = holder("community_officer", area=town.communities[0])

    reach = scoping.reach(person, "tickets.work")

    assert reach.departments == {town.offices[town.communities[0].pk].pk}
    assert reach.areas == {}


def test_two_posts_add_up(town):
    person = holder("grid_worker", area=town.grids[0])
    PostFactory(user=person, role="grid_worker", area=town.grids[7])
    clerk = DepartmentFactory(area=town.district)
    PostFactory(user=person, role="department_clerk", area=None, department=clerk)

    reach = scoping.reach(person, "tickets.view")

    assert reach.areas == {5: {town.grids[0].pk, town.grids[7].pk}}
    assert reach.departments == {clerk.pk}
    assert scoping.districts(person, "tickets.file") == {town.district.pk}


def test_posts_are_read_once_a_person_and_request(town, django_assert_num_queries):
    person = holder("street_desk", area=town.streets[0])

    with django_assert_num_queries(1):
        scoping.reach(person, "tickets.view")
        scoping.covers(person, "tickets.file", place(town.grids[0]))
        scoping.works_in(person, "tickets.work", [1])


def test_who_administers_a_district_appoints_in_it_and_nowhere_else(town):
    person = holder("system_admin", area=town.streets[0])

    assert person.has_perm("grids.appoint", town.grids[0])
    assert not person.has_perm("grids.appoint", town.grids[7])
    assert not person.has_perm("grids.appoint", town.district)
    assert not holder("street_head", area=town.streets[0]).has_perm("grids.appoint", town.grids[0])
