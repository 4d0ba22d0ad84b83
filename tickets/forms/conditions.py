"""The filing and the closing condition of a category, as a district writes them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from govgrid.core.words import Words
from grids.models import Area
from tickets import rules
from tickets.conditions import districts_to_set
from tickets.forms.fields import WordsField
from tickets.models import Category


class DistrictField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Area) -> str:
        return obj.name


class CategoryTermsForm(forms.Form):
    """Offers the districts of one's reach; whoever holds a post for the city may leave it out."""

    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True), label=_("Category"), empty_label=_("Choose")
    )
    area = DistrictField(Area.objects.none(), label=_("District"), empty_label=_("Choose"))
    filing = WordsField(
        label=_("Filing condition"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("When a report of this kind is taken up. Shown to whoever files one."),
    )
    closing = WordsField(
        label=_("Closing condition"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What must be so before it is closed. Who verifies looks for it at the place."),
    )
    checks_first = forms.BooleanField(
        label=_("Reported from afar, somebody of the place looks first"), required=False
    )
    wants_after_photo = forms.BooleanField(
        label=_("Finishing wants an after-photo from within 50 m, or a reason"), required=False
    )
    reason = Words(
        label=_("Reason"),
        max_length=200,
        help_text=_("Everybody who works under these conditions reads it."),
        error_messages={"required": _("Say why.")},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        found = districts_to_set(user)
        self.fields["area"].queryset = found
        if rules.can_set_terms(user, None):
            self.fields["area"].required = False
            self.fields["area"].empty_label = _("Everywhere")
        elif found.count() == 1:
            self.fields["area"].initial = found.first()

    def clean(self):
        cleaned = super().clean()
        said = ("filing", "closing", "checks_first", "wants_after_photo")
        if not self.errors and not any(cleaned.get(name) for name in said):
            self.add_error("filing", _("Write at least one condition."))
        return cleaned
