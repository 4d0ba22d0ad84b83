"""Cards, supervision orders, and the terms of the colours."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# What was over before there were cards is looked at once more by the sweep, which raises its card.
LOOK_AGAIN = """
UPDATE tickets_clock SET next_fire_at = due_at
WHERE stopped_at IS NULL AND paused_at IS NULL AND next_fire_at IS NULL
  AND over_told_at IS NOT NULL AND assignment_id IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ("tickets", "0013_levels_rules_and_search"),
        ('grids', '0013_offices_only'),
        ('tickets', '0013_levels_rules_and_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='clock',
            name='red_told_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='told that it is long overdue'),
        ),
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('colour', models.CharField(choices=[('blue', 'Blue'), ('yellow', 'Yellow'), ('red', 'Red')], max_length=6, verbose_name='colour')),
                ('cause', models.CharField(choices=[('near', 'The limit is near'), ('unsigned', 'Not signed for in time'), ('overdue', 'Overdue'), ('unsolved', 'Unsolved once more'), ('long_overdue', 'Long overdue'), ('unanswered', 'Yellow card not answered'), ('returned', 'Returned three times')], max_length=12, verbose_name='cause')),
                ('raised_at', models.DateTimeField(verbose_name='raised')),
                ('told', models.CharField(choices=[('liaison', 'Liaison'), ('section_head', 'Section head'), ('deputy_head', 'Deputy head'), ('head', 'Head of the department')], max_length=20, verbose_name='told')),
                ('answer_by', models.DateTimeField(blank=True, null=True, verbose_name='to be answered by')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='answer')),
                ('escalated_at', models.DateTimeField(blank=True, null=True, verbose_name='taken a level up')),
                ('lapsed_at', models.DateTimeField(blank=True, null=True, verbose_name='lapsed')),
                ('lapse', models.CharField(blank=True, choices=[('done', 'done'), ('worse', 'a worse one followed'), ('returned', 'returned'), ('withdrawn', 'withdrawn'), ('ruled', 'ruled on'), ('held', 'the ticket stands still'), ('ended', 'the ticket has ended'), ('later', 'the deadline moved')], max_length=10, verbose_name='why it lapsed')),
                ('answered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('clock', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='tickets.clock')),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='grids.department', verbose_name='department')),
                ('district', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area')),
                ('street', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cards', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'card',
                'verbose_name_plural': 'cards',
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('lapsed_at', None)), fields=['street', 'colour', 'department', 'cause', 'ticket'], name='card_live_street'), models.Index(condition=models.Q(('lapsed_at', None)), fields=['district', 'colour', 'department', 'cause', 'ticket'], name='card_live_district'), models.Index(condition=models.Q(('lapsed_at', None)), fields=['department', 'ticket'], name='card_live_department'), models.Index(condition=models.Q(('lapsed_at', None), ('answer_by__isnull', False), ('answered_at', None)), fields=['answer_by'], name='card_unanswered'), models.Index(condition=models.Q(('lapsed_at', None), ('colour', 'red'), ('escalated_at', None)), fields=['id'], name='card_to_escalate')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('lapsed_at', None), ('clock__isnull', False)), fields=('clock',), name='card_one_lives_a_clock', violation_error_message='This clock has a card already.'), models.UniqueConstraint(condition=models.Q(('lapsed_at', None), ('clock', None)), fields=('ticket', 'department', 'cause'), name='card_one_lives_a_cause', violation_error_message='This department has this card already.'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='card_answered_by_someone', violation_error_message='These go together or not at all.'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None)), models.Q(('answered_at__isnull', False), models.Q(('answer', ''), _negated=True), models.Q(('colour', 'blue'), _negated=True)), _connector='OR'), name='card_answered_in_words', violation_error_message='A yellow or red card is answered in words.'), models.CheckConstraint(condition=models.Q(models.Q(('lapse', ''), ('lapsed_at', None)), models.Q(('lapsed_at__isnull', False), models.Q(('lapse', ''), _negated=True)), _connector='OR'), name='card_lapsed_says_why', violation_error_message='A card that lapsed says why.'), models.CheckConstraint(condition=models.Q(models.Q(('answer_by__isnull', False), ('colour', 'yellow')), models.Q(models.Q(('colour', 'yellow'), _negated=True), ('answer_by', None)), _connector='OR'), name='card_yellow_has_a_time_to_answer', violation_error_message='Only a yellow card has a time to answer.')],
            },
        ),
        migrations.CreateModel(
            name='ColourTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('near_percent', models.PositiveSmallIntegerField(default=75, verbose_name='blue, from this share of the limit on, in percent')),
                ('over_percent', models.PositiveSmallIntegerField(default=50, verbose_name='red, this share of the limit after its end, in percent')),
                ('over_limit', models.CharField(default='WD2', max_length=8, verbose_name='red, at the latest so long after the end')),
                ('answer_limit', models.CharField(default='WD1', max_length=8, verbose_name='a yellow card is answered within')),
                ('reopenings', models.PositiveSmallIntegerField(default=2, verbose_name='yellow, at this reopening')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('valid_from', models.DateTimeField(verbose_name='valid from')),
                ('valid_to', models.DateTimeField(blank=True, null=True, verbose_name='valid to')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'terms of the colours',
                'verbose_name_plural': 'terms of the colours',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid_to', None)), fields=('area',), name='colours_one_in_force', nulls_distinct=False, violation_error_message='Terms for this area are in force.'), models.CheckConstraint(condition=models.Q(('near_percent__gte', 1), ('near_percent__lte', 100), ('over_percent__gte', 1), ('over_percent__lte', 1000)), name='colours_are_shares', violation_error_message='Blue comes between 1 and 100 percent, red from 1 on.'), models.CheckConstraint(condition=models.Q(('over_limit__regex', '^(UH|UM|WH|WM|WD)[1-9][0-9]{0,3}$'), ('answer_limit__regex', '^(UH|UM|WH|WM|WD)[1-9][0-9]{0,3}$')), name='colours_limits_are_readable', violation_error_message='Write a limit as UM15, UH2, WM15, WH4 or WD5.'), models.CheckConstraint(condition=models.Q(('reopenings__gte', 1), ('reopenings__lte', 99)), name='colours_count_reopenings', violation_error_message='Count reopenings from 1 on.')],
            },
        ),
        migrations.CreateModel(
            name='SupervisionOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('serial', models.PositiveIntegerField(verbose_name='number in its year')),
                ('place', models.PositiveSmallIntegerField()),
                ('post', models.CharField(choices=[('liaison', 'Liaison'), ('section_head', 'Section head'), ('deputy_head', 'Deputy head'), ('head', 'Head of the department')], max_length=20, verbose_name='addressed post')),
                ('colour', models.CharField(blank=True, choices=[('blue', 'Blue'), ('yellow', 'Yellow'), ('red', 'Red')], max_length=6, verbose_name='colour')),
                ('reason', models.TextField(max_length=2000, verbose_name='reason')),
                ('limit', models.CharField(max_length=8, verbose_name='limit')),
                ('answer_by', models.DateTimeField(verbose_name='to be answered by')),
                ('issued_at', models.DateTimeField(verbose_name='issued')),
                ('state', models.CharField(choices=[('open', 'To be answered'), ('answered', 'Answered'), ('closed', 'Closed')], default='open', max_length=10, verbose_name='state')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered')),
                ('answer', models.TextField(blank=True, max_length=2000, verbose_name='answer')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('answered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('closed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='grids.department', verbose_name='addressee')),
                ('district', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area')),
                ('issued_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('issuing_area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area')),
                ('office', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.department')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='tickets.ticket')),
            ],
            options={
                'verbose_name': 'supervision order',
                'verbose_name_plural': 'supervision orders',
                'ordering': ['pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['department', 'ticket'], name='order_open_department')],
                'constraints': [models.UniqueConstraint(fields=('district', 'year', 'serial'), name='order_number_once', violation_error_message='This number is taken.'), models.UniqueConstraint(fields=('ticket', 'place'), name='order_place_once', violation_error_message='This ticket has this order already.'), models.UniqueConstraint(condition=models.Q(('state', 'closed'), _negated=True), fields=('ticket', 'department'), name='order_one_open_a_department', violation_error_message='An order to this department is still open.'), models.CheckConstraint(condition=models.Q(('limit__regex', '^(UH|UM|WH|WM|WD)[1-9][0-9]{0,3}$')), name='order_limit_is_readable', violation_error_message='Write a limit as UM15, UH2, WM15, WH4 or WD5.'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='order_answered_by_someone', violation_error_message='These go together or not at all.'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='order_closed_by_someone', violation_error_message='These go together or not at all.'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None)), models.Q(('answered_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='order_answered_in_words', violation_error_message='An order is answered in words.'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('closed_at', None), ('state', 'open')), models.Q(('answered_at__isnull', False), ('closed_at', None), ('state', 'answered')), models.Q(('closed_at__isnull', False), ('state', 'closed')), _connector='OR'), name='order_state_has_its_time', violation_error_message='A state of an order and its time go together.')],
            },
        ),
        migrations.RunSQL(LOOK_AGAIN, migrations.RunSQL.noop),
    ]
