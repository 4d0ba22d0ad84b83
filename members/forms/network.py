"""Bodies and posts of the network, and the quarter and area of the report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.words import Words
from grids.models import Area, Department
from members.forms import network_fields as fields
from members.forms.network_fields import NetworkForm, Search
from members.workflow.network import Sector
from members.workflow.units import (
    LONGEST_TERM,
    SHORTEST_TERM,
    USUAL_TERM,
    PostKind,
    Quarter,
    UnitKind,
)


class UnitSearch(Search):
    kinds = list(UnitKind.choices)


class AssociationSearch(Search):
    kinds = list(Sector.choices)
    kind_field = "sector"


class _Office(NetworkForm):
    name = fields.name_of()
    office = Words(
        label=_("Office to ask"),
        max_length=120,
        help_text=_("Where it can be asked; no person's name."),
    )
    office_phone = fields.office_phone()


class UnitForm(_Office):
    """What may change of a unit."""

    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), required=False, to_field_name="code",
        empty_label=_("None"), help_text=_("Where the unit is one that takes tickets."),
    )  # fmt: skip

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        rows = Department.objects.active().exclude(kind=Department.Kind.OFFICE)
        self.fields["department"].queryset = rows.order_by("short_name")  # type: ignore[attr-defined]


class NewUnitForm(UnitForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=UnitKind.choices, initial=UnitKind.UNIT)
    area = fields.AreaChoice()
    field_order = ["name", "kind", "area", "department", "office", "office_phone"]


class AssociationForm(_Office):
    """Its office and nothing else: who belongs to it is nobody's to know here."""


class NewAssociationForm(_Office):
    sector = forms.ChoiceField(label=_("Sector"), choices=Sector.choices)
    area = fields.AreaChoice()
    field_order = ["name", "sector", "area", "office", "office_phone"]


class PostOfForm(forms.Form):
    """A post of a unit or of a station that is known already."""

    kind = forms.ChoiceField(label=_("Kind of post"), choices=PostKind.choices)
    term_months = forms.IntegerField(
        label=_("Months of a term"), min_value=SHORTEST_TERM, max_value=LONGEST_TERM,
        initial=USUAL_TERM,
    )  # fmt: skip


class NewPostForm(NetworkForm, PostOfForm):
    area = fields.AreaChoice()
    field_order = ["kind", "area", "term_months"]


class FillForm(forms.Form):
    person = fields.Login()
    starts_on = fields.day_of(pgettext_lazy("first day", "From"))
    ends_on = fields.day_of(_("Until, that day included"), required=False)
    note = fields.about_of(_("Note"), 500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = fields.today


class HandOverForm(forms.Form):
    person = fields.Login(label=_("Login name of the next"))
    on = fields.day_of(_("On"))
    ends_on = fields.day_of(_("Until, that day included"), required=False)
    note = Words(
        label=_("What is handed over"), max_length=500, widget=forms.Textarea({"rows": 4}),
        help_text=_("Papers, open matters, keys; no private matters of people."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = fields.today


class ReportForm(forms.Form):
    """Which quarter of which area, of those in which one may."""

    quarter = Words(label=_("Quarter"), max_length=7, widget=forms.Select)
    area = Words(label=_("Area"), max_length=20, widget=forms.Select)

    def __init__(self, data: Any, *, quarters: list[Quarter], areas: list[Area]) -> None:
        super().__init__(data)
        self.areas = {one.code: one for one in areas}
        self.fields["quarter"].widget.choices = [(str(one), one.label) for one in quarters]  # type: ignore[attr-defined]
        self.fields["area"].widget.choices = [(one.code, one.name) for one in areas]  # type: ignore[attr-defined]

    def clean_quarter(self) -> Quarter:
        words = self.cleaned_data["quarter"]
        found = Quarter.read(words)
        if found is None or found.first > fields.today():
            raise forms.ValidationError(
                _("Write the quarter as 2026-Q3; it has begun."), "no_quarter"
            )
        return found

    def clean_area(self) -> Area:
        words = self.cleaned_data["area"]
        if words not in self.areas:
            raise forms.ValidationError(_("There is no area with this code."), "unknown_area")
        return self.areas[words]
