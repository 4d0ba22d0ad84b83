"""One report that holds several matters: a form for each of the others."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from govgrid.core.widgets import QuickSelect
from tickets.forms.fields import WordsField, active_categories, choices_of
from tickets.models import Category
from tickets.workflow import MOST_PARTS, Part


class PartForm(forms.Form):
    """One matter. Its id is made with the page, so that a page sent twice makes one ticket."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    category = forms.ChoiceField(
        label=_("Category"),
        widget=QuickSelect(attrs={"class": "input"}),
        error_messages={"required": _("Choose what it is about.")},
    )
    description = WordsField(
        label=_("What it is"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Describe it in a few words.")},
    )

    def __init__(self, *args, categories: list[Category], **kwargs):
        super().__init__(*args, **kwargs)
        self.known = {one.code: one for one in categories}
        self.fields["category"].choices = [("", _("Choose")), *choices_of(categories)]

    def part(self) -> Part:
        given = self.cleaned_data
        return Part(given["client_id"], self.known[given["category"]], given["description"])


class SplitForm(forms.Form):
    """One to five parts and a note. Every part that is shown must be filled or taken away."""

    many = forms.IntegerField(min_value=1, max_value=MOST_PARTS, widget=forms.HiddenInput)
    note = WordsField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, data: Any = None, *, seen: int | None = None):
        super().__init__(data, auto_id="split_%s", initial={"many": 1, "seen": seen})
        self.shown = self._asked()

    def _asked(self) -> int:
        """How many parts the page shows: as it says, and one more where that was pressed."""
        if not self.is_bound:
            return 1
        said = str(self.data.get("many", ""))
        many = int(said) if said.isascii() and said.isdigit() and len(said) < 3 else 1
        return min(max(many, 1), MOST_PARTS)

    @cached_property
    def parts(self) -> list[PartForm]:
        categories = active_categories()
        return [self._part(n, categories) for n in range(self.shown)]

    def _part(self, n: int, categories: list[Category]) -> PartForm:
        prefix = f"part{n}"
        is_sent = self.is_bound and f"{prefix}-client_id" in self.data
        if is_sent and not _is_uuid(str(self.data.get(f"{prefix}-client_id"))):
            # Spoilt on the way: what was written stays, under an id of its own.
            self.data = self.data.copy()
            self.data[f"{prefix}-client_id"] = str(uuid4())
        return PartForm(
            self.data if is_sent else None,
            prefix=prefix,
            categories=categories,
            initial={"client_id": uuid4()},
        )

    def show(self, change: int) -> None:
        """One part more or less; what is written in the others stays, and nothing is wrong yet."""
        self.shown = min(max(self.shown + change, 1), MOST_PARTS)
        vars(self).pop("parts", None)
        self.is_changing = True
        for one in [self, *self.parts]:
            one._errors = forms.utils.ErrorDict()

    is_changing = False

    @property
    def may_add(self) -> bool:
        return self.shown < MOST_PARTS

    def is_valid(self) -> bool:
        return super().is_valid() and not [one for one in self.parts if not one.is_valid()]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
