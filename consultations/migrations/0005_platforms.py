"""Seats, councils, plans, co-hosting, common topics, rounds of claiming, and the ledger."""

import consultations.models.entry
import django.contrib.postgres.constraints
import django.db.models.deletion
import govgrid.core.clock
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

KEPT = """
-- Who did what to a platform is only ever added to.
CREATE TRIGGER consultations_platformevent_is_kept BEFORE UPDATE OR DELETE
    ON consultations_platformevent FOR EACH ROW EXECUTE FUNCTION consultations_is_kept();
CREATE TRIGGER consultations_platformevent_is_not_emptied BEFORE TRUNCATE
    ON consultations_platformevent EXECUTE FUNCTION consultations_is_kept();

-- The ledger: a line is taken back by another one. Only the giver's name may go.
CREATE FUNCTION consultations_entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An entry stays as it is; another one takes it back.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultations_entry_is_kept BEFORE UPDATE ON consultations_entry FOR EACH ROW
    WHEN ((to_jsonb(NEW) - 'giver' - 'giver_is_public')
            IS DISTINCT FROM (to_jsonb(OLD) - 'giver' - 'giver_is_public')
        OR (NEW.giver <> OLD.giver AND NEW.giver <> '—')
        OR (NEW.giver_is_public AND NOT OLD.giver_is_public))
    EXECUTE FUNCTION consultations_entry_is_kept();
CREATE TRIGGER consultations_entry_stays BEFORE DELETE ON consultations_entry
    FOR EACH ROW EXECUTE FUNCTION consultations_entry_is_kept();
CREATE TRIGGER consultations_entry_is_not_emptied BEFORE TRUNCATE ON consultations_entry
    EXECUTE FUNCTION consultations_entry_is_kept();

CREATE FUNCTION consultations_entry_mirrors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE other consultations_entry;
BEGIN
    IF NEW.reverses_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO other FROM consultations_entry WHERE id = NEW.reverses_id;
    IF other.reverses_id IS NOT NULL THEN
        RAISE EXCEPTION 'What takes an entry back is not taken back itself.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF (other.topic_id, other.kind, other.direction, other.amount, other.unit)
        IS DISTINCT FROM (NEW.topic_id, NEW.kind, NEW.direction, NEW.amount, NEW.unit) THEN
        RAISE EXCEPTION 'An entry is taken back whole, as it was.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_entry_mirrors BEFORE INSERT ON consultations_entry
    FOR EACH ROW EXECUTE FUNCTION consultations_entry_mirrors();

-- A plan that was published stands; another version follows it.
CREATE FUNCTION consultations_plan_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published plan stays as it is; begin another version.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consultations_plan_is_kept BEFORE UPDATE OR DELETE ON consultations_plan
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION consultations_plan_is_kept();
CREATE FUNCTION consultations_line_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    planned bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.plan_id ELSE NEW.plan_id END;
    published timestamptz;
BEGIN
    -- FOR KEY SHARE would not wait for a publishing that is under way.
    SELECT p.published_at INTO published FROM consultations_plan p WHERE p.id = planned FOR SHARE;
    IF published IS NOT NULL THEN
        RAISE EXCEPTION 'A published plan stays as it is; begin another version.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER consultations_line_is_kept BEFORE INSERT OR UPDATE OR DELETE
    ON consultations_planline FOR EACH ROW EXECUTE FUNCTION consultations_line_is_kept();

-- What people claim is what they read; and nobody claims before or after.
CREATE FUNCTION consultations_item_of_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.pool_id ELSE NEW.pool_id END;
    published timestamptz;
BEGIN
    SELECT p.published_at INTO published FROM consultations_pool p WHERE p.id = held FOR SHARE;
    IF published IS NOT NULL THEN
        RAISE EXCEPTION 'A published topic stays as it was read.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER consultations_item_is_kept BEFORE INSERT OR UPDATE OR DELETE
    ON consultations_poolitem FOR EACH ROW EXECUTE FUNCTION consultations_item_of_a_draft();
CREATE FUNCTION consultations_claim_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE round consultations_pool;
BEGIN
    SELECT p.* INTO round FROM consultations_pool p
        JOIN consultations_poolitem i ON i.pool_id = p.id WHERE i.id = NEW.item_id FOR SHARE OF p;
    IF round.published_at IS NULL OR round.closed_at IS NOT NULL
        OR NEW.claimed_at < round.published_at OR NEW.claimed_at >= round.closes_at THEN
        RAISE EXCEPTION 'This round is not open for claiming.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consultations_claim_in_time BEFORE INSERT ON consultations_claim
    FOR EACH ROW EXECUTE FUNCTION consultations_claim_in_time();
CREATE TRIGGER consultations_claim_is_kept BEFORE UPDATE OR DELETE ON consultations_claim
    FOR EACH ROW EXECUTE FUNCTION consultations_is_kept();
"""
THAWED = """
DROP TRIGGER consultations_claim_is_kept ON consultations_claim;
DROP TRIGGER consultations_claim_in_time ON consultations_claim;
DROP FUNCTION consultations_claim_in_time();
DROP TRIGGER consultations_item_is_kept ON consultations_poolitem;
DROP FUNCTION consultations_item_of_a_draft();
DROP TRIGGER consultations_line_is_kept ON consultations_planline;
DROP FUNCTION consultations_line_is_kept();
DROP TRIGGER consultations_plan_is_kept ON consultations_plan;
DROP FUNCTION consultations_plan_is_kept();
DROP TRIGGER consultations_entry_mirrors ON consultations_entry;
DROP FUNCTION consultations_entry_mirrors();
DROP TRIGGER consultations_entry_is_not_emptied ON consultations_entry;
DROP TRIGGER consultations_entry_stays ON consultations_entry;
DROP TRIGGER consultations_entry_is_kept ON consultations_entry;
DROP FUNCTION consultations_entry_is_kept();
DROP TRIGGER consultations_platformevent_is_not_emptied ON consultations_platformevent;
DROP TRIGGER consultations_platformevent_is_kept ON consultations_platformevent;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0004_ballots'),
        ('grids', '0015_what_ends_is_handed_on'),
        ('tickets', '0019_promised_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.CharField(blank=True, max_length=40, verbose_name='group')),
                ('claimed_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='claimed at')),
                (
                    'claimed_by',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'platform',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='consultations.platform', verbose_name='platform'),
                ),
                (
                    'seats',
                    models.ManyToManyField(blank=True, related_name='claims', to='consultations.seat', verbose_name='who is in the group'),
                ),
                (
                    'topic',
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='claim', to='consultations.topic'),
                ),
            ],
            options={
                'verbose_name': 'claim',
                'verbose_name_plural': 'claims',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Cohosting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='asked at')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('is_agreed', models.BooleanField(default=False, verbose_name='agreed')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                (
                    'answered_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'asked_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'platform',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cohostings', to='consultations.platform', verbose_name='platform'),
                ),
                (
                    'topic',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cohostings', to='consultations.topic'),
                ),
            ],
            options={
                'verbose_name': 'co-hosting',
                'verbose_name_plural': 'co-hostings',
                'ordering': ['pk'],
                "constraints": [
                    models.UniqueConstraint(fields=('topic', 'platform'), name='cohosting_once_a_platform', violation_error_message='This platform was asked already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='cohosting_answered_by_someone', violation_error_message='These go together or not at all.'),
                    models.CheckConstraint(condition=models.Q(('is_agreed', False), ('answered_at__isnull', False), _connector='OR'), name='cohosting_agreed_is_answered', violation_error_message='Who agreed has answered.'),
                    models.CheckConstraint(condition=models.Q(('answered_at', None), ('is_agreed', True), models.Q(('note', ''), _negated=True), _connector='OR'), name='cohosting_refusal_says_why', violation_error_message='Say why not.'),
                    models.CheckConstraint(condition=models.Q(('answered_at', None), ('answered_at__gte', models.F('asked_at')), _connector='OR'), name='cohosting_answered_after_asked', violation_error_message='It is answered after it was asked.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.PositiveIntegerField(verbose_name='number')),
                ('client_id', models.UUIDField(blank=True, null=True, verbose_name='client id')),
                ('kind', models.CharField(choices=[('labour', 'Labour'), ('money', 'Money'), ('goods', 'Goods')], max_length=8, verbose_name='kind')),
                ('direction', models.CharField(choices=[('given', 'Given'), ('spent', 'Spent')], max_length=6, verbose_name='direction')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='amount')),
                ('unit', models.CharField(max_length=10, verbose_name='unit')),
                ('on', models.DateField(verbose_name='day')),
                ('text', models.CharField(max_length=120, verbose_name='for what')),
                ('giver', models.CharField(blank=True, max_length=60, verbose_name='who gave')),
                ('giver_is_public', models.BooleanField(default=False, verbose_name='may be named')),
                ('voucher', models.CharField(blank=True, max_length=60, verbose_name='number of the voucher')),
                ('voucher_file', models.FileField(blank=True, upload_to=consultations.models.entry._path, verbose_name='voucher as a PDF')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='why it is taken back')),
                ('entered_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='entered at')),
                (
                    'entered_by',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'reverses',
                    models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='consultations.entry', verbose_name='takes back'),
                ),
                (
                    'topic',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='consultations.topic'),
                ),
            ],
            options={
                'verbose_name': 'ledger entry',
                'verbose_name_plural': 'ledger entries',
                'ordering': ['topic', 'serial'],
                "constraints": [
                    models.UniqueConstraint(fields=('topic', 'serial'), name='entry_numbered_once', violation_error_message='There is an entry of this number.'),
                    models.UniqueConstraint(condition=models.Q(('client_id__isnull', False)), fields=('topic', 'client_id'), name='entry_client_id_once', violation_error_message='This client id was used before.'),
                    models.CheckConstraint(condition=models.Q(('amount__gt', Decimal('0'))), name='entry_amount_is_positive', violation_error_message='An amount is more than nothing.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('direction', 'spent'), _negated=True), models.Q(('voucher', ''), _negated=True), models.Q(('voucher_file', ''), _negated=True), ('reverses__isnull', False), _connector='OR'), name='entry_spending_has_a_voucher', violation_error_message='What is spent has a voucher: its number, or the file.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'money'), ('unit', 'yuan')), models.Q(('kind', 'labour'), ('unit__in', ['workday', 'person'])), models.Q(('kind', 'goods'), models.Q(('unit', ''), _negated=True)), _connector='OR'), name='entry_unit_fits_its_kind', violation_error_message='This is not counted in that unit.'),
                    models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='entry_says_for_what', violation_error_message='Say what it was for.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('reverses', None)), models.Q(('reverses__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='entry_taken_back_says_why', violation_error_message='Say why it is taken back.'),
                    models.CheckConstraint(condition=models.Q(('reverses', models.F('pk')), _negated=True), name='entry_takes_back_another', violation_error_message='An entry takes back another one.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('kind', 'labour'), _negated=True), ('direction', 'given'), _connector='OR'), name='entry_labour_is_given', violation_error_message='Labour is given; what is paid for is money.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what changed')),
                ('begun_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='begun at')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                (
                    'begun_by',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'platform',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='consultations.platform', verbose_name='platform'),
                ),
                (
                    'published_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                'verbose_name': 'plan of a year',
                'verbose_name_plural': 'plans of years',
                'ordering': ['-year', '-number'],
                "constraints": [
                    models.UniqueConstraint(fields=('platform', 'year', 'number'), name='plan_version_once', violation_error_message='There is this version already.'),
                    models.UniqueConstraint(condition=models.Q(('published_at', None)), fields=('platform', 'year'), name='plan_one_draft_a_year', violation_error_message='There is a draft for this year already.'),
                    models.CheckConstraint(condition=models.Q(('year__gte', 2000), ('year__lte', 2099)), name='plan_year_is_near', violation_error_message='The year lies between 2000 and 2099.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='plan_published_by_someone', violation_error_message='These go together or not at all.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlanLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.PositiveSmallIntegerField(verbose_name='number')),
                ('month', models.PositiveSmallIntegerField(verbose_name='month')),
                ('subject', models.CharField(max_length=120, verbose_name='subject')),
                ('kind', models.CharField(choices=[('visit', 'Visit to the place'), ('survey', 'Survey'), ('meeting', 'Consultation meeting'), ('online', 'Online consultation'), ('hearing', 'Hearing'), ('look_back', 'Look-back meeting'), ('joint', 'Joint meeting')], max_length=10, verbose_name='kind')),
                ('lead', models.CharField(blank=True, max_length=60, verbose_name='who leads')),
                (
                    'plan',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='consultations.plan'),
                ),
            ],
            options={
                'verbose_name': 'line of a plan',
                'verbose_name_plural': 'lines of plans',
                'ordering': ['month', 'key'],
                "constraints": [
                    models.UniqueConstraint(fields=('plan', 'key'), name='plan_line_once', violation_error_message='There is this line already.'),
                    models.CheckConstraint(condition=models.Q(('month__gte', 1), ('month__lte', 12)), name='plan_line_in_a_month', violation_error_message='A month is a number from 1 to 12.'),
                    models.CheckConstraint(condition=models.Q(('subject', ''), _negated=True), name='plan_line_has_words', violation_error_message='Say what is talked over.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlanLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('key', models.PositiveSmallIntegerField(verbose_name='line')),
                ('linked_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='linked at')),
                (
                    'linked_by',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'platform',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consultations.platform'),
                ),
                (
                    'session',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_links', to='consultations.session'),
                ),
                (
                    'topic',
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_links', to='consultations.topic'),
                ),
            ],
            options={
                'verbose_name': 'link of a plan',
                'verbose_name_plural': 'links of plans',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['platform', 'year', 'key'], name='plan_link_line'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('session', None), ('topic__isnull', False)), models.Q(('session__isnull', False), ('topic', None)), _connector='OR'), name='plan_link_of_exactly_one', violation_error_message='It is a topic or a session.'),
                    models.UniqueConstraint(condition=models.Q(('session__isnull', False)), fields=('session',), name='plan_link_session_once', violation_error_message='This session counts for a line already.'),
                    models.UniqueConstraint(condition=models.Q(('topic__isnull', False)), fields=('platform', 'year', 'key', 'topic'), name='plan_link_topic_once_a_line', violation_error_message='This topic stands on the line already.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PlatformEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(max_length=20, verbose_name='what')),
                ('role', models.CharField(blank=True, max_length=20, verbose_name='as')),
                ('data', models.JSONField(default=dict)),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='when')),
                (
                    'by',
                    models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'platform',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='consultations.platform'),
                ),
            ],
            options={
                'verbose_name': 'event of a platform',
                'verbose_name_plural': 'events of platforms',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['platform', '-id'], name='event_of_platform'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Pool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('about', models.CharField(blank=True, max_length=300, verbose_name='what it is for')),
                ('round', models.PositiveSmallIntegerField(default=1, verbose_name='round')),
                ('begun_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='begun at')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('closes_at', models.DateTimeField(blank=True, null=True, verbose_name='closes at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                (
                    'area',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pools', to='grids.area', verbose_name='area'),
                ),
                (
                    'begun_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'follows',
                    models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='next', to='consultations.pool', verbose_name='goes on from'),
                ),
                (
                    'published_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                'verbose_name': 'round of claiming',
                'verbose_name_plural': 'rounds of claiming',
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(condition=models.Q(('closed_at', None), ('published_at__isnull', False)), fields=['closes_at'], name='pool_to_close'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='pool_has_a_title', violation_error_message='Give it a title.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='pool_published_by_someone', violation_error_message='These go together or not at all.'),
                    models.CheckConstraint(condition=models.Q(('published_at', None), ('closes_at__gt', models.F('published_at')), _connector='OR'), name='pool_published_says_until_when', violation_error_message='It closes after it was published.'),
                    models.CheckConstraint(condition=models.Q(('closed_at', None), ('published_at__isnull', False), _connector='OR'), name='pool_closed_was_published', violation_error_message='What closes was published.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='PoolItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('body', models.TextField(max_length=2000, verbose_name='what it is about')),
                (
                    'carried_from',
                    models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='carried_to', to='consultations.poolitem', verbose_name='carried over from'),
                ),
                (
                    'pool',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='consultations.pool'),
                ),
            ],
            options={
                'verbose_name': 'topic to claim',
                'verbose_name_plural': 'topics to claim',
                'ordering': ['position'],
                "constraints": [
                    models.UniqueConstraint(fields=('pool', 'position'), name='pool_item_in_one_order', violation_error_message='This place of the list is taken.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('body', ''), _negated=True)), name='pool_item_has_words', violation_error_message='A topic has a title and says what it is about.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('body', models.TextField(max_length=2000, verbose_name='what it is about')),
                ('client_id', models.UUIDField(blank=True, null=True, unique=True, verbose_name='client id')),
                ('issued_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='put at')),
                ('summary', models.TextField(blank=True, max_length=4000, verbose_name='what came of it')),
                ('summed_at', models.DateTimeField(blank=True, null=True, verbose_name='summed up at')),
                (
                    'area',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='themes', to='grids.area', verbose_name='area'),
                ),
                (
                    'issued_by',
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
                (
                    'summed_by',
                    models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                'verbose_name': 'common topic',
                'verbose_name_plural': 'common topics',
                'ordering': ['-pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('body', ''), _negated=True)), name='theme_has_words', violation_error_message='A topic has a title and says what it is about.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('summary', ''), ('summed_at', None)), models.Q(('summed_at__isnull', False), ('summed_by__isnull', False), models.Q(('summary', ''), _negated=True)), _connector='OR'), name='theme_summed_up_in_words', violation_error_message='Say what came of it.'),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name='platform',
            name='platform_of_a_compound_names_it',
        ),
        migrations.RemoveField(
            model_name='topic',
            name='cohosts',
        ),
        migrations.AlterField(
            model_name='platform',
            name='kind',
            field=models.CharField(choices=[('street', 'Street'), ('community', 'Community'), ('building', 'Office building'), ('workshop', 'Workshop'), ('countryside', 'Countryside'), ('compound', 'Compound'), ('sector', 'Sector'), ('owners', "Owners' council"), ('residents', "Residents' council")], max_length=12, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='platform',
            constraint=models.CheckConstraint(condition=models.Q(('compound__isnull', False), models.Q(('kind__in', ['compound', 'owners']), _negated=True), _connector='OR'), name='platform_of_a_compound_names_it', violation_error_message="A compound's platform names the compound."),
        ),
        migrations.AddConstraint(
            model_name='platform',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on', None), ('kind', 'owners')), fields=('compound',), name='platform_one_owners_council', violation_error_message="This compound has its owners' council."),
        ),
        migrations.AddConstraint(
            model_name='platform',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on', None), ('kind', 'residents')), fields=('area',), name='platform_one_residents_council', violation_error_message="This community has its residents' council."),
        ),
        migrations.AddConstraint(
            model_name='seat',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('role__in', ['convenor', 'screener'])), expressions=[('platform', '='), ('user', '='), ('role', '<>'), ('period', '&&')], name='consultation_seat_never_two_keys', violation_error_message='Nobody decides on topics and leads the talk as well.'),
        ),
        migrations.AddField(
            model_name='claim',
            name='item',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='claim', to='consultations.poolitem'),
        ),
        migrations.AddField(
            model_name='topic',
            name='theme',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='topics', to='consultations.theme', verbose_name='common topic'),
        ),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.UniqueConstraint(condition=models.Q(('theme__isnull', False)), fields=('theme', 'platform'), name='topic_of_a_theme_once_a_platform', violation_error_message='This platform has the common topic already.'),
        ),
        migrations.RunSQL(KEPT, THAWED),
    ]
