"""The desk's hands: a ticket split, a note beside it, and one move on many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank, tidy
from govgrid.privacy import guard
from tickets.actions.moves import move
from tickets.effects.desk import digest_of, origin_of
from tickets.models import Note, Ticket
from tickets.workflow import Part

if TYPE_CHECKING:
    from govgrid.accounts.models import User


@transaction.atomic
def split(
    ticket: Ticket,
    parts: Sequence[Part],
    *,
    by: User | None,
    note: str = "",
    seen: int | None = None,
) -> Ticket:
    """The move ``split``; the same parts sent a second time make nothing new."""
    # The lock makes a second sending wait for the first.
    ticket = Ticket.objects.select_for_update(of=("self",)).with_places().get(pk=ticket.pk)
    if by is not None and not by.has_perm("tickets.triage", ticket):
        raise PermissionDenied
    if parts and _were_sent(ticket, parts):
        return ticket
    return move(ticket, "split", by=by, parts=parts, note=note, seen=seen)


def _were_sent(ticket: Ticket, parts: Sequence[Part]) -> bool:
    sent = Ticket.objects.filter(
        filed_by=ticket.filed_by_id,
        client_id__in=[one.client_id for one in parts],
        origin=origin_of(ticket),
    )
    known = dict(sent.values_list("client_id", "fingerprint"))
    return all(known.get(one.client_id) == digest_of(ticket, one) for one in parts)


@transaction.atomic
def write_note(ticket: Ticket, text: str, *, by: User, client_id: UUID) -> Note:
    """A word among those who handle it, its personal numbers covered; sent twice, it is one."""
    if not by.has_perm("tickets.write_note", ticket):
        raise PermissionDenied
    if is_blank(text):
        raise Refused("note_needed", _("Write something."))
    said = guard.mask(tidy(text))
    note, is_new = Note.objects.get_or_create(
        by=by, client_id=client_id, defaults={"ticket": ticket, "text": said, "at": clock.now()}
    )
    if not is_new and (note.ticket_id, note.text) != (ticket.pk, said):
        raise Refused("client_id_reused", _("This client id was used before with other content."))
    return note


class Result(NamedTuple):
    """What became of one of many: no refusal, done."""

    ticket: Ticket
    refusal: Refused | PermissionDenied | None = None

    @property
    def is_done(self) -> bool:
        return self.refusal is None


def move_all(tickets: Iterable[Ticket], name: str, *, by: User, **given: Any) -> list[Result]:
    """One move on each of these, every one in a transaction of its own: one that cannot be taken
    stops no other."""
    return [_move_one(ticket, name, by, given) for ticket in tickets]


def _move_one(ticket: Ticket, name: str, by: User, given: dict[str, Any]) -> Result:
    try:
        return Result(move(ticket, name, by=by, **given))
    except (Refused, PermissionDenied) as refusal:
        return Result(ticket, refusal)
