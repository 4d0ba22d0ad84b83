"""Fills what names are found by. Every later writing of a name does it by itself."""

from django.db import migrations

from grids.models.area import fold


def fill(apps, schema_editor):
    Area = apps.get_model("grids", "Area")
    waiting = []
    for area in Area.objects.only("pk", "name").iterator():
        area.folded = fold(area.name)
        waiting.append(area)
    Area.objects.bulk_update(waiting, ["folded"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("grids", "0007_registers_of_places"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
