"""Beside the demo's topics: a covenant that residents voted into force, and a secret ballot that is open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from consultations import actions, voters
from consultations.actions import Asking, Drafting
from consultations.models import Ballot, Topic
from consultations.workflow.ballots import Channel, CountBy, Share
from govgrid.core import clock
from govgrid.home.demo.deliberating import Round
from grids.models import Level

HOUSEHOLDS = 24
VOTED, AGAINST = 17, 4  # of these households; of those
CLAUSES = (
    "晚上十点到早上六点，不在楼道和院内喧哗。",
    "楼道、消防通道不停放电动车，不堆放杂物。",
    "遛狗牵绳，随手清理。",
    "衣物、花盆放稳，不从高处抛物。",
    "邻里有事先商量，商量不成请社区调解。",
)


def vote(told: Round) -> None:
    """Told by the actions, as the community, its convenor and its recorder would."""
    _verified(told)
    _covenant(told)
    _open_ballot(told)


def _verified(told: Round) -> None:
    """Who showed at the desk that he lives there; one of them has a login."""
    community = told.ground.first_community
    grids = list(community.children.in_force().filter(level=Level.GRID).order_by("code")[:4])
    with told.ago(120):
        for n in range(HOUSEHOLDS):
            actions.vouch(
                grids[n % len(grids)], f"{n // 8 + 1}-{n % 8 // 2 + 1}0{n % 2 + 1}",
                by=told.people["community"], user=told.people["resident"] if n == 0 else None,
            )  # fmt: skip


def _asking(question: str, *, days: int, **content: Any) -> Asking:
    opens = clock.now() + timedelta(hours=1)
    return Asking(
        question=question, options=("同意", "不同意"), opens_at=opens,
        closes_at=opens + timedelta(days=days), quorum=Share.HALF, **content,
    )  # fmt: skip


def _covenant(told: Round) -> None:
    platform, convenor = told.platforms[1], told.people["convenor"]
    with told.ago(118):
        drafted = actions.draft_covenant(
            platform,
            Drafting(
                "residents", f"{platform.area.name}居民公约", CLAUSES,
                "去年议事会上提得最多的五件事，各写一条。",
            ),
            by=convenor,
        )  # fmt: skip
    with told.ago(110):
        actions.check_covenant(
            drafted, by=told.people["streethead"], legal_check="与法律、法规和国家政策没有抵触。"
        )
        asking = _asking("同意这份居民公约吗？", days=10, count_by=CountBy.HOUSEHOLD)
        ballot = actions.vote_on_covenant(drafted, asking, by=convenor)
        ballot = actions.announce_ballot(ballot, by=convenor)
    with told.ago(105):
        _cast(told, ballot)
    with told.ago(98):
        actions.fire_ballots(by=None)
        ballot.refresh_from_db()
        actions.count_ballot(ballot, by=told.people["recorder"])
        drafted.refresh_from_db()
        actions.enact_covenant(drafted, by=convenor)
    with told.ago(96):
        drafted.refresh_from_db()
        actions.file_covenant(drafted, by=told.people["streethead"], note="街道备案")


def _cast(told: Round, ballot: Ballot) -> None:
    """At the counter; whoever has a login votes by himself."""
    living = [*voters.residents(ballot).order_by("pk")[:VOTED]]
    for n, one in enumerate(living):
        choices = [2 if n % 4 == 3 else 1]
        if one.user is not None:
            actions.vote(ballot, choices, by=one.user)
        else:
            voter = voters.Voter(residency=one)
            actions.enter_vote(
                ballot, voter, choices, by=told.people["recorder"], channel=Channel.COUNTER
            )


def _open_ballot(told: Round) -> None:
    """Secret, by head, still open; nobody knows how it stands."""
    platform, convenor = told.platforms[1], told.people["convenor"]
    topic = Topic.objects.public().filter(platform=platform).order_by("-pk").first()
    with told.ago(3):
        asking = _asking(
            "同意社区广场夜里九点半关灯吗？", days=10, about="路灯不关。", topic=topic,
            is_secret=True,
        )  # fmt: skip
        ballot = actions.announce_ballot(
            actions.ask_ballot(platform, asking, by=convenor), by=convenor
        )
    with told.ago(1):
        actions.fire_ballots(by=None)
        ballot.refresh_from_db()
        for one in voters.residents(ballot).filter(user=None).order_by("pk")[:9]:
            actions.enter_vote(
                ballot, voters.Voter(residency=one), [], by=told.people["recorder"],
                channel=Channel.PAPER,
            )  # fmt: skip
