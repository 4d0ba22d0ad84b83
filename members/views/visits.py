"""Visits: one's own switch and record; and, for who serves the roster, who wants to be called on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from govgrid.privacy.actions import note_reading
from grids import scoping
from members import actions, liaisons, visits
from members.actions.reading import role_of
from members.forms.visits import VisitForm, WelcomeForm
from members.models import Member, Visit, VisitWish
from members.views.shell import CONFLICT, PAGE, page

FIELDS = ("display_name", "area", "work_phone")


def _own(request: HttpRequest) -> Member:
    return get_object_or_404(Member.objects.on_roster().of(request.user))


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    return _mine(request, _own(request))


def _mine(
    request: HttpRequest, member: Member, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    wishes = VisitWish.objects.filter(member=member, ended_at=None)
    context = {
        "member": member,
        "form": WelcomeForm(initial={"is_welcome": member.welcomes_visits}),
        "has_wish": wishes.exists(),
        "rows": list(member.visits.select_related("by")[:PAGE]),
        "refusal": refusal,
    }
    return page(request, "members/_visit_mine.html", _("Visits to me"), context, status=status)


@require_POST
@never_cache
def own_act(request: HttpRequest, name: str) -> HttpResponse:
    """welcome, wish, unwish."""
    if name not in OWN:
        raise Http404
    member = _own(request)
    try:
        OWN[name](request)
    except Refused as refused:
        return _mine(request, member, refusal=str(refused.message), status=CONFLICT)
    messages.success(request, _("It is kept."))
    return redirect("members:visits")


OWN: dict[str, Any] = {
    "welcome": lambda request: actions.welcome_visits(
        by=request.user, is_welcome="is_welcome" in request.POST
    ),
    "wish": lambda request: actions.wish_visit(by=request.user),
    "unwish": lambda request: actions.take_back_wish(by=request.user),
}


@require_POST
@never_cache
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the record, for good."""
    one = get_object_or_404(Visit.objects.of(request.user).select_related("member"), pk=pk)
    actions.delete_visit(one, by=request.user)
    messages.success(request, _("The visit is erased."))
    return redirect("members:visits")


@require_safe
@never_cache
def round_(request: HttpRequest) -> HttpResponse:
    """Who within reach agreed to visits or asked for one. That the list was read is on record."""
    return _round(request)


def _may(request: HttpRequest) -> bool:
    user, ask = request.user, visits.ROSTER
    return bool(scoping.prefixes(user, ask) or liaisons.by_station(user, ask))


def _round(
    request: HttpRequest, *, bound: VisitForm | None = None, pk: int = 0, refusal: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    if not _may(request):
        raise PermissionDenied
    rows = list(visits.welcoming(request.user).order_by("pk")[:PAGE])
    note_reading(
        by=request.user, model=Member, rows=rows, fields=FIELDS, ip=client_address(request),
        role=role_of(request.user),
    )  # fmt: skip
    shown = [(one, bound if one.pk == pk and bound else VisitForm.fresh(one.pk)) for one in rows]
    context = {"rows": shown, "refusal": refusal}
    return page(request, "members/_visit_round.html", _("Visits to make"), context, status=status)


@require_POST
@never_cache
def record(request: HttpRequest, serial: str) -> HttpResponse:
    """Enter a visit: a day, and whether help was asked for."""
    one = get_object_or_404(visits.welcoming(request.user), serial=serial)
    form = VisitForm(request.POST, auto_id=f"visit-{one.pk}_%s")
    if not form.is_valid():
        return _round(request, bound=form, pk=one.pk, status=400)
    try:
        actions.record_visit(one, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return _round(request, bound=form, pk=one.pk, refusal=str(refused.message), status=CONFLICT)
    messages.success(request, _("The visit is entered."))
    return redirect("members:visit-round")
