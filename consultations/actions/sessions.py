"""Calling people together, moving it, calling it off; its papers, its agenda and its minutes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from consultations import clocks, queries, summons
from consultations.models import AgendaItem, Platform, Session, Topic
from consultations.workflow import PUBLIC, TALKS, SessionKind
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from govgrid.worktime.arithmetic import Calendar

RIGHT = "consultations.hold_session"
MOST_ITEMS = 20
MOST_PLACES = 5000
FARTHEST = timedelta(days=366)
LONGEST = timedelta(days=1)
LONGEST_ON_THE_SITE = timedelta(days=92)
# These are open for days.
ON_THE_SITE = frozenset({SessionKind.SURVEY, SessionKind.ONLINE})


@dataclass(frozen=True)
class Call:
    """What a session is called with. A joint meeting may do without a topic."""

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    venue: str = ""
    capacity: int | None = None
    agenda: Sequence[str] = ()
    topic: Topic | None = None
    client_id: UUID | None = None

    def digest(self, platform: Platform) -> str:
        """HMAC of the content in one spelling."""
        content = {
            "platform": platform.code,
            "kind": self.kind,
            "title": self.title,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "venue": self.venue,
            "capacity": self.capacity,
            "agenda": list(self.agenda),
            "topic": self.topic.number if self.topic else None,
        }
        return fingerprint(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())


@transaction.atomic
def call_session(platform: Platform, call: Call, *, by: User) -> tuple[Session, bool]:
    """Call people together and tell the seats. False: the same was sent before.

    Refused: ``ends_before_start``, ``session_past``, ``session_too_long``, ``session_far``,
    ``title_needed``, ``place_needed``, ``agenda_too_long``, ``topic_needed``, ``other_platform``,
    ``not_public_yet``, ``no_such_capacity``, ``one_look_back``, ``client_id_reused``.
    """
    platform = Platform.objects.select_related("area").get(pk=platform.pk)
    may(by, platform)
    if call.client_id is not None:
        # One sending after the other: the second finds what the first one made.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [str(call.client_id)])
        if earlier := _sent_before(platform, call, by):
            return earlier, False
    now = clock.now()
    _check_times(call.kind, call.starts_at, call.ends_at, now)
    agenda = check_agenda(call.agenda)
    _check_words(call)
    topic = _locked_topic(platform, call)
    days = clocks.calendar_of(platform)
    rules = queries.rules_of(platform)
    session = Session.objects.create(
        platform=platform,
        topic=topic,
        round=topic.round if topic else 1,
        kind=call.kind,
        client_id=call.client_id,
        fingerprint=call.digest(platform) if call.client_id else "",
        title=guard.mask(call.title.strip())[:80],
        starts_at=call.starts_at,
        ends_at=call.ends_at,
        venue=guard.mask(call.venue.strip())[:120],
        capacity=call.capacity,
        called_at=now,
        called_by=by,
        papers_due_at=_papers_due(days, call.kind, call.starts_at, rules.days["papers"]),
        minutes_due_at=clocks.working_days_after(platform, call.ends_at, rules.days["minutes"]),
    )
    _lay_down(session, agenda)
    summons.told(session, "session_called")
    return session, True


def may(by: User, obj: Platform | Session) -> None:
    if not by.has_perm(RIGHT, obj):
        raise PermissionDenied


def _sent_before(platform: Platform, call: Call, by: User) -> Session | None:
    mine = Session.objects.filter(called_by=by, client_id=call.client_id)
    session = mine.select_related("platform__area", "topic").first()
    if session is not None and session.fingerprint != call.digest(platform):
        raise Refused("client_id_reused", _("This client id was used for something else."))
    return session


def _check_times(kind: str, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if ends_at <= starts_at:
        raise Refused("ends_before_start", _("It ends after it begins."))
    if starts_at <= now:
        raise Refused("session_past", _("This lies in the past: choose a time that is to come."))
    longest = LONGEST_ON_THE_SITE if kind in ON_THE_SITE else LONGEST
    if ends_at - starts_at > longest:
        raise Refused(
            "session_too_long", _("It lasts %(days)s days at most.") % {"days": longest.days}
        )
    if starts_at > now + FARTHEST:
        raise Refused("session_far", _("This lies beyond a year: choose an earlier time."))


def check_agenda(items: Sequence[str]) -> list[str]:
    """The items as they are kept; refused where there are too many or one is too long."""
    agenda = [guard.mask(one.strip()) for one in items if not is_blank(one)]
    if len(agenda) > MOST_ITEMS:
        raise Refused(
            "agenda_too_long", _("An agenda has at most %(most)s items.") % {"most": MOST_ITEMS}
        )
    if any(len(one) > 200 for one in agenda):
        raise Refused("agenda_too_long", _("An item has at most 200 characters."))
    return agenda


def _check_words(call: Call) -> None:
    if is_blank(call.title):
        raise Refused("title_needed", _("Give it a title."))
    if call.kind not in ON_THE_SITE and is_blank(call.venue):
        raise Refused("place_needed", _("Say where it is held."))
    if call.capacity is not None and not 1 <= call.capacity <= MOST_PLACES:
        raise Refused(
            "no_such_capacity", _("It has from 1 to %(most)s places.") % {"most": MOST_PLACES}
        )


def _locked_topic(platform: Platform, call: Call) -> Topic | None:
    """Its round must not end while it is read."""
    if call.topic is None:
        if call.kind != SessionKind.JOINT:
            raise Refused("topic_needed", _("Say which topic it is about."))
        return None
    topic = Topic.objects.select_for_update(of=("self",)).get(pk=call.topic.pk)
    if topic.platform_id != platform.pk and not topic.cohosts.filter(pk=platform.pk).exists():
        raise Refused("other_platform", _("This topic is at another platform."))
    if topic.state not in PUBLIC:
        raise Refused("not_public_yet", _("This topic was not taken up."))
    held = topic.sessions.standing().filter(kind=SessionKind.LOOK_BACK, round=topic.round)
    if call.kind == SessionKind.LOOK_BACK and held.exists():
        raise Refused("one_look_back", _("This round has its look-back meeting."))
    return topic


def _papers_due(days: Calendar, kind: str, starts_at: datetime, before: int) -> datetime | None:
    """The end of the day that lies so many working days before; none where nothing is read."""
    if kind not in TALKS:
        return None
    day, left = clock.local(starts_at).date(), before
    while left:
        day -= timedelta(days=1)
        left -= days.day(day).kind.is_working
    return clock.midnight(day + timedelta(days=1))


def _lay_down(session: Session, agenda: Sequence[str]) -> None:
    AgendaItem.objects.bulk_create(
        AgendaItem(session=session, position=position, text=words)
        for position, words in enumerate(agenda, start=1)
    )


def hold(session: Session) -> Session:
    """The row as it is now, and nobody else's; refused once it is cancelled or its minutes are out."""
    session = (
        Session.objects.select_for_update(of=("self",))
        .select_related("platform__area", "topic__platform__area")
        .get(pk=session.pk)
    )
    if session.cancelled_at is not None:
        raise Refused("session_cancelled", _("It was cancelled."))
    if session.minutes_published_at is not None:
        raise Refused(
            "minutes_published", _("The minutes are published: nothing changes any more.")
        )
    return session


@transaction.atomic
def move_session(
    session: Session, *, by: User, starts_at: datetime, ends_at: datetime, venue: str | None = None
) -> Session:
    """Another time or place; calendars that have it learn of it.

    Refused: ``begun``, and what calling it is refused for.
    """
    may(by, session)
    session, now = hold(session), clock.now()
    if session.starts_at <= now:
        raise Refused("begun", _("It has begun: it cannot be moved any more."))
    _check_times(session.kind, starts_at, ends_at, now)
    if venue is not None:
        if session.kind not in ON_THE_SITE and is_blank(venue):
            raise Refused("place_needed", _("Say where it is held."))
        session.venue = guard.mask(venue.strip())[:120]
    days, rules = clocks.calendar_of(session.platform), queries.rules_of(session.platform)
    session.starts_at, session.ends_at = starts_at, ends_at
    session.papers_due_at = _papers_due(days, session.kind, starts_at, rules.days["papers"])
    session.minutes_due_at = clocks.working_days_after(
        session.platform, ends_at, rules.days["minutes"]
    )
    session.sequence += 1
    session.reminded_at = None
    session.save()
    summons.told(session, "session_moved")
    return session


@transaction.atomic
def cancel_session(session: Session, *, by: User, reason: str) -> Session:
    """Call it off; the row stays, with the reason. Refused: ``reason_needed``, ``was_held``."""
    may(by, session)
    session, now = hold(session), clock.now()
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it is cancelled."))
    if session.was_held(now):
        raise Refused("was_held", _("It was held already."))
    session.cancelled_at, session.cancelled_by = now, by
    session.cancel_reason = guard.mask(reason.strip())[:300]
    session.sequence += 1
    session.save()
    summons.told(session, "session_cancelled")
    return session


# ── agenda and minutes ────────────────────────────────────────────────────────────────────────


@transaction.atomic
def set_agenda(session: Session, items: Sequence[str], *, by: User) -> Session:
    """Lay the agenda down anew. Refused: ``begun`` once it has begun, ``agenda_too_long``."""
    may(by, session)
    session = hold(session)
    if session.starts_at <= clock.now():
        raise Refused("begun", _("It has begun: the agenda stays as it is."))
    agenda = check_agenda(items)
    session.agenda.all().delete()
    _lay_down(session, agenda)
    return session


@transaction.atomic
def write_item(session: Session, item: int, *, by: User, minutes: str) -> AgendaItem:
    """What was said on one item. Refused: ``not_begun``, ``wrong_item``."""
    may(by, session)
    session = hold(session)
    _must_have_begun(session)
    found = session.agenda.filter(position=item).first()
    if found is None:
        raise Refused("wrong_item", _("This item is not on the agenda."))
    found.minutes = guard.mask(minutes.strip())[:4000]
    found.save(update_fields=["minutes"])
    return found


def _must_have_begun(session: Session) -> None:
    if session.starts_at > clock.now():
        raise Refused("not_begun", _("It has not begun."))


@transaction.atomic
def write_minutes(session: Session, *, by: User, minutes: str) -> Session:
    """Keep a draft of the minutes, for the table alone. Refused: ``not_begun``."""
    may(by, session)
    session = hold(session)
    _must_have_begun(session)
    session.minutes = guard.mask(minutes.strip())[:20000]
    session.save(update_fields=["minutes"])
    return session


@transaction.atomic
def publish_minutes(session: Session, *, by: User, minutes: str = "") -> Session:
    """Freeze what was said and who was there, and tell the table and those who came.

    Without ``minutes`` the draft, else what the agenda's items say. Refused: ``not_begun``,
    ``minutes_needed``.
    """
    may(by, session)
    session = hold(session)
    _must_have_begun(session)
    words = minutes if not is_blank(minutes) else session.minutes or session.draft()
    if is_blank(words):
        raise Refused("minutes_needed", _("Write the minutes."))
    session.minutes = guard.mask(words.strip())[:20000]
    session.minutes_published_at, session.minutes_published_by = clock.now(), by
    session.save()
    summons.told(session, "session_minutes", fact="published")
    return session
