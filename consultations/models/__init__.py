"""Platforms, topics, sessions, opinions, commitments, look-backs, ballots, covenants."""

from consultations.models.ballot import Ballot, BallotKey, BallotQuerySet, Elector, Vote
from consultations.models.case import Course, CourseDate, ModelCase, ModelCaseQuerySet
from consultations.models.commitment import Commitment, CommitmentQuerySet
from consultations.models.covenant import Clause, ClauseComment, Covenant, CovenantQuerySet
from consultations.models.entry import Entry, EntryQuerySet
from consultations.models.following import Following, FollowingQuerySet
from consultations.models.opinion import Flag, Opinion, OpinionQuerySet, Stance, Wording
from consultations.models.paper import Paper
from consultations.models.plan import Plan, PlanLine, PlanLink
from consultations.models.platform import (
    Platform,
    PlatformEvent,
    PlatformQuerySet,
    Seat,
    SeatQuerySet,
    Terms,
)
from consultations.models.pool import Claim, Pool, PoolItem
from consultations.models.residency import Residency, ResidencyQuerySet
from consultations.models.review import Review, Score
from consultations.models.seat_call import SeatCall, SeatCallQuerySet
from consultations.models.session import (
    AgendaItem,
    Attendance,
    AttendanceQuerySet,
    Session,
    SessionQuerySet,
)
from consultations.models.survey import Answer, Question, Sheet
from consultations.models.theme import Cohosting, Theme
from consultations.models.topic import Serial, Step, Topic, TopicQuerySet

__all__ = [
    "AgendaItem",
    "Answer",
    "Attendance",
    "AttendanceQuerySet",
    "Ballot",
    "BallotKey",
    "BallotQuerySet",
    "Claim",
    "Clause",
    "ClauseComment",
    "Cohosting",
    "Commitment",
    "CommitmentQuerySet",
    "Course",
    "CourseDate",
    "Covenant",
    "CovenantQuerySet",
    "Elector",
    "Entry",
    "EntryQuerySet",
    "Flag",
    "Following",
    "FollowingQuerySet",
    "ModelCase",
    "ModelCaseQuerySet",
    "Opinion",
    "OpinionQuerySet",
    "Paper",
    "Plan",
    "PlanLine",
    "PlanLink",
    "Platform",
    "PlatformEvent",
    "PlatformQuerySet",
    "Pool",
    "PoolItem",
    "Question",
    "Residency",
    "ResidencyQuerySet",
    "Review",
    "Score",
    "Seat",
    "SeatCall",
    "SeatCallQuerySet",
    "SeatQuerySet",
    "Serial",
    "Session",
    "SessionQuerySet",
    "Sheet",
    "Stance",
    "Step",
    "Terms",
    "Theme",
    "Topic",
    "TopicQuerySet",
    "Vote",
    "Wording",
]  # fmt: skip
