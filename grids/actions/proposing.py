"""Bringing in homes as numbers, and asking for balanced grids."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows, Cells, Problem, RowError, read_rows
from govgrid.core.sheets import text as short
from govgrid.core.wake import wake
from grids.actions.drafts import draft
from grids.actions.drawing import take_over
from grids.actions.imports import Imported
from grids.division import proposing
from grids.models import WGS84, Block, Division, Proposal

if TYPE_CHECKING:
    from govgrid.accounts.models import User

MOST_AT_A_POINT = 5_000
# Longer than the solver may take: a worker that died leaves it to the next.
LEASE = timedelta(seconds=proposing.PATIENCE + 60)
MOST_ATTEMPTS = 3
TASK = "grids.tasks.propose"
COLUMNS = ("code", "lon", "lat", "households", "crs")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Row:
    line: int
    code: str
    point: Point
    households: int

    @classmethod
    def read(cls, line: int, cells: Mapping[str, str]) -> _Row:
        code = short(cells.get("code", ""), 40, _("The code is missing."))
        try:
            lon, lat = float(cells.get("lon", "")), float(cells.get("lat", ""))
            count = float(cells.get("households", ""))
        except ValueError as error:
            raise RowError(_("Longitude, latitude and households are numbers.")) from error
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise RowError(_("The point does not lie on the earth."))
        if not (0 <= count <= MOST_AT_A_POINT and count.is_integer()):
            raise RowError(_("Households are a whole number, 5000 at most."))
        lon, lat = to_wgs84(lon, lat, _crs(cells.get("crs", "")))
        return cls(line, code, Point(lon, lat, srid=WGS84), int(count))


def _crs(said: str) -> CRS:
    try:
        return CRS(said.lower() or CRS.WGS84)
    except ValueError as error:
        raise RowError(_("The coordinates are wgs84, gcj02 or bd09.")) from error


@transaction.atomic
def import_blocks(division: Division, given: Iterable[Cells], *, by: User) -> Imported:
    """Homes as points with a number, for this draft alone: these replace what it had. All or nothing.

    Columns: code, lon, lat, households, and crs where it is not WGS-84.
    """
    found = draft(division, by)
    problems: list[Problem] = []
    rows = list(read_rows(given, _Row.read, problems))
    codes: set[str] = set()
    for row in rows:
        if row.code in codes:
            problems.append(Problem(row.line, _("The code %s stands twice.") % row.code))
        codes.add(row.code)
    if len(rows) > proposing.MOST_BLOCKS:
        problems.append(Problem(0, _("There are more than 3000 rows.")))
    if problems:
        raise BadRows(problems)
    before = set(Block.objects.filter(division=found).values_list("code", flat=True))
    Block.objects.filter(division=found).delete()
    Block.objects.bulk_create(
        Block(division=found, code=row.code, point=row.point, household_count=row.households)
        for row in rows
    )
    done = Imported()
    for row in rows:
        (done.changed if row.code in before else done.added).append(row.code)
    return done


@transaction.atomic
def ask_proposal(division: Division, *, by: User, grids: int = 0) -> Proposal:
    """Ask a worker for balanced grids; one at a time. Refused where nobody knows who lives where."""
    found = draft(division, by)
    if not proposing.has_homes(found):
        raise Refused("no_homes", _("How many households live where is not known: bring them in."))
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(
                division=found, grids=grids, asked_by=by, asked_at=clock.now()
            )
    except IntegrityError as error:
        raise Refused("proposal_runs", _("A proposal is being computed already.")) from error
    wake(TASK, proposal.pk)
    return proposal


def waiting_proposals() -> list[int]:
    """What a lost wake-up or a worker that died left behind."""
    return list(_waiting().values_list("pk", flat=True).order_by("pk"))


def _waiting():
    forgotten = Q(state=Proposal.State.RUNNING, claimed_until__lt=clock.now())
    return Proposal.objects.filter(Q(state=Proposal.State.WAITING) | forgotten)


def propose(proposal_id: int) -> bool:
    """Compute one proposal and take it over into its draft as a step; False where another does.

    The row is leased, the computing holds no lock, and the draft may be drawn on meanwhile: the
    step then lies on top, and undoing it brings back what was drawn.
    """
    proposal = _claim(proposal_id)
    if proposal is None:
        return False
    if proposal.attempts > MOST_ATTEMPTS:
        _give_up(proposal, _("Computing it ended its worker each time. Ask for fewer grids."))
        return True

    def say(percent: int) -> None:
        Proposal.objects.filter(pk=proposal.pk).update(progress=percent)

    try:
        found = proposing.propose(proposal.division, proposal.grids, say)
        with transaction.atomic():
            take_over(proposal.division, found.pieces, by=proposal.asked_by)
            _end(proposal, Proposal.State.DONE, figures=found.figures, progress=100)
    except Refused as refusal:
        _end(proposal, Proposal.State.FAILED, message=str(refusal)[:300])
    except SoftTimeLimitExceeded:
        _give_up(proposal, _("No proposal was found in time. Ask for other grids."))
    return True


def _give_up(proposal: Proposal, why: str) -> None:
    logger.warning("proposal %s is given up at attempt %s", proposal.pk, proposal.attempts)
    if not connection.in_atomic_block:
        connection.close()  # cut off in the middle of a statement, it may answer the wrong one
    _end(proposal, Proposal.State.FAILED, message=why)


@transaction.atomic
def _claim(proposal_id: int) -> Proposal | None:
    found = (
        _waiting()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("division__community", "asked_by")
        .filter(pk=proposal_id)
        .first()
    )
    if found is not None:
        found.state, found.claimed_until = Proposal.State.RUNNING, clock.now() + LEASE
        # Counted before the attempt: one that kills its worker would be tried for ever.
        found.attempts += 1
        found.save(update_fields=["state", "claimed_until", "attempts"])
    return found


def _end(proposal: Proposal, state: str, **said: object) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(state=state, claimed_until=None, **said)
