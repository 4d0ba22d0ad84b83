"""Registers are found by an index of their words, and the numbers of households have an edition."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

from grids.models import Compound, Facility, Organisation, ServicePoint
from grids.models.phones import office_only
from grids.models.register import SearchWords, words_of

FOUND = (Compound, Facility, Organisation, ServicePoint)
AT_A_TIME = 2000

# Once for each statement. What may be told of numbers of households is worked out once an edition.
EDITION = """
    CREATE FUNCTION grids_households_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE moment bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    BEGIN
        INSERT INTO grids_mapedition (id, number, households) VALUES (1, moment, moment)
        ON CONFLICT (id) DO UPDATE SET households =
            greatest(grids_mapedition.households + 1, excluded.households);
        RETURN NULL;
    END $$;
    CREATE TRIGGER area_changes_households
        AFTER INSERT OR DELETE OR UPDATE OF household_count, path, kind, valid_from, valid_to
        ON grids_area FOR EACH STATEMENT EXECUTE FUNCTION grids_households_changed();
    CREATE TRIGGER compound_changes_households
        AFTER INSERT OR DELETE OR UPDATE OF household_count, community_id, retired_on
        ON grids_compound FOR EACH STATEMENT EXECUTE FUNCTION grids_households_changed();
    CREATE TRIGGER areacount_changes_households
        AFTER INSERT OR DELETE OR UPDATE OF number, area_id
        ON grids_areacount FOR EACH STATEMENT EXECUTE FUNCTION grids_households_changed();
"""
NO_EDITION = """
    DROP TRIGGER areacount_changes_households ON grids_areacount;
    DROP TRIGGER compound_changes_households ON grids_compound;
    DROP TRIGGER area_changes_households ON grids_area;
    DROP FUNCTION grids_households_changed();
"""


def fill(apps, schema_editor):
    """Every later writing of a row does it by itself."""
    for real in FOUND:
        model = apps.get_model("grids", real.__name__)
        waiting = []
        for row in model.objects.only("pk", *real.found_by).iterator(chunk_size=AT_A_TIME):
            row.words = words_of(*(getattr(row, name) for name in real.found_by))
            waiting.append(row)
            if len(waiting) == AT_A_TIME:
                model.objects.bulk_update(waiting, ["words"])
                waiting = []
        model.objects.bulk_update(waiting, ["words"])


def added(name):
    return migrations.AddField(name, "words", SearchWords())


def indexed(name):
    return migrations.AddIndex(name, GinIndex(fields=["words"], name=f"{name}_words"))


class Migration(migrations.Migration):

    dependencies = [
        ("grids", "0013_offices_only"),
    ]

    operations = [
        *(added(real.__name__.lower()) for real in FOUND),
        migrations.RunPython(fill, migrations.RunPython.noop),
        *(indexed(real.__name__.lower()) for real in FOUND),
        migrations.AddField(
            "mapedition",
            "households",
            models.BigIntegerField("edition of the numbers of households", default=0, db_default=0),
        ),
        migrations.RunSQL(EDITION, NO_EDITION),
        migrations.AlterField(
            "department",
            "office_phone",
            models.CharField("office phone", max_length=30, blank=True, validators=[office_only]),
        ),
        migrations.AddField(
            "duty",
            "client_id",
            models.UUIDField("client id", null=True, blank=True, editable=False),
        ),
        migrations.AddConstraint(
            "duty",
            models.UniqueConstraint(
                fields=["proposed_by", "client_id"],
                name="duty_client_id_once_a_caller",
                violation_error_message="This client id was used before.",
            ),
        ),
    ]
