"""The list of tickets, and the report page."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from govgrid.core import clock
from govgrid.core.coordinates import CRS
from govgrid.core.errors import Refused
from govgrid.core.parts import may_have
from grids import scoping
from grids.forms import PointForm
from grids.models import Facility
from grids.places import facilities_near
from tickets import actions, gallery, queries
from tickets.forms.filing import FilingForm, NearForm
from tickets.forms.search import TicketSearchForm
from tickets.models import Photo, SavedSearch, Ticket
from tickets.repeats import History
from tickets.views.photos import keep_sent
from tickets.walks import within_reach

PAGE = 50
CONFLICT = 409
# Where on the report page a refusal is shown; any other one is about the pin.
FIELD_OF = {
    "unknown_grid": "grid_code",
    "wrong_department": "helpers",
    "wrong_ticket": "repeat_of",
    "wrong_facility": "facility",
}


# ── the list ──────────────────────────────────────────────────────────────────────────────────


@require_GET
def ticket_list(request: HttpRequest) -> HttpResponse:
    """The whole page for a browser; only the results for htmx. No counting."""
    form = TicketSearchForm(request.GET, user=request.user)
    found = form.ordered(within_reach(request.user).narrowed(form.filter)).first(PAGE + 1)
    shown = found[:PAGE]
    clocks = queries.clocks_of(shown)
    queries.name_leading(shown, request.user)
    template = "tickets/ticket_list.html"
    if request.htmx:
        template += "#results"
    context = {
        "form": form,
        "tickets": shown,
        "rows": [(one, queries.most_urgent(clocks[one.pk])) for one in shown],
        "save_query": form.canonical() if form.is_valid() and form.is_narrow else "",
        "minute": clock.now().replace(second=0, microsecond=0),
        "older": _with(request, **form.cursor(shown[-1])) if len(found) > PAGE else "",
        "newest": _without(request, "before", "after") if _is_further(request) else "",
    }
    if not request.htmx:
        mine = SavedSearch.objects.filter(owner=request.user)
        context["searches"] = mine if may_have(request.user, "searches") else []
    return render(request, template, context)


def _with(request: HttpRequest, **names: str) -> str:
    query = request.GET.copy()
    for name, value in names.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _is_further(request: HttpRequest) -> bool:
    """Whether this is not the first page."""
    return bool(request.GET.get("before") or request.GET.get("after"))


def _without(request: HttpRequest, *names: str) -> str:
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return f"?{query.urlencode()}"


# ── filing ────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """The report page. A second send of the same makes nothing new, whatever the phone does."""
    if not scoping.districts(request.user, "tickets.file"):
        raise PermissionDenied
    if request.method != "POST":
        given = {"client_id": uuid4(), **_at_facility(request.GET.get("facility", ""))}
        form = FilingForm(initial=given, user=request.user)
        return _new_page(request, form)
    form = FilingForm(request.POST, user=request.user)
    if "client_id" in form.errors:
        form.renew_id()
    if not form.is_valid():
        return _new_page(request, form)
    if not _was_sent(request, form) and form.has_questions():
        return _new_page(request, form, is_asking=True)
    if "look" in request.POST:
        # Without script: what would become of it, before it is sent.
        return _new_page(request, form)
    return _file(request, form)


def _at_facility(code: str) -> dict[str, Any]:
    """Come from the page of a facility, the pin stands on it."""
    if not code or "\x00" in code:
        return {}
    one = Facility.objects.standing().filter(code=code).first()
    if one is None:
        return {}
    return {"facility": one.code, "lon": one.point.x, "lat": one.point.y, "crs": CRS.WGS84.value}


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
        form.add_error(FIELD_OF.get(refusal.code, "lat"), refusal.message)
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
    if "repeat_of" in form.errors:
        form.forget_repeat()
    context = {"form": form, "extent": queries.own_extent(request.user), **more}
    if request.method == "POST":
        # Files do not come back with a form: what was chosen is kept, and shown as kept.
        context["failures"] = keep_sent(request, form)
        context["waiting"] = _waiting(request, form)
    if more.get("is_asking"):
        context |= _around(request, form.near, form.repeats, form.history)
    return render(request, "tickets/ticket_new.html", context, status=status)


def _waiting(request: HttpRequest, form: FilingForm) -> list[Photo]:
    """Photos that were sent ahead of this report."""
    report = form.fields["client_id"].clean(form["client_id"].value())
    return list(Photo.objects.waiting(by=request.user, draft=report).order_by("pk"))


@require_GET
@never_cache
def near(request: HttpRequest) -> HttpResponse:
    """A piece of the report page: what is open within 50 m of the pin, and what was closed there."""
    if not scoping.districts(request.user, "tickets.file"):
        raise PermissionDenied
    form = NearForm(request.GET)
    if not form.is_valid():
        return render(request, "tickets/_near.html", {"near": []}, status=400)
    user = request.user
    context = _around(request, form.similar(user), form.repeats(user), form.history(user))
    return render(request, "tickets/_near.html", context)


@require_GET
@never_cache
def standing(request: HttpRequest) -> HttpResponse:
    """A piece of the report page: what stands within 50 m of the pin, to be named with one tap."""
    if not scoping.districts(request.user, "tickets.file"):
        raise PermissionDenied
    form = PointForm(request.GET)
    if not form.is_valid():
        return render(request, "tickets/_standing.html", {"found": []}, status=400)
    found = facilities_near(form.cleaned_data["lon"], form.cleaned_data["lat"])
    return render(request, "tickets/_standing.html", {"found": found})


def _around(
    request: HttpRequest, near: list[Ticket], repeats: list[Ticket], history: History | None
) -> dict[str, Any]:
    """What lies near a pin, for _near.html."""
    return {
        "near": near,
        "reachable": _reachable(request, near),
        "repeats": repeats,
        "history": history,
        "reopenable": {one.pk for one in repeats if request.user.has_perm("tickets.reopen", one)},
        "seen_near": ",".join(str(one.pk) for one in [*near, *repeats]),
    }


def _reachable(request: HttpRequest, tickets: list[Ticket]) -> set[int]:
    """Which of these have a page for this person; the rest are told of, without number or link."""
    ids = [one.pk for one in tickets]
    if not ids:
        return set()
    mine = Ticket.objects.in_reach_of(request.user).filter(pk__in=ids)
    return set(mine.values_list("pk", flat=True))
