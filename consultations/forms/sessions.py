"""Calling a session, moving it, its papers, its agenda, its minutes, its lists and its lot."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.actions import Call
from consultations.models import Platform, Session, Topic
from consultations.workflow import PUBLIC, Capacity, SessionKind
from govgrid.core import clock
from govgrid.core.text import is_blank

MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
LONGEST_AGENDA = 5000


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENTS[0]),
        error_messages={"invalid": _("Write it as 2026-09-24 09:10.")},
    )


class WordsField(forms.CharField):
    """Free text: a new line counts as one character, as it does in the browser."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n")


class LinesField(WordsField):
    """One thing a line; gives the lines that say something."""

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        return [one.strip() for one in super().clean(value).split("\n") if not is_blank(one)]


def _agenda() -> LinesField:
    return LinesField(
        label=_("Agenda"),
        required=False,
        max_length=LONGEST_AGENDA,
        help_text=_("One item a line, in the order in which it is talked over."),
    )


class Times(forms.Form):
    """From when until when; the action says it to programs."""

    starts_at = _moment(_("Begins"))
    ends_at = _moment(_("Ends"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("It ends after it begins."))
        return cleaned


class CallForm(Times):
    kind = forms.ChoiceField(label=_("Kind"), choices=SessionKind.choices, widget=forms.RadioSelect)
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        label=_("Topic"),
        required=False,
        to_field_name="number",
        empty_label=_("None (a joint meeting)"),
    )
    title = forms.CharField(label=pgettext_lazy("session", "Title"), max_length=80)
    venue = forms.CharField(
        label=_("Where"),
        required=False,
        max_length=120,
        help_text=_("Surveys and online consultations need none."),
    )
    capacity = forms.IntegerField(
        label=_("Places"),
        required=False,
        min_value=1,
        max_value=5000,
        help_text=_("Nothing: as many as come."),
    )
    agenda = _agenda()
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["kind", "topic", "title", "starts_at", "ends_at", "venue", "capacity", "agenda"]

    def __init__(self, *args: Any, platform: Platform, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = Topic.objects.filter(platform=platform, state__in=sorted(PUBLIC))
        self.fields["topic"].queryset = topics.order_by("-pk")
        self.fields["topic"].label_from_instance = lambda one: f"{one.number} {one.title}"

    @classmethod
    def fresh(cls, platform: Platform, **initial: Any) -> CallForm:
        """In a week at nine, where the platform meets."""
        start = clock.local(clock.now()).replace(hour=9, minute=0) + timedelta(days=7)
        return cls(
            platform=platform,
            initial={
                "kind": SessionKind.MEETING,
                "starts_at": start,
                "ends_at": start + timedelta(hours=2),
                "venue": platform.place,
                **initial,
            },
        )

    def call(self) -> Call:
        return Call(**self.cleaned_data)


class MoveForm(Times):
    venue = forms.CharField(label=_("Where"), required=False, max_length=120)

    @classmethod
    def fresh(cls, session: Session) -> MoveForm:
        names = ("starts_at", "ends_at", "venue")
        return cls(initial={name: getattr(session, name) for name in names}, auto_id="move_%s")


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is cancelled"),
        max_length=300,
        error_messages={"required": _("Say why it is cancelled.")},
    )


class PaperForm(forms.Form):
    title = forms.CharField(label=pgettext_lazy("paper", "Title"), max_length=80)
    text = WordsField(label=_("Text"), required=False, max_length=8000)
    file = forms.FileField(
        label=_("PDF"),
        required=False,
        help_text=_("10 MB at most."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )


class SignUpForm(forms.Form):
    capacity = forms.ChoiceField(
        label=_("You come as"), choices=Capacity.choices, initial=Capacity.RESIDENT
    )
    is_named = forms.BooleanField(
        label=_("My name may be read among those who came"), required=False
    )


class GuestForm(forms.Form):
    """Somebody without a phone."""

    guest = forms.CharField(
        label=_("What the guest is called"),
        max_length=40,
        help_text=_("Read by the table alone, and erased after a year."),
    )
    capacity = forms.ChoiceField(
        label=_("Comes as"), choices=Capacity.choices, initial=Capacity.RESIDENT
    )
    is_here = forms.BooleanField(label=_("Is here now"), required=False)


class AgendaForm(forms.Form):
    agenda = _agenda()


class ItemForm(forms.Form):
    item = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=99)
    minutes = WordsField(
        label=pgettext_lazy("agenda item", "What was said"), required=False, max_length=4000
    )


class MinutesForm(forms.Form):
    minutes = WordsField(
        label=_("Minutes"),
        rows=10,
        max_length=20000,
        error_messages={"required": _("Write the minutes.")},
    )


class CommitForm(forms.Form):
    places = forms.IntegerField(label=_("Seats to draw"), min_value=1, max_value=500)
    until = forms.DateField(
        label=_("They sit until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the date as 2026-09-24.")},
    )


class RevealForm(forms.Form):
    said = forms.CharField(
        label=_("The number that the hall has named"),
        max_length=40,
        help_text=_("Dice thrown there, or a number that nobody could know before."),
    )


class AskForm(forms.Form):
    body = WordsField(
        label=_("Your question"),
        rows=2,
        max_length=300,
        error_messages={"required": _("Write something.")},
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)
