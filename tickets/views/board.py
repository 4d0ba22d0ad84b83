"""The board: its page, its updates, and the moves that its keys take."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from govgrid.core.errors import Refused
from grids import scoping
from tickets import actions, board
from tickets.forms.board import ONLY, BoardForm
from tickets.forms.moves import MoveForm, move_form
from tickets.models import Ticket
from tickets.offers import Offer, offers
from tickets.views.reach import ticket_in_reach
from tickets.views.replies import offer_replies
from tickets.workflow import MOVES, UNDO_SECONDS, UNDOABLE

CONFLICT = 409
# The key of each move that a board offers; whatever else there is, is on the ticket's page.
KEYS = {
    "sign": "S",
    "assign": "A",
    "approve": "Y",
    "verify": "C",
    "close": "C",
    "return": "R",
    "decline": "R",
    "refuse": "R",
    "reject": "R",
    "settle": "",
}
# Taken by the key alone: nothing need be read or written first.
AT_ONCE = {"sign"}


# ── the page ──────────────────────────────────────────────────────────────────────────────────


class Choice(NamedTuple):
    """One of a row of links: its word, its address, whether it is the one that counts now."""

    word: str
    url: str
    is_on: bool
    count: int | None = None


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The whole page for a browser; its columns alone, or 304, for the script that asks again."""
    found = board.scopes(request.user)
    if not found:
        raise PermissionDenied
    scope = _scope(found, request.GET.get("of", ""))
    form = BoardForm(request.GET, scope=scope, user=request.user)
    wish = form.wish()
    read = board.read(scope, wish) if wish is not None else None
    etag = f'"{read.etag}"' if read else None
    context = {
        "board": read,
        "columns": [(one, _more(scope, wish, one)) for one in read.columns] if read else [],
        "scope": scope,
        "form": form,
        "etag": etag,
    }
    if not request.htmx:
        form.offer(read)
        context |= {
            "scopes": [Choice(o.name, f"?of={o.key}", o is scope) for o in found],
            "kinds": _kinds(request, read),
            "is_narrow": any(request.GET.get(name) for name in form.fields),
            "undo_seconds": UNDO_SECONDS,
            "may_mine": bool(scoping.reach(request.user, "tickets.work").departments),
        }
        return _private(render(request, "tickets/board.html", context))
    unchanged = get_conditional_response(request, etag=etag) if etag else None
    if unchanged is not None:
        return _private(unchanged)
    response = _private(render(request, "tickets/board.html#columns", context))
    if etag:
        response["ETag"] = etag
    return response


def _private(response: HttpResponse) -> HttpResponse:
    """Two persons at one screen must not be shown each other's board, nor the script its page."""
    response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ["Cookie", "HX-Request", "Accept-Language"])
    return response


def _scope(found: list[board.Scope], key: str) -> board.Scope:
    if not key:
        return found[0]
    scope = next((one for one in found if one.key == key), None)
    if scope is None:
        raise Http404
    return scope


def _more(scope: board.Scope, wish: board.Wish, column: board.Column) -> str:
    """Where the rest of a column is, as far as the list knows the same filters."""
    names = {
        "state": column.state,
        "ordering": "" if column.slug == "closed" else "due",
        "area": wish.area.code if wish.area else scope.code,
        "department": wish.department.code if wish.department else "",
        "overdue": "on" if wish.only == "late" else "",
        "whistle": wish.only if wish.only == "emergency" else "",
        "in_hand": "on" if wish.handler else "",
    }
    if not scope.is_area:
        names["department"] = scope.key.partition(":")[2]
    return f"{reverse('tickets:list')}?{urlencode({k: v for k, v in names.items() if v})}"


def _kinds(request: HttpRequest, read: board.Board | None) -> list[Choice]:
    counts = {"": None, "emergency": read and read.urgent, "late": read and read.late}
    now = request.GET.get("only", "")
    return [
        Choice(word, _with(request, only=slug), slug == now, counts[slug]) for slug, word in ONLY
    ]


def _with(request: HttpRequest, **names: str) -> str:
    query = request.GET.copy()
    for name, value in names.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}"


# ── one ticket on it ──────────────────────────────────────────────────────────────────────────


class Act(NamedTuple):
    """A button: at once, or by a dialog that asks for what is lacking."""

    name: str
    label: str
    icon: str
    key: str
    is_at_once: bool
    assignment: int | None = None


@require_safe
@never_cache
def chosen(request: HttpRequest, number: str) -> HttpResponse:
    """What can be done with the tile in hand, and who is suggested to lead it."""
    ticket = ticket_in_reach(request, number)
    offered = _offered(request, ticket)
    suggestion = board.suggest(ticket) if "assign" in offered else None
    if suggestion is not None:
        # Only in memory: the page says what the rules say now, not when it was filed.
        ticket.routing = suggestion.why
    context = {
        "ticket": ticket,
        "suggestion": suggestion,
        "acts": [_act(one) for name, one in offered.items() if name in KEYS],
        "can_merge": may_merge(request, ticket),
    }
    return render(request, "tickets/_board_chosen.html", context)


def _offered(request: HttpRequest, ticket: Ticket) -> dict[str, Offer]:
    """What the reader may do now, words aside."""
    assignments = ticket.assignments.select_related("department").order_by("pk")
    found = offers(ticket, by=request.user, assignments=assignments)
    return {one.name: one for one in found if one.is_open}


def may_merge(request: HttpRequest, ticket: Ticket) -> bool:
    """With what, the page of the merge asks."""
    return ticket.state in MOVES["merge"].sources and request.user.has_perm("tickets.merge", ticket)


def _act(offer: Offer) -> Act:
    return Act(
        offer.name,
        str(offer.move.label),
        offer.move.icon,
        KEYS[offer.name],
        offer.name in AT_ONCE,
        offer.assignment.pk if offer.assignment else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """The dialog of one move, or the move itself; the script is told in JSON how it went."""
    ticket = ticket_in_reach(request, number)
    if name not in MOVES or name not in {*KEYS, "undo"}:
        raise Http404
    if request.method == "POST":
        return _take(request, ticket, name)
    offer = _permitted(request, ticket, name)
    initial = {"department": request.GET.get("department", "")}
    return _dialog(
        request, ticket, name, offer, move_form(offer, ticket) if offer else None, initial
    )


def _permitted(request: HttpRequest, ticket: Ticket, name: str) -> Offer | None:
    assignments = ticket.assignments.select_related("department").order_by("pk")
    found = offers(ticket, by=request.user, assignments=assignments)
    return next((one for one in found if one.name == name), None)


def _dialog(
    request: HttpRequest, ticket: Ticket, name: str, offer: Offer | None, form: MoveForm | None,
    initial: dict[str, Any], status: int = 200,
) -> HttpResponse:  # fmt: skip
    if form is not None:
        form.initial |= {key: value for key, value in initial.items() if value}
    if form is not None and offer is not None:
        offer_replies(ticket, [(offer, form)])
    context = {"ticket": ticket, "name": name, "move": MOVES[name], "offer": offer, "form": form}
    return render(request, "tickets/_board_dialog.html", context, status=status)


def _take(request: HttpRequest, ticket: Ticket, name: str) -> HttpResponse:
    offer = _permitted(request, ticket, name)
    if offer is not None and offer.is_open:
        form = move_form(offer, ticket, request.POST)
    else:
        # Not offered any more: the action says why, and no word is asked for on the way.
        form = MoveForm(request.POST, name=name, takes=MOVES[name].fields, ticket=ticket)
    if not form.is_valid():
        return _dialog(request, ticket, name, offer, form, {}, status=400)
    try:
        actions.move(ticket, name, by=request.user, **form.given())
    except Refused as refusal:
        return refused(refusal)
    return taken(ticket, name)


def taken(ticket: Ticket, name: str) -> JsonResponse:
    said = _("%(number)s: %(done)s.") % {"number": ticket.number, "done": MOVES[name].label}
    return JsonResponse({"said": said, "number": ticket.number, "undo": name in UNDOABLE})


def refused(refusal: Refused) -> JsonResponse:
    return JsonResponse({"code": refusal.code, "detail": str(refusal.message)}, status=CONFLICT)
