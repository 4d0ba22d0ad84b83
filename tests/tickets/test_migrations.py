from importlib import import_module

from django.apps import apps
from django.db import connection

from govgrid.privacy.models import Notice
from tickets.retention import CONTACT_DAYS

step = import_module("tickets.migrations.0003_reporter_contact_notice")


def test_what_reporters_are_told_is_published_once_and_says_how_long(db):
    for _ in range(2):
        step.publish(apps, None)

    notice = Notice.objects.get(key=step.KEY)
    assert notice.published_at is not None
    assert notice.retention_days == CONTACT_DAYS
    assert f"{CONTACT_DAYS} 天" in notice.text


def test_tables_that_grow_or_change_are_vacuumed_early(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reloptions FROM pg_class WHERE relname = ANY(%s)",
            [["tickets_clock", "tickets_ticketevent", "outbox_message"]],
        )
        options = dict(cursor.fetchall())
    assert "fillfactor=90" in options["tickets_clock"]
    assert "fillfactor=90" in options["outbox_message"]
    assert not any(one.startswith("fillfactor") for one in options["tickets_ticketevent"])
    early = "autovacuum_vacuum_insert_scale_factor=0.05"
    assert all(early in one for one in options.values())
