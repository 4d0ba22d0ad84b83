"""Joint meetings: called, signed in at, decided, published; and the lists of a street."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import scoping
from tickets import actions, codes, summons
from tickets import meetings as read
from tickets.forms.meetings import (
    CancelForm,
    DecisionForm,
    ListForm,
    MeetingForm,
    MinutesForm,
    SeatForm,
)
from tickets.forms.sign_in import RankForm
from tickets.invitations import CONTENT_TYPE
from tickets.models import Arrival, Meeting, Ticket
from tickets.views.reach import ticket_in_reach
from tickets.views.sign_in import drawn

PAGE = 30
CONFLICT, GONE, FORBIDDEN = 409, 410, 403
RIGHT = "tickets.hold_meeting"


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """What is to come, or what has been, for the streets and departments of one's posts."""
    if not scoping.reach(request.user, "tickets.view"):
        raise Http404
    form = ListForm(request.GET)
    if not form.is_valid():
        return redirect("tickets:meetings")
    is_past = form.cleaned_data["when"] == "past"
    after = form.cleaned_data["after"]
    found = read.listed(request.user, is_past=is_past, after=after, most=PAGE + 1)
    shown = found[:PAGE]
    context = {
        "meetings": shown,
        "is_past": is_past,
        "is_further": bool(after),
        "older": read.cursor_of(shown[-1]) if len(found) > PAGE else "",
    }
    return render(request, "tickets/meeting_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, number: str) -> HttpResponse:
    """Call departments together."""
    ticket = ticket_in_reach(request, number)
    if not request.user.has_perm(RIGHT, ticket):
        raise PermissionDenied
    if request.method != "POST":
        return _new_page(request, ticket, MeetingForm.fresh(ticket))
    form = MeetingForm(request.POST, ticket=ticket)
    if not form.is_valid():
        return _new_page(request, ticket, form)
    try:
        meeting = actions.call_meeting(ticket, form.call(), by=request.user)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _new_page(request, ticket, form, status=CONFLICT)
    messages.success(request, _("The meeting is called. Everybody concerned is told."))
    return redirect(meeting)


def _new_page(
    request: HttpRequest, ticket: Ticket, form: MeetingForm, *, status: int = 200
) -> HttpResponse:
    context = {"ticket": ticket, "form": form, "areas": _above(ticket)}
    return render(request, "tickets/meeting_new.html", context, status=status)


def _above(ticket: Ticket) -> list[Any]:
    return [ticket.district, ticket.street, (ticket.number, ticket.get_absolute_url())]


def _in_reach(request: HttpRequest, number: str, key: int) -> Meeting:
    """The meeting, or 404 as well for whoever neither sees the ticket nor is called."""
    ticket = Ticket.objects.with_places().filter(number=number).first()
    meeting = read.whole(ticket.pk, key) if ticket else None
    if ticket is None or meeting is None:
        raise Http404
    meeting.ticket = ticket
    if not request.user.has_perm("tickets.see_meeting", meeting):
        raise Http404
    return meeting


@require_safe
@never_cache
def meeting(request: HttpRequest, number: str, key: int) -> HttpResponse:
    return _page(request, _in_reach(request, number, key))


def _page(
    request: HttpRequest, meeting: Meeting, *, status: int = 200, refusal: str = "", **forms: Any
) -> HttpResponse:
    ticket = meeting.ticket
    holds = request.user.has_perm(RIGHT, ticket)
    context = {
        "meeting": meeting,
        "ticket": ticket,
        "sees_ticket": request.user.has_perm("tickets.view", ticket),
        "areas": _above(ticket),
        "taken": read.taken(meeting),
        "items": read.items(meeting),
        "own_seats": read.own_seats(meeting, request.user),
        "are_doors_open": read.are_doors_open(meeting),
        "holds": holds,
        "refusal": refusal,
        "seat_form": SeatForm(),
        **(_acts(meeting) if holds and meeting.is_open else {}),
        **forms,
    }
    return render(request, "tickets/meeting.html", context, status=status)


def _acts(meeting: Meeting) -> dict[str, Any]:
    """Nothing is decided before it begins."""
    if meeting.starts_at > clock.now():
        return {"cancel_form": CancelForm()}
    return {
        "decision_form": DecisionForm(meeting=meeting),
        "minutes_form": MinutesForm(),
        "cancel_form": CancelForm(),
    }


# ── acts ──────────────────────────────────────────────────────────────────────────────────────


def _attend(request: HttpRequest, meeting: Meeting, form: Any) -> str:
    seat = actions.attend_meeting(meeting, by=request.user, **form.cleaned_data)
    return _("You are signed in for %(department)s.") % {"department": seat.department.short_name}


def _decide(request: HttpRequest, meeting: Meeting, form: Any) -> str:
    actions.decide(meeting, by=request.user, **form.given())
    return _("The decision stands in the minutes.")


def _publish(request: HttpRequest, meeting: Meeting, form: Any) -> str:
    actions.publish_minutes(meeting, by=request.user, **form.cleaned_data)
    return _("The minutes are published, and what was decided holds.")


def _cancel(request: HttpRequest, meeting: Meeting, form: Any) -> str:
    actions.cancel_meeting(meeting, by=request.user, **form.cleaned_data)
    return _("The meeting is cancelled. Everybody concerned is told.")


# The act, its form, and where a page shows it again.
_ACTS: dict[str, tuple[Callable[..., str], Callable[..., Any], str]] = {
    "attend": (_attend, lambda data, meeting: SeatForm(data), "seat_form"),
    "decide": (_decide, lambda data, meeting: DecisionForm(data, meeting=meeting), "decision_form"),
    "publish": (_publish, lambda data, meeting: MinutesForm(data), "minutes_form"),
    "cancel": (_cancel, lambda data, meeting: CancelForm(data), "cancel_form"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest, number: str, key: int, act: str) -> HttpResponse:
    """One act on a meeting. Refused, the page says why and keeps what was written."""
    meeting = _in_reach(request, number, key)
    if act not in _ACTS:
        raise Http404
    if request.method != "POST":
        return redirect(meeting)
    take, form_of, name = _ACTS[act]
    if act != "attend" and not request.user.has_perm(RIGHT, meeting.ticket):
        raise PermissionDenied
    form = form_of(request.POST, meeting)
    if not form.is_valid():
        return _page(request, meeting, **{name: form})
    try:
        done = take(request, meeting, form)
    except Refused as refusal:
        fresh = _in_reach(request, number, key)
        return _page(request, fresh, status=CONFLICT, refusal=str(refusal.message), **{name: form})
    messages.success(request, done)
    return redirect(meeting)


@require_POST
def drop(request: HttpRequest, number: str, key: int, decision: int) -> HttpResponse:
    """Take a decision out of minutes that are not out yet."""
    meeting = _in_reach(request, number, key)
    found = meeting.decisions.filter(pk=decision).first()
    if found is None:
        raise Http404
    found.meeting = meeting
    try:
        actions.drop_decision(found, by=request.user)
    except Refused as refusal:
        fresh = _in_reach(request, number, key)
        return _page(request, fresh, status=CONFLICT, refusal=str(refusal.message))
    return redirect(meeting)


# ── the code at the door ──────────────────────────────────────────────────────────────────────


@require_safe
@never_cache
def code(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """The code, large, with who is there; the page renews both every minute."""
    meeting = _in_reach(request, number, key)
    if not request.user.has_perm(RIGHT, meeting.ticket):
        raise PermissionDenied
    address = reverse("tickets:meeting-here", args=[number, key, codes.token(meeting)])
    context = {
        "meeting": meeting,
        "ticket": meeting.ticket,
        "taken": read.taken(meeting),
        "code": drawn(f"{settings.SITE_URL.rstrip('/')}{address}") if meeting.is_open else "",
        "seconds": codes.CODE_SECONDS // 2,
    }
    template = "tickets/meeting_code.html"
    return render(request, template + "#now" if request.htmx else template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def here(request: HttpRequest, number: str, key: int, token: str) -> HttpResponse:
    """Who scanned the code says at what rank, and the department's seat is taken."""
    meeting = _in_reach(request, number, key)
    if request.method == "POST":
        return _arrive(request, meeting)
    is_fresh = codes.is_fresh(meeting, token)
    if is_fresh is None:
        return _late(request, meeting)
    if not is_fresh:
        return _sentence(request, meeting, _("This is not a code of this meeting."), FORBIDDEN)
    if not read.own_seats(meeting, request.user):
        words = _("Your department is not called to this meeting.")
        return _sentence(request, meeting, words, FORBIDDEN)
    return _ask(
        request, meeting, RankForm(initial={"entry": codes.pass_for(meeting, request.user)})
    )


def _arrive(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    form = RankForm(request.POST)
    if not codes.is_let_in(meeting, request.user, request.POST.get("entry", "")):
        return _late(request, meeting)
    if not form.is_valid():
        return _ask(request, meeting, form)
    rank = form.cleaned_data["rank"]
    try:
        seat = actions.attend_meeting(meeting, by=request.user, rank=rank, via=Arrival.Via.CODE)
    except Refused as refusal:
        return _sentence(request, meeting, str(refusal.message), CONFLICT)
    done = _("You are signed in for %(department)s.")
    messages.success(request, done % {"department": seat.department.short_name})
    return redirect(meeting)


def _late(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    words = _("This code has expired. Scan the one on the screen again.")
    return _sentence(request, meeting, words, GONE)


def _ask(request: HttpRequest, meeting: Meeting, form: RankForm) -> HttpResponse:
    seats = read.own_seats(meeting, request.user)
    context = {"meeting": meeting, "form": form, "seat": next(iter(seats), None)}
    return render(request, "tickets/meeting_here.html", context)


def _sentence(request: HttpRequest, meeting: Meeting, words: str, status: int) -> HttpResponse:
    context = {"meeting": meeting, "words": words}
    return render(request, "tickets/meeting_here.html", context, status=status)


# ── the file for a calendar ───────────────────────────────────────────────────────────────────


@require_safe
def file(request: HttpRequest, number: str, key: int) -> HttpResponse:
    """What a calendar takes in; once it is cancelled, what takes it out again."""
    content = summons.invitation_to(_in_reach(request, number, key))
    headers = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)
