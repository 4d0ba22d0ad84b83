"""The late list, and what is done from it: urge, issue an order, take up a level."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from govgrid.core.addresses import ours
from govgrid.core.errors import Refused
from grids import scoping
from grids.scoping import Reach
from tickets import actions, late
from tickets.forms.late import MOST, LateForm, OrderForm, UpForm, act_of, numbers_of
from tickets.models import Ticket
from tickets.views.board import Choice
from tickets.workflow import MOVES, WORSE

PAGE = 50
FORMS: dict[str, type[forms.Form]] = {"supervise": OrderForm, "escalate": UpForm}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    reach = _reach(request)
    form = LateForm(request.GET)
    counted = late.tally(reach)
    form.count(counted)
    asked = form.asked()
    found: list[Ticket] = []
    if asked is not None:
        found = form.paged(late.walks(reach, asked)).first(PAGE + 1)
    rows = late.rows_of(found[:PAGE])
    more = _address(request, after=form.cursor(rows[-1].ticket)) if len(found) > PAGE else ""
    acts = [
        (name, MOVES[name]) for name, asks in late.ASKS.items() if scoping.reach(request.user, asks)
    ]
    context = {
        "form": form,
        # Each with what fits its state; whether it will be let through its own move says.
        "rows": [
            (row, [(name, move) for name, move in acts if row.ticket.state in move.sources])
            for row in rows
        ],
        "tally": counted,
        "colours": _colours(request, form, counted),
        "older": more,
        "first": _address(request) if form["after"].value() else "",
        "here": request.get_full_path(),
        "acts": acts,
    }
    return render(request, "tickets/late.html", context, status=400 if asked is None else 200)


def _reach(request: HttpRequest) -> Reach:
    reach = late.reach_of(request.user)
    if not reach.areas:
        raise PermissionDenied
    return reach


def _colours(request: HttpRequest, form: LateForm, counted: late.Tally) -> list[Choice]:
    chosen = form["colour"].value() or ""
    rows = [("", _("All"), None)]
    rows += [(one, one.label, counted.by_colour.get(one, 0)) for one in reversed(WORSE)]
    return [
        Choice(str(label), _address(request, colour=str(slug)), slug == chosen, many)
        for slug, label, many in rows
    ]


def _address(request: HttpRequest, **changed: str) -> str:
    """This list with something else asked for, from its beginning."""
    kept = {name: request.GET.get(name, "") for name in ("colour", "department", "cause")}
    said = {name: value for name, value in (kept | changed).items() if value}
    return f"?{urlencode(said)}" if said else reverse("tickets:late")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest) -> HttpResponse:
    """Urge at once; of an order and of a level up first the words are asked, once for all chosen."""
    reach = _reach(request)
    if request.method != "POST":
        return redirect("tickets:late")
    name, numbers = act_of(request.POST), numbers_of(request.POST)
    if name not in late.ASKS:
        raise Http404
    if not scoping.reach(request.user, late.ASKS[name]):
        raise PermissionDenied
    chosen = _chosen(reach, numbers)
    back = ours(request.POST.get("next", ""), request) or reverse("tickets:late")
    if not chosen:
        messages.warning(request, _("Choose tickets first."))
        return HttpResponseRedirect(back)
    if name == "urge":
        _take(request, name, chosen, {})
        return HttpResponseRedirect(back)
    form = FORMS[name](request.POST if "sure" in request.POST else None, initial=_initial(chosen))
    if form.is_bound and form.is_valid():
        _take(request, name, chosen, form.cleaned_data)
        return HttpResponseRedirect(back)
    context = {
        "form": form,
        "rows": late.rows_of(chosen),
        "name": name,
        "move": MOVES[name],
        "back": back,
    }
    return render(request, "tickets/late_act.html", context)


def _chosen(reach: Reach, numbers: list[str]) -> list[Ticket]:
    """All of them, or 404: whether one lies elsewhere is not told."""
    if len(numbers) > MOST:
        numbers = numbers[:MOST]
    found = late.within(reach, numbers)
    if len(found) != len(numbers):
        raise Http404
    return found


def _take(request: HttpRequest, name: str, chosen: list[Ticket], given: dict[str, Any]) -> None:
    """Each by itself: what one refuses the others do not feel."""
    done, refused = 0, []
    for ticket in chosen:
        try:
            actions.move(ticket, name, by=request.user, **given, **late.given_for(name, ticket))
        except Refused as refusal:
            refused.append(f"{ticket.number}: {refusal.message}")
        except PermissionDenied:
            refused.append(_("%(number)s: Your post does not do this here.") % {
                "number": ticket.number,
            })  # fmt: skip
        else:
            done += 1
    if done:
        text = ngettext("%(move)s: %(count)s ticket.", "%(move)s: %(count)s tickets.", done)
        messages.success(request, text % {"move": MOVES[name].label, "count": done})
    for words in refused:
        messages.warning(request, words)


def _initial(chosen: list[Ticket]) -> dict[str, str]:
    """What the cards say, to begin with."""
    return {"note": _("; ").join(str(one.label) for one in late.causes_of(chosen))}
