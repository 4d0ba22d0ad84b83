"""A tile of the board, drawn once for as long as it says the same."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from tickets.board import Tile

register = template.Library()


@register.simple_tag
def board_tile(tile: Tile) -> SafeString:
    """A board has two hundred of them, and from one look to the next a few differ."""
    return _drawn(tile, get_language())


@lru_cache(maxsize=4096)
def _drawn(tile: Tile, language: str | None) -> SafeString:
    context = {
        "tile": tile,
        "sprite": static("core/icons.svg"),
        "tickets_url": reverse("tickets:list"),
    }
    return render_to_string("tickets/_board_tile.html", context)
