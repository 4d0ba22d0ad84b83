"""One's own time account, its print-out, and the shelf of gifts."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core.errors import Refused
from grids import scoping
from members import actions, needs, papers, timebank
from members.forms.time import CodeForm, GiftForm
from members.models import Gift
from members.views.needs import CONFLICT, page
from members.workflow.time import in_hours

PAGE = 50


@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    return _account(request)


def _account(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """The holder's alone; nobody else has an address for it."""
    found = timebank.account_of(request.user)
    lines = []
    if found is not None:
        lines = [timebank.line(one, found) for one in timebank.entries(found)[:PAGE]]
    context = {
        "account": found,
        "lines": [(one, in_hours(abs(one.minutes))) for one in lines],
        "hours": in_hours(timebank.balance(found)) if found else "0",
        "statement": timebank.statement_of_month(found) if found else None,
        "refusal": refusal,
    }
    return page(request, "members/_time.html", _("My time account"), context, status=status)


@require_POST
@never_cache
def statement(request: HttpRequest) -> HttpResponse:
    """The print-out as a PDF; the same one within a month."""
    try:
        made = actions.print_statement(by=request.user)
    except Refused as refusal:
        return _account(request, refusal=str(refusal.message), status=CONFLICT)
    response = HttpResponse(papers.statement_pdf(made), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="time.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _may_keep(request: HttpRequest) -> bool:
    user = request.user
    return bool(scoping.prefixes(user, needs.SERVE) or needs.station_paths(user))


@require_safe
def gift_list(request: HttpRequest) -> HttpResponse:
    """What there is; it has no price."""
    return _gifts(request)


def _gifts(
    request: HttpRequest, *, form: GiftForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    may_keep = request.user.is_authenticated and _may_keep(request)
    rows = list(timebank.gifts()[:PAGE])
    context = {
        "rows": [
            (
                one,
                CodeForm(auto_id=f"gift{one.pk}_%s")
                if may_keep and request.user.has_perm("members.keep_gifts", one)
                else None,
            )
            for one in rows
        ],
        "form": form or (GiftForm() if may_keep else None),
        "refusal": refusal,
    }
    return page(request, "members/_gifts.html", _("Gifts of thanks"), context, status=status)


@require_http_methods(["POST"])
@never_cache
def gift_new(request: HttpRequest) -> HttpResponse:
    if not _may_keep(request):
        raise PermissionDenied
    form = GiftForm(request.POST)
    if not form.is_valid():
        return _gifts(request, form=form, status=400)
    try:
        actions.offer_gift(by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _gifts(request, form=form, refusal=str(refusal.message), status=CONFLICT)
    return redirect("members:gifts")


@require_POST
@never_cache
def gift_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Give one against a code, or take it off the shelf."""
    gift = get_object_or_404(Gift.objects.select_related("area"), pk=pk, ended_at=None)
    if name == "end":
        actions.end_gift(gift, by=request.user)
        return redirect("members:gifts")
    if name != "give":
        raise Http404
    form = CodeForm(request.POST)
    if not form.is_valid():
        words = _("Type the code on the print-out.")
        return _gifts(request, refusal=words, status=400)
    try:
        actions.give_gift(gift, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _gifts(request, refusal=str(refusal.message), status=CONFLICT)
    messages.success(request, _("Given: %(gift)s.") % {"gift": gift.name})
    return redirect("members:gifts")
