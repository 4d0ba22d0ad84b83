"""Bookings: one's own, and one as who receives opens it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core import clock
from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from members import actions, receptions, tidings_reception
from members.forms.reception import ErrandForm, OutcomeForm, RaiseForm, RateForm
from members.models import Booking
from members.views.receptions import BAD, CONFLICT, page
from members.workflow.reception import RATED, BookingState
from tickets.invitations import CONTENT_TYPE


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """What I have booked, the latest time first."""
    context = {"title": _("My bookings"), "bookings": receptions.mine(request.user)}
    return page(request, "members/_bookings.html", {**context, "now": clock.now()})


def in_sight(request: HttpRequest, pk: int) -> Booking:
    """The booking, or 404 for whoever may not read of it."""
    seen = receptions.visible(request.user).select_related(
        "slot__station__area", "slot__reception", "slot__host", "resident", "ticket", "topic"
    )
    return get_object_or_404(seen, pk=pk)


@require_safe
@never_cache
def booking(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, in_sight(request, pk))


def _may(request: HttpRequest, booking: Booking) -> dict[str, bool]:
    names = ("serve_slot", "cancel_booking", "rate_booking", "read_matter", "read_address")
    return {name: request.user.has_perm(f"members.{name}", booking) for name in names}


def shown(
    request: HttpRequest,
    booking: Booking,
    *,
    status: int = 200,
    refusal: str = "",
    opened: dict[str, str] | None = None,
    **bound: Any,
) -> HttpResponse:
    """Its page: what is sealed stands on it only right after it was opened."""
    may = _may(request, booking)
    serves = may["serve_slot"]
    was_received = booking.state in RATED
    may_pass = serves and was_received and not (booking.ticket_id or booking.topic_id)
    context = {
        "title": _("Booking"),
        "booking": booking,
        "slot": booking.slot,
        "may": may,
        "is_mine": may["rate_booking"],
        "is_to_come": booking.slot.is_to_come(clock.now()),
        "is_the_day": clock.today() >= booking.slot.day,
        "ahead": receptions.ahead_of(booking) if booking.state == BookingState.WAITING else 0,
        "may_rate": may["rate_booking"] and booking.may_be_rated(clock.now()),
        "opened": opened,
        "outcome_form": OutcomeForm(auto_id="finish_%s"),
        "rate_form": RateForm(
            initial={"score": booking.score, "remark": booking.remark}, auto_id="rate_%s"
        ),
        "ticket_form": ErrandForm(auto_id="ticket_%s") if may_pass else None,
        "topic_form": RaiseForm(station=booking.slot.station, auto_id="topic_%s")
        if may_pass
        else None,
        "refusal": refusal,
        **bound,
    }
    return page(request, "members/_booking.html", context, status=status)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """What a calendar takes in: when and where, and nothing of the matter."""
    content = tidings_reception.file_of(in_sight(request, pk))
    headers = {"Content-Disposition": 'attachment; filename="reception.ics"'}
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)


class Act(NamedTuple):
    """An act on a booking: what it does with the cleaned form, and what it says afterwards."""

    take: Callable[..., object]
    form: Callable[..., Any] | None
    name: str
    done: Any


def _ticket(one: Booking, *, by: Any, **given: Any) -> object:
    return actions.pass_booking_to_ticket(one, actions.Errand(**given), by=by)


ACTS = {
    "cancel": Act(actions.cancel_booking, None, "", gettext_lazy("The booking is cancelled.")),
    "come": Act(actions.mark_came, None, "", gettext_lazy("Ticked off.")),
    "miss": Act(actions.mark_missed, None, "", gettext_lazy("Ticked off.")),
    "finish": Act(
        actions.finish_booking, OutcomeForm, "outcome_form", gettext_lazy("Written down.")
    ),
    "rate": Act(actions.rate_booking, RateForm, "rate_form", gettext_lazy("Thank you.")),
    "ticket": Act(_ticket, ErrandForm, "ticket_form", gettext_lazy("It is a ticket now.")),
    "topic": Act(
        actions.pass_booking_to_topic, RaiseForm, "topic_form", gettext_lazy("It is raised.")
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act. Refused, the page says why and keeps what was written."""
    one = in_sight(request, pk)
    if act not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect(one)
    take, form_of, name, done = ACTS[act]
    more = {"station": one.slot.station} if act == "topic" else {}
    form = form_of(request.POST, auto_id=f"{act}_%s", **more) if form_of else None
    if form is not None and not form.is_valid():
        if not _may(request, one)["rate_booking" if act == "rate" else "serve_slot"]:
            raise PermissionDenied
        return shown(request, one, status=BAD, **{name: form})
    try:
        take(one, by=request.user, **(form.cleaned_data if form else {}))
    except Refused as refusal:
        bound = {name: form} if name else {}
        words = str(refusal.message)
        return shown(request, in_sight(request, pk), status=CONFLICT, refusal=words, **bound)
    messages.success(request, done)
    return redirect(one)


OPENERS = {"matter": actions.open_matter, "address": actions.open_address}


@require_POST
@never_cache
def open_sealed(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Open what is sealed, this once: the reading is on record, and the resident finds it."""
    one = in_sight(request, pk)
    if what not in OPENERS:
        raise Http404
    opened = OPENERS[what](one, by=request.user, ip=client_address(request))
    return shown(request, one, opened=opened)
