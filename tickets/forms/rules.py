"""A rule: looked for, made, changed, ended, and tried out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.sheets import RowError
from govgrid.core.widgets import QuickSelect
from govgrid.core.words import Words
from grids.forms import PointForm
from grids.models import Area, Department
from grids.shapes import outline
from tickets import rulelist
from tickets.forms.fields import active_categories, choices_of
from tickets.models import Category, OfficeFunction, RuleQuerySet
from tickets.workflow import WhistleKind

ANY = "any"
# A drawn piece has some dozen corners; a whole city's outline 1 MB.
LONGEST_OUTLINE = 200_000


def _categories() -> list[Any]:
    return choices_of(active_categories())


class RuleSearchForm(forms.Form):
    """Narrows the rules that somebody may read."""

    category = forms.ChoiceField(
        label=_("Category"), required=False, widget=QuickSelect(attrs={"class": "input"})
    )
    area = Words(label=_("Area: name or code"), required=False, max_length=80)
    department = forms.ModelChoiceField(
        Department.objects.active(),
        label=_("Department"),
        required=False,
        to_field_name="code",
        empty_label=_("Any department"),
        widget=QuickSelect(attrs={"class": "input"}),
    )
    drawn = forms.BooleanField(label=_("Only pieces drawn on the map"), required=False)
    history = forms.BooleanField(label=_("With those that ended"), required=False)
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [
            ("", _("All rules")),
            (ANY, _("Any category")),
            *_categories(),
        ]

    def clean_area(self) -> str:
        text = self.cleaned_data["area"]
        if text and not Area.objects.in_force().called(text).exists():
            raise ValidationError(_("There is no area of this name or code."), "unknown")
        return text

    def filter(self, rules: RuleQuerySet) -> RuleQuerySet:
        if not self.is_valid():
            return rules.none()
        asked = self.cleaned_data
        if not asked["history"]:
            rules = rules.in_force()
        if asked["drawn"]:
            rules = rules.filter(is_drawn=True)
        if asked["category"]:
            code = None if asked["category"] == ANY else asked["category"]
            rules = rules.filter(category__code=code) if code else rules.filter(category=None)
        if asked["department"]:
            rules = rules.filter(department=asked["department"])
        if asked["area"]:
            found = Area.objects.in_force().called(asked["area"]).values_list("path", flat=True)
            inside = Q(pk=None)
            for path in found[:20]:
                inside |= Q(area__path__startswith=path)
            rules = rules.filter(inside)
        return rules.filter(pk__lt=asked["before"]) if asked["before"] else rules


class _Reasoned(forms.Form):
    reason = Words(
        label=_("Reason"),
        max_length=200,
        help_text=_("Everybody who works under this rule reads it."),
        error_messages={"required": _("Say why.")},
    )


class RuleEndForm(_Reasoned):
    """Why a rule shall decide nothing any more."""


class _TargetField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Department) -> str:
        return f"{obj.short_name} · {obj.area.name}"


class RuleTargetForm(_Reasoned):
    """Whom a matter goes to: a department by name, or whoever fills a function in the place."""

    department = _TargetField(
        Department.objects.none(), label=_("Department"), required=False, empty_label=_("Choose")
    )
    function = forms.ChoiceField(
        label=_("or an office by its function"),
        required=False,
        choices=[("", _("By name")), *OfficeFunction.choices],
    )
    field_order = ("department", "function", "reason")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = rulelist.departments_to_name(user)

    def clean(self):
        cleaned = super().clean()
        named = [cleaned.get("department"), cleaned.get("function")]
        if not self.errors and sum(map(bool, named)) != 1:
            self.add_error("department", _("Name a department or an office function."))
        return cleaned

    def target(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"department": given["department"], "function": given["function"]}


class RuleForm(RuleTargetForm):
    """A first word on a matter: category, area or drawn piece, and whom it goes to."""

    category = forms.ChoiceField(label=_("Category"), widget=QuickSelect(attrs={"class": "input"}))
    area = Words(
        label=_("Area: name or code"),
        max_length=80,
        error_messages={"required": _("Say for which area.")},
    )
    outline = Words(
        label=_("A piece of it, as GeoJSON"),
        required=False,
        max_length=LONGEST_OUTLINE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Tap its corners on the map, or paste a polygon. Empty: the whole area."),
    )
    field_order = ("category", "area", "outline", "department", "function", "reason")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.areas = rulelist.areas_to_set(user)
        self.fields["category"].choices = [
            ("", _("Choose")),
            (ANY, _("Any category")),
            *_categories(),
        ]

    def clean_category(self) -> Category | None:
        code = self.cleaned_data["category"]
        return None if code == ANY else Category.objects.get(code=code)

    def clean_area(self) -> Area:
        text = self.cleaned_data["area"]
        found = list(self.areas.filter(Q(code=text) | Q(name=text))[:2])
        if not found:
            raise ValidationError(_("You set rules for no area of this name or code."), "unknown")
        if len(found) > 1:
            raise ValidationError(_("Several areas are called so. Please write the code."), "many")
        return found[0]

    def clean_outline(self):
        text = self.cleaned_data["outline"].strip()
        if not text:
            return None
        try:
            shape, _is_repaired = outline(text)
        except RowError as error:
            raise ValidationError(str(error), "invalid") from error
        return shape

    def given(self) -> dict[str, Any]:
        """What ``rulebook.add_rule`` takes beside the reason."""
        cleaned = self.cleaned_data
        matter = {"category": cleaned["category"], "area": cleaned["area"]}
        return {**matter, "shape": cleaned["outline"], **self.target()}


class TryForm(PointForm):
    """A place and a category: who would get it?"""

    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90)
    category = forms.ChoiceField(label=_("Category"), widget=QuickSelect(attrs={"class": "input"}))
    whistle = forms.ChoiceField(
        label=_("As"),
        required=False,
        choices=[("", _("a report")), *WhistleKind.choices],
        widget=QuickSelect(attrs={"class": "input"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", _("Choose")), *_categories()]

    def clean_category(self) -> Category:
        return Category.objects.get(code=self.cleaned_data["category"])
