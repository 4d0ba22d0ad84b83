"""Questions of the hall: asked, supported, answered; the list renews itself. And the lot."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import actions, meetings
from consultations.forms.sessions import AskForm
from consultations.models import Opinion, Session
from consultations.views.sessions import in_sight, page
from consultations.workflow import OpinionKind
from govgrid.core import clock
from govgrid.core.errors import Refused

CONFLICT = 409
SECONDS = 10
LONGEST_NUMBER = 6


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hall(request: HttpRequest, pk: int) -> HttpResponse:
    """The list, and a line to ask; htmx fetches the list alone."""
    session = in_sight(request, pk)
    if session.topic_id is None:
        raise Http404
    if request.method != "POST":
        if request.htmx:
            return render(request, "consultations/_hall.html#asked", _context(request, session))
        return _page(request, session, replying=_asked(session, request.GET.get("reply", "")))
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, session, 400, form=form)
    try:
        actions.ask(session, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        return _page(request, session, CONFLICT, refusal=str(refusal.message), form=form)
    return redirect("consultations:session-hall", pk)


def _context(request: HttpRequest, session: Session) -> dict[str, Any]:
    is_on = not session.is_frozen and clock.now() <= session.shuts_at
    return {
        "session": session,
        "asked": meetings.asked(session, request.user),
        "is_on": is_on,
        "holds": is_on and request.user.has_perm("consultations.hold_session", session),
        "seconds": SECONDS,
    }


def _page(
    request: HttpRequest, session: Session, status: int = 200, **further: Any
) -> HttpResponse:
    context = {
        **_context(request, session),
        "form": AskForm(initial={"client_id": uuid4()}),
        "replying": None,
        "said": "",
        **further,
    }
    return page(request, "consultations/_hall.html", context, status=status)


def _asked(session: Session, serial: str) -> Opinion | None:
    """The question that is answered; none where the number is not one of this list."""
    if not (serial.isascii() and serial.isdigit() and len(serial) < LONGEST_NUMBER):
        return None
    rows = session.opinions.filter(kind=OpinionKind.QUESTION, hidden_at=None, serial=serial)
    return rows.first()


@require_POST
def act(request: HttpRequest, pk: int, serial: int, act: str) -> HttpResponse:
    """Support a question; or, for who holds it, answer it or put it aside."""
    session = in_sight(request, pk)
    try:
        if act == "support":
            actions.support(session, serial, by=request.user)
        elif act in {"answer", "aside"}:
            body = request.POST.get("body", "").replace("\r\n", "\n")
            actions.reply(session, serial, by=request.user, body=body, is_aside=act == "aside")
        else:
            raise Http404
    except Refused as refusal:
        replying, said = _asked(session, str(serial)), request.POST.get("body", "")
        return _page(
            request, session, CONFLICT, refusal=str(refusal.message), replying=replying, said=said
        )
    return redirect("consultations:session-hall", pk)


@require_safe
@never_cache
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """The lot: what it is bound to, and once it is drawn how anybody draws it again."""
    session = in_sight(request, pk)
    if not session.draw:
        raise Http404
    context = {
        "session": session,
        "draw": {"seed": "", "said": "", **session.draw},
        "many": len(session.draw["people"]),
        "drawn": meetings.drawn(session),
        "own": meetings.number_in_draw(session, meetings.mine(session, request.user)),
    }
    return page(request, "consultations/_session_draw.html", context)
