"""Reports and whistles: what they are about, the ticket, who must respond, what happened."""

from tickets.models.assignment import Assignment, AssignmentQuerySet, TicketEvent
from tickets.models.photo import Photo, PhotoQuerySet
from tickets.models.rule import (
    Category,
    FunctionHolder,
    OfficeFunction,
    RoutingRule,
    RuleQuerySet,
    WhistleKind,
)
from tickets.models.ticket import (
    COLUMN_OF_LEVEL,
    LIST_FIELDS,
    NUMBER,
    Contact,
    Ticket,
    TicketQuerySet,
    TicketWords,
)

__all__ = [
    "COLUMN_OF_LEVEL",
    "LIST_FIELDS",
    "NUMBER",
    "Assignment",
    "AssignmentQuerySet",
    "Category",
    "Contact",
    "FunctionHolder",
    "OfficeFunction",
    "Photo",
    "PhotoQuerySet",
    "RoutingRule",
    "RuleQuerySet",
    "Ticket",
    "TicketEvent",
    "TicketQuerySet",
    "TicketWords",
    "WhistleKind",
]
