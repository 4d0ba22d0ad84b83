"""The browser's way in: parse, call one action, answer."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

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
from tickets import actions, gallery, queries, rules
from tickets.forms.filing import FilingForm, NearForm
from tickets.forms.moves import MoveForm, ReasonForm, move_form
from tickets.forms.search import TicketSearchForm
from tickets.models import Contact, Photo, Ticket, TicketEvent
from tickets.offers import Offer, offers
from tickets.views.photos import keep_sent, of_ticket
from tickets.views.reach import ticket_in_reach
from tickets.workflow import MOVES, State

PAGE = 50
CONFLICT = 409


# ── the list ──────────────────────────────────────────────────────────────────────────────────


@require_GET
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The whole page for a browser; only the results for htmx. Newest first, no counting."""
    form = TicketSearchForm(request.GET, user=request.user)
    reachable = Ticket.objects.in_reach_of(request.user)
    found = list(form.filter(reachable).for_lists().order_by("-pk")[: PAGE + 1])
    shown = found[:PAGE]
    template = "tickets/ticket_list.html"
    if request.htmx:
        template += "#results"
    context = {
        "form": form,
        "tickets": shown,
        "older": _with(request, before=str(shown[-1].pk)) if len(found) > PAGE else "",
        "newest": _without(request, "before") if request.GET.get("before") else "",
    }
    return render(request, template, context)


def _with(request: HttpRequest, **names: str) -> str:
    query = request.GET.copy()
    for name, value in names.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    del query[name]
    return f"?{query.urlencode()}"


# ── filing ────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The report page. A second send of the same makes nothing new, whatever the phone does."""
    if not scoping.districts(request.user, "tickets.file"):
        raise PermissionDenied
    if request.method != "POST":
        form = FilingForm(initial={"client_id": uuid4()}, user=request.user)
        return _new_page(request, form)
    form = FilingForm(request.POST, user=request.user)
    if "client_id" in form.errors:
        form.renew_id()
    if not form.is_valid():
        return _new_page(request, form)
    if not _was_sent(request, form) and form.has_questions():
        return _new_page(request, form, is_asking=True)
    return _file(request, form)


def _was_sent(request: HttpRequest, form: FilingForm) -> bool:
    """A second send asks nothing: what lies nearby would be its own first."""
    mine = Ticket.objects.filter(filed_by=request.user, client_id=form.cleaned_data["client_id"])
    return mine.exists()


def _file(request: HttpRequest, form: FilingForm) -> HttpResponse:
    try:
        filed = actions.file(form.filing(), by=request.user)
    except PermissionDenied:
        form.add_error("lat", _("This place is outside the districts where you hold a post."))
        return _new_page(request, form)
    except Refused as refusal:
        if refusal.code == "client_id_reused":
            return _sent_before(request, form, refusal)
        form.add_error("grid_code" if refusal.code == "unknown_grid" else "lat", refusal.message)
        return _new_page(request, form)
    gallery.attach_drafts(filed.ticket, by=request.user)
    for failure in keep_sent(request, form):
        messages.warning(request, _("%(name)s was not kept: %(why)s") % failure._asdict())
    words = _("Filed as %(number)s.") if filed.created else _("%(number)s was filed before.")
    messages.success(request, words % {"number": filed.ticket.number})
    return redirect(filed.ticket)


def _sent_before(request: HttpRequest, form: FilingForm, refusal: Refused) -> HttpResponse:
    before = Ticket.objects.get(filed_by=request.user, client_id=form.cleaned_data["client_id"])
    form.renew_id()
    form.add_error(None, refusal.message)
    return _new_page(request, form, before=before, status=CONFLICT)


def _new_page(
    request: HttpRequest, form: FilingForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "extent": queries.own_extent(request.user), **more}
    if request.method == "POST":
        # Files do not come back with a form: what was chosen is kept, and shown as kept.
        context["failures"] = keep_sent(request, form)
        context["waiting"] = _waiting(request, form)
    if more.get("is_asking"):
        context["near"] = form.near
        context["reachable"] = _reachable(request, form.near)
    return render(request, "tickets/ticket_new.html", context, status=status)


def _waiting(request: HttpRequest, form: FilingForm) -> list[Photo]:
    """Photos that were sent ahead of this report."""
    report = form.fields["client_id"].clean(form["client_id"].value())
    return list(Photo.objects.waiting(by=request.user, draft=report).order_by("pk"))


@require_GET
@never_cache
def near(request: HttpRequest) -> HttpResponse:
    """A piece of the report page: open tickets of this kind within 50 m of the pin."""
    if not scoping.districts(request.user, "tickets.file"):
        raise PermissionDenied
    form = NearForm(request.GET)
    if not form.is_valid():
        return render(request, "tickets/_near.html", {"near": []}, status=400)
    found = form.similar(request.user)
    context = {"near": found, "reachable": _reachable(request, found)}
    return render(request, "tickets/_near.html", context)


def _reachable(request: HttpRequest, tickets: list[Ticket]) -> set[int]:
    """Which of these have a page for this person; the rest are told of, without number or link."""
    ids = [one.pk for one in tickets]
    if not ids:
        return set()
    mine = Ticket.objects.in_reach_of(request.user).filter(pk__in=ids)
    return set(mine.values_list("pk", flat=True))


# ── one ticket ────────────────────────────────────────────────────────────────────────────────


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
