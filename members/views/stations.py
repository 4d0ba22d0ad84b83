"""Places of the network: the list with its map, one of them, and keeping it."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations.views.topics import drawn
from govgrid.core import panels
from govgrid.core.throttle import limited
from grids.forms import PointForm
from members import actions, network, stations
from members.forms import stations as forms
from members.forms.network import HandOverForm
from members.forms.network_fields import ReasonForm
from members.models import Liaison, Station
from members.views.network_pages import (
    PAGE,
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

KEEP = "members.keep_station"
LOOKS = 10
ASKED_A_MINUTE = 60


def _station(code: str) -> Station:
    return found_code(Station.objects.select_related("area__parent"), code)


def _kept(request: HttpRequest, code: str) -> Station:
    one = _station(code)
    must(request, KEEP, one)
    return one


@require_safe
@limited("stations", ASKED_A_MINUTE)
def station_list(request: HttpRequest) -> HttpResponse:
    """Those that are open; near a point the nearest first. Where somebody stands is not kept."""
    form = forms.StationSearch(request.GET)
    found = form.narrow(Station.objects.open()).select_related("area")
    asked = {name: request.GET.get(name, "") for name in ("lon", "lat")}
    point = PointForm(asked)
    is_near, is_wrong = any(asked.values()), any(asked.values()) and not point.is_valid()
    more: dict[str, Any] = {}
    if is_near and not is_wrong:
        lon, lat = point.cleaned_data["lon"], point.cleaned_data["lat"]
        shown = list(stations.near(found, lon, lat)[:PAGE])
        more = {"at": (round(lon, 5), round(lat, 5))}
    else:
        shown, more = cut(request, found)
    rows = stations.rows(shown)
    context = {
        "form": form, "rows": rows, "is_near": is_near, "is_wrong": is_wrong,
        "kinds": stations.kinds(found), "dots": stations.dots(rows), "lonlat": asked,
        "may_make": keeps_somewhere(request, KEEP), **more,
    }  # fmt: skip
    status = 200 if form.is_valid() and not is_wrong else 400
    response = page(request, "members/_stations.html", _("Stations"), context, status=status)
    # Where somebody stands is not passed on to whatever page comes next.
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def station(request: HttpRequest, code: str) -> HttpResponse:
    """Where it is, its telephone, what it has, how many came, and what the other pages say of it."""
    one = _station(code)
    keeps = request.user.has_perm(KEEP, one)
    posts = network.filled(one.posts.filter(ended_on=None).for_lists())
    context = {
        "one": one,
        "keeps": keeps,
        "keeps_network": request.user.has_perm("members.keep_network", one),
        "haves": stations.haves(one),
        "looks": stations.looks(one, LOOKS),
        "came": stations.came(one),
        "count": stations.rows([one])[0].serving,
        "serving": stations.serving(one) if keeps else [],
        "posts": posts,
        "panels": drawn(request, panels.panels_for("members.station", request, one)),
        "story": network.story([f"station:{one.code}"], STORY) if keeps else [],
    }
    return page(request, "members/_station.html", one.name, context)


@require_safe
def station_export(request: HttpRequest) -> FileResponse:
    """The places with how many serve there: no names."""
    form = forms.StationSearch(request.GET)
    found = form.narrow(Station.objects.open()).select_related("area").order_by("pk")
    columns = [pgettext("column", "Code"), pgettext("thing", "Name"), _("Kind"), _("Area"), pgettext("place", "Where"), _("Telephone of the station"),
               _("Of the five haves"), _("Liaison officers")]  # fmt: skip
    return workbook(
        "stations",
        columns,
        (
            (row.station.code, row.station.name, row.station.get_kind_display(),
             row.station.area.name, row.station.place, row.station.phone, row.station.haves,
             row.serving)
            for row in stations.rows(found)
        ),
    )  # fmt: skip


# ── keeping one ───────────────────────────────────────────────────────────────────────────────


def _crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Stations"), reverse("members:stations")), *more]


def _of(one: Station) -> list[tuple[Any, str]]:
    return _crumbs((one.name, one.get_absolute_url()))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    must_somewhere(request, KEEP)
    form = forms.NewStationForm(data_of(request), user=request.user)
    return ask(
        request, form, lambda f: actions.make_station(by=request.user, **f.cleaned_data),
        title=_("Open a station"), back=lambda made: made.get_absolute_url(),
        done=_("It is open."), button=pgettext("station", "Open it"), crumbs=_crumbs(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: HttpRequest, code: str) -> HttpResponse:
    one = _kept(request, code)
    initial = {"name": one.name, "place": one.place, "phone": one.phone}
    if one.location is not None:
        initial |= {"lon": one.location.x, "lat": one.location.y}
    form = forms.StationForm(data_of(request), initial=initial)
    return ask(
        request, form, lambda f: actions.change_station(one, by=request.user, **f.cleaned_data),
        title=_("Change a station"), back=one.get_absolute_url(), done=_("It is changed."),
        button=_("Save"), crumbs=_of(one),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def check(request: HttpRequest, code: str) -> HttpResponse:
    one = _kept(request, code)
    had = [name for name in forms.HAVE_WORDS if getattr(one, f"has_{name}")]
    form = forms.CheckForm(data_of(request), initial={"haves": had})
    return ask(
        request, form, lambda f: actions.check_station(one, by=request.user, **f.given()),
        title=_("What is there?"), back=one.get_absolute_url(), done=_("It is written down."),
        button=_("I went and looked"), about=_("Tick what you have seen. It stays as you write it."),
        crumbs=_of(one),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def visits(request: HttpRequest, code: str) -> HttpResponse:
    one = _kept(request, code)
    return ask(
        request, forms.VisitForm(data_of(request)),
        lambda f: actions.count_visits(one, by=request.user, **f.cleaned_data),
        title=_("Count visits"), back=one.get_absolute_url(), done=_("It is counted."),
        button=_("Count them"), about=_("A number of a day. Counted again, it replaces the one before."),
        crumbs=_of(one),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def close(request: HttpRequest, code: str) -> HttpResponse:
    one = _kept(request, code)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.close_station(one, by=request.user, **f.cleaned_data),
        title=_("Close a station"), back=one.get_absolute_url(), done=_("The station is closed now."),
        button=_("Close it today"), is_last=True, crumbs=_of(one),
        about=_("Whoever serves there is told, and their service ends today."),
    )  # fmt: skip


# ── who serves there ──────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def appoint(request: HttpRequest, code: str) -> HttpResponse:
    one = _kept(request, code)
    return ask(
        request, forms.ServeForm(data_of(request)),
        lambda f: actions.appoint_liaison(one, by=request.user, **f.cleaned_data),
        title=_("Appoint somebody"), back=f"{one.get_absolute_url()}#serving", button=_("Appoint"),
        done=_("Appointed and told."), crumbs=_of(one),
    )  # fmt: skip


def _service(request: HttpRequest, code: str, pk: int) -> tuple[Station, Liaison]:
    one = _kept(request, code)
    found = get_object_or_404(one.liaisons.select_related("station__area", "user"), pk=pk)
    return one, found


def _said(found: Liaison) -> str:
    return f"{found.user.name}, {found.get_role_display()}"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hand_over(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    one, found = _service(request, code, pk)
    return ask(
        request, HandOverForm(data_of(request)),
        lambda f: actions.hand_over_liaison(found, by=request.user, **f.cleaned_data),
        title=_("Hand the service over"), back=f"{one.get_absolute_url()}#serving",
        button=_("Hand it over"), about=_said(found), done=_("It is handed over; both are told."),
        crumbs=_of(one),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def renew(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    one, found = _service(request, code, pk)
    return ask(
        request, forms.RenewForm(data_of(request)),
        lambda f: actions.renew_liaison(found, by=request.user, **f.cleaned_data),
        title=_("Renew the term"), back=f"{one.get_absolute_url()}#serving", button=_("Renew it"),
        about=_said(found), done=_("The term goes on."), crumbs=_of(one),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    one, found = _service(request, code, pk)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.end_liaison(found, by=request.user, **f.cleaned_data),
        title=_("End the service"), back=f"{one.get_absolute_url()}#serving",
        button=_("End it today"), about=_said(found), done=_("It has ended."), is_last=True,
        crumbs=_of(one),
    )  # fmt: skip
