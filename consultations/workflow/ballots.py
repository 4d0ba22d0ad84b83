"""Ballots: their words, the shares that a result must reach, and how it is counted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

HALF = Fraction(1, 2)
# Of a secret ballot with fewer slips the split would tell how somebody voted.
FEWEST_SLIPS = 5


class BallotState(TextChoices):
    DRAFT = "draft", pgettext_lazy("ballot", "Draft")
    ANNOUNCED = "announced", pgettext_lazy("ballot", "Announced")
    OPEN = "open", pgettext_lazy("ballot", "Open")
    CLOSED = "closed", pgettext_lazy("ballot", "Closed, to be counted")
    COUNTED = "counted", pgettext_lazy("ballot", "Counted")
    VOID = "void", pgettext_lazy("ballot", "Called off")


# While a ballot is in one of these its clock lets people vote.
VOTING = frozenset({BallotState.ANNOUNCED, BallotState.OPEN})


class BallotKind(TextChoices):
    PROPOSAL = "proposal", _("Yes or no: the first option is the proposal")
    CHOICE = "choice", _("A choice among several")


class Basis(TextChoices):
    """Who may vote."""

    RESIDENTS = "residents", _("Verified residents of the area")
    LIST = "list", _("A list brought for this ballot alone")


class CountBy(TextChoices):
    HEAD = "head", _("By head")
    HOUSEHOLD = "household", _("By household")
    AREA = "area", _("By head and by floor area")


class Share(TextChoices):
    """How much of a whole; a law says "more than half" of one thing and "two thirds" of another."""

    NONE = "none", _("No share")
    HALF = "half", _("Half")
    OVER_HALF = "over_half", _("More than half")
    TWO_THIRDS = "two_thirds", _("Two thirds")
    THREE_QUARTERS = "three_quarters", _("Three quarters")
    ALL = "all", _("All")


_PARTS = {
    Share.NONE: Fraction(0),
    Share.HALF: HALF,
    Share.OVER_HALF: HALF,
    Share.TWO_THIRDS: Fraction(2, 3),
    Share.THREE_QUARTERS: Fraction(3, 4),
    Share.ALL: Fraction(1),
}


class Channel(TextChoices):
    ONLINE = "online", _("By the voter himself")
    COUNTER = "counter", _("At the counter")
    PAPER = "paper", _("On paper")


class CovenantKind(TextChoices):
    RESIDENTS = "residents", _("Residents' covenant")
    VILLAGE = "village", _("Village rules")
    COMPOUND = "compound", _("Rules of a compound")


class CovenantState(TextChoices):
    DRAFT = "draft", pgettext_lazy("covenant", "Draft")
    VOTING = "voting", pgettext_lazy("covenant", "Put to the vote")
    IN_FORCE = "in_force", pgettext_lazy("covenant", "In force")
    REPLACED = "replaced", pgettext_lazy("covenant", "Replaced")
    DROPPED = "dropped", pgettext_lazy("covenant", "Dropped")


def reaches(share: str, part: int, whole: int) -> bool:
    """Whether ``part`` of ``whole`` is that much; nothing of nothing is enough only where none is
    asked."""
    if share == Share.NONE:
        return True
    if whole <= 0:
        return False
    asked = _PARTS[Share(share)]
    have = Fraction(part, whole)
    return have > asked if share == Share.OVER_HALF else have >= asked


@dataclass(frozen=True)
class Slip:
    """One vote without its voter. ``area`` in hundredths of a square metre; none chosen: spoilt."""

    choices: Sequence[int]
    area: int = 0


@dataclass(frozen=True)
class Formula:
    """By what a result is reckoned; as the ballot was frozen with it."""

    options: int
    kind: str
    max_choices: int
    count_by: str
    quorum: str
    pass_share: str
    entitled: int
    entitled_area: int = 0

    @property
    def by_area(self) -> bool:
        return self.count_by == CountBy.AREA


@dataclass(frozen=True)
class Tally:
    """What came of it: heads and floor area of each option, of all who took part, and of whom
    might have."""

    heads: tuple[int, ...]
    areas: tuple[int, ...]
    voted: int
    voted_area: int
    spoilt: int
    has_quorum: bool
    winners: tuple[int, ...]

    @property
    def is_passed(self) -> bool:
        return self.has_quorum and bool(self.winners)


def count(formula: Formula, slips: Iterable[Slip]) -> Tally:
    """Count ``slips``. A spoilt one takes part, and chooses nothing.

    By floor area both must do, heads and area: who took part of all that are entitled, who agreed
    of those who took part (Civil Code, art. 278).
    """
    heads, areas = [0] * formula.options, [0] * formula.options
    voted = voted_area = spoilt = 0
    for slip in slips:
        voted += 1
        voted_area += slip.area
        spoilt += not slip.choices
        for one in slip.choices:
            heads[one - 1] += 1
            areas[one - 1] += slip.area
    has_quorum = _is_enough(
        formula, formula.quorum, (voted, formula.entitled), (voted_area, formula.entitled_area)
    )
    reached = [
        n
        for n in range(1, formula.options + 1)
        if heads[n - 1]
        and _is_enough(
            formula, formula.pass_share, (heads[n - 1], voted), (areas[n - 1], voted_area)
        )
    ]
    return Tally(
        tuple(heads), tuple(areas), voted, voted_area, spoilt, has_quorum,
        _winners(formula, heads, reached),
    )  # fmt: skip


def _is_enough(formula: Formula, share: str, heads: tuple[int, int], area: tuple[int, int]) -> bool:
    return reaches(share, *heads) and (not formula.by_area or reaches(share, *area))


def _winners(formula: Formula, heads: Sequence[int], reached: Sequence[int]) -> tuple[int, ...]:
    """Of a proposal the first option alone; of a choice the most chosen, none where a tie decides."""
    if formula.kind == BallotKind.PROPOSAL:
        # Without a share asked for, more than the rest of them is asked.
        ahead = heads[0] > max(heads[1:])
        return (1,) if 1 in reached and ahead else ()
    ranked = sorted(reached, key=lambda n: -heads[n - 1])
    best = ranked[: formula.max_choices]
    if len(ranked) > len(best):
        edge = heads[ranked[len(best)] - 1]
        best = [n for n in best if heads[n - 1] > edge]
    return tuple(sorted(best))
