"""One ticket: its page, its moves, its sealed contact."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from govgrid.core import clock
from govgrid.core.addresses import client_address, ours
from govgrid.core.errors import Refused
from govgrid.core.panels import panels_for
from govgrid.core.parts import may_have
from govgrid.privacy.actions import reveal
from grids import scoping
from grids.queries import grid_now
from tickets import actions, evidence, queries, rules, staff
from tickets.beside import Beside
from tickets.disclosure import question_of
from tickets.fairness import Fairness
from tickets.forms.fields import ReasonForm
from tickets.forms.moves import MoveForm, move_form
from tickets.handling import Handling
from tickets.milestones import steps
from tickets.models import (
    Assignment,
    ClockPause,
    Contact,
    Helper,
    Meeting,
    Ticket,
    TicketEvent,
    Whistle,
)
from tickets.offers import SEEN, Offer, offers, permitted, to_come
from tickets.repeats import History, history
from tickets.scores import told_of as scores_told
from tickets.sight import Sight, sight_of
from tickets.tracking import path_of
from tickets.views.board import may_merge
from tickets.views.notes import notes_of
from tickets.views.orders import supervision_of
from tickets.views.photos import keep_after_photo, of_ticket
from tickets.views.reach import ticket_in_reach
from tickets.views.replies import insert, offer_replies
from tickets.workflow import ENDED, MOVES, UNDO_SECONDS, UNDOABLE, On, State

CONFLICT = 409
KIN = 20
DECIDES = ("approve", "refuse")


@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    return _detail_page(request, ticket_in_reach(request, number))


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """Take one move. Refused, the page comes up to date and keeps what was written."""
    ticket = ticket_in_reach(request, number)
    if name not in MOVES:
        raise Http404
    if request.method != "POST":
        # A page that was refused and then loaded anew: the act waits on the ticket's own page.
        return HttpResponseRedirect(f"{ticket.get_absolute_url()}#{name}")
    if "insert" in request.POST:
        return _inserted(request, ticket, name)
    trouble = keep_after_photo(request, ticket) if name == "finish" else ""
    form = _move_form(request, ticket, name)
    if trouble:
        form.add_error("after_photo" if "after_photo" in form.fields else None, trouble)
    if not form.is_valid():
        # The photo may have been kept.
        return _detail_page(request, ticket_in_reach(request, number), tried=form)
    try:
        actions.move(ticket, name, by=request.user, **form.given())
    except Refused as refusal:
        return _detail_page(
            request, ticket_in_reach(request, number), tried=form, refusal=refusal, status=CONFLICT
        )
    messages.success(request, _("%(number)s: %(done)s.") % {
        "number": ticket.number, "done": MOVES[name].label,
    })  # fmt: skip
    return HttpResponseRedirect(_next(request, ticket))


def _inserted(request: HttpRequest, ticket: Ticket, name: str) -> HttpResponse:
    """Ready words are put into the note: the field alone for htmx, else the page with all that was
    written. No move is taken."""
    assignments = ticket.assignments.select_related("department").order_by("pk")
    offered = offers(ticket, by=request.user, assignments=assignments)
    offer = next((one for one in offered if one.name == name and one.is_open), None)
    if offer is None:
        return _detail_page(request, ticket)
    form = insert(request, offer, ticket)
    if request.htmx:
        return render(request, "tickets/_note_field.html", {"form": form})
    return _detail_page(request, ticket, tried=form)


def _move_form(request: HttpRequest, ticket: Ticket, name: str) -> MoveForm:
    assignments = ticket.assignments.select_related("department").order_by("pk")
    offered = offers(ticket, by=request.user, assignments=assignments)
    offer = next((one for one in offered if one.name == name), None)
    if offer is not None and offer.is_open:
        return move_form(offer, ticket, request.POST)
    # Not offered any more: the action says why, and no word is asked for on the way.
    return MoveForm(request.POST, name=name, takes=MOVES[name].fields, ticket=ticket)


def _next(request: HttpRequest, ticket: Ticket) -> str:
    """Back to where the button was, if that is a page of ours."""
    return ours(request.POST.get("next", ""), request) or ticket.get_absolute_url()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """Open the sealed contact once, for a reason that stays on record. Nothing is cached."""
    ticket = ticket_in_reach(request, number)
    if request.method != "POST":
        return redirect(ticket)
    if not request.user.has_perm("tickets.reveal_contact", ticket):
        raise PermissionDenied
    sealed = Contact.objects.filter(ticket=ticket, erased_at=None).first()
    if sealed is None:
        raise Http404
    form = ReasonForm(request.POST)
    opened = None
    if form.is_valid():
        try:
            opened = reveal(
                sealed,
                ["name", "phone"],
                by=request.user,
                reason=form.cleaned_data["reason"],
                case=ticket.number,
                role=scoping.role_over(request.user, "tickets.reveal_contact", ticket.place),
                ip=client_address(request),
            )
        except Refused as refusal:
            form.add_error("reason", refusal.message)
    return _detail_page(request, ticket, reason=form, opened=opened)


def _detail_page(
    request: HttpRequest, ticket: Ticket, *, tried: MoveForm | None = None, status: int = 200,
    **more: Any,
) -> HttpResponse:  # fmt: skip
    assignments = list(ticket.assignments.select_related("department", "handler").order_by("pk"))
    events = list(ticket.events.select_related("by", "department").order_by("pk"))
    pauses = ClockPause.objects.all() if may_have(ticket, "pauses") else ClockPause.objects.none()
    clocks = list(ticket.clocks.prefetch_related(Prefetch("pauses", pauses)).order_by("pk"))
    if ticket.owes_plan:
        prefetch_related_objects([ticket], "milestones")
    beside = Beside(ticket)
    beside.clocks = clocks
    seen = sight_of(request.user, ticket, assignments)
    context = {
        "ticket": ticket,
        "meetings": _meetings(ticket) if seen.meetings and may_have(ticket, "meetings") else [],
        "may_meet": ticket.state not in ENDED
        and request.user.has_perm("tickets.hold_meeting", ticket),
        "steps": steps(ticket, assignments, clocks),
        "areas": [ticket.district, ticket.street, ticket.community, ticket.grid],
        # The frozen grid decides who reaches it; where the place lies now is only told.
        "grid_now": grid_now(ticket.grid, ticket.point, clock.local(ticket.filed_at).date()),
        "assignments": assignments,
        "handling": Handling(ticket, assignments, clocks, events, beside.originals),
        "events": events,
        "hidden": None if rules.sees_filer(request.user, ticket) else ticket.filed_by_id,
        "left": staff.gone(assignments),
        "history": _history(request, ticket),
        "nearby": queries.at_this_place(ticket, Ticket.objects.in_reach_of(request.user)),
        "rule_url": _rule_url(request, ticket),
        "suggestion": _suggestion(ticket, events),
        "reason": ReasonForm(),
        "owners": queries.departments_for(ticket),
        "extent": queries.extent_of(ticket),
        "can_reveal": request.user.has_perm("tickets.reveal_contact", ticket),
        **_acts(request, ticket, assignments, tried, beside),
        "fairness": Fairness(beside, clocks),
        **_asker(request, ticket),
        **_story(request, ticket, events, seen),
        **_kin(request, ticket, events),
        **notes_of(request, ticket, assignments),
        "may_merge": may_merge(request, ticket),
        "may_part": request.user.has_perm("tickets.merge", ticket),
        **of_ticket(request, ticket, events, assignments),
        **supervision_of(request, ticket, assignments),
        "whistle": _whistle(ticket),
        "has_contact": may_have(ticket, "contact"),
        **more,
    }
    # Where somebody is to come a code can hang at the place; who may add a photo may hang it.
    is_on = ticket.state in {State.DISPATCHED, State.HANDLING} and bool(assignments)
    above = panels_for("tickets.ticket", request, ticket)
    context["panels"] = [render_to_string(one.template, one.context, request) for one in above]
    context["has_code"] = is_on and context["photo_form"] is not None
    is_preview = bool(request.htmx) and request.htmx.target == "preview"
    template = "tickets/_preview.html" if is_preview else "tickets/ticket_detail.html"
    return render(request, template, context, status=status)


def _rule_url(request: HttpRequest, ticket: Ticket) -> str:
    """The page of the rule that decided, for who works under the rules."""
    number = str(ticket.routing.get("rule") or "").removeprefix("R-")
    if not number.isdigit() or not scoping.reach(request.user, "tickets.view"):
        return ""
    return reverse("tickets:rule", args=[int(number)])


def _acts(
    request: HttpRequest,
    ticket: Ticket,
    assignments: list[Assignment],
    tried: MoveForm | None,
    beside: Beside,
) -> dict[str, Any]:
    """What this person may do now, later, and on pages of its own."""
    scores = list(ticket.scores.select_related("department")) if may_have(ticket, "scores") else []
    scored = {one.department_id for one in scores}
    every = permitted(ticket, by=request.user, assignments=assignments, names=SEEN, beside=beside)
    offered = sorted(
        (one for one in to_come(every) if one.name != "rate" or not scored), key=_comes_later
    )
    ready = [(one, _form_of(one, ticket, tried)) for one in offered if one.is_open]
    offer_replies(ticket, ready)
    quiet = {one.name for one in every if one.move.is_quiet and one.is_open}
    return {
        "ready": [pair for pair in ready if pair[0].name not in DECIDES],
        # Beside the reasons of the whistle, not among the other acts.
        "deciding": [pair for pair in ready if pair[0].name in DECIDES],
        "not_now": _by_reason([one for one in offered if not one.is_open]),
        # Words that were refused and have no form any more are shown, not lost.
        "kept": tried if tried and all(form is not tried for _one, form in ready) else None,
        "proof": evidence.proof_of(ticket)
        if any(one.name == "verify" for one, _form in ready)
        else None,
        "can_blow": "blow" in quiet,
        "can_merge": "merge" in quiet,
        "can_split": "split" in quiet,
        "scores": scores_told(request.user, ticket, scores),
        "is_scored": bool(scored),
    }


def _asker(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """The link for who reported it, and what was said of it; nobody else is given the link, for who
    has it may answer."""
    is_mine = ticket.filed_by_id is not None and ticket.filed_by_id == request.user.pk
    return {
        "track": request.build_absolute_uri(path_of(ticket)) if is_mine else "",
        "question": question_of(ticket) if ticket.state in ENDED or ticket.closed_at else None,
        "check": ticket.checks.out().first() if ticket.state == State.TRIAGE else None,
    }


def _story(
    request: HttpRequest, ticket: Ticket, events: list[TicketEvent], seen: Sight
) -> dict[str, Any]:
    """The events, or those of departments alone; and until when the last one can be undone."""
    only = request.GET.get("story") == "departments"
    read = _told(events, seen)
    shown = [one for one in read if _is_of_department(one)] if only else read
    return {
        "shown": shown,
        "is_departments_only": only,
        "seen": events[-1].pk if events else "",
        "undo_seconds": _undo_seconds(request, ticket, events),
        "unseen": {
            one.pk
            for one in events
            if one.verb == "rate" and not rules.sees_score(request.user, ticket, one.department_id)
        },
    }


def _told(events: list[TicketEvent], seen: Sight) -> list[TicketEvent]:
    """What departments hear of each other's cards and of meetings, here as in their panels."""
    found = [one for one in events if seen.is_told(one)]
    for one in found:
        one.data = seen.said_by(one)
    return found


def _is_of_department(event: TicketEvent) -> bool:
    move = MOVES.get(event.verb)
    return event.verb == "arrive" or (move is not None and move.on is On.ASSIGNMENT)


def _undo_seconds(request: HttpRequest, ticket: Ticket, events: list[TicketEvent]) -> int:
    last = events[-1] if events else None
    if last is None or last.verb not in UNDOABLE or last.by_id != request.user.pk:
        return 0
    left = last.at + timedelta(seconds=UNDO_SECONDS) - clock.now()
    return max(0, ceil(left.total_seconds()))


def _kin(request: HttpRequest, ticket: Ticket, events: list[TicketEvent]) -> dict[str, Any]:
    """Tickets that this one was merged with, repeats or was split into; who may not see one gets no
    number."""
    whole, parts = _split(events)
    above = {ticket.merged_into_id, ticket.repeat_of_id, whole, *parts} - {None}
    kin: list[Ticket] = []
    if above or may_have(ticket, "merged") or may_have(ticket, "repeats"):
        reachable = Ticket.objects.in_reach_of(request.user)
        found = reachable.filter(
            Q(merged_into=ticket.pk) | Q(repeat_of=ticket.pk) | Q(pk__in=above)
        )
        kin = list(found.select_related("category")[:KIN])
    by_id = {one.pk: one for one in kin}
    return {
        "merged_into": by_id.get(ticket.merged_into_id),
        "repeat_of": by_id.get(ticket.repeat_of_id),
        "split_of": by_id.get(whole),
        "parts": [by_id[one] for one in parts if one in by_id],
        "merged": [one for one in kin if one.merged_into_id == ticket.pk],
        "repeats": [one for one in kin if one.repeat_of_id == ticket.pk],
    }


def _split(events: list[TicketEvent]) -> tuple[int | None, list[int]]:
    """The ticket that this one was split off from, and those split off from it, as the log says."""
    first = events[0].data if events else {}
    whole = (first.get("split_of") or {}).get("id")
    splits = [one.data.get("parts", []) for one in events if one.verb == "split"]
    return whole, [part["id"] for parts in splits for part in parts]


def _history(request: HttpRequest, ticket: Ticket) -> History:
    lon, lat = ticket.point.coords if ticket.point else (None, None)
    return history(request.user, lon, lat, ticket.category, besides=ticket.pk)


def _meetings(ticket: Ticket) -> list[Meeting]:
    found = list(ticket.meetings.order_by("-starts_at", "-pk")[:KIN])
    for one in found:
        one.ticket = ticket
    return found


def _whistle(ticket: Ticket) -> Whistle | None:
    """The last blow, also one that was refused: it stays to be read."""
    if not may_have(ticket, "whistles"):
        return None
    people = ("blown_by", "approved_by", "refused_by")
    whistles = ticket.whistles.select_related(*people).prefetch_related(
        Prefetch("helpers", Helper.objects.select_related("department"))
    )
    return whistles.order_by("pk").last()


def _comes_later(offer: Offer) -> bool:
    """Making safe comes first only where there is a danger left to end."""
    if offer.name != "make_safe" or offer.assignment is None:
        return False
    return not offer.assignment.ticket.has_hazard or offer.assignment.made_safe_at is not None


def _form_of(offer: Offer, ticket: Ticket, tried: MoveForm | None) -> MoveForm:
    if tried is not None and tried.name == offer.name:
        return tried
    return move_form(offer, ticket)


def _by_reason(shut: list[Offer]) -> list[tuple[list[str], list[Offer]]]:
    """Buttons that lack the same stand over one list of what is missing, the worst first."""
    groups: dict[tuple[str, ...], list[Offer]] = {}
    for offer in shut:
        words = tuple(one.message for one in offer.lacks if one.message not in offer.hindered_by)
        groups.setdefault(offer.hindered_by + words, []).append(offer)
    return [(list(reasons), group) for reasons, group in groups.items()]


def _suggestion(ticket: Ticket, events: list[TicketEvent]) -> str:
    """Whom the last return named, for the desk that decides now."""
    if ticket.state != State.TRIAGE:
        return ""
    returned = [
        one.data.get("suggested_owner", "") for one in events if one.verb in {"return", "dispute"}
    ]
    return returned[-1] if returned else ""
