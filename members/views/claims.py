"""Acts on a need and on the offers to it; each comes back to the page of the need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from members import actions
from members.forms import needs as forms
from members.models import Claim, Need
from members.views.needs import CONFLICT, found_need, need_page


class Act(NamedTuple):
    """The form that is read, the name under which the page shows it again, and what is done."""

    form: Callable[..., Form]
    shown: str
    do: Callable[[Any, Any, dict[str, Any]], Any]


NEED_ACTS: dict[str, Act] = {
    "claim": Act(
        forms.ClaimForm, "claim_form",
        lambda need, by, given: actions.claim_need(need, by=by, **given),
    ),
    "confirm": Act(
        forms.ConfirmForm, "confirm_form",
        lambda need, by, given: actions.confirm_need(need, by=by, **given),
    ),
    "not-done": Act(
        forms.NoteForm, "dispute_form",
        lambda need, by, given: actions.dispute_need(need, by=by, **given),
    ),
    "withdraw": Act(
        forms.NoteForm, "withdraw_form",
        lambda need, by, given: actions.withdraw_need(need, by=by, **given),
    ),
    "close": Act(
        forms.NoteForm, "close_form",
        lambda need, by, given: actions.close_need(need, by=by, **given),
    ),
    "to-ticket": Act(
        forms.TicketForm, "ticket_form",
        lambda need, by, given: actions.pass_to_ticket(need, by=by, **given),
    ),
    "to-topic": Act(
        forms.TopicForm, "topic_form",
        lambda need, by, given: actions.pass_to_topic(need, by=by, **given),
    ),
}  # fmt: skip
CLAIM_ACTS: dict[str, Act] = {
    "accept": Act(
        forms.NoteForm, "accept_form",
        lambda claim, by, _given: actions.accept_claim(claim, by=by),
    ),
    "decline": Act(
        forms.NoteForm, "decline_form",
        lambda claim, by, given: actions.decline_claim(claim, by=by, reason=given["note"]),
    ),
    "step-back": Act(
        forms.NoteForm, "step_form",
        lambda claim, by, given: actions.step_back(claim, by=by, reason=given["note"]),
    ),
    "done": Act(
        forms.ServedForm, "served_form",
        lambda claim, by, given: actions.report_service(claim, by=by, **given),
    ),
    "reverse": Act(
        forms.NoteForm, "reverse_form",
        lambda claim, by, given: actions.reverse_time(claim, by=by, **given),
    ),
}  # fmt: skip


@require_POST
@never_cache
def act_on_need(request: HttpRequest, number: str, name: str) -> HttpResponse:
    found = found_need(request, number)
    act = NEED_ACTS.get(name)
    if act is None:
        raise Http404
    more = {"need": found} if name == "to-topic" else {}
    return _take(request, found, found, act, act.form(request.POST, **more))


@require_POST
@never_cache
def act_on_claim(request: HttpRequest, number: str, pk: int, name: str) -> HttpResponse:
    """Of a need that is seen; whose the claim is, its action asks."""
    found = found_need(request, number)
    claim = get_object_or_404(Claim.objects.whole(), pk=pk, need=found)
    act = CLAIM_ACTS.get(name)
    if act is None:
        raise Http404
    return _take(request, found, claim, act, act.form(request.POST))


def _take(request: HttpRequest, need: Need, thing: Any, act: Act, form: Form) -> HttpResponse:
    if not form.is_valid():
        return need_page(request, need, status=400, **{act.shown: form})
    try:
        act.do(thing, request.user, form.cleaned_data)
    except Refused as refusal:
        again = found_need(request, need.number)
        return need_page(request, again, refusal=str(refusal.message), status=CONFLICT)
    messages.success(request, _("It is kept."))
    can_see = request.user.has_perm("members.see_need", Need.objects.get(pk=need.pk))
    return redirect(need if can_see else "members:my-needs")


@require_POST
@never_cache
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """How to get in touch, shown once to one of the two. Nothing is cached."""
    found = found_need(request, number)
    ip = client_address(request)
    try:
        if request.user.has_perm("members.answer_need", found):
            shown = actions.show_member(found, by=request.user, ip=ip)
        else:
            claim = get_object_or_404(Claim.objects.of(request.user).given(), need=found)
            shown = actions.show_asker(claim, by=request.user, ip=ip)
    except Refused as refusal:
        return need_page(request, found, refusal=str(refusal.message), status=CONFLICT)
    return need_page(request, found, contact=shown)
