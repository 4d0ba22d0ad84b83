"""Which rows of a list are asked for, and what is printed on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.lists import Asked
from consultations.models import Platform
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids.models import Area

if TYPE_CHECKING:
    from django.db.models import QuerySet

DAY = {"type": "date"}
WRITTEN = {"invalid": _("Write the date as 2026-09-24.")}


def _day(label: Any) -> DayField:
    return DayField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        error_messages=WRITTEN,
    )


class Where(forms.Form):
    """A platform and an area, by code or by a name that only one has."""

    platform = forms.ModelChoiceField(
        Platform.objects.none(), label=_("Platform"), required=False, to_field_name="code",
        empty_label=_("All platforms"),
        error_messages={"invalid_choice": _("There is no platform with this code.")},
    )  # fmt: skip
    area = Words(label=_("Area: name or code"), required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["platform"].queryset = Platform.objects.order_by("name", "pk")

    def clean_area(self) -> Area | None:
        words = self.cleaned_data["area"]
        if not words:
            return None
        found = Area.objects.in_force()
        by_code = found.filter(code=words).order_by("level", "pk").first()
        named = by_code or found.filter(name=words).order_by("level", "pk").first()
        if named is None:
            raise forms.ValidationError(_("There is no area of this name or code."), "unknown_area")
        return named


class ListForm(Where):
    since = _day(_("From"))
    until = _day(_("Until"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            self.add_error("until", _("The period ends before it begins."))
        return given

    def asked(self, platforms: QuerySet[Platform] | None = None) -> Asked:
        return Asked(**self.cleaned_data, platforms=platforms)


class PaperListForm(ListForm):
    """What stands on the paper beside the rows."""

    number = Words(label=_("Number of the document"), required=False, max_length=40)
    body = Words(label=_("Issued by"), required=False, max_length=60)
