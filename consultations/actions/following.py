"""Following a topic or a platform, ending it, and telling what happened, once a day or a week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from consultations import heralds
from consultations.models import Following, Platform, Step, Topic
from consultations.workflow import PUBLIC
from consultations.workflow.cases import Rhythm
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

SALT = "consultations.unfollow"
MOST_FOLLOWED = 100
BATCH = 200
HOUR = 8
# A step is written when its transaction began; what is still being written is told the next time.
SETTLED = timedelta(minutes=5)


def _next_telling(rhythm: str, now: datetime) -> datetime:
    """At eight: tomorrow, or next Monday."""
    day = clock.local(now).date()
    days = 1 if rhythm == Rhythm.DAILY else 7 - day.weekday()
    return clock.midnight(day + timedelta(days=days)) + timedelta(hours=HOUR)


@transaction.atomic
def follow(thing: Topic | Platform, *, by: User, rhythm: str) -> Following:
    """Ask to be told; asked again with another rhythm, that one counts.

    Refused: ``not_public_yet``, ``too_many``.
    """
    if not by.is_authenticated or not by.is_active:
        raise PermissionDenied
    how = Rhythm(rhythm)
    if isinstance(thing, Topic) and thing.state not in PUBLIC:
        raise Refused("not_public_yet", _("This topic was not taken up."))
    named: dict[str, Topic | Platform | None] = {"topic": None, "platform": None}
    named["topic" if isinstance(thing, Topic) else "platform"] = thing
    now = clock.now()
    mine = Following.objects.select_for_update(of=("self",)).of(by)
    found = mine.filter(**named).first()
    if found is not None:
        found.rhythm, found.next_at = how, _next_telling(how, now)
        found.save(update_fields=["rhythm", "next_at"])
        return found
    if mine.count() >= MOST_FOLLOWED:
        raise Refused(
            "too_many", _("You follow %(most)s things already: end one.") % {"most": MOST_FOLLOWED}
        )
    row = Following(
        user=by, rhythm=how, asked_at=now, told_until=now, next_at=_next_telling(how, now), **named
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # asked twice at once
        return Following.objects.of(by).get(**named)
    return row


@transaction.atomic
def unfollow(following: Following, *, by: User) -> None:
    """End it; twice is once."""
    if following.user_id != by.pk:
        raise PermissionDenied
    Following.objects.of(by).filter(pk=following.pk).update(ended_at=clock.now())


# ── the link in a message ─────────────────────────────────────────────────────────────────────


def _link_off(person: User) -> str:
    """The address by which ``person`` ends all of it without signing in."""
    token = signing.dumps(person.pk, salt=SALT)
    return settings.SITE_URL.rstrip("/") + reverse("consultations:unfollow-all", args=[token])


def holder_of(token: str) -> User | None:
    """Whose link it is; None of a forged one."""
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=key).first()


@transaction.atomic
def unfollow_all(*, by: User) -> int:
    """End all that ``by`` follows; how many that were."""
    return Following.objects.of(by).update(ended_at=clock.now())


# ── telling ───────────────────────────────────────────────────────────────────────────────────


def send_digests(*, by: None) -> int:
    """Tell who is due what happened to what he follows; how many had news. Safe to run twice."""
    due = Following.objects.due(clock.now()).order_by().values_list("user", flat=True).distinct()
    return sum(_tell(pk) for pk in due[:BATCH])


@transaction.atomic
def _tell(user: int) -> bool:
    """One person in a transaction of its own. From where the last telling ended up to now: no step
    is left out however late the sweep is, and none is told twice."""
    now = clock.now()
    rows = list(
        Following.objects.select_for_update(skip_locked=True, of=("self",))
        .due(now)
        .filter(user=user)
        .select_related("user")
    )
    if not rows:
        return False
    until = now - SETTLED
    news = _news(rows, until)
    person = rows[0].user
    if news and person.is_active:
        fact = f"followed:{clock.local(now).date()}:{rows[0].pk}"
        heralds.digest(person, news, off=_link_off(person), fact=fact)
    for one in rows:
        one.told_until = max(until, one.told_until)
        one.next_at = _next_telling(one.rhythm, now)
    Following.objects.bulk_update(rows, ["told_until", "next_at"])
    return bool(news)


def _news(rows: Sequence[Following], until: datetime) -> list[tuple[Topic, int]]:
    """Topics with how many public steps each took; one that is followed twice stands once."""
    asked = Q()
    for one in rows:
        where = {"topic": one.topic_id} if one.topic_id else {"topic__platform": one.platform_id}
        asked |= Q(**where, at__gt=one.told_until, at__lte=until)
    steps = Step.objects.in_public().filter(asked, topic__state__in=sorted(PUBLIC))
    counted = dict(steps.order_by().values_list("topic").annotate(many=Count("pk", distinct=True)))
    topics = Topic.objects.public().filter(pk__in=counted).order_by("-pk")
    return [(one, counted[one.pk]) for one in topics]
