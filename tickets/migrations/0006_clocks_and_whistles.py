import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0005_patrols'),
        ('tickets', '0005_photos'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Arrival',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.CharField(blank=True, choices=[('liaison', 'Liaison'), ('section_head', 'Section head'), ('deputy_head', 'Deputy head'), ('head', 'Head of the department')], max_length=20, verbose_name='rank')),
                ('via', models.CharField(choices=[('page', 'on the page'), ('code', 'by the code at the place'), ('api', 'by a program')], default='page', max_length=8, verbose_name='how')),
                ('at', models.DateTimeField(verbose_name='when')),
                (
                    'assignment',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='arrivals', to='tickets.assignment'),
                ),
                (
                    'person',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
                ),
            ],
            options={
                'verbose_name': 'arrival',
                'verbose_name_plural': 'arrivals',
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(fields=('assignment', 'person'), name='arrival_once_a_person', violation_error_message='You have signed in already.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('sign', 'Sign for it'), ('report_in', 'Report in'), ('make_safe', 'Make safe'), ('plan', 'Plan'), ('resolve', 'Resolve'), ('triage', 'Assign'), ('verify', 'Verify'), ('close', 'Close')], max_length=20, verbose_name='kind')),
                ('limit', models.CharField(max_length=8, verbose_name='limit')),
                ('share', models.PositiveSmallIntegerField(default=100, verbose_name='share')),
                ('basis', models.CharField(max_length=20, verbose_name='basis')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('near_at', models.DateTimeField(verbose_name='three quarters used')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('edition', models.PositiveIntegerField(verbose_name='edition of the calendar')),
                ('is_provisional', models.BooleanField(default=False, verbose_name='provisional')),
                ('paused_at', models.DateTimeField(blank=True, null=True, verbose_name='paused since')),
                ('next_fire_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('near_told_at', models.DateTimeField(blank=True, null=True, verbose_name='reminded')),
                ('over_told_at', models.DateTimeField(blank=True, null=True, verbose_name='told that it is late')),
                ('stopped_at', models.DateTimeField(blank=True, null=True, verbose_name='stopped')),
                ('outcome', models.CharField(blank=True, choices=[('met', 'done'), ('void', 'not any more')], max_length=8, verbose_name='outcome')),
                (
                    'assignment',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='tickets.assignment'),
                ),
                (
                    'ticket',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='tickets.ticket'),
                ),
            ],
            options={
                'verbose_name': 'clock',
                'verbose_name_plural': 'clocks',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(condition=models.Q(('next_fire_at__isnull', False)), fields=['next_fire_at'], name='clock_next_fire'),
                    models.Index(condition=models.Q(('stopped_at', None)), fields=['edition', 'id'], name='clock_edition'),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(('stopped_at', None)), fields=('ticket', 'assignment', 'kind'), name='clock_one_of_a_kind_runs', nulls_distinct=False, violation_error_message='A clock of this kind runs already.'),
                    models.CheckConstraint(condition=models.Q(('due_at__gt', models.F('started_at')), ('near_at__gte', models.F('started_at')), ('near_at__lte', models.F('due_at'))), name='clock_ends_after_it_starts', violation_error_message='A limit ends after it starts.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('outcome', ''), ('stopped_at', None)), models.Q(('stopped_at__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='clock_stopped_has_an_outcome', violation_error_message='A stopped clock was met or is void.'),
                    models.CheckConstraint(condition=models.Q(('next_fire_at', None), models.Q(('paused_at', None), ('stopped_at', None)), _connector='OR'), name='clock_fires_while_it_runs', violation_error_message='Only a running clock fires.'),
                    models.CheckConstraint(condition=models.Q(('paused_at', None), ('stopped_at', None), _connector='OR'), name='clock_paused_while_it_runs', violation_error_message='A stopped clock is not paused.'),
                    models.CheckConstraint(condition=models.Q(('share__gte', 1), ('share__lte', 100)), name='clock_share_is_a_part', violation_error_message='A share is between 1 and 100 percent.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ClockPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='from')),
                ('ended_at', models.DateTimeField(verbose_name='until')),
                (
                    'clock',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='tickets.clock'),
                ),
            ],
            options={
                'verbose_name': 'pause',
                'verbose_name_plural': 'pauses',
                'ordering': ['started_at'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('ended_at__gte', models.F('started_at'))), name='pause_ends_after_it_starts', violation_error_message='A pause ends after it starts.'),
                    django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('clock', '='), (models.Func(models.F('started_at'), models.F('ended_at'), function='tstzrange'), '&&')], name='pause_spans_stand_apart', violation_error_message='Two pauses of one clock overlap.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Helper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.JSONField(blank=True, default=dict)),
                (
                    'department',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.department'),
                ),
            ],
            options={
                'verbose_name': 'helping department',
                'verbose_name_plural': 'helping departments',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('speed', models.PositiveSmallIntegerField(verbose_name='speed')),
                ('quality', models.PositiveSmallIntegerField(verbose_name='quality')),
                ('sentence', models.CharField(blank=True, max_length=300, verbose_name='in one sentence')),
                ('given_at', models.DateTimeField(verbose_name='given at')),
                (
                    'department',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='grids.department'),
                ),
                (
                    'given_by',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'ticket',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='tickets.ticket'),
                ),
            ],
            options={
                'verbose_name': 'score',
                'verbose_name_plural': 'scores',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['department', 'given_at'], name='score_of_department'),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=('ticket', 'department'), name='score_once', violation_error_message='This department has its score already.'),
                    models.CheckConstraint(condition=models.Q(('quality__gte', 1), ('quality__lte', 5), ('speed__gte', 1), ('speed__lte', 5)), name='score_is_one_to_five', violation_error_message='Give 1 to 5.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TimeLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clock', models.CharField(choices=[('sign', 'Sign for it'), ('report_in', 'Report in'), ('make_safe', 'Make safe'), ('plan', 'Plan'), ('resolve', 'Resolve'), ('triage', 'Assign'), ('verify', 'Verify'), ('close', 'Close')], max_length=20, verbose_name='clock')),
                ('scope', models.CharField(choices=[('any', 'Anything'), ('report', 'Report'), ('routine', 'Routine whistle'), ('emergency', 'Emergency whistle'), ('enforcement', 'Enforcement whistle'), ('hard', 'Hard-case whistle'), ('consultation', 'Consultation whistle')], max_length=20, verbose_name='for')),
                ('limit', models.CharField(blank=True, max_length=8, verbose_name='limit')),
                ('own_first', models.BooleanField(default=False, verbose_name="the category's own limit first")),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_to', models.DateTimeField(blank=True, null=True, verbose_name='valid to')),
                (
                    'area',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area'),
                ),
                (
                    'category',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.category', verbose_name='category'),
                ),
                (
                    'created_by',
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'ended_by',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                'verbose_name': 'time limit',
                'verbose_name_plural': 'time limits',
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('clock', 'scope', 'area', 'category'), name='limit_one_in_force', nulls_distinct=False, violation_error_message='A limit for this is in force.'),
                    models.CheckConstraint(condition=models.Q(('limit__regex', '^((UH|UM|WH|WM|WD)[1-9][0-9]{0,3})?$')), name='limit_is_readable', violation_error_message='Write a limit as UM15, UH2, WM15, WH4 or WD5.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Whistle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('routine', 'Routine whistle'), ('emergency', 'Emergency whistle'), ('enforcement', 'Enforcement whistle'), ('hard', 'Hard-case whistle'), ('consultation', 'Consultation whistle')], max_length=20, verbose_name='kind')),
                ('tried', models.TextField(blank=True, max_length=1000, verbose_name='what was tried')),
                ('missing_power', models.TextField(blank=True, max_length=500, verbose_name='which power is missing')),
                ('blown_at', models.DateTimeField(verbose_name='blown at')),
                ('out_at', models.DateTimeField(blank=True, null=True, verbose_name='out since')),
                ('refused_at', models.DateTimeField(blank=True, null=True, verbose_name='refused at')),
                (
                    'approved_by',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'blown_by',
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'refused_by',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'ticket',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='whistles', to='tickets.ticket'),
                ),
            ],
            options={
                'verbose_name': 'whistle',
                'verbose_name_plural': 'whistles',
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(('refused_at', None)), fields=('ticket',), name='whistle_one_a_ticket', violation_error_message='The whistle was blown for this already.'),
                    models.CheckConstraint(condition=models.Q(('kind', 'emergency'), models.Q(models.Q(('tried', ''), _negated=True), models.Q(('missing_power', ''), _negated=True)), _connector='OR'), name='whistle_says_why', violation_error_message='Say what was tried and which power is missing.'),
                    models.CheckConstraint(condition=models.Q(('out_at', None), ('refused_at', None), _connector='OR'), name='whistle_out_or_refused', violation_error_message='A whistle is out or refused, never both.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('refused_at__isnull', True), ('refused_by__isnull', True)), models.Q(('refused_at__isnull', False), ('refused_by__isnull', False)), _connector='OR'), name='whistle_refused_by_someone', violation_error_message='These go together or not at all.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='assignment',
            name='planned_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='plan submitted at'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='planned_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='assignment',
            name='reported_in_rank',
            field=models.CharField(blank=True, choices=[('liaison', 'Liaison'), ('section_head', 'Section head'), ('deputy_head', 'Deputy head'), ('head', 'Head of the department')], max_length=20, verbose_name='rank'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='safe_seen_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='seen safe at'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='safe_seen_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ticket',
            name='due_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='next due'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='held_state',
            field=models.CharField(blank=True, choices=[('awaiting_approval', 'Awaiting approval'), ('filed', 'Filed'), ('triage', 'To be assigned'), ('dispatched', 'To be signed for'), ('handling', 'Being handled'), ('handled', 'To be verified'), ('verified', 'Verified'), ('closed', 'Closed'), ('declined', 'Declined'), ('merged', 'Merged'), ('suspended', 'Suspended')], editable=False, max_length=20),
        ),
        migrations.AddField(
            model_name='ticket',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='tickets.ticket', verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='repeat_of',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeats', to='tickets.ticket', verbose_name='repeat of'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='whistle_kind',
            field=models.CharField(blank=True, choices=[('routine', 'Routine whistle'), ('emergency', 'Emergency whistle'), ('enforcement', 'Enforcement whistle'), ('hard', 'Hard-case whistle'), ('consultation', 'Consultation whistle')], max_length=20, verbose_name='whistle'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ['awaiting_approval', 'dispatched', 'filed', 'handled', 'handling', 'suspended', 'triage', 'verified'])), fields=['district', 'state', 'due_at', 'id'], name='ticket_due_district'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ['awaiting_approval', 'dispatched', 'filed', 'handled', 'handling', 'suspended', 'triage', 'verified'])), fields=['street', 'state', 'due_at', 'id'], name='ticket_due_street'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ['awaiting_approval', 'dispatched', 'filed', 'handled', 'handling', 'suspended', 'triage', 'verified'])), fields=['community', 'state', 'due_at', 'id'], name='ticket_due_community'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('state__in', ['awaiting_approval', 'dispatched', 'filed', 'handled', 'handling', 'suspended', 'triage', 'verified'])), fields=['lead_department', 'state', 'due_at', 'id'], name='ticket_due_lead_department'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='ticket_merged'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('repeat_of__isnull', False)), fields=['repeat_of'], name='ticket_repeat'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('planned_at__isnull', True), ('planned_by__isnull', True)), models.Q(('planned_at__isnull', False), ('planned_by__isnull', False)), _connector='OR'), name='assignment_planned_by_someone', violation_error_message='These go together or not at all.'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('safe_seen_at__isnull', True), ('safe_seen_by__isnull', True)), models.Q(('safe_seen_at__isnull', False), ('safe_seen_by__isnull', False)), _connector='OR'), name='assignment_safe_seen_by_someone', violation_error_message='These go together or not at all.'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(('reported_in_rank', ''), ('reported_in_at__isnull', False), _connector='OR'), name='assignment_rank_of_who_came', violation_error_message='A rank belongs to somebody who came.'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'whistle'), models.Q(('whistle_kind', ''), _negated=True)), models.Q(('kind', 'report'), ('whistle_kind', '')), _connector='OR'), name='ticket_whistle_has_a_kind', violation_error_message='A whistle has a kind, and a report has none.'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('state', 'merged')), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_into', None)), _connector='OR'), name='ticket_merged_says_into_what', violation_error_message='Merged means merged into another ticket.'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', models.F('pk')), _negated=True), name='ticket_not_merged_into_itself', violation_error_message='A ticket is not merged into itself.'),
        ),
        migrations.AddField(
            model_name='helper',
            name='whistle',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='helpers', to='tickets.whistle'),
        ),
        migrations.AddConstraint(
            model_name='helper',
            constraint=models.UniqueConstraint(fields=('whistle', 'department'), name='helper_once', violation_error_message='This department is named already.'),
        ),
    ]
