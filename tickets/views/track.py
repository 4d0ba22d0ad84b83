"""The reporter's link: one report in plain words, and the two questions after closing. No account."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from govgrid.core.addresses import network_of
from govgrid.core.errors import Refused
from govgrid.core.throttle import seconds_to_wait
from tickets import actions, tracking
from tickets.disclosure import after_photos, question_of, story
from tickets.forms.asking import AnswerForm
from tickets.models import Ticket
from tickets.serving import photo_response
from tickets.workflow import State

# One address may stand for a whole building.
LOOKS, ANSWERS = 120, 20


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: HttpRequest, token: str) -> HttpResponse:
    if _is_too_fast(request):
        return _sentence(
            request,
            _("This was asked too often. Wait a minute, then try again."),
            HTTPStatus.TOO_MANY_REQUESTS,
        )
    found = _open(token)
    if found is None:
        words = _("This link is none of ours, or was not copied whole.")
        return _sentence(request, words, HTTPStatus.NOT_FOUND)
    ticket, main = found
    if tracking.has_expired(ticket, main):
        words = _("This link has ended, 180 days after the matter did.")
        return _sentence(request, words, HTTPStatus.GONE)
    if request.method == "POST":
        return _answer(request, ticket, main)
    return _page(request, ticket, main)


@login_not_required
@require_safe
@never_cache
def photo(request: HttpRequest, token: str, photo: UUID) -> HttpResponse:
    """An after-photo, and no other."""
    found = None if _is_too_fast(request) else _open(token)
    if found is None or tracking.has_expired(*found):
        raise Http404
    one = next((one for one in after_photos(found[1]) if one.public_id == photo), None)
    if one is None:
        raise Http404
    return _hidden(photo_response(request, one, small=False))


def _is_too_fast(request: HttpRequest) -> bool:
    scope, most = ("answer", ANSWERS) if request.method == "POST" else ("track", LOOKS)
    return seconds_to_wait(scope, network_of(request), most) > 0


def _open(token: str) -> tuple[Ticket, Ticket] | None:
    """The report of a link, and the one that it is handled with."""
    ticket = tracking.ticket_of(token)
    if ticket is None:
        return None
    if ticket.merged_into_id is None:
        return ticket, ticket
    return ticket, Ticket.objects.with_places().get(pk=ticket.merged_into_id)


def _answer(request: HttpRequest, ticket: Ticket, main: Ticket) -> HttpResponse:
    form, question = AnswerForm(request.POST), question_of(ticket)
    if question is None:
        raise Http404
    if not form.is_valid():
        return _page(request, ticket, main, form=form, status=HTTPStatus.BAD_REQUEST)
    try:
        actions.answer(question, by=None, **form.given())
    except Refused as refusal:
        ticket.refresh_from_db(fields=["state"])
        main.refresh_from_db(fields=["state"])
        return _page(request, ticket, main, refusal=refusal, status=HTTPStatus.CONFLICT)
    return redirect(tracking.path_of(ticket))


def _page(
    request: HttpRequest,
    ticket: Ticket,
    main: Ticket,
    *,
    form: AnswerForm | None = None,
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    question = question_of(ticket)
    is_asked = (
        question is not None
        and question.answered_at is None
        and question.ended_why != question.Ended.OPENED
        and main.state == State.CLOSED
    )
    context = {
        "ticket": ticket,
        "story": story(ticket, main),
        "token": request.resolver_match.kwargs["token"] if request.resolver_match else "",
        "is_merged": ticket.pk != main.pk,
        "question": question,
        "form": form or AnswerForm() if is_asked else None,
        **more,
    }
    return _hidden(render(request, "tickets/track.html", context, status=status))


def _sentence(request: HttpRequest, words: str, status: int) -> HttpResponse:
    return _hidden(render(request, "tickets/track.html", {"words": words}, status=status))


def _hidden(response: HttpResponse) -> HttpResponse:
    """For who has the link: no search engine lists it, and no other site is told it.

    Not "no-referrer": browsers then send the answer from nowhere, and it is taken for a forgery.
    """
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response
