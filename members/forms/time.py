"""The shelf of gifts, and giving one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.words import Words
from grids.models import Area
from members.forms.needs import area_of


class GiftForm(forms.Form):
    name = Words(label=pgettext_lazy("gift", "What it is"), max_length=60)
    about = Words(label=_("About it"), max_length=200, required=False)
    area = Words(label=_("Area: name or code"), max_length=40)
    place = Words(label=_("Where it is given"), max_length=120)
    left = forms.IntegerField(label=_("How many there are"), min_value=1, max_value=10_000)

    def clean_area(self) -> Area:
        return area_of(self.cleaned_data["area"])


class CodeForm(forms.Form):
    code = Words(label=_("Code on the print-out"), max_length=20)
