"""Offering help, and choosing among those who offer: one, by the hand of who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members import need_tidings, needs
from members.actions.events import lock, lock_claim, log, said, turn
from members.models import Claim, Member
from members.workflow.needs import ClaimState, NeedState, after_leaving, check
from members.workflow.roster import MemberState

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from members.models import Need


@transaction.atomic
def claim_need(need: Need, *, by: User, plan: str = "") -> Claim:
    """Offer help. Refused: ``own_need``, ``paused``, ``claimed_already``, ``wrong_state``."""
    need = lock(need)
    if not by.has_perm("members.claim_need", need):
        raise PermissionDenied
    member = needs.member_of(by)
    assert member is not None, "the rule asked"  # noqa: S101
    if by.pk in {need.asker_id, need.entered_by_id}:
        raise Refused("own_need", _("This need is your own."))
    if member.state != MemberState.ACTIVE:
        raise Refused("paused", _("You are resting. Go on first, then offer help."))
    if need.claims.filter(member=member).exclude(state__in=GONE).exists():
        raise Refused("claimed_already", _("You have offered already."))
    check("claim", need.state)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                need=need, member=member, plan=said(plan), offered_at=clock.now()
            )
    except IntegrityError as error:
        raise Refused("claimed_already", _("You have offered already.")) from error
    before = turn(need, NeedState.CLAIMED)
    log(need, "claim", by=by, before=before, claim=claim)
    need_tidings.claimed(claim)
    return claim


GONE = (ClaimState.DECLINED, ClaimState.WITHDRAWN)


@transaction.atomic
def accept_claim(claim: Claim, *, by: User) -> Claim:
    """Take this offer; the others are thanked. Refused: ``wrong_state``, ``another_accepted``."""
    claim = lock_claim(claim)
    need = claim.need
    if not by.has_perm("members.answer_need", need):
        raise PermissionDenied
    if need.claims.given().exclude(pk=claim.pk).exists():
        raise Refused("another_accepted", _("Somebody else was accepted already."))
    check("accept", need.state)
    _must_be(claim, ClaimState.OFFERED)
    at = clock.now()
    claim.state, claim.answered_at = ClaimState.ACCEPTED, at
    try:
        with transaction.atomic():
            claim.save(update_fields=["state", "answered_at"])
    except IntegrityError as error:
        raise Refused("another_accepted", _("Somebody else was accepted already.")) from error
    before = turn(need, NeedState.ACCEPTED)
    log(need, "accept", by=by, before=before, claim=claim)
    need_tidings.answered(claim, "claim_accepted")
    others = need.claims.filter(state=ClaimState.OFFERED).select_related("member__user")
    for other in others:
        other.need = need
        _put_off(other)
    return claim


def _put_off(claim: Claim) -> None:
    claim.state, claim.answered_at = ClaimState.DECLINED, clock.now()
    claim.save(update_fields=["state", "answered_at"])
    need_tidings.answered(claim, "claim_declined")


def _must_be(claim: Claim, *states: ClaimState) -> None:
    if claim.state not in states:
        raise Refused(
            "wrong_claim",
            _("This offer is in another state: %(state)s.") % {"state": claim.get_state_display()},
        )


@transaction.atomic
def decline_claim(claim: Claim, *, by: User, reason: str = "") -> Claim:
    """Not this one; where it was accepted, help is looked for again.

    Refused: ``wrong_state``, ``wrong_claim``, ``reason_needed`` (of an accepted one).
    """
    claim = lock_claim(claim)
    if not by.has_perm("members.answer_need", claim.need):
        raise PermissionDenied
    check("decline", claim.need.state)
    _must_be(claim, ClaimState.OFFERED, ClaimState.ACCEPTED)
    why = said(reason)
    if claim.state == ClaimState.ACCEPTED and not why:
        raise Refused("reason_needed", _("Say why, to whom you had accepted."))
    _leave(claim, ClaimState.DECLINED, "decline", by, why)
    need_tidings.answered(claim, "claim_declined")
    return claim


@transaction.atomic
def step_back(claim: Claim, *, by: User, reason: str = "") -> Claim:
    """Take one's own offer back; help is looked for again. Refused: ``wrong_state``, ``wrong_claim``."""
    claim = lock_claim(claim)
    if not by.has_perm("members.own_claim", claim):
        raise PermissionDenied
    check("step_back", claim.need.state)
    _must_be(claim, ClaimState.OFFERED, ClaimState.ACCEPTED)
    _leave(claim, ClaimState.WITHDRAWN, "step_back", by, said(reason))
    need_tidings.came_back(claim)
    return claim


def _leave(claim: Claim, state: ClaimState, verb: str, by: User | None, reason: str) -> None:
    """This claim ends; the need is what the others leave it."""
    need, was_given = claim.need, claim.is_given
    claim.state, claim.reason, claim.answered_at = state, reason, clock.now()
    claim.done_at = claim.minutes = None
    claim.save(update_fields=["state", "reason", "answered_at", "done_at", "minutes"])
    before = need.state
    if was_given or need.is_seeking:
        is_offered = need.claims.filter(state=ClaimState.OFFERED).exists()
        before = turn(need, after_leaving(is_offered=is_offered))
    log(need, verb, by=by, before=before, claim=claim)


@transaction.atomic
def offer_back(member: Member, *, by: User | None) -> int:
    """All that stands by a member who leaves: others may take it up. How many claims that were.

    What was said to be done and is not confirmed yet stays with who asked.
    """
    standing = Claim.objects.filter(member=member).standing().order_by("need")
    gone = 0
    for one in standing.select_related("need"):
        claim = lock_claim(one)
        if claim.state in {ClaimState.OFFERED, ClaimState.ACCEPTED}:
            _leave(claim, ClaimState.WITHDRAWN, "step_back", by, "")
            need_tidings.came_back(claim)
            gone += 1
    return gone
