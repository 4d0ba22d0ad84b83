"""Fields that several forms of the roster have."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from govgrid.core.sheets import RowError
from govgrid.core.words import Words
from govgrid.privacy import guard
from grids.models import Area
from members import roster
from members.invitesheet import phone_of
from members.models import Association, Specialty, Station
from members.workflow.network import BODY_ONLY

BLOCKED = (guard.Kind.ID, guard.Kind.CARD)


class OwnWords(Words):
    """What somebody writes of himself: a number of an identity or bank card is not taken."""

    def clean(self, value: Any) -> Any:
        said = super().clean(value)
        if any(one.kind in BLOCKED for one in guard.find(said or "")):
            raise ValidationError(
                _("Please leave out numbers of identity or bank cards."), "number"
            )
        return said


class PhoneField(forms.CharField):
    """A telephone number as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        said = super().clean(value)
        if not said:
            return ""
        try:
            return phone_of(said)
        except RowError as error:
            raise ValidationError(str(error), "phone") from error


def lines(label: Any, *, rows: int = 3, **kwargs: Any) -> OwnWords:
    widget = forms.Textarea(attrs={"rows": rows, "class": "input"})
    return OwnWords(label=label, widget=widget, **kwargs)


class SpecialtiesField(forms.ModelMultipleChoiceField):
    """Ticks, branch by branch, as `members/_specialties.html` draws them."""

    def __init__(self, **kwargs: Any) -> None:
        rows = Specialty.objects.filter(is_offered=True).select_related("parent")
        of_branch = Coalesce("parent__code", "code"), F("parent").asc(nulls_first=True), "code"
        rows = rows.order_by(*of_branch)
        widget = forms.CheckboxSelectMultiple
        super().__init__(rows, to_field_name="code", required=False, widget=widget, **kwargs)

    def label_from_instance(self, obj: Specialty) -> str:
        return f"{obj.parent.name} › {obj.name}" if obj.parent else obj.name


class ServedArea(forms.ModelChoiceField):
    """A district, street or community."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("queryset", Area.objects.none())
        kwargs.setdefault("empty_label", _("Choose"))
        super().__init__(to_field_name="code", **kwargs)

    def label_from_instance(self, obj: Area) -> str:
        return obj.name


def plain_name(area: Area) -> str:
    """An area by its name, where no other has it: nobody knows codes by heart."""
    is_clear = Area.objects.in_force().filter(name=area.name).count() == 1
    return area.name if is_clear else area.code


def served_area(**kwargs: Any) -> ServedArea:
    field = ServedArea(label=_("Area served"), **kwargs)
    field.queryset = roster.served()
    return field


class StationField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Station.objects.open(), to_field_name="code", required=False,
            label=_("Station"), empty_label=_("None"), **kwargs,
        )  # fmt: skip


class AssociationField(forms.ModelChoiceField):
    """One association. Bodies to which nobody is linked are not offered."""

    def __init__(self, **kwargs: Any) -> None:
        bodies = [str(one) for one in BODY_ONLY]
        super().__init__(
            Association.objects.exclude(sector__in=bodies).filter(ended_on=None),
            to_field_name="code", label=_("Association"),
            error_messages={"invalid_choice": _("Persons are not linked to this body.")},
            **kwargs,
        )  # fmt: skip
