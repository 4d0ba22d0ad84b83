"""Looking somebody up, and saying what a list or a number is needed for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.words import Words
from grids.models import Area
from members import roster
from members.forms.roster_fields import ServedArea, lines
from members.models import Specialty, Station

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from members.models.member import MemberQuerySet

ANY = pgettext_lazy("filter", "Any")


class Quiet(forms.Form):
    """A search: what it does not know it leaves out of the question."""

    def known(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PublicSearchForm(Quiet):
    """What residents look for: an ability, near a place."""

    specialty = forms.ModelChoiceField(
        Specialty.objects.all(), to_field_name="code", required=False,
        label=_("Specialty"), empty_label=ANY,
    )  # fmt: skip
    area = ServedArea(label=_("Area"), required=False, empty_label=ANY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = roster.served()

    def narrow(self, rows: MemberQuerySet) -> MemberQuerySet:
        said = self.known()
        if one := said.get("specialty"):
            rows = roster.skilled(rows, one)
        if one := said.get("area"):
            rows = rows.filter(area__path__startswith=one.path)
        return rows


class RosterSearchForm(PublicSearchForm):
    """The same for who serves the roster: by words, by station, in either order."""

    q = Words(label=_("Find"), max_length=60, required=False)
    station = forms.ModelChoiceField(
        Station.objects.open(), to_field_name="code", required=False,
        label=_("Station"), empty_label=ANY,
    )  # fmt: skip
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[(one, one) for one in roster.ORDERS]
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = roster.areas(user, roster.VIEW)

    def narrow(self, rows: MemberQuerySet) -> MemberQuerySet:
        said = self.known()
        rows = super().narrow(rows)
        if one := said.get("station"):
            rows = rows.filter(station=one)
        return roster.searched(rows, said.get("q", "").replace("\x00", ""))

    @property
    def order_asked(self) -> str:
        return self.known().get("order") or roster.STROKE

    def asked(self) -> list[str]:
        """The filters by name, with what is no word of a person: for the record."""
        said = self.known()
        found = ["q"] if said.get("q") else []
        for name in ("specialty", "area", "station"):
            if one := said.get(name):
                found.append(f"{name}={one.code}")
        return found


class ReasonForm(forms.Form):
    """Why a whole list is taken away."""

    reason = lines(_("What is the list needed for?"), rows=2, max_length=200)


class RevealForm(forms.Form):
    """One number, one time: for which case, why, and that it is you."""

    case = Words(
        label=_("Case"), max_length=60, help_text=_("The number of the need, booking or ticket.")
    )
    reason = lines(_("Why do you need it?"), rows=2, max_length=200)
    code = forms.CharField(
        label=_("Code from your phone"), max_length=16, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
        help_text=_("Left out if you gave one within the last 15 minutes."),
    )  # fmt: skip

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split()).lower()


class DecideForm(forms.Form):
    """Taken or not, with the reason that the person reads."""

    reason = lines(_("Why: the person reads it"), rows=2, max_length=300)


def area_choice(user: User, permission: str) -> ServedArea:
    field = ServedArea(label=_("Area"))
    field.queryset = roster.areas(user, permission) if user else Area.objects.none()
    return field
