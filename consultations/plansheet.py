"""A plan as a sheet: written as Excel, read from Excel or CSV. Pure: no database."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from consultations.actions.planning import Line
from consultations.workflow import SessionKind
from govgrid.core.errors import Refused
from govgrid.core.sheets import (
    BadRows,
    Cells,
    Problem,
    RowError,
    check_headings,
    decoded,
    read,
    read_rows,
    read_workbook,
    text,
)
from grids.spatial.writing import Table, write_workbook

if TYPE_CHECKING:
    from consultations.yearplans import Planned

COLUMNS = ("number", "month", "subject", "kind", "lead", "done")
REQUIRED = ("month", "subject", "kind")
HEADINGS = {
    "序号": "number", "月份": "month", "议题": "subject", "形式": "kind", "牵头": "lead", "完成": "done",
}  # fmt: skip
MOST_BYTES = 2_000_000
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _headings(given: Iterable[str]) -> list[str]:
    headings = [HEADINGS.get(one.strip(), one.strip().lower()) for one in given]
    check_headings(headings, COLUMNS, REQUIRED)
    return headings


def read_lines(content: bytes, name: str) -> list[Line]:
    """The lines of a file, or all that is wrong with it (``bad_rows``)."""
    if len(content) > MOST_BYTES:
        raise Refused("file_too_large", _("%(file)s is no plan: it is too large.") % {"file": name})
    if content.startswith(WORKBOOKS):
        found = read_workbook(content, _headings)
    else:
        found = read(decoded(content, name), _headings)
    return _lines(found)


def _lines(found: list[Cells]) -> list[Line]:
    problems: list[Problem] = []
    lines = list(read_rows(found, _line, problems))
    if not found:
        problems.append(Problem(1, _("The file has no line.")))
    if problems:
        raise BadRows(problems)
    return lines


def _line(_number: int, cells: Mapping[str, str]) -> Line:
    month = cells["month"].strip().removesuffix("月").removesuffix(".0")
    if not (month.isascii() and month.isdecimal() and len(month) < 3 and 1 <= int(month) <= 12):
        raise RowError(_("A month is a number from 1 to 12."))
    said = cells["kind"].strip()
    kinds = {str(one.label): one for one in SessionKind} | {str(one): one for one in SessionKind}
    if said not in kinds:
        raise RowError(
            _("“%(kind)s” is no kind of session: %(kinds)s.")
            % {"kind": said[:20], "kinds": ", ".join(str(one.label) for one in SessionKind)}
        )
    return Line(
        int(month),
        text(cells["subject"], 120, _("Say what is talked over.")),
        str(kinds[said]),
        text(cells.get("lead", ""), 60),
    )


def written(rows: list[Planned]) -> bytes:
    """The workbook of a plan in the columns in which it is read again; every cell is a text."""
    names = {ours: theirs for theirs, ours in HEADINGS.items()}
    table = Table(
        "plan",
        [names[one] for one in COLUMNS],
        (
            (
                [
                    str(row.line.key), str(row.line.month), row.line.subject,
                    str(row.line.get_kind_display()), row.line.lead, "✓" if row.is_held else "",
                ],
                None,
            )
            for row in rows
        ),
    )  # fmt: skip
    out = io.BytesIO()
    write_workbook(table, out)
    return out.getvalue()
