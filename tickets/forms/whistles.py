"""The whistle in a form: which kind, what was tried, which power is missing, who shall help."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from govgrid.core.words import Words
from grids.models import Department
from tickets import proposals, rules
from tickets.actions import Asked
from tickets.forms.fields import WordsField
from tickets.workflow import TERMS, WhistleKind, reasons_lacking

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from tickets.models import Ticket
    from tickets.proposals import Proposed, Prospect

REPORT = ""
# What each kind is for, under its name. The report first, then what is most pressing.
SAYS: dict[str, tuple[str | Promise, str | Promise]] = {
    REPORT: (_("Ordinary report"), _("It goes to who answers for it, in the usual time.")),
    WhistleKind.EMERGENCY: (
        WhistleKind.EMERGENCY.label,
        _("Somebody may get hurt. It goes out at once."),
    ),
    WhistleKind.ROUTINE: (
        WhistleKind.ROUTINE.label,
        _("The community cannot do it alone. It goes out at once."),
    ),
    WhistleKind.ENFORCEMENT: (
        WhistleKind.ENFORCEMENT.label,
        _("Several departments must act together. The street approves."),
    ),
    WhistleKind.HARD: (
        WhistleKind.HARD.label,
        _("An old or tangled matter, for a meeting. The street head approves."),
    ),
    WhistleKind.CONSULTATION: (
        WhistleKind.CONSULTATION.label,
        _("To be talked over with those who know it. It goes out at once."),
    ),
}
_FIELD_OF = {"tried_needed": "tried", "power_needed": "missing_power"}


class Kind(NamedTuple):
    """One of the kinds to choose from, as the page shows it."""

    value: str
    label: str | Promise
    says: str | Promise
    is_chosen: bool
    is_usual: bool
    has_reasons: bool


class WhistleFields(forms.Form):
    """What a whistle needs beside the matter itself. A page shows it with _whistle.html."""

    whistle_kind = forms.ChoiceField(
        label=_("How urgent is it"), required=False, widget=forms.RadioSelect
    )
    tried = WordsField(
        label=_("What has the community tried?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    missing_power = WordsField(
        label=_("Which power is missing?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    helpers = forms.ModelMultipleChoiceField(
        Department.objects.active(),
        label=_("Who shall help"),
        required=False,
        error_messages={"invalid_choice": _("One of these departments does not exist any more.")},
    )
    # The helpers that the page proposed: of these, who is not ticked is not wanted.
    seen_helpers = Words(required=False, max_length=400, widget=forms.HiddenInput)

    user: User | AnonymousUser

    def offer(self, kinds: list[str], usual: str = "") -> None:
        """Let these kinds be chosen; the one that is usual for the category is only marked."""
        self.fields["whistle_kind"].choices = [
            (kind, SAYS[kind][0]) for kind in SAYS if kind in kinds
        ]
        self.usual = usual

    @property
    def kinds(self) -> list[Kind]:
        chosen = self["whistle_kind"].value() or (REPORT if self.has_report else None)
        return [
            Kind(
                kind,
                *SAYS[kind],
                is_chosen=kind == chosen,
                is_usual=bool(kind) and kind == self.usual,
                has_reasons=bool(kind) and TERMS[WhistleKind(kind)].has_reasons,
            )
            for kind, _label in self.fields["whistle_kind"].choices
        ]

    @property
    def has_report(self) -> bool:
        return any(kind == REPORT for kind, _label in self.fields["whistle_kind"].choices)

    @property
    def kind(self) -> str:
        """What was chosen, when it may be chosen."""
        if not self.is_bound:
            return self["whistle_kind"].value() or REPORT
        return REPORT if "whistle_kind" in self.errors else self.cleaned_data["whistle_kind"]

    @property
    def asks_for_reasons(self) -> bool:
        return any(one.has_reasons for one in self.kinds)

    def clean(self):
        cleaned = super().clean()
        if self.kind:
            given = (cleaned.get("tried", ""), cleaned.get("missing_power", ""))
            for lack in reasons_lacking(self.kind, *given):
                if _FIELD_OF[lack.code] not in self.errors:
                    self.add_error(_FIELD_OF[lack.code], lack.message)
        return cleaned

    # ── helpers ──────────────────────────────────────────────────────────────────────────────

    @property
    def imagined(self) -> Ticket | None:
        """What the whistle would be blown for."""
        raise NotImplementedError

    @cached_property
    def prospect(self) -> Prospect | None:
        """What would become of it; None while that cannot be known."""
        if self.imagined is None or not (self.kind or self.has_report):
            return None
        return proposals.prospect(self.imagined, self.kind, by=self.user)

    @property
    def proposed(self) -> list[tuple[Proposed, bool]]:
        """The proposed helpers that are known here, and whether each is ticked."""
        if self.prospect is None or not self.kind:
            return []
        known = [one for one in self.prospect.helpers if one.department]
        return [(one, self._is_ticked(one.department)) for one in known]

    @property
    def unknown(self) -> list[Proposed]:
        """Whom the category names and nobody knows here."""
        if self.prospect is None or not self.kind:
            return []
        return [one for one in self.prospect.helpers if one.department is None]

    @property
    def others(self) -> list[tuple[Department, bool]]:
        """The other departments of the place, for who knows better than the proposal."""
        if self.prospect is None or not self.kind:
            return []
        return [(one, str(one.pk) in self._chosen) for one in self.prospect.others]

    @property
    def has_others_ticked(self) -> bool:
        return any(is_ticked for _one, is_ticked in self.others)

    @property
    def shown(self) -> str:
        """The helpers that the page proposes now, for ``seen_helpers``."""
        return ",".join(
            str(one.department.pk) for one, _is_ticked in self.proposed if one.department
        )

    @property
    def has_unseen_helpers(self) -> bool:
        """Whether helpers are proposed that the author has not confirmed. An emergency is not
        held up by them."""
        if not self.kind or not TERMS[WhistleKind(self.kind)].has_reasons:
            return False
        return not self._seen.issuperset(filter(None, self.shown.split(",")))

    def asked(self) -> Asked | None:
        """The whistle as the actions take it; None for a report."""
        if not self.kind:
            return None
        given = self.cleaned_data
        return Asked(
            WhistleKind(self.kind), given["tried"], given["missing_power"], self._helpers()
        )

    def _helpers(self) -> tuple[Department, ...]:
        """Each with the reason that the page gave for it."""
        helpers = tuple(self.cleaned_data["helpers"])
        for one in helpers:
            one.why = self.prospect.why_of(one) if self.prospect else {"by": "author"}
        return helpers

    @property
    def _chosen(self) -> set[str]:
        return set(map(str, self["helpers"].value() or ()))

    @property
    def _seen(self) -> set[str]:
        return set(str(self["seen_helpers"].value() or "").split(","))

    def _is_ticked(self, department: Department | None) -> bool:
        key = str(department.pk) if department else ""
        return key in self._chosen or key not in self._seen


class BlowForm(WhistleFields):
    """The whistle for a report that is there."""

    # The last event that the page showed.
    seen = forms.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args, user, ticket: Ticket, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.ticket = user, ticket
        kinds = [kind for kind in WhistleKind if rules.can_blow_kind(user, kind, ticket)]
        self.offer(kinds, ticket.category.default_whistle)
        field = self.fields["whistle_kind"]
        field.label = _("Which whistle")
        field.required = True
        field.error_messages["required"] = _("Choose the kind of whistle.")
        if len(kinds) == 1:
            field.initial = kinds[0]

    @property
    def imagined(self) -> Ticket:
        return self.ticket

    def given(self) -> dict[str, Any]:
        """What the move takes."""
        asked = self.asked()
        assert asked is not None, "a kind is required"  # noqa: S101
        return {
            "whistle_kind": asked.kind,
            "tried": asked.tried,
            "missing_power": asked.missing_power,
            "helpers": list(asked.helpers),
            "seen": self.cleaned_data["seen"],
        }
