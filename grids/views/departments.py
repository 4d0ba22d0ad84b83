"""Who works in a department: its vacancy, its posts in time, and how they are handed on."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from govgrid.core import backlog
from grids import actions, roles, staffing
from grids.forms.people import HolderForm
from grids.models import Department, Post
from grids.views.people import may_hand_over


def _department(request, code) -> Department:
    """Only for who oversees it: a post of a department is nobody else's business."""
    found = get_object_or_404(Department.objects.active().select_related("area"), code=code)
    if not request.user.has_perm("grids.view_staff", found):
        raise Http404
    return found


def _post(request, department, pk) -> Post:
    posts = Post.objects.select_related("user", "department__area")
    post = get_object_or_404(posts, pk=pk, department=department)
    if not request.user.has_perm("grids.hand_over", post):
        raise PermissionDenied
    return post


@require_GET
@never_cache
def who(request, code):
    return _page(request, _department(request, code))


def _page(request, department, *, filling=None):
    # Offices and the command have no clerk: the posts of their area serve them.
    vacancies = dict(staffing.in_departments([], [department.pk]))
    vacant = vacancies.get(department.pk)
    may_fill = request.user.has_perm(
        "grids.hand_over", Post(role=staffing.CLERK, department=department)
    )
    context = {
        "department": department,
        "posts": [
            (post, may_hand_over(request.user, post)) for post in staffing.history_in(department)
        ],
        "vacant": vacant,
        "role": str(roles.ROLES[staffing.CLERK].label),
        "fill_form": filling or (HolderForm() if may_fill and vacant else None),
    }
    status = 400 if filling else 200
    return render(request, "grids/department_who.html", context, status=status)


@require_POST
def fill(request, code):
    """Give the vacant post of a clerk to somebody."""
    department = _department(request, code)
    asked = Post(role=staffing.CLERK, department=department)
    if not request.user.has_perm("grids.hand_over", asked):
        raise PermissionDenied
    form = HolderForm(request.POST)
    if not form.is_valid():
        return _page(request, department, filling=form)
    person = form.cleaned_data["person"]
    actions.appoint(
        person, staffing.CLERK, by=request.user, department=department, since=form.day()
    )
    messages.success(request, _("%(name)s holds the post.") % {"name": person.name})
    return redirect("grids:department-who", department.code)


@require_POST
def end(request, code, pk):
    """End a post today: from now on it is vacant."""
    department = _department(request, code)
    actions.end_post(_post(request, department, pk), by=request.user)
    messages.success(request, _("The post has ended and is vacant."))
    return redirect("grids:department-who", department.code)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hand_over(request, code, pk):
    """Choose who takes over and from when; what is open is shown before it is done."""
    department = _department(request, code)
    post = _post(request, department, pk)
    form = HolderForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = actions.hand_over(
            post, form.cleaned_data["person"], by=request.user, on=form.cleaned_data["on"]
        )
        return redirect("grids:hand-over-sheet", made.pk)
    work = backlog.open_work(None, post)
    context = {"place": department, "post": post, "form": form, "work": work}
    return render(request, "grids/hand_over.html", context)
