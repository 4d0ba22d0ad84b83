"""Surveys: answering one, by account or by device, what it found, and setting its questions."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from consultations import actions, surveys
from consultations.forms.surveys import QuestionSet, SheetForm
from consultations.models import Answer, Session
from consultations.views.session_acts import held
from consultations.views.sessions import in_sight, page
from consultations.workflow import SessionKind
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.throttle import limited

CONFLICT = 409
COOKIE = "gg_survey"
COOKIE_SECONDS = 365 * 86_400
COOKIE_LENGTH = 43
SENDINGS_A_MINUTE = 30
TO_READ = 50


def _survey(request: HttpRequest, pk: int) -> Session:
    session = in_sight(request, pk)
    if session.kind != SessionKind.SURVEY:
        raise Http404
    return session


def _device(request: HttpRequest, session: Session) -> str:
    """The device as this survey knows it; empty without a cookie, or where somebody is signed in."""
    cookie = request.COOKIES.get(COOKIE, "")
    if request.user.is_authenticated or len(cookie) != COOKIE_LENGTH:
        return ""
    return surveys.device_of(session, cookie)


def _with_cookie(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A random number, the same for all surveys; only its HMAC under each survey's secret is kept."""
    if not request.user.is_authenticated and len(request.COOKIES.get(COOKIE, "")) != COOKIE_LENGTH:
        response.set_cookie(
            COOKIE, secrets.token_urlsafe(32), max_age=COOKIE_SECONDS, httponly=True,
            samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
    return response


@limited("survey", SENDINGS_A_MINUTE, lambda request: request.method == "POST")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions while it is open and one has not answered; what it found to everybody."""
    session = _survey(request, pk)
    questions = list(session.questions.all())
    if request.method != "POST":
        return _with_cookie(request, _page(request, session, SheetForm(questions=questions)))
    form = SheetForm(request.POST, questions=questions)
    by = request.user if request.user.is_authenticated else None
    device = _device(request, session)
    if by is None and not device:
        words = _("Your browser keeps no cookies: sign in to answer.")
        return _page(request, session, form, CONFLICT, words)
    if not form.is_valid():
        return _page(request, session, form, 400)
    try:
        actions.answer(
            session, form.given(), by=by, device=device,
            is_entered=by is not None and "from_paper" in request.POST,
        )  # fmt: skip
    except Refused as refusal:
        return _page(request, session, form, CONFLICT, str(refusal.message))
    messages.success(request, _("Thank you. Your answers are counted."))
    return redirect("consultations:session-survey", pk)


def _page(
    request: HttpRequest, session: Session, form: SheetForm, status: int = 200, refusal: str = ""
) -> HttpResponse:
    user = request.user if request.user.is_authenticated else None
    device = _device(request, session)
    holds = request.user.has_perm("consultations.hold_session", session)
    moderates = request.user.has_perm("consultations.moderate", session)
    now = clock.now()
    is_open = not session.is_frozen and session.starts_at <= now < session.ends_at
    context = {
        "session": session,
        "form": form,
        "is_open": is_open and bool(form.questions),
        "is_early": not session.is_frozen and now < session.starts_at,
        "has_answered": surveys.has_answered(session, user, device),
        "holds": holds,
        "found": surveys.found(session),
        "to_read": surveys.to_read(session, TO_READ) if moderates else [],
        "refusal": refusal,
    }
    return page(request, "consultations/_survey.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked, until somebody has answered."""
    session = held(request, pk)
    if session.kind != SessionKind.SURVEY:
        raise Http404
    forms: Any = QuestionSet.fresh(session.questions.all())
    status, refusal = 200, ""
    if request.method == "POST":
        forms = QuestionSet(request.POST)
        if forms.is_valid():
            try:
                actions.set_questions(session, forms.asked(), by=request.user)
            except Refused as refused:
                status, refusal = CONFLICT, str(refused.message)
            else:
                messages.success(request, _("The questions are set."))
                return redirect("consultations:session-questions", pk)
    context = {"session": session, "forms": forms, "refusal": refusal}
    return page(request, "consultations/_survey_questions.html", context, status=status)


@require_POST
def text(request: HttpRequest, pk: int, answer: int, act: str) -> HttpResponse:
    """Let a written answer be read by everybody, or take it back."""
    session = _survey(request, pk)
    if not request.user.has_perm("consultations.moderate", session):
        raise PermissionDenied
    rows = Answer.objects.select_related("question__session__platform__area")
    found = get_object_or_404(rows.exclude(text=""), question__session=session, pk=answer)
    if act not in {"show", "hide"}:
        raise Http404
    actions.show_text(found, by=request.user, is_shown=act == "show")
    return redirect("consultations:session-survey", pk)
