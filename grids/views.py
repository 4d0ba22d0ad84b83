"""The browser's way in: the map's data, the list of areas, the page of one."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_GET

from grids import queries
from grids.forms import OutlinesForm, PointForm


def _wrong(form) -> JsonResponse:
    """400 with the first thing that is wrong, in the words of the form."""
    name, errors = next(iter(form.errors.get_json_data().items()))
    where = "" if name == "__all__" else f"{name}: "
    return JsonResponse({"code": "invalid", "detail": f"{where}{errors[0]['message']}"}, status=400)


# Outlines change some times a year; a minute of the browser's memory saves a query a pan.
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
