"""Reception days and activities by REST: one's own alone, nothing that could leak."""

import pytest

from govgrid.core import clock
from govgrid.privacy.models import AccessLog
from members import actions
from members.models import Booking
from tests.factories import receptions as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town
from tests.factories.members import LiaisonFactory, MemberFactory, StationFactory

pytestmark = pytest.mark.django_db
SLOTS = "/api/v1/members/reception/slots/"
BOOKINGS = "/api/v1/members/reception/bookings/"
ACTIVITIES = "/api/v1/members/activities/"


@pytest.fixture(autouse=True)
def _on_tuesday():
    with clock.telling(made.NOW):
        yield


@pytest.fixture
def station():
    return StationFactory(area=build_town().communities[0], code="yingpan")


@pytest.fixture
def liaison(station):
    return LiaisonFactory(station=station).user


@pytest.fixture
def host(station):
    return MemberFactory(area=station.area, station=station)


@pytest.fixture
def slot(station, liaison, host):
    return made.first_slot(made.laid(station, by=liaison, hosts=[host]))


@pytest.fixture
def as_(api):
    def sign_in(who):
        api.force_authenticate(who)
        return api

    return sign_in


def code(response):
    return response.json()["errors"][0]["code"]


def test_times_are_listed_with_free_places_and_without_names(as_, slot, host):
    made.booked(slot, by=UserFactory(name="赵小明"), matter="私房话")
    api = as_(UserFactory())
    found = api.get(SLOTS, {"station": "yingpan", "mode": "desk"}).json()["results"]
    assert len(found) == 16
    row = next(one for one in found if one["id"] == slot.pk)
    assert (row["places"], row["taken"], row["waiting"], row["host"]) == (1, 1, 0, "")
    assert "赵小明" not in str(found)
    assert host.name not in str(found)
    assert api.get(SLOTS, {"station": "x"}).json()["results"] == []
    assert api.get(SLOTS, {"mode": "boat"}).status_code == 400
    assert api.get(f"{SLOTS}{slot.pk}/").json() == row
    with clock.telling(slot.starts_at):
        assert api.get(f"{SLOTS}{slot.pk}/").status_code == 404


def test_booking_rating_and_cancelling_ones_own(as_, slot, liaison):
    resident = UserFactory()
    api = as_(resident)
    sent = api.post(BOOKINGS, {"slot": slot.pk, "matter": "楼道灯"}, format="json")
    assert sent.status_code == 201
    assert sent.json()["state"] == "booked"
    assert "楼道灯" not in sent.content.decode()
    again = api.post(BOOKINGS, {"slot": slot.pk}, format="json")
    assert again.json()["id"] == sent.json()["id"]
    one = f"{BOOKINGS}{sent.json()['id']}/"
    early = api.post(f"{one}rate/", {"score": 5}, format="json")
    assert (early.status_code, code(early)) == (409, "not_received")
    assert api.post(f"{one}rate/", {"score": 6}, format="json").status_code == 400
    booking = Booking.objects.get()
    with clock.telling(slot.starts_at):
        late = api.post(f"{one}cancel/", {}, format="json")
        assert late.status_code == 409
        actions.mark_came(booking, by=liaison)
        rated = api.post(f"{one}rate/", {"score": 5, "remark": "好"}, format="json")
    assert rated.json()["score"] == 5
    other = made.booked(list(slot.reception.slots.whole())[1], by=resident)
    off = api.post(f"{BOOKINGS}{other.pk}/cancel/", {}, format="json")
    assert off.json()["state"] == "cancelled"
    assert [one["id"] for one in api.get(BOOKINGS).json()["results"]] == [other.pk, booking.pk]


def test_anothers_booking_is_not_found_whoever_asks(as_, slot, liaison, host):
    booking = made.booked(slot, by=UserFactory(), matter="私房话")
    for who in (UserFactory(), liaison, host.user, UserFactory(is_superuser=True)):
        api = as_(who)
        assert api.get(f"{BOOKINGS}{booking.pk}/").status_code == 404
        for act, body in {"cancel": {}, "rate": {"score": 1}}.items():
            url = f"{BOOKINGS}{booking.pk}/{act}/"
            assert api.post(url, body, format="json").status_code == 404
        assert api.get(BOOKINGS).json()["results"] == []
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"slot": 999999}, 400), ({"slot": "1"}, 400), ({"slot": -1}, 400),
     ({"slot": 1, "colour": "red"}, 400), ({"slot": 2**63}, 400)],
)  # fmt: skip
def test_what_cannot_be_booked(as_, slot, body, status):
    assert as_(UserFactory()).post(BOOKINGS, body, format="json").status_code == status


def test_activities_are_read_and_one_signs_up(as_, station, liaison):
    planned = made.planned(station, by=liaison)
    one = made.announced(station, by=liaison, capacity=1)
    actions.sign_up(one, by=UserFactory(name="赵小明"))
    api = as_(UserFactory())
    assert [row["id"] for row in api.get(ACTIVITIES).json()["results"]] == [one.pk]
    assert api.get(f"{ACTIVITIES}{planned.pk}/").status_code == 404
    assert api.post(f"{ACTIVITIES}{planned.pk}/sign-up/", {}, format="json").status_code == 404
    whole = api.post(f"{ACTIVITIES}{one.pk}/sign-up/", {}, format="json").json()
    assert whole["mine"] == {"place_no": None, "is_waiting": True, "checked_in_at": None}
    assert (whole["taken"], whole["waiting"]) == (1, 1)
    assert "赵小明" not in str(whole)
    off = api.post(f"{ACTIVITIES}{one.pk}/sign-off/", {}, format="json")
    assert off.json()["mine"] is None
    again = api.post(f"{ACTIVITIES}{one.pk}/sign-off/", {}, format="json")
    assert (again.status_code, code(again)) == (409, "not_signed_up")
    found = api.get(ACTIVITIES, {"when": "past"}).json()["results"]
    assert found == []
    assert len(as_(liaison).get(ACTIVITIES, {"station": "yingpan"}).json()["results"]) == 2


def test_lists_take_as_many_statements_for_three_as_for_one(
    as_, station, slot, liaison, django_assert_num_queries
):
    api = as_(resident := UserFactory())

    def measured():
        counts = []
        for url in (SLOTS, BOOKINGS, ACTIVITIES):
            with django_assert_num_queries(1):
                counts.append(len(api.get(url).json()["results"]))
        return counts

    made.booked(slot, by=resident)
    made.announced(station, by=liaison)
    # Where one serves is read once a person.
    api.get(ACTIVITIES)
    assert measured() == [16, 1, 1]
    for one in list(slot.reception.slots.whole())[1:3]:
        made.booked(one, by=resident)
        made.announced(station, by=liaison)
    made.laid(station, by=liaison, mode="door")
    assert measured() == [32, 3, 3]
