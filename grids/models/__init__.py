"""Where, and who answers there: areas, their outlines, departments, posts, patrols."""

from grids.models.area import (
    FEW,
    LEVEL_OF_SLUG,
    PLACE_READINGS,
    SLUG_OF_LEVEL,
    WGS84,
    Area,
    AreaCode,
    AreaName,
    AreaQuerySet,
    AreaShape,
    CodeSystem,
    Level,
)
from grids.models.department import Department, DepartmentQuerySet
from grids.models.patrol import CheckIn, Patrol
from grids.models.post import Post, PostQuerySet
from grids.models.upload import Upload, UploadQuerySet, UploadRow

__all__ = [
    "FEW",
    "LEVEL_OF_SLUG",
    "PLACE_READINGS",
    "SLUG_OF_LEVEL",
    "WGS84",
    "Area",
    "AreaCode",
    "AreaName",
    "AreaQuerySet",
    "AreaShape",
    "CheckIn",
    "CodeSystem",
    "Department",
    "DepartmentQuerySet",
    "Level",
    "Patrol",
    "Post",
    "PostQuerySet",
    "Upload",
    "UploadQuerySet",
    "UploadRow",
]
