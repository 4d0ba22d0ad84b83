"""Topics: the list, one with its story and its moves, and raising one."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import actions, attendance, offers, queries, seats
from consultations.forms.moves import MoveForm
from consultations.forms.topics import RaiseForm, TopicSearchForm
from consultations.models import Step, Topic
from consultations.views import asides
from consultations.workflow import MOVES, PHASE_OF, Phase, Rules, State
from govgrid.core import panels
from govgrid.core.errors import Refused
from tickets.models import Ticket

PAGE = 30
CONFLICT = 409


class PhaseShown(NamedTuple):
    """One of the six steps, as the bar shows it."""

    number: int
    label: str
    is_past: bool
    is_current: bool
    since: Any = None


def base_of(request: HttpRequest) -> str:
    """Staff see the desk around it, everybody else the public page."""
    return "base_desk.html" if request.user.is_authenticated else "base_public.html"


def drawn(request: HttpRequest, some: list[panels.Panel]) -> list[str]:
    """Each with what it brought, and with nothing of the page around it."""
    return [render_to_string(one.template, one.context, request) for one in some]


# ── the list ──────────────────────────────────────────────────────────────────────────────────


@login_not_required
@require_safe
def topic_list(request: HttpRequest) -> HttpResponse:
    """What was taken up, the newest first; pages by number."""
    form = TopicSearchForm(request.GET)
    found = form.narrow(Topic.objects.public()).for_lists().order_by("-pk")
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        found = found.filter(pk__lt=int(after))
    rows = list(found[: PAGE + 1])
    context = {
        "base": base_of(request),
        "form": form,
        "topics": rows[:PAGE],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "is_further": bool(after),
        "mine": _mine(request),
        "asked": request.GET.urlencode(),
    }
    return render(request, "consultations/topic_list.html", context)


def _mine(request: HttpRequest) -> list[Topic]:
    """What I raised and what became of it, also where it was not taken up."""
    if not request.user.is_authenticated:
        return []
    return list(Topic.objects.of(request.user).for_lists().order_by("-pk")[:10])


# ── one ───────────────────────────────────────────────────────────────────────────────────────


def _found(request: HttpRequest, number: str) -> Topic:
    seen = queries.visible(request.user).select_related(
        "platform__area", "area", "raised_by", "merged_into", "ticket", "watched_by", "theme"
    )
    rows = queries.with_parts(seen.numbered(number), request.user)
    return get_object_or_404(panels.with_parts("consultations.topic", rows))


@login_not_required
@require_safe
def topic(request: HttpRequest, number: str) -> HttpResponse:
    found = _found(request, number)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "consultations/_topic_peek.html", {"topic": found})
    return _page(request, found)


def _page(
    request: HttpRequest,
    found: Topic,
    bound: MoveForm | None = None,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    is_inside = request.user.has_perm("consultations.view", found)
    steps = list((found.steps.all() if is_inside else found.steps.in_public()).order_by("pk"))
    rules = queries.rules_of(found.platform)
    queries.read_promises(found)
    offered = offers.offers(found, request.user, rules) if request.user.is_authenticated else []
    last = _last(found, steps, is_inside=is_inside) if offered else None
    ready = [
        (
            one,
            bound
            if bound and bound.name == one.name
            else MoveForm(name=one.name, topic=found, seen=last),
        )
        for one in offered
    ]
    context = {
        "base": base_of(request),
        "topic": found,
        "phases": phases(found, steps, rules),
        "steps": [(one, verb_of(one)) for one in reversed(steps)],
        "offers": ready,
        "asides": asides.offered(request, found) if request.user.is_authenticated else [],
        "is_inside": is_inside,
        "refusal": refusal,
        "panels": drawn(request, panels.panels_for("consultations.topic", request, found)),
        "may_name": found.is_named and found.raised_by is not None,
    }
    return render(request, "consultations/topic.html", context, status=status)


def _last(topic: Topic, steps: list[Step], *, is_inside: bool) -> int | None:
    """The step that a form on the page has seen; who is outside does not read all of them."""
    if is_inside and steps:
        return steps[-1].pk
    return topic.steps.order_by("-pk").values_list("pk", flat=True).first()


def phases(topic: Topic, steps: list[Step], rules: Rules) -> list[PhaseShown]:
    """The bar of six steps with the day on which each began."""
    order = list(Phase)
    now = order.index(PHASE_OF[State(topic.state)])
    began: dict[Phase, Any] = {Phase.COLLECT: topic.raised_at, Phase.SCREEN: topic.raised_at}
    for one in steps:
        if one.after != one.before:
            began[PHASE_OF[State(one.after)]] = one.at
    return [
        PhaseShown(
            n + 1, rules.label(phase), n < now, n == now, began.get(phase) if n <= now else None
        )
        for n, phase in enumerate(order)
    ]


def verb_of(step: Step) -> str | Promise:
    """A step in words; what is no move of the topic is told by its own name."""
    known = MOVES.get(step.verb)
    if known is not None:
        return known.label
    aside = {
        "reword": _("Worded anew"),
        "opinion_hidden": _("An opinion was hidden"),
        "hiding_appealed": _("A review of that was asked for"),
        "opinion_shown": _("An opinion is shown again"),
        "hiding_upheld": _("An opinion stays hidden"),
        "extend_study": _("The study takes longer"),
        "take_up": _("Not answered in time: it went up a level"),
        "offer": _("A department was asked"),
        "promise_accept": _("A department accepted"),
        "promise_give_back": _("A department gave it back"),
        "promise_offer": _("Another department was asked"),
        "promise_finish": _("A promise was kept"),
        "promise_confirm": _("Residents confirmed it"),
        "promise_redo": _("It is done again"),
        "promise_end": _("A promise was ended"),
        "promise_overdue": _("A department has not answered in time"),
    }
    return aside.get(step.verb, step.get_after_display())


# ── moving ────────────────────────────────────────────────────────────────────────────────────


@require_POST
@never_cache
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One move; refused, the form stands on the page again with what was typed."""
    found = _found(request, number)
    if name not in MOVES or name == "raise":
        raise Http404
    form = MoveForm(request.POST, name=name, topic=found)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    given = form.given()
    try:
        moved = _move(found, name, request, given)
    except Refused as refusal:
        return _page(request, _found(request, number), form, refusal=refusal, status=CONFLICT)
    messages.success(
        request,
        _("%(number)s: %(state)s.") % {"number": moved.number, "state": moved.get_state_display()},
    )
    if not request.user.has_perm("consultations.see_topic", moved):
        return redirect("consultations:list")
    return redirect(moved.get_absolute_url())


def _move(found: Topic, name: str, request: HttpRequest, given: dict[str, Any]) -> Topic:
    chosen = list(given.pop("commitments", ()))
    if name == "reopen" and chosen:
        return actions.do_again(found, chosen, by=request.user, note=given.get("note", ""))
    return actions.move(found, name, by=request.user, **given)


# ── raising ───────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def topic_new(request: HttpRequest) -> HttpResponse:
    """Raise a topic: what is like it is shown once before it is sent."""
    may_enter = seats.platforms(request.user, "consultations.enter").exists()
    ticket = _source(request)
    if request.method != "POST":
        initial = {"platform": request.GET.get("platform", "")[:40], **_from(ticket)}
        return _new(request, RaiseForm(may_enter=may_enter, ticket=ticket, initial=initial))
    form = RaiseForm(request.POST, may_enter=may_enter, ticket=ticket)
    if not form.is_valid():
        return _new(request, form, status=400)
    like = queries.like(form.cleaned_data["title"], form.cleaned_data["platform"])
    if like and "seen_like" not in request.POST:
        return _new(request, form, like=like)
    try:
        raised, _is_new = actions.raise_topic(form.raising(), by=request.user)
    except Refused as refusal:
        return _new(request, form, refusal=refusal, status=CONFLICT)
    except PermissionDenied:
        form.add_error(
            "on_behalf" if "on_behalf" in form.fields else None,
            _("You may not do this on this platform."),
        )
        return _new(request, form, status=403)
    messages.success(
        request,
        _("%(number)s was received. You will hear by the day that its page names.")
        % {"number": raised.number},
    )
    return redirect(raised.get_absolute_url())


def _source(request: HttpRequest) -> Ticket | None:
    """The ticket that a topic is made of; one that he may not is as good as none: 404."""
    number = request.POST.get("ticket", "") or request.GET.get("ticket", "")
    if not number:
        return None
    ticket = attendance.ticket_of(number)
    if ticket is None or not request.user.has_perm("consultations.take_in", ticket):
        raise Http404
    return ticket


def _from(ticket: Ticket | None) -> dict[str, str]:
    """What it is about and where; a reporter's own words stay in the ticket."""
    if ticket is None:
        return {}
    platform = attendance.over(ticket.place).first()
    return {
        "title": f"{ticket.community.name}: {ticket.category.name}"[:60],
        **({"platform": platform.code} if platform else {}),
    }


def _new(
    request: HttpRequest,
    form: RaiseForm,
    *,
    like: list[Topic] | None = None,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"base": base_of(request), "form": form, "like": like or [], "refusal": refusal}
    return render(request, "consultations/topic_new.html", context, status=status)
