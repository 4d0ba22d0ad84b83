"""Asking people: one, or a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from govgrid.core.words import Words
from members import roster
from members.actions import Call
from members.forms.roster import area_choice
from members.forms.roster_fields import PhoneField, SpecialtiesField, lines
from members.invitesheet import Invitee
from members.models import Batch

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# As a browser's own field writes it, and as people do.
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


class WhereForm(forms.Form):
    """For which area, and by which batch."""

    batch = forms.ModelChoiceField(
        Batch.objects.none(), required=False, label=_("Batch"), empty_label=_("None")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"] = area_choice(user, roster.KEEP)
        now = clock.now()
        open_ones = Batch.objects.filter(opens_at__lte=now, closes_at__gt=now)
        self.fields["batch"].queryset = open_ones.filter(
            area__in=roster.areas(user, roster.KEEP).values("pk")
        )


class InviteForm(WhereForm):
    """One person."""

    name = Words(label=pgettext_lazy("person", "Name"), max_length=60)
    phone = PhoneField(label=_("Telephone"))
    organisation = Words(label=_("Organisation"), max_length=80, required=False)

    def invitee(self) -> Invitee:
        said = self.cleaned_data
        return Invitee(said["name"], said["phone"], said["organisation"])


class ListForm(WhereForm):
    """A list of people, as a file."""

    file = forms.FileField(
        label=_("Excel or CSV"),
        help_text=_("Columns 姓名, 电话, and 单位 if you like. No other column is taken."),
    )


class BatchForm(forms.Form):
    """A call: who is looked for, by what is chosen, for how many, until when."""

    title = Words(label=pgettext_lazy("batch", "Title"), max_length=80)
    criteria = lines(_("By what is chosen: everybody reads it"), rows=4, max_length=2000)
    places = forms.IntegerField(label=_("Places"), min_value=1, max_value=1000)
    closes_at = forms.DateTimeField(
        label=_("Closes"), input_formats=MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENTS[0]),
        error_messages={"invalid": _("Write it as 2026-09-24 09:10.")},
    )  # fmt: skip
    wanted = SpecialtiesField(label=_("Who is looked for"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"] = area_choice(user, roster.KEEP)

    def call(self) -> Call:
        said = self.cleaned_data
        return Call(
            said["title"], said["criteria"], said["places"], said["closes_at"],
            list(said["wanted"]),
        )  # fmt: skip
