"""Volunteer teams and alliances: what they do in numbers, what was pledged and given."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from govgrid.core import clock
from members import actions, network, teams
from members.forms import teams as forms
from members.forms.network_fields import ReasonForm
from members.models import Alliance, AllianceUnit, Pledge, Team
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

KEEP = "members.keep_network"
QUARTERS = 12
AREAS = 4


def _team(code: str) -> Team:
    rows = Team.objects.select_related("area", "unit", "leader")
    return found_code(rows.prefetch_related("answers_for"), code)


@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    form = forms.TeamSearch(request.GET)
    found = form.narrow(Team.objects.in_force()).select_related("area", "unit")
    shown, more = cut(request, found.prefetch_related("answers_for"))
    year = clock.today().year
    context = {
        "form": form, "rows": teams.rows(shown, year), "year": year,
        "may_keep": keeps_somewhere(request), **more,
    }  # fmt: skip
    status = 200 if form.is_valid() else 400
    return page(request, "members/_teams.html", _("Volunteer teams"), context, status=status)


@require_safe
def team(request: HttpRequest, code: str) -> HttpResponse:
    one = _team(code)
    keeps = request.user.has_perm(KEEP, one)
    context = {
        "one": one,
        "keeps": keeps,
        "counts": one.counts.order_by("-year", "-quarter")[:QUARTERS],
        "story": network.story([f"team:{one.code}"], STORY) if keeps else [],
    }
    return page(request, "members/_team.html", one.name, context)


def _crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Volunteer teams"), reverse("members:teams")), *more]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def team_new(request: HttpRequest) -> HttpResponse:
    must_somewhere(request)
    form = forms.NewTeamForm(data_of(request), user=request.user)
    return ask(
        request, form, lambda f: actions.make_team(by=request.user, **f.cleaned_data),
        title=_("Set up a team"), back=lambda made: made.get_absolute_url(),
        done=_("The team is set up."), button=_("Set it up"), crumbs=_crumbs(),
        about=_("Who serves in it is not kept; what it does is counted by the quarter."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def team_edit(request: HttpRequest, code: str) -> HttpResponse:
    one = _team(code)
    must(request, KEEP, one)
    initial = {
        "name": one.name, "about": one.about, "unit": one.unit.code if one.unit else "",
        "answers_for": "\n".join(area.code for area in one.answers_for.all()),
        "leader": one.leader.username if one.leader else "",
    }  # fmt: skip
    form = forms.TeamForm(data_of(request), initial=initial)
    return ask(
        request, form, lambda f: actions.change_team(one, by=request.user, **f.cleaned_data),
        title=_("Change a team"), back=one.get_absolute_url(), done=_("It is changed."),
        button=_("Save"), crumbs=_crumbs((one.name, one.get_absolute_url())),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def team_count(request: HttpRequest, code: str) -> HttpResponse:
    one = _team(code)
    must(request, KEEP, one)
    return ask(
        request, forms.CountForm(data_of(request)),
        lambda f: actions.count_team(one, by=request.user, **f.cleaned_data),
        title=_("Count a quarter"), back=one.get_absolute_url(), done=_("It is counted."),
        button=_("Keep the numbers"), about=_("Numbers of the whole team. Counted again, they replace those before."),
        crumbs=_crumbs((one.name, one.get_absolute_url())),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def team_end(request: HttpRequest, code: str) -> HttpResponse:
    one = _team(code)
    must(request, KEEP, one)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.end_team(one, by=request.user, **f.cleaned_data),
        title=_("End a team"), back=one.get_absolute_url(), done=_("The team has ended."),
        button=_("End it today"), is_last=True, crumbs=_crumbs((one.name, one.get_absolute_url())),
    )  # fmt: skip


@require_safe
def team_export(request: HttpRequest) -> FileResponse:
    year = clock.today().year
    form = forms.TeamSearch(request.GET)
    found = form.narrow(Team.objects.in_force()).select_related("area").order_by("pk")
    columns = [
        pgettext("column", "Code"),
        pgettext("thing", "Name"),
        _("Area"),
        _("Year"),
        _("Activities"),
        _("Hours"),
    ]
    return workbook(
        "teams",
        columns,
        (
            (row.team.code, row.team.name, row.team.area.name, year, row.sums.activities,
             row.sums.hours)
            for row in teams.rows(found, year)
        ),
    )  # fmt: skip


# ── alliances ─────────────────────────────────────────────────────────────────────────────────


def _alliance(code: str) -> Alliance:
    return found_code(Alliance.objects.select_related("area"), code)


@require_safe
def alliance_list(request: HttpRequest) -> HttpResponse:
    shown, more = cut(request, Alliance.objects.filter(ended_on=None).select_related("area"))
    context = {"rows": teams.alliance_rows(shown), "may_keep": keeps_somewhere(request), **more}
    return page(request, "members/_alliances.html", _("Alliances"), context)


@require_safe
def alliance(request: HttpRequest, code: str) -> HttpResponse:
    one = _alliance(code)
    keeps = request.user.has_perm(KEEP, one)
    units = one.units.select_related("unit").prefetch_related("pledges").order_by("pk")
    context = {
        "one": one,
        "row": teams.alliance_rows([one])[0],
        "units": units,
        "keeps": keeps and one.ended_on is None,
        "story": network.story([f"alliance:{one.code}"], STORY) if keeps else [],
    }
    return page(request, "members/_alliance.html", one.name, context)


def _around(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Alliances"), reverse("members:alliances")), *more]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alliance_new(request: HttpRequest) -> HttpResponse:
    must_somewhere(request)
    form = forms.NewAllianceForm(data_of(request), user=request.user)
    return ask(
        request, form, lambda f: actions.make_alliance(by=request.user, **f.cleaned_data),
        title=_("Found an alliance"), back=lambda made: made.get_absolute_url(),
        done=_("It is founded. Now add its units."), button=_("Found it"), crumbs=_around(),
    )  # fmt: skip


def _kept(request: HttpRequest, code: str) -> Alliance:
    one = _alliance(code)
    must(request, KEEP, one)
    return one


def _of(one: Alliance) -> list[tuple[Any, str]]:
    return _around((one.name, one.get_absolute_url()))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alliance_edit(request: HttpRequest, code: str) -> HttpResponse:
    one = _kept(request, code)
    form = forms.AllianceForm(data_of(request), initial={"name": one.name, "about": one.about})
    return ask(
        request, form, lambda f: actions.change_alliance(one, by=request.user, **f.cleaned_data),
        title=_("Change an alliance"), back=one.get_absolute_url(), done=_("It is changed."),
        button=_("Save"), crumbs=_of(one),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alliance_end(request: HttpRequest, code: str) -> HttpResponse:
    one = _kept(request, code)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.end_alliance(one, by=request.user, **f.cleaned_data),
        title=_("End an alliance"), back=one.get_absolute_url(), done=_("The alliance has ended."),
        button=_("End it today"), is_last=True, crumbs=_of(one),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alliance_join(request: HttpRequest, code: str) -> HttpResponse:
    one = _kept(request, code)
    return ask(
        request, forms.JoinForm(data_of(request)),
        lambda f: actions.join_alliance(one, f.cleaned_data["unit"], by=request.user),
        title=_("Add a unit"), back=one.get_absolute_url(), done=_("The unit belongs to it."),
        button=_("Add it"), crumbs=_of(one),
    )  # fmt: skip


def _link(request: HttpRequest, code: str, pk: int) -> AllianceUnit:
    one = _kept(request, code)
    return get_object_or_404(one.units.select_related("alliance__area", "unit"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alliance_leave(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    link = _link(request, code, pk)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.leave_alliance(link, by=request.user, **f.cleaned_data),
        title=_("A unit leaves"), back=link.alliance.get_absolute_url(), done=_("The unit has left."),
        button=_("It leaves today"), about=link.unit.name, is_last=True, crumbs=_of(link.alliance),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def pledge_new(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    link = _link(request, code, pk)
    return ask(
        request, forms.PledgeForm(data_of(request)),
        lambda f: actions.pledge(link, by=request.user, **f.cleaned_data),
        title=_("Enter a pledge"), back=link.alliance.get_absolute_url(), done=_("It is entered."),
        button=_("Enter it"), about=link.unit.name, crumbs=_of(link.alliance),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def pledge_fulfil(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    one = _kept(request, code)
    rows = Pledge.objects.select_related("given_by__alliance__area", "given_by__unit")
    given = get_object_or_404(rows, pk=pk, given_by__alliance=one)
    return ask(
        request, forms.FulfilForm(data_of(request)),
        lambda f: actions.fulfil(given, by=request.user, **f.cleaned_data),
        title=_("It was given"), back=one.get_absolute_url(), done=_("The pledge is kept."),
        button=_("It was given"), about=f"{given.given_by.unit.name}: {given.what}", crumbs=_of(one),
    )  # fmt: skip
