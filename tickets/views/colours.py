"""When tickets turn which colour: as everybody reads it, and as a district sets it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grids import scoping
from tickets import policy, rulebook
from tickets.forms.colours import ColoursForm
from tickets.workflow import STANDARD_COLOURS

ENDED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def colours(request: HttpRequest) -> HttpResponse:
    if not scoping.reach(request.user, "tickets.view"):
        raise Http404
    may_set = bool(scoping.reach(request.user, "tickets.set_limits"))
    if request.method != "POST":
        return _page(request, ColoursForm(user=request.user) if may_set else None)
    if not may_set:
        raise PermissionDenied
    form = ColoursForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form)
    terms = rulebook.set_colours(by=request.user, **form.given())
    messages.success(request, _("%(code)s holds from now on.") % {"code": terms.code})
    return redirect("tickets:colours")


def _page(request: HttpRequest, form: ColoursForm | None) -> HttpResponse:
    seen = policy.colours_visible_to(request.user)
    context = {
        "form": form,
        "standard": STANDARD_COLOURS,
        "in_force": seen.filter(valid_to=None).order_by("pk"),
        "ended": seen.exclude(valid_to=None).order_by("-valid_to")[:ENDED],
    }
    return render(request, "tickets/colours.html", context)
