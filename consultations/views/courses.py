"""Courses: what is given where and when, and how many came."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import actions, library
from consultations.forms.cases import CountForm, CourseForm, DateForm
from consultations.forms.lists import Where
from consultations.models import Course, CourseDate
from consultations.views.cases import CONFLICT, page
from govgrid.core.errors import Refused
from grids import scoping

PAGE = 50


@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    form = Where(request.GET)
    area = form.cleaned_data["area"] if form.is_valid() else None
    found = library.courses(area.path if area else "")[:PAGE] if form.is_valid() else []
    context = {
        "form": form,
        "rows": [(one, *library.dates_of(one)) for one in found],
        "may_teach": bool(scoping.prefixes(request.user, "consultations.supervise")),
    }
    return page(
        request, "consultations/_courses.html", _("Courses"), context,
        status=200 if form.is_valid() else 400,
    )  # fmt: skip


@require_safe
def course(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown(request, get_object_or_404(Course.objects.select_related("area"), pk=pk))


def _shown(
    request: HttpRequest, one: Course, *, refusal: str = "", status: int = 200, **forms: Any
) -> HttpResponse:
    coming, held = library.dates_of(one)
    may_teach = request.user.has_perm("consultations.teach", one)
    context = {
        "one": one,
        "coming": coming,
        "held": [(each, CountForm(auto_id=f"date{each.pk}_%s")) for each in held],
        "may_teach": may_teach,
        "date_form": DateForm(),
        "refusal": refusal,
        **forms,
    }
    return page(request, "consultations/_course.html", one.title, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    if not scoping.prefixes(request.user, "consultations.supervise"):
        raise PermissionDenied
    form = CourseForm(request.POST or None)
    refusal, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_course(by=request.user, **form.cleaned_data)
        except Refused as refused:
            refusal, status = str(refused.message), CONFLICT
        except PermissionDenied:
            form.add_error("area", _("You do not watch over this area."))
            status = 403
        else:
            return redirect(made)
    elif request.method == "POST":
        status = 400
    context = {"form": form, "refusal": refusal}
    return page(
        request, "consultations/_course_new.html", _("Make a course"), context, status=status
    )


@require_POST
@never_cache
def add_date(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Course.objects.select_related("area"), pk=pk)
    form = DateForm(request.POST)
    if not form.is_valid():
        return _shown(request, one, status=400, date_form=form)
    try:
        actions.add_date(one, by=request.user, **form.cleaned_data)
    except Refused as refused:
        refusal = str(refused.message)
        return _shown(request, one, refusal=refusal, status=CONFLICT, date_form=form)
    messages.success(request, _("The date is added."))
    return redirect(one)


@require_POST
@never_cache
def count(request: HttpRequest, pk: int, date: int) -> HttpResponse:
    found = get_object_or_404(CourseDate.objects.select_related("course__area"), pk=date, course=pk)
    form = CountForm(request.POST)
    if not form.is_valid():
        refusal = _("Write how many came, as a number.")
        return _shown(request, found.course, refusal=refusal, status=400)
    try:
        actions.count_course(found, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return _shown(request, found.course, refusal=str(refused.message), status=CONFLICT)
    messages.success(request, _("It is kept."))
    return redirect(found.course)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(Course, pk=pk)
    actions.end_course(one, by=request.user)
    messages.success(request, _("This course gets no more dates."))
    return redirect("consultations:courses")
