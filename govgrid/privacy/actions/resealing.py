"""Sealing anew under another key or by another suite, so that the old one can go."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models, transaction

from govgrid.privacy import crypto
from govgrid.privacy.blinds import Blind
from govgrid.privacy.fields import SealedTextField


def reseal(field: SealedTextField, *, by: None = None, dry_run: bool = False) -> Iterator[int]:
    """Seal anew what an older key or another suite sealed; yields row ids.

    Nothing is shown to anybody and nothing but the seal changes. Safe to run again.
    """
    model = field.model
    present = model._default_manager.filter(**{f"{field.name}__isnull": False})
    for pk in present.order_by("pk").values_list("pk", flat=True).iterator():
        with transaction.atomic():
            row = _locked(model, pk)
            sealed = getattr(row, field.attname) if row else None
            if sealed is None or crypto.is_newest(sealed.data):
                continue
            if not dry_run:
                text = crypto.unseal(sealed.data, field.aad)
                model._default_manager.filter(pk=pk).update(**{field.name: text})
        yield pk


def reblind(blind: Blind, *, by: None = None, dry_run: bool = False) -> Iterator[int]:
    """Count anew what rows are found by, from what is sealed beside it; yields row ids."""
    model, field = blind.model, blind.field
    present = model._default_manager.filter(**{f"{field.name}__isnull": False})
    for pk in present.order_by("pk").values_list("pk", flat=True).iterator():
        with transaction.atomic():
            row = _locked(model, pk)
            sealed = getattr(row, field.attname) if row else None
            if sealed is None:
                continue
            ours = crypto.blind(crypto.unseal(sealed.data, field.aad), blind.domain)
            if ours == getattr(row, blind.column):
                continue
            if not dry_run:
                model._default_manager.filter(pk=pk).update(**{blind.column: ours})
        yield pk


def _locked(model: type[models.Model], pk: int) -> models.Model | None:
    return model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
