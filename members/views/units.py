"""Bodies of the network and associations: for everybody an office to ask, for keepers the posts."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members import actions, network
from members.forms import network as forms
from members.forms.network_fields import ReasonForm
from members.models import Association, Unit
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
SHOWN = 50


def _unit(code: str) -> Unit:
    return found_code(Unit.objects.select_related("area", "department"), code)


@require_safe
def unit_list(request: HttpRequest) -> HttpResponse:
    form = forms.UnitSearch(request.GET)
    found = form.narrow(Unit.objects.in_force()).select_related("area")
    shown, more = cut(request, found)
    context = {
        "form": form, "rows": network.unit_rows(shown), "may_keep": keeps_somewhere(request), **more,
    }  # fmt: skip
    status = 200 if form.is_valid() else 400
    return page(request, "members/_units.html", _("Member units"), context, status=status)


@require_safe
def unit(request: HttpRequest, code: str) -> HttpResponse:
    one = _unit(code)
    keeps = request.user.has_perm(KEEP, one)
    posts = network.filled(one.posts.filter(ended_on=None).for_lists())
    subjects = [f"unit:{one.code}", *(f"post:{row.post.pk}" for row in posts)]
    context = {
        "one": one,
        "keeps": keeps,
        "posts": posts,
        "projects": one.projects.select_related("area").order_by("-pk")[:SHOWN],
        "teams": one.teams.filter(ended_on=None)[:SHOWN],
        "sponsored": one.sponsored.select_related("organisation")[:SHOWN],
        "story": network.story(subjects, STORY) if keeps else [],
    }
    return page(request, "members/_unit.html", one.name, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unit_new(request: HttpRequest) -> HttpResponse:
    must_somewhere(request)
    form = forms.NewUnitForm(data_of(request), user=request.user)
    return ask(
        request, form, lambda f: actions.make_unit(by=request.user, **f.cleaned_data),
        title=_("Bring in a unit"), back=lambda made: made.get_absolute_url(),
        done=_("It is part of the network."), button=_("Bring it in"),
        about=_("Associations are no units: they are kept on a page of their own."),
        crumbs=[(_("Member units"), reverse("members:units"))],
    )  # fmt: skip


def _crumbs(one: Any, name: Any, address: str) -> list[tuple[Any, str]]:
    return [(name, reverse(address)), (one.name, one.get_absolute_url())]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unit_edit(request: HttpRequest, code: str) -> HttpResponse:
    one = _unit(code)
    must(request, KEEP, one)
    initial = {
        "name": one.name, "office": one.office, "office_phone": one.office_phone,
        "department": one.department.code if one.department else "",
    }  # fmt: skip
    form = forms.UnitForm(data_of(request), initial=initial)
    return ask(
        request, form, lambda f: actions.change_unit(one, by=request.user, **f.cleaned_data),
        title=_("Change a unit"), back=one.get_absolute_url(), done=_("It is changed."),
        button=_("Save"), crumbs=_crumbs(one, _("Member units"), "members:units"),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unit_end(request: HttpRequest, code: str) -> HttpResponse:
    one = _unit(code)
    must(request, KEEP, one)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.end_unit(one, by=request.user, **f.cleaned_data),
        title=_("End a unit"), back=one.get_absolute_url(), done=_("It is no part of the network."),
        button=_("End it today"), is_last=True,
        about=_("It leaves the lists from today on; earlier reports still count it."),
        crumbs=_crumbs(one, _("Member units"), "members:units"),
    )  # fmt: skip


@require_safe
def unit_export(request: HttpRequest) -> FileResponse:
    """Bodies with their offices and how many posts are empty: no names."""
    form = forms.UnitSearch(request.GET)
    found = form.narrow(Unit.objects.in_force()).select_related("area").order_by("pk")
    columns = [pgettext("column", "Code"), pgettext("thing", "Name"), _("Kind"), _("Area"), _("Office to ask"), _("Telephone of the office"),
               _("Posts"), _("Vacant")]  # fmt: skip
    return workbook(
        "units",
        columns,
        (
            (row.unit.code, row.unit.name, row.unit.get_kind_display(), row.unit.area.name,
             row.unit.office, row.unit.office_phone, row.posts, row.vacant)
            for row in network.unit_rows(found)
        ),
    )  # fmt: skip


# ── associations ──────────────────────────────────────────────────────────────────────────────


def _association(code: str) -> Association:
    return found_code(Association.objects.select_related("area"), code)


@require_safe
def association_list(request: HttpRequest) -> HttpResponse:
    """By sector; each with its office, and nobody who belongs to it."""
    form = forms.AssociationSearch(request.GET)
    found = form.narrow(Association.objects.filter(ended_on=None)).select_related("area")
    shown, more = cut(request, found)
    context = {
        "form": form, "rows": shown, "may_keep": keeps_somewhere(request),
        "kept": {one.pk for one in shown if request.user.has_perm(KEEP, one)}, **more,
    }  # fmt: skip
    status = 200 if form.is_valid() else 400
    return page(request, "members/_associations.html", _("Associations"), context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def association_new(request: HttpRequest) -> HttpResponse:
    must_somewhere(request)
    form = forms.NewAssociationForm(data_of(request), user=request.user)
    return ask(
        request, form, lambda f: actions.make_association(by=request.user, **f.cleaned_data),
        title=_("Enter an association"), back=reverse("members:associations"),
        done=_("It is entered."), button=_("Enter it"),
        about=_("A body with an office. Who belongs to it is not kept."),
        crumbs=[(_("Associations"), reverse("members:associations"))],
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def association_edit(request: HttpRequest, code: str) -> HttpResponse:
    one = _association(code)
    must(request, KEEP, one)
    initial = {"name": one.name, "office": one.office, "office_phone": one.office_phone}
    form = forms.AssociationForm(data_of(request), initial=initial)
    return ask(
        request, form, lambda f: actions.change_association(one, by=request.user, **f.cleaned_data),
        title=_("Change an association"), back=reverse("members:associations"),
        done=_("It is changed."), button=_("Save"),
        crumbs=[(_("Associations"), reverse("members:associations"))],
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def association_end(request: HttpRequest, code: str) -> HttpResponse:
    one = _association(code)
    must(request, KEEP, one)
    return ask(
        request, ReasonForm(data_of(request)),
        lambda f: actions.end_association(one, by=request.user, **f.cleaned_data),
        title=_("End an association: %(name)s") % {"name": one.name},
        back=reverse("members:associations"), done=_("It is out of the list."),
        button=_("End it today"), is_last=True,
        crumbs=[(_("Associations"), reverse("members:associations"))],
    )  # fmt: skip
