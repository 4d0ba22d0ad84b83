"""Who is told of calls, of what he follows, and of model cases; with the words of these messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from consultations import notices
from consultations.models import ModelCase, Platform, SeatCall, Topic
from consultations.roles import SeatRole
from consultations.workflow import State, Tier
from consultations.workflow.calls import CallAnswer
from consultations.workflow.cases import CaseState
from govgrid.core.sayings import by_language, day_and_hour
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.models import Ticket

KINDS = {
    "seat_called": (
        _("You are called: %(category)s"),
        _(
            "A consultation whistle calls the seats of %(platform)s: %(category)s, %(place)s. "
            "Please say by %(when)s whether you come."
        ),
    ),
    "seat_answered": (
        _("%(role)s: %(answer)s"),
        _("Called to %(category)s, %(place)s (%(platform)s): %(answer)s. %(reason)s"),
    ),
    "seat_silent": (
        _("No answer to a call: %(category)s"),
        _(
            "At %(platform)s not everybody who was called to %(category)s, %(place)s has said "
            "whether he comes."
        ),
    ),
    "followed": (
        _("What you follow: %(count)s news"),
        _("%(lines)s\n\nNo more of these messages: %(off)s"),
    ),
    "case_submitted": (
        _("A model case to review: %(title)s"),
        _("“%(title)s” of %(platform)s was written. Please publish it, or say what to change."),
    ),
    "case_decided": (
        _("%(state)s: %(title)s"),
        _("Your model case “%(title)s”: %(state)s. %(note)s"),
    ),
}
MOST_LINES = 20


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def _matter(ticket: Ticket, platform: Platform) -> dict[str, Any]:
    """What it is about, and nothing that a reporter wrote."""
    return {
        "category": ticket.category.names,
        "place": ticket.community.name,
        "platform": platform.name,
    }


def called(ticket: Ticket, platform: Platform, people: Iterable[User], due: datetime) -> None:
    owe_all(
        [
            Debt(
                recipients=people,
                kind="seat_called",
                params={**_matter(ticket, platform), "when": day_and_hour(due)},
                url=reverse("consultations:calls"),
                fact=f"seat_called:{ticket.pk}",
            )
        ]
    )


def answered(call: SeatCall, by: User) -> None:
    """Who convenes hears of it; by the seat's role, as attendance is told."""
    platform = call.seat.platform
    people = notices.nearest(platform, "consultations.convene", Tier.PLATFORM)
    params = {
        **_matter(call.ticket, platform),
        "role": by_language(SeatRole(call.seat.role).label),
        "answer": by_language(CallAnswer(call.answer).label),
        "reason": call.reason,
    }
    owe_all(
        [
            Debt(
                recipients=[one for one in people if one.pk != by.pk],
                kind="seat_answered",
                params=params,
                url=reverse("consultations:calls"),
                fact=f"seat_answered:{call.pk}",
            )
        ]
    )


def silent(call: SeatCall) -> None:
    """Once a matter and a level, however many are silent."""
    people = notices.nearest(call.seat.platform, "consultations.supervise", Tier(call.tier))
    owe_all(
        [
            Debt(
                recipients=people,
                kind="seat_silent",
                params=_matter(call.ticket, call.seat.platform),
                url=reverse("consultations:calls"),
                fact=f"seat_silent:{call.ticket_id}:{call.tier}",
            )
        ]
    )


# ── what somebody follows ─────────────────────────────────────────────────────────────────────


def digest(person: User, news: Sequence[tuple[Topic, int]], *, off: str, fact: str) -> None:
    """All of it in one message: each topic once, with where it is now and how many steps it took."""
    owe_all(
        [
            Debt(
                recipients=[person],
                kind="followed",
                params={"count": len(news), "lines": _lines(news), "off": off},
                url=reverse("consultations:following"),
                fact=fact,
            )
        ]
    )


def _lines(news: Sequence[tuple[Topic, int]]) -> Mapping[str, str]:
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            lines = [_line(topic, steps) for topic, steps in news[:MOST_LINES]]
            if len(news) > MOST_LINES:
                more = len(news) - MOST_LINES
                lines.append(gettext("And %(count)s more.") % {"count": more})
            found[code.lower()] = "\n".join(lines)
    return found


def _line(topic: Topic, steps: int) -> str:
    words = ngettext(
        "%(number)s %(title)s: %(state)s (%(count)s step)",
        "%(number)s %(title)s: %(state)s (%(count)s steps)",
        steps,
    )
    state = State(topic.state).label
    return words % {
        "number": topic.number, "title": topic.title, "state": state, "count": steps,
    }  # fmt: skip


# ── model cases ───────────────────────────────────────────────────────────────────────────────


def submitted(case: ModelCase) -> None:
    """Who may review it, nobody further up than need be, and never who wrote it."""
    platform = case.topic.platform
    people = notices.nearest(platform, "consultations.supervise", Tier.STREET)
    params = {"title": case.title, "platform": platform.name}
    _tell_case(
        case, [one for one in people if one.pk != case.written_by_id], "case_submitted", params
    )


def decided(case: ModelCase) -> None:
    params = {
        "title": case.title,
        "state": by_language(CaseState(case.state).label),
        "note": case.review_note,
    }
    _tell_case(case, [case.written_by], "case_decided", params)


def _tell_case(case: ModelCase, people: list[User], kind: str, params: dict[str, Any]) -> None:
    # Of a hand-in, or of its decision: two of a second are two.
    moment = case.reviewed_at or case.submitted_at
    fact = f"{kind}:{case.pk}:{moment.isoformat() if moment else ''}"
    owe_all([Debt(people, kind, params, case.get_absolute_url(), fact)])
