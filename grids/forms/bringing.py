"""The shape of what people say about files."""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.days import DayField
from grids.actions.kinds import KINDS
from grids.models import CodeSystem
from grids.spatial.reading import CRS_CHOICES

ENCODINGS = [
    ("", _("guessed")),
    ("utf-8-sig", "UTF-8"),
    ("gb18030", "GBK, GB18030"),
    ("big5hkscs", "Big5"),
]


class BringForm(forms.Form):
    """A file, and what is to be said about it."""

    kind = forms.ChoiceField(label=_("What is in it"))
    file = forms.FileField(
        label=_("file"),
        help_text=_("CSV, Excel, GeoJSON, a Shapefile with its parts in one zip, or GeoPackage."),
    )
    on = DayField(
        label=_("Holds from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The first day of new areas and names. Today for names if empty."),
    )
    crs = forms.ChoiceField(label=_("Coordinates"), choices=CRS_CHOICES, required=False)
    encoding = forms.ChoiceField(
        label=_("Encoding of the texts"), choices=ENCODINGS, required=False
    )
    code_system = forms.ChoiceField(
        label=_("Whose codes"), choices=CodeSystem.choices, initial=CodeSystem.STATISTICS
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.slug, kind.label) for kind in KINDS.values()]


class AgainForm(forms.Form):
    """What may be said otherwise about a file that was read."""

    crs = forms.ChoiceField(label=_("Coordinates"), choices=CRS_CHOICES, required=False)
    encoding = forms.ChoiceField(
        label=_("Encoding of the texts"), choices=ENCODINGS, required=False
    )
    layer = forms.ChoiceField(label=_("Which map"), required=False)

    def __init__(self, *args, upload, **kwargs):
        now = {"crs": upload.crs, "encoding": upload.encoding, "layer": upload.layer}
        super().__init__(*args, initial=now, **kwargs)
        layers = upload.layers or [upload.layer]
        self.fields["layer"].choices = [(layer, layer) for layer in layers]
        if len(layers) < 2:
            self.fields["layer"].widget = forms.HiddenInput()


class EndingsForm(forms.Form):
    """Areas that end though the file does not say so: chosen one by one, each with its successor."""

    end = forms.MultipleChoiceField(required=False)
    ended_on = DayField(required=False)

    def __init__(self, data):
        super().__init__(data)
        codes = [code for code in data.getlist("end") if "\x00" not in code]
        self.fields["end"].choices = [(code, code) for code in codes]

    def clean_ended_on(self):
        on = self.cleaned_data["ended_on"]
        if self.cleaned_data.get("end") and (on is None or on > clock.today()):
            raise ValidationError(_("An area ends today or before."), "ahead")
        return on

    def endings(self) -> list[tuple[str, date, str]]:
        said = self.cleaned_data
        return [
            (
                code,
                said["ended_on"],
                self.data.get(f"successor-{code}", "").replace("\x00", "").strip()[:20],
            )
            for code in said["end"]
        ]


class DayForm(forms.Form):
    """A day as in 2026-03-01; today where nothing or nothing sensible is given."""

    on = DayField(required=False)

    def day(self) -> date:
        return (self.is_valid() and self.cleaned_data["on"]) or clock.today()
