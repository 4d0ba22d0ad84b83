"""The reporter's link: who has it sees how one report stands, without an account.

Signed, so that it can be given again at any time and nobody can make one; it holds no number.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from govgrid.core import clock
from tickets.models import Ticket
from tickets.workflow import State

if TYPE_CHECKING:
    from datetime import datetime

DAYS = 180
_LINKS = Signer(salt="tickets.track", sep=".")
LONGEST_ID = 13


def path_of(ticket: Ticket) -> str:
    return reverse("track:page", args=[_LINKS.sign(int_to_base36(ticket.pk))])


def url_of(ticket: Ticket) -> str:
    return settings.SITE_URL.rstrip("/") + path_of(ticket)


def ticket_of(token: str) -> Ticket | None:
    """The report that this link is of; None: it is none of ours."""
    try:
        key = _LINKS.unsign(token)
    except BadSignature:
        return None
    if len(key) > LONGEST_ID:
        return None
    return Ticket.objects.with_places().filter(pk=base36_to_int(key)).first()


def has_expired(ticket: Ticket, main: Ticket) -> bool:
    """180 days after its end, as with the telephone number of who reported it."""
    ended = _ended_at(ticket, main)
    return ended is not None and clock.now() > ended + timedelta(days=DAYS)


def _ended_at(ticket: Ticket, main: Ticket) -> datetime | None:
    if main.state == State.CLOSED:
        return main.closed_at
    return ticket.filed_at if main.state == State.DECLINED else None
