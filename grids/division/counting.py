"""Households by the blocks of homes that a draft was given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.gis.geos import MultiPolygon
from django.db import connection

from grids.models import Block, Division, Piece
from grids.telling import tell_parts

HOUSEHOLDS = """
    SELECT n.at, coalesce(sum(b.household_count), 0)::int
    FROM unnest(%s::bytea[]) WITH ORDINALITY AS n(wkb, at)
    LEFT JOIN grids_block b
      ON b.division_id = %s AND ST_Covers(ST_GeomFromEWKB(n.wkb), b.point)
    GROUP BY n.at ORDER BY n.at
"""


def households_in(division: Division, outlines: Sequence[MultiPolygon]) -> list[int] | None:
    """Households by the blocks of homes of this draft; None where it has none."""
    if not Block.objects.filter(division=division).exists():
        return None
    with connection.cursor() as cursor:
        cursor.execute(HOUSEHOLDS, [[one.ewkb for one in outlines], division.pk])
        return [count for _at, count in cursor.fetchall()]


def told_of(pieces: Iterable[Piece]) -> dict[int, str]:
    """By number what may be told of the households of each piece; none of one that is not known."""
    known = {one.number: one.household_count for one in pieces if one.household_count is not None}
    return {number: told.words for number, told in tell_parts(known).items()}
