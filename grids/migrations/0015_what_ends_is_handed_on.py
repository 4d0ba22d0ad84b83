from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("grids", "0014_words_and_households")]

    operations = [
        migrations.AddField(
            "division",
            "base_outlines",
            models.CharField(blank=True, default="", editable=False, max_length=32),
        ),
        migrations.AddField(
            "division", "carried", models.JSONField(default=list, editable=False)
        ),
        migrations.AddField(
            "proposal",
            "attempts",
            models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AlterField(
            "step",
            "verb",
            models.CharField(
                choices=[
                    ("split", "Split"),
                    ("merge", "Merged"),
                    ("move_border", "Border moved"),
                    ("add_special", "Special grid drawn"),
                    ("remove_special", "Special grid removed"),
                    ("describe", "Described"),
                    ("mend", "Slivers closed"),
                    ("propose", "Proposal taken over"),
                    ("rebase", "Map in force taken over"),
                ],
                max_length=20,
            ),
        ),
    ]
