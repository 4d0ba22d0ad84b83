"""Posts of departments: vacant, filled and handed over as those of areas are."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db.backends.postgresql.psycopg_any import DateRange

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import actions, staffing
from grids.models import HandOver, Post
from tests.factories.accounts import UserFactory
from tests.factories.grids import SINCE, DepartmentFactory, PostFactory, build_town, holder
from tests.factories.tickets import routed


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def head(town):
    return holder("department_head", department=town.housing, name="Head One")


@pytest.fixture
def post(town):
    return PostFactory(
        user=UserFactory(username="lin", name="Lin Old"),
        role="department_clerk",
        area=None,
        department=town.housing,
    )


@pytest.fixture
def admin(town):
    return holder("system_admin", area=town.district)


def vacant(town, **given):
    return dict(staffing.in_departments([town.district.path], [], **given))


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def address(department, *more):
    return "/".join(["/grids/departments", department.code, "who", *map(str, more), ""])


# ── vacancies ─────────────────────────────────────────────────────────────────────────────────


def test_a_department_without_a_clerk_is_vacant_and_an_office_never(town, post):
    found = vacant(town)
    assert town.housing.pk not in found
    assert not found[town.urban.pk].was_held
    assert not {one.pk for one in town.offices.values()} & set(found)


def test_since_its_last_clerk_left(town, post):
    gone = clock.today() - timedelta(days=9)
    Post.objects.filter(pk=post.pk).update(period=DateRange(SINCE, gone))
    one = vacant(town)[town.housing.pk]
    assert (one.is_now, one.was_held, one.since, one.days) == (True, True, gone, 9)


def test_a_clerk_who_leaves_soon_is_told_and_who_may_not_sign_in_is_none(town, post, admin):
    day = clock.today() + timedelta(days=20)
    actions.end_post(post, by=admin, on=day)
    assert (vacant(town)[town.housing.pk].starts_on, vacant(town)[town.housing.pk].is_now) == (
        day,
        False,
    )
    post.user.is_active = False
    post.user.save()
    assert vacant(town)[town.housing.pk].is_now


def test_departments_elsewhere_and_closed_ones_are_not_told(town):
    DepartmentFactory(code="closed", area=town.district, is_active=False)
    elsewhere = DepartmentFactory(code="elsewhere", area=town.city)
    assert elsewhere.pk not in vacant(town)
    assert all(one.is_now for one in vacant(town).values())
    assert dict(staffing.in_departments([], [elsewhere.pk])).keys() == {elsewhere.pk}
    assert staffing.in_departments([], []) == []


def test_one_statement_for_all_departments(town, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(vacant(town)) > 1


# ── who hands on ──────────────────────────────────────────────────────────────────────────────


def test_the_head_hands_on_the_posts_of_clerks_and_nobody_his_own(town, head, post):
    new = UserFactory(username="wang")
    made = actions.hand_over(post, new, by=head)
    assert made.incoming.department == town.housing
    own = Post.objects.get(user=head)
    with pytest.raises(PermissionDenied):
        actions.hand_over(own, new, by=head)
    with pytest.raises(Refused) as refusal:
        actions.appoint(head, "department_clerk", by=head, department=town.housing)
    assert refusal.value.code == "own_post"


def test_neither_a_clerk_nor_the_head_of_another_department_does(town, post):
    new = UserFactory()
    for person in (
        holder("department_clerk", department=town.housing),
        holder("department_head", department=town.urban),
        holder("street_desk", area=town.streets[0]),
        holder("district_command", area=town.district),
    ):
        with pytest.raises(PermissionDenied):
            actions.hand_over(post, new, by=person)


def test_open_tickets_of_the_department_go_along(town, head, post):
    ticket = routed(town, by=holder("grid_worker", area=town.grids[0]))
    made = actions.hand_over(post, UserFactory(), by=head)
    assert [one.key for one in made.items.all()] == [ticket.number]
    other = PostFactory(role="department_clerk", area=None, department=town.urban)
    made = actions.hand_over(other, UserFactory(), by=None)
    assert not made.items.exists()


# ── pages ─────────────────────────────────────────────────────────────────────────────────────


def test_the_vacancies_list_departments_for_who_oversees_them(client, town, head, post):
    Post.objects.filter(pk=post.pk).update(period=DateRange(SINCE, clock.today()))
    client.force_login(head)
    html = read(client, "/grids/vacancies/")
    assert town.housing.name in html
    assert town.urban.name not in html
    assert town.grids[0].name not in html
    client.force_login(holder("district_command", area=town.district))
    html = read(client, "/grids/vacancies/")
    assert "never filled" in html
    assert address(town.urban) in html


def test_who_works_there_is_nobody_elses_business(client, town, post):
    for person in (
        UserFactory(),
        holder("department_head", department=town.urban),
        holder("street_desk", area=town.streets[0]),
        holder("grid_worker", area=town.grids[0]),
    ):
        client.force_login(person)
        assert client.get(address(town.housing)).status_code == 404
        assert client.post(address(town.housing, "fill"), {"person": "lin"}).status_code == 404
        assert client.post(address(town.housing, post.pk, "end")).status_code == 404
        assert client.get(address(town.housing, post.pk, "hand-over")).status_code == 404


def test_who_reads_may_not_hand_on(client, town, post):
    client.force_login(holder("department_clerk", department=town.housing))
    html = read(client, address(town.housing))
    assert "Lin Old" in html
    assert "hand-over/" not in html
    assert client.post(address(town.housing, "fill"), {"person": "lin"}).status_code == 403
    assert client.post(address(town.housing, post.pk, "end")).status_code == 403
    assert client.get(address(town.housing, post.pk, "hand-over")).status_code == 403


def test_ended_filled_and_handed_over_from_the_page(client, town, head, post):
    UserFactory(username="wang", name="Wang New")
    client.force_login(head)
    client.post(address(town.housing, post.pk, "end"))
    assert "Fill the vacancy" in read(client, address(town.housing))
    wrong = client.post(address(town.housing, "fill"), {"person": "nobody"})
    assert wrong.status_code == 400
    assert "Nobody who may sign in has this user name." in wrong.content.decode()
    client.post(address(town.housing, "fill"), {"person": "wang"})
    html = read(client, address(town.housing))
    assert "Wang New" in html
    assert "Fill the vacancy" not in html

    mine = Post.objects.get(user__username="wang")
    day = clock.today() + timedelta(days=3)
    page = read(client, address(town.housing, mine.pk, "hand-over"))
    assert town.housing.name in page
    answer = client.post(
        address(town.housing, mine.pk, "hand-over"), {"person": "lin", "on": day.isoformat()}
    )
    made = HandOver.objects.get()
    assert answer.url == f"/grids/hand-overs/{made.pk}/"
    assert town.housing.short_name in read(client, answer.url)
    assert town.housing.short_name in read(client, "/grids/hand-overs/")
    client.force_login(holder("department_head", department=town.urban))
    assert client.get(answer.url).status_code == 404
    assert town.housing.short_name not in read(client, "/grids/hand-overs/")


def test_the_page_costs_the_same_for_one_and_three(
    client, town, head, django_assert_max_num_queries
):
    client.force_login(head)
    costs = []
    for _n in range(2):
        for _each in range(2):
            PostFactory(role="department_clerk", area=None, department=town.housing)
        client.get(address(town.housing))
        with django_assert_max_num_queries(30) as asked:
            read(client, address(town.housing))
        costs.append(len(asked))
    assert costs[0] == costs[1]
