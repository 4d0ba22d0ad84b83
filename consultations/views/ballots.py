"""Ballots: the page everybody reads, and the vote itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import actions, ballots, voters
from consultations.forms.ballots import ReceiptForm, VoteForm
from consultations.models import Ballot
from consultations.views.topics import base_of
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.throttle import limited

CONFLICT = 409
# Of those who are not signed in: codes are tried by typing, not by programs.
VOTES_A_MINUTE = 20
PAGE_TEMPLATE = "consultations/ballot_page.html"


def in_sight(request: HttpRequest, pk: int) -> Ballot:
    """The ballot, or 404 for whoever may not read of it."""
    return get_object_or_404(voters.visible(request.user), pk=pk)


def page(
    request: HttpRequest, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = {"part": part, "base": base_of(request), "refusal": "", **context}
    return render(request, PAGE_TEMPLATE, whole, status=status)


@require_safe
@never_cache
def ballot(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, in_sight(request, pk))


def shown(
    request: HttpRequest, found: Ballot, *, status: int = 200, refusal: str = "", **more: Any
) -> HttpResponse:
    """Its page. ``receipt`` is told on this page alone, and kept nowhere."""
    is_open = found.takes_votes(clock.now())
    standing = ballots.standing(found, request.user) if is_open else None
    asked = request.GET.get("receipt", "")[:30].strip().upper()
    context = {
        "ballot": found,
        "is_open": is_open,
        "standing": standing,
        "result": ballots.result(found),
        "covenant": getattr(found, "covenant", None),
        "form": VoteForm(ballot=found, by_code=bool(standing and standing.by_code)),
        "keys": list(found.keys.select_related("holder")) if found.is_secret else [],
        "receipt_form": ReceiptForm(initial={"receipt": asked}),
        "asked_receipt": asked,
        "receipt_is_there": asked in found.receipts,
        "may_desk": request.user.has_perm("consultations.view", found),
        "refusal": refusal,
        **more,
    }
    return page(request, "consultations/_ballot.html", context, status=status)


@limited("ballot", VOTES_A_MINUTE, lambda request: request.method == "POST")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """The answer is the page itself: a receipt in a session or a message would be kept."""
    found = in_sight(request, pk)
    if request.method != "POST":
        return redirect(found)
    by_code = ballots.standing(found, request.user).by_code
    form = VoteForm(request.POST, ballot=found, by_code=by_code)
    if not form.is_valid():
        return shown(request, found, status=400, form=form)
    try:
        cast = actions.vote(
            found, form.choices(), by=request.user if request.user.is_authenticated else None,
            code=form.cleaned_data.get("code", ""),
        )  # fmt: skip
    except Refused as refusal:
        return shown(request, found, status=CONFLICT, refusal=str(refusal.message), form=form)
    return shown(request, found, cast=True, receipt=cast.receipt)
