"""Needs, claims, the time bank and its gifts; what askers are told before they leave a number."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
import govgrid.core.clock
import govgrid.privacy.fields
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

KEPT = """
-- The story of a need: added to; with the need its people are forgotten.
CREATE FUNCTION members_needevent_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What happened to a need stays.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER needevent_is_kept BEFORE UPDATE ON members_needevent FOR EACH ROW
    WHEN ((to_jsonb(NEW) - 'by_id' - 'note') IS DISTINCT FROM (to_jsonb(OLD) - 'by_id' - 'note')
        OR (NEW.by_id IS DISTINCT FROM OLD.by_id AND NEW.by_id IS NOT NULL)
        OR (NEW.note <> OLD.note AND NEW.note <> ''))
    EXECUTE FUNCTION members_needevent_is_kept();
CREATE TRIGGER needevent_stays BEFORE DELETE ON members_needevent
    FOR EACH ROW EXECUTE FUNCTION members_needevent_is_kept();
CREATE TRIGGER needevent_is_not_emptied BEFORE TRUNCATE ON members_needevent
    EXECUTE FUNCTION members_needevent_is_kept();

-- Nobody serves himself, nor takes up what he typed for somebody else.
CREATE FUNCTION members_claim_of_anothers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM members_need n JOIN members_member m ON m.id = NEW.member_id
        WHERE n.id = NEW.need_id AND m.user_id IN (n.asker_id, n.entered_by_id)
    ) THEN
        RAISE EXCEPTION 'nobody claims a need of his own'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_of_anothers';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_of_anothers BEFORE INSERT OR UPDATE OF need_id, member_id ON members_claim
    FOR EACH ROW EXECUTE FUNCTION members_claim_of_anothers();

-- The ledger of time: an entry is taken back whole, by another one, once.
CREATE FUNCTION members_time_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An entry stays as it is; another one takes it back.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER timeentry_is_kept BEFORE UPDATE OR DELETE ON members_timeentry
    FOR EACH ROW EXECUTE FUNCTION members_time_is_kept();
CREATE TRIGGER timeentry_is_not_emptied BEFORE TRUNCATE ON members_timeentry
    EXECUTE FUNCTION members_time_is_kept();
CREATE TRIGGER giftissue_is_kept BEFORE UPDATE OR DELETE ON members_giftissue
    FOR EACH ROW EXECUTE FUNCTION members_time_is_kept();
CREATE TRIGGER statement_is_kept BEFORE UPDATE ON members_statement
    FOR EACH ROW EXECUTE FUNCTION members_time_is_kept();
CREATE FUNCTION members_time_mirrors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE other members_timeentry;
BEGIN
    IF NEW.reverses_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO other FROM members_timeentry WHERE id = NEW.reverses_id;
    IF other.reverses_id IS NOT NULL
        OR (other.payer_id, other.payee_id, other.minutes)
            IS DISTINCT FROM (NEW.payee_id, NEW.payer_id, NEW.minutes) THEN
        RAISE EXCEPTION 'an entry is taken back whole, as it was'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'time_entry_mirrors';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER time_entry_mirrors BEFORE INSERT ON members_timeentry
    FOR EACH ROW EXECUTE FUNCTION members_time_mirrors();
"""
THAWED = """
DROP TRIGGER time_entry_mirrors ON members_timeentry;
DROP FUNCTION members_time_mirrors();
DROP TRIGGER statement_is_kept ON members_statement;
DROP TRIGGER giftissue_is_kept ON members_giftissue;
DROP TRIGGER timeentry_is_not_emptied ON members_timeentry;
DROP TRIGGER timeentry_is_kept ON members_timeentry;
DROP FUNCTION members_time_is_kept();
DROP TRIGGER claim_of_anothers ON members_claim;
DROP FUNCTION members_claim_of_anothers();
DROP TRIGGER needevent_is_not_emptied ON members_needevent;
DROP TRIGGER needevent_stays ON members_needevent;
DROP TRIGGER needevent_is_kept ON members_needevent;
DROP FUNCTION members_needevent_is_kept();
"""
NOTICES = {
    "need": {
        "purpose": "为您找到愿意帮忙的志愿者",
        "method": "标题、类别和大致区域不署名公开；说明只给登录的统战成员和负责需求的工作人员看",
        "fields_listed": ["需要什么", "地点", "专长类别"],
        "retention_days": 365,
        "text": """您写的标题、类别和区域会不署名地公开，好让合适的人看到。
请不要写姓名、电话、病情、证件号、银行卡号，也不要写别人的私事。
替不满十四周岁的人提出需求，请由监护人填写，不写未成年人的姓名。
结束一年后，内容和提出人一并删除，只留数量。您可以随时撤回，不影响您享受任何公共服务。""",
    },
    "need-contact": {
        "purpose": "让您选定的那一位志愿者能联系到您",
        "method": "加密保存；只有您选定的一位能看，每看一次都有记录；结束三十天后不再显示并删除",
        "fields_listed": ["称呼", "电话"],
        "retention_days": 30,
        "text": """您可以不留联系方式，需求照样登记。

留下的称呼和电话加密保存，只给您亲自选定的那一位志愿者看，每看一次都有记录，您随时查得到。
需求结束三十天后不再显示，并予删除。您可以随时撤回。""",
    },
}


def publish(apps, schema_editor):
    notices = apps.get_model("privacy", "Notice").objects
    for key, content in NOTICES.items():
        if not notices.filter(key=key, version=1).exists():
            notices.create(key=key, version=1, published_at=timezone.now(), **content)



class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0006_public'),
        ('grids', '0016_data_officer'),
        ('members', '0004_network'),
        ('privacy', '0003_rights_chain_and_duties'),
        ('tickets', '0019_promised_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Need',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=14, unique=True, verbose_name='number')),
                ('client_id', models.UUIDField(verbose_name='client id')),
                ('fingerprint', models.CharField(editable=False, max_length=64)),
                ('is_by_guardian', models.BooleanField(default=False, verbose_name='asked by a guardian')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='where')),
                ('point', django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4326, verbose_name='about where')),
                ('title', models.CharField(blank=True, max_length=60, verbose_name='title')),
                ('body', models.TextField(blank=True, max_length=1000, verbose_name='what is needed')),
                ('state', models.CharField(choices=[('open', 'Open'), ('claimed', 'Somebody offers'), ('accepted', 'Agreed'), ('served', 'Served, to be confirmed'), ('confirmed', 'Confirmed'), ('closed', 'Closed'), ('expired', 'Expired'), ('withdrawn', 'Withdrawn')], default='open', max_length=10, verbose_name='state')),
                ('asked_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='asked at')),
                ('wanted_on', models.DateField(blank=True, null=True, verbose_name='wanted on')),
                ('expires_on', models.DateField(verbose_name='looked for until')),
                ('served_at', models.DateTimeField(blank=True, null=True, verbose_name='served at')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                ('end_note', models.CharField(blank=True, max_length=300, verbose_name='why it ended')),
                ('erased_at', models.DateTimeField(blank=True, null=True, verbose_name='erased at')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('asker', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('from_ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='needs', to='tickets.ticket', verbose_name='made of ticket')),
                ('from_topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='needs', to='consultations.topic', verbose_name='made of topic')),
                ('specialty', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.specialty', verbose_name='specialty')),
                ('ticket', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='was_need', to='tickets.ticket', verbose_name='became ticket')),
                ('topic', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='was_need', to='consultations.topic', verbose_name='became topic')),
            ],
            options={
                'verbose_name': 'need',
                'verbose_name_plural': 'needs',
                'ordering': ['-pk'],
                "indexes": [
                    models.Index(fields=['state', '-id'], name='need_of_state'),
                    models.Index(fields=['asker', '-id'], name='need_of_asker'),
                    models.Index(fields=['entered_by', '-id'], name='need_of_enterer'),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(('erased_at', None)), fields=('asker', 'entered_by', 'client_id'), name='need_sent_once', nulls_distinct=False, violation_error_message='This client id was used before.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('asker__isnull', False), ('entered_by', None)), models.Q(('asker', None), ('entered_by__isnull', False)), ('erased_at__isnull', False), _connector='OR'), name='need_of_somebody', violation_error_message="A need is somebody's, or entered by somebody."),
                    models.CheckConstraint(condition=models.Q(models.Q(models.Q(('title', ''), _negated=True), models.Q(('body', ''), _negated=True)), ('erased_at__isnull', False), _connector='OR'), name='need_says_what', violation_error_message='Say in a few words what is needed.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['confirmed', 'closed', 'expired', 'withdrawn'])), models.Q(models.Q(('state__in', ['confirmed', 'closed', 'expired', 'withdrawn']), _negated=True), ('ended_at', None)), _connector='OR'), name='need_over_says_when', violation_error_message='What is over has a moment at which it ended.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ticket', None), ('topic', None)), models.Q(('state', 'closed'), models.Q(('ticket', None), ('topic', None), _connector='OR')), _connector='OR'), name='need_became_one_thing', violation_error_message='What became something else is closed.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['served', 'confirmed']), _negated=True), ('served_at__isnull', False), _connector='OR'), name='need_served_says_when', violation_error_message='What was served has a moment at which it was.'),
                    models.CheckConstraint(condition=models.Q(('erased_at', None), models.Q(('asker', None), ('body', ''), ('end_note', ''), ('entered_by', None), ('from_ticket', None), ('from_topic', None), ('place', ''), ('point', None), ('title', '')), _connector='OR'), name='need_erased_is_empty', violation_error_message='What was erased is gone.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='NeedSerial',
            fields=[
                ('year', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'serial of needs',
                'verbose_name_plural': 'serials of needs',
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=16, unique=True, verbose_name='code')),
                ('minutes', models.PositiveIntegerField(verbose_name='minutes')),
                ('month', models.DateField(verbose_name='month')),
                ('made_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='made at')),
                ('expires_on', models.DateField(verbose_name='holds until')),
            ],
            options={
                'verbose_name': 'statement of time',
                'verbose_name_plural': 'statements of time',
                'ordering': ['-pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('minutes__gte', 1)), name='statement_of_some_time', violation_error_message='There is nothing to print yet.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Gift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('about', models.CharField(blank=True, max_length=200, verbose_name='about it')),
                ('place', models.CharField(max_length=120, verbose_name='where it is given')),
                ('left', models.PositiveIntegerField(verbose_name='how many are left')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='not given any more since')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'gift',
                'verbose_name_plural': 'gifts',
                'ordering': ['-pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('place', ''), _negated=True)), name='gift_has_words', violation_error_message='A gift has a name and a place where it is given.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='NeedContact',
            fields=[
                ('need', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='contact', serialize=False, to='members.need', verbose_name='need')),
                ('name', govgrid.privacy.fields.SealedTextField(null=True, verbose_name='name')),
                ('phone', govgrid.privacy.fields.SealedTextField(null=True, verbose_name='phone')),
                ('erased_at', models.DateTimeField(blank=True, null=True, verbose_name='erased at')),
                (
                    'consent',
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='privacy.consent', verbose_name='consent'),
                ),
            ],
            options={
                'verbose_name': 'contact of an asker',
                'verbose_name_plural': 'contacts of askers',
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('erased_at', None), models.Q(('name__isnull', True), ('phone__isnull', True)), _connector='OR'), name='need_contact_erased_is_empty', violation_error_message='What was erased is gone.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('offered', 'Offered'), ('accepted', 'Accepted'), ('declined', 'Not taken'), ('withdrawn', 'Taken back'), ('done', 'Done')], default='offered', max_length=10, verbose_name='state')),
                ('plan', models.CharField(blank=True, max_length=300, verbose_name='how and when')),
                ('offered_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='offered at')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done at')),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('result', models.CharField(blank=True, max_length=300, verbose_name='what was done')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('score', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='score')),
                ('thanks', models.CharField(blank=True, max_length=300, verbose_name='thanks')),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='members.member', verbose_name='member')),
                ('need', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='members.need', verbose_name='need')),
            ],
            options={
                'verbose_name': 'claim',
                'verbose_name_plural': 'claims',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['need', 'id'], name='claim_of_need'),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(('state__in', ['accepted', 'done'])), fields=('need',), name='claim_one_accepted', violation_error_message='Somebody else was accepted already.'),
                    models.UniqueConstraint(condition=models.Q(('state__in', ['offered', 'accepted', 'done'])), fields=('need', 'member'), name='claim_once_a_member', violation_error_message='You have offered already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('minutes__gte', 1), ('minutes__isnull', False), ('minutes__lte', 720), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('done_at', None), ('minutes', None)), _connector='OR'), name='claim_done_says_minutes', violation_error_message='Say how many minutes it took.'),
                    models.CheckConstraint(condition=models.Q(('score', None), models.Q(('score__gte', 1), ('score__lte', 5), ('state', 'done')), _connector='OR'), name='claim_scored_when_done', violation_error_message='A score is 1 to 5, of what was done.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('answered_at', None), ('state', 'offered')), models.Q(models.Q(('state', 'offered'), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='claim_not_offered_was_answered'),
                ],
            },
        ),
        migrations.CreateModel(
            name='NeedEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(max_length=12, verbose_name='what happened')),
                ('before', models.CharField(blank=True, max_length=10, verbose_name='before')),
                ('after', models.CharField(max_length=10, verbose_name='after')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='at')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('claim', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.claim', verbose_name='claim')),
                ('need', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='members.need', verbose_name='need')),
            ],
            options={
                'verbose_name': 'event of a need',
                'verbose_name_plural': 'events of needs',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['need', 'id'], name='need_event_story'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('verb', ''), _negated=True), models.Q(('after', ''), _negated=True)), name='need_event_names_a_verb'),
                ],
            },
        ),
        migrations.CreateModel(
            name='GiftIssue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('given_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='given at')),
                ('gift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='members.gift', verbose_name='gift')),
                ('given_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('statement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='issue', to='members.statement', verbose_name='statement of time')),
            ],
            options={
                'verbose_name': 'gift given',
                'verbose_name_plural': 'gifts given',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='TimeAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='opened at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('area', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='community pool of')),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='holder')),
            ],
            options={
                'verbose_name': 'time account',
                'verbose_name_plural': 'time accounts',
                'ordering': ['pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('area', None), ('closed_at', None), ('user__isnull', False)), models.Q(('area__isnull', False), ('closed_at', None), ('user', None)), models.Q(('area', None), ('closed_at__isnull', False), ('user', None)), _connector='OR'), name='time_account_of_one', violation_error_message="An account is a person's or a pool's."),
                ],
            },
        ),
        migrations.AddField(
            model_name='statement',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='members.timeaccount', verbose_name='account'),
        ),
        migrations.CreateModel(
            name='TimeEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minutes')),
                ('note', models.CharField(max_length=120, verbose_name='note')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='at')),
                ('claim', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='time_entry', to='members.claim', verbose_name='claim')),
                ('payee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='received', to='members.timeaccount', verbose_name='to')),
                ('payer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='paid', to='members.timeaccount', verbose_name='from')),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='members.timeentry', verbose_name='takes back')),
            ],
            options={
                'verbose_name': 'time entry',
                'verbose_name_plural': 'time entries',
                'ordering': ['pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('payer', models.F('payee')), _negated=True), name='time_entry_between_two', violation_error_message='Time goes from one account to another.'),
                    models.CheckConstraint(condition=models.Q(('minutes__gte', 1), ('minutes__lte', 720)), name='time_entry_is_some_time', violation_error_message='An entry is of one minute to twelve hours.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('claim__isnull', False), ('reverses', None)), models.Q(('claim', None), ('reverses__isnull', False)), _connector='OR'), name='time_entry_of_one_thing', violation_error_message='An entry is of a service, or takes one back.'),
                    models.CheckConstraint(condition=models.Q(('note', ''), _negated=True), name='time_entry_says_for_what', violation_error_message='Say what it was for.'),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('account', 'month'), name='statement_once_a_month', violation_error_message='You have printed one this month.'),
        ),
        migrations.RunSQL(KEPT, THAWED),
        # A published notice is never taken back: people may have relied on it.
        migrations.RunPython(publish, migrations.RunPython.noop),
    ]
