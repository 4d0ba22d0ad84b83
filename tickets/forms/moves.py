"""The words of a move, and the reason for opening a contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.models import Department
from tickets.forms.fields import WordsField
from tickets.models import Ticket
from tickets.offers import Offer
from tickets.queries import departments_for


class MoveForm(forms.Form):
    """The words that one move takes. Fields that it does not take are not there."""

    assignment = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    note = WordsField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), required=False, empty_label=_("Choose")
    )
    suggested_owner = forms.CharField(label=_("Who should have it"), required=False, max_length=60)

    def __init__(self, *args, name: str, takes: tuple[str, ...], departments=None, **kwargs):
        super().__init__(*args, auto_id=f"{name}_%s", **kwargs)
        self.name = name
        for field in ("note", "department", "suggested_owner"):
            if field not in takes:
                del self.fields[field]
        if "department" in self.fields and departments is not None:
            self.fields["department"].queryset = departments

    def want(self, wanted: dict[str, str]) -> None:
        """Ask for these fields in the words of the guards that need them."""
        for name, sentence in wanted.items():
            if name in self.fields:
                self.fields[name].required = True
                self.fields[name].label = sentence.rstrip(".。")
                self.fields[name].error_messages["required"] = sentence


class ReasonForm(forms.Form):
    """Why somebody needs to call the reporter."""

    reason = forms.CharField(
        label=_("What do you need it for"),
        max_length=300,
        help_text=_("Your name, the time and this reason are kept on record."),
        error_messages={"required": _("Please say why you need to see this.")},
    )


def move_form(offer: Offer, ticket: Ticket, data: Any = None) -> MoveForm:
    """An offer's form, asking for what its guards want."""
    departments = departments_for(ticket) if "department" in offer.move.fields else None
    initial = {"assignment": offer.assignment.pk} if offer.assignment else {}
    form = MoveForm(
        data,
        name=offer.name,
        takes=offer.move.fields,
        departments=departments,
        initial=initial,
    )
    form.want(offer.wanted)
    return form
