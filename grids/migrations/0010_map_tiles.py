from django.db import migrations, models

# In the metres of web maps: transforming while reading would take twice as long. ``middle`` is where
# a name or a count stands, and well inside.
COLUMNS = """
    ALTER TABLE grids_areashape
        ADD COLUMN g3857 geometry(MultiPolygon, 3857)
            GENERATED ALWAYS AS (ST_Transform(boundary, 3857)) STORED,
        ADD COLUMN middle geometry(Point, 3857)
            GENERATED ALWAYS AS (ST_PointOnSurface(ST_Transform(boundary, 3857))) STORED;
    CREATE INDEX areashape_g3857 ON grids_areashape USING gist (g3857);
    CREATE INDEX areashape_middle ON grids_areashape USING gist (middle);
"""
NO_COLUMNS = "ALTER TABLE grids_areashape DROP COLUMN g3857, DROP COLUMN middle"

# Once for each statement, whatever the number of rows.
EDITION = """
    CREATE FUNCTION grids_map_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO grids_mapedition (id, number)
        VALUES (1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
        ON CONFLICT (id) DO UPDATE SET number =
            greatest(grids_mapedition.number + 1, excluded.number);
        RETURN NULL;
    END $$;
    CREATE TRIGGER areashape_changes_the_map
        AFTER INSERT OR UPDATE OR DELETE ON grids_areashape
        FOR EACH STATEMENT EXECUTE FUNCTION grids_map_changed();
    CREATE TRIGGER area_changes_the_map
        AFTER INSERT OR DELETE OR UPDATE OF code, name, kind, level, valid_from, valid_to
        ON grids_area FOR EACH STATEMENT EXECUTE FUNCTION grids_map_changed();
"""
NO_EDITION = """
    DROP TRIGGER area_changes_the_map ON grids_area;
    DROP TRIGGER areashape_changes_the_map ON grids_areashape;
    DROP FUNCTION grids_map_changed();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("grids", "0009_files_brought"),
    ]

    operations = [
        migrations.CreateModel(
            name="MapEdition",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(verbose_name="number")),
            ],
            options={
                "verbose_name": "edition of the map",
                "verbose_name_plural": "edition of the map",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)),
                        name="mapedition_one_row",
                        violation_error_message="There is one edition of the map.",
                    )
                ],
            },
        ),
        migrations.RunSQL(COLUMNS, NO_COLUMNS),
        migrations.RunSQL(EDITION, NO_EDITION),
    ]
