"""The browser's way in: the map's data, the list of areas, the page of one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_GET

from govgrid.core.panels import panels_for
from grids import queries, scoping
from grids.forms import AreaSearchForm, OutlinesForm, PointForm
from grids.models import Area, Department, Level

MOST_FOUND = 50


@require_GET
def area_list(request):
    """Own street or community with all beneath it, or what was searched for."""
    form = AreaSearchForm(request.GET)
    areas = Area.objects.in_force().select_related("parent")
    found = list(form.filter(areas)[: MOST_FOUND + 1])
    base = _own_area(request.user)
    context = {
        "form": form,
        "is_search": bool(form.is_valid() and form.cleaned_data["q"]),
        "found": found[:MOST_FOUND],
        "is_more": len(found) > MOST_FOUND,
        "base": base,
        "line": queries.line_of(base) if base else [],
        "groups": queries.two_levels_beneath(base) if base else [],
    }
    return render(request, "grids/area_list.html", context)


def _own_area(user) -> Area | None:
    """Where ``user`` works, by community or larger; the whole map for who works nowhere."""
    for post in scoping.held(user):
        area = (
            Area.objects.get(pk=post.area_id)
            if post.area_id
            else Department.objects.select_related("area").get(pk=post.department_id).area
        )
        return Area.objects.get(pk=area.parent_id) if area.level == Level.GRID else area
    return Area.objects.in_force().order_by("level", "code").first()


@require_GET
def area_detail(request, code):
    """One area: its outline, what lies in it, who answers there; other apps add panels."""
    area = Area.objects.in_force().filter(code=code).order_by("pk").first()
    if area is None:
        raise Http404
    line = queries.line_of(area)
    context = {
        "area": area,
        "above": line[:-1],
        "children": area.children.in_force(),
        "departments": area.departments.active(),
        "functions": queries.functions(line),
        # An area without an outline shows the map of what lies round it.
        "extent": next((box for one in reversed(line) if (box := queries.bounds([one]))), None),
        "panels": [
            render_to_string(panel.template, panel.context, request)
            for panel in panels_for("grids.area", request, area)
        ],
    }
    return render(request, "grids/area_detail.html", context)


def _wrong(form) -> JsonResponse:
    """400 with the first thing that is wrong, in the words of the form."""
    name, errors = next(iter(form.errors.get_json_data().items()))
    where = "" if name == "__all__" else f"{name}: "
    return JsonResponse({"code": "invalid", "detail": f"{where}{errors[0]['message']}"}, status=400)


# Where a grid ends is no secret: the public page shows it too. Outlines change some times a year; a
# minute of the browser's memory saves a query a pan.
@login_not_required
@require_GET
@cache_control(private=True, max_age=60)
@conditional_page
def outlines(request):
    """GeoJSON of what lies in a box: ?bbox=west,south,east,north&zoom=14."""
    form = OutlinesForm(request.GET)
    if not form.is_valid():
        return _wrong(form)
    drawn = queries.outlines(form.cleaned_data["bbox"], form.cleaned_data["zoom"])
    return HttpResponse(drawn, content_type="application/geo+json")


@require_GET
def locate(request):
    """The grid at a point, its community and street; 404 with a sentence outside the map."""
    form = PointForm(request.GET)
    if not form.is_valid():
        return _wrong(form)
    lon, lat = form.cleaned_data["lon"], form.cleaned_data["lat"]
    place = queries.locate(lon, lat)
    if place is None:
        detail = queries.outside_message(lon, lat)
        return JsonResponse({"code": "outside", "detail": detail}, status=404)
    answer = {
        name: {"code": area.code, "name": area.name}
        for name in ("grid", "community", "street", "district")
        for area in [getattr(place, name)]
    }
    return JsonResponse({**answer, "border": place.border})
