"""The search over the list of tickets; the form owns its filter."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grids.models import Area, Department
from tickets.forms.fields import active_categories, choices_of
from tickets.models import Assignment, TicketQuerySet
from tickets.workflow import State

_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


def _day(label) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        validators=[MinValueValidator(_FIRST), MaxValueValidator(_LAST)],
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )


class TicketSearchForm(forms.Form):
    """Narrows tickets that are in reach; what it does not know it says."""

    q = forms.CharField(label=_("Number or words"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any state")), *State.choices],
        widget=forms.Select(attrs={"class": "input"}),
    )
    category = forms.ChoiceField(
        label=_("Category"), required=False, widget=forms.Select(attrs={"class": "input"})
    )
    area = forms.CharField(
        label=_("Area: name or code"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    department = forms.ModelChoiceField(
        # Offices are found by their area.
        Department.objects.active().exclude(kind=Department.Kind.OFFICE),
        label=_("Department"),
        required=False,
        to_field_name="code",
        empty_label=_("Any department"),
        widget=forms.Select(attrs={"class": "input"}),
    )
    filed_after = _day(_("Filed from"))
    filed_before = _day(_("Filed until"))
    mine = forms.BooleanField(label=_("Filed by me"), required=False)
    # The cursor: older than this one. An id, so that a page never counts and never skips.
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["category"].choices = [
            ("", _("Any category")),
            *choices_of(active_categories()),
        ]

    def clean_q(self):
        words = self.cleaned_data["q"]
        if len(words) == 1:
            raise ValidationError(_("Write two characters or more."), "too_short")
        return words

    def clean_area(self):
        text = self.cleaned_data["area"]
        if not text:
            return None
        found = list(Area.objects.in_force().filter(Q(code=text) | Q(name=text))[:2])
        if not found:
            raise ValidationError(_("There is no area of this name or code."), "unknown")
        if len(found) > 1:
            raise ValidationError(_("Several areas are called so. Please write the code."), "many")
        return found[0]

    def clean(self):
        unknown = sorted(set(self.data) - set(self.fields))
        if unknown:
            names = ", ".join(f"“{name[:30]}”" for name in unknown[:3])
            text = ngettext(
                "There is no filter %(names)s.", "There are no filters %(names)s.", len(unknown)
            )
            raise ValidationError(text, "unknown_filter", {"names": names})
        return super().clean()

    @property
    def is_more_used(self) -> bool:
        """Whether a filter beneath the first line says something."""
        more = ("area", "department", "filed_after", "filed_before", "mine")
        return any(self[name].value() or self[name].errors for name in more)

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the cursor was asked for."""
        return any(self.cleaned_data.get(name) for name in self.fields if name != "before")

    def filter(self, tickets: TicketQuerySet) -> TicketQuerySet:
        if not self.is_valid():
            return tickets.none()
        asked = self.cleaned_data
        if asked["q"]:
            tickets = _find(tickets, asked["q"])
        if asked["area"]:
            tickets = tickets.beneath(asked["area"])
        if asked["department"]:
            given = Assignment.objects.filter(department=asked["department"])
            tickets = tickets.filter(pk__in=given.values("ticket_id"))
        if asked["mine"]:
            tickets = tickets.filter(filed_by=self.user)
        return tickets.filter(**self._plain())

    def _plain(self) -> dict[str, Any]:
        """The filters that are one comparison each."""
        asked = self.cleaned_data
        until = asked["filed_before"]
        wanted = {
            "state": asked["state"],
            "category__code": asked["category"],
            "filed_at__gte": _midnight(asked["filed_after"]),
            "filed_at__lt": _midnight(until + timedelta(days=1)) if until else None,
            "pk__lt": asked["before"],
        }
        return {name: value for name, value in wanted.items() if value}


def _midnight(day: date | None) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def _find(tickets: TicketQuerySet, words: str) -> TicketQuerySet:
    """By the number or its beginning where it looks like one, else by the words."""
    number = words.upper()
    if number.isascii() and number[:1].isalpha() and number[-1:].isdigit():
        return tickets.filter(number__startswith=number)
    return tickets.about(words)
