"""Drafting a covenant, what is said of its clauses, the legal check, and the day it begins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.forms.sessions import LinesField, WordsField
from consultations.models import Covenant, Platform, Topic
from consultations.workflow import PUBLIC
from consultations.workflow.ballots import CovenantKind
from govgrid.core.days import DayField
from govgrid.core.words import Words


class CovenantForm(forms.Form):
    """Without ``platform`` a draft is worded anew: what it is of stays."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=CovenantKind.choices, widget=forms.RadioSelect,
        initial=CovenantKind.RESIDENTS,
    )  # fmt: skip
    title = Words(label=pgettext_lazy("covenant", "Title"), max_length=80)
    clauses = LinesField(
        label=_("Clauses"), rows=12, max_length=60_000, help_text=_("One clause a line.")
    )
    rationale = WordsField(label=_("Why it is needed"), required=False, max_length=4000)
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        label=_("Topic"),
        required=False,
        to_field_name="number",
        empty_label=_("None"),
    )

    def __init__(self, *args: Any, platform: Platform | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if platform is None:
            for name in ("kind", "topic"):
                del self.fields[name]
            return
        field: Any = self.fields["topic"]
        field.queryset = Topic.objects.filter(platform=platform, state__in=sorted(PUBLIC)).order_by(
            "-pk"
        )
        field.label_from_instance = lambda one: f"{one.number} {one.title}"

    @classmethod
    def of(cls, covenant: Covenant) -> CovenantForm:
        """As the draft has it; what it is of stays."""
        return cls(
            initial={
                "title": covenant.title, "rationale": covenant.rationale,
                "clauses": "\n".join(one.text for one in covenant.clauses.all()),
            },
            auto_id="reword_%s",
        )  # fmt: skip


class CommentForm(forms.Form):
    position = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=99)
    body = Words(
        label=_("What you say of it"),
        max_length=500,
        error_messages={"required": _("Write something.")},
    )


class HideForm(forms.Form):
    comment = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    reason = Words(label=_("Why it is hidden"), max_length=300)


class CheckForm(forms.Form):
    legal_check = WordsField(
        label=_("What the legal check found"),
        max_length=4000,
        error_messages={"required": _("Write what the legal check found.")},
    )


class EnactForm(forms.Form):
    on = DayField(
        label=_("In force from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the date as 2026-09-24.")},
    )


class FileForm(forms.Form):
    note = Words(label=_("Filed as"), required=False, max_length=120)
