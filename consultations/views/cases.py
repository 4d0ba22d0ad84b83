"""Model cases: the library, one, writing it, reviewing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import actions, library, queries
from consultations.forms.cases import CaseForm, CaseSearchForm, ReviewForm
from consultations.models import ModelCase
from consultations.views.topics import base_of
from consultations.workflow.cases import WRITABLE, CaseState
from govgrid.core.errors import Refused

PAGE = 20
CONFLICT = 409


def page(
    request: HttpRequest, part: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    whole = {"part": part, "base": base_of(request), "title": title, "refusal": "", **context}
    return render(request, "consultations/library.html", whole, status=status)


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """What was published, the newest first; and what waits for one's review or one's pen."""
    form = CaseSearchForm(request.GET)
    found = form.narrow(ModelCase.objects.published().for_lists()).order_by("-pk")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    rows = list(found[: PAGE + 1])
    is_known = request.user.is_authenticated
    unpublished = library.visible(request.user).exclude(
        state__in=[CaseState.PUBLISHED, CaseState.WITHDRAWN]
    )
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "query": query.urlencode(),
        "to_review": list(library.to_review(request.user)[:PAGE]) if is_known else [],
        "drafts": list(unpublished.order_by("-pk")[:PAGE]) if is_known else [],
    }
    return page(
        request, "consultations/_cases.html", _("Model cases"), context,
        status=200 if form.is_valid() else 400,
    )  # fmt: skip


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    return _shown(request, _seen(request, pk))


def _seen(request: HttpRequest, pk: int) -> ModelCase:
    return get_object_or_404(library.visible(request.user), pk=pk)


def _shown(
    request: HttpRequest, one: ModelCase, *, refusal: str = "", status: int = 200, **forms: Any
) -> HttpResponse:
    may_write = request.user.has_perm("consultations.write_case", one.topic)
    may_review = request.user.has_perm("consultations.review_case", one)
    is_out = one.state == CaseState.PUBLISHED
    context = {
        "one": one,
        "may_write": may_write and one.state in WRITABLE,
        "may_review": may_review and one.state == CaseState.SUBMITTED,
        "may_withdraw": one.state != CaseState.WITHDRAWN and (may_review if is_out else may_write),
        "form": CaseForm.again(one),
        "review": ReviewForm(),
        "refusal": refusal,
        **forms,
    }
    return page(request, "consultations/_case.html", one.title, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, number: str) -> HttpResponse:
    """Write one of a closed topic."""
    seen = queries.visible(request.user).select_related("platform__area")
    topic = get_object_or_404(seen.numbered(number))
    if not request.user.has_perm("consultations.write_case", topic):
        raise PermissionDenied
    form = CaseForm(request.POST) if request.method == "POST" else CaseForm.of(topic)
    refusal, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.write_case(topic, by=request.user, **form.cleaned_data)
        except Refused as refused:
            refusal, status = str(refused.message), CONFLICT
        else:
            return redirect(made)
    elif request.method == "POST":
        status = 400
    context = {"topic": topic, "form": form, "refusal": refusal}
    return page(
        request, "consultations/_case_new.html", _("Write a model case"), context, status=status
    )


@require_POST
@never_cache
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """reword, submit, publish, give_back, withdraw."""
    if name not in ACTS:
        raise Http404
    one = _seen(request, pk)
    form = CaseForm(request.POST) if name == "reword" else ReviewForm(request.POST)
    shown = {"form" if name == "reword" else "review": form}
    if not form.is_valid():
        return _shown(request, one, status=400, **shown)
    try:
        ACTS[name](one, request.user, form.cleaned_data)
    except Refused as refused:
        return _shown(request, one, refusal=str(refused.message), status=CONFLICT, **shown)
    messages.success(request, _("It is kept."))
    return redirect("consultations:cases" if name == "withdraw" else one.get_absolute_url())


ACTS = {
    "reword": lambda one, by, given: actions.reword_case(one, by=by, **given),
    "submit": lambda one, by, _given: actions.submit_case(one, by=by),
    "publish": lambda one, by, given: actions.review_case(one, by=by, is_good=True, **given),
    "give_back": lambda one, by, given: actions.review_case(one, by=by, is_good=False, **given),
    "withdraw": lambda one, by, given: actions.withdraw_case(one, by=by, **given),
}
