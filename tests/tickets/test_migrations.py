from importlib import import_module

from django.apps import apps

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
