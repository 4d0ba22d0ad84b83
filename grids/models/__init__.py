"""Where, and who answers there: areas, their outlines and edition, departments, posts, patrols."""

from grids.models.area import (
    LEVEL_OF_SLUG,
    SLUG_OF_LEVEL,
    WGS84,
    Area,
    AreaQuerySet,
    AreaShape,
    Level,
)
from grids.models.department import Department, DepartmentQuerySet
from grids.models.edition import MapEdition
from grids.models.patrol import CheckIn, Patrol
from grids.models.post import Post, PostQuerySet

__all__ = [
    "LEVEL_OF_SLUG",
    "SLUG_OF_LEVEL",
    "WGS84",
    "Area",
    "AreaQuerySet",
    "AreaShape",
    "CheckIn",
    "Department",
    "DepartmentQuerySet",
    "Level",
    "MapEdition",
    "Patrol",
    "Post",
    "PostQuerySet",
]
