"""A ticket's history in sentences; the HTML is in templates/tickets/."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from govgrid.core.templatetags.gg import day, state_class, state_icon, when
from tickets.models import Arrival, Callback, TicketEvent
from tickets.reasons import why_of
from tickets.spans import limit_words
from tickets.workflow import (
    MOVES,
    CardCause,
    Cause,
    ClockKind,
    Colour,
    Finding,
    Rank,
    Reach,
    ReturnReason,
    State,
    Tier,
    WhistleKind,
)

register = template.Library()

# What each verb looks like in the timeline. One that is not here takes the state it led to.
LOOKS = {
    "file": ("is-new", "pin"),
    "route": ("is-offered", "s-offered"),
    "sign": ("is-signed", "s-signed"),
    "report_in": ("is-onsite", "s-onsite"),
    "arrive": ("is-onsite", "person"),
    "plan": ("is-onsite", "calendar"),
    "reach_milestone": ("is-done", "check"),
    "add_milestone": ("is-offered", "calendar"),
    "move_milestone": ("is-near", "calendar"),
    "call_in": ("is-offered", "lead"),
    "call_meeting": ("is-offered", "people"),
    "cancel_meeting": ("is-quiet", "s-declined"),
    "attend": ("is-onsite", "person"),
    "publish_meeting": ("is-done", "check"),
    "make_safe": ("is-onsite", "shield"),
    "confirm_safe": ("is-done", "eye"),
    "finish": ("is-done", "s-done"),
    "return": ("is-back", "return"),
    "assign": ("is-offered", "lead"),
    "ask_check": ("is-triage", "eye"),
    "check": ("is-done", "eye"),
    "reply": ("is-done", "phone"),
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
    "escalate": ("is-near", "lift"),
    "split": ("is-quiet", "layers"),
    "hand_to": ("is-signed", "person"),
    "dispute": ("is-back", "return"),
    "rule": ("is-offered", "ruling"),
    "withdraw": ("is-back", "cross"),
    "extend": ("is-near", "clock"),
    "endorse": ("is-near", "check"),
    "grant": ("is-done", "clock"),
    "deny": ("is-back", "s-declined"),
    "suspend": ("is-quiet", "s-paused"),
    "resume": ("is-offered", "play"),
    "appeal": ("is-near", "doc"),
    "exempt": ("is-done", "check"),
    "uphold": ("is-back", "s-declined"),
    "photo": ("is-quiet", "camera"),
    "near": ("is-near", "clock"),
    "over": ("is-over", "s-overdue"),
    "recompute": ("is-quiet", "calendar"),
    "card": ("is-over", "s-overdue"),
    "urge": ("is-near", "bell"),
    "supervise": ("is-over", "doc"),
    "answer": ("is-done", "doc"),
    "close_order": ("is-quiet", "check"),
}
# The system's own entries, told in a lower voice.
MACHINE = frozenset({"near", "over", "recompute", "card"})


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
        "order": data.get("order", ""),
        "colour": _label(Colour, data.get("colour")),
        "cause": _label(CardCause, data.get("cause")),
        "level": _label(Tier, data.get("level")),
        "handler": data.get("handler", ""),
        "parts": _numbers(data.get("parts")),
        "split_of": _numbers([data.get("split_of")]),
        "milestone": data.get("milestone", ""),
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
    if event.verb == "file" and _data(event).get("split_of"):
        return _("Split off from %(split_of)s")
    if event.by_id is None and event.verb in _by_nobody():
        return _by_nobody()[event.verb]
    if event.verb == "urge" and event.department_id is None:
        return _("%(person)s urged who has to decide or to look")
    if event.verb in MACHINE and event.department_id is None:
        return {
            "near": _("%(clock)s: three quarters of the time are used"),
            "over": _("%(clock)s: the time is over"),
            "recompute": _("%(clock)s: computed again, since the calendar changed"),
        }[event.verb]
    return _sentences().get(event.verb, "")


def _by_nobody() -> dict[str, str]:
    return {
        "close": _("Closed by itself: nobody objected in time"),
        "resume": _("It went on by itself: the day had come"),
        "ask_check": _("Waits until somebody of the place has looked, as its category asks"),
        "reopen": _("Opened again by itself: the reporter says that it is not solved"),
        "reply": _("The reporter answered by the link"),
    }


def _sentences() -> dict[str, str]:
    return {
        "file": _("%(person)s reported it"),
        "route": _("Given to %(department)s"),
        "sign": _("%(department)s signed for it (%(person)s)"),
        "report_in": _("%(department)s reported in (%(person)s)"),
        "arrive": _("%(person)s came for %(department)s"),
        "plan": _("%(department)s submitted its plan (%(person)s)"),
        "reach_milestone": _("%(department)s reached “%(milestone)s” (%(person)s)"),
        "add_milestone": _("%(person)s set milestones"),
        "move_milestone": _("%(person)s moved “%(milestone)s” of %(department)s"),
        "call_in": _("%(person)s called in %(department)s"),
        "call_meeting": _("%(person)s called a meeting"),
        "cancel_meeting": _("%(person)s cancelled the meeting"),
        "attend": _("%(department)s came to the meeting"),
        "publish_meeting": _("%(person)s published the minutes of the meeting"),
        "make_safe": _("%(department)s made the place safe (%(person)s)"),
        "confirm_safe": _("%(person)s looked: safe, not repaired"),
        "finish": _("%(department)s finished (%(person)s)"),
        "return": _("%(department)s returned it (%(person)s)"),
        "assign": _("%(person)s gave it to %(department)s"),
        "ask_check": _("%(person)s asked somebody of the place to look"),
        "check": _("%(person)s looked at it"),
        "reply": _("%(person)s asked the reporter"),
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
        "escalate": _("%(person)s took it up: %(level)s"),
        "split": _("%(person)s split it: %(parts)s"),
        "hand_to": _("%(person)s handed it to %(handler)s in %(department)s"),
        "dispute": _("%(department)s disputed it a third time (%(person)s)"),
        "rule": _("%(person)s ruled: %(department)s handles it"),
        "withdraw": _("%(person)s took %(department)s off"),
        "extend": _("%(department)s asked for more time (%(person)s)"),
        "endorse": _("%(person)s agreed for %(department)s"),
        "grant": _("%(person)s granted %(department)s more time"),
        "deny": _("%(person)s refused %(department)s more time"),
        "suspend": _("%(person)s suspended it"),
        "resume": _("%(person)s let it go on"),
        "appeal": _("%(department)s asked that its lateness not count: %(clock)s (%(person)s)"),
        "exempt": _(
            "%(person)s signed that a lateness of %(department)s does not count: %(clock)s"
        ),
        "uphold": _("%(person)s decided that a lateness of %(department)s counts: %(clock)s"),
        "photo": _("%(person)s added a photo"),
        "near": _("%(department)s, %(clock)s: three quarters of the time are used"),
        "over": _("%(department)s, %(clock)s: the time is over"),
        "recompute": _("%(department)s, %(clock)s: computed again, since the calendar changed"),
        "card": _("%(department)s got a card: %(colour)s, %(cause)s"),
        "urge": _("%(person)s urged %(department)s"),
        "supervise": _("%(person)s issued a supervision order to %(department)s"),
        "answer": _("%(department)s answered (%(person)s)"),
        "close_order": _("%(person)s closed the order %(order)s"),
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
    if event.verb in {"check", "reply"}:
        return _answered(event.verb, data)
    if event.verb in {"rate", "exempt"}:
        return _figures(event.verb, data)
    if event.verb in {"near", "over"} and (due := _moment(data.get("due"))):
        return [_("The limit: %(moment)s") % {"moment": when(due)}, *_card(data)]
    if event.verb in {"recompute", "grant"}:
        return _moved(data)
    if event.verb == "escalate" and event.by_id is None:
        return list(filter(None, [_label(Cause, data.get("cause"))]))
    return []


def _figures(verb: str, data: dict[str, Any]) -> list[str]:
    if verb == "exempt":
        return [_("Signature %(number)s of 2") % {"number": data.get("signature", "–")}]
    given = {"speed": data.get("speed", "–"), "quality": data.get("quality", "–")}
    return [_("Speed %(speed)s of 5, quality %(quality)s of 5") % given]


def _card(data: dict[str, Any]) -> list[str]:
    """The card that came with it, and why."""
    if not data.get("colour"):
        return []
    words = {
        "colour": _label(Colour, data["colour"]),
        "cause": _label(CardCause, data.get("cause")),
    }
    return [_("A card: %(colour)s, %(cause)s") % words]


def _answered(verb: str, data: dict[str, Any]) -> list[str]:
    """What somebody near the place found, and what the reporter said."""
    if verb == "check":
        return [_label(Finding, data.get("finding"))]
    if "solved" not in data:
        return [_label(Callback.Ended, data.get("ended")) or _("Nobody was reached")]
    solved = pgettext("answer", "Solved") if data["solved"] else pgettext("answer", "Not solved")
    content = (
        pgettext("answer", "satisfied")
        if data.get("satisfied")
        else pgettext("answer", "not satisfied")
    )
    return [pgettext("list", ", ").join([solved, content])]


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
        (_("For what reason: %(value)s"), _label(ReturnReason, data.get("return_reason"))),
        (_("Holds for: %(value)s"), _label(Reach, data.get("reach"))),
        (_("Asked for: %(value)s"), _limit(data.get("limit"))),
        (_("Suggested instead: %(value)s"), data.get("suggested_owner")),
        (_("Accepted: %(value)s"), _told_moment(data.get("accepted_at"))),
        (_("Talked over with: %(value)s"), data.get("spoke_with")),
        (_("Until: %(value)s"), _told_date(data.get("until"))),
        (_("No photo from the place: %(value)s"), data.get("no_photo")),
    ]
    lines = [words % {"value": value} for words, value in said if value]
    return lines + _promised(data)


def _promised(data: dict[str, Any]) -> list[str]:
    """The rows of a plan; or the day to which one was moved, or for which a clock speaks."""
    rows = data.get("milestones") or []
    lines = [
        pgettext("list", ", ").join(
            filter(None, [row.get("title"), _told_date(row.get("due")), row.get("department")])
        )
        for row in rows
    ]
    if starts := _moment(data.get("starts")):
        place = str(data.get("place") or "")
        lines.append(pgettext("list", ", ").join([when(starts), place, *data["departments"]]))
    if data.get("due_on"):
        lines.append(_("New day: %(value)s") % {"value": _told_date(data["due_on"])})
    if data.get("kind") == ClockKind.MILESTONE and data.get("milestone"):
        lines.append(str(data["milestone"]))
    return lines


def _limit(text: Any) -> str:
    return limit_words(str(text)) if text else ""


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


def _numbers(tickets: Any) -> str:
    """The numbers of tickets as the log names them."""
    found = [one.get("number", "") for one in tickets or () if isinstance(one, dict)]
    return pgettext("list", ", ").join(found)


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else str(value or "")
