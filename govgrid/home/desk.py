"""My to-do list: what waits for me, across all apps, by time left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from consultations import inbox as consultations
from govgrid.core import clock
from govgrid.home import own_requests
from grids import scoping
from members import inbox_counsel, inbox_needs, inbox_network, inbox_reception, inbox_roster
from tickets import inbox
from tickets.inbox import Group, Row

# Each app says what waits for a person, with ``due`` where it has a limit; a new one is one more
# line here.
BELOW: tuple[Callable[[Any], list[Group]], ...] = (
    inbox.waiting,
    consultations.waiting,
    own_requests.waiting,
)
MEMBERS: tuple[Callable[[Any], list[Group]], ...] = (
    inbox_roster.waiting,
    inbox_network.waiting,
    inbox_needs.waiting,
    inbox_reception.waiting,
    inbox_counsel.waiting,
)
SOURCES = (*BELOW, *(MEMBERS if settings.MEMBERS_ENABLED else ()))
# More than this in one list is read by nobody: the kinds above it say where the rest is.
SHOWN = 50
HOUR = timedelta(hours=1)


class Section(NamedTuple):
    """Rows that are due at about the same time, under their heading."""

    title: str | Promise
    css: str
    rows: list[Row]


# In the order of time left.
SECTIONS = {
    "late": (_("Late"), "is-over"),
    "hour": (_("Within the hour"), "is-near"),
    "today": (_("Today"), "is-calm"),
    "later": (_("Later"), "is-calm"),
    "open": (_("No time limit"), "is-calm"),
}


@require_GET
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """All that waits, or one kind of it: ``?kind=sign``. An unknown kind is all.

    ``?mine=on``: only what was handed to the reader by a colleague.
    """
    at = clock.now()
    is_mine = "mine" in request.GET
    sources = (inbox.in_my_hands,) if is_mine else SOURCES
    groups = [group for waiting in sources for group in waiting(request.user)]
    chosen = [group for group in groups if group.slug == request.GET.get("kind")]
    rows = inbox.in_order(chosen or groups)
    everything = inbox.in_order(groups)
    late = [row for row in everything if row.due and row.due <= at]
    context = {
        "at": at,
        "groups": groups,
        "chosen": chosen[0] if chosen else None,
        "is_mine": is_mine,
        "may_mine": bool(scoping.reach(request.user, "tickets.work").departments),
        "sections": list(_sections(rows[:SHOWN], at)),
        "count": len(everything),
        "late": len(late),
        "today": sum(_when(row, at) in {"hour", "today"} and bool(row.due) for row in everything),
        "is_more": any(group.more_url for group in groups),
        "hidden": max(len(rows) - SHOWN, 0),
        "keys": sorted({(row.act.key, str(row.act.label)) for row in rows[:SHOWN] if row.act.key}),
    }
    return render(request, "home/desk.html", context)


def _sections(rows: Iterable[Row], at: datetime) -> Iterable[Section]:
    for name, some in groupby(rows, key=lambda row: _when(row, at)):
        yield Section(*SECTIONS[name], list(some))


def _when(row: Row, at: datetime) -> str:
    due = row.due or row.beside
    if due is None:
        return "open"
    if due <= at:
        return "late"
    if due <= at + HOUR and row.due:
        return "hour"
    # Midnight itself still belongs to the day that it ends.
    midnight = clock.midnight(clock.local(at).date() + timedelta(days=1))
    return "today" if due <= midnight else "later"
