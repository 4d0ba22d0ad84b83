"""Who is told what: the messages that a change owes, written in its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models import (
    Attendance,
    Commitment,
    Flag,
    Opinion,
    Platform,
    Seat,
    Stance,
    Step,
    Topic,
)
from consultations.phrases import KINDS
from consultations.roles import MAY
from consultations.rules import LEVEL_OF
from consultations.workflow import CommitmentState, Fate, FlagReason, State, Tier
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.sayings import Said, by_language, day
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all
from grids import roles
from grids.models import Post
from tickets import staff

if TYPE_CHECKING:
    from django.db.models import QuerySet


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def holders(
    platform: Platform, permission: str, *, from_tier: Tier = Tier.PLATFORM
) -> QuerySet[User]:
    """Who may do it there: by a seat, by a post over the area; once taken up only from above."""
    place = {
        level: area for level, area in platform.place_ids.items() if level <= LEVEL_OF[from_tier]
    }
    posts = Post.objects.held_on().filter(
        area__in=place.values(),
        role__in=[slug for slug, role in roles.ROLES.items() if permission in role.over_area],
    )
    asked = Q(pk__in=posts.values("user"))
    if from_tier == Tier.PLATFORM:
        sat = [role for role, may in MAY.items() if permission in may]
        asked |= Q(
            pk__in=Seat.objects.held_on().filter(platform=platform, role__in=sat).values("user")
        )
    return User.objects.filter(asked, is_active=True)


def nearest(platform: Platform, permission: str, tier: Tier) -> QuerySet[User] | list[User]:
    """As :func:`holders`, but nobody further up than need be: the seats, else the lowest post."""
    sat = [role for role, may in MAY.items() if permission in may]
    if tier == Tier.PLATFORM:
        own = User.objects.filter(
            pk__in=Seat.objects.held_on().filter(platform=platform, role__in=sat).values("user"),
            is_active=True,
        )
        if own.exists():
            return own
    carry = [slug for slug, role in roles.ROLES.items() if permission in role.over_area]
    levels = sorted(
        (level for level in platform.place_ids if level <= LEVEL_OF[tier]), reverse=True
    )
    for level in levels:
        posts = Post.objects.held_on().filter(area=platform.place_ids[level], role__in=carry)
        people = User.objects.filter(pk__in=posts.values("user"), is_active=True)
        if people.exists():
            return people
    return []


def told(people: Iterable[User], kind: str, topic: Topic, fact: str) -> Debt:
    """One fact about a topic; the state in the words of each reader's language."""
    said = by_language(State(topic.state).label)
    return Debt(
        recipients=people,
        kind=kind,
        params={
            "number": topic.number,
            "title": topic.title,
            "platform": topic.platform.name,
            "state": said,
        },
        url=topic.get_absolute_url(),
        fact=f"{kind}:{topic.pk}:{fact}",
    )


def raised(topic: Topic, step: Step) -> None:
    people = nearest(topic.platform, "consultations.screen", Tier(topic.tier))
    owe_all([told(people, "topic_raised", topic, str(step.pk))])


def moved(topic: Topic, verb: str, step: Step) -> None:
    """The proposer hears of every step but his own; who must act next is told, and those who rate."""
    debts = []
    ids = {one for one in (topic.raised_by_id, topic.entered_by_id) if one and one != step.by_id}
    proposers = User.objects.filter(pk__in=ids)
    debts.append(told(proposers, "topic_moved", topic, str(step.pk)))
    if verb == "appeal":
        people = nearest(topic.platform, "consultations.screen", Tier(topic.tier))
        debts.append(told(people, "topic_raised", topic, str(step.pk)))
    if verb == "look_back":
        debts.append(told(_concerned(topic), "topic_to_rate", topic, str(step.pk)))
    owe_all(debts)


def _concerned(topic: Topic) -> QuerySet[User]:
    """Who raised it, or was there."""
    came = Attendance.objects.there().filter(session__topic=topic, user__isnull=False)
    ids = {one for one in (topic.raised_by_id, topic.entered_by_id) if one}
    return User.objects.filter(Q(pk__in=ids) | Q(pk__in=came.values("user")))


def reminded(topic: Topic) -> None:
    permission = (
        "consultations.screen"
        if topic.state in {State.RAISED, State.APPEALED}
        else "consultations.convene"
    )
    people = nearest(topic.platform, permission, Tier(topic.tier))
    owe_all(
        [told(people, "topic_waits", topic, f"{int(topic.step_since.timestamp())}:{topic.fired}")]
    )


def taken_up(topic: Topic) -> None:
    people = nearest(topic.platform, "consultations.screen", Tier(topic.tier))
    owe_all(
        [
            told(
                people,
                "topic_taken_up",
                topic,
                f"{int(topic.step_since.timestamp())}:{topic.fired}",
            )
        ]
    )


def late(topic: Topic) -> None:
    """Who convenes, and who watches from above."""
    convenes = nearest(topic.platform, "consultations.convene", Tier.PLATFORM)
    watches = nearest(topic.platform, "consultations.supervise", Tier.STREET)
    people = {one.pk: one for one in [*convenes, *watches]}.values()
    owe_all(
        [told(people, "topic_late", topic, f"{int(topic.step_since.timestamp())}:{topic.fired}")]
    )


# ── promises ──────────────────────────────────────────────────────────────────────────────────


def promised(people: Iterable[User], kind: str, one: Commitment, fact: str) -> Debt:
    """One fact about what was asked of a department."""
    on = one.answer_by if one.due_on is None else clock.midnight(one.due_on)
    return Debt(
        recipients=people,
        kind=kind,
        params={
            "number": one.topic.number,
            "serial": one.serial,
            "title": one.topic.title,
            "text": one.text,
            "department": one.department.short_name,
            "state": by_language(CommitmentState(one.state).label),
            "day": day(clock.local(on).date()),
        },
        url=one.topic.get_absolute_url(),
        fact=f"{kind}:{one.pk}:{fact}",
    )


def asked(one: Commitment) -> None:
    people = staff.of([one.department_id], "consultations.answer")
    owe_all([promised(people, "promise_asked", one, str(int(one.offered_at.timestamp())))])


def turned(one: Commitment, name: str, by: User | None) -> None:
    """The table hears what the department said; a new department is asked, an old one has it again."""
    fact = f"{name}:{one.returns}:{int(clock.now().timestamp())}"
    if name == "offer":
        asked(one)
        return
    if name == "redo":
        people = list(staff.of([one.department_id], "consultations.answer"))
    else:
        people = list(nearest(one.topic.platform, "consultations.convene", Tier.PLATFORM))
    others = [person for person in people if by is None or person.pk != by.pk]
    owe_all([promised(others, "promise_answered", one, fact)])


def unanswered(one: Commitment) -> None:
    """逾期未接单: who watches from above is told, beside the table and the department itself."""
    people = {
        person.pk: person
        for found in (
            nearest(one.topic.platform, "consultations.supervise", Tier.STREET),
            nearest(one.topic.platform, "consultations.convene", Tier.PLATFORM),
            staff.of([one.department_id], "consultations.answer"),
        )
        for person in found
    }
    owe_all(
        [promised(people.values(), "promise_unanswered", one, str(int(one.answer_by.timestamp())))]
    )


def nobody_asked(one: Commitment) -> None:
    """Given back, and nobody else was asked in time: the platform's leader decides."""
    people = nearest(one.topic.platform, "consultations.supervise", Tier.STREET)
    owe_all([promised(people, "promise_unowned", one, str(one.returns))])


def promise_near(one: Commitment) -> None:
    people = staff.of([one.department_id], "consultations.answer")
    owe_all([promised(people, "promise_near", one, str(one.due_on))])


# ── opinions ──────────────────────────────────────────────────────────────────────────────────


def about(people: Iterable[User], kind: str, one: Opinion, fact: str, **said: Said) -> Debt:
    """One fact about what somebody said; its words are never in the message."""
    topic = one.topic
    return Debt(
        recipients=people,
        kind=kind,
        params={"number": topic.number, "serial": one.serial, "title": topic.title, **said},
        url=one.get_absolute_url(),
        fact=f"{kind}:{one.pk}:{fact}",
    )


def _who_said(one: Opinion, but: User | None = None) -> QuerySet[User]:
    ids = {pk for pk in (one.author_id, one.entered_by_id) if pk and not (but and pk == but.pk)}
    return User.objects.filter(pk__in=ids)


def said(one: Opinion, on: Opinion | None, by: User) -> None:
    """Whoever is answered hears of it, and whose words somebody would change."""
    if one.kind == "amendment":
        topic = one.topic
        ids = {pk for pk in (topic.raised_by_id, topic.entered_by_id) if pk and pk != by.pk}
        people = _who_said(on, by) if on else User.objects.filter(pk__in=ids)
        owe_all([about(people, "opinion_amended", one, "")])
    elif on is not None:
        owe_all([about(_who_said(on, by), "opinion_replied", one, "")])


def judged(one: Opinion) -> None:
    fate = by_language(Fate(one.fate).label)
    owe_all([about(_who_said(one), "opinion_judged", one, str(one.fate_round), fate=fate)])


def worded_anew(topic: Topic, before: Opinion | None, after: Opinion | None) -> None:
    """Who took a stance on the words as they were is asked again."""
    took = Stance.objects.filter(topic=topic, opinion=before)
    if before is None:
        took = took.filter(version=topic.version - 1)
    people = User.objects.filter(pk__in=took.values("user"))
    place = after or topic
    fact = f"opinion_reworded:{topic.pk}:" + (f"o{after.pk}" if after else f"v{topic.version}")
    params = {"number": topic.number, "title": topic.title}
    owe_all([Debt(people, "opinion_reworded", params, place.get_absolute_url(), fact)])


def hidden(one: Opinion) -> None:
    reason = one.hidden_reason
    owe_all([about(_who_said(one), "opinion_hidden", one, "", reason=reason)])


def flagged(one: Opinion, flag: Flag) -> None:
    people = _moderators(one, but=None)
    reason = by_language(FlagReason(flag.reason).label)
    owe_all([about(people, "opinion_flagged", one, str(flag.pk), reason=reason)])


def flag_settled(one: Opinion, people: Iterable[User], by: User) -> None:
    """Whoever flagged it hears what was decided, and again if a review turns that round. What is
    hidden he cannot open: then it is the topic that he is sent to."""
    word = _("it stays") if one.hidden_at is None else _("it is hidden")
    place = one.topic if one.hidden_at else one
    fact = f"flag_settled:{one.pk}:{'hidden' if one.hidden_at else 'stays'}"
    topic = one.topic
    params = {"number": topic.number, "serial": one.serial, "title": topic.title}
    others = [person for person in people if person.pk != by.pk]
    url = place.get_absolute_url()
    owe_all([Debt(others, "flag_settled", {**params, "fate": by_language(word)}, url, fact)])


def hiding_appealed(one: Opinion) -> None:
    """Another than who hid it; where the table has no other, whoever moderates from above."""
    owe_all([about(_moderators(one, but=one.hidden_by_id), "hiding_appealed", one, "")])


def _moderators(one: Opinion, *, but: int | None) -> list[User]:
    right, platform = "consultations.moderate", one.topic.platform
    never = {but, one.author_id, one.entered_by_id}
    near = [person for person in nearest(platform, right, Tier.PLATFORM) if person.pk not in never]
    return near or [person for person in holders(platform, right) if person.pk not in never]


def appeal_decided(one: Opinion) -> None:
    word = _("it is shown again") if one.hidden_at is None else _("it stays hidden")
    owe_all([about(_who_said(one), "hiding_decided", one, "", fate=by_language(word))])
