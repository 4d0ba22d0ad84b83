import uuid

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tickets.models.photo


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0004_words_of_the_back_office"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("draft", models.UUIDField(blank=True, editable=False, null=True)),
                ("client_id", models.UUIDField(editable=False, verbose_name="client id")),
                ("fingerprint", models.CharField(editable=False, max_length=64)),
                (
                    "phase",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("before", "When found"),
                            ("safe", "Made safe"),
                            ("after", "When done"),
                        ],
                        max_length=10,
                        verbose_name="phase",
                    ),
                ),
                (
                    "image",
                    models.FileField(
                        editable=False, max_length=120, upload_to=tickets.models.photo.image_name
                    ),
                ),
                (
                    "thumb",
                    models.FileField(
                        editable=False, max_length=120, upload_to=tickets.models.photo.thumb_name
                    ),
                ),
                ("size", models.PositiveIntegerField(editable=False, verbose_name="bytes")),
                ("width", models.PositiveSmallIntegerField(editable=False, verbose_name="width")),
                ("height", models.PositiveSmallIntegerField(editable=False, verbose_name="height")),
                ("created_at", models.DateTimeField(verbose_name="received at")),
                ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="taken at")),
                (
                    "taken_at_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("exif", "Written in the photo"),
                            ("device", "Said by the device"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "taken_point",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True, null=True, spatial_index=False, srid=4326
                    ),
                ),
                (
                    "taken_point_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("exif", "Written in the photo"),
                            ("device", "Said by the device"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo",
                "verbose_name_plural": "photos",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("draft__isnull", False)),
                        fields=["by", "draft"],
                        name="photo_draft",
                    ),
                    models.Index(
                        condition=models.Q(("ticket__isnull", True)),
                        fields=["created_at"],
                        name="photo_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("by", "client_id"),
                        name="photo_client_id_once_a_sender",
                        violation_error_message="This id was used for another photo.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("draft", None), ("ticket__isnull", False)),
                            models.Q(("draft__isnull", False), ("ticket", None)),
                            _connector="OR",
                        ),
                        name="photo_of_a_ticket_or_of_a_draft",
                        violation_error_message="A photo belongs to a ticket or to a draft.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("height__range", (1, 2048)),
                            ("size__gte", 1),
                            ("width__range", (1, 2048)),
                        ),
                        name="photo_within_its_size",
                        violation_error_message="A photo is 2048 pixels long at most.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at", None), ("taken_at_source", "")),
                            models.Q(
                                ("taken_at__isnull", False),
                                models.Q(("taken_at_source", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="photo_taken_at_says_from_where",
                        violation_error_message="Evidence goes with where it came from.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_point", None), ("taken_point_source", "")),
                            models.Q(
                                ("taken_point__isnull", False),
                                models.Q(("taken_point_source", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="photo_taken_point_says_from_where",
                        violation_error_message="Evidence goes with where it came from.",
                    ),
                ],
            },
        ),
    ]
