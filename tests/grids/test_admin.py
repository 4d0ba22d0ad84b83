"""The back office gives and ends posts by the actions, and by nothing else."""

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from govgrid.core import clock
from grids import actions
from grids.models import Area, Department, Post
from tests.factories.accounts import UserFactory
from tests.factories.divisions import begin, counted, ready
from tests.factories.grids import PostFactory, build_town, holder

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def office(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def appointment(user, area, **fields):
    return {"user": user.pk, "role": "grid_worker", "area": area.pk, "is_main": "on", **fields}


def test_every_page_of_the_back_office_opens(office, town):
    post = PostFactory(area=town.grids[0], role="grid_worker")
    for address in (
        "area/",
        f"area/{town.grids[0].pk}/change/",
        f"area/{town.streets[0].pk}/change/",
        "department/?q=a",
        f"department/{town.housing.pk}/change/",
        "post/?q=a",
        "post/add/",
        f"post/{post.pk}/change/",
    ):
        assert office.get(f"/admin/grids/{address}").status_code == 200, address


def test_the_outline_of_an_area_is_shown_by_our_own_map(office, town):
    page = office.get(f"/admin/grids/area/{town.grids[0].pk}/change/").content.decode()

    assert f'data-gg-own="{town.grids[0].code}"' in page
    assert 'data-gg-extent="111.0,30.0,111.01,30.01"' in page


def test_a_post_is_given_with_its_last_day(office, town):
    person = UserFactory()

    office.post(
        "/admin/grids/post/add/",
        appointment(person, town.grids[0], since="2026-09-01", until="2026-09-30"),
    )

    post = Post.objects.get()
    assert (post.user, post.area, post.role) == (person, town.grids[0], "grid_worker")
    assert post.period == DateRange(date(2026, 9, 1), date(2026, 10, 1))


def test_a_second_main_worker_is_refused_in_words(office, town):
    PostFactory(area=town.grids[0], role="grid_worker")

    page = office.post(
        "/admin/grids/post/add/",
        appointment(UserFactory(), town.grids[0]),
        headers={"Referer": "http://testserver/admin/grids/post/add/"},
        follow=True,
    )

    assert "This grid has a main worker in that period." in page.content.decode()
    assert Post.objects.count() == 1


def test_posts_are_ended_and_stay_as_history(office, town):
    post = PostFactory(area=town.grids[0], role="grid_worker")

    page = office.post(
        "/admin/grids/post/", {"action": "end_posts", "_selected_action": [post.pk]}, follow=True
    )

    assert "1 post ended." in page.content.decode()
    assert not Post.objects.held_on().exists()
    assert Post.objects.get().period.lower == date(2026, 1, 1)


def test_nothing_is_deleted_and_no_post_is_edited(office, town):
    post = PostFactory(area=town.grids[0], role="grid_worker")
    for address in (
        f"area/{town.grids[7].pk}/delete/",
        f"department/{town.urban.pk}/delete/",
        f"post/{post.pk}/delete/",
    ):
        assert office.post(f"/admin/grids/{address}", {"post": "yes"}).status_code == 403
    office.post(f"/admin/grids/post/{post.pk}/change/", appointment(post.user, town.grids[1]))

    post.refresh_from_db()
    assert post.area == town.grids[0]
    assert Area.objects.filter(pk=town.grids[7].pk).exists()
    assert Department.objects.filter(pk=town.urban.pk).exists()


def test_who_is_no_staff_is_not_let_in(client, town):
    client.force_login(holder("system_admin", area=town.district))

    assert client.get("/admin/grids/post/add/").status_code == 302


@pytest.mark.parametrize("model", ["teamseat", "requirement", "duty", "layer"])
def test_team_duties_and_layers_are_listed(office, town, model):
    actions.seat_office(town.district, "police", town.housing, by=None)
    actions.open_layer(town.urban, "parks", town.district, by=None)

    assert office.get(f"/admin/grids/{model}/").status_code == 200


@pytest.mark.parametrize("model", ["duty", "layer"])
def test_what_has_a_history_is_not_edited_here(office, town, model):
    layer = actions.open_layer(town.urban, "parks", town.district, by=None)

    assert office.get(f"/admin/grids/{model}/add/").status_code == 403
    assert office.post(f"/admin/grids/layer/{layer.pk}/change/", {}).status_code == 403
    assert office.post(f"/admin/grids/layer/{layer.pk}/delete/", {}).status_code == 403


def test_a_mobile_phone_of_a_team_is_refused_in_words(office, town):
    sent = {
        "area": town.district.pk,
        "function": "police",
        "department": town.housing.pk,
        "phone": "13812345678",
    }
    page = office.post("/admin/grids/teamseat/add/", sent)
    assert "not a mobile phone" in page.content.decode()


def test_a_division_is_read_with_all_that_belongs_to_it_and_not_edited(
    office, town, shift_clock, django_assert_max_num_queries
):
    officer = holder("community_officer", area=town.communities[0])
    head = holder("street_head", area=town.streets[0])
    counted(town, 240, 260)
    actions.seat_office(town.grids[1], "police", town.housing, by=None)
    division = begin(town, by=officer)
    actions.merge(division, [1, 2], by=officer)
    actions.describe(division, 1, by=officer, household_count=280)
    today = clock.today()
    ready(division, by=officer, on=today + timedelta(days=1), voted_on=today)
    actions.move(division, "submit", by=officer)
    actions.move(division, "approve", by=head)
    shift_clock(days=2)
    assert actions.take_effect() == 1

    assert office.get("/admin/grids/division/").status_code == 200
    address = f"/admin/grids/division/{division.pk}/change/"
    office.get(address)
    with django_assert_max_num_queries(25):
        page = office.get(address).content.decode()
    for told in ("101", town.grids[1].code, "take_effect", "goes on in what follows"):
        assert told in page
    assert office.post(address, {"state": "drafted"}).status_code == 403
    assert office.get("/admin/grids/division/add/").status_code == 403
    assert office.post(f"/admin/grids/division/{division.pk}/delete/", {}).status_code == 403
