"""Cards as rows: which are raised, which lapse. The tickets are locked; who is told stands elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar
from tickets.models import Assignment, Card, Outcome
from tickets.workflow import (
    COLOUR_OF,
    ENDED,
    HELD,
    TOLD,
    AssignmentState,
    CardCause,
    Colour,
    Lapse,
    State,
    is_worse,
)

if TYPE_CHECKING:
    from tickets.limits import Limits
    from tickets.models import Clock, Ticket

_LAPSED = ["lapsed_at", "lapse"]
_LET_GO = {
    AssignmentState.RETURNED: Lapse.RETURNED,
    AssignmentState.WITHDRAWN: Lapse.WITHDRAWN,
}


class Fact(NamedTuple):
    """What a department gets a card for. ``instead``: the card whose place it takes."""

    ticket: Ticket
    department_id: int
    cause: CardCause
    clock: Clock | None = None
    instead: Card | None = None

    @property
    def colour(self) -> Colour:
        return COLOUR_OF[self.cause]

    @property
    def key(self) -> tuple[object, ...]:
        return _key(self.ticket.pk, self.department_id, self.cause, self.clock)


def _key(
    ticket_id: int, department_id: int, cause: str, clock: Clock | int | None
) -> tuple[object, ...]:
    """Of one clock one card lives, whatever its cause; without a clock one of each cause."""
    if clock is not None:
        return (clock if isinstance(clock, int) else clock.pk,)
    return (ticket_id, department_id, str(cause))


def raise_for(facts: Iterable[Fact], at: datetime, limits: Limits, edition: int) -> list[Card]:
    """The cards that these facts bring. A fact that has its card, or a worse one, brings none.

    However many there are, three statements.
    """
    facts = list(facts)
    if not facts:
        return []
    live = _live({one.ticket.pk for one in facts})
    made, gone = [], []
    for fact in facts:
        before = fact.instead or live.get(fact.key)
        if before is not None and not is_worse(fact.colour, before.colour):
            continue
        if before is not None:
            gone.append(_lapsed(before, Lapse.WORSE, at))
        made.append(_card(fact, at, limits, edition))
    Card.objects.bulk_update(gone, _LAPSED)
    return Card.objects.bulk_create(made)


def _live(ticket_ids: set[int]) -> dict[tuple[object, ...], Card]:
    found = Card.objects.live().filter(ticket__in=ticket_ids)
    return {_key(one.ticket_id, one.department_id, one.cause, one.clock_id): one for one in found}


def _card(fact: Fact, at: datetime, limits: Limits, edition: int) -> Card:
    ticket, answer_by = fact.ticket, None
    if fact.colour is Colour.YELLOW:
        days = calendar(ticket.district.code, edition)
        limit = Limit.parse(limits.colours(ticket).answer_limit)
        answer_by = days.deadline(at.replace(microsecond=0), limit)
    return Card(
        ticket=ticket,
        department_id=fact.department_id,
        street_id=ticket.street_id,
        district_id=ticket.district_id,
        colour=fact.colour,
        cause=fact.cause,
        clock=fact.clock,
        raised_at=at,
        told=TOLD[fact.colour],
        answer_by=answer_by,
    )


def settle(ticket: Ticket, assignments: Iterable[Assignment], at: datetime) -> None:
    """Let the cards of a locked ticket lapse whose cause a move has cured."""
    live = list(Card.objects.live().filter(ticket=ticket).select_related("clock"))
    if not live:
        return
    parts = list(assignments)
    found = [(one, _cure(one, ticket, parts, at)) for one in live]
    gone = [_lapsed(one, why, at) for one, why in found if why is not None]
    Card.objects.bulk_update(gone, _LAPSED)


def take_back(ticket: Ticket, at: datetime) -> None:
    """What lapsed by the move of that moment lives again, as it was; what is cured all the same is
    for :func:`settle` to say."""
    gone = Card.objects.filter(ticket=ticket, lapsed_at=at).exclude(lapse=Lapse.WORSE)
    # What a sweep has raised anew in these seconds stays instead.
    live = _live({ticket.pk})
    back = [
        one for one in gone
        if _key(one.ticket_id, one.department_id, one.cause, one.clock_id) not in live
    ]  # fmt: skip
    for one in back:
        one.lapsed_at, one.lapse = None, ""
    Card.objects.bulk_update(back, _LAPSED)


def follow_calendar(clocks: Iterable[Clock], at: datetime) -> None:
    """What is not late, or not near, by the new calendar has no card for it."""
    by_id: dict[int | None, Clock] = {one.pk: one for one in clocks}
    found = Card.objects.live().filter(clock__in=list(by_id))
    gone = [
        _lapsed(one, Lapse.LATER, at) for one in found if _is_early(one, by_id[one.clock_id], at)
    ]
    Card.objects.bulk_update(gone, _LAPSED)


def _lapsed(card: Card, why: Lapse, at: datetime) -> Card:
    card.lapsed_at, card.lapse = at, why
    return card


def _is_early(card: Card, clock: Clock, at: datetime) -> bool:
    """By its clock, as that runs now, the card would not have been raised yet."""
    return (clock.near_at if card.colour == Colour.BLUE else clock.due_at) > at


def _cure(card: Card, ticket: Ticket, parts: list[Assignment], at: datetime) -> Lapse | None:
    """Why it counts no longer; None: it does."""
    if ticket.state in HELD:
        return Lapse.HELD
    if ticket.state in ENDED:
        return Lapse.ENDED
    if card.clock is not None:
        return _cure_of_clock(card, card.clock, parts, at)
    if card.cause == CardCause.RETURNED:
        return Lapse.RULED if ticket.state != State.TRIAGE else None
    return _cure_of_part(card, parts)


def _cure_of_clock(card: Card, clock: Clock, parts: list[Assignment], at: datetime) -> Lapse | None:
    if clock.is_running and clock.paused_at is None:
        return Lapse.LATER if _is_early(card, clock, at) else None
    if clock.outcome == Outcome.MET:
        return Lapse.DONE
    owner = next((one for one in parts if one.pk == clock.assignment_id), None)
    state = AssignmentState(owner.state) if owner else AssignmentState.WITHDRAWN
    return _LET_GO.get(state, Lapse.HELD if clock.is_running else Lapse.WITHDRAWN)


def _cure_of_part(card: Card, parts: list[Assignment]) -> Lapse | None:
    """What hangs on no clock hangs on the department's part."""
    mine = [one for one in parts if one.department_id == card.department_id]
    live = next((one for one in mine if one.is_live), None)
    if live is None:
        return _LET_GO.get(AssignmentState(mine[-1].state), Lapse.WITHDRAWN) if mine else None
    return Lapse.DONE if live.state == AssignmentState.DONE else None
