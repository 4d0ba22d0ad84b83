"""Notes, replies ready to hand, saved searches, and the colleague who handles a department's part.

A merged ticket leads no other one: the database itself refuses a chain or a cycle.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


# AFTER, so that rows of one statement see each other. The lock on the other ticket makes a rival
# that merges it away wait, or one of the two is ended as a deadlock: never are both merged.
MERGES = """
CREATE FUNCTION tickets_merge_is_flat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM tickets_ticket
        WHERE id = NEW.merged_into_id AND merged_into_id IS NULL FOR SHARE;
    -- Nothing was merged into a row that is new but by rows that are checked themselves; a load of
    -- a million has no index to look it up in.
    IF NOT FOUND OR TG_OP = 'UPDATE'
            AND EXISTS (SELECT 1 FROM tickets_ticket WHERE merged_into_id = NEW.id) THEN
        RAISE EXCEPTION 'A merged ticket leads no other one.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ticket_merge_is_flat';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_merge_is_flat AFTER INSERT OR UPDATE OF merged_into_id ON tickets_ticket
    FOR EACH ROW WHEN (NEW.merged_into_id IS NOT NULL) EXECUTE FUNCTION tickets_merge_is_flat();
"""
DROP_MERGES = """
DROP TRIGGER tickets_merge_is_flat ON tickets_ticket;
DROP FUNCTION tickets_merge_is_flat();
"""
NOTES = """
CREATE TRIGGER tickets_note_is_kept BEFORE UPDATE OR DELETE ON tickets_note
    FOR EACH ROW EXECUTE FUNCTION tickets_history_is_kept();
"""
DROP_NOTES = "DROP TRIGGER tickets_note_is_kept ON tickets_note;"


class Migration(migrations.Migration):

    dependencies = [
        ("tickets", "0014_supervision"),
        ('grids', '0013_offices_only'),
        ('tickets', '0011_what_stands_there'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField(default=uuid.uuid4)),
                ('at', models.DateTimeField(verbose_name='when')),
                ('text', models.TextField(max_length=2000, verbose_name='note')),
                (
                    'by',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
                ),
                (
                    'ticket',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='tickets.ticket'),
                ),
            ],
            options={
                'verbose_name': 'internal note',
                'verbose_name_plural': 'internal notes',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['ticket', 'id'], name='note_of_ticket'),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=('by', 'client_id'), name='note_client_id_once_a_writer', violation_error_message='This client id was used before.'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='note_says_something', violation_error_message='Write something.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ReplyTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(blank=True, max_length=30, verbose_name='move')),
                ('title', models.CharField(max_length=40, verbose_name='title')),
                ('text', models.TextField(max_length=500, verbose_name='text')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_to', models.DateTimeField(blank=True, null=True, verbose_name='valid to')),
                (
                    'area',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area'),
                ),
                (
                    'created_by',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
                ),
                (
                    'department',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.department', verbose_name='department'),
                ),
                (
                    'ended_by',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by'),
                ),
            ],
            options={
                'verbose_name': 'reply template',
                'verbose_name_plural': 'reply templates',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(condition=models.Q(('valid_to', None)), fields=['area'], name='template_of_area'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('area__isnull', False), ('department', None)), models.Q(('area', None), ('department__isnull', False)), _connector='OR'), name='template_of_an_area_or_a_department', violation_error_message='A template belongs to an area or to a department.'),
                    models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('area', 'department', 'move', 'title'), name='template_one_of_a_title_in_force', nulls_distinct=False, violation_error_message='A template of this title is in force.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('title__regex', '[<>]'), _negated=True), models.Q(('text__regex', '[<>]|[{][{%]'), _negated=True)), name='template_is_plain_text', violation_error_message='Write plain words, without < and >.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_by__isnull', True), ('valid_to__isnull', True)), models.Q(('ended_by__isnull', False), ('valid_to__isnull', False)), _connector='OR'), name='template_ended_by_someone', violation_error_message='These go together or not at all.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField(editable=False)),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('query', models.CharField(max_length=600, verbose_name='filters')),
                ('saved_at', models.DateTimeField(verbose_name='saved at')),
                (
                    'owner',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                'verbose_name': 'saved search',
                'verbose_name_plural': 'saved searches',
                'ordering': ['place'],
                "constraints": [
                    models.UniqueConstraint(fields=('owner', 'place'), name='search_one_a_place', violation_error_message='Another search was saved this very moment.'),
                    models.UniqueConstraint(fields=('owner', 'name'), name='search_one_of_a_name', violation_error_message='You have a search of this name.'),
                    models.CheckConstraint(condition=models.Q(('place__gte', 1), ('place__lte', 20)), name='search_twenty_at_most', violation_error_message='Twenty searches can be saved. Delete one first.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='assignment',
            name='handler',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handler'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('handler__isnull', False)), fields=['handler', '-ticket'], name='assignment_handler'),
        ),
        migrations.RunSQL(MERGES, DROP_MERGES),
        migrations.RunSQL(NOTES, DROP_NOTES),
    ]
