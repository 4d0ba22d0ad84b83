"""Dates as an official paper writes them, always with the year."""

from datetime import date, datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from govgrid.core import clock

register = template.Library()


@register.filter(expects_localtime=False)
def paper_date(value: date) -> str:
    there = clock.local(value) if isinstance(value, datetime) else value
    return date_format(there, pgettext("date format, official paper", "j F Y"))


@register.filter(expects_localtime=False)
def paper_moment(value: datetime) -> str:
    there = clock.local(value)
    return gettext("%(day)s %(time)s") % {"day": paper_date(value), "time": f"{there:%H:%M}"}
