"""Booking a time, laying down the days of a station, and what is written on the day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import Platform
from govgrid.core import clock
from govgrid.core.days import DayField
from govgrid.core.words import Words
from grids.models import Area, Department
from members.actions import Errand, Laying, Visitor, Wish
from members.models import Member, Reception, Slot, Station
from members.workflow.reception import DAYS, EVERY, Mode, read_weekly, weekly
from tickets.models import Category

if TYPE_CHECKING:
    from datetime import date

WEEK = timedelta(days=7)


def _area_text(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _day(label: Any, *, required: bool = True) -> DayField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return DayField(label=label, required=required, widget=widget)


class SlotSearchForm(forms.Form):
    """A week of times, everywhere or at one station."""

    station = forms.ModelChoiceField(
        Station.objects.none(),
        label=_("Station"),
        required=False,
        to_field_name="code",
        empty_label=_("All stations"),
    )
    mode = forms.ChoiceField(
        label=pgettext_lazy("reception", "How"),
        required=False,
        choices=[("", _("All ways")), *Mode.choices],
    )
    area = forms.SlugField(label=_("Area"), required=False, max_length=40, widget=forms.HiddenInput)
    since = _day(pgettext_lazy("reception", "From"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        receiving = Reception.objects.in_force().values("station")
        self.fields["station"].queryset = Station.objects.open().filter(pk__in=receiving)

    def clean_area(self) -> Area | None:
        code = self.cleaned_data["area"]
        if not code:
            return None
        found = Area.objects.in_force().filter(code=code).order_by("level", "pk").first()
        if found is None:
            raise forms.ValidationError(_("There is no area with this code."))
        return found

    @property
    def first(self) -> date:
        return max(self.cleaned_data.get("since") or clock.today(), clock.today())

    def narrow(self, slots: QuerySet[Slot]) -> QuerySet[Slot]:
        """The week that begins on the day asked for."""
        asked = self.cleaned_data
        until = clock.midnight(self.first + WEEK)
        found = slots.filter(starts_at__gte=clock.midnight(self.first), starts_at__lt=until)
        for name in ("station", "mode"):
            if asked[name]:
                found = found.filter(**{name: asked[name]})
        if asked["area"] is not None:
            found = found.filter(station__area__path__startswith=asked["area"].path)
        return found


class BookForm(forms.Form):
    matter = Words(
        label=_("What it is about"),
        max_length=1000,
        required=False,
        widget=_area_text(),
        help_text=_(
            "Only who receives you reads it, and it is erased after 180 days. Leave out identity "
            "numbers, and whatever concerns anybody's body or illness."
        ),
    )
    address = Words(
        label=_("Where one should come to"),
        max_length=200,
        required=False,
        help_text=_("Only whoever comes reads it, on that day alone; erased after 30 days."),
    )

    def __init__(self, *args: Any, slot: Slot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if slot.mode == Mode.DOOR:
            self.fields["address"].required = True
        else:
            del self.fields["address"]

    def wish(self) -> Wish:
        return Wish(self.cleaned_data["matter"], self.cleaned_data.get("address", ""))


class BookForForm(BookForm):
    """At the desk, for somebody without a login."""

    visitor = Words(
        label=pgettext_lazy("booking", "Who comes"),
        max_length=60,
        help_text=_("Sealed, as the telephone number; erased after 180 days."),
    )
    visitor_phone = Words(label=_("Telephone"), max_length=30, required=False)
    field_order = ["visitor", "visitor_phone", "matter", "address"]

    def who(self) -> Visitor:
        return Visitor(self.cleaned_data["visitor"], self.cleaned_data["visitor_phone"])


class ReasonForm(forms.Form):
    reason = Words(
        label=pgettext_lazy("cancelling", "Why"),
        max_length=300,
        error_messages={"required": _("Say why it is cancelled.")},
    )


class ReceptionForm(forms.Form):
    """The weekly days of a station. The way of receiving stays once it is laid down."""

    mode = forms.ChoiceField(
        label=pgettext_lazy("reception", "How"), choices=Mode.choices, widget=forms.RadioSelect
    )
    days = forms.MultipleChoiceField(
        label=_("On which days"), choices=DAYS, widget=forms.CheckboxSelectMultiple
    )
    every = forms.TypedChoiceField(label=_("How often"), choices=EVERY, coerce=int, initial=1)
    begins = forms.TimeField(
        label=pgettext_lazy("time of day", "From"),
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    ends = forms.TimeField(
        label=pgettext_lazy("time of day", "Until"),
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
        help_text=_("Longer than five hours is a whole day: it rests when the offices rest."),
    )
    slot_minutes = forms.IntegerField(
        label=_("Minutes of a slot"), min_value=10, max_value=240, initial=30
    )
    places = forms.IntegerField(label=_("Places of a slot"), min_value=1, max_value=50, initial=1)
    place = Words(
        label=_("Where, or how one is called"),
        max_length=120,
        required=False,
        help_text=_("Nothing: at the station. Online: how one is called."),
    )
    hosts = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        label=_("Who receives"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Active members of the station; they take weekly turns."),
    )

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hosts: Any = self.fields["hosts"]
        hosts.queryset = Member.objects.active().filter(station=station).order_by("pk")
        hosts.label_from_instance = lambda one: one.name

    @classmethod
    def of(cls, one: Reception) -> ReceptionForm:
        days, every = read_weekly(one.rule)
        return cls(
            station=one.station,
            initial={
                "mode": one.mode, "days": days, "every": every, "begins": one.begins,
                "ends": one.ends, "slot_minutes": one.slot_minutes, "places": one.places,
                "place": one.place, "hosts": list(one.hosts.values_list("pk", flat=True)),
            },
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("It ends after it begins."))
        return cleaned

    def laying(self) -> Laying:
        given = self.cleaned_data
        return Laying(
            mode=given["mode"],
            rule=weekly(given["days"], given["every"]),
            begins=given["begins"],
            ends=given["ends"],
            slot_minutes=given["slot_minutes"],
            places=given["places"],
            place=given["place"],
            hosts=list(given["hosts"]),
        )


class OutcomeForm(forms.Form):
    outcome = Words(
        label=pgettext_lazy("booking", "What came of it"),
        max_length=1000,
        widget=_area_text(),
        help_text=_("Whoever came reads it."),
    )


class RateForm(forms.Form):
    score = forms.TypedChoiceField(
        label=_("How you were received (5 is best)"),
        choices=[(str(n), str(n)) for n in range(5, 0, -1)],
        coerce=int,
        widget=forms.RadioSelect,
    )
    remark = Words(
        label=_("Remark"),
        max_length=300,
        required=False,
        help_text=_("The station reads it without your name, and only among ten or more."),
    )


class ErrandForm(forms.Form):
    """The ticket that a matter becomes."""

    category = forms.ModelChoiceField(
        Category.objects.filter(is_active=True).order_by("code"),
        label=_("Category"),
        empty_label=_("Choose"),
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), empty_label=_("Choose")
    )
    text = Words(
        label=_("What is to be done"),
        max_length=1000,
        widget=_area_text(),
        help_text=_("The department reads it: nobody's name, nothing of what is sealed."),
    )
    due_on = _day(pgettext_lazy("by when", "Done by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments = Department.objects.active().order_by("area__level", "code")
        self.fields["department"].queryset = departments  # type: ignore[attr-defined]

    def errand(self) -> Errand:
        return Errand(**self.cleaned_data)


class RaiseForm(forms.Form):
    """The topic that a matter becomes."""

    platform = forms.ModelChoiceField(
        Platform.objects.none(), label=_("Platform"), empty_label=_("Choose")
    )
    title = Words(label=pgettext_lazy("topic", "Title"), max_length=60)
    body = Words(
        label=_("What it is about"),
        max_length=2000,
        widget=_area_text(),
        help_text=_("Everybody may read it: nobody's name, nothing of what is sealed."),
    )

    def __init__(self, *args: Any, station: Station, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        near = Platform.objects.in_force().filter(area__in=station.area.ancestor_ids)
        self.fields["platform"].queryset = near.order_by("-area__level", "pk")  # type: ignore[attr-defined]
