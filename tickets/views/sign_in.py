"""Signing in at the place or the meeting: a code that renews itself, and who scanned it."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from govgrid.core.errors import Refused
from tickets import actions, codes, queries
from tickets.attendance import attendance
from tickets.forms.sign_in import RankForm
from tickets.models import Ticket
from tickets.views.reach import ticket_in_reach
from tickets.workflow import State

AT_WORK = frozenset({State.DISPATCHED, State.HANDLING})
GONE, FORBIDDEN, MISSING, CONFLICT = 410, 403, 404, 409


@require_safe
@never_cache
def sign_in(request: HttpRequest, number: str) -> HttpResponse:
    """The code, large, with the list of who came; the page renews both every minute."""
    ticket = ticket_in_reach(request, number)
    if not request.user.has_perm("tickets.show_code", ticket):
        raise PermissionDenied
    rows = ticket.assignments.select_related("department").prefetch_related("arrivals__person")
    clocks = list(ticket.clocks.prefetch_related("pauses").order_by("pk"))
    is_on = ticket.state in AT_WORK
    context = {
        "ticket": ticket,
        "attendance": attendance(ticket, rows.order_by("pk"), clocks),
        "code": _code(ticket) if is_on else "",
        "seconds": codes.CODE_SECONDS // 2,
    }
    template = "tickets/sign_in.html"
    if request.htmx:
        template += "#now"
    return render(request, template, context)


def _code(ticket: Ticket) -> SafeString:
    address = reverse("tickets:here", args=[ticket.number, codes.token(ticket)])
    return drawn(f"{settings.SITE_URL.rstrip('/')}{address}")


def drawn(address: str) -> SafeString:
    """The code of an address of ours, drawn by us."""
    code = segno.make(address, error="m", micro=False)
    return SafeString(code.svg_inline(border=2, scale=8, dark="#000", light="#fff", omitsize=True))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def here(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Who scanned the code says at what rank, and is signed in. Nothing else is ever written."""
    ticket = Ticket.objects.with_places().filter(number=number).first()
    if ticket is None or not request.user.has_perm("tickets.view", ticket):
        # Nothing is told of the ticket to who has no part in it.
        return _sentence(request, _("This code is not for you, or is none of ours."), MISSING)
    if request.method == "POST":
        return _arrive(request, ticket, token)
    is_fresh = codes.is_fresh(ticket, token)
    if is_fresh is None:
        return _sentence(
            request, _("This code has expired. Scan the one on the screen again."), GONE, ticket
        )
    if not is_fresh:
        return _sentence(request, _("This is not a code of this ticket."), FORBIDDEN, ticket)
    if queries.assignment_of(ticket, request.user) is None:
        return _sentence(
            request, _("Your department has no part in this ticket."), FORBIDDEN, ticket
        )
    entry = codes.pass_for(ticket, request.user)
    return _ask(request, ticket, RankForm(initial={"entry": entry}))


def _arrive(request: HttpRequest, ticket: Ticket, token: str) -> HttpResponse:
    form = RankForm(request.POST)
    if not codes.is_let_in(ticket, request.user, request.POST.get("entry", "")):
        return _sentence(
            request, _("This code has expired. Scan the one on the screen again."), GONE, ticket
        )
    if not form.is_valid():
        return _ask(request, ticket, form)
    try:
        one = actions.arrive(ticket, by=request.user, rank=form.cleaned_data["rank"], via="code")
    except Refused as refusal:
        return _sentence(request, str(refusal.message), CONFLICT, ticket)
    messages.success(
        request,
        _("You are signed in for %(department)s.") % {"department": one.department.short_name},
    )
    return redirect(ticket)


def _ask(request: HttpRequest, ticket: Ticket, form: RankForm) -> HttpResponse:
    one = queries.assignment_of(ticket, request.user)
    clocks = ticket.clocks.filter(assignment=one).prefetch_related("pauses")
    found = attendance(ticket, [one], list(clocks)) if one else []
    context: dict[str, Any] = {"ticket": ticket, "form": form, "part": next(iter(found), None)}
    return render(request, "tickets/here.html", context)


def _sentence(
    request: HttpRequest, words: str, status: int, ticket: Ticket | None = None
) -> HttpResponse:
    """No form, no button: only why, and where to go on."""
    return render(request, "tickets/here.html", {"ticket": ticket, "words": words}, status=status)
