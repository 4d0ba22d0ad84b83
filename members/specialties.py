"""The tree of specialties that a district begins with. It is edited in the back office."""

from __future__ import annotations

import csv
from pathlib import Path

from members.models import Specialty

TABLE = Path(__file__).parent / "data" / "specialties.csv"


def load() -> int:
    """Add what is missing, branches before leaves; how many that were. Nothing is changed."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = dict(Specialty.objects.values_list("code", "pk"))
    added = 0
    for row in rows:
        if row["code"] in known:
            continue
        parent = known.get(row["parent"])
        made = Specialty.objects.create(code=row["code"], name=row["name"], parent_id=parent)
        known[made.code] = made.pk
        added += 1
    return added
