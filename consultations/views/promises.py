"""Asking departments, their answers, and what residents say of what was done."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from consultations import actions, queries
from consultations.actions import Rating
from consultations.forms.promises import OfferForm, RatingForm, TurnForm
from consultations.models import Commitment, Topic
from consultations.views.topics import base_of
from consultations.workflow import TURNS, CommitmentState
from govgrid.core.errors import Refused
from govgrid.privacy.crypto import fingerprint

CONFLICT = 409
COOKIE, YEAR = "gg_rating", 365 * 86_400


def _topic(request: HttpRequest, number: str) -> Topic:
    seen = queries.visible(request.user).select_related("platform__area", "area")
    return get_object_or_404(seen.numbered(number))


@require_POST
@never_cache
def offer(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a department."""
    topic = _topic(request, number)
    form = OfferForm(request.POST, topic=topic)
    if not form.is_valid():
        return _again(request, topic, form, status=400)
    given = form.cleaned_data
    try:
        actions.offer(
            topic, given["text"], given["department"], by=request.user, opinion=given.get("opinion")
        )
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _again(request, topic, form, status=CONFLICT)
    messages.success(request, _("%(name)s was asked.") % {"name": given["department"].short_name})
    return redirect(f"{topic.get_absolute_url()}#promises")


@require_POST
@never_cache
def turn(request: HttpRequest, number: str, serial: int, name: str) -> HttpResponse:
    """One turn of a promise; refused, its form comes again with what was typed."""
    topic = _topic(request, number)
    found = Commitment.objects.select_related("department", "topic__platform__area")
    one = get_object_or_404(found, topic=topic, serial=serial)
    if name not in TURNS:
        raise Http404
    form = TurnForm(request.POST, name=name, commitment=one)
    if not form.is_valid():
        return _again(request, topic, form, status=400)
    try:
        turned = actions.turn(one, name, by=request.user, **form.given())
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _again(request, topic, form, status=CONFLICT)
    state = CommitmentState(turned.state).label
    messages.success(request, _("%(text)s: %(state)s.") % {"text": turned.text, "state": state})
    return redirect(f"{topic.get_absolute_url()}#promises")


def _again(
    request: HttpRequest, topic: Topic, form: OfferForm | TurnForm, *, status: int
) -> HttpResponse:
    context = {"base": base_of(request), "topic": topic, "form": form}
    return render(request, "consultations/promise_form.html", context, status=status)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Everybody concerned may rate: by account, or once a device without one."""
    topic = _topic(request, number)
    promises = topic.commitments.kept().order_by("serial")
    may_enter = request.user.is_authenticated and request.user.has_perm(
        "consultations.enter", topic
    )
    form = RatingForm(request.POST or None, promises=promises, may_enter=may_enter)
    key = request.COOKIES.get(COOKIE, "")
    if len(key) != 32 or not key.isascii():
        key = secrets.token_hex(16)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            done = _rated(request, topic, form, key)
            if done:
                answer = redirect(topic.get_absolute_url())
                answer.set_cookie(
                    COOKIE,
                    key,
                    max_age=YEAR,
                    httponly=True,
                    samesite="Lax",
                    secure=request.is_secure(),
                )
                return answer
            status = CONFLICT
        else:
            status = 400
    review = topic.reviews.filter(closed_at=None).first()
    context = {"base": base_of(request), "topic": topic, "form": form, "review": review}
    answer = render(request, "consultations/rate.html", context, status=status)
    answer.set_cookie(
        COOKIE, key, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return answer


def _rated(request: HttpRequest, topic: Topic, form: RatingForm, key: str) -> bool:
    is_entered = bool(form.cleaned_data.get("is_entered"))
    by = request.user if request.user.is_authenticated else None
    review = topic.reviews.filter(closed_at=None).values_list("pk", flat=True).first()
    # Made for this round alone: nobody is followed from one to the next.
    device = "" if by else fingerprint(f"rating:{review}:{key}".encode())
    rating = Rating(
        overall=int(form.cleaned_data["overall"]),
        remark=form.cleaned_data["remark"],
        promises=form.scores(),
        device=device,
        is_entered=is_entered,
    )
    try:
        actions.rate(topic, rating, by=by)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return False
    except PermissionDenied:
        form.add_error(None, _("You may not do this on this platform."))
        return False
    messages.success(request, _("Thank you. It counts once the round is over."))
    return True
