"""Why a ticket went where it went, and why a helper is proposed: in sentences."""

from __future__ import annotations

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tickets.models import OfficeFunction, Ticket


def why(ticket: Ticket) -> list[str]:
    """Why this department, in sentences: the rule first, then what made it uncertain."""
    return why_of(ticket.routing, ticket)


def why_of(routing: dict[str, Any], ticket: Ticket) -> list[str]:
    """The same from what one event wrote down."""
    outcome = routing.get("outcome")
    if not outcome:
        return []
    said = []
    if routing.get("rule"):
        said += _by_rule(routing, ticket)
    if outcome == "promised":
        said.append(_("It was promised in a consultation, where it was settled who does it."))
    elif routing.get("named"):
        said.append(_named(routing, outcome))
    elif routing.get("function"):
        said.append(_function(routing, outcome))
    elif outcome == "unresolved":
        said.append(_unresolved(routing))
    if outcome == "border":
        said.append(_border(routing))
    return said


def _by_rule(routing: dict[str, Any], ticket: Ticket) -> list[str]:
    said = [_rule(routing, ticket)]
    if routing.get("drawn"):
        said.append(_("The rule is drawn on the map and lies within this area."))
    if routing.get("ruling"):
        said.append(_("It follows from the ruling on %(number)s.") % {"number": routing["ruling"]})
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


def _named(routing: dict[str, Any], outcome: str) -> str:
    if outcome == "unresolved":
        return _("A whistle calls a department, and the one named for this category is not here.")
    return _("A whistle calls a department: %(department)s is named for this category.") % {
        "department": routing.get("department")
    }


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


def helper_why(why: dict[str, Any]) -> str:
    """Why this department is proposed, in a sentence."""
    if why.get("by") == "category":
        return _by_category(why)
    if why.get("by") == "drawn":
        return _by_drawing(why)
    return _("Chosen by who blew the whistle.")


def _by_category(why: dict[str, Any]) -> str:
    function = why.get("function")
    if function in OfficeFunction.values:
        return _("The duty list names the “%(function)s”, and here that is this one.") % {
            "function": OfficeFunction(function).label
        }
    return _("The duty list names it for this category.")


def _by_drawing(why: dict[str, Any]) -> str:
    about = why.get("about") or {}
    said = {"rule": why.get("rule", ""), "about": about.get(get_language()) or about.get("en", "")}
    if said["about"]:
        return _("Its piece on the map covers this place: rule %(rule)s, %(about)s.") % said
    return _("Its piece on the map covers this place: rule %(rule)s.") % said
