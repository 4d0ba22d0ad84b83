"""Filing: what a form or a serializer has checked becomes a ticket, or a whistle."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.coordinates import metres_between
from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.core.wake import wake_once
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint
from grids.queries import outside_message
from tickets import notices, queries, repeats, rules
from tickets.effects import whistling
from tickets.models import Category, Contact, Ticket, TicketEvent, own_words
from tickets.workflow import State, WhistleKind, reasons_lacking

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Department, Facility
    from tickets.queries import Spot

# So far from a pin may lie what it is about: a pin is put by eye, and a wall is long.
FACILITY_METRES = 200


@dataclass(frozen=True)
class Asked:
    """The whistle that goes with a filing: its kind, its reasons, the helpers confirmed."""

    kind: WhistleKind
    tried: str = ""
    missing_power: str = ""
    helpers: tuple[Department, ...] = ()

    def content(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "tried": self.tried,
            "missing_power": self.missing_power,
            "helpers": sorted(one.code for one in self.helpers),
        }


@dataclass(frozen=True)
class Filing:
    """A report, or with ``whistle`` a whistle, as a form or a serializer has checked it."""

    client_id: UUID
    category: Category
    spot: Spot
    description: str = ""
    whistle: Asked | None = None
    # A closed ticket about the same matter at the same place, when the writer chose to file anew.
    repeat_of: Ticket | None = None
    # What stands there and is meant, with its grid.
    facility: Facility | None = None
    observed_at: datetime | None = None
    contact: dict[str, str] = field(default_factory=dict)
    # Kinds of personal data that the writer wants to stay in the text; identity and bank
    # numbers never do.
    keep: frozenset[str] = frozenset()

    def digest(self) -> str:
        """A keyed digest of the canonical content: equal content, equal digest."""
        content = {
            "category": self.category.code,
            "spot": [self.spot.raw_lon, self.spot.raw_lat, self.spot.raw_crs, self.spot.grid],
            "description": self.description,
            "kind": Ticket.Kind.WHISTLE if self.whistle else Ticket.Kind.REPORT,
            "observed_at": self.observed_at,
            "contact": self.contact,
            "keep": sorted(self.keep),
        }
        if self.whistle:
            content["whistle"] = self.whistle.content()
        if self.repeat_of:
            content["repeat_of"] = self.repeat_of.number
        if self.facility:
            content["facility"] = self.facility.code
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
        return fingerprint(text.encode())

    @property
    def is_beside_facility(self) -> bool:
        """Whether what was named stands at the place: near the point, or in the grid alone named."""
        if self.facility is None:
            return True
        lon, lat = self.spot.lon, self.spot.lat
        if lon is None or lat is None:
            grid = self.facility.grid
            return grid is not None and grid.code == self.spot.grid
        point = self.facility.point
        return metres_between((lon, lat), (point.x, point.y)) <= FACILITY_METRES


@dataclass(frozen=True)
class Filed:
    """What a filing led to: ``created`` is False when the same was sent before."""

    ticket: Ticket
    created: bool


@transaction.atomic
def file(filing: Filing, *, by: User | None, origin: str = "page") -> Filed:
    """Write ticket, words, event and sealed contact, and owe its routing.

    The same client id with the same content gives what it made, as it is now; with other content
    it is refused (``client_id_reused``). Off the map is refused (``outside``).
    """
    filed = keep(filing, by=by, origin=origin)
    if filed.created and filed.ticket.state == State.FILED:
        wake_once("tickets.tasks.route")
    return filed


def keep(filing: Filing, *, by: User | None, origin: str) -> Filed:
    """:func:`file`, inside a transaction of the caller's and without waking anybody."""
    at = clock.now()
    row = row_of(filing, by=by, origin=origin, at=at)
    district, ticket = queries.file(row)
    if district is None:
        # The map may have changed since the first sending: a retry still gets what it made.
        if earlier := _sent_before(filing.client_id, row.fingerprint, by):
            return Filed(earlier, created=False)
        raise _off_the_map(filing.spot)
    if by is not None and not rules.can_file(by, district):
        raise PermissionDenied
    if ticket is None:
        earlier = _sent_before(filing.client_id, row.fingerprint, by)
        assert earlier is not None, "the insert found it"  # noqa: S101
        return Filed(earlier, created=False)
    contact = sealed(ticket.pk, filing.contact)
    if contact is not None:
        contact.save(force_insert=True)
    _hold_to_the_place(ticket, filing)
    if filing.whistle is not None:
        _blow(ticket, filing.whistle, by=by, at=at)
    return Filed(ticket, created=True)


def row_of(filing: Filing, *, by: User | None, origin: str, at: datetime) -> queries.Row:
    """What becomes the ticket's row: the text masked, its words found, the content digested."""
    text = guard.mask(filing.description, kinds=set(guard.Kind) - filing.keep)
    return queries.Row(
        client_id=filing.client_id,
        fingerprint=filing.digest(),
        kind=Ticket.Kind.REPORT,
        origin=origin,
        category=filing.category,
        spot=filing.spot,
        description=text,
        words=own_words(text, filing.category),
        by=by,
        at=at,
        day=clock.local(at).date(),
        observed_at=filing.observed_at,
        data=json.dumps({"masked": True} if text != filing.description else {}),
        facility=filing.facility,
    )


def _hold_to_the_place(ticket: Ticket, filing: Filing) -> None:
    """What a filing names beside itself must be where it is."""
    if not filing.is_beside_facility:
        raise Refused("wrong_facility", _("This facility stands at another place."))
    if filing.repeat_of is not None:
        _link(ticket, filing.repeat_of)


def _link(ticket: Ticket, earlier: Ticket) -> None:
    """Its history is shown with it; what was elsewhere has none to lend."""
    if not repeats.is_at_the_place_of(ticket, earlier):
        raise Refused("wrong_ticket", _("This ticket was about another place."))
    ticket.repeat_of = earlier
    ticket.save(update_fields=["repeat_of"])


def _blow(ticket: Ticket, asked: Asked, *, by: User | None, at: datetime) -> None:
    """Filed as a whistle: it waits for approval, or goes out at once."""
    if by is not None and not rules.can_blow_kind(by, asked.kind, ticket):
        raise PermissionDenied
    lacks = reasons_lacking(asked.kind, asked.tried, asked.missing_power)
    if lacks:
        raise Refused(lacks[0].code, " ".join(one.message for one in lacks), missing=lacks)
    strangers = queries.not_serving(ticket, asked.helpers)
    if strangers:
        raise Refused("wrong_department", _("This department does not serve the place."))
    whistling.write(
        ticket,
        asked.kind,
        tried=guard.mask(asked.tried),
        missing_power=guard.mask(asked.missing_power),
        helpers=asked.helpers,
        by=by,
        at=at,
    )
    ticket.held_state = State.FILED if ticket.state == State.AWAITING_APPROVAL else ""
    ticket.save(update_fields=["kind", "whistle_kind", "state", "held_state"])
    TicketEvent.objects.create(
        ticket=ticket,
        verb="blow",
        before=State.FILED,
        after=ticket.state,
        at=at,
        by=by,
        data={"whistle_kind": asked.kind},
    )
    notices.blown(ticket)


def _off_the_map(spot: Spot) -> Refused:
    if spot.lon is None or spot.lat is None:
        return Refused("unknown_grid", _("There is no grid with this code."))
    return Refused("outside", outside_message(spot.lon, spot.lat))


def _sent_before(client_id: UUID, digest: str, by: User | None) -> Ticket | None:
    # A second statement sees what a rival committed while the first one waited for it.
    ticket = Ticket.objects.with_places().filter(filed_by=by, client_id=client_id).first()
    if ticket is not None and ticket.fingerprint != digest:
        raise reused()
    return ticket


def reused() -> Refused:
    return Refused("client_id_reused", _("This id was used for a report with other content."))


def sealed(ticket_id: int, contact: dict[str, str]) -> Contact | None:
    """How to call back, sealed and not yet written; None where nothing was said."""
    name, phone = tidy(contact.get("name", "")), tidy(contact.get("phone", ""))
    if not (name or phone):
        return None
    return Contact(ticket_id=ticket_id, name=name or None, phone=phone or None)
