"""Where, and who answers there: areas, their outlines, what stands in them, posts, duties."""

from grids.models.area import (
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
from grids.models.duty import Duty, DutyDone
from grids.models.edition import MapEdition
from grids.models.facility import Facility, FacilityClass, FacilityQuerySet
from grids.models.former import FormerShape
from grids.models.layer import Layer, LayerPiece
from grids.models.organisation import Organisation, OrganisationQuerySet
from grids.models.patrol import CheckIn, Patrol
from grids.models.phones import MOBILE
from grids.models.post import Post, PostQuerySet
from grids.models.proposal import Block, Proposal
from grids.models.register import Found, is_called
from grids.models.service_point import ServicePoint, ServicePointQuerySet
from grids.models.staffing import HandOver, HandOverItem, Requirement, TeamSeat
from grids.models.upload import Upload, UploadQuerySet, UploadRow
from grids.telling import FEW

__all__ = [
    "FEW",
    "LEVEL_OF_SLUG",
    "MOBILE",
    "PLACE_READINGS",
    "SLUG_OF_LEVEL",
    "WGS84",
    "Area",
    "AreaCode",
    "AreaCount",
    "AreaName",
    "AreaQuerySet",
    "AreaShape",
    "Block",
    "CheckIn",
    "CodeSystem",
    "Compound",
    "CompoundQuerySet",
    "Department",
    "DepartmentQuerySet",
    "Division",
    "DivisionEvent",
    "Duty",
    "DutyDone",
    "Ending",
    "Excuse",
    "Facility",
    "FacilityClass",
    "FacilityQuerySet",
    "FormerShape",
    "Found",
    "GridSize",
    "HandOver",
    "HandOverItem",
    "Layer",
    "LayerPiece",
    "Level",
    "MapEdition",
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
    "Requirement",
    "ServicePoint",
    "ServicePointQuerySet",
    "Step",
    "TeamSeat",
    "Upload",
    "UploadQuerySet",
    "UploadRow",
    "is_called",
]
