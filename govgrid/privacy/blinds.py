"""Columns by which sealed telephone numbers are found: which they are, so that keys can be changed."""

from __future__ import annotations

from typing import NamedTuple

from django.apps import apps
from django.db import models

from govgrid.privacy.fields import SealedTextField


class Blind(NamedTuple):
    """``model.column`` holds ``crypto.blind(text of model.sealed, domain)``."""

    model: type[models.Model]
    column: str
    field: SealedTextField
    domain: str


_known: dict[tuple[str, str], tuple[str, str]] = {}


def register(model: str, column: str, *, sealed: str, domain: str) -> None:
    """Call from ``AppConfig.ready``: ``register("members.Sealed", "phone_blind", sealed="phone",
    domain="members.Sealed.phone")``. ``manage.py reseal`` then keeps the column right."""
    _known[model, column] = (sealed, domain)


def known() -> list[Blind]:
    found = []
    for (label, column), (sealed, domain) in sorted(_known.items()):
        model = apps.get_model(label)
        field = model._meta.get_field(sealed)
        if not isinstance(field, SealedTextField):
            raise TypeError(f"{label}.{sealed} is not sealed")
        found.append(Blind(model, column, field, domain))
    return found
