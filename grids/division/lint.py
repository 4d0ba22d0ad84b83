"""What is wrong with a draft: each finding in words, with its place on the map.

Areas and lengths are geodesic. Errors stand in the way of approval; a warning wants a reason.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib.gis.geos import MultiPolygon
from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.sheets import RowError
from grids.division.counting import told_of
from grids.division.fitting import SLIVER_METRES, rows, size_words
from grids.division.reading import ends_with, grids_in_force, ground_of, outlines_in_force
from grids.division.sizes import ranges
from grids.division.succession import Fate, grouped_left, left_by
from grids.models import Area, AreaCode, Division, Excuse, Piece
from grids.numbering import check_code

# A corner of a compound that a border clips is no cut.
CLIPPED_METRES2 = 50
CLIPPED_SHARE = 0.02

# Compounds that more than one basic piece takes a real part of.
COMPOUNDS = """
    SELECT c.id, c.name, array_agg(p.number ORDER BY p.number), ST_AsGeoJSON(c.outline, 7)
    FROM grids_compound c
    JOIN grids_piece p ON p.id = ANY(%(pieces)s) AND p.kind <> 'special'
         AND ST_Intersects(p.outline, c.outline),
         LATERAL (SELECT ST_Area(ST_Intersection(p.outline, c.outline)::geography) AS metres2) part
    WHERE (c.retired_on IS NULL OR c.retired_on > %(on)s)
      AND part.metres2 > %(clipped)s
      AND part.metres2 > %(share)s * ST_Area(c.outline::geography)
    GROUP BY c.id HAVING count(*) > 1
    ORDER BY c.code
"""

SHAPES = "SELECT number, ST_AsGeoJSON(outline, 7) FROM grids_piece WHERE id = ANY(%s)"


@dataclass(frozen=True)
class Finding:
    """``key`` names it for a written reason; ``shape`` is GeoJSON, or None where it is no place."""

    key: str
    kind: str
    is_error: bool
    words: str
    pieces: tuple[int, ...] = ()
    shape: dict[str, Any] | None = None
    reason: str = ""


def _error(key: str, words: str, **at: Any) -> Finding:
    return Finding(key=key, kind=key.partition(":")[0], is_error=True, words=words, **at)


def _warning(key: str, words: str, **at: Any) -> Finding:
    return Finding(key=key, kind=key.partition(":")[0], is_error=False, words=words, **at)


@dataclass
class _Draft:
    """What the checks below look at, read once."""

    division: Division
    pieces: list[Piece]
    ground: MultiPolygon | None
    shapes: dict[int, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, division: Division) -> _Draft:
        pieces = list(Piece.objects.shown(division))
        with connection.cursor() as cursor:
            cursor.execute(SHAPES, [[one.pk for one in pieces]])
            shapes = {number: json.loads(text) for number, text in cursor.fetchall()}
        return cls(division, pieces, ground_of(division.community), shapes)

    def at(self, piece: Piece) -> dict[str, Any]:
        return {"pieces": (piece.number,), "shape": self.shapes.get(piece.number)}


@dataclass(frozen=True)
class Checked:
    """All findings of one draft, errors first."""

    findings: list[Finding]

    @property
    def errors(self) -> list[Finding]:
        return [one for one in self.findings if one.is_error]

    @property
    def warnings(self) -> list[Finding]:
        return [one for one in self.findings if not one.is_error]

    @property
    def unexplained(self) -> list[Finding]:
        return [one for one in self.warnings if not one.reason]


def check(division: Division) -> Checked:
    """Everything that the check finds now; reasons that were written are with their warnings."""
    drawn = _Draft.of(division)
    found = [
        *_of_the_map(drawn),
        *_in_places(drawn),
        *_of_names(drawn),
        *_of_sizes(drawn),
        *_of_parts(drawn),
        *_of_compounds(drawn),
        *_of_what_is_left(drawn),
    ]
    reasons = dict(Excuse.objects.filter(division=division).values_list("finding", "reason"))
    told = [one if one.is_error else _with_reason(one, reasons.get(one.key, "")) for one in found]
    return Checked(sorted(told, key=lambda one: not one.is_error))


def _with_reason(finding: Finding, reason: str) -> Finding:
    return replace(finding, reason=reason)


# ── the map that it begins from ───────────────────────────────────────────────────────────────


def map_has_moved_on(division: Division) -> bool:
    """Grids came or went since the draft was begun: it would end what it never saw."""
    return set(grids_in_force(division.community).values_list("pk", flat=True)) != set(
        division.base
    )


def outlines_have_moved_on(division: Division) -> bool:
    """A grid was redrawn beside the draft, which would put the earlier outline back."""
    # Empty: begun before the digest was kept.
    begun = division.base_outlines
    return bool(begun) and outlines_in_force(division.community) != begun


def _of_the_map(drawn: _Draft) -> Iterable[Finding]:
    if drawn.ground is None:
        yield _error("no_outline", _("This community has no outline."))
    if map_has_moved_on(drawn.division):
        words = _("The grids of this community changed since this draft was begun. Begin anew.")
        yield _error("map_changed", words)
    elif outlines_have_moved_on(drawn.division):
        words = _(
            "Outlines of these grids were redrawn since this draft was begun: take over the map"
            " in force first."
        )
        yield _error("outlines_changed", words)


# ── gaps, overlaps, what lies outside ─────────────────────────────────────────────────────────


def _in_places(drawn: _Draft) -> Iterable[Finding]:
    for kind, numbers, _wkb, geojson, metres2, width, lon, lat in rows(drawn.pieces, drawn.ground):
        is_sliver = width < SLIVER_METRES
        at = ",".join(str(number) for number in numbers) or f"{lon:.5f},{lat:.5f}"
        yield Finding(
            key=f"{kind}:{at}",
            kind="sliver" if is_sliver else kind,
            is_error=True,
            words=_words_of_place(kind, numbers, metres2, width, is_sliver=is_sliver),
            pieces=tuple(numbers),
            shape=json.loads(geojson),
        )


def _words_of_place(
    kind: str, numbers: Sequence[int], metres2: float, width: float, *, is_sliver: bool
) -> str:
    said = {
        "size": size_words(metres2),
        "width": f"{width:.1f}",
        "one": numbers[0] if numbers else "",
        "other": numbers[-1] if numbers else "",
    }
    if is_sliver:
        slivers = {
            "gap": _("A sliver of %(size)s, %(width)s m wide, belongs to no piece."),
            "outside": _("Piece %(one)s juts out by %(width)s m, %(size)s in all."),
            "overlap": _("%(one)s and %(other)s overlap by %(width)s m, %(size)s in all."),
        }
        return slivers[kind] % said
    whole = {
        "gap": _("%(size)s belong to no piece."),
        "outside": _("%(size)s of piece %(one)s lie outside the community."),
        "overlap": _("%(one)s and %(other)s overlap on %(size)s."),
    }
    return whole[kind] % said


# ── codes and names ───────────────────────────────────────────────────────────────────────────


def _of_names(drawn: _Draft) -> Iterable[Finding]:
    codes = Counter(one.code for one in drawn.pieces if one.code)
    names = Counter(one.name for one in drawn.pieces if one.name)
    new = [one.code for one in drawn.pieces if one.keeps_id is None and one.code]
    had, given_up = (
        model.objects.filter(code__in=new).values_list("code", flat=True)
        for model in (Area, AreaCode)
    )
    taken = set(had.union(given_up))
    for piece in drawn.pieces:
        if words := _wrong_code(drawn, piece, codes, taken):
            yield _error(f"code:{piece.number}", words, **drawn.at(piece))
        if words := _wrong_name(piece, names):
            yield _error(f"name:{piece.number}", words, **drawn.at(piece))


def _wrong_code(drawn: _Draft, piece: Piece, codes: Counter[str], taken: set[str]) -> str:
    said = {"n": piece.number, "code": piece.code}
    if codes[piece.code] > 1:
        return _("Piece %(n)s: the code %(code)s stands twice.") % said
    # What keeps a grid keeps its code, however it was numbered once.
    if piece.keeps_id is not None:
        return ""
    if not piece.code:
        return _("Piece %(n)s has no code.") % said
    if piece.code in taken:
        return _("Piece %(n)s: another area has the code %(code)s, or had it once.") % said
    if not re.fullmatch(r"[0-9]{15}", piece.code):
        return _("Piece %(n)s: a grid's code has 15 digits.") % said
    try:
        check_code(piece.code, drawn.division.community.code, piece.kind)
    except RowError as error:
        return _("Piece %(n)s: %(why)s") % {**said, "why": error}
    return ""


def _wrong_name(piece: Piece, names: Counter[str]) -> str:
    if not piece.name:
        return _("Piece %(n)s has no name.") % {"n": piece.number}
    if names[piece.name] > 1:
        return _("Piece %(n)s: the name %(name)s stands twice.") % {
            "n": piece.number,
            "name": piece.name,
        }
    return ""


# ── sizes, parts ──────────────────────────────────────────────────────────────────────────────


def _of_sizes(drawn: _Draft) -> Iterable[Finding]:
    asked = ranges(drawn.division.community)
    told = told_of(drawn.pieces)
    for piece in drawn.pieces:
        wanted = asked.get(piece.kind)
        if wanted is None or piece.household_count in wanted:
            continue
        said = {
            "n": piece.number,
            "name": piece.name,
            "count": told.get(piece.number),
            **wanted._asdict(),
        }
        words = (
            _("%(n)s %(name)s: how many households it has is not known.")
            if piece.household_count is None
            else _("%(n)s %(name)s has %(count)s households; %(least)s to %(most)s are asked for.")
        )
        # The count is in the key: a reason for 310 is none for 900. What is not told, not there.
        key = f"size:{piece.number}:{_sealed(piece, told.get(piece.number))}"
        yield _warning(key, words % said, **drawn.at(piece))


def _sealed(piece: Piece, told: str | None) -> str:
    count = str(piece.household_count)
    if told in (None, count):
        return count
    return salted_hmac("grids.division.lint", f"{piece.division_id} {count}").hexdigest()[:16]


def _of_parts(drawn: _Draft) -> Iterable[Finding]:
    for piece in drawn.pieces:
        count = piece.outline.num_geom
        if count > 1:
            words = _("%(n)s %(name)s lies in %(count)s parts.") % {
                "n": piece.number,
                "name": piece.name,
                "count": count,
            }
            key = f"parts:{piece.number}:{count}"
            yield _warning(key, words, **drawn.at(piece))


def _of_compounds(drawn: _Draft) -> Iterable[Finding]:
    given: dict[str, Any] = {
        "pieces": [one.pk for one in drawn.pieces],
        "on": clock.today(),
        "clipped": CLIPPED_METRES2,
        "share": CLIPPED_SHARE,
    }
    with connection.cursor() as cursor:
        cursor.execute(COMPOUNDS, given)
        rows = cursor.fetchall()
    for pk, name, numbers, geojson in rows:
        words = _("The compound %(name)s is cut between the pieces %(pieces)s.") % {
            "name": name,
            "pieces": ", ".join(str(number) for number in numbers),
        }
        # The pieces are in the key: another cut wants another reason.
        key = f"compound:{pk}:{'-'.join(str(number) for number in numbers)}"[:80]
        yield _warning(key, words, pieces=tuple(numbers), shape=json.loads(geojson))


# ── what stands in grids that end ─────────────────────────────────────────────────────────────


def _of_what_is_left(drawn: _Draft) -> Iterable[Finding]:
    """Rules, seats and duties that would end: somebody decides first, or writes why they may."""
    if set(drawn.division.base) <= {one.keeps_id for one in drawn.pieces}:
        return
    ended = ends_with(drawn.division, drawn.pieces)
    left = left_by(ended, drawn.pieces, drawn.division.effective_on or clock.today())
    for one in ended:
        mine = [thing for thing in left if thing.area.pk == one.area.pk]
        for fate, counted, words in grouped_left(mine):
            if fate.wants_a_person:
                said = {"grid": one.area.name, "what": counted, "n": one.heir}
                # How many is in the key: a reason for one rule is none for nine.
                key = f"{fate.value}:{one.area.pk}:{one.heir or 0}:{len(words)}"
                yield _warning(
                    key, _words_of_left(fate) % said, pieces=(one.heir,) * bool(one.heir)
                )


def _words_of_left(fate: Fate) -> str:
    if fate == Fate.UNSURE:
        return _("%(grid)s is shared out: %(what)s will end unless you say who follows.")
    return _("%(grid)s: %(what)s will end, since piece %(n)s is told something else.")
