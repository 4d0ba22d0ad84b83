"""What tickets hold about a person: what was filed.

A sealed contact is of whoever called, which the person that typed it in need not be: it goes 180
days after the ticket, and is asked for at the desk with the ticket's number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govgrid.core import clock
from govgrid.privacy import holdings
from govgrid.privacy.holdings import Holding
from tickets.models import Ticket

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# A grid worker has filed ten thousand: the list of tickets has them all.
MOST = 200


def filed(user: User) -> list[Mapping[str, Any]]:
    rows = Ticket.objects.filter(filed_by=user).select_related("category").order_by("-pk")[:MOST]
    return [
        {
            _("Number"): one.number,
            _("Category"): str(one.category),
            _("Filed"): f"{clock.local(one.filed_at):%Y-%m-%d %H:%M}",
            _("What was written"): one.description,
        }
        for one in rows
    ]


def register() -> None:
    """Called once at start-up."""
    holdings.register("tickets.filed", Holding(gettext_lazy("What I reported"), filed))
