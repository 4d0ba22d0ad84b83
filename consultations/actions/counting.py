"""Opening and closing by the clock, and the count: slips are opened once, counted, and wiped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from consultations import tellers
from consultations.actions import ballots
from consultations.models import Ballot, Vote
from consultations.workflow import envelopes
from consultations.workflow.ballots import (
    FEWEST_SLIPS,
    VOTING,
    BallotState,
    Channel,
    Slip,
    Tally,
    count,
)
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import crypto

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from govgrid.privacy.fields import SealedTextField

BATCH = 100


@dataclass(frozen=True)
class Urn:
    """What stood on the paper slips of a secret ballot: how many for each option, and spoilt."""

    options: Sequence[int] = ()
    spoilt: int = 0


def fire_ballots(*, by: None) -> int:
    """Open and close what is due; how many. Safe to run twice at once."""
    now = clock.now()
    due = Q(state=BallotState.ANNOUNCED, opens_at__lte=now) | Q(
        state__in=sorted(VOTING), closes_at__lte=now
    )
    pks = Ballot.objects.filter(due).order_by("closes_at").values_list("pk", flat=True)[:BATCH]
    return sum(_fire(pk) for pk in pks)


@transaction.atomic
def _fire(pk: int) -> bool:
    rows = Ballot.objects.select_for_update(skip_locked=True, of=("self",))
    ballot = rows.select_related("platform__area", "area", "compound").filter(pk=pk).first()
    return ballot is not None and _turn(ballot)


def _turn(ballot: Ballot) -> bool:
    """As its clock has it; the caller holds the row. Waits for votes that are being cast."""
    now = clock.now()
    if ballot.state not in VOTING or now < ballot.opens_at:
        return False
    if now >= ballot.closes_at:
        ballot.state = BallotState.CLOSED
        ballot.save(update_fields=["state"])
        tellers.closed(ballot)
        return True
    if ballot.state == BallotState.OPEN:
        return False
    ballot.state = BallotState.OPEN
    ballot.save(update_fields=["state"])
    tellers.opened(ballot)
    return True


@transaction.atomic
def count_ballot(ballot: Ballot, *, by: User, keys: Sequence[str] = (), urn: Urn = Urn()) -> Ballot:
    """Count, publish result and turnout together, wipe slips and keys. All of it or nothing.

    ``keys``: the private halves of the scrutineers, in any order; they are not kept. Refused:
    ``own_question``, ``not_closed``, ``keys_needed``, ``wrong_key``, ``urn_does_not_match``.
    """
    ballot = ballots.hold(ballot)
    if not by.has_perm("consultations.count_ballot", ballot):
        raise PermissionDenied
    if by.pk == ballot.asked_by_id:
        raise Refused("own_question", _("Who asked the question does not count the votes."))
    _turn(ballot)
    if ballot.state != BallotState.CLOSED:
        raise Refused("not_closed", _("It is counted once it is closed, and once only."))
    votes = Vote.objects.filter(ballot=ballot)
    receipts: list[str] = []
    slips = list(_opened(ballot, votes, keys, receipts)) if ballot.is_secret else _open(votes)
    if ballot.is_secret:
        slips += _from_urn(ballot, votes.filter(channel=Channel.PAPER).count(), urn)
    tally = count(ballot.formula, slips)
    ways = votes.order_by().values_list("channel").annotate(many=Count("pk"))
    _wipe(ballot)
    ballot.state, ballot.counted_at, ballot.counted_by = BallotState.COUNTED, clock.now(), by
    ballot.tally = told(ballot, tally) | {"channels": dict(ways)}
    ballot.receipts = sorted(receipts)
    ballot.is_passed = tally.is_passed
    ballot.save()
    tellers.counted(ballot)
    return ballot


def told(ballot: Ballot, tally: Tally) -> dict[str, Any]:
    """What is published, and the only thing that is kept of what people chose."""
    is_kept_back = ballot.is_secret and tally.voted < FEWEST_SLIPS
    return {
        "heads": None if is_kept_back else list(tally.heads),
        "areas": list(tally.areas) if ballot.formula.by_area else None,
        "voted": tally.voted,
        "voted_area": tally.voted_area,
        "spoilt": None if is_kept_back else tally.spoilt,
        "has_quorum": tally.has_quorum,
        "winners": list(tally.winners),
    }


def _open(votes: Any) -> list[Slip]:
    return [Slip(choices, area) for choices, area in votes.values_list("choices", "floor_area")]


def _opened(ballot: Ballot, votes: Any, said: Sequence[str], receipts: list[str]) -> Iterator[Slip]:
    """Each slip; one that somebody changed takes part and is spoilt."""
    privates = _privates(ballot, said)
    for (sealed,) in votes.exclude(channel=Channel.PAPER).order_by("?").values_list("sealed"):
        try:
            opened = envelopes.unseal(ballot.pk, privates, bytes(sealed))
        except envelopes.EnvelopeBroken:
            yield Slip([])
            continue
        receipts.append(opened.receipt)
        is_valid = len(opened.choices) <= ballot.max_choices and all(
            one <= len(ballot.options) for one in opened.choices
        )
        yield Slip(opened.choices if is_valid else [])


def _privates(ballot: Ballot, said: Sequence[str]) -> list[str]:
    """In the order of the keys; those of scrutineers must open what they handed in."""
    keys = list(ballot.keys.order_by("position"))
    if not ballot.by_scrutineers:
        field: SealedTextField = ballot.keys.model._meta.get_field("private")  # type: ignore[assignment]
        return [crypto.unseal(one.private.data, field.aad) for one in keys if one.private]
    if len([one for one in said if one.strip()]) < len(keys):
        raise Refused("keys_needed", _("Both scrutineers have to type in their keys."))
    by_public = {}
    for one in said:
        try:
            by_public[envelopes.public_of(one)] = one
        except envelopes.EnvelopeBroken:
            continue
    if any(one.public not in by_public for one in keys):
        raise Refused("wrong_key", _("A key does not belong to this ballot."))
    return [by_public[one.public] for one in keys]


def _from_urn(ballot: Ballot, papers: int, urn: Urn) -> list[Slip]:
    """As many slips as papers were entered, that add up to what was read from them."""
    options = list(urn.options) or [0] * len(ballot.options)
    valid, total = papers - urn.spoilt, sum(options)
    if (
        len(options) != len(ballot.options)
        or min(*options, urn.spoilt, valid) < 0
        or max(options) > valid
        or not valid <= total <= valid * ballot.max_choices
    ):
        words = _("%(papers)s paper slips were entered: the numbers from the urn do not match.")
        raise Refused("urn_does_not_match", words % {"papers": papers})
    slips: list[list[int]] = [[] for _each in range(valid)]
    for option, many in enumerate(options, start=1):
        for slip in sorted(slips, key=len)[:many]:
            slip.append(option)
    return [Slip(one) for one in slips] + [Slip([])] * urn.spoilt


def _wipe(ballot: Ballot) -> None:
    ballot.votes.exclude(sealed=None).update(sealed=None)
    ballot.keys.exclude(private=None).update(private=None)
