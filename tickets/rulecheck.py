"""What is wrong with the rules in force: two that contradict, one that never wins, one for nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from govgrid.core import clock
from tickets.models import RoutingRule

if TYPE_CHECKING:
    from tickets.models import RuleQuerySet

# What is beyond stays to be found once these are mended.
MOST = 200
# In square degrees, some 100 m²: what two pieces share along a border that was drawn twice.
SLIVER = 1e-8


class Kind(StrEnum):
    CONFLICTING = "conflicting"
    SHADOWED = "shadowed"
    UNREACHABLE = "unreachable"


class Finding(NamedTuple):
    """A rule, the other one where there is one, and the sentence that says what is wrong."""

    kind: Kind
    rule: RoutingRule
    other: RoutingRule | None
    sentence: str


# Two drawn pieces over each other, or two that say "any category" of one area: as specific as each
# other, with different targets. The older one wins, which nobody meant.
CONFLICTING = """
    SELECT r.id, o.id, 'drawn'
    FROM tickets_routingrule r
    JOIN grids_area a ON a.id = r.area_id AND a.path LIKE ANY(%(paths)s)
    JOIN tickets_routingrule o ON o.id > r.id AND o.valid_to IS NULL AND o.shape && r.shape
     AND o.category_id IS NOT DISTINCT FROM r.category_id
     AND (o.department_id, o.function) IS DISTINCT FROM (r.department_id, r.function)
    WHERE r.valid_to IS NULL AND r.shape IS NOT NULL
      AND ST_Area(ST_Intersection(o.shape, r.shape)) > %(sliver)s
    UNION ALL
    SELECT r.id, o.id, 'whole'
    FROM tickets_routingrule r
    JOIN grids_area a ON a.id = r.area_id AND a.path LIKE ANY(%(paths)s)
    JOIN tickets_routingrule o ON o.id > r.id AND o.valid_to IS NULL AND o.shape IS NULL
     AND o.area_id = r.area_id AND o.category_id IS NULL
     AND (o.department_id, o.function) IS DISTINCT FROM (r.department_id, r.function)
    WHERE r.valid_to IS NULL AND r.shape IS NULL AND r.category_id IS NULL
    ORDER BY 1, 2 LIMIT %(most)s
"""
# More specific ones cover all of it: rules for every grid beneath, for every category, or pieces
# drawn over the whole of it; or an older piece covers this one.
SHADOWED = """
    WITH r AS MATERIALIZED (
        SELECT x.*, a.path, a.level FROM tickets_routingrule x
        JOIN grids_area a ON a.id = x.area_id AND a.path LIKE ANY(%(paths)s)
        WHERE x.valid_to IS NULL
    ),
    deeper AS MATERIALIZED (
        SELECT r.id, r.path AS whole, da.path FROM r
        JOIN tickets_routingrule d ON d.valid_to IS NULL AND d.shape IS NULL AND d.id <> r.id
         AND d.category_id IS NOT DISTINCT FROM r.category_id
        JOIN grids_area da ON da.id = d.area_id AND da.level > r.level AND da.path LIKE r.path || '%%'
        WHERE r.shape IS NULL
    )
    SELECT r.id, NULL::bigint, 'deeper' FROM r
    WHERE r.id IN (SELECT id FROM deeper)
      AND NOT EXISTS (
        SELECT 1 FROM grids_area g
        WHERE g.level = 5 AND g.path LIKE r.path || '%%'
          AND (g.valid_to IS NULL OR g.valid_to > %(today)s)
          AND NOT EXISTS (SELECT 1 FROM deeper d WHERE d.id = r.id AND g.path LIKE d.path || '%%'))
      AND EXISTS (SELECT 1 FROM grids_area g WHERE g.level = 5 AND g.path LIKE r.path || '%%')
    UNION ALL
    SELECT r.id, NULL, 'named' FROM r
    WHERE r.shape IS NULL AND r.category_id IS NULL
      AND EXISTS (SELECT 1 FROM tickets_category WHERE is_active)
      AND NOT EXISTS (
        SELECT 1 FROM tickets_category c WHERE c.is_active AND NOT EXISTS (
            SELECT 1 FROM tickets_routingrule n
            WHERE n.valid_to IS NULL AND n.shape IS NULL AND n.category_id = c.id
              AND n.area_id = ANY(string_to_array(trim(both '.' from r.path), '.')::bigint[])))
    UNION ALL
    SELECT r.id, NULL, 'drawn' FROM r
    JOIN grids_areashape s ON s.area_id = r.area_id
    JOIN LATERAL (
        SELECT ST_Union(d.shape) AS shape FROM tickets_routingrule d
        WHERE d.valid_to IS NULL AND d.shape && s.boundary
          AND (d.category_id IS NULL OR d.category_id = r.category_id)
    ) over_it ON ST_Area(ST_Difference(s.boundary, over_it.shape)) <= %(sliver)s
    WHERE r.shape IS NULL
    UNION ALL
    SELECT r.id, o.id, 'older' FROM r
    JOIN tickets_routingrule o ON o.id < r.id AND o.valid_to IS NULL AND o.shape && r.shape
     AND o.category_id IS NOT DISTINCT FROM r.category_id
    WHERE r.shape IS NOT NULL AND ST_Area(ST_Difference(r.shape, o.shape)) <= %(sliver)s
    ORDER BY 1, 2 LIMIT %(most)s
"""
UNREACHABLE = """
    SELECT r.id, NULL::bigint,
           CASE WHEN a.valid_to <= %(today)s THEN 'area' WHEN NOT c.is_active THEN 'category'
                ELSE 'department' END
    FROM tickets_routingrule r
    JOIN grids_area a ON a.id = r.area_id AND a.path LIKE ANY(%(paths)s)
    LEFT JOIN tickets_category c ON c.id = r.category_id
    LEFT JOIN grids_department d ON d.id = r.department_id
    WHERE r.valid_to IS NULL
      AND (a.valid_to <= %(today)s OR NOT c.is_active OR NOT d.is_active)
    ORDER BY 1 LIMIT %(most)s
"""
STATEMENTS = {
    Kind.CONFLICTING: CONFLICTING,
    Kind.SHADOWED: SHADOWED,
    Kind.UNREACHABLE: UNREACHABLE,
}


def findings(paths: Sequence[str], among: RuleQuerySet) -> list[Finding]:
    """What is wrong with the rules beneath these paths, one finding a rule and kind."""
    found = [(kind, *row) for kind in Kind for row in _rows(kind, paths)]
    ids = {one for _kind, rule, other, _how in found for one in (rule, other) if one}
    rules = among.in_bulk(ids)
    said: dict[tuple[Kind, int, int | None], Finding] = {}
    for kind, rule, other, how in found:
        key = (kind, rule, other)
        if rule in rules and key not in said:
            one, beside = rules[rule], rules.get(other) if other else None
            said[key] = Finding(kind, one, beside, _sentence(kind, how, one, beside))
    return list(said.values())


def _rows(kind: Kind, paths: Sequence[str]) -> list[tuple[int, int | None, str]]:
    if not paths:
        return []
    values: dict[str, Any] = {
        "paths": [f"{path}%" for path in paths],
        "today": clock.today(),
        "most": MOST,
        "sliver": SLIVER,
    }
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[kind], values)
        return cursor.fetchall()


def _sentence(kind: Kind, how: str, rule: RoutingRule, other: RoutingRule | None) -> str:
    words = _WORDS[kind, how]()
    return words % {
        "rule": rule.code,
        "other": other.code if other else "",
        "area": rule.area.name,
        "category": str(rule.category) if rule.category else _("any category"),
        "department": rule.target_name,
        "beside": other.target_name if other else "",
    }


_WORDS: dict[tuple[Kind, str], Callable[[], str]] = {
    (Kind.CONFLICTING, "drawn"): lambda: _(
        "The pieces of %(rule)s and %(other)s lie over each other and name %(department)s and"
        " %(beside)s. The older one wins there."
    ),
    (Kind.CONFLICTING, "whole"): lambda: _(
        "%(rule)s and %(other)s both speak of any category in %(area)s and name %(department)s and"
        " %(beside)s. The older one wins."
    ),
    (Kind.SHADOWED, "deeper"): lambda: _(
        "%(rule)s never wins: every grid of %(area)s has a rule of its own for %(category)s."
    ),
    (Kind.SHADOWED, "named"): lambda: _(
        "%(rule)s never wins: for every category a rule of its own holds in %(area)s."
    ),
    (Kind.SHADOWED, "drawn"): lambda: _(
        "%(rule)s never wins: pieces drawn on the map cover all of %(area)s."
    ),
    (Kind.SHADOWED, "older"): lambda: _(
        "%(rule)s never wins: the older piece of %(other)s covers all of it."
    ),
    (Kind.UNREACHABLE, "area"): lambda: _(
        "%(rule)s decides nothing: %(area)s is no longer in force."
    ),
    (Kind.UNREACHABLE, "category"): lambda: _(
        "%(rule)s decides nothing: nothing is filed as %(category)s any more."
    ),
    (Kind.UNREACHABLE, "department"): lambda: _(
        "%(rule)s names %(department)s, which takes no tickets any more: a person decides instead."
    ),
}
