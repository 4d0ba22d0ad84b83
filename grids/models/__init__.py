"""Where, and who answers there: areas, their outlines, what stands in them, departments, posts."""

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
from grids.models.edition import MapEdition
from grids.models.facility import Facility, FacilityClass, FacilityQuerySet
from grids.models.organisation import Organisation, OrganisationQuerySet
from grids.models.patrol import CheckIn, Patrol
from grids.models.post import Post, PostQuerySet
from grids.models.service_point import ServicePoint, ServicePointQuerySet

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
    "Facility",
    "FacilityClass",
    "FacilityQuerySet",
    "Level",
    "MapEdition",
    "Milestone",
    "Organisation",
    "OrganisationQuerySet",
    "Patrol",
    "Post",
    "PostQuerySet",
    "Renewal",
    "ServicePoint",
    "ServicePointQuerySet",
]
