"""What is on a board: its columns, counted by one GROUP BY and filled by one walk of an index."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from grids.models import Area, Department, Level
from tickets.board.scopes import Scope
from tickets.board.tiles import Shown, Tile, shown, tiles_of
from tickets.models import COLUMN_OF_LEVEL, Assignment, Ticket, TicketQuerySet
from tickets.workflow import IN_HAND, AssignmentState, State, WhistleKind

TILES = 40
CLOSED_TILES = 20


class Shape(NamedTuple):
    """What a column collects. ``looks``: the state whose colour and glyph stand in its head."""

    slug: str
    title: str | Promise
    states: tuple[State, ...]
    looks: State


SHAPES = (
    Shape("approval", _("To be approved"), (State.AWAITING_APPROVAL,), State.AWAITING_APPROVAL),
    # What is on its way to a department stands here too: it must not be lost from sight.
    Shape("triage", _("To be assigned"), (State.TRIAGE, State.FILED), State.TRIAGE),
    Shape("dispatched", _("To be signed for"), (State.DISPATCHED,), State.DISPATCHED),
    Shape("handling", _("Being handled"), (State.HANDLING,), State.HANDLING),
    Shape("handled", _("To be verified"), (State.HANDLED, State.VERIFIED), State.HANDLED),
)
CLOSED = Shape("closed", _("Closed today"), (State.CLOSED,), State.CLOSED)


@dataclass(frozen=True)
class Wish:
    """What the board is narrowed to."""

    only: str = ""  # late, emergency
    area: Area | None = None
    group: str = ""
    department: Department | None = None
    # What this colleague has in hand.
    handler: int | None = None


class Column(NamedTuple):
    slug: str
    title: str
    looks: str
    state: str
    many: int
    late: int
    tiles: tuple[Tile, ...]

    @property
    def more(self) -> int:
        return max(0, self.many - len(self.tiles))


@dataclass(frozen=True)
class Board:
    at: datetime
    columns: tuple[Column, ...]
    total: int
    late: int
    urgent: int
    # Departments that lead something open here, for whoever would see theirs alone.
    leads: frozenset[int]

    @property
    def etag(self) -> str:
        """The same as long as the same would be drawn, to the minute and in the same language."""
        drawn = (f"{self.at:%F %H:%M}", get_language(), self.columns, self.late, self.urgent)
        return hashlib.sha256(repr(drawn).encode()).hexdigest()[:32]


def read(scope: Scope, wish: Wish) -> Board:
    """The board as it is in this minute. Five statements, however many columns and tiles."""
    at = clock.now().replace(second=0, microsecond=0)
    counts, leads = _counts(scope, wish, at)
    tiles = tiles_of(scope, sorted(shown(_ids(scope, wish, at)), key=_urgency), at)
    columns = [
        _column(shape, wish, counts, [tile for tile in tiles if tile.state in shape.states])
        for shape in (*SHAPES, CLOSED)
    ]
    columns = [one for one in columns if one.slug != "approval" or one.many]
    numbers = [counts.get(state, _NONE) for shape in SHAPES for state in shape.states]
    return Board(
        at=clock.local(at),
        columns=tuple(columns),
        total=sum(one.all for one in numbers),
        late=sum(one.late for one in numbers),
        urgent=sum(one.urgent for one in numbers),
        leads=leads,
    )


class Counts(NamedTuple):
    all: int = 0
    late: int = 0
    urgent: int = 0
    urgent_late: int = 0

    def under(self, only: str) -> tuple[int, int]:
        """How many there are, and how many of them are late."""
        if only == "late":
            return self.late, self.late
        if only == "emergency":
            return self.urgent, self.urgent_late
        return self.all, self.late


_NONE = Counts()
_URGENT = Q(whistle_kind=WhistleKind.EMERGENCY)


def _open_in(scope: Scope) -> list[TicketQuerySet]:
    """Everything open, in one or two sets that do not overlap, each by an index of its own."""
    tickets = Ticket.objects.open()
    if scope.level is not None:
        return [tickets.filter(**{COLUMN_OF_LEVEL[Level(scope.level)]: scope.id})]
    helping = Assignment.objects.filter(
        department=scope.id, state__in=[AssignmentState.OFFERED, *sorted(IN_HAND)]
    )
    return [
        tickets.filter(lead_department=scope.id),
        tickets.exclude(lead_department=scope.id).filter(pk__in=helping.values("ticket")),
    ]


def _closed_in(scope: Scope, at: datetime) -> TicketQuerySet:
    column = "lead_department" if scope.level is None else COLUMN_OF_LEVEL[Level(scope.level)]
    begun = clock.midnight(clock.local(at).date())
    return Ticket.objects.filter(
        **{column: scope.id}, state=State.CLOSED, closed_at__gte=begun
    ).order_by("-closed_at")


def _narrowed(tickets: TicketQuerySet, wish: Wish) -> TicketQuerySet:
    """All that is wished but ``only``: its two choices are counted beside each other."""
    if wish.area is not None:
        tickets = tickets.beneath(wish.area)
    if wish.group:
        tickets = tickets.filter(category__group_code=wish.group)
    if wish.handler:
        held = Assignment.objects.live().filter(handler=wish.handler)
        tickets = tickets.filter(pk__in=held.values("ticket"))
    return tickets


def _led_by(tickets: TicketQuerySet, wish: Wish) -> TicketQuerySet:
    if wish.department is not None:
        tickets = tickets.filter(lead_department=wish.department.pk)
    return tickets


def _counts(scope: Scope, wish: Wish, at: datetime) -> tuple[dict[str, Counts], frozenset[int]]:
    """By state; and who leads what is open, since the same walk sees it."""
    sides = [*_open_in(scope), _closed_in(scope, at)]
    late = Q(due_at__lte=at)
    counted: list[QuerySet[Any, Any]] = [
        _narrowed(side, wish)
        .order_by()
        .values_list("state", "lead_department")
        .annotate(
            all=Count("pk"),
            late=Count("pk", filter=late),
            urgent=Count("pk", filter=_URGENT),
            urgent_late=Count("pk", filter=late & _URGENT),
        )
        for side in sides
    ]
    found: dict[str, Counts] = {}
    leads: set[int] = set()
    for state, lead, *numbers in counted[0].union(*counted[1:], all=True):
        if lead is not None and state != State.CLOSED:
            leads.add(lead)
        if wish.department is None or lead == wish.department.pk:
            before = found.get(state, _NONE)
            found[state] = Counts(*map(sum, zip(before, numbers, strict=True)))
    return found, frozenset(leads)


def _ids(scope: Scope, wish: Wish, at: datetime) -> list[int]:
    """The first of each column: one walk along (scope, state, due) for each of its states."""
    picked = [
        _first(_only(_led_by(_narrowed(side, wish), wish), wish, at).filter(state=state))
        for side in _open_in(scope)
        for shape in SHAPES
        for state in shape.states
    ]
    if wish.only != "late":
        closed = _only(_led_by(_narrowed(_closed_in(scope, at), wish), wish), wish, at)
        picked.append(closed.values_list("pk")[:CLOSED_TILES])
    return [pk for (pk,) in picked[0].union(*picked[1:], all=True)]


def _only(tickets: TicketQuerySet, wish: Wish, at: datetime) -> TicketQuerySet:
    if wish.only == "late":
        return tickets.filter(due_at__lte=at)
    return tickets.filter(_URGENT) if wish.only == "emergency" else tickets


def _first(tickets: TicketQuerySet) -> QuerySet[Any, Any]:
    return tickets.order_by("due_at", "pk").values_list("pk")[:TILES]


def _urgency(ticket: Shown) -> tuple[bool, float, int]:
    if ticket.closed_at is not None:
        return (False, -ticket.closed_at.timestamp(), ticket.id)
    due = ticket.due_at
    return (due is None, due.timestamp() if due else 0.0, ticket.id)


def _column(shape: Shape, wish: Wish, counts: dict[str, Counts], tiles: list[Tile]) -> Column:
    numbers = [counts.get(state, _NONE).under(wish.only) for state in shape.states]
    is_closed = shape is CLOSED
    return Column(
        slug=shape.slug,
        title=str(shape.title),
        looks=shape.looks,
        state=shape.states[0],
        many=sum(count for count, _late in numbers),
        late=0 if is_closed else sum(late for _count, late in numbers),
        tiles=tuple(tiles[: CLOSED_TILES if is_closed else TILES]),
    )
