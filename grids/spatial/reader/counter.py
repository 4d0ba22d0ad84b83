"""Counts the corners of a file, of a map or of a table, and stops where there are too many."""

from collections.abc import Iterator

from grids.spatial.reader.sheet import Line
from grids.spatial.reader.spoilt import Spoilt
from grids.vertices import MOST_VERTICES, MOST_VERTICES_A_FILE, vertices_in

# What is shorter holds few corners, and most cells are.
LONG_CELL = 1000


class Counter:
    def __init__(self) -> None:
        self.vertices = 0

    def count(self, vertices: int) -> None:
        if vertices > MOST_VERTICES:
            raise Spoilt("too_many_vertices", count=vertices, most=MOST_VERTICES)
        self.vertices += vertices
        if self.vertices > MOST_VERTICES_A_FILE:
            raise Spoilt("file_too_detailed", most=MOST_VERTICES_A_FILE)


def counted(lines: Iterator[Line]) -> Iterator[Line]:
    """The rows of a table, the corners of their outlines counted in the text."""
    counter = Counter()
    for line, cells in lines:
        for cell in cells:
            if len(cell) > LONG_CELL:
                counter.count(vertices_in(cell))
        yield line, cells
