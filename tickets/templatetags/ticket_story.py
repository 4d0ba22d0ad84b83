"""A ticket's history in sentences; the HTML is in templates/tickets/."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from django import template
from django.utils.translation import gettext as _

from govgrid.core.templatetags.gg import day, state_class, state_icon, when
from tickets.models import Arrival, TicketEvent
from tickets.reasons import why_of
from tickets.workflow import MOVES, ClockKind, Rank, State, WhistleKind

register = template.Library()

# What each verb looks like in the timeline. One that is not here takes the state it led to.
LOOKS = {
    "file": ("is-new", "pin"),
    "route": ("is-offered", "s-offered"),
    "sign": ("is-signed", "s-signed"),
    "report_in": ("is-onsite", "s-onsite"),
    "arrive": ("is-onsite", "person"),
    "plan": ("is-onsite", "calendar"),
    "make_safe": ("is-onsite", "shield"),
    "confirm_safe": ("is-done", "eye"),
    "finish": ("is-done", "s-done"),
    "return": ("is-back", "return"),
    "assign": ("is-offered", "lead"),
    "blow": ("is-offered", "whistle"),
    "approve": ("is-done", "check"),
    "refuse": ("is-back", "s-declined"),
    "merge": ("is-quiet", "merge"),
    "unmerge": ("is-offered", "undo"),
    "settle": ("is-done", "home"),
    "verify": ("is-done", "s-check"),
    "reject": ("is-back", "undo"),
    "close": ("is-done", "check"),
    "reopen": ("is-back", "undo"),
    "rate": ("is-done", "star"),
    "undo": ("is-back", "undo"),
    "photo": ("is-quiet", "camera"),
    "near": ("is-near", "clock"),
    "over": ("is-over", "s-overdue"),
    "recompute": ("is-quiet", "calendar"),
}
# The system's own entries, told in a lower voice.
MACHINE = frozenset({"near", "over", "recompute"})


class Told(NamedTuple):
    """One entry of the timeline: what happened, and what more there is to say."""

    says: str
    more: list[str]
    colour: str
    glyph: str
    is_machine: bool = False


@register.simple_tag
def told(event: TicketEvent, hidden: int | None = None, unread: Collection[int] = ()) -> Told:
    """An event in words: who, what, and in the second line why.

    The person ``hidden`` is not named; of the events in ``unread`` no content is told.
    """
    colour, glyph = LOOKS.get(event.verb, (state_class(event.after), state_icon(event.after)))
    if event.verb == "route" and event.after == State.TRIAGE:
        glyph = "s-triage"
    more = [] if event.pk in unread else _more(event)
    is_hidden = hidden is not None and event.by_id == hidden
    return Told(
        _without_person(event) if is_hidden else _says(event),
        more,
        colour,
        glyph,
        event.verb in MACHINE,
    )


def _without_person(event: TicketEvent) -> str:
    labels = {"photo": _("A photo was added"), "undo": _("Taken back")}
    if event.verb in labels:
        return labels[event.verb]
    return str(MOVES[event.verb].label if event.verb in MOVES else State(event.after).label)


def _says(event: TicketEvent) -> str:
    data = _data(event)
    names = {
        "person": event.by.name if event.by else _("The system"),
        "department": event.department.short_name if event.department else "",
        "clock": _label(ClockKind, data.get("kind")),
        "kind": _label(WhistleKind, data.get("whistle_kind")),
        "into": data.get("into", ""),
    }
    if event.verb == "route" and event.after == State.TRIAGE:
        return _("Sent to the street desk to decide who handles it")
    sentence = _sentence(event)
    if not sentence:
        label = MOVES[event.verb].label if event.verb in MOVES else event.verb
        return _("%(person)s: %(label)s") % {**names, "label": label}
    return sentence % names


def _sentence(event: TicketEvent) -> str:
    """Some read otherwise where nobody, or no department, is to be named."""
    if event.verb == "close" and event.by_id is None:
        return _("Closed by itself: nobody objected in time")
    if event.verb in MACHINE and event.department_id is None:
        return {
            "near": _("%(clock)s: three quarters of the time are used"),
            "over": _("%(clock)s: the time is over"),
            "recompute": _("%(clock)s: computed again, since the calendar changed"),
        }[event.verb]
    return _sentences().get(event.verb, "")


def _sentences() -> dict[str, str]:
    return {
        "file": _("%(person)s reported it"),
        "route": _("Given to %(department)s"),
        "sign": _("%(department)s signed for it (%(person)s)"),
        "report_in": _("%(department)s reported in (%(person)s)"),
        "arrive": _("%(person)s came for %(department)s"),
        "plan": _("%(department)s submitted its plan (%(person)s)"),
        "make_safe": _("%(department)s made the place safe (%(person)s)"),
        "confirm_safe": _("%(person)s looked: safe, not repaired"),
        "finish": _("%(department)s finished (%(person)s)"),
        "return": _("%(department)s returned it (%(person)s)"),
        "assign": _("%(person)s gave it to %(department)s"),
        "blow": _("%(person)s blew the whistle: %(kind)s"),
        "approve": _("%(person)s approved the whistle"),
        "refuse": _("%(person)s did not approve the whistle; it goes on as a report"),
        "merge": _("%(person)s merged it into %(into)s"),
        "unmerge": _("%(person)s parted it again"),
        "settle": _("%(department)s settled it here (%(person)s)"),
        "decline": _("%(person)s declined it"),
        "verify": _("%(person)s verified that it is fixed"),
        "reject": _("%(person)s found it not fixed and sent it back"),
        "close": _("%(person)s closed it"),
        "reopen": _("%(person)s opened it again"),
        "rate": _("%(person)s scored %(department)s"),
        "undo": _("%(person)s took the last step back"),
        "photo": _("%(person)s added a photo"),
        "near": _("%(department)s, %(clock)s: three quarters of the time are used"),
        "over": _("%(department)s, %(clock)s: the time is over"),
        "recompute": _("%(department)s, %(clock)s: computed again, since the calendar changed"),
    }


def _more(event: TicketEvent) -> list[str]:
    data = _data(event)
    more = _first(event, data)
    if event.note:
        more.append(event.note)
    more += _said(data)
    if event.verb == "route":
        more += why_of(data, event.ticket)[:1]
    if data.get("masked"):
        more.append(_("Numbers of persons in the text were covered."))
    return more


def _first(event: TicketEvent, data: dict[str, Any]) -> list[str]:
    """What stands before the note: the rank, the times of a clock, the scores."""
    if data.get("rank"):
        rank = _label(Rank, data["rank"])
        if data.get("via") == Arrival.Via.CODE:
            return [_("%(rank)s, signed in by the code at the place") % {"rank": rank}]
        return [rank]
    if event.verb == "rate":
        return [_("Speed %(speed)s of 5, quality %(quality)s of 5") % {
            "speed": data.get("speed", "–"), "quality": data.get("quality", "–"),
        }]  # fmt: skip
    if event.verb in {"near", "over"} and (due := _moment(data.get("due"))):
        return [_("The limit: %(moment)s") % {"moment": when(due)}]
    if event.verb == "recompute":
        return _moved(data)
    return []


def _moved(data: dict[str, Any]) -> list[str]:
    lines = data.get("clocks") or [{}]
    was, due = _moment(lines[0].get("was")), _moment(lines[0].get("due"))
    if was is None or due is None:
        return []
    return [_("It was due %(was)s, now %(due)s.") % {"was": when(was), "due": when(due)}]


def _said(data: dict[str, Any]) -> list[str]:
    """What was typed into the fields beside the note, each with its name."""
    said = [
        (_("What was tried: %(value)s"), data.get("tried")),
        (_("Which power is missing: %(value)s"), data.get("missing_power")),
        (_("Suggested instead: %(value)s"), data.get("suggested_owner")),
        (_("Accepted: %(value)s"), _told_moment(data.get("accepted_at"))),
        (_("Talked over with: %(value)s"), data.get("spoke_with")),
        (_("Until: %(value)s"), _told_date(data.get("until"))),
    ]
    return [words % {"value": value} for words, value in said if value]


def _told_moment(text: Any) -> str:
    return when(_moment(text))


def _told_date(text: Any) -> str:
    try:
        return day(date.fromisoformat(str(text))) if text else ""
    except ValueError:
        return ""


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def _data(event: TicketEvent) -> dict[str, Any]:
    return event.data if isinstance(event.data, dict) else {}


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else str(value or "")
