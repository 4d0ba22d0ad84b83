"""Several tickets at once: what all of them allow, done to each by itself, and undone together."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from govgrid.core import clock
from govgrid.core.errors import Refused
from tickets import actions, rules
from tickets.forms.moves import MoveForm
from tickets.forms.together import ManyForm, MergeManyForm, numbers_of
from tickets.models import Assignment, Ticket
from tickets.offers import Offer, shared
from tickets.workflow import MOVES, TOGETHER, UNDO_SECONDS, UNDOABLE

CONFLICT, BAD = 409, 400
KEPT = "tickets.together"


@require_safe
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """The tickets that were marked and the moves that all of them allow; for the script the bar."""
    try:
        numbers = numbers_of(request.GET.getlist("n"))
    except ValidationError as wrong:
        return _choice(request, [], [], wrong=wrong.messages)
    tickets = _within_reach(request, numbers)
    return _choice(request, tickets, _missing(numbers, tickets))


def _choice(
    request: HttpRequest,
    tickets: list[Ticket],
    missing: list[str],
    *,
    wrong: list[str] | None = None,
) -> HttpResponse:
    query = urlencode([("n", one.number) for one in tickets])
    context = {
        "tickets": tickets,
        "missing": missing,
        "wrong": wrong or [],
        "acts": [(one, f"{_url(one.name)}?{query}") for one in shared(tickets, by=request.user)],
    }
    template = "tickets/together.html" + ("#bar" if request.htmx else "")
    return render(request, template, context)


def _within_reach(request: HttpRequest, numbers: list[str]) -> list[Ticket]:
    """Those of the numbers that the reader may see, in the order given."""
    parts = Assignment.objects.select_related("department").order_by("pk")
    found = Ticket.objects.with_places().filter(number__in=numbers)
    # By their numbers first: a department's whole reach would be read for fifty.
    by_number = {
        one.number: one
        for one in found.prefetch_related(Prefetch("assignments", parts))
        if rules.is_in_reach(request.user, one, one.assignments.all())
    }
    return [by_number[number] for number in numbers if number in by_number]


def _missing(numbers: list[str], tickets: list[Ticket]) -> list[str]:
    known = {one.number for one in tickets}
    return [one for one in numbers if one not in known]


def _url(name: str) -> str:
    return reverse("tickets:together-act", args=[name])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest, name: str) -> HttpResponse:
    """The words for all, or the move on each: what was done, and for each other one why not."""
    if name not in {*TOGETHER, "undo"}:
        raise Http404
    is_sent = request.method == "POST"
    try:
        numbers = numbers_of((request.POST if is_sent else request.GET).getlist("n"))
    except ValidationError as wrong:
        return _wrong(request, wrong.messages)
    tickets = _within_reach(request, numbers)
    if is_sent and name == "undo":
        return _take(request, name, numbers, tickets, {})
    offer = next((one for one in shared(tickets, by=request.user) if one.name == name), None)
    if offer is None:
        return _not_for_all(request, name, numbers, tickets, is_sent=is_sent)
    form = _form(request, offer, tickets)
    if not is_sent or not form.is_valid():
        return _page(request, offer, tickets, form)
    return _take(request, name, numbers, tickets, form.given())


def _not_for_all(
    request: HttpRequest, name: str, numbers: list[str], tickets: list[Ticket], *, is_sent: bool
) -> HttpResponse:
    """Something changed since the bar was drawn: each is tried, and says itself why not."""
    if is_sent and tickets and not _wants_words(name):
        return _take(request, name, numbers, tickets, {})
    words = _("Not all of these tickets allow “%(move)s” now.") % {
        "move": MOVES[name].label if name in MOVES else name
    }
    if _is_script(request):
        return JsonResponse({"code": "not_for_all", "detail": words}, status=CONFLICT)
    messages.warning(request, words)
    query = urlencode([("n", number) for number in numbers])
    return HttpResponseRedirect(f"{reverse('tickets:together')}?{query}")


def _wants_words(name: str) -> bool:
    return bool(set(MOVES[name].fields) - {"note", "meets"})


def _wrong(request: HttpRequest, sentences: list[str]) -> HttpResponse:
    if _is_script(request):
        return JsonResponse({"code": "wrong", "detail": " ".join(sentences)}, status=CONFLICT)
    return _choice(request, [], [], wrong=sentences)


def _form(request: HttpRequest, offer: Offer, tickets: list[Ticket]) -> MergeManyForm | MoveForm:
    data = request.POST if request.method == "POST" else None
    if offer.name == "merge":
        return MergeManyForm(data, tickets=tickets)
    acting = {
        part.department_id
        for ticket in tickets
        for part in ticket.assignments.all()
        if part.is_live and rules.can_work(request.user, part)
    }
    return ManyForm(data, offer=offer, tickets=tickets, acting=acting)


def _page(
    request: HttpRequest, offer: Offer, tickets: list[Ticket], form: MergeManyForm | MoveForm
) -> HttpResponse:
    context = {
        "name": offer.name,
        "move": offer.move,
        "url": _url(offer.name),
        "tickets": tickets,
        "form": form,
    }
    is_script = _is_script(request)
    template = "tickets/together_act.html" + ("#dialog" if is_script else "")
    status = BAD if is_script and form.is_bound else 200
    return render(request, template, context, status=status)


def _take(
    request: HttpRequest,
    name: str,
    numbers: list[str],
    tickets: list[Ticket],
    given: dict[str, Any],
) -> HttpResponse:
    into = given.get("into")
    moved = [one for one in tickets if into is None or one.pk != into.pk]
    results = actions.move_all(moved, name, by=request.user, **given)
    done = [one.ticket.number for one in results if one.is_done]
    refused = [
        {"number": one.ticket.number, **_why(one.refusal)} for one in results if not one.is_done
    ]
    refused += [
        {"number": one, "code": "unknown", "detail": _("You have no ticket of this number.")}
        for one in _missing(numbers, tickets)
    ]
    said = _("%(move)s: %(done)s of %(all)s.") % {
        "move": MOVES[name].label,
        "done": len(done),
        "all": len(done) + len(refused),
    }
    is_undoable = name in UNDOABLE and bool(done)
    told = {"said": said, "done": done, "refused": refused, "undo": is_undoable}
    if _is_script(request):
        return JsonResponse(told)
    request.session[KEPT] = told | {"at": clock.now().isoformat()}
    return HttpResponseRedirect(reverse("tickets:together-done"))


def _why(refusal: Any) -> dict[str, str]:
    if isinstance(refusal, Refused):
        return {"code": refusal.code, "detail": str(refusal.message)}
    return {"code": "permission_denied", "detail": _("Your post does not do this here.")}


@require_safe
@never_cache
def done(request: HttpRequest) -> HttpResponse:
    """What became of the last move on several tickets, with undo while the seconds run."""
    told = request.session.get(KEPT)
    if told is None:
        return HttpResponseRedirect(reverse("tickets:list"))
    end = datetime.fromisoformat(told["at"]) + timedelta(seconds=UNDO_SECONDS)
    left = max(0, ceil((end - clock.now()).total_seconds())) if told["undo"] else 0
    context = {"told": told, "undo_seconds": left, "undo_url": _url("undo")}
    return render(request, "tickets/together_done.html", context)


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json") or bool(request.htmx)
