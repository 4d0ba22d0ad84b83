"""Reports and whistles: what they are about, the ticket, who must respond, what happened."""

from tickets.models.assignment import Assignment, AssignmentQuerySet, TicketEvent
from tickets.models.callback import Callback, CallbackQuerySet
from tickets.models.card import Card, CardQuerySet, ColourTerms, ColourTermsQuerySet
from tickets.models.check import Check, CheckQuerySet
from tickets.models.clock import SCOPES, Clock, ClockPause, ClockQuerySet, Outcome, TimeLimit
from tickets.models.conditions import CategoryTerms, CategoryTermsQuerySet
from tickets.models.contact import Contact
from tickets.models.desk import MOST_SEARCHES, Note, ReplyTemplate, SavedSearch
from tickets.models.level import Escalation
from tickets.models.meeting import AgendaItem, Decision, Meeting, MeetingQuerySet, Seat
from tickets.models.milestone import Milestone
from tickets.models.more_time import Appeal, Extension, Suspension
from tickets.models.order import SupervisionOrder, SupervisionOrderQuerySet
from tickets.models.photo import Photo, PhotoQuerySet
from tickets.models.rollup import LevelTally, TicketRollup
from tickets.models.rule import (
    FUNCTION_OF_NAME,
    Category,
    FunctionHolder,
    OfficeFunction,
    RoutingRule,
    RuleQuerySet,
    WhistleKind,
    in_language,
)
from tickets.models.ruling import Ruling
from tickets.models.ticket import (
    COLUMN_OF_LEVEL,
    LIST_FIELDS,
    NUMBER,
    Ticket,
    TicketQuerySet,
)
from tickets.models.whistle import Arrival, Helper, Score, Whistle
from tickets.models.words import TicketWords, own_words

__all__ = [
    "COLUMN_OF_LEVEL",
    "FUNCTION_OF_NAME",
    "LIST_FIELDS",
    "MOST_SEARCHES",
    "NUMBER",
    "SCOPES",
    "AgendaItem",
    "Appeal",
    "Arrival",
    "Assignment",
    "AssignmentQuerySet",
    "Callback",
    "CallbackQuerySet",
    "Card",
    "CardQuerySet",
    "Category",
    "CategoryTerms",
    "CategoryTermsQuerySet",
    "Check",
    "CheckQuerySet",
    "Clock",
    "ClockPause",
    "ClockQuerySet",
    "ColourTerms",
    "ColourTermsQuerySet",
    "Contact",
    "Decision",
    "Escalation",
    "Extension",
    "FunctionHolder",
    "Helper",
    "LevelTally",
    "Meeting",
    "MeetingQuerySet",
    "Milestone",
    "Note",
    "OfficeFunction",
    "Outcome",
    "Photo",
    "PhotoQuerySet",
    "ReplyTemplate",
    "RoutingRule",
    "RuleQuerySet",
    "Ruling",
    "SavedSearch",
    "Score",
    "Seat",
    "SupervisionOrder",
    "SupervisionOrderQuerySet",
    "Suspension",
    "Ticket",
    "TicketEvent",
    "TicketQuerySet",
    "TicketRollup",
    "TicketWords",
    "TimeLimit",
    "Whistle",
    "WhistleKind",
    "in_language",
    "own_words",
]
