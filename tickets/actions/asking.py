"""What the asker says after closing: noted by who called, or given by the link. It decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.privacy import guard
from tickets import notices
from tickets.actions.moves import move
from tickets.models import Callback, Ticket, TicketEvent
from tickets.workflow import STEP_UP, Cause, State

if TYPE_CHECKING:
    from govgrid.accounts.models import User

MOST_ATTEMPTS = 3
MOST_WORDS = 300


@transaction.atomic
def answer(
    callback: Callback, *, by: User | None, solved: bool, satisfied: bool, words: str = ""
) -> Callback:
    """The answer of a round, once; ``by`` noted a call, ``None`` answered by the link.

    Unsolved, the ticket opens again with half the limit; the second time a level above answers for
    it as well. Refused: ``answered_already``, ``not_closed`` and, for a call, ``not_asked``.
    """
    subject = _lock(callback)
    callback = _asked(callback, subject, by)
    callback.answered_at = clock.now()
    callback.via = Callback.Via.PHONE if by else Callback.Via.LINK
    callback.noted_by = by
    callback.is_solved, callback.is_satisfied = solved, satisfied
    callback.words = guard.mask(tidy(words))[:MOST_WORDS]
    # Given up by the desk, and answered by the link all the same.
    callback.ended_at, callback.ended_why = None, ""
    callback.save()
    said = {"solved": solved, "satisfied": satisfied, "via": callback.via}
    _log(callback, by=by, note=callback.words, data=said)
    if not solved:
        _open_again(subject, callback.words)
    return callback


@transaction.atomic
def note_attempt(callback: Callback, *, by: User, is_refused: bool = False) -> Callback:
    """Nobody was reached, the third time for the last; or who was reached would not say."""
    subject = _lock(callback)
    callback = _asked(callback, subject, by)
    callback.attempts += 1
    callback.tried_at = clock.now()
    if is_refused or callback.attempts >= MOST_ATTEMPTS:
        callback.ended_at = callback.tried_at
        why = Callback.Ended.REFUSED if is_refused else Callback.Ended.NOT_REACHED
        callback.ended_why = why
    callback.save()
    _log(callback, by=by, data={"ended": callback.ended_why, "attempts": callback.attempts})
    return callback


def _lock(callback: Callback) -> Ticket:
    """The ticket that the answer is about, locked before the question, as every move does it."""
    asked = callback.ticket
    ids = {asked.pk, asked.merged_into_id or asked.pk}
    locked = Ticket.objects.select_for_update(of=("self",)).with_places().order_by("pk")
    found = {one.pk: one for one in locked.filter(pk__in=ids)}
    return found[asked.merged_into_id or asked.pk]


def _asked(callback: Callback, subject: Ticket, by: User | None) -> Callback:
    """The row as it is now, if it still waits for this."""
    rows = Callback.objects.select_for_update(of=("self",)).select_related("ticket")
    callback = rows.get(pk=callback.pk)
    if by is not None and not by.has_perm("tickets.call_back", callback.ticket):
        raise PermissionDenied
    if callback.answered_at is not None:
        raise Refused("answered_already", _("This has been answered already. Thank you."))
    if subject.state != State.CLOSED or callback.ended_why == Callback.Ended.OPENED:
        raise Refused("not_closed", _("It is being worked on again: nothing is asked now."))
    if by is not None and callback.ended_at is not None:
        raise Refused("not_asked", _("Nobody is to be called about this any more."))
    return callback


def _open_again(subject: Ticket, words: str) -> None:
    """Once by itself; then with the level above, and at the top the command decides."""
    same = Q(ticket=subject) | Q(ticket__merged_into=subject)
    unsolved = Callback.objects.filter(same, is_solved=False).count()
    if unsolved > 1 and subject.level not in STEP_UP:
        notices.unsolved(subject)
        return
    why = words or _("The reporter says that it is not solved.")
    move(subject, "reopen", by=None, note=why)
    if unsolved > 1:
        move(subject, "escalate", by=None, cause=Cause.UNSOLVED)


def _log(callback: Callback, *, by: User | None, data: dict[str, object], note: str = "") -> None:
    ticket = callback.ticket
    TicketEvent.objects.create(
        ticket=ticket,
        verb="reply",
        before=ticket.state,
        after=ticket.state,
        at=clock.now(),
        by=by,
        note=note,
        data={"round": callback.round, **data},
    )
