"""What a tile says of its ticket."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import get_language, pgettext_lazy

from govgrid.core import clock
from grids.models import Level
from tickets import queries
from tickets.board.scopes import Scope
from tickets.models import COLUMN_OF_LEVEL, LIST_FIELDS, Assignment, Clock, Ticket, TicketEvent
from tickets.timeleft import TimeLeft, time_left
from tickets.workflow import OPEN, State, WhistleKind

# Departments beside the lead that a tile names; the rest are on the ticket's page.
HELPERS = 2
# The kind of whistle, where the word "whistle" is said by the picture.
_SHORT = {
    WhistleKind.ROUTINE: pgettext_lazy("whistle", "Routine"),
    WhistleKind.EMERGENCY: pgettext_lazy("whistle", "Emergency"),
    WhistleKind.ENFORCEMENT: pgettext_lazy("whistle", "Enforcement"),
    WhistleKind.HARD: pgettext_lazy("whistle", "Hard case"),
    WhistleKind.CONSULTATION: pgettext_lazy("whistle", "Consultation"),
}


class Tile(NamedTuple):
    """One ticket as a board shows it: plain words, so that a tile can be compared."""

    id: int
    number: str
    seen: int  # the last event, for moves from a page that is stale
    state: str
    icon: str
    title: str
    text: str
    place: str
    whistle: str
    whistle_word: str
    lead: str
    helpers: tuple[str, ...]
    more_helpers: int
    left: TimeLeft | None
    closed: str
    same: int  # others of this kind within 50 m
    returns: int
    is_border: bool

    @property
    def has_tags(self) -> bool:
        return bool(
            self.lead or self.helpers or self.same or self.returns or self.whistle
            or self.is_border or self.is_odd
        )  # fmt: skip

    @property
    def is_odd(self) -> bool:
        """Whether the head of its column says another state."""
        return self.state in {State.FILED, State.VERIFIED}

    @property
    def short(self) -> str:
        """The end of the number; the serial never repeats."""
        return self.number.rpartition("-")[0][-6:] + self.number[-2:]


_FIELDS = [
    *(name for name in LIST_FIELDS if name not in {"point", "district_id", "filed_by_id"}),
    "return_count",
    "routing",
]
# Others of the same group within 50 m that this board shows as well. The list of states is what
# lets the index over open points answer; metres on the sphere take a fifth of the ellipsoid's.
SAME = """
    SELECT a.id, count(*)
    FROM tickets_ticket a
    JOIN tickets_category mine ON mine.id = a.category_id
    JOIN tickets_ticket b ON b.point && ST_Expand(
        a.point, %(degrees)s / cos(radians(ST_Y(a.point))), %(degrees)s)
    JOIN tickets_category other ON other.id = b.category_id
    WHERE a.id = ANY(%(ids)s) AND b.id <> a.id AND b.state IN %(open)s
      AND b.{column} = %(scope)s AND other.group_code = mine.group_code
      AND ST_DistanceSphere(a.point, b.point) <= %(metres)s
    GROUP BY a.id
"""
_METRES_OF_DEGREE = 111_000


_LAST_EVENT = Subquery(
    TicketEvent.objects.filter(ticket=OuterRef("pk")).order_by("-pk").values("pk")[:1]
)


def tickets_of(ids: list[int]) -> QuerySet[Ticket]:
    """The rows with what a tile needs and no more; ``seen`` is the last event of each."""
    found = Ticket.objects.filter(pk__in=ids).for_lists().only(*_FIELDS)
    return found.annotate(seen=_LAST_EVENT)


def tiles_of(scope: Scope, tickets: list[Ticket], at: datetime) -> list[Tile]:
    ids = [one.pk for one in tickets]
    clocks = queries.clocks_of(ids)
    given = _given(ids)
    same = _same(scope, [one for one in tickets if one.state == State.TRIAGE])
    return [
        _tile(one, clocks[one.pk], given.get(one.pk, []), same.get(one.pk, 0), at)
        for one in tickets
    ]


def _given(ids: list[int]) -> dict[int, list[Assignment]]:
    rows = Assignment.objects.live().filter(ticket__in=ids).select_related("department")
    found: dict[int, list[Assignment]] = {}
    for one in rows.only("ticket_id", "role", "department__short_name").order_by("-role", "pk"):
        found.setdefault(one.ticket_id, []).append(one)
    return found


def _same(scope: Scope, tickets: list[Ticket]) -> dict[int, int]:
    ids = [one.pk for one in tickets]
    if not ids:
        return {}
    column = "lead_department_id" if scope.level is None else COLUMN_OF_LEVEL[Level(scope.level)]
    with connection.cursor() as cursor:
        cursor.execute(
            SAME.format(column=column),
            {
                "ids": ids,
                "open": tuple(sorted(OPEN)),
                "scope": scope.id,
                "metres": queries.NEAR_METRES,
                "degrees": queries.NEAR_METRES / _METRES_OF_DEGREE,
            },
        )
        return dict(cursor.fetchall())


# All that the words about a clock follow from, but the moment and the language.
_SAID = (
    *("kind", "limit", "share", "started_at", "near_at", "due_at", "paused_at", "edition"),
    *("is_provisional", "district_code"),
)


@dataclass(frozen=True)
class _Question:
    key: tuple[Any, ...]
    clock: Clock = field(compare=False)


@lru_cache(maxsize=4096)
def _answer(question: _Question, at: datetime, language: str | None) -> TimeLeft | None:
    """Asked again within the minute, by whomever, it is not computed again."""
    return time_left(question.clock, at)


def _left(one: Clock | None, at: datetime) -> TimeLeft | None:
    if one is None:
        return None
    key = tuple(getattr(one, name) for name in _SAID)
    return _answer(_Question(key, one), at, get_language())


def _tile(
    ticket: Ticket, clocks: list[Clock], given: list[Assignment], same: int, at: datetime
) -> Tile:
    department = ticket.lead_department
    names = [one.department.short_name for one in given]
    has_lead = bool(given) and given[0].is_lead
    helpers = names[1:] if has_lead else names
    lead = names[0] if has_lead else department.short_name if department else ""
    return Tile(
        id=ticket.pk,
        number=ticket.number,
        seen=ticket.seen or 0,  # type: ignore[attr-defined]
        state=ticket.state,
        icon=ticket.category.icon,
        title=ticket.category.name,
        text=ticket.description.strip().partition("\n")[0][:80],
        place=f"{ticket.community.name} · {ticket.grid.name}",
        whistle=ticket.whistle_kind,
        whistle_word=str(_SHORT[WhistleKind(ticket.whistle_kind)]) if ticket.whistle_kind else "",
        lead=lead,
        helpers=tuple(helpers[:HELPERS]),
        more_helpers=max(0, len(helpers) - HELPERS),
        left=_left(queries.most_urgent(clocks), at),
        closed=f"{clock.local(ticket.closed_at):%H:%M}" if ticket.closed_at else "",
        same=same,
        returns=ticket.return_count,
        is_border=ticket.routing.get("outcome") == "border" and ticket.state == State.TRIAGE,
    )
