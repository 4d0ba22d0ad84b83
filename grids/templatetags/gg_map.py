"""What every map is told by its element: where the outlines are and which base lies beneath."""

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
def map_data() -> SafeString:
    """<div class="map" data-gg-map="view" {% map_data %}>: read by static/grids/map.js."""
    (lat, lon), zoom = (
        settings.LEAFLET_CONFIG["DEFAULT_CENTER"],
        settings.LEAFLET_CONFIG["DEFAULT_ZOOM"],
    )
    said = {
        "outlines": reverse("grids:outlines"),
        "sprite": static("core/icons.svg"),
        "base": settings.BASE_MAP,
        "key": settings.TIANDITU_KEY,
        "review": settings.MAP_REVIEW_NUMBER,
        "middle": f"{lon},{lat},{zoom}",
        "in": _("Closer"),
        "out": _("Farther"),
    }
    return format_html_join(" ", 'data-gg-{}="{}"', ((k, v) for k, v in said.items() if v))


@register.filter
def lonlat(point) -> str:
    """“111.3201,30.7699” with a point in any language."""
    return f"{point.x!r},{point.y!r}" if point else ""


@register.filter
def box(extent) -> str:
    """West, south, east, north for data-gg-extent."""
    return ",".join(repr(float(one)) for one in extent) if extent else ""
