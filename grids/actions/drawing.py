"""Drawing on a draft: each step makes pieces and lets others go, and can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import guard
from grids.actions.drafts import SAID, Sheet, draft, is_based_on, log_event
from grids.actions.imports import saved
from grids.division import cutting, fitting
from grids.division.counting import households_in
from grids.division.reading import grids_in_force, ground_of, outlines_in_force
from grids.models import Area, Division, Level, Piece, Step
from grids.workflow import State

if TYPE_CHECKING:
    from django.contrib.gis.geos import MultiPolygon

    from govgrid.accounts.models import User

Points = Sequence[tuple[float, float]]
# The smallest special grid: a kiosk is none.
LEAST_SPECIAL_METRES2 = 100


@transaction.atomic
def begin_division(community: Area, *, by: User, client_id: UUID, reason: str = "") -> Division:
    """A draft that begins as a copy of the map in force; the same client id gives the same draft.

    A community whose grids have no outlines begins as one piece. Refused where nothing is known
    of the place.
    """
    if not by.has_perm("grids.draw", community):
        raise PermissionDenied
    earlier = Division.objects.filter(begun_by=by, client_id=client_id).first()
    if earlier is not None:
        if earlier.community_id != community.pk:
            raise Refused("client_id_reused", _("This id was used for another division."))
        return earlier
    if community.level != Level.COMMUNITY or community.valid_to is not None:
        raise Refused("no_community", _("Only a community in force is divided into grids."))
    # Before the outlines are read: one that comes between is noticed, and not lost.
    seen = outlines_in_force(community)
    grids = list(grids_in_force(community).select_related("shape"))
    division = saved(
        Division(
            community=community,
            client_id=client_id,
            reason=guard.mask(reason),
            begun_by=by,
            begun_at=clock.now(),
            base=[one.pk for one in grids],
            base_outlines=seen,
        )
    )
    Piece.objects.bulk_create(_first_pieces(division, grids))
    log_event(division, "begin", before="", by=by, note=reason)
    return division


def _first_pieces(division: Division, grids: Sequence[Area]) -> list[Piece]:
    outlined = [one for one in grids if hasattr(one, "shape")]
    pieces = [
        Piece(
            division=division,
            number=number,
            made_in=0,
            code=one.code,
            name=one.name,
            kind=one.kind or Area.Kind.BASIC,
            household_count=one.household_count,
            keeps=one,
            outline=cutting.on_lattice(one.shape.boundary),
        )
        for number, one in enumerate(outlined, start=1)
    ]
    if pieces:
        return pieces
    ground = ground_of(division.community)
    if ground is None:
        raise Refused("no_outline", _("Nothing is known of where this community lies."))
    return [
        Piece(
            division=division,
            number=1,
            made_in=0,
            household_count=division.community.household_count,
            outline=ground,
        )
    ]


@transaction.atomic
def split(division: Division, number: int, points: Points, *, by: User) -> Division:
    """Cut a piece along a line. The largest part stays what it was, the others are new grids."""
    sheet = Sheet.of(division, by)
    piece = sheet.basic(number)
    first, *others = cutting.cut(piece.outline, cutting.line_of(points))
    shares = _shared(sheet, piece, [first, *others])
    sheet.change(piece, outline=first, **shares[0])
    for outline, share in zip(others, shares[1:], strict=True):
        code = sheet.next_code(outline, piece.kind)
        name = _name_of(sheet.division.community, code)
        sheet.add(outline, code=code, name=name, kind=piece.kind, **share)
    touched = [one.number for one in sheet.made]
    sheet.fit_neighbours()
    return sheet.write(Step.Verb.SPLIT, touched, by=by)


def _name_of(community: Area, code: str) -> str:
    """营盘社区 and …005: 营盘05, as grids are called."""
    short = community.name.removesuffix("社区").removesuffix("村") or community.name
    return f"{short}{int(code[-3:]):02d}" if code else ""


def _shared(sheet: Sheet, piece: Piece, parts: Sequence[MultiPolygon]) -> list[dict[str, Any]]:
    """Households of each part: counted where blocks of homes are known, else by area."""
    counted = households_in(sheet.division, parts)
    if counted is not None:
        return [{"household_count": count, "is_estimated": False} for count in counted]
    if piece.household_count is None:
        return [{"household_count": None, "is_estimated": False} for _part in parts]
    areas = [cutting.metres2(part) for part in parts]
    left, shares = piece.household_count, []
    for area in areas[:-1]:
        share = round(piece.household_count * area / sum(areas))
        shares.append(share)
        left -= share
    shares.append(max(0, left))
    return [{"household_count": share, "is_estimated": True} for share in shares]


@transaction.atomic
def merge(division: Division, numbers: Sequence[int], *, by: User) -> Division:
    """Join pieces into the one that is named first. Refused where they do not touch."""
    sheet = Sheet.of(division, by)
    pieces = [sheet.basic(number) for number in dict.fromkeys(numbers)]
    if len(pieces) < 2:
        raise Refused("merge_needs_two", _("Choose two pieces or more."))
    outline = cutting.joined(one.outline for one in pieces)
    if outline.num_geom > max(one.outline.num_geom for one in pieces):
        raise Refused("pieces_apart", _("These pieces do not touch."))
    sheet.change(
        pieces[0],
        outline=outline,
        household_count=_total(pieces),
        is_estimated=any(one.is_estimated for one in pieces),
    )
    for one in pieces[1:]:
        sheet.drop(one)
    touched = [one.number for one in pieces]
    sheet.fit_neighbours()
    return sheet.write(Step.Verb.MERGE, touched, by=by)


def _total(pieces: Sequence[Piece]) -> int | None:
    """None where one of them is not known."""
    counts = [one.household_count for one in pieces if one.household_count is not None]
    return sum(counts) if len(counts) == len(pieces) else None


@transaction.atomic
def move_border(division: Division, one: int, other: int, points: Points, *, by: User) -> Division:
    """Draw the border between two pieces anew: the line cuts what they cover together."""
    sheet = Sheet.of(division, by)
    first, second = sheet.basic(one), sheet.basic(other)
    if first.number == second.number:
        raise Refused("merge_needs_two", _("Choose two pieces or more."))
    whole = cutting.joined([first.outline, second.outline])
    if whole.num_geom > max(first.outline.num_geom, second.outline.num_geom):
        raise Refused("pieces_apart", _("These pieces do not touch."))
    sides: dict[int, list[MultiPolygon]] = {first.number: [], second.number: []}
    for part in cutting.cut(whole, cutting.line_of(points)):
        of_first = cutting.overlap(part, first.outline)
        of_second = cutting.overlap(part, second.outline)
        sides[(first if of_first >= of_second else second).number].append(part)
    if not all(sides.values()):
        raise Refused("border_not_between", _("The line does not run between these two pieces."))
    outlines = [cutting.joined(sides[piece.number]) for piece in (first, second)]
    for piece, outline, share in zip(
        (first, second), outlines, _moved(sheet, (first, second), outlines), strict=True
    ):
        sheet.change(piece, outline=outline, **share)
    sheet.fit_neighbours()
    return sheet.write(Step.Verb.MOVE_BORDER, [one, other], by=by)


def _moved(
    sheet: Sheet, pieces: tuple[Piece, Piece], outlines: Sequence[MultiPolygon]
) -> list[dict[str, Any]]:
    """The households that both had, shared out again: what stays with a piece stays counted."""
    both = Piece(household_count=_total(pieces))
    return _shared(sheet, both, outlines)


@transaction.atomic
def add_special(division: Division, points: Points, *, by: User, name: str = "") -> Division:
    """A special grid over the basic ones, from its corners; what lies outside is left out."""
    sheet = Sheet.of(division, by)
    ground = ground_of(sheet.division.community)
    ring = cutting.ring_of(points)
    outline = cutting.within(ring, ground) if ground else ring
    if outline.empty or cutting.metres2(outline) < LEAST_SPECIAL_METRES2:
        raise Refused("surface_too_small", _("This surface is too small, or lies outside."))
    code = sheet.next_code(outline, Area.Kind.SPECIAL)
    name = name or _name_of(sheet.division.community, code)
    made = sheet.add(outline, code=code, name=name, kind=Area.Kind.SPECIAL)
    return sheet.write(Step.Verb.ADD_SPECIAL, [made.number], by=by)


@transaction.atomic
def remove_special(division: Division, number: int, *, by: User) -> Division:
    """Take a special grid away; the basic ones beneath it answer alone."""
    sheet = Sheet.of(division, by)
    piece = sheet.piece(number)
    if not piece.is_special:
        raise Refused("piece_is_basic", _("A basic grid is merged with another, not removed."))
    sheet.drop(piece)
    return sheet.write(Step.Verb.REMOVE_SPECIAL, [number], by=by)


@transaction.atomic
def describe(division: Division, number: int, *, by: User, **said: Any) -> Division:
    """Say what a piece is: code, name, kind, households, and which present grid it keeps.

    A piece that keeps a grid bears its code. Nothing new is no step.
    """
    sheet = Sheet.of(division, by)
    piece = sheet.piece(number)
    said = {name: value for name, value in said.items() if name in {*SAID, "keeps"}}
    _must_be_free(sheet, piece, said)
    keeps = said.get("keeps", piece.keeps)
    if keeps is not None:
        said["code"] = keeps.code
    elif piece.keeps is not None and said.get("code", piece.code) == piece.keeps.code:
        said["code"] = sheet.next_code(piece.outline, said.get("kind", piece.kind))
    if said.get("household_count", piece.household_count) != piece.household_count:
        said["is_estimated"] = False
    if all(getattr(piece, name) == value for name, value in said.items()):
        return sheet.division
    sheet.change(piece, **said)
    return sheet.write(Step.Verb.DESCRIBE, [number], by=by)


def _must_be_free(sheet: Sheet, piece: Piece, said: dict[str, Any]) -> None:
    keeps = said.get("keeps")
    if keeps is None:
        return
    if keeps.pk not in sheet.division.base:
        raise Refused("no_such_grid", _("This grid does not lie in the community."))
    for other in sheet.pieces.values():
        if other.number != piece.number and other.keeps_id == keeps.pk:
            words = {"grid": keeps.name, "n": other.number}
            raise Refused("grid_kept_twice", _("%(grid)s is kept by piece %(n)s.") % words)


@transaction.atomic
def mend(division: Division, *, by: User) -> Division:
    """Close slivers: narrow gaps go to who lies along them, narrow overlaps and rims go."""
    sheet = Sheet.of(division, by)
    changed = close_misfits(sheet, fitting.slivers(sheet.division))
    if not changed:
        raise Refused("nothing_to_mend", _("There are no slivers."))
    return sheet.write(Step.Verb.MEND, changed, by=by)


def close_misfits(sheet: Sheet, misfits: Sequence[fitting.Misfit]) -> list[int]:
    """Close each in turn; the numbers of the pieces that changed."""
    outlines = {n: one.outline for n, one in sheet.pieces.items()}
    ground = ground_of(sheet.division.community)
    for misfit in misfits:
        _close(misfit, outlines, ground)
    changed = [
        n
        for n, outline in outlines.items()
        if outline is not sheet.pieces[n].outline and not outline.empty
    ]
    for number in changed:
        sheet.change(sheet.pieces[number], outline=outlines[number])
    return changed


def _close(
    misfit: fitting.Misfit, outlines: dict[int, MultiPolygon], ground: MultiPolygon | None
) -> None:
    number = misfit.pieces[-1]
    if misfit.kind == "gap":
        outlines[number] = cutting.joined([outlines[number], misfit.shape])
    elif misfit.kind == "outside" and ground is not None:
        outlines[number] = cutting.within(outlines[number], ground)
    else:
        outlines[number] = cutting.without(outlines[number], outlines[misfit.pieces[0]])


@transaction.atomic
def undo(division: Division, *, by: User) -> Division:
    """Back by one step; nothing before the first."""
    return _go(division, -1, by)


@transaction.atomic
def redo(division: Division, *, by: User) -> Division:
    """Forward again by one step that was undone."""
    return _go(division, 1, by)


def _go(division: Division, by_steps: int, by: User) -> Division:
    found = draft(division, by)
    if by_steps < 0 and is_based_on(found):
        raise Refused(
            "map_taken_over",
            _("The map in force was taken over here; what lies before it does not hold any more."),
        )
    step = found.step + by_steps
    if not 0 <= step <= found.last_step:
        raise Refused("no_further_step", _("There is no further step."))
    found.step = step
    found.save(update_fields=["step"])
    return found


@transaction.atomic
def take_over(division: Division, drawn: Sequence[dict[str, Any]], *, by: User | None) -> Division:
    """Replace all basic pieces by ``drawn``: a proposal, as one step."""
    found = (
        Division.objects.select_for_update(of=("self",))
        .select_related("community")
        .get(pk=division.pk)
    )
    if found.state != State.DRAFTED:
        raise Refused("not_a_draft", _("The draft was submitted meanwhile."))
    if by is not None and not by.has_perm("grids.draw", found.community):
        raise Refused("may_not_draw", _("Who asked for it may not draw here any more."))
    sheet = Sheet(found, {one.number: one for one in Piece.objects.shown(found)})
    kept = {p.keeps_id: p for p in sheet.pieces.values() if p.keeps_id and not p.is_special}
    going_on = {said["keeps_id"] for said in drawn} - {None}
    for one in sheet.pieces.values():
        if not one.is_special and one.keeps_id not in going_on:
            sheet.drop(one)
    for said in drawn:
        before = kept.get(said["keeps_id"])
        if before is not None:
            sheet.change(before, outline=said["outline"], **_counted(said))
            continue
        code = sheet.next_code(said["outline"], Area.Kind.BASIC)
        sheet.add(
            said["outline"],
            code=code,
            name=_name_of(found.community, code),
            kind=Area.Kind.BASIC,
            **_counted(said),
        )
    return sheet.write(Step.Verb.PROPOSE, [one.number for one in sheet.made], by=by)


def _counted(said: dict[str, Any]) -> dict[str, Any]:
    return {"household_count": said["household_count"], "is_estimated": False}
