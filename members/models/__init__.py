"""The roster's tables, a module for each noun. ``Sealed`` is reached by ``members.actions`` alone."""

from members.models.association import Association
from members.models.batch import Batch
from members.models.member import Member
from members.models.sealed import Sealed
from members.models.specialty import Specialty
from members.models.station import Liaison, Station

__all__ = ["Association", "Batch", "Liaison", "Member", "Sealed", "Specialty", "Station"]
