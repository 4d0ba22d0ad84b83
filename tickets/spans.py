"""Limits and lengths of time in words."""

from __future__ import annotations

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from govgrid.worktime.arithmetic import Limit, Unit

WORKING_DAY = timedelta(hours=8)
_MINUTE = timedelta(minutes=1)


def limit_words(text: str, share: int = 100) -> str:
    """A limit such as WD5 as a person says it, with its share where that is not the whole."""
    limit = Limit.parse(text)
    if limit.unit is Unit.ON:
        day = date_format(limit.day, pgettext("date format, another year", "j F Y"))
        return _("until %(day)s") % {"day": day}
    words = {
        Unit.UM: _("%(count)s min"),
        Unit.UH: _("%(count)s h"),
        Unit.WM: _("%(count)s min of working time"),
        Unit.WH: ngettext("%(count)s working hour", "%(count)s working hours", limit.amount),
        Unit.WD: ngettext("%(count)s working day", "%(count)s working days", limit.amount),
    }[limit.unit] % {"count": limit.amount}
    if share == 100:
        return words
    return _("%(share)s %% of %(limit)s") % {"share": share, "limit": words}


def unit_words(text: str) -> str:
    """In what a limit is counted."""
    return {
        Unit.UM: _("minutes"),
        Unit.UH: _("hours"),
        Unit.WM: _("minutes of working time"),
        Unit.WH: _("working hours"),
        Unit.WD: _("working days"),
    }[Limit.parse(text).unit]


def length(span: timedelta, *, is_working: bool = False) -> str:
    """4 min, 1 h 5 min; working time of a day and more in working days of eight hours."""
    minutes = max(0, int(span / _MINUTE))
    if is_working and span >= WORKING_DAY:
        days, rest = divmod(minutes, 8 * 60)
        words = ngettext("%(count)s working day", "%(count)s working days", days) % {"count": days}
        return _joined(words, _hours(rest)) if rest else words
    return _hours(minutes)


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(count)s min") % {"count": rest}
    words = _("%(count)s h") % {"count": hours}
    return _joined(words, _("%(count)s min") % {"count": rest}) if rest else words


def _joined(larger: str, smaller: str) -> str:
    return _("%(larger)s %(smaller)s") % {"larger": larger, "smaller": smaller}
