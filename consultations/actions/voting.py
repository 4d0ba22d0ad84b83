"""Casting a vote, and entering one for somebody who has no phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from consultations import voters
from consultations.models import Ballot, Vote
from consultations.voters import Voter, refusal
from consultations.workflow import envelopes
from consultations.workflow.ballots import Channel
from govgrid.core import clock
from govgrid.core.errors import Refused

if TYPE_CHECKING:
    from govgrid.accounts.models import User


class Cast(NamedTuple):
    """``receipt`` is told to the voter now and kept nowhere; empty where there is no slip."""

    receipt: str


def vote(ballot: Ballot, choices: Sequence[int], *, by: User | None, code: str = "") -> Cast:
    """Cast the vote of ``by``, or of whoever holds a code of the list.

    Once cast it stands. Refused: ``not_open``, ``not_entitled``, ``wrong_code``,
    ``voted_already``, ``household_voted``, ``too_many_choices``, ``no_such_option``,
    ``choose_something``.
    """
    voter = voters.by_code(ballot, code) if code else None
    if code and voter is None:
        raise Refused("wrong_code", _("This code is not one of this ballot."))
    if voter is None and by is not None:
        voter = voters.by_account(ballot, by)
    if voter is None:
        raise refusal("vote_of_the_electorate")
    return _cast(ballot, voter, choices, Channel.ONLINE, None)


def enter_vote(
    ballot: Ballot, voter: Voter, choices: Sequence[int], *, by: User, channel: str
) -> Cast:
    """The recorder enters what came at the counter or on paper; so it stays marked.

    Of a secret ballot a paper slip is not opened: that there is one is entered, and what they say
    is typed in together at the count. Refused as :func:`vote`, ``not_for_oneself``,
    ``wrong_channel``, ``slip_is_secret``.
    """
    if not by.has_perm("consultations.enter", ballot):
        raise PermissionDenied
    if channel not in {Channel.COUNTER, Channel.PAPER}:
        raise Refused("wrong_channel", _("Say whether it came at the counter or on paper."))
    if voter.residency is not None and voter.residency.user_id == by.pk:
        raise refusal("vote_not_recorded_for_oneself")
    if ballot.is_secret and channel == Channel.PAPER and choices:
        raise Refused(
            "slip_is_secret", _("The slip goes into the urn unread: enter no choice for it.")
        )
    return _cast(ballot, voter, choices, channel, by)


def _cast(
    ballot: Ballot, voter: Voter, choices: Sequence[int], channel: str, by: User | None
) -> Cast:
    """What the form says the database says again: both from ``voters.SENTENCES``."""
    now = clock.now()
    if not ballot.takes_votes(now):
        raise refusal("vote_in_time")
    is_unread = ballot.is_secret and channel == Channel.PAPER
    chosen = [] if is_unread else _chosen(ballot, choices)
    if broken := voter.voted(ballot):
        raise refusal(broken)
    inside: dict[str, Any] = {"choices": chosen}
    receipt = ""
    if ballot.is_secret:
        inside = {"choices": []}
        if not is_unread:
            receipt = envelopes.new_receipt()
            publics = list(ballot.keys.order_by("position").values_list("public", flat=True))
            inside["sealed"] = envelopes.seal(ballot.pk, publics, chosen, receipt)
    try:
        with transaction.atomic():
            Vote.objects.create(
                ballot=ballot, channel=channel, recorded_by=by, cast_at=now,
                **voter.outer(ballot), **inside,
            )  # fmt: skip
    except IntegrityError as error:
        refused = voters.refusal_of(error)
        if refused is None:
            raise
        raise refused from None
    return Cast(receipt)


def _chosen(ballot: Ballot, choices: Sequence[int]) -> list[int]:
    chosen = sorted(set(choices))
    if not chosen:
        raise Refused("choose_something", _("Choose something."))
    if any(isinstance(one, bool) or not 1 <= one <= len(ballot.options) for one in chosen):
        raise refusal("vote_of_an_option")
    if len(chosen) > ballot.max_choices:
        raise refusal("vote_of_so_many")
    return chosen
