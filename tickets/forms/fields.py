"""Fields and choices that several forms of tickets share."""

from __future__ import annotations

from itertools import groupby

from django import forms

from tickets.models import Category


class WordsField(forms.CharField):
    """Free text: a new line counts as one character, as it does in the browser."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


def active_categories() -> list[Category]:
    return list(Category.objects.filter(is_active=True))


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
