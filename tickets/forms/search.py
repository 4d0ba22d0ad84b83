"""The search over the list of tickets; the form owns its filter."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from govgrid.core import clock
from govgrid.core.days import DayField
from govgrid.core.widgets import QuickSelect
from govgrid.core.words import Words
from grids.models import Area
from tickets.forms.fields import category_field, department_field
from tickets.models import Assignment, Ticket, TicketQuerySet
from tickets.walks import Walks
from tickets.workflow import State, Tier, WhistleKind

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_CURSOR = {"before", "after"}
_NOT_NARROW = _CURSOR | {"ordering"}


def _day(label) -> DayField:
    return DayField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )


class TicketSearchForm(forms.Form):
    """Narrows tickets that are in reach; what it does not know it says."""

    q = Words(label=_("Number, place or words"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("Any state")), *State.choices],
        widget=QuickSelect(attrs={"class": "input"}),
    )
    category = category_field()
    area = Words(
        label=_("Area: name or code"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    department = department_field()
    whistle = forms.ChoiceField(
        label=_("Whistle"),
        required=False,
        choices=[("", _("With or without")), ("any", _("Any whistle")), *WhistleKind.choices],
        widget=QuickSelect(attrs={"class": "input"}),
    )
    level = forms.ChoiceField(
        label=_("Level"),
        required=False,
        choices=[("", _("Any level")), *Tier.choices],
        widget=QuickSelect(attrs={"class": "input"}),
    )
    settled = forms.ChoiceField(
        label=_("Settled at"),
        required=False,
        choices=[("", _("Not asked")), *Tier.choices],
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
    closed_after = _day(_("Closed from"))
    closed_before = _day(_("Closed until"))
    overdue = forms.BooleanField(label=_("Late"), required=False)
    mine = forms.BooleanField(label=_("Filed by me"), required=False)
    in_hand = forms.BooleanField(label=_("In my hands"), required=False)
    # The cursor: older than this one. An id, so that a page never counts and never skips.
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    # The same by time left: after this deadline, in microseconds, and this id.
    after = forms.RegexField(r"^\d{0,18}-\d{1,18}$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

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
        more = set(self.fields) - {"q", "state", "category", "ordering", "before", "after"}
        return any(self[name].value() or self[name].errors for name in more)

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the order and the cursor was asked for."""
        return any(self.cleaned_data.get(name) for name in set(self.fields) - _NOT_NARROW)

    @property
    def is_by_time(self) -> bool:
        return self.is_valid() and self.cleaned_data["ordering"] == "due"

    def canonical(self) -> str:
        """The filters as an address says them: known ones alone, in one order, no cursor."""
        said = [
            (name, "on" if self.cleaned_data[name] is True else str(self.data.get(name, "")))
            for name in self.fields
            if name not in _CURSOR and self.cleaned_data.get(name)
        ]
        return urlencode(said)

    def filter(self, tickets: TicketQuerySet) -> TicketQuerySet:
        if not self.is_valid():
            return tickets.none()
        asked = self.cleaned_data
        if asked["q"]:
            tickets = tickets.about(asked["q"])
        if asked["area"]:
            tickets = tickets.beneath(asked["area"])
        if asked["department"]:
            given = Assignment.objects.filter(department=asked["department"])
            tickets = tickets.filter(pk__in=given.values("ticket_id"))
        if asked["in_hand"]:
            held = Assignment.objects.in_hands_of(self.user)
            tickets = tickets.filter(pk__in=held.values("ticket_id"))
        if asked["mine"]:
            tickets = tickets.filter(filed_by=self.user)
        if asked["overdue"]:
            tickets = tickets.open().filter(due_at__lte=clock.now())
        return tickets.settled_at(asked["settled"]).filter(**self._plain())

    def ordered(self, tickets: Walks) -> Walks:
        """Newest first; by time left only what is open, or what has no state asked for, has any."""
        if not self.is_by_time:
            before = self.cleaned_data.get("before")
            return (tickets.filter(pk__lt=before) if before else tickets).order_by("-pk")
        if not self.cleaned_data["state"]:
            tickets = tickets.by_state()
        if self.cleaned_data["after"]:
            tickets = tickets.filter(after_cursor(self.cleaned_data["after"]))
        return tickets.order_by("due_at", "pk")

    def cursor(self, last: Ticket) -> dict[str, str]:
        """What the address of the next page says."""
        if not self.is_by_time:
            return {"before": str(last.pk)}
        return {"after": cursor_after(last)}

    def _plain(self) -> dict[str, Any]:
        """The filters that are one comparison each."""
        asked = self.cleaned_data
        until, closed = asked["filed_before"], asked["closed_before"]
        wanted = {
            "state": asked["state"],
            "category": asked["category"],
            "filed_at__gte": _midnight(asked["filed_after"]),
            "filed_at__lt": _midnight(until + timedelta(days=1)) if until else None,
            "closed_at__gte": _midnight(asked["closed_after"]),
            "closed_at__lt": _midnight(closed + timedelta(days=1)) if closed else None,
            "kind": Ticket.Kind.WHISTLE.value if asked["whistle"] == "any" else "",
            "whistle_kind": asked["whistle"] if asked["whistle"] != "any" else "",
            "level": asked["level"],
        }
        return {name: value for name, value in wanted.items() if value}


class SearchNameForm(forms.Form):
    """What a saved search is called."""

    name = Words(
        label=_("Name"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give it a name.")},
    )


class SavedSearchForm(SearchNameForm):
    """A name for the filters of the list, which are read as the list itself reads them."""

    query = Words(max_length=2000, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, auto_id="save_%s", **kwargs)
        self.user = user

    def clean_query(self) -> str:
        try:
            asked = dict(parse_qsl(self.cleaned_data["query"], max_num_fields=50))
        except ValueError:
            asked = {"": ""}
        search = TicketSearchForm(asked, user=self.user)
        if not search.is_valid():
            raise ValidationError(_("The list does not know these filters."), "unknown_filter")
        query = search.canonical()
        if not query:
            raise ValidationError(_("Choose a filter first: this is the whole list."), "empty")
        if len(query) > 600:
            raise ValidationError(_("These filters are too long to be kept."), "too_long")
        return query


def _midnight(day: date | None) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def cursor_after(last: Ticket) -> str:
    """By time left: the deadline of the last row, in microseconds, and its id."""
    due = (last.due_at - _EPOCH) // _MICROSECOND if last.due_at else ""
    return f"{due}-{last.pk}"


def after_cursor(cursor: str) -> Q:
    """Later than the last row of the page before; what has no limit comes at the end."""
    due, _dash, pk = cursor.partition("-")
    if not due:
        return Q(due_at=None, pk__gt=int(pk))
    try:
        moment = _EPOCH + int(due) * _MICROSECOND
    except OverflowError:
        return Q(due_at=None)
    return Q(due_at=None) | Q(due_at__gt=moment) | Q(due_at=moment, pk__gt=int(pk))
