"""Filing by the hundred: an offline queue, or the system of a department."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.wake import wake_once
from grids import scoping
from tickets import batch
from tickets.actions.filing import Filed, Filing, keep, reused, row_of, sealed
from tickets.models import Contact, Ticket
from tickets.workflow import State

if TYPE_CHECKING:
    from tickets.batch import Placed
    from tickets.queries import Row

# What became of one filing: kept now or before, or why not.
Outcome = Filed | Refused | PermissionDenied


@transaction.atomic
def file_all(filings: Sequence[Filing], *, by: User, origin: str = "api") -> list[Outcome]:
    """File all that can be filed; one outcome each, in order. One bad one spoils nothing.

    Reports go in by one statement. A whistle, a repeat and an id that comes a second time in the
    same batch go one by one after them, each as :func:`tickets.actions.file` does it.
    """
    # Two batches of one caller with the same ids in another order would wait for each other.
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
    plain = _plain(filings)
    outcomes: dict[int, Outcome] = dict(
        zip(plain, _file_plain([filings[i] for i in plain], by, origin), strict=True)
    )
    for i, filing in enumerate(filings):
        if i not in outcomes:
            outcomes[i] = _file_one(filing, by, origin)
    if any(_is_owed(one) for one in outcomes.values()):
        wake_once("tickets.tasks.route")
    return [outcomes[i] for i in range(len(filings))]


def _plain(filings: Sequence[Filing]) -> list[int]:
    """The places of the reports whose ids have not come before in this batch."""
    seen: set[UUID] = set()
    found = []
    for i, filing in enumerate(filings):
        if filing.client_id not in seen and _is_plain(filing):
            found.append(i)
        seen.add(filing.client_id)
    return found


def _is_plain(filing: Filing) -> bool:
    return not filing.whistle and not filing.repeat_of and filing.is_beside_facility


def _file_plain(filings: Sequence[Filing], by: User, origin: str) -> list[Outcome]:
    at = clock.now()
    rows = [row_of(filing, by=by, origin=origin, at=at) for filing in filings]
    districts = scoping.districts(by, "tickets.file")
    placed = batch.file_all(rows, districts)
    _seal(filings, placed)
    kept = [row.client_id for row, one in zip(rows, placed, strict=True) if one.ticket is None]
    earlier = _earlier(kept, by)
    return [
        _outcome(row, one, earlier.get(row.client_id), one.district in districts)
        for row, one in zip(rows, placed, strict=True)
    ]


def _outcome(row: Row, placed: Placed, earlier: Ticket | None, may_file: bool) -> Outcome:  # noqa: FBT001
    """The same answers in the same order as for one filing alone."""
    if placed.ticket is not None:
        return Filed(placed.ticket, created=True)
    if placed.district is not None and not may_file:
        return PermissionDenied()
    if earlier is not None:
        same = earlier.fingerprint == row.fingerprint
        return Filed(earlier, created=False) if same else reused()
    if row.spot.grid is not None:
        return Refused("unknown_grid", _("There is no grid with this code."))
    # How far outside is not measured for hundreds.
    return Refused("outside", _("This point lies in no grid. Please move the pin."))


def _earlier(client_ids: Sequence[UUID], by: User) -> dict[UUID, Ticket]:
    # A statement of its own: it sees what a rival committed while the insert waited for it.
    if not client_ids:
        return {}
    found = Ticket.objects.with_places().filter(filed_by=by, client_id__in=client_ids)
    return {one.client_id: one for one in found}


def _seal(filings: Iterable[Filing], placed: Iterable[Placed]) -> None:
    given = (
        sealed(one.ticket.pk, filing.contact)
        for filing, one in zip(filings, placed, strict=True)
        if one.ticket is not None
    )
    contacts = [one for one in given if one is not None]
    if contacts:
        Contact.objects.bulk_create(contacts)


def _file_one(filing: Filing, by: User, origin: str) -> Outcome:
    try:
        with transaction.atomic():
            return keep(filing, by=by, origin=origin)
    except (Refused, PermissionDenied) as refusal:
        return refusal


def _is_owed(outcome: Outcome) -> bool:
    return isinstance(outcome, Filed) and outcome.created and outcome.ticket.state == State.FILED
