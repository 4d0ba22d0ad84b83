"""Counsels, briefs and instructions; grants of duty; visits that are welcome; figures of quarters."""

import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import govgrid.core.clock
import members.models.grant
from django.conf import settings
from django.db import migrations, models


KEPT = """
-- The story of a counsel is added to. It goes with a counsel that went no further.
CREATE FUNCTION members_counsel_story_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM members_counsel c WHERE c.id = OLD.counsel_id
            AND c.state IN ('drafted', 'withdrawn', 'filed') FOR UPDATE
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON members_counselstep
    FOR EACH ROW EXECUTE FUNCTION members_counsel_story_is_kept();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON members_counselstep
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON members_counselversion
    FOR EACH ROW EXECUTE FUNCTION members_counsel_story_is_kept();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON members_counselversion
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_append_only();

CREATE FUNCTION members_counsel_keeps_its_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What was handed in keeps its words.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER members_counsel_keeps_its_words BEFORE UPDATE OF title, body ON members_counsel
    FOR EACH ROW WHEN (OLD.state NOT IN ('drafted', 'returned')
        AND (OLD.title, OLD.body) IS DISTINCT FROM (NEW.title, NEW.body))
    EXECUTE FUNCTION members_counsel_keeps_its_words();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON members_brief
    FOR EACH ROW EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON members_brief
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_append_only();

CREATE FUNCTION members_instruction_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.answered_at IS NULL
        AND (OLD.id, OLD.brief_id, OLD.text, OLD.office, OLD.role, OLD.department_id, OLD.due_on,
             OLD.is_public, OLD.by_id, OLD.at)
        IS NOT DISTINCT FROM (NEW.id, NEW.brief_id, NEW.text, NEW.office, NEW.role,
             NEW.department_id, NEW.due_on, NEW.is_public, NEW.by_id, NEW.at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An instruction stays as it was written, and its answer too.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER members_instruction_is_kept BEFORE UPDATE OR DELETE ON members_instruction
    FOR EACH ROW EXECUTE FUNCTION members_instruction_is_kept();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON members_instruction
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_append_only();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON members_figurerow
    FOR EACH ROW EXECUTE FUNCTION privacy_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON members_figurerow
    FOR EACH STATEMENT EXECUTE FUNCTION privacy_append_only();

-- A body of a creed or of a people is no holder: whoever acts for it would be marked by it.
CREATE FUNCTION members_grant_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND EXISTS (
        SELECT FROM members_association a
        WHERE a.id = NEW.association_id AND a.sector IN ('peoples', 'creeds')
    ) THEN
        RAISE EXCEPTION 'This body holds no grant.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_to_no_body_only';
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF OLD.accepted_at IS NULL AND OLD.declined_at IS NULL AND OLD.revoked_at IS NULL THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.number, OLD.organisation_id, OLD.association_id, OLD.unit,
            OLD.matter, OLD.level, OLD.text, OLD.area_id, OLD.document, OLD.document_on,
            OLD.starts_on, OLD.ends_on, OLD.accepted_at, OLD.declined_at)
        IS NOT DISTINCT FROM (NEW.number, NEW.organisation_id, NEW.association_id, NEW.unit,
            NEW.matter, NEW.level, NEW.text, NEW.area_id, NEW.document, NEW.document_on,
            NEW.starts_on, NEW.ends_on, NEW.accepted_at, NEW.declined_at)
        AND (OLD.revoked_at IS NULL OR OLD.revoked_at = NEW.revoked_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A grant that was answered stays as it is.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER members_grant_is_kept BEFORE INSERT OR UPDATE OR DELETE ON members_grant
    FOR EACH ROW EXECUTE FUNCTION members_grant_is_kept();

-- Nobody is called on who did not want it.
CREATE FUNCTION members_visit_is_welcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM members_member m
    WHERE m.id = NEW.member_id AND m.state IN ('active', 'paused') AND (m.welcomes_visits OR EXISTS (
        SELECT FROM members_visitwish w WHERE w.member_id = m.id AND w.ended_at IS NULL))
    FOR SHARE OF m;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'This member did not ask to be called on.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'visit_is_welcome';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER members_visit_is_welcome BEFORE INSERT ON members_visit
    FOR EACH ROW EXECUTE FUNCTION members_visit_is_welcome();
"""

LET_GO = """
DROP TRIGGER append_only ON members_counselstep;
DROP TRIGGER append_only_truncate ON members_counselstep;
DROP TRIGGER append_only ON members_counselversion;
DROP TRIGGER append_only_truncate ON members_counselversion;
DROP TRIGGER members_counsel_keeps_its_words ON members_counsel;
DROP TRIGGER append_only ON members_brief;
DROP TRIGGER append_only_truncate ON members_brief;
DROP TRIGGER members_instruction_is_kept ON members_instruction;
DROP TRIGGER append_only_truncate ON members_instruction;
DROP TRIGGER append_only ON members_figurerow;
DROP TRIGGER append_only_truncate ON members_figurerow;
DROP TRIGGER members_grant_is_kept ON members_grant;
DROP TRIGGER members_visit_is_welcome ON members_visit;
DROP FUNCTION members_counsel_story_is_kept();
DROP FUNCTION members_counsel_keeps_its_words();
DROP FUNCTION members_instruction_is_kept();
DROP FUNCTION members_grant_is_kept();
DROP FUNCTION members_visit_is_welcome();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0006_public'),
        ('grids', '0016_data_officer'),
        ('members', '0006_reception'),
        ('tickets', '0019_promised_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Brief',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('serial', models.PositiveSmallIntegerField(verbose_name='number in the year')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('body', models.TextField(max_length=20000, verbose_name='text')),
                ('made_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='made at')),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'brief',
                'verbose_name_plural': 'briefs',
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(fields=['area', '-id'], name='brief_of_area'),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=('year', 'serial'), name='brief_numbered_once', violation_error_message='There is a brief of this number.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('body', ''), _negated=True), ('serial__gte', 1)), name='brief_has_words', violation_error_message='A brief has a title and a text.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Counsel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=12, unique=True, verbose_name='number')),
                ('client_id', models.UUIDField(editable=False, verbose_name='client id')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('body', models.TextField(max_length=4000, verbose_name='what is advised')),
                ('edited_title', models.CharField(blank=True, max_length=60, verbose_name='title as edited')),
                ('edited_body', models.TextField(blank=True, max_length=4000, verbose_name='text as edited')),
                ('is_named', models.BooleanField(default=False, verbose_name='my name may be shown')),
                ('state', models.CharField(choices=[('drafted', 'Draft'), ('submitted', 'To be edited'), ('returned', 'Given back'), ('edited', 'Edited'), ('briefed', 'Before a leader'), ('noted', 'With instructions'), ('answered', 'Answered'), ('closed', 'Closed'), ('filed', 'Not taken further'), ('withdrawn', 'Withdrawn')], default='drafted', max_length=10, verbose_name='state')),
                ('reason', models.CharField(blank=True, choices=[('about_a_person', 'It is about a person, not about a public matter.'), ('not_public', "It is a matter of one's own: the station or a report helps."), ('unclear', 'It does not say what is to be done.'), ('said_before', 'It was said before and is being dealt with.'), ('elsewhere', 'Another authority decides on it.')], max_length=16, verbose_name='reason')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='what the editor says')),
                ('answer', models.TextField(blank=True, max_length=4000, verbose_name='answer')),
                ('answer_due', models.DateTimeField(blank=True, null=True, verbose_name='to be answered by')),
                ('became', models.TextField(blank=True, max_length=2000, verbose_name='what became of it')),
                ('written_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='written at')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='handed in at')),
                ('state_since', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='in this state since')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counsels', to='grids.area', verbose_name='area concerned')),
                ('brief', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='counsels', to='members.brief', verbose_name='brief')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='counsels', to='members.member', verbose_name='author')),
                ('ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket', verbose_name='ticket')),
                ('topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consultations.topic', verbose_name='topic')),
            ],
            options={
                'verbose_name': 'counsel',
                'verbose_name_plural': 'counsels',
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(fields=['state', '-id'], name='counsel_of_state'),
                    models.Index(fields=['area', 'state'], name='counsel_of_area'),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=('member', 'client_id'), name='counsel_sent_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('body', ''), _negated=True)), name='counsel_has_words', violation_error_message='Give it a title and say what is to be done.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['answered', 'filed']), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='counsel_answered_says_what', violation_error_message='Write the answer.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('became', ''), _negated=True), _connector='OR'), name='counsel_closed_says_what_became', violation_error_message='Say what became of it.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['returned', 'filed']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='counsel_not_taken_says_why', violation_error_message='Say why.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['edited', 'briefed', 'noted', 'answered', 'closed']), _negated=True), models.Q(models.Q(('edited_title', ''), _negated=True), models.Q(('edited_body', ''), _negated=True)), _connector='OR'), name='counsel_edited_before_a_leader', violation_error_message='It is edited first.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['briefed', 'noted', 'answered', 'closed']), _negated=True), ('brief__isnull', False), _connector='OR'), name='counsel_before_a_leader_in_a_brief', violation_error_message='A leader reads it in a brief.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='CounselStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(max_length=12, verbose_name='what was done')),
                ('before', models.CharField(blank=True, max_length=10, verbose_name='state before')),
                ('after', models.CharField(max_length=10, verbose_name='state after')),
                ('role', models.CharField(blank=True, max_length=20, verbose_name='as')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('is_public', models.BooleanField(default=False, verbose_name='told in public')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='at')),
                ('by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('counsel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='members.counsel')),
            ],
            options={
                'verbose_name': 'step of a counsel',
                'verbose_name_plural': 'steps of counsels',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='CounselVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('is_authors', models.BooleanField(verbose_name="the author's own")),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('body', models.TextField(max_length=4000, verbose_name='text')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='at')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('counsel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='members.counsel')),
            ],
            options={
                'verbose_name': 'version of a counsel',
                'verbose_name_plural': 'versions of counsels',
                'ordering': ['number'],
                "constraints": [
                    models.UniqueConstraint(fields=('counsel', 'number'), name='counsel_version_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='FigureRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quarter', models.DateField(verbose_name='first day of the quarter')),
                ('table', models.SlugField(db_index=False, max_length=40, verbose_name='table')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('label', models.CharField(max_length=80, verbose_name='what is counted')),
                ('shown', models.PositiveIntegerField(blank=True, null=True, verbose_name='published count')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='at')),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='district')),
            ],
            options={
                'verbose_name': 'figure of a quarter',
                'verbose_name_plural': 'figures of quarters',
                'ordering': ['-quarter', 'table', 'position'],
                "constraints": [
                    models.UniqueConstraint(fields=('area', 'quarter', 'table', 'position'), name='figure_once'),
                    models.CheckConstraint(condition=models.Q(('quarter__day', 1), ('quarter__month__in', [1, 4, 7, 10])), name='figure_begins_a_quarter', violation_error_message='A quarter begins in January, April, July or October.'),
                    models.CheckConstraint(condition=models.Q(('shown', None), ('shown', 0), ('shown__gte', 10), _connector='OR'), name='figure_is_rounded_and_not_small', violation_error_message='A count under ten is hidden.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=12, unique=True, verbose_name='number')),
                ('unit', models.CharField(blank=True, max_length=80, verbose_name='other unit')),
                ('matter', models.CharField(choices=[('disputes', 'Disputes between neighbours'), ('consumers', 'Consumer complaints'), ('law', 'Legal advice'), ('enterprise', 'Enterprises and shops'), ('renewal', 'Renewal of old compounds'), ('environment', 'Surroundings and cleanliness'), ('safety', 'Public safety'), ('elders', 'Services for the aged'), ('youth', 'Services for the young'), ('culture', 'Culture and sport')], max_length=12, verbose_name='matter')),
                ('level', models.CharField(choices=[('mediate', 'Mediate'), ('hear', 'Hear'), ('advise', 'Advise'), ('respond', 'Respond'), ('supervise', 'Supervise')], max_length=10, verbose_name='level')),
                ('text', models.TextField(max_length=1000, verbose_name='what exactly')),
                ('document', models.CharField(max_length=60, verbose_name='granting document')),
                ('document_on', models.DateField(verbose_name='date of the document')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('granted_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='granted at')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='accepted at')),
                ('accepted_paper', models.CharField(blank=True, max_length=120, verbose_name='accepted on paper')),
                ('declined_at', models.DateTimeField(blank=True, null=True, verbose_name='declined at')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
                ('revoked_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was revoked')),
                ('reminded_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('association', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.association', verbose_name='association')),
                ('granted_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.organisation', verbose_name='organisation')),
                ('renews', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewed_by', to='members.grant', verbose_name='renews')),
                ('representative', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='members.member', verbose_name='representative')),
                ('revoked_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'grant of duty',
                'verbose_name_plural': 'grants of duty',
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(fields=['ends_on'], name='grant_ends'),
                    models.Index(fields=['area', '-id'], name='grant_of_area'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('association', None), ('organisation__isnull', False), ('unit', '')), models.Q(('association__isnull', False), ('organisation', None), ('unit', '')), models.Q(('association', None), ('organisation', None), models.Q(('unit', ''), _negated=True)), _connector='OR'), name='grant_has_one_holder', violation_error_message='Name one holder.'),
                    models.CheckConstraint(condition=models.Q(('association', None), ('representative', None), _connector='OR'), name='grant_names_nobody_of_an_association', violation_error_message='No person is linked to an association.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('document', ''), _negated=True)), name='grant_says_what', violation_error_message='Say what exactly is granted, and by which document.'),
                    models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='grant_ends_after_it_begins', violation_error_message='The last day comes after the first.'),
                    models.CheckConstraint(condition=models.Q(('ends_on__lte', django.db.models.expressions.CombinedExpression(models.F('starts_on'), '+', models.Value(datetime.timedelta(days=365))))), name='grant_366_days_at_most', violation_error_message='A grant is for 366 days at most.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None), ('revoked_reason', '')), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False), models.Q(('revoked_reason', ''), _negated=True)), _connector='OR'), name='grant_revoked_says_why', violation_error_message='Say why it is revoked.'),
                    models.CheckConstraint(condition=models.Q(('accepted_at', None), ('declined_at', None), _connector='OR'), name='grant_accepted_or_declined', violation_error_message='It was answered already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by__isnull', True)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='grant_accepted_by_someone', violation_error_message='These go together or not at all.'),
                    django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('declined_at', None), ('revoked_at', None)), expressions=[(django.db.models.functions.comparison.Coalesce('organisation', models.Value(0)), '='), (django.db.models.functions.comparison.Coalesce('association', models.Value(0)), '='), ('unit', '='), ('matter', '='), ('level', '='), ('area', '='), (members.models.grant._Days('starts_on', 'ends_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), '&&')], name='grant_once_at_a_time', violation_error_message='This holder has the same duty in the same area in these days.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Instruction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=1000, verbose_name='instruction')),
                ('office', models.CharField(max_length=80, verbose_name='office')),
                ('role', models.CharField(max_length=20, verbose_name='as')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='to be answered by')),
                ('due_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('is_public', models.BooleanField(default=False, verbose_name='may be read by everybody')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='at')),
                ('answer', models.TextField(blank=True, max_length=4000, verbose_name='answer')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('fires_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('answered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('brief', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instructions', to='members.brief', verbose_name='brief')),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.department', verbose_name='department')),
            ],
            options={
                'verbose_name': 'instruction',
                'verbose_name_plural': 'instructions',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(condition=models.Q(('answered_at', None)), fields=['department', 'due_at'], name='instruction_to_answer'),
                    models.Index(condition=models.Q(('fires_at__isnull', False)), fields=['fires_at'], name='instruction_fires'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('office', ''), _negated=True)), name='instruction_has_words', violation_error_message='Write what is to be done.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('department__isnull', True), ('due_at__isnull', True), ('due_on__isnull', True)), models.Q(('department__isnull', False), ('due_at__isnull', False), ('due_on__isnull', False)), _connector='OR'), name='instruction_to_a_department_by_a_day', violation_error_message='A department answers by a day: name both or neither.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('department__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='instruction_answered_in_words', violation_error_message='Write the answer.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('asks_help', models.BooleanField(default=False, verbose_name='asked for help')),
                ('entered_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='entered at')),
                ('expires_on', models.DateField(verbose_name='erased on')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who called')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='members.member')),
            ],
            options={
                'verbose_name': 'visit',
                'verbose_name_plural': 'visits',
                'ordering': ['-on', '-pk'],
                "indexes": [
                    models.Index(fields=['expires_on'], name='visit_to_erase'),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=('member', 'on'), name='visit_once_a_day', violation_error_message='This visit is entered already.'),
                    models.CheckConstraint(condition=models.Q(('expires_on__gt', models.F('on'))), name='visit_is_erased', violation_error_message='A visit is erased after twelve months.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='VisitWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='asked at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visit_wishes', to='members.member')),
            ],
            options={
                'verbose_name': 'wish for a visit',
                'verbose_name_plural': 'wishes for visits',
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('member',), name='visit_wish_one_open', violation_error_message='You asked for a visit already.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='YearNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'number of a year',
                'verbose_name_plural': 'numbers of years',
                'constraints': [models.UniqueConstraint(fields=('kind', 'year'), name='year_number_one_a_kind')],
            },
        ),
        migrations.RunSQL(KEPT, LET_GO),
    ]
