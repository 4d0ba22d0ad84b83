"""What waits for a person: the moves of the table that are theirs to take next.

By time left, each by the clock of its own. One statement for each kind of thing that an area's post
may be asked for, one for departments and one for the clocks, however much waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tickets.inbox import rows
from tickets.inbox.areas import OVER_AREA, row_for
from tickets.inbox.departments import endorsing, given_to, groups_of, to_endorse
from tickets.inbox.rows import TITLES, Act, Group, Row, group_of, in_order
from tickets.queries import clocks_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

__all__ = ["TITLES", "Act", "Group", "Row", "in_my_hands", "in_order", "waiting"]


def in_my_hands(user: Person) -> list[Group]:
    """Of what departments were given, what a colleague handed to ``user``."""
    given = list(given_to(user).filter(handler=user.pk))
    groups = groups_of(given, clocks_of([one.ticket_id for one in given]) if given else {})
    return [groups[slug] for slug in TITLES if slug in groups]


def waiting(user: Person) -> list[Group]:
    """Everything that ``user`` is asked to do now, by kind; kinds with nothing are left out."""
    given, asked = list(given_to(user)), list(to_endorse(user))
    found = {name: list(ask.find(user)[: rows.LIMIT + 1]) for name, ask in OVER_AREA.items()}
    tickets = [one.ticket_id for one in (*given, *asked)]
    tickets += [one.pk for some in found.values() for one in some]
    clocks = clocks_of(tickets) if tickets else {}
    groups = groups_of(given, clocks)
    groups["endorse"] = endorsing(asked, clocks)
    for name, some in found.items():
        ask = OVER_AREA[name]
        groups[name] = group_of(name, [row_for(one, ask, clocks) for one in some], ask.state)
    return [groups[slug] for slug in TITLES if slug in groups and groups[slug].rows]
