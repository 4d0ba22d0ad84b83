"""Files that people bring: read and tried by a worker, and imported on their yes.

The row is the queue: whatever waits is found by the sweep though nobody was woken for it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows, Cells
from govgrid.core.wake import wake
from grids import shapes
from grids.actions.imports import Imported, may_bring
from grids.actions.kinds import KINDS, Told, Way
from grids.models import Area, AreaShape, CodeSystem, Upload, UploadRow
from grids.refusals import refuse_personal
from grids.spatial import reading
from grids.spatial.offsets import SAMPLE, Placed, better_crs
from grids.spatial.reading import Asked

TASK = "grids.tasks.work_off_uploads"
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
BATCH = 500
# What a page shows; the error sheet has all problems up to this.
MOST_LINES, MOST_PROBLEMS = 200, 5000

State = Upload.State
logger = logging.getLogger(__name__)


# ── what people do ────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def receive(
    file: File,
    *,
    by: User,
    kind: str,
    asked: Asked = Asked(),  # noqa: B008 a tuple
    code_system: str = CodeSystem.STATISTICS,
    on: date | None = None,
) -> Upload:
    """Keep a file; a worker reads it and says what it would change."""
    may_bring(by)
    upload = Upload.objects.create(
        kind=kind,
        file=file,
        name=Path(file.name or "").name[-120:],
        code_system=code_system,
        on=on,
        created_by=by,
        created_at=clock.now(),
        **asked._asdict(),
    )
    wake(TASK)
    return upload


@transaction.atomic
def read_again(upload: Upload, *, by: User, asked: Asked) -> Upload:
    """Read the same file once more, with something else said about it."""
    upload = _locked(upload, by, State.READY, State.REFUSED)
    if not upload.file:
        raise Refused("file_gone", _("The file was not kept. Send it again."))
    upload.crs, upload.encoding, upload.layer = asked
    return _put_to_work(upload, State.READING)


@transaction.atomic
def confirm(upload: Upload, *, by: User, endings: Iterable[tuple[str, date, str]] = ()) -> Upload:
    """Import what was shown. ``endings`` are areas that end though no row of the file says so."""
    upload = _locked(upload, by, State.READY)
    upload.endings = [[code, on.isoformat(), successor] for code, on, successor in endings]
    return _put_to_work(upload, State.COMMITTING)


@transaction.atomic
def discard(upload: Upload, *, by: User) -> Upload:
    """Put a file away; nothing of it was imported."""
    upload = _locked(upload, by, State.READY, State.REFUSED)
    upload.state = State.DISCARDED
    upload.save(update_fields=["state"])
    _forget(upload)
    return upload


def _locked(upload: Upload, by: User, *states: str) -> Upload:
    """Whatever the caller read may be stale by now."""
    upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
    may_bring(by)
    if upload.created_by_id != by.pk:
        raise PermissionDenied
    if upload.state not in states:
        raise Refused(
            "wrong_state", _("This file is: %(state)s.") % {"state": upload.get_state_display()}
        )
    return upload


def _put_to_work(upload: Upload, state: str) -> Upload:
    upload.state, upload.attempts, upload.claimed_until = state, 0, None
    upload.refusal, upload.problems = "", []
    upload.save()
    wake(TASK)
    return upload


def _forget(upload: Upload) -> None:
    """The file and its rows go; who brought what and when stays."""
    upload.rows.all().delete()
    transaction.on_commit(lambda: upload.file.delete(save=True) if upload.file else None)


# ── what a worker does ────────────────────────────────────────────────────────────────────────


def work() -> bool:
    """Read or import the oldest file that waits; whether there was one."""
    upload = _claim()
    if upload is None:
        return False
    with translation.override(upload.created_by.language or None):
        if upload.attempts > MOST_ATTEMPTS:
            _give_up(upload, _("Reading the file ended its reader each time."))
            return True
        try:
            _read(upload) if upload.state == State.READING else _import(upload)
        except SoftTimeLimitExceeded:
            _give_up(upload, _("The file takes longer than a file may: divide it."))
    return True


def is_waiting() -> bool:
    """Whether there is a file that no worker has taken."""
    return Upload.objects.waiting().exists()


def _give_up(upload: Upload, why: str) -> None:
    logger.warning("file %s is given up at attempt %s", upload.pk, upload.attempts)
    if not connection.in_atomic_block:
        connection.close()  # cut off in the middle of a statement, it may answer the wrong one
    _refuse(upload, why)


@transaction.atomic
def _claim() -> Upload | None:
    waiting = Upload.objects.waiting().select_for_update(skip_locked=True, of=("self",))
    upload = waiting.select_related("created_by").order_by("pk").first()
    if upload is not None:
        upload.claimed_until = clock.now() + LEASE
        # Counted before the attempt, or a file that kills its worker would be tried for ever.
        upload.attempts += 1
        upload.save(update_fields=["claimed_until", "attempts"])
    return upload


def _read(upload: Upload) -> None:
    try:
        warnings = _keep_rows(upload)
        _try(upload, warnings)
    except BadRows as refused:
        _refuse(upload, str(refused), problems=refused.problems)
    except Refused as refused:
        _refuse(upload, str(refused), layers=refused.missing)
        if refused.code == "column_not_accepted":  # nor is it kept for a week
            _forget(upload)
    except PermissionDenied:
        _refuse(upload, _("You may not import this."))


def _keep_rows(upload: Upload) -> list[str]:
    upload.rows.all().delete()
    asked = Asked(upload.crs, upload.encoding, upload.layer)
    with reading.opened(Path(upload.file.path), asked, upload.name, check=refuse_personal) as sheet:
        upload.headings, upload.total = sheet.head.headings, sheet.head.total
        upload.layer, upload.row_count = sheet.head.layer, 0
        rows = sheet.rows(_way(upload).columns)
        while some := [
            UploadRow(upload=upload, line=line, cells=cells) for line, cells in islice(rows, BATCH)
        ]:
            UploadRow.objects.bulk_create(some)
            upload.row_count += len(some)
            upload.claimed_until = clock.now() + LEASE
            upload.save(update_fields=["headings", "total", "layer", "row_count", "claimed_until"])
    return sheet.warnings


def _way(upload: Upload) -> Way:
    return KINDS[upload.kind].way_of(upload.headings)


def _rows(upload: Upload) -> Iterator[Cells]:
    kept = upload.rows.order_by("line").values_list("line", "cells")
    return chain(kept.iterator(), _ending_rows(upload))


def _ending_rows(upload: Upload) -> Iterator[Cells]:
    """A row for each area that is to end, as if the file had one."""
    told = {code: (on, successor) for code, on, successor in upload.endings}
    areas = Area.objects.filter(code__in=told, valid_to=None).select_related("parent")
    for area in areas:
        on, successor = told[area.code]
        yield (
            0,
            {
                "level": area.level_slug,
                "code": area.code,
                "name": area.name,
                "parent_code": area.parent.code if area.parent else "",
                "valid_to": on,
                "successor_code": successor,
            },
        )


def _load(upload: Upload) -> Imported:
    told = Told(upload.on, upload.code_system)
    return _way(upload).load(_rows(upload), upload.created_by, told)


def _try(upload: Upload, warnings: list[str]) -> None:
    """What the file would do, found out by doing it and taking it back."""
    has_outlines = KINDS[upload.kind].has_outlines
    placed = list(islice(_placed(upload), SAMPLE)) if has_outlines else []
    offer = better_crs(placed, upload.crs)
    with transaction.atomic():
        done = _load(upload)
        transaction.set_rollback(True)
    upload.summary = _summary(done, warnings)
    upload.offered_crs, upload.metres_off = offer or ("", 0)
    upload.state, upload.claimed_until = State.READY, None
    upload.save()


def _summary(done: Imported, warnings: Iterable[str] = ()) -> dict[str, Any]:
    said = [*((0, warning) for warning in warnings), *map(tuple, done.warnings)]
    return {
        "added": len(done.added),
        "changed": len(done.changed),
        "unchanged": done.unchanged,
        "outlines": done.outlines,
        "added_lines": done.added[:MOST_LINES],
        "changed_lines": done.changed[:MOST_LINES],
        "warnings": said[:MOST_LINES],
        "warning_count": len(said),
    }


def _import(upload: Upload) -> None:
    """All or nothing, with the state of the file in the same transaction: once and no more."""
    try:
        with transaction.atomic():
            upload = Upload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
            if upload.state != State.COMMITTING:
                return
            done = _load(upload)
            upload.summary = _summary(done)
            upload.state, upload.done_at, upload.claimed_until = State.DONE, clock.now(), None
            upload.save()
            _forget(upload)
    except BadRows as refused:
        _refuse(upload, str(refused), problems=refused.problems)
    except Refused as refused:
        _refuse(upload, str(refused))
    except PermissionDenied:
        _refuse(upload, _("You may not import this."))


def _refuse(
    upload: Upload, why: str, *, problems: Iterable[Any] = (), layers: Iterable[Any] = ()
) -> None:
    upload.state, upload.refusal, upload.claimed_until = State.REFUSED, why[:500], None
    upload.problems = [list(one) for one in islice(problems, MOST_PROBLEMS)]
    upload.layers = list(layers)
    upload.save()


# ── where outlines lie ────────────────────────────────────────────────────────────────────────


def _placed(upload: Upload) -> Iterator[Placed]:
    """The outlines of a file, each with the known one that it should fit."""
    areas = {area.code: area for area in Area.objects.filter(valid_to=None)}
    finder = shapes.Finder(areas)
    outlined = set(AreaShape.objects.values_list("area_id", flat=True))
    for _line, cells in _rows(upload):
        if not cells.get("wkt"):
            continue
        area = areas.get(cells.get("code", "")) or finder.found(cells)
        above = area or areas.get(cells.get("parent_code", ""))
        if above is None:
            continue
        line = reversed(above.ancestor_ids)
        reference = next((pk for pk in line if pk in outlined), None)
        outline = shapes.readable(cells["wkt"])
        if reference and outline:
            yield Placed(outline, reference, is_own=area is not None and reference == area.pk)
