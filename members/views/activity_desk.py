"""The desk of who runs an activity: planning, announcing, the code at the door, counting, pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import codes
from govgrid.core import clock
from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from govgrid.privacy.actions import note_reading
from grids.models import Area
from members import actions, activities
from members.forms.activities import CloseForm, InvitationForm, PhotoForm
from members.forms.reception import ReasonForm
from members.models import Activity, SignUp, Station
from members.views.activities import in_sight
from members.views.receptions import BAD, CONFLICT, page
from members.workflow.activities import MOST_PHOTOS, ActivityState
from tickets.photos import Unusable

RIGHT = "members.run_activity"
GONE, FORBIDDEN = 410, 403


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Plan one at a station."""
    station = get_object_or_404(Station.objects.select_related("area"), code=code)
    return _new(request, station, station.area, {"place": station.place})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_in_area(request: HttpRequest, code: str) -> HttpResponse:
    """Plan one of an area itself."""
    areas = Area.objects.in_force().filter(code=code).order_by("level", "pk")
    area = areas.first() or get_object_or_404(Area.objects.none())
    return _new(request, None, area, {})


def _new(
    request: HttpRequest, station: Station | None, area: Area, initial: dict[str, Any]
) -> HttpResponse:
    if not request.user.has_perm(RIGHT, station or area):
        raise PermissionDenied
    status = 200
    form = InvitationForm(request.POST or None, initial=initial)
    if request.method == "POST":
        status = BAD
        if form.is_valid():
            try:
                one = actions.plan_activity(station, area, form.invitation(), by=request.user)
            except Refused as refusal:
                form.add_error(None, str(refusal.message))
                status = CONFLICT
            else:
                messages.success(request, _("It is planned. Announce it, and everybody reads it."))
                return redirect("members:activity-desk", one.pk)
    context = {"title": _("Plan an activity"), "form": form, "station": station, "area": area}
    return page(request, "members/_activity_new.html", context, status=status)


def held(request: HttpRequest, pk: int) -> Activity:
    one = in_sight(request, pk)
    if not request.user.has_perm(RIGHT, one):
        raise PermissionDenied
    return one


@require_safe
@never_cache
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    return _desk(request, held(request, pk))


def _desk(
    request: HttpRequest, one: Activity, *, status: int = 200, refusal: str = "", **bound: Any
) -> HttpResponse:
    now = clock.now()
    counts = activities.counts(one)
    has_begun = one.starts_at <= now
    people = activities.people(one)
    if people:
        note_reading(
            by=request.user, model=SignUp, rows=people, fields=["user"], ip=client_address(request)
        )
    context = {
        "title": one.title,
        "activity": one,
        "counts": counts,
        "people": people,
        "photos": list(one.photos.all()),
        "most_photos": MOST_PHOTOS,
        "has_begun": has_begun,
        "at_the_door": one.is_at_the_door(now),
        "is_planned": one.state == ActivityState.PLANNED,
        "is_open": one.state == ActivityState.OPEN,
        "takes_photos": has_begun and one.state in {ActivityState.OPEN, ActivityState.HELD},
        "change_form": InvitationForm.of(one),
        "cancel_form": ReasonForm(auto_id="cancel_%s"),
        "close_form": CloseForm(initial={"head_count": counts.came}, auto_id="close_%s"),
        "photo_form": PhotoForm(auto_id="photo_%s"),
        "refusal": refusal,
        **bound,
    }
    return page(request, "members/_activity_desk.html", context, status=status)


class Act(NamedTuple):
    """An act of the desk: what it does with the cleaned form, and what it says afterwards."""

    take: Callable[..., object]
    form: Callable[..., Any] | None
    name: str
    done: Any


def _change(one: Activity, *, by: Any, **given: Any) -> object:
    return actions.change_activity(one, actions.Invitation(**given), by=by)


ACTS = {
    "announce": Act(
        actions.announce_activity, None, "", gettext_lazy("Everybody reads it from now on.")
    ),
    "change": Act(
        _change, InvitationForm, "change_form", gettext_lazy("Changed. Who signed up is told.")
    ),
    "cancel": Act(
        actions.call_off_activity, ReasonForm, "cancel_form", gettext_lazy("It is called off.")
    ),
    "close": Act(actions.close_activity, CloseForm, "close_form", gettext_lazy("Counted.")),
    "photo": Act(
        actions.add_activity_photo, PhotoForm, "photo_form", gettext_lazy("The picture is there.")
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act of the desk. Refused, the page says why and keeps what was written."""
    one = held(request, pk)
    if act not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect("members:activity-desk", pk)
    take, form_of, name, done = ACTS[act]
    form = form_of(request.POST, request.FILES, auto_id=f"{act}_%s") if form_of else None
    if form is not None and not form.is_valid():
        return _desk(request, one, status=BAD, **{name: form})
    try:
        take(one, by=request.user, **(form.cleaned_data if form else {}))
    except (Refused, Unusable) as refusal:
        bound = {name: form} if name else {}
        words = str(refusal.message)
        return _desk(request, held(request, pk), status=CONFLICT, refusal=words, **bound)
    messages.success(request, done)
    return redirect("members:activity-desk", pk)


@require_POST
def mark(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Tick somebody off on the list."""
    one = held(request, pk)
    found = get_object_or_404(SignUp.objects.select_related("activity"), activity=one, pk=row)
    try:
        actions.mark_signed_in(found, by=request.user)
    except Refused as refusal:
        return _desk(request, one, status=CONFLICT, refusal=str(refusal.message))
    return redirect("members:activity-desk", pk)


@require_POST
def drop_photo(request: HttpRequest, pk: int, photo: Any) -> HttpResponse:
    one = held(request, pk)
    found = get_object_or_404(one.photos.select_related("activity"), public_id=photo)
    actions.drop_activity_photo(found, by=request.user)
    messages.success(request, _("The picture is gone."))
    return redirect("members:activity-desk", pk)


# ── the code at the door ──────────────────────────────────────────────────────────────────────


@require_safe
@never_cache
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """The code, large, with how many are there; the page renews both every half minute."""
    one = held(request, pk)
    now = clock.now()
    context = {
        "activity": one,
        "counts": activities.counts(one),
        "code": _drawn(one) if one.is_at_the_door(now) else "",
        "is_early": one.state == ActivityState.OPEN and now < one.opens_at,
        "seconds": codes.CODE_SECONDS // 2,
    }
    template = "members/activity_code.html"
    return render(request, template + "#now" if request.htmx else template, context)


def _drawn(one: Activity) -> SafeString:
    """The code of an address of ours, drawn by us."""
    path = reverse("members:activity-here", args=[one.pk, codes.token(one)])
    qr = segno.make(f"{settings.SITE_URL.rstrip('/')}{path}", error="m", micro=False)
    return SafeString(qr.svg_inline(border=2, scale=8, dark="#000", light="#fff", omitsize=True))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def here(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Who scanned the code says that he is there. Looking alone writes nothing."""
    one = in_sight(request, pk)
    if request.method == "POST":
        return _arrive(request, one)
    is_fresh = codes.is_fresh(one, token)
    if is_fresh is None:
        return _sentence(request, one, _expired(), GONE)
    if not is_fresh:
        return _sentence(request, one, _("This is not a code of this activity."), FORBIDDEN)
    context = {
        "activity": one,
        "words": "",
        "entry": codes.pass_for(one, request.user),
        "mine": activities.own_of(request.user, one),
    }
    return render(request, "members/activity_here.html", context)


def _expired() -> str:
    return _("This code has expired. Scan the one on the screen again.")


def _arrive(request: HttpRequest, one: Activity) -> HttpResponse:
    if not codes.is_let_in(one, request.user, request.POST.get("entry", "")):
        return _sentence(request, one, _expired(), GONE)
    try:
        actions.check_in(one, by=request.user)
    except Refused as refusal:
        return _sentence(request, one, str(refusal.message), CONFLICT)
    messages.success(request, _("You are signed in."))
    return redirect(one)


def _sentence(request: HttpRequest, one: Activity, words: str, status: int) -> HttpResponse:
    context = {"activity": one, "words": words, "entry": "", "mine": None}
    return render(request, "members/activity_here.html", context, status=status)
