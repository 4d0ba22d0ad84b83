"""Ballots as a page and a program read them: never a choice of anybody, no number before the count."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from consultations import seats, voters
from consultations.models import Ballot, Residency
from consultations.workflow.ballots import BallotState, Basis
from govgrid.core.parts import may_have
from grids.models import Area

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from consultations.models import Platform, Topic
    from govgrid.accounts.models import User

    Person = User | AnonymousUser


class Outcome(NamedTuple):
    """One option of a result; ``heads`` None: kept back. ``share`` of a hundred, of who took part."""

    number: int
    label: str
    heads: int | None
    share: int
    area: int | None
    area_share: int
    has_won: bool


class Result(NamedTuple):
    """``voted`` and ``entitled`` are heads or households; areas are hundredths of m²."""

    outcomes: list[Outcome]
    voted: int
    entitled: int
    turnout: int
    voted_area: int
    entitled_area: int
    area_turnout: int
    spoilt: int | None
    has_quorum: bool
    is_passed: bool
    is_kept_back: bool
    by_channel: dict[str, int]


def _of_hundred(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def result(ballot: Ballot) -> Result | None:
    """None before it is counted: turnout and result come together."""
    if ballot.state != BallotState.COUNTED or ballot.tally is None:
        return None
    said = ballot.tally
    heads, areas = said["heads"], said["areas"]
    outcomes = [
        Outcome(
            n, label, heads[n - 1] if heads else None,
            _of_hundred(heads[n - 1], said["voted"]) if heads else 0,
            areas[n - 1] if areas else None,
            _of_hundred(areas[n - 1], said["voted_area"]) if areas else 0,
            n in said["winners"],
        )
        for n, label in ballot.numbered_options
    ]  # fmt: skip
    return Result(
        outcomes, said["voted"], ballot.entitled, _of_hundred(said["voted"], ballot.entitled),
        said["voted_area"], ballot.entitled_area,
        _of_hundred(said["voted_area"], ballot.entitled_area), said["spoilt"], said["has_quorum"],
        bool(ballot.is_passed), heads is None, said["channels"],
    )  # fmt: skip


class Standing(NamedTuple):
    """What a reader may do about a ballot that is open. ``by_code``: whoever has a letter votes."""

    may_vote: bool
    has_voted: bool
    by_code: bool


def standing(ballot: Ballot, user: Person) -> Standing:
    if ballot.basis == Basis.LIST:
        return Standing(may_vote=True, has_voted=False, by_code=True)
    voter = voters.by_account(ballot, user)
    if voter is None:
        return Standing(may_vote=False, has_voted=False, by_code=False)
    has_voted = bool(voter.voted(ballot))
    return Standing(may_vote=not has_voted, has_voted=has_voted, by_code=False)


def of_topic(topic: Topic, user: Person, most: int = 20) -> list[Ballot]:
    if not may_have(topic, "ballots"):
        return []
    return list(voters.visible(user).filter(topic=topic).order_by("-pk")[:most])


def of_platform(platform: Platform, user: Person, most: int = 20) -> list[Ballot]:
    return list(voters.visible(user).filter(platform=platform).order_by("-pk")[:most])


def residencies(area: Area, most: int = 200) -> list[Residency]:
    """What was verified in ``area``, the last first; for its desk."""
    rows = Residency.objects.filter(ended_on=None).within(area)
    return list(rows.select_related("user", "area", "compound").order_by("-pk")[:most])


def counts_too(user: Person, ballot: Ballot) -> bool:
    """Whether ``user`` may count: anybody who convenes or records but him who asked."""
    may = seats.holds(user, "consultations.convene", ballot.platform) or seats.holds(
        user, "consultations.record", ballot.platform
    )
    return may and user.pk != ballot.asked_by_id
