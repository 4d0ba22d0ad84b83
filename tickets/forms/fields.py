"""Fields and choices that several forms of tickets share."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from govgrid.core.memory import Remembered
from govgrid.core.widgets import QuickSelect
from govgrid.core.words import Words
from grids.models import Department
from tickets.models import Category


class WordsField(Words):
    """Free text: a new line counts as one character, as it does in the browser."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class CodeField(forms.ChoiceField):
    """The code of a row; gives the row. Offered from memory, and looked up when it is given: what
    is a minute old may be chosen, and what is new may be linked to."""

    widget = QuickSelect

    def __init__(
        self, *, rows: Callable[[], QuerySet], choices: Callable[[], list[Any]], **kwargs: Any
    ) -> None:
        super().__init__(
            required=False, choices=choices, widget=QuickSelect(attrs={"class": "input"}), **kwargs
        )
        self.rows = rows

    def valid_value(self, value: Any) -> bool:
        return True

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        # The database cannot even compare with a NUL.
        found = None if "\x00" in code else self.rows().filter(code=code).first()
        if found is None:
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], "invalid_choice", {"value": code}
            )
        return found


def _active() -> QuerySet[Category]:
    return Category.objects.filter(is_active=True)


def active_categories() -> list[Category]:
    return list(_active())


def _but_offices() -> QuerySet[Department]:
    """Offices are found by their area."""
    return Department.objects.active().exclude(kind=Department.Kind.OFFICE)


_categories = Remembered(active_categories)
_departments = Remembered(lambda: [(one.code, str(one)) for one in _but_offices()])


def category_field() -> CodeField:
    return CodeField(
        label=_("Category"),
        rows=_active,
        choices=lambda: [("", _("Any category")), *choices_of(_categories())],
    )


def department_field() -> CodeField:
    return CodeField(
        label=_("Department"),
        rows=_but_offices,
        choices=lambda: [("", _("Any department")), *_departments()],
    )


def by_group(categories: list[Category]) -> list[tuple[str, list[Category]]]:
    """Categories under the name of their group, in the order of the codes."""
    found = groupby(categories, key=lambda one: one.group_code)
    groups = [list(members) for _code, members in found]
    return [(some[0].group, some) for some in groups]


def choices_of(categories: list[Category]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The same as the options of a select."""
    return [
        (group, [(one.code, one.name) for one in members])
        for group, members in by_group(categories)
    ]


class ReasonForm(forms.Form):
    """Why somebody needs to call the reporter."""

    reason = Words(
        label=_("What do you need it for"),
        max_length=300,
        help_text=_("Your name, the time and this reason are kept on record."),
        error_messages={"required": _("Please say why you need to see this.")},
    )
