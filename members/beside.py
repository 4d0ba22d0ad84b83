"""What of the roster stands beside a ticket, a topic or an area: asked once for all panels there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from consultations.models import Topic
from govgrid.accounts import backends
from govgrid.core import clock, panels
from govgrid.core.parts import may_have
from grids.models import Area
from members import needs
from members.models import (
    Activity,
    Counsel,
    Grant,
    Liaison,
    Member,
    Need,
    Reception,
    Station,
    Team,
)
from tickets.models import Ticket

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

HERE = OuterRef("pk")


def register() -> None:
    """Called once at start-up: asked in one statement with the ticket, and with the topic."""
    ticket, topic = "tickets.ticket", "consultations.topic"
    needs_of = Need.objects.filter
    panels.register_part(ticket, "roster_needs", needs_of(Q(from_ticket=HERE) | Q(ticket=HERE)))
    panels.register_part(topic, "roster_needs", needs_of(Q(from_topic=HERE) | Q(topic=HERE)))
    panels.register_part(ticket, "roster_counsels", Counsel.objects.filter(ticket=HERE))
    panels.register_part(topic, "roster_counsels", Counsel.objects.filter(topic=HERE))


def register_person() -> None:
    """Called once where the roster is on: asked in one statement with whoever is signed in."""
    own = {
        "entry": Member.objects.filter(user=HERE),
        "service": Liaison.objects.filter(user=HERE),
        "needs": Need.objects.filter(Q(asker=HERE) | Q(entered_by=HERE)),
    }
    for name, rows in own.items():
        backends.ask_along(f"has_roster_{name}", Exists(rows))


def has(row: Ticket | Topic | User | AnonymousUser, name: str) -> bool:
    """Whether it is worth asking; unknown, it is."""
    return may_have(row, f"roster_{name}")


def there(area: Area) -> frozenset[str]:
    """Of which kinds there is anything in ``area`` at all; read once."""
    cached: frozenset[str] | None = vars(area).get("_roster_beside")
    if cached is None:
        flags = {f"has_{name}": Exists(rows) for name, rows in _inside(area).items()}
        found = Area.objects.filter(pk=area.pk).values(**flags).get()
        cached = frozenset(name.removeprefix("has_") for name, yes in found.items() if yes)
        vars(area)["_roster_beside"] = cached
    return cached


def _inside(area: Area) -> dict[str, QuerySet]:
    within = {"area__path__startswith": area.path}
    return {
        "needs": needs.of_area(area),
        "grants": Grant.objects.in_force().filter(area__in=area.ancestor_ids),
        "days": Reception.objects.in_force().filter(station__area__path__startswith=area.path),
        "activities": Activity.objects.upcoming(clock.now()).filter(**within),
        "stations": Station.objects.open().filter(**within),
        "teams": Team.objects.in_force().filter(answers_for=area),
    }
