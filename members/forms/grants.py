"""Granting a duty, and what is given with each answer to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.words import Words
from grids.models import Organisation
from members.actions import Granting
from members.forms.counsel import PlaceField, day, text
from members.models import Association, Grant, Member
from members.workflow.grants import DutyLevel, Matter
from members.workflow.network import BODY_ONLY
from members.workflow.roster import MemberState

CHOOSE = ("", _("Choose"))
ANY = ("", pgettext_lazy("filter", "Any"))


class GrantForm(forms.Form):
    organisation = Words(
        label=_("Organisation: unified social credit code"), max_length=18, required=False
    )
    association = forms.ModelChoiceField(
        Association.objects.none(), label=_("Or an association"), required=False,
        to_field_name="code", empty_label=_("None"),
    )  # fmt: skip
    unit = Words(label=_("Or another unit by its name"), max_length=80, required=False)
    representative = Words(
        label=_("Its representative: roster number"), max_length=16, required=False,
        help_text=_("Left empty, the holder accepts on paper."),
    )  # fmt: skip
    matter = forms.ChoiceField(label=_("Matter"), choices=[CHOOSE, *Matter.choices])
    level = forms.ChoiceField(label=_("Level"), choices=[CHOOSE, *DutyLevel.choices])
    text = text(_("What exactly"), 1000)
    area = PlaceField(label=_("Area: name or code"))
    document = Words(label=_("Granting document: number"), max_length=60)
    document_on = day(_("Date of the document"))
    starts_on = day(_("First day"))
    ends_on = day(_("Last day; a year at most"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Association.objects.filter(ended_on=None).exclude(sector__in=BODY_ONLY)
        self.fields["association"].queryset = rows  # type: ignore[attr-defined]

    @classmethod
    def renewing(cls, grant: Grant) -> GrantForm:
        names = ("matter", "level", "text", "unit")
        first: dict[str, Any] = {name: getattr(grant, name) for name in names}
        first["area"] = grant.area.code
        if grant.organisation is not None:
            first["organisation"] = grant.organisation.code
        if grant.association is not None:
            first["association"] = grant.association.code
        if grant.representative is not None:
            first["representative"] = grant.representative.serial
        return cls(initial=first)

    def clean_organisation(self) -> Organisation | None:
        code = self.cleaned_data["organisation"].upper()
        if not code:
            return None
        one = Organisation.objects.filter(code=code).first()
        if one is None:
            raise forms.ValidationError(_("This organisation is in no register here."), "unknown")
        return one

    def clean_representative(self) -> Member | None:
        serial = self.cleaned_data["representative"]
        if not serial:
            return None
        one = Member.objects.filter(serial=serial, state=MemberState.ACTIVE).first()
        if one is None:
            raise forms.ValidationError(_("Nobody on the roster has this number."), "unknown")
        return one

    def granting(self) -> Granting:
        return Granting(**self.cleaned_data)


class AcceptForm(forms.Form):
    paper = Words(
        label=_("Paper by which the holder accepts"), max_length=120, required=False
    )  # fmt: skip


class RevokeForm(forms.Form):
    reason = text(_("Why; everybody can read this"), 300, rows=3)


class GrantSearchForm(forms.Form):
    area = PlaceField(label=_("Area: name or code"), required=False)
    matter = forms.ChoiceField(label=_("Matter"), required=False, choices=[ANY, *Matter.choices])
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[ANY, *DutyLevel.choices])
    over = forms.BooleanField(label=_("Also those that are over"), required=False)

    def narrow(self, rows: Any) -> Any:
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if not asked["over"]:
            rows = rows.in_force()
        if asked["area"]:
            rows = rows.filter(area__path__startswith=asked["area"].path)
        for name in ("matter", "level"):
            if asked[name]:
                rows = rows.filter(**{name: asked[name]})
        return rows
