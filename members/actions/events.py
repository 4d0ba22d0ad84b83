"""Locking a need, and writing down what happened to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govgrid.core import clock
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from members.models import Claim, Need, NeedEvent
from members.workflow.needs import OVER, NeedState

if TYPE_CHECKING:
    from govgrid.accounts.models import User

LONGEST = 300


def lock(need: Need) -> Need:
    """One at a time; whoever comes second sees what the first one did."""
    Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    return Need.objects.select_related(
        "area", "specialty", "asker", "entered_by", "ticket", "topic"
    ).get(pk=need.pk)


def lock_claim(claim: Claim) -> Claim:
    """With its need, which is locked first: two claims of one need wait for each other there."""
    need = lock(claim.need)
    found = Claim.objects.select_related("member__user").get(pk=claim.pk)
    found.need = need
    return found


def said(text: str) -> str:
    """A note as it is kept; what nobody could see counts as nothing."""
    return "" if is_blank(text) else guard.mask(text.strip())[:LONGEST]


def log(
    need: Need,
    verb: str,
    *,
    by: User | None,
    before: str,
    note: str = "",
    claim: Claim | None = None,
) -> NeedEvent:
    return NeedEvent.objects.create(
        need=need, claim=claim, verb=verb, before=before, after=need.state, note=note, by=by,
        at=clock.now(),
    )  # fmt: skip


def turn(need: Need, state: NeedState, note: str = "") -> str:
    """Set the state and what goes with it; gives the one before."""
    before = need.state
    need.state = state
    if state in OVER:
        need.ended_at = clock.now()
    if note:
        need.end_note = note
    need.served_at = clock.now() if state == NeedState.SERVED else need.served_at
    if state in {NeedState.ACCEPTED, NeedState.OPEN, NeedState.CLAIMED}:
        need.served_at = None
    need.save(update_fields=["state", "ended_at", "end_note", "served_at", "ticket", "topic"])
    return before
