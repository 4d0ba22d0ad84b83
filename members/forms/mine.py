"""Changing the own entry."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.forms.joining import EntryForm
from members.forms.roster_fields import AssociationField, OwnWords, served_area
from members.models import Member
from members.workflow.joining import OWN_FIELDS


class EditForm(EntryForm):
    """All of it. The sealed number is shown nowhere: write another, or have it removed."""

    pinyin = OwnWords(
        label=_("Spelt in pinyin"), max_length=120, required=False,
        help_text=_("By this you are found and sorted. Left empty it is as the table says."),
    )  # fmt: skip
    area = served_area()
    takes_suggestions = forms.BooleanField(label=_("Needs may be suggested to me"), required=False)
    welcomes_visits = forms.BooleanField(label=_("Please call on me at festivals"), required=False)
    removes_phone = forms.BooleanField(
        label=_("Remove the private phone that is kept"), required=False
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        initial = {name: getattr(member, name) for name in OWN_FIELDS if name != "specialties"}
        initial |= {"area": member.area.code, "specialties": list(member.specialties.all())}
        initial["station"] = member.station.code if member.station else None
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["phone"].label = _("Another private phone")

    def changes(self) -> dict[str, Any]:
        said = self.cleaned_data
        found = {name: said[name] for name in OWN_FIELDS}
        if said["removes_phone"]:
            found["phone"] = ""
        elif said["phone"]:
            found["phone"] = said["phone"]
        return found


class AffiliationForm(forms.Form):
    """One association, with a tick of its own."""

    association = AssociationField(empty_label=_("Choose"))
    agree = forms.BooleanField(label=_("I agree to this being kept, sealed."))
