"""Reception days with their slots and bookings, and activities with who signs up."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import govgrid.core.clock
import govgrid.privacy.fields
import members.models.activity
import uuid
from django.conf import settings
from django.db import migrations, models


FORWARDS = """
CREATE FUNCTION members_booking_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    slot members_slot;
BEGIN
    SELECT * INTO slot FROM members_slot WHERE id = NEW.slot_id;
    IF NEW.place_no > slot.places THEN
        RAISE EXCEPTION 'a slot has as many places as it says'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_within_the_places';
    END IF;
    IF slot.cancelled_at IS NOT NULL AND NEW.state IN ('booked', 'waiting') THEN
        RAISE EXCEPTION 'nobody has booked what is cancelled'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_of_a_standing_slot';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER booking_fits BEFORE INSERT OR UPDATE OF slot_id, place_no, state
    ON members_booking FOR EACH ROW EXECUTE FUNCTION members_booking_fits();

CREATE FUNCTION members_signup_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.place_no > (SELECT capacity FROM members_activity WHERE id = NEW.activity_id) THEN
        RAISE EXCEPTION 'an activity has as many places as it says'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'signup_within_the_places';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signup_fits BEFORE INSERT OR UPDATE OF activity_id, place_no
    ON members_signup FOR EACH ROW EXECUTE FUNCTION members_signup_fits();
"""

BACKWARDS = """
DROP TRIGGER signup_fits ON members_signup;
DROP FUNCTION members_signup_fits();
DROP TRIGGER booking_fits ON members_booking;
DROP FUNCTION members_booking_fits();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0006_public'),
        ('grids', '0016_data_officer'),
        ('members', '0005_needs'),
        ('tickets', '0019_promised_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('theme', 'Theme day'), ('talk', 'Talk'), ('fair', 'Job fair'), ('law', 'Law to the countryside'), ('evening', 'Evening together'), ('visit', 'Visit to firms'), ('service', 'Free services'), ('other', 'Other')], max_length=8, verbose_name='kind')),
                ('series', models.CharField(blank=True, max_length=40, verbose_name='series')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('text', models.TextField(blank=True, max_length=2000, verbose_name='what it is about')),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('place', models.CharField(max_length=120, verbose_name='where')),
                ('capacity', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='places')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('open', 'Open to all'), ('held', 'Held'), ('cancelled', 'Cancelled')], default='planned', max_length=10, verbose_name='state')),
                ('made_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='planned at')),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was called off')),
                ('head_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='how many came')),
                ('summary', models.TextField(blank=True, max_length=2000, verbose_name='summary')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('sequence', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('reminded_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('checkin_secret', models.CharField(default=members.models.activity._secret, editable=False, max_length=32)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grids.area', verbose_name='area')),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('station', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='members.station', verbose_name='station')),
            ],
            options={
                'verbose_name': 'activity',
                'verbose_name_plural': 'activities',
                'ordering': ['-starts_at', '-pk'],
                "indexes": [
                    models.Index(fields=['state', 'starts_at'], name='activity_by_state'),
                    models.Index(fields=['station', '-starts_at'], name='activity_of_station'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='activity_ends_after_it_begins', violation_error_message='It ends after it begins.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('place', ''), _negated=True)), name='activity_has_a_title_and_a_place', violation_error_message='Say what it is, and where.'),
                    models.CheckConstraint(condition=models.Q(('capacity', None), ('capacity__gt', 0), _connector='OR'), name='activity_has_places', violation_error_message='It has places, or as many as come.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'held'), ('head_count__isnull', False)), models.Q(models.Q(('state', 'held'), _negated=True), ('head_count', None), ('summary', '')), _connector='OR'), name='activity_held_was_counted', violation_error_message='Say how many came.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'cancelled'), models.Q(('cancel_reason', ''), _negated=True)), models.Q(models.Q(('state', 'cancelled'), _negated=True), ('cancel_reason', '')), _connector='OR'), name='activity_cancelled_for_a_reason', violation_error_message='Say why it is called off.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='ActivityPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('image', models.FileField(editable=False, max_length=120, upload_to=members.models.activity.image_name)),
                ('thumb', models.FileField(editable=False, max_length=120, upload_to=members.models.activity.thumb_name)),
                ('width', models.PositiveSmallIntegerField(editable=False, verbose_name='width')),
                ('height', models.PositiveSmallIntegerField(editable=False, verbose_name='height')),
                ('fingerprint', models.CharField(editable=False, max_length=64)),
                ('agreed', models.BooleanField(verbose_name='everybody who can be recognised has agreed')),
                ('added_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='added at')),
                ('activity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='members.activity')),
                ('added_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'picture of an activity',
                'verbose_name_plural': 'pictures of activities',
                'ordering': ['position'],
                "constraints": [
                    models.UniqueConstraint(fields=('activity', 'position'), name='activity_photo_in_one_order', violation_error_message='This place among the pictures is taken.'),
                    models.UniqueConstraint(fields=('activity', 'fingerprint'), name='activity_photo_once', violation_error_message='This picture is there already.'),
                    models.CheckConstraint(condition=models.Q(('position__range', (1, 12))), name='activity_photo_of_twelve', violation_error_message='There are twelve pictures at most.'),
                    models.CheckConstraint(condition=models.Q(('agreed', True)), name='activity_photo_agreed_to', violation_error_message='Only with the consent of who can be recognised.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Reception',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('desk', 'At the station'), ('door', 'At your door'), ('online', 'Online')], default='desk', max_length=6, verbose_name='how')),
                ('rule', models.CharField(max_length=60, verbose_name='weekly rule')),
                ('begins', models.TimeField(verbose_name='from')),
                ('ends', models.TimeField(verbose_name='until')),
                ('slot_minutes', models.PositiveSmallIntegerField(default=30, verbose_name='minutes of a slot')),
                ('places', models.PositiveSmallIntegerField(default=1, verbose_name='places of a slot')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='where, or how')),
                ('starts_on', models.DateField(default=govgrid.core.clock.today, verbose_name='begins on')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended')),
                ('made_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='laid down at')),
                ('hosts', models.ManyToManyField(blank=True, related_name='+', to='members.member', verbose_name='hosts')),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('station', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receptions', to='members.station', verbose_name='station')),
            ],
            options={
                'verbose_name': 'reception day',
                'verbose_name_plural': 'reception days',
                'ordering': ['pk'],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='reception_ends_after_it_begins', violation_error_message='It ends after it begins.'),
                    models.CheckConstraint(condition=models.Q(('places__range', (1, 50)), ('slot_minutes__range', (10, 240))), name='reception_has_slots', violation_error_message='A slot has 10 to 240 minutes, and from 1 to 50 places.'),
                    models.CheckConstraint(condition=models.Q(('rule__regex', '^FREQ=WEEKLY;INTERVAL=[1-4];BYDAY=[A-Z]{2}(,[A-Z]{2})*$')), name='reception_is_weekly', violation_error_message='It is on days of the week, every one to four weeks.'),
                    models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('starts_on')), _connector='OR'), name='reception_ended_after_it_began', violation_error_message='It ends after it begins.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SignUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place_no', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='place')),
                ('is_waiting', models.BooleanField(default=False, verbose_name='on the waiting list')),
                ('signed_up_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='signed up at')),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='signed off at')),
                ('checked_in_at', models.DateTimeField(blank=True, null=True, verbose_name='came at')),
                ('via', models.CharField(blank=True, choices=[('code', 'by the code at the door'), ('list', 'by the host')], max_length=4, verbose_name='how')),
                ('activity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='signups', to='members.activity')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'sign-up',
                'verbose_name_plural': 'sign-ups',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['activity', 'id'], name='signup_of_activity'),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('activity', 'user'), name='signup_once_a_person', violation_error_message='This person has signed up already.'),
                    models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('activity', 'place_no'), name='signup_one_a_place', violation_error_message='This place is taken.'),
                    models.CheckConstraint(condition=models.Q(('is_waiting', False), models.Q(('checked_in_at', None), ('place_no', None)), _connector='OR'), name='signup_waits_without_a_place', violation_error_message='Who waits has no place yet.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('checked_in_at', None), ('via', '')), models.Q(('checked_in_at__isnull', False), models.Q(('via', ''), _negated=True)), _connector='OR'), name='signup_came_somehow', violation_error_message='Who came signed in somehow.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('desk', 'At the station'), ('door', 'At your door'), ('online', 'Online')], max_length=6, verbose_name='how')),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('places', models.PositiveSmallIntegerField(verbose_name='places')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled at')),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='why it was cancelled')),
                ('reminded_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('cancelled_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('host', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='members.member', verbose_name='host')),
                ('reception', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='members.reception')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.station', verbose_name='station')),
            ],
            options={
                'verbose_name': 'reception slot',
                'verbose_name_plural': 'reception slots',
                'ordering': ['starts_at', 'pk'],
                "indexes": [
                    models.Index(fields=['starts_at', 'id'], name='slot_start'),
                    models.Index(fields=['station', 'starts_at'], name='slot_of_station'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='slot_ends_after_it_begins', violation_error_message='It ends after it begins.'),
                    models.CheckConstraint(condition=models.Q(('places__range', (1, 50))), name='slot_has_places', violation_error_message='A slot has from 1 to 50 places.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('cancel_reason', ''), ('cancelled_at', None), ('cancelled_by', None)), models.Q(('cancelled_at__isnull', False), models.Q(('cancel_reason', ''), _negated=True)), _connector='OR'), name='slot_cancelled_for_a_reason', violation_error_message='Say why it is cancelled.'),
                    models.UniqueConstraint(condition=models.Q(('cancelled_at', None)), fields=('station', 'mode', 'starts_at'), name='slot_once_a_station_way_and_time', violation_error_message='The station has such a slot at that time.'),
                    django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cancelled_at', None)), expressions=[('host', '='), (models.Func(models.F('starts_at'), models.F('ends_at'), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='slot_host_in_one_place', violation_error_message='This person receives elsewhere at that time.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visitor', govgrid.privacy.fields.SealedTextField(null=True, verbose_name='visitor')),
                ('visitor_phone', govgrid.privacy.fields.SealedTextField(null=True, verbose_name="visitor's telephone")),
                ('place_no', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='place')),
                ('matter', govgrid.privacy.fields.SealedTextField(null=True, verbose_name='matter')),
                ('address', govgrid.privacy.fields.SealedTextField(null=True, verbose_name='whose door')),
                ('state', models.CharField(choices=[('waiting', 'On the waiting list'), ('booked', 'Booked'), ('came', 'Came'), ('no_show', 'Did not come'), ('done', 'Dealt with'), ('cancelled', 'Cancelled')], max_length=10, verbose_name='state')),
                ('booked_at', models.DateTimeField(default=govgrid.core.clock.now, verbose_name='booked at')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('sequence', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('outcome', models.CharField(blank=True, max_length=1000, verbose_name='what came of it')),
                ('score', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='score')),
                ('remark', models.CharField(blank=True, max_length=300, verbose_name='remark')),
                ('entered_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('resident', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='resident')),
                ('ticket', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket', verbose_name='ticket')),
                ('topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consultations.topic', verbose_name='topic')),
                ('slot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='members.slot')),
            ],
            options={
                'verbose_name': 'booking',
                'verbose_name_plural': 'bookings',
                'ordering': ['pk'],
                "indexes": [
                    models.Index(fields=['slot', 'id'], name='booking_of_slot'),
                    models.Index(fields=['resident', '-id'], name='booking_of_resident'),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(models.Q(('entered_by', None), ('resident__isnull', False), ('visitor', None)), models.Q(('entered_by__isnull', False), ('resident', None)), _connector='OR'), name='booking_of_exactly_one', violation_error_message='It is of one person; a visitor is entered by somebody.'),
                    models.UniqueConstraint(condition=models.Q(('state__in', ['booked', 'came', 'no_show', 'done'])), fields=('slot', 'place_no'), name='booking_one_a_place', violation_error_message='This place is taken.'),
                    models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'booked', 'came', 'no_show', 'done'])), fields=('slot', 'resident'), name='booking_once_a_resident', violation_error_message='You have booked this time already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('place_no__gte', 1), ('place_no__isnull', False), ('state__in', ['booked', 'came', 'no_show', 'done'])), models.Q(models.Q(('state__in', ['booked', 'came', 'no_show', 'done']), _negated=True), ('place_no', None)), _connector='OR'), name='booking_has_a_place_or_waits', violation_error_message='Who waits has no place yet.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('outcome', ''), _negated=True), _connector='OR'), name='booking_done_says_what', violation_error_message='Write down what came of it.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('remark', ''), ('score', None)), models.Q(('score__isnull', False), ('score__range', (1, 5)), ('state__in', ['came', 'done'])), _connector='OR'), name='booking_scored_by_who_came', violation_error_message='From 1 to 5, by who was received.'),
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
