"""Programmes, projects, milestones."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.words import Words
from members.forms import network_fields as fields
from members.forms.network_fields import NetworkForm


class ProgrammeForm(NetworkForm):
    name = fields.name_of()
    about = fields.about_of(_("What it is for"), 500)
    starts_on = fields.day_of(_("Begins"))
    ends_on = fields.day_of(_("Ends"), required=False)


class NewProgrammeForm(ProgrammeForm):
    area = fields.AreaChoice()
    field_order = ["name", "area", "about", "starts_on", "ends_on"]

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["starts_on"].initial = fields.today


class ProjectForm(NetworkForm):
    title = Words(label=pgettext_lazy("project", "Title"), max_length=100)
    about = fields.about_of(_("What is to be reached"), 500)
    lead = fields.UnitChoice(label=_("Leading unit"))


class NewProjectForm(ProjectForm):
    area = fields.AreaChoice()
    field_order = ["title", "area", "lead", "about"]


class MoveForm(forms.Form):
    reason = Words(label=_("Why"), required=False, max_length=300)


class MilestoneForm(forms.Form):
    title = Words(label=pgettext_lazy("milestone", "Title"), max_length=100)
    due_on = fields.day_of(_("Due on"))


class ReachForm(forms.Form):
    done_on = fields.day_of(_("Done on"))
    note = fields.about_of(_("Note"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_on"].initial = fields.today


class ShiftForm(forms.Form):
    due_on = fields.day_of(_("New day"))
    note = Words(label=_("Why it is put off"), max_length=300)
