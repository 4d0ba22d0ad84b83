"""What the desk shows of one thing that waits, and of all of one kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tickets.workflow import MOVES, WhistleKind

if TYPE_CHECKING:
    from tickets.models import Clock, Ticket

# More than this of one kind is for the list of tickets, with its search.
LIMIT = 50
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Act:
    """The next act: a form to post when nothing need be read or written first, else a link."""

    label: str | Promise
    url: str
    icon: str
    key: str
    fields: dict[str, object] | None = None


@dataclass(frozen=True)
class Row:
    """One thing that waits, as the desk shows it, whichever app it is from."""

    state: str
    icon: str
    title: str
    text: str
    url: str
    number: str
    place: str
    who: str
    since: datetime
    act: Act
    # Until when it must be done; and what has no limit may say beside what it stands.
    due: datetime | None = None
    beside: datetime | None = None
    # What ``{% timeleft %}`` draws; an app with other clocks leaves it out and has ``due`` alone.
    clock: Clock | None = None
    # A word that sets it apart, and whether that is urgent.
    tag: str | Promise = ""
    is_urgent: bool = False
    # Whether its page has a short form to be shown beside the list.
    has_peek: bool = False

    @property
    def order(self) -> tuple[datetime, datetime]:
        return self.due or self.beside or NEVER, self.since


@dataclass(frozen=True)
class Group:
    """All of one kind. ``more_url``: where the rest is, when there is more than is shown."""

    slug: str
    title: str | Promise
    rows: list[Row] = field(default_factory=list)
    more_url: str = ""


def in_order(groups: Iterable[Group]) -> list[Row]:
    """Everything in one list: the least time left first, late before all."""
    return sorted((row for group in groups for row in group.rows), key=lambda row: row.order)


# Every kind in the order of the chips above the list.
TITLES = {
    "answer": _("To answer for"),
    "sign": _("To sign for"),
    "report_in": _("To report in"),
    "make_safe": _("To make safe"),
    "plan": _("To plan"),
    "reach_milestone": _("To reach a milestone"),
    "finish": _("To finish"),
    "endorse": _("To agree to"),
    "approve": _("To approve"),
    "rule": _("To rule on"),
    "assign": _("To assign"),
    "check": _("To look at first"),
    "grant": _("Extensions to decide"),
    "look": _("To look at"),
    "verify": _("To verify"),
    "close": _("To close"),
    "score": _("To score"),
    "exempt": _("Exemptions to sign"),
}


# On a list, where it is not the verdict itself but the way to it.
WORDS = {
    "confirm_safe": _("Look at it"),
    "check": _("Is it so? Look"),
    "verify": pgettext_lazy("clock", "Verify"),
    "rate": _("Score it"),
    "rule": _("Rule on it"),
    "grant": _("Decide on it"),
    "exempt": _("Decide on it"),
    "endorse": _("Decide on it"),
}


def group_of(slug: str, rows: list[Row], state: str) -> Group:
    return Group(slug, TITLES[slug], rows[:LIMIT], rest_of(state) if len(rows) > LIMIT else "")


def rest_of(state: str) -> str:
    return f"{reverse('tickets:list')}?state={state}"


def row_of(
    ticket: Ticket,
    *,
    state: str,
    who: str,
    since: datetime,
    act: Act,
    due: Clock | None,
    beside: datetime | None = None,
) -> Row:
    return Row(
        state=state,
        icon=ticket.category.icon,
        title=ticket.category.name,
        text=ticket.description,
        url=ticket.get_absolute_url(),
        number=ticket.number,
        place=f"{ticket.community.name} · {ticket.grid.name}",
        who=who,
        since=since,
        act=act,
        due=due.due_at if due and due.paused_at is None else None,
        beside=beside,
        clock=due,
        tag=ticket.get_whistle_kind_display(),
        is_urgent=ticket.whistle_kind == WhistleKind.EMERGENCY,
        has_peek=True,
    )


def act_on(ticket: Ticket, name: str, *, at_once: bool, fields: dict[str, object]) -> Act:
    move = MOVES[name]
    if at_once:
        url = reverse("tickets:act", args=[ticket.number, name])
        return Act(move.label, url, move.icon, move.key, fields)
    label = WORDS.get(name, move.label)
    return Act(label, f"{ticket.get_absolute_url()}#{name}", move.icon, move.key)
