"""Where, and who answers there: areas, their outlines, departments, posts, patrols, divisions."""

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
from grids.models.division import (
    Division,
    DivisionEvent,
    Ending,
    Excuse,
    GridSize,
    Piece,
    PieceQuerySet,
    Principle,
    Step,
)
from grids.models.former import FormerShape
from grids.models.patrol import CheckIn, Patrol
from grids.models.post import Post, PostQuerySet
from grids.models.proposal import Block, Proposal

__all__ = [
    "LEVEL_OF_SLUG",
    "SLUG_OF_LEVEL",
    "WGS84",
    "Area",
    "AreaQuerySet",
    "AreaShape",
    "Block",
    "CheckIn",
    "Department",
    "DepartmentQuerySet",
    "Division",
    "DivisionEvent",
    "Ending",
    "Excuse",
    "FormerShape",
    "GridSize",
    "Level",
    "Patrol",
    "Piece",
    "PieceQuerySet",
    "Post",
    "PostQuerySet",
    "Principle",
    "Proposal",
    "Step",
]
