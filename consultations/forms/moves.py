"""The forms of the moves: one for each, made from the fields that the table names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.forms.choices import share
from consultations.models import Commitment, Topic
from consultations.workflow import (
    MOVES,
    DeclineReason,
    Destination,
    State,
    Verdict,
    VerdictReason,
)
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids.models import Department

# What the table asks for whatever else is given.
ASKED = frozenset(
    {
        *("study_plan", "reason", "destination", "into", "study_report"),
        *("verdict", "verdict_code", "verdict_reason", "summary"),
    }
)
NOTES = {
    "decline": _("Why, in words that the proposer understands"),
    "refer": _("Why, in words that the proposer understands"),
    "appeal": _("Why it should be looked at again"),
    "no_accord": _("What is left open"),
    "reopen": _("What is new, or what the ratings say"),
}


def _text(label: Any, limit: int, rows: int = 3) -> Words:
    widget = forms.Textarea(attrs={"rows": rows, "class": "input"})
    return Words(label=label, max_length=limit, required=False, widget=widget)


def _line(label: Any, limit: int) -> Words:
    return Words(label=label, max_length=limit, required=False)


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=[("", pgettext_lazy("no choice yet", "Choose")), *choices],
    )


class Into(Words):
    """The number of a topic that was taken up; gives the topic."""

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        if not number:
            return None
        found = Topic.objects.public().filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("There is no topic with this number."))
        return found


FIELDS: dict[str, Any] = {
    "study_plan": lambda: _text(_("How it will be looked into"), 2000),
    "affected": lambda: _line(_("Who is affected"), 300),
    "reason": lambda: _choice(_("Reason"), DeclineReason.choices),
    "destination": lambda: _choice(_("Passed on to"), Destination.choices),
    "into": lambda: Into(label=_("Number of the other topic"), max_length=12, required=False),
    "study_report": lambda: _text(_("What the study found"), 8000, 6),
    "study_waiver": lambda: _line(_("If nobody went there: why"), 300),
    "verdict": lambda: _choice(_("Verdict"), Verdict.choices),
    "verdict_code": lambda: _choice(_("Reason"), VerdictReason.choices),
    "verdict_reason": lambda: _text(_("Reason in plain words"), 1000),
    "revisit_on": lambda: DayField(
        label=_("Later: looked at again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}),
    ),
    "must_change": lambda: _line(_("Later: what must change first"), 300),
    "watched_by": lambda: forms.ModelChoiceField(
        Department.objects.active().order_by("area__level", "code"),
        label=_("Later: watched by"),
        required=False,
        empty_label=_("None"),
    ),
    "legal_basis": lambda: _line(_("Cannot: the rule that forbids it"), 300),
    "alternative": lambda: _line(_("Cannot: what is offered instead"), 300),
    "consensus": lambda: _text(_("What was agreed, where no department promises anything"), 4000),
    "result": lambda: _text(_("Result, in words that the proposer understands"), 4000, 5),
    "summary": lambda: _text(_("What the look back brought"), 4000, 5),
    "note": lambda: _text(_("Note"), 2000),
}


class MoveForm(forms.Form):
    """Shape alone: what must be there the table says, so that a page and a program hear the same."""

    seen = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, name: str, topic: Topic, seen: int | None = None
    ) -> None:
        super().__init__(data, auto_id=f"{name}_%s", initial={"seen": seen})
        self.name, self.move = name, MOVES[name]
        for one in self.move.fields:
            if one in FIELDS:
                field = self.fields[one] = FIELDS[one]()
                if isinstance(field, forms.ModelChoiceField):
                    share(field, topic)
        if "note" in self.fields and name in NOTES:
            self.fields["note"].label = NOTES[name]
        if "commitments" in self.move.fields and topic.state != State.DOING:
            kept = Commitment.objects.filter(topic=topic).kept().order_by("serial")
            self.fields["commitments"] = forms.ModelMultipleChoiceField(
                kept,
                label=_("Only these are done again (none: all is talked over anew)"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
            self.fields["commitments"].label_from_instance = lambda one: f"{one.serial}. {one.text}"
        self._say_what_is_asked()
        for one in ("affected", "study_report"):
            if one in self.fields:
                self.fields[one].initial = getattr(topic, one)

    def _say_what_is_asked(self) -> None:
        asked = set(ASKED)
        asked |= {"note"} if self.name in NOTES else set()
        asked |= {"affected"} if self.name == "accept" else set()
        asked |= {"result"} if self.name == "explain" else set()
        for one in asked & self.fields.keys():
            self.fields[one].is_asked = True  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What was typed, without what was left empty."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
