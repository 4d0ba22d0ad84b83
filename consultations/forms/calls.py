"""Saying whether one comes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.workflow.calls import CallAnswer
from govgrid.core.words import Words


class CallForm(forms.Form):
    """The button pressed is the answer; ``reason`` is asked for where it is no."""

    answer = forms.ChoiceField(choices=CallAnswer.choices, widget=forms.HiddenInput)
    reason = Words(label=_("Why not, if you cannot"), max_length=300, required=False)
