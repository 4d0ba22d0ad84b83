"""When a district's tickets turn which colour."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.core.words import Words
from grids.models import Area, Level
from tickets import rules
from tickets.forms.limits import AreaField, LimitField
from tickets.policy import areas_to_set
from tickets.workflow import STANDARD_COLOURS


class ColoursForm(forms.Form):
    """Begins with what holds for the first area that may be chosen."""

    area = AreaField(Area.objects.none(), label=_("Area"), empty_label=_("Choose"))
    near_percent = forms.IntegerField(
        label=_("Blue: from this share of the limit on (%)"), min_value=1, max_value=100
    )
    over_percent = forms.IntegerField(
        label=_("Red: this share of the limit after its end (%)"), min_value=1, max_value=1000
    )
    over_limit = LimitField(
        label=_("Red: at the latest so long after the end"), max_length=12,
        help_text=_("As WD2, WH4 or UH2; whichever comes first counts."),
    )  # fmt: skip
    answer_limit = LimitField(
        label=_("A yellow card is answered within"), max_length=12,
        help_text=_("Not answered by then, it turns red."),
    )  # fmt: skip
    reopenings = forms.IntegerField(
        label=_("Yellow: at which reopening"), min_value=1, max_value=99
    )
    reason = Words(
        label=_("Reason"),
        max_length=200,
        help_text=_("Everybody who works under this limit reads it."),
        error_messages={"required": _("Say why.")},
    )

    def __init__(self, *args, user, **kwargs):
        kwargs.setdefault("initial", STANDARD_COLOURS._asdict())
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_to_set(user).filter(level=Level.DISTRICT)
        if rules.can_set_limits(user, None):
            self.fields["area"].required = False
            self.fields["area"].empty_label = _("Everywhere")

    def given(self) -> dict[str, Any]:
        """What ``rulebook.set_colours`` takes."""
        return dict(self.cleaned_data)
