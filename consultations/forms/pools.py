"""Rounds of claiming and common topics."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.actions.pooling import MOST_ITEMS, Item
from consultations.forms.platforms import AreaChoice, areas_of, lines_of
from consultations.forms.sessions import MOMENTS
from consultations.models import Platform, Pool, Seat
from govgrid.core.words import Words
from grids.models import Area

SPARE = 3


class BeginForm(forms.Form):
    area = AreaChoice()
    title = Words(label=pgettext_lazy("pool", "Title"), max_length=60)
    about = Words(label=_("What it is for"), required=False, max_length=300)

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self.fields["area"].queryset = areas_of(  # type: ignore[attr-defined]
            user, "consultations.plan", "consultations.keep"
        )


class ItemForm(forms.Form):
    title = Words(label=pgettext_lazy("topic", "Title"), required=False, max_length=60)
    body = lines_of(_("What it is about"), rows=2, required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("title")) != bool(cleaned.get("body")) and not self.errors:
            raise forms.ValidationError(_("A topic has a title and says what it is about."))
        return cleaned


_ITEMS = forms.formset_factory(ItemForm, extra=SPARE, max_num=MOST_ITEMS, validate_max=True)


class ItemSet(_ITEMS):  # type: ignore[misc, valid-type]
    """A topic without words is left out: so one is taken away."""

    @classmethod
    def fresh(cls, pool: Pool) -> ItemSet:
        rows = pool.items.filter(carried_from=None).order_by("position")
        return cls(initial=[{"title": one.title, "body": one.body} for one in rows])

    def items(self) -> list[Item]:
        return [
            Item(one["title"], one["body"])
            for form in self.forms
            if (one := form.cleaned_data).get("title")
        ]


class OpenForm(forms.Form):
    closes_at = forms.DateTimeField(
        label=_("Open until"),
        input_formats=MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENTS[0]),
        error_messages={"invalid": _("Write it as 2026-09-24 09:10.")},
    )


class ClaimForm(forms.Form):
    """One topic for one platform, by a group of its members or by the platform as a whole."""

    item = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
    platform = forms.ModelChoiceField(
        Platform.objects.none(), label=_("For which platform"), to_field_name="code",
        empty_label=None,
    )  # fmt: skip
    group = Words(
        label=_("Name of the group"),
        required=False,
        max_length=40,
        help_text=_("Nothing: the platform as a whole."),
    )
    seats = forms.ModelMultipleChoiceField(
        Seat.objects.none(), label=_("Who is in it"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, data: Any = None, *, platforms: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["platform"].queryset = platforms  # type: ignore[attr-defined]
        seats = Seat.objects.held_on().filter(platform__in=platforms, role="member")
        self.fields["seats"].queryset = seats.select_related("user")  # type: ignore[attr-defined]
        self.fields["seats"].label_from_instance = lambda one: one.user.name  # type: ignore[attr-defined]


class ThemeForm(forms.Form):
    """One question to several tables. Sent twice it is one, see ``client_id``."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    area = AreaChoice()
    title = Words(label=pgettext_lazy("topic", "Title"), max_length=60)
    body = lines_of(_("What it is about"), rows=5, max_length=2000)
    platforms = forms.ModelMultipleChoiceField(
        Platform.objects.none(), label=_("To which platforms"), to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one platform.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data, initial={"client_id": uuid4()})
        areas = areas_of(user, "consultations.supervise")
        self.fields["area"].queryset = areas  # type: ignore[attr-defined]
        paths = [one.path for one in areas if one.parent_id is None or _is_top(one, areas)]
        self.fields["platforms"].queryset = (  # type: ignore[attr-defined]
            Platform.objects.in_force().under(paths).order_by("name", "pk")
        )


def _is_top(area: Area, areas: Any) -> bool:
    return not any(area.path != one.path and area.path.startswith(one.path) for one in areas)


class SumForm(forms.Form):
    summary = lines_of(_("What came of it"), rows=5, max_length=4000)
