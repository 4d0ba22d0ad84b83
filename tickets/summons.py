"""What a meeting tells whom: the call with its file for a calendar, the cancelling, the minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from govgrid.core.sayings import by_language, day_and_hour
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all
from tickets import staff
from tickets.debts import debt_about
from tickets.invitations import Invitation, ics
from tickets.models import Meeting
from tickets.workflow import Rank

if TYPE_CHECKING:
    from govgrid.accounts.models import User

KINDS = {
    "meeting_called": (
        _("Meeting on %(when)s: %(number)s"),
        _(
            "%(category)s at %(grid)s is talked over at %(place)s. Somebody of your department"
            " should come: %(rank)s."
        ),
    ),
    "meeting_held": (
        _("Meeting on %(when)s: %(number)s"),
        _("%(category)s at %(grid)s, which your department has, is talked over at %(place)s."),
    ),
    "meeting_cancelled": (
        _("Cancelled: meeting on %(when)s, %(number)s"),
        _("%(category)s at %(grid)s: the meeting at %(place)s is cancelled. %(reason)s"),
    ),
    "minutes_published": (
        _("Minutes: %(number)s"),
        _("%(category)s at %(grid)s: the minutes of the meeting at %(place)s are published."),
    ),
}
# These bring a file that a calendar takes in, or takes out again.
_IN_CALENDARS = frozenset({"meeting_called", "meeting_held", "meeting_cancelled"})


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        attach = _invitation if kind in _IN_CALENDARS else None
        kinds.register(kind, subject, body, attach)


def told(meeting: Meeting, kind: str) -> None:
    """Whoever is called, each with its rank, and whoever else has the ticket in hand."""
    seats = {one.department_id: one for one in meeting.seats.all()}
    on_it = meeting.ticket.assignments.live().values_list("department", flat=True)
    posts = staff.by_department([*seats, *on_it])
    debts, known = [], set()
    for department, people in posts.items():
        seat = seats.get(department)
        of_kind = "meeting_held" if kind == "meeting_called" and seat is None else kind
        rank = by_language(Rank(seat.wanted_rank).label) if seat else ""
        # One person may answer for two departments: he is told once.
        fresh = [one for one in people if one.pk not in known]
        known |= {one.pk for one in fresh}
        debts.append(_of_meeting(meeting, of_kind, fresh, rank=rank))
    owe_all(debts)


def _of_meeting(meeting: Meeting, kind: str, people: list[User], *, rank: object) -> Debt:
    debt = debt_about(meeting.ticket, people, kind, f"{kind}:{meeting.pk}")
    params = debt.params | _said_of(meeting) | {"rank": rank}
    return debt._replace(params=params, url=meeting.get_absolute_url())


def _said_of(meeting: Meeting) -> dict[str, Any]:
    return {
        "when": day_and_hour(meeting.starts_at),
        "place": meeting.place,
        "reason": meeting.cancel_reason,
        "called": by_language(Meeting.Kind(meeting.kind).label),
        "uid": str(meeting.uid),
        "starts": meeting.starts_at.isoformat(),
        "ends": meeting.ends_at.isoformat(),
        "stamped": (meeting.cancelled_at or meeting.called_at).isoformat(),
        "path": meeting.get_absolute_url(),
    }


def invitation_to(meeting: Meeting) -> str:
    """The file in the language of whoever asks for it."""
    ticket = meeting.ticket
    said = _said_of(meeting) | {
        "called": meeting.get_kind_display(),
        "number": ticket.number,
        "category": ticket.category.name,
        "grid": ticket.grid.name,
    }
    return invitation(said, is_cancelled=meeting.cancelled_at is not None)


def invitation(params: Mapping[str, Any], *, is_cancelled: bool) -> str:
    """The calendar's file of a meeting, from what a message about it says."""
    return ics(
        Invitation(
            uid=f"{params['uid']}@govgrid",
            stamped_at=datetime.fromisoformat(params["stamped"]),
            starts_at=datetime.fromisoformat(params["starts"]),
            ends_at=datetime.fromisoformat(params["ends"]),
            summary=gettext("%(kind)s: %(category)s, %(number)s")
            % {**params, "kind": params["called"]},
            place=params["place"],
            description=gettext("%(category)s at %(grid)s") % params,
            url=settings.SITE_URL.rstrip("/") + params["path"],
            organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
            is_cancelled=is_cancelled,
        )
    )


def _invitation(params: Mapping[str, Any]) -> kinds.Attached:
    content = invitation(params, is_cancelled=bool(params["reason"]))
    return kinds.Attached("meeting.ics", content, "text/calendar")
