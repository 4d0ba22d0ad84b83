"""Volunteer teams, what they did, alliances and what was pledged."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.words import Words
from grids.models import Area
from members.forms import network_fields as fields
from members.forms.network_fields import NetworkForm, Search
from members.models.team import MOST
from members.workflow.units import Quarter


class TeamSearch(Search):
    """By name and area."""


class TeamForm(NetworkForm):
    name = fields.name_of()
    about = fields.about_of(_("What it does"))
    answers_for = Words(
        label=_("Areas it answers for: codes, one a line"), required=False, max_length=1200,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    unit = fields.UnitChoice(required=False)
    leader = fields.Login(label=_("Led by: login name"), required=False)

    def clean_answers_for(self) -> list[Area]:
        codes = list(dict.fromkeys(self.cleaned_data["answers_for"].split()))
        found = {one.code: one for one in Area.objects.in_force().filter(code__in=codes)}
        unknown = [one for one in codes if one not in found]
        if unknown:
            raise forms.ValidationError(
                _("There is no area with the code “%(code)s”."),
                "unknown_area",
                {"code": unknown[0]},
            )
        return [found[one] for one in codes]


class NewTeamForm(TeamForm):
    area = fields.AreaChoice()
    field_order = ["name", "area", "about", "answers_for", "unit", "leader"]


class CountForm(forms.Form):
    quarter = forms.TypedChoiceField(label=_("Quarter"), coerce=Quarter.read)
    volunteers = forms.IntegerField(label=_("Volunteers"), min_value=0, max_value=MOST)
    activities = forms.IntegerField(label=_("Activities"), min_value=0, max_value=MOST)
    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=MOST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = Quarter.of(clock.today())
        self.fields["quarter"].choices = [  # type: ignore[attr-defined]
            (str(one), one.label) for one in (present, present.before)
        ]


class AllianceForm(NetworkForm):
    name = fields.name_of()
    about = fields.about_of(_("What it is for"))


class NewAllianceForm(AllianceForm):
    area = fields.AreaChoice()
    field_order = ["name", "area", "about"]


class JoinForm(NetworkForm):
    unit = fields.UnitChoice()


class PledgeForm(forms.Form):
    what = Words(label=_("What is offered"), max_length=200)
    due_on = fields.day_of(_("By when"))


class FulfilForm(forms.Form):
    on = fields.day_of(_("Given on"))
    note = Words(label=_("What shows it"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = fields.today
