"""Platforms, topics with their story, sessions, opinions, commitments, look-backs."""

import consultations.models.session
import django.contrib.gis.db.models.fields
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import govgrid.core.clock
import uuid
from django.conf import settings
from django.db import migrations, models


FROZEN = """
-- The story of a topic and the terms of a platform are only ever added to.
CREATE FUNCTION consultations_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What happened is kept as it is.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultations_step_is_kept BEFORE UPDATE OR DELETE ON consultations_step
    FOR EACH ROW EXECUTE FUNCTION consultations_is_kept();
CREATE TRIGGER consultations_step_is_not_emptied BEFORE TRUNCATE ON consultations_step
    EXECUTE FUNCTION consultations_is_kept();
CREATE TRIGGER consultations_terms_are_kept BEFORE UPDATE OR DELETE ON consultations_terms
    FOR EACH ROW EXECUTE FUNCTION consultations_is_kept();
CREATE TRIGGER consultations_terms_are_not_emptied BEFORE TRUNCATE ON consultations_terms
    EXECUTE FUNCTION consultations_is_kept();

-- Nobody supports what he has not read: words are frozen with the first stance.
CREATE FUNCTION consultations_words_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What somebody has supported is not reworded.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultations_topic_words_are_kept
    BEFORE UPDATE OF title, body, supported_at ON consultations_topic FOR EACH ROW
    WHEN (OLD.supported_at IS NOT NULL AND (
        NEW.title <> OLD.title OR NEW.body <> OLD.body OR NEW.supported_at IS NULL))
    EXECUTE FUNCTION consultations_words_are_kept();
CREATE TRIGGER consultations_opinion_words_are_kept
    BEFORE UPDATE OF body, kind, supported_at ON consultations_opinion FOR EACH ROW
    WHEN (OLD.supported_at IS NOT NULL AND (
        NEW.body <> OLD.body OR NEW.kind <> OLD.kind OR NEW.supported_at IS NULL))
    EXECUTE FUNCTION consultations_words_are_kept();

-- Minutes that were published are what was said: the session, its agenda and who was there.
CREATE FUNCTION consultations_session_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Published minutes are kept as they are.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultations_session_stays BEFORE DELETE ON consultations_session
    FOR EACH ROW WHEN (OLD.minutes_published_at IS NOT NULL)
    EXECUTE FUNCTION consultations_session_is_kept();
CREATE TRIGGER consultations_session_is_kept BEFORE UPDATE ON consultations_session
    FOR EACH ROW WHEN (OLD.minutes_published_at IS NOT NULL
        AND (to_jsonb(NEW) - 'views') IS DISTINCT FROM (to_jsonb(OLD) - 'views'))
    EXECUTE FUNCTION consultations_session_is_kept();

CREATE FUNCTION consultations_minutes_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    session bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.session_id ELSE NEW.session_id END;
    published timestamptz;
BEGIN
    -- FOR KEY SHARE would not wait for a publishing that is under way.
    SELECT s.minutes_published_at INTO published
    FROM consultations_session s WHERE s.id = session FOR SHARE;
    IF published IS NOT NULL THEN
        RAISE EXCEPTION 'Published minutes are kept as they are.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER consultations_agenda_is_kept BEFORE INSERT OR UPDATE OR DELETE
    ON consultations_agendaitem FOR EACH ROW EXECUTE FUNCTION consultations_minutes_are_kept();
-- A guest's name may still be erased.
CREATE TRIGGER consultations_attendance_is_kept BEFORE INSERT OR DELETE
    ON consultations_attendance FOR EACH ROW EXECUTE FUNCTION consultations_minutes_are_kept();
CREATE TRIGGER consultations_attendance_stays BEFORE UPDATE
    ON consultations_attendance FOR EACH ROW
    WHEN ((to_jsonb(NEW) - 'guest' - 'is_named') IS DISTINCT FROM (to_jsonb(OLD) - 'guest' - 'is_named'))
    EXECUTE FUNCTION consultations_minutes_are_kept();

-- A place is one of those that the session has, however it came to be written.
CREATE FUNCTION consultations_place_exists() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE places integer;
BEGIN
    SELECT s.capacity INTO places FROM consultations_session s WHERE s.id = NEW.session_id;
    IF places IS NOT NULL AND NOT NEW.is_waiting AND NEW.left_at IS NULL
        AND (NEW.place_no IS NULL OR NEW.place_no NOT BETWEEN 1 AND places) THEN
        RAISE EXCEPTION 'There is no such place.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_place_exists BEFORE INSERT OR UPDATE OF place_no, is_waiting, left_at
    ON consultations_attendance FOR EACH ROW EXECUTE FUNCTION consultations_place_exists();
"""
THAWED = """
DROP TRIGGER consultations_place_exists ON consultations_attendance;
DROP FUNCTION consultations_place_exists();
DROP TRIGGER consultations_attendance_stays ON consultations_attendance;
DROP TRIGGER consultations_attendance_is_kept ON consultations_attendance;
DROP TRIGGER consultations_agenda_is_kept ON consultations_agendaitem;
DROP FUNCTION consultations_minutes_are_kept();
DROP TRIGGER consultations_session_stays ON consultations_session;
DROP TRIGGER consultations_session_is_kept ON consultations_session;
DROP FUNCTION consultations_session_is_kept();
DROP TRIGGER consultations_opinion_words_are_kept ON consultations_opinion;
DROP TRIGGER consultations_topic_words_are_kept ON consultations_topic;
DROP FUNCTION consultations_words_are_kept();
DROP TRIGGER consultations_terms_are_not_emptied ON consultations_terms;
DROP TRIGGER consultations_terms_are_kept ON consultations_terms;
DROP TRIGGER consultations_step_is_not_emptied ON consultations_step;
DROP TRIGGER consultations_step_is_kept ON consultations_step;
DROP FUNCTION consultations_is_kept();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('grids', '0015_what_ends_is_handed_on'),
        ('tickets', '0018_kinds_of_clock'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.PositiveSmallIntegerField(verbose_name='round')),
                ('opens_at', models.DateTimeField(verbose_name='opens')),
                ('closes_at', models.DateTimeField(verbose_name='closes')),
                ('summary', models.TextField(blank=True, max_length=4000, verbose_name='summary')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
            ],
            options={
                'verbose_name': 'look-back',
                'verbose_name_plural': 'look-backs',
                'ordering': ['serial'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='review_closes_after_it_opens', violation_error_message='A round closes after it opens.'),
                    models.CheckConstraint(condition=models.Q(('closed_at', None), models.Q(('summary', ''), _negated=True), _connector='OR'), name='review_closed_with_a_summary', violation_error_message='Sum up what the look back brought.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Serial',
            fields=[
                ('year', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'serial of topics',
                'verbose_name_plural': 'serials of topics',
            },
        ),
        migrations.CreateModel(
            name='Opinion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(blank=True, choices=[('now', 'Can be done now'), ('later', 'To be done later'), ('cannot', 'Cannot be done')], max_length=8, verbose_name='verdict')),
                ('verdict_code', models.CharField(blank=True, choices=[('within_powers', 'Within the powers at hand'), ('funded', 'Money or labour was found'), ('all_agree', 'Those affected agree'), ('feasible', 'Nothing technical stands against it'), ('money_gap', 'Money is lacking'), ('title_unclear', 'It is unclear whose property it is'), ('powers_crossed', 'Several authorities are responsible'), ('needs_planning', 'It needs planning first'), ('decision_above', 'A decision above is awaited'), ('no_agreement', 'There is not enough agreement yet'), ('unlawful', 'Against law, plan or a covenant in force'), ('harms_rights', 'It harms the rights of others'), ('private_dispute', 'A private dispute, for mediation'), ('not_public', 'Outside of public powers'), ('unsafe', 'Unsafe'), ('finally_decided', 'Finally decided in court or on petition')], max_length=20, verbose_name='reason')),
                ('verdict_reason', models.TextField(blank=True, max_length=1000, verbose_name='reason in words')),
                ('revisit_on', models.DateField(blank=True, null=True, verbose_name='looked at again on')),
                ('must_change', models.CharField(blank=True, max_length=300, verbose_name='what must change first')),
                ('legal_basis', models.CharField(blank=True, max_length=300, verbose_name='rule by which it cannot be done')),
                ('alternative', models.CharField(blank=True, max_length=300, verbose_name='what is offered instead')),
                ('client_id', models.UUIDField(verbose_name='client id')),
                ('fingerprint', models.CharField(editable=False, max_length=64)),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='round')),
                ('serial', models.PositiveSmallIntegerField(verbose_name='number')),
                ('kind', models.CharField(choices=[('suggestion', 'Suggestion'), ('comment', 'Comment'), ('question', 'Question'), ('answer', 'Answer'), ('problem', 'Problem found')], max_length=10, verbose_name='kind')),
                ('body', models.TextField(max_length=2000, verbose_name='text')),
                ('is_named', models.BooleanField(default=False, verbose_name='name is shown')),
                ('leaning', models.SmallIntegerField(default=0, verbose_name='for or against')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='when')),
                ('supported_at', models.DateTimeField(blank=True, null=True, verbose_name='first stance')),
                ('fate', models.CharField(blank=True, choices=[('adopted', 'Adopted'), ('partly', 'Adopted in part'), ('not_adopted', 'Not adopted')], max_length=12, verbose_name='what became of it')),
                ('fate_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('hidden_at', models.DateTimeField(blank=True, null=True, verbose_name='hidden at')),
                ('hidden_reason', models.CharField(blank=True, max_length=300, verbose_name='why it is hidden')),
                ('appeal', models.CharField(blank=True, max_length=500, verbose_name='why it should be shown')),
                ('appeal_answer', models.CharField(blank=True, max_length=500, verbose_name='answer to that')),
                ('amends', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='consultations.opinion', verbose_name='amends')),
                ('appeal_answered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('author', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('fate_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hidden_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='consultations.opinion', verbose_name='on')),
                ('watched_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.department', verbose_name='watched by')),
            ],
            options={
                'verbose_name': 'opinion',
                'verbose_name_plural': 'opinions',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['author', '-id'], name='opinion_author'),
                    models.Index(condition=models.Q(('verdict', 'later')), fields=['revisit_on'], name='opinion_revisit'),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=('author', 'entered_by', 'client_id'), name='opinion_client_id_once_a_caller', nulls_distinct=False, violation_error_message='This client id was used before.'),
                    models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='opinion_has_words', violation_error_message='Write something.'),
                    models.CheckConstraint(condition=models.Q(('author__isnull', False), ('entered_by__isnull', False), _connector='OR'), name='opinion_of_somebody', violation_error_message='Somebody said it.'),
                    models.CheckConstraint(condition=models.Q(('leaning__gte', -1), ('leaning__lte', 1)), name='opinion_leans_one_way', violation_error_message='It is for, against or neither.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'answer'), _negated=True), ('parent__isnull', False), _connector='OR'), name='opinion_answer_answers_something', violation_error_message='An answer answers a question.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('fate', ''), ('fate_at', None), ('fate_by', None), ('verdict', '')), models.Q(('fate_at__isnull', False), ('fate_by__isnull', False), ('kind', 'suggestion'), models.Q(('fate', ''), _negated=True), models.Q(('verdict', ''), _negated=True)), _connector='OR'), name='opinion_fate_is_of_suggestions', violation_error_message='A suggestion is answered whole: fate, verdict, by whom.'),
                    models.CheckConstraint(condition=models.Q(('fate', ''), models.Q(('fate', 'not_adopted'), ('verdict', 'cannot')), models.Q(('fate__in', ['adopted', 'partly']), ('verdict__in', ['now', 'later'])), _connector='OR'), name='opinion_fate_goes_with_its_verdict', violation_error_message='What is adopted is done now or later, the rest cannot be.'),
                    models.CheckConstraint(condition=models.Q(('hidden_at', None), models.Q(('hidden_reason', ''), _negated=True), _connector='OR'), name='opinion_hidden_for_a_reason', violation_error_message='Say why it is hidden.'),
                    models.CheckConstraint(condition=models.Q(('appeal_answered_by', None), models.Q(('appeal_answered_by', models.F('hidden_by')), _negated=True), _connector='OR'), name='opinion_appeal_answered_by_another', violation_error_message='Somebody else answers the appeal.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_by__isnull', True)), models.Q(('hidden_at__isnull', False), ('hidden_by__isnull', False)), _connector='OR'), name='opinion_hidden_by_someone', violation_error_message='These go together or not at all.'),
                    models.CheckConstraint(condition=models.Q(models.Q(models.Q(('verdict', ''), ('verdict_code', '')), models.Q(('verdict', 'now'), ('verdict_code__in', ['within_powers', 'funded', 'all_agree', 'feasible'])), models.Q(('verdict', 'later'), ('verdict_code__in', ['money_gap', 'title_unclear', 'powers_crossed', 'needs_planning', 'decision_above', 'no_agreement'])), models.Q(('verdict', 'cannot'), ('verdict_code__in', ['unlawful', 'harms_rights', 'private_dispute', 'not_public', 'unsafe', 'finally_decided'])), _connector='OR'), models.Q(('verdict', ''), models.Q(('verdict_reason', ''), _negated=True), _connector='OR')), name='opinion_verdict_has_its_reason', violation_error_message='A verdict gives a reason that goes with it, in words too.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'later'), _negated=True), models.Q(('revisit_on__isnull', False), models.Q(('must_change', ''), _negated=True)), _connector='OR'), name='opinion_later_has_a_day', violation_error_message='Later means on which day, and what must change before it.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'cannot'), _negated=True), models.Q(('legal_basis', ''), _negated=True), _connector='OR'), name='opinion_cannot_names_a_rule', violation_error_message='What cannot be done names the rule that forbids it.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.PositiveSmallIntegerField(verbose_name='number')),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='round')),
                ('text', models.CharField(max_length=300, verbose_name='what is promised')),
                ('state', models.CharField(choices=[('offered', 'To be accepted'), ('accepted', 'Accepted'), ('returned', 'Returned'), ('done', 'Done'), ('confirmed', 'Confirmed by residents'), ('ended', 'Ended')], default='offered', max_length=10, verbose_name='state')),
                ('offered_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='offered at')),
                ('answer_by', models.DateTimeField(verbose_name='answer due')),
                ('reoffer_by', models.DateTimeField(blank=True, null=True, verbose_name='to be offered anew by')),
                ('overdue_at', models.DateTimeField(blank=True, null=True, verbose_name='unanswered since')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='accepted at')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='to be done by')),
                ('returns', models.PositiveSmallIntegerField(default=0, verbose_name='times given back')),
                ('return_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was given back')),
                ('result', models.CharField(blank=True, max_length=1000, verbose_name='what was done')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done at')),
                ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was ended')),
                ('fires_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('accepted_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('category', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.category', verbose_name='category')),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='grids.department', verbose_name='department')),
                ('helpers', models.ManyToManyField(blank=True, related_name='+', to='grids.department', verbose_name='together with')),
                ('offered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ticket', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commitment', to='tickets.ticket', verbose_name='ticket')),
                ('opinion', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='consultations.opinion', verbose_name='from suggestion')),
            ],
            options={
                'verbose_name': 'commitment',
                'verbose_name_plural': 'commitments',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['department', 'state', '-id'], name='commitment_department'),
                    models.Index(condition=models.Q(('fires_at__isnull', False)), fields=['fires_at'], name='commitment_fires'),
                    models.Index(condition=models.Q(('state', 'accepted')), fields=['due_on'], name='commitment_due'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='commitment_has_words', violation_error_message='Say what is promised.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['accepted', 'done', 'confirmed']), _negated=True), models.Q(('accepted_at__isnull', False), ('due_on__isnull', False)), _connector='OR'), name='commitment_accepted_has_a_day', violation_error_message='Who accepts names the day.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), _negated=True), models.Q(('return_reason', ''), _negated=True), _connector='OR'), name='commitment_returned_says_why', violation_error_message='Who gives it back says why.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['done', 'confirmed']), _negated=True), models.Q(models.Q(('result', ''), _negated=True), ('done_at__isnull', False)), _connector='OR'), name='commitment_done_has_a_result', violation_error_message='What is done has a result in words.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'ended'), _negated=True), models.Q(('end_reason', ''), _negated=True), _connector='OR'), name='commitment_ended_says_why', violation_error_message='Say why it was ended.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Platform',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('kind', models.CharField(choices=[('street', 'Street'), ('community', 'Community'), ('building', 'Office building'), ('workshop', 'Workshop'), ('countryside', 'Countryside'), ('compound', 'Compound'), ('sector', 'Sector')], max_length=12, verbose_name='kind')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='where it meets')),
                ('about', models.CharField(blank=True, max_length=300, verbose_name='what it is for')),
                ('founded_on', models.DateField(default=govgrid.core.clock.today, verbose_name='since')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='platforms', to='grids.area', verbose_name='area')),
                ('compound', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='platforms', to='grids.compound', verbose_name='compound')),
                ('host', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='platforms', to='grids.department', verbose_name='host')),
            ],
            options={
                'verbose_name': 'platform',
                'verbose_name_plural': 'platforms',
                'ordering': ['name', 'pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='platform_has_a_name', violation_error_message='A platform has a name.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('compound__isnull', False), ('kind', 'compound')), models.Q(('kind', 'compound'), _negated=True), _connector='OR'), name='platform_of_a_compound_names_it', violation_error_message="A compound's platform names the compound."),
                    models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('founded_on')), _connector='OR'), name='platform_ends_after_it_began', violation_error_message='It ends after it began.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('device', models.CharField(blank=True, editable=False, max_length=64)),
                ('score', models.PositiveSmallIntegerField(verbose_name='score')),
                ('remark', models.CharField(blank=True, max_length=300, verbose_name='remark')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('commitment', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='consultations.commitment')),
                ('entered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='consultations.review')),
                ('user', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'rating',
                'verbose_name_plural': 'ratings',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['review', 'commitment'], name='score_of_round'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('score__gte', 1), ('score__lte', 5)), name='score_from_one_to_five', violation_error_message='Rate from 1 to 5.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('device', ''), ('entered_by', None), ('user__isnull', False)), models.Q(('entered_by', None), ('user', None), models.Q(('device', ''), _negated=True)), models.Q(('device', ''), ('entered_by__isnull', False), ('user', None)), _connector='OR'), name='score_of_exactly_one', violation_error_message='A rating is of one person.'),
                    models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('review', 'commitment', 'user'), name='score_once_an_account', nulls_distinct=False, violation_error_message='You have rated this already.'),
                    models.UniqueConstraint(condition=models.Q(('device', ''), _negated=True), fields=('review', 'commitment', 'device'), name='score_once_a_device', nulls_distinct=False, violation_error_message='This was rated from here already.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('convenor', 'Convenor'), ('screener', 'Screener'), ('recorder', 'Recorder'), ('member', 'Committee member'), ('expert', 'Expert'), ('delegate', 'Delegate')], max_length=12, verbose_name='role')),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField(verbose_name='period')),
                ('drawn_by_lot', models.BooleanField(default=False, verbose_name='drawn by lot')),
                ('platform', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='consultations.platform', verbose_name='platform')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consultation_seats', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'seat',
                'verbose_name_plural': 'seats',
                'ordering': ['pk'],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('platform', '='), ('user', '='), ('role', '='), ('period', '&&')], name='consultation_seat_held_once', violation_error_message='This person holds that seat already.'),
                    models.CheckConstraint(condition=models.Q(('drawn_by_lot', False), ('role', 'delegate'), _connector='OR'), name='consultation_seat_lot_is_for_delegates', violation_error_message='Only delegates are drawn by lot.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='round')),
                ('kind', models.CharField(choices=[('visit', 'Visit to the place'), ('survey', 'Survey'), ('meeting', 'Consultation meeting'), ('online', 'Online consultation'), ('hearing', 'Hearing'), ('look_back', 'Look-back meeting'), ('joint', 'Joint meeting')], max_length=10, verbose_name='kind')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('sequence', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('venue', models.CharField(blank=True, max_length=120, verbose_name='where')),
                ('capacity', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='places')),
                ('called_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='called at')),
                ('papers_sent_at', models.DateTimeField(blank=True, null=True, verbose_name='papers sent at')),
                ('papers_due_at', models.DateTimeField(blank=True, null=True, verbose_name='papers due')),
                ('minutes_due_at', models.DateTimeField(blank=True, null=True, verbose_name='minutes due')),
                ('minutes', models.TextField(blank=True, max_length=20000, verbose_name='minutes')),
                ('minutes_published_at', models.DateTimeField(blank=True, null=True, verbose_name='minutes published at')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled at')),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was cancelled')),
                ('checkin_secret', models.CharField(default=consultations.models.session._secret, editable=False, max_length=32)),
                ('draw', models.JSONField(blank=True, editable=False, null=True)),
                ('views', models.PositiveIntegerField(default=0, editable=False)),
                ('called_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cancelled_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('minutes_published_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('platform', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='consultations.platform', verbose_name='platform')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'ordering': ['-starts_at', '-pk'],
                "indexes": [
                    models.Index(fields=['platform', '-starts_at', '-id'], name='session_platform'),
                    models.Index(fields=['starts_at'], name='session_start'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='session_ends_after_it_begins', violation_error_message='It ends after it begins.'),
                    models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='session_has_a_title', violation_error_message='Give it a title.'),
                    models.CheckConstraint(condition=models.Q(('capacity', None), ('capacity__gt', 0), _connector='OR'), name='session_has_places', violation_error_message='It has places, or as many as come.'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['survey', 'online']), models.Q(('venue', ''), _negated=True), _connector='OR'), name='session_meets_somewhere', violation_error_message='Say where it is held.'),
                    models.CheckConstraint(condition=models.Q(('minutes_published_at', None), ('cancelled_at', None), _connector='OR'), name='session_published_or_cancelled', violation_error_message='What was cancelled has no minutes.'),
                    models.CheckConstraint(condition=models.Q(('minutes_published_at', None), models.Q(('minutes', ''), _negated=True), _connector='OR'), name='session_published_has_minutes', violation_error_message='Write the minutes.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('cancel_reason', ''), ('cancelled_at', None)), models.Q(('cancelled_at__isnull', False), models.Q(('cancel_reason', ''), _negated=True)), _connector='OR'), name='session_cancelled_for_a_reason', violation_error_message='Say why it is cancelled.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('minutes_published_at__isnull', True), ('minutes_published_by__isnull', True)), models.Q(('minutes_published_at__isnull', False), ('minutes_published_by__isnull', False)), _connector='OR'), name='session_published_by_someone', violation_error_message='These go together or not at all.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', True), ('cancelled_by__isnull', True)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False)), _connector='OR'), name='session_cancelled_by_someone', violation_error_message='These go together or not at all.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='opinion',
            name='session',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='consultations.session'),
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('guest', models.CharField(blank=True, max_length=40, verbose_name='guest')),
                ('capacity', models.CharField(choices=[('resident', 'Resident'), ('owner', 'Owner'), ('business', 'Business'), ('member', 'Committee member'), ('expert', 'Expert'), ('department', 'Department'), ('community', 'Community office'), ('other', 'Other')], max_length=12, verbose_name='as')),
                ('place_no', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='place')),
                ('is_waiting', models.BooleanField(default=False, verbose_name='on the waiting list')),
                ('signed_up_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='signed up at')),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='signed off at')),
                ('checked_in_at', models.DateTimeField(blank=True, null=True, verbose_name='came at')),
                ('via', models.CharField(blank=True, choices=[('code', 'by the code at the door'), ('list', 'by the recorder')], max_length=4, verbose_name='how')),
                ('is_named', models.BooleanField(default=False, verbose_name='name is shown')),
                ('entered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='consultations.session')),
            ],
            options={
                'verbose_name': 'attendance',
                'verbose_name_plural': 'attendance',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['session', 'id'], name='attendance_session'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('guest', ''), ('user__isnull', False)), models.Q(('entered_by__isnull', False), ('user', None), models.Q(('guest', ''), _negated=True)), _connector='OR'), name='attendance_of_exactly_one', violation_error_message='It is of one person; a guest is entered by somebody.'),
                    models.UniqueConstraint(condition=models.Q(('left_at', None), ('user__isnull', False)), fields=('session', 'user'), name='attendance_once_a_person', violation_error_message='This person has signed up already.'),
                    models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('session', 'place_no'), name='attendance_one_a_place', violation_error_message='This place is taken.'),
                    models.CheckConstraint(condition=models.Q(('is_waiting', False), models.Q(('checked_in_at', None), ('place_no', None)), _connector='OR'), name='attendance_waits_without_a_place', violation_error_message='Who waits has no place yet.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('checked_in_at', None), ('via', '')), models.Q(('checked_in_at__isnull', False), models.Q(('via', ''), _negated=True)), _connector='OR'), name='attendance_came_somehow', violation_error_message='Who came signed in somehow.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.CharField(max_length=200, verbose_name='item')),
                ('minutes', models.TextField(blank=True, max_length=4000, verbose_name='what was said')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agenda', to='consultations.session')),
            ],
            options={
                'verbose_name': 'agenda item',
                'verbose_name_plural': 'agenda items',
                'ordering': ['position'],
                "constraints": [
                    models.UniqueConstraint(fields=('session', 'position'), name='consultation_agenda_in_one_order', violation_error_message='This place of the agenda is taken.'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='consultation_agenda_has_words', violation_error_message='Say what is talked over.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Terms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('body', models.JSONField(default=dict, verbose_name='terms')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='since')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('platform', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='consultations.platform')),
            ],
            options={
                'verbose_name': 'terms of a platform',
                'verbose_name_plural': 'terms of platforms',
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(fields=['platform', '-id'], name='terms_of_platform'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(blank=True, choices=[('now', 'Can be done now'), ('later', 'To be done later'), ('cannot', 'Cannot be done')], max_length=8, verbose_name='verdict')),
                ('verdict_code', models.CharField(blank=True, choices=[('within_powers', 'Within the powers at hand'), ('funded', 'Money or labour was found'), ('all_agree', 'Those affected agree'), ('feasible', 'Nothing technical stands against it'), ('money_gap', 'Money is lacking'), ('title_unclear', 'It is unclear whose property it is'), ('powers_crossed', 'Several authorities are responsible'), ('needs_planning', 'It needs planning first'), ('decision_above', 'A decision above is awaited'), ('no_agreement', 'There is not enough agreement yet'), ('unlawful', 'Against law, plan or a covenant in force'), ('harms_rights', 'It harms the rights of others'), ('private_dispute', 'A private dispute, for mediation'), ('not_public', 'Outside of public powers'), ('unsafe', 'Unsafe'), ('finally_decided', 'Finally decided in court or on petition')], max_length=20, verbose_name='reason')),
                ('verdict_reason', models.TextField(blank=True, max_length=1000, verbose_name='reason in words')),
                ('revisit_on', models.DateField(blank=True, null=True, verbose_name='looked at again on')),
                ('must_change', models.CharField(blank=True, max_length=300, verbose_name='what must change first')),
                ('legal_basis', models.CharField(blank=True, max_length=300, verbose_name='rule by which it cannot be done')),
                ('alternative', models.CharField(blank=True, max_length=300, verbose_name='what is offered instead')),
                ('number', models.CharField(editable=False, max_length=12, unique=True, verbose_name='number')),
                ('client_id', models.UUIDField(verbose_name='client id')),
                ('fingerprint', models.CharField(editable=False, max_length=64)),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('body', models.TextField(max_length=2000, verbose_name='what it is about')),
                ('is_named', models.BooleanField(default=False, verbose_name='name is shown')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='place')),
                ('point', django.contrib.gis.db.models.fields.PointField(blank=True, null=True, spatial_index=False, srid=4326)),
                ('raised_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='raised at')),
                ('state', models.CharField(choices=[('raised', 'Raised'), ('appealed', 'Under review'), ('withdrawn', 'Withdrawn'), ('declined', 'Not taken up'), ('referred', 'Passed on'), ('merged', 'Merged'), ('studying', 'Being looked into'), ('deliberating', 'Being talked over'), ('agreed', 'Agreed'), ('deferred', 'Put off'), ('doing', 'Being carried out'), ('reported', 'Reported back'), ('reviewing', 'Looked back on'), ('closed', 'Closed')], default='raised', max_length=14, verbose_name='state')),
                ('tier', models.CharField(choices=[('platform', 'Platform'), ('street', 'Street'), ('district', 'District')], default='platform', max_length=10, verbose_name='with')),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='round')),
                ('no_accord', models.PositiveSmallIntegerField(default=0, verbose_name='times without agreement')),
                ('reopened', models.PositiveSmallIntegerField(default=0, verbose_name='times reopened')),
                ('step_since', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='step began')),
                ('step_due_at', models.DateTimeField(blank=True, null=True, verbose_name='step due')),
                ('fires_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('fired', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('decline_code', models.CharField(blank=True, choices=[('not_public', 'No matter of common concern'), ('unclear', 'It cannot be told what is meant'), ('decided_already', 'Decided already, and nothing is new'), ('outside', 'Outside of what this platform is for'), ('unlawful', 'It asks for what the law forbids'), ('about_a_person', 'About a named person')], max_length=20, verbose_name='why it was not taken up')),
                ('destination', models.CharField(blank=True, choices=[('ticket', 'A ticket'), ('hotline', 'The hotline 12345'), ('mediation', 'Mediation'), ('complaints', 'The proper place for complaints'), ('other', 'Another place')], max_length=12, verbose_name='passed on to')),
                ('appealed_at', models.DateTimeField(blank=True, null=True, verbose_name='review asked for')),
                ('affected', models.CharField(blank=True, max_length=300, verbose_name='who is affected')),
                ('study_plan', models.TextField(blank=True, max_length=2000, verbose_name='how it is looked into')),
                ('study_waiver', models.CharField(blank=True, max_length=300, verbose_name='why nobody went there')),
                ('study_report', models.TextField(blank=True, max_length=8000, verbose_name='what the study found')),
                ('study_extended', models.CharField(blank=True, max_length=300, verbose_name='why it took longer')),
                ('consensus', models.TextField(blank=True, max_length=4000, verbose_name='what was agreed')),
                ('result', models.TextField(blank=True, max_length=4000, verbose_name='result')),
                ('reported_at', models.DateTimeField(blank=True, null=True, verbose_name='reported back at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), default=list, editable=False, size=None)),
                ('supported_at', models.DateTimeField(blank=True, null=True, verbose_name='first supported')),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='topics', to='grids.area', verbose_name='area')),
                ('cohosts', models.ManyToManyField(blank=True, related_name='cohosted', to='consultations.platform', verbose_name='held together with')),
                ('entered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('follows', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='consultations.topic', verbose_name='goes on from')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='consultations.topic', verbose_name='merged into')),
                ('platform', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='topics', to='consultations.platform', verbose_name='platform')),
                ('raised_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='raised by')),
                ('ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='topics', to='tickets.ticket', verbose_name='from ticket')),
                ('watched_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.department', verbose_name='watched by')),
            ],
            options={
                'verbose_name': 'topic',
                'verbose_name_plural': 'topics',
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(fields=['platform', '-id'], name='topic_platform'),
                    models.Index(fields=['platform', 'state', '-id'], name='topic_platform_state'),
                    models.Index(fields=['area', '-id'], name='topic_area'),
                    models.Index(fields=['state', '-id'], name='topic_state'),
                    models.Index(fields=['raised_by', '-id'], name='topic_raised_by'),
                    models.Index(condition=models.Q(('entered_by__isnull', False)), fields=['entered_by', '-id'], name='topic_entered_by'),
                    models.Index(condition=models.Q(('fires_at__isnull', False)), fields=['fires_at'], name='topic_fires'),
                    models.Index(condition=models.Q(('state', 'deferred')), fields=['revisit_on'], name='topic_revisit'),
                    django.contrib.postgres.indexes.GistIndex(condition=models.Q(('point__isnull', False)), fields=['point'], name='topic_point'),
                    django.contrib.postgres.indexes.GinIndex(fields=['words'], name='topic_words'),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=('raised_by', 'entered_by', 'client_id'), name='topic_client_id_once_a_caller', nulls_distinct=False, violation_error_message='This client id was used before.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('body', ''), _negated=True)), name='topic_has_words', violation_error_message='A topic has a title and says what it is about.'),
                    models.CheckConstraint(condition=models.Q(('raised_by__isnull', False), ('entered_by__isnull', False), ('follows__isnull', False), _connector='OR'), name='topic_raised_by_somebody', violation_error_message='Somebody raised it, or it goes on from another topic.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['agreed', 'closed', 'deferred', 'doing', 'reported', 'reviewing']), models.Q(('verdict', ''), _negated=True)), ('state__in', ['appealed']), models.Q(('state__in', ['declined', 'deliberating', 'merged', 'raised', 'referred', 'studying', 'withdrawn']), ('verdict', '')), _connector='OR'), name='topic_decided_has_a_verdict', violation_error_message='What was decided has a verdict, and nothing else has.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'deferred'), _negated=True), ('verdict', 'later'), _connector='OR'), name='topic_deferred_is_later', violation_error_message='What is put off was found to be for later.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('state', 'merged')), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_into', None)), _connector='OR'), name='topic_merged_says_into_what', violation_error_message='Merged means merged into another topic.'),
                    models.CheckConstraint(condition=models.Q(('merged_into', models.F('pk')), _negated=True), name='topic_not_merged_into_itself', violation_error_message='A topic is not merged into itself.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), _negated=True), models.Q(('decline_code', ''), _negated=True), _connector='OR'), name='topic_declined_says_why', violation_error_message='A topic that is not taken up is told the reason.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'referred'), _negated=True), models.Q(('destination', ''), _negated=True), _connector='OR'), name='topic_referred_says_where', violation_error_message='A topic that is passed on says where to.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state', 'closed')), models.Q(models.Q(('state', 'closed'), _negated=True), ('closed_at', None)), _connector='OR'), name='topic_closed_has_its_time', violation_error_message='Closed and its time go together.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['reported', 'reviewing', 'closed']), _negated=True), models.Q(models.Q(('result', ''), _negated=True), ('reported_at__isnull', False)), _connector='OR'), name='topic_reported_has_a_result', violation_error_message='What is reported back has a result in words.'),
                    models.CheckConstraint(condition=models.Q(('no_accord__lte', 3)), name='topic_without_accord_thrice_at_most', violation_error_message='It goes back twice at most.'),
                    models.CheckConstraint(condition=models.Q(models.Q(models.Q(('verdict', ''), ('verdict_code', '')), models.Q(('verdict', 'now'), ('verdict_code__in', ['within_powers', 'funded', 'all_agree', 'feasible'])), models.Q(('verdict', 'later'), ('verdict_code__in', ['money_gap', 'title_unclear', 'powers_crossed', 'needs_planning', 'decision_above', 'no_agreement'])), models.Q(('verdict', 'cannot'), ('verdict_code__in', ['unlawful', 'harms_rights', 'private_dispute', 'not_public', 'unsafe', 'finally_decided'])), _connector='OR'), models.Q(('verdict', ''), models.Q(('verdict_reason', ''), _negated=True), _connector='OR')), name='topic_verdict_has_its_reason', violation_error_message='A verdict gives a reason that goes with it, in words too.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'later'), _negated=True), models.Q(('revisit_on__isnull', False), models.Q(('must_change', ''), _negated=True)), _connector='OR'), name='topic_later_has_a_day', violation_error_message='Later means on which day, and what must change before it.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'cannot'), _negated=True), models.Q(('legal_basis', ''), _negated=True), _connector='OR'), name='topic_cannot_names_a_rule', violation_error_message='What cannot be done names the rule that forbids it.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(max_length=20, verbose_name='what')),
                ('before', models.CharField(blank=True, choices=[('raised', 'Raised'), ('appealed', 'Under review'), ('withdrawn', 'Withdrawn'), ('declined', 'Not taken up'), ('referred', 'Passed on'), ('merged', 'Merged'), ('studying', 'Being looked into'), ('deliberating', 'Being talked over'), ('agreed', 'Agreed'), ('deferred', 'Put off'), ('doing', 'Being carried out'), ('reported', 'Reported back'), ('reviewing', 'Looked back on'), ('closed', 'Closed')], max_length=14)),
                ('after', models.CharField(choices=[('raised', 'Raised'), ('appealed', 'Under review'), ('withdrawn', 'Withdrawn'), ('declined', 'Not taken up'), ('referred', 'Passed on'), ('merged', 'Merged'), ('studying', 'Being looked into'), ('deliberating', 'Being talked over'), ('agreed', 'Agreed'), ('deferred', 'Put off'), ('doing', 'Being carried out'), ('reported', 'Reported back'), ('reviewing', 'Looked back on'), ('closed', 'Closed')], max_length=14)),
                ('role', models.CharField(blank=True, max_length=20, verbose_name='as')),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('data', models.JSONField(default=dict)),
                ('is_public', models.BooleanField(default=False, verbose_name='in public')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('topic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='consultations.topic')),
            ],
            options={
                'verbose_name': 'step',
                'verbose_name_plural': 'steps',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['topic', 'id'], name='step_of_topic'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Stance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.SmallIntegerField(verbose_name='for or against')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='when')),
                ('opinion', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stances', to='consultations.opinion')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('topic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='stances', to='consultations.topic')),
            ],
            options={
                'verbose_name': 'stance',
                'verbose_name_plural': 'stances',
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(fields=('topic', 'opinion', 'user'), name='stance_once_a_person', nulls_distinct=False, violation_error_message='This person has said so already.'),
                    models.CheckConstraint(condition=models.Q(('value__gte', -1), ('value__lte', 1)), name='stance_is_one_way', violation_error_message='It is for, against or neither.'),
                ],
            },
        ),
        migrations.AddField(
            model_name='session',
            name='topic',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='consultations.topic', verbose_name='topic'),
        ),
        migrations.AddField(
            model_name='review',
            name='topic',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='consultations.topic'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='topic',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='consultations.topic'),
        ),
        migrations.AddField(
            model_name='commitment',
            name='topic',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='consultations.topic'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(fields=['topic', '-starts_at'], name='session_topic'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(condition=models.Q(('cancelled_at', None), ('kind', 'look_back')), fields=('topic', 'round'), name='session_one_look_back_a_round', violation_error_message='This round has its look-back meeting.'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(fields=('topic', 'serial'), name='review_serial_once_a_topic', violation_error_message='There is such a round.'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('topic',), name='review_one_is_open', violation_error_message='People are rating already.'),
        ),
        migrations.AddIndex(
            model_name='opinion',
            index=models.Index(fields=['topic', 'kind', 'id'], name='opinion_topic'),
        ),
        migrations.AddIndex(
            model_name='opinion',
            index=models.Index(condition=models.Q(('session__isnull', False)), fields=['session', 'id'], name='opinion_session'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.UniqueConstraint(fields=('topic', 'serial'), name='opinion_serial_once_a_topic', violation_error_message='This number is taken.'),
        ),
        migrations.AddConstraint(
            model_name='commitment',
            constraint=models.UniqueConstraint(fields=('topic', 'serial'), name='commitment_serial_once_a_topic', violation_error_message='This number is taken.'),
        ),
        migrations.RunSQL(FROZEN, THAWED),
    ]
