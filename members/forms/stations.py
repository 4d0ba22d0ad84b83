"""Finding, opening, looking at and counting the places of the network; who serves there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.words import Words
from members.forms import network_fields as fields
from members.forms.network_fields import LonLat, NetworkForm, Search
from members.roles import StationRole
from members.workflow.network import StationKind
from members.workflow.units import HAVE_WORDS, MOST_VISITS, VisitKind


class StationSearch(Search):
    kinds = list(StationKind.choices)


class StationForm(LonLat):
    name = fields.name_of()
    place = Words(label=pgettext_lazy("place", "Where"), max_length=120)
    phone = Words(
        label=_("Telephone of the station"), required=False, max_length=30,
        help_text=_("Of an office; no mobile number."),
    )  # fmt: skip
    field_order = ["name", "place", "phone", "lon", "lat"]


class NewStationForm(StationForm, NetworkForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=StationKind.choices)
    area = fields.AreaChoice()
    permission = "members.keep_station"
    field_order = ["name", "kind", "area", "place", "phone", "lon", "lat"]


class CheckForm(forms.Form):
    """What was there when somebody looked; a box that is left empty says that it was not."""

    haves = forms.MultipleChoiceField(
        label=_("What it has"), required=False, choices=list(HAVE_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    note = fields.about_of(_("Note"))

    def given(self) -> dict[str, Any]:
        haves = dict.fromkeys(self.cleaned_data["haves"], True)
        return {"haves": haves, "note": self.cleaned_data["note"]}


class VisitForm(forms.Form):
    day = fields.day_of(_("Day"))
    kind = forms.ChoiceField(label=_("What for"), choices=VisitKind.choices)
    number = forms.IntegerField(
        label=pgettext_lazy("visits", "How many came"), min_value=1, max_value=MOST_VISITS
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = fields.today


class ServeForm(forms.Form):
    person = fields.Login()
    role = forms.ChoiceField(
        label=_("Role"), choices=StationRole.choices, initial=StationRole.LIAISON
    )
    starts_on = fields.day_of(pgettext_lazy("first day", "From"))
    ends_on = fields.day_of(_("Until, that day included"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = fields.today


class RenewForm(forms.Form):
    ends_on = fields.day_of(_("Until, that day included"))
