"""A layer to begin, a piece to draw, and which conflicts to list."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.sheets import RowError
from govgrid.core.words import Words
from grids import shapes
from grids.conflicts import Kind
from grids.forms.duties import AreaChoice, areas_for
from grids.models import Area, Department


class LayerForm(forms.Form):
    department = forms.ModelChoiceField(
        Department.objects.active().order_by("name"), label=_("Department"), empty_label=_("Choose")
    )
    matter = Words(
        label=_("Matter"),
        max_length=40,
        help_text=_("Layers of the same matter are held against each other: write it alike."),
    )
    area = AreaChoice(Area.objects.none(), label=_("It divides"), empty_label=_("Choose"))
    name = Words(label=pgettext_lazy("field", "Name"), max_length=80, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas_for(user, "grids.keep_layers")


class PieceForm(forms.Form):
    """Who answers in an outline that was drawn on the map or pasted."""

    unit = forms.ModelChoiceField(
        Department.objects.active().order_by("name"), label=_("Unit"), empty_label=_("Choose")
    )
    outline = Words(
        label=_("Outline"),
        max_length=5_000_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("Click its corners on the map, or paste GeoJSON or WKT in WGS-84 degrees."),
    )

    def clean_outline(self):
        try:
            return shapes.outline(self.cleaned_data["outline"].strip())[0]
        except RowError as error:
            raise forms.ValidationError(str(error), "outline") from error


class ConflictForm(forms.Form):
    """Where and what; the whole of what one oversees unless told."""

    area = AreaChoice(Area.objects.none(), label=_("Area"), required=False, empty_label=None)
    matter = Words(label=_("Matter"), max_length=40, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("", _("All")), *Kind.choices], required=False
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].to_field_name = "code"
        self.fields["area"].queryset = areas_for(user, "grids.oversee")
