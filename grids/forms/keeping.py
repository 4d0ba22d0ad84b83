"""What is entered into the registers of places, one row at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids import queries
from grids.models import (
    WGS84,
    AreaCount,
    Compound,
    Department,
    Facility,
    Milestone,
    Renewal,
    ServicePoint,
)


class Day(forms.DateInput):
    """A day, picked in the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PlaceForm(forms.ModelForm):
    """One row with its point; the code is given once and stays."""

    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90)

    fixed: tuple[str, ...] = ("code",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            for name in self.fixed:
                del self.fields[name]
            point = self.instance.point
            self.fields["lon"].initial, self.fields["lat"].initial = point.x, point.y

    def data_given(self) -> dict[str, Any]:
        """For the action: the model's own attributes, and what follows from the point."""
        given = dict(self.cleaned_data)
        given["point"] = Point(given.pop("lon"), given.pop("lat"), srid=WGS84)
        return given


class CompoundForm(PlaceForm):
    class Meta:
        model = Compound
        fields = [
            "code", "name", "kind", "household_count", "has_committee", "committee_until",
            "property_company", "property_department",
        ]  # fmt: skip
        field_classes = {"name": Words, "property_company": Words, "committee_until": DayField}
        widgets = {"committee_until": Day}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["property_department"].queryset = Department.objects.active()

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("committee_until") and not cleaned.get("has_committee"):
            self.add_error("committee_until", _("Only a committee that exists has a term."))
        return cleaned


class FacilityForm(PlaceForm):
    fixed = ("facility_class", "serial")

    class Meta:
        model = Facility
        fields = ["facility_class", "serial", "name", "state", "owner"]
        field_classes = {"name": Words, "serial": Words}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Department.objects.active()

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk is None and not self.errors:
            place = queries.locate(cleaned["lon"], cleaned["lat"])
            if place is None:
                raise ValidationError(queries.outside_message(cleaned["lon"], cleaned["lat"]))
            # The first part of its code: the district where it stands.
            cleaned["district_code"] = place.district.code[:6]
        return cleaned


class ServicePointForm(PlaceForm):
    class Meta:
        model = ServicePoint
        fields = ["code", "name", "kind", "address", "hours", "services", "office_phone"]
        field_classes = dict.fromkeys(
            ("name", "address", "hours", "services", "office_phone"), Words
        )


class StateForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=Facility.State.choices)


class RenewalForm(forms.Form):
    """A renewal as it is planned; its milestones follow one by one."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Renewal.Kind.choices)


class MilestoneForm(forms.ModelForm):
    class Meta:
        model = Milestone
        fields = ["name", "planned_on"]
        field_classes = {"name": Words, "planned_on": DayField}
        widgets = {"planned_on": Day}


class EndForm(forms.Form):
    state = forms.ChoiceField(
        choices=[(one.value, one.label) for one in (Renewal.State.DONE, Renewal.State.DROPPED)]
    )


class CountsForm(forms.Form):
    """Numbers of an area by measure; what is left empty stays as it is."""

    as_of = DayField(label=_("As of"), widget=Day, initial=clock.today)
    source = Words(label=_("Source"), max_length=80)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for measure in AreaCount.Measure:
            self.fields[measure.value] = forms.IntegerField(
                label=measure.label, required=False, min_value=0, max_value=10_000_000
            )

    def numbers(self) -> dict[str, int]:
        given = {one.value: self.cleaned_data[one.value] for one in AreaCount.Measure}
        return {name: number for name, number in given.items() if number is not None}

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self.numbers():
            raise ValidationError(_("Write at least one number."), "nothing")
        return cleaned
