"""Business time. Nothing else in the project may ask what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time

from django.conf import settings
from django.db import connection
from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


@contextmanager
def telling(moment: datetime) -> Iterator[None]:
    """Within it business time stands at ``moment``: for commands that tell a made-up past."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


def now() -> datetime:
    """The moment, aware. Under ``TEST_CLOCK`` one database row moves it for every process."""
    told = _told.get()
    if told is not None:
        return told
    moment = timezone.now()
    if not settings.TEST_CLOCK:
        return moment
    with connection.cursor() as cursor:
        # Raw SQL, since core has no tables: the row belongs to govgrid.worktime.
        cursor.execute("SELECT shift FROM worktime_clockshift WHERE id = 1")
        row = cursor.fetchone()
    return moment + row[0] if row else moment


def local(moment: datetime) -> datetime:
    """The clock on the wall in the district, whoever reads from wherever."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def today() -> date:
    """The date on the wall in the district, whatever language or zone the reader has."""
    return local(now()).date()


def midnight(day: date) -> datetime:
    """The moment at which ``day`` begins in the district."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())
