"""The shape of what people send: a report, a search, the words of a move, a reason to call back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cached_property, reduce
from itertools import groupby
from operator import or_
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.privacy import guard
from grids import roles, scoping
from grids.forms import PointForm
from grids.models import Area, Department, Level
from tickets.actions import Filing
from tickets.models import Assignment, Category, Ticket, TicketQuerySet
from tickets.offers import Offer
from tickets.queries import Spot, similar
from tickets.workflow import State

# As many as one can find in a list without typing; a street's desk types a code.
GRIDS_TO_CHOOSE = 300
# A person may keep these in a text for a reason; identity and bank numbers never stay.
MAY_STAY = frozenset({guard.Kind.PHONE, guard.Kind.LANDLINE, guard.Kind.PLATE})


class WordsField(forms.CharField):
    """Free text: a new line counts as one character, as it does in the browser."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


def _categories() -> list[Category]:
    return list(Category.objects.filter(is_active=True))


def _grouped(categories: list[Category]) -> list[tuple[str, list[tuple[str, str]]]]:
    by_group = groupby(categories, key=lambda one: one.group_code)
    groups = [list(members) for _code, members in by_group]
    return [(some[0].group, [(one.code, one.name) for one in some]) for some in groups]


# ── filing ────────────────────────────────────────────────────────────────────────────────────


class FilingForm(forms.Form):
    """A report: where, what, a few words, a number to call back. The pin wins over the list."""

    client_id = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Please send it once more."),
            "invalid": _("Please send it once more."),
        },
    )
    lon = forms.FloatField(
        label=_("Place"), required=False, min_value=-180, max_value=180, widget=forms.HiddenInput
    )
    lat = forms.FloatField(
        label=_("Place"), required=False, min_value=-90, max_value=90, widget=forms.HiddenInput
    )
    crs = forms.ChoiceField(
        choices=[(crs.value, crs.value) for crs in CRS], required=False, widget=forms.HiddenInput
    )
    grid = forms.ChoiceField(
        label=_("Grid"), required=False, widget=forms.Select(attrs={"class": "input"})
    )
    grid_code = forms.CharField(
        label=_("Or the code of another grid"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    category = forms.ChoiceField(
        label=_("What is it"), error_messages={"required": _("Choose what it is.")}
    )
    description = WordsField(
        label=_("In your words"),
        required=False,
        max_length=2000,
        help_text=_("No names, telephone, identity or bank numbers."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    contact_name = forms.CharField(label=_("Name"), required=False, max_length=40)
    contact_phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=30,
        validators=[RegexValidator(r"^[0-9+() \-]{5,}$", _("Write a telephone number."))],
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    keep = forms.ChoiceField(
        label=_("What shall become of it"),
        required=False,
        choices=[("", _("Cover it with stars")), ("keep", _("Leave it: the work needs it"))],
        widget=forms.RadioSelect,
    )
    # What the person was shown and went on from, so that each question is asked once.
    seen_near = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    seen_finds = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.categories = _categories()
        self.fields["category"].choices = _grouped(self.categories)
        self.own_grids = _own_grids(user)
        self.fields["grid"].choices = [("", _("Choose a grid")), *_by_community(self.own_grids)]

    @property
    def pictures(self) -> list[Category]:
        ranked = [one for one in self.categories if one.picture_rank]
        return sorted(ranked, key=lambda one: one.picture_rank)[:8]

    @property
    def groups(self) -> list[tuple[str, list[Category]]]:
        by_group = groupby(self.categories, key=lambda one: one.group_code)
        return [(some[0].group, some) for some in (list(members) for _code, members in by_group)]

    @cached_property
    def chosen(self) -> Category | None:
        code = self["category"].value()
        return next((one for one in self.categories if one.code == code), None)

    @property
    def is_chosen_by_picture(self) -> bool:
        return self.chosen in self.pictures

    @property
    def place_errors(self) -> list[str]:
        return [error for name in ("lon", "lat", "crs") for error in self[name].errors]

    def clean(self):
        cleaned = super().clean()
        if not {"lon", "lat", "crs", "grid", "grid_code"} & set(self.errors):
            try:
                cleaned["spot"] = _spot(cleaned)
            except ValidationError as error:
                self.add_error("lat", error)
        return cleaned

    def filing(self) -> Filing:
        given = self.cleaned_data
        return Filing(
            client_id=given["client_id"],
            category=next(one for one in self.categories if one.code == given["category"]),
            spot=given["spot"],
            description=given["description"],
            contact={"name": given["contact_name"], "phone": given["contact_phone"]},
            keep=MAY_STAY if given["keep"] else frozenset(),
        )

    # Questions that come up once all is well formed. Each is asked once, then taken as answered.

    @cached_property
    def finds(self) -> list[guard.Kind]:
        """Which numbers of persons the text holds."""
        return sorted({one.kind for one in guard.find(self.cleaned_data.get("description", ""))})

    @property
    def finds_words(self) -> list[str]:
        return [str(kind.label) for kind in self.finds]

    @property
    def may_keep(self) -> bool:
        return bool(MAY_STAY.intersection(self.finds))

    @property
    def masks_always(self) -> bool:
        return not MAY_STAY.issuperset(self.finds)

    @cached_property
    def near(self) -> list[Ticket]:
        """Open tickets of this kind within 50 m of the pin."""
        spot = self.cleaned_data["spot"]
        if spot.lon is None or self.chosen is None:
            return []
        return _similar(self.user, spot.lon, spot.lat, self.chosen)

    def has_questions(self) -> bool:
        """Whether the person must look again; what is shown now counts as seen the next time."""
        finds, near = set(self.finds), {str(one.pk) for one in self.near}
        given = self.cleaned_data
        open_finds = finds - set(given["seen_finds"].split(","))
        open_near = near - set(given["seen_near"].split(","))
        self._remember(seen_finds=",".join(sorted(finds)), seen_near=",".join(sorted(near)))
        return bool(open_finds or open_near)

    def renew_id(self) -> None:
        """The next send is a report of its own."""
        self._remember(client_id=str(uuid4()))

    def _remember(self, **values: str) -> None:
        self.data = self.data.copy()
        for name, value in values.items():
            self.data[name] = value


def _spot(given: dict[str, Any]) -> Spot:
    lon, lat = given.get("lon"), given.get("lat")
    grid = given.get("grid_code") or given.get("grid")
    if lon is not None and lat is not None:
        crs = given.get("crs") or CRS.WGS84
        try:
            x, y = to_wgs84(lon, lat, crs)
        except ValueError as error:
            raise ValidationError(_("This is no place on earth."), "range") from error
        return Spot(lon=x, lat=y, raw_lon=lon, raw_lat=lat, raw_crs=str(crs))
    if grid:
        return Spot(grid=grid)
    raise ValidationError(_("Put the pin on the map, or choose a grid."), "place_needed")


def _own_grids(user) -> list[Area]:
    """The grids beneath the posts of ``user``; none when they are too many to choose from."""
    paths = [
        ".".join(map(str, post.path)) + "."
        for post in scoping.held(user)
        if post.path and "tickets.file" in roles.ROLES[post.role].over_area
    ]
    if not paths:
        return []
    beneath = reduce(or_, (Q(path__startswith=path) for path in paths))
    grids = Area.objects.in_force().filter(beneath, level=Level.GRID).select_related("parent")
    found = list(grids.order_by("parent__code", "code")[: GRIDS_TO_CHOOSE + 1])
    return found if len(found) <= GRIDS_TO_CHOOSE else []


def _by_community(grids: list[Area]) -> list[tuple[str, list[tuple[str, str]]]]:
    by_parent = groupby(grids, key=lambda one: one.parent)
    return [(parent.name, [(one.code, one.name) for one in some]) for parent, some in by_parent]


class NearForm(PointForm):
    """A pin and, once it is chosen, what it is about."""

    category = forms.CharField(max_length=8, required=False)

    def similar(self, user) -> list[Ticket]:
        given = self.cleaned_data
        category = Category.objects.filter(code=given["category"]).first()
        return _similar(user, given["lon"], given["lat"], category)


def _similar(user, lon: float, lat: float, category: Category | None) -> list[Ticket]:
    """What lies in the districts where ``user`` files: a grid's end is no wall, a district's is."""
    districts = scoping.districts(user, "tickets.file")
    return [one for one in similar(lon, lat, category) if one.district_id in districts]


# ── search ────────────────────────────────────────────────────────────────────────────────────

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
        widget=forms.Select(attrs={"class": "input"}),
    )
    category = forms.ChoiceField(
        label=_("Category"), required=False, widget=forms.Select(attrs={"class": "input"})
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
        widget=forms.Select(attrs={"class": "input"}),
    )
    filed_after = _day(_("Filed from"))
    filed_before = _day(_("Filed until"))
    mine = forms.BooleanField(label=_("Filed by me"), required=False)
    # The cursor: older than this one. An id, so that a page never counts and never skips.
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["category"].choices = [("", _("Any category")), *_grouped(_categories())]

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
        more = ("area", "department", "filed_after", "filed_before", "mine")
        return any(self[name].value() or self[name].errors for name in more)

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the cursor was asked for."""
        return any(self.cleaned_data.get(name) for name in self.fields if name != "before")

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
        return tickets.filter(**self._plain())

    def _plain(self) -> dict[str, Any]:
        """The filters that are one comparison each."""
        asked = self.cleaned_data
        until = asked["filed_before"]
        wanted = {
            "state": asked["state"],
            "category__code": asked["category"],
            "filed_at__gte": _midnight(asked["filed_after"]),
            "filed_at__lt": _midnight(until + timedelta(days=1)) if until else None,
            "pk__lt": asked["before"],
        }
        return {name: value for name, value in wanted.items() if value}


def _midnight(day: date | None) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())


def _find(tickets: TicketQuerySet, words: str) -> TicketQuerySet:
    """By the number or its beginning where it looks like one, else by the words."""
    number = words.upper()
    if number.isascii() and number[:1].isalpha() and number[-1:].isdigit():
        return tickets.filter(number__startswith=number)
    return tickets.about(words)


# ── moves ─────────────────────────────────────────────────────────────────────────────────────


class MoveForm(forms.Form):
    """The words that one move takes. Fields that it does not take are not there."""

    assignment = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )
    note = WordsField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("Department"), required=False, empty_label=_("Choose")
    )
    suggested_owner = forms.CharField(label=_("Who should have it"), required=False, max_length=60)

    def __init__(self, *args, name: str, takes: tuple[str, ...], departments=None, **kwargs):
        super().__init__(*args, auto_id=f"{name}_%s", **kwargs)
        self.name = name
        for field in ("note", "department", "suggested_owner"):
            if field not in takes:
                del self.fields[field]
        if "department" in self.fields and departments is not None:
            self.fields["department"].queryset = departments

    def want(self, wanted: dict[str, str]) -> None:
        """Ask for these fields in the words of the guards that need them."""
        for name, sentence in wanted.items():
            if name in self.fields:
                self.fields[name].required = True
                self.fields[name].label = sentence.rstrip(".。")
                self.fields[name].error_messages["required"] = sentence


class ReasonForm(forms.Form):
    """Why somebody needs to call the reporter."""

    reason = forms.CharField(
        label=_("What do you need it for"),
        max_length=300,
        help_text=_("Your name, the time and this reason are kept on record."),
        error_messages={"required": _("Please say why you need to see this.")},
    )


def departments_for(ticket: Ticket) -> QuerySet[Department]:
    """Who may be given a ticket: what works for its city, district, street or community."""
    areas = [ticket.district_id, ticket.street_id, ticket.community_id]
    above = Area.objects.filter(pk=ticket.district_id).values("parent")
    return (
        Department.objects.active()
        .filter(Q(area__in=areas) | Q(area__in=above))
        .exclude(kind=Department.Kind.COMMAND)
        .order_by("area__level", "code")
    )


def move_form(offer: Offer, ticket: Ticket, data: Any = None) -> MoveForm:
    """An offer's form, asking for what its guards want."""
    departments = departments_for(ticket) if "department" in offer.move.fields else None
    initial = {"assignment": offer.assignment.pk} if offer.assignment else {}
    form = MoveForm(
        data,
        name=offer.name,
        takes=offer.move.fields,
        departments=departments,
        initial=initial,
    )
    form.want(offer.wanted)
    return form
