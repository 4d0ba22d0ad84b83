"""Where, and who answers there: areas, outlines, departments, posts, patrols, duties,
layers of responsibility."""

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
from grids.models.duty import Duty, DutyDone
from grids.models.layer import Layer, LayerPiece
from grids.models.patrol import CheckIn, Patrol
from grids.models.post import Post, PostQuerySet
from grids.models.staffing import HandOver, HandOverItem, Requirement, TeamSeat

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
    "Duty",
    "DutyDone",
    "HandOver",
    "HandOverItem",
    "Layer",
    "LayerPiece",
    "Level",
    "Patrol",
    "Post",
    "PostQuerySet",
    "Requirement",
    "TeamSeat",
]
