"""What a message says of a ticket, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext, override, pgettext

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.outbox.actions import Debt
from tickets.models import Ticket

# A word in one language, or by language.
Said = str | dict[str, str]


def debt_of(people: Iterable[User], kind: str, ticket: Ticket, event_count: int) -> Debt:
    department = ticket.lead_department
    return Debt(
        recipients=people,
        kind=kind,
        params={
            "number": ticket.number,
            "category": ticket.category.names,
            "grid": ticket.grid.name,
            "department": department.short_name if department else "",
        },
        url=ticket.get_absolute_url(),
        # One telling for each time the ticket came into this state.
        fact=f"{kind}:{ticket.pk}:{event_count}",
    )


def _day(on: date) -> str:
    return date_format(on, pgettext("short date, another year", "j M Y"))


def day(on: date) -> dict[str, str]:
    """A day as each reader of a message writes it."""
    return by_language(lazy(_day, str)(on))


def _day_and_hour(moment: datetime) -> str:
    """24 Sep 11:05, as the reader of a message writes it."""
    there = clock.local(moment)
    day = date_format(there, pgettext("short date, this year", "j M"))
    return gettext("%(day)s %(time)s") % {"day": day, "time": f"{there:%H:%M}"}


def day_and_hour(moment: datetime) -> dict[str, str]:
    """As each reader of a message writes it."""
    return by_language(lazy(_day_and_hour, str)(moment))


def debt_about(ticket: Ticket, people: Iterable[User], kind: str, fact: str) -> Debt:
    """Something about a ticket that is owed once, whatever happens to the ticket meanwhile."""
    return debt_of(people, kind, ticket, 0)._replace(fact=fact)


def by_language(words: str | Promise) -> dict[str, str]:
    """A word of ours as each reader's language has it; which that is shows when it is read."""
    said = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            said[code.lower()] = str(words)
    return said
