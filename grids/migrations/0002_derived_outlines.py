from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grids', '0001_areas_departments_posts'),
    ]

    operations = [
        migrations.AddField(
            model_name='areashape',
            name='is_derived',
            field=models.BooleanField(default=False),
        ),
    ]
