"""Calling a meeting, what was decided there, its minutes, and calling it off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.days import DayField
from govgrid.core.text import is_blank
from govgrid.core.words import Words
from tickets.actions import Call
from tickets.forms.fields import WordsField
from tickets.forms.moves import MOMENTS, HelpersField
from tickets.models import AgendaItem, Decision, Meeting, Ticket
from tickets.queries import departments_for
from tickets.workflow import Rank

CURSOR = r"^\d{1,17}-\d{1,18}$"


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENTS[0]),
        error_messages={"invalid": _("Write it as 2026-09-24 09:10.")},
    )


class ListForm(forms.Form):
    """Which half of the list, and from where on."""

    when = forms.ChoiceField(choices=[("", ""), ("past", "")], required=False)
    after = forms.RegexField(CURSOR, required=False)


class MeetingForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Meeting.Kind.choices, widget=forms.RadioSelect
    )
    starts_at = _moment(_("Begins"))
    ends_at = _moment(_("Ends"))
    place = Words(label=_("Place"), max_length=120)
    agenda = WordsField(
        label=_("What is talked over"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One item a line, in the order in which it is talked over."),
        error_messages={"required": _("Say what is talked over: at least one item.")},
    )
    departments = HelpersField(
        label=_("Who is called"),
        error_messages={"required": _("Choose the departments that are called.")},
    )

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].offer(departments_for(ticket), frozenset())

    @classmethod
    def fresh(cls, ticket: Ticket) -> MeetingForm:
        """Tomorrow at nine, with whoever has the ticket in hand."""
        start = clock.local(clock.now()).replace(hour=9, minute=0) + timedelta(days=1)
        on_it = ticket.assignments.live().values_list("department", flat=True)
        initial = {
            "kind": Meeting.Kind.STREET,
            "starts_at": start,
            "ends_at": start + timedelta(hours=1, minutes=30),
            "departments": list(on_it),
        }
        return cls(ticket=ticket, initial=initial)

    def clean_agenda(self) -> list[str]:
        items = [
            one.strip() for one in self.cleaned_data["agenda"].split("\n") if not is_blank(one)
        ]
        longest = AgendaItem._meta.get_field("text").max_length
        if any(len(one) > longest for one in items):
            raise forms.ValidationError(
                _("An item has at most %(most)s characters.") % {"most": longest}
            )
        return items

    def clean(self) -> dict[str, Any]:
        """Said beside the field; the action says it to programs."""
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("A meeting ends after it begins."))
        return cleaned

    def call(self) -> Call:
        return Call(**self.cleaned_data | {"departments": list(self.cleaned_data["departments"])})


class SeatForm(forms.Form):
    """At what rank somebody comes."""

    rank = forms.ChoiceField(
        label=_("You come as"),
        choices=Rank,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose your rank.")},
    )


class DecisionForm(forms.Form):
    item = forms.ModelChoiceField(AgendaItem.objects.none(), label=_("Item"), empty_label=None)
    text = Words(label=_("What was decided"), max_length=200)
    becomes = forms.ChoiceField(
        label=_("It becomes"), choices=Decision.Becomes.choices, widget=forms.RadioSelect
    )
    department = forms.ModelChoiceField(
        None, label=_("Department"), required=False, empty_label=_("Nobody")
    )
    due_on = DayField(
        label=_("By which day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the date as 2026-09-24.")},
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="decide_%s", **kwargs)
        self.fields["item"].queryset = meeting.agenda.all()
        self.fields["department"].queryset = departments_for(meeting.ticket)
        self.initial.setdefault("becomes", Decision.Becomes.NOTE)

    def given(self) -> dict[str, Any]:
        return self.cleaned_data | {"item": self.cleaned_data["item"].pk}


class MinutesForm(forms.Form):
    minutes = WordsField(
        label=_("Minutes"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write the minutes.")},
    )


class CancelForm(forms.Form):
    reason = Words(
        label=_("Why it is cancelled"),
        max_length=300,
        error_messages={"required": _("Say why it is cancelled.")},
    )
