"""Programmes and how far their projects are, for everybody; moving them on, for keepers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members import actions, network, progress
from members.forms import projects as forms
from members.models import Milestone, Programme, Project
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
)
from members.workflow.projects import MOVES, moves_from

KEEP = "members.keep_network"


def _programme(code: str) -> Programme:
    return found_code(Programme.objects.select_related("area"), code)


@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    shown, more = cut(request, Programme.objects.select_related("area"))
    context = {"rows": progress.rows(shown), "may_keep": keeps_somewhere(request), **more}
    return page(request, "members/_programmes.html", _("Programmes"), context)


@require_safe
def programme(request: HttpRequest, code: str) -> HttpResponse:
    one = _programme(code)
    context = {
        "one": one,
        "row": progress.rows([one])[0],
        "projects": progress.projects(one),
        "keeps": request.user.has_perm(KEEP, one),
    }
    return page(request, "members/_programme.html", one.name, context)


def _crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Programmes"), reverse("members:programmes")), *more]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def programme_new(request: HttpRequest) -> HttpResponse:
    must_somewhere(request)
    form = forms.NewProgrammeForm(data_of(request), user=request.user)
    return ask(
        request, form, lambda f: actions.make_programme(by=request.user, **f.cleaned_data),
        title=_("Set up a programme"), back=lambda made: made.get_absolute_url(),
        done=_("It is set up. Now add its projects."), button=_("Set it up"), crumbs=_crumbs(),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def programme_edit(request: HttpRequest, code: str) -> HttpResponse:
    one = _programme(code)
    must(request, KEEP, one)
    initial = {"name": one.name, "about": one.about, "starts_on": one.starts_on,
               "ends_on": one.ends_on}  # fmt: skip
    form = forms.ProgrammeForm(data_of(request), initial=initial)
    return ask(
        request, form, lambda f: actions.change_programme(one, by=request.user, **f.cleaned_data),
        title=_("Change a programme"), back=one.get_absolute_url(), done=_("It is changed."),
        button=_("Save"), crumbs=_crumbs((one.name, one.get_absolute_url())),
    )  # fmt: skip


# ── projects ──────────────────────────────────────────────────────────────────────────────────


def _project(pk: int) -> Project:
    rows = Project.objects.select_related("programme__area", "lead", "area")
    return get_object_or_404(rows, pk=pk)


def _kept(request: HttpRequest, pk: int) -> Project:
    one = _project(pk)
    must(request, KEEP, one)
    return one


@require_safe
def project(request: HttpRequest, pk: int) -> HttpResponse:
    one = _project(pk)
    keeps = request.user.has_perm(KEEP, one)
    context = {
        "one": one,
        "milestones": one.milestones.all(),
        "steps": one.steps_taken.order_by("-pk"),
        "moves": moves_from(one.state) if keeps else {},
        "keeps": keeps,
        "story": network.story([f"project:{one.pk}"], STORY) if keeps else [],
    }
    return page(request, "members/_project.html", one.title, context)


def _of(one: Project) -> list[tuple[Any, str]]:
    above = (one.programme.name, one.programme.get_absolute_url())
    return _crumbs(above, (one.title, one.get_absolute_url()))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def project_new(request: HttpRequest, code: str) -> HttpResponse:
    one = _programme(code)
    must(request, KEEP, one)
    form = forms.NewProjectForm(data_of(request), user=request.user)
    return ask(
        request, form, lambda f: actions.make_project(one, by=request.user, **f.cleaned_data),
        title=_("Add a project"), back=lambda made: made.get_absolute_url(),
        done=_("It is planned. Now add its milestones."), button=_("Add it"),
        crumbs=_crumbs((one.name, one.get_absolute_url())),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def project_edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = _kept(request, pk)
    initial = {"title": one.title, "about": one.about, "lead": one.lead.code}
    form = forms.ProjectForm(data_of(request), initial=initial)
    return ask(
        request, form, lambda f: actions.change_project(one, by=request.user, **f.cleaned_data),
        title=_("Change a project"), back=one.get_absolute_url(), done=_("It is changed."),
        button=_("Save"), crumbs=_of(one),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def project_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    if name not in MOVES:
        raise Http404
    one, move = _kept(request, pk), MOVES[name]
    form = forms.MoveForm(data_of(request))
    form.fields["reason"].required = move.needs_reason
    return ask(
        request, form, lambda f: actions.move_project(one, name, by=request.user, **f.cleaned_data),
        title=move.label, back=one.get_absolute_url(), done=_("It is done so."), button=move.label,
        about=one.title, is_last=name == "drop", crumbs=_of(one),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def milestone_new(request: HttpRequest, pk: int) -> HttpResponse:
    one = _kept(request, pk)
    return ask(
        request, forms.MilestoneForm(data_of(request)),
        lambda f: actions.add_milestone(one, by=request.user, **f.cleaned_data),
        title=_("Add a milestone"), back=one.get_absolute_url(), done=_("It is added."),
        button=_("Add it"), crumbs=_of(one),
    )  # fmt: skip


def _milestone(request: HttpRequest, pk: int) -> Milestone:
    rows = Milestone.objects.select_related("project__programme__area", "project__area")
    one = get_object_or_404(rows, pk=pk)
    must(request, KEEP, one.project)
    return one


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def milestone_reach(request: HttpRequest, pk: int) -> HttpResponse:
    one = _milestone(request, pk)
    return ask(
        request, forms.ReachForm(data_of(request)),
        lambda f: actions.reach_milestone(one, by=request.user, **f.cleaned_data),
        title=_("It is reached"), back=one.project.get_absolute_url(), done=_("It is written down."),
        button=_("It is reached"), about=one.title, crumbs=_of(one.project),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def milestone_shift(request: HttpRequest, pk: int) -> HttpResponse:
    one = _milestone(request, pk)
    form = forms.ShiftForm(data_of(request), initial={"due_on": one.due_on})
    return ask(
        request, form, lambda f: actions.shift_milestone(one, by=request.user, **f.cleaned_data),
        title=_("Put it off"), back=one.project.get_absolute_url(), done=_("It is put off."),
        button=_("Put it off"), about=one.title, crumbs=_of(one.project),
    )  # fmt: skip
