"""What every import does alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, models, transaction

from govgrid.accounts.models import User
from govgrid.core import sheets
from govgrid.core.copying import reserve
from govgrid.core.errors import Refused
from govgrid.core.sheets import Cells
from grids import scoping
from grids.refusals import refuse_personal

BATCH = 500


@dataclass
class Imported(sheets.Imported):
    """What an import up here did; ``passwords`` are those of new people."""

    passwords: dict[str, str] = field(default_factory=dict)
    outlines: int = 0


def must_run_the_platform(by: User | None) -> None:
    if by is not None and not (by.is_active and by.is_superuser):
        raise PermissionDenied


def refusing_personal(given: Iterable[Cells]) -> Iterator[Cells]:
    """The rows, refused at the first that brings a heading about persons."""
    seen: set[str] = set()
    for line, cells in given:
        # All of them for the number of the column; of a map each feature has headings of its own.
        if not seen.issuperset(cells):
            refuse_personal(cells)
            seen.update(cells)
        yield line, cells


def may_bring(by: User | None) -> Callable[[str], bool]:
    """Whether ``by`` may change an area, by its path. Asked for every row, so without a query."""
    if by is None or (by.is_active and by.is_superuser):
        return lambda path: True
    areas = scoping.reach(by, "grids.bring").areas
    if not areas:
        raise PermissionDenied

    def may(path: str) -> bool:
        ids = map(int, path.strip(".").split("."))
        return any(pk in areas.get(level, ()) for level, pk in enumerate(ids, start=1))

    return may


def lock(model: type[models.Model]) -> None:
    """Two imports at once would both add what is missing; readers and filings go on."""
    with connection.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Ids in advance, lowest last: a path holds the ids of rows that are not written yet."""
    return reserve(model, count)[::-1]


def saved(row: Any) -> Any:
    """Save, and turn a constraint that says no into its sentence: the database decides races."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise _refusal(type(row), error) from error
    return row


def _refusal(model: type[models.Model], error: IntegrityError) -> Exception:
    name = error.__cause__.diag.constraint_name  # type: ignore[union-attr]
    for constraint in model._meta.constraints:
        if constraint.name == name:
            return Refused(name, str(constraint.get_violation_error_message()))
    return error
