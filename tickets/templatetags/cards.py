"""How the colour of a card is shown."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from tickets.workflow import Colour

register = template.Library()


@register.simple_tag
def slip(colour: str) -> SafeString:
    """{% slip card.colour %}: as a slip of paper, with its word."""
    return _drawn(colour, get_language())


@lru_cache(maxsize=32)
def _drawn(colour: str, language: str | None) -> SafeString:
    return render_to_string("tickets/_slip.html", {"colour": colour, "word": Colour(colour).label})
