"""The lines of a plan, one row each, and what was done of one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.actions.planning import MOST_LINES, Line
from consultations.models import Plan, Session, Topic
from consultations.workflow import PUBLIC, SessionKind
from govgrid.core.words import Words

SPARE = 4


class LineForm(forms.Form):
    key = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=32767)
    month = forms.IntegerField(label=_("Month"), required=False, min_value=1, max_value=12)
    subject = Words(label=pgettext_lazy("plan", "Subject"), required=False, max_length=120)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=SessionKind.choices, initial=SessionKind.MEETING
    )
    lead = Words(label=_("Who leads"), required=False, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("month", "subject"):  # asked of every line that is kept
            self.fields[name].is_asked = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("subject") and cleaned.get("month") is None and "month" not in self.errors:
            self.add_error("month", _("A month is a number from 1 to 12."))
        return cleaned


_LINES = forms.formset_factory(LineForm, extra=SPARE, max_num=MOST_LINES, validate_max=True)


class LineSet(_LINES):  # type: ignore[misc, valid-type]
    """A line without a subject is left out: so one is taken away."""

    @classmethod
    def fresh(cls, plan: Plan) -> LineSet:
        rows = [
            {"key": one.key, "month": one.month, "subject": one.subject, "kind": one.kind, "lead": one.lead}
            for one in plan.lines.all()
        ]  # fmt: skip
        return cls(initial=rows)

    def lines(self) -> list[Line]:
        return [
            Line(one["month"], one["subject"], one["kind"], one["lead"], one.get("key") or 0)
            for form in self.forms
            if (one := form.cleaned_data).get("subject")
        ]


class PublishForm(forms.Form):
    note = Words(label=_("What changed"), required=False, max_length=300)


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Excel or CSV file"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_(
            "With the columns month, subject, kind and lead; it replaces the draft's lines."
        ),
    )


class LinkForm(forms.Form):
    """Which topic or session a line means."""

    key = forms.TypedChoiceField(label=_("Line"), coerce=int)
    topic = forms.ModelChoiceField(
        Topic.objects.none(), label=_("Topic"), required=False, to_field_name="number",
        empty_label=_("None"),
    )  # fmt: skip
    session = forms.ModelChoiceField(
        Session.objects.none(), label=pgettext_lazy("consultation", "Session"), required=False,
        empty_label=_("None"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, plan: Plan, lines: Any, **kwargs: Any) -> None:
        super().__init__(data, auto_id="link_%s", **kwargs)
        self.fields["key"].choices = [(one.key, str(one)) for one in lines]  # type: ignore[attr-defined]
        topics = Topic.objects.filter(platform=plan.platform, state__in=sorted(PUBLIC))
        self.fields["topic"].queryset = topics.order_by("-pk")  # type: ignore[attr-defined]
        sessions = Session.objects.standing().filter(
            platform=plan.platform, starts_at__year=plan.year, plan_links=None
        )
        self.fields["session"].queryset = sessions.order_by("-starts_at")  # type: ignore[attr-defined]
        self.fields["session"].label_from_instance = lambda one: (  # type: ignore[attr-defined]
            f"{one.starts_at:%m-%d} {one.title}"
        )
