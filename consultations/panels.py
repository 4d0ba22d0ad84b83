"""Parts of pages: what was promised on a topic, its sessions, and the topic on the page of its ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from consultations import (
    attendance,
    ballots,
    covenants,
    ledger,
    library,
    meetings,
    opinions,
    pools,
    queries,
    seats,
)
from consultations.forms.platforms import AskCohostForm
from consultations.forms.promises import OfferForm, TurnForm
from consultations.models import Ballot, Commitment, Following, Platform, Review, Topic
from consultations.workflow import (
    KEPT,
    STANCE_ON_SUGGESTION,
    STANCE_ON_TOPIC,
    TURNS,
    CommitmentState,
    State,
    Verdict,
    kinds_in,
)
from consultations.workflow.cases import CaseState, Rhythm
from consultations.workflow.guards import FEWEST_RATINGS
from govgrid.core import clock, panels
from govgrid.core.panels import Panel
from govgrid.core.parts import may_have
from grids.models import Area, Level
from tickets.models import Ticket
from tickets.workflow import WhistleKind

if TYPE_CHECKING:
    from django.http import HttpRequest

ROWS = 20
SUGGESTIONS = 5
MOST_TABLES = 6
ORIGIN = "consultation:"
# Without a ticket the department tells by itself; the system and looking back do the rest.
BY_HAND = ("accept", "give_back", "offer", "finish", "end")


def register() -> None:
    """Called once at start-up."""
    panels.register("consultations.topic", said)
    panels.register("consultations.topic", promises)
    panels.register("consultations.topic", look_back)
    panels.register("consultations.topic", calls)
    panels.register("tickets.ticket", of_ticket)
    panels.register("consultations.topic", of_topic)
    panels.register("consultations.platform", of_platform)
    panels.register("consultations.topic", follow_topic)
    panels.register("consultations.topic", case_of)
    panels.register("consultations.platform", follow_platform)
    panels.register("consultations.topic", together)
    panels.register("consultations.topic", given)
    panels.register("grids.area", of_area)
    panels.register("consultations.topic", ballots_of_topic)
    panels.register("consultations.platform", ballots_of_platform)
    panels.register("consultations.platform", covenants_of_platform)
    panels.register("grids.area", residents_desk)


def said(request: HttpRequest, topic: Topic) -> Panel | None:
    """大家怎么看: for or against the topic, the suggestions that most support, the way to all."""
    if not topic.is_public:
        return None
    state = State(topic.state)
    counts = opinions.counts(topic)
    some = opinions.most_supported(topic, SUGGESTIONS)
    context = {
        "topic": topic,
        "tally": opinions.tally_of(topic),
        "mine": opinions.stance_of(request.user, topic),
        "rows": opinions.shown(request.user, topic, some) if some else [],
        "total": counts.total,
        "fates": list(counts.fates.items()),
        "more_suggestions": max(counts.kinds.get("suggestion", 0) - len(some), 0),
        "takes_words": bool(kinds_in(state)),
        "takes_stances": state in STANCE_ON_SUGGESTION,
        "takes_topic_stances": state in STANCE_ON_TOPIC,
        "takes_amendments": "amendment" in kinds_in(state),
        "has_map": topic.opinion_map is not None,
    }
    return Panel("consultations/_opinions_panel.html", context, rank=10)


@dataclass(frozen=True)
class Shown:
    """One promise with what the reader may do about it, and what residents say of it."""

    one: Commitment
    forms: list[TurnForm]
    mean: float | None
    count: int


def promises(request: HttpRequest, topic: Topic) -> Panel | None:
    """责任清单: who does what by when, what its ticket says, how residents rate it."""
    rows = queries.promises_of(topic)
    may_offer = (
        request.user.is_authenticated
        and topic.verdict not in {Verdict.LATER, Verdict.CANNOT}
        and topic.state in {"deliberating", "agreed", "doing"}
        and request.user.has_perm("consultations.convene", topic)
    )
    if not rows and not may_offer:
        return None
    review = queries.last_review(topic)
    means = _means(review) if review and review.is_over(clock.now()) else {}
    context = {
        "rows": [_shown(request, one, means) for one in rows],
        "offer": OfferForm(topic=topic) if may_offer else None,
        "topic": topic,
    }
    return Panel("consultations/_promises_panel.html", context, rank=20)


def _shown(
    request: HttpRequest, one: Commitment, means: dict[int, tuple[float | None, int]]
) -> Shown:
    forms = []
    if request.user.is_authenticated:
        forms = [
            TurnForm(name=name, commitment=one)
            for name in BY_HAND
            if CommitmentState(one.state) in TURNS[name].sources
            and not (name == "finish" and one.ticket_id)
            and request.user.has_perm(TURNS[name].permission, one)
        ]
    mean, count = means.get(one.pk, (None, 0))
    return Shown(one, forms, mean, count)


def _means(review: Review) -> dict[int, tuple[float | None, int]]:
    """By promise; no mean of fewer than five, for it would tell what one of them said."""
    found: dict[int, list[int]] = {}
    rows = review.scores.filter(commitment__isnull=False).values_list("commitment", "score")
    for promise, score in rows:
        found.setdefault(promise, []).append(score)
    return {
        promise: (
            round(sum(some) / len(some), 1) if len(some) >= FEWEST_RATINGS else None,
            len(some),
        )
        for promise, some in found.items()
    }


def look_back(request: HttpRequest, topic: Topic) -> Panel | None:
    """What those concerned say: the mean from five ratings on, each score from ten."""
    review = queries.last_review(topic)
    if review is None:
        return None
    is_over = review.is_over(clock.now())
    # Told while they come in, each would be what the mean was moved by.
    ratings = queries.ratings(review) if is_over else []
    count = sum(number for _score, number in ratings)
    mean = sum(score * number for score, number in ratings) / count if count else 0
    given = dict(ratings)
    context: dict[str, Any] = {
        "review": review,
        "is_over": is_over,
        "topic": topic,
        "count": count,
        "mean": round(mean, 1) if count >= FEWEST_RATINGS else None,
        "bars": [(score, given.get(score, 0)) for score in range(5, 0, -1)]
        if count >= 2 * FEWEST_RATINGS
        else [],
        "most": max(given.values(), default=1),
        "kept": any(one.state in KEPT for one in queries.promises_of(topic)),
    }
    return Panel("consultations/_look_back_panel.html", context, rank=30)


def of_ticket(request: HttpRequest, ticket: Ticket) -> Panel | None:
    """On the ticket's page: what was promised by it, the topics that came from it, who was called."""
    promise = None
    if ticket.origin.startswith(ORIGIN):  # most are not, and ask nothing
        promise = Commitment.objects.filter(ticket=ticket).select_related("topic").first()
    made = seats.keys_beside(request.user, Topic.objects.filter(ticket=ticket))
    seen = queries.visible(request.user).filter(pk__in=made).for_lists().order_by("pk")
    topics = list(seen[:ROWS]) if made else []
    # Only a consultation whistle calls anybody.
    is_called = ticket.whistle_kind == WhistleKind.CONSULTATION
    calls = attendance.of_ticket(ticket.pk) if is_called else []
    may_take_in = request.user.has_perm("consultations.take_in", ticket)
    if promise is None and not topics and not calls and not may_take_in:
        return None
    context = {
        "promise": promise,
        "topics": topics,
        # By name for who answers for the place and who sits there; a reporter reads the counts.
        "calls": calls if may_take_in else [],
        "counts": attendance.counts(calls),
        "may_take_in": may_take_in,
        "ticket": ticket,
        "now": clock.now(),
    }
    return Panel("consultations/_ticket_panel.html", context, rank=60)


def calls(request: HttpRequest, topic: Topic) -> Panel | None:
    """委员报到: who was called to the ticket that the topic came from; by name for the table alone."""
    if topic.ticket_id is None:
        return None
    found = attendance.of_ticket(topic.ticket_id)
    if not found:
        return None
    is_inside = request.user.has_perm("consultations.view", topic)
    context = {
        "calls": found if is_inside else [],
        "counts": attendance.counts(found),
        "now": clock.now(),
    }
    return Panel("consultations/_call_panel.html", context, rank=15)


def of_topic(request: HttpRequest, topic: Topic) -> Panel:
    """When people came together about it, and when they will."""
    context = {
        "topic": topic,
        "platform": topic.platform,
        "sessions": meetings.of_topic(topic, ROWS),
        "may_call": topic.is_public
        and request.user.has_perm("consultations.hold_session", topic.platform),
        "now": clock.now(),
    }
    return Panel("consultations/_session_panel.html", context, rank=60)


def of_platform(request: HttpRequest, platform: Platform) -> Panel:
    """What is to come at this table."""
    context = {
        "topic": None,
        "platform": platform,
        "sessions": meetings.coming(request.user, platform=platform, most=ROWS),
        "may_call": request.user.has_perm("consultations.hold_session", platform),
        "now": clock.now(),
    }
    return Panel("consultations/_session_panel.html", context, rank=60)


def ballots_of_topic(request: HttpRequest, topic: Topic) -> Panel | None:
    """What was put to the vote, and what came of it."""
    may_ask = topic.is_public and request.user.has_perm("consultations.convene", topic.platform)
    return _ballots(ballots.of_topic(topic, request.user, ROWS), topic.platform, topic, may_ask)


def ballots_of_platform(request: HttpRequest, platform: Platform) -> Panel | None:
    may_ask = request.user.has_perm("consultations.convene", platform)
    return _ballots(ballots.of_platform(platform, request.user, ROWS), platform, None, may_ask)


def _ballots(
    rows: list[Ballot], platform: Platform, topic: Topic | None, may_ask: Any
) -> Panel | None:
    if not rows and not may_ask:
        return None
    context = {
        "rows": [(one, ballots.result(one)) for one in rows],
        "platform": platform,
        "topic": topic,
        "may_ask": may_ask,
    }
    return Panel("consultations/_ballot_panel.html", context, rank=40)


def covenants_of_platform(request: HttpRequest, platform: Platform) -> Panel | None:
    """What people agreed to keep to here, and what is in the making."""
    rows = covenants.of_platform(platform, ROWS)
    may_draft = request.user.has_perm("consultations.convene", platform)
    if not rows and not may_draft:
        return None
    context = {"covenants": rows, "platform": platform, "may_draft": may_draft}
    return Panel("consultations/_covenant_panel.html", context, rank=70)


def together(request: HttpRequest, topic: Topic) -> Panel | None:
    """Who holds it too, what it is part of, and who claimed it."""
    rows = pools.cohostings(topic)
    theme = topic.theme
    claim = pools.claim_of(topic)
    may_ask = topic.is_public and topic.is_open and request.user.has_perm(
        "consultations.convene", topic
    )  # fmt: skip
    if not rows and not theme and not claim and not may_ask:
        return None
    context = {
        "topic": topic, "rows": rows, "theme": theme, "claim": claim,
        "form": AskCohostForm(auto_id="cohost_%s") if may_ask else None,
    }  # fmt: skip
    return Panel("consultations/_together_panel.html", context, rank=70)


def given(request: HttpRequest, topic: Topic) -> Panel | None:
    """投工、资金、物资: the sums, and the way to the ledger."""
    if not topic.is_public:
        return None
    totals = ledger.of_topic(topic)
    if not totals and not request.user.has_perm("consultations.keep_ledger", topic):
        return None
    return Panel("consultations/_ledger_panel.html", {"topic": topic, "totals": totals}, rank=40)


def of_area(_request: HttpRequest, area: Area) -> Panel | None:
    """The tables of an area, and what people gave there."""
    if area.level < Level.DISTRICT:
        return None
    found = Platform.objects.in_force().filter(area__path__startswith=area.path)
    platforms = list(found.order_by("-area__level", "name", "pk")[:MOST_TABLES])
    totals = ledger.of_area(area)
    if not platforms and not totals:
        return None
    context = {"area": area, "platforms": platforms, "totals": totals}
    return Panel("consultations/_area_panel.html", context, rank=60)


def case_of(request: HttpRequest, topic: Topic) -> Panel | None:
    """The model case of a closed topic, or the way to write one."""
    if topic.state != State.CLOSED:
        return None
    found = library.visible(request.user).filter(topic=topic).exclude(state=CaseState.WITHDRAWN)
    one = found.first()
    may_write = request.user.has_perm("consultations.write_case", topic)
    if one is None and not may_write:
        return None
    context = {"case": one, "may_write": may_write, "topic": topic}
    return Panel("consultations/_case_panel.html", context, rank=80)


def follow_topic(request: HttpRequest, topic: Topic) -> Panel | None:
    """How often to be told, and the feeds; of what everybody reads."""
    if not topic.is_public:
        return None
    return _follow(request, "topic", topic, topic.number)


def follow_platform(request: HttpRequest, platform: Platform) -> Panel:
    return _follow(request, "platform", platform, platform.code)


def _follow(request: HttpRequest, kind: str, thing: Topic | Platform, key: str) -> Panel:
    mine = None
    if request.user.is_authenticated and may_have(thing, "following"):
        mine = Following.objects.of(request.user)
    context = {
        "following": mine.filter(**{kind: thing.pk}).first() if mine is not None else None,
        "action": reverse(f"consultations:follow-{kind}", args=[key]),
        "rhythms": Rhythm.choices,
        "rss": reverse(f"consultations:{kind}-feed-rss", args=[key]),
        "atom": reverse(f"consultations:{kind}-feed-atom", args=[key]),
    }
    return Panel("consultations/_follow_panel.html", context, rank=90)


def residents_desk(request: HttpRequest, area: Area) -> Panel | None:
    """The way to where residents are verified for voting, for its desk."""
    if area.level < Level.COMMUNITY or not request.user.has_perm("consultations.vouch", area):
        return None
    return Panel("consultations/_residents_panel.html", {"area": area}, rank=90)
