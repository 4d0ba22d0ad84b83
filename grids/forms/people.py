"""Posts handed on and filled, and the offices of a team."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids.models import Area, Department, TeamSeat

DAY = {"type": "date"}


class PersonField(forms.CharField):
    """Somebody by user name: no list of all people is offered to pick from."""

    default_error_messages = {"unknown": _("Nobody who may sign in has this user name.")}

    def clean(self, value) -> User:
        name = super().clean(value)
        person = User.objects.filter(username__iexact=name, is_active=True).first()
        if person is None:
            raise forms.ValidationError(self.error_messages["unknown"], "unknown")
        return person


class HolderForm(forms.Form):
    """Who holds a post from which day; today where none is given."""

    person = PersonField(
        label=_("User name of the next holder"),
        max_length=60,
        error_messages={"required": _("Say who takes over.")},
    )
    on = DayField(
        label=_("First day of the next holder"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("Today if empty. The day before is the last one of the present holder."),
    )

    def day(self):
        return self.cleaned_data["on"] or clock.today()


class SeatForm(forms.Form):
    """An office in the team of an area; offices of the area, those above it and beneath it."""

    function = forms.ChoiceField(label=_("Function"), choices=TeamSeat.Function.choices)
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Office"), empty_label=_("Choose")
    )
    phone = Words(
        label=_("Office phone"),
        required=False,
        max_length=30,
        help_text=_("That of the office if empty. No mobile phone: it is a person's."),
    )

    def __init__(self, *args, area: Area, **kwargs):
        super().__init__(*args, **kwargs)
        near = Department.objects.active().filter(area__in=area.ancestor_ids)
        self.fields["department"].queryset = near.order_by("-area__level", "name")
