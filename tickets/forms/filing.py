"""A report, and what lies near it."""

from __future__ import annotations

from functools import cached_property, reduce
from itertools import groupby
from operator import or_
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.words import Words
from govgrid.privacy import guard
from grids import roles, scoping
from grids.forms import PointForm
from grids.models import Area, Facility, Level
from tickets import conditions, proposals, rules
from tickets.actions import Filing
from tickets.forms.fields import WordsField, active_categories, by_group, choices_of
from tickets.forms.whistles import REPORT, WhistleFields
from tickets.models import NUMBER, Category, CategoryTerms, Ticket
from tickets.queries import Spot, similar
from tickets.repeats import History, closed_near, history

# As many as one can find in a list without typing; a street's desk types a code.
GRIDS_TO_CHOOSE = 300


class FilingForm(WhistleFields):
    """A report or a whistle: where, what, how urgent, a few words, a number to call back.

    The pin wins over the list.
    """

    # The order of the page, for the list of what is wrong.
    field_order = ("client_id", "lon", "lat", "crs", "grid", "grid_code", "facility", "category")

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
    grid_code = Words(
        label=_("Or the code of another grid"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    facility = Words(
        label=_("Number of what stands there"),
        required=False,
        max_length=20,
        help_text=_("As on its plate: a lamp, a cover, a hydrant."),
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
    contact_name = Words(label=_("Name"), required=False, max_length=40)
    contact_phone = Words(
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
    # The number of a closed ticket that this one repeats.
    repeat_of = Words(required=False, max_length=24, widget=forms.HiddenInput)
    # What the person was shown and went on from, so that each question is asked once.
    seen_near = Words(required=False, max_length=300, widget=forms.HiddenInput)
    seen_finds = Words(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.categories = active_categories()
        self.fields["category"].choices = choices_of(self.categories)
        self.own_grids = _own_grids(user)
        self.fields["grid"].choices = [("", _("Choose a grid")), *_by_community(self.own_grids)]
        self.offer(
            [REPORT, *rules.whistles_of(user)], self.chosen.default_whistle if self.chosen else ""
        )

    @property
    def pictures(self) -> list[Category]:
        ranked = [one for one in self.categories if one.picture_rank]
        return sorted(ranked, key=lambda one: one.picture_rank)[:8]

    @property
    def groups(self) -> list[tuple[str, list[Category]]]:
        return by_group(self.categories)

    @cached_property
    def chosen(self) -> Category | None:
        code = self["category"].value()
        return next((one for one in self.categories if one.code == code), None)

    @cached_property
    def terms(self) -> list[CategoryTerms]:
        """The filing conditions in force where this person files."""
        return conditions.to_file_by(scoping.districts(self.user, "tickets.file"))

    @property
    def has_districts(self) -> bool:
        """Several, so that a condition says where it holds."""
        return len(scoping.districts(self.user, "tickets.file")) > 1

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
        if self.kind and self.imagined and not self._may_blow(self.imagined):
            self.add_error("whistle_kind", _("You cannot blow this whistle at this place."))
        return cleaned

    def _may_blow(self, imagined: Ticket) -> bool:
        return rules.can_blow_kind(self.user, self.kind, imagined)

    def clean_facility(self) -> Facility | None:
        code = "".join(self.cleaned_data["facility"].split())
        if not code:
            return None
        # What is gone since the first sending is no reason to lose a report.
        found = Facility.objects.select_related("facility_class", "grid").filter(code=code).first()
        if found is None:
            raise ValidationError(_("There is no facility with this number."), "unknown_facility")
        return found

    def clean_repeat_of(self) -> Ticket | None:
        number = self.cleaned_data["repeat_of"].strip().upper()
        if not number:
            return None
        known = Ticket.objects.in_reach_of(self.user) if NUMBER.fullmatch(number) else None
        earlier = known.filter(number=number).first() if known is not None else None
        if earlier is None:
            raise ValidationError(
                _("The earlier ticket is out of reach. Send it again to file a new one."),
                "unknown_ticket",
            )
        return earlier

    @cached_property
    def imagined(self) -> Ticket | None:
        """What would be filed; None off the map or where this person cannot file."""
        spot = self.cleaned_data.get("spot") if self.is_bound else None
        if spot is None or self.chosen is None:
            return None
        found = proposals.imagine(self.chosen, spot)
        return found if found and rules.can_file(self.user, found.district_id) else None

    def filing(self) -> Filing:
        given = self.cleaned_data
        return Filing(
            client_id=given["client_id"],
            category=next(one for one in self.categories if one.code == given["category"]),
            spot=given["spot"],
            description=given["description"],
            contact={"name": given["contact_name"], "phone": given["contact_phone"]},
            keep=guard.MAY_STAY if given["keep"] else frozenset(),
            whistle=self.asked(),
            repeat_of=given["repeat_of"],
            facility=given["facility"],
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
        return bool(guard.MAY_STAY.intersection(self.finds))

    @property
    def masks_always(self) -> bool:
        return not guard.MAY_STAY.issuperset(self.finds)

    @cached_property
    def near(self) -> list[Ticket]:
        """Open tickets of this kind within 50 m of the pin."""
        spot = self.cleaned_data["spot"]
        if spot.lon is None or self.chosen is None:
            return []
        return _similar(self.user, spot.lon, spot.lat, self.chosen)

    @cached_property
    def repeats(self) -> list[Ticket]:
        """Closed at this place in the last 12 months."""
        spot = self.cleaned_data["spot"]
        if spot.lon is None or self.chosen is None:
            return []
        return _repeats(self.user, spot.lon, spot.lat, self.chosen)

    @cached_property
    def history(self) -> History | None:
        spot = self.cleaned_data["spot"]
        return _history(self.user, spot.lon, spot.lat, self.chosen)

    def has_questions(self) -> bool:
        """Whether the person must look again; what is shown now counts as seen the next time."""
        finds, near = set(self.finds), {str(one.pk) for one in [*self.near, *self.repeats]}
        given = self.cleaned_data
        open_finds = finds - set(given["seen_finds"].split(","))
        open_near = near - set(given["seen_near"].split(","))
        self._remember(seen_finds=",".join(sorted(finds)), seen_near=",".join(sorted(near)))
        return bool(open_finds or open_near or self.has_unseen_helpers)

    def renew_id(self) -> None:
        """The next send is a report of its own."""
        self._remember(client_id=str(uuid4()))

    def forget_repeat(self) -> None:
        """The field is hidden: what is wrong with it is said once and does not come back."""
        self._remember(repeat_of="")

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

    category = Words(max_length=8, required=False)

    @cached_property
    def about(self) -> Category | None:
        return Category.objects.filter(code=self.cleaned_data["category"]).first()

    def similar(self, user) -> list[Ticket]:
        given = self.cleaned_data
        return _similar(user, given["lon"], given["lat"], self.about)

    def history(self, user) -> History | None:
        given = self.cleaned_data
        return _history(user, given["lon"], given["lat"], self.about)

    def repeats(self, user) -> list[Ticket]:
        given = self.cleaned_data
        return _repeats(user, given["lon"], given["lat"], self.about) if self.about else []


def _similar(user, lon: float, lat: float, category: Category | None) -> list[Ticket]:
    """What lies in the districts where ``user`` files: a grid's end is no wall, a district's is."""
    districts = scoping.districts(user, "tickets.file")
    return [one for one in similar(lon, lat, category) if one.district_id in districts]


def _history(user, lon, lat, category: Category | None) -> History | None:
    """Of what ``user`` may read: what was closed to a stranger is none of his."""
    if category is None:
        return None
    return history(user, lon, lat, category)


def _repeats(user, lon: float, lat: float, category: Category) -> list[Ticket]:
    """What ``user`` has a page for: one reopens or links only what one may read."""
    found = list(closed_near(lon, lat, category))
    if not found:
        return []
    ids = [one.pk for one in found]
    mine = set(Ticket.objects.in_reach_of(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [one for one in found if one.pk in mine]
