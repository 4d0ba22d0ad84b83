"""What a row of a list of days may say. Pure: one row, no database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

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
from govgrid.worktime.arithmetic import DayKind, weekday_of

COLUMNS = ("date", "weekday", "kind", "name")
REQUIRED = ("date", "kind")
# How notices and their tables head the same columns.
HEADINGS = {
    "日期": "date",
    "星期": "weekday",
    "类型": "kind",
    "类别": "kind",
    "名称": "name",
    "节日": "name",
}
HOLIDAY, MAKEUP = str(DayKind.HOLIDAY), str(DayKind.MAKEUP_WORKDAY)
KINDS = {
    **dict.fromkeys((HOLIDAY, "休", "休息", "放假", "节假日", "假期"), HOLIDAY),
    **dict.fromkeys((MAKEUP, "makeup", "班", "上班", "补班", "调休上班", "补班日"), MAKEUP),
}
WEEKDAYS = "一二三四五六日"
FIRST_YEAR, LAST_YEAR = 2000, 2100
# Fifty years of notices are 100 kB.
MOST_BYTES = 2_000_000
# A zip (xlsx, ods) or the older container (xls).
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_DATES = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
)


class DayRow(NamedTuple):
    """One special day. ``line`` is where it stands in a file."""

    on: date
    kind: str
    name: str = ""
    line: int = 0

    @classmethod
    def read(cls, line: int, cells: Mapping[str, str]) -> DayRow:
        on = _date(plain(cells["date"]))
        kind = KINDS.get(plain(cells["kind"]).lower())
        if kind is None:
            raise RowError(
                _("“%(kind)s” is no kind: %(kinds)s.")
                % {"kind": cells["kind"][:20], "kinds": f"{HOLIDAY}, {MAKEUP}"}
            )
        _check_weekday(on, plain(cells.get("weekday", "")))
        if kind == MAKEUP and weekday_of(on) == DayKind.WORKDAY:
            raise RowError(_("%s is a weekday: it is a working day already.") % on)
        return cls(on, kind, text(cells.get("name", ""), 40), line)


def headings_of(given: Iterable[str]) -> list[str]:
    """The headings as ours; refused where one is missing or unknown."""
    headings = [HEADINGS.get(plain(one), plain(one).lower()) for one in given]
    check_headings(headings, COLUMNS, REQUIRED)
    return headings


def days_of(found: Sequence[Cells]) -> list[DayRow]:
    """The days of a list, or all that is wrong with it."""
    problems: list[Problem] = []
    first: dict[date, DayRow] = {}
    for row in read_rows(found, DayRow.read, problems):
        if first.setdefault(row.on, row) is not row:
            reason = _("%(code)s stands in line %(line)s already.")
            words = {"code": row.on, "line": first[row.on].line}
            problems.append(Problem(row.line, reason % words))
    if not found:
        problems.append(Problem(1, _("The list names no day.")))
    if problems:
        raise BadRows(problems)
    return list(first.values())


def plain(value: str) -> str:
    """Without the full width that Chinese keyboards write, and without blanks around."""
    return unicodedata.normalize("NFKC", value).strip()


def _date(value: str) -> date:
    match = next(filter(None, (form.fullmatch(value) for form in _DATES)), None)
    try:
        on = date(*map(int, match.groups())) if match else None
    except ValueError:
        on = None
    if on is None:
        raise RowError(_("“%s” is no date; write 2026-09-24.") % value[:20])
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise RowError(
            _("%(date)s lies outside the years %(first)s to %(last)s.")
            % {"date": on, "first": FIRST_YEAR, "last": LAST_YEAR}
        )
    return on


def _check_weekday(on: date, value: str) -> None:
    """The weekday may be left out; where it stands it catches a date that was mistyped."""
    said = value[-1:].replace("天", "日")
    if value and said not in (str(on.isoweekday()), WEEKDAYS[on.weekday()]):
        raise RowError(_("%(date)s is no “%(weekday)s”.") % {"date": on, "weekday": value[:10]})


def read_file(content: bytes, name: str) -> list[Cells]:
    """The rows of a CSV or Excel file called ``name``."""
    if len(content) > MOST_BYTES:
        raise Refused(
            "file_too_large", _("%(file)s is no list of days: it is too large.") % {"file": name}
        )
    if content.startswith(WORKBOOKS):
        return read_workbook(content, headings_of)
    return read(decoded(content, name), headings_of)
