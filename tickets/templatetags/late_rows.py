"""A row of the late list, drawn once for as long as it says the same."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from govgrid.core.templatetags.gg import when
from tickets.late import Row
from tickets.models import Card
from tickets.timeleft import TimeLeft
from tickets.workflow import CardCause, ClockKind, Move

register = template.Library()

KEYS = {"urge": "U", "supervise": "O", "escalate": "E"}


class Act(NamedTuple):
    """A button of the row, and its key."""

    name: str
    label: str
    icon: str
    key: str


class Carded(NamedTuple):
    colour: str
    department: str
    cause: str
    clock: str
    is_answered: bool
    answer_by: str


class Told(NamedTuple):
    """The row in plain words, so that one can be compared with another."""

    number: str
    url: str
    title: str
    state: str
    place: str
    lead: str
    left: TimeLeft | None
    cards: tuple[Carded, ...]


@register.filter
def key_of(name: str) -> str:
    return KEYS[name]


@register.simple_tag
def late_row(row: Row, fit: Iterable[tuple[str, Move]]) -> SafeString:
    """``fit``: what can be done from it. A page has fifty, and from one look to the next few differ."""
    acts = tuple(Act(name, str(move.label), move.icon, KEYS[name]) for name, move in fit)
    return _drawn(_told(row), acts, get_language())


def _told(row: Row) -> Told:
    one = row.ticket
    return Told(
        number=one.number,
        url=one.get_absolute_url(),
        title=str(one.category.name),
        state=one.state,
        place=f"{one.community.name} · {one.grid.name}",
        lead=one.lead_department.short_name if one.lead_department else "",
        left=row.left,
        cards=tuple(_carded(card) for card in row.cards),
    )


def _carded(card: Card) -> Carded:
    return Carded(
        colour=card.colour,
        department=card.department.short_name,
        cause=str(CardCause(card.cause).label),
        clock=str(ClockKind(card.clock.kind).label) if card.clock else "",
        is_answered=card.answered_at is not None,
        answer_by=when(card.answer_by),
    )


@lru_cache(maxsize=2048)
def _drawn(told: Told, acts: tuple[Act, ...], language: str | None) -> SafeString:
    return render_to_string("tickets/_late_row.html", {"row": told, "acts": acts})
