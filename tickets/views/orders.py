"""The papers of a ticket: one as PDF, and its closing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from govgrid.core.errors import Refused
from govgrid.core.parts import may_have
from grids import scoping
from tickets import actions, papers, rules
from tickets.models import Assignment, SupervisionOrder, Ticket
from tickets.sight import sight_of
from tickets.views.reach import ticket_in_reach

# More than these nobody reads on a page; the history has them all.
CARDS = 12


@require_safe
@never_cache
def pdf(request: HttpRequest, number: str, place: int) -> HttpResponse:
    """As it is now: with the answer, once there is one."""
    order = _order(request, number, place)
    answer = HttpResponse(papers.order_pdf(order), content_type="application/pdf")
    name = f"{order.ticket.number}-{order.place}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, number: str, place: int) -> HttpResponse:
    order = _order(request, number, place)
    if request.method != "POST":
        return redirect(order.ticket)
    if not rules.can_close_order(request.user, order):
        raise PermissionDenied
    try:
        actions.close_order(order, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("%(order)s is closed.") % {"order": order.number})
    return redirect(f"{order.ticket.get_absolute_url()}#cards")


def supervision_of(
    request: HttpRequest, ticket: Ticket, assignments: list[Assignment]
) -> dict[str, Any]:
    """Cards, the live ones first, and orders, for whoever they concern."""
    seen = sight_of(request.user, ticket, assignments)
    if not seen.sees_supervision:
        return {"cards": [], "orders": []}
    cards = ticket.cards.filter(seen.of_department).select_related("department", "clock")
    areas = scoping.reach(request.user, "tickets.supervise").areas
    orders = ticket.orders.filter(seen.of_department).with_parties().order_by("-pk")
    told = list(orders) if may_have(ticket, "orders") else []
    for one in told:
        one.ticket = ticket
    cards = cards.order_by(F("lapsed_at").desc(nulls_first=True), "-pk")[:CARDS]
    return {
        "cards": list(cards) if may_have(ticket, "cards") else [],
        "orders": told,
        "may_close": {area_id for ids in areas.values() for area_id in ids},
    }


def _order(request: HttpRequest, number: str, place: int) -> SupervisionOrder:
    ticket = ticket_in_reach(request, number)
    seen = sight_of(request.user, ticket)
    if not seen.sees_supervision or place >= SupervisionOrder.MOST:
        raise Http404
    found = ticket.orders.filter(seen.of_department, place=place).with_parties().first()
    if found is None:
        raise Http404
    found.ticket = ticket
    return found
