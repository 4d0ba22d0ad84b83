"""Dated steps of a plan, joint meetings, and minutes that nobody changes once they are out."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

FROZEN = """
-- Minutes that were published are what was said: the meeting, its agenda, its seats and decisions.
CREATE FUNCTION tickets_meeting_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Published minutes are kept as they are.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER tickets_meeting_is_kept BEFORE UPDATE OR DELETE ON tickets_meeting
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION tickets_meeting_is_kept();

CREATE FUNCTION tickets_minutes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    meeting bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.meeting_id ELSE NEW.meeting_id END;
    published timestamptz;
BEGIN
    -- FOR KEY SHARE would not wait for a publishing that is under way.
    SELECT m.published_at INTO published FROM tickets_meeting m WHERE m.id = meeting FOR SHARE;
    IF published IS NOT NULL THEN
        RAISE EXCEPTION 'Published minutes are kept as they are.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER tickets_agenda_is_kept BEFORE INSERT OR UPDATE OR DELETE ON tickets_agendaitem
    FOR EACH ROW EXECUTE FUNCTION tickets_minutes_are_kept();
CREATE TRIGGER tickets_seat_is_kept BEFORE INSERT OR UPDATE OR DELETE ON tickets_seat
    FOR EACH ROW EXECUTE FUNCTION tickets_minutes_are_kept();
CREATE TRIGGER tickets_decision_is_kept BEFORE INSERT OR UPDATE OR DELETE ON tickets_decision
    FOR EACH ROW EXECUTE FUNCTION tickets_minutes_are_kept();
"""
THAWED = """
DROP TRIGGER tickets_decision_is_kept ON tickets_decision;
DROP TRIGGER tickets_seat_is_kept ON tickets_seat;
DROP TRIGGER tickets_agenda_is_kept ON tickets_agendaitem;
DROP FUNCTION tickets_minutes_are_kept();
DROP TRIGGER tickets_meeting_is_kept ON tickets_meeting;
DROP FUNCTION tickets_meeting_is_kept();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("tickets", "0016_conditions_checks_callbacks"),
        ('grids', '0013_offices_only'),
        ('tickets', '0011_what_stands_there'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.CharField(max_length=200, verbose_name='item')),
            ],
            options={
                'verbose_name': 'agenda item',
                'verbose_name_plural': 'agenda items',
                'ordering': ['position'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='agenda_item_has_words', violation_error_message='Say what is talked over.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=200, verbose_name='what was decided')),
                ('becomes', models.CharField(choices=[('note', 'Noted'), ('milestone', 'A milestone of the department'), ('help', 'The department helps'), ('lead', 'The department leads')], max_length=10, verbose_name='becomes')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='by')),
                ('made_at', models.DateTimeField(verbose_name='written at')),
                (
                    'assignment',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.assignment'),
                ),
                (
                    'department',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.department'),
                ),
                (
                    'item',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='tickets.agendaitem'),
                ),
                (
                    'made_by',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
                'ordering': ['pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='decision_has_words', violation_error_message='Say what was decided.'),
                    models.CheckConstraint(condition=models.Q(('becomes', 'note'), ('department__isnull', False), _connector='OR'), name='decision_names_whom_it_binds', violation_error_message='Choose the department that it binds.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(choices=[('site', 'Meeting at the place'), ('street', 'Joint meeting of the street'), ('district', 'Joint meeting of the district')], max_length=10, verbose_name='kind')),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('place', models.CharField(max_length=120, verbose_name='place')),
                ('called_at', models.DateTimeField(verbose_name='called at')),
                ('minutes', models.TextField(blank=True, max_length=4000, verbose_name='minutes')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled at')),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was cancelled')),
                (
                    'called_by',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'cancelled_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'district',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area'),
                ),
                (
                    'published_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'street',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area'),
                ),
                (
                    'ticket',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='tickets.ticket'),
                ),
            ],
            options={
                'verbose_name': 'meeting',
                'verbose_name_plural': 'meetings',
                'ordering': ['-starts_at', '-pk'],
                "indexes": [
                    models.Index(fields=['street', 'starts_at', 'id'], name='meeting_of_street'),
                    models.Index(fields=['district', 'starts_at', 'id'], name='meeting_of_district'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='meeting_ends_after_it_starts', violation_error_message='A meeting ends after it begins.'),
                    models.CheckConstraint(condition=models.Q(('place', ''), _negated=True), name='meeting_has_a_place', violation_error_message='Say where it is held.'),
                    models.CheckConstraint(condition=models.Q(('published_at', None), ('cancelled_at', None), _connector='OR'), name='meeting_published_or_cancelled', violation_error_message='A cancelled meeting has no minutes.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('cancel_reason', ''), ('cancelled_at', None)), models.Q(('cancelled_at__isnull', False), models.Q(('cancel_reason', ''), _negated=True)), _connector='OR'), name='meeting_cancelled_for_a_reason', violation_error_message='Say why it is cancelled.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('minutes', ''), ('published_at', None)), models.Q(('published_at__isnull', False), models.Q(('minutes', ''), _negated=True)), _connector='OR'), name='meeting_minutes_when_published', violation_error_message='Write the minutes.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='meeting_published_by_someone', violation_error_message='These go together or not at all.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', True), ('cancelled_by__isnull', True)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False)), _connector='OR'), name='meeting_cancelled_by_someone', violation_error_message='These go together or not at all.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=80, verbose_name='milestone')),
                ('first_due_on', models.DateField(verbose_name='first promised for')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('set_at', models.DateTimeField(verbose_name='set at')),
                ('reached_at', models.DateTimeField(blank=True, null=True, verbose_name='reached at')),
                ('words', models.CharField(blank=True, max_length=500, verbose_name='how it was reached')),
                (
                    'assignment',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='tickets.assignment'),
                ),
                (
                    'reached_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'set_by',
                    models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'ticket',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='tickets.ticket'),
                ),
            ],
            options={
                'verbose_name': 'milestone',
                'verbose_name_plural': 'milestones',
                'ordering': ['due_on', 'pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='milestone_has_a_title', violation_error_message='Say what will be reached.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reached_at__isnull', True), ('reached_by__isnull', True)), models.Q(('reached_at__isnull', False), ('reached_by__isnull', False)), _connector='OR'), name='milestone_reached_by_someone', violation_error_message='These go together or not at all.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reached_at', None), ('words', '')), models.Q(('reached_at__isnull', False), models.Q(('words', ''), _negated=True)), _connector='OR'), name='milestone_reached_says_how', violation_error_message='Say how the milestone was reached.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wanted_rank', models.CharField(choices=[('liaison', 'Liaison'), ('section_head', 'Section head'), ('deputy_head', 'Deputy head'), ('head', 'Head of the department')], max_length=20, verbose_name='asked for')),
                ('came_at', models.DateTimeField(blank=True, null=True, verbose_name='came at')),
                ('rank', models.CharField(blank=True, choices=[('liaison', 'Liaison'), ('section_head', 'Section head'), ('deputy_head', 'Deputy head'), ('head', 'Head of the department')], max_length=20, verbose_name='came as')),
                ('via', models.CharField(blank=True, choices=[('page', 'on the page'), ('code', 'by the code at the place'), ('api', 'by a program')], max_length=8, verbose_name='how')),
                (
                    'came_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'department',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='grids.department'),
                ),
                (
                    'meeting',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='tickets.meeting'),
                ),
            ],
            options={
                'verbose_name': 'seat',
                'verbose_name_plural': 'seats',
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(fields=('meeting', 'department'), name='seat_once_a_department', violation_error_message='This department is called already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('came_at__isnull', True), ('came_by__isnull', True)), models.Q(('came_at__isnull', False), ('came_by__isnull', False)), _connector='OR'), name='seat_taken_by_someone', violation_error_message='These go together or not at all.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('came_at', None), ('rank', ''), ('via', '')), models.Q(('came_at__isnull', False), models.Q(('rank', ''), _negated=True), models.Q(('via', ''), _negated=True)), _connector='OR'), name='seat_taken_at_a_rank', violation_error_message='Whoever comes says at what rank.'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='clock',
            name='clock_one_of_a_kind_runs',
        ),
        migrations.AlterField(
            model_name='clock',
            name='kind',
            field=models.CharField(choices=[('sign', 'Sign for it'), ('report_in', 'Report in'), ('make_safe', 'Make safe'), ('plan', 'Plan'), ('resolve', 'Resolve'), ('triage', 'Assign'), ('verify', 'Verify'), ('close', 'Close'), ('milestone', 'Milestone')], max_length=20, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='timelimit',
            name='clock',
            field=models.CharField(choices=[('sign', 'Sign for it'), ('report_in', 'Report in'), ('make_safe', 'Make safe'), ('plan', 'Plan'), ('resolve', 'Resolve'), ('triage', 'Assign'), ('verify', 'Verify'), ('close', 'Close'), ('milestone', 'Milestone')], max_length=20, verbose_name='clock'),
        ),
        migrations.AddField(
            model_name='decision',
            name='meeting',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='tickets.meeting'),
        ),
        migrations.AddField(
            model_name='agendaitem',
            name='meeting',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agenda', to='tickets.meeting'),
        ),
        migrations.AddField(
            model_name='decision',
            name='milestone',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='tickets.milestone'),
        ),
        migrations.AddField(
            model_name='clock',
            name='milestone',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='tickets.milestone'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('stopped_at', None)), fields=('ticket', 'assignment', 'kind', 'milestone'), name='clock_one_of_a_kind_runs', nulls_distinct=False, violation_error_message='A clock of this kind runs already.'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'milestone'), ('milestone__isnull', False)), models.Q(models.Q(('kind', 'milestone'), _negated=True), ('milestone', None)), _connector='OR'), name='clock_of_a_milestone_names_it', violation_error_message="A milestone's clock names its milestone."),
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.UniqueConstraint(fields=('meeting', 'position'), name='agenda_in_one_order', violation_error_message='This place of the agenda is taken.'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('becomes', 'milestone'), _negated=True), ('due_on__isnull', False), _connector='OR'), name='decision_milestone_has_a_day', violation_error_message='A milestone has a day.'),
        ),
        migrations.RunSQL(FROZEN, THAWED),
    ]
