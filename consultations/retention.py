"""What consultations must forget, and when. The nightly job of govgrid.privacy runs it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from consultations.models import (
    Attendance,
    Elector,
    Flag,
    Following,
    Opinion,
    Residency,
    Stance,
    Topic,
    Vote,
)
from consultations.workflow import ENDED, State
from govgrid.privacy import retention

GUEST_DAYS = 365
# Who was for what is nobody's business once a topic is over; how many were, and the map, stay.
STANCE_DAYS = 90

# After the result, so long may it be objected to.
ELECTORATE_DAYS = 30
# After it ended or expired: the votes that name it are gone by then.
RESIDENCY_DAYS = 90
FOLLOWING_DAYS = 30
# A row is of somebody; whoever it was is not said any more.
ERASED = "—"


def erase_guests(now: datetime, *, dry_run: bool) -> int:
    """Erase what guests were called a year after the session; the row stays and is counted."""
    before = now - timedelta(days=GUEST_DAYS)
    due = Attendance.objects.filter(session__ends_at__lt=before).exclude(guest__in=["", ERASED])
    if dry_run:
        return due.count()
    return due.update(guest=ERASED)


# Fewer than five are told nowhere, so they are not kept either.
KEEP_TALLIES = (
    """
    UPDATE consultations_opinion o SET tally = s.tally FROM (
        SELECT opinion_id, ARRAY[
            count(*) FILTER (WHERE value = 1), count(*) FILTER (WHERE value = 0),
            count(*) FILTER (WHERE value = -1)]::integer[] AS tally
        FROM consultations_stance WHERE topic_id = ANY(%s) AND opinion_id IS NOT NULL
        GROUP BY opinion_id HAVING count(*) >= 5) s
    WHERE o.id = s.opinion_id
    """,
    """
    UPDATE consultations_topic t SET tally = s.tally FROM (
        SELECT x.topic_id, ARRAY[
            count(*) FILTER (WHERE value = 1), count(*) FILTER (WHERE value = 0),
            count(*) FILTER (WHERE value = -1)]::integer[] AS tally
        FROM consultations_stance x JOIN consultations_topic y ON y.id = x.topic_id
        WHERE x.topic_id = ANY(%s) AND x.opinion_id IS NULL AND x.version = y.version
        GROUP BY x.topic_id HAVING count(*) >= 5) s
    WHERE t.id = s.topic_id
    """,
)


def _over_since(before: datetime) -> QuerySet[Topic]:
    """Closed before then, or ended in another way."""
    ended = sorted(ENDED - {State.CLOSED})
    return Topic.objects.filter(
        Q(state=State.CLOSED, closed_at__lt=before) | Q(state__in=ended, step_since__lt=before)
    )


def erase_stances(now: datetime, *, dry_run: bool) -> int:
    """Erase who was for and against what, 90 days after the topic was closed."""
    over = _over_since(now - timedelta(days=STANCE_DAYS)).values("pk")
    due = Stance.objects.filter(topic__in=over)
    if dry_run:
        return due.count()
    topics = sorted(set(due.order_by().values_list("topic", flat=True)))
    with connection.cursor() as cursor:
        for statement in KEEP_TALLIES:
            cursor.execute(statement, [topics])
    return Stance.objects.filter(topic__in=topics).delete()[0]


def erase_flags(now: datetime, *, dry_run: bool) -> int:
    """Erase who flagged what, together with the stances."""
    over = _over_since(now - timedelta(days=STANCE_DAYS)).values("pk")
    due = Flag.objects.filter(opinion__in=Opinion.objects.filter(topic__in=over).values("pk"))
    return due.count() if dry_run else due.delete()[0]


def erase_electorates(now: datetime, *, dry_run: bool) -> int:
    """Lists, and who voted, 30 days after a ballot is over; result and receipts stay."""
    before = now - timedelta(days=ELECTORATE_DAYS)
    over = Q(ballot__counted_at__lt=before) | Q(ballot__voided_at__lt=before)
    votes, electors = Vote.objects.filter(over), Elector.objects.filter(over)
    count = votes.count() + electors.count()
    if not dry_run:
        votes.delete()
        electors.delete()
    return count


def erase_residencies(now: datetime, *, dry_run: bool) -> int:
    """What was verified, once it does not hold any more and no vote names it."""
    before = (now - timedelta(days=RESIDENCY_DAYS)).date()
    named = Vote.objects.filter(residency__isnull=False).values("residency")
    due = Residency.objects.filter(Q(ended_on__lt=before) | Q(expires_on__lt=before))
    due = due.exclude(pk__in=named)
    count = due.count()
    if not dry_run:
        due.delete()
    return count


def erase_followings(now: datetime, *, dry_run: bool) -> int:
    """What somebody does not follow any more is nobody's business."""
    due = Following.objects.filter(ended_at__lt=now - timedelta(days=FOLLOWING_DAYS))
    return due.count() if dry_run else due.delete()[0]


def register() -> None:
    """Called once at start-up."""
    retention.register("consultations.following", erase_followings)
    retention.register("consultations.guest", erase_guests)
    retention.register("consultations.stance", erase_stances)
    retention.register("consultations.flag", erase_flags)
    retention.register("consultations.electorate", erase_electorates)
    retention.register("consultations.residency", erase_residencies)
