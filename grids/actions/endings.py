"""Areas end: on a day, with a successor, and never by being left out of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from govgrid.accounts.models import User
from govgrid.core.sheets import BadRows, Problem, RowError
from grids.actions.imports import Imported, may_bring
from grids.models import Area, Post
from grids.rows import AreaRow


def end_areas(
    read: Sequence[AreaRow], found: Mapping[str, Area], *, by: User | None, done: Imported
) -> None:
    """End the areas of ``read`` on the days they name. Inside the transaction of an import.

    Refused while areas beneath go on, and where the successor is not in force. Who holds a post
    there is told as a warning: posts end by themselves, with their open work.
    """
    going = {found[row.code].pk for row in read if row.code in found}
    problems = []
    may = may_bring(by)
    # From the grids up, so that an area ends after what lies in it.
    for row in sorted(read, key=lambda row: (-row.level, row.line)):
        try:
            area = found.get(row.code)
            if area is None:
                _check_ended(row, done)
                continue
            if not may(area.path):
                raise RowError(_("This area is not yours to change."))
            _end(area, row, going, done)
        except RowError as error:
            problems.append(Problem(row.line, str(error)))
    if problems:
        raise BadRows(problems)


def _check_ended(row: AreaRow, done: Imported) -> None:
    """A table that comes a second time names what has ended already."""
    if not Area.objects.filter(code=row.code, valid_to=row.valid_to).exists():
        raise RowError(_("No area in force has the code “%(code)s”.") % {"code": row.code})
    done.unchanged += 1


def _end(area: Area, row: AreaRow, going: set[int], done: Imported) -> None:
    if row.valid_to is None or row.valid_to <= area.valid_from:
        raise RowError(_("An area cannot end before it begins."))
    beneath = Area.objects.filter(parent=area, valid_to=None).count()
    if beneath:
        raise RowError(
            ngettext(
                "%(count)s area in it goes on: end it too, or give it another place first.",
                "%(count)s areas in it go on: end them too, or give them another place first.",
                beneath,
            )
            % {"count": beneath}
        )
    area.valid_to = row.valid_to
    area.successor = _successor(row, going) if row.successor_code else None
    area.save(update_fields=["valid_to", "successor"])
    area.other_codes.filter(valid_to=None).update(valid_to=row.valid_to)
    held = Post.objects.held_on().filter(area=area).count()
    if held:
        said = ngettext(
            "%(count)s person holds a post in %(area)s, which ends.",
            "%(count)s people hold posts in %(area)s, which ends.",
            held,
        )
        done.warnings.append(Problem(row.line, said % {"count": held, "area": area}))
    done.changed.append(f"{area.code} {area.name} ✕ {row.valid_to:%Y-%m-%d}")


def _successor(row: AreaRow, going: set[int]) -> Area:
    successor = Area.objects.filter(code=row.successor_code, valid_to=None).first()
    if successor is None or successor.pk in going:
        raise RowError(
            _("The successor “%(code)s” is not in force.") % {"code": row.successor_code}
        )
    return successor
