"""Answering a survey, and setting its questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.actions import Asked
from consultations.forms.sessions import LinesField
from consultations.models import Question
from consultations.workflow import QuestionKind

SCORES = [(score, str(score)) for score in range(1, 6)]
# As many as may be asked more at one sending.
MORE = 3
MOST = 20


def _field(one: Question) -> forms.Field:
    label, needed = f"{one.position}. {one.text}", one.is_needed
    if one.kind == QuestionKind.TEXT:
        return forms.CharField(
            label=label,
            required=needed,
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Read by the table first; shown without a name."),
        )
    if one.kind == QuestionKind.SCALE:
        return forms.TypedChoiceField(
            label=label,
            required=needed,
            choices=SCORES,
            coerce=int,
            empty_value=None,
            widget=forms.RadioSelect,
            help_text=_("1 is worst, 5 is best."),
        )
    choices = list(enumerate(one.options, start=1))
    if one.kind == QuestionKind.ONE:
        return forms.TypedChoiceField(
            label=label,
            required=needed,
            choices=choices,
            coerce=int,
            empty_value=None,
            widget=forms.RadioSelect,
        )
    return forms.TypedMultipleChoiceField(
        label=label,
        required=needed,
        choices=choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At most %(most)s.") % {"most": one.most},
    )


class SheetForm(forms.Form):
    """One field a question, in their order."""

    def __init__(self, *args: Any, questions: Iterable[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(questions)
        for one in self.questions:
            self.fields[f"q{one.position}"] = _field(one)

    def given(self) -> dict[int, Any]:
        """By position, as ``actions.answer`` takes it."""
        found = {}
        for one in self.questions:
            value = self.cleaned_data[f"q{one.position}"]
            is_one = one.kind == QuestionKind.ONE and value is not None
            found[one.position] = [value] if is_one else value
        return found


class QuestionForm(forms.Form):
    text = forms.CharField(label=_("Question"), max_length=200)
    # What an untouched row sends is no question.
    kind = forms.ChoiceField(
        label=_("How it is answered"), choices=QuestionKind.choices, initial=QuestionKind.ONE
    )
    options = LinesField(
        label=_("Options"),
        rows=3,
        required=False,
        max_length=1000,
        help_text=_("One a line, where one chooses."),
    )
    most = forms.IntegerField(
        label=_("How many may be chosen"), initial=1, min_value=1, max_value=12
    )
    is_needed = forms.BooleanField(label=_("Must be answered"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """Said beside the field; the action says it to programs."""
        cleaned = super().clean() or {}
        options, kind = cleaned.get("options", []), cleaned.get("kind")
        has_them = kind in {QuestionKind.ONE, QuestionKind.MANY}
        if (has_them and not 2 <= len(options) <= 12) or (not has_them and options):
            self.add_error("options", _("A choice has 2 to 12 options, the rest has none."))
        return cleaned


_Set: Any = forms.formset_factory(
    QuestionForm, extra=MORE, max_num=MOST, absolute_max=MOST + MORE, can_delete=True
)


class QuestionSet(_Set):
    @classmethod
    def fresh(cls, questions: Iterable[Question]) -> QuestionSet:
        initial = [
            {
                "text": one.text,
                "kind": one.kind,
                "options": "\n".join(one.options),
                "most": one.most,
                "is_needed": one.is_needed,
            }
            for one in questions
        ]
        return cls(initial=initial)

    def asked(self) -> list[Asked]:
        """What stands there and is not struck out."""
        return [
            Asked(
                kind=one.cleaned_data["kind"],
                text=one.cleaned_data["text"],
                options=one.cleaned_data["options"],
                most=one.cleaned_data["most"],
                is_needed=one.cleaned_data["is_needed"],
            )
            for one in self.forms
            if one.cleaned_data.get("text") and not one.cleaned_data.get("DELETE")
        ]
