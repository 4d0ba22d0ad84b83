"""A locked draft while one step is drawn on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import RowError
from grids.division import cutting
from grids.models import Area, AreaCode, Division, DivisionEvent, Piece, Step
from grids.numbering import suggest_codes
from grids.workflow import State

if TYPE_CHECKING:
    from django.contrib.gis.geos import MultiPolygon

    from govgrid.accounts.models import User

MOST_PIECES = 200
# What a piece says of itself, and a further version of it keeps.
SAID = ("number", "code", "name", "kind", "household_count", "is_estimated", "keeps_id")


def log_event(
    division: Division, verb: str, *, before: str, by: User | None, note: str = ""
) -> DivisionEvent:
    """The history of a division; what was drawn is in its steps."""
    return DivisionEvent.objects.create(
        division=division,
        verb=verb,
        before=before,
        after=division.state,
        note=note,
        at=clock.now(),
        by=by,
    )


def draft(division: Division, by: User) -> Division:
    """The division as it is now, locked; only a draft is drawn on, by who may draw there."""
    found = (
        Division.objects.select_for_update(of=("self",))
        .select_related("community")
        .get(pk=division.pk)
    )
    if not by.has_perm("grids.draw", found.community):
        raise PermissionDenied
    if found.state != State.DRAFTED:
        word = State(found.state).label
        raise Refused("not_a_draft", _("This division is: %(state)s.") % {"state": word})
    return found


@dataclass
class Sheet:
    """A locked draft with its pieces, and what one step does to them."""

    division: Division
    pieces: dict[int, Piece]
    gone: list[Piece] = field(default_factory=list)
    made: list[Piece] = field(default_factory=list)

    @classmethod
    def of(cls, division: Division, by: User) -> Sheet:
        division = draft(division, by)
        return cls(division, {one.number: one for one in Piece.objects.shown(division)})

    def piece(self, number: int) -> Piece:
        if number not in self.pieces:
            raise Refused("no_such_piece", _("There is no piece %(n)s.") % {"n": number})
        return self.pieces[number]

    def basic(self, number: int) -> Piece:
        piece = self.piece(number)
        if piece.is_special:
            raise Refused("piece_is_special", _("A special grid is drawn as a whole."))
        return piece

    def change(self, piece: Piece, **said: Any) -> Piece:
        """A further version of ``piece``."""
        kept = {name: getattr(piece, name) for name in SAID}
        version = Piece(division=self.division, outline=piece.outline, **kept)
        for name, value in said.items():
            setattr(version, name, value)
        self.gone.append(piece)
        self.made.append(version)
        return version

    def add(self, outline: MultiPolygon, **said: Any) -> Piece:
        numbers = Piece.objects.filter(division=self.division).aggregate(most=Max("number"))
        made = max((one.number for one in self.made), default=0)
        number = max(numbers["most"] or 0, made) + 1
        piece = Piece(division=self.division, number=number, outline=outline, **said)
        self.made.append(piece)
        return piece

    def drop(self, piece: Piece) -> None:
        self.gone.append(piece)

    def fit_neighbours(self) -> None:
        """Borders that are shared get the same corners on both sides."""
        gone = {one.number for one in self.gone}
        beside = [p for p in self.pieces.values() if p.number not in gone and not p.is_special]
        made = [one.outline for one in self.made if not one.is_special]
        for place, outline in cutting.fitted([one.outline for one in beside], made).items():
            self.change(beside[place], outline=outline)

    def write(self, verb: str, touched: Sequence[int], *, by: User | None) -> Division:
        """One step. What was undone before it is forgotten."""
        if len(self.pieces) + len(self.made) - len(self.gone) > MOST_PIECES:
            raise Refused("too_many_pieces", _("A community has no more than 200 grids."))
        division, number = self.division, self.division.step + 1
        _forget_undone(division)
        Piece.objects.filter(pk__in=[one.pk for one in self.gone]).update(gone_in=number)
        for one in self.made:
            one.made_in = number
        Piece.objects.bulk_create(self.made)
        Step.objects.create(
            division=division,
            number=number,
            verb=verb,
            pieces=sorted(set(touched)),
            by=by,
            at=clock.now(),
        )
        division.step = division.last_step = number
        division.save(update_fields=["step", "last_step"])
        return division

    def next_code(self, outline: MultiPolygon, kind: str) -> str:
        """A code that no grid ever had; empty where the numbers have run out."""
        ever = Area.objects.filter(code__startswith=self.division.community.code)
        given_up = AreaCode.objects.filter(code__startswith=self.division.community.code)
        taken = {*ever.values_list("code", flat=True), *given_up.values_list("code", flat=True)}
        taken |= {one.code for one in (*self.pieces.values(), *self.made)}
        middle = outline.point_on_surface
        try:
            return suggest_codes(self.division.community.code, [(middle.x, middle.y)], taken, kind)[
                0
            ]
        except RowError:
            return ""


def _forget_undone(division: Division) -> None:
    pieces = Piece.objects.filter(division=division)
    pieces.filter(made_in__gt=division.step).delete()
    pieces.filter(gone_in__gt=division.step).update(gone_in=None)
    Step.objects.filter(division=division, number__gt=division.step).delete()


def is_based_on(division: Division) -> bool:
    """Whether the step that is shown took over the map in force: nothing is undone behind it."""
    return Step.objects.filter(
        division=division, number=division.step, verb=Step.Verb.REBASE
    ).exists()
