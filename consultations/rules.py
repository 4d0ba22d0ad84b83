"""May this person? One small function each, asked through ``user.has_perm(name, obj)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from consultations import attendance, seats
from consultations.models import (
    Ballot,
    Commitment,
    Course,
    Covenant,
    ModelCase,
    Opinion,
    Platform,
    SeatCall,
    Session,
    Terms,
    Topic,
)
from consultations.workflow import OpinionKind, Tier
from consultations.workflow.cases import CaseState
from grids import scoping
from grids.models import Area, Level, Post

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from grids.models import Area
    from tickets.models import Ticket

    Person = User | AnonymousUser

# Who moves a topic that was taken up holds a post this high.
LEVEL_OF = {Tier.PLATFORM: Level.GRID, Tier.STREET: Level.STREET, Tier.DISTRICT: Level.DISTRICT}


Row = Platform | Topic | Session | Commitment | Opinion | Ballot | Covenant


def _platform(obj: Row) -> Platform:
    if isinstance(obj, Platform):
        return obj
    if isinstance(obj, (Topic, Session, Ballot, Covenant)):
        return obj.platform
    return obj.topic.platform


def on_platform(permission: str) -> Callable[..., bool]:
    """Who holds ``permission`` on the platform of a row, by seat or by post."""

    def may(user: Person, obj: Row) -> bool:
        return seats.holds(user, permission, _platform(obj))

    return may


def is_own(user: Person, topic: Topic) -> bool:
    """Raised by ``user``, or entered for somebody else."""
    return user.is_authenticated and user.pk in {topic.raised_by_id, topic.entered_by_id}


def can_view(user: Person, topic: Topic) -> bool:
    """What was taken up everybody reads; the rest the proposer, the platform and who is above it.

    Mirrors ``queries.visible``; a test holds them equal.
    """
    if topic.is_public or is_own(user, topic):
        return True
    return seats.holds(user, "consultations.view", topic.platform)


def can_raise(user: Person, platform: Platform) -> bool:
    """Whoever can sign in."""
    return user.is_authenticated and user.is_active


def can_withdraw(user: Person, topic: Topic) -> bool:
    return is_own(user, topic)


def can_screen(user: Person, topic: Topic) -> bool:
    """The platform's screeners; once silence took it up, only who answers from above."""
    level = LEVEL_OF[Tier(topic.tier)]
    return seats.holds(user, "consultations.screen", topic.platform, from_level=level)


def can_appeal(user: Person, topic: Topic) -> bool:
    """Whoever reads it; a guard asks whether he is the proposer or there are enough of them."""
    return user.is_authenticated and can_view(user, topic)


def can_answer(user: Person, commitment: Commitment) -> bool:
    """Say yes or no for the department that is asked."""
    return scoping.works_in(user, "consultations.answer", [commitment.department_id])


def can_see_session(user: Person, session: Session) -> bool:
    """One about a topic is as public as the topic; one about none is for everybody."""
    return session.topic is None or can_view(user, session.topic)


def can_hold_session(user: Person, obj: Platform | Session) -> bool:
    """Call it, send its papers, keep its lists and its minutes: who convenes or who records."""
    platform = _platform(obj)
    return seats.holds(user, "consultations.convene", platform) or seats.holds(
        user, "consultations.record", platform
    )


def can_attend(user: Person, session: Session) -> bool:
    """Whoever is signed in and may read of it."""
    return user.is_authenticated and user.is_active and can_see_session(user, session)


def can_speak(user: Person, topic: Topic) -> bool:
    """Whoever is signed in and reads it; where a platform wants only its own people, those with a
    seat there or a post in its area."""
    if not user.is_authenticated or not user.is_active or not can_view(user, topic):
        return False
    return (
        Terms.objects.of(topic.platform_id).is_open
        or any(one.platform_id == topic.platform_id for one in seats.held(user))
        or Post.objects.of(user)
        .held_on()
        .filter(area__path__startswith=topic.platform.area.path)
        .exists()
    )


def can_reply(user: Person, topic: Topic) -> bool:
    """Answer for the table: who has any seat there, who convenes or records over it."""
    if any(one.platform_id == topic.platform_id for one in seats.held(user)):
        return True
    return can_hold_session(user, topic.platform)


def said_it(user: Person, opinion: Opinion) -> bool:
    """Its author, or who typed it for somebody."""
    return user.is_authenticated and user.pk in {opinion.author_id, opinion.entered_by_id}


def _is_hidden(opinion: Opinion) -> bool:
    hangs_on = [opinion, opinion.parent]
    if opinion.kind == OpinionKind.AMENDMENT:  # it says what it amends again, but for a word
        hangs_on.append(opinion.amends)
    return any(one is not None and one.hidden_at is not None for one in hangs_on)


def can_read_opinion(user: Person, opinion: Opinion) -> bool:
    """What is hidden only who said it and who moderates there; with it whatever hangs on it."""
    if not _is_hidden(opinion):
        return can_view(user, opinion.topic)
    return said_it(user, opinion) or seats.holds(
        user, "consultations.moderate", opinion.topic.platform
    )


def can_see_ballot(user: Person, ballot: Ballot) -> bool:
    """Announced, it is as public as its topic. Mirrors ``voters.visible``; a test holds them equal."""
    if not ballot.is_public and not seats.holds(user, "consultations.view", ballot.platform):
        return False
    return ballot.topic is None or can_view(user, ballot.topic)


def can_count_ballot(user: Person, ballot: Ballot) -> bool:
    """Who convenes or records; that he did not ask the question himself, the action sees to."""
    return can_hold_session(user, ballot.platform)


def can_comment_covenant(user: Person, covenant: Covenant) -> bool:
    return user.is_authenticated and user.is_active


def can_vouch(user: Person, area: Area) -> bool:
    """That somebody lives in ``area``, at its desk or one above it."""
    return scoping.covers(user, "consultations.vouch", dict(enumerate(area.ancestor_ids, start=1)))


def over_area(*permissions: str) -> Callable[..., bool]:
    """Who holds one of ``permissions`` over an area by a post."""

    def may(user: Person, area: Area) -> bool:
        place = dict(enumerate(area.ancestor_ids, start=1))
        return any(scoping.covers(user, one, place) for one in permissions)

    return may


def can_run(user: Person, platform: Platform) -> bool:
    """Set its terms and fill its seats, as far as the action lets each: its convenor and who is above."""
    return seats.holds(user, "consultations.convene", platform) or seats.holds(
        user, "consultations.keep", platform
    )


def can_keep_ledger(user: Person, topic: Topic) -> bool:
    """Write down what people give: who convenes or who records."""
    return can_hold_session(user, topic.platform)


def can_take_in(user: Person, ticket: Ticket) -> bool:
    """Make a topic of a ticket: who answers for its place, who was called to it, and who sits at its
    table and may read it."""
    if not user.is_authenticated or not user.is_active:
        return False
    if scoping.covers(user, "consultations.take_in", ticket.place):
        return True
    own = {one.platform_id for one in seats.held(user)}
    if not own:
        return False
    if ticket.seat_calls.filter(seat__user=user.pk).exists():
        return True
    return attendance.over(ticket.place).filter(pk__in=own).exists() and user.has_perm(
        "tickets.view", ticket
    )


def can_answer_call(user: Person, call: SeatCall) -> bool:
    """The seat itself, the recorder of its table, and from above once silence took it up."""
    if call.seat.user_id == user.pk and user.is_authenticated:
        return True
    platform = call.seat.platform
    if seats.holds(user, "consultations.record", platform):
        return True
    return call.tier != Tier.PLATFORM and seats.holds(
        user, "consultations.supervise", platform, from_level=LEVEL_OF[Tier(call.tier)]
    )


def can_write_case(user: Person, topic: Topic) -> bool:
    """Tell how it was done: who convenes or who records at its table."""
    return can_hold_session(user, topic.platform)


def can_review_case(user: Person, case: ModelCase) -> bool:
    """Who watches from above, and never who wrote it."""
    return case.written_by_id != user.pk and seats.holds(
        user, "consultations.supervise", case.topic.platform, from_level=Level.STREET
    )


def can_see_case(user: Person, case: ModelCase) -> bool:
    """Published, everybody; before, who wrote it or may write it, and who reviews it."""
    if case.state == CaseState.PUBLISHED:
        return True
    if not user.is_authenticated:
        return False
    if case.written_by_id == user.pk or can_review_case(user, case):
        return True
    return can_write_case(user, case.topic)


def can_teach(user: Person, obj: Area | Course) -> bool:
    """Give courses in an area: who watches over its platforms, at street level or above."""
    area = obj.area if isinstance(obj, Course) else obj
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.covers(user, "consultations.supervise", place)


RULES: dict[str, Callable[..., bool]] = {
    "consultations.take_in": can_take_in,
    "consultations.answer_call": can_answer_call,
    "consultations.write_case": can_write_case,
    "consultations.review_case": can_review_case,
    "consultations.see_case": can_see_case,
    "consultations.teach": can_teach,
    "consultations.see_session": can_see_session,
    "consultations.hold_session": can_hold_session,
    "consultations.attend": can_attend,
    "consultations.see_ballot": can_see_ballot,
    "consultations.count_ballot": can_count_ballot,
    "consultations.comment_covenant": can_comment_covenant,
    "consultations.vouch": can_vouch,
    "consultations.found": over_area("consultations.keep"),
    "consultations.publish_pool": over_area("consultations.plan", "consultations.keep"),
    "consultations.put_theme": over_area("consultations.supervise"),
    "consultations.run": can_run,
    "consultations.keep_ledger": can_keep_ledger,
    "consultations.raise": can_raise,
    "consultations.speak": can_speak,
    "consultations.reply": can_reply,
    "consultations.said": said_it,
    "consultations.read_opinion": can_read_opinion,
    "consultations.withdraw": can_withdraw,
    "consultations.appeal": can_appeal,
    "consultations.see_topic": can_view,
    "consultations.screen": can_screen,
    "consultations.answer": can_answer,
    **{
        name: on_platform(name)
        for name in (
            "consultations.view",
            "consultations.convene",
            "consultations.reopen",
            "consultations.record",
            "consultations.enter",
            "consultations.moderate",
            "consultations.plan",
            "consultations.claim",
            "consultations.keep",
            "consultations.supervise",
            "consultations.file_covenant",
        )
    },
}
