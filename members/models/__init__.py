"""The roster's tables, a module for each noun. ``Sealed`` is reached by ``members.actions`` alone."""

from members.models.activity import (
    Activity,
    ActivityPhoto,
    SignUp,
)
from members.models.association import (
    Association,
)
from members.models.batch import (
    Batch,
)
from members.models.claim import (
    Claim,
    ClaimQuerySet,
)
from members.models.counsel import (
    Brief,
    Counsel,
    CounselQuerySet,
    CounselStep,
    CounselVersion,
    Instruction,
    YearNumber,
)
from members.models.figure import (
    FigureRow,
)
from members.models.gift import (
    Gift,
    GiftIssue,
    Statement,
)
from members.models.grant import (
    Grant,
    GrantQuerySet,
)
from members.models.joining import (
    Invitation,
    MemberEvent,
)
from members.models.member import (
    Member,
)
from members.models.need import (
    Need,
    NeedContact,
    NeedEvent,
    NeedQuerySet,
    NeedSerial,
)
from members.models.network import (
    NetworkEvent,
    NetworkPost,
    NetworkPostQuerySet,
    PostTerm,
    PostTermQuerySet,
    TermEnd,
    Unit,
    UnitQuerySet,
)
from members.models.place import (
    StationCheck,
    VisitCount,
)
from members.models.programme import (
    Milestone,
    Programme,
    Project,
    ProjectStep,
)
from members.models.reception import (
    Booking,
    Reception,
    Slot,
    SlotQuerySet,
)
from members.models.register import (
    OrganisationFacts,
    Pairing,
)
from members.models.sealed import (
    Sealed,
)
from members.models.specialty import (
    Specialty,
)
from members.models.station import (
    Liaison,
    LiaisonQuerySet,
    Station,
)
from members.models.team import (
    Alliance,
    AllianceUnit,
    Pledge,
    Team,
    TeamCount,
)
from members.models.time import (
    TimeAccount,
    TimeEntry,
)
from members.models.visit import (
    Visit,
    VisitWish,
)

__all__ = [
    "Activity",
    "ActivityPhoto",
    "Alliance",
    "AllianceUnit",
    "Association",
    "Batch",
    "Booking",
    "Brief",
    "Claim",
    "ClaimQuerySet",
    "Counsel",
    "CounselQuerySet",
    "CounselStep",
    "CounselVersion",
    "FigureRow",
    "Gift",
    "GiftIssue",
    "Grant",
    "GrantQuerySet",
    "Instruction",
    "Invitation",
    "Liaison",
    "LiaisonQuerySet",
    "Member",
    "MemberEvent",
    "Milestone",
    "Need",
    "NeedContact",
    "NeedEvent",
    "NeedQuerySet",
    "NeedSerial",
    "NetworkEvent",
    "NetworkPost",
    "NetworkPostQuerySet",
    "OrganisationFacts",
    "Pairing",
    "Pledge",
    "PostTerm",
    "PostTermQuerySet",
    "Programme",
    "Project",
    "ProjectStep",
    "Reception",
    "Sealed",
    "SignUp",
    "Slot",
    "SlotQuerySet",
    "Specialty",
    "Statement",
    "Station",
    "StationCheck",
    "Team",
    "TeamCount",
    "TermEnd",
    "TimeAccount",
    "TimeEntry",
    "Unit",
    "UnitQuerySet",
    "Visit",
    "VisitCount",
    "VisitWish",
    "YearNumber",
]
