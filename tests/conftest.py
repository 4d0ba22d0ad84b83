"""What every test stands on: PostGIS, English words, no broker and nothing that leaves."""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.contrib.gis.db.backends.postgis.operations import PostGISOperations
from django.contrib.gis.db.models.fields import get_srid_info
from django.core.cache import cache
from django.db import connection
from django.test import Client, TestCase
from django.utils import timezone, translation
from rest_framework.test import APIClient

from govgrid.core import memory, wake
from govgrid.worktime.models import ClockShift
from tests.nursery import NursedStage

BACKEND = "govgrid.accounts.backends.NameOrPhone"


def pytest_configure(config):
    config.var_dir = Path(tempfile.mkdtemp(prefix="govgrid-test-"))
    for name in ("static", "media"):
        (config.var_dir / name).mkdir()
    django_settings.STATIC_ROOT = config.var_dir / "static"
    django_settings.MEDIA_ROOT = config.var_dir / "media"
    django_settings.ERASURE_LOG = config.var_dir / "erasures.jsonl"
    # Argon2 is slow on purpose: 60 ms for every sign-in.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Hashed names need collectstatic first.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django_settings.STORAGES = {**django_settings.STORAGES, "staticfiles": plain}


def pytest_unconfigure(config):
    shutil.rmtree(config.var_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """GeoDjango looks each SRID up once a process: done here, or query counts wobble.

    Every test begins without notices, as it does after a transactional one: the notice that a
    migration publishes has a test of its own.
    """
    with django_db_blocker.unblock():
        for srid in (4326, 3857):
            get_srid_info(srid, connection)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE privacy_notice DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM privacy_notice")
            cursor.execute("ALTER TABLE privacy_notice ENABLE TRIGGER USER")


@pytest.fixture(scope="session")
def nursed(django_db_setup, tmp_path_factory):
    """The stage of all tests with real processes, which are forked and not loaded each time."""
    folder = tmp_path_factory.mktemp("nursery") / "var"
    folder.mkdir()
    one = NursedStage(folder)
    yield one
    one.close_nurseries()


@pytest.fixture
def stage(nursed, transactional_db):
    """Nothing on it yet; cleared before the database is emptied, whose tables a worker would hold."""
    yield nursed
    nursed.clear()


@pytest.fixture(scope="session", autouse=True)
def _empty_what_was_filled():
    """Tables that keep their history refuse to be emptied, and so they should.

    Only the emptying of a test database after a transactional test steps around that, as who owns
    the cluster may. To empty the few tables that a test has filled is ten times as fast as to
    TRUNCATE all of them.
    """
    plain = PostGISOperations.sql_flush

    def sql_flush(self, style, tables, **_how):
        quoted = [self.quote_name(table) for table in tables]
        with self.connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(
                    f"(SELECT %s WHERE EXISTS (SELECT FROM {name}))"  # noqa: S608 Django names it
                    for name in quoted
                ),
                quoted,
            )
            filled = [name for (name,) in cursor.fetchall()]
        return [
            "SET LOCAL session_replication_role = replica",
            *(f"DELETE FROM {name}" for name in filled),  # noqa: S608 Django names it
        ]

    PostGISOperations.sql_flush = sql_flush
    yield
    PostGISOperations.sql_flush = plain


@pytest.fixture(autouse=True)
def _nothing_kept():
    """What one test counted or kept is nothing to the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered():
    memory.forget_all()


@pytest.fixture(autouse=True)
def woken(request, monkeypatch):
    """The tasks woken so far, as (name, ids): a unit test has no broker."""
    calls = []
    if "processes" not in request.keywords:
        monkeypatch.setattr(wake, "_send", lambda task, ids, **_how: calls.append((task, ids)))
    return calls


@pytest.fixture
def use_broker(monkeypatch):
    """``use_broker(port)`` points this process at a Redis of the test's own, with no pause left."""

    def use(port):
        url = f"redis://127.0.0.1:{port}/0"
        # broker_url last: what is put back in place of the others is read off it.
        for name in ("broker_write_url", "broker_read_url", "broker_url"):
            monkeypatch.setattr(wake.current_app.conf, name, url)
        wake._producers.cache_clear()
        monkeypatch.setattr(wake, "_silent_until", 0.0)

    yield use
    wake._producers.cache_clear()


class _Committing:
    """As in real life: what waits for the commit runs when the request is over."""

    def __init__(self, *args, **defaults):
        super().__init__(*args, HTTP_ACCEPT_LANGUAGE="en", **defaults)

    def request(self, **request):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return super().request(**request)

    def force_login(self, user, backend=BACKEND):
        super().force_login(user, backend)


class _Client(_Committing, Client):
    pass


class _ApiClient(_Committing, APIClient):
    pass


@pytest.fixture
def client():
    """A browser; ``client.force_login(user)`` signs in."""
    return _Client()


@pytest.fixture
def api():
    """A REST client; ``api.force_authenticate(user)`` or a token of your own."""
    return _ApiClient()


@pytest.fixture
def clock_at(settings, db):
    """``clock_at("2026-09-24 09:05")`` sets the clock on the wall; time goes on from there."""

    def go(wall):
        moment = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        settings.TEST_CLOCK = True
        shift = moment - timezone.now()
        ClockShift.objects.update_or_create(id=1, defaults={"shift": shift})
        return moment

    return go


@pytest.fixture
def shift_clock(settings, db):
    """``shift_clock(days=3)`` moves business time, as the day scripts do."""

    def shift(**by):
        settings.TEST_CLOCK = True
        ClockShift.objects.update_or_create(id=1, defaults={"shift": timedelta(**by)})

    return shift
