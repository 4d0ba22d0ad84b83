"""The list of who may vote, as a table brings it: a household a line, and nothing about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.utils.translation import gettext as _

from govgrid.core import sheets
from govgrid.core.sheets import BadRows, Problem, RowError
from govgrid.privacy import guard
from grids.refusals import refuse_personal

COLUMNS = ("household", "floor_area", "code")
REQUIRED = ("household",)
CHINESE = {
    "户号": "household",
    "房号": "household",
    "专有面积": "floor_area",
    "面积": "floor_area",
    "投票码": "code",
}
MOST_BYTES = 2_000_000
MOST_SQUARE_METRES = 1_000_000
SHORTEST_CODE, LONGEST_CODE = 8, 40


class Line(NamedTuple):
    """``floor_area`` in hundredths of a square metre; an empty ``code``: one is made."""

    label: str
    floor_area: int = 0
    code: str = ""


def read_electors(name: str, content: bytes) -> list[Line]:
    """The lines of a CSV or Excel file.

    Refused: ``file_too_large``, ``column_not_accepted``, ``column_missing``, ``column_unknown``,
    ``bad_rows`` with each row and its reason, and what ``core.sheets`` refuses.
    """
    if len(content) > MOST_BYTES:
        raise sheets.Refused("file_too_large", _("This file is too large: 2 MB at most."))
    if name.lower().endswith(".xlsx"):
        found = sheets.read_workbook(content, head)
    else:
        found = sheets.read(sheets.decoded(content, name), head)
    problems: list[Problem] = []
    lines = list(sheets.read_rows(found, _line, problems))
    if problems:
        raise BadRows(problems)
    return lines


def head(headings: list[str]) -> list[str]:
    """The names of the columns, or a refusal; before a single row is read."""
    refuse_personal(headings)
    known = [CHINESE.get(one, one.lower()) for one in headings]
    sheets.check_headings(known, COLUMNS, REQUIRED)
    return known


def _line(_number: int, cells: Mapping[str, str]) -> Line:
    return line(cells["household"], cells.get("floor_area", ""), cells.get("code", ""))


def line(label: str, area: str = "", code: str = "") -> Line:
    """One line as it is kept; RowError says what is wrong with it."""
    label = sheets.text(label.strip(), 40, _("Write the household."))
    if guard.find(label) or guard.find(code):
        raise RowError(_("Numbers that name a person are not taken here."))
    if code and not SHORTEST_CODE <= len(code) <= LONGEST_CODE:
        raise RowError(_("A code has 8 to 40 characters."))
    return Line(label, _hundredths(area), sheets.text(code, LONGEST_CODE))


def _hundredths(said: str) -> int:
    if not said:
        return 0
    try:
        metres = Decimal(said)
    except InvalidOperation:
        metres = Decimal(-1)
    if not metres.is_finite() or not 0 < metres <= MOST_SQUARE_METRES:
        raise RowError(_("“%(area)s” is no floor area in square metres.") % {"area": said[:20]})
    return round(metres * 100)


def check(rows: Sequence[Mapping[str, str]]) -> list[Line]:
    """The same of rows that a program sends; line 1 is the first."""
    problems: list[Problem] = []
    found = list(sheets.read_rows(enumerate(rows, start=1), _line, problems))
    if problems:
        raise BadRows(problems)
    return found
