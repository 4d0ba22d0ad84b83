"""Planning an activity, counting heads, and pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.words import Words
from members.actions import Invitation
from members.models import Activity
from members.workflow.activities import ActivityKind

MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENTS[0]),
        error_messages={"invalid": _("Write it as 2026-09-24 09:10.")},
    )


class InvitationForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=ActivityKind.choices)
    title = Words(label=pgettext_lazy("activity", "Title"), max_length=80)
    text = Words(
        label=_("What it is about"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    series = Words(
        label=_("Series"),
        max_length=40,
        required=False,
        help_text=_("Activities of one series are counted together, each quarter."),
    )
    starts_at = _moment(_("Begins"))
    ends_at = _moment(_("Ends"))
    place = Words(label=pgettext_lazy("place", "Where"), max_length=120)
    capacity = forms.IntegerField(
        label=_("Places"),
        required=False,
        min_value=1,
        max_value=5000,
        help_text=_("Nothing: as many as come."),
    )

    @classmethod
    def of(cls, one: Activity) -> InvitationForm:
        return cls(
            initial={name: getattr(one, name) for name in cls.base_fields}, auto_id="change_%s"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("It ends after it begins."))
        return cleaned

    def invitation(self) -> Invitation:
        return Invitation(**self.cleaned_data)


class CloseForm(forms.Form):
    head_count = forms.IntegerField(
        label=pgettext_lazy("activity", "How many came"),
        min_value=0,
        max_value=100_000,
        help_text=_("All who were there, with a telephone or without one."),
    )
    summary = Words(
        label=_("Summary"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody reads it: nobody's name."),
    )


class PhotoForm(forms.Form):
    file = forms.FileField(label=_("Picture"), widget=forms.FileInput(attrs={"accept": "image/*"}))
    agreed = forms.BooleanField(
        label=_("Everybody who can be recognised on it has agreed to pictures"),
        help_text=_("Members say so on their own page, others on the day. Nobody is marked on it."),
        error_messages={"required": _("Only with the consent of everybody who can be recognised.")},
    )
