"""The words of a move, and the reason for opening a contact."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from govgrid.core import clock
from grids.models import Department
from tickets.forms.fields import WordsField
from tickets.models import Assignment, Ticket
from tickets.offers import Offer
from tickets.queries import departments_for
from tickets.workflow import Rank

MAX_ID = 2**63 - 1
SCORES = [(str(n), str(n)) for n in range(1, 6)]
# As a browser's own inputs send them, and as a person may type them.
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
LONGEST = timedelta(days=3660)
# Fields of the form that are no word of the move itself.
ALWAYS = frozenset({"assignment", "seen"})


class HelpersField(forms.ModelMultipleChoiceField):
    """Departments to call in: those that the category names come first."""

    def __init__(self, **kwargs):
        super().__init__(Department.objects.none(), widget=forms.CheckboxSelectMultiple, **kwargs)
        self.named: frozenset[str] = frozenset()

    def offer(self, departments, named: frozenset[str]) -> None:
        self.queryset, self.named = departments, named

    def label_from_instance(self, obj: Department) -> str:
        return obj.short_name or obj.name

    def is_named(self, obj: Department) -> bool:
        return not self.named.isdisjoint({obj.short_name, obj.name})


class MoveForm(forms.Form):
    """The words that one move takes. Fields that it does not take are not there."""

    assignment = forms.IntegerField(
        required=False, min_value=1, max_value=MAX_ID, widget=forms.HiddenInput
    )
    # The last event that the page showed: whoever moves on a stale page is told who was faster.
    seen = forms.IntegerField(
        required=False, min_value=1, max_value=MAX_ID, widget=forms.HiddenInput
    )
    rank = forms.ChoiceField(
        label=_("Who came"), required=False, choices=[("", _("Not said")), *Rank.choices]
    )
    accepted_at = forms.DateTimeField(
        label=_("Accepted when"),
        required=False,
        input_formats=MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENTS[0]),
        error_messages={"invalid": _("Write it as 2026-09-24 09:10.")},
    )
    spoke_with = forms.CharField(
        label=_("Talked over with"),
        required=False,
        max_length=60,
        help_text=_("Who it is to the matter, such as the shop beside it. No names."),
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), required=False, empty_label=_("Choose")
    )
    helpers = HelpersField(label=_("Departments that help"), required=False)
    speed = forms.TypedChoiceField(
        label=_("Speed"), required=False, choices=SCORES, coerce=int, empty_value=None,
        widget=forms.RadioSelect, help_text=_("1 is slow, 5 is fast."),
    )  # fmt: skip
    quality = forms.TypedChoiceField(
        label=_("Quality"), required=False, choices=SCORES, coerce=int, empty_value=None,
        widget=forms.RadioSelect, help_text=_("1 is poor, 5 is good."),
    )  # fmt: skip
    note = WordsField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = forms.DateField(
        label=_("Done or kept up until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the date as 2026-09-24.")},
    )
    suggested_owner = forms.CharField(label=_("Who should have it"), required=False, max_length=60)

    def __init__(self, *args, name: str, takes: tuple[str, ...], ticket: Ticket, **kwargs):
        super().__init__(*args, auto_id=f"{name}_%s", **kwargs)
        self.name, self.ticket = name, ticket
        for field in set(self.fields) - {*takes, *ALWAYS}:
            del self.fields[field]
        if "department" in self.fields:
            self.fields["department"].queryset = departments_for(ticket)
        if "helpers" in self.fields:
            self.fields["helpers"].offer(departments_for(ticket), _named_by(ticket))
        if name == "rate":
            self.fields["note"].max_length = 300
            self.fields["note"].label = _("In one sentence")

    def want(self, wanted: dict[str, str]) -> None:
        """Ask for these fields in the words of the guards that need them."""
        for name, sentence in wanted.items():
            if name not in self.fields:
                continue
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = sentence
            if name not in {"speed", "quality"}:
                self.fields[name].label = sentence.rstrip(".。")

    def clean_accepted_at(self) -> datetime | None:
        at = self.cleaned_data["accepted_at"]
        if at is None:
            return None
        if at > clock.now():
            raise forms.ValidationError(_("This lies in the future."))
        if at < self.ticket.filed_at.replace(second=0, microsecond=0):
            raise forms.ValidationError(_("It was not reported before this."))
        return at

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until is None:
            return None
        filed_on = clock.local(self.ticket.filed_at).date()
        if not filed_on <= until <= clock.today() + LONGEST:
            raise forms.ValidationError(_("Choose a date between the report and ten years on."))
        return until

    def given(self) -> dict[str, Any]:
        """What the action takes: nothing that was left out."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value not in (None, "") or name in {"note", "assignment", "seen"}
        }

    def typed(self) -> str:
        """Everything that was written, for a page that has no place for it any more."""
        lines = [
            pgettext("punctuation", ": ").join([str(bound.label), str(bound.value())])
            for bound in self.visible_fields()
            if bound.name not in {"helpers", "department", "note"} and bound.value()
        ]
        note = self["note"].value() if "note" in self.fields else ""
        return "\n".join(filter(None, [note, *lines]))

    @property
    def elements(self) -> list[tuple[str, Any, bool]]:
        """The four elements on which an answer to a whistle is audited, and which are there."""
        words = {
            "accepted_at": _("When it was accepted"),
            "spoke_with": _("With whom it was talked over"),
            "note": _("What was done"),
            "until": _("Until when"),
        }
        if not set(words) <= set(self.fields):
            return []
        return [
            (self[name].auto_id, said, bool(self[name].value())) for name, said in words.items()
        ]

    def helper_groups(self) -> list[tuple[bool, list[Any]]]:
        """The checkboxes: those proposed by the category, then the rest."""
        is_named = self.fields["helpers"].is_named
        boxes = [(is_named(one.data["value"].instance), one) for one in self["helpers"].subwidgets]
        boxes.sort(key=lambda pair: not pair[0])
        return [
            (named, [box for _named, box in some])
            for named, some in groupby(boxes, key=lambda pair: pair[0])
        ]


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
    form = MoveForm(
        data,
        name=offer.name,
        takes=_takes(offer, ticket),
        ticket=ticket,
        initial=_initial(offer.assignment),
    )
    form.want(offer.wanted)
    return form


def _takes(offer: Offer, ticket: Ticket) -> tuple[str, ...]:
    """A report is finished by a line; a whistle is answered by four elements."""
    fields = offer.move.fields
    if offer.name == "finish" and not ticket.is_whistle:
        return tuple(name for name in fields if name == "note")
    return fields


def _initial(assignment: Assignment | None) -> dict[str, Any]:
    if assignment is None:
        return {}
    return {"assignment": assignment.pk, "accepted_at": assignment.signed_at}


def _named_by(ticket: Ticket) -> frozenset[str]:
    """The departments that the category says help, by their names."""
    return frozenset(filter(None, re.split(r"[,，、;；\s]+", ticket.category.helpers)))
