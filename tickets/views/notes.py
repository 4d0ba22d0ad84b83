"""Words among those who handle a ticket: the panel on its page, and writing one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from govgrid.core.errors import Refused
from govgrid.core.parts import may_have
from tickets import actions, rules
from tickets.forms.notes import NoteForm
from tickets.models import Assignment, Ticket
from tickets.views.reach import ticket_in_reach

CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def notes(request: HttpRequest, number: str) -> HttpResponse:
    """Write a note. What was refused stands in the form again, on a page of its own."""
    ticket = ticket_in_reach(request, number)
    if not request.user.has_perm("tickets.read_notes", ticket):
        # A reporter is not told that there are any.
        raise Http404
    if request.method != "POST":
        return HttpResponseRedirect(f"{ticket.get_absolute_url()}#notes")
    if not request.user.has_perm("tickets.write_note", ticket):
        raise PermissionDenied
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, form)
    given = form.cleaned_data
    try:
        actions.write_note(ticket, given["text"], by=request.user, client_id=given["client_id"])
    except Refused as refusal:
        form.add_error("text", refusal.message)
        form.renew_id()
        return _page(request, ticket, form, status=CONFLICT)
    messages.success(request, _("The note was written."))
    return HttpResponseRedirect(f"{ticket.get_absolute_url()}#notes")


def _page(
    request: HttpRequest, ticket: Ticket, form: NoteForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "ticket": ticket,
        "reads_notes": True,
        "notes": list(ticket.notes.select_related("by").order_by("pk")),
        "note_form": form,
    }
    return render(request, "tickets/ticket_notes.html", context, status=status)


def notes_of(
    request: HttpRequest, ticket: Ticket, assignments: Iterable[Assignment]
) -> dict[str, Any]:
    """For the ticket's page; nothing is read for whoever may not see them."""
    parts = list(assignments)
    if not rules.notes_are_open(request.user, "tickets.read_notes", ticket, parts):
        return {"reads_notes": False, "notes": [], "note_form": None}
    may_write = rules.notes_are_open(request.user, "tickets.write_note", ticket, parts)
    return {
        "reads_notes": True,
        "notes": list(ticket.notes.select_related("by").order_by("pk"))
        if may_have(ticket, "notes")
        else [],
        "note_form": NoteForm(initial={"client_id": uuid4()}) if may_write else None,
    }
