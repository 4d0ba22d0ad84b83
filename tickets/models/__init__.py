"""Reports and whistles: what they are about, the ticket, who must respond, what happened."""

from tickets.models.assignment import Assignment, AssignmentQuerySet, TicketEvent
from tickets.models.clock import SCOPES, Clock, ClockPause, ClockQuerySet, Outcome, TimeLimit
from tickets.models.contact import Contact
from tickets.models.photo import Photo, PhotoQuerySet
from tickets.models.rollup import TicketRollup
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
from tickets.models.ticket import (
    COLUMN_OF_LEVEL,
    LIST_FIELDS,
    NUMBER,
    Ticket,
    TicketQuerySet,
    TicketWords,
)
from tickets.models.whistle import Arrival, Helper, Score, Whistle

__all__ = [
    "COLUMN_OF_LEVEL",
    "FUNCTION_OF_NAME",
    "LIST_FIELDS",
    "NUMBER",
    "SCOPES",
    "Arrival",
    "Assignment",
    "AssignmentQuerySet",
    "Category",
    "Clock",
    "ClockPause",
    "ClockQuerySet",
    "Contact",
    "FunctionHolder",
    "Helper",
    "OfficeFunction",
    "Outcome",
    "Photo",
    "PhotoQuerySet",
    "RoutingRule",
    "RuleQuerySet",
    "Score",
    "Ticket",
    "TicketEvent",
    "TicketQuerySet",
    "TicketRollup",
    "TicketWords",
    "TimeLimit",
    "Whistle",
    "WhistleKind",
    "in_language",
]
