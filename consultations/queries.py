"""Reads over several tables: what a move looks at, who sees which topic, what is like it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
    prefetch_related_objects,
)

from consultations import seats
from consultations.models import (
    Attendance,
    Ballot,
    Claim,
    Cohosting,
    Commitment,
    Entry,
    Flag,
    Following,
    Opinion,
    Platform,
    Review,
    Score,
    Seat,
    SeatQuerySet,
    Session,
    Stance,
    Step,
    Terms,
    Topic,
    TopicQuerySet,
)
from consultations.workflow import PUBLIC, TALKS, Facts, Heads, Rules
from govgrid.core import clock
from govgrid.core.parts import carrying, may_have
from govgrid.core.text import bigrams

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

# What each move looks at beside the topic itself.
NEEDS: dict[str, frozenset[str]] = {
    "accept": frozenset({"decided_by"}),
    "decline": frozenset({"decided_by"}),
    "merge": frozenset({"ballots"}),
    "appeal": frozenset({"endorsers"}),
    "convene": frozenset({"sessions"}),
    "settle": frozenset({"sessions", "heads", "suggestions", "commitments", "ballots"}),
    "start": frozenset({"commitments"}),
    "explain": frozenset({"commitments"}),
    "report": frozenset({"commitments"}),
    "look_back": frozenset({"review"}),
    "close": frozenset({"review"}),
    "reopen": frozenset({"review"}),
}
REFUSALS = ("decline", "settle")


def gather(
    names: Iterable[str],
    topic: Topic,
    *,
    by: User | None,
    given: dict[str, Any] | None = None,
    at: datetime | None = None,
    rules: Rules | None = None,
) -> Facts:
    """What the guards of some moves look at; at most nine statements, whatever there is."""
    needs = frozenset[str]().union(*(NEEDS.get(name, frozenset()) for name in names))
    read = {need: _READ[need](topic) for need in sorted(needs)}
    rules = rules or Terms.objects.of(topic.platform_id)
    return Facts(topic=topic, by=by, given=given or {}, at=at, rules=rules, **read)


def _sessions(topic: Topic) -> list[Session]:
    return list(topic.sessions.standing().filter(round=topic.round))


def _suggestions(topic: Topic) -> list[Opinion]:
    return list(Opinion.objects.filter(topic=topic).suggestions().standing())


def _ballots(topic: Topic) -> int:
    if not may_have(topic, "ballots"):
        return 0
    return Ballot.objects.waited_for().filter(topic=topic).count()


def _decided_by(topic: Topic) -> frozenset[int]:
    decided = Step.objects.filter(topic=topic, verb__in=REFUSALS, by__isnull=False)
    return frozenset(decided.values_list("by", flat=True))


def _endorsers(topic: Topic) -> int:
    own = Stance.objects.filter(topic=topic, opinion=None, value=1, version=topic.version)
    return own.count()


def heads(topic: Topic) -> Heads:
    """Who came to the talks of this round: the fullest of them counts."""
    came = (
        Attendance.objects.there()
        .filter(
            session__topic=topic,
            session__round=topic.round,
            session__kind__in=sorted(TALKS),
            session__cancelled_at=None,
        )
        .order_by()
        .values("session")
        .annotate(there=Count("pk"), residents=Count("pk", filter=_lives_there()))
    )
    found = [Heads(one["there"], one["residents"]) for one in came]
    return max(found, default=Heads())


def _lives_there() -> Q:
    return Q(pk__in=Attendance.objects.residents().values("pk"))


def ratings(review: Review, commitment: Commitment | None = None) -> list[tuple[int, int]]:
    """(score, how many) of a round: of the topic as a whole, or of one thing that was promised."""
    rows = Score.objects.filter(review=review, commitment=commitment).order_by("score")
    return list(rows.values_list("score").annotate(count=Count("pk")))


def visible(user: User | AnonymousUser) -> TopicQuerySet:
    """Mirrors ``rules.can_view``; tests/consultations/test_rules.py holds them equal."""
    asked = Q(state__in=sorted(PUBLIC))
    if user.is_authenticated:
        asked |= Q(raised_by=user.pk) | Q(entered_by=user.pk)
        asked |= Q(platform__in=seats.platforms(user, "consultations.view").values("pk"))
    return Topic.objects.filter(asked)


# What may hang on a topic: a part of its page asks for its rows only where there are any.
PARTS: dict[str, QuerySet[Any]] = {
    "ballots": Ballot.objects.all(),
    "claims": Claim.objects.all(),
    "cohostings": Cohosting.objects.all(),
    "commitments": Commitment.objects.all(),
    "entries": Entry.objects.all(),
    "opinions": Opinion.objects.all(),
    "reviews": Review.objects.all(),
    "sessions": Session.objects.all(),
    "stances": Stance.objects.filter(opinion=None),
}


def with_parts(topics: TopicQuerySet, user: User | AnonymousUser) -> TopicQuerySet:
    """Each with what hangs on it and what ``user`` has there, asked in one statement with it."""
    parts = dict(PARTS)
    if user.is_authenticated:
        parts["following"] = Following.objects.of(user)
        parts["own_stance"] = parts["stances"].filter(user=user.pk)
    here = OuterRef("pk")
    return carrying(topics, {name: rows.filter(topic=here) for name, rows in parts.items()})


def last_review(topic: Topic) -> Review | None:
    if not may_have(topic, "reviews"):
        return None
    if (found := vars(topic).get("_last_review")) is None:
        found = topic.reviews.order_by("-serial").first()
        if hasattr(topic, "has_reviews"):  # read for a page, that asks again and again
            vars(topic)["_last_review"] = found
    return found


def promises_of(topic: Topic) -> list[Commitment]:
    """In the order in which they were made; see :func:`read_promises`."""
    if not may_have(topic, "commitments"):
        return []
    return sorted(topic.commitments.all(), key=lambda one: one.serial)


_READ: dict[str, Callable[[Topic], Any]] = {
    "sessions": _sessions,
    "heads": heads,
    "suggestions": _suggestions,
    "ballots": _ballots,
    "commitments": promises_of,
    "review": last_review,
    "decided_by": _decided_by,
    "endorsers": _endorsers,
}


def read_promises(topic: Topic) -> None:
    """With what a page says of each, for whatever of the page asks: two statements, or none."""
    if may_have(topic, "commitments"):
        rows = Commitment.objects.select_related("department", "ticket")
        prefetch_related_objects([topic], Prefetch("commitments", rows.prefetch_related("helpers")))


def platforms_seen(user: User | AnonymousUser) -> QuerySet[Platform]:
    """Where one reads what is not public yet."""
    return seats.platforms(user, "consultations.view")


def worklist(user: User | AnonymousUser, permission: str) -> QuerySet[Topic]:
    """Topics of the platforms on which ``user`` holds a permission."""
    return Topic.objects.filter(platform__in=seats.platforms(user, permission).values("pk"))


def like(title: str, platform: Platform, limit: int = 5) -> list[Topic]:
    """Public topics of the district whose title or text is like this one, the likest first."""
    pieces = bigrams(title)[:40]
    if not pieces:
        return []
    score = sum(
        (
            Case(
                When(words__contains=[piece], then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            )
            for piece in pieces[1:]
        ),
        Case(
            When(words__contains=[pieces[0]], then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        ),
    )
    least = max(2, len(pieces) // 2) if len(pieces) > 1 else 1
    district = platform.area.path.split(".")[:2]
    found: Any = (
        Topic.objects.public()
        .filter(words__overlap=pieces, platform__area__path__startswith=".".join(district) + ".")
        .annotate(likeness=score)
        .for_lists()
        .order_by("-likeness", "-pk")[:limit]  # type: ignore[misc]
    )
    return [one for one in found if one.likeness >= least]


def rules_of(platform: Platform) -> Rules:
    return Terms.objects.of(platform.pk)


def next_session(topic: Topic, at: datetime) -> Session | None:
    return topic.sessions.upcoming(at).first()


def drawn_seats(session: Session) -> SeatQuerySet:
    """The seats that this lot has given, also those that were left since."""
    draw = session.draw or {}
    since = draw.get("revealed_at")
    if since is None:
        return Seat.objects.none()
    people = Attendance.objects.filter(pk__in=draw["people"], user__isnull=False)
    begun = Q(period__startswith__gte=clock.local(datetime.fromisoformat(since)).date())
    given = Seat.objects.filter(
        platform=session.platform_id, drawn_by_lot=True, user__in=people.values("user")
    )
    # Given and left on one day, a seat has no day at all.
    return given.filter(begun | Q(period__isempty=True))


def to_moderate(user: User | AnonymousUser) -> QuerySet[Opinion]:
    """Flagged and not looked at, or hidden with an appeal that somebody else decides; never one's
    own, nor an appeal against what one hid oneself."""
    if not user.is_authenticated:
        return Opinion.objects.none()
    at = seats.platforms(user, "consultations.moderate").values("pk")
    flagged = Exists(Flag.objects.open().filter(opinion=OuterRef("pk")))
    appealed = (
        Q(hidden_at__isnull=False, appeal_answered_by=None) & ~Q(appeal="") & ~Q(hidden_by=user.pk)
    )
    rows = Opinion.objects.filter(topic__platform__in=at).filter(flagged | appealed)
    own = Q(author=user.pk, author__isnull=False) | Q(entered_by=user.pk, entered_by__isnull=False)
    return rows.exclude(own).select_related("topic__platform__area").order_by("pk")
