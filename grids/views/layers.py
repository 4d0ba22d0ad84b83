"""The map of responsibility, and where it does not fit."""

from __future__ import annotations

import csv

from django.contrib import messages
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grids import actions, queries, scoping
from grids.conflicts import MOST, Kind, conflicts
from grids.forms.layers import ConflictForm, LayerForm, PieceForm
from grids.models import Layer, Level
from grids.serving.registers import formats_for

# Maps on one page: more would be slow on a 2020 laptop.
MAPS = 20
DIGITS = 6


def visible_layers(user):
    """Layers within reach; mirrors ``rules.can_see_layer``."""
    prefixes = scoping.prefixes(user, "grids.oversee")
    departments = scoping.reach(user, "grids.oversee").departments
    if not prefixes and not departments:
        raise Http404
    return Layer.objects.touching(prefixes, departments)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def layer_list(request):
    """The layers in force by matter; for whoever keeps them, the form to begin one."""
    seen = visible_layers(request.user)
    may_keep = bool(scoping.prefixes(request.user, "grids.keep_layers"))
    form = LayerForm(request.POST or None, user=request.user) if may_keep else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            layer = actions.open_layer(by=request.user, **form.cleaned_data)
            return redirect("grids:layer", layer.pk)
    layers = seen.in_force().select_related("department", "area")
    drawn = Count("pieces", filter=Q(pieces__valid_to=None))
    rows = list(layers.annotate(drawn=drawn).order_by("matter", "pk")[:MOST])
    context = {"rows": rows, "form": form, "formats": formats_for("layers")}
    return render(request, "grids/layer_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def layer_detail(request, pk):
    """One layer: its pieces on a map and in a list, and the form that draws one."""
    layer = get_object_or_404(
        visible_layers(request.user).select_related("department", "area"), pk=pk
    )
    may_keep = layer.valid_to is None and request.user.has_perm("grids.keep_layers", layer.area)
    form = PieceForm(request.POST or None) if may_keep else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            given = form.cleaned_data
            actions.draw_piece(layer, given["unit"], given["outline"], by=request.user)
            messages.success(
                request, _("%(unit)s answers there from today.") % {"unit": given["unit"]}
            )
            return redirect("grids:layer", layer.pk)
    pieces = layer.pieces.select_related("unit").defer("outline")
    present = pieces.filter(valid_to=None).annotate(geojson=AsGeoJSON("outline", precision=DIGITS))
    context = {
        "layer": layer,
        "form": form,
        "pieces": list(present),
        "earlier": list(pieces.exclude(valid_to=None).order_by("-valid_to")[:MOST]),
        "extent": queries.bounds([layer.area]),
        "formats": formats_for("layers"),
        "shown_query": f"?layer={layer.pk}",
    }
    return render(request, "grids/layer_detail.html", context)


@require_POST
def layer_end(request, pk):
    layer = get_object_or_404(visible_layers(request.user), pk=pk)
    actions.end_layer(layer, by=request.user)
    messages.success(request, _("The layer has ended."))
    return redirect("grids:layers")


def _asked(request):
    """The form, the area that is looked at, all that could be, and the conflicts there."""
    areas = ConflictForm(user=request.user).fields["area"].queryset
    whole = areas.order_by("level", "code").first()
    if whole is None:
        raise Http404
    given = request.GET.copy()
    # A district takes seconds, and nobody asked for it yet: a street is there at once.
    if not given.get("area"):
        given["area"] = (areas.filter(level=Level.STREET).first() or whole).code
    form = ConflictForm(given, user=request.user)
    if not form.is_valid():
        if "area" in form.errors:
            raise Http404
        return form, whole, whole, []
    said = form.cleaned_data
    kinds = [said["kind"]] if said["kind"] else []
    return form, said["area"], whole, conflicts(said["area"], matter=said["matter"], kinds=kinds)


@require_GET
@never_cache
def conflict_report(request):
    """What does not fit, in words and each with its map."""
    form, area, whole, found = _asked(request)
    # Each kind keeps its place: the maps are given out in turn.
    drawn = {id(one) for kind in Kind for one in [c for c in found if c.kind == kind][: MAPS // 3]}
    groups = [
        (kind, [(one, id(one) in drawn) for one in found if one.kind == kind]) for kind in Kind
    ]
    context = {
        "form": form,
        "area": area,
        "groups": [(kind, rows) for kind, rows in groups if rows],
        "count": len(found),
        "most": MOST,
        "is_cut": any(len(rows) >= MOST for _kind, rows in groups),
        "whole": whole if whole.pk != area.pk else None,
        "query": form.data.urlencode(),
    }
    return render(request, "grids/conflicts.html", context)


COLUMNS = ("kind", "matter", "place_code", "place_name", "units", "percent", "square_metres")


@require_GET
@never_cache
def conflict_csv(request):
    """The same as a table for a spreadsheet."""
    _form, _area, _whole, found = _asked(request)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="conflicts.csv"'
    response.write("\ufeff")  # or Excel shows Chinese as noise
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for one in found:
        cells = (one.matter, one.place_code, one.place_name, " / ".join(one.units))
        row = [_plain(cell) for cell in cells]
        writer.writerow([one.kind.value, *row, one.percent, one.square_metres])
    return response


def _plain(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula is marked as text."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
