"""How long things may take: the policy as everybody reads it, and as the district sets it."""

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
from tickets import policy, rulebook, rules
from tickets.forms.limits import TimeLimitForm


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def limits(request: HttpRequest) -> HttpResponse:
    """The policy; for whoever sets limits, the form beside it."""
    if not scoping.reach(request.user, "tickets.view"):
        raise Http404
    may_set = bool(scoping.reach(request.user, "tickets.set_limits"))
    if request.method != "POST":
        return _page(request, TimeLimitForm(user=request.user) if may_set else None)
    if not may_set:
        raise PermissionDenied
    form = TimeLimitForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form)
    limit = rulebook.set_limit(by=request.user, **form.given())
    messages.success(request, _("%(code)s holds from now on.") % {"code": limit.code})
    return redirect("tickets:limits")


@require_POST
def end(request: HttpRequest, limit: int) -> HttpResponse:
    """From now on the wider limit holds again."""
    found = policy.visible_to(request.user).filter(pk=limit).first()
    if found is None:
        raise Http404
    ended = rulebook.end_limit(found, by=request.user)
    messages.success(request, _("%(code)s has ended.") % {"code": ended.code})
    return redirect("tickets:limits")


def _page(request: HttpRequest, form: TimeLimitForm | None) -> HttpResponse:
    seen = policy.visible_to(request.user)
    in_force = list(seen.in_force().order_by("pk")[: policy.OWN_ROWS + 1])
    ended = list(seen.exclude(valid_to=None).order_by("-valid_to")[: policy.ENDED_ROWS + 1])
    may_end: set[int] = set()
    if form is not None:
        may_end = {one.pk for one in in_force if rules.can_set_limits(request.user, one.area)}
    context: dict[str, Any] = {
        "form": form,
        "parts": policy.parts(in_force[: policy.OWN_ROWS]),
        "is_cut": len(in_force) > policy.OWN_ROWS,
        "ended": ended[: policy.ENDED_ROWS],
        "is_more": len(ended) > policy.ENDED_ROWS,
        "may_end": may_end,
    }
    return render(request, "tickets/limits.html", context)
