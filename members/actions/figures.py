"""Publishing the figures of a quarter that is over, once and for good."""

from __future__ import annotations

from django.db import connection, transaction

from govgrid.core import clock
from grids.models import Area, Level
from members import figures
from members.models import FigureRow


@transaction.atomic
def freeze_figures(*, by: None) -> int:
    """Count the last quarter that is over, where that is not done yet. Safe to run again.

    What was published stays; who is erased afterwards is still in the count of that time.
    """
    quarter = figures.last_over(clock.today())
    districts = Area.objects.in_force().filter(level=Level.DISTRICT).order_by("pk")
    done = set(
        FigureRow.objects.filter(quarter=quarter.begin, position=0).values_list("area", "table")
    )
    owed = [
        (district, table)
        for district in districts
        for table in figures.tables()
        if (district.pk, table.name) not in done
    ]
    if not owed:
        return 0
    with connection.cursor() as cursor:
        # Two workers would count the same quarter at two moments.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('members.figures'))")
    rows = [row for district, table in owed for row in figures.cells(table, district, quarter)]
    return len(FigureRow.objects.bulk_create(rows, ignore_conflicts=True))
