"""Rows of a plan: what will be reached, on which day, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.models import Department
from tickets.models import Milestone
from tickets.workflow.milestones import MOST, Dated

PARTS = ("title", "due_on", "department")
# So many rows stand open; the rest waits behind a line.
SHOWN = 4
LONGEST = 80


class MilestonesWidget(forms.Widget):
    """Reads the rows that hold anything; the page draws them, see ``_milestones_form.html``."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        rows = [
            {part: str(data.get(f"{name}-{row}-{part}") or "").strip() for part in PARTS}
            for row in range(MOST)
        ]
        return [one for one in rows if one["title"] or one["due_on"]]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        return ""


class MilestonesField(forms.Field):
    """A list of :class:`Dated`; a row without a day, or with one that is none, is said by its number."""

    widget = MilestonesWidget
    default_error_messages = {
        "untitled": _("Milestone %(row)s: say what will be reached."),
        "undated": _("Milestone %(row)s: write the date as 2026-09-24."),
        "too_long": _("Milestone %(row)s: at most %(most)s characters."),
        "stranger": _("Milestone %(row)s: choose a department that has this ticket in hand."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.departments: list[Department] = []

    def clean(self, value: Any) -> list[Dated]:
        rows = super().clean(value or [])
        wrong: list[forms.ValidationError] = []
        found = [self._row(number, row, wrong) for number, row in enumerate(rows, start=1)]
        if wrong:
            raise forms.ValidationError(wrong)
        return [one for one in found if one is not None]

    def _row(
        self, number: int, row: dict[str, str], wrong: list[forms.ValidationError]
    ) -> Dated | None:
        code, due_on = "", None
        try:
            due_on = date.fromisoformat(row["due_on"])
        except ValueError:
            code = "undated"
        if not row["title"]:
            code = "untitled"
        elif len(row["title"]) > LONGEST:
            code = "too_long"
        named = next((one for one in self.departments if str(one.pk) == row["department"]), None)
        if row["department"] and named is None:
            code = "stranger"
        if code or due_on is None:
            words = self.error_messages[code] % {"row": number, "most": LONGEST}
            wrong.append(forms.ValidationError(words, code))
            return None
        return Dated(row["title"], due_on, named)


class MilestoneField(forms.ModelChoiceField):
    """One that is still to come, with whose it is and until when."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Milestone.objects.none(), empty_label=_("Choose"), **kwargs)

    def label_from_instance(self, obj: Milestone) -> str:
        return f"{obj.title} · {obj.assignment.department.short_name} · {obj.due_on:%Y-%m-%d}"
