"""Rounds of claiming: a list is published until a moment, each topic is claimed by one, the clock
carries the rest over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import tidings
from consultations.actions.topics import Raising, raise_topic
from consultations.models import Claim, Platform, Pool, PoolItem, Seat
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank, tidy
from govgrid.privacy import guard
from grids.models import Area

if TYPE_CHECKING:
    from govgrid.accounts.models import User

RIGHT = "consultations.publish_pool"
MOST_ITEMS = 60
MOST_SEATS = 50
FARTHEST = timedelta(days=366)
BATCH = 50


@dataclass(frozen=True)
class Item:
    """A topic of a round, as it is written."""

    title: str
    body: str


@transaction.atomic
def begin_pool(area: Area, title: str, *, by: User, about: str = "") -> Pool:
    """A round for an area, to be filled before it is published. Refused: ``no_words``."""
    if not by.has_perm(RIGHT, area):
        raise PermissionDenied
    if is_blank(title):
        raise Refused("no_words", _("Give it a title."))
    return Pool.objects.create(
        area=area, title=guard.mask(tidy(title))[:60], about=guard.mask(tidy(about))[:300],
        begun_at=clock.now(), begun_by=by,
    )  # fmt: skip


def _draft(pool: Pool, by: User) -> Pool:
    pool = Pool.objects.select_for_update(of=("self",)).select_related("area").get(pk=pool.pk)
    if not by.has_perm(RIGHT, pool.area):
        raise PermissionDenied
    if not pool.is_draft:
        raise Refused("published_already", _("It is published: it stays as it was read."))
    return pool


@transaction.atomic
def set_items(pool: Pool, items: Sequence[Item], *, by: User) -> Pool:
    """Write the new topics of a draft; those that were carried over stay in front.

    Refused: ``published_already``, ``too_many_items``, ``item_without_words``.
    """
    pool = _draft(pool, by)
    carried = pool.items.filter(carried_from__isnull=False).count()
    if carried + len(items) > MOST_ITEMS:
        raise Refused(
            "too_many_items", _("A round has at most %(most)s topics.") % {"most": MOST_ITEMS}
        )
    for number, one in enumerate(items, start=1):
        if is_blank(one.title) or is_blank(one.body):
            raise Refused(
                "item_without_words",
                _("Topic %(number)s has a title and says what it is about.") % {"number": number},
            )
    pool.items.filter(carried_from=None).delete()
    PoolItem.objects.bulk_create(
        PoolItem(
            pool=pool, position=position, title=guard.mask(tidy(one.title))[:60],
            body=guard.mask(tidy(one.body))[:2000],
        )
        for position, one in enumerate(items, start=carried + 1)
    )  # fmt: skip
    return pool


@transaction.atomic
def publish_pool(pool: Pool, *, by: User, closes_at: datetime) -> Pool:
    """Open the round and tell everybody who may claim.

    Refused: ``published_already``, ``no_items``, ``closes_in_past``, ``closes_far``.
    """
    pool, now = _draft(pool, by), clock.now()
    count = pool.items.count()
    if not count:
        raise Refused("no_items", _("Write at least one topic."))
    if closes_at <= now:
        raise Refused("closes_in_past", _("It closes at a time to come."))
    if closes_at - now > FARTHEST:
        raise Refused("closes_far", _("It closes within a year."))
    pool.published_at, pool.published_by, pool.closes_at = now, by, closes_at
    pool.save()
    tidings.pool_open(pool, count)
    return pool


@transaction.atomic
def claim(
    item: PoolItem, platform: Platform, *, by: User, group: str = "", with_seats: Sequence[int] = ()
) -> Claim:
    """Take a topic to a platform; it is raised there at once, and decided on like every other.

    ``with_seats``: ids of the seats in the group. Of twenty at once one gets it.
    Refused: ``not_open``, ``taken``, ``outside``, ``platform_ended``, ``unknown_seat``,
    ``group_without_name``.
    """
    item = (
        PoolItem.objects.select_for_update(of=("self",))
        .select_related("pool__area")
        .get(pk=item.pk)
    )
    platform = Platform.objects.select_related("area").get(pk=platform.pk)
    if not by.has_perm("consultations.claim", platform):
        raise PermissionDenied
    if not item.pool.is_open(clock.now()):
        raise Refused("not_open", _("This round is not open for claiming."))
    if not platform.area.path.startswith(item.pool.area.path):
        raise Refused("outside", _("This platform lies in another area."))
    if Claim.objects.filter(item=item).exists():
        raise Refused("taken", _("Somebody else has claimed it."))
    chosen = _seats(platform, with_seats)
    if chosen and is_blank(group):
        raise Refused("group_without_name", _("Say what the group is called."))
    raising = Raising(uuid4(), platform, item.title, item.body)
    topic, _is_new = raise_topic(raising, by=by)
    made = Claim.objects.create(
        item=item, platform=platform, group=guard.mask(tidy(group))[:40], topic=topic,
        claimed_at=clock.now(), claimed_by=by,
    )  # fmt: skip
    made.seats.set(chosen)
    return made


def _seats(platform: Platform, ids: Sequence[int]) -> list[Seat]:
    """Live seats of the platform, all of those that were named."""
    chosen = list(Seat.objects.held_on().filter(platform=platform, pk__in=[*ids][:MOST_SEATS]))
    if len(chosen) != len(set(ids)):
        raise Refused("unknown_seat", _("Somebody of the group has no seat at this platform."))
    return chosen


def close_pools(*, by: None) -> int:
    """Close the rounds whose time is over; how many. Safe to run twice at once."""
    due = Pool.objects.over(clock.now()).order_by("closes_at").values_list("pk", flat=True)[:BATCH]
    return sum(_close(pk) for pk in list(due))


@transaction.atomic
def _close(pk: int) -> bool:
    """What nobody claimed stands in a draft of the next round, which somebody publishes."""
    now = clock.now()
    rows = Pool.objects.select_for_update(skip_locked=True, of=("self",)).select_related("area")
    pool = rows.filter(pk=pk, closed_at=None, closes_at__lte=now).first()
    if pool is None:
        return False
    pool.closed_at = now
    pool.save(update_fields=["closed_at"])
    left = list(pool.items.filter(claim=None).order_by("position"))
    if not left:
        return True
    following = Pool.objects.create(
        area=pool.area, title=pool.title, about=pool.about, round=pool.round + 1, follows=pool,
        begun_at=now,
    )  # fmt: skip
    PoolItem.objects.bulk_create(
        PoolItem(
            pool=following, position=position, title=one.title, body=one.body, carried_from=one
        )
        for position, one in enumerate(left, start=1)
    )
    tidings.pool_carried(pool, following, len(left))
    return True
