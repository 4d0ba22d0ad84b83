"""Days that somebody may name: those that the working calendar and the limits can hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

# A limit that is a day has two figures for its year.
FIRST, LAST = date(1900, 1, 1), date(2099, 12, 31)
RANGE = _("Choose a day between 1900 and 2099.")


class DayField(forms.DateField):
    """A day in a form; ``govgrid.core.fields.Day`` is the same over REST."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators += [MinValueValidator(FIRST, RANGE), MaxValueValidator(LAST, RANGE)]
