"""Counsels: what became of them, one's own, one with its story and its moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations.diffs import diff
from govgrid.core.errors import Refused
from grids import scoping
from members import actions, counsels, liaisons
from members.forms import counsel as shapes
from members.models import Counsel, Instruction, Member
from members.views.shell import CONFLICT, PAGE, cut, page
from members.workflow.counsel import EDIT, LEAD, MOVES, OWN, VERBS, WRITABLE, CounselState
from members.workflow.roster import MemberState


class Act(NamedTuple):
    """A form that this reader may post, as the page shows it."""

    name: str
    label: str | Promise
    icon: str
    form: forms.Form
    stops: bool = False


# ── lists ─────────────────────────────────────────────────────────────────────────────────────


@require_safe
def counsel_list(request: HttpRequest) -> HttpResponse:
    """What leaders took up and what became of it, the newest first."""
    form = shapes.CounselSearchForm(request.GET)
    rows = form.narrow(Counsel.objects.public().for_lists())
    context = {"form": form, **cut(request, rows), "ways": _ways(request)}
    status = 200 if form.is_valid() else 400
    return page(request, "members/_counsel_list.html", _("Counsel"), context, status=status)


def _ways(request: HttpRequest) -> dict[str, bool]:
    """Where this reader goes on to."""
    user = request.user
    if not user.is_authenticated:
        return {}
    return {
        "may_write": Member.objects.active().of(user).exists(),
        "sees_figures": bool(scoping.districts(user, "members.see_figures")),
        "may_edit": bool(scoping.prefixes(user, EDIT) or liaisons.by_station(user, EDIT)),
        "may_read_briefs": bool(
            scoping.prefixes(user, EDIT)
            or scoping.prefixes(user, LEAD)
            or liaisons.by_station(user, EDIT)
            or counsels.departments_of(user)
        ),
    }


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """One's own, whatever became of them."""
    rows = Counsel.objects.of(request.user).for_lists()
    context = {**cut(request, rows), "ways": _ways(request)}
    return page(request, "members/_counsel_mine.html", _("My counsels"), context)


@require_safe
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """For editors: what came in, what is edited and waits for a brief, what is to be closed."""
    if not _ways(request)["may_edit"]:
        raise PermissionDenied
    rows = counsels.to_edit(request.user).for_lists().order_by("state_since", "pk")
    came_in = rows.filter(state=CounselState.SUBMITTED)[:PAGE]
    ready = rows.filter(state=CounselState.EDITED)
    return page(
        request, "members/_counsel_desk.html", _("Counsels to edit"), {
            "came_in": list(came_in),
            "ready": list(ready[:PAGE]),
            "to_close": list(counsels.to_close(request.user).for_lists()[:PAGE]),
            "form": shapes.BriefForm(ready=ready),
            "ways": _ways(request),
        },
    )  # fmt: skip


# ── writing one ───────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Write one, and keep it as a draft or hand it in."""
    member = Member.objects.select_related("area").of(request.user).first()
    if member is None or member.state != MemberState.ACTIVE:
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = shapes.CounselForm(request.POST) if is_sent else shapes.CounselForm.fresh(member.area)
    refusal, status = "", 200
    if is_sent and form.is_valid():
        try:
            hand_in = "hand_in" in request.POST
            made, _new = actions.write_counsel(form.advice(), by=request.user, hand_in=hand_in)
        except Refused as refused:
            refusal, status = str(refused.message), CONFLICT
        else:
            said = _("It is handed in.") if hand_in else _("The draft is kept.")
            messages.success(request, said)
            return redirect(made)
    elif is_sent:
        status = 400
    context = {"form": form, "refusal": refusal}
    return page(request, "members/_counsel_new.html", _("Give counsel"), context, status=status)


# ── one ───────────────────────────────────────────────────────────────────────────────────────


def _seen(request: HttpRequest, number: str) -> Counsel:
    rows = counsels.visible(request.user)
    rows = rows.select_related("area", "member", "brief__area", "topic", "ticket")
    return get_object_or_404(rows, number=number)


@require_safe
def counsel(request: HttpRequest, number: str) -> HttpResponse:
    return _shown(request, _seen(request, number))


def _shown(
    request: HttpRequest, one: Counsel, *, bound: forms.Form | None = None, name: str = "",
    refusal: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    user = request.user
    is_own = user.has_perm(OWN, one)
    is_editor = user.has_perm(EDIT, one)
    sees_brief = one.brief is not None and user.has_perm("members.see_brief", one.brief)
    is_inner = is_own or is_editor or sees_brief
    steps = one.steps.all() if is_inner else one.steps.filter(is_public=True)
    instructions = Instruction.objects.filter(brief=one.brief_id).select_related("department")
    if not sees_brief:
        instructions = instructions.filter(is_public=True)
    is_edited = bool(one.edited_body) and (is_own or is_editor)
    context = {
        "one": one,
        "is_own": is_own,
        "is_inner": is_inner,
        "sees_brief": sees_brief,
        "ticket_is_seen": one.ticket is not None and user.has_perm("tickets.view", one.ticket),
        "steps": [(step, VERBS[step.verb]) for step in steps],
        "instructions": list(instructions) if one.brief_id else [],
        "diff": diff(one.body, one.edited_body) if is_edited else [],
        "versions": list(one.versions.all()) if is_own or is_editor else [],
        "acts": _with(bound, name, list(_acts(one, is_own=is_own, is_editor=is_editor))),
        "refusal": refusal,
    }
    return page(request, "members/_counsel.html", one.shown_title, context, status=status)


def _with(bound: forms.Form | None, name: str, acts: list[Act]) -> list[Act]:
    """What was typed is kept, and still there where the act is not any more."""
    if bound is None:
        return acts
    return [one._replace(form=bound) if one.name == name else one for one in acts]


def _acts(one: Counsel, *, is_own: bool, is_editor: bool) -> Iterator[Act]:
    if is_own:
        yield from _own_acts(one)
    if is_editor:
        yield from _editor_acts(one)


def _own_acts(one: Counsel) -> Iterator[Act]:
    if one.state in WRITABLE:
        form = shapes.CounselForm.again(one)
        yield Act("reword", gettext_lazy("Word it anew"), "doc", form)
    yield from _moves(one, "submit")
    if one.state not in {CounselState.WITHDRAWN, CounselState.FILED}:
        form = shapes.NameForm(initial={"is_named": one.is_named}, auto_id="name_%s")
        yield Act("name", gettext_lazy("My name beside it"), "person", form)
    if one.state in actions.LIVE and one.topic_id is None:
        form = shapes.TopicForm(auto_id="topic_%s")
        yield Act("topic", gettext_lazy("Bring it to a consultation"), "talk", form)
    yield from _moves(one, "withdraw")


def _editor_acts(one: Counsel) -> Iterator[Act]:
    yield from _moves(one, "edit", "close")
    if one.state in actions.LIVE and one.ticket_id is None:
        form = shapes.TicketForm(area=one.area, auto_id="ticket_%s")
        yield Act("ticket", gettext_lazy("Open a ticket"), "plus", form)
    yield from _moves(one, "give_back", "file")


def _moves(one: Counsel, *names: str) -> Iterator[Act]:
    for name in names:
        if one.state not in MOVES[name].sources:
            continue
        first = {"title": one.shown_title, "body": one.shown_body} if name == "edit" else {}
        form = FORMS[name](initial=first, auto_id=f"{name}_%s")
        yield Act(name, MOVES[name].label, MOVES[name].icon, form, name in STOPS)


FORMS: dict[str, type[forms.Form]] = {
    "submit": forms.Form,
    "withdraw": forms.Form,
    "edit": shapes.EditForm,
    "give_back": shapes.BackForm,
    "file": shapes.FileForm,
    "close": shapes.CloseForm,
}
STOPS = {"withdraw", "file"}


def _reword(one: Counsel, by: Any, given: dict[str, Any]) -> None:
    given.pop("client_id", None)
    actions.reword_counsel(one, by=by, **given)


def _move(name: str) -> Callable[[Counsel, Any, dict[str, Any]], None]:
    def act(one: Counsel, by: Any, given: dict[str, Any]) -> None:
        actions.move_counsel(one, name, by=by, **given)

    return act


ACTS: dict[str, Callable[[Counsel, Any, dict[str, Any]], Any]] = {
    **{name: _move(name) for name in FORMS},
    "reword": _reword,
    "name": lambda one, by, given: actions.name_counsel(one, by=by, **given),
    "topic": lambda one, by, given: actions.raise_counsel(one, given["platform"], by=by),
    "ticket": lambda one, by, given: actions.ticket_counsel(one, by=by, **given),
}


def _bound(one: Counsel, name: str, data: Any) -> forms.Form:
    if name == "ticket":
        return shapes.TicketForm(data, area=one.area, auto_id="ticket_%s")
    kind = {
        "reword": shapes.CounselForm, "name": shapes.NameForm, "topic": shapes.TopicForm, **FORMS,
    }[name]  # fmt: skip
    return kind(data, auto_id=f"{name}_%s")


@require_POST
@never_cache
def act(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """submit, withdraw, reword, name, topic; edit, give_back, file, close, ticket."""
    if name not in ACTS:
        raise Http404
    one = _seen(request, number)
    form = _bound(one, name, request.POST)
    if not form.is_valid():
        return _shown(request, one, bound=form, name=name, status=400)
    try:
        ACTS[name](one, request.user, dict(form.cleaned_data))
    except Refused as refused:
        return _shown(
            request, one, bound=form, name=name, refusal=str(refused.message), status=CONFLICT
        )
    messages.success(request, _("It is kept."))
    return redirect(one)
