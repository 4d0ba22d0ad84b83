"""Where a topic is, as a ticket wants to know it: its pin, or a grid of its area."""

from __future__ import annotations

from consultations.models import Topic
from grids.models import Area, Level
from tickets.queries import Spot


def spot_of(topic: Topic) -> Spot:
    """The pin; without one the first grid of the area, since a ticket lies in a grid."""
    if topic.point is not None:
        lon, lat = topic.point.x, topic.point.y
        return Spot(lon=lon, lat=lat, raw_lon=lon, raw_lat=lat, raw_crs="wgs84")
    grids = Area.objects.in_force().filter(level=Level.GRID, path__startswith=topic.area.path)
    return Spot(grid=grids.order_by("code").values_list("code", flat=True).first() or "")
