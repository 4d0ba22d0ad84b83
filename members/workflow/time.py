"""The time bank: bounds and words, pure."""

from __future__ import annotations

# A print-out for a gift holds so long, and one is printed a month.
STATEMENT_DAYS = 60
# Without the letters and digits that are mistaken for each other.
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10


def in_hours(minutes: int) -> str:
    """2.5 for 150 minutes; a third of an hour stays as minutes would be lost otherwise."""
    hours = minutes / 60
    return f"{hours:.2f}".rstrip("0").rstrip(".")
