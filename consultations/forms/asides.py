"""What changes a topic beside the moves of its table: more time for a study, better words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.words import Words


class ExtendForm(forms.Form):
    """Why a study takes longer."""

    note = Words(
        label=_("Why it takes longer: everybody reads it"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )


class RewordForm(forms.Form):
    """The proposer's own words, said better."""

    title = Words(label=pgettext_lazy("topic", "Title"), max_length=60)
    body = Words(
        label=_("What it is about"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "input"}),
    )
