"""Whom supervision tells: cards their named posts, an order its addressee, an answer who asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from govgrid.core.sayings import by_language, day_and_hour
from govgrid.outbox.actions import Debt, owe, owe_all
from grids.models import Department
from tickets import staff
from tickets.debts import debt_of
from tickets.posts import Posts, deciding
from tickets.workflow import CardCause, Colour, Facts, State

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.models import Card, SupervisionOrder, Ticket

# A department without a head has heard of these by its clock.
_BY_CLOCK = frozenset({CardCause.UNSIGNED, CardCause.OVERDUE})


def of_cards(cards: Iterable[Card]) -> None:
    """Tell the post that a yellow or red card names; of a red one whoever oversees the place too.

    Of blue the clock has told the liaison.
    """
    told = [one for one in cards if one.colour != Colour.BLUE]
    if told:
        departments = {one.department_id for one in told}
        ask, names = Posts(departments), Department.objects.in_bulk(departments)
        owe_all(_of_card(one, ask, names[one.department_id]) for one in told)


def _of_card(one: Card, ask: Posts, department: Department) -> Debt:
    ticket = one.ticket
    people = ask.heads(one.department_id)
    if not people and one.cause not in _BY_CLOCK:
        people = ask.staff(one.department_id)
    if one.colour == Colour.RED:
        people = people + ask.holders("tickets.supervise", ticket.street_id, ticket.district_id)
    debt = debt_of(people, f"card_{one.colour}", ticket, 0)
    more: dict[str, object] = {
        "cause": by_language(CardCause(one.cause).label),
        "department": department.short_name,
    }
    if one.answer_by is not None:
        more["due"] = day_and_hour(one.answer_by)
    return debt._replace(params=debt.params | more, fact=f"card:{one.pk}")


def of_move(name: str, facts: Facts, department_id: int | None) -> None:
    """What one of the moves of supervision owes."""
    if name == "urge":
        _of_urging(facts.ticket, department_id)
    elif name == "supervise":
        _of_order(facts.ticket.orders.with_parties().latest("pk"), facts.ticket)
    elif name == "answer":
        _of_answer(facts)


def _of_urging(ticket: Ticket, department_id: int | None) -> None:
    if department_id is not None:
        people = staff.of([department_id])
    elif ticket.state == State.HANDLED:
        people = staff.holders("tickets.verify", ticket.grid_id, ticket.community_id)
    else:
        people = staff.holders("tickets.triage", *deciding(ticket))
    owe(**debt_of(people, "ticket_urged", ticket, ticket.events.count())._asdict())


def _of_order(order: SupervisionOrder, ticket: Ticket) -> None:
    """The addressed post; a department without a head gets it through whoever answers for it."""
    ask = Posts([order.department_id])
    people = ask.heads(order.department_id) or ask.staff(order.department_id)
    _owe(people, "order_issued", order, ticket, due=day_and_hour(order.answer_by))


def _of_answer(facts: Facts) -> None:
    """The office that asked reads it."""
    ticket = facts.ticket
    for order in ticket.orders.with_parties().filter(answered_at=facts.at):
        people = staff.holders("tickets.supervise", order.issuing_area_id)
        _owe(people, "order_answered", order, ticket, department=order.department.short_name)


def _owe(
    people: Iterable[User], kind: str, order: SupervisionOrder, ticket: Ticket, **more: object
) -> None:
    debt = debt_of(people, kind, ticket, 0)
    params = debt.params | {"order": order.number} | more
    owe(**debt._replace(params=params, fact=f"{kind}:{order.pk}")._asdict())
