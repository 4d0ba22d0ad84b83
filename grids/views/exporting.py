"""What a register shows, as a file: the same words behind the question mark, the same reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import Http404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from grids import queries, scoping, serving, tasklist
from grids.forms.duties import StageForm
from grids.forms.places import (
    CompoundSearchForm,
    FacilitySearchForm,
    OrganisationSearchForm,
    RegisterForm,
    ServicePointSearchForm,
)
from grids.models import (
    AreaCount,
    Compound,
    Facility,
    Layer,
    LayerPiece,
    Level,
    Organisation,
    ServicePoint,
)
from grids.serving import registers
from grids.spatial.writing import FORMATS, Table
from grids.views.layers import visible_layers
from grids.views.people import area_or_404


class Export(NamedTuple):
    """What is shown to this request, and the table of it."""

    rows: Callable[..., QuerySet]
    table: Callable[..., Table]


def _narrowed(model: type, form_class: type[RegisterForm]) -> Callable[..., QuerySet]:
    def rows(request) -> QuerySet:
        asked = request.GET.copy()
        asked.pop("after", None)  # the file begins where the first page does
        form = form_class(asked, user=request.user)
        if not form.is_valid():
            raise Http404
        return form.filter(model.objects.all())

    return rows


def _counts(request) -> QuerySet:
    counts = AreaCount.objects.filter(area__valid_to=None)
    if within := request.GET.get("within", "").replace("\x00", ""):
        area = queries.area_of(within)
        if area is None:
            raise Http404
        counts = counts.filter(area__path__startswith=area.path)
    return counts


def _duties(request) -> QuerySet:
    if not scoping.reach(request.user, "grids.oversee"):
        raise Http404
    seen = tasklist.visible_to(request.user)
    return tasklist.in_stage(seen, StageForm(request.GET).chosen()).order_by("ends_on", "pk")


def _layers(request) -> QuerySet:
    layers = visible_layers(request.user)
    asked = request.GET.get("layer", "")
    if asked:
        is_id = asked.isdecimal() and len(asked) < 19
        layers = layers.filter(pk=int(asked)) if is_id else Layer.objects.none()
        if not layers:
            raise Http404
    pieces = LayerPiece.objects.filter(layer__in=layers.in_force(), valid_to=None)
    return pieces.order_by("layer__matter", "layer", "pk")


EXPORTS = {
    "compounds": Export(_narrowed(Compound, CompoundSearchForm), registers.compound_table),
    "facilities": Export(_narrowed(Facility, FacilitySearchForm), registers.facility_table),
    "service-points": Export(
        _narrowed(ServicePoint, ServicePointSearchForm), registers.service_point_table
    ),
    "organisations": Export(
        _narrowed(Organisation, OrganisationSearchForm), registers.organisation_table
    ),
    "counts": Export(_counts, registers.count_table),
    "duties": Export(_duties, registers.duty_table),
    "layers": Export(_layers, registers.layer_table),
}


@require_GET
@never_cache
def register_export(request, register, slug):
    """The rows that the list shows, all pages of it."""
    export = EXPORTS.get(register)
    if export is None or slug not in dict(registers.formats_for(register)):
        raise Http404
    rows = export.rows(request)
    registers.must_fit(rows)
    return serving.answer(export.table(rows, is_map=FORMATS[slug].is_map), slug)


@require_GET
@never_cache
def tally_export(request, code, slug):
    """What came of the duties in an area: the table of its page, for who may see that."""
    area = area_or_404(code)
    user = request.user
    may = user.has_perm("grids.oversee", area) or user.has_perm("grids.do_duty", area)
    is_table = slug in dict(registers.formats_for("duties"))
    if not (may and is_table and area.level < Level.GRID):
        raise Http404
    tallied = tasklist.overview(area, tasklist.running_in(area)).by_duty
    return serving.answer(registers.tally_table(area.code, tallied), slug)
