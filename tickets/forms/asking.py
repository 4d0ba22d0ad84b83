"""What the asker says after closing, and what became of a call."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tickets.forms.fields import WordsField

# What became of a call.
REACHED, NOT_REACHED, REFUSED = "reached", "not_reached", "refused"


def _asked(label: Any, yes: Any, no: Any, missing: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("yes", yes), ("no", no)],
        widget=forms.RadioSelect,
        error_messages={"required": missing},
    )


class AnswerForm(forms.Form):
    """Two questions, and a line for whoever wants to say more."""

    solved = _asked(
        _("Is it solved?"),
        pgettext_lazy("answer", "Solved"),
        pgettext_lazy("answer", "Not solved"),
        _("Say whether it is solved."),
    )
    satisfied = _asked(
        _("Are you satisfied?"),
        pgettext_lazy("answer", "Satisfied"),
        pgettext_lazy("answer", "Not satisfied"),
        _("Say whether you are satisfied."),
    )
    words = WordsField(
        label=_("Do you want to say more?"),
        required=False,
        max_length=300,
        help_text=_("No names, telephone, identity or bank numbers."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "solved": said["solved"] == "yes",
            "satisfied": said["satisfied"] == "yes",
            "words": said["words"],
        }


class CallForm(AnswerForm):
    """The same, as somebody notes it who called: perhaps nobody answered."""

    outcome = forms.ChoiceField(
        label=_("The call"),
        choices=[
            (REACHED, _("Reached, and answered")),
            (NOT_REACHED, _("Nobody was reached")),
            (REFUSED, _("Reached, and would not say")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what became of the call.")},
    )
    field_order = ("outcome", "solved", "satisfied", "words")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound and self["outcome"].value() != REACHED:
            # Whoever was not reached said nothing.
            for name in ("solved", "satisfied"):
                self.fields[name].required = False

    @property
    def is_answer(self) -> bool:
        return self.cleaned_data["outcome"] == REACHED
