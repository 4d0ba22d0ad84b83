"""A consultation whistle calls the seats of the place's table; silence goes up a level (委员报到)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import attendance, clocks, heralds
from consultations.models import SeatCall
from consultations.workflow import UP, Tier
from consultations.workflow.calls import ABOVE_DAYS, ANSWER_DAYS, CallAnswer
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from tickets.models import Ticket

if TYPE_CHECKING:
    from govgrid.accounts.models import User

BATCH = 100
# What went out longer ago called nobody then, and calls nobody now.
SINCE = timedelta(days=30)


def call_seats(*, by: None) -> int:
    """Call the seats for whistles that went out; how many were called. Safe to run twice at once."""
    waiting = attendance.waiting(clock.now() - SINCE)
    return sum(_call(pk) for pk in waiting.values_list("ticket", flat=True)[:BATCH])


@transaction.atomic
def _call(pk: int) -> int:
    """One matter in a transaction of its own; another worker's is left to it."""
    rows = Ticket.objects.select_for_update(skip_locked=True, of=("self",))
    ticket = rows.select_related("grid", "category").filter(pk=pk).first()
    if ticket is None or ticket.seat_calls.exists():
        return 0
    platform = attendance.table_of(ticket)
    if platform is None:
        return 0
    now = clock.now()
    due = clocks.working_days_after(platform, now, ANSWER_DAYS)
    calls = SeatCall.objects.bulk_create(
        SeatCall(ticket=ticket, seat=seat, called_at=now, answer_by=due, fires_at=due)
        for seat in attendance.seats_of(platform)
    )
    heralds.called(ticket, platform, [one.seat.user for one in calls], due)
    return len(calls)


@transaction.atomic
def answer_call(call: SeatCall, *, by: User, answer: str, reason: str = "") -> SeatCall:
    """Say whether one comes: the seat itself, the recorder for it, or who answers from above.

    Refused: ``answered`` (otherwise than this), ``reason_needed``, ``seat_ended``.
    """
    call = SeatCall.objects.whole().select_for_update(of=("self",)).get(pk=call.pk)
    if not by.has_perm("consultations.answer_call", call):
        raise PermissionDenied
    said = CallAnswer(answer)
    why = "" if is_blank(reason) else guard.mask(reason.strip())[:300]
    if call.answer:
        if (call.answer, call.reason) == (said, why):
            return call
        raise Refused("answered", _("This call was answered already."))
    if said == CallAnswer.CANNOT and not why:
        raise Refused("reason_needed", _("Who cannot come says why."))
    call.answer, call.reason = said, why
    call.answered_at, call.answered_by, call.fires_at = clock.now(), by, None
    call.save()
    heralds.answered(call, by)
    return call


def fire_calls(*, by: None) -> int:
    """Take up what nobody answered; how many. Safe to run twice at once."""
    due = SeatCall.objects.filter(fires_at__lte=clock.now()).order_by("fires_at")
    return sum(_take_up(pk) for pk in due.values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _take_up(pk: int) -> bool:
    rows = SeatCall.objects.whole().select_for_update(skip_locked=True, of=("self",))
    call = rows.filter(pk=pk, fires_at__lte=clock.now(), answer="").first()
    if call is None:
        return False
    platform = call.seat.platform
    call.tier = UP[Tier(call.tier)]
    is_last = call.tier == Tier.DISTRICT
    call.fires_at = (
        None if is_last else clocks.working_days_after(platform, clock.now(), ABOVE_DAYS)
    )
    call.save(update_fields=["tier", "fires_at"])
    heralds.silent(call)
    return True
