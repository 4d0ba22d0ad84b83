"""Rounds of claiming and common topics as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from consultations import seats
from consultations.models import Claim, Cohosting, Platform, Pool, PoolItem, Theme, Topic
from consultations.workflow import PUBLIC
from govgrid.core.parts import may_have
from grids import scoping

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

DRAFTS = ("consultations.plan", "consultations.keep")


def visible(user: Person) -> QuerySet[Pool]:
    """What was published, for everybody; drafts for who may publish them."""
    found = Pool.objects.published()
    for permission in DRAFTS:
        for prefix in scoping.prefixes(user, permission):
            found = found | Pool.objects.filter(area__path__startswith=prefix)
    return found.distinct()


def items(pool: Pool) -> list[PoolItem]:
    """Each with who claimed it and the topic made of it. One statement."""
    rows = pool.items.select_related(
        "claim__platform", "claim__topic", "carried_from__pool", "carried_to__pool"
    )
    return list(rows.order_by("position"))


def claimants(user: Person, pool: Pool) -> QuerySet[Platform]:
    """The platforms of the area for which ``user`` may claim."""
    mine = seats.by_seat(user, "consultations.claim")
    return Platform.objects.in_force().filter(pk__in=mine, area__path__startswith=pool.area.path)


class Answer(NamedTuple):
    """A platform that was asked, and its topic where the reader may read it."""

    platform: Platform
    topic: Topic | None


def answers(theme: Theme, user: Person) -> list[Answer]:
    """In the order of the platforms' names. What was not taken up is not told who may not read it."""
    inside = set(
        seats.platforms(user, "consultations.view")
        .filter(topics__theme=theme)
        .values_list("pk", flat=True)
    ) if user.is_authenticated else set()  # fmt: skip
    rows = theme.topics.select_related("platform", "area").order_by("platform__name", "pk")
    return [
        Answer(
            one.platform,
            one if one.state in PUBLIC or one.platform_id in inside or _own(one, user) else None,
        )
        for one in rows
    ]


def _own(topic: Topic, user: Person) -> bool:
    return user.is_authenticated and topic.raised_by_id == user.pk


def cohostings(topic: Topic) -> list[Cohosting]:
    if not may_have(topic, "cohostings"):
        return []
    return list(topic.cohostings.select_related("platform__area").order_by("pk"))


def claim_of(topic: Topic) -> Claim | None:
    """Who claimed it in which round."""
    if not may_have(topic, "claims"):
        return None
    return Claim.objects.filter(topic=topic).select_related("item__pool").first()


def to_answer(user: Person, platform: Platform | None = None) -> QuerySet[Cohosting]:
    """Askings that wait for somebody who convenes there."""
    found = Cohosting.objects.unanswered().filter(
        platform__in=seats.platforms(user, "consultations.convene").values("pk")
    )
    if platform is not None:
        found = found.filter(platform=platform)
    return found.select_related("topic__platform", "platform__area").order_by("pk")
