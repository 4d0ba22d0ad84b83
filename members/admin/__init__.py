"""The back office for the roster: what has a history is read there, and nobody is named."""

from members.admin import (
    needs,
    time,
)
from members.admin import (
    network as network,
)
from members.admin import (
    reception as reception,
)
from members.admin import (
    roster as roster,
)

__all__ = [
    "needs",
    "time",
]
