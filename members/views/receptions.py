"""Reception days for everybody: what is to come, one time with its form, a feed for calendars."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core import clock
from govgrid.core.errors import Refused
from members import actions, receptions, tidings_reception
from members.forms.reception import WEEK, BookForForm, BookForm, ReasonForm, SlotSearchForm
from members.models import Slot, Station
from tickets.invitations import CONTENT_TYPE

CONFLICT, BAD = 409, 400
PAGE_TEMPLATE = "members/reception_page.html"


def page(
    request: HttpRequest, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """For residents the public page, at the desk the one with the rail; never in a search engine."""
    base = "base_desk.html" if request.user.is_authenticated else "base_public.html"
    whole = {"part": part, "base": base, "refusal": "", **context}
    response = render(request, PAGE_TEMPLATE, whole, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@login_not_required
@require_safe
def reception_list(request: HttpRequest) -> HttpResponse:
    """A week of times by station, with how many places are free."""
    form = SlotSearchForm(request.GET)
    is_asked = form.is_valid()
    now = clock.now()
    found = list(form.narrow(receptions.coming(now))[: receptions.MOST]) if is_asked else []
    since = form.first if is_asked else clock.today()
    asked = {name: request.GET.get(name, "") for name in ("station", "mode", "area")}
    context = {
        "title": _("Reception days"),
        "form": form,
        "desks": receptions.grouped(found),
        "since": since,
        "until": since + WEEK,
        "later": (since + WEEK).isoformat(),
        "earlier": max(since - WEEK, clock.today()).isoformat() if since > clock.today() else "",
        "asked": {name: value for name, value in asked.items() if value},
        "is_last": since + WEEK > clock.today() + 4 * WEEK,
    }
    part = "members/_reception_list.html"
    return page(request, part, context, status=200 if is_asked else BAD)


def _slot(pk: int) -> Slot:
    return get_object_or_404(Slot.objects.counted().whole(), pk=pk)


@login_not_required
@require_safe
@never_cache
def slot(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, _slot(pk))


def shown(
    request: HttpRequest, slot: Slot, *, status: int = 200, refusal: str = "", **bound: Any
) -> HttpResponse:
    """Its page, with what was refused and the form as it was sent."""
    now = clock.now()
    mine = receptions.own_of(request.user, slot)
    receives = request.user.has_perm("members.receive", slot)
    may_book_for = request.user.has_perm("members.book_for", slot)
    context = {
        "title": _("Reception"),
        "slot": slot,
        "left": slot.left,
        "mine": mine,
        "ahead": receptions.ahead_of(mine) if mine is not None else 0,
        "is_to_come": slot.is_to_come(now),
        "serves": receives or request.user.has_perm("members.serve_slot", slot),
        "receives": receives,
        "rated": receptions.rating_of(slot.station),
        "form": BookForm(slot=slot),
        "for_form": BookForForm(slot=slot, auto_id="for_%s") if may_book_for else None,
        "cancel_form": ReasonForm(auto_id="cancel_%s") if receives else None,
        "refusal": refusal,
        **bound,
    }
    return page(request, "members/_slot.html", context, status=status)


@require_POST
@never_cache
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a place, or wait for one."""
    found = _slot(pk)
    form = BookForm(request.POST, slot=found)
    if not form.is_valid():
        return shown(request, found, status=BAD, form=form)
    try:
        booking = actions.book(found, form.wish(), by=request.user)
    except Refused as refusal:
        return shown(request, found, status=CONFLICT, refusal=str(refusal.message), form=form)
    waits = booking.place_no is None
    done = _("You are on the waiting list.") if waits else _("You have a place.")
    messages.success(request, done)
    return redirect(booking)


@require_POST
@never_cache
def book_for(request: HttpRequest, pk: int) -> HttpResponse:
    """The desk books for somebody without a login."""
    found = _slot(pk)
    if not request.user.has_perm("members.book_for", found):
        raise PermissionDenied
    form = BookForForm(request.POST, slot=found, auto_id="for_%s")
    if not form.is_valid():
        return shown(request, found, status=BAD, for_form=form)
    try:
        booking = actions.book_for(found, form.who(), form.wish(), by=request.user)
    except Refused as refusal:
        return shown(request, found, status=CONFLICT, refusal=str(refusal.message), for_form=form)
    messages.success(request, _("Written down. Tell the visitor the time and the place."))
    return redirect(booking)


@require_http_methods(["POST"])
@never_cache
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The station calls a time off."""
    found = _slot(pk)
    if not request.user.has_perm("members.receive", found):
        raise PermissionDenied
    form = ReasonForm(request.POST, auto_id="cancel_%s")
    if not form.is_valid():
        return shown(request, found, status=BAD, cancel_form=form)
    try:
        actions.cancel_slot(found, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return shown(request, _slot(pk), status=CONFLICT, refusal=str(refusal.message))
    messages.success(request, _("It is cancelled. Whoever had booked is told."))
    return redirect(found)


@login_not_required
@require_safe
def feed(request: HttpRequest, code: str) -> HttpResponse:
    """The times of a station, for a calendar to subscribe to. Nobody who comes is in it."""
    station = get_object_or_404(Station, code=code)
    if station.closed_on is not None:
        raise Http404
    slots = receptions.coming(clock.now()).filter(station=station)[: receptions.MOST]
    response = HttpResponse(tidings_reception.feed_of(station, slots), content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = 'inline; filename="reception.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response
