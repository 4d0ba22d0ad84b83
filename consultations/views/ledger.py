"""The ledger of a topic and of an area, and asking another platform to hold a topic too."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consultations import actions, ledger, queries
from consultations.forms import ledger as forms
from consultations.forms.platforms import AskCohostForm
from consultations.models import Entry, Topic
from consultations.views.platforms import CONFLICT, page
from govgrid.core.errors import Refused
from grids.models import Area

RIGHT = "consultations.keep_ledger"
MOST_TOPICS = 100


def _topic(request: HttpRequest, number: str) -> Topic:
    rows = queries.visible(request.user).select_related("platform__area", "area")
    found = get_object_or_404(rows.numbered(number))
    if not found.is_public:
        raise Http404
    return found


@require_safe
@never_cache
def of_topic(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, _topic(request, number))


def _page(
    request: HttpRequest, topic: Topic, *, status: int = 200, refusal: str = "", **bound: Any
) -> HttpResponse:
    keeps = request.user.has_perm(RIGHT, topic)
    context = {
        "topic": topic,
        "entries": list(ledger.entries(topic)),
        "totals": ledger.of_topic(topic),
        "keeps": keeps,
        # Vouchers bear names: the table reads them, nobody else.
        "is_inside": request.user.has_perm("consultations.view", topic),
        "form": forms.EntryForm() if keeps else None,
        "refusal": refusal,
        **bound,
    }
    return page(request, "consultations/_ledger.html", context, status=status)


@require_POST
@never_cache
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    topic = _topic(request, number)
    if not request.user.has_perm(RIGHT, topic):
        raise PermissionDenied
    if name not in ACTS:
        raise Http404
    form = FORMS[name](request.POST, request.FILES)
    if not form.is_valid():
        if name == "enter":
            return _page(request, topic, status=400, form=form)
        errors = [str(error) for some in form.errors.values() for error in some]
        return _page(request, topic, status=400, refusal=" ".join(errors))
    try:
        ACTS[name](request, topic, form)
    except Refused as refusal:
        bound = {"form": form} if name == "enter" else {}
        return _page(request, topic, status=CONFLICT, refusal=str(refusal.message), **bound)
    messages.success(request, _("It stands in the ledger."))
    return redirect("consultations:ledger", topic.number)


def _enter(request: HttpRequest, topic: Topic, form: Any) -> None:
    actions.enter_line(topic, form.line(), by=request.user)


def _entry(topic: Topic, form: Any) -> Entry:
    return get_object_or_404(
        topic.entries.select_related("topic__platform__area"), serial=form.cleaned_data["entry"]
    )


def _take_back(request: HttpRequest, topic: Topic, form: Any) -> None:
    actions.take_back(_entry(topic, form), by=request.user, reason=form.cleaned_data["reason"])


def _forget(request: HttpRequest, topic: Topic, form: Any) -> None:
    actions.forget_giver(_entry(topic, form), by=request.user)


ACTS = {"enter": _enter, "take-back": _take_back, "forget": _forget}
FORMS = {"enter": forms.EntryForm, "take-back": forms.TakeBackForm, "forget": forms.ForgetForm}


@require_safe
def voucher(request: HttpRequest, number: str, serial: int) -> FileResponse:
    """The PDF of a voucher, for the table alone, to be kept: never opened in a page of ours."""
    topic = _topic(request, number)
    if not request.user.has_perm("consultations.view", topic):
        raise Http404
    entry = get_object_or_404(topic.entries, serial=serial)
    if not entry.voucher_file:
        raise Http404
    response = FileResponse(
        entry.voucher_file.open("rb"), as_attachment=True,
        filename=f"{topic.number}-{entry.serial}.pdf", content_type="application/pdf",
    )  # fmt: skip
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_safe
def of_area(request: HttpRequest, code: str) -> HttpResponse:
    """What was given in an area, by topic. Nobody who gave is named or ranked here."""
    if "\x00" in code:
        raise Http404
    area = get_object_or_404(Area.objects.in_force(), code=code)
    context = {
        "area": area,
        "totals": ledger.of_area(area),
        "topics": ledger.by_topic(area, MOST_TOPICS),
    }
    return page(request, "consultations/_ledger_area.html", context)


@require_POST
@never_cache
def ask_cohost(request: HttpRequest, number: str) -> HttpResponse:
    topic = _topic(request, number)
    if not request.user.has_perm("consultations.convene", topic):
        raise PermissionDenied
    form = AskCohostForm(request.POST)
    try:
        if form.is_valid():
            actions.ask_cohost(topic, form.cleaned_data["platform"], by=request.user)
            messages.success(request, _("The other platform is asked."))
        else:
            messages.error(request, form.errors["platform"][0])
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect(topic)
