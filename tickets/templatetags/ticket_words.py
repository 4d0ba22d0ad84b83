"""Words about a ticket: why it went where it went, how long it has waited."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from govgrid.core.clock import now
from tickets.reasons import why

register = template.Library()

register.filter(why)


@register.filter
def age(at: datetime) -> str:
    """How long something has waited: "12 min", "18 h", "3 days"."""
    minutes = max(0, int((now() - at).total_seconds() // 60))
    if minutes < 60:
        return _("%(count)s min") % {"count": minutes}
    hours = minutes // 60
    if hours < 24:
        return _("%(count)s h") % {"count": hours}
    days = hours // 24
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


@register.filter
def starts(text: str) -> str:
    """The first line of a text, for a row that has one line."""
    return text.strip().split("\n", 1)[0][:80]
