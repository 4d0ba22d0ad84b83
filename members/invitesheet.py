"""A list of people to be asked, as a sheet: name, telephone, and their organisation at most.

Pure: no database. What a person is, is in no column: such a file is refused by its headings.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import xlsxwriter
from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from govgrid.core.sheets import (
    MOST_ROWS,
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
from govgrid.privacy.absence import refuse_columns
from govgrid.privacy.crypto import phone_digits

COLUMNS = ("name", "phone", "organisation")
REQUIRED = ("name", "phone")
HEADINGS = {
    "姓名": "name", "名字": "name", "电话": "phone", "手机": "phone", "手机号": "phone",
    "联系电话": "phone", "单位": "organisation", "工作单位": "organisation",
}  # fmt: skip
MOST_BYTES = 5_000_000
# The reader stops at so many lines, and the first has the headings.
MOST_PEOPLE = MOST_ROWS - 2
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
LONGEST_NAME = 60
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}|[2-8][0-9]{6,7}")
_FLOAT = re.compile(r"[0-9.]+[eE]\+?[0-9]{1,2}")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@")


class Invitee(NamedTuple):
    """Somebody to be asked."""

    name: str
    phone: str
    organisation: str = ""


class Sheet(NamedTuple):
    """What a file holds: who can be asked, and what is wrong with which line."""

    people: list[Invitee]
    problems: list[Problem]
    found: list[Cells]


def read_people(content: bytes, name: str) -> Sheet:
    """Refused whole for its size, its headings, or what it is; row by row for the rest."""
    if len(content) > MOST_BYTES:
        raise Refused("file_too_large", _("%(file)s is too large: 5 MB at most.") % {"file": name})
    if content.startswith(WORKBOOKS):
        found = read_workbook(content, headings_of)
    else:
        found = read(decoded(content, name), headings_of)
    if len(found) > MOST_PEOPLE:
        words = _("A list has %(most)s people at most; please cut it in two.")
        raise Refused("list_too_long", words % {"most": MOST_PEOPLE})
    problems: list[Problem] = []
    people = list(_once(read_rows(_from_blank(found), invitee_of, problems), problems))
    return Sheet([one for _line, one in people], sorted(problems), found)


def headings_of(given: Iterable[str]) -> list[str]:
    """The columns by our names; one that must not exist stops the import, and says why."""
    plain = [unicodedata.normalize("NFKC", one).strip() for one in given]
    try:
        refuse_columns(plain)
    except Refused as refusal:
        why = _(
            "The roster keeps neither faith, ethnic group, ID number, health nor kin of anybody. "
            "Please take the column out and try again."
        )
        raise Refused(refusal.code, f"{refusal.message} {why}") from None
    while plain and not plain[-1]:
        plain.pop()
    headings = [HEADINGS.get(one, one.lower()) for one in plain]
    check_headings(headings, COLUMNS, REQUIRED)
    return headings


def _from_blank(found: Sequence[Cells]) -> list[Cells]:
    """Without lines in which nothing is to be seen."""
    return [(line, cells) for line, cells in found if any(_plain(one) for one in cells.values())]


def _plain(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", cell).replace("\u200b", "").split())


def invitee_of(line: int, cells: Mapping[str, str]) -> tuple[int, Invitee]:
    name = text(_plain(cells["name"]), LONGEST_NAME, _("Who is to be asked?"))
    if name.startswith(_FORMULA) or any(one.isdecimal() for one in name):
        raise RowError(_("“%(name)s” is no name.") % {"name": name[:20]})
    organisation = text(_plain(cells.get("organisation", "")), 80)
    return line, Invitee(name, phone_of(cells["phone"]), organisation)


def phone_of(cell: str) -> str:
    """A number as it was meant: full-width digits, blanks, +86, and what a sheet made a float of."""
    plain = _plain(cell).replace(" ", "").replace("-", "")
    if not plain:
        raise RowError(_("A telephone number is missing."))
    if _FLOAT.fullmatch(plain):
        plain = _unrounded(plain)
    digits = phone_digits(plain)
    if not _PHONE.fullmatch(digits):
        raise RowError(_("“%(phone)s” is no telephone number.") % {"phone": plain[:20]})
    return digits


def _unrounded(cell: str) -> str:
    """1.3812345678E+10 is a number; of 1.38E+10 the digits are lost, and nobody guesses them."""
    digits = f"{float(cell):.0f}"
    kept = cell.lower().partition("e")[0].replace(".", "")
    return digits if len(kept) >= len(digits) else cell


def _once(
    rows: Iterable[tuple[int, Invitee]], problems: list[Problem]
) -> Iterable[tuple[int, Invitee]]:
    """A number that comes twice is asked once; the second line says so."""
    lines: dict[str, int] = {}
    for line, one in rows:
        if one.phone in lines:
            words = _("The same number as in line %(line)s.") % {"line": lines[one.phone]}
            problems.append(Problem(line, words))
        else:
            lines[one.phone] = line
            yield line, one


# ── written ───────────────────────────────────────────────────────────────────────────────────


def write_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook in which every cell is the text that it is: nothing in it is a formula."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet()
    plain, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True})
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    for number, cells in enumerate(rows, start=1):
        for column, said in enumerate(cells):
            sheet.write_string(number, column, _printable(said), plain)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, 18)
    book.close()
    return file.getvalue()


def _printable(said: str) -> str:
    return "".join(one for one in said if one >= " ")[:32_000]


def error_rows(sheet: Sheet) -> list[list[str]]:
    """Each wrong line with its number and the reason in front, as it came."""
    found = dict(sheet.found)
    return [
        [str(one.line), one.reason, *(found.get(one.line, {}).get(name, "") for name in COLUMNS)]
        for one in sheet.problems
    ]
