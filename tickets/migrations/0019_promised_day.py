"""A day that was promised for a ticket elsewhere."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0018_kinds_of_clock'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='promised_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='promised for'),
        ),
    ]
