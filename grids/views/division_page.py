"""The page of a division: all that stands on it, for whoever asks for it or sent something in vain."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from govgrid.core import clock
from grids import queries, workflow
from grids.actions.divisions import gather
from grids.division import lint, succession
from grids.division.counting import told_of
from grids.division.reading import ends_with, in_reach_of, vacancies
from grids.division.sizes import ranges
from grids.forms.divisions import DrawForm, HomesForm, PieceForm, PlanForm, ProposeForm
from grids.models import Area, Block, Division, Piece, Principle
from grids.workflow import MOVES, PRINCIPLES, PRINCIPLES_IN_CHINESE, State

STATE_LOOKS = {
    State.DRAFTED: "is-new",
    State.SUBMITTED: "is-offered",
    State.APPROVED: "is-signed",
    State.REFUSED: "is-back",
    State.IN_FORCE: "is-done",
    State.WITHDRAWN: "is-quiet",
}


def division_of(request, code, pk) -> Division:
    return get_object_or_404(in_reach_of(request.user), pk=pk, community__code=code)


def page(request, division, *, status=200, **tried) -> HttpResponse:
    pieces = list(Piece.objects.shown(division))
    told = told_of(pieces)
    grids = list(Area.objects.filter(pk__in=division.base).order_by("code"))
    checked = lint.check(division)
    may_draw = division.is_drawn_on and request.user.has_perm("grids.draw", division.community)
    steps = list(division.steps.select_related("by").order_by("number"))
    context = {
        "division": division,
        "look": STATE_LOOKS[State(division.state)],
        "line": queries.line_of(division.community),
        "pieces": [
            (
                one,
                told.get(one.number),
                PieceForm(piece=one, grids=grids, told=told.get(one.number)) if may_draw else None,
            )
            for one in pieces
        ],
        "checked": checked,
        "has_slivers": any(one.kind == "sliver" for one in checked.errors),
        "must_rebase": any(one.kind == "outlines_changed" for one in checked.errors),
        "may_draw": may_draw,
        "draw_form": DrawForm(pieces=pieces),
        "chosen": set(),
        "plan_form": PlanForm(initial=vars(division)),
        "principles": _principles(division),
        "endings": _endings(division, pieces),
        "carried": _carried(division),
        "numbers": [one.number for one in pieces],
        "vacancies": vacancies(division) if division.state == State.IN_FORCE else [],
        "steps": steps,
        "can_undo": any(one.number == division.step and one.is_undoable for one in steps),
        "can_redo": division.step < division.last_step,
        "events": division.events.select_related("by"),
        "extent": queries.bounds([division.community]) or queries.bounds(grids),
        "asked": ranges(division.community),
        **_acts(request, division, checked),
        **proposal_of(division),
        **tried,
    }
    return render(request, "grids/division_detail.html", context, status=status)


def _endings(division, pieces) -> list[tuple]:
    """The grids that end, each with what stands there and what becomes of it."""
    # What has taken effect is told by what was kept of it: by now those things are elsewhere.
    if division.state == State.IN_FORCE:
        return []
    ended = ends_with(division, pieces)
    left = succession.left_by(ended, pieces, division.effective_on or clock.today())
    return [
        (one, succession.grouped_left([thing for thing in left if thing.area.pk == one.area.pk]))
        for one in ended
    ]


def _carried(division) -> list[tuple]:
    """What stood in the grids that ended with a division in force, by grid."""
    rows = division.carried
    areas = dict.fromkeys((row["area"], row["heir"]) for row in rows)
    return [
        (
            *of,
            succession.grouped(
                (row["kind"], row["words"], row["fate"])
                for row in rows
                if (row["area"], row["heir"]) == of
            ),
        )
        for of in areas
    ]


def _principles(division) -> list[dict]:
    answers = {one.slug: one for one in Principle.objects.filter(division=division)}
    return [
        {
            "slug": slug,
            "words": words,
            "chinese": PRINCIPLES_IN_CHINESE[slug],
            "answer": answers.get(slug),
        }
        for slug, words in PRINCIPLES.items()
    ]


def _acts(request, division, checked) -> dict:
    """What this person may do now, and what is missing for the rest."""
    facts = gather(division, by=request.user, checked=checked, note="…")
    acts = [
        {"name": name, "move": move, "lacks": workflow.lacks(name, facts)}
        for name, move in MOVES.items()
        if State(division.state) in move.sources
        and request.user.has_perm(move.permission, division.community)
    ]
    return {"acts": acts}


def proposal_of(division) -> dict:
    last = division.proposals.first()
    return {
        "proposal": last,
        "is_running": last is not None and last.state in ("waiting", "running"),
        "homes": Block.objects.filter(division=division).aggregate(
            count=Count("pk"), households=Sum("household_count")
        ),
        "homes_form": HomesForm(),
        "propose_form": ProposeForm(),
    }


def first_error(form) -> str:
    name, errors = next(iter(form.errors.get_json_data().items()))
    label = form.fields[name].label if name in form.fields else ""
    words = errors[0]["message"]
    return f"{label}: {words}" if label else words
