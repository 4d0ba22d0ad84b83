"""How much the roster did in a quarter, by town: needs, receptions, activities. Counts of matters."""

from __future__ import annotations

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from grids.models import Area
from members.figures import Quarter, by_town, register
from members.models import Activity, Booking, Need
from members.workflow.activities import ActivityState
from members.workflow.needs import NeedState
from members.workflow.reception import BookingState


def register_own() -> None:
    """Called once at start-up."""
    register("needs-asked", _("Needs asked, by town"), _asked)
    register("needs-met", _("Needs met, by town"), _met)
    register("receptions-town", _("People received on reception days, by town"), _received)
    register("activities-town", _("People at activities, by town"), _came)


def _within(rows: QuerySet, quarter: Quarter, moment: str, area: str, district: Area) -> QuerySet:
    begin, end = quarter.span
    asked = {
        f"{moment}__gte": begin, f"{moment}__lt": end, f"{area}__path__startswith": district.path,
    }  # fmt: skip
    return rows.filter(**asked).order_by()


def _asked(district: Area, quarter: Quarter) -> dict[str, int]:
    rows = _within(Need.objects.all(), quarter, "asked_at", "area", district)
    return by_town(district, rows.values_list("area__path").annotate(n=Count("pk")))


def _met(district: Area, quarter: Quarter) -> dict[str, int]:
    """By the quarter in which it was confirmed."""
    met = Need.objects.filter(state=NeedState.CONFIRMED)
    rows = _within(met, quarter, "ended_at", "area", district)
    return by_town(district, rows.values_list("area__path").annotate(n=Count("pk")))


def _received(district: Area, quarter: Quarter) -> dict[str, int]:
    came = Booking.objects.filter(state__in=[BookingState.CAME, BookingState.DONE])
    rows = _within(came, quarter, "slot__starts_at", "slot__station__area", district)
    return by_town(district, rows.values_list("slot__station__area__path").annotate(n=Count("pk")))


def _came(district: Area, quarter: Quarter) -> dict[str, int]:
    held = Activity.objects.filter(state=ActivityState.HELD, head_count__isnull=False)
    rows = _within(held, quarter, "starts_at", "area", district)
    return by_town(district, rows.values_list("area__path").annotate(n=Sum("head_count")))
