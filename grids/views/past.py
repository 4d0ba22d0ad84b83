"""The map on a day, with its list."""

from __future__ import annotations

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from govgrid.core import clock
from grids import queries
from grids.division.past import outlines_on
from grids.forms.divisions import DayForm
from grids.models import Area


def _asked(request, code):
    """The area, past or present, and the day; today where none or no day is given."""
    form = DayForm(request.GET)
    on = (form.cleaned_data["on"] if form.is_valid() else None) or clock.today()
    # A code may have been given again: the area that had it that day comes first.
    area = Area.objects.in_force(on).filter(code=code).order_by("pk").first()
    area = area or Area.objects.filter(code=code).order_by("-pk").first()
    if area is None:
        raise Http404
    return area, on


@require_GET
def on_a_day(request, code):
    area, on = _asked(request, code)
    context = {
        "area": area,
        "on": on,
        "line": queries.line_of(area),
        "found": outlines_on(area, on),
        "extent": queries.bounds([area]) or queries.bounds(area.children.all()),
    }
    return render(request, "grids/division_day.html", context)


@require_GET
def shapes(request, code):
    area, on = _asked(request, code)
    found = [
        {
            "type": "Feature",
            "properties": {"number": one.id, "label": one.name, "special": one.kind == "special"},
            "geometry": one.shape,
        }
        for one in outlines_on(area, on)
        if one.shape is not None
    ]
    return JsonResponse(
        {
            "pieces": {"type": "FeatureCollection", "features": found},
            "findings": {"type": "FeatureCollection", "features": []},
        }
    )
