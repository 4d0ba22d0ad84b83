"""One ticket: its page, its moves, its sealed contact."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from govgrid.core.addresses import ours
from govgrid.core.errors import Refused
from govgrid.privacy.actions import reveal
from grids import scoping
from tickets import actions, queries, rules
from tickets.forms.moves import MoveForm, ReasonForm, move_form
from tickets.models import Contact, Ticket, TicketEvent
from tickets.offers import Offer, offers
from tickets.views.photos import of_ticket
from tickets.views.reach import ticket_in_reach
from tickets.workflow import MOVES, State

CONFLICT = 409


@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    return _detail_page(request, ticket_in_reach(request, number))


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Take one move. Refused, the page comes up to date and keeps what was written."""
    ticket = ticket_in_reach(request, number)
    if name not in MOVES:
        raise Http404
    if request.method != "POST":
        # A page that was refused and then loaded anew: the act waits on the ticket's own page.
        return HttpResponseRedirect(f"{ticket.get_absolute_url()}#{name}")
    form = _move_form(request, ticket, name)
    if not form.is_valid():
        return _detail_page(request, ticket, tried=form)
    given = form.cleaned_data
    try:
        actions.move(ticket, name, by=request.user, **given)
    except Refused as refusal:
        return _detail_page(
            request, ticket_in_reach(request, number), tried=form, refusal=refusal, status=CONFLICT
        )
    messages.success(request, _("%(number)s: %(done)s.") % {
        "number": ticket.number, "done": MOVES[name].label,
    })  # fmt: skip
    return HttpResponseRedirect(_next(request, ticket))


def _move_form(request: HttpRequest, ticket: Ticket, name: str) -> MoveForm:
    assignments = ticket.assignments.select_related("department").order_by("pk")
    offered = offers(ticket, by=request.user, assignments=assignments)
    offer = next((one for one in offered if one.name == name), None)
    if offer is not None and offer.is_open:
        return move_form(offer, ticket, request.POST)
    # Not offered any more: the action says why, and no word is asked for on the way.
    return MoveForm(
        request.POST,
        name=name,
        takes=MOVES[name].fields,
        departments=queries.departments_for(ticket),
    )


def _next(request: HttpRequest, ticket: Ticket) -> str:
    """Back to where the button was, if that is a page of ours."""
    return ours(request.POST.get("next", ""), request) or ticket.get_absolute_url()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Open the sealed contact once, for a reason that stays on record. Nothing is cached."""
    ticket = ticket_in_reach(request, number)
    if request.method != "POST":
        return redirect(ticket)
    if not request.user.has_perm("tickets.reveal_contact", ticket):
        raise PermissionDenied
    sealed = Contact.objects.filter(ticket=ticket, erased_at=None).first()
    if sealed is None:
        raise Http404
    form = ReasonForm(request.POST)
    opened = None
    if form.is_valid():
        try:
            opened = reveal(
                sealed,
                ["name", "phone"],
                by=request.user,
                reason=form.cleaned_data["reason"],
                case=ticket.number,
                role=scoping.role_over(request.user, "tickets.reveal_contact", ticket.place),
                ip=request.META.get("REMOTE_ADDR"),
            )
        except Refused as refusal:
            form.add_error("reason", refusal.message)
    return _detail_page(request, ticket, reason=form, opened=opened)


def _detail_page(
    request: HttpRequest, ticket: Ticket, *, tried: MoveForm | None = None, status: int = 200,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    assignments = list(ticket.assignments.select_related("department").order_by("pk"))
    offered = sorted(offers(ticket, by=request.user, assignments=assignments), key=_comes_later)
    ready = [(one, _form_of(one, ticket, tried)) for one in offered if one.is_open]
    events = list(ticket.events.select_related("by", "department").order_by("pk"))
    context = {
        "ticket": ticket,
        "areas": [ticket.district, ticket.street, ticket.community, ticket.grid],
        "assignments": assignments,
        "events": events,
        "hidden": None if rules.sees_filer(request.user, ticket) else ticket.filed_by_id,
        "nearby": queries.at_this_place(ticket, Ticket.objects.in_reach_of(request.user)),
        "ready": ready,
        "not_now": _by_reason([one for one in offered if not one.is_open]),
        # Words that were refused and have no form any more are shown, not lost.
        "kept": tried if tried and all(form is not tried for _one, form in ready) else None,
        "suggestion": _suggestion(ticket, events),
        "reason": ReasonForm(),
        "owners": queries.departments_for(ticket),
        "extent": queries.extent_of(ticket),
        "can_reveal": request.user.has_perm("tickets.reveal_contact", ticket),
        **of_ticket(request, ticket, events),
        "has_contact": Contact.objects.filter(ticket=ticket, erased_at=None).exists(),
        **more,
    }
    is_preview = bool(request.htmx) and request.htmx.target == "preview"
    template = "tickets/_preview.html" if is_preview else "tickets/ticket_detail.html"
    return render(request, template, context, status=status)


def _comes_later(offer: Offer) -> bool:
    """Making safe comes first only where there is a danger left to end."""
    if offer.name != "make_safe" or offer.assignment is None:
        return False
    is_danger = bool(offer.assignment.ticket.category.hazard_limit)
    return not is_danger or offer.assignment.made_safe_at is not None


def _form_of(offer: Offer, ticket: Ticket, tried: MoveForm | None) -> MoveForm:
    if tried is not None and tried.name == offer.name:
        return tried
    return move_form(offer, ticket)


def _by_reason(shut: list[Offer]) -> list[tuple[tuple[str, ...], list[Offer]]]:
    """Buttons that lack the same stand over one list of what is missing."""
    groups: dict[tuple[str, ...], list[Offer]] = {}
    for offer in shut:
        groups.setdefault(offer.hindered_by, []).append(offer)
    return list(groups.items())


def _suggestion(ticket: Ticket, events: list[TicketEvent]) -> str:
    """Whom the last return named, for the desk that decides now."""
    if ticket.state != State.TRIAGE:
        return ""
    returned = [one.data.get("suggested_owner", "") for one in events if one.verb == "return"]
    return returned[-1] if returned else ""
