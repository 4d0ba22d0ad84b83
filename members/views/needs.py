"""Needs: the public list, one with its offers, asking, and what one asked for and took up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import queries as topics
from consultations.views.topics import base_of
from govgrid.core.errors import Refused
from govgrid.privacy.models import Notice
from grids import scoping
from members import actions, matching, needs
from members.actions.contacts import agrees
from members.forms import needs as forms
from members.models import Claim, Need
from members.workflow.needs import MOVES, ClaimState, NeedState
from tickets.models import Ticket
from tickets.queries import own_extent

PAGE = 30
CONFLICT = 409
ENTER = "members.enter_need"
# What the story of a need calls what happened.
VERBS = {
    "ask": gettext_lazy("Asked for"),
    "claim": gettext_lazy("A member offered help"),
    "accept": gettext_lazy("An offer was accepted"),
    "decline": gettext_lazy("An offer was declined"),
    "step_back": gettext_lazy("An offer was taken back"),
    "done": gettext_lazy("The member says that it is done"),
    "confirm": gettext_lazy("It was confirmed"),
    "not_done": gettext_lazy("It was not done yet"),
    "withdraw": gettext_lazy("It is not needed any more"),
    "close": gettext_lazy("It was closed"),
    "to_ticket": gettext_lazy("A ticket was opened instead"),
    "to_topic": gettext_lazy("A topic was raised instead"),
    "expire": gettext_lazy("Its day was over"),
    "lapse": gettext_lazy("Nobody confirmed it"),
}


def page(
    request: HttpRequest, part: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """No search engine keeps any of it."""
    whole = {"part": part, "base": base_of(request), "title": title, "refusal": "", **context}
    response = render(request, "members/needs.html", whole, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


# ── the list ──────────────────────────────────────────────────────────────────────────────────


@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    """What is looked for, without a name; the newest first."""
    form = forms.FindForm(request.GET)
    found = form.narrow(Need.objects.seeking()).for_lists().order_by("-pk")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdecimal() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    rows = list(found[: PAGE + 1])
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "rows": rows[:PAGE],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "query": query.urlencode(),
        "may_serve": bool(scoping.prefixes(request.user, needs.SERVE)),
    }
    status = 200 if form.is_valid() else 400
    return page(request, "members/_need_list.html", _("Needs"), context, status=status)


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """What one asked for; and for a member what was offered and what would fit."""
    asked = Need.objects.of(request.user).for_lists().order_by("-pk")[:PAGE]
    member = needs.member_of(request.user)
    context = {
        "asked": asked,
        "member": member,
        "claims": needs.of_claimant(request.user)[:PAGE] if member else [],
        "fitting": matching.fitting(member) if member else [],
    }
    return page(request, "members/_need_mine.html", _("My needs and offers"), context)


@require_safe
@never_cache
def board(request: HttpRequest) -> HttpResponse:
    """需求板: for who serves needs, by what is to be done next."""
    if not (scoping.prefixes(request.user, needs.SERVE) or needs.station_paths(request.user)):
        raise PermissionDenied
    found = Need.objects.filter(needs.served(request.user), erased_at=None).for_lists()
    columns = [
        (label, colour, list(found.filter(state__in=states).order_by("-pk")[:PAGE]))
        for label, colour, states in (
            (_("To be claimed"), "is-new", [NeedState.OPEN, NeedState.CLAIMED]),
            (_("Claimed"), "is-signed", [NeedState.ACCEPTED, NeedState.SERVED]),
            (_("Done"), "is-done", [NeedState.CONFIRMED]),
        )
    ]
    return page(request, "members/_need_board.html", _("Board of needs"), {"columns": columns})


# ── one ───────────────────────────────────────────────────────────────────────────────────────


def found_need(request: HttpRequest, number: str) -> Need:
    rows = needs.visible(request.user).select_related(
        "area", "specialty", "asker", "entered_by", "ticket", "topic", "from_ticket", "from_topic"
    )
    return get_object_or_404(rows.numbered(number))


@require_safe
@never_cache
def need(request: HttpRequest, number: str) -> HttpResponse:
    return need_page(request, found_need(request, number))


def need_page(
    request: HttpRequest, found: Need, *, refusal: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    user = request.user
    is_owner = user.has_perm("members.answer_need", found)
    may_serve = user.is_authenticated and user.has_perm("members.serve_needs", found)
    claims = list(found.claims.select_related("member__user").order_by("pk"))
    mine = next((one for one in reversed(claims) if _is_of(one, user)), None)
    given = next((one for one in claims if one.is_given), None)
    context = {
        "need": found,
        "is_owner": is_owner,
        "may_serve": may_serve,
        "may_read": user.is_authenticated and user.has_perm("members.read_need", found),
        "mine": mine,
        "given": given,
        "claims": [one for one in claims if one.state == ClaimState.OFFERED],
        "shows_to_asker": is_owner and given and given.member and agrees(given.member),
        "suggestions": matching.match(found) if may_serve and found.is_seeking else [],
        "events": [(one, VERBS.get(one.verb, one.verb)) for one in found.events.order_by("-pk")]
        if is_owner or may_serve
        else [],
        "refusal": refusal,
        "contact": None,
        **_forms(request, found, is_owner=is_owner, may_serve=may_serve, mine=mine),
        **more,
    }
    return page(request, "members/_need.html", found.title or found.number, context, status=status)


def _is_of(claim: Claim, user: Any) -> bool:
    return claim.member is not None and claim.member.user_id == user.pk


def _forms(
    request: HttpRequest, found: Need, *, is_owner: bool, may_serve: bool, mine: Claim | None
) -> dict[str, Any]:
    """What may be done now, each with its form."""
    user, state = request.user, NeedState(found.state)
    is_known = user.is_authenticated
    may = {name: state in move.sources for name, move in MOVES.items()}
    stands = mine is not None and mine.state in {ClaimState.OFFERED, ClaimState.ACCEPTED}
    may_claim = is_known and user.has_perm("members.claim_need", found) and not is_owner
    may_pass = is_known and may["to_ticket"] and user.has_perm("members.pass_need", found)
    may_confirm = is_known and may["confirm"] and user.has_perm("members.confirm_need", found)
    return {
        "claim_form": forms.ClaimForm() if may_claim and may["claim"] and not stands else None,
        "step_form": forms.NoteForm(prefix="") if stands and may["step_back"] else None,
        "served_form": forms.ServedForm()
        if mine is not None and mine.state == ClaimState.ACCEPTED and may["done"]
        else None,
        "confirm_form": forms.ConfirmForm() if may_confirm else None,
        "dispute_form": forms.NoteForm(auto_id="dispute_%s")
        if is_owner and may["not_done"]
        else None,
        "withdraw_form": forms.NoteForm(auto_id="stop_%s")
        if is_owner and may["withdraw"]
        else None,
        "close_form": forms.NoteForm(auto_id="close_%s") if may_serve and may["close"] else None,
        "ticket_form": forms.TicketForm(auto_id="ticket_%s") if may_pass else None,
        "topic_form": forms.TopicForm(need=found, auto_id="topic_%s") if may_pass else None,
    }


# ── asking ────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Ask for help; what sounds like an illness is asked about once before it is sent."""
    may_enter = bool(scoping.prefixes(request.user, ENTER))
    sources, initial = _sources(request)
    more = {"may_enter": may_enter, "sources": sources}
    if request.method != "POST":
        return _new(request, forms.AskForm(initial=initial, **more))
    form = forms.AskForm(request.POST, **more)
    if not form.is_valid():
        return _new(request, form, status=400)
    if form.tells_of_health() and "seen_warning" not in request.POST:
        return _new(request, form, warns=True)
    try:
        made, _is_new = actions.ask(form.asking(), by=request.user)
    except Refused as refusal:
        return _new(request, form, refusal=str(refusal.message), status=CONFLICT)
    except PermissionDenied:
        form.add_error(None, _("You may not do this for that area."))
        return _new(request, form, status=403)
    messages.success(request, _("%(number)s is open.") % {"number": made.number})
    return redirect(made)


def _sources(request: HttpRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """The ticket or topic that it is made of; one that he may not is as good as none: 404."""
    ticket = _asked_for(request, "ticket")
    if ticket:
        found = Ticket.objects.with_places().filter(number=ticket).first()
        if found is None or not request.user.has_perm(ENTER, found.grid):
            raise Http404
        return {"ticket": found}, {"area": found.community.code}
    number = _asked_for(request, "topic")
    if not number:
        return {}, {"area": request.GET.get("area", "")[:40]}
    topic = topics.visible(request.user).select_related("area").numbered(number).first()
    if topic is None or not request.user.has_perm(ENTER, topic.area):
        raise Http404
    return {"topic": topic}, {"area": topic.area.code, "title": topic.title}


def _asked_for(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "") or request.GET.get(name, "")


def _new(
    request: HttpRequest, form: forms.AskForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    published = Notice.objects.filter(
        key__in=["need", "need-contact"], published_at__isnull=False
    ).order_by("key", "version")
    notices = {one.key: one for one in published}
    context = {
        "form": form, "notices": list(notices.values()), "has_map": True,
        "extent": own_extent(request.user), **more,
    }  # fmt: skip
    return page(request, "members/_need_new.html", _("Ask for help"), context, status=status)
