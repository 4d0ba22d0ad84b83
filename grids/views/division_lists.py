"""Lists of divisions, and where one begins."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from govgrid.core.errors import Refused
from grids import actions, queries
from grids.division.reading import in_reach_of
from grids.division.sizes import ranges
from grids.forms import OlderForm
from grids.forms.divisions import BeginForm, SizeForm
from grids.models import Area, Division
from grids.views.division_page import STATE_LOOKS, first_error
from grids.workflow import State

A_PAGE = 30


def _community(request, code) -> Area:
    """A community whose drafts this person may read."""
    area = Area.objects.in_force().filter(code=code, level=4).select_related("parent").first()
    if area is None or not request.user.has_perm("grids.view_division", area):
        raise Http404
    return area


@require_GET
def division_list(request):
    """All divisions in reach, the newest first."""
    found = in_reach_of(request.user).select_related("community__parent", "begun_by")
    return render(request, "grids/division_list.html", _page_of(request, found))


def _page_of(request, found) -> dict:
    if before := OlderForm(request.GET).key():
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: A_PAGE + 1])
    return {
        "divisions": [(one, STATE_LOOKS[State(one.state)]) for one in rows[:A_PAGE]],
        "older": rows[A_PAGE - 1].pk if len(rows) > A_PAGE else None,
        "is_first_page": before is None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def of_community(request, code):
    """The divisions of one community; a post begins a draft."""
    area = _community(request, code)
    if request.method == "POST":
        return _begin(request, area)
    found = Division.objects.filter(community=area).select_related("community", "begun_by")
    context = {
        **_page_of(request, found),
        "area": area,
        "line": queries.line_of(area),
        "form": BeginForm(initial={"client_id": uuid4()}),
        "may_draw": request.user.has_perm("grids.draw", area),
        "may_set_size": request.user.has_perm("grids.approve_division", area),
        "sizes": [
            (dict(SizeForm.base_fields["kind"].choices)[kind], asked)
            for kind, asked in ranges(area).items()
        ],
        "size_form": SizeForm(),
    }
    return render(request, "grids/division_community.html", context)


def _begin(request, area):
    form = BeginForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That could not be read, and nothing was begun. Try again."))
        return redirect("grids:divisions", area.code)
    given = form.cleaned_data
    try:
        division = actions.begin_division(
            area, by=request.user, client_id=given["client_id"], reason=given["reason"]
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("grids:divisions", area.code)
    return redirect(division)


@require_POST
def set_size(request, code):
    """How many households a grid is to have here."""
    area = _community(request, code)
    form = SizeForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.set_size(area, said["kind"], said["least"], said["most"], by=request.user)
            messages.success(request, _("The size is set."))
        except Refused as refusal:
            messages.error(request, str(refusal))
    else:
        messages.error(request, first_error(form))
    return redirect("grids:divisions", area.code)
