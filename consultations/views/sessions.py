"""Sessions: what is to come, one as everybody may see it, the file for a calendar, the papers."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consultations import meetings, summons
from consultations.forms.sessions import SignUpForm
from consultations.models import Platform, Session
from consultations.views.topics import base_of
from consultations.workflow import SessionKind
from govgrid.core import clock
from tickets.invitations import CONTENT_TYPE

PAGE = 50
PAGE_TEMPLATE = "consultations/session_page.html"
# Coming to these is counted: "online interactions".
COUNTED = frozenset({SessionKind.ONLINE, SessionKind.SURVEY})


def in_sight(request: HttpRequest, pk: int) -> Session:
    """The session, or 404 for whoever may not read of it."""
    return get_object_or_404(meetings.visible(request.user), pk=pk)


def page(
    request: HttpRequest, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """For residents the public page, at the desk the one with the rail."""
    whole = {"part": part, "base": base_of(request), "refusal": "", **context}
    return render(request, PAGE_TEMPLATE, whole, status=status)


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """What is to come, everywhere or at one platform."""
    code = request.GET.get("platform", "")
    platform = None
    if code:
        if "\x00" in code:
            raise Http404
        platform = get_object_or_404(Platform, code=code)
    rows = meetings.coming(request.user, platform=platform, most=PAGE)
    may_call = platform is not None and request.user.has_perm(
        "consultations.hold_session", platform
    )
    context = {"sessions": rows, "platform": platform, "may_call": may_call, "now": clock.now()}
    return page(request, "consultations/_session_list.html", context)


@require_safe
@never_cache
def session(request: HttpRequest, pk: int) -> HttpResponse:
    found = in_sight(request, pk)
    if found.kind in COUNTED and request.method == "GET":
        Session.objects.filter(pk=pk).update(views=F("views") + 1)
    return shown(request, found)


def shown(
    request: HttpRequest, session: Session, *, status: int = 200, refusal: str = "", **forms: Any
) -> HttpResponse:
    """Its page, with what was refused and the form as it was sent."""
    now = clock.now()
    mine = meetings.mine(session, request.user)
    is_to_come = not session.is_frozen and session.ends_at > now
    context = {
        "session": session,
        "counts": meetings.counts(session),
        "named": meetings.named(session),
        "mine": mine,
        "ahead": meetings.ahead_of(mine) if mine is not None and mine.is_waiting else 0,
        "holds": request.user.has_perm("consultations.hold_session", session),
        "papers": list(meetings.papers(session, request.user)),
        "agenda": list(session.agenda.all()),
        "is_survey": session.kind == SessionKind.SURVEY,
        "is_to_come": is_to_come,
        "is_open": is_to_come and session.starts_at <= now,
        "sign_up_form": SignUpForm(),
        "refusal": refusal,
        **forms,
    }
    return page(request, "consultations/_session.html", context, status=status)


@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """What a calendar takes in; moved or cancelled, what changes it there."""
    content = summons.invitation_to(in_sight(request, pk))
    headers = {"Content-Disposition": 'attachment; filename="session.ics"'}
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)


@require_safe
def paper(request: HttpRequest, pk: int, paper: int) -> FileResponse:
    """The PDF of a paper, to be kept: a stranger's file is never opened in a page of ours."""
    found = get_object_or_404(meetings.papers(in_sight(request, pk), request.user), pk=paper)
    if not found.file:
        raise Http404
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=f"{found.title}.pdf",
        content_type="application/pdf",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
