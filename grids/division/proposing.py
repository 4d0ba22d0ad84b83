"""What a proposal divides and what comes of it: blocks with cells, a solver in a process, pieces.

A block is a building's homes at a point, or a whole compound. Its cell is the ground that is nearer
to it than to any other; a compound's cell holds all of the compound, so that no border cuts it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids.division import cutting
from grids.division.reading import ground_of
from grids.division.sizes import Range, ranges
from grids.models import Area, Block, Division, Piece

SOLVER = Path(__file__).with_name("solver.py")
# The clock on the wall; the solver has a limit of its own on processor time.
PATIENCE = 240
# What the solver may know of where it runs: no keys and no address of a database.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")
# One thread: it shares the machine with whoever files a report.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
MOST_BLOCKS = 3000
MOST_GRIDS = 60

# Corners along a compound's border stand in for it among the points: its cell then follows it.
CELLS = """
    DROP TABLE IF EXISTS division_cells;
    CREATE TEMPORARY TABLE division_cells AS
    WITH ground AS (SELECT ST_GeomFromEWKB(%(ground)s) AS shape),
    compounds AS (
        SELECT c.id, c.household_count,
               ST_CollectionExtract(ST_Intersection(c.outline, ground.shape), 3) AS shape,
               (SELECT sum(b.household_count) FROM grids_block b
                WHERE b.division_id = %(division)s AND ST_Covers(c.outline, b.point)) AS counted
        FROM grids_compound c, ground
        WHERE ST_Intersects(c.outline, ground.shape)
          AND (c.retired_on IS NULL OR c.retired_on > %(on)s)
    ),
    -- One that has more households than a grid may have is divided, where its homes are known.
    kept AS (
        SELECT id, coalesce(counted, household_count, 0) AS households, shape FROM compounds
        WHERE NOT ST_IsEmpty(shape)
          AND (coalesce(counted, household_count, 0) <= %(most)s OR counted IS NULL)
    ),
    alone AS (
        SELECT k.id, k.households, ST_CollectionExtract(CASE WHEN u.shape IS NULL THEN k.shape
               ELSE ST_Difference(k.shape, u.shape) END, 3) AS shape
        FROM kept k, LATERAL (SELECT ST_Union(o.shape) AS shape FROM kept o
                              WHERE o.id < k.id AND ST_Intersects(o.shape, k.shape)) u
    ),
    loose AS (
        SELECT b.id, b.household_count AS households, b.point FROM grids_block b, ground
        WHERE b.division_id = %(division)s AND ST_Covers(ground.shape, b.point)
          AND NOT EXISTS (SELECT 1 FROM kept k WHERE ST_Covers(k.shape, b.point))
    ),
    -- Homes at the very same point are one block.
    units AS (
        SELECT 'c' || id AS unit, households, ST_PointOnSurface(shape) AS middle, shape FROM alone
        WHERE NOT ST_IsEmpty(shape)
        UNION ALL
        SELECT 'b' || min(id), sum(households), point, NULL FROM loose GROUP BY point
    ),
    seeds AS (
        SELECT unit, middle AS point FROM units WHERE shape IS NULL
        UNION ALL
        SELECT unit, (ST_DumpPoints(ST_Segmentize(ST_Boundary(shape), 0.0004))).geom FROM units
        WHERE shape IS NOT NULL
    ),
    voronoi AS (
        SELECT (ST_Dump(ST_VoronoiPolygons(
            (SELECT ST_Collect(point) FROM seeds), 0, ST_Expand(ground.shape, 0.001)))).geom AS cell
        FROM ground
    ),
    owned AS (
        SELECT DISTINCT ON (v.cell) s.unit, v.cell
        FROM voronoi v JOIN seeds s ON ST_Covers(v.cell, s.point) ORDER BY v.cell, s.unit
    ),
    built AS (SELECT ST_Union(shape) AS shape FROM units WHERE shape IS NOT NULL),
    around AS (
        SELECT o.unit, ST_Union(ST_Intersection(o.cell, ground.shape)) AS shape
        FROM owned o, ground GROUP BY o.unit
    )
    SELECT u.unit, u.households::float AS households, u.middle,
           ST_ReducePrecision(ST_CollectionExtract(ST_MakeValid(CASE
               WHEN built.shape IS NULL THEN a.shape
               WHEN u.shape IS NULL THEN ST_Difference(a.shape, built.shape)
               ELSE ST_Union(u.shape, ST_Difference(a.shape, built.shape)) END), 3), 1e-8) AS cell
    FROM units u JOIN around a USING (unit), built;
    CREATE INDEX ON division_cells USING gist (cell);
    ANALYZE division_cells
"""

# Metres on a plane that touches the globe in the middle of the community: exact to a centimetre.
BLOCKS = """
    SELECT unit, households,
           (ST_X(middle) - %(lon)s) * 111320 * cos(radians(%(lat)s)),
           (ST_Y(middle) - %(lat)s) * 110574
    FROM division_cells WHERE NOT ST_IsEmpty(cell) ORDER BY unit
"""

BESIDE = """
    SELECT one.unit, other.unit, ST_Length(ST_CollectionExtract(ST_Intersection(
               one.cell, ST_Buffer(other.cell, 2e-8, 'quad_segs=1')), 2)::geography)
           + sqrt(ST_Area(ST_Intersection(one.cell,
               ST_Buffer(other.cell, 1e-6, 'quad_segs=1'))::geography)) AS metres
    FROM division_cells one JOIN division_cells other
      ON one.unit < other.unit AND ST_DWithin(one.cell, other.cell, 2e-8)
"""

PIECES = """
    SELECT grid, ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_ReducePrecision(
               ST_Union(cell), 1e-8), 3))), round(sum(households))::int,
           ST_Area(ST_Union(cell)::geography), ST_Perimeter(ST_Union(cell)::geography)
    FROM division_cells JOIN unnest(%s::text[], %s::int[]) AS found(of_unit, grid)
      ON of_unit = unit
    GROUP BY grid ORDER BY grid
"""


class SolverFailed(Refused):
    """The solver found nothing in its time."""


@dataclass(frozen=True)
class Proposed:
    """Pieces as :func:`grids.actions.drawing.take_over` takes them, and how good they are."""

    pieces: list[dict[str, Any]]
    figures: dict[str, float]


def propose(division: Division, count: int, say: Callable[[int], None]) -> Proposed:
    """Balanced, compact grids for the community of a draft; ``count`` 0: as many as fit.

    Reads only; takes seconds. ``say`` is told the percentage.
    """
    asked = ranges(division.community)[Area.Kind.BASIC.value]
    # No transaction round it: it takes seconds, and what is told meanwhile is to be seen.
    plan, units = _plan(division, count, asked)
    try:
        return _pieces(division, units, _solved(plan, say), asked)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS division_cells")


def _plan(division: Division, count: int, asked: Range) -> tuple[dict[str, Any], list[str]]:
    ground = ground_of(division.community)
    if ground is None:
        raise Refused("no_outline", _("Nothing is known of where this community lies."))
    middle = ground.centroid
    given: dict[str, Any] = {
        "ground": ground.ewkb,
        "division": division.pk,
        "on": clock.today(),
        "most": asked.most,
        "lon": middle.x,
        "lat": middle.y,
    }
    with connection.cursor() as cursor:
        cursor.execute(CELLS, given)
        cursor.execute(BLOCKS, given)
        blocks = cursor.fetchall()
        cursor.execute(BESIDE)
        beside = cursor.fetchall()
    households = sum(row[1] for row in blocks)
    if not households:
        raise Refused("no_homes", _("How many households live where is not known: bring them in."))
    count = min(count or max(1, round(households / asked.middle)), len(blocks))
    if count > MOST_GRIDS:
        raise Refused("too_many_grids", _("That would be more than 60 grids."))
    units = [row[0] for row in blocks]
    place = {unit: n for n, unit in enumerate(units)}
    edges = [
        (place[one], place[other], metres)
        for one, other, metres in beside
        if one in place and other in place
    ]
    return {
        "points": [(row[2], row[3]) for row in blocks],
        "weights": [row[1] for row in blocks],
        "edges": edges,
        "count": count,
        "least": asked.least,
        "most": asked.most,
    }, units


def _solved(plan: dict[str, Any], say: Callable[[int], None]) -> list[int]:
    """What the solver answers; it is ended when its time is over."""
    env = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | ONE_THREAD
    # One that is killed leaves a pipe nobody reads, which is closed once more on leaving, or half
    # a line.
    with (
        suppress(BrokenPipeError, json.JSONDecodeError),
        subprocess.Popen(  # noqa: S603
            [sys.executable, str(SOLVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
            text=True,
        ) as solver,
    ):
        alarm = threading.Timer(PATIENCE, solver.kill)
        alarm.start()
        try:
            assert solver.stdin is not None and solver.stdout is not None  # noqa: S101, PT018
            json.dump(plan, solver.stdin)
            solver.stdin.close()
            for line in solver.stdout:
                told = json.loads(line)
                if "grids" in told:
                    return told["grids"]
                say(told["percent"])
        finally:
            alarm.cancel()
            solver.kill()  # it has answered, or nobody waits for it any more
    raise SolverFailed("solver_failed", _("No proposal was found in time. Ask for other grids."))


def _pieces(division: Division, units: list[str], found: list[int], asked: Range) -> Proposed:
    with connection.cursor() as cursor:
        cursor.execute(PIECES, [units, found])
        rows = cursor.fetchall()
    drawn = [
        {"outline": _shape(wkb), "household_count": households, "keeps_id": None}
        for _grid, wkb, households, _area, _around in rows
    ]
    _keep(division, drawn)
    counts = [row[2] for row in rows]
    share = sum(counts) / len(counts)
    # 4πA/P²: 1 for a circle, 0.79 for a square.
    round_ness = [12.566 * area / around**2 for *_row, area, around in rows]
    return Proposed(
        drawn,
        {
            "grids": len(counts),
            "least": min(counts),
            "most": max(counts),
            "off": round(100 * max(abs(one - share) for one in counts) / share),
            "in_range": sum(one in asked for one in counts),
            "compactness": round(sum(round_ness) / len(round_ness), 2),
        },
    )


def _shape(wkb: Any) -> MultiPolygon:
    return GEOSGeometry(memoryview(wkb))  # type: ignore[return-value]


def _keep(division: Division, drawn: list[dict[str, Any]]) -> None:
    """Each present grid goes on in the piece that takes most of it, each piece keeps one at most."""
    pieces = [one for one in Piece.objects.shown(division) if one.keeps_id and not one.is_special]
    shared = sorted(
        (
            (-cutting.overlap(new["outline"], old.outline), n, old.keeps_id)
            for n, new in enumerate(drawn)
            for old in pieces
            if new["outline"].envelope.intersects(old.outline.envelope)
        ),
    )
    taken: set[int | None] = set()
    for area, n, keeps in shared:
        if area < 0 and drawn[n]["keeps_id"] is None and keeps not in taken:
            drawn[n]["keeps_id"] = keeps
            taken.add(keeps)


def has_homes(division: Division) -> bool:
    """Whether anything is known that a proposal could divide."""
    return Block.objects.filter(division=division).exists() or (
        division.community.compounds.filter(household_count__gt=0).exists()  # type: ignore[attr-defined]
    )
