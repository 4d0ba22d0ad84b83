"""Papers of sessions; questions and answers of surveys."""

import consultations.models.paper
import django.contrib.postgres.fields
import django.db.models.deletion
import govgrid.core.clock
from django.conf import settings
from django.db import migrations, models


KEPT = """
-- Papers are part of what was talked over.
CREATE TRIGGER consultations_paper_is_kept BEFORE INSERT OR UPDATE OR DELETE
    ON consultations_paper FOR EACH ROW EXECUTE FUNCTION consultations_minutes_are_kept();

-- A question that somebody has answered is not asked otherwise of the next one.
CREATE FUNCTION consultations_questions_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.session_id ELSE NEW.session_id END;
BEGIN
    -- Waits for a sheet that is being written.
    PERFORM 1 FROM consultations_session s WHERE s.id = asked FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM consultations_sheet WHERE session_id = asked) THEN
        RAISE EXCEPTION 'A survey that was answered keeps its questions.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER consultations_question_is_kept BEFORE INSERT OR UPDATE OR DELETE
    ON consultations_question FOR EACH ROW EXECUTE FUNCTION consultations_questions_are_kept();

CREATE FUNCTION consultations_survey_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM consultations_session s
    WHERE s.id = NEW.session_id AND s.kind = 'survey' AND s.cancelled_at IS NULL
        AND s.minutes_published_at IS NULL AND NEW.at >= s.starts_at AND NEW.at < s.ends_at
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'This survey is not open.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_survey_is_open BEFORE INSERT OR UPDATE ON consultations_sheet
    FOR EACH ROW EXECUTE FUNCTION consultations_survey_is_open();

-- An answer is to a question of its survey, and one that the question allows.
CREATE FUNCTION consultations_answer_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked consultations_question;
BEGIN
    SELECT q.* INTO asked FROM consultations_question q
    JOIN consultations_sheet sheet ON sheet.session_id = q.session_id
    WHERE q.id = NEW.question_id AND sheet.id = NEW.sheet_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'This was not asked here.' USING ERRCODE = 'check_violation';
    END IF;
    IF asked.kind IN ('one', 'many') THEN
        IF cardinality(NEW.chosen) NOT BETWEEN 1 AND asked.most
            OR EXISTS (SELECT 1 FROM unnest(NEW.chosen) c
                       WHERE c NOT BETWEEN 1 AND cardinality(asked.options))
            OR (SELECT count(DISTINCT c) FROM unnest(NEW.chosen) c) <> cardinality(NEW.chosen) THEN
            RAISE EXCEPTION 'These options cannot be chosen.' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF (asked.kind = 'scale') <> (NEW.score IS NOT NULL)
        OR (asked.kind = 'text') <> (NEW.text <> '') THEN
        RAISE EXCEPTION 'This question is answered otherwise.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_answer_fits BEFORE INSERT ON consultations_answer
    FOR EACH ROW EXECUTE FUNCTION consultations_answer_fits();

-- What was said stays said; whether its text is shown may change.
CREATE FUNCTION consultations_answer_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An answer is kept as it was given.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultations_answer_is_kept BEFORE UPDATE ON consultations_answer
    FOR EACH ROW WHEN ((to_jsonb(NEW) - 'shown_at' - 'shown_by_id')
        IS DISTINCT FROM (to_jsonb(OLD) - 'shown_at' - 'shown_by_id'))
    EXECUTE FUNCTION consultations_answer_is_kept();
"""
THAWED = """
DROP TRIGGER consultations_answer_is_kept ON consultations_answer;
DROP FUNCTION consultations_answer_is_kept();
DROP TRIGGER consultations_answer_fits ON consultations_answer;
DROP FUNCTION consultations_answer_fits();
DROP TRIGGER consultations_survey_is_open ON consultations_sheet;
DROP FUNCTION consultations_survey_is_open();
DROP TRIGGER consultations_question_is_kept ON consultations_question;
DROP FUNCTION consultations_questions_are_kept();
DROP TRIGGER consultations_paper_is_kept ON consultations_paper;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0001_consultations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chosen', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, size=None, verbose_name='chosen')),
                ('score', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='score')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='text')),
                ('shown_at', models.DateTimeField(blank=True, null=True, verbose_name='shown since')),
                (
                    'shown_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                'verbose_name': 'answer',
                'verbose_name_plural': 'answers',
                'ordering': ['pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('score', None), ('text', ''), models.Q(('chosen', []), _negated=True)), models.Q(('chosen', []), ('score__gte', 1), ('score__lte', 5), ('text', '')), models.Q(('chosen', []), ('score', None), models.Q(('text', ''), _negated=True)), _connector='OR'), name='answer_of_one_sort', violation_error_message='It is a choice, a score from 1 to 5, or text.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('shown_at__isnull', True), ('shown_by__isnull', True)), models.Q(('shown_at__isnull', False), ('shown_by__isnull', False)), _connector='OR'), name='answer_shown_by_someone', violation_error_message='These go together or not at all.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('text', models.TextField(blank=True, max_length=8000, verbose_name='text')),
                ('file', models.FileField(blank=True, upload_to=consultations.models.paper._path, verbose_name='PDF')),
                ('size', models.PositiveIntegerField(default=0, verbose_name='bytes')),
                ('added_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='added at')),
                (
                    'added_by',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'session',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='consultations.session'),
                ),
            ],
            options={
                'verbose_name': 'paper',
                'verbose_name_plural': 'papers',
                'ordering': ['pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='paper_has_a_title', violation_error_message='Give it a title.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('file', ''), _negated=True), _connector='OR'), name='paper_says_something', violation_error_message='A paper has words or a file.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('kind', models.CharField(choices=[('one', 'Choose one'), ('many', 'Choose several'), ('scale', 'From 1 to 5'), ('text', 'In words')], max_length=5, verbose_name='kind')),
                ('text', models.CharField(max_length=200, verbose_name='question')),
                ('options', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, size=None, verbose_name='options')),
                ('most', models.PositiveSmallIntegerField(default=1, verbose_name='at most')),
                ('is_needed', models.BooleanField(default=True, verbose_name='must be answered')),
                (
                    'session',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='consultations.session'),
                ),
            ],
            options={
                'verbose_name': 'question',
                'verbose_name_plural': 'questions',
                'ordering': ['position'],
                "constraints": [
                    models.UniqueConstraint(fields=('session', 'position'), name='question_in_one_order', violation_error_message='This place among the questions is taken.'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='question_has_words', violation_error_message='Say what is asked.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['one', 'many']), ('options__len__gte', 2), ('options__len__lte', 12)), models.Q(('kind__in', ['scale', 'text']), ('options', [])), _connector='OR'), name='question_has_its_options', violation_error_message='A choice has 2 to 12 options, the rest has none.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'many'), ('most__gte', 1), ('most__lte', 12)), ('most', 1), _connector='OR'), name='question_most_is_possible', violation_error_message='So many cannot be chosen.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Sheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.CharField(blank=True, editable=False, max_length=64)),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='when')),
                (
                    'entered_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'session',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='consultations.session'),
                ),
                (
                    'user',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                'verbose_name': 'answer sheet',
                'verbose_name_plural': 'answer sheets',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['session', 'id'], name='sheet_session'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('device', ''), ('entered_by', None), ('user__isnull', False)), models.Q(('entered_by', None), ('user', None), models.Q(('device', ''), _negated=True)), models.Q(('device', ''), ('entered_by__isnull', False), ('user', None)), _connector='OR'), name='sheet_of_exactly_one', violation_error_message='It is of an account, of a device or from paper.'),
                    models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('session', 'user'), name='sheet_once_an_account', violation_error_message='You have answered already.'),
                    models.UniqueConstraint(condition=models.Q(('device', ''), _negated=True), fields=('session', 'device'), name='sheet_once_a_device', violation_error_message='You have answered already.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='opinion',
            name='aside_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='put aside at'),
        ),
        migrations.AddField(
            model_name='session',
            name='client_id',
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name='client id'),
        ),
        migrations.AddField(
            model_name='session',
            name='fingerprint',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='session',
            name='reminded_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='reminded at'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(fields=('called_by', 'client_id'), name='session_client_id_once_a_caller', violation_error_message='This client id was used before.'),
        ),
        migrations.AddField(
            model_name='answer',
            name='question',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='consultations.question'),
        ),
        migrations.AddField(
            model_name='answer',
            name='sheet',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='consultations.sheet'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(fields=['question', 'id'], name='answer_question'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('sheet', 'question'), name='answer_once_a_question', violation_error_message='This question was answered already.'),
        ),
        migrations.RunSQL(KEPT, THAWED),
    ]
