"""Briefs: making one, reading it, writing on it, answering, and the paper that is printed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.throttle import limited
from members import actions, briefpapers, counsels
from members.forms import counsel as shapes
from members.models import Brief, Instruction
from members.views.shell import CONFLICT, PAGE, cut, page
from members.workflow.counsel import MOVES, CounselState

PAPERS_A_MINUTE = 20


@require_safe
@never_cache
def brief_list(request: HttpRequest) -> HttpResponse:
    """Those that this reader edits, leads or answers, the newest first."""
    context = {
        **cut(request, counsels.briefs(request.user)),
        "to_note": list(counsels.to_note(request.user)[:PAGE]),
        "to_answer": list(counsels.to_answer(request.user).order_by("due_at", "pk")[:PAGE]),
    }
    return page(request, "members/_brief_list.html", _("Briefs"), context)


@require_POST
@never_cache
def make(request: HttpRequest) -> HttpResponse:
    """Join the counsels that were ticked."""
    rows = counsels.to_edit(request.user).filter(state=CounselState.EDITED).for_lists()
    form = shapes.BriefForm(request.POST, ready=rows)
    refusal, status = "", 400
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            brief = actions.make_brief(list(given.pop("counsels")), by=request.user, **given)
        except Refused as refused:
            refusal, status = str(refused.message), CONFLICT
        else:
            messages.success(request, _("The brief is made and before a leader."))
            return redirect(brief)
    context = {
        "form": form, "ready": list(rows[:PAGE]), "refusal": refusal, "ways": {"may_edit": True},
    }  # fmt: skip
    return page(
        request, "members/_counsel_desk.html", _("Counsels to edit"), context, status=status
    )


def _seen(request: HttpRequest, number: str) -> Brief:
    found = shapes.numbered(number).values("pk")
    return get_object_or_404(counsels.briefs(request.user), pk__in=found)


@require_safe
@never_cache
def brief(request: HttpRequest, number: str) -> HttpResponse:
    return _shown(request, _seen(request, number))


def _shown(
    request: HttpRequest, one: Brief, *, note: Any = None, answering: Any = None,
    answer: Any = None, refusal: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    user = request.user
    rows = list(one.counsels.for_lists().order_by("pk"))
    may_note = user.has_perm("members.instruct", one) and any(
        each.state in MOVES["note"].sources for each in rows
    )
    instructions = [
        (each, _answer_form(user, each, answering, answer))
        for each in one.instructions.select_related("department")
    ]
    seen = set(counsels.visible(user).filter(brief=one).values_list("pk", flat=True))
    context = {
        "one": one,
        "counsels": [each for each in rows if each.pk in seen],
        "instructions": instructions,
        "note": (note or shapes.NoteForm(area=one.area, auto_id="note_%s")) if may_note else None,
        "refusal": refusal,
        "now": clock.now(),
    }
    return page(request, "members/_brief.html", one.title, context, status=status)


def _answer_form(user: Any, one: Instruction, answering: Any, form: Any) -> Any:
    """For who may still answer; what was typed is kept."""
    if one.answered_at is not None or not user.has_perm("members.answer_counsel", one):
        return None
    return form if one.pk == answering else shapes.AnswerForm(auto_id=f"answer-{one.pk}_%s")


@require_POST
@never_cache
def note(request: HttpRequest, number: str) -> HttpResponse:
    """A leader writes on it."""
    one = _seen(request, number)
    form = shapes.NoteForm(request.POST, area=one.area, auto_id="note_%s")
    if not form.is_valid():
        return _shown(request, one, note=form, status=400)
    try:
        actions.instruct(one, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return _shown(request, one, note=form, refusal=str(refused.message), status=CONFLICT)
    messages.success(request, _("It is written. Its authors are told."))
    return redirect(one)


@require_POST
@never_cache
def answer(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A department answers what was written."""
    one = _seen(request, number)
    asked = get_object_or_404(one.instructions.select_related("department"), pk=pk)
    form = shapes.AnswerForm(request.POST, auto_id=f"answer-{pk}_%s")
    if not form.is_valid():
        return _shown(request, one, answering=pk, answer=form, status=400)
    try:
        actions.answer_instruction(asked, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return _shown(
            request, one, answering=pk, answer=form, refusal=str(refused.message), status=CONFLICT
        )
    messages.success(request, _("It is answered. Its authors are told."))
    return redirect(one)


@require_safe
@limited("brief", PAPERS_A_MINUTE)
@never_cache
def paper(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """The brief as it is put on a desk: PDF or Word."""
    if kind not in briefpapers.FORMATS:
        raise Http404
    one = _seen(request, number)
    write, content_type = briefpapers.FORMATS[kind]
    response = HttpResponse(write(one), content_type=content_type)
    name = quote(f"{one.number} {one.title}.{kind}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
