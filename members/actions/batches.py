"""Recruiting in batches: a call that says by what is chosen, and closes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import guard
from members.actions.ground import must_be_assessed
from members.models import Batch

if TYPE_CHECKING:
    from datetime import datetime

    from govgrid.accounts.models import User
    from grids.models import Area
    from members.models import Specialty


@dataclass(frozen=True)
class Call:
    """Who is looked for, by what the choice is made, for how many, until when."""

    title: str
    criteria: str
    places: int
    closes_at: datetime
    wanted: Sequence[Specialty] = field(default_factory=tuple)


@transaction.atomic
def open_batch(call: Call, *, area: Area, by: User) -> Batch:
    """From now on people can apply. Refused: ``not_assessed``, ``closes_in_the_past``."""
    if not by.has_perm("members.keep_roster", area):
        raise PermissionDenied
    must_be_assessed()
    if call.closes_at <= clock.now():
        raise Refused("closes_in_the_past", _("It closes after it opens."))
    batch = Batch.objects.create(
        title=call.title, criteria=guard.mask(call.criteria), places=call.places, area=area,
        opens_at=clock.now(), closes_at=call.closes_at, made_by=by,
    )  # fmt: skip
    batch.wanted.set(call.wanted)
    return batch


@transaction.atomic
def close_batch(batch: Batch, *, by: User) -> Batch:
    """Nobody applies any more; who has is decided on. Again is harmless."""
    batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if not by.has_perm("members.keep_roster", batch.area):
        raise PermissionDenied
    if batch.is_open:
        batch.closes_at = clock.now()
        batch.save(update_fields=["closes_at"])
    return batch
