"""Bookings: places, the waiting list, the day, what goes on from there, and what is sealed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from consultations.models import Topic
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.privacy import holdings, retention
from govgrid.privacy.fields import Sealed
from govgrid.privacy.models import AccessLog, Consent
from members import actions, holdings_reception, inbox_reception, receptions
from members.actions import Errand, Visitor, Wish
from members.models import Booking, Slot
from members.workflow.reception import BookingState
from tests.factories import receptions as made
from tests.factories.accounts import UserFactory
from tests.factories.consultations import PlatformFactory
from tests.factories.grids import build_town, holder
from tests.factories.members import LiaisonFactory, MemberFactory, StationFactory
from tests.factories.tickets import CategoryFactory

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
def host(station):
    return MemberFactory(area=station.area, station=station)


@pytest.fixture
def slot(station, liaison, host):
    return made.first_slot(made.laid(station, by=liaison, hosts=[host]))


@pytest.fixture
def door(station, liaison, host):
    """At somebody's door, in the afternoon."""
    one = made.laid(
        station, by=liaison, hosts=[host], mode="door",
        begins=clock.local(made.NOW).time().replace(hour=14),
        ends=clock.local(made.NOW).time().replace(hour=16),
    )  # fmt: skip
    return made.first_slot(one)


def kinds(user):
    return sorted(Message.objects.for_person(user).values_list("kind", flat=True))


def came(booking, by):
    with clock.telling(booking.slot.starts_at):
        return actions.mark_came(booking, by=by)


# ── places ────────────────────────────────────────────────────────────────────────────────────


def test_the_first_has_the_place_and_the_second_waits(slot, host):
    one, other = UserFactory(), UserFactory()
    first, second = made.booked(slot, by=one), made.booked(slot, by=other)
    assert (first.state, first.place_no) == ("booked", 1)
    assert (second.state, second.place_no) == ("waiting", None)
    assert made.booked(slot, by=one) == first
    assert kinds(one) == ["booking_made"]
    assert kinds(other) == ["booking_waits"]
    assert kinds(host.user) == ["slot_booked"]


def test_cancelling_moves_the_first_in_line_up_and_tells_her(slot):
    people = [UserFactory() for _n in range(3)]
    rows = [made.booked(slot, by=one) for one in people]
    actions.cancel_booking(rows[0], by=people[0])
    states = [Booking.objects.get(pk=one.pk).state for one in rows]
    assert states == ["cancelled", "booked", "waiting"]
    assert kinds(people[1]) == ["booking_moved_up", "booking_waits"]
    assert receptions.ahead_of(rows[2]) == 0
    # Whoever waits and goes leaves the place where it is.
    actions.cancel_booking(rows[2], by=people[2])
    assert Booking.objects.get(pk=rows[1].pk).place_no == 1
    # Having cancelled, one may book again.
    assert made.booked(slot, by=people[0]).state == "waiting"


def test_the_database_holds_places_whoever_writes(slot):
    one, other = UserFactory(), UserFactory()
    made.booked(slot, by=one)
    made_up = {"slot": slot, "state": "booked"}
    for match, values in {
        "booking_one_a_place": {**made_up, "resident": other, "place_no": 1},
        "booking_within_the_places|as many places": {**made_up, "resident": other, "place_no": 2},
        "booking_once_a_resident": {"slot": slot, "state": "waiting", "resident": one},
        "booking_of_exactly_one": {"slot": slot, "state": "waiting"},
        "booking_has_a_place_or_waits": {**made_up, "resident": other},
    }.items():  # fmt: skip
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            Booking.objects.create(**values)
    with pytest.raises(IntegrityError, match="booking_scored"), transaction.atomic():
        Booking.objects.update(score=3)
    with pytest.raises(IntegrityError, match="booking_scored"), transaction.atomic():
        Booking.objects.update(remark="好")
    actions.cancel_slot(slot, by=LiaisonFactory(station=slot.station).user, reason="停电")
    with pytest.raises(IntegrityError, match="cancelled"), transaction.atomic():
        Booking.objects.create(slot=slot, state="waiting", resident=other)


def test_three_times_at_once_are_enough(slot):
    resident = UserFactory()
    for one in Slot.objects.filter(reception=slot.reception).whole()[:3]:
        made.booked(one, by=resident)
    last = Slot.objects.filter(reception=slot.reception).whole()[3]
    with pytest.raises(Refused) as refused:
        made.booked(last, by=resident)
    assert refused.value.code == "too_many"


def test_what_has_begun_cannot_be_booked_nor_cancelled(slot):
    booking = made.booked(slot, by=UserFactory())
    with clock.telling(slot.starts_at):
        for act in (
            lambda: made.booked(slot, by=UserFactory()),
            lambda: actions.cancel_booking(booking, by=booking.resident),
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.code == "slot_over"


def test_r5_booking_asks_for_no_consent(slot):
    assert not Consent.objects.filter(user=(resident := UserFactory())).exists()
    assert made.booked(slot, by=resident).state == BookingState.BOOKED


def test_r14_an_identity_or_bank_number_is_not_kept(slot):
    for number in ("42050619900307123X", "6222 0212 3456 7894"):
        with pytest.raises(Refused) as refused:
            made.booked(slot, by=UserFactory(), matter=f"我的号码 {number}")
        assert refused.value.code == "personal_number"
    assert not Booking.objects.exists()


# ── the desk books for somebody ───────────────────────────────────────────────────────────────


def test_r21_the_desk_books_for_somebody_and_his_name_is_sealed(town, slot, liaison):
    officer = holder("community_officer", area=town.communities[0])
    who = Visitor("王秀兰", "13812345678")
    booking = actions.book_for(slot, who, Wish("养老金"), by=officer)
    assert isinstance(booking.visitor, Sealed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT b::text FROM members_booking b")
        raw = str(cursor.fetchall())
    assert not [word for word in ("王秀兰", "13812345678", "养老金") if word in raw]
    assert actions.open_matter(booking, by=liaison) == {
        "matter": "养老金", "visitor": "王秀兰", "visitor_phone": "13812345678",
    }  # fmt: skip
    # Whoever entered it cancels it; he does not read it again.
    with pytest.raises(PermissionDenied):
        actions.open_matter(booking, by=officer)
    actions.cancel_booking(booking, by=officer)
    other = holder("community_officer", area=town.communities[1])
    for stranger in (other, UserFactory()):
        with pytest.raises(PermissionDenied):
            actions.book_for(slot, who, Wish(), by=stranger)


# ── the day ───────────────────────────────────────────────────────────────────────────────────


def test_who_came_is_ticked_off_on_the_day(slot, liaison, host):
    booking = made.booked(slot, by=UserFactory())
    with pytest.raises(Refused) as refused:
        actions.mark_came(booking, by=liaison)
    assert refused.value.code == "too_early"
    with clock.telling(slot.starts_at - timedelta(minutes=1)), pytest.raises(Refused):
        actions.mark_missed(booking, by=liaison)
    with clock.telling(slot.starts_at):
        assert actions.mark_missed(booking, by=host.user).state == "no_show"
        # Somebody was late.
        assert actions.mark_came(booking, by=host.user).state == "came"
        with pytest.raises(Refused) as refused:
            actions.finish_booking(booking, by=host.user, outcome=" ")
        assert refused.value.code == "outcome_needed"
        done = actions.finish_booking(booking, by=host.user, outcome="转物业，13812345678")
    assert done.state == "done"
    assert "13812345678" not in done.outcome
    assert kinds(booking.resident) == ["booking_done", "booking_made"]


def test_only_who_receives_serves(town, slot):
    booking = made.booked(slot, by=UserFactory())
    other = LiaisonFactory(station=StationFactory(area=town.communities[0])).user
    with clock.telling(slot.starts_at):
        for stranger in (other, booking.resident, UserFactory()):
            for act in (actions.mark_came, actions.mark_missed):
                with pytest.raises(PermissionDenied):
                    act(booking, by=stranger)


def test_whoever_was_received_says_how_it_was(slot, liaison):
    booking = made.booked(slot, by=UserFactory())
    with pytest.raises(Refused) as refused:
        actions.rate_booking(booking, by=booking.resident, score=5)
    assert refused.value.code == "not_received"
    came(booking, liaison)
    assert actions.rate_booking(booking, by=booking.resident, score=2).score == 2
    assert actions.rate_booking(booking, by=booking.resident, score=5, remark="好").score == 5
    for stranger in (liaison, UserFactory()):
        with pytest.raises(PermissionDenied):
            actions.rate_booking(booking, by=stranger, score=1)


# ── what goes on ──────────────────────────────────────────────────────────────────────────────


def errand(town, **changed):
    return Errand(
        **{
            "category": CategoryFactory(code="0101"), "department": town.housing,
            "text": "三号楼楼道灯不亮", "due_on": clock.today() + timedelta(days=9), **changed,
        }
    )  # fmt: skip


def test_an_outcome_becomes_an_ordinary_ticket_without_the_matter(town, slot, liaison):
    booking = made.booked(slot, by=UserFactory(), matter="我家的私事")
    with pytest.raises(Refused) as refused:
        actions.pass_booking_to_ticket(booking, errand(town), by=liaison)
    assert refused.value.code == "not_received"
    came(booking, liaison)
    with pytest.raises(Refused) as refused:
        actions.pass_booking_to_ticket(booking, errand(town, due_on=clock.today()), by=liaison)
    assert refused.value.code == "due_past"
    ticket = actions.pass_booking_to_ticket(booking, errand(town), by=liaison)
    assert (ticket.origin, ticket.lead_department) == ("member", town.housing)
    assert ticket.community == slot.station.area
    assert "私事" not in ticket.description
    with pytest.raises(Refused) as refused:
        actions.pass_booking_to_ticket(booking, errand(town), by=liaison)
    assert refused.value.code == "passed_on"


def test_an_outcome_is_raised_at_a_table(slot, liaison):
    platform = PlatformFactory(area=slot.station.area)
    booking = made.booked(slot, by=UserFactory())
    came(booking, liaison)
    topic = actions.pass_booking_to_topic(
        booking, platform, by=liaison, title="楼道照明", body="几栋楼都暗"
    )
    assert Topic.objects.get() == topic
    assert topic.raised_by == liaison
    booking.refresh_from_db()
    assert booking.topic == topic


# ── what is sealed ────────────────────────────────────────────────────────────────────────────


def test_r17_the_matter_is_read_by_host_and_station_and_every_reading_is_on_record(
    town, slot, liaison, host
):
    booking = made.booked(slot, by=UserFactory(), matter="楼道灯")
    other = LiaisonFactory(station=StationFactory(area=town.communities[0])).user
    for stranger in (other, booking.resident, UserFactory(), UserFactory(is_superuser=True)):
        with pytest.raises(PermissionDenied):
            actions.open_matter(booking, by=stranger)
    assert not AccessLog.objects.exists()
    assert actions.open_matter(booking, by=host.user) == {"matter": "楼道灯"}
    assert actions.open_matter(booking, by=liaison) == {"matter": "楼道灯"}
    entries = AccessLog.objects.order_by("pk")
    assert [one.role for one in entries] == ["host", "liaison"]
    assert {one.subject for one in entries} == {f"accounts.User:{booking.resident_id}"}
    assert {one.case for one in entries} == {f"booking {booking.pk}"}


def test_whose_door_it_is_the_host_reads_on_the_day_alone(door, liaison, host):
    with pytest.raises(Refused) as refused:
        made.booked(door, by=UserFactory())
    assert refused.value.code == "address_needed"
    booking = made.booked(door, by=UserFactory(), address="三号楼 1 单元 201")
    for day in (made.NOW, door.starts_at + timedelta(days=1)):
        with clock.telling(day), pytest.raises(PermissionDenied):
            actions.open_address(booking, by=host.user)
    with clock.telling(door.starts_at):
        with pytest.raises(PermissionDenied):
            actions.open_address(booking, by=liaison)
        opened = actions.open_address(booking, by=host.user)
    assert opened == {"address": "三号楼 1 单元 201"}


def test_no_address_is_kept_where_nobody_goes(slot):
    booking = made.booked(slot, by=UserFactory(), address="三号楼")
    assert booking.address is None


def test_r24_addresses_go_after_thirty_days_and_matters_after_180(door, liaison):
    booking = made.booked(door, by=UserFactory(), address="三号楼")
    came(booking, liaison)
    with clock.telling(door.starts_at):
        actions.finish_booking(booking, by=liaison, outcome="办了")

    def left(days):
        with clock.telling(door.ends_at + timedelta(days=days)):
            for _result in retention.run():
                assert not _result.error
        one = Booking.objects.get()
        return one.address is not None, one.matter is not None, one.outcome

    assert left(29) == (True, True, "办了")
    assert left(31) == (False, True, "办了")
    assert left(179) == (False, True, "办了")
    assert left(181) == (False, False, "—")
    assert Booking.objects.get().state == "done"


def test_r26_one_sees_what_is_held_and_has_it_erased(slot, liaison):
    booking = made.booked(slot, by=UserFactory(), matter="楼道灯")
    made.booked(Slot.objects.filter(reception=slot.reception).whole()[1], by=UserFactory())
    came(booking, liaison)
    actions.rate_booking(booking, by=booking.resident, score=3, remark="慢")
    found = {one.name: one.rows for one in holdings.everything(booking.resident)}
    assert [row["Matter"] for row in found["members.bookings"]] == ["楼道灯"]
    assert holdings_reception.erase_bookings(booking.resident, clock.now()) == 1
    assert holdings_reception.erase_bookings(booking.resident, clock.now()) == 0
    booking.refresh_from_db()
    assert (booking.matter, booking.remark, booking.score) == (None, "", 3)
    assert Booking.objects.filter(matter__isnull=False).count() == 1


# ── rows and rules ────────────────────────────────────────────────────────────────────────────


def test_rows_and_rules_agree(town, slot, liaison, host):
    officer = holder("community_officer", area=town.communities[0])
    elsewhere = StationFactory(area=town.communities[2])
    their_liaison = LiaisonFactory(station=elsewhere).user
    theirs = made.first_slot(made.laid(elsewhere, by=their_liaison))
    resident = UserFactory()
    rows = [
        made.booked(slot, by=resident),
        made.booked(theirs, by=UserFactory()),
        actions.book_for(slot, Visitor("王秀兰"), Wish(), by=officer),
    ]
    people = [
        resident, liaison, host.user, officer, their_liaison, UserFactory(),
        UserFactory(is_active=False), holder("roster_admin", area=town.district),
        holder("auditor", area=town.city), rows[1].resident,
    ]  # fmt: skip
    for person in people:
        seen = set(receptions.visible(person).values_list("pk", flat=True))
        ruled = {one.pk for one in rows if person.has_perm("members.see_booking", one)}
        assert seen == ruled, person
    assert receptions.visible(people[0]).count() == 1
    assert receptions.visible(liaison).count() == 2
    assert receptions.visible(people[5]).count() == 0


# ── reminding, and what waits ─────────────────────────────────────────────────────────────────


def test_the_day_before_one_is_told_once_more(slot):
    booking, waiting = made.booked(slot, by=UserFactory()), made.booked(slot, by=UserFactory())
    with clock.telling(slot.starts_at - timedelta(hours=25)):
        assert actions.remind_of_bookings(by=None) == 0
    with clock.telling(slot.starts_at - timedelta(hours=23)):
        actions.remind_of_bookings(by=None)
        assert actions.remind_of_bookings(by=None) == 0
    assert "booking_soon" in kinds(booking.resident)
    assert "booking_soon" not in kinds(waiting.resident)


def test_r33_messages_say_nothing_of_the_matter(slot, host):
    made.booked(slot, by=UserFactory(name="赵小明"), matter="私房话")
    told = " ".join(str(one.params) for one in Message.objects.all())
    assert "私房话" not in told
    assert "赵小明" not in told


def test_what_waits_for_who_receives(slot, liaison, host, django_assert_num_queries):
    booking = made.booked(slot, by=UserFactory())
    assert inbox_reception.waiting(liaison) == []
    with clock.telling(slot.starts_at):
        assert [one.slug for one in inbox_reception.waiting(liaison)] == ["receive"]
        assert [one.slug for one in inbox_reception.waiting(host.user)] == ["receive"]
        assert inbox_reception.waiting(booking.resident) == []
    with clock.telling(slot.ends_at):
        assert [one.slug for one in inbox_reception.waiting(liaison)] == ["outcome"]
        actions.mark_missed(booking, by=liaison)
        assert inbox_reception.waiting(liaison) == []


def test_the_inbox_takes_as_many_statements_for_three_as_for_one(
    slot, liaison, django_assert_num_queries
):
    def measured():
        with clock.telling(slot.ends_at + timedelta(hours=3)), django_assert_num_queries(3):
            return sum(len(one.rows) for one in inbox_reception.waiting(liaison))

    slots = list(Slot.objects.filter(reception=slot.reception).whole()[:3])
    made.booked(slots[0], by=UserFactory())
    inbox_reception.waiting(liaison)
    assert measured() == 1
    for one in slots[1:]:
        made.booked(one, by=UserFactory())
    assert measured() == 3
