"""Having helped: the member says so with the minutes, the asker confirms, and the minutes move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members import need_tidings
from members.actions.events import lock, lock_claim, log, said, turn
from members.actions.timing import credit
from members.models import Claim
from members.workflow.needs import (
    MOST_MINUTES,
    SCORES,
    ClaimState,
    NeedState,
    check,
)

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from members.models import Need


@transaction.atomic
def report_service(claim: Claim, *, by: User, minutes: int, result: str = "") -> Claim:
    """It is done. Refused: ``wrong_state``, ``not_accepted``, ``wrong_minutes``."""
    claim = lock_claim(claim)
    if not by.has_perm("members.own_claim", claim):
        raise PermissionDenied
    check("done", claim.need.state)
    if claim.state != ClaimState.ACCEPTED:
        raise Refused("not_accepted", _("This offer was not accepted."))
    if not 1 <= minutes <= MOST_MINUTES:
        raise Refused("wrong_minutes", _("Say how long it took: one minute to twelve hours."))
    claim.state, claim.done_at = ClaimState.DONE, clock.now()
    claim.minutes, claim.result = minutes, said(result)
    claim.save(update_fields=["state", "done_at", "minutes", "result"])
    before = turn(claim.need, NeedState.SERVED)
    event = log(claim.need, "done", by=by, before=before, claim=claim)
    need_tidings.served(claim, event)
    return claim


def _done(need: Need) -> Claim:
    claim = need.claims.select_related("member__user").get(state=ClaimState.DONE)
    claim.need = need
    return claim


@transaction.atomic
def confirm_need(need: Need, *, by: User, score: int | None = None, thanks: str = "") -> Claim:
    """It was done, thank you: the minutes move, once. Refused: ``wrong_state``, ``wrong_score``,
    ``score_of_who_asked`` (whoever confirms for a silent asker scores nothing)."""
    need = lock(need)
    if not by.has_perm("members.confirm_need", need):
        raise PermissionDenied
    check("confirm", need.state)
    if score is not None and score not in SCORES:
        raise Refused("wrong_score", _("A score is 1 to 5."))
    if score is not None and not by.has_perm("members.answer_need", need):
        raise Refused("score_of_who_asked", _("Only who asked gives a score."))
    claim = _done(need)
    claim.score, claim.thanks = score, said(thanks)
    claim.save(update_fields=["score", "thanks"])
    before = turn(need, NeedState.CONFIRMED)
    log(need, "confirm", by=by, before=before, claim=claim)
    credit(claim)
    need_tidings.confirmed(claim)
    return claim


@transaction.atomic
def dispute_need(need: Need, *, by: User, note: str) -> Claim:
    """It was not done: back to whom it was given. Refused: ``wrong_state``, ``note_needed``."""
    need = lock(need)
    if not by.has_perm("members.answer_need", need):
        raise PermissionDenied
    check("not_done", need.state)
    why = said(note)
    if not why:
        raise Refused("note_needed", _("Say what is not done yet."))
    claim = _done(need)
    claim.state, claim.done_at, claim.minutes = ClaimState.ACCEPTED, None, None
    claim.save(update_fields=["state", "done_at", "minutes"])
    before = turn(need, NeedState.ACCEPTED)
    event = log(need, "not_done", by=by, before=before, note=why, claim=claim)
    need_tidings.disputed(claim, event, why)
    return claim
