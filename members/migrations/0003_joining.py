"""Invitations, what became of each entry, and the words of the notices."""

import json
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import govgrid.core.clock
import govgrid.privacy.fields
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

FORWARDS = """
CREATE SEQUENCE members_member_serial;

-- Surnames sort by strokes or by sound; both orders are of the ICU that PostgreSQL was built with.
CREATE COLLATION IF NOT EXISTS members_stroke (provider = icu, locale = 'zh-u-co-stroke');
CREATE COLLATION IF NOT EXISTS members_pinyin (provider = icu, locale = 'zh-u-co-pinyin');

CREATE FUNCTION members_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER members_memberevent_is_kept BEFORE UPDATE OR DELETE ON members_memberevent
    FOR EACH ROW EXECUTE FUNCTION members_event_is_kept();
CREATE TRIGGER members_memberevent_is_not_emptied BEFORE TRUNCATE ON members_memberevent
    EXECUTE FUNCTION members_event_is_kept();

-- Nobody is shown to the public who did not agree to just that.
CREATE FUNCTION members_check_listed(listed members_member) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF listed.is_listed AND NOT EXISTS (
        SELECT FROM privacy_consent c
        WHERE c.user_id = listed.user_id AND c.purpose_key = 'roster-listed'
            AND c.withdrawn_at IS NULL
    ) THEN
        RAISE EXCEPTION 'nobody is shown to the public without a live consent to that'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'member_listed_by_live_consent';
    END IF;
END $$;
CREATE FUNCTION members_member_listed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_is members_member;
BEGIN
    SELECT * INTO now_is FROM members_member WHERE id = NEW.id;
    IF FOUND THEN
        PERFORM members_check_listed(now_is);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION members_listed_consent_ends() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held members_member;
BEGIN
    FOR held IN SELECT * FROM members_member WHERE user_id = NEW.user_id LOOP
        PERFORM members_check_listed(held);
    END LOOP;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER member_listed_by_live_consent
    AFTER INSERT OR UPDATE OF is_listed, user_id ON members_member
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.is_listed) EXECUTE FUNCTION members_member_listed();
CREATE CONSTRAINT TRIGGER member_listed_by_live_consent
    AFTER UPDATE OF withdrawn_at ON privacy_consent
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.purpose_key = 'roster-listed')
    EXECUTE FUNCTION members_listed_consent_ends();
"""

BACKWARDS = """
DROP TRIGGER member_listed_by_live_consent ON privacy_consent;
DROP TRIGGER member_listed_by_live_consent ON members_member;
DROP FUNCTION members_listed_consent_ends();
DROP FUNCTION members_member_listed();
DROP FUNCTION members_check_listed(members_member);
DROP TRIGGER members_memberevent_is_kept ON members_memberevent;
DROP TRIGGER members_memberevent_is_not_emptied ON members_memberevent;
DROP FUNCTION members_event_is_kept();
DROP COLLATION members_stroke;
DROP COLLATION members_pinyin;
DROP SEQUENCE members_member_serial;
"""

NOTICES = Path(__file__).parents[1] / "data" / "notices.json"


def publish(apps, schema_editor):
    """Version 1 of each; one that asks for sensitive data waits until its use was assessed."""
    notices = apps.get_model("privacy", "Notice").objects
    for said in json.loads(NOTICES.read_text()):
        if not notices.filter(key=said["key"]).exists():
            published = None if said["is_sensitive"] else timezone.now()
            notices.create(version=1, published_at=published, **said)


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0015_what_ends_is_handed_on'),
        ('members', '0002_held_by_consent'),
        ('privacy', '0003_rights_chain_and_duties'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', govgrid.privacy.fields.SealedTextField(null=True, verbose_name='name')),
                ('phone', govgrid.privacy.fields.SealedTextField(null=True, verbose_name='telephone')),
                ('organisation', govgrid.privacy.fields.SealedTextField(null=True, verbose_name='organisation')),
                ('phone_index', models.CharField(blank=True, db_index=True, editable=False, max_length=64, null=True)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('invited_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='invited at')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('answer', models.CharField(blank=True, choices=[('', 'Not answered'), ('joined', 'Joined'), ('withdrawn', 'Withdrawn')], default='', max_length=10, verbose_name='answer')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('answered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.batch', verbose_name='recruiting batch')),
                ('invited_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['expires_at'], name='invitation_ends_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('name__isnull', False)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('phone_index', None), ('name__isnull', True), ('organisation__isnull', True), ('phone__isnull', True)), _connector='OR'), name='invitation_answered_is_empty', violation_error_message='Of an invitation that was answered nothing is kept.'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('invited_at'))), name='invitation_ends', violation_error_message='An invitation ends.')],
            },
        ),
        migrations.CreateModel(
            name='MemberEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verb', models.CharField(choices=[('applied', 'Applied'), ('joined', 'Answered the invitation'), ('login', 'A login was made for it'), ('taken', 'Taken'), ('declined', 'Not taken'), ('edited', 'Changed'), ('agreed', 'Agreed'), ('withdrew', 'Took a consent back'), ('paused', 'Paused'), ('resumed', 'Went on'), ('reviewed', 'Said that all of it still holds'), ('left', 'Left'), ('archived', 'Left, for the review was not answered'), ('erased', 'Erased')], max_length=10, verbose_name='what')),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None, verbose_name='of it')),
                ('at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='when')),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='members.member')),
            ],
            options={
                'verbose_name': 'event of an entry',
                'verbose_name_plural': 'events of entries',
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['member', '-id'], name='memberevent_of_member')],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        # A published notice is never taken back: people may have relied on it.
        migrations.RunPython(publish, migrations.RunPython.noop),
    ]
