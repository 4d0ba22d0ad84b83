"""Ballots with their lists, keys and votes; residencies; covenants."""

import django.contrib.postgres.fields
import django.db.models.deletion
import govgrid.core.clock
import govgrid.privacy.fields
from django.conf import settings
from django.db import migrations, models


RULES = """
-- The rules of a ballot are what people vote by: none changes once it is announced, and a result
-- is final.
CREATE FUNCTION consultations_ballot_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'draft' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'A ballot that was announced is kept.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('counted', 'void') THEN
        RAISE EXCEPTION 'A ballot that is over is kept as it is.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (to_jsonb(NEW) - ARRAY['state', 'counted_at', 'counted_by_id', 'tally', 'receipts', 'is_passed',
            'voided_at', 'voided_by_id', 'void_reason'])
        IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['state', 'counted_at', 'counted_by_id', 'tally',
            'receipts', 'is_passed', 'voided_at', 'voided_by_id', 'void_reason'])
        AND OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'The rules of a ballot are kept once it is announced.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'announced'), ('draft', 'void'), ('announced', 'open'), ('announced', 'closed'),
        ('announced', 'void'), ('open', 'closed'), ('open', 'void'), ('closed', 'counted'),
        ('closed', 'void')) THEN
        RAISE EXCEPTION 'A ballot does not go from % to %.', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_ballot_is_kept BEFORE UPDATE OR DELETE ON consultations_ballot
    FOR EACH ROW EXECUTE FUNCTION consultations_ballot_is_kept();

-- Who may vote is settled before anybody does; a list goes when the ballot is over.
CREATE FUNCTION consultations_electors_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.ballot_id ELSE NEW.ballot_id END;
    now_in text;
BEGIN
    SELECT b.state INTO now_in FROM consultations_ballot b WHERE b.id = asked FOR SHARE;
    IF now_in = 'draft' OR (TG_OP = 'DELETE' AND now_in IN ('counted', 'void')) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'The list of a ballot is kept once it is announced.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultations_electors_are_kept BEFORE INSERT OR UPDATE OR DELETE
    ON consultations_elector FOR EACH ROW EXECUTE FUNCTION consultations_electors_are_kept();

-- A key is there before the first slip, and no other takes its place.
CREATE FUNCTION consultations_ballot_keys_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE now_in text;
BEGIN
    SELECT b.state INTO now_in FROM consultations_ballot b
    WHERE b.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.ballot_id ELSE NEW.ballot_id END FOR SHARE;
    IF now_in = 'draft' OR (TG_OP = 'UPDATE' AND NEW.private IS NULL
        AND (to_jsonb(NEW) - 'private') IS NOT DISTINCT FROM (to_jsonb(OLD) - 'private')) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'The keys of a ballot are kept once it is announced.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultations_ballot_keys_are_kept BEFORE INSERT OR UPDATE OR DELETE
    ON consultations_ballotkey FOR EACH ROW EXECUTE FUNCTION consultations_ballot_keys_are_kept();

CREATE FUNCTION consultations_vote_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked consultations_ballot;
BEGIN
    -- Waits for a closing that is under way, and closing waits for this.
    SELECT b.* INTO asked FROM consultations_ballot b WHERE b.id = NEW.ballot_id FOR SHARE;
    IF asked.state NOT IN ('announced', 'open') OR NEW.cast_at < asked.opens_at
        OR NEW.cast_at >= asked.closes_at THEN
        RAISE EXCEPTION 'This ballot takes no votes now.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_in_time';
    END IF;
    IF asked.basis = 'list' THEN
        PERFORM 1 FROM consultations_elector e
        WHERE e.id = NEW.elector_id AND e.ballot_id = NEW.ballot_id AND e.floor_area = NEW.floor_area
            AND NEW.household_key = '';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'This voter is not on the list of this ballot.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_of_the_electorate';
        END IF;
    ELSE
        PERFORM 1 FROM consultations_residency r
        JOIN grids_area home ON home.id = r.area_id
        JOIN grids_area here ON here.id = asked.area_id
        WHERE r.id = NEW.residency_id AND r.user_id IS NOT DISTINCT FROM NEW.user_id
            AND home.path LIKE here.path || '%'
            AND (asked.compound_id IS NULL OR r.compound_id = asked.compound_id)
            AND (r.ended_on IS NULL OR r.ended_on > (NEW.cast_at AT TIME ZONE 'Asia/Shanghai')::date)
            AND r.expires_on > (NEW.cast_at AT TIME ZONE 'Asia/Shanghai')::date
            AND NEW.floor_area = 0
            AND NEW.household_key = CASE WHEN asked.count_by = 'household'
                THEN r.household_key ELSE '' END;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'This voter is not of this ballot.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_of_the_electorate';
        END IF;
    END IF;
    IF asked.is_secret THEN
        -- A paper slip lies in the urn: here is only that there is one.
        IF cardinality(NEW.choices) > 0 OR (NEW.channel = 'paper') <> (NEW.sealed IS NULL) THEN
            RAISE EXCEPTION 'What is chosen here is known to nobody.'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_is_secret';
        END IF;
    ELSIF NEW.sealed IS NOT NULL OR cardinality(NEW.choices) NOT BETWEEN 1 AND asked.max_choices THEN
        RAISE EXCEPTION 'So many cannot be chosen.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_of_so_many';
    ELSIF EXISTS (SELECT 1 FROM unnest(NEW.choices) c WHERE c NOT BETWEEN 1 AND cardinality(asked.options))
        OR (SELECT count(DISTINCT c) FROM unnest(NEW.choices) c) <> cardinality(NEW.choices) THEN
        RAISE EXCEPTION 'There is no such option.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_of_an_option';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_vote_fits BEFORE INSERT ON consultations_vote
    FOR EACH ROW EXECUTE FUNCTION consultations_vote_fits();

-- A vote stays as it was cast; its slip is wiped with the count, all of it goes some time after.
CREATE FUNCTION consultations_vote_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE now_in text;
BEGIN
    SELECT b.state INTO now_in FROM consultations_ballot b WHERE b.id = OLD.ballot_id;
    IF TG_OP = 'DELETE' AND now_in IN ('counted', 'void') THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.sealed IS NULL AND now_in IN ('closed', 'void')
        AND (to_jsonb(NEW) - 'sealed') IS NOT DISTINCT FROM (to_jsonb(OLD) - 'sealed') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A vote is kept as it was cast.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultations_vote_is_kept BEFORE UPDATE OR DELETE ON consultations_vote
    FOR EACH ROW EXECUTE FUNCTION consultations_vote_is_kept();

-- In force by a ballot that passed, of this place, of those whom it binds, by the count the law asks.
CREATE FUNCTION consultations_covenant_was_voted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM consultations_ballot b
    WHERE b.id = NEW.ballot_id AND b.state = 'counted' AND b.is_passed AND b.kind = 'proposal'
        AND b.area_id = NEW.area_id AND b.compound_id IS NOT DISTINCT FROM NEW.compound_id
        AND b.pass_share IN ('over_half', 'two_thirds', 'three_quarters', 'all')
        AND CASE WHEN NEW.kind = 'compound'
            THEN b.count_by = 'area' AND b.quorum IN ('two_thirds', 'three_quarters', 'all')
            ELSE b.count_by IN ('head', 'household')
                AND b.quorum IN ('half', 'over_half', 'two_thirds', 'three_quarters', 'all') END;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A covenant comes into force by a ballot of its own that has passed.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'covenant_by_its_ballot';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_covenant_was_voted BEFORE INSERT OR UPDATE ON consultations_covenant
    FOR EACH ROW WHEN (NEW.state IN ('in_force', 'replaced'))
    EXECUTE FUNCTION consultations_covenant_was_voted();

-- What is put to the vote is what comes into force.
CREATE FUNCTION consultations_covenant_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    later text[] := ARRAY['state', 'in_force_from', 'ended_on', 'filed_at', 'filed_by_id', 'filing_note'];
BEGIN
    IF OLD.state = 'voting' AND NEW.state = 'draft' AND EXISTS (SELECT 1 FROM consultations_ballot b
        WHERE b.id = OLD.ballot_id AND b.state IN ('draft', 'void')) THEN
        later := later || ARRAY['ballot_id'];
    END IF;
    IF (to_jsonb(NEW) - later) IS DISTINCT FROM (to_jsonb(OLD) - later)
        OR (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
            ('voting', 'draft'), ('voting', 'in_force'), ('voting', 'dropped'), ('in_force', 'replaced'))) THEN
        RAISE EXCEPTION 'A covenant is kept as it was put to the vote.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_covenant_is_kept BEFORE UPDATE ON consultations_covenant
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION consultations_covenant_is_kept();
CREATE FUNCTION consultations_clauses_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE now_in text;
BEGIN
    SELECT c.state INTO now_in FROM consultations_covenant c
    WHERE c.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.covenant_id ELSE NEW.covenant_id END FOR SHARE;
    IF now_in <> 'draft' THEN
        RAISE EXCEPTION 'A covenant is kept as it was put to the vote.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER consultations_clauses_are_kept BEFORE INSERT OR UPDATE OR DELETE
    ON consultations_clause FOR EACH ROW EXECUTE FUNCTION consultations_clauses_are_kept();
"""
UNDONE = """
DROP TRIGGER consultations_clauses_are_kept ON consultations_clause;
DROP TRIGGER consultations_covenant_is_kept ON consultations_covenant;
DROP TRIGGER consultations_covenant_was_voted ON consultations_covenant;
DROP TRIGGER consultations_vote_is_kept ON consultations_vote;
DROP TRIGGER consultations_vote_fits ON consultations_vote;
DROP TRIGGER consultations_ballot_keys_are_kept ON consultations_ballotkey;
DROP TRIGGER consultations_electors_are_kept ON consultations_elector;
DROP TRIGGER consultations_ballot_is_kept ON consultations_ballot;
DROP FUNCTION consultations_clauses_are_kept();
DROP FUNCTION consultations_covenant_is_kept();
DROP FUNCTION consultations_covenant_was_voted();
DROP FUNCTION consultations_vote_is_kept();
DROP FUNCTION consultations_vote_fits();
DROP FUNCTION consultations_ballot_keys_are_kept();
DROP FUNCTION consultations_electors_are_kept();
DROP FUNCTION consultations_ballot_is_kept();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0003_opinions'),
        ('grids', '0015_what_ends_is_handed_on'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Ballot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.CharField(max_length=200, verbose_name='question')),
                ('about', models.TextField(blank=True, max_length=4000, verbose_name='what it is about')),
                ('options', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None, verbose_name='options')),
                ('kind', models.CharField(choices=[('proposal', 'Yes or no: the first option is the proposal'), ('choice', 'A choice among several')], max_length=8, verbose_name='kind')),
                ('max_choices', models.PositiveSmallIntegerField(default=1, verbose_name='at most')),
                ('basis', models.CharField(choices=[('residents', 'Verified residents of the area'), ('list', 'A list brought for this ballot alone')], max_length=9, verbose_name='who may vote')),
                ('count_by', models.CharField(choices=[('head', 'By head'), ('household', 'By household'), ('area', 'By head and by floor area')], max_length=9, verbose_name='counted')),
                ('is_secret', models.BooleanField(default=False, verbose_name='secret')),
                ('by_scrutineers', models.BooleanField(default=False, verbose_name='two scrutineers hold the key')),
                ('quorum', models.CharField(choices=[('none', 'No share'), ('half', 'Half'), ('over_half', 'More than half'), ('two_thirds', 'Two thirds'), ('three_quarters', 'Three quarters'), ('all', 'All')], default='over_half', max_length=14, verbose_name='must take part, of all')),
                ('pass_share', models.CharField(choices=[('none', 'No share'), ('half', 'Half'), ('over_half', 'More than half'), ('two_thirds', 'Two thirds'), ('three_quarters', 'Three quarters'), ('all', 'All')], default='over_half', max_length=14, verbose_name='must agree, of those who take part')),
                ('opens_at', models.DateTimeField(verbose_name='opens')),
                ('closes_at', models.DateTimeField(verbose_name='closes')),
                ('entitled', models.PositiveIntegerField(default=0, verbose_name='entitled')),
                ('entitled_area', models.PositiveBigIntegerField(default=0, verbose_name='floor area of all')),
                ('asked_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='drafted at')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('announced', 'Announced'), ('open', 'Open'), ('closed', 'Closed, to be counted'), ('counted', 'Counted'), ('void', 'Called off')], default='draft', max_length=9, verbose_name='state')),
                ('announced_at', models.DateTimeField(blank=True, null=True, verbose_name='announced at')),
                ('counted_at', models.DateTimeField(blank=True, null=True, verbose_name='counted at')),
                ('tally', models.JSONField(blank=True, null=True, verbose_name='result')),
                ('receipts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None, verbose_name='receipts')),
                ('is_passed', models.BooleanField(blank=True, null=True, verbose_name='passed')),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='called off at')),
                ('void_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was called off')),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('asked_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('compound', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.compound', verbose_name='compound')),
                ('counted_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('platform', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='consultations.platform', verbose_name='platform')),
                ('topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='consultations.topic', verbose_name='topic')),
                ('voided_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'ballot',
                'verbose_name_plural': 'ballots',
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(fields=['platform', '-id'], name='ballot_platform'),
                    models.Index(condition=models.Q(('state__in', ['announced', 'open'])), fields=['state', 'closes_at'], name='ballot_clock'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('question', ''), _negated=True), ('options__len__gte', 2), ('options__len__lte', 12)), name='ballot_asks_something', violation_error_message='It asks a question with 2 to 12 options.'),
                    models.CheckConstraint(condition=models.Q(('max_choices', 1), models.Q(('kind', 'choice'), ('max_choices__gte', 1), ('max_choices__lt', models.F('options__len'))), _connector='OR'), name='ballot_choices_are_possible', violation_error_message='So many cannot be chosen.'),
                    models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='ballot_closes_after_it_opens', violation_error_message='It closes after it opens.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('count_by', 'area'), _negated=True), models.Q(('basis', 'list'), ('is_secret', False)), _connector='OR'), name='ballot_by_area_is_open', violation_error_message='Counted by floor area it is not secret, and by a list: an area tells the flat.'),
                    models.CheckConstraint(condition=models.Q(('by_scrutineers', False), ('is_secret', True), _connector='OR'), name='ballot_scrutineers_of_secret_ones', violation_error_message='Only a secret ballot has a key.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('is_passed__isnull', False), ('state', 'counted'), ('tally__isnull', False)), models.Q(models.Q(('state', 'counted'), _negated=True), ('is_passed', None), ('receipts', []), ('tally', None)), _connector='OR'), name='ballot_counted_has_a_result', violation_error_message='A result is there once it was counted, and not before.'),
                    models.CheckConstraint(condition=models.Q(('counted_by', None), models.Q(('counted_by', models.F('asked_by')), _negated=True), _connector='OR'), name='ballot_counted_by_another', violation_error_message='Who asked the question does not count the votes.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'void'), ('voided_at__isnull', False), models.Q(('void_reason', ''), _negated=True)), models.Q(models.Q(('state', 'void'), _negated=True), ('void_reason', ''), ('voided_at', None)), _connector='OR'), name='ballot_void_for_a_reason', violation_error_message='Say why it is called off.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('counted_at__isnull', True), ('counted_by__isnull', True)), models.Q(('counted_at__isnull', False), ('counted_by__isnull', False)), _connector='OR'), name='ballot_counted_by_someone', violation_error_message='These go together or not at all.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('voided_at__isnull', True), ('voided_by__isnull', True)), models.Q(('voided_at__isnull', False), ('voided_by__isnull', False)), _connector='OR'), name='ballot_void_by_someone', violation_error_message='These go together or not at all.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='BallotKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('public', models.CharField(max_length=44)),
                ('private', govgrid.privacy.fields.SealedTextField(null=True)),
                ('made', models.CharField(choices=[('browser', "in the scrutineer's browser"), ('server', 'on the server')], max_length=7)),
                ('ballot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='consultations.ballot')),
                ('holder', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'key of a ballot',
                'verbose_name_plural': 'keys of ballots',
                'ordering': ['position'],
                "constraints": [
                    models.UniqueConstraint(fields=('ballot', 'position'), name='ballot_key_in_order', violation_error_message='There are two keys at most.'),
                    models.UniqueConstraint(fields=('ballot', 'holder'), name='ballot_key_one_a_holder', violation_error_message='Each scrutineer holds one key.'),
                    models.CheckConstraint(condition=models.Q(('position__in', [1, 2])), name='ballot_key_is_at_most_two', violation_error_message='There are two keys at most.'),
                    models.CheckConstraint(condition=models.Q(('holder', None), ('private', None), _connector='OR'), name='ballot_key_of_a_scrutineer_is_his', violation_error_message="A scrutineer's key is kept by nobody else."),
                ],
            },
        ),
        migrations.CreateModel(
            name='Covenant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('residents', "Residents' covenant"), ('village', 'Village rules'), ('compound', 'Rules of a compound')], max_length=9, verbose_name='kind')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('rationale', models.TextField(blank=True, max_length=4000, verbose_name='why it is needed')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('voting', 'Put to the vote'), ('in_force', 'In force'), ('replaced', 'Replaced'), ('dropped', 'Dropped')], default='draft', max_length=8, verbose_name='state')),
                ('drafted_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='drafted at')),
                ('legal_check', models.TextField(blank=True, max_length=4000, verbose_name='legal check')),
                ('checked_at', models.DateTimeField(blank=True, null=True, verbose_name='checked at')),
                ('in_force_from', models.DateField(blank=True, null=True, verbose_name='in force from')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='in force until')),
                ('filed_at', models.DateTimeField(blank=True, null=True, verbose_name='filed at')),
                ('filing_note', models.CharField(blank=True, max_length=120, verbose_name='filed as')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('ballot', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='covenant', to='consultations.ballot', verbose_name='ballot')),
                ('checked_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('compound', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.compound', verbose_name='compound')),
                ('drafted_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('filed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('platform', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covenants', to='consultations.platform', verbose_name='platform')),
                ('topic', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='covenants', to='consultations.topic', verbose_name='topic')),
            ],
            options={
                'verbose_name': 'covenant',
                'verbose_name_plural': 'covenants',
                'ordering': ['-pk'],
                "constraints": [
                    models.UniqueConstraint(fields=('area', 'compound', 'kind', 'number'), name='covenant_version_once', nulls_distinct=False, violation_error_message='This version is there already.'),
                    models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('area', 'compound', 'kind'), name='covenant_one_in_force', nulls_distinct=False, violation_error_message='One covenant of a kind is in force at a place.'),
                    models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'voting'])), fields=('area', 'compound', 'kind'), name='covenant_one_in_the_making', nulls_distinct=False, violation_error_message='A new version of it is in the making already.'),
                    models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='covenant_has_a_title', violation_error_message='Give it a title.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('compound__isnull', False), ('kind', 'compound')), models.Q(models.Q(('kind', 'compound'), _negated=True), ('compound', None)), _connector='OR'), name='covenant_of_a_compound_names_it', violation_error_message='The rules of a compound name it, others do not.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['in_force', 'replaced']), _negated=True), models.Q(('ballot__isnull', False), ('in_force_from__isnull', False), models.Q(('legal_check', ''), _negated=True)), _connector='OR'), name='covenant_in_force_was_voted', violation_error_message='It comes into force by a ballot that passed and with a legal check.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'voting'), _negated=True), models.Q(('ballot__isnull', False), models.Q(('legal_check', ''), _negated=True)), _connector='OR'), name='covenant_checked_before_the_vote', violation_error_message='It is checked by law before it is put to the vote.'),
                    models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('in_force_from')), _connector='OR'), name='covenant_ends_after_it_began', violation_error_message='It ends after it began.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('checked_at__isnull', True), ('checked_by__isnull', True)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='covenant_checked_by_someone', violation_error_message='These go together or not at all.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('filed_at__isnull', True), ('filed_by__isnull', True)), models.Q(('filed_at__isnull', False), ('filed_by__isnull', False)), _connector='OR'), name='covenant_filed_by_someone', violation_error_message='These go together or not at all.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ClauseComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='clause')),
                ('said_of', models.TextField(max_length=2000)),
                ('body', models.CharField(max_length=500, verbose_name='comment')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='when')),
                ('hidden_at', models.DateTimeField(blank=True, null=True, verbose_name='hidden at')),
                ('hidden_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was hidden')),
                ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hidden_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('covenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='consultations.covenant')),
            ],
            options={
                'verbose_name': 'comment on a clause',
                'verbose_name_plural': 'comments on clauses',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['covenant', 'position', 'id'], name='clause_comment'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('body', ''), _negated=True), name='clause_comment_says_something', violation_error_message='Write something.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('hidden_at', None), ('hidden_by', None), ('hidden_reason', '')), models.Q(('hidden_at__isnull', False), ('hidden_by__isnull', False), models.Q(('hidden_reason', ''), _negated=True)), _connector='OR'), name='clause_comment_hidden_for_a_reason', violation_error_message='Say why it is hidden.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Clause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='number')),
                ('text', models.TextField(max_length=2000, verbose_name='text')),
                ('covenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='clauses', to='consultations.covenant')),
            ],
            options={
                'verbose_name': 'clause',
                'verbose_name_plural': 'clauses',
                'ordering': ['position'],
                "constraints": [
                    models.UniqueConstraint(fields=('covenant', 'position'), name='clause_in_one_order', violation_error_message='This number is taken.'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='clause_has_words', violation_error_message='Write the clause.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Elector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', govgrid.privacy.fields.SealedTextField(verbose_name='household')),
                ('label_key', models.CharField(editable=False, max_length=64)),
                ('floor_area', models.PositiveIntegerField(default=0, verbose_name='floor area, hundredths of m²')),
                ('code_key', models.CharField(editable=False, max_length=64)),
                ('ballot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='electors', to='consultations.ballot')),
            ],
            options={
                'verbose_name': 'elector',
                'verbose_name_plural': 'electors',
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(fields=('ballot', 'label_key'), name='elector_once_a_list', violation_error_message='This household is on the list already.'),
                    models.UniqueConstraint(fields=('ballot', 'code_key'), name='elector_code_once_a_list', violation_error_message='This code is on the list already.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Residency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('household', govgrid.privacy.fields.SealedTextField(null=True, verbose_name='household')),
                ('household_key', models.CharField(editable=False, max_length=64)),
                ('verified_on', models.DateField(default=govgrid.core.clock.today, verbose_name='verified on')),
                ('expires_on', models.DateField(verbose_name='holds until')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('compound', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.compound', verbose_name='compound')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('verified_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='verified by')),
            ],
            options={
                'verbose_name': 'residency',
                'verbose_name_plural': 'residencies',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['household_key'], name='residency_household'),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(('ended_on', None), ('user__isnull', False)), fields=('user',), name='residency_one_a_person', violation_error_message="This person's residency is verified already."),
                    models.CheckConstraint(condition=models.Q(('user', None), models.Q(('user', models.F('verified_by')), _negated=True), _connector='OR'), name='residency_verified_by_another', violation_error_message='Nobody verifies his own residency.'),
                    models.CheckConstraint(condition=models.Q(('expires_on__gt', models.F('verified_on'))), name='residency_expires_later', violation_error_message='It holds until a day after it was verified.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('household_key', models.CharField(blank=True, editable=False, max_length=64)),
                ('floor_area', models.PositiveIntegerField(default=0)),
                ('choices', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, size=None)),
                ('sealed', models.BinaryField(null=True)),
                ('channel', models.CharField(choices=[('online', 'By the voter himself'), ('counter', 'At the counter'), ('paper', 'On paper')], max_length=7, verbose_name='how')),
                ('cast_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='when')),
                ('ballot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='votes', to='consultations.ballot')),
                ('elector', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consultations.elector')),
                ('recorded_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('residency', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consultations.residency')),
                ('user', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'vote',
                'verbose_name_plural': 'votes',
                'ordering': ['pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('elector__isnull', False), ('residency', None), ('user', None)), models.Q(('elector', None), ('residency__isnull', False)), _connector='OR'), name='vote_of_exactly_one', violation_error_message='It is of one voter.'),
                    models.UniqueConstraint(fields=('ballot', 'elector'), name='vote_once_an_elector', violation_error_message='This vote was cast already.'),
                    models.UniqueConstraint(fields=('ballot', 'residency'), name='vote_once_a_resident', violation_error_message='This vote was cast already.'),
                    models.UniqueConstraint(fields=('ballot', 'user'), name='vote_once_a_person', violation_error_message='This vote was cast already.'),
                    models.UniqueConstraint(condition=models.Q(('household_key', ''), _negated=True), fields=('ballot', 'household_key'), name='vote_once_a_household', violation_error_message='Somebody of this household has voted already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('channel', 'online'), ('recorded_by', None)), models.Q(models.Q(('channel', 'online'), _negated=True), ('recorded_by__isnull', False)), _connector='OR'), name='vote_recorded_by_someone', violation_error_message='What is entered for somebody has who entered it.'),
                    models.CheckConstraint(condition=models.Q(('recorded_by', None), ('user', None), models.Q(('user', models.F('recorded_by')), _negated=True), _connector='OR'), name='vote_not_recorded_for_oneself', violation_error_message='Nobody enters his own vote for himself.'),
                ],
            },
        ),
        migrations.RunSQL(RULES, UNDONE),
    ]
