"""The search over the list of tickets; the form owns its filter."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from govgrid.core import clock
from govgrid.core.widgets import QuickSelect
from grids.models import Area, Department
from tickets.forms.fields import active_categories, choices_of
from tickets.models import Assignment, Ticket, TicketQuerySet
from tickets.walks import Walks
from tickets.workflow import State, WhistleKind

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_NOT_NARROW = {"before", "after", "ordering"}
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)


def _day(label) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        validators=[MinValueValidator(_FIRST), MaxValueValidator(_LAST)],
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )


class TicketSearchForm(forms.Form):
    """Narrows tickets that are in reach; what it does not know it says."""

    q = forms.CharField(label=_("Number or words"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any state")), *State.choices],
        widget=QuickSelect(attrs={"class": "input"}),
    )
    category = forms.ChoiceField(
        label=_("Category"), required=False, widget=QuickSelect(attrs={"class": "input"})
    )
    area = forms.CharField(
        label=_("Area: name or code"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    department = forms.ModelChoiceField(
        # Offices are found by their area.
        Department.objects.active().exclude(kind=Department.Kind.OFFICE),
        label=_("Department"),
        required=False,
        to_field_name="code",
        empty_label=_("Any department"),
        widget=QuickSelect(attrs={"class": "input"}),
    )
    whistle = forms.ChoiceField(
        label=_("Whistle"),
        required=False,
        choices=[("", _("With or without")), *WhistleKind.choices],
        widget=QuickSelect(attrs={"class": "input"}),
    )
    ordering = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[("", _("Newest first")), ("due", _("By time left"))],
        widget=QuickSelect(attrs={"class": "input"}),
    )
    filed_after = _day(_("Filed from"))
    filed_before = _day(_("Filed until"))
    overdue = forms.BooleanField(label=_("Late"), required=False)
    mine = forms.BooleanField(label=_("Filed by me"), required=False)
    # The cursor: older than this one. An id, so that a page never counts and never skips.
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    # The same by time left: after this deadline, in microseconds, and this id.
    after = forms.RegexField(r"^\d{0,18}-\d{1,18}$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["category"].choices = [
            ("", _("Any category")),
            *choices_of(active_categories()),
        ]

    def clean_q(self):
        words = self.cleaned_data["q"]
        if len(words) == 1:
            raise ValidationError(_("Write two characters or more."), "too_short")
        return words

    def clean_area(self):
        text = self.cleaned_data["area"]
        if not text:
            return None
        found = list(Area.objects.in_force().filter(Q(code=text) | Q(name=text))[:2])
        if not found:
            raise ValidationError(_("There is no area of this name or code."), "unknown")
        if len(found) > 1:
            raise ValidationError(_("Several areas are called so. Please write the code."), "many")
        return found[0]

    def clean(self):
        unknown = sorted(set(self.data) - set(self.fields))
        if unknown:
            names = ", ".join(f"“{name[:30]}”" for name in unknown[:3])
            text = ngettext(
                "There is no filter %(names)s.", "There are no filters %(names)s.", len(unknown)
            )
            raise ValidationError(text, "unknown_filter", {"names": names})
        return super().clean()

    @property
    def is_more_used(self) -> bool:
        """Whether a filter beneath the first line says something."""
        more = ("area", "department", "whistle", "filed_after", "filed_before", "overdue", "mine")
        return any(self[name].value() or self[name].errors for name in more)

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the order and the cursor was asked for."""
        return any(self.cleaned_data.get(name) for name in set(self.fields) - _NOT_NARROW)

    @property
    def is_by_time(self) -> bool:
        return self.is_valid() and self.cleaned_data["ordering"] == "due"

    def filter(self, tickets: TicketQuerySet) -> TicketQuerySet:
        if not self.is_valid():
            return tickets.none()
        asked = self.cleaned_data
        if asked["q"]:
            tickets = _find(tickets, asked["q"])
        if asked["area"]:
            tickets = tickets.beneath(asked["area"])
        if asked["department"]:
            given = Assignment.objects.filter(department=asked["department"])
            tickets = tickets.filter(pk__in=given.values("ticket_id"))
        if asked["mine"]:
            tickets = tickets.filter(filed_by=self.user)
        if asked["overdue"]:
            tickets = tickets.open().filter(due_at__lte=clock.now())
        return tickets.filter(**self._plain())

    def ordered(self, tickets: Walks) -> Walks:
        """Newest first; by time left only what is open, or what has no state asked for, has any."""
        if not self.is_by_time:
            before = self.cleaned_data.get("before")
            return (tickets.filter(pk__lt=before) if before else tickets).order_by("-pk")
        if not self.cleaned_data["state"]:
            tickets = tickets.by_state()
        if self.cleaned_data["after"]:
            tickets = tickets.filter(_after(self.cleaned_data["after"]))
        return tickets.order_by("due_at", "pk")

    def cursor(self, last: Ticket) -> dict[str, str]:
        """What the address of the next page says."""
        if not self.is_by_time:
            return {"before": str(last.pk)}
        due = (last.due_at - _EPOCH) // _MICROSECOND if last.due_at else ""
        return {"after": f"{due}-{last.pk}"}

    def _plain(self) -> dict[str, Any]:
        """The filters that are one comparison each."""
        asked = self.cleaned_data
        until = asked["filed_before"]
        wanted = {
            "state": asked["state"],
            "category__code": asked["category"],
            "filed_at__gte": _midnight(asked["filed_after"]),
            "filed_at__lt": _midnight(until + timedelta(days=1)) if until else None,
            "whistle_kind": asked["whistle"],
        }
        return {name: value for name, value in wanted.items() if value}


def _midnight(day: date | None) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def _after(cursor: str) -> Q:
    """Later than the last row of the page before; what has no limit comes at the end."""
    due, _dash, pk = cursor.partition("-")
    if not due:
        return Q(due_at=None, pk__gt=int(pk))
    try:
        moment = _EPOCH + int(due) * _MICROSECOND
    except OverflowError:
        return Q(due_at=None)
    return Q(due_at=None) | Q(due_at__gt=moment) | Q(due_at=moment, pk__gt=int(pk))


def _find(tickets: TicketQuerySet, words: str) -> TicketQuerySet:
    """By the number or its beginning where it looks like one, else by the words."""
    number = words.upper()
    if number.isascii() and number[:1].isalpha() and number[-1:].isdigit():
        return tickets.filter(number__startswith=number)
    return tickets.about(words)
