"""Calls of seats: mine, and those that silence took up to me."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consultations import actions, attendance, seats
from consultations.forms.calls import CallForm
from consultations.models import SeatCall
from govgrid.core import clock
from govgrid.core.errors import Refused
from tickets.models import Ticket, Whistle

CONFLICT = 409
SHOWN = 50


class CallShown(NamedTuple):
    """A call with why the whistle was blown, and the form of whoever may answer it."""

    one: SeatCall
    whistle: Whistle | None
    form: CallForm | None
    may_read: bool


@require_safe
@never_cache
def calls(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: HttpRequest, *, bound: tuple[int, CallForm] | None = None, refusal: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    mine = list(attendance.mine(request.user)[:SHOWN])
    watched = seats.platforms(request.user, "consultations.supervise")
    above = [
        one
        for one in attendance.above(request.user, watched)[:SHOWN]
        if request.user.has_perm("consultations.answer_call", one) and one not in mine
    ]
    context = {
        "mine": _shown(request, mine, bound),
        "above": _shown(request, above, bound),
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "consultations/calls.html", context, status=status)


def _shown(
    request: HttpRequest, calls: list[SeatCall], bound: tuple[int, CallForm] | None
) -> list[CallShown]:
    numbers = {one.ticket_id for one in calls}
    whistles = {
        one.ticket_id: one for one in Whistle.objects.filter(ticket__in=numbers, refused_at=None)
    }
    seen = set(
        Ticket.objects.in_reach_of(request.user).filter(pk__in=numbers).values_list("pk", flat=True)
    )
    return [
        CallShown(
            one,
            whistles.get(one.ticket_id),
            None if one.answer else _form(one, bound),
            one.ticket_id in seen,
        )
        for one in calls
    ]


def _form(call: SeatCall, bound: tuple[int, CallForm] | None) -> CallForm:
    if bound is not None and bound[0] == call.pk:
        return bound[1]
    return CallForm(auto_id=f"call{call.pk}_%s")


@require_POST
@never_cache
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Coming or not; refused, what was written stays."""
    call = get_object_or_404(SeatCall.objects.whole(), pk=pk)
    form = CallForm(request.POST, auto_id=f"call{pk}_%s")
    if not request.user.has_perm("consultations.answer_call", call):
        return _page(request, refusal=_("This call is not yours to answer."), status=403)
    if not form.is_valid():
        return _page(request, bound=(pk, form), status=400)
    try:
        actions.answer_call(call, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _page(request, bound=(pk, form), refusal=str(refusal.message), status=CONFLICT)
    messages.success(request, _("Your answer is kept. Who convenes is told."))
    return redirect("consultations:calls")
