"""Which table a ticket's place belongs to, and who is called there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from consultations.models import Platform, Seat, SeatCall
from consultations.workflow import Tier
from grids import scoping
from grids.models import Level
from tickets.models import Ticket, Whistle
from tickets.models.ticket import NUMBER
from tickets.workflow import OPEN, WhistleKind

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from consultations.models import SeatCallQuerySet
    from govgrid.accounts.models import User


# Up to whom silence takes a call, and from which level on one answers it there.
LEVEL_OF = {Tier.STREET: Level.STREET, Tier.DISTRICT: Level.DISTRICT}


def waiting(since: datetime) -> QuerySet[Whistle]:
    """Consultation whistles that are out and have called nobody yet, the oldest first."""
    called = SeatCall.objects.filter(ticket=OuterRef("ticket"))
    out = Whistle.objects.filter(
        kind=WhistleKind.CONSULTATION, out_at__gte=since, ticket__state__in=sorted(OPEN)
    )
    return out.exclude(Exists(called)).order_by("out_at", "pk")


def over(place: dict[int, int]) -> QuerySet[Platform]:
    """The tables that a place belongs to, the nearest first; a compound's is for its compound."""
    found = Platform.objects.in_force().filter(area__in=place.values(), compound=None)
    return found.select_related("area").order_by("-area__level", "pk")


def table_of(ticket: Ticket) -> Platform | None:
    """The nearest table at which somebody sits."""
    sat = Seat.objects.held_on().filter(platform=OuterRef("pk"), user__is_active=True)
    return over(ticket.place).filter(Exists(sat)).first()


def seats_of(platform: Platform) -> list[Seat]:
    """One seat of each person: nobody is called twice to one matter."""
    rows = Seat.objects.held_on().filter(platform=platform, user__is_active=True)
    mine: dict[int, Seat] = {}
    for seat in rows.select_related("user").order_by("pk"):
        mine.setdefault(seat.user_id, seat)
    return list(mine.values())


def of_ticket(ticket_id: int) -> list[SeatCall]:
    return list(SeatCall.objects.whole().filter(ticket=ticket_id).order_by("pk"))


def mine(user: User) -> SeatCallQuerySet:
    """The calls of one's own seats, those without an answer first."""
    return SeatCall.objects.whole().filter(seat__user=user.pk).order_by("answered_at", "-pk")


def risen_to(user: User | AnonymousUser, watched: QuerySet[Platform]) -> SeatCallQuerySet:
    """What silence took up, at the platforms that ``user`` watches: to his level or beneath it."""
    high = {post.level for post in scoping.held(user) if post.level is not None}
    tiers = [tier for tier, level in LEVEL_OF.items() if any(one <= level for one in high)]
    return SeatCall.objects.unanswered().filter(
        tier__in=tiers, seat__platform__in=watched.values("pk")
    )


def above(user: User | AnonymousUser, watched: QuerySet[Platform]) -> SeatCallQuerySet:
    return risen_to(user, watched).whole().order_by("answer_by", "pk")


def counts(calls: Sequence[SeatCall]) -> dict[str, int]:
    """How many were called, and what they said."""
    said = [one.answer for one in calls]
    return {
        "called": len(said),
        "coming": said.count("coming"),
        "cannot": said.count("cannot"),
        "silent": said.count(""),
    }


def ticket_of(number: str) -> Ticket | None:
    """The ticket of exactly this number; what is no number asks nothing of the database."""
    if not NUMBER.fullmatch(number):
        return None
    return Ticket.objects.select_related("community", "category").filter(number=number).first()
