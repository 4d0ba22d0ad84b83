"""How a ticket looks in an answer: the shape for the schema, and the dict itself.

The dicts are written by hand, since a nested serializer costs three times the time of a list of
50; tests/tickets/test_api.py and Schemathesis hold the two equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework import serializers
from rest_framework.reverse import reverse

from govgrid.core.coordinates import CRS
from govgrid.core.fields import told
from grids.api import Coded, DepartmentBrief, coded, department_brief
from tickets.api.more_time import BesideRow
from tickets.api.parts import NULL_TIME, AssignmentRow, PartRows, Parts, WhistleRow
from tickets.models import Ticket
from tickets.reasons import why
from tickets.routing import OUTCOMES
from tickets.rules import sees_filer
from tickets.tracking import url_of
from tickets.workflow import State, Tier, WhistleKind

if TYPE_CHECKING:
    from rest_framework.request import Request


class Location(serializers.Serializer):
    lon = serializers.FloatField()
    lat = serializers.FloatField()


class LocationAsSent(Location):
    crs = serializers.ChoiceField(choices=[crs.value for crs in CRS])


class TicketRow(serializers.Serializer):
    number = serializers.CharField()
    url = serializers.URLField()
    kind = serializers.ChoiceField(choices=Ticket.Kind.choices)
    whistle_kind = serializers.ChoiceField(choices=WhistleKind.choices, allow_null=True)
    state = serializers.ChoiceField(choices=State.choices)
    level = serializers.ChoiceField(
        choices=Tier.choices, help_text="Who answers for it: on the spot, or as far up as it went."
    )
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="The earliest deadline that runs; null where none does."
    )
    category = Coded()
    description = serializers.CharField()
    grid = Coded()
    community = Coded()
    department = DepartmentBrief(allow_null=True, help_text="Who leads; null until routed.")
    location = Location(allow_null=True, help_text="WGS-84; null when filed by grid alone.")
    filed_at = serializers.DateTimeField(help_text="The server's receipt: clocks start here.")
    observed_at = serializers.DateTimeField(
        allow_null=True, help_text="When the phone saw it, as it said itself."
    )
    closed_at = serializers.DateTimeField(allow_null=True)


class Routing(serializers.Serializer):
    """Why this department: the decision as it was made, and in sentences."""

    outcome = serializers.ChoiceField(choices=OUTCOMES, allow_null=True)
    rule = serializers.CharField(allow_null=True, help_text="As in R-0016.")
    area = Coded(allow_null=True, help_text="Where that rule holds.")
    explanation = serializers.ListField(child=serializers.CharField())


class TicketWhole(TicketRow):
    street = Coded()
    district = Coded()
    location_as_sent = LocationAsSent(allow_null=True)
    filed_by = serializers.CharField(
        allow_null=True, help_text="Shown to who answers for the place, not to departments."
    )
    routed_at = serializers.DateTimeField(**NULL_TIME)
    return_count = serializers.IntegerField()
    facility = Coded(
        allow_null=True, help_text="What stands there and is meant, where one is named."
    )
    track_url = serializers.CharField(
        allow_null=True,
        help_text="The reporter's link, for who filed it: it says how far it is, and asks after "
        "closing whether it is solved. Who has it needs no account.",
    )
    merged_into = serializers.CharField(allow_null=True, help_text="The number of that ticket.")
    repeat_of = serializers.CharField(
        allow_null=True, help_text="The number of an earlier ticket about the same matter here."
    )
    split_from = serializers.CharField(
        allow_null=True, help_text="The number of the ticket that this one was split off from."
    )
    whistle = WhistleRow(allow_null=True, help_text="Null for a report.")
    assignments = AssignmentRow(many=True)
    beside = BesideRow()
    routing = Routing()


class Rows:
    """Writes tickets for one request; the address of the list is built once."""

    def __init__(self, request: Request) -> None:
        self.user = request.user
        self.list_url = reverse("api:tickets", request=request)

    def row(self, ticket: Ticket) -> dict[str, Any]:
        lead = ticket.lead_department
        return {
            "number": ticket.number,
            "url": f"{self.list_url}{ticket.number}/",
            "kind": ticket.kind,
            "whistle_kind": ticket.whistle_kind or None,
            "state": ticket.state,
            "level": ticket.level,
            "due_at": told(ticket.due_at),
            "category": {"code": ticket.category.code, "name": ticket.category.name},
            "description": ticket.description,
            "grid": coded(ticket.grid),
            "community": coded(ticket.community),
            "department": department_brief(lead) if lead else None,
            "location": {"lon": ticket.point.x, "lat": ticket.point.y} if ticket.point else None,
            "filed_at": told(ticket.filed_at),
            "observed_at": told(ticket.observed_at),
            "closed_at": told(ticket.closed_at),
        }

    def whole(self, ticket: Ticket, *, is_new: bool = False) -> dict[str, Any]:
        filer = ticket.filed_by if sees_filer(self.user, ticket) else None
        return {
            **self.row(ticket),
            "street": coded(ticket.street),
            "district": coded(ticket.district),
            "location_as_sent": _as_sent(ticket),
            "filed_by": filer.name if filer else None,
            "routed_at": told(ticket.routed_at),
            "return_count": ticket.return_count,
            "facility": _standing(ticket),
            "split_from": _split_from(ticket),
            "track_url": url_of(ticket) if ticket.filed_by_id == self.user.pk else None,
            **PartRows(self.user, ticket, Parts.of(ticket, is_new=is_new)).all(),
            "routing": {
                "outcome": ticket.routing.get("outcome"),
                "rule": ticket.routing.get("rule"),
                "area": ticket.routing.get("area"),
                "explanation": why(ticket),
            },
        }


def _split_from(ticket: Ticket) -> str | None:
    kind, _colon, number = ticket.origin.partition(":")
    return number if kind == "split" else None


def _standing(ticket: Ticket) -> dict[str, str] | None:
    one = ticket.facility
    return {"code": one.code, "name": str(one)} if one else None


def _as_sent(ticket: Ticket) -> dict[str, Any] | None:
    if ticket.raw_lon is None:
        return None
    return {"lon": ticket.raw_lon, "lat": ticket.raw_lat, "crs": ticket.raw_crs}
