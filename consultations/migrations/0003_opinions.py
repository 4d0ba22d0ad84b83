"""Opinions: amendments, wordings that follow one another, flags, what is left of stances."""

import django.contrib.postgres.fields
import django.db.models.deletion
import govgrid.core.clock
from django.conf import settings
from django.db import migrations, models


FORWARDS = """
-- A later wording of a topic is another version that nobody has supported yet; in the same version
-- what somebody has supported is not reworded.
DROP TRIGGER consultations_topic_words_are_kept ON consultations_topic;
CREATE TRIGGER consultations_topic_words_are_kept
    BEFORE UPDATE OF title, body, supported_at, version ON consultations_topic FOR EACH ROW
    WHEN (OLD.supported_at IS NOT NULL
        AND (NEW.title <> OLD.title OR NEW.body <> OLD.body OR NEW.supported_at IS NULL)
        AND NOT (NEW.version = OLD.version + 1 AND NEW.supported_at IS NULL))
    EXECUTE FUNCTION consultations_words_are_kept();
CREATE TRIGGER consultations_wording_is_kept BEFORE UPDATE OR DELETE ON consultations_wording
    FOR EACH ROW EXECUTE FUNCTION consultations_is_kept();
CREATE TRIGGER consultations_wording_is_not_emptied BEFORE TRUNCATE ON consultations_wording
    EXECUTE FUNCTION consultations_is_kept();

-- A stance is on the words that stand there, and freezes them.
CREATE FUNCTION consultations_stance_freezes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.opinion_id IS NULL THEN
        PERFORM 1 FROM consultations_topic WHERE id = NEW.topic_id AND version = NEW.version;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'It was worded anew meanwhile.' USING ERRCODE = 'check_violation';
        END IF;
        UPDATE consultations_topic SET supported_at = NEW.at
        WHERE id = NEW.topic_id AND supported_at IS NULL;
    ELSE
        PERFORM 1 FROM consultations_opinion
        WHERE id = NEW.opinion_id AND topic_id = NEW.topic_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'This was not said on this topic.' USING ERRCODE = 'check_violation';
        END IF;
        UPDATE consultations_opinion SET supported_at = NEW.at
        WHERE id = NEW.opinion_id AND supported_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER consultations_stance_freezes AFTER INSERT OR UPDATE ON consultations_stance
    FOR EACH ROW EXECUTE FUNCTION consultations_stance_freezes();

-- Whoever hid something does not decide on the appeal, also where deciding shows it again.
CREATE FUNCTION consultations_appeal_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Somebody else answers the appeal.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER consultations_appeal_by_another BEFORE UPDATE OF appeal_answered_by_id
    ON consultations_opinion FOR EACH ROW
    WHEN (NEW.appeal_answered_by_id IN (OLD.hidden_by_id, OLD.author_id, OLD.entered_by_id))
    EXECUTE FUNCTION consultations_appeal_by_another();

-- A reply is to something said on the same topic, and threads are one level deep.
CREATE FUNCTION consultations_opinion_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM consultations_opinion o
               WHERE o.id IN (NEW.parent_id, NEW.amends_id)
                   AND (o.topic_id <> NEW.topic_id OR o.parent_id IS NOT NULL)) THEN
        RAISE EXCEPTION 'It is about something else.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_opinion_belongs BEFORE INSERT OR UPDATE OF parent_id, amends_id, topic_id
    ON consultations_opinion FOR EACH ROW
    WHEN (NEW.parent_id IS NOT NULL OR NEW.amends_id IS NOT NULL)
    EXECUTE FUNCTION consultations_opinion_belongs();
"""

BACKWARDS = """
DROP TRIGGER consultations_opinion_belongs ON consultations_opinion;
DROP FUNCTION consultations_opinion_belongs();
DROP TRIGGER consultations_appeal_by_another ON consultations_opinion;
DROP FUNCTION consultations_appeal_by_another();
DROP TRIGGER consultations_stance_freezes ON consultations_stance;
DROP FUNCTION consultations_stance_freezes();
DROP TRIGGER consultations_wording_is_not_emptied ON consultations_wording;
DROP TRIGGER consultations_wording_is_kept ON consultations_wording;
DROP TRIGGER consultations_topic_words_are_kept ON consultations_topic;
CREATE TRIGGER consultations_topic_words_are_kept
    BEFORE UPDATE OF title, body, supported_at ON consultations_topic FOR EACH ROW
    WHEN (OLD.supported_at IS NOT NULL AND (
        NEW.title <> OLD.title OR NEW.body <> OLD.body OR NEW.supported_at IS NULL))
    EXECUTE FUNCTION consultations_words_are_kept();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0002_sessions'),
        ('grids', '0015_what_ends_is_handed_on'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('about_a_person', 'About a named person'), ('insult', 'It insults or threatens'), ('unlawful', 'It breaks the law'), ('advert', 'Advertisement'), ('beside', 'It has nothing to do with the topic'), ('other', 'Something else')], max_length=16, verbose_name='reason')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='when')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='settled at')),
                (
                    'opinion',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='flags', to='consultations.opinion', verbose_name='opinion'),
                ),
                (
                    'settled_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'user',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                'verbose_name': 'flag',
                'verbose_name_plural': 'flags',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(condition=models.Q(('settled_at', None)), fields=['opinion'], name='flag_open'),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=('opinion', 'user'), name='flag_once_a_reader', violation_error_message='You have flagged this already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reason', 'other'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='flag_says_what_else', violation_error_message='Say what is wrong with it.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('settled_by__isnull', True)), models.Q(('settled_at__isnull', False), ('settled_by__isnull', False)), _connector='OR'), name='flag_settled_by_someone', violation_error_message='These go together or not at all.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(verbose_name='wording')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('body', models.TextField(max_length=2000, verbose_name='text')),
                ('until', models.DateTimeField(verbose_name='until')),
                (
                    'amendment',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consultations.opinion', verbose_name='replaced by amendment'),
                ),
                (
                    'topic',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='wordings', to='consultations.topic'),
                ),
            ],
            options={
                'verbose_name': 'earlier wording',
                'verbose_name_plural': 'earlier wordings',
                'ordering': ['version'],
                "constraints": [
                    models.UniqueConstraint(fields=('topic', 'version'), name='wording_once_a_version', violation_error_message='This wording is kept already.'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='opinion',
            name='opinion_verdict_has_its_reason',
        ),
        migrations.RemoveConstraint(
            model_name='opinion',
            name='opinion_cannot_names_a_rule',
        ),
        migrations.AddField(
            model_name='opinion',
            name='fate_round',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='answered in round'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='of_version',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='wording'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='role',
            field=models.CharField(blank=True, choices=[('convenor', 'Convenor'), ('screener', 'Screener'), ('recorder', 'Recorder'), ('member', 'Committee member'), ('expert', 'Expert'), ('delegate', 'Delegate')], max_length=12, verbose_name='as'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='shown_again_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='shown again at'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='superseded_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='worded anew at'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='taken_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='taken over at'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='tally',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), blank=True, editable=False, null=True, size=3),
        ),
        migrations.AddField(
            model_name='opinion',
            name='why',
            field=models.CharField(blank=True, max_length=300, verbose_name='why'),
        ),
        migrations.AddField(
            model_name='stance',
            name='version',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='wording'),
        ),
        migrations.AddField(
            model_name='topic',
            name='mapped_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='topic',
            name='opinion_map',
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='topic',
            name='tally',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), blank=True, editable=False, null=True, size=3),
        ),
        migrations.AddField(
            model_name='topic',
            name='version',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='wording'),
        ),
        migrations.AlterField(
            model_name='opinion',
            name='kind',
            field=models.CharField(choices=[('suggestion', 'Suggestion'), ('comment', 'Comment'), ('question', 'Question'), ('answer', 'Answer'), ('amendment', 'Amendment'), ('problem', 'Problem found')], max_length=10, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='opinion',
            name='verdict_code',
            field=models.CharField(blank=True, choices=[('within_powers', 'Within the powers at hand'), ('funded', 'Money or labour was found'), ('all_agree', 'Those affected agree'), ('feasible', 'Nothing technical stands against it'), ('money_gap', 'Money is lacking'), ('title_unclear', 'It is unclear whose property it is'), ('powers_crossed', 'Several authorities are responsible'), ('needs_planning', 'It needs planning first'), ('decision_above', 'A decision above is awaited'), ('no_agreement', 'There is not enough agreement yet'), ('unlawful', 'Against law, plan or a covenant in force'), ('harms_rights', 'It harms the rights of others'), ('private_dispute', 'A private dispute, for mediation'), ('not_public', 'Outside of public powers'), ('unsafe', 'Unsafe'), ('finally_decided', 'Finally decided in court or on petition'), ('other_way', 'Another way was chosen at the table')], max_length=20, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='topic',
            name='verdict_code',
            field=models.CharField(blank=True, choices=[('within_powers', 'Within the powers at hand'), ('funded', 'Money or labour was found'), ('all_agree', 'Those affected agree'), ('feasible', 'Nothing technical stands against it'), ('money_gap', 'Money is lacking'), ('title_unclear', 'It is unclear whose property it is'), ('powers_crossed', 'Several authorities are responsible'), ('needs_planning', 'It needs planning first'), ('decision_above', 'A decision above is awaited'), ('no_agreement', 'There is not enough agreement yet'), ('unlawful', 'Against law, plan or a covenant in force'), ('harms_rights', 'It harms the rights of others'), ('private_dispute', 'A private dispute, for mediation'), ('not_public', 'Outside of public powers'), ('unsafe', 'Unsafe'), ('finally_decided', 'Finally decided in court or on petition'), ('other_way', 'Another way was chosen at the table')], max_length=20, verbose_name='reason'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(('hidden_by', None), models.Q(models.Q(('author', None), models.Q(('hidden_by', models.F('author')), _negated=True), _connector='OR'), models.Q(('entered_by', None), models.Q(('hidden_by', models.F('entered_by')), _negated=True), _connector='OR')), _connector='OR'), name='opinion_not_hidden_by_who_said_it', violation_error_message='Nobody hides what he said himself.'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(('shown_again_at', None), models.Q(('hidden_at', None), models.Q(('appeal_answer', ''), _negated=True)), _connector='OR'), name='opinion_shown_again_stands', violation_error_message='What was shown again after an appeal stands.'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'amendment'), _negated=True), models.Q(('amends__isnull', False), ('of_version', None)), models.Q(('amends', None), ('of_version__isnull', False)), _connector='OR'), name='opinion_amendment_amends_one_text', violation_error_message='An amendment is to one text.'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('verdict', ''), ('verdict_code', '')), models.Q(('verdict', 'now'), ('verdict_code__in', ['within_powers', 'funded', 'all_agree', 'feasible'])), models.Q(('verdict', 'later'), ('verdict_code__in', ['money_gap', 'title_unclear', 'powers_crossed', 'needs_planning', 'decision_above', 'no_agreement'])), models.Q(('verdict', 'cannot'), ('verdict_code__in', ['unlawful', 'harms_rights', 'private_dispute', 'not_public', 'unsafe', 'finally_decided', 'other_way'])), _connector='OR'), models.Q(('verdict', ''), models.Q(('verdict_reason', ''), _negated=True), ('fate', 'adopted'), _connector='OR')), name='opinion_verdict_has_its_reason', violation_error_message='A verdict gives a reason that goes with it, in words too.'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'cannot'), _negated=True), models.Q(('legal_basis', ''), _negated=True), ('verdict_code', 'other_way'), _connector='OR'), name='opinion_cannot_names_a_rule', violation_error_message='What cannot be done names the rule that forbids it.'),
        ),
        migrations.AddIndex(
            model_name='stance',
            index=models.Index(condition=models.Q(('opinion__isnull', False)), fields=['opinion', 'value'], name='stance_of_opinion'),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
