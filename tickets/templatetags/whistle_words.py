"""A whistle in words: its limits, why a helper is proposed, and who must approve."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tickets.models import OfficeFunction
from tickets.spans import limit_words

register = template.Library()


register.filter(limit_words)


@register.filter
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
