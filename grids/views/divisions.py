"""Redivision in the browser: a draft beside the map, its check, its vote, and who decides."""

from __future__ import annotations

import json

from django.contrib import messages
from django.db import connection
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows
from grids import actions
from grids.division import lint
from grids.division.counting import told_of
from grids.forms.divisions import (
    DrawForm,
    EndingForm,
    ExcuseForm,
    HomesForm,
    NoteForm,
    PieceForm,
    PlanForm,
    PrinciplesForm,
    ProposeForm,
)
from grids.models import Area, Piece
from grids.views.division_page import division_of, first_error, page, proposal_of
from grids.workflow import MOVES

CONFLICT, WRONG = 409, 400
# ── one draft ─────────────────────────────────────────────────────────────────────────────────


@require_GET
@never_cache
def division_detail(request, code, pk):
    return page(request, division_of(request, code, pk))


@require_GET
@never_cache
def shapes(request, code, pk):
    """The pieces and the places of the findings, as GeoJSON for the map."""
    division = division_of(request, code, pk)
    checked = lint.check(division)
    with connection.cursor() as cursor:
        cursor.execute(lint.SHAPES, [[one.pk for one in Piece.objects.shown(division)]])
        drawn = {number: json.loads(text) for number, text in cursor.fetchall()}
    pieces = [
        {
            "type": "Feature",
            "properties": {"number": one.number, "name": one.name, "special": one.is_special},
            "geometry": drawn[one.number],
        }
        for one in Piece.objects.shown(division)
    ]
    found = [
        {
            "type": "Feature",
            "properties": {"key": one.key, "words": one.words, "error": one.is_error},
            "geometry": one.shape,
        }
        for one in checked.findings
        if one.shape is not None
    ]
    return JsonResponse(
        {
            "pieces": {"type": "FeatureCollection", "features": pieces},
            "findings": {"type": "FeatureCollection", "features": found},
        }
    )


# ── drawing ───────────────────────────────────────────────────────────────────────────────────

SIMPLE = {
    "undo": actions.undo,
    "redo": actions.redo,
    "mend": actions.mend,
    "rebase": actions.rebase,
}


@require_POST
def draw(request, code, pk):
    """One step. Refused, the page comes again with what was chosen and typed."""
    division = division_of(request, code, pk)
    simple = request.POST.get("simple", "")
    pieces = list(Piece.objects.shown(division))
    form = DrawForm(request.POST, pieces=pieces)
    try:
        if simple in SIMPLE:
            SIMPLE[simple](division, by=request.user)
        elif form.is_valid():
            _step(division, form.cleaned_data, request.user)
        else:
            return _again(request, division, form, first_error(form), WRONG)
    except Refused as refusal:
        return _again(request, division, form, str(refusal), CONFLICT)
    return redirect(f"{division.get_absolute_url()}#draw")


def _again(request, division, form, words, status):
    division = division_of(request, division.community.code, division.pk)
    chosen = {
        int(one) for one in request.POST.getlist("pieces") if one.isdecimal() and len(one) < 6
    }
    return page(request, division, status=status, draw_form=form, chosen=chosen, refusal=words)


def _step(division, said, by) -> None:
    verb, chosen, points = said["verb"], said["pieces"], said["points"]
    if verb == "split":
        actions.split(division, chosen[0], points, by=by)
    elif verb == "merge":
        actions.merge(division, chosen, by=by)
    elif verb == "move_border":
        actions.move_border(division, chosen[0], chosen[1], points, by=by)
    elif verb == "add_special":
        actions.add_special(division, points, by=by, name=said["name"])
    else:
        actions.remove_special(division, chosen[0], by=by)


@require_POST
def describe(request, code, pk, number):
    """Code, name, kind, households and kept grid of one piece."""
    division = division_of(request, code, pk)
    piece = get_object_or_404(Piece.objects.shown(division), number=number)
    grids = list(Area.objects.filter(pk__in=division.base).order_by("code"))
    told = told_of(Piece.objects.shown(division)).get(number)
    form = PieceForm(request.POST, piece=piece, grids=grids, told=told)
    if form.is_valid():
        _try(
            request,
            lambda: actions.describe(division, number, by=request.user, **form.cleaned_data),
        )
    else:
        messages.error(request, first_error(form))
    return redirect(f"{division.get_absolute_url()}#piece-{number}")


# ── saying ────────────────────────────────────────────────────────────────────────────────────


@require_POST
def plan(request, code, pk):
    division = division_of(request, code, pk)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return page(request, division, status=WRONG, plan_form=form)
    _try(request, lambda: actions.plan(division, by=request.user, **form.cleaned_data), _("Noted."))
    return redirect(f"{division.get_absolute_url()}#plan")


@require_POST
def principles(request, code, pk):
    division = division_of(request, code, pk)
    form = PrinciplesForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect(f"{division.get_absolute_url()}#principles")

    def answer() -> None:
        for slug, is_kept, note in form.answers():
            actions.answer_principle(division, slug, by=request.user, is_kept=is_kept, note=note)

    _try(request, answer, _("Noted."))
    return redirect(f"{division.get_absolute_url()}#principles")


@require_POST
def excuse(request, code, pk):
    division = division_of(request, code, pk)
    form = ExcuseForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        _try(
            request,
            lambda: actions.excuse(division, said["key"], said["reason"], by=request.user),
            _("Noted."),
        )
    else:
        messages.error(request, first_error(form))
    return redirect(f"{division.get_absolute_url()}#findings")


@require_POST
def ending(request, code, pk):
    division = division_of(request, code, pk)
    pieces = list(Piece.objects.shown(division))
    grids = list(Area.objects.filter(pk__in=division.base))
    form = EndingForm(request.POST, pieces=pieces, grids=grids)
    if form.is_valid():
        said = form.cleaned_data
        _try(
            request,
            lambda: actions.say_ending(
                division,
                said["area"],
                by=request.user,
                heir=said["heir"],
                carries_posts=said["carries_posts"],
            ),
            _("Noted."),
        )
    else:
        messages.error(request, first_error(form))
    return redirect(f"{division.get_absolute_url()}#endings")


# ── a proposal ────────────────────────────────────────────────────────────────────────────────


@require_GET
@never_cache
def proposal(request, code, pk):
    """How far it is: the panel alone, for who looks on."""
    division = division_of(request, code, pk)
    may_draw = division.is_drawn_on and request.user.has_perm("grids.draw", division.community)
    context = {"division": division, "may_draw": may_draw, **proposal_of(division)}
    return render(request, "grids/_division_proposal.html", context)


@require_POST
def propose(request, code, pk):
    division = division_of(request, code, pk)
    form = ProposeForm(request.POST)
    if not form.is_valid():
        messages.error(request, first_error(form))
    else:
        grids = form.cleaned_data["grids"] or 0
        _try(request, lambda: actions.ask_proposal(division, by=request.user, grids=grids))
    return redirect(f"{division.get_absolute_url()}#proposal")


@require_POST
def homes(request, code, pk):
    """Bring in homes as points; each wrong row is told with its line."""
    division = division_of(request, code, pk)
    form = HomesForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect(f"{division.get_absolute_url()}#proposal")
    try:
        done = actions.import_blocks(division, form.cleaned_data["file"], by=request.user)
    except BadRows as refusal:
        return page(request, division, status=CONFLICT, bad_rows=refusal)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        count = len(done.added) + len(done.changed)
        messages.success(request, _("%(count)s points were brought in.") % {"count": count})
    return redirect(f"{division.get_absolute_url()}#proposal")


@require_POST
def act(request, code, pk, name):
    """Submit, approve, refuse, take back, withdraw."""
    division = division_of(request, code, pk)
    if name not in MOVES:
        raise Http404
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        moved = actions.move(division, name, by=request.user, note=note)
    except Refused as refusal:
        return page(
            request,
            division_of(request, code, pk),
            status=CONFLICT,
            act_refusal=str(refusal),
            note=note,
        )
    messages.success(
        request, _("This division is: %(state)s.") % {"state": moved.get_state_display()}
    )
    return redirect(division)


def _try(request, step, done="") -> None:
    """Take a step, and say on the page what became of it."""
    try:
        step()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if done:
            messages.success(request, done)
