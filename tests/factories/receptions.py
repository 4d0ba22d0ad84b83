"""Reception days, times and activities, made as in life: by the actions."""

from datetime import datetime, time, timedelta

from govgrid.core import clock
from members import actions
from members.actions import Invitation, Laying, Wish
from members.models import Activity, Booking, Reception, Slot
from members.workflow.reception import weekly

# Tuesday, an ordinary week with no statutory holiday for six weeks.
NOW = datetime.fromisoformat("2026-03-03T08:00+08:00")


def laying(**changed) -> Laying:
    """Wednesdays from nine to eleven, half an hour each, one place."""
    return Laying(
        **{
            "mode": "desk", "rule": weekly(["WE"]), "begins": time(9), "ends": time(11), **changed,
        }
    )  # fmt: skip


def laid(station, *, by, **changed) -> Reception:
    return actions.lay_down_reception(station, laying(**changed), by=by)


def first_slot(reception) -> Slot:
    return Slot.objects.filter(reception=reception).whole().first()


def booked(slot, *, by, matter="楼道灯的事", address="") -> Booking:
    return actions.book(slot, Wish(matter, address), by=by)


def inviting(**changed) -> Invitation:
    start = clock.now() + timedelta(days=3)
    return Invitation(
        **{
            "kind": "talk", "title": "邻里学堂", "starts_at": start, "place": "活动室",
            "ends_at": start + timedelta(hours=2), **changed,
        }
    )  # fmt: skip


def planned(station, *, by, **changed) -> Activity:
    return actions.plan_activity(station, station.area, inviting(**changed), by=by)


def announced(station, *, by, **changed) -> Activity:
    return actions.announce_activity(planned(station, by=by, **changed), by=by)
