"""The rarer moves, each once: a dispute and its ruling, more time, a standstill, an exemption.

Taken by the actions themselves in the last hours, on tickets that were told before: by whoever holds
the post for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max, Q

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.home.demo.ground import Ground
from grids.models import Post
from tickets import actions
from tickets.models import Clock, Outcome, Ticket, TicketQuerySet
from tickets.workflow import ClockKind, State

CLERKS, HEADS = ("department_clerk",), ("department_head",)
DESKS, OVERSEERS = ("street_desk",), ("street_head", "district_command")
# The first step is so long ago, and each of the others a quarter of it later.
HOURS = timedelta(hours=4)
# In working hours nothing stays at a desk for longer than some minutes.
AT_A_DESK = (HOURS, timedelta(minutes=8), timedelta(minutes=1))
# So many are tried before nothing is shown: a small demo may have none that fits.
TRIES = 12

Step = tuple[str, tuple[str, ...], dict[str, Any]]
ASK: Step = ("extend", CLERKS, {"amount": 2, "note": "配件从外地调运，两天后到"})
AGREE: Step = ("endorse", HEADS, {"note": "情况属实"})


class Quiet:
    """Tickets on which nothing has happened of late, each taken once."""

    def __init__(self, now: datetime) -> None:
        self.now, self.taken = now, set[int]()

    def of(self, tickets: TicketQuerySet, span: timedelta) -> Iterator[Ticket]:
        since = self.now - span - span / 4
        still = tickets.exclude(pk__in=self.taken).annotate(last=Max("events__at"))
        yield from still.filter(last__lt=since).order_by("-pk")[:TRIES]

    def tell(self, tickets: TicketQuerySet, *steps: Step, span: timedelta = HOURS) -> Ticket | None:
        """Take these steps on the first that lets all of them through."""
        for ticket in self.of(tickets, span):
            if _told(ticket, steps, self.now - span, span / 4):
                self.taken.add(ticket.pk)
                return ticket
        return None


def tell(laid: Ground) -> None:
    """Tell them all; what no ticket of this demo fits is left out."""
    quiet = Quiet(clock.now())
    _ruling(quiet, laid)
    _more_time(quiet, laid)
    _standstill(quiet)
    _exemption(quiet)


def _ruling(quiet: Quiet, laid: Ground) -> None:
    """Returned twice, given once more, disputed; the head of the street rules for this grid."""
    street = laid.first_street
    office, other = laid.offices[street.pk], laid.departments["城管局"]
    disputed = {
        "return_reason": "not_ours",
        "note": "该处不属我单位管养范围，请裁定",
        "suggested_owner": other.short_name,
    }
    ruled = {"department": other, "reach": "grid", "note": "依据职责清单，由城管局处置"}
    returned = Ticket.objects.filter(street=street.pk, state=State.TRIAGE, return_count=2)
    steps: tuple[Step, ...] = (
        ("assign", DESKS, {"department": office, "note": "请再核"}),
        ("dispute", DESKS + CLERKS, disputed),
        ("rule", OVERSEERS, ruled),
    )
    for span in AT_A_DESK:
        if quiet.tell(returned, *steps, span=span):
            return


def _more_time(quiet: Quiet, laid: Ground) -> None:
    """One waits for the head, one was granted, one was refused."""
    now = quiet.now
    running = Clock.objects.filter(
        kind=ClockKind.RESOLVE, limit__startswith="WD", stopped_at=None, paused_at=None
    ).filter(near_at__gt=now)
    handled = Ticket.objects.filter(state=State.HANDLING, pk__in=running.values("ticket"))
    own = handled.filter(lead_department=laid.departments["住建局"].pk)
    quiet.tell(own, ASK)
    grant = ("grant", DESKS + OVERSEERS, {"note": "同意"})
    deny = ("deny", DESKS + OVERSEERS, {"note": "本地有现货，请按期办结"})
    for answer in (grant, deny):
        # Elsewhere a department may have no head who could agree.
        quiet.tell(own, ASK, AGREE, answer) or quiet.tell(handled, ASK, AGREE, answer)


def _standstill(quiet: Quiet) -> None:
    """One stands still until a dated day, one goes on again."""
    calm = Clock.objects.filter(stopped_at=None).filter(near_at__lte=quiet.now)
    handled = Ticket.objects.filter(state=State.HANDLING).exclude(pk__in=calm.values("ticket"))
    until = clock.today() + timedelta(days=40)
    stop: Step = (
        "suspend",
        DESKS + OVERSEERS,
        {"until": until, "note": "待管网改造进场后一并处置"},
    )
    go_on: Step = ("resume", DESKS + OVERSEERS, {"note": "改造提前进场"})
    quiet.tell(handled, stop)
    quiet.tell(handled, stop, go_on)


def _exemption(quiet: Quiet) -> None:
    """One lateness is exempted by two, of another the request is refused."""
    late = Clock.objects.filter(
        outcome=Outcome.MET, stopped_at__gt=F("due_at"), assignment__isnull=False
    )
    closed = Ticket.objects.filter(state=State.CLOSED, pk__in=late.values("ticket"))
    asked: Step = ("appeal", CLERKS, {"note": "当日暴雨红色预警，人员全部参加抢险"})
    sign: Step = ("exempt", OVERSEERS, {"note": "情况属实"})
    quiet.tell(closed, asked, sign, sign)
    quiet.tell(closed, asked, ("uphold", OVERSEERS, {"note": "当日未发布预警"}))


def _told(ticket: Ticket, steps: tuple[Step, ...], since: datetime, apart: timedelta) -> bool:
    """Whether all of them were taken; else none of them was."""
    try:
        with transaction.atomic():
            for number, (name, roles, given) in enumerate(steps):
                with clock.telling(since + apart * number):
                    _take(ticket, name, roles, given)
    except Refused:
        return False
    return True


def _take(ticket: Ticket, name: str, roles: tuple[str, ...], given: dict[str, Any]) -> None:
    """By the first who may; refused as the last who tried was."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    refusal = Refused("nobody", name)
    for person in _people(ticket, roles):
        try:
            actions.move(ticket, name, by=person, **_whole(ticket, name, given))
        except Refused as said:
            refusal = said
        except PermissionDenied:
            continue
        else:
            return
    raise refusal


def _whole(ticket: Ticket, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """With the clock that was late, where several were."""
    if name != "appeal":
        return given
    late = ticket.clocks.filter(outcome=Outcome.MET, stopped_at__gt=F("due_at"))
    ids = late.filter(assignment__isnull=False).order_by("pk").values_list("pk", flat=True)
    return given | {"clock": ids[0]}


def _people(ticket: Ticket, roles: tuple[str, ...]) -> list[User]:
    """Who holds one of these posts over the place or in a department of the ticket."""
    places = [ticket.community_id, ticket.street_id, ticket.district_id]
    involved = ticket.assignments.values("department")
    posts = Post.objects.filter(role__in=roles).filter(
        Q(area__in=places) | Q(department__in=involved)
    )
    return list(User.objects.filter(pk__in=posts.values("user")).order_by("-is_demo", "pk"))
