"""The roster's tables, a module for each noun. ``Sealed`` is reached by ``members.actions`` alone."""

from members.models.association import Association
from members.models.batch import Batch
from members.models.counsel import (
    Brief,
    Counsel,
    CounselQuerySet,
    CounselStep,
    CounselVersion,
    Instruction,
    YearNumber,
)
from members.models.figure import FigureRow
from members.models.grant import Grant, GrantQuerySet
from members.models.member import Member
from members.models.sealed import Sealed
from members.models.specialty import Specialty
from members.models.station import Liaison, Station
from members.models.visit import Visit, VisitWish

__all__ = [
    "Association",
    "Batch",
    "Brief",
    "Counsel",
    "CounselQuerySet",
    "CounselStep",
    "CounselVersion",
    "FigureRow",
    "Grant",
    "GrantQuerySet",
    "Instruction",
    "Liaison",
    "Member",
    "Sealed",
    "Specialty",
    "Station",
    "Visit",
    "VisitWish",
    "YearNumber",
]
