"""Replies ready to hand: put into a note, and the page that keeps them."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from govgrid.core.errors import Refused
from grids import scoping
from tickets import actions, replies
from tickets.forms.moves import MoveForm, move_form
from tickets.forms.replies import TemplateForm
from tickets.models import ReplyTemplate, Ticket
from tickets.offers import Offer
from tickets.workflow import MOVES

CONFLICT = 409
MOST_NOTE = 2000
# A district has some dozens; whatever comes beyond is said to be there.
ROWS = 200
ENDED_ROWS = 50


# ── in a note ─────────────────────────────────────────────────────────────────────────────────


def offer_replies(ticket: Ticket, ready: list[tuple[Offer, MoveForm]]) -> None:
    """Give every form with a note the templates that fit; one statement, none without a note."""
    forms = [(offer, form) for offer, form in ready if "note" in form.fields]
    if not forms:
        return
    acting = {one.assignment.department_id for one, _form in forms if one.assignment}
    found = replies.offered(ticket, acting)
    for offer, form in forms:
        department = offer.assignment.department_id if offer.assignment else None
        form.templates = replies.fitting(found, offer.name, department)


def insert(request: HttpRequest, offer: Offer, ticket: Ticket) -> MoveForm:
    """The form as it was written, with the chosen words behind what stands in the note."""
    form = move_form(offer, ticket)
    offer_replies(ticket, [(offer, form)])
    for name, field in form.fields.items():
        if name in request.POST:
            form.initial[name] = field.widget.value_from_datadict(request.POST, {}, name)
    chosen = request.POST.get("template", "")
    words = [replies.filled(one, ticket) for one in form.templates if str(one.pk) == chosen]
    written = request.POST.get("note", "").strip()
    form.initial["note"] = "\n".join(filter(None, [written, *words]))[:MOST_NOTE]
    form.is_filled = True
    return form


# ── the page that keeps them ──────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def templates(request: HttpRequest) -> HttpResponse:
    """What is in force and what was; a form for one more."""
    if not scoping.reach(request.user, "tickets.set_templates"):
        raise PermissionDenied
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change(request: HttpRequest, template: int) -> HttpResponse:
    """A changed one succeeds the one that was."""
    return _edit(request, _kept(request, template))


@require_POST
def end(request: HttpRequest, template: int) -> HttpResponse:
    ended = actions.end_template(_kept(request, template), by=request.user)
    messages.success(request, _("“%(title)s” is offered no more.") % {"title": ended.title})
    return HttpResponseRedirect(reverse("tickets:templates"))


def _kept(request: HttpRequest, pk: int) -> ReplyTemplate:
    found = replies.kept_by(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _edit(request: HttpRequest, instead: ReplyTemplate | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = TemplateForm(data, user=request.user, instead=instead)
    if data is None or not form.is_valid():
        return _page(request, form, instead)
    given = form.cleaned_data
    try:
        made = actions.set_template(
            form.owner,
            by=request.user,
            move=given["move"],
            title=given["title"],
            text=given["text"],
            instead=instead,
        )
    except Refused as refusal:
        form.add_error("title" if refusal.code == "title_taken" else None, refusal.message)
        return _page(request, form, instead, status=CONFLICT)
    messages.success(request, _("“%(title)s” is offered from now on.") % {"title": made.title})
    return HttpResponseRedirect(reverse("tickets:templates"))


def _page(
    request: HttpRequest, form: TemplateForm, instead: ReplyTemplate | None, *, status: int = 200
) -> HttpResponse:
    kept = replies.kept_by(request.user)
    in_force = list(kept.in_force().order_by("title", "pk")[: ROWS + 1])
    ended = list(kept.exclude(valid_to=None).order_by("-valid_to")[: ENDED_ROWS + 1])
    context = {
        "form": form,
        "instead": instead,
        "in_force": [(one, _label(one)) for one in in_force[:ROWS]],
        "ended": [(one, _label(one)) for one in ended[:ENDED_ROWS]],
        "is_cut": len(in_force) > ROWS or len(ended) > ENDED_ROWS,
        "placeholders": [f"{{{one}}}" for one in replies.PLACEHOLDERS],
    }
    return render(request, "tickets/templates.html", context, status=status)


def _label(template: ReplyTemplate) -> str:
    move = MOVES.get(template.move)
    return str(move.label) if move else str(_("Every note"))
