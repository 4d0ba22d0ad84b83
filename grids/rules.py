"""May this person? One small function each, asked through ``has_perm``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grids import scoping
from grids.models import Area

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User


def can_appoint(user: User | AnonymousUser, area: Area) -> bool:
    """Posts are given by who administers the area they lie in, the first ones by a superuser."""
    if user.is_superuser:
        return True
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.covers(user, "grids.appoint", place)


RULES = {"grids.appoint": can_appoint}
