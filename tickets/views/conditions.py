"""The conditions of categories: as everybody reads them, and as the district sets them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from grids import scoping
from tickets import conditions as book
from tickets import rules
from tickets.forms.conditions import CategoryTermsForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def conditions(request: HttpRequest) -> HttpResponse:
    """What is in force and what was; for whoever sets them, the form beside it."""
    may_set = bool(scoping.reach(request.user, "tickets.set_terms"))
    if request.method != "POST":
        return _page(request, CategoryTermsForm(user=request.user) if may_set else None)
    if not may_set:
        raise PermissionDenied
    form = CategoryTermsForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form)
    terms = book.set_terms(by=request.user, **form.cleaned_data)
    messages.success(request, _("%(code)s holds from now on.") % {"code": terms.code})
    return redirect("tickets:conditions")


@require_POST
def end(request: HttpRequest, terms: int) -> HttpResponse:
    """From now on those for everywhere hold again, or none."""
    found = book.visible_to(request.user).filter(pk=terms).first()
    if found is None:
        raise Http404
    ended = book.end_terms(found, by=request.user)
    messages.success(request, _("%(code)s has ended.") % {"code": ended.code})
    return redirect("tickets:conditions")


def _page(request: HttpRequest, form: CategoryTermsForm | None) -> HttpResponse:
    seen = book.visible_to(request.user)
    in_force = list(seen.in_force().order_by("category__code", "area")[: book.ROWS])
    ended = list(seen.exclude(valid_to=None).order_by("-valid_to")[: book.ENDED_ROWS + 1])
    may_end: set[int] = set()
    if form is not None:
        may_end = {one.pk for one in in_force if rules.can_set_terms(request.user, one.area)}
    context: dict[str, Any] = {
        "form": form,
        "in_force": in_force,
        "ended": ended[: book.ENDED_ROWS],
        "is_more": len(ended) > book.ENDED_ROWS,
        "may_end": may_end,
    }
    return render(request, "tickets/conditions.html", context)
