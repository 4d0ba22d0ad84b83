"""Sessions as a page and a program read them: lists, and one with all its parts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, F, Prefetch, Q

from consultations import lots, queries
from consultations.models import Attendance, Opinion, Session
from consultations.workflow import Capacity, OpinionKind
from govgrid.core import clock
from govgrid.core.parts import may_have

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from consultations.models import Paper, Platform, Topic
    from govgrid.accounts.models import User

    Person = User | AnonymousUser

FLOOR = 5
MOST_QUESTIONS = 200


class Head(NamedTuple):
    """How many of a capacity are to come or came; None: one to four."""

    capacity: str
    label: str
    many: int | None


class Counts(NamedTuple):
    """The places of a session. ``there`` is by capacity, for everybody to read."""

    places: int | None
    taken: int
    waiting: int
    came: int
    there: list[Head]

    @property
    def left(self) -> int | None:
        return None if self.places is None else max(self.places - self.taken, 0)


class Asked(NamedTuple):
    """A question of the hall with who wants to know it too, and what was answered."""

    question: Opinion
    supporters: int
    is_supported: bool
    reply: Opinion | None


def visible(user: Person) -> QuerySet[Session]:
    """Mirrors ``rules.can_see_session``; a test holds them equal."""
    return Session.objects.filter(
        Q(topic=None) | Q(topic__in=queries.visible(user).values("pk"))
    ).select_related("platform__area", "topic__platform__area")


def coming(user: Person, *, platform: Platform | None = None, most: int = 50) -> list[Session]:
    """The next first."""
    found = visible(user).upcoming(clock.now())  # type: ignore[attr-defined]
    if platform is not None:
        found = found.filter(platform=platform)
    return list(found[:most])


def of_topic(topic: Topic, most: int = 50) -> list[Session]:
    """All of a topic, the latest first, with how many came to each."""
    if not may_have(topic, "sessions"):
        return []
    rows = Session.objects.filter(topic=topic).annotate(
        came=Count("attendance", filter=Q(attendance__checked_in_at__isnull=False))
    )
    return list(rows.order_by("-starts_at", "-pk")[:most])


def papers(session: Session, user: Person) -> QuerySet[Paper]:
    """Sent, or once it has begun, for everybody; before that they are drafts of who holds it."""
    is_out = session.papers_sent_at is not None or session.starts_at <= clock.now()
    if is_out or user.has_perm("consultations.hold_session", session):
        return session.papers.all()
    return session.papers.none()


def counts(session: Session) -> Counts:
    """Two statements, however many come."""
    rows = Attendance.objects.filter(session=session, left_at=None).order_by()
    sums = rows.aggregate(
        taken=Count("pk", filter=Q(is_waiting=False)),
        waiting=Count("pk", filter=Q(is_waiting=True)),
        came=Count("pk", filter=Q(checked_in_at__isnull=False)),
    )
    by_capacity = dict(rows.there().values_list("capacity").annotate(count=Count("pk")))
    there = [
        Head(one.value, str(one.label), by_capacity[one] if by_capacity[one] >= FLOOR else None)
        for one in Capacity
        if by_capacity.get(one)
    ]
    return Counts(session.capacity, there=there, **sums)


def named(session: Session) -> list[str]:
    """Who came and wants his name to be read."""
    rows = Attendance.objects.there().filter(session=session, is_named=True, user__isnull=False)
    return list(rows.order_by("pk").values_list("user__name", flat=True)[:200])


def mine(session: Session, user: Person) -> Attendance | None:
    if not user.is_authenticated:
        return None
    return Attendance.objects.filter(session=session, user=user.pk, left_at=None).first()


def ahead_of(row: Attendance) -> int:
    """How many wait before this one."""
    waiting = Attendance.objects.filter(session=row.session_id, left_at=None, is_waiting=True)
    return waiting.filter(
        Q(signed_up_at__lt=row.signed_up_at) | Q(signed_up_at=row.signed_up_at, pk__lt=row.pk)
    ).count()


def door_list(session: Session) -> list[Attendance]:
    """Who has signed up, for who holds it: those with a place first."""
    rows = Attendance.objects.filter(session=session, left_at=None).select_related("user")
    return list(rows.order_by("is_waiting", F("place_no").asc(nulls_last=True), "signed_up_at"))


def asked(session: Session, user: Person) -> list[Asked]:
    """The questions of the hall: open ones first, those that most want to know before the others."""
    stands = Q(stances__value=1)
    own = Q(stances__value=1, stances__user=user.pk) if user.is_authenticated else Q(pk=None)
    rows = (
        Opinion.objects.filter(session=session, kind=OpinionKind.QUESTION)
        .shown()
        .annotate(supporters=Count("stances", filter=stands), own=Count("stances", filter=own))
        .prefetch_related(
            Prefetch(
                "replies",
                Opinion.objects.shown().filter(kind=OpinionKind.ANSWER).order_by("pk"),
            )
        )
        .order_by("pk")[:MOST_QUESTIONS]
    )
    found = [
        Asked(one, one.supporters, bool(one.own), next(iter(one.replies.all()), None))
        for one in rows
    ]
    return sorted(found, key=lambda one: (one.reply is not None, -one.supporters, one.question.pk))


class Drawn(NamedTuple):
    """One number of the list in the order of the lot."""

    rank: int
    number: int
    key: str
    is_seated: bool


def drawn(session: Session) -> list[Drawn]:
    """Who was passed over has no seat, and the next of the order has it."""
    draw = session.draw
    if not draw or "seed" not in draw:
        return []
    users = queries.drawn_seats(session).values("user")
    rows = Attendance.objects.filter(pk__in=draw["people"], user__in=users)
    sat = set(rows.values_list("pk", flat=True))
    return [
        Drawn(
            rank, number, lots.key(draw["seed"], draw["said"], number),
            draw["people"][number - 1] in sat,
        )
        for rank, number in enumerate(draw["order"], start=1)
    ]  # fmt: skip


def has_empty_seats(session: Session) -> bool:
    """Of those that its lot has given, before their term is over."""
    draw = session.draw or {}
    if "seed" not in draw or date.fromisoformat(draw["until"]) <= clock.today():
        return False
    return queries.drawn_seats(session).held_on().count() < draw["places"]


def number_in_draw(session: Session, row: Attendance | None) -> int | None:
    """One's own number on the list that is drawn from."""
    if row is None or not session.draw or row.pk not in session.draw["people"]:
        return None
    return session.draw["people"].index(row.pk) + 1
