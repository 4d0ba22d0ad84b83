"""At what rank somebody came."""

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.core.words import Words
from tickets.workflow import Rank


class RankForm(forms.Form):
    rank = forms.ChoiceField(
        label=_("You come as"),
        choices=Rank,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose your rank.")},
    )
    # Given out by the page that the code opened.
    entry = Words(max_length=200, widget=forms.HiddenInput)
