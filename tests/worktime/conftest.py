from importlib import import_module

import pytest
from django.apps import apps

from govgrid.worktime.models import CalendarDay, Edition, Hours


@pytest.fixture
def empty(db):
    """A calendar in which nobody has entered anything, as after a transactional test."""
    for model in (CalendarDay, Hours, Edition):
        model.objects.all().delete()


@pytest.fixture
def shipped(empty):
    """The calendar as the migration leaves it."""
    import_module("govgrid.worktime.migrations.0003_first_calendar").fill(apps, None)
