"""Free text that somebody writes into a form."""

from __future__ import annotations

from typing import Any

from django import forms

from govgrid.core.text import tidy


class Words(forms.CharField):
    """Text as a reader sees it: what holds nothing to be seen counts as not written, as it does in
    ``govgrid.core.fields.Text``."""

    def to_python(self, value: Any) -> Any:
        said = super().to_python(value)
        return tidy(said) if self.strip and isinstance(said, str) else said
