"""Reception days: the weekly rule, the slots that follow, and what the database holds of them."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from members import actions, holdings_reception, leaving, receptions
from members.models import Booking, Member, Reception, Slot
from members.workflow import reception as flow
from members.workflow.reception import BookingState
from members.workflow.roster import Purpose
from tests.factories import receptions as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.members import LiaisonFactory, MemberFactory, StationFactory, agree

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


def days(reception):
    return sorted({one.day for one in Slot.objects.filter(reception=reception)})


# ── the rule, without a database ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "rule",
    ["", "FREQ=DAILY;INTERVAL=1;BYDAY=WE", "FREQ=WEEKLY;INTERVAL=0;BYDAY=WE", "BYDAY=WE",
     "FREQ=WEEKLY;INTERVAL=1;BYDAY=", "FREQ=WEEKLY;INTERVAL=5;BYDAY=WE",
     "FREQ=WEEKLY;INTERVAL=1;BYDAY=WE;COUNT=99999999", "FREQ=WEEKLY;INTERVAL=²;BYDAY=WE"],
)  # fmt: skip
def test_what_is_no_weekly_rule_is_none(rule):
    with pytest.raises(ValueError, match="weekly"):
        flow.read_weekly(rule)


def test_every_second_week_counts_from_its_beginning():
    rule = flow.weekly(["TU", "TH"], 2)
    found = flow.days_of(rule, date(2026, 3, 4), date(2026, 3, 1), date(2026, 3, 31))
    assert [one.day for one in found] == [5, 17, 19, 31]
    assert flow.read_weekly(rule) == (["TU", "TH"], 2)


def test_half_a_day_has_no_rest_and_a_whole_day_has_one():
    sessions = [(8 * 60, 12 * 60), (14 * 60, 18 * 60)]
    half = list(flow.spans_of(time(11), time(13), 60, sessions))
    whole = list(flow.spans_of(time(9), time(17), 60, sessions))
    assert [one.begins.hour for one in half] == [11, 12]
    assert [one.begins.hour for one in whole] == [9, 10, 11, 14, 15, 16]


@pytest.mark.parametrize("name", flow.TURNS)
def test_every_turn_is_refused_from_every_other_state(name):
    turn = flow.TURNS[name]
    for state in BookingState:
        if state in turn.sources:
            assert flow.turned(name, state) == turn.target
        else:
            with pytest.raises(Refused, match="possible"):
                flow.turned(name, state)


# ── slots ─────────────────────────────────────────────────────────────────────────────────────


def test_slots_are_made_for_four_weeks_and_once(station, liaison, host):
    one = made.laid(station, by=liaison, hosts=[host])
    assert days(one) == [date(2026, 3, d) for d in (4, 11, 18, 25)]
    assert Slot.objects.count() == 16
    assert set(Slot.objects.values_list("host", flat=True)) == {host.pk}
    assert actions.make_slots(by=None) == 0

    with clock.telling(made.NOW + timedelta(days=1)):
        assert actions.make_slots(by=None) == 4
        assert actions.make_slots(by=None) == 0
    with clock.telling(made.NOW + timedelta(days=15)):
        assert actions.make_slots(by=None) == 4 * 2


def test_nobody_receives_on_a_statutory_holiday(station, liaison):
    with clock.telling(datetime.fromisoformat("2026-09-28T08:00+08:00")):
        one = made.laid(station, by=liaison, rule=flow.weekly(["TH"]))
    # 1 October is one; the Thursdays after it are not.
    assert date(2026, 10, 1) not in days(one)
    assert date(2026, 10, 8) in days(one)


def test_hosts_take_weekly_turns(station, liaison, host):
    other = MemberFactory(area=station.area, station=station)
    one = made.laid(station, by=liaison, hosts=[host, other])
    by_day = {s.day: s.host_id for s in Slot.objects.filter(reception=one)}
    assert len(set(by_day.values())) == 2
    assert by_day[date(2026, 3, 4)] == by_day[date(2026, 3, 18)]
    assert by_day[date(2026, 3, 4)] != by_day[date(2026, 3, 11)]


def test_a_host_is_never_in_two_places(station, liaison, host):
    made.laid(station, by=liaison, hosts=[host])
    online = made.laid(station, by=liaison, hosts=[host], mode="online", place="微信视频")
    # Receiving at the desk already, nobody of the roster is online at that time.
    assert set(Slot.objects.filter(reception=online).values_list("host", flat=True)) == {None}
    with pytest.raises(IntegrityError, match="slot_host_in_one_place"), transaction.atomic():
        Slot.objects.filter(reception=online).update(host=host)


def test_a_slot_is_once_a_station_way_and_time(station, liaison):
    one = made.laid(station, by=liaison)
    slot = made.first_slot(one)
    slot.pk = None
    with pytest.raises(IntegrityError, match="slot_once_a_station_way_and_time"):
        slot.save(force_insert=True)


def test_a_changed_rule_makes_only_unbooked_slots_anew(station, liaison):
    one = made.laid(station, by=liaison)
    kept = made.first_slot(one)
    resident = UserFactory()
    booking = made.booked(kept, by=resident)

    actions.change_reception(one, made.laying(rule=flow.weekly(["TH"])), by=liaison)

    assert days(one) == [date(2026, 3, 4), *(date(2026, 3, d) for d in (5, 12, 19, 26))]
    assert list(Slot.objects.filter(starts_at__date=date(2026, 3, 4))) == [kept]
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKED


def test_new_slots_never_overlap_with_one_that_stays(station, liaison):
    one = made.laid(station, by=liaison)
    kept = made.first_slot(one)
    made.booked(kept, by=UserFactory())
    actions.change_reception(one, made.laying(slot_minutes=20), by=liaison)
    times = [s.starts_at for s in Slot.objects.filter(starts_at__date=kept.day)]
    assert [clock.local(t).strftime("%H:%M") for t in times] == [
        "09:00", "09:40", "10:00", "10:20", "10:40",
    ]  # fmt: skip


def test_a_slot_that_was_called_off_is_not_made_again(station, liaison):
    one = made.laid(station, by=liaison)
    slot = made.first_slot(one)
    booking = made.booked(slot, by=UserFactory())
    actions.cancel_slot(slot, by=liaison, reason="停电")

    assert actions.make_slots(by=None) == 0
    booking.refresh_from_db()
    assert booking.state == BookingState.CANCELLED
    told = Message.objects.filter(recipient=booking.resident, kind="booking_off").get()
    assert told.params["reason"] == "停电"
    with pytest.raises(Refused, match="cancelled"):
        made.booked(slot, by=UserFactory())


def test_an_ended_day_offers_nothing_and_tells_its_bookers(station, liaison):
    one = made.laid(station, by=liaison)
    booking = made.booked(made.first_slot(one), by=UserFactory())
    actions.end_reception(one, by=liaison, reason="搬家")
    assert not receptions.coming(clock.now()).exists()
    assert actions.make_slots(by=None) == 0
    booking.refresh_from_db()
    assert booking.state == BookingState.CANCELLED
    with pytest.raises(Refused, match="ended"):
        actions.change_reception(one, made.laying(), by=liaison)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"rule": "FREQ=DAILY"}, "wrong_rule"), ({"ends": time(9, 10)}, "wrong_times"),
     ({"ends": time(19, 30)}, "wrong_times"), ({"mode": "online"}, "place_needed")],
)  # fmt: skip
def test_what_no_station_can_lay_down(station, liaison, changed, code):
    with pytest.raises(Refused) as refused:
        made.laid(station, by=liaison, **changed)
    assert refused.value.code == code


def test_hosts_are_active_members_of_the_station(station, liaison):
    elsewhere = MemberFactory(area=station.area)
    with pytest.raises(Refused) as refused:
        made.laid(station, by=liaison, hosts=[elsewhere])
    assert refused.value.code == "wrong_host"


def test_a_station_is_laid_down_for_by_who_receives_there(town, station):
    other = LiaisonFactory(station=StationFactory(area=town.communities[1])).user
    for stranger in (other, UserFactory(), holder("roster_admin", area=town.streets[1])):
        with pytest.raises(PermissionDenied):
            made.laid(station, by=stranger)
    assert made.laid(station, by=holder("roster_admin", area=town.district)).pk


# ── leaving ───────────────────────────────────────────────────────────────────────────────────


def test_r4_leaving_frees_the_slots_to_come_and_tells_who_booked(station, liaison, host):
    one = made.laid(station, by=liaison, hosts=[host])
    slot = made.first_slot(one)
    resident = UserFactory()
    made.booked(slot, by=resident)

    for hook in leaving.hooks():
        hook(host, host.user)

    assert not Slot.objects.coming(clock.now()).filter(host=host).exists()
    assert not Slot.objects.coming(clock.now()).exists()
    assert Message.objects.filter(recipient=resident, kind="booking_off").count() == 1
    assert not Reception.objects.filter(hosts=host).exists()
    # The station still receives: its times are made again, with somebody else or its own people.
    assert actions.make_slots(by=None) == 16
    assert set(Slot.objects.coming(clock.now()).values_list("host", flat=True)) == {None}


def test_r22_whoever_left_may_be_erased_and_the_counts_stay(station, liaison, host):
    one = made.laid(station, by=liaison, hosts=[host])
    slot = made.first_slot(one)
    booking = made.booked(slot, by=UserFactory())
    with clock.telling(slot.starts_at):
        actions.mark_came(booking, by=host.user)
    one.hosts.clear()
    Member.objects.filter(pk=host.pk).delete()
    slot.refresh_from_db()
    assert slot.host is None
    assert Booking.objects.filter(state=BookingState.CAME).count() == 1


# ── lists ─────────────────────────────────────────────────────────────────────────────────────


def test_a_week_is_grouped_by_day_station_and_way(station, liaison, host):
    made.laid(station, by=liaison, hosts=[host])
    made.laid(station, by=liaison, mode="door")
    rows = receptions.grouped(list(receptions.coming(clock.now())[:16]))
    assert [(one.day.day, one.mode, len(one.slots)) for one in rows] == [
        (4, "desk", 4), (4, "door", 4), (11, "desk", 4), (11, "door", 4),
    ]  # fmt: skip
    assert rows[0].host == ""
    agree(host.user, Purpose.LISTED)
    host.is_listed = True
    host.save()
    rows = receptions.grouped(list(receptions.coming(clock.now())[:16]))
    assert rows[0].host == host.display_name


def rated(slot, liaison, scores):
    """So many came at that time, and each gave a mark."""
    rows = [made.booked(slot, by=UserFactory()) for _score in scores]
    with clock.telling(slot.starts_at):
        for booking, score in zip(rows, scores, strict=True):
            actions.mark_came(booking, by=liaison)
            actions.rate_booking(booking, by=booking.resident, score=score, remark=f"{score}分")
    return rows


def told(station, moment):
    with clock.telling(datetime.fromisoformat(f"{moment}T12:00+08:00")):
        return receptions.rating_of(station), len(receptions.remarks_of(station))


NOTHING = ((0, None), 0)


def test_r32_marks_are_told_by_the_quarter_and_ten_at_a_time(station, liaison):
    one = made.laid(station, by=liaison, places=30)
    first, *later = Slot.objects.filter(reception=one).order_by("starts_at").whole()
    rated(first, liaison, [4] * 9)
    # Nine are too few, whenever one asks.
    assert told(station, "2026-07-01") == NOTHING
    rated(later[0], liaison, [4, 1, 1])
    # Ten are told, but not before the quarter that begins a month later.
    for moment in ("2026-03-31", "2026-04-01", "2026-06-30"):
        assert told(station, moment) == NOTHING
    assert told(station, "2026-07-01") == ((10, 4.0), 10)
    # What comes afterwards moves nothing until it is ten again.
    rated(later[1], liaison, [1] * 7)
    assert told(station, "2026-07-01") == ((10, 4.0), 10)
    rated(later[2], liaison, [1] * 5)
    assert told(station, "2026-07-01") == ((20, 2.5), 20)


def test_r32_the_page_says_the_rule_with_the_mean(station, liaison, client):
    one = made.laid(station, by=liaison, places=30)
    slot = made.first_slot(one)
    rated(slot, liaison, [4] * 12)
    pages = [station.get_absolute_url(), slot.get_absolute_url()]
    with clock.telling(datetime.fromisoformat("2026-07-01T12:00+08:00")):
        for page in pages:
            said = client.get(page).text
            assert "give 4.0 of 5 (10 marks)" in said
            assert "ten marks at a time" in said
    for page in pages:
        assert "ten marks at a time" not in client.get(page).text


def test_r32_no_single_mark_moves_the_mean(station, liaison):
    one = made.laid(station, by=liaison, places=30)
    slot = made.first_slot(one)
    before = rated(slot, liaison, [3] * 10)
    said = told(station, "2026-07-01")
    assert said == ((10, 3.0), 10)
    # Neither given late, nor changed, nor erased.
    late = made.booked(slot, by=UserFactory())
    with clock.telling(slot.starts_at):
        actions.mark_came(late, by=liaison)
    for booking in (late, before[0]):
        with clock.telling(slot.ends_at + flow.RATED_WITHIN), pytest.raises(Refused) as refused:
            actions.rate_booking(booking, by=booking.resident, score=1)
        assert refused.value.code == "too_late"
    with clock.telling(slot.ends_at + flow.RATED_WITHIN - timedelta(seconds=1)):
        actions.rate_booking(late, by=late.resident, score=1)
    assert told(station, "2026-07-01")[0] == (10, 3.0)
    assert holdings_reception.erase_bookings(before[0].resident, clock.now()) == 1
    assert told(station, "2026-07-01")[0] == (10, 3.0)
