"""Everything that changes a ticket. One verb each, atomic, ``by=`` always; ``None`` is the system."""

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
from govgrid.core.errors import Refused
from govgrid.core.text import bigrams
from govgrid.core.wake import wake
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint
from grids.models import Department
from grids.queries import outside_message
from tickets import notices, queries, routing, rules, workflow
from tickets.effects import EFFECTS
from tickets.models import Assignment, Category, Contact, Ticket, TicketEvent
from tickets.workflow import Facts, State

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.queries import Spot

# ── filing ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Filing:
    """A report as a form or a serializer has checked it."""

    client_id: UUID
    category: Category
    spot: Spot
    description: str = ""
    kind: str = Ticket.Kind.REPORT
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
            "kind": self.kind,
            "observed_at": self.observed_at,
            "contact": self.contact,
            "keep": sorted(self.keep),
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
        return fingerprint(text.encode())


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
    at = clock.now()
    text = guard.mask(filing.description, kinds=set(guard.Kind) - filing.keep)
    digest = filing.digest()
    district, ticket = queries.file(
        queries.Row(
            client_id=filing.client_id,
            fingerprint=digest,
            kind=filing.kind,
            origin=origin,
            category=filing.category,
            spot=filing.spot,
            description=text,
            words=bigrams(f"{text} {filing.category.name_zh} {filing.category.name_en}"),
            by=by,
            at=at,
            day=clock.today(),
            observed_at=filing.observed_at,
            data=json.dumps({"masked": True} if text != filing.description else {}),
        )
    )
    if district is None:
        # The map may have changed since the first sending: a retry still gets what it made.
        if earlier := _sent_before(filing.client_id, digest, by):
            return Filed(earlier, created=False)
        raise _off_the_map(filing.spot)
    if by is not None and not rules.can_file(by, district):
        raise PermissionDenied
    if ticket is None:
        earlier = _sent_before(filing.client_id, digest, by)
        assert earlier is not None, "the insert found it"  # noqa: S101
        return Filed(earlier, created=False)
    _seal_contact(ticket.pk, filing.contact)
    wake("tickets.tasks.route")
    return Filed(ticket, created=True)


def _off_the_map(spot: Spot) -> Refused:
    if spot.lon is None or spot.lat is None:
        return Refused("unknown_grid", _("There is no grid with this code."))
    return Refused("outside", outside_message(spot.lon, spot.lat))


def _sent_before(client_id: UUID, digest: str, by: User | None) -> Ticket | None:
    # A second statement sees what a rival committed while the first one waited for it.
    ticket = Ticket.objects.with_places().filter(filed_by=by, client_id=client_id).first()
    if ticket is not None and ticket.fingerprint != digest:
        raise Refused("client_id_reused", _("This id was used for a report with other content."))
    return ticket


def _seal_contact(ticket_id: int, contact: dict[str, str]) -> None:
    name, phone = contact.get("name", "").strip(), contact.get("phone", "").strip()
    if name or phone:
        Contact.objects.create(ticket_id=ticket_id, name=name or None, phone=phone or None)


# ── routing ───────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def route() -> int:
    """Give up to 500 filed tickets to whom the rules name, or to the street desk; how many.

    Locks what it takes and skips what another worker holds. Killed before the commit, it has done
    nothing and the rows wait as before.
    """
    decisions = routing.claim_and_decide()
    if not decisions:
        return 0
    at = clock.now()
    queries.mark_routed(decisions, at)
    assignments = Assignment.objects.bulk_create(
        Assignment(
            ticket_id=one.ticket_id,
            department_id=department,
            role=Assignment.Role.LEAD,
            offered_at=at,
        )
        for one in decisions
        if (department := one.department_id) is not None
    )
    by_ticket = {one.ticket_id: one for one in assignments}
    TicketEvent.objects.bulk_create(
        TicketEvent(
            ticket_id=one.ticket_id,
            assignment=by_ticket.get(one.ticket_id),
            verb="route",
            before=State.FILED,
            after=State.DISPATCHED if one.department_id else State.TRIAGE,
            at=at,
            department_id=one.department_id,
            data=one.why,
        )
        for one in decisions
    )
    notices.routed([one.ticket_id for one in decisions])
    return len(decisions)


# ── moves ─────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def move(
    ticket: Ticket,
    name: str,
    *,
    by: User | None,
    assignment: int | None = None,
    **given: Any,
) -> Ticket:
    """Take one arrow of ``workflow.MOVES``, or raise; ``by=None`` is the system.

    ``given`` is what the move's ``fields`` name: note, department, suggested_owner.
    Refused with the first lack's code when the state or a guard says no.
    """
    # Whatever the caller read may be stale by now. Only the locked rows are the truth.
    ticket = Ticket.objects.select_for_update(of=("self",)).with_places().get(pk=ticket.pk)
    rows = ticket.assignments.select_related("department").order_by("pk")
    facts = rules.gather(name, ticket, rows, by=by, assignment=assignment, given=given)
    if by is not None and not rules.may(by, name, facts):
        raise PermissionDenied
    workflow.check(name, facts)
    _must_serve_here(facts)
    before, at = ticket.state, clock.now()
    touched = EFFECTS[name](facts, at)
    ticket.closed_at = at if ticket.state == State.CLOSED else None
    ticket.save(
        update_fields=["state", "lead_department", "return_count", "routed_at", "closed_at"]
    )
    _log(facts, name, before=before, at=at, touched=touched)
    notices.moved(ticket, name, touched)
    return ticket


def _must_serve_here(facts: Facts) -> None:
    """A form offers only departments of the place; a program may name any, or one just closed."""
    department = facts.given.get("department")
    if not isinstance(department, Department):
        return
    if not queries.departments_for(facts.ticket).filter(pk=department.pk).exists():
        raise Refused("wrong_department", _("Choose the department that shall lead."))


def _log(facts: Facts, name: str, *, before: str, at: datetime, touched: Assignment | None) -> None:
    data = {}
    if facts.given.get("suggested_owner"):
        data["suggested_owner"] = guard.mask(str(facts.given["suggested_owner"]))
    TicketEvent.objects.create(
        ticket=facts.ticket,
        assignment=touched,
        verb=name,
        before=before,
        after=facts.ticket.state,
        at=at,
        by=facts.by,
        department_id=touched.department_id if touched else None,
        note=guard.mask(str(facts.given.get("note") or "").strip()),
        data=data,
    )
