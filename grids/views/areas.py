"""The browser's way in: the map with its list, the page of one area, what lies at a point."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from govgrid.core.panels import notes_for, panels_for
from grids import queries, roles, scoping, staffing, tiles
from grids.forms import AreaSearchForm, PointForm, TapForm
from grids.models import Area, Department, Level
from grids.spatial.writing import FORMATS

MOST_FOUND = 50
# Panels of the sheet from this rank on are buttons.
WAYS_ON = 50


@require_GET
def area_list(request):
    """The map of one's own street or community with its list beside it, or what was searched for."""
    form = AreaSearchForm(request.GET)
    areas = Area.objects.in_force().select_related("parent")
    found = list(form.filter(areas)[: MOST_FOUND + 1])
    base = _own_area(request.user)
    line = queries.line_of(base) if base else []
    groups = queries.two_levels_beneath(base) if base else []
    listed = found or [area for group, children in groups for area in (group, *children)]
    context = {
        **_map_of(request, line),
        # Filled on the map, unless it is all of it.
        "own": base.code if base and base.level > Level.DISTRICT else "",
        "is_list": request.GET.get("view") == "list",
        "notes": notes_for("grids.areas", request, listed),
        "form": form,
        "is_search": bool(form.is_valid() and form.cleaned_data["q"]),
        "found": found[:MOST_FOUND],
        "is_more": len(found) > MOST_FOUND,
        "base": base,
        "line": line,
        "groups": groups,
        "formats": [(slug, one.label) for slug, one in FORMATS.items()],
        "shown_query": _shown_query(form, base),
    }
    return render(request, "grids/area_list.html", context)


def _shown_query(form, base: Area | None) -> str:
    """What is behind the question mark of a file with the areas that the list shows."""
    if form.is_valid() and form.cleaned_data["q"]:
        return "?" + urlencode({"q": form.cleaned_data["q"]})
    return "?" + urlencode({"within": base.code}) if base else ""


def _map_of(request, line) -> dict:
    """What a map needs; without an outline it shows what lies round the last of ``line``."""
    found = (queries.bounds([one]) for one in reversed(line))
    return {
        "extent": next((box for box in found if box), None),
        "edition": tiles.edition(),
        "layers": _drawn(request, panels_for("grids.map", request, None)),
    }


def _drawn(request, panels) -> list[str]:
    return [render_to_string(panel.template, panel.context, request) for panel in panels]


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
    area = queries.area_of(code)
    if area is None:
        raise Http404
    if area.code != code:  # by its code in the other system, or by one it had before
        return redirect(area)
    line = queries.line_of(area)
    role = staffing.MAIN.get(Level(area.level), "")
    children = list(area.children.in_force())
    context = {
        "area": area,
        "above": line[:-1],
        "children": children,
        "notes": notes_for("grids.areas", request, children),
        "departments": area.departments.active(),
        "functions": queries.functions(line),
        "seats": staffing.team(line),
        "asked": staffing.requirements(line).get(role),
        "role": str(roles.ROLES[role].label) if role else "",
        "panels": _drawn(request, panels_for("grids.area", request, area)),
        **_map_of(request, line),
    }
    return render(request, "grids/area_detail.html", context)


@require_GET
def sheet(request):
    """What was tapped on the map, in short: a part of a page, with the way to the whole of it."""
    form = TapForm(request.GET)
    if not form.is_valid():
        return _wrong(form)
    lon, lat = form.cleaned_data["lon"], form.cleaned_data["lat"]
    place = queries.locate(lon, lat)
    if place is None:
        return render(request, "grids/_sheet.html")
    area = Area.objects.get(pk=getattr(place, form.level_slug()).id)
    line = queries.line_of(area)
    panels = panels_for("grids.sheet", request, area)
    context = {
        "area": area,
        "above": line[:-1],
        "worker": next(iter(queries.functions(line)), None),
        "figures": [figure for panel in panels for figure in panel.figures],
        # What is told stands above the ways on.
        "told": _drawn(request, [one for one in panels if one.rank < WAYS_ON]),
        "ways": _drawn(request, [one for one in panels if one.rank >= WAYS_ON]),
    }
    return render(request, "grids/_sheet.html", context)


def _wrong(form) -> JsonResponse:
    """400 with the first thing that is wrong, in the words of the form."""
    name, errors = next(iter(form.errors.get_json_data().items()))
    where = "" if name == "__all__" else f"{name}: "
    return JsonResponse({"code": "invalid", "detail": f"{where}{errors[0]['message']}"}, status=400)


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
