"""What hangs on a row, told with the row: a page asks for those rows only where there are any."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Exists, QuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])


def carrying(rows: Rows, parts: Mapping[str, QuerySet[Any]]) -> Rows:
    """``rows`` with ``has_NAME`` for each of ``parts``, which know them as ``OuterRef("pk")``."""
    return rows.annotate(**{f"has_{name}": Exists(part) for name, part in parts.items()})


def may_have(row: Any, part: str) -> bool:
    """Whether it is worth asking; unknown, it is."""
    return bool(getattr(row, f"has_{part}", True))
