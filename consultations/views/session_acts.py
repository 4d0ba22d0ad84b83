"""What one does about a session: calling it, a place in it, and the desk of who holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import actions, meetings
from consultations.forms import sessions as forms
from consultations.models import Attendance, Platform, Session
from consultations.views.sessions import in_sight, page, shown
from consultations.workflow import TALKS, SessionKind
from govgrid.core import clock
from govgrid.core.errors import Refused

RIGHT = "consultations.hold_session"
CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Call people together."""
    platform = get_object_or_404(Platform.objects.select_related("area"), code=code)
    if not request.user.has_perm(RIGHT, platform):
        raise PermissionDenied
    status = 400 if request.method == "POST" else 200
    if request.method == "POST":
        form = forms.CallForm(request.POST, platform=platform)
        if form.is_valid():
            try:
                session, _is_new = actions.call_session(platform, form.call(), by=request.user)
            except Refused as refusal:
                form.add_error(None, str(refusal.message))
                status = CONFLICT
            else:
                messages.success(request, _("It is called. Who sits at the table is told."))
                return redirect("consultations:session-desk", session.pk)
    else:
        topic = request.GET.get("topic", "")[:20]
        form = forms.CallForm.fresh(platform, client_id=uuid4(), topic=topic)
    context = {"platform": platform, "form": form}
    return page(request, "consultations/_session_new.html", context, status=status)


# ── a place ───────────────────────────────────────────────────────────────────────────────────


@require_POST
def sign_up(request: HttpRequest, pk: int) -> HttpResponse:
    session = in_sight(request, pk)
    form = forms.SignUpForm(request.POST)
    if not form.is_valid():
        return shown(request, session, status=400, sign_up_form=form)
    try:
        row = actions.sign_up(session, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return shown(request, session, status=CONFLICT, refusal=str(refusal.message))
    done = _("You are on the waiting list.") if row.is_waiting else _("You have a place.")
    messages.success(request, done)
    return redirect(session)


@require_POST
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    session = in_sight(request, pk)
    try:
        actions.sign_off(session, by=request.user)
    except Refused as refusal:
        return shown(request, session, status=CONFLICT, refusal=str(refusal.message))
    messages.success(request, _("You have signed off."))
    return redirect(session)


# ── the desk of who holds it ──────────────────────────────────────────────────────────────────


def held(request: HttpRequest, pk: int) -> Session:
    session = in_sight(request, pk)
    if not request.user.has_perm(RIGHT, session):
        raise PermissionDenied
    return session


@require_safe
@never_cache
def desk(request: HttpRequest, pk: int) -> HttpResponse:
    return _desk(request, held(request, pk))


def _desk(
    request: HttpRequest, session: Session, *, status: int = 200, refusal: str = "", **bound: Any
) -> HttpResponse:
    now = clock.now()
    agenda = list(session.agenda.all())
    has_begun = session.starts_at <= now
    context = {
        "session": session,
        "is_survey": session.kind == SessionKind.SURVEY,
        "is_talk": session.kind in TALKS,
        "is_frozen": session.is_frozen,
        "has_begun": has_begun,
        "was_held": session.ends_at <= now,
        "at_the_door": session.opens_at <= now <= session.shuts_at,
        "counts": meetings.counts(session),
        "people": meetings.door_list(session),
        "papers": list(session.papers.all()),
        "agenda": agenda,
        "draw": session.draw or {},
        "may_fill": request.user.has_perm("consultations.run", session.platform)
        and meetings.has_empty_seats(session),
        "items": [
            (one, forms.ItemForm(
                initial={"item": one.position, "minutes": one.minutes},
                auto_id=f"item{one.position}_%s",
            ))
            for one in agenda
        ],
        "move_form": forms.MoveForm.fresh(session),
        "cancel_form": forms.CancelForm(auto_id="cancel_%s"),
        "paper_form": forms.PaperForm(auto_id="paper_%s"),
        "guest_form": forms.GuestForm(auto_id="guest_%s"),
        "agenda_form": forms.AgendaForm(
            initial={"agenda": "\n".join(one.text for one in agenda)}, auto_id="agenda_%s"
        ),
        "minutes_form": forms.MinutesForm(
            initial={"minutes": session.minutes or session.draft()}, auto_id="minutes_%s"
        ),
        "commit_form": forms.CommitForm(auto_id="commit_%s"),
        "reveal_form": forms.RevealForm(auto_id="reveal_%s"),
        "refusal": refusal,
        **bound,
    }  # fmt: skip
    return page(request, "consultations/_session_desk.html", context, status=status)


class Act(NamedTuple):
    """An act of the desk: what it does with the cleaned form, and what it says afterwards."""

    take: Callable[..., object]
    form: Callable[..., Any] | None
    name: str
    done: Any


def _enter(session: Session, *, by: Any, **given: Any) -> object:
    return actions.enter(session, by=by, **given)


def _agenda(session: Session, *, by: Any, agenda: list[str]) -> object:
    return actions.set_agenda(session, agenda, by=by)


def _item(session: Session, *, by: Any, item: int, minutes: str) -> object:
    return actions.write_item(session, item, by=by, minutes=minutes)


ACTS = {
    "move": Act(actions.move_session, forms.MoveForm, "move_form", gettext_lazy("It is moved.")),
    "cancel": Act(actions.cancel_session, forms.CancelForm, "cancel_form", gettext_lazy("It is cancelled.")),
    "paper": Act(actions.add_paper, forms.PaperForm, "paper_form", gettext_lazy("The paper is there.")),
    "send": Act(actions.send_papers, None, "", gettext_lazy("The papers are sent.")),
    "agenda": Act(_agenda, forms.AgendaForm, "agenda_form", gettext_lazy("The agenda is laid down.")),
    "enter": Act(_enter, forms.GuestForm, "guest_form", gettext_lazy("Written down.")),
    "item": Act(_item, forms.ItemForm, "", gettext_lazy("Written down.")),
    "draft": Act(actions.write_minutes, forms.MinutesForm, "minutes_form", gettext_lazy("Kept as a draft.")),
    "publish": Act(
        actions.publish_minutes, forms.MinutesForm, "minutes_form", gettext_lazy("The minutes are published.")
    ),
    "commit": Act(
        actions.commit_draw, forms.CommitForm, "commit_form",
        gettext_lazy("The list is fixed, and what the lot is bound to is published."),
    ),
    "reveal": Act(actions.reveal_draw, forms.RevealForm, "reveal_form", gettext_lazy("It is drawn.")),
    "fill": Act(
        actions.fill_draw, None, "", gettext_lazy("The next in the order of the lot have the seats.")
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act of the desk. Refused, the page says why and keeps what was written."""
    session = held(request, pk)
    if act not in ACTS:
        raise Http404
    if request.method != "POST":
        return redirect("consultations:session-desk", pk)
    take, form_of, name, done = ACTS[act]
    form = form_of(request.POST, request.FILES, auto_id=f"{act}_%s") if form_of else None
    if form is not None and not form.is_valid():
        if not name:
            raise Http404
        return _desk(request, session, status=400, **{name: form})
    try:
        take(session, by=request.user, **(form.cleaned_data if form else {}))
    except Refused as refusal:
        bound = {name: form} if name else {}
        return _desk(
            request, held(request, pk), status=CONFLICT, refusal=str(refusal.message), **bound
        )
    messages.success(request, done)
    return redirect("consultations:session-desk", pk)


@require_POST
def mark(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Tick somebody off on the list."""
    session = held(request, pk)
    rows = Attendance.objects.select_related("session__platform__area")
    found = get_object_or_404(rows, session=session, pk=row)
    try:
        actions.mark_here(found, by=request.user)
    except Refused as refusal:
        return _desk(request, session, status=CONFLICT, refusal=str(refusal.message))
    return redirect("consultations:session-desk", pk)


@require_POST
def drop_paper(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    session = held(request, pk)
    found = get_object_or_404(session.papers.select_related("session__platform__area"), pk=paper)
    try:
        actions.drop_paper(found, by=request.user)
    except Refused as refusal:
        return _desk(request, session, status=CONFLICT, refusal=str(refusal.message))
    return redirect("consultations:session-desk", pk)
