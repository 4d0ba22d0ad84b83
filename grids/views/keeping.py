"""Entering and changing what stands in an area: for who keeps the registers there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import actions, queries, scoping
from grids.forms.keeping import (
    CompoundForm,
    CountsForm,
    EndForm,
    FacilityForm,
    MilestoneForm,
    PlaceForm,
    RenewalForm,
    ServicePointForm,
    StateForm,
)
from grids.models import Area, Compound, Facility, Milestone, Renewal, ServicePoint


class Register(NamedTuple):
    """What is kept in one register, and by which actions."""

    model: type[Model]
    form: type[PlaceForm]
    keep: Callable[..., Any]
    retire: Callable[..., Any]
    entering: str | Promise


REGISTERS = {
    "compounds": Register(
        Compound,
        CompoundForm,
        actions.keep_compound,
        actions.retire_compound,
        gettext_lazy("Enter a compound"),
    ),
    "facilities": Register(
        Facility,
        FacilityForm,
        actions.keep_facility,
        actions.retire_facility,
        gettext_lazy("Enter a facility"),
    ),
    "service-points": Register(
        ServicePoint,
        ServicePointForm,
        actions.keep_service_point,
        actions.retire_service_point,
        gettext_lazy("Enter a service point"),
    ),
}


def keeps_somewhere(user: Any) -> bool:
    """Whether there is an area whose registers ``user`` keeps."""
    return bool(scoping.reach(user, "grids.keep_places").areas)


def keeps(user: Any, area: Area | None) -> bool:
    return area is not None and user.has_perm("grids.keep_places", area)


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, register: str) -> HttpResponse:
    """A row that is new."""
    if not keeps_somewhere(request.user):
        raise PermissionDenied
    form = REGISTERS[register].form(request.POST or None)
    return _kept(request, register, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, register: str, code: str) -> HttpResponse:
    one = _row(request, register, code)
    form = REGISTERS[register].form(request.POST or None, instance=one)
    return _kept(request, register, form, one)


@require_POST
def retire(request: HttpRequest, register: str, code: str) -> HttpResponse:
    """No longer there: the row stays to be read."""
    one = _row(request, register, code)
    _told(request, lambda: REGISTERS[register].retire(one, by=request.user))
    return redirect(one)


def _row(request: HttpRequest, register: str, code: str) -> Any:
    """One row of a register that this person keeps, or 404 and 403."""
    model = REGISTERS[register].model
    place = "community" if model is Compound else "grid"
    one = get_object_or_404(model._default_manager.select_related(place), code=code)
    if not keeps(request.user, getattr(one, place)):
        raise PermissionDenied
    return one


def _kept(request: HttpRequest, register: str, form: PlaceForm, one: Any) -> HttpResponse:
    kind = REGISTERS[register]
    if form.is_bound and form.is_valid():
        try:
            # By its key: what the form has put into its instance is not what is written.
            row = kind.model._default_manager.get(pk=one.pk) if one is not None else None
            kept = kind.keep(row, form.data_given(), by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        except PermissionDenied:
            form.add_error(None, _("This place lies where you do not keep the registers."))
        else:
            messages.success(request, _("%(name)s is kept.") % {"name": kept})
            return redirect(kept)
    title = one if one is not None else kind.entering
    context = {"form": form, "one": one, "title": title, "register": register}
    return render(request, "grids/place_form.html", context)


def _told(request: HttpRequest, act: Callable[[], Any]) -> None:
    """Do it, or say why not on the page that comes next."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("It is kept."))


def _act(request: HttpRequest, form: Form, act: Callable[[dict[str, Any]], Any]) -> None:
    """The same for a small form on the page of a row."""
    if not form.is_valid():
        first = next(iter(form.errors.values()))
        messages.error(request, " ".join(map(str, first)))
        return
    _told(request, lambda: act(form.cleaned_data))


@require_POST
def facility_state(request: HttpRequest, code: str) -> HttpResponse:
    """Also by a clerk of the department that owns it."""
    one = get_object_or_404(Facility, code=code)
    by = request.user
    _act(
        request,
        StateForm(request.POST),
        lambda given: actions.set_facility_state(one, given["state"], by=by),
    )
    return redirect(one)


# ── renewals ──────────────────────────────────────────────────────────────────────────────────


@require_POST
def renewal_start(request: HttpRequest, code: str) -> HttpResponse:
    one = get_object_or_404(Compound, code=code)
    form, by = RenewalForm(request.POST), request.user
    _act(request, form, lambda given: actions.start_renewal(one, given["kind"], [], by=by))
    return redirect(one)


@require_POST
def renewal_end(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Renewal.objects.select_related("compound"), pk=pk)
    form, by = EndForm(request.POST), request.user
    _act(request, form, lambda given: actions.end_renewal(one, given["state"], by=by))
    return redirect(one.compound)


@require_POST
def milestone_add(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Renewal.objects.select_related("compound"), pk=pk)
    by = request.user
    _act(
        request,
        MilestoneForm(request.POST),
        lambda given: actions.add_milestone(one, given["name"], given["planned_on"], by=by),
    )
    return redirect(one.compound)


@require_POST
def milestone_mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Done today, or with ``undo`` not done after all."""
    one = get_object_or_404(Milestone.objects.select_related("renewal__compound"), pk=pk)
    done_on = None if "undo" in request.POST else clock.today()
    _told(request, lambda: actions.mark_milestone(one, done_on, by=request.user))
    return redirect(one.renewal.compound)


# ── counts ────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
def counts(request: HttpRequest, code: str) -> HttpResponse:
    """Numbers of an area. What was entered before is not shown: only the totals may be read."""
    area = get_object_or_404(Area.objects.in_force(), code=code)
    if not keeps(request.user, area):
        raise PermissionDenied
    form = CountsForm(request.POST or None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            actions.enter_counts(
                area,
                form.numbers(),
                as_of=given["as_of"],
                source=given["source"],
                by=request.user,
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The numbers are kept."))
            return redirect(area)
    context = {"form": form, "area": area, "above": queries.line_of(area)}
    return render(request, "grids/counts_form.html", context)
