from datetime import date

from django.db import migrations

from govgrid.core import clock
from govgrid.worktime import sources
from govgrid.worktime.arithmetic import USUAL_SESSIONS

# Not published when this was written: the days by law, provisionally.
NEXT_YEAR = 2027


def fill(apps, schema_editor):
    edition = apps.get_model("worktime", "Edition").objects.create(
        made_at=clock.now(), source="shipped"
    )
    tables = {year: sources.table(year) for year in [*sources.shipped(), NEXT_YEAR]}
    CalendarDay = apps.get_model("worktime", "CalendarDay")
    CalendarDay.objects.bulk_create(
        CalendarDay(
            date=on,
            kind=day.kind.value,
            name=day.name,
            source="shipped",
            is_provisional=not table.is_published,
            since=edition,
        )
        for table in tables.values()
        for on, day in table.days.items()
    )
    apps.get_model("worktime", "Hours").objects.create(
        first_on=date(2000, 1, 1), sessions=USUAL_SESSIONS, since=edition
    )


class Migration(migrations.Migration):
    dependencies = [("worktime", "0002_calendar")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
