"""Where, and who answers there: areas, their outlines, what stands in them, posts, divisions."""

from grids.models.area import (
    LEVEL_OF_SLUG,
    SLUG_OF_LEVEL,
    WGS84,
    Area,
    AreaQuerySet,
    AreaShape,
    Level,
)
from grids.models.compound import Compound, CompoundQuerySet, Milestone, Renewal
from grids.models.count import AreaCount
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
from grids.models.facility import Facility, FacilityClass, FacilityQuerySet
from grids.models.former import FormerShape
from grids.models.organisation import Organisation, OrganisationQuerySet
from grids.models.patrol import CheckIn, Patrol
from grids.models.post import Post, PostQuerySet
from grids.models.proposal import Block, Proposal
from grids.models.service_point import ServicePoint, ServicePointQuerySet

__all__ = [
    "LEVEL_OF_SLUG",
    "SLUG_OF_LEVEL",
    "WGS84",
    "Area",
    "AreaCount",
    "AreaQuerySet",
    "AreaShape",
    "Block",
    "CheckIn",
    "Compound",
    "CompoundQuerySet",
    "Department",
    "DepartmentQuerySet",
    "Division",
    "DivisionEvent",
    "Ending",
    "Excuse",
    "Facility",
    "FacilityClass",
    "FacilityQuerySet",
    "FormerShape",
    "GridSize",
    "Level",
    "Milestone",
    "Organisation",
    "OrganisationQuerySet",
    "Patrol",
    "Piece",
    "PieceQuerySet",
    "Post",
    "PostQuerySet",
    "Principle",
    "Proposal",
    "Renewal",
    "ServicePoint",
    "ServicePointQuerySet",
    "Step",
]
