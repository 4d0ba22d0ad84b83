"""Which reports somebody of the place looks at before they are routed: where the conditions of the
category say so, and who filed it was not there."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from govgrid.core import clock
from govgrid.core.prepared import Prepared
from grids import roles

# A whistle is blown by somebody who was there or who answers for the place. Terms are those that
# held when it was filed, the district's own before those for everywhere. IS TRUE keeps the index of
# periods out: of a day that it does not know the planner expects 26 posts, and 11,000 are held.
NEEDED = Prepared(
    "first_look",
    """
    SELECT t.id FROM tickets_ticket t
    CROSS JOIN LATERAL (
        SELECT c.checks_first FROM tickets_categoryterms c
        WHERE c.category_id = t.category_id AND (c.area_id IS NULL OR c.area_id = t.district_id)
          AND c.valid_from <= t.filed_at AND (c.valid_to IS NULL OR c.valid_to > t.filed_at)
        ORDER BY c.area_id NULLS LAST, c.id DESC LIMIT 1
    ) terms
    WHERE t.id = ANY(%(ids)s) AND terms.checks_first AND t.whistle_kind = ''
      AND NOT EXISTS (SELECT 1 FROM tickets_check k WHERE k.ticket_id = t.id)
      AND NOT EXISTS (
        SELECT 1 FROM grids_post p
        WHERE p.user_id = t.filed_by_id AND p.role = ANY(%(roles)s)
          AND (p.period @> %(today)s) IS TRUE
          AND p.area_id IN (t.grid_id, t.community_id, t.street_id, t.district_id))
    ORDER BY t.id
    """,
    ids="bigint[]",
    roles="text[]",
    today="date",
)


def needed(ticket_ids: Collection[int]) -> set[int]:
    """Those of these tickets that wait for a look. One statement, however many."""
    values = {
        "ids": list(ticket_ids),
        "roles": sorted(roles.holding("tickets.check")),
        "today": clock.today(),
    }
    with connection.cursor() as cursor:
        NEEDED.execute(cursor, values)
        return {pk for (pk,) in cursor.fetchall()}
