"""Where, and who answers there: areas, their outlines, what stands in them, departments, posts."""

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
from grids.models.compound import Compound, CompoundQuerySet, Milestone, Renewal
from grids.models.count import AreaCount
from grids.models.department import Department, DepartmentQuerySet
from grids.models.facility import Facility, FacilityClass, FacilityQuerySet
from grids.models.organisation import Organisation, OrganisationQuerySet
from grids.models.patrol import CheckIn, Patrol
from grids.models.post import Post, PostQuerySet
from grids.models.service_point import ServicePoint, ServicePointQuerySet
from grids.models.upload import Upload, UploadQuerySet, UploadRow

__all__ = [
    "FEW",
    "LEVEL_OF_SLUG",
    "PLACE_READINGS",
    "SLUG_OF_LEVEL",
    "WGS84",
    "Area",
    "AreaCode",
    "AreaCount",
    "AreaName",
    "AreaQuerySet",
    "AreaShape",
    "CheckIn",
    "CodeSystem",
    "Compound",
    "CompoundQuerySet",
    "Department",
    "DepartmentQuerySet",
    "Facility",
    "FacilityClass",
    "FacilityQuerySet",
    "Level",
    "Milestone",
    "Organisation",
    "OrganisationQuerySet",
    "Patrol",
    "Post",
    "PostQuerySet",
    "Renewal",
    "ServicePoint",
    "ServicePointQuerySet",
    "Upload",
    "UploadQuerySet",
    "UploadRow",
]
