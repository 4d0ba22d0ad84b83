"""Topics near me, and figures that reward answers. The place stands in the address and nowhere else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations import outcomes
from consultations.forms.lists import Where
from consultations.models import Platform
from consultations.views.topics import base_of
from govgrid.core.throttle import limited
from grids.forms import PointForm

ASKED_A_MINUTE = 60


class RadiusForm(forms.Form):
    within = forms.TypedChoiceField(
        choices=[(one, one) for one in outcomes.RADII], coerce=int, required=False
    )

    @property
    def metres(self) -> int:
        return (self.is_valid() and self.cleaned_data["within"]) or 1000


@require_safe
@limited("near", ASKED_A_MINUTE, lambda request: "lon" in request.GET)
def near(request: HttpRequest) -> HttpResponse:
    """Topics near a point of the address; without one, a map to choose it on."""
    radius = RadiusForm(request.GET).metres
    asked = {name: request.GET.get(name, "") for name in ("lon", "lat")}
    form = PointForm(asked)
    context: dict[str, Any] = {
        "base": base_of(request),
        "radius": radius,
        "radii": outcomes.RADII,
        "is_asked": any(asked.values()),
        "point": None,
        "is_wrong": any(asked.values()) and not form.is_valid(),
    }
    if form.is_valid():
        lon, lat = round(form.cleaned_data["lon"], 5), round(form.cleaned_data["lat"], 5)
        grid, found = outcomes.near(lon, lat, radius)
        context |= {"grid": grid, "trails": found, "point": (lon, lat)}
        context["extent"] = outcomes.box_around(lon, lat, radius)
    response = render(
        request, "consultations/near.html", context, status=400 if context["is_wrong"] else 200
    )
    # Where somebody stands is not passed on to whatever page comes next.
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@limited("figures", ASKED_A_MINUTE)
def figures(request: HttpRequest) -> HttpResponse:
    form = Where(request.GET)
    platforms = Platform.objects.in_force()
    is_valid = form.is_valid()
    if is_valid and form.cleaned_data["platform"]:
        platforms = platforms.filter(pk=form.cleaned_data["platform"].pk)
    if is_valid and form.cleaned_data["area"]:
        platforms = platforms.filter(area__path__startswith=form.cleaned_data["area"].path)
    if not is_valid:
        platforms = platforms.none()
    whole, rows = outcomes.figures(platforms)
    context = {
        "base": base_of(request),
        "form": form,
        "whole": whole,
        "rows": rows,
        "area": form.cleaned_data.get("area") if is_valid else None,
        "floor": outcomes.FLOOR,
        "most": outcomes.PLATFORMS,
    }
    return render(request, "consultations/figures.html", context, status=200 if is_valid else 400)
