"""Asking for help, answering offers, and finding a need."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import Platform
from govgrid.core.days import DayField
from govgrid.core.words import Words
from govgrid.privacy import guard
from govgrid.privacy.models import Consent
from grids.models import Area
from grids.queries import locate, outside_message
from members import needs
from members.actions import Asking
from members.forms.roster_fields import plain_name
from members.models import Need, NeedQuerySet, Specialty
from members.workflow.needs import MOST_DAYS, SCORES, tells_of_health
from tickets.models import Category

ANY = ("", pgettext_lazy("filter", "Any"))
DAY = {"type": "date"}
WRITTEN = {"invalid": _("Write the date as 2026-09-24.")}
NUMBERS = {guard.Kind.ID, guard.Kind.CARD}
DEGREE = 180


def area_of(words: str) -> Area:
    found = Area.objects.in_force().order_by("level", "pk")
    one = found.filter(code=words).first() or found.filter(name=words).first()
    if one is None:
        raise forms.ValidationError(_("There is no area of this name or code."), "unknown_area")
    return one


def _named(words: str) -> str:
    one = Area.objects.in_force().filter(code=words).first()
    return plain_name(one) if one is not None else words


def _area_at(lon: float, lat: float) -> Area:
    """The community; no help is looked for by the house."""
    place = locate(lon, lat)
    if place is None:
        raise forms.ValidationError(outside_message(lon, lat), "outside")
    return Area.objects.get(pk=place.community.id)


class SpecialtyField(forms.ModelChoiceField):
    """The tree with its branches: 法律 › 劳动法."""

    def __init__(self, **more: Any) -> None:
        super().__init__(Specialty.objects.none(), to_field_name="code", **more)

    def grow(self) -> None:
        """Asked for with each form: the tree is data."""
        tree = needs.Tree()
        self.queryset = Specialty.objects.filter(is_offered=True)
        rows = Specialty.objects.filter(is_offered=True).order_by("code")
        said = [(one.code, tree.said(one.pk)) for one in rows]
        self.widget.choices = [("", self.empty_label), *said]


class AskForm(forms.Form):
    """What somebody needs. Sent twice it is one need, see ``client_id``."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    title = Words(label=_("What is needed, in a few words"), max_length=60)
    body = Words(
        label=_("More about it"),
        max_length=1000,
        help_text=_(
            "Leave out illness, numbers of documents or cards, and the names of other people."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
    )
    specialty = SpecialtyField(label=_("Field"), required=False, empty_label=_("I do not know"))
    lon = forms.FloatField(
        required=False, min_value=-DEGREE, max_value=DEGREE, widget=forms.HiddenInput
    )
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    area = Words(label=_("Area: name or code"), max_length=40, required=False)
    place = Words(label=pgettext_lazy("place", "Where"), max_length=120, required=False)
    wanted_on = DayField(
        label=_("Wanted on"), required=False, error_messages=WRITTEN,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
    )  # fmt: skip
    days = forms.TypedChoiceField(
        label=_("Looked for"), coerce=int, initial=30,
        choices=[(7, _("a week")), (30, _("a month")), (MOST_DAYS, _("three months"))],
    )  # fmt: skip
    is_by_guardian = forms.BooleanField(
        label=_("I ask as the guardian of somebody under 14, and do not name the child"),
        required=False,
    )
    name = Words(label=_("What to call you"), max_length=40, required=False)
    phone = Words(label=_("Telephone"), max_length=30, required=False)
    agrees_contact = forms.BooleanField(
        label=_("The one member I accept may see this name and telephone"), required=False
    )
    on_behalf = forms.BooleanField(
        label=_("I write this for somebody who has no login, and who agreed"), required=False
    )
    channel = forms.ChoiceField(
        label=_("How the person agreed"), required=False,
        choices=[c for c in Consent.Channel.choices if c[0] != Consent.Channel.SITE],
    )  # fmt: skip

    def __init__(self, data: Any = None, *, may_enter: bool = False, **kwargs: Any) -> None:
        self.sources = kwargs.pop("sources", {})
        initial = {"client_id": uuid4(), **kwargs.pop("initial", {})}
        initial["area"] = _named(initial.get("area", ""))
        super().__init__(data, initial=initial, **kwargs)
        self.fields["specialty"].grow()  # type: ignore[attr-defined]
        # Asked for, where there is no pin.
        self.fields["area"].is_asked = True  # type: ignore[attr-defined]
        if not may_enter:
            del self.fields["on_behalf"]
            del self.fields["channel"]

    def clean_area(self) -> Area:
        """The pin wins over what was written."""
        lon, lat = self.cleaned_data.get("lon"), self.cleaned_data.get("lat")
        if lon is not None and lat is not None:
            return _area_at(lon, lat)
        if not self.cleaned_data["area"]:
            raise forms.ValidationError(_("Say where: on the map, or by name."), "required")
        return area_of(self.cleaned_data["area"])

    def _free(self, name: str) -> str:
        words = self.cleaned_data[name]
        if any(one.kind in NUMBERS for one in guard.find(words)):
            raise forms.ValidationError(
                _("There is a number of a document or a bank card in it. Please take it out."),
                "number_in_text",
            )
        return words

    def clean_title(self) -> str:
        return self._free("title")

    def clean_body(self) -> str:
        return self._free("body")

    def clean_place(self) -> str:
        return self._free("place")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("phone") and not given.get("agrees_contact"):
            self.add_error(
                "agrees_contact", _("Tick this, or leave the telephone out: you choose.")
            )
        return given

    def tells_of_health(self) -> bool:
        given = self.cleaned_data
        return tells_of_health(f"{given['title']} {given['body']}")

    def asking(self) -> Asking:
        given = dict(self.cleaned_data)
        channel = given.pop("channel", "")
        is_for_other = given.get("on_behalf")
        given["channel"] = channel if is_for_other and channel else Consent.Channel.SITE
        return Asking(**given, **self.sources)


class FindForm(forms.Form):
    """Narrows needs; what it does not know finds nothing."""

    specialty = SpecialtyField(label=_("Field"), required=False, empty_label=_("Any field"))
    area = Words(label=_("Area: name or code"), required=False, max_length=40)
    lon = forms.FloatField(required=False, min_value=-DEGREE, max_value=DEGREE)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["specialty"].grow()  # type: ignore[attr-defined]

    def clean_area(self) -> Area | None:
        words = self.cleaned_data["area"]
        return area_of(words) if words else None

    def narrow(self, rows: NeedQuerySet) -> NeedQuerySet:
        """Only what was given; a branch means all beneath it, an area too."""
        if not self.is_valid():
            return rows.none()
        asked = self.cleaned_data
        if asked["specialty"]:
            fields = needs.Tree().with_beneath([asked["specialty"].pk])
            rows = rows.filter(specialty__in=fields)
        if asked["area"]:
            rows = rows.filter(area__path__startswith=asked["area"].path)
        if asked["lon"] is not None and asked["lat"] is not None:
            rows = needs.near(rows, asked["lon"], asked["lat"])
        return rows


def _note(label: Any, *, required: bool = False) -> Words:
    return Words(
        label=label, max_length=300, required=required,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
    )  # fmt: skip


class ClaimForm(forms.Form):
    plan = _note(_("How and when you could help"))


class NoteForm(forms.Form):
    note = _note(_("A word about it"))


class ServedForm(forms.Form):
    minutes = forms.IntegerField(label=_("How many minutes it took"), min_value=1, max_value=720)
    result = _note(pgettext_lazy("need", "What was done"))


class ConfirmForm(forms.Form):
    score = forms.TypedChoiceField(
        label=_("How was it? Only the two of you see this."), coerce=int, required=False,
        empty_value=None, choices=[("", _("No score")), *((n, str(n)) for n in SCORES)],
    )  # fmt: skip
    thanks = _note(_("A word of thanks"))


class TicketForm(forms.Form):
    """A fault, for the community's office."""

    category = forms.ModelChoiceField(
        Category.objects.none(), label=_("Category"), to_field_name="code", empty_label=_("Choose")
    )
    due_on = DayField(
        label=_("To be done by"), error_messages=WRITTEN,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Category.objects.filter(is_active=True).order_by("code")
        self.fields["category"].queryset = rows  # type: ignore[attr-defined]


class TopicForm(forms.Form):
    platform = forms.ModelChoiceField(
        Platform.objects.none(), label=_("Platform"), to_field_name="code", empty_label=_("Choose")
    )

    def __init__(self, *args: Any, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Platform.objects.in_force().filter(area__in=need.area.ancestor_ids)
        self.fields["platform"].queryset = rows.order_by("-area__level", "name")  # type: ignore[attr-defined]
