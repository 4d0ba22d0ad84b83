"""Days and quarters in words: as the page's language has them, or as each reader's of a message."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext, override, pgettext

from govgrid.core import clock

# A word in one language, or by language.
Said = str | dict[str, str]


def by_language(words: str | Promise) -> dict[str, str]:
    """A word of ours as each reader's language has it; which that is shows when it is read."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code.lower()] = str(words)
    return said


def _day(on: date) -> str:
    return date_format(on, pgettext("short date, another year", "j M Y"))


def day(on: date) -> dict[str, str]:
    """A day as each reader of a message writes it."""
    return by_language(lazy(_day, str)(on))


def _day_and_hour(moment: datetime) -> str:
    """24 Sep 11:05, as the reader of a message writes it."""
    there = clock.local(moment)
    day = date_format(there, pgettext("short date, this year", "j M"))
    return gettext("%(day)s %(time)s") % {"day": day, "time": f"{there:%H:%M}"}


def day_and_hour(moment: datetime) -> dict[str, str]:
    """As each reader of a message writes it."""
    return by_language(lazy(_day_and_hour, str)(moment))


def quarter(year: int, number: int) -> str:
    """A quarter of a year, for people; programs are told 2026-Q4."""
    return pgettext("quarter of a year", "%(year)s Q%(number)s") % {"year": year, "number": number}
