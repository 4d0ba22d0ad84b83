"""The late list: what of it is asked for, and what is done with the tickets that were chosen."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.core.text import is_blank
from govgrid.core.widgets import QuickSelect
from grids.models import Department
from tickets.forms.fields import WordsField
from tickets.forms.moves import WITHINS
from tickets.forms.search import after_cursor, cursor_after
from tickets.late import Asked, Tally
from tickets.models import NUMBER, Ticket
from tickets.walks import Walks
from tickets.workflow import CardCause, Colour

# More at once is for two goes.
MOST = 50
DESK_LABELS = [
    ("desk_triage", _("Not assigned in time")),
    ("desk_verify", _("Not looked at in time")),
]
CAUSES = [*CardCause.choices, *DESK_LABELS]


class LateForm(forms.Form):
    """Colour, department and cause; beside each how many cards there are."""

    colour = forms.ChoiceField(required=False, choices=[("", _("All")), *Colour.choices])
    department = forms.ModelChoiceField(
        Department.objects.all(),
        label=_("Department"),
        required=False,
        to_field_name="code",
        empty_label=_("Any department"),
        widget=QuickSelect(attrs={"class": "input"}),
    )
    cause = forms.ChoiceField(
        label=_("Cause"),
        required=False,
        choices=[("", _("Any cause")), *CAUSES],
        widget=QuickSelect(attrs={"class": "input"}),
    )
    after = forms.RegexField(r"^\d{0,18}-\d{1,18}$", required=False, widget=forms.HiddenInput)

    def count(self, tally: Tally) -> None:
        """Offer what there is, with its number; what was asked for stays offered."""
        # The database cannot even compare with a NUL.
        chosen = (self["department"].value() or "").replace("\x00", "")
        self.fields["department"].choices = [
            ("", _("Any department")),
            *(
                (one.department.code, f"{one.department.short_name} ({one.total})")
                for one in tally.departments
            ),
        ]
        if chosen and all(one.department.code != chosen for one in tally.departments):
            known = Department.objects.filter(code=chosen).first()
            if known is not None:
                self.fields["department"].choices += [(known.code, f"{known.short_name} (0)")]
        self.fields["cause"].choices = [
            ("", _("Any cause")),
            *((slug, f"{label} ({tally.by_cause.get(slug, 0)})") for slug, label in CAUSES),
        ]

    def asked(self) -> Asked | None:
        """None where the address asks for what there is not."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        return Asked(given["colour"], given["department"], given["cause"])

    def paged(self, walks: Walks) -> Walks:
        after = self.cleaned_data["after"]
        return walks.filter(after_cursor(after)) if after else walks

    @staticmethod
    def cursor(last: Ticket) -> str:
        return cursor_after(last)


def numbers_of(data: Any) -> list[str]:
    """The tickets that were ticked, or the one whose own button was pressed."""
    one = str(data.get("one") or "").partition(":")[2]
    found = [one] if one else data.getlist("ticket")
    return [number.upper() for number in dict.fromkeys(found) if re.fullmatch(NUMBER, number)]


def act_of(data: Any) -> str:
    return str(data.get("one") or data.get("do") or "").partition(":")[0]


class OrderForm(forms.Form):
    """What the orders say: the same to every department."""

    note = WordsField(
        label=_("What the department shall account for"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what the department shall account for.")},
    )
    within = forms.ChoiceField(label=_("To be answered within"), choices=WITHINS)

    def clean_note(self) -> str:
        return _seen(self, "note")


class UpForm(forms.Form):
    """Why the tickets go a level up."""

    tried = WordsField(
        label=_("What was tried"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what was tried at this level.")},
    )
    missing_power = WordsField(
        label=_("Which power is missing"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say which power is missing.")},
    )

    def clean_tried(self) -> str:
        return _seen(self, "tried")

    def clean_missing_power(self) -> str:
        return _seen(self, "missing_power")


def _seen(form: forms.Form, name: str) -> str:
    """What a reader would see."""
    words = form.cleaned_data[name]
    if is_blank(words):
        raise forms.ValidationError(form.fields[name].error_messages["required"], "required")
    return words
