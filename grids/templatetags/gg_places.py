"""How places look: the state of a facility, and a picture of its class."""

from django import template

from grids.models import Facility, FacilityClass, ServicePoint

register = template.Library()

# Colour class and glyph; the word is the model's. Glyphs differ in shape.
LOOKS = {
    Facility.State.GOOD: ("is-done", "check"),
    Facility.State.DAMAGED: ("is-back", "alert"),
    Facility.State.MISSING: ("is-back", "s-declined"),
    Facility.State.OFF: ("is-quiet", "s-paused"),
}
# A sign in the name of a class, and its picture. Classes are the district's own data, so what is
# not known here is a pin.
PICTURES = {
    "井": "manhole",
    "灯": "lamp",
    "燈": "lamp",
    "消": "fire",
    "垃圾": "litter",
    "果皮": "litter",
    "树": "tree",
    "樹": "tree",
    "绿": "tree",
    "电梯": "lift",
    "電梯": "lift",
    "水": "water",
    "电": "power",
    "電": "power",
    "栏": "rail",
    "欄": "rail",
    "停车": "car",
    "路": "road",
}
KINDS = {
    ServicePoint.Kind.CLINIC: "care",
    ServicePoint.Kind.CARE: "people",
    ServicePoint.Kind.HALL: "building",
}


@register.inclusion_tag("components/chip.html")
def facility_state(facility: Facility) -> dict[str, str]:
    """{% facility_state one %}: ring, word and colour."""
    colour, glyph = LOOKS[Facility.State(facility.state)]
    return {"colour": colour, "glyph": glyph, "word": facility.get_state_display()}


@register.filter
def picture(name: FacilityClass | str) -> str:
    """{% icon one.facility_class|picture %}"""
    return next((icon for sign, icon in PICTURES.items() if sign in str(name)), "pin")


@register.filter
def point_picture(point: ServicePoint) -> str:
    return KINDS.get(ServicePoint.Kind(point.kind), "home")
