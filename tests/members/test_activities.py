"""Activities: planned, announced, held; places, the door, pictures, counts."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.privacy import retention
from members import actions, activities, inbox_reception
from members.models import Activity, ActivityPhoto, SignUp
from members.workflow.activities import MOVES, ActivityState, moved
from tests.factories import photos
from tests.factories import receptions as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.members import LiaisonFactory, StationFactory
from tickets.photos import Unusable, is_bare

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_tuesday():
    with clock.telling(made.NOW):
        yield


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def station(town):
    return StationFactory(area=town.communities[0])


@pytest.fixture
def liaison(station):
    return LiaisonFactory(station=station).user


@pytest.fixture
def activity(station, liaison):
    return made.announced(station, by=liaison, capacity=2)


def kinds(user):
    return sorted(Message.objects.for_person(user).values_list("kind", flat=True))


@pytest.mark.parametrize("name", MOVES)
def test_every_move_is_refused_from_every_other_state(name):
    for state in ActivityState:
        if state in MOVES[name].sources:
            assert moved(name, state) == MOVES[name].target
        else:
            with pytest.raises(Refused, match="possible"):
                moved(name, state)


def test_nobody_reads_it_before_it_is_announced(station, liaison):
    one = made.planned(station, by=liaison)
    assert not activities.visible(UserFactory()).exists()
    assert activities.visible(liaison).get() == one
    with pytest.raises(PermissionDenied):
        actions.sign_up(one, by=UserFactory())
    actions.announce_activity(one, by=liaison)
    assert activities.visible(UserFactory()).get() == one


def test_rows_and_rules_agree(town, station, liaison):
    rows = [made.planned(station, by=liaison), made.announced(station, by=liaison)]
    keeper = holder("roster_admin", area=town.streets[1])
    rows.append(actions.plan_activity(None, town.streets[1], made.inviting(), by=keeper))
    people = [
        liaison, keeper, UserFactory(), holder("roster_admin", area=town.district),
        holder("community_officer", area=town.communities[0]), UserFactory(is_active=False),
    ]  # fmt: skip
    for person in people:
        seen = set(activities.visible(person).values_list("pk", flat=True))
        assert seen == {r.pk for r in rows if person.has_perm("members.see_activity", r)}, person
    assert [activities.visible(one).count() for one in people] == [2, 2, 1, 3, 1, 0]


def test_who_runs_a_station_plans_there_and_nowhere_else(town, station):
    for stranger in (
        LiaisonFactory(station=StationFactory(area=town.communities[0])).user,
        UserFactory(),
        holder("roster_admin", area=town.streets[1]),
    ):
        with pytest.raises(PermissionDenied):
            made.planned(station, by=stranger)
    with pytest.raises(PermissionDenied):
        # By serving at a station nobody plans for the whole area.
        actions.plan_activity(
            None, station.area, made.inviting(), by=LiaisonFactory(station=station).user
        )


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"title": " "}, "no_words"), ({"place": ""}, "no_words"), ({"capacity": 0}, "no_such_capacity"),
     ({"starts_at": made.NOW - timedelta(days=1)}, "wrong_times"),
     ({"ends_at": made.NOW + timedelta(days=60)}, "wrong_times")],
)  # fmt: skip
def test_what_nobody_can_plan(station, liaison, changed, code):
    with pytest.raises(Refused) as refused:
        made.planned(station, by=liaison, **changed)
    assert refused.value.code == code


def test_places_and_the_waiting_list(activity):
    people = [UserFactory() for _n in range(4)]
    rows = [actions.sign_up(activity, by=one) for one in people]
    assert [one.place_no for one in rows] == [1, 2, None, None]
    assert actions.sign_up(activity, by=people[0]) == rows[0]
    assert activities.ahead_of(rows[3]) == 1
    actions.sign_off(activity, by=people[0])
    rows[2].refresh_from_db()
    assert (rows[2].place_no, rows[2].is_waiting) == (1, False)
    assert kinds(people[2]) == ["activity_place"]
    with pytest.raises(Refused) as refused:
        actions.sign_off(activity, by=people[0])
    assert refused.value.code == "not_signed_up"


def test_the_database_holds_places_whoever_writes(activity):
    one = actions.sign_up(activity, by=UserFactory())
    for match, values in {
        "signup_one_a_place": {"user": UserFactory(), "place_no": 1},
        "as many places": {"user": UserFactory(), "place_no": 3},
        "signup_once_a_person": {"user": one.user, "place_no": 2},
        "signup_came_somehow": {"user": UserFactory(), "checked_in_at": clock.now()},
    }.items():
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            SignUp.objects.create(activity=activity, **values)
    for match, values in {
        "activity_held_was_counted": {"state": "held"},
        "activity_cancelled_for_a_reason": {"state": "cancelled"},
    }.items():
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            Activity.objects.update(**values)


def test_more_places_take_in_who_waits(activity, liaison):
    rows = [actions.sign_up(activity, by=UserFactory()) for _n in range(4)]
    with pytest.raises(Refused) as refused:
        actions.change_activity(activity, made.inviting(capacity=1), by=liaison)
    assert refused.value.code == "places_taken"
    actions.change_activity(activity, made.inviting(capacity=3, place="广场"), by=liaison)
    assert list(SignUp.objects.order_by("pk").values_list("place_no", flat=True)) == [1, 2, 3, None]
    assert kinds(rows[3].user) == ["activity_changed"]
    actions.change_activity(activity, made.inviting(capacity=None, place="广场"), by=liaison)
    assert not SignUp.objects.filter(is_waiting=True).exists()
    actions.change_activity(activity, made.inviting(capacity=4, place="广场"), by=liaison)
    assert list(SignUp.objects.order_by("pk").values_list("place_no", flat=True)) == [1, 2, 3, 4]


def test_signing_in_at_the_door(activity, liaison):
    signed = actions.sign_up(activity, by=UserFactory())
    stranger = UserFactory()
    with pytest.raises(Refused) as refused:
        actions.check_in(activity, by=stranger)
    assert refused.value.code == "too_early"
    with clock.telling(activity.starts_at):
        assert actions.check_in(activity, by=stranger).via == "code"
        assert actions.mark_signed_in(signed, by=liaison).via == "list"
        for who, code in ((stranger, "signed_in_already"), (UserFactory(), "full")):
            with pytest.raises(Refused) as refused:
                actions.check_in(activity, by=who)
            assert refused.value.code == code
        with pytest.raises(PermissionDenied):
            actions.mark_signed_in(signed, by=stranger)


def test_counting_closes_it_and_nobody_is_named(activity, liaison):
    actions.sign_up(activity, by=(person := UserFactory()))
    with pytest.raises(Refused) as refused:
        actions.close_activity(activity, by=liaison, head_count=3)
    assert refused.value.code == "not_begun"
    with clock.telling(activity.starts_at):
        actions.check_in(activity, by=person)
        with pytest.raises(Refused) as refused:
            actions.close_activity(activity, by=liaison, head_count=0)
        assert refused.value.code == "too_few"
        one = actions.close_activity(activity, by=liaison, head_count=37, summary="讲了防诈骗")
    assert (one.state, one.head_count) == ("held", 37)


def test_calling_off_tells_who_signed_up(activity, liaison):
    actions.sign_up(activity, by=(person := UserFactory()))
    with pytest.raises(Refused) as refused:
        actions.call_off_activity(activity, by=liaison, reason=" ")
    assert refused.value.code == "reason_needed"
    actions.call_off_activity(activity, by=liaison, reason="下雨")
    assert kinds(person) == ["activity_off"]
    with pytest.raises(Refused):
        actions.sign_up(activity, by=UserFactory())


def test_who_has_a_place_is_reminded_once(activity):
    people = [UserFactory() for _n in range(3)]
    for one in people:
        actions.sign_up(activity, by=one)
    with clock.telling(activity.starts_at - timedelta(hours=20)):
        assert actions.remind_of_activities(by=None) == 1
        assert actions.remind_of_activities(by=None) == 0
    assert [kinds(one) for one in people] == [["activity_soon"], ["activity_soon"], []]


def test_what_was_not_counted_waits_for_who_runs_it(activity, liaison):
    assert inbox_reception.waiting(liaison) == []
    with clock.telling(activity.ends_at):
        assert [one.slug for one in inbox_reception.waiting(liaison)] == ["activity_count"]
        assert inbox_reception.waiting(UserFactory()) == []


# ── pictures ──────────────────────────────────────────────────────────────────────────────────


def sent(data):
    return SimpleUploadedFile("IMG_王秀兰.jpg", data, "image/jpeg")


def test_a_picture_says_nothing_but_itself(activity, liaison, django_capture_on_commit_callbacks):
    data = photos.shot()
    with pytest.raises(Refused) as refused:
        actions.add_activity_photo(activity, sent(data), by=liaison, agreed=True)
    assert refused.value.code == "wrong_state"
    with clock.telling(activity.starts_at):
        with pytest.raises(Refused) as refused:
            actions.add_activity_photo(activity, sent(data), by=liaison, agreed=False)
        assert refused.value.code == "consent_needed"
        with pytest.raises(PermissionDenied):
            actions.add_activity_photo(activity, sent(data), by=UserFactory(), agreed=True)
        with pytest.raises(Unusable):
            actions.add_activity_photo(activity, sent(b"no picture"), by=liaison, agreed=True)
        one = actions.add_activity_photo(activity, sent(data), by=liaison, agreed=True)
        again = actions.add_activity_photo(activity, sent(data), by=liaison, agreed=True)
    assert one == again
    assert "王秀兰" not in one.image.name
    with one.image.open() as file:
        assert is_bare(file.read())
    storage, name = one.image.storage, one.image.name
    with django_capture_on_commit_callbacks(execute=True):
        actions.drop_activity_photo(one, by=liaison)
    assert not storage.exists(name)


def test_there_are_twelve_pictures_at_most(activity, liaison):
    ActivityPhoto.objects.bulk_create(
        ActivityPhoto(
            activity=activity, position=n, image="x", thumb="x", width=1, height=1, agreed=True,
            fingerprint=str(n), added_by=liaison,
        )
        for n in range(1, 13)
    )  # fmt: skip
    with clock.telling(activity.starts_at), pytest.raises(Refused) as refused:
        actions.add_activity_photo(activity, sent(photos.shot()), by=liaison, agreed=True)
    assert refused.value.code == "enough_photos"
    for values in ({"position": 13}, {"agreed": False}):
        with pytest.raises(IntegrityError, match="activity_photo"), transaction.atomic():
            ActivityPhoto.objects.filter(position=1).update(**values)


# ── counts ────────────────────────────────────────────────────────────────────────────────────


def held(station, liaison, day, heads, **changed):
    with clock.telling(datetime.fromisoformat(f"{day}T08:00+08:00")):
        one = made.announced(station, by=liaison, **changed)
    with clock.telling(one.ends_at):
        return actions.close_activity(one, by=liaison, head_count=heads)


def test_series_are_counted_by_quarter(town, station, liaison):
    held(station, liaison, "2026-01-10", 40, series="公益四季")
    # The second quarter as it is told here, the first one still in Greenwich.
    held(station, liaison, "2026-03-28", 5, series="公益四季", starts_at=datetime.fromisoformat(
        "2026-04-01T00:30+08:00"), ends_at=datetime.fromisoformat("2026-04-01T02:00+08:00"),
    )  # fmt: skip
    held(station, liaison, "2026-01-20", 60, series="公益四季", kind="law")
    held(station, liaison, "2026-02-01", 7)
    found = [tuple(one) for one in activities.by_quarter()]
    assert found == [
        (2026, 2, "公益四季", 1, 5), (2026, 1, "公益四季", 2, 100), (2026, 1, "Talk", 1, 7),
    ]  # fmt: skip
    assert activities.by_quarter(town.streets[1]) == []
    assert len(activities.by_quarter(station=station)) == 3


def test_who_signed_up_is_forgotten_after_ninety_days(activity, liaison):
    actions.sign_up(activity, by=UserFactory())
    with clock.telling(activity.starts_at):
        actions.close_activity(activity, by=liaison, head_count=1)
    with clock.telling(activity.ends_at + timedelta(days=91)):
        list(retention.run())
    assert not SignUp.objects.exists()
    assert Activity.objects.get().head_count == 1
