"""A district's own time limit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from govgrid.core.words import Words
from govgrid.worktime.arithmetic import LIMIT
from grids.models import Area, Level
from tickets import rules
from tickets.models import SCOPES, Category
from tickets.policy import MEANINGS, areas_to_set
from tickets.workflow import TERMS, ClockKind, WhistleKind

# The only clocks for which the table of categories has limits.
WITH_OWN = {ClockKind.MAKE_SAFE, ClockKind.RESOLVE}
_PLANS = {kind.value for kind in WhistleKind if TERMS[kind].has_plan} | {"any"}
_INDENT = "\u3000"


class LimitField(forms.CharField):
    """UM15, UH2, WM15, WH4, WD5; small letters and blanks are forgiven."""

    default_validators = [
        RegexValidator(rf"^{LIMIT}\Z", _("Write a limit as UM15, UH2, WM15, WH4 or WD5."), "limit")
    ]

    def to_python(self, value):
        return "".join(super().to_python(value).upper().split())


class AreaField(forms.ModelChoiceField):
    """Areas as a tree: each level a step further in."""

    def label_from_instance(self, obj: Area) -> str:
        return _INDENT * (obj.level - Level.DISTRICT) + obj.name


class TimeLimitForm(forms.Form):
    """Offers the areas of one's reach; whoever holds a post for the city may leave the area out."""

    clock = forms.ChoiceField(label=_("Clock"), choices=[(k.value, k.label) for k in MEANINGS])
    scope = forms.ChoiceField(label=_("For"), choices=SCOPES)
    area = AreaField(Area.objects.none(), label=_("Area"), empty_label=_("Choose"))
    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True),
        label=_("Category"),
        required=False,
        empty_label=_("Any category"),
    )
    limit = LimitField(
        label=_("Limit"),
        required=False,
        max_length=12,
        help_text=_(
            "WD5: five working days. WH4, WM15: hours and minutes of working time. UH2, UM15: hours"
            " and minutes day and night."
        ),
    )
    # Said, not left out: an empty field is more often forgotten than meant.
    no_limit = forms.BooleanField(
        label=_("No limit of this kind: the clock does not run"), required=False
    )
    own_first = forms.BooleanField(
        label=_("Where the category has a limit of its own, that one goes first"), required=False
    )
    reason = Words(
        label=_("Reason"),
        max_length=200,
        help_text=_("Everybody who works under this limit reads it."),
        error_messages={"required": _("Say why.")},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_to_set(user)
        if rules.can_set_limits(user, None):
            self.fields["area"].required = False
            self.fields["area"].empty_label = _("Everywhere")

    def clean(self):
        cleaned = super().clean()
        clock, scope = cleaned.get("clock"), cleaned.get("scope")
        if cleaned.get("own_first") and clock and clock not in WITH_OWN:
            words = _("Categories have limits of their own for making safe and resolving alone.")
            self.add_error("own_first", words)
        if clock == ClockKind.PLAN and scope and scope not in _PLANS:
            self.add_error("scope", _("No plan is asked for here."))
        if "limit" in cleaned and bool(cleaned["limit"]) == cleaned["no_limit"]:
            self.add_error("limit", _("Write a limit, or say that there is none."))
        return cleaned

    def given(self) -> dict[str, Any]:
        """What ``rulebook.set_limit`` takes."""
        named = {key: value for key, value in self.cleaned_data.items() if key != "no_limit"}
        return {"kind": named.pop("clock"), **named}
