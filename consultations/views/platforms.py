"""Platforms: the list, one with who sits there and by which rules, and running one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import actions, pools, queries, tables, yearplans
from consultations.forms import platforms as forms
from consultations.models import Cohosting, Plan, Platform, PlatformEvent, Seat, Topic
from consultations.roles import SeatRole
from consultations.views.topics import base_of, drawn
from consultations.workflow import Phase
from govgrid.core import clock, panels
from govgrid.core.errors import Refused
from grids import scoping

SHOWN = 20
PAGE = 50
STORY = 30
CONFLICT = 409
PAGE_TEMPLATE = "consultations/table_page.html"
FROM_ABOVE = (SeatRole.CONVENOR, SeatRole.SCREENER)


def page(
    request: HttpRequest, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """For residents the public page, at the desk the one with the rail."""
    whole = {"part": part, "base": base_of(request), "refusal": "", **context}
    return render(request, PAGE_TEMPLATE, whole, status=status)


def found_platform(code: str) -> Platform:
    rows = Platform.objects.select_related("area", "host", "compound")
    return get_object_or_404(rows, code=code)


@require_safe
def platform_list(request: HttpRequest) -> HttpResponse:
    """Those that meet, by name; what one looks for narrows them."""
    form = forms.PlatformSearchForm(request.GET)
    found = form.narrow(Platform.objects.in_force()).select_related("area").order_by("pk")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 19:
        found = found.filter(pk__gt=int(after))
    shown = list(found[: PAGE + 1])
    asked = request.GET.copy()
    asked.pop("after", None)
    context = {
        "form": form,
        "rows": tables.rows(shown[:PAGE]),
        "more": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "asked": asked.urlencode(),
        "may_found": bool(scoping.prefixes(request.user, "consultations.keep")),
        "may_see_empty": bool(scoping.prefixes(request.user, "consultations.view")),
        "year": clock.today().year,
    }
    return page(request, "consultations/_platform_list.html", context)


@require_safe
def platform(request: HttpRequest, code: str) -> HttpResponse:
    found = found_platform(code)
    topics = Topic.objects.public().filter(platform=found).for_lists().order_by("-pk")[:SHOWN]
    rules = queries.rules_of(found)
    year = clock.today().year
    plan = Plan.objects.in_force(found, year)
    rows = yearplans.planned(plan) if plan else []
    held = tables.held_in(year).filter(platform=found).count()
    context = {
        "platform": found,
        "topics": topics,
        "sittings": tables.sittings(found),
        "rules": rules,
        "labels": [rules.label(one) for one in Phase],
        "days": [(forms.DAY_LABELS[name], days) for name, days in rules.days.items()],
        "plan": plan,
        "summed": yearplans.summed(plan, rows, held) if plan else None,
        "cohosted": Topic.objects.public()
        .filter(cohostings__platform=found, cohostings__is_agreed=True)
        .for_lists()
        .order_by("-pk")[:SHOWN],
        "may_run": request.user.has_perm("consultations.run", found),
        "year": year,
        "panels": drawn(request, panels.panels_for("consultations.platform", request, found)),
    }
    return page(request, "consultations/_platform.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Found one, where one keeps platforms."""
    if not scoping.prefixes(request.user, "consultations.keep"):
        raise PermissionDenied
    form = forms.FoundForm(request.POST or None, user=request.user)
    status = 400 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.found_platform(form.founding(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
            status = CONFLICT
        else:
            messages.success(request, _("It is founded. Now fill its seats."))
            return redirect("consultations:platform-run", made.code)
    return page(request, "consultations/_platform_new.html", {"form": form}, status=status)


# ── running one ───────────────────────────────────────────────────────────────────────────────


def _run(
    request: HttpRequest, found: Platform, *, status: int = 200, refusal: str = "", **bound: Any
) -> HttpResponse:
    keeps = request.user.has_perm("consultations.keep", found)
    roles = [one for one in SeatRole if keeps or one not in FROM_ABOVE]
    events = PlatformEvent.objects.filter(platform=found).order_by("-pk")[:STORY]
    context = {
        "platform": found,
        "keeps": keeps,
        "sittings": [
            (one, [(seat, keeps or one.role not in FROM_ABOVE, tables.ends_soon(seat)) for seat in one.seats])
            for one in tables.sittings(found)
        ],
        "to_come": tables.to_come(found),
        "events": [(one, said_of(one)) for one in events],
        "to_answer": list(pools.to_answer(request.user, found)),
        "plan_years": yearplans.years(found, with_drafts=True),
        "year": clock.today().year,
        "change_form": forms.ChangeForm.fresh(found),
        "terms_form": forms.TermsForm(rules=queries.rules_of(found), auto_id="terms_%s"),
        "appoint_form": forms.AppointForm(roles=roles, auto_id="appoint_%s"),
        "end_form": forms.ReasonForm(auto_id="end_%s"),
        "refusal": refusal,
        **bound,
    }  # fmt: skip
    return page(request, "consultations/_platform_run.html", context, status=status)


def said_of(event: PlatformEvent) -> str:
    """What happened, in words; nobody is named."""
    role = dict(SeatRole.choices).get(event.data.get("role", ""), "")
    words = {
        "found": _("Founded"),
        "change": _("Called otherwise, or meets elsewhere"),
        "end": _("Ended"),
        "terms": _("New terms"),
        "plan": _("Plan %(year)s, version %(version)s") % {
            "year": event.data.get("year", ""), "version": event.data.get("version", "")
        },
        "appoint": _("A seat was filled: %(role)s") % {"role": role},
        "end_seat": _("A seat has ended: %(role)s") % {"role": role},
    }  # fmt: skip
    return words.get(event.verb, event.verb)


def run_of(request: HttpRequest, code: str) -> Platform:
    found = found_platform(code)
    if not request.user.has_perm("consultations.run", found):
        raise PermissionDenied
    return found


@require_safe
@never_cache
def run(request: HttpRequest, code: str) -> HttpResponse:
    return _run(request, run_of(request, code))


class Act(NamedTuple):
    """An act of the desk: its form, what it does with it, what it says afterwards."""

    form: Callable[..., Any]
    name: str
    take: Callable[..., object]
    done: Any


def _appoint(platform: Platform, form: Any, by: Any) -> object:
    return actions.appoint(platform, by=by, **form.cleaned_data)


def _end_seat(platform: Platform, form: Any, by: Any) -> object:
    rows = Seat.objects.select_related("platform__area", "user")
    seat = get_object_or_404(rows, platform=platform, pk=form.cleaned_data["seat"])
    return actions.end_seat(seat, by=by, reason=form.cleaned_data["reason"])


def _cohost(platform: Platform, form: Any, by: Any) -> object:
    given = form.cleaned_data
    asked = get_object_or_404(Cohosting, platform=platform, pk=given["asking"])
    return actions.answer_cohosting(asked, by=by, agreed=given["agreed"], note=given["note"])


def _roles(request: HttpRequest, found: Platform) -> list[SeatRole]:
    keeps = request.user.has_perm("consultations.keep", found)
    return [one for one in SeatRole if keeps or one not in FROM_ABOVE]


ACTS = {
    "change": Act(
        lambda data, _r, _p: forms.ChangeForm(data, auto_id="change_%s"), "change_form",
        lambda platform, form, by: actions.change_platform(platform, by=by, **form.cleaned_data),
        gettext_lazy("It is changed."),
    ),
    "terms": Act(
        lambda data, _r, p: forms.TermsForm(data, rules=queries.rules_of(p), auto_id="terms_%s"), "terms_form",
        lambda platform, form, by: actions.set_terms(platform, form.terms(), by=by),
        gettext_lazy("The new terms hold from now on. Steps that run keep their days."),
    ),
    "appoint": Act(
        lambda data, r, p: forms.AppointForm(data, roles=_roles(r, p), auto_id="appoint_%s"), "appoint_form",
        _appoint, gettext_lazy("The seat is filled, and its holder is told."),
    ),
    "end-seat": Act(
        lambda data, _r, _p: forms.EndSeatForm(data, auto_id="end_seat_%s"), "end_seat_form",
        _end_seat, gettext_lazy("The seat has ended, and its holder is told."),
    ),
    "end": Act(
        lambda data, _r, _p: forms.ReasonForm(data, auto_id="end_%s"), "end_form",
        lambda platform, form, by: actions.end_platform(platform, by=by, **form.cleaned_data),
        gettext_lazy("It meets no more."),
    ),
    "cohost": Act(
        lambda data, _r, _p: forms.CohostForm(data, auto_id="cohost_%s"), "cohost_form",
        _cohost, gettext_lazy("Your answer is told to who asked."),
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One act of the desk. Refused, the page says why and keeps what was written."""
    found = run_of(request, code)
    if name not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect("consultations:platform-run", code)
    one = ACTS[name]
    form = one.form(request.POST, request, found)
    if not form.is_valid():
        return _run(request, found, status=400, **{one.name: form})
    try:
        one.take(found, form, request.user)
    except Refused as refusal:
        return _run(
            request, run_of(request, code), status=CONFLICT, refusal=str(refusal.message),
            **{one.name: form},
        )  # fmt: skip
    messages.success(request, one.done)
    # Who ends his own reach there is shown the page that everybody reads.
    may = request.user.has_perm("consultations.run", found_platform(code))
    return redirect("consultations:platform-run" if may else "consultations:platform", code)
