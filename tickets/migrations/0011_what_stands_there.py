"""A ticket may name what stands there. Few do, so the index holds those alone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0012_people_duties_layers"),
        ("tickets", "0010_tickets_on_the_map"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="facility",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tickets",
                to="grids.facility",
                verbose_name="facility",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("facility__isnull", False)),
                fields=["facility", "-id"],
                name="ticket_facility",
            ),
        ),
    ]
