"""What every map is told by its element: where its tiles are and which base lies beneath."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def map_data(edition: str = "") -> SafeString:
    """<div class="map" data-gg-map="view" {% map_data %}>: read by static/grids/map.js.

    With the edition of the map a browser asks for its outlines once and never again.
    """
    (lat, lon), zoom = (
        settings.LEAFLET_CONFIG["DEFAULT_CENTER"],
        settings.LEAFLET_CONFIG["DEFAULT_ZOOM"],
    )
    said = {
        "tiles": pieces("grids:area_tile") + (f"?v={edition}" if edition else ""),
        "sprite": static("core/icons.svg"),
        "base": settings.BASE_MAP,
        "key": settings.TIANDITU_KEY,
        "review": settings.MAP_REVIEW_NUMBER,
        "middle": f"{lon},{lat},{zoom}",
        "in": _("Closer"),
        "out": _("Farther"),
    }
    return format_html_join(" ", 'data-gg-{}="{}"', ((k, v) for k, v in said.items() if v))


@register.simple_tag
def pieces(name: str) -> str:
    """The address of tiles as a script fills it in: /grids/tiles/areas/{z}/{x}/{y}.mvt."""
    return reverse(name, args=[0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}")


@register.filter
def lonlat(point) -> str:
    """“111.3201,30.7699” with a point in any language."""
    return f"{point.x!r},{point.y!r}" if point else ""


@register.filter
def box(extent) -> str:
    """West, south, east, north for data-gg-extent."""
    return ",".join(repr(float(one)) for one in extent) if extent else ""


@register.filter
def of(notes, key) -> list[str]:
    """What is noted of one object: {% for note in notes|of:area.pk %}; a page may have no notes."""
    return notes.get(key, []) if notes else []
