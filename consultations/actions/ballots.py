"""Asking a question, bringing its list and its keys, announcing it, calling it off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import tellers, voters
from consultations.models import Ballot, BallotKey, Elector, Platform, Topic
from consultations.workflow import PUBLIC, envelopes
from consultations.workflow.ballots import (
    BallotKind,
    BallotState,
    Basis,
    CountBy,
    Share,
)
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from grids.models import Area, Compound

if TYPE_CHECKING:
    from govgrid.accounts.models import User

LONGEST = timedelta(days=92)
FARTHEST = timedelta(days=366)
FEWEST_OPTIONS, MOST_OPTIONS = 2, envelopes.MOST_OPTIONS
SCRUTINEERS = 2


@dataclass(frozen=True)
class Asking:
    """What a ballot is drafted with. ``entitled``: how many heads or households there are in all,
    where the register of residents does not know it; a list is counted."""

    question: str
    options: Sequence[str]
    opens_at: datetime
    closes_at: datetime
    about: str = ""
    kind: str = BallotKind.PROPOSAL
    max_choices: int = 1
    basis: str = Basis.RESIDENTS
    count_by: str = CountBy.HEAD
    is_secret: bool = False
    by_scrutineers: bool = False
    quorum: str = Share.OVER_HALF
    pass_share: str = Share.OVER_HALF
    entitled: int = 0
    area: Area | None = None
    compound: Compound | None = None
    topic: Topic | None = None


@transaction.atomic
def ask_ballot(platform: Platform, asking: Asking, *, by: User) -> Ballot:
    """Draft a ballot. Refused: ``question_needed``, ``wrong_options``, ``wrong_choices``,
    ``closes_before_it_opens``, ``ballot_past``, ``ballot_too_long``, ``other_area``,
    ``other_platform``, ``not_public_yet``, ``area_is_open``, ``no_secret``."""
    if not by.has_perm("consultations.convene", platform):
        raise PermissionDenied
    ballot = Ballot(
        platform=platform, asked_by=by, asked_at=clock.now(), **_columns(platform, asking)
    )
    check_topic(platform, ballot.topic)
    _check_times(ballot)
    _check_constraints(ballot)
    ballot.save()
    return ballot


@transaction.atomic
def reword_ballot(ballot: Ballot, asking: Asking, *, by: User) -> Ballot:
    """Another wording or other rules, while it is a draft. Refused as :func:`ask_ballot`, and
    ``announced_already``."""
    ballot = hold(ballot)
    may_ask(by, ballot)
    must_be_draft(ballot)
    for name, value in _columns(ballot.platform, asking).items():
        setattr(ballot, name, value)
    check_topic(ballot.platform, ballot.topic)
    _check_times(ballot)
    _check_constraints(ballot)
    ballot.save()
    return ballot


def hold(ballot: Ballot) -> Ballot:
    """The row as it is now, and nobody else's."""
    rows = Ballot.objects.select_for_update(of=("self",))
    return rows.select_related("platform__area", "topic", "area", "compound").get(pk=ballot.pk)


def may_ask(by: User, ballot: Ballot) -> None:
    if not by.has_perm("consultations.convene", ballot):
        raise PermissionDenied


def must_be_draft(ballot: Ballot) -> None:
    if ballot.state != BallotState.DRAFT:
        raise Refused(
            "announced_already", _("It is announced: its rules and its list stay as they are.")
        )


def _columns(platform: Platform, asking: Asking) -> dict[str, Any]:
    if is_blank(asking.question):
        raise Refused("question_needed", _("Ask a question."))
    options = [guard.mask(one.strip())[:80] for one in asking.options if not is_blank(one)]
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS or len(set(options)) < len(options):
        raise Refused("wrong_options", _("Give 2 to 12 options, each once."))
    if not 1 <= asking.max_choices < len(options) or (
        asking.kind == BallotKind.PROPOSAL and asking.max_choices > 1
    ):
        raise Refused("wrong_choices", _("So many cannot be chosen."))
    compound = asking.compound if asking.area or asking.compound else platform.compound
    area = asking.area or (compound.community if compound else platform.area)
    if not area.path.startswith(platform.area.path):
        raise Refused("other_area", _("This area is not the platform's."))
    if compound is not None and str(compound.community_id) not in area.path.split("."):
        raise Refused("other_area", _("This compound is not there."))
    return {
        "question": guard.mask(asking.question.strip())[:200],
        "about": guard.mask(asking.about.strip())[:4000],
        "options": options,
        "area": area,
        "compound": compound,
        "topic": asking.topic,
        "entitled": asking.entitled if asking.basis == Basis.RESIDENTS else 0,
        **{
            name: getattr(asking, name)
            for name in (
                *("kind", "max_choices", "basis", "count_by", "is_secret", "by_scrutineers"),
                *("quorum", "pass_share", "opens_at", "closes_at"),
            )
        },
    }


def check_topic(platform: Platform, topic: Topic | None) -> None:
    """Refused where the topic is not this table's, or was not taken up."""
    if topic is None:
        return
    if topic.platform_id != platform.pk and not topic.cohosts.filter(pk=platform.pk).exists():
        raise Refused("other_platform", _("This topic is at another platform."))
    if topic.state not in PUBLIC:
        raise Refused("not_public_yet", _("This topic was not taken up."))


def _check_times(ballot: Ballot) -> None:
    now = clock.now()
    if ballot.closes_at <= ballot.opens_at:
        raise Refused("closes_before_it_opens", _("It closes after it opens."))
    if ballot.closes_at <= now:
        raise Refused("ballot_past", _("This lies in the past: choose a time that is to come."))
    if ballot.closes_at - ballot.opens_at > LONGEST or ballot.opens_at > now + FARTHEST:
        raise Refused(
            "ballot_too_long",
            _("It is open for %(days)s days at most, and within a year.") % {"days": LONGEST.days},
        )


_CODES = {
    "ballot_by_area_is_open": "area_is_open",
    "ballot_scrutineers_of_secret_ones": "no_secret",
}


def _check_constraints(ballot: Ballot) -> None:
    """The sentences of the table itself, before it is asked."""
    for one in Ballot._meta.constraints:
        if one.name not in _CODES:
            continue
        try:
            one.validate(Ballot, ballot)
        except ValidationError as error:
            raise Refused(_CODES[one.name], " ".join(error.messages)) from None


# ── the keys of a secret one ──────────────────────────────────────────────────────────────────


@transaction.atomic
def hand_key(ballot: Ballot, *, by: User, public: str, made: str = "browser") -> BallotKey:
    """``by`` is a scrutineer: he keeps the private half of ``public`` (base64 of 32 bytes).

    Handed again while it is a draft, the new one counts. Refused: ``no_scrutineers``,
    ``wrong_key``, ``keys_are_there``, ``asker_is_no_scrutineer``, ``announced_already``.
    """
    ballot = hold(ballot)
    if not _may_hold_a_key(by, ballot):
        raise PermissionDenied
    must_be_draft(ballot)
    if not ballot.by_scrutineers:
        raise Refused("no_scrutineers", _("This ballot has no scrutineers."))
    if by.pk == ballot.asked_by_id:
        raise Refused(
            "asker_is_no_scrutineer", _("Who asked the question holds no key to the answers.")
        )
    if not envelopes.is_public(public):
        raise Refused("wrong_key", _("This is no key."))
    own = ballot.keys.filter(holder=by).first()
    if own is None and ballot.keys.count() >= SCRUTINEERS:
        raise Refused("keys_are_there", _("Two scrutineers hold the keys already."))
    taken = set(ballot.keys.exclude(holder=by).values_list("position", flat=True))
    if ballot.keys.exclude(holder=by).filter(public=public).exists():
        raise Refused("wrong_key", _("This is the other scrutineer's key."))
    if own is not None:
        own.delete()
    position = next(n for n in (1, 2) if n not in taken)
    return BallotKey.objects.create(
        ballot=ballot, holder=by, public=public, made=made, position=position
    )


def _may_hold_a_key(by: User, ballot: Ballot) -> bool:
    """Anybody with a seat at the table, or who answers for it."""
    return by.has_perm("consultations.view", ballot)


def _check_keys(ballot: Ballot) -> None:
    if not ballot.is_secret:
        ballot.keys.all().delete()
        return
    if ballot.by_scrutineers:
        ballot.keys.filter(holder=None).delete()
        if ballot.keys.count() < SCRUTINEERS:
            raise Refused("keys_needed", _("Two scrutineers have to hand in their keys first."))
        return
    ballot.keys.all().delete()
    pair = envelopes.new_pair()
    BallotKey.objects.create(
        ballot=ballot, position=1, public=pair.public, private=pair.private,
        made=BallotKey.Made.SERVER,
    )  # fmt: skip


# ── announcing, calling off ───────────────────────────────────────────────────────────────────


@transaction.atomic
def announce_ballot(ballot: Ballot, *, by: User) -> Ballot:
    """From now on its rules, list and keys are frozen, and everybody reads it; the clock opens it.

    Refused: ``announced_already``, ``not_public_yet``, ``list_needed``, ``floor_area_needed``,
    ``keys_needed``, ``entitled_needed``, ``ballot_past``.
    """
    ballot = hold(ballot)
    may_ask(by, ballot)
    must_be_draft(ballot)
    check_topic(ballot.platform, ballot.topic)
    _check_times(ballot)
    known = voters.entitled(ballot)
    if ballot.basis == Basis.LIST:
        _check_list(ballot, known)
    elif not max(ballot.entitled, known):
        raise Refused("entitled_needed", _("Nobody may vote yet: verify who lives there first."))
    _check_keys(ballot)
    ballot.entitled = max(ballot.entitled, known)
    ballot.state, ballot.announced_at = BallotState.ANNOUNCED, clock.now()
    ballot.save()
    tellers.announced(ballot)
    return ballot


def _check_list(ballot: Ballot, known: int) -> None:
    if not known:
        raise Refused("list_needed", _("Bring the list of those who may vote first."))
    electors = Elector.objects.filter(ballot=ballot)
    areas = list(electors.values_list("floor_area", flat=True))
    if ballot.count_by == CountBy.AREA and not all(areas):
        raise Refused("floor_area_needed", _("Every line of the list needs a floor area."))
    ballot.entitled_area = sum(areas)


@transaction.atomic
def void_ballot(ballot: Ballot, *, by: User, reason: str) -> Ballot:
    """Call it off: nothing is counted, slips are wiped, the reason is public. A draft just goes.

    Refused: ``reason_needed``, ``ballot_over``.
    """
    ballot = hold(ballot)
    may_ask(by, ballot)
    if ballot.state in {BallotState.COUNTED, BallotState.VOID}:
        raise Refused("ballot_over", _("It is over already."))
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it is called off."))
    was_public = ballot.is_public
    ballot.state, ballot.voided_at, ballot.voided_by = BallotState.VOID, clock.now(), by
    ballot.void_reason = guard.mask(reason.strip())[:300]
    ballot.save()
    ballot.votes.exclude(sealed=None).update(sealed=None)
    ballot.keys.exclude(private=None).update(private=None)
    if was_public:
        tellers.called_off(ballot)
    return ballot
