"""Reads the first sheet of one Excel file: bytes on standard input, rows as JSON out.

A program of its own that knows neither Django nor the database. A file of a kilobyte may name a
cell in the last row and column, and the reader then asks for memory for every cell before it:
that ends this process and nothing else. ``govgrid.core.sheets`` starts it.
"""

import io
import json
import resource
import sys
from datetime import datetime, time

from python_calamine import load_workbook

MEMORY = 1_000_000_000
SECONDS = 10


def written(cell: object) -> str:
    """A cell as somebody would have typed it into a CSV."""
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, most))


def main() -> None:
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_CPU, SECONDS)
    limit(resource.RLIMIT_CORE, 0)
    with load_workbook(io.BytesIO(sys.stdin.buffer.read())) as book:
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False, nrows=int(sys.argv[1]))
    json.dump([[written(cell) for cell in row] for row in rows], sys.stdout)


if __name__ == "__main__":
    main()
