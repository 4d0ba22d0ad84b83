"""Where, and who answers there: areas, their outlines, what stands in them, departments, posts,
duties, layers of responsibility."""

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
from grids.models.duty import Duty, DutyDone
from grids.models.facility import Facility, FacilityClass, FacilityQuerySet
from grids.models.layer import Layer, LayerPiece
from grids.models.organisation import Organisation, OrganisationQuerySet
from grids.models.patrol import CheckIn, Patrol
from grids.models.post import Post, PostQuerySet
from grids.models.service_point import ServicePoint, ServicePointQuerySet
from grids.models.staffing import HandOver, HandOverItem, Requirement, TeamSeat

__all__ = [
    "LEVEL_OF_SLUG",
    "SLUG_OF_LEVEL",
    "WGS84",
    "Area",
    "AreaCount",
    "AreaQuerySet",
    "AreaShape",
    "CheckIn",
    "Compound",
    "CompoundQuerySet",
    "Department",
    "DepartmentQuerySet",
    "Duty",
    "DutyDone",
    "Facility",
    "FacilityClass",
    "FacilityQuerySet",
    "HandOver",
    "HandOverItem",
    "Layer",
    "LayerPiece",
    "Level",
    "Milestone",
    "Organisation",
    "OrganisationQuerySet",
    "Patrol",
    "Post",
    "PostQuerySet",
    "Renewal",
    "Requirement",
    "ServicePoint",
    "ServicePointQuerySet",
    "TeamSeat",
]
