"""The registers of places: compounds, facilities, service points. Everybody who signs in reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from govgrid.core.panels import panels_for
from grids import queries
from grids.actions.places import area_of
from grids.forms.keeping import MilestoneForm
from grids.forms.places import (
    CompoundSearchForm,
    FacilitySearchForm,
    OrganisationSearchForm,
    ServicePointSearchForm,
)
from grids.models import Compound, Facility, Organisation, Renewal, ServicePoint
from grids.serving.registers import formats_for
from grids.views.keeping import REGISTERS, keeps, keeps_somewhere

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from grids.forms.places import RegisterForm

PAGE = 50
# Of a degree: a tenth of a metre.
DIGITS = 6
# The word in the address of each list.
REGISTER_OF: dict[Any, str] = {
    **{register.model: name for name, register in REGISTERS.items()},
    Organisation: "organisations",
}


@require_GET
def compounds(request: HttpRequest) -> HttpResponse:
    open_ones = Renewal.objects.filter(state__in=[Renewal.State.PLANNED, Renewal.State.RUNNING])
    rows = Compound.objects.select_related("community").defer("outline")
    rows = rows.prefetch_related(Prefetch("renewals", open_ones, to_attr="open_renewals"))
    form = CompoundSearchForm(request.GET, user=request.user)
    return _register(request, "grids/compounds.html", form, rows)


@require_GET
def facilities(request: HttpRequest) -> HttpResponse:
    rows = Facility.objects.select_related("facility_class", "grid", "owner")
    form = FacilitySearchForm(request.GET, user=request.user)
    return _register(request, "grids/facilities.html", form, rows)


@require_GET
def service_points(request: HttpRequest) -> HttpResponse:
    rows = ServicePoint.objects.select_related("grid")
    form = ServicePointSearchForm(request.GET, user=request.user)
    return _register(request, "grids/service_points.html", form, rows)


@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    rows = Organisation.objects.select_related("grid")
    form = OrganisationSearchForm(request.GET, user=request.user)
    return _register(request, "grids/organisations.html", form, rows)


def _register(
    request: HttpRequest, template: str, form: RegisterForm, rows: QuerySet
) -> HttpResponse:
    """A page of a register. One more is read than is shown: nothing is counted."""
    register = REGISTER_OF[rows.model]
    found = list(form.filter(rows)[: PAGE + 1])
    shown = found[:PAGE]
    context = {
        "form": form,
        "rows": shown,
        "next": _with(request, after=shown[-1].code) if len(found) > PAGE else "",
        "first": _with(request, after="") if request.GET.get("after") else "",
        "kept": {one.pk for one in shown if keeps(request.user, area_of(one))},
        "may_enter": register in REGISTERS and keeps_somewhere(request.user),
        "register": register,
        "formats": formats_for(register),
        "shown_query": _with(request, after=""),
    }
    return render(request, template, context)


def _with(request: HttpRequest, **names: str) -> str:
    query = request.GET.copy()
    for name, value in names.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


@require_GET
def compound(request: HttpRequest, code: str) -> HttpResponse:
    """One compound: who keeps it up, until when its committee sits, how far its renewal is."""
    rows = Compound.objects.select_related("community", "property_department")
    drawn = AsGeoJSON("outline", precision=DIGITS)
    one = get_object_or_404(rows.defer("outline").annotate(shape=drawn), code=code)
    renewals = list(one.renewals.prefetch_related("milestones"))
    context = {
        "compound": one,
        "above": queries.line_of(one.community),
        "renewals": renewals,
        "may_keep": keeps(request.user, one.community),
        "has_open": any(renewal.is_open for renewal in renewals),
        "kinds": Renewal.Kind.choices,
        "milestone_form": MilestoneForm(),
        "panels": _panels("grids.compound", request, one),
    }
    return render(request, "grids/compound_detail.html", context)


@require_GET
def facility(request: HttpRequest, code: str) -> HttpResponse:
    """One facility: what and where it is, whose, in what state; other apps add panels."""
    rows = Facility.objects.select_related("facility_class", "grid", "owner")
    one = get_object_or_404(rows, code=code)
    context = {
        "facility": one,
        "above": queries.line_of(one.grid) if one.grid else [],
        "panels": _panels("grids.facility", request, one),
        "may_keep": keeps(request.user, one.grid),
        "states": Facility.State.choices,
        "may_set_state": one.is_standing and request.user.has_perm("grids.set_facility_state", one),
    }
    return render(request, "grids/facility_detail.html", context)


def _panels(place: str, request: HttpRequest, one: Any) -> list[str]:
    return [
        render_to_string(panel.template, panel.context, request)
        for panel in panels_for(place, request, one)
    ]
