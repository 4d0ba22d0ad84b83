"""Options that many forms of one page offer: read once for all of them, and not before they are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django import forms
    from django.db import models


def share(field: forms.ModelChoiceField, beside: models.Model) -> None:
    """``beside``: the row that the page is about; every form there has it."""
    kept: dict[Any, list[tuple[Any, str]]] = vars(beside).setdefault("_choices", {})

    def read() -> list[tuple[Any, Any]]:
        rows = field.queryset
        if rows.model not in kept:
            kept[rows.model] = [(one.pk, field.label_from_instance(one)) for one in rows.iterator()]
        return [("", field.empty_label), *kept[rows.model]]

    field.choices = read
