"""Levels and steps up, reasons of routing rules and what they succeed, the months by level."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from opencc import OpenCC


# What was settled by who works in the very grid, before tickets had a level.
ON_THE_SPOT = """
    UPDATE tickets_ticket t SET level = 'grid'
    FROM tickets_ticketevent e
    JOIN grids_post p ON p.user_id = e.by_id AND p.period @> (e.at AT TIME ZONE 'Asia/Shanghai')::date
    WHERE e.verb = 'settle' AND e.ticket_id = t.id AND p.area_id = t.grid_id
      AND t.state IN ('handled', 'verified', 'closed')
"""
# A rule that began in the moment in which one about the very same ended took its place.
SUCCESSIONS = """
    UPDATE tickets_routingrule r SET succeeds_id = (
        SELECT max(o.id) FROM tickets_routingrule o
        WHERE o.id < r.id AND o.valid_to = r.valid_from AND o.area_id = r.area_id
          AND o.category_id IS NOT DISTINCT FROM r.category_id
          AND (o.shape IS NULL AND r.shape IS NULL OR ST_Equals(o.shape, r.shape)))
"""


# What govgrid.core.text does to a text, for what the database alone knows of a ticket: its place.
# Character by character, where OpenCC also looks at phrases; names of places have none of those.
# translate() looks each character up in all 3,761 of them, 0.4 ms a name; nearly every name has none.
# In PL/pgSQL, as the two below: it keeps its plans for a connection, where SQL was planned anew in
# every statement, 0.6 ms of a filing.
FOLD = """
    CREATE FUNCTION tickets_fold(words text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
    DECLARE
        plain text := lower(normalize(words, NFKC));
    BEGIN
        IF plain ~ '[{traditional}]' THEN
            RETURN translate(plain, '{traditional}', '{simplified}');
        END IF;
        RETURN plain;
    END $$
"""
PIECES = """
    CREATE FUNCTION tickets_pieces(folded text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ BEGIN
        RETURN (SELECT coalesce(array_agg(DISTINCT piece), '{}') FROM (
            SELECT unnest(CASE
                WHEN w ~ '^[a-z0-9]+$' AND length(w) > 1 THEN ARRAY[w, substr(w, i, 2)]
                ELSE ARRAY[substr(w, i, 2)] END) AS piece
            FROM regexp_matches(folded, '[a-z0-9]+|[^a-z0-9_[:space:][:punct:]]+', 'g') m (run)
            CROSS JOIN LATERAL (SELECT run[1] AS w) one
            CROSS JOIN LATERAL generate_series(1, greatest(length(w) - 1, 1)) i
        ) pieces);
    END $$
"""
# Grid, community and street by the names that they bear; what stands there and is meant; and the
# compound around the pin, or close to it where no outline is known.
PLACE_WORDS = """
    CREATE FUNCTION tickets_place_words(
        grid bigint, community bigint, street bigint, facility bigint, pin geometry
    ) RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN
        RETURN tickets_pieces((SELECT string_agg(names.name, ' ') FROM (
            -- What an area's name was folded to is kept with it, its initials behind: folding three
            -- names takes 0.45 ms of a filing.
            SELECT CASE WHEN a.folded = '' THEN tickets_fold(a.name)
                        ELSE regexp_replace(a.folded, ' [^ ]*$', '') END AS name
            FROM grids_area a WHERE a.id IN (grid, community, street)
            UNION ALL
            SELECT tickets_fold(concat_ws(' ', f.name, c.name, f.code))
            FROM grids_facility f JOIN grids_facilityclass c ON c.id = f.facility_class_id
            WHERE f.id = facility
            UNION ALL
            SELECT tickets_fold(c.name) FROM grids_compound c
            WHERE c.community_id = community AND pin IS NOT NULL
              AND CASE WHEN c.outline IS NULL
                       THEN ST_DWithin(c.point::geography, pin::geography, 60)
                       ELSE ST_Covers(c.outline, pin) END
        ) names));
    END $$
"""
DROP = """
    DROP FUNCTION tickets_place_words(bigint, bigint, bigint, bigint, geometry);
    DROP FUNCTION tickets_pieces(text);
    DROP FUNCTION tickets_fold(text);
"""
# The ideographs that have another form in simplified script.
IDEOGRAPHS = (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))


def make_functions(apps, schema_editor):
    """The table of characters comes from the very OpenCC that queries are folded by."""
    simplify = OpenCC("t2s").convert
    pairs = [(chr(one), simplify(chr(one))) for one in IDEOGRAPHS]
    other = [(one, to) for one, to in pairs if one != to and len(to) == 1]
    given, wanted = ("".join(side) for side in zip(*other, strict=True))
    fold = FOLD.replace("{traditional}", given).replace("{simplified}", wanted)
    for statement in (fold, PIECES, PLACE_WORDS):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ("tickets", "0012_fair_time_and_rulings"),
        ('grids', '0013_offices_only'),
        ('tickets', '0011_what_stands_there'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Escalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_level', models.CharField(choices=[('grid', 'On the spot'), ('community', 'Community'), ('street', 'Street'), ('district', 'District')], max_length=10, verbose_name='from level')),
                ('to_level', models.CharField(choices=[('grid', 'On the spot'), ('community', 'Community'), ('street', 'Street'), ('district', 'District')], max_length=10, verbose_name='to level')),
                ('tried', models.TextField(blank=True, max_length=1000, verbose_name='what was tried')),
                ('missing_power', models.TextField(blank=True, max_length=500, verbose_name='which power is missing')),
                ('cause', models.CharField(choices=[('hand', 'by hand, with reasons'), ('red', 'by itself: a red card'), ('unsolved', 'by itself: called unsolved again')], max_length=10, verbose_name='cause')),
                ('at', models.DateTimeField(verbose_name='when')),
                (
                    'by',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'ticket',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='tickets.ticket'),
                ),
            ],
            options={
                'verbose_name': 'step up a level',
                'verbose_name_plural': 'steps up a level',
                'ordering': ['pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('from_level', 'community'), ('to_level', 'street')), models.Q(('from_level', 'street'), ('to_level', 'district')), _connector='OR'), name='escalation_one_step_up', violation_error_message='A ticket goes up one level at a time, and never down.'),
                    models.UniqueConstraint(fields=('ticket', 'to_level'), name='escalation_each_step_once', violation_error_message='This ticket was taken up to there already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', False), ('cause', 'hand'), models.Q(('tried', ''), _negated=True), models.Q(('missing_power', ''), _negated=True)), models.Q(('by', None), models.Q(('cause', 'hand'), _negated=True)), _connector='OR'), name='escalation_by_hand_or_with_a_cause', violation_error_message='A person says what was tried and which power is missing; the system names a cause.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='LevelTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='Its first day.', verbose_name='month')),
                ('filed', models.PositiveIntegerField(default=0, verbose_name='filed')),
                ('whistles', models.PositiveIntegerField(default=0, verbose_name='whistles')),
                ('on_the_spot', models.PositiveIntegerField(default=0, verbose_name='settled on the spot')),
                ('by_community', models.PositiveIntegerField(default=0, verbose_name='settled by the community')),
                ('by_street', models.PositiveIntegerField(default=0, verbose_name='settled by the street')),
                ('by_district', models.PositiveIntegerField(default=0, verbose_name='settled by the district')),
                (
                    'community',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='grids.area'),
                ),
                (
                    'district',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='grids.area'),
                ),
                (
                    'grid',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='grids.area'),
                ),
                (
                    'street',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='grids.area'),
                ),
            ],
            options={
                'verbose_name': 'a month of a grid by level',
                'verbose_name_plural': 'months of grids by level',
                "indexes": [
                    models.Index(fields=['district', 'month'], name='leveltally_district'),
                    models.Index(fields=['street', 'month'], name='leveltally_street'),
                    models.Index(fields=['community', 'month'], name='leveltally_community'),
                    models.Index(fields=['grid', 'month'], name='leveltally_grid'),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=('month', 'district', 'street', 'community', 'grid'), name='leveltally_once_a_month', violation_error_message='This month is counted already.'),
                    models.CheckConstraint(condition=models.Q(('whistles__lte', models.F('filed'))), name='leveltally_whistles_are_tickets', violation_error_message='A whistle is a ticket.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='routingrule',
            name='end_reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='reason for the end'),
        ),
        migrations.AddField(
            model_name='routingrule',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=200, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='routingrule',
            name='succeeds',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successors', to='tickets.routingrule', verbose_name='succeeds'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='level',
            field=models.CharField(choices=[('grid', 'On the spot'), ('community', 'Community'), ('street', 'Street'), ('district', 'District')], db_default='community', default='community', max_length=10, verbose_name='level'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('level__in', ['street', 'district'])), fields=['district', 'level', '-id'], name='ticket_up_district'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('level__in', ['street', 'district'])), fields=['street', 'level', '-id'], name='ticket_up_street'),
        ),
        migrations.RunSQL([ON_THE_SPOT, SUCCESSIONS], migrations.RunSQL.noop),
        migrations.RunPython(
            make_functions, lambda _apps, editor: editor.execute(DROP, params=None)
        ),
    ]
