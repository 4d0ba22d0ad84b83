"""A small system to back up, and an empty place to restore it into."""

from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories.grids import build_town, holder
from tests.factories.photos import added
from tests.factories.tickets import filed

PHONE = "13812345678"


@pytest.fixture
def media(settings, tmp_path):
    """A folder of photos for this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def system(transactional_db, media):
    """A ticket with a sealed contact and a photo, in a database that others can read."""
    town = build_town()
    worker = holder("grid_worker", area=town.grids[0])
    ticket = filed(town, by=worker, contact={"name": "王阿姨", "phone": PHONE})
    added(ticket, by=worker)
    return ticket


@pytest.fixture
def file(system, tmp_path):
    """A backup of it."""
    path = tmp_path / "govgrid.backup"
    call_command("backup", path, verbosity=0)
    return path


@pytest.fixture
def elsewhere(transactional_db, settings, tmp_path):
    """``with elsewhere():`` stands in an empty database with no photos, until the block ends."""
    here = connection.settings_dict["NAME"]
    there = f"{here}_elsewhere"
    _run(f'DROP DATABASE IF EXISTS "{there}" WITH (FORCE)', f'CREATE DATABASE "{there}"')

    @contextmanager
    def stand():
        media = settings.MEDIA_ROOT
        connection.close()
        connection.settings_dict["NAME"] = there
        settings.MEDIA_ROOT = tmp_path / "elsewhere"
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = here
            settings.MEDIA_ROOT = media

    yield stand
    _run(f'DROP DATABASE "{there}" WITH (FORCE)')


def _run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
