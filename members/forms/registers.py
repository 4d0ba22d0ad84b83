"""What is told beside the register of organisations, and the pairs of villages and enterprises."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.words import Words
from grids.models import Area, Level, Organisation
from members.forms import network_fields as fields
from members.forms.network_fields import NetworkForm
from members.workflow.bodies import MOST_YUAN, Grade, OrganisationClass


class OrganisationSearch(forms.Form):
    q = Words(label=_("Name or code"), required=False, max_length=80)
    of_class = forms.ChoiceField(
        label=_("Class"), required=False, choices=[fields.ANY, *OrganisationClass.choices]
    )
    grade = forms.ChoiceField(
        label=_("Grade"),
        required=False,
        choices=[fields.ANY, *(one for one in Grade.choices if one[0])],
    )

    def narrow(self, rows: Any) -> Any:
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if words := asked["q"]:
            rows = rows.filter(
                Q(organisation__name__icontains=words) | Q(organisation__code=words.upper())
            )
        if asked["of_class"]:
            rows = rows.filter(of_class=asked["of_class"])
        if asked["grade"]:
            rows = rows.filter(grade=asked["grade"])
        return rows


class FindOrganisation(forms.Form):
    """One of the public register by its unified social credit code."""

    organisation = Words(
        label=_("Organisation: unified social credit code"), max_length=18,
        help_text=_("As the public register of organisations has it."),
    )  # fmt: skip

    def clean_organisation(self) -> Organisation:
        code = self.cleaned_data["organisation"].upper()
        found = Organisation.objects.filter(code=code, retired_on=None).select_related("grid")
        one = found.first()
        if one is None:
            raise forms.ValidationError(_("The register has no organisation with this code."))
        return one


class FactsForm(NetworkForm):
    of_class = forms.ChoiceField(label=_("Class"), choices=OrganisationClass.choices)
    sponsor = fields.UnitChoice(label=_("Sponsor"), required=False)
    grade = forms.ChoiceField(label=_("Grade"), required=False, choices=Grade.choices)
    grant_yuan = forms.IntegerField(
        label=_("Grant in yuan"), required=False, min_value=0, max_value=MOST_YUAN
    )
    grant_year = forms.IntegerField(
        label=_("Year of the grant"), required=False, min_value=2000, max_value=2099
    )


class PairForm(FindOrganisation):
    village = fields.AreaChoice()
    what = Words(label=_("For what"), max_length=200)
    since = fields.day_of(_("Since"))
    until = fields.day_of(_("Until, that day included"), required=False)
    field_order = ["village", "organisation", "what", "since", "until"]

    def __init__(self, data: Any = None, *, user: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        rows = fields.areas_of(user, "members.keep_network").filter(
            level=Level.COMMUNITY, kind=Area.Kind.VILLAGE
        )
        self.fields["village"].queryset = rows  # type: ignore[attr-defined]
        self.fields["village"].label = _("Village")
        self.fields["since"].initial = fields.today
