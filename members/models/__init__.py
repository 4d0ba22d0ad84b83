"""The roster's tables, a module for each noun. ``Sealed`` is reached by ``members.actions`` alone."""

from members.models.activity import Activity, ActivityPhoto, SignUp
from members.models.association import Association
from members.models.batch import Batch
from members.models.member import Member
from members.models.reception import Booking, Reception, Slot, SlotQuerySet
from members.models.sealed import Sealed
from members.models.specialty import Specialty
from members.models.station import Liaison, Station

__all__ = [
    "Activity",
    "ActivityPhoto",
    "Association",
    "Batch",
    "Booking",
    "Liaison",
    "Member",
    "Reception",
    "Sealed",
    "SignUp",
    "Slot",
    "SlotQuerySet",
    "Specialty",
    "Station",
]
