"""The back office of the roster, for reading."""

from members.admin import needs, time

__all__ = ["needs", "time"]
