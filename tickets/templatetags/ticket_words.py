"""A ticket's history and its routing in sentences; the HTML is in templates/tickets/."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django import template
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from govgrid.core.clock import now
from govgrid.core.templatetags.gg import state_class, state_icon
from tickets.models import Assignment, OfficeFunction, Ticket, TicketEvent
from tickets.workflow import MOVES, State

register = template.Library()

# What each verb looks like in the timeline. One that is not here takes the state it led to.
LOOKS = {
    "file": ("is-new", "pin"),
    "route": ("is-offered", "s-offered"),
    "sign": ("is-signed", "s-signed"),
    "report_in": ("is-onsite", "s-onsite"),
    "make_safe": ("is-onsite", "shield"),
    "finish": ("is-done", "s-done"),
    "return": ("is-back", "return"),
    "assign": ("is-offered", "lead"),
    "settle": ("is-done", "home"),
    "verify": ("is-done", "s-check"),
    "reject": ("is-back", "undo"),
    "close": ("is-done", "check"),
    "reopen": ("is-back", "undo"),
}


class Told(NamedTuple):
    """One entry of the timeline: what happened, and what more there is to say."""

    says: str
    more: list[str]
    colour: str
    glyph: str


@register.filter
def told(event: TicketEvent, hidden: int | None = None) -> Told:
    """An event in words: who, what, and in the second line why. ``hidden`` is not named."""
    colour, glyph = LOOKS.get(event.verb, (state_class(event.after), state_icon(event.after)))
    if event.verb == "route" and event.after == State.TRIAGE:
        glyph = "s-triage"
    if hidden is not None and event.by_id == hidden:
        label = MOVES[event.verb].label if event.verb in MOVES else State(event.after).label
        return Told(str(label), _more(event), colour, glyph)
    return Told(_says(event), _more(event), colour, glyph)


def _says(event: TicketEvent) -> str:
    names = {
        "person": event.by.name if event.by else _("The system"),
        "department": event.department.short_name if event.department else "",
    }
    if event.verb == "route" and event.after == State.TRIAGE:
        return _("Sent to the street desk to decide who handles it")
    sentence = _sentences().get(event.verb)
    if sentence is None:
        label = MOVES[event.verb].label if event.verb in MOVES else event.verb
        return _("%(person)s: %(label)s") % {**names, "label": label}
    return sentence % names


def _sentences() -> dict[str, str]:
    return {
        "file": _("%(person)s reported it"),
        "route": _("Given to %(department)s"),
        "sign": _("%(department)s signed for it (%(person)s)"),
        "report_in": _("%(department)s reported in (%(person)s)"),
        "make_safe": _("%(department)s made the place safe (%(person)s)"),
        "finish": _("%(department)s finished (%(person)s)"),
        "return": _("%(department)s returned it (%(person)s)"),
        "assign": _("%(person)s gave it to %(department)s"),
        "settle": _("%(department)s settled it here (%(person)s)"),
        "decline": _("%(person)s declined it"),
        "verify": _("%(person)s verified that it is fixed"),
        "reject": _("%(person)s found it not fixed and sent it back"),
        "close": _("%(person)s closed it"),
        "reopen": _("%(person)s opened it again"),
    }


def _more(event: TicketEvent) -> list[str]:
    data = event.data if isinstance(event.data, dict) else {}
    more = [event.note] if event.note else []
    if event.verb == "route":
        more += _why(data, event.ticket)[:1]
    if data.get("masked"):
        more.append(_("Numbers of persons in the text were covered."))
    if data.get("suggested_owner"):
        more.append(_("Suggested instead: %(owner)s") % {"owner": data["suggested_owner"]})
    return more


@register.filter
def why(ticket: Ticket) -> list[str]:
    """Why this department, in sentences: the rule first, then what made it uncertain."""
    return _why(ticket.routing, ticket)


def _why(routing: dict[str, Any], ticket: Ticket) -> list[str]:
    outcome = routing.get("outcome")
    if not outcome:
        return []
    said = []
    if routing.get("rule"):
        said.append(_rule(routing, ticket))
        if routing.get("drawn"):
            said.append(_("The rule is drawn on the map and lies within this area."))
    if routing.get("function"):
        said.append(_function(routing, outcome))
    elif outcome == "unresolved":
        said.append(_unresolved(routing))
    if outcome == "border":
        said.append(_border(routing))
    return said


def _rule(routing: dict[str, Any], ticket: Ticket) -> str:
    area = routing.get("area") or {}
    code = routing.get("category", "")
    named = {
        "rule": routing["rule"],
        "category": str(ticket.category) if code == ticket.category.code else code,
        "area": area.get("name", ""),
    }
    if routing.get("any_category"):
        return _("Rule %(rule)s: any category × %(area)s.") % named
    return _("Rule %(rule)s: %(category)s × %(area)s.") % named


def _function(routing: dict[str, Any], outcome: str) -> str:
    name = _label(OfficeFunction, routing["function"])
    if outcome == "unresolved":
        return _("The rule names the “%(function)s”, and nobody holds this function here.") % {
            "function": name
        }
    return _("The rule names the “%(function)s” of this place.") % {"function": name}


def _unresolved(routing: dict[str, Any]) -> str:
    if routing.get("rule"):
        return _("The department of this rule takes no tickets any more, so a person decides.")
    return _("No rule fits this category and place, so a person decides.")


def _border(routing: dict[str, Any]) -> str:
    sides = [routing.get("department") or _("nobody")]
    sides += [
        _("%(department)s in %(grid)s")
        % {"department": side.get("department") or _("nobody"), "grid": side.get("grid")}
        for side in routing.get("beside") or []
    ]
    return _("The pin is within 15 m of a border, so a person decides: %(sides)s.") % {
        "sides": " / ".join(sides)
    }


def _label(choices: type[TextChoices], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


class Step(NamedTuple):
    """One of the four clocks of a department: its name and when it was reached, if it was."""

    name: str
    at: Any
    quiet: str
    colour: str
    glyph: str


@register.filter
def steps(one: Assignment) -> list[Step]:
    """Signed for, reported in, made safe, done, or where it ended instead."""
    ended = one.state in {"returned", "withdrawn"}
    waits = _("not any more") if ended else _("not yet")
    reached = [
        (_("Signed for"), one.signed_at),
        (_("Reported in"), one.reported_in_at),
        (pgettext("step", "Made safe"), one.made_safe_at),
        (_("Done"), one.done_at),
    ]
    if one.returned_at:
        reached[3] = (_("Returned"), one.returned_at)
    return [
        Step(
            name,
            at,
            waits,
            "is-quiet" if at is None else "is-back" if name == _("Returned") else "is-done",
            "s-new" if at is None else "return" if name == _("Returned") else "s-done",
        )
        for name, at in reached
    ]


@register.filter
def age(at: datetime) -> str:
    """How long something has waited: "12 min", "18 h", "3 days"."""
    minutes = max(0, int((now() - at).total_seconds() // 60))
    if minutes < 60:
        return _("%(count)s min") % {"count": minutes}
    hours = minutes // 60
    if hours < 24:
        return _("%(count)s h") % {"count": hours}
    days = hours // 24
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


@register.filter
def starts(text: str) -> str:
    """The first line of a text, for a row that has one line."""
    return text.strip().split("\n", 1)[0][:80]
