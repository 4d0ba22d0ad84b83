"""Posts of the network, for those who keep it: filled, handed over, empty; and the quarterly report."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations.forms.platforms import areas_of
from govgrid.core import clock
from grids.models import Area
from members import actions, network, papers_network
from members.forms import network as forms
from members.forms.network_fields import ReasonForm
from members.models import Liaison, NetworkPost, Station, Unit
from members.report import Report, report
from members.views.network_pages import (
    STORY,
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
from members.workflow.units import Quarter

KEEP = "members.keep_network"
FIGURES = "members.see_figures"
QUARTERS = 12
RENEWALS = 100


@require_safe
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """What there is, what is empty, and what ends soon, where one keeps the network."""
    must_somewhere(request)
    posts = NetworkPost.objects.in_force().filter(network.reached(request.user))
    shown, more = cut(request, posts.for_lists())
    renew = network.services_to_renew().filter(network.reached(request.user, "station__area"))
    serving = Liaison.objects.held_on().filter(network.reached(request.user, "station__area"))
    context = {
        "rows": network.filled(shown),
        "figures": [
            (_("Bodies"), network.units(request.user).bodies().count()),
            (_("Posts"), posts.count()),
            (_("Vacant"), network.vacant(posts).count()),
            (_("Liaison officers"), serving.values("user").distinct().count()),
            (_("To be renewed"), renew.values("user").distinct().count()),
        ],
        "renewals": renew.select_related("station__area", "user").order_by("period", "pk")[:RENEWALS],
        **more,
    }  # fmt: skip
    return page(request, "members/_network.html", _("Organisation network"), context)


def _post(request: HttpRequest, pk: int) -> NetworkPost:
    one = get_object_or_404(NetworkPost.objects.for_lists(), pk=pk)
    must(request, KEEP, one)
    return one


@require_safe
@never_cache
def post(request: HttpRequest, pk: int) -> HttpResponse:
    one = _post(request, pk)
    context = {
        "row": network.filled([one])[0],
        "one": one,
        "terms": one.terms.filter(period__isempty=False).select_related("holder").order_by("-period")[:STORY],
        "today": clock.today(),
        "story": network.story([f"post:{one.pk}"], STORY),
    }  # fmt: skip
    return page(request, "members/_post.html", str(one), context)


def _crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Organisation network"), reverse("members:network")), *more]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def post_new(request: HttpRequest) -> HttpResponse:
    """Of an area alone; those of a unit or a station are made on its page."""
    must_somewhere(request)
    form = forms.NewPostForm(data_of(request), user=request.user)
    return _asked_new(request, form, lambda f: actions.make_post(by=request.user, **f.cleaned_data))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def post_of_unit(request: HttpRequest, code: str) -> HttpResponse:
    unit = found_code(Unit.objects.select_related("area"), code)
    must(request, KEEP, unit)
    make = {"area": unit.area, "unit": unit}
    return _asked_new(
        request, forms.PostOfForm(data_of(request)),
        lambda f: actions.make_post(by=request.user, **make, **f.cleaned_data), unit.name,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def post_of_station(request: HttpRequest, code: str) -> HttpResponse:
    station = found_code(Station.objects.select_related("area"), code)
    must(request, KEEP, station)
    make = {"area": station.area, "station": station}
    return _asked_new(
        request, forms.PostOfForm(data_of(request)),
        lambda f: actions.make_post(by=request.user, **make, **f.cleaned_data), station.name,
    )  # fmt: skip


def _asked_new(request: HttpRequest, form: Any, take: Any, name: str = "") -> HttpResponse:
    return ask(
        request, form, take, title=_("Make a post"), about=name,
        back=lambda made: made.get_absolute_url(), done=_("The post is made. Now fill it."),
        button=_("Make it"), crumbs=_crumbs(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    one = _post(request, pk)
    return ask(
        request, forms.FillForm(data_of(request)),
        lambda f: actions.fill_post(one, by=request.user, **f.cleaned_data),
        title=_("Fill the post"), back=one.get_absolute_url(), button=_("Fill the post"), about=str(one),
        done=_("The post is filled, and its holder is told."),
        crumbs=_crumbs((str(one), one.get_absolute_url())),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    one = _post(request, pk)
    return ask(
        request, forms.HandOverForm(data_of(request)),
        lambda f: actions.hand_over_post(one, by=request.user, **f.cleaned_data),
        title=_("Hand the post over"), back=one.get_absolute_url(), button=_("Hand it over"),
        about=str(one), done=_("It is handed over; both are told."),
        crumbs=_crumbs((str(one), one.get_absolute_url())),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def vacate(request: HttpRequest, pk: int) -> HttpResponse:
    one = _post(request, pk)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.vacate_post(one, by=request.user, **f.cleaned_data),
        title=_("End the term"), back=one.get_absolute_url(), button=_("End it today"),
        about=str(one), done=_("Nobody holds it now."), is_last=True,
        crumbs=_crumbs((str(one), one.get_absolute_url())),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def close(request: HttpRequest, pk: int) -> HttpResponse:
    one = _post(request, pk)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.close_post(one, by=request.user, **f.cleaned_data),
        title=_("Close the post"), back=reverse("members:network"), button=_("Close it today"),
        about=str(one), done=_("There is no such post any more."), is_last=True,
        crumbs=_crumbs((str(one), one.get_absolute_url())),
    )  # fmt: skip


# ── the report ────────────────────────────────────────────────────────────────────────────────


def _quarters() -> list[Quarter]:
    found = [Quarter.of(clock.today())]
    while len(found) < QUARTERS:
        found.append(found[-1].before)
    return found


def _form(request: HttpRequest) -> forms.ReportForm:
    areas = list(areas_of(request.user, FIGURES)) if request.user.is_authenticated else []
    if not areas:
        raise PermissionDenied
    quarters = _quarters()
    # The last quarter that is over, unless another is asked for.
    asked = {"quarter": str(quarters[1]), "area": areas[0].code}
    asked |= {name: request.GET[name] for name in asked if request.GET.get(name)}
    return forms.ReportForm(asked, quarters=quarters, areas=areas)


def _reported(form: forms.ReportForm) -> Report:
    area: Area = form.cleaned_data["area"]
    return report(area, form.cleaned_data["quarter"])


@require_safe
@never_cache
def quarterly(request: HttpRequest) -> HttpResponse:
    """Counts as of the end of a quarter; no names are in it."""
    form = _form(request)
    is_valid = form.is_valid()
    context = {
        "form": form,
        "report": _reported(form) if is_valid else None,
        "asked": request.GET.urlencode(),
        "may_keep": keeps_somewhere(request),
    }
    title = _("Quarterly report")
    return page(request, "members/_report.html", title, context, status=200 if is_valid else 400)


@require_safe
@never_cache
def quarterly_file(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in {"xlsx", "pdf"}:
        raise Http404
    form = _form(request)
    if not form.is_valid():
        return quarterly(request)
    one = _reported(form)
    name = f"network-{one.area.code}-{one.quarter}"
    if kind == "xlsx":
        rows = [
            [part.title, line.label, line.number, line.share]
            for part in one.parts
            for line in part.lines
        ]
        head = [_("Part"), _("What"), pgettext("column", "Number"), _("Share")]
        note = [[_("As of"), one.day.isoformat(), "", ""], [one.sentence, "", "", ""]]
        return workbook(name, head, [*rows, *note])
    response = HttpResponse(papers_network.report_pdf(one), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["X-Robots-Tag"] = "noindex"
    return response
