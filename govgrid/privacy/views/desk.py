"""The desk of the data officer: what people ask, and what an audit looks at."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core import clock
from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from govgrid.privacy import actions, alarms, erasure, holdings, queries
from govgrid.privacy.forms import AnswerForm, EraseForm, RecordForm
from govgrid.privacy.models import AccessChain, Alarm, ImpactAssessment, SubjectRequest
from govgrid.privacy.queries import DESK

PAGE = 30
CONFLICT, WRONG = 409, 400
# As an audit looks back: two years.
QUARTERS = 8


def _must(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission, DESK):
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def requests(request: HttpRequest) -> HttpResponse:
    """What waits, the most urgent first; what was answered, by a cursor; and recording another."""
    _must(request, "privacy.answer")
    form, status = RecordForm(), 200
    if request.method == "POST":
        form = RecordForm(request.POST)
        status = WRONG
        if form.is_valid():
            status = CONFLICT
            if (asked := _record(request, form)) is not None:
                messages.success(request, _("Recorded."))
                return redirect("privacy:request", asked.pk)
    is_done = request.GET.get("state") == "answered"
    rows, more = _answered(request) if is_done else _waiting(request)
    if rows:
        actions.note_reading(
            by=request.user, model=SubjectRequest, rows=rows, fields=["user", "kind"],
            ip=client_address(request),
        )  # fmt: skip
    context = {"rows": rows, "more": more, "is_done": is_done, "form": form}
    return render(request, "privacy/requests.html", context, status=status)


def _waiting(request: HttpRequest) -> tuple[list[SubjectRequest], str]:
    rows = SubjectRequest.objects.open().select_related("user").order_by("due_on", "pk")
    day, _dash, number = request.GET.get("after", "").partition("_")
    if (last := _day(day)) and (pk := _number(number)):
        rows = rows.filter(due_on__gte=last).exclude(due_on=last, pk__lte=pk)
    found = list(rows[: PAGE + 1])
    last_row = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], f"{last_row.due_on}_{last_row.pk}" if last_row else ""


def _answered(request: HttpRequest) -> tuple[list[SubjectRequest], str]:
    rows = SubjectRequest.objects.filter(answered_at__isnull=False).select_related("user")
    if pk := _number(request.GET.get("after", "")):
        rows = rows.filter(pk__lt=pk)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else None


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _record(request: HttpRequest, form: RecordForm) -> SubjectRequest | None:
    given: dict[str, Any] = form.cleaned_data
    try:
        return actions.ask(
            given["kind"], given["text"], by=request.user, user=given.get("user"),
            subject_ref=given["subject_ref"] or None, for_another=given["for_another"],
            client_id=given["client_id"],
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: HttpRequest, pk: int) -> HttpResponse:
    _must(request, "privacy.answer")
    rows = SubjectRequest.objects.select_related("user", "answered_by", "recorded_by")
    found = get_object_or_404(rows, pk=pk)
    form, status = AnswerForm(), 200
    if request.method == "POST":
        form = AnswerForm(request.POST)
        status = WRONG
        if form.is_valid():
            status = CONFLICT
            if _answer(request, found, form):
                messages.success(request, _("Answered."))
                return redirect("privacy:requests")
    else:
        actions.note_reading(
            by=request.user, model=SubjectRequest, rows=[found], fields=["user", "kind", "text"],
            ip=client_address(request),
        )  # fmt: skip
    needs_another = found.is_open and found.needs_another_than(request.user)
    context = {
        "asked": found,
        "form": form,
        "erase_form": EraseForm(),
        "needs_another": needs_another,
        "others": _others(request, found) if needs_another else [],
    }
    return render(request, "privacy/request.html", context, status=status)


def _others(request: HttpRequest, found: SubjectRequest) -> list[str]:
    """Who may carry out what the reader recorded."""
    away = {request.user.pk, found.user_id}
    return sorted(one.name for one in alarms.watchers() if one.pk not in away)


def _answer(request: HttpRequest, found: SubjectRequest, form: AnswerForm) -> bool:
    act = actions.refuse if form.cleaned_data["is_refused"] else actions.answer
    try:
        act(found, form.cleaned_data["text"], by=request.user)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return False
    return True


@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that can be erased of whoever asked for it, for good."""
    _must(request, "privacy.answer")
    asked = SubjectRequest.objects.open().filter(kind=SubjectRequest.Kind.DELETE)
    found = get_object_or_404(asked.filter(user__isnull=False).select_related("user"), pk=pk)
    if not EraseForm(request.POST).is_valid():
        messages.error(request, _("Please tick that you are sure."))
        return redirect("privacy:request", pk)
    assert found.user is not None, "filtered"  # noqa: S101
    try:
        count = erasure.erase_as_asked(found, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal.message))
        return redirect("privacy:request", pk)
    messages.success(request, _("Erased: %(count)s records.") % {"count": count})
    return redirect("privacy:requests")


@require_safe
@never_cache
def audit(request: HttpRequest) -> HttpResponse:
    """What the logs say, by quarter. Numbers alone, so that an auditor reads of nobody."""
    _must(request, "privacy.audit")
    today = clock.today()
    first = date(today.year - QUARTERS // 4, (today.month - 1) // 3 * 3 + 1, 1)
    context = {
        "quarters": queries.quarters(first, today),
        "link": AccessChain.objects.first(),
        "days": AccessChain.objects.count(),
        "broken": Alarm.objects.filter(kind=Alarm.Kind.CHAIN).order_by("-pk").first(),
        "alarms": Alarm.objects.select_related("about").order_by("-pk")[:PAGE],
        "assessments": [
            (one, holdings.scope_name(one.scope))
            for one in ImpactAssessment.objects.order_by("scope", "-signed_on")
        ],
        "overdue": SubjectRequest.objects.overdue().count(),
        "may_answer": request.user.has_perm("privacy.answer", DESK),
        "today": today,
    }
    return render(request, "privacy/audit.html", context)
