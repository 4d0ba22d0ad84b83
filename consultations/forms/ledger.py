"""What somebody writes into the ledger."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.actions.bookkeeping import Line
from consultations.forms.platforms import day_of
from consultations.workflow.tables import Direction, EntryKind, Unit
from govgrid.core import clock
from govgrid.core.words import Words


class EntryForm(forms.Form):
    """One line. Money is counted in yuan, labour in days or times of a person, goods as one says."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind"), choices=EntryKind.choices, widget=forms.RadioSelect)
    direction = forms.ChoiceField(
        label=pgettext_lazy("ledger", "Direction"), choices=Direction.choices, widget=forms.RadioSelect,
        initial=Direction.GIVEN,
    )  # fmt: skip
    amount = forms.DecimalField(label=_("Amount"), max_digits=12, decimal_places=2)
    unit = forms.ChoiceField(
        label=_("Counted in"), required=False,
        choices=[("", _("as written beside it")), *Unit.choices],
    )  # fmt: skip
    other_unit = Words(label=_("Unit of goods"), required=False, max_length=10)
    on = day_of(_("Day"))
    text = Words(label=_("For what"), max_length=120)
    giver = Words(
        label=_("Who gave"),
        required=False,
        max_length=60,
        help_text=_("A shop, a group, a name. Others read it only if it may be named."),
    )
    giver_is_public = forms.BooleanField(label=_("May be named"), required=False)
    voucher = Words(label=_("Number of the voucher"), required=False, max_length=60)
    file = forms.FileField(
        label=_("Voucher as a PDF"),
        required=False,
        help_text=_("10 MB at most."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        initial = {"client_id": uuid4(), "on": clock.today(), **kwargs.pop("initial", {})}
        super().__init__(*args, initial=initial, auto_id="entry_%s", **kwargs)

    def line(self) -> Line:
        given = dict(self.cleaned_data)
        unit, other = given.pop("unit"), given.pop("other_unit")
        if given["kind"] == EntryKind.MONEY:
            unit = Unit.YUAN
        elif given["kind"] == EntryKind.GOODS and other:
            unit = other
        return Line(unit=str(unit or other), **given)


class TakeBackForm(forms.Form):
    entry = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    reason = Words(label=_("Why it is taken back"), max_length=300)


class ForgetForm(forms.Form):
    entry = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
