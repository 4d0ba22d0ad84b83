"""Activities for everybody: what is to come, one with its form, counts by quarter, pictures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids.models import Area
from members import actions, activities, tidings_reception
from members.models import Activity, ActivityPhoto, Station
from members.views.receptions import CONFLICT, page
from members.workflow.activities import ActivityState
from tickets.invitations import CONTENT_TYPE
from tickets.serving import photo_response

PAGE = 30


def _where(request: HttpRequest) -> tuple[Area | None, Station | None]:
    """Asked for by code: an unknown one is 404."""
    area, station = request.GET.get("area", ""), request.GET.get("station", "")
    areas = Area.objects.in_force().filter(code=area.replace("\x00", "")).order_by("level", "pk")
    found = areas.first() if area else None
    if area and found is None:
        get_object_or_404(Area.objects.none())
    rows = Station.objects.filter(code=station.replace("\x00", ""))
    return found, get_object_or_404(rows) if station else None


@login_not_required
@require_safe
def activity_list(request: HttpRequest) -> HttpResponse:
    """What is to come, the next first, and what was held lately."""
    area, station = _where(request)
    rows = activities.visible(request.user)
    if area is not None:
        rows = rows.filter(area__path__startswith=area.path)
    if station is not None:
        rows = rows.filter(station=station)
    now = clock.now()
    held = rows.filter(state=ActivityState.HELD).order_by("-starts_at", "-pk")
    planned = rows.filter(state=ActivityState.PLANNED).order_by("starts_at", "pk")
    context = {
        "title": _("Activities"),
        "area": area,
        "station": station,
        "coming": list(rows.upcoming(now).counted()[:PAGE]),  # type: ignore[attr-defined]
        "planned": list(planned[:PAGE]),
        "held": list(held[:PAGE]),
        "runs": request.user.has_perm("members.run_activity", station or area)
        if station or area
        else False,
    }
    return page(request, "members/_activity_list.html", context)


@login_not_required
@require_safe
def series(request: HttpRequest) -> HttpResponse:
    """How many were held, and how many people came, by quarter."""
    area, station = _where(request)
    context = {
        "title": _("Activities by quarter"),
        "area": area,
        "station": station,
        "quarters": activities.by_quarter(area, station),
    }
    return page(request, "members/_activity_series.html", context)


def in_sight(request: HttpRequest, pk: int) -> Activity:
    """The activity, or 404 for whoever may not read of it."""
    return get_object_or_404(activities.visible(request.user), pk=pk)


@login_not_required
@require_safe
@never_cache
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, in_sight(request, pk))


def shown(
    request: HttpRequest, activity: Activity, *, status: int = 200, refusal: str = "", **more: Any
) -> HttpResponse:
    mine = activities.own_of(request.user, activity)
    is_open = activity.state == ActivityState.OPEN and activity.ends_at > clock.now()
    context = {
        "title": activity.title,
        "activity": activity,
        "counts": activities.counts(activity),
        "mine": mine,
        "ahead": activities.ahead_of(mine) if mine is not None and mine.is_waiting else 0,
        "is_open": is_open,
        "photos": list(activity.photos.all()),
        "runs": request.user.has_perm("members.run_activity", activity),
        "refusal": refusal,
        **more,
    }
    return page(request, "members/_activity.html", context, status=status)


@login_not_required
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """What a calendar takes in."""
    content = tidings_reception.file_of_activity(in_sight(request, pk))
    headers = {"Content-Disposition": 'attachment; filename="activity.ics"'}
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)


@require_POST
def sign_up(request: HttpRequest, pk: int) -> HttpResponse:
    one = in_sight(request, pk)
    try:
        row = actions.sign_up(one, by=request.user)
    except Refused as refusal:
        return shown(request, one, status=CONFLICT, refusal=str(refusal.message))
    done = _("You are on the waiting list.") if row.is_waiting else _("You have a place.")
    messages.success(request, done)
    return redirect(one)


@require_POST
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    one = in_sight(request, pk)
    try:
        actions.sign_off(one, by=request.user)
    except Refused as refusal:
        return shown(request, one, status=CONFLICT, refusal=str(refusal.message))
    messages.success(request, _("You have signed off."))
    return redirect(one)


@login_not_required
@require_safe
def photo(request: HttpRequest, pk: int, photo: UUID, *, small: bool = False) -> HttpResponse:
    """A picture, as far as its activity is read."""
    rows = ActivityPhoto.objects.filter(activity=in_sight(request, pk))
    return photo_response(request, get_object_or_404(rows, public_id=photo), small=small)
