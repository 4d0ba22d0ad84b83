"""What anybody may read: who answers for what is held, for what, and who else works on it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from govgrid.core.errors import Refused
from govgrid.privacy import actions, queries
from govgrid.privacy.forms import AgreeForm
from govgrid.privacy.models import Consent, Notice, Processor

CONFLICT, WRONG = 409, 400


def office() -> dict[str, Any]:
    """Who answers for it, and where to complain of that."""
    return {
        "handler": settings.PRIVACY_HANDLER,
        "contact": settings.PRIVACY_CONTACT,
        "complaints": settings.PRIVACY_COMPLAINTS,
    }


def everybody(request: HttpRequest) -> HttpResponse:
    context = {
        "notices": Notice.objects.newest().order_by("key"),
        "processors": Processor.objects.current(),
        "base": base_of(request),
        **office(),
    }
    return render(request, "privacy/public.html", context)


@login_not_required
@require_safe
@never_cache
def about(request: HttpRequest) -> HttpResponse:
    """The page of everybody, also for who has signed in."""
    return everybody(request)


def base_of(request: HttpRequest) -> str:
    """Staff see the desk around it, everybody else the public page."""
    return "base_desk.html" if request.user.is_authenticated else "base_public.html"


@login_not_required
@require_safe
@never_cache
def notice(request: HttpRequest, key: str) -> HttpResponse:
    return _notice(request, _newest(key))


def _newest(key: str) -> Notice:
    found = queries.newest_notice(key)
    if found is None:
        raise Http404
    return found


def _notice(
    request: HttpRequest, found: Notice, status: int = 200, refusal: str = ""
) -> HttpResponse:
    mine = Consent.objects.none()
    if request.user.is_authenticated:
        mine = Consent.objects.of(user=request.user).filter(purpose_key=found.key)
    latest = mine.with_staleness().order_by("-pk").first()
    is_agreed = latest is not None and latest.withdrawn_at is None and not latest.is_stale
    context = {
        "notice": found,
        "base": base_of(request),
        "agreed": latest if is_agreed else None,
        "may_agree": latest is not None and not is_agreed,
        "form": AgreeForm(initial={"version": found.version}),
        "refusal": refusal,
        **office(),
    }
    return render(request, "privacy/notice.html", context, status=status)


@require_POST
@never_cache
def agree(request: HttpRequest, key: str) -> HttpResponse:
    """Agreeing again to what has changed, or to what was withdrawn."""
    found = _newest(key)
    form = AgreeForm(request.POST)
    if not form.is_valid():
        return _notice(request, found, WRONG, _("Please read it and try again."))
    try:
        actions.agree_again(key, form.cleaned_data["version"], by=request.user)
    except Refused as refusal:
        return _notice(request, found, CONFLICT, str(refusal.message))
    messages.success(request, _("Agreed. You can withdraw it here at any time."))
    return redirect("privacy:mine")
