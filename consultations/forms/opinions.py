"""Saying something on a topic, and what may be done with what was said."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.actions import Saying
from consultations.models import Opinion, Session, Topic
from consultations.workflow import (
    SPOKEN_IN,
    SUGGESTION_REASONS_OF,
    Fate,
    FlagReason,
    OpinionKind,
    State,
    Verdict,
    kinds_in,
)
from govgrid.core import clock
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids.models import Department

BODY = {"suggestion": _("What you suggest"), "amendment": _("How it should read")}
CHOOSE = ("", pgettext_lazy("no choice yet", "Choose"))


def _text(label: Any, limit: int, rows: int = 3, **more: Any) -> Words:
    widget = forms.Textarea(attrs={"rows": rows, "class": "input"})
    return Words(label=label, max_length=limit, widget=widget, **more)


class SayForm(forms.Form):
    """One thing that somebody says. Sent twice it is one, see ``client_id``."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind"), widget=forms.RadioSelect)
    on = forms.IntegerField(required=False, min_value=1, max_value=32767, widget=forms.HiddenInput)
    body = _text(
        _("What you want to say"), 2000, 5, error_messages={"required": _("Write something.")}
    )
    why = Words(label=_("Why it should read so"), max_length=300, required=False)
    is_named = forms.BooleanField(label=_("My name may be read beside it"), required=False)
    on_behalf = forms.BooleanField(label=_("For somebody without a login"), required=False)
    session = forms.ModelChoiceField(
        Session.objects.none(), label=_("Said in"), required=False, empty_label=_("None")
    )

    def __init__(
        self,
        data: Any = None,
        *,
        topic: Topic,
        on: Opinion | None = None,
        kind: str = "",
        may_enter: bool = False,
        may_reply: bool = False,
    ) -> None:
        kinds = kinds_in(topic.state)
        if may_reply and State(topic.state) in SPOKEN_IN[OpinionKind.PROBLEM]:
            kinds.append(OpinionKind.PROBLEM)
        asked = str((data or {}).get("kind") or kind)
        amends = asked == OpinionKind.AMENDMENT and OpinionKind.AMENDMENT in kinds
        initial = {
            "client_id": uuid4(),
            "kind": kind or (kinds[0] if kinds else ""),
            "on": on.serial if on else None,
            "body": (on.body if on else topic.body) if amends else "",
        }
        super().__init__(data, initial=initial)
        choices = [one for one in kinds if (one == OpinionKind.AMENDMENT) == amends]
        self.fields["kind"].choices = [(one.value, one.label) for one in choices]  # type: ignore[attr-defined]
        self._leave_out(amends=amends, may_enter=may_enter)
        if asked in BODY:
            self.fields["body"].label = BODY[asked]
        if "session" in self.fields:
            begun = topic.sessions.standing().filter(starts_at__lte=clock.now())
            self.fields["session"].queryset = begun.order_by("-starts_at")  # type: ignore[attr-defined]

    def _leave_out(self, *, amends: bool, may_enter: bool) -> None:
        """A form asks for nothing that is already known or that its reader may not say."""
        if amends:
            self.fields["kind"].widget = forms.HiddenInput()
        else:
            del self.fields["why"], self.fields["on"]
        if not may_enter:
            del self.fields["on_behalf"], self.fields["session"]

    def saying(self) -> Saying:
        return Saying(**self.cleaned_data)


class ReplyForm(forms.Form):
    """A comment on something, or the table's answer to a question."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    body = _text(_("Your answer"), 2000, error_messages={"required": _("Write something.")})

    def __init__(self, data: Any = None, **_more: Any) -> None:
        super().__init__(data, auto_id="reply_%s", initial={"client_id": uuid4()})


class RewordForm(forms.Form):
    body = _text(
        _("How it should read"), 2000, 5, error_messages={"required": _("Write something.")}
    )

    def __init__(self, data: Any = None, *, opinion: Opinion) -> None:
        super().__init__(data, auto_id="reword_%s", initial={"body": opinion.body})


class JudgeForm(forms.Form):
    """Shape alone: what must be there the table says, so that a page and a program hear the same."""

    fate = forms.ChoiceField(
        label=_("What becomes of it"), choices=[CHOOSE, *Fate.choices], required=False
    )
    verdict = forms.ChoiceField(
        label=_("Adopted: when"),
        choices=[CHOOSE, *(one for one in Verdict.choices if one[0] != Verdict.CANNOT)],
        required=False,
    )
    verdict_code = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        choices=[
            CHOOSE,
            *(
                (Verdict(verdict).label, [(one.value, one.label) for one in reasons])
                for verdict, reasons in SUGGESTION_REASONS_OF.items()
            ),
        ],
    )
    verdict_reason = _text(_("Reason in plain words"), 1000, required=False)
    revisit_on = DayField(
        label=_("Later: looked at again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}),
    )
    must_change = Words(label=_("Later: what must change first"), max_length=300, required=False)
    watched_by = forms.ModelChoiceField(
        Department.objects.active().order_by("area__level", "code"),
        label=_("Later: watched by"),
        required=False,
        empty_label=_("None"),
    )
    legal_basis = Words(label=_("Cannot: the rule that forbids it"), max_length=300, required=False)
    alternative = Words(label=_("Cannot: what is offered instead"), max_length=300, required=False)

    def __init__(self, data: Any = None, **_more: Any) -> None:
        super().__init__(data, auto_id="judge_%s")
        for name in ("fate", "verdict_code"):
            self.fields[name].is_asked = True  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What was typed, without what was left empty."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class FlagForm(forms.Form):
    reason = forms.ChoiceField(label=_("What is wrong with it"), choices=FlagReason.choices)
    note = Words(label=_("In your words"), max_length=300, required=False)

    def __init__(self, data: Any = None, **_more: Any) -> None:
        super().__init__(data, auto_id="flag_%s")


class HideForm(forms.Form):
    reason = Words(
        label=_("Why, in words that its author understands"),
        max_length=300,
        error_messages={"required": _("Say why it is hidden.")},
    )

    def __init__(self, data: Any = None, **_more: Any) -> None:
        super().__init__(data, auto_id="hide_%s")


class AppealForm(forms.Form):
    words = _text(
        _("Why it should be shown"),
        500,
        error_messages={"required": _("Say why it should be shown.")},
    )

    def __init__(self, data: Any = None, **_more: Any) -> None:
        super().__init__(data, auto_id="appeal_%s")


class DecideForm(forms.Form):
    is_shown = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Show it again, for good")), ("no", _("It stays hidden"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    answer = _text(
        _("Why, in words that its author understands"),
        500,
        error_messages={"required": _("Say why, in words that anybody understands.")},
    )

    def __init__(self, data: Any = None, **_more: Any) -> None:
        super().__init__(data, auto_id="decide_%s")


class PlainForm(forms.Form):
    """A button that asks for nothing more."""

    def __init__(self, data: Any = None, **_more: Any) -> None:
        super().__init__(data)
