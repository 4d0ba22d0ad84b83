"""What is late in a place, or has a card: for who oversees it, with one look at how it lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q

from govgrid.core import clock
from grids import scoping
from grids.models import Department, Level
from tickets.models import COLUMN_OF_LEVEL, Card, CardQuerySet, Ticket
from tickets.queries import clocks_of, most_urgent
from tickets.timeleft import TimeLeft, time_left_in_lists
from tickets.walks import Walks, over_areas
from tickets.workflow import WORSE, CardCause, Colour, State

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from grids.scoping import Reach
    from tickets.models import Clock

    Person = User | AnonymousUser

# Whoever decides in a place sees what is late there; who oversees it may act on more of it.
PERMISSION = "tickets.triage"
_COLUMN = {Level.STREET: "street", Level.DISTRICT: "district"}
# What is done from the list, and the permission that it asks for: who may see the list may urge.
ASKS = {"urge": "tickets.triage", "supervise": "tickets.supervise", "escalate": "tickets.escalate"}
# What no department is late with but a desk: by the state in which it waits there.
DESKS = {"desk_triage": State.TRIAGE, "desk_verify": State.HANDLED}


WORST_FIRST = tuple(reversed(WORSE))


@dataclass(frozen=True)
class Asked:
    """A piece of the list; nothing: all of it."""

    colour: str = ""
    department: Department | None = None
    cause: str = ""

    @property
    def is_by_card(self) -> bool:
        return bool(self.colour or self.department or (self.cause and self.cause not in DESKS))


@dataclass(frozen=True)
class Row:
    """One ticket of the list: how its next clock stands, its live cards with the worst first."""

    ticket: Ticket
    clock: Clock | None
    left: TimeLeft | None
    cards: list[Card] = field(default_factory=list)


class Share(NamedTuple):
    """How many live cards a department has of each colour."""

    department: Department
    by_colour: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_colour.values())


@dataclass(frozen=True)
class Tally:
    """Live cards of the whole place by colour, by cause and by department; what desks are late
    with. Departments in the order of their codes: this ranks nobody."""

    by_colour: dict[str, int]
    by_cause: dict[str, int]
    departments: list[Share]

    @property
    def count(self) -> int:
        return sum(self.by_colour.values())


def reach_of(user: Person) -> Reach:
    return scoping.reach(user, PERMISSION)


def cards_in(reach: Reach) -> CardQuerySet:
    """The live cards of a reach, by the frozen columns; nothing where there is no reach."""
    sides = [
        Q(**{f"{_COLUMN[Level(level)]}__in": sorted(ids)})
        for level, ids in reach.areas.items()
        if level in _COLUMN
    ]
    return Card.objects.live().filter(reduce(or_, sides)) if sides else Card.objects.none()


def walks(reach: Reach, asked: Asked) -> Walks:
    """What was asked for, the longest overdue first; what is not due at all comes last.

    What is late follows the index of the boards. What has a card is few and is sorted.
    """
    areas = Walks(tuple(over_areas(reach)))
    late = areas.filter(due_at__lte=clock.now())
    if asked.cause in DESKS and not asked.is_by_card:
        return late.filter(state=DESKS[asked.cause]).order_by("due_at", "pk")
    carded = Ticket.objects.filter(pk__in=_narrowed(cards_in(reach), asked).values("ticket"))
    if asked.is_by_card:
        return Walks((), (carded,), ("due_at", "pk"))
    return replace(late.by_state(), strewn=(carded,), ordering=("due_at", "pk"))


def _narrowed(cards: CardQuerySet, asked: Asked) -> CardQuerySet:
    if asked.colour:
        cards = cards.filter(colour=asked.colour)
    if asked.department:
        cards = cards.filter(department=asked.department)
    if asked.cause:
        cards = cards.filter(cause=asked.cause)
    return cards


def rows_of(tickets: list[Ticket]) -> list[Row]:
    """A page with its clocks and cards: two statements."""
    minute = clock.now().replace(second=0, microsecond=0)
    clocks = clocks_of(tickets)
    cards: dict[int, list[Card]] = {one.pk: [] for one in tickets}
    found = Card.objects.live().filter(ticket__in=cards).select_related("department", "clock")
    for card in found:
        cards[card.ticket_id].append(card)
    rows = []
    for one in tickets:
        due = most_urgent(clocks[one.pk])
        carded = sorted(cards[one.pk], key=_worst_first)
        rows.append(Row(one, due, time_left_in_lists(due, minute), carded))
    return rows


def _worst_first(card: Card) -> tuple[int, datetime]:
    return -WORSE.index(Colour(card.colour)), card.raised_at


def tally(reach: Reach) -> Tally:
    """Counted in the indexes: a statement for the cards, one for the desks of each area."""
    counted = cards_in(reach).order_by().values_list("colour", "cause", "department")
    by_colour: Counter[str] = Counter()
    by_cause: Counter[str] = Counter()
    of: dict[int, Counter[str]] = {}
    for colour, cause, department, many in counted.annotate(many=Count("pk")):
        by_colour[colour] += many
        by_cause[cause] += many
        of.setdefault(department, Counter())[colour] += many
    for name, many in _desks(reach):
        by_cause[name] += many
    named = Department.objects.filter(pk__in=of).order_by("code")
    shares = [
        Share(one, {str(colour): of[one.pk][colour] for colour in WORST_FIRST}) for one in named
    ]
    return Tally(dict(by_colour), dict(by_cause), shares)


def _desks(reach: Reach) -> Iterable[tuple[str, int]]:
    names = {state: name for name, state in DESKS.items()}
    for part in over_areas(reach):
        waiting = part.filter(state__in=sorted(names), due_at__lte=clock.now())
        for state, many in waiting.order_by().values_list("state").annotate(many=Count("pk")):
            yield names[State(state)], many


def addressee(ticket: Ticket) -> Department | None:
    """The department with the worst living card; None where there is no card."""
    cards = Card.objects.live().filter(ticket=ticket).select_related("department")
    worst = min(cards, key=_worst_first, default=None)
    return worst.department if worst else None


def given_for(name: str, ticket: Ticket) -> dict[str, Department]:
    """What an act takes besides the words: an order goes to the department with the worst card,
    where there is none to the lead."""
    department = addressee(ticket) if name == "supervise" else None
    return {"department": department} if department else {}


def causes_of(tickets: Iterable[Ticket]) -> list[CardCause]:
    """What the living cards of these are for, each once."""
    found = Card.objects.live().filter(ticket__in=list(tickets)).order_by("pk")
    return [CardCause(one) for one in dict.fromkeys(found.values_list("cause", flat=True))]


def within(reach: Reach, numbers: list[str]) -> list[Ticket]:
    """Those of these tickets that lie in a reach, in the order in which they were named."""
    sides = [
        Q(**{f"{COLUMN_OF_LEVEL[Level(level)]}__in": sorted(ids)})
        for level, ids in reach.areas.items()
    ]
    if not sides:
        return []
    tickets = Ticket.objects.filter(reduce(or_, sides), number__in=numbers).for_lists()
    found = {one.number: one for one in tickets}
    return [found[number] for number in numbers if number in found]
