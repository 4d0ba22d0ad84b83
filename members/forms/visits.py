"""Switching visits on and off, and entering one: a day and a yes or no, no words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from members.forms.counsel import day


class WelcomeForm(forms.Form):
    is_welcome = forms.BooleanField(label=_("Please call on me at festivals"), required=False)


class VisitForm(forms.Form):
    on = day(_("Day"))
    asks_help = forms.BooleanField(label=_("Help was asked for"), required=False)

    @classmethod
    def fresh(cls, pk: int) -> VisitForm:
        return cls(initial={"on": clock.today()}, auto_id=f"visit-{pk}_%s")
