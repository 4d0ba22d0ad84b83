"""Social organisations with what public papers say of them, and village–enterprise pairs."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grids.models import Organisation
from members import actions, pairings
from members.forms import registers as forms
from members.forms.network_fields import ReasonForm
from members.models import OrganisationFacts, Pairing
from members.views.network_pages import (
    ask,
    cut,
    data_of,
    found_code,
    keeps_somewhere,
    must,
    must_somewhere,
    page,
    workbook,
)

KEEP = "members.keep_network"


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    form = forms.OrganisationSearch(request.GET)
    rows = OrganisationFacts.objects.filter(organisation__retired_on=None)
    shown, more = cut(request, form.narrow(rows).select_related("organisation__grid", "sponsor"))
    kept = {
        one.pk for one in shown if request.user.has_perm("members.keep_facts", one.organisation)
    }
    context = {
        "form": form, "rows": shown, "kept": kept, "classes": pairings.classes(),
        "may_keep": keeps_somewhere(request), **more,
    }  # fmt: skip
    status = 200 if form.is_valid() else 400
    return page(
        request, "members/_organisations.html", _("Social organisations"), context, status=status
    )


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Social organisations"), reverse("members:organisations"))]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def facts_new(request: HttpRequest) -> HttpResponse:
    """First which organisation of the register it is."""
    must_somewhere(request)
    form = forms.FindOrganisation(data_of(request))
    if request.method == "POST" and form.is_valid():
        return redirect("members:organisation-facts", form.cleaned_data["organisation"].code)
    return ask(
        request, form, lambda f: None, title=_("Tell of an organisation"),
        back=reverse("members:organisations"), done="", button=_("Find"), crumbs=_crumbs(),
        about=_("It must stand in the public register, with its unified social credit code."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def facts(request: HttpRequest, code: str) -> HttpResponse:
    one = found_code(Organisation.objects.select_related("grid"), code)
    must(request, "members.keep_facts", one)
    known = OrganisationFacts.objects.filter(organisation=one).select_related("sponsor").first()
    initial = {
        name: getattr(known, name, None)
        for name in ("of_class", "grade", "grant_yuan", "grant_year")
    }
    initial["sponsor"] = known.sponsor.code if known and known.sponsor else ""
    form = forms.FactsForm(data_of(request), initial=initial)
    return ask(
        request, form, lambda f: actions.set_facts(one, by=request.user, **f.cleaned_data),
        title=_("Facts of an organisation"), back=reverse("members:organisations"),
        done=_("It is kept."), button=_("Save"), about=f"{one.name} ({one.code})", crumbs=_crumbs(),
    )  # fmt: skip


# ── pairs ─────────────────────────────────────────────────────────────────────────────────────


@require_safe
def pairs(request: HttpRequest) -> HttpResponse:
    """The share of villages with a pair, town by town, and the pairs."""
    whole, towns = pairings.coverage()
    shown, more = cut(request, pairings.live())
    kept = {one.pk for one in shown if request.user.has_perm(KEEP, one)}
    context = {
        "whole": whole, "towns": towns, "rows": shown, "kept": kept,
        "may_keep": keeps_somewhere(request), **more,
    }  # fmt: skip
    return page(request, "members/_pairings.html", _("Village–enterprise pairs"), context)


@require_safe
def pairs_export(request: HttpRequest) -> FileResponse:
    whole, towns = pairings.coverage()
    columns = [_("Town"), _("Villages"), _("With a pair"), _("Share")]
    rows = [(one.town, one.villages, one.paired, f"{one.percent} %") for one in towns]
    all_of = (_("In all"), whole.villages, whole.paired, f"{whole.percent} %")
    return workbook("pairings", columns, [*rows, all_of])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def pair_new(request: HttpRequest) -> HttpResponse:
    must_somewhere(request)
    form = forms.PairForm(data_of(request), user=request.user)
    return ask(
        request, form, lambda f: actions.pair(by=request.user, **f.cleaned_data),
        title=_("Make a pair"), back=reverse("members:pairings"), done=_("They are a pair."),
        button=_("Make it"), crumbs=[(_("Village–enterprise pairs"), reverse("members:pairings"))],
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def pair_end(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Pairing.objects.select_related("village", "organisation"), pk=pk)
    must(request, KEEP, one)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.end_pairing(one, by=request.user, **f.cleaned_data),
        title=_("End a pair"), back=reverse("members:pairings"), done=_("The pair has ended."),
        button=_("End it today"), about=f"{one.village} – {one.organisation}", is_last=True,
        crumbs=[(_("Village–enterprise pairs"), reverse("members:pairings"))],
    )  # fmt: skip
