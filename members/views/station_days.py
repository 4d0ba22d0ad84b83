"""The desk of a station: its reception days, and the sheet of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core import clock
from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from govgrid.privacy.actions import note_reading
from members import actions, liaisons, receptions
from members.forms.reception import ReasonForm, ReceptionForm
from members.models import Booking, Reception, Slot, Station
from members.views.receptions import BAD, CONFLICT, page


def held(request: HttpRequest, code: str) -> Station:
    """A station at which one receives; another's desk is not there at all."""
    station = get_object_or_404(Station.objects.select_related("area"), code=code)
    if not request.user.has_perm("members.receive", station):
        raise Http404
    return station


# ── who comes when ────────────────────────────────────────────────────────────────────────────


def _day(request: HttpRequest) -> date:
    given = request.GET.get("day", "")
    try:
        return parse_date(given) or clock.today()
    except ValueError:
        return clock.today()


def _note(request: HttpRequest, slots: list[Slot]) -> None:
    """Who comes is read: on record for each of them, before it is shown."""
    rows = [one for slot in slots for one in slot.bookings.all() if one.resident_id]  # type: ignore[attr-defined]
    if rows:
        station = slots[0].station
        note_reading(
            by=request.user, model=Booking, rows=rows, fields=["resident"],
            role=liaisons.role_at(request.user, "members.receive", station.area, station.pk) or "host",
            ip=client_address(request),
        )  # fmt: skip


@require_safe
@never_cache
def day_sheet(request: HttpRequest, code: str) -> HttpResponse:
    station, day = held(request, code), _day(request)
    day = min(max(day, date(2000, 1, 1)), date(2099, 12, 30))
    slots = receptions.day_sheet(Slot.objects.filter(station=station), day)
    _note(request, slots)
    context = {
        "title": pgettext("reception", "Who comes"),
        "station": station,
        "day": day,
        "before": (day - timedelta(days=1)).isoformat(),
        "after": (day + timedelta(days=1)).isoformat(),
        "slots": slots,
        "is_the_day": day <= clock.today(),
        "remarks": receptions.remarks_of(station),
        "rated": receptions.rating_of(station),
    }
    return page(request, "members/_day_sheet.html", context)


@require_safe
@never_cache
def slot_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """For whoever receives at that time, member or station."""
    found = get_object_or_404(receptions.sheets(request.user).whole(), pk=pk)
    slots = receptions.day_sheet(Slot.objects.filter(pk=pk), found.day)
    _note(request, slots)
    context = {
        "title": pgettext("reception", "Who comes"),
        "station": found.station,
        "day": found.day,
        "slots": slots,
        "is_the_day": found.day <= clock.today(),
    }
    return page(request, "members/_day_sheet.html", context)


# ── the weekly days ───────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def days(request: HttpRequest, code: str) -> HttpResponse:
    """The days of a station, and laying down one more."""
    station = held(request, code)
    if request.method != "POST":
        return _days(request, station)
    form = ReceptionForm(request.POST, station=station)
    if not form.is_valid():
        return _days(request, station, status=BAD, form=form)
    try:
        actions.lay_down_reception(station, form.laying(), by=request.user)
    except Refused as refusal:
        words = str(refusal.message)
        return _days(request, station, status=CONFLICT, refusal=words, form=form)
    messages.success(request, _("It is laid down; its times can be booked from now on."))
    return redirect("members:station-days", code)


def _days(
    request: HttpRequest, station: Station, *, status: int = 200, refusal: str = "", **bound: Any
) -> HttpResponse:
    context = {
        "title": _("Reception days"),
        "station": station,
        "receptions": receptions.receptions_of(station),
        "form": ReceptionForm(station=station, initial={"begins": "09:00", "ends": "12:00"}),
        "refusal": refusal,
        **bound,
    }
    return page(request, "members/_station_days.html", context, status=status)


def _reception(request: HttpRequest, pk: int) -> Reception:
    rows = Reception.objects.select_related("station__area")
    one = get_object_or_404(rows, pk=pk, ended_on=None)
    if not request.user.has_perm("members.receive", one):
        raise Http404
    return one


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change(request: HttpRequest, pk: int) -> HttpResponse:
    one = _reception(request, pk)
    if request.method != "POST":
        return _change(request, one, form=ReceptionForm.of(one))
    form = ReceptionForm(request.POST, station=one.station)
    if not form.is_valid():
        return _change(request, one, status=BAD, form=form)
    try:
        actions.change_reception(one, form.laying(), by=request.user)
    except Refused as refusal:
        return _change(request, one, status=CONFLICT, refusal=str(refusal.message), form=form)
    messages.success(request, _("Changed. Times that somebody has booked stay as they are."))
    return redirect("members:station-days", one.station.code)


def _change(
    request: HttpRequest, one: Reception, *, form: Any, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "title": _("Change the reception day"),
        "station": one.station,
        "reception": one,
        "form": form,
        "end_form": ReasonForm(auto_id="end_%s"),
        **more,
    }
    return page(request, "members/_reception_change.html", context, status=status)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    one = _reception(request, pk)
    form = ReasonForm(request.POST, auto_id="end_%s")
    if not form.is_valid():
        return _change(request, one, form=ReceptionForm.of(one), status=BAD, end_form=form)
    try:
        actions.end_reception(one, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        words = str(refusal.message)
        return _change(
            request, one, form=ReceptionForm.of(one), status=CONFLICT, refusal=words, end_form=form
        )
    messages.success(request, _("It has ended. Whoever had booked is told."))
    return redirect("members:station-days", one.station.code)
