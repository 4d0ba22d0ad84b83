"""A duty to be asked for, what was decided on it, and what a place answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.days import DayField
from govgrid.core.text import tidy
from govgrid.core.words import Words
from grids import scoping
from grids.gate import STEPS, Answer, Stage
from grids.models import Area, Department, Duty, Level
from grids.models.duty import MOST_ITEMS

INDENT = "\u3000"


class AreaChoice(forms.ModelChoiceField):
    """Areas as a tree: each level a step further in."""

    def label_from_instance(self, obj: Area) -> str:
        return INDENT * (obj.level - Level.DISTRICT) + obj.name


def areas_for(user, permission: str, deepest: int = Level.COMMUNITY):
    """The areas above grids over which ``user`` holds ``permission``; a district at most."""
    held = scoping.prefixes(user, permission)
    if not held:
        return Area.objects.none()
    wanted = Q()
    for prefix in held:
        wanted |= Q(path__startswith=prefix)
    areas = Area.objects.in_force().filter(wanted, level__gt=Level.CITY, level__lte=deepest)
    return areas.order_by("code")


class DutyForm(forms.ModelForm):
    """Asks for a duty; :func:`grids.actions.propose_duty` has the last word."""

    items = Words(
        label=_("Checklist of places"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One place a line, twenty at most: fire lane, stairwell, hydrant. No persons."),
    )
    area = AreaChoice(Area.objects.none(), label=_("In"), empty_label=_("Choose"))

    class Meta:
        model = Duty
        fields = [
            *("name", "what", "items", "department", "area", "level", "kind", "rhythm"),
            *("minutes", "starts_on", "ends_on"),
        ]
        field_classes = {"name": Words, "what": Words, "starts_on": DayField, "ends_on": DayField}
        widgets = {
            "what": forms.Textarea(attrs={"rows": 3}),
            "starts_on": forms.DateInput(attrs={"type": "date"}),
            "ends_on": forms.DateInput(attrs={"type": "date"}),
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        areas = areas_for(user, "grids.propose_duty")
        departments = Department.objects.active()
        own = scoping.reach(user, "grids.propose_duty").departments
        if not areas.exists():
            # A department asks for its own duties, anywhere in its own area.
            departments = departments.filter(pk__in=own)
            areas = _areas_of(departments)
        self.fields["area"].queryset = areas
        self.fields["department"].queryset = departments.order_by("name")

    def clean_items(self) -> list[str]:
        lines = [tidy(line) for line in self.cleaned_data["items"].splitlines() if tidy(line)]
        if len(lines) > MOST_ITEMS:
            raise forms.ValidationError(_("Twenty lines at most."), "too_many")
        if any(len(line) > 80 for line in lines):
            raise forms.ValidationError(_("A line has 80 characters at most."), "too_long")
        return lines

    def _post_clean(self):
        """The row is made by the action: nothing is set on an instance here."""

    def given(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


def _areas_of(departments):
    wanted = Q(pk__in=[])
    for path in departments.values_list("area__path", flat=True):
        wanted |= Q(path__startswith=path)
    areas = Area.objects.in_force().filter(wanted, level__gt=Level.CITY, level__lt=Level.GRID)
    return areas.order_by("code")


class DecisionForm(forms.Form):
    step = forms.ChoiceField(choices=[(name, name) for name in STEPS])
    reason = Words(label=_("Reason"), required=False, max_length=200)


class StageForm(forms.Form):
    """Which duties a list shows; the running ones unless told."""

    stage = forms.ChoiceField(choices=Stage.choices, required=False)

    def chosen(self) -> Stage:
        given = self.cleaned_data.get("stage") if self.is_valid() else ""
        return Stage(given) if given else Stage.RUNNING


class AnswerForm(forms.Form):
    """Done with every line of the checklist answered, or not done and why."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(choices=[("done", _("Done")), ("not_done", _("Not done"))])
    note = Words(label=_("Note, or why not"), required=False, max_length=200)

    def __init__(self, *args, duty: Duty, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = []
        for number, item in enumerate(duty.items):
            name = f"item{number}"
            self.fields[name] = forms.ChoiceField(
                label=item, choices=Answer.choices, required=False, widget=forms.RadioSelect
            )
            self.lines.append(name)

    def rows(self):
        """The fields of the checklist, for the page."""
        return [self[name] for name in self.lines]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        is_done = said["outcome"] == "done"
        answers = [said[name] for name in self.lines]
        return {
            "client_id": said["client_id"],
            "is_done": is_done,
            "note": said["note"],
            "answers": [one for one in answers if one] if is_done else [],
        }
