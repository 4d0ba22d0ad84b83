"""Figures as a workbook: a sheet for each table, a column for each quarter."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from members.figures import Quarter, Shown

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 31  # letters in the name of a sheet


def excel(place: str, quarters: Sequence[Quarter], tables: Sequence[Shown]) -> bytes:
    """Hidden cells are empty. What looks like a formula is none."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    strong = book.add_format({"bold": True})
    for shown in tables:
        sheet = book.add_worksheet(shown.table.name[:LONGEST])
        sheet.write_string(0, 0, f"{place} {shown.table.label}", strong)
        sheet.set_column(0, 0, 30)
        for column, quarter in enumerate(quarters, start=1):
            sheet.write_string(1, column, quarter.label, strong)
        lines = [*((str(one.label), one.counts) for one in shown.lines), (_("Total"), shown.totals)]
        for row, (label, counts) in enumerate(lines, start=2):
            sheet.write_string(row, 0, label)
            for column, count in enumerate(counts, start=1):
                if count is not None:
                    sheet.write_number(row, column, count)
        if shown.table.note:
            sheet.write_string(len(lines) + 3, 0, str(shown.table.note))
    if not tables:
        book.add_worksheet().write_string(0, 0, place)
    book.close()
    return file.getvalue()
