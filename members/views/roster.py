"""The roster for who serves it: found, sorted, printed, taken along; one entry; one number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.accounts.actions import use_code
from govgrid.core import clock
from govgrid.core.addresses import client_address
from govgrid.core.errors import Refused
from govgrid.privacy import proofs
from govgrid.privacy.models import AccessLog
from govgrid.privacy.proofs import SecondFactorProof
from members import actions, queries, roster
from members.forms.roster import DecideForm, ReasonForm, RevealForm, RosterSearchForm
from members.invitesheet import write_table
from members.models import Member
from members.views.roster_pages import CONFLICT, page, workbook
from members.workflow.roster import MemberState

PAGE = 30
# So many on one sheet of paper.
ON_A_SHEET = 28
READ = ("GET", "HEAD", "POST")


def _must_serve(request: HttpRequest) -> None:
    if not roster.serves(request.user):
        raise PermissionDenied


def _found(request: HttpRequest) -> tuple[RosterSearchForm, Any]:
    data = request.GET if request.method in {"GET", "HEAD"} else request.POST
    form = RosterSearchForm(data, user=request.user)
    return form, form.narrow(roster.within_reach(request.user))


@require_safe
@never_cache
def roster_list(request: HttpRequest) -> HttpResponse:
    """Who is on it, within reach. The page is on record before it is shown."""
    _must_serve(request)
    form, found = _found(request)
    total = found.count()
    order = form.order_asked
    rows = roster.ordered(found.for_lists().select_related("consent__notice"), order)
    shown = list(roster.after(rows, order, request.GET.get("after", ""))[: PAGE + 1])
    actions.note_list(shown[:PAGE], by=request.user, asked=form.asked(), ip=client_address(request))
    asked = request.GET.copy()
    for name in ("after", "order"):
        asked.pop(name, None)
    context = {
        "form": form,
        "rows": shown[:PAGE],
        "more": shown[PAGE - 1].serial if len(shown) > PAGE else "",
        "order": order,
        "asked": asked.urlencode(),
        "total": total,
        "figures": roster.figures(request.user),
        "keeps": bool(roster.areas(request.user, roster.KEEP).exists()),
    }
    return page(request, "members/_roster.html", context)


# ── taken along ───────────────────────────────────────────────────────────────────────────────


@require_http_methods(READ)
@never_cache
def print_out(request: HttpRequest) -> HttpResponse:
    """The whole list on A4, sheet by sheet; why it is needed is asked first."""
    _must_serve(request)
    taken = _taken(request)
    if isinstance(taken, HttpResponse):
        return taken
    form, rows = taken
    sheets = [rows[n : n + ON_A_SHEET] for n in range(0, len(rows), ON_A_SHEET)]
    context = {
        "sheets": sheets,
        "total": len(rows),
        "order": form.order_asked,
        "at": clock.now(),
    }
    return page(request, "members/_print.html", context)


@require_http_methods(READ)
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """The whole list as a workbook; nothing sealed is in it."""
    _must_serve(request)
    taken = _taken(request)
    if isinstance(taken, HttpResponse):
        return taken
    _form, rows = taken
    headings = [
        _("Roster number"), pgettext("person", "Name"), _("Organisation"), _("Public post"),
        _("Specialties"), _("What I offer"), _("Area served"), _("Station"), _("Work phone"),
    ]  # fmt: skip
    return workbook(write_table(headings, map(_cells, rows)), f"roster-{clock.today()}")


def _cells(one: Member) -> list[str]:
    return [
        one.serial, one.name, one.organisation, one.public_post,
        ", ".join(some.name for some in one.specialties.all()), one.offer, one.area.name,
        one.station.name if one.station else "", one.work_phone,
    ]  # fmt: skip


def _taken(request: HttpRequest) -> HttpResponse | tuple[RosterSearchForm, list[Member]]:
    """The rows, once it was said what for; else the page that asks."""
    form, found = _found(request)
    said = ReasonForm(request.POST or None)
    if request.method != "POST" or not said.is_valid():
        context = {
            "form": said,
            "total": found.count(),
            "hidden": [
                (name, value)
                for name, value in (request.GET or request.POST).items()
                if name in form.fields and value
            ],
            "act": request.path,
        }
        status = 400 if said.errors else 200
        return page(request, "members/_take_along.html", context, status=status)
    rows = list(roster.ordered(found.for_lists(), form.order_asked))
    actions.note_copy(
        rows, by=request.user, reason=said.cleaned_data["reason"], asked=form.asked(),
        ip=client_address(request),
    )  # fmt: skip
    return form, rows


# ── one entry ─────────────────────────────────────────────────────────────────────────────────


def member_of(request: HttpRequest, serial: str) -> Member:
    """The entry, or 404 for whoever may not read it."""
    rows = (
        queries.visible(request.user).for_lists().select_related("user", "batch", "consent__notice")
    )
    return get_object_or_404(rows, serial=serial)


@require_safe
@never_cache
def member(request: HttpRequest, serial: str) -> HttpResponse:
    found = member_of(request, serial)
    if found.user_id == request.user.pk:
        return redirect("members:me")
    actions.note_entry(found, by=request.user, ip=client_address(request))
    return _entry(request, found)


def _entry(request: HttpRequest, found: Member, *, status: int = 200, **more: Any) -> HttpResponse:
    keeps = request.user.has_perm("members.keep_roster", found)
    context = {
        "member": found,
        "may_reveal": request.user.has_perm("members.reveal", found),
        "may_decide": keeps and found.state == MemberState.APPLIED,
        "reveal_form": RevealForm(auto_id="reveal_%s"),
        "decide_form": DecideForm(auto_id="decide_%s"),
        "readings": AccessLog.objects.of_subjects([("members.Sealed", str(found.pk))])[:10],
        **more,
    }
    return page(request, "members/_member.html", context, status=status)


@require_POST
@never_cache
@sensitive_post_parameters("code")
def reveal(request: HttpRequest, serial: str) -> HttpResponse:
    """The private telephone, on this one answer alone; five minutes later the page is another."""
    found = member_of(request, serial)
    if not request.user.has_perm("members.reveal", found):
        raise PermissionDenied
    form = RevealForm(request.POST, auto_id="reveal_%s")
    if not form.is_valid():
        return _entry(request, found, status=400, reveal_form=form)
    said = form.cleaned_data
    try:
        phone = actions.reveal(
            found, by=request.user, reason=said["reason"], case=said["case"],
            proof=_proof(request, said["code"]), ip=client_address(request),
        )  # fmt: skip
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return _entry(request, found, status=CONFLICT, reveal_form=form)
    response = _entry(request, found, phone=phone, minutes=proofs.SHOWN_SECONDS // 60)
    response.headers["Refresh"] = f"{proofs.SHOWN_SECONDS}; url={found.get_absolute_url()}"
    return response


def _proof(request: HttpRequest, code: str) -> SecondFactorProof | None:
    """A code given just now, or one that this session gave a moment ago."""
    if code and use_code(request.user, code) is not None:
        proofs.keep(request.session, SecondFactorProof(request.user.pk, clock.now()))
    return proofs.of(request.session)


# ── applications ──────────────────────────────────────────────────────────────────────────────


@require_safe
@never_cache
def applications(request: HttpRequest) -> HttpResponse:
    """Who asks to be on the roster, the oldest first."""
    areas = roster.areas(request.user, roster.KEEP)
    if not areas.exists():
        raise PermissionDenied
    rows = Member.objects.filter(state=MemberState.APPLIED, area__in=areas.values("pk"))
    shown = list(rows.for_lists().select_related("batch").order_by("applied_at", "pk")[:PAGE])
    actions.note_list(shown, by=request.user, ip=client_address(request))
    return page(request, "members/_applications.html", {"rows": shown, "total": rows.count()})


@require_POST
@never_cache
def decide(request: HttpRequest, serial: str) -> HttpResponse:
    found = member_of(request, serial)
    if not request.user.has_perm("members.keep_roster", found) or found.user_id == request.user.pk:
        raise PermissionDenied
    form = DecideForm(request.POST, auto_id="decide_%s")
    if not form.is_valid():
        return _entry(request, found, status=400, decide_form=form)
    taken = request.POST.get("taken") == "yes"
    try:
        actions.decide(found, taken=taken, reason=form.cleaned_data["reason"], by=request.user)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return _entry(request, found, status=CONFLICT, decide_form=form)
    messages.success(request, _("Decided. The person reads why."))
    return redirect("members:applications")
