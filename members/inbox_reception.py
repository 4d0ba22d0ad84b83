"""What waits for who receives: people who come today, and visits of which nothing is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from govgrid.core import clock
from govgrid.core.parts import may_have
from members import liaisons, receptions
from members.models import Activity, Slot, SlotQuerySet
from members.workflow.activities import ActivityState
from members.workflow.reception import BookingState
from tickets.inbox.rows import LIMIT, Act, Group, Row

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

# What was not written down by then is left to the station's own figures.
BACK = timedelta(days=30)
OPEN = Q(bookings__state__in=[BookingState.BOOKED, BookingState.CAME])
TITLES = {
    "receive": _("To receive today"),
    "outcome": _("Visits to write down"),
    "count": _("Activities to count"),
}


def waiting(user: Person) -> list[Group]:
    """By kind; kinds with nothing are left out. Three statements."""
    if not user.is_authenticated:
        return []
    receives = may_have(user, "roster_entry") or liaisons.may_anywhere(user, "members.receive")
    today, owed = (_slots_today(user), _slots_owed(user)) if receives else ([], [])
    groups = [
        Group("receive", TITLES["receive"], [_today(one) for one in today]),
        Group("outcome", TITLES["outcome"], [_owed(one) for one in owed]),
        Group("activity_count", TITLES["count"], [_activity(one) for one in _uncounted(user)]),
    ]
    return [group for group in groups if group.rows]


def _booked(user: Person) -> SlotQuerySet:
    rows = receptions.sheets(user).standing().annotate(many=Count("bookings", filter=OPEN))
    return rows.filter(many__gt=0).whole().order_by("starts_at", "pk")


def _slots_today(user: Person) -> list[Slot]:
    first = clock.midnight(clock.today())
    today = _booked(user).filter(
        starts_at__gte=first, starts_at__lt=first + timedelta(days=1), ends_at__gt=clock.now()
    )
    return list(today[:LIMIT])


def _slots_owed(user: Person) -> list[Slot]:
    now = clock.now()
    return list(_booked(user).filter(ends_at__lte=now, ends_at__gt=now - BACK)[:LIMIT])


def _uncounted(user: Person) -> list[Activity]:
    if not liaisons.may_anywhere(user, "members.run_activity"):
        return []
    now = clock.now()
    rows = Activity.objects.filter(
        liaisons.scope(user, "members.run_activity"), state=ActivityState.OPEN, ends_at__lte=now
    )
    return list(rows.select_related("area").order_by("ends_at", "pk")[:LIMIT])


def _row(slot: Slot, label: object) -> Row:
    many = slot.many  # type: ignore[attr-defined]
    url = f"{slot.get_absolute_url()}sheet/"
    return Row(
        state="offered",
        icon="calendar",
        title=f"{slot.get_mode_display()} {clock.local(slot.starts_at):%H:%M}",
        text=ngettext("%(count)s person", "%(count)s people", many) % {"count": many},
        url=url,
        number="",
        place=slot.station.name,
        who="",
        since=slot.starts_at,
        due=slot.starts_at,
        act=Act(str(label), url, "people", ""),
    )


def _today(slot: Slot) -> Row:
    return _row(slot, pgettext_lazy("reception", "Who comes"))


def _owed(slot: Slot) -> Row:
    return _row(slot, _("Write it down"))


def _activity(one: Activity) -> Row:
    url = f"{one.get_absolute_url()}desk/"
    return Row(
        state="offered",
        icon="people",
        title=one.title,
        text="",
        url=f"{url}#close",
        number="",
        place=one.area.name,
        who="",
        since=one.ends_at,
        act=Act(pgettext_lazy("activity", "Count it"), f"{url}#close", "chart", ""),
    )
