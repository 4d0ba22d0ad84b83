"""A post goes from one to the next: no gap, no overlap, and what is open goes along."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from govgrid.core import backlog, clock
from govgrid.core.errors import Refused
from grids import actions, staffing
from grids.models import HandOver, Post
from tests.factories.accounts import UserFactory
from tests.factories.grids import SINCE, PatrolFactory, PostFactory, build_town, holder


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


@pytest.fixture
def post(town):
    return PostFactory(role="grid_worker", area=town.grids[0])


def code_of(function, *args, **kwargs):
    with pytest.raises(Refused) as refused, transaction.atomic():
        function(*args, **kwargs)
    return refused.value.code


def test_one_ends_and_the_other_begins_on_that_day(post, officer):
    day = clock.today() + timedelta(days=10)
    made = actions.hand_over(post, UserFactory(), by=officer, on=day)

    post.refresh_from_db()
    assert post.period == DateRange(SINCE, day)
    assert made.incoming.period == DateRange(day, None)
    assert (made.incoming.role, made.incoming.area, made.incoming.is_main) == (
        "grid_worker",
        post.area,
        True,
    )
    for n in range(20):
        held = Post.objects.held_on(clock.today() + timedelta(days=n)).filter(area=post.area)
        assert held.count() == 1


def test_a_post_that_ends_on_that_very_day_is_followed_without_a_gap(post, officer):
    day = clock.today() + timedelta(days=3)
    Post.objects.filter(pk=post.pk).update(period=DateRange(SINCE, day))

    assert actions.hand_over(post, UserFactory(), by=officer, on=day).incoming.period.lower == day


def test_a_gap_is_refused(post, officer):
    today = clock.today()
    Post.objects.filter(pk=post.pk).update(period=DateRange(SINCE, today - timedelta(days=5)))

    assert code_of(actions.hand_over, post, UserFactory(), by=officer) == "leaves_a_gap"
    assert Post.objects.count() == 2  # hers and his


def test_a_post_that_has_not_begun_is_not_handed_over(post, officer):
    assert code_of(actions.hand_over, post, UserFactory(), by=officer, on=SINCE) == "not_begun"


def test_to_oneself_or_a_second_time_is_refused(post, officer):
    assert code_of(actions.hand_over, post, post.user, by=officer) == "same_person"
    actions.hand_over(post, UserFactory(), by=officer)
    assert code_of(actions.hand_over, post, UserFactory(), by=officer) == "handed_over"


def test_whoever_may_not_sign_in_gets_nothing_and_the_old_post_stays(post, officer):
    gone = UserFactory(is_active=False)

    assert code_of(actions.hand_over, post, gone, by=officer) == "user_inactive"
    post.refresh_from_db()
    assert post.period.upper is None


# ── who may ───────────────────────────────────────────────────────────────────────────────────


def allowed(user, post):
    return user.has_perm("grids.hand_over", post)


def test_only_the_posts_just_beneath_ones_own(town, officer, post):
    own = officer.posts.get()
    neighbour = PostFactory(role="grid_worker", area=town.grids[2])
    desk = holder("street_desk", area=town.streets[0])

    assert allowed(officer, post)
    assert not allowed(officer, own)
    assert not allowed(officer, neighbour)
    assert allowed(desk, post)
    assert allowed(desk, own)
    assert not allowed(desk, desk.posts.get())
    assert not allowed(post.user, post)
    assert not allowed(holder("auditor", area=town.district), post)
    assert allowed(holder("system_admin", area=town.district), desk.posts.get())


@pytest.mark.parametrize("role", ["system_admin", "street_head", "district_command", "auditor"])
def test_no_power_is_passed_on_by_naming_it_at_a_small_place(town, officer, role):
    with pytest.raises(PermissionDenied):
        actions.appoint(UserFactory(), role, by=officer, area=town.grids[0])
    assert not Post.objects.filter(role=role).exists()


def test_a_vacancy_is_filled_by_the_one_above(town, officer):
    made = actions.appoint(UserFactory(), "grid_worker", by=officer, area=town.grids[1])
    assert made.area == town.grids[1]
    with pytest.raises(PermissionDenied):
        actions.appoint(UserFactory(), "grid_worker", by=officer, area=town.grids[2])


# ── the sheet ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def work(monkeypatch):
    """What waits, as a list that a test may change."""
    items = [backlog.Item("A1", "Lamp"), backlog.Item("B2", "Drain")]
    monkeypatch.setattr(backlog, "_listers", {"x.open": ("Open things", lambda area, post: items)})
    return items


def test_what_is_open_is_listed_and_ticked_by_who_takes_over(work, post, officer):
    made = actions.hand_over(post, UserFactory(), by=officer)
    first, second = made.items.all()

    with pytest.raises(PermissionDenied):
        actions.explain(made, [first.pk], by=officer)
    assert actions.explain(made, [first.pk], by=made.incoming.user) == 1
    assert actions.explain(made, [first.pk], by=made.incoming.user) == 0
    second.refresh_from_db()
    assert second.explained_at is None


def test_the_list_is_brought_up_to_date_until_the_post_is_taken_over(work, post, officer):
    made = actions.hand_over(post, UserFactory(), by=officer)
    actions.explain(made, [made.items.first().pk], by=made.incoming.user)
    work[:] = [backlog.Item("C3", "Bench")]
    actions.list_again(made, by=officer)

    # What was explained stays as a record; what is done and was not is gone.
    assert [item.key for item in made.items.all()] == ["A1", "C3"]
    taken = actions.take_post(made, by=made.incoming.user)
    assert actions.take_post(made, by=made.incoming.user).taken_at == taken.taken_at
    assert code_of(actions.list_again, made, by=officer) == "taken_over"
    assert code_of(actions.explain, made, [], by=made.incoming.user) == "taken_over"


def test_items_of_another_sheet_are_not_ticked(work, post, officer, town):
    other = actions.hand_over(
        PostFactory(role="grid_worker", area=town.grids[1]), UserFactory(), by=officer
    )
    made = actions.hand_over(post, UserFactory(), by=officer)

    assert actions.explain(made, [other.items.first().pk], by=made.incoming.user) == 0


def test_nobody_elses_patrol_is_told(post, officer):
    PatrolFactory(user=post.user, area=post.area)
    made = actions.hand_over(post, UserFactory(), by=officer)

    assert not made.items.filter(source__contains="patrol").exists()


def test_who_gave_the_post_away_does_not_read_on(post, officer):
    made = actions.hand_over(post, UserFactory(), by=officer)

    with pytest.raises(PermissionDenied):
        actions.list_again(made, by=post.user)


def test_nobody_gives_a_post_to_himself_or_in_the_past(post, officer):
    with pytest.raises(Refused, match="himself"):
        actions.hand_over(post, officer, by=officer)
    with pytest.raises(Refused, match="from today on"):
        actions.hand_over(post, UserFactory(), by=officer, on=clock.today() - timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_hands_over():
    town = build_town()
    officer = holder("community_officer", area=town.communities[0])
    post = PostFactory(role="grid_worker", area=town.grids[0])
    people = [UserFactory(), UserFactory()]
    gate = Barrier(2)

    def run(person):
        gate.wait(10)
        try:
            actions.hand_over(post, person, by=officer)
        except Refused as refused:
            return refused.code
        finally:
            close_old_connections()
        return "made"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(run, people))
    assert said == ["handed_over", "made"]
    assert HandOver.objects.count() == 1
    assert Post.objects.held_on().filter(area=town.grids[0]).count() == 1


# ── vacancies ─────────────────────────────────────────────────────────────────────────────────


def found(town, area=None):
    area = area or town.district
    return {one.area_id: one for one in staffing.vacancies([area.path])}


def test_what_nobody_ever_held_is_vacant_since_no_day(town):
    vacancy = found(town)[town.grids[0].pk]

    assert (vacancy.role, vacancy.since, vacancy.until) == ("grid_worker", None, None)
    assert (vacancy.is_now, vacancy.was_held, vacancy.days) == (True, False, 0)
    assert {town.district.pk, *(a.pk for a in [*town.streets, *town.communities, *town.grids])} == (
        set(found(town))
    )


def test_held_is_not_vacant_and_a_helper_holds_nothing(town, post):
    PostFactory(role="grid_worker", area=town.grids[1], is_main=False)

    assert town.grids[0].pk not in found(town)
    assert town.grids[1].pk in found(town)


def test_who_may_not_sign_in_holds_nothing(town):
    PostFactory(role="grid_worker", area=town.grids[0], user=UserFactory(is_active=False))
    vacancy = found(town)[town.grids[0].pk]
    assert (vacancy.is_now, vacancy.was_held, vacancy.since) == (True, True, None)


def test_a_post_that_ends_soon_is_told_and_one_that_is_followed_is_not(town, post, officer):
    day = clock.today() + timedelta(days=20)
    actions.end_post(post, by=officer, on=day)
    vacancy = found(town)[town.grids[0].pk]
    assert (vacancy.starts_on, vacancy.is_now, vacancy.since) == (day, False, None)

    actions.appoint(UserFactory(), "grid_worker", by=officer, area=town.grids[0], since=day)
    assert town.grids[0].pk not in found(town)


def test_since_when_and_filled_from_when(town, post, officer):
    today = clock.today()
    begin, end = today + timedelta(days=7), today - timedelta(days=30)
    Post.objects.filter(pk=post.pk).update(period=DateRange(SINCE, end))
    actions.appoint(UserFactory(), "grid_worker", by=officer, area=town.grids[0], since=begin)

    vacancy = found(town)[town.grids[0].pk]
    assert (vacancy.since, vacancy.days, vacancy.until) == (end, 30, begin)


def test_beyond_the_horizon_and_outside_the_reach_nothing_is_told(town, post, officer):
    actions.end_post(post, by=officer, on=clock.today() + timedelta(days=90))
    assert town.grids[0].pk not in found(town)
    assert set(found(town, town.communities[1])) == {
        town.communities[1].pk,
        town.grids[2].pk,
        town.grids[3].pk,
    }
    assert staffing.vacancies([]) == []


def test_one_statement_for_any_number(town, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(staffing.vacancies([town.city.path])) == 15


def test_the_nearest_office_of_a_function_is_meant(town):
    actions.seat_office(town.district, "police", town.housing, by=None, phone="0717-5550001")
    actions.seat_office(town.district, "clinic", town.urban, by=None)
    actions.seat_office(town.grids[0], "police", town.urban, by=None)
    line = [town.district, town.streets[0], town.communities[0], town.grids[0]]

    assert [(one.function, one.department) for one in staffing.team(line)] == [
        ("police", town.urban),
        ("clinic", town.urban),
    ]
    assert staffing.team(line[:3])[0].number == "0717-5550001"


@pytest.mark.parametrize("phone", ["13812345678", "+86 138 1234 5678", "138-1234-5678"])
def test_a_mobile_phone_is_a_persons(town, phone):
    code = code_of(actions.seat_office, town.grids[0], "police", town.urban, by=None, phone=phone)
    assert code == "teamseat_office_phone_only"


def test_the_same_office_twice_is_refused_and_who_keeps_no_team_is_denied(town, officer):
    actions.seat_office(town.grids[0], "police", town.urban, by=officer)
    assert (
        code_of(actions.seat_office, town.grids[0], "police", town.urban, by=officer)
        == "teamseat_once_a_function"
    )
    with pytest.raises(PermissionDenied):
        actions.seat_office(town.grids[2], "police", town.urban, by=officer)
    with pytest.raises(PermissionDenied):
        actions.seat_office(
            town.grids[0], "clinic", town.urban, by=holder("auditor", area=town.city)
        )


def test_until_the_other_begins_nobody_leaves_and_nobody_takes_over(post, officer):
    made = actions.hand_over(post, UserFactory(), by=officer, on=clock.today() + timedelta(days=10))

    assert code_of(actions.end_post, post, by=officer) == "leaves_a_gap"
    assert code_of(actions.take_post, made, by=made.incoming.user) == "not_begun"

    # Who was to follow does not come after all.
    actions.end_post(made.incoming, by=officer)
    actions.end_post(post, by=officer)
    assert not Post.objects.held_on().filter(area=post.area).exists()
