"""The map in force, taken over into a draft beside which it was redrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from grids.actions.drafts import Sheet
from grids.actions.drawing import close_misfits
from grids.division import cutting, fitting, lint
from grids.division.reading import outlines_in_force
from grids.models import AreaShape, Division, Piece, Step

if TYPE_CHECKING:
    from govgrid.accounts.models import User


@transaction.atomic
def rebase(division: Division, *, by: User) -> Division:
    """Take over the outlines that were imported beside the draft, as a step that is not undone.

    Pieces that nobody drew on get them. Where what was drawn does not fit them any more, it gives
    way or fills the gap, in a second step. Refused where grids came or went.
    """
    sheet = Sheet.of(division, by)
    if lint.map_has_moved_on(sheet.division):
        raise Refused(
            "map_changed",
            _("The grids of this community changed since this draft was begun. Begin anew."),
        )
    if not lint.outlines_have_moved_on(sheet.division):
        raise Refused("nothing_to_take_over", _("The map in force is what this draft began from."))
    sheet.division.base_outlines = outlines_in_force(sheet.division.community)
    sheet.division.save(update_fields=["base_outlines"])
    present = {
        one.area_id: cutting.on_lattice(one.boundary)
        for one in AreaShape.objects.filter(area__in=sheet.division.base)
    }
    for piece in _not_drawn_on(sheet):
        outline = present.get(piece.keeps_id or 0)
        if outline is not None and not outline.equals_exact(piece.outline):
            sheet.change(piece, outline=outline)
    taken = [one.number for one in sheet.made]
    found = sheet.write(Step.Verb.REBASE, taken, by=by)
    sheet = Sheet.of(found, by)
    changed = close_misfits(sheet, fitting.misfits(found, taken))
    return sheet.write(Step.Verb.MEND, changed, by=by) if changed else found


def _not_drawn_on(sheet: Sheet) -> list[Piece]:
    """Pieces that still have the outline which the map in force gave them."""
    taken_over = Step.objects.filter(division=sheet.division, verb=Step.Verb.REBASE)
    from_the_map = [0, *taken_over.values_list("number", flat=True)]
    given = Piece.objects.filter(division=sheet.division, made_in__in=from_the_map)
    had = {(one.number, one.keeps_id, one.outline.wkb.tobytes()) for one in given}
    return [
        one
        for one in sheet.pieces.values()
        if one.keeps_id and (one.number, one.keeps_id, one.outline.wkb.tobytes()) in had
    ]
