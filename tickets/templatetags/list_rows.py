"""A row of the list, drawn once for as long as it says the same."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from govgrid.core.templatetags.gg import moment
from tickets.models import Clock, Ticket
from tickets.templatetags.ticket_words import starts
from tickets.timeleft import TimeLeft, time_left_in_lists

register = template.Library()


class Row(NamedTuple):
    """One ticket as a list shows it: plain words, so that a row can be compared."""

    number: str
    url: str
    state: str
    left: TimeLeft | None
    icon: str
    title: str
    whistle: str
    words: str
    place: str
    department: str
    filed: SafeString | str
    into: str


@register.simple_tag
def ticket_row(one: Ticket, clock: Clock | None, minute: datetime) -> SafeString:
    """{% ticket_row ticket clock minute %}; a page has fifty, and the next page of somebody else
    many of the same."""
    department = one.lead_department
    row = Row(
        number=one.number,
        url=one.get_absolute_url(),
        state=one.state,
        left=time_left_in_lists(clock, minute),
        icon=one.category.icon,
        title=one.category.name,
        whistle=str(one.get_whistle_kind_display()) if one.whistle_kind else "",
        words=starts(one.description) if one.description else "",
        place=f"{one.community.name} · {one.grid.name}",
        department=department.short_name if department else "",
        filed=moment(one.filed_at),
        into=getattr(one, "into_number", ""),
    )
    return _drawn(row, get_language())


@lru_cache(maxsize=4096)
def _drawn(row: Row, language: str | None) -> SafeString:
    return render_to_string("tickets/_ticket_row.html", {"row": row})
