"""My data: what is held, who read it, what I agreed to, and what I ask for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core import clock
from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from govgrid.privacy import actions, copies, holdings
from govgrid.privacy.forms import AskForm
from govgrid.privacy.models import AccessLog, Consent, SubjectRequest
from govgrid.privacy.queries import readings_about
from govgrid.privacy.views.public import everybody, office

PAGE = 30
CONFLICT, WRONG = 409, 400


@login_not_required
@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """Everybody reads who answers for what; who has signed in, also the own data."""
    if not request.user.is_authenticated:
        return everybody(request)
    return _page(request, AskForm())


def _page(request: HttpRequest, form: AskForm, status: int = 200) -> HttpResponse:
    user = request.user
    held = list(holdings.everything(user))
    live = Consent.objects.of(user=user).live().with_staleness().select_related("notice")
    readings, more = _readings(request)
    context = {
        "consents": live.order_by("purpose_key"),
        "withdrawn": Consent.objects.of(user=user)
        .filter(withdrawn_at__isnull=False)
        .exclude(purpose_key__in=live.values("purpose_key"))
        .select_related("notice")
        .order_by("purpose_key", "-pk")
        .distinct("purpose_key"),
        "readings": readings,
        "more": more,
        "requests": SubjectRequest.objects.of(user).order_by("-pk")[:PAGE],
        "held": held,
        "nothing": [one.label for one in held if not one.rows],
        "form": form,
        **office(),
    }
    return render(request, "privacy/mine.html", context, status=status)


def _readings(request: HttpRequest) -> tuple[list[AccessLog], int | None]:
    before = request.GET.get("before", "")
    rows = readings_about(request.user)
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    for one in found:
        one.role_name = holdings.role_name(one.role)  # type: ignore[attr-defined] # for the page
        one.reader = holdings.reader_name(one.role, one.by.name)  # type: ignore[attr-defined]
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """One tap, at once, and nobody asks why."""
    consent = get_object_or_404(Consent.objects.of(user=request.user), pk=pk)
    try:
        actions.withdraw_own(consent, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Withdrawn. It holds from this moment on."))
    return redirect("privacy:mine")


@require_http_methods(["POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, form, WRONG)
    given: dict[str, Any] = form.cleaned_data
    try:
        actions.ask(given["kind"], given["text"], by=request.user, client_id=given["client_id"])
    except Refused as refusal:
        form.add_error("text", str(refusal.message))
        return _page(request, form, CONFLICT)
    messages.success(request, _("Sent. You will be answered within fifteen working days."))
    return redirect("privacy:mine")


@require_safe
@never_cache
def copy_json(request: HttpRequest) -> HttpResponse:
    return _copy(request, copies.as_json(request.user), "application/json", "json")


@require_safe
@never_cache
def copy_pdf(request: HttpRequest) -> HttpResponse:
    return _copy(request, copies.as_pdf(request.user), "application/pdf", "pdf")


def _copy(request: HttpRequest, content: bytes, kind: str, ending: str) -> HttpResponse:
    actions.note_reading(
        by=request.user, model=request.user, rows=[request.user], fields=["all"],
        action=AccessLog.Action.SUBJECT, ip=client_address(request),
    )  # fmt: skip
    name = f"govgrid-{clock.today():%Y%m%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
