"""The roster's tables, a module for each noun. ``Sealed`` is reached by ``members.actions`` alone."""

from members.models.association import Association
from members.models.batch import Batch
from members.models.claim import Claim, ClaimQuerySet
from members.models.gift import Gift, GiftIssue, Statement
from members.models.member import Member
from members.models.need import Need, NeedContact, NeedEvent, NeedQuerySet, NeedSerial
from members.models.sealed import Sealed
from members.models.specialty import Specialty
from members.models.station import Liaison, Station
from members.models.time import TimeAccount, TimeEntry

__all__ = [
    "Association",
    "Batch",
    "Claim",
    "ClaimQuerySet",
    "Gift",
    "GiftIssue",
    "Liaison",
    "Member",
    "Need",
    "NeedContact",
    "NeedEvent",
    "NeedQuerySet",
    "NeedSerial",
    "Sealed",
    "Specialty",
    "Statement",
    "Station",
    "TimeAccount",
    "TimeEntry",
]
