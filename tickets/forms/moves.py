"""The words of a move."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids.models import Department
from tickets import staff
from tickets.forms.fields import WordsField
from tickets.forms.milestones import SHOWN, MilestoneField, MilestonesField
from tickets.models import Assignment, ReplyTemplate, Ticket
from tickets.offers import Offer
from tickets.queries import departments_for
from tickets.rules import reaches_of
from tickets.spans import unit_words
from tickets.timeleft import due_words
from tickets.workflow import Facts, Finding, Rank, Reach, ReturnReason, Tier, removable
from tickets.workflow.milestones import MOST

MAX_ID = 2**63 - 1
WITHINS = [
    ("WD3", _("3 working days")),
    ("WH4", _("4 working hours")),
    ("WD1", _("1 working day")),
    ("WD2", _("2 working days")),
    ("WD5", _("5 working days")),
    ("WD10", _("10 working days")),
]
MAX_AMOUNT = 9999
SCORES = [(str(n), str(n)) for n in range(1, 6)]
# As a browser's own inputs send them, and as a person may type them.
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
LONGEST = timedelta(days=3660)
# Chosen, not written; or written in rows of their own.
UNTYPED = frozenset(
    {"helpers", "department", "handler", "note", "meets", "milestone", "milestones"}
)
_ON_DEMAND = frozenset({"no_photo", "meets"})
# What says nothing in words when a page has no place for it any more.
_UNSAID = frozenset({"helpers", "department", "note", "meets", "after_photo"})
# Fields of the form that are no word of the move itself.
ALWAYS = frozenset({"assignment", "seen"})


class HelpersField(forms.ModelMultipleChoiceField):
    """Departments to call in: those that the category names come first."""

    def __init__(self, **kwargs):
        super().__init__(Department.objects.none(), widget=forms.CheckboxSelectMultiple, **kwargs)
        self.named: frozenset[str] = frozenset()

    def offer(self, departments, named: frozenset[str]) -> None:
        self.queryset, self.named = departments, named

    def label_from_instance(self, obj: Department) -> str:
        return obj.short_name or obj.name

    def is_named(self, obj: Department) -> bool:
        return not self.named.isdisjoint({obj.short_name, obj.name})


class ColleagueField(forms.ModelChoiceField):
    """The people of a department, by name."""

    def label_from_instance(self, obj: User) -> str:
        return obj.name


class MoveForm(forms.Form):
    """The words that one move takes. Fields that it does not take are not there."""

    # Replies ready to hand for the note, and whether one was just put in.
    templates: Sequence[ReplyTemplate] = ()
    is_filled = False

    assignment = forms.IntegerField(
        required=False, min_value=1, max_value=MAX_ID, widget=forms.HiddenInput
    )
    # The last event that the page showed: whoever moves on a stale page is told who was faster.
    seen = forms.IntegerField(
        required=False, min_value=1, max_value=MAX_ID, widget=forms.HiddenInput
    )
    rank = forms.ChoiceField(
        label=_("Who came"), required=False, choices=[("", _("Not said")), *Rank.choices]
    )
    accepted_at = forms.DateTimeField(
        label=_("Accepted when"),
        required=False,
        input_formats=MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENTS[0]),
        error_messages={"invalid": _("Write it as 2026-09-24 09:10.")},
    )
    spoke_with = Words(
        label=_("Talked over with"),
        required=False,
        max_length=60,
        help_text=_("Who it is to the matter, such as the shop beside it. No names."),
    )
    finding = forms.ChoiceField(
        label=_("What is there"), required=False, choices=Finding.choices, widget=forms.RadioSelect
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), required=False, empty_label=_("Choose")
    )
    helpers = HelpersField(label=_("Departments that help"), required=False)
    # Whoever it may not be is refused by the action, which knows the department.
    handler = ColleagueField(
        User.objects.filter(is_active=True),
        label=_("Colleague"),
        required=False,
        empty_label=_("Choose"),
    )
    speed = forms.TypedChoiceField(
        label=_("Speed"), required=False, choices=SCORES, coerce=int, empty_value=None,
        widget=forms.RadioSelect, help_text=_("1 is slow, 5 is fast."),
    )  # fmt: skip
    quality = forms.TypedChoiceField(
        label=_("Quality"), required=False, choices=SCORES, coerce=int, empty_value=None,
        widget=forms.RadioSelect, help_text=_("1 is poor, 5 is good."),
    )  # fmt: skip
    note = WordsField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = DayField(
        label=_("Done or kept up until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the date as 2026-09-24.")},
    )
    within = forms.ChoiceField(label=_("To be answered within"), required=False, choices=WITHINS)
    after_photo = forms.FileField(
        label=_("After-photo, taken at the place"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    no_photo = Words(
        label=_("Why there is no photo from the place"), required=False, max_length=200
    )
    meets = forms.BooleanField(label=_("The closing condition is met"), required=False)
    # The level that the page showed.
    from_level = forms.ChoiceField(required=False, choices=Tier.choices, widget=forms.HiddenInput)
    tried = WordsField(
        label=_("What was tried"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    missing_power = WordsField(
        label=_("Which power is missing"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    return_reason = forms.ChoiceField(
        label=_("For what reason"),
        required=False,
        choices=[("", _("Choose")), *ReturnReason.choices],
    )
    reach = forms.ChoiceField(
        label=_("Holds for"), required=False, choices=[("", _("Choose")), *Reach.choices]
    )
    amount = forms.IntegerField(
        label=_("By how much"), required=False, min_value=1, max_value=MAX_AMOUNT
    )
    clock = forms.IntegerField(
        label=_("Which lateness"),
        required=False,
        min_value=1,
        max_value=MAX_ID,
        widget=forms.Select(),
    )
    suggested_owner = Words(label=_("Who should have it"), required=False, max_length=60)
    milestone = MilestoneField(label=_("Milestone"), required=False)
    due_on = DayField(
        label=_("New day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the date as 2026-09-24.")},
    )
    milestones = MilestonesField(label=_("Milestones"), required=False)

    def __init__(
        self,
        *args,
        name: str,
        takes: Collection[str],
        ticket: Ticket,
        facts: Facts | None = None,
        **kwargs,
    ):
        super().__init__(*args, auto_id=f"{name}_%s", **kwargs)
        self.name, self.ticket = name, ticket
        for field in set(self.fields) - {*takes, *ALWAYS}:
            del self.fields[field]
        if "department" in self.fields:
            self.fields["department"].queryset = departments_for(ticket)
        if "department" in self.fields and name == "supervise":
            self._address(ticket)
        if "helpers" in self.fields:
            self.fields["helpers"].offer(departments_for(ticket), _named_by(ticket))
        self._list_milestones(ticket, facts)
        if facts is not None:
            self._offer(facts)
        if name == "rate":
            self.fields["note"].max_length = 300
            self.fields["note"].label = _("In one sentence")

    def _list_milestones(self, ticket: Ticket, facts: Facts | None) -> None:
        if "milestone" in self.fields:
            still = ticket.milestones.filter(reached_at=None)
            self.fields["milestone"].queryset = still.select_related("assignment__department")
        if "milestones" in self.fields:
            found = facts.assignments if facts else ticket.assignments.select_related("department")
            live = [one for one in found if one.is_live]
            live.sort(key=lambda one: (one.role != Assignment.Role.LEAD, one.pk))
            self.fields["milestones"].departments = [one.department for one in live]

    def _address(self, ticket: Ticket) -> None:
        """An order goes to who has a part in the ticket, or to the office of the street."""
        field = self.fields["department"]
        has_part = Q(assignments__ticket=ticket) | Q(kind="office", area=ticket.street_id)
        field.queryset = Department.objects.active().filter(has_part).distinct().order_by("code")
        field.label, field.initial = _("Addressee"), ticket.lead_department_id

    def _offer(self, facts: Facts) -> None:
        """What can be chosen hangs on who asks and on what runs."""
        if self.name == "withdraw":
            going = {one.department_id for one in removable(facts.assignments)}
            self.fields["department"].queryset = Department.objects.filter(pk__in=going)
        if self.name == "rule" and facts.by is not None:
            areas = {one: getattr(self.ticket, one).name for one in Reach.values}
            self.fields["reach"].choices = [
                ("", _("Choose")),
                *(
                    (one.value, f"{one.label} · {areas[one]}")
                    for one in reaches_of(facts.by, self.ticket)
                ),
            ]
        one, beside = facts.assignment, facts.beside
        if one is None or beside is None:
            return
        if self.name == "extend" and (running := beside.resolve_clock(one.pk)):
            most = beside.most_to_extend(one.pk)
            self.fields["amount"].max_value = most
            self.fields["amount"].help_text = _("In %(unit)s, %(count)s at most.") % {
                "unit": unit_words(running.limit), "count": most,
            }  # fmt: skip
        if self.name == "appeal":
            late = [(row.pk, due_words(row)) for row in beside.late(one.pk)]
            self.fields["clock"].widget.choices = [("", _("Choose")), *late]
            if len(late) == 1:
                del self.fields["clock"]

    def want(self, wanted: dict[str, str]) -> None:
        """Ask for these fields in the words of the guards that need them."""
        for name, sentence in wanted.items():
            if name not in self.fields:
                continue
            self.fields[name].required = True
            self.fields[name].error_messages["required"] = sentence
            if name not in {"speed", "quality", "meets"}:
                self.fields[name].label = sentence.rstrip(".。")

    def clean_accepted_at(self) -> datetime | None:
        at = self.cleaned_data["accepted_at"]
        if at is None:
            return None
        if at > clock.now():
            raise forms.ValidationError(_("This lies in the future."))
        if at < self.ticket.filed_at.replace(second=0, microsecond=0):
            raise forms.ValidationError(_("It was not reported before this."))
        return at

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until is None:
            return None
        filed_on = clock.local(self.ticket.filed_at).date()
        if not filed_on <= until <= clock.today() + LONGEST:
            raise forms.ValidationError(_("Choose a date between the report and ten years on."))
        return until

    def given(self) -> dict[str, Any]:
        """What the action takes: nothing that was left out."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            # A photo is kept by itself, before the move.
            if name != "after_photo"
            and (value not in (None, "", False) or name in {"note", "assignment", "seen"})
        }

    def typed(self) -> str:
        """Everything that was written, for a page that has no place for it any more."""
        lines = [
            pgettext("punctuation", ": ").join([str(bound.label), str(bound.value())])
            for bound in self.visible_fields()
            if bound.name not in UNTYPED and bound.value()
        ]
        if "milestones" in self.fields:
            rows = self["milestones"].value() or []
            lines += [f"{row['title']} {row['due_on']}" for row in rows]
        note = self["note"].value() if "note" in self.fields else ""
        return "\n".join(filter(None, [note, *lines]))

    @property
    def elements(self) -> list[tuple[str, Any, bool]]:
        """The four elements on which an answer to a whistle is audited, and which are there."""
        words = {
            "accepted_at": _("When it was accepted"),
            "spoke_with": _("With whom it was talked over"),
            "note": _("What was done"),
            "until": _("Until when"),
        }
        if not set(words) <= set(self.fields):
            return []
        return [
            (self[name].auto_id, said, bool(self[name].value())) for name, said in words.items()
        ]

    def milestone_rows(self) -> list[dict[str, Any]]:
        """The rows of a plan as they stand, and empty ones to twelve."""
        given = list(self["milestones"].value() or [])[:MOST]
        return [
            {"index": index, "number": index + 1, "is_more": index >= max(SHOWN, len(given))}
            | (given[index] if index < len(given) else {})
            for index in range(MOST)
        ]

    def helper_groups(self) -> list[tuple[bool, list[Any]]]:
        """The checkboxes: those proposed by the category, then the rest."""
        is_named = self.fields["helpers"].is_named
        boxes = [(is_named(one.data["value"].instance), one) for one in self["helpers"].subwidgets]
        boxes.sort(key=lambda pair: not pair[0])
        return [
            (named, [box for _named, box in some])
            for named, some in groupby(boxes, key=lambda pair: pair[0])
        ]


def move_form(offer: Offer, ticket: Ticket, data: Any = None) -> MoveForm:
    """An offer's form, asking for what its guards want."""
    form = MoveForm(
        data,
        name=offer.name,
        takes=_takes(offer, ticket),
        ticket=ticket,
        facts=offer.facts,
        initial=_initial(offer.assignment) | {"from_level": ticket.level},
    )
    if "handler" in form.fields and offer.assignment is not None:
        colleagues = staff.of([offer.assignment.department_id])
        form.fields["handler"].queryset = colleagues.order_by("name", "pk")
    if "milestone" in form.fields and offer.assignment is not None:
        own = form.fields["milestone"].queryset.filter(assignment=offer.assignment)
        form.fields["milestone"].queryset = own
    form.want(offer.wanted)
    return form


def _takes(offer: Offer, ticket: Ticket) -> tuple[str, ...]:
    """A report is finished by a line; a whistle is answered by four elements. What only some
    tickets ask for is asked for where it is wanted."""
    fields = offer.move.fields
    if offer.name == "finish" and not ticket.is_whistle:
        fields = tuple(name for name in fields if name in {"note", "no_photo"})
    found = [name for name in fields if name not in _ON_DEMAND or name in offer.wanted]
    # A photo may come with the words, as long as one is wanted.
    return (*found, "after_photo") if "no_photo" in found else tuple(found)


def _initial(assignment: Assignment | None) -> dict[str, Any]:
    if assignment is None:
        return {}
    return {"assignment": assignment.pk, "accepted_at": assignment.signed_at}


def _named_by(ticket: Ticket) -> frozenset[str]:
    """The departments that the category says help, by their names."""
    return frozenset(filter(None, re.split(r"[,，、;；\s]+", ticket.category.helpers)))
