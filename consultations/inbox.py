"""What waits for a person at the tables where he sits: topics to decide on, steps that are due,
promises to answer, what readers flagged, cases to review, votes to count. Seven statements,
however much waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations import attendance, library, queries, seats
from consultations.models import Ballot, Commitment, ModelCase, Opinion, SeatCall, Topic
from consultations.workflow import TURNS, CommitmentState, State, Tier
from consultations.workflow.ballots import BallotState
from consultations.workflow.moves import MOVES
from grids import scoping
from tickets.inbox.rows import LIMIT, Act, Group, Row

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

# What a convenor does next in each state.
NEXT = {
    State.STUDYING: "convene",
    State.DELIBERATING: "settle",
    State.AGREED: "explain",
    State.REVIEWING: "close",
}
TITLES = {
    "screen": _("Topics to decide on"),
    "convene": _("Topics to move on"),
    "promise": _("Promises to answer"),
    "moderate": _("Opinions to look at"),
    "case": _("Model cases to review"),
    "called": _("You are called to the table"),
    "count": _("Votes to count"),
}


def waiting(user: Person) -> list[Group]:
    """By kind; kinds with nothing are left out."""
    groups = [
        Group("screen", TITLES["screen"], [_row(one, "accept") for one in _to_screen(user)]),
        Group(
            "convene",
            TITLES["convene"],
            [_row(one, NEXT[State(one.state)]) for one in _to_convene(user)],
        ),
        Group("promise", TITLES["promise"], [_promise(one) for one in _to_answer(user)]),
        Group("moderate", TITLES["moderate"], [_opinion(one) for one in _to_moderate(user)]),
        Group("case", TITLES["case"], [_case(one) for one in _cases(user)]),
        Group("called", TITLES["called"], [_call(one) for one in _calls(user)]),
        Group("count", TITLES["count"], [_ballot(one) for one in _to_count(user)]),
    ]
    return [group for group in groups if group.rows]


def _to_screen(user: Person) -> list[Topic]:
    """At one's own table; and what silence took up, for who answers from above."""
    if not _may(user, "consultations.screen"):
        return []
    found = Topic.objects.filter(
        state__in=[State.RAISED, State.APPEALED],
        platform__in=seats.platforms(user, "consultations.screen").values("pk"),
    )
    rows = found.select_related("platform__area").order_by("step_due_at", "pk")[:LIMIT]
    return [one for one in rows if _is_his(user, one)]


def _is_his(user: Person, topic: Topic) -> bool:
    """As ``rules.can_screen``; and what is still at its table is not above it too."""
    if user.pk in {topic.raised_by_id, topic.entered_by_id}:
        return False
    if topic.tier == Tier.PLATFORM:
        near = topic.platform_id in seats.by_seat(user, "consultations.screen")
        return near or not _stands_above(user, topic)
    return bool(user.has_perm("consultations.screen", topic))


def _stands_above(user: Person, topic: Topic) -> bool:
    """By a post that watches, and only acts once silence took a topic up to it."""
    return scoping.covers(user, "consultations.supervise", topic.platform.place_ids)


def _to_convene(user: Person) -> list[Topic]:
    if not _may(user, "consultations.convene"):
        return []
    found = Topic.objects.filter(
        state__in=sorted(NEXT),
        platform__in=seats.platforms(user, "consultations.convene").values("pk"),
    ).exclude(state=State.AGREED, commitments__isnull=False)  # that waits for departments
    return list(
        found.for_lists().select_related("platform__area").order_by("step_due_at", "pk")[:LIMIT]
    )


def _to_answer(user: Person) -> list[Commitment]:
    departments = scoping.reach(user, "consultations.answer").departments
    if not departments:
        return []
    found = Commitment.objects.filter(
        department__in=sorted(departments), state=CommitmentState.OFFERED
    )
    return list(found.select_related("topic__platform", "department").order_by("answer_by")[:LIMIT])


def _to_moderate(user: Person) -> list[Opinion]:
    return list(queries.to_moderate(user)[:LIMIT]) if _may(user, "consultations.moderate") else []


def _calls(user: Person) -> list[SeatCall]:
    """Those of his own seats, and what silence took up to him."""
    found: list[SeatCall] = []
    if seats.held(user):
        rows = SeatCall.objects.unanswered().whole().filter(seat__user=user.pk)
        found += rows.order_by("answer_by", "pk")[:LIMIT]
    if scoping.prefixes(user, "consultations.supervise"):
        watched = seats.platforms(user, "consultations.supervise")
        rows = attendance.above(user, watched).exclude(seat__user=user.pk)[:LIMIT]
        found += [one for one in rows if user.has_perm("consultations.answer_call", one)]
    return found


def _cases(user: Person) -> list[ModelCase]:
    if not scoping.prefixes(user, "consultations.supervise"):
        return []
    return list(library.to_review(user)[:LIMIT])


def _to_count(user: Person) -> list[Ballot]:
    """At the tables where one sits; whoever asked the question does not count."""
    mine = seats.by_seat(user, "consultations.convene") | seats.by_seat(
        user, "consultations.record"
    )
    if not mine:
        return []
    found = Ballot.objects.filter(state=BallotState.CLOSED, platform__in=mine)
    rows = found.exclude(asked_by=user.pk).select_related("platform").order_by("closes_at", "pk")
    return list(rows[:LIMIT])


def _may(user: Person, permission: str) -> bool:
    """Asks nothing more than the posts and seats that are read anyway."""
    return bool(seats.by_seat(user, permission) or scoping.prefixes(user, permission))


def _row(topic: Topic, name: str) -> Row:
    return Row(
        state=f"topic:{topic.state}",
        icon="talk",
        title=topic.title,
        text=topic.body,
        url=topic.get_absolute_url(),
        number=topic.number,
        place=topic.platform.name,
        who="",
        since=topic.step_since,
        has_peek=True,
        due=topic.step_due_at,
        act=Act(MOVES[name].label, f"{topic.get_absolute_url()}#{name}", MOVES[name].icon, ""),
    )


def _promise(one: Commitment) -> Row:
    turn = TURNS["accept"]
    return Row(
        state="offered",
        icon="doc",
        title=one.text,
        text=one.topic.title,
        url=f"{one.topic.get_absolute_url()}#promises",
        number=one.topic.number,
        place=one.topic.platform.name,
        who=one.department.short_name,
        since=one.offered_at,
        has_peek=True,
        due=one.answer_by,
        act=Act(turn.label, f"{one.topic.get_absolute_url()}#promise-{one.serial}", turn.icon, ""),
    )


def _opinion(one: Opinion) -> Row:
    """Its words are on its page: they may be the very thing that should not be read."""
    is_appeal = one.hidden_at is not None
    return Row(
        state=f"topic:{one.topic.state}",
        icon="alert",
        title=one.topic.title,
        text=one.appeal if is_appeal else "",
        url=one.get_absolute_url(),
        number=f"{one.topic.number}/{one.serial}",
        place=one.topic.platform.name,
        who="",
        since=one.hidden_at or one.at,
        act=Act(
            _("Decide on the appeal") if is_appeal else _("Look at it"),
            one.get_absolute_url(), "eye", "",
        ),
    )  # fmt: skip


def _call(one: SeatCall) -> Row:
    url = f"{reverse('consultations:calls')}#call-{one.pk}"
    return Row(
        state="offered",
        icon="whistle",
        title=one.ticket.category.name,
        text=one.seat.get_role_display(),
        url=url,
        number=one.ticket.number,
        place=one.ticket.community.name,
        who=one.seat.platform.name,
        since=one.called_at,
        due=one.answer_by,
        act=Act(_("Answer the call"), url, "check", ""),
    )


def _case(one: ModelCase) -> Row:
    url = one.get_absolute_url()
    return Row(
        state="offered",
        icon="doc",
        title=one.title,
        text=one.topic.title,
        url=url,
        number=one.topic.number,
        place=one.topic.area.name,
        who=one.topic.platform.name,
        since=one.submitted_at or one.written_at,
        act=Act(_("Review"), url, "check", ""),
    )


def _ballot(one: Ballot) -> Row:
    url = f"{one.get_absolute_url()}desk/"
    return Row(
        state=f"ballot:{one.state}",
        icon="chart",
        title=one.question,
        text="",
        url=url,
        number="",
        place=one.platform.name,
        who="",
        since=one.closes_at,
        due=None,
        act=Act(_("Count it"), f"{url}#count", "chart", ""),
    )
