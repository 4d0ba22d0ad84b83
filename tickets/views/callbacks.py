"""The call list: whoever reported something that is closed is asked whether it is solved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core import clock
from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from govgrid.privacy.actions import reveal
from grids import scoping
from grids.models import Level
from tickets import actions
from tickets.disclosure import story
from tickets.forms.asking import REFUSED, CallForm
from tickets.forms.fields import ReasonForm
from tickets.models import Callback, Contact

PAGE = 50
CONFLICT = 409


@require_safe
@never_cache
def callbacks(request: HttpRequest) -> HttpResponse:
    """What waits for a call, the longest first."""
    after = request.GET.get("after", "")
    waiting = _waiting(request)
    if after.isdecimal() and len(after) < 19:
        waiting = waiting.filter(pk__gt=int(after))
    found = list(waiting[: PAGE + 1])
    shown = found[:PAGE]
    ids = [one.ticket_id for one in shown]
    sealed = Contact.objects.filter(ticket__in=ids, erased_at=None)
    context = {
        "rows": shown,
        "called": set(sealed.values_list("ticket", flat=True)),
        "now": clock.now(),
        "more": shown[-1].pk if len(found) > PAGE else None,
        "is_further": bool(after),
    }
    return render(request, "tickets/callbacks.html", context)


def _waiting(request: HttpRequest) -> Any:
    districts = scoping.reach(request.user, "tickets.call_back").areas.get(Level.DISTRICT)
    if not districts:
        raise PermissionDenied
    found = Callback.objects.open().filter(district__in=sorted(districts)).order_by("pk")
    return found.select_related(
        "ticket__category", "ticket__grid", "ticket__community", "ticket__filed_by", "department"
    )


def _callback(request: HttpRequest, pk: int) -> Callback:
    """One of the districts of one's own, also one that was answered meanwhile."""
    districts = scoping.reach(request.user, "tickets.call_back").areas.get(Level.DISTRICT, ())
    found = Callback.objects.filter(pk=pk, district__in=sorted(districts))
    one = found.select_related("ticket", "department").first()
    if one is None:
        raise Http404
    return one


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def callback(request: HttpRequest, callback: int) -> HttpResponse:
    """One call: what it is about, whom to call, and what was said."""
    one = _callback(request, callback)
    if request.method != "POST":
        return _page(request, one, CallForm())
    form = CallForm(request.POST)
    if not form.is_valid():
        return _page(request, one, form)
    try:
        said = _note(request, one, form)
    except Refused as refusal:
        fresh = _callback(request, callback)
        return _page(request, fresh, form, refusal=refusal, status=CONFLICT)
    messages.success(request, said)
    return redirect("tickets:callbacks")


def _note(request: HttpRequest, one: Callback, form: CallForm) -> str:
    number = {"number": one.ticket.number}
    if form.is_answer:
        actions.answer(one, by=request.user, **form.given())
        return _("%(number)s: the answer is kept.") % number
    is_refused = form.cleaned_data["outcome"] == REFUSED
    one = actions.note_attempt(one, by=request.user, is_refused=is_refused)
    if one.is_open:
        return _("%(number)s: noted. It stays on the list.") % number
    return _("%(number)s: noted. It is not called again.") % number


@require_POST
@never_cache
def contact(request: HttpRequest, callback: int) -> HttpResponse:
    """Open the sealed contact once, for a reason that stays on record. Nothing is cached."""
    one = _callback(request, callback)
    if not request.user.has_perm("tickets.reveal_contact", one.ticket):
        raise PermissionDenied
    sealed = Contact.objects.filter(ticket=one.ticket, erased_at=None).first()
    if sealed is None:
        raise Http404
    form, opened = ReasonForm(request.POST), None
    if form.is_valid():
        try:
            opened = reveal(
                sealed,
                ["name", "phone"],
                by=request.user,
                reason=form.cleaned_data["reason"],
                case=one.ticket.number,
                role=scoping.role_over(request.user, "tickets.reveal_contact", one.ticket.place),
                ip=client_address(request),
            )
        except Refused as refusal:
            form.add_error("reason", refusal.message)
    return _page(request, one, CallForm(), reason=form, opened=opened)


def _page(
    request: HttpRequest, one: Callback, form: CallForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    ticket = one.ticket
    main = ticket.merged_into or ticket
    context = {
        "callback": one,
        "ticket": ticket,
        "story": story(ticket, main),
        "form": form,
        "reason": ReasonForm(initial={"reason": _("Callback after closing")}),
        "has_contact": Contact.objects.filter(ticket=ticket, erased_at=None).exists(),
        **more,
    }
    return render(request, "tickets/callback.html", context, status=status)
