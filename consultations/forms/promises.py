"""Asking departments, and what they answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.forms.choices import share
from consultations.models import Commitment, Opinion, Topic
from consultations.workflow import TURNS
from govgrid.core.days import DayField
from govgrid.core.parts import may_have
from govgrid.core.words import Words
from grids.models import Department
from tickets.models import Category


def _departments() -> Any:
    return Department.objects.active().order_by("area__level", "code")


def _day() -> DayField:
    widget = forms.DateInput(attrs={"type": "date", "class": "input"})
    return DayField(label=_("Done by"), required=False, widget=widget)


class OfferForm(forms.Form):
    """What is asked of whom; from a suggestion that was adopted for now, where there is one."""

    text = Words(label=_("What is promised"), max_length=300)
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), empty_label=_("Choose")
    )
    opinion = forms.ModelChoiceField(
        Opinion.objects.none(), label=_("From suggestion"), required=False, empty_label=_("None")
    )

    def __init__(self, data: Any = None, *, topic: Topic) -> None:
        super().__init__(data, auto_id="offer_%s")
        department: Any = self.fields["department"]
        department.queryset = _departments()
        share(department, topic)
        adopted = Opinion.objects.filter(topic=topic, verdict="now")
        self.fields["opinion"].queryset = adopted  # type: ignore[attr-defined]
        if not may_have(topic, "opinions") or not adopted.exists():
            del self.fields["opinion"]


class TurnForm(forms.Form):
    """One turn of a promise: the fields that its table names."""

    def __init__(self, data: Any = None, *, name: str, commitment: Commitment) -> None:
        super().__init__(data, auto_id=f"{name}-{commitment.serial}_%s")
        self.name, self.turn, self.commitment = name, TURNS[name], commitment
        for one in self.turn.fields:
            field = self.fields[one] = self._field(one, name)
            if isinstance(field, forms.ModelChoiceField):
                share(field, commitment.topic)
            needs_note = one == "note" and name != "accept"
            needs_department = one == "department" and name == "offer"
            if one in {"due_on", "result"} or needs_note or needs_department:
                field.is_asked = True  # type: ignore[attr-defined]

    def _field(self, one: str, name: str) -> forms.Field:
        if one == "due_on":
            return _day()
        if one == "category":
            return forms.ModelChoiceField(
                Category.objects.filter(is_active=True).order_by("code"),
                label=_("It becomes a ticket of the category"),
                required=False,
                empty_label=_("No ticket"),
            )
        if one == "department":
            label = _("Department") if name == "offer" else _("Who should do it")
            return forms.ModelChoiceField(
                _departments(), label=label, required=False, empty_label=_("Choose")
            )
        if one == "result":
            widget = forms.Textarea(attrs={"rows": 3, "class": "input"})
            return Words(label=_("What was done"), max_length=1000, required=False, widget=widget)
        return Words(label=_("Note"), max_length=300, required=False)

    def given(self) -> dict[str, Any]:
        """What was typed; who is named by a return is said in the note."""
        given = {
            name: value for name, value in self.cleaned_data.items() if value not in (None, "")
        }
        if self.name == "give_back" and (named := given.pop("department", None)):
            given["note"] = f"{given.get('note', '')} → {named.short_name}".strip()
        return given


class RatingForm(forms.Form):
    """From 1 to 5 for the whole and for each thing that was done."""

    def __init__(self, data: Any = None, *, promises: Any, may_enter: bool = False) -> None:
        super().__init__(data)
        choices = [(str(n), str(n)) for n in range(5, 0, -1)]

        def scale(label: Any, *, required: bool) -> forms.ChoiceField:
            return forms.ChoiceField(
                label=label, choices=choices, required=required, widget=forms.RadioSelect
            )

        self.fields["overall"] = scale(_("All in all (5 is best)"), required=True)
        self.promises = list(promises)
        for one in self.promises:
            self.fields[f"promise_{one.pk}"] = scale(one.text, required=False)
        self.fields["remark"] = Words(label=_("Remark"), max_length=300, required=False)
        if may_enter:
            self.fields["is_entered"] = forms.BooleanField(
                label=_("I type this from paper, for somebody else"), required=False
            )

    def scores(self) -> dict[int, int]:
        given = {one.pk: self.cleaned_data.get(f"promise_{one.pk}") for one in self.promises}
        return {pk: int(score) for pk, score in given.items() if score}
