"""Asking a question, its list, its keys, a vote, what comes on paper, and the count."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.actions import Asking, Urn
from consultations.forms.sessions import MOMENTS, LinesField, WordsField
from consultations.models import Ballot, Platform, Topic
from consultations.rows import Line, read_electors
from consultations.workflow import PUBLIC
from consultations.workflow.ballots import (
    BallotKind,
    Basis,
    Channel,
    CountBy,
    CovenantKind,
    Share,
)
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows
from govgrid.core.words import Words

NOT_FOR_A_COVENANT = ("kind", "max_choices", "topic", "question", "options")


class MomentField(forms.DateTimeField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=MOMENTS,
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENTS[0]),
            error_messages={"invalid": _("Write it as 2026-09-24 09:10.")},
            **kwargs,
        )


class AskForm(forms.Form):
    """``covenant_kind``: the ballot of a covenant asks what its kind asks for."""

    question = Words(
        label=_("Question"), max_length=200, error_messages={"required": _("Ask a question.")}
    )
    about = WordsField(
        label=_("What it is about"),
        required=False,
        max_length=4000,
        help_text=_("What everybody should know before voting; for and against."),
    )
    options = LinesField(
        label=_("Options"),
        max_length=1200,
        help_text=_("One a line. Of a yes or no, the first is the proposal."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=BallotKind.choices, widget=forms.RadioSelect,
        initial=BallotKind.PROPOSAL,
    )  # fmt: skip
    max_choices = forms.IntegerField(
        label=_("Choose at most"), min_value=1, max_value=11, initial=1
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        label=_("Topic"),
        required=False,
        to_field_name="number",
        empty_label=_("None"),
    )
    basis = forms.ChoiceField(
        label=_("Who may vote"), choices=Basis.choices, widget=forms.RadioSelect,
        initial=Basis.RESIDENTS,
    )  # fmt: skip
    count_by = forms.ChoiceField(
        label=_("Counted"), choices=CountBy.choices, widget=forms.RadioSelect, initial=CountBy.HEAD
    )
    entitled = forms.IntegerField(
        label=_("How many might vote in all"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=_("Where more live there than are verified. A list is counted."),
    )
    quorum = forms.ChoiceField(
        label=_("Must take part, of all"), choices=Share.choices, initial=Share.OVER_HALF
    )
    pass_share = forms.ChoiceField(
        label=_("Must agree, of those who take part"),
        choices=Share.choices,
        initial=Share.OVER_HALF,
    )
    is_secret = forms.BooleanField(label=_("Secret"), required=False)
    by_scrutineers = forms.BooleanField(
        label=_("Two scrutineers hold the key, nobody opens it without both"), required=False
    )
    opens_at = MomentField(label=_("Opens"))
    closes_at = MomentField(label=_("Closes"))

    def __init__(
        self, *args: Any, platform: Platform, covenant_kind: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        topics: Any = self.fields["topic"]
        topics.queryset = Topic.objects.filter(
            platform=platform, state__in=sorted(PUBLIC)
        ).order_by("-pk")
        topics.label_from_instance = lambda one: f"{one.number} {one.title}"
        if covenant_kind:
            for name in NOT_FOR_A_COVENANT:
                del self.fields[name]
        if covenant_kind == CovenantKind.COMPOUND:
            self.initial |= {
                "basis": Basis.LIST, "count_by": CountBy.AREA, "quorum": Share.TWO_THIRDS,
            }  # fmt: skip

    @classmethod
    def fresh(cls, platform: Platform, *, covenant_kind: str = "", **initial: Any) -> AskForm:
        """From tomorrow at eight, for a week."""
        begins = clock.local(clock.now()).replace(hour=8, minute=0) + timedelta(days=1)
        return cls(
            platform=platform, covenant_kind=covenant_kind,
            initial={
                "opens_at": begins, "closes_at": begins + timedelta(days=7, hours=10), **initial,
            },
        )  # fmt: skip

    @classmethod
    def of(cls, ballot: Ballot) -> AskForm:
        """As the draft has it."""
        names = set(cls.base_fields) - {"options", "topic"}
        initial = {name: getattr(ballot, name) for name in names}
        initial["options"] = "\n".join(ballot.options)
        initial["topic"] = ballot.topic.number if ballot.topic else None
        return cls(platform=ballot.platform, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("It closes after it opens."))
        return cleaned

    def asking(self, **fixed: Any) -> Asking:
        given = self.cleaned_data | {"entitled": self.cleaned_data.get("entitled") or 0}
        return Asking(**(fixed | given))


class ListForm(forms.Form):
    file = forms.FileField(
        label=_("The list"),
        help_text=_(
            "CSV or Excel: household, floor_area in m² where it counts, and code where the letters"
            " have codes already. No names, no numbers of documents."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def clean_file(self) -> list[Line]:
        """The lines; what is wrong with them stands at the field, row by row."""
        file = self.cleaned_data["file"]
        if file.size > 2_000_000:
            raise forms.ValidationError(_("This file is too large: 2 MB at most."))
        try:
            return read_electors(file.name, file.read())
        except BadRows as refusal:
            rows = [
                _("Line %(line)s: %(why)s") % {"line": one.line, "why": one.reason}
                for one in refusal.problems[:20]
            ]
            raise forms.ValidationError([str(refusal.message), *rows]) from None
        except Refused as refusal:
            raise forms.ValidationError(str(refusal.message)) from None


class KeyForm(forms.Form):
    public = forms.CharField(max_length=60, widget=forms.HiddenInput)


class VoteForm(forms.Form):
    """The slip: one option, or several; with the code of the letter where there is a list."""

    def __init__(self, *args: Any, ballot: Ballot, by_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = [(str(n), label) for n, label in ballot.numbered_options]
        label = _("Your choice")
        missing = {"required": _("Choose something.")}
        self.fields["choices"] = (
            forms.ChoiceField(
                label=label, choices=options, widget=forms.RadioSelect, error_messages=missing
            )
            if ballot.max_choices == 1
            else forms.MultipleChoiceField(
                label=_("Your choice, at most %(most)s") % {"most": ballot.max_choices},
                choices=options,
                widget=forms.CheckboxSelectMultiple,
                error_messages=missing,
            )
        )
        if by_code:
            self.fields["code"] = forms.CharField(
                label=_("The code in your letter"),
                max_length=60,
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "autocapitalize": "characters"}
                ),
            )

    def choices(self) -> list[int]:
        said = self.cleaned_data["choices"]
        return [int(said)] if isinstance(said, str) else [int(one) for one in said]


class EnterForm(forms.Form):
    """What came at the counter or on paper."""

    household = Words(label=_("Household"), max_length=40)
    person = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label=_("How it came"),
        choices=[(one.value, one.label) for one in (Channel.PAPER, Channel.COUNTER)],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, ballot: Ballot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choices"] = forms.MultipleChoiceField(
            label=pgettext_lazy("ballot", "Chosen"),
            required=False,
            choices=[(str(n), label) for n, label in ballot.numbered_options],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("Of a secret ballot nothing for a paper slip: it goes into the urn unread.")
            if ballot.is_secret
            else "",
        )

    def choices(self) -> list[int]:
        return [int(one) for one in self.cleaned_data["choices"]]


class CountForm(forms.Form):
    """What the scrutineers type in, and what was read from the paper slips."""

    def __init__(self, *args: Any, ballot: Ballot, papers: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if ballot.by_scrutineers:
            for n, label in ((1, _("The first scrutineer's key")), (2, _("The second's key"))):
                self.fields[f"key{n}"] = forms.CharField(
                    label=label,
                    max_length=60,
                    widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
                )
        self.papers = papers if ballot.is_secret else 0
        if self.papers:
            for n, label in ballot.numbered_options:
                self.fields[f"option{n}"] = forms.IntegerField(
                    label=label, min_value=0, max_value=papers, initial=0
                )
            self.fields["spoilt"] = forms.IntegerField(
                label=_("Spoilt slips"), min_value=0, max_value=papers, initial=0
            )

    @property
    def on_paper(self) -> list[Any]:
        return [one for one in self if one.name.startswith(("option", "spoilt"))]

    @property
    def keys(self) -> list[Any]:
        return [one for one in self if one.name.startswith("key")]

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        options = [said[name] for name in said if name.startswith("option")]
        return {
            "keys": [said[name] for name in said if name.startswith("key")],
            "urn": Urn(options, said.get("spoilt", 0)),
        }


class VoidForm(forms.Form):
    reason = Words(
        label=_("Why it is called off"),
        max_length=300,
        error_messages={"required": _("Say why it is called off.")},
    )


class ReceiptForm(forms.Form):
    receipt = forms.CharField(label=_("Your receipt"), max_length=30, required=False)


class VouchForm(forms.Form):
    """Who lives where, as the desk has seen it."""

    household = Words(
        label=_("Household"), max_length=40, help_text=_("As in 3-2-501. No names, no numbers.")
    )
    username = forms.CharField(
        label=_("User name"),
        required=False,
        max_length=60,
        help_text=_("Nothing: somebody of this household without a login."),
    )
    compound = forms.ModelChoiceField(
        None, label=_("Compound"), required=False, to_field_name="code", empty_label=_("None")
    )

    def __init__(self, *args: Any, compounds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["compound"]
        field.queryset = compounds
