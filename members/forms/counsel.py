"""Writing a counsel, what is given with each move, making a brief, writing and answering on one."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import Platform
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids.models import Area, Department
from members.actions import Advice
from members.forms.roster_fields import plain_name
from members.models import Brief, Counsel
from members.workflow.counsel import PUBLIC, CounselState, Reason
from tickets.models import Category


def text(
    label: Any, most: int, *, rows: int = 4, required: bool = True, help_text: Any = ""
) -> Words:
    area = forms.Textarea(attrs={"rows": rows, "class": "input"})
    return Words(
        label=label, max_length=most, required=required, widget=area, help_text=help_text
    )  # fmt: skip


def day(label: Any, *, required: bool = True) -> DayField:
    widget = forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")
    return DayField(
        label=label, required=required, widget=widget,
        error_messages={"invalid": _("Write the date as 2026-09-24.")},
    )  # fmt: skip


class PlaceField(Words):
    """An area by its code, or by a name that only one has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> Area | None:
        words = super().clean(value)
        if not words:
            return None
        found = Area.objects.in_force()
        one = found.filter(code=words).first()
        named = [one] if one else list(found.filter(name=words).order_by("level", "pk")[:2])
        if not named:
            raise forms.ValidationError(_("There is no area of this name or code."), "unknown_area")
        if len(named) > 1:
            raise forms.ValidationError(
                _("Several areas are called this: write the code."), "many_areas"
            )
        return named[0]


class CounselForm(forms.Form):
    title = Words(label=pgettext_lazy("counsel", "Title"), max_length=60)
    body = text(
        pgettext_lazy("counsel", "What you advise"), 4000, rows=8,
        help_text=_("On a public matter only. Leave out names, numbers and stories of persons."),
    )  # fmt: skip
    area = PlaceField(label=_("Which area it concerns: name or code"))
    is_named = forms.BooleanField(
        label=_("My display name may be shown beside it"), required=False
    )  # fmt: skip
    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    @classmethod
    def fresh(cls, area: Area) -> CounselForm:
        return cls(initial={"area": plain_name(area), "client_id": uuid4()})

    @classmethod
    def again(cls, one: Counsel) -> CounselForm:
        first = {"title": one.title, "body": one.body, "area": plain_name(one.area)}
        return cls(initial={**first, "is_named": one.is_named}, auto_id="reword_%s")

    def advice(self) -> Advice:
        given = dict(self.cleaned_data)
        client_id: UUID = given.pop("client_id") or uuid4()
        return Advice(client_id=client_id, **given)


class EditForm(forms.Form):
    title = Words(label=pgettext_lazy("counsel", "Title"), max_length=60)
    body = text(_("Text as edited"), 4000, rows=8)


class BackForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose")), *Reason.choices])
    note = text(_("What is to be changed"), 500, rows=3)


class FileForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose")), *Reason.choices])
    answer = text(_("What its author is told"), 4000, rows=3)


class CloseForm(forms.Form):
    became = text(_("What became of it; everybody can read this"), 2000)


class NameForm(forms.Form):
    is_named = forms.BooleanField(
        label=_("My display name may be shown beside it"), required=False
    )  # fmt: skip


class TopicForm(forms.Form):
    platform = forms.ModelChoiceField(
        Platform.objects.none(), label=_("At which platform"), empty_label=_("Choose")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Platform.objects.in_force().order_by("name", "pk")
        self.fields["platform"].queryset = rows  # type: ignore[attr-defined]


class AskForm(forms.Form):
    """A department and its day."""

    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), empty_label=_("Choose")
    )
    due_on = day(_("By which day"))

    def __init__(self, *args: Any, area: Area, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Department.objects.active().order_by("area__level", "code")
        inside = rows.filter(area__path__startswith=area.path)
        above = rows.filter(area__in=area.ancestor_ids)
        self.fields["department"].queryset = inside | above  # type: ignore[attr-defined]


class TicketForm(AskForm):
    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("Category"), empty_label=_("Choose")
    )
    field_order = ("category", "department", "due_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Category.objects.filter(is_active=True).order_by("code")
        self.fields["category"].queryset = rows  # type: ignore[attr-defined]


class NoteForm(AskForm):
    text = text(_("What is to be done"), 1000)
    is_public = forms.BooleanField(label=_("Everybody may read this instruction"), required=False)
    field_order = ("text", "department", "due_on", "is_public")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].required = self.fields["due_on"].required = False
        self.fields["department"].empty_label = _("Nobody need answer")  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    answer = text(_("What the department does, and by when"), 4000)


class BriefForm(forms.Form):
    """Which edited counsels, under which title; left empty, the text is made of theirs."""

    counsels = forms.ModelMultipleChoiceField(
        Counsel.objects.none(), label=_("What goes into it"), to_field_name="number",
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    title = Words(label=pgettext_lazy("brief", "Title"), max_length=80)
    body = text(
        _("Text"), 20_000, rows=6, required=False,
        help_text=_("Left empty, it is made of the edited texts."),
    )  # fmt: skip

    def __init__(self, *args: Any, ready: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["counsels"]
        field.queryset = ready  # type: ignore[attr-defined]
        field.label_from_instance = lambda one: f"{one.number} {one.shown_title}"  # type: ignore[attr-defined]


class CounselSearchForm(forms.Form):
    """What the public looks for; a page of it is found again by its address."""

    area = PlaceField(label=_("Area: name or code"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[
            ("", pgettext_lazy("filter", "Any")),
            *((one.value, one.label) for one in CounselState if one in PUBLIC),
        ],
    )  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        if not self.is_valid():
            return rows.none()
        if self.cleaned_data["area"]:
            rows = rows.filter(area__path__startswith=self.cleaned_data["area"].path)
        if self.cleaned_data["state"]:
            rows = rows.filter(state=self.cleaned_data["state"])
        return rows


def numbered(words: str) -> Any:
    """The brief of a number as it stands on paper: 2026-07."""
    year, _dash, serial = words.partition("-")
    is_number = all(one.isascii() and one.isdecimal() for one in (year, serial))
    if not is_number or len(year) != 4 or not 2 <= len(serial) <= 5:
        return Brief.objects.none()
    if int(serial) > 32767:
        return Brief.objects.none()
    return Brief.objects.filter(year=int(year), serial=int(serial))
