"""How long somebody walked, in words and for a bar."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from govgrid.core.clock import local
from govgrid.core.templatetags.gg import moment

register = template.Library()


@register.filter
def minutes(spent: timedelta) -> int:
    """Whole minutes: nobody is given one that he has not walked."""
    return int(spent.total_seconds() // 60)


@register.filter
def lasted(spent: timedelta) -> str:
    """As in 3 h 12 min, 40 min, 3 h."""
    hours, rest = divmod(minutes(spent), 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


@register.filter
def month(first: date) -> str:
    """As in September 2026."""
    return date_format(first, pgettext("date format, a month", "F Y"))


@register.simple_tag
def hour(at: datetime, since: datetime | None = None) -> SafeString | str:
    """<time datetime="…">09:05</time>, where the page has said of which day.

    With its day where that is another than that of ``since``.
    """
    there = local(at).replace(microsecond=0)
    if since is not None and there.date() != local(since).date():
        return moment(at)
    return format_html('<time datetime="{}">{}</time>', there.isoformat(), f"{there:%H:%M}")
