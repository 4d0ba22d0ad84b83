"""What a session tells whom: the call with its file for a calendar, moving, papers, a place, the day
before, the minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consultations.models import Attendance, Seat, Session
from consultations.workflow import SessionKind
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.sayings import by_language, day_and_hour
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all
from tickets.invitations import Invitation, ics

if TYPE_CHECKING:
    from django.db.models import QuerySet

KINDS = {
    "session_called": (
        _("%(called)s on %(when)s"),
        _("“%(title)s” of %(platform)s: %(called)s, %(when)s, %(place)s."),
    ),
    "session_moved": (
        _("Moved to %(when)s: %(title)s"),
        _("“%(title)s” of %(platform)s was moved: %(when)s, %(place)s."),
    ),
    "session_cancelled": (
        _("Cancelled: %(title)s"),
        _("“%(title)s” of %(platform)s on %(when)s is cancelled. %(reason)s"),
    ),
    "session_papers": (
        _("Papers: %(title)s"),
        _("The papers of “%(title)s” (%(when)s) are on its page. Please read them before."),
    ),
    "session_place": (
        _("You have a place: %(title)s"),
        _("A place has become free, and it is yours: “%(title)s”, %(when)s, %(place)s."),
    ),
    "session_soon": (
        _("Soon: %(title)s"),
        _("“%(title)s” of %(platform)s begins on %(when)s, %(place)s."),
    ),
    "session_minutes": (
        _("Minutes: %(title)s"),
        _("The minutes of “%(title)s” of %(platform)s are published."),
    ),
}
# These bring a file that a calendar takes in, changes, or takes out again.
_IN_CALENDARS = frozenset({"session_called", "session_moved", "session_cancelled", "session_place"})


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body, _attached if kind in _IN_CALENDARS else None)


def told(session: Session, kind: str, people: Iterable[User] | None = None, fact: str = "") -> None:
    """One fact for ``people``; without them for the seats and whoever has signed up."""
    owe_all([_debt(session, kind, concerned(session) if people is None else people, fact)])


def concerned(session: Session) -> QuerySet[User]:
    """Who sits at the table, and who has signed up or waits."""
    sat = Seat.objects.held_on().filter(platform=session.platform_id)
    return User.objects.filter(
        Q(pk__in=sat.values("user")) | Q(pk__in=_signed_up(session).values("user"))
    )


def signed_up(session: Session) -> QuerySet[User]:
    """Who has a place."""
    return User.objects.filter(pk__in=_signed_up(session).filter(is_waiting=False).values("user"))


def _signed_up(session: Session) -> QuerySet[Attendance]:
    return Attendance.objects.filter(session=session, left_at=None, user__isnull=False)


def _debt(session: Session, kind: str, people: Iterable[User], fact: str) -> Debt:
    return Debt(
        recipients=people,
        kind=kind,
        params=said_of(session),
        url=session.get_absolute_url(),
        fact=f"{kind}:{session.pk}:{fact or session.sequence}",
    )


def said_of(session: Session) -> dict[str, Any]:
    """What its messages and its file for a calendar say."""
    return {
        "title": session.title,
        "platform": session.platform.name,
        "called": by_language(SessionKind(session.kind).label),
        "when": day_and_hour(session.starts_at),
        "place": session.venue or by_language(_("on the site")),
        "reason": session.cancel_reason,
        "uid": str(session.uid),
        "sequence": str(session.sequence),
        "starts": session.starts_at.isoformat(),
        "ends": session.ends_at.isoformat(),
        "stamped": clock.now().isoformat(),
        "path": session.get_absolute_url(),
    }


def invitation_to(session: Session) -> str:
    """The file in the language of whoever asks for it."""
    said = said_of(session) | {
        "called": session.get_kind_display(),
        "place": session.venue or gettext("on the site"),
    }
    return invitation(said)


def invitation(params: Mapping[str, Any]) -> str:
    """The calendar's file of a session, from what a message about it says."""
    return ics(
        Invitation(
            uid=f"{params['uid']}@govgrid",
            stamped_at=datetime.fromisoformat(params["stamped"]),
            starts_at=datetime.fromisoformat(params["starts"]),
            ends_at=datetime.fromisoformat(params["ends"]),
            summary=gettext("%(kind)s: %(title)s") % {**params, "kind": params["called"]},
            place=params["place"],
            description=params["platform"],
            url=settings.SITE_URL.rstrip("/") + params["path"],
            organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
            is_cancelled=bool(params["reason"]),
            sequence=int(params["sequence"]),
        )
    )


def _attached(params: Mapping[str, Any]) -> kinds.Attached:
    return kinds.Attached("session.ics", invitation(params), "text/calendar")
