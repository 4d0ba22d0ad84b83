"""One move for several tickets: which tickets, and the words that are the same for all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tickets import queries, staff
from tickets.forms.fields import WordsField
from tickets.forms.moves import MoveForm
from tickets.models import NUMBER, Ticket
from tickets.offers import Offer
from tickets.workflow import MOST_TOGETHER


def numbers_of(given: list[str]) -> list[str]:
    """Each number once, in the order given; too many, none or a strange one is refused."""
    numbers = list(dict.fromkeys(one.strip().upper() for one in given))
    if not numbers:
        raise ValidationError(_("Choose at least one ticket."), "none")
    if len(numbers) > MOST_TOGETHER:
        words = _("At most %(most)s tickets at a time. Nothing was done.")
        raise ValidationError(words, "too_many", {"most": MOST_TOGETHER})
    if not all(NUMBER.fullmatch(one) for one in numbers):
        raise ValidationError(_("Write the number in full, as YL20261122-000123-7."), "number")
    return numbers


class ManyForm(MoveForm):
    """The words of a move, said once. What belongs to one ticket alone is not asked for."""

    def __init__(self, *args, offer: Offer, tickets: list[Ticket], acting: set[int], **kwargs):
        takes = tuple(name for name in offer.move.fields if name != "helpers")
        super().__init__(*args, name=offer.name, takes=takes, ticket=tickets[0], **kwargs)
        for name in ("assignment", "seen"):
            del self.fields[name]
        if "department" in self.fields:
            self.fields["department"].queryset = queries.departments_for_all(tickets)
        if "handler" in self.fields:
            self.fields["handler"].queryset = staff.of_each(acting)
        self.want(offer.wanted)


class MergeManyForm(forms.Form):
    """Which of those chosen leads on; the rest is put together with it."""

    into = forms.ChoiceField(
        label=_("Which one leads on"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say which one leads on.")},
    )
    note = WordsField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, tickets: list[Ticket]):
        # The oldest one, whose time runs already.
        first = min(tickets, key=lambda one: one.pk)
        super().__init__(data, auto_id="merge_%s", initial={"into": first.number})
        self.tickets = {one.number: one for one in tickets}
        self.fields["into"].choices = [(one.number, _told(one)) for one in tickets]

    def given(self) -> dict[str, Any]:
        return {
            "into": self.tickets[self.cleaned_data["into"]],
            "note": self.cleaned_data["note"],
        }


def _told(ticket: Ticket) -> str:
    return f"{ticket.number} · {ticket.category.name} · {ticket.description[:40]}"
