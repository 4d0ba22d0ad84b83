"""The door of a session: a code that renews itself, and who scanned it."""

from __future__ import annotations

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import actions, codes, meetings
from consultations.models import Session
from consultations.views.session_acts import held
from consultations.views.sessions import in_sight
from consultations.workflow import SessionKind
from govgrid.core import clock
from govgrid.core.errors import Refused

GONE, FORBIDDEN, CONFLICT = 410, 403, 409


def _is_open(session: Session) -> bool:
    return (
        not session.is_frozen
        and session.kind != SessionKind.SURVEY
        and session.opens_at <= clock.now() <= session.shuts_at
    )


@require_safe
@never_cache
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """The code, large, with how many are there; the page renews both every half minute."""
    session = held(request, pk)
    is_open = _is_open(session)
    context = {
        "session": session,
        "counts": meetings.counts(session),
        "code": _drawn(session) if is_open else "",
        "is_early": not session.is_frozen and clock.now() < session.opens_at,
        "seconds": codes.CODE_SECONDS // 2,
    }
    template = "consultations/session_code.html"
    return render(request, template + "#now" if request.htmx else template, context)


def _drawn(session: Session) -> SafeString:
    """The code of an address of ours, drawn by us."""
    path = reverse("consultations:session-here", args=[session.pk, codes.token(session)])
    qr = segno.make(f"{settings.SITE_URL.rstrip('/')}{path}", error="m", micro=False)
    return SafeString(qr.svg_inline(border=2, scale=8, dark="#000", light="#fff", omitsize=True))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def here(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Who scanned the code says that he is there. Looking alone writes nothing."""
    session = in_sight(request, pk)
    if request.method == "POST":
        return _arrive(request, session)
    is_fresh = codes.is_fresh(session, token)
    if is_fresh is None:
        return _sentence(request, session, _expired(), GONE)
    if not is_fresh:
        return _sentence(request, session, _("This is not a code of this session."), FORBIDDEN)
    context = {
        "session": session,
        "words": "",
        "entry": codes.pass_for(session, request.user),
        "mine": meetings.mine(session, request.user),
    }
    return render(request, "consultations/session_here.html", context)


def _expired() -> str:
    return _("This code has expired. Scan the one on the screen again.")


def _arrive(request: HttpRequest, session: Session) -> HttpResponse:
    if not codes.is_let_in(session, request.user, request.POST.get("entry", "")):
        return _sentence(request, session, _expired(), GONE)
    try:
        actions.check_in(session, by=request.user)
    except Refused as refusal:
        return _sentence(request, session, str(refusal.message), CONFLICT)
    messages.success(request, _("You are signed in."))
    return redirect(session)


def _sentence(request: HttpRequest, session: Session, words: str, status: int) -> HttpResponse:
    context = {"session": session, "words": words, "entry": "", "mine": None}
    return render(request, "consultations/session_here.html", context, status=status)
