"""Writing and reviewing a model case; making a course and its dates; finding either."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.actions.cases import LENGTHS
from consultations.forms.lists import Where
from consultations.forms.sessions import Times
from consultations.models import ModelCase, ModelCaseQuerySet, Topic
from consultations.workflow import PlatformKind
from govgrid.core.words import Words
from grids.models import Area

ANY = ("", pgettext_lazy("filter", "Any"))


def _part(label: Any, name: str, *, rows: int = 4) -> Words:
    area = forms.Textarea(attrs={"rows": rows, "class": "input"})
    return Words(label=label, max_length=LENGTHS[name], required=False, widget=area)


class CaseForm(forms.Form):
    title = Words(label=pgettext_lazy("model case", "Title"), max_length=80)
    background = _part(_("How it was before"), "background")
    steps = _part(_("What was done"), "steps", rows=6)
    outcome = _part(_("What came of it"), "outcome")
    lesson = _part(_("What others can learn"), "lesson")

    @classmethod
    def of(cls, topic: Topic) -> CaseForm:
        """With what the topic says of itself, to be told anew."""
        first = {
            "title": topic.title,
            "background": topic.body,
            "steps": topic.study_report[:1500],
            "outcome": topic.result[:2000],
        }
        return cls(initial=first)

    @classmethod
    def again(cls, case: ModelCase) -> CaseForm:
        return cls(initial={name: getattr(case, name) for name in LENGTHS})


class ReviewForm(forms.Form):
    note = Words(
        label=_("What is to be changed, or why it is good"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )  # fmt: skip


class CaseSearchForm(Where):
    kind = forms.ChoiceField(
        label=_("Kind of platform"), required=False, choices=[ANY, *PlatformKind.choices]
    )

    def narrow(self, rows: ModelCaseQuerySet) -> Any:
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if asked["platform"]:
            rows = rows.filter(topic__platform=asked["platform"])
        if asked["area"]:
            rows = rows.filter(topic__area__path__startswith=asked["area"].path)
        if asked["kind"]:
            rows = rows.filter(topic__platform__kind=asked["kind"])
        return rows


class CourseForm(forms.Form):
    title = Words(label=pgettext_lazy("course", "Title"), max_length=80)
    about = Words(
        label=_("What is learnt"), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
    )  # fmt: skip
    area = Words(label=_("Area: name or code"), max_length=40)

    def clean_area(self) -> Area:
        found = Area.objects.in_force().order_by("level", "pk")
        words = self.cleaned_data["area"]
        one = found.filter(code=words).first() or found.filter(name=words).first()
        if one is None:
            raise forms.ValidationError(_("There is no area of this name or code."), "unknown_area")
        return one


class DateForm(Times):
    venue = Words(label=pgettext_lazy("course", "Where"), max_length=120)
    places = forms.IntegerField(label=_("Places"), min_value=1, max_value=5000)


class CountForm(forms.Form):
    came = forms.IntegerField(label=_("How many came"), min_value=0, max_value=5000)
