"""What a program sends to file a report or to blow a whistle."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from govgrid.core import clock
from govgrid.core.api import Body
from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.fields import Moment, Number, Text, Uuid
from govgrid.privacy import guard
from tickets.actions import Asked, Filing
from tickets.api.lookups import Lookups, with_reasons
from tickets.models import Ticket
from tickets.proposals import imagine
from tickets.queries import Spot
from tickets.workflow import WhistleKind, reasons_lacking

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Facility

# A phone's clock may be a little fast.
AHEAD = timedelta(minutes=5)
# What lay longer in a phone than this is no report any more.
OLDEST = timedelta(days=90)
MOST_HELPERS = 20
# Which field a reason goes into that a whistle lacks.
REASON_FIELDS = {"tried_needed": "tried", "power_needed": "missing_power"}
WHISTLE_FIELDS = ("whistle_kind", "tried", "missing_power", "departments")

Wrong = dict[str, Any]


class LocationBody(Body):
    lon = Number(min_value=-180, max_value=180)
    lat = Number(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(
        choices=[crs.value for crs in CRS], default=CRS.WGS84.value, help_text="As in `locate/`."
    )


class ContactBody(Body):
    """How to call the reporter back. Sealed at once; no answer ever contains it."""

    name = Text(max_length=60, allow_blank=True, required=False)
    phone = Text(max_length=30, allow_blank=True, required=False)


class FilingBody(Body):
    """A report, or with ``kind`` a whistle. Where: by ``location`` or by ``grid``, not by both."""

    client_id = Uuid(
        help_text="Made by you, once for each report. Sent again with the same content, it gives "
        "what it made the first time; with other content it is refused."
    )
    kind = serializers.ChoiceField(choices=Ticket.Kind.choices, default=Ticket.Kind.REPORT.value)
    category = Text(max_length=8, help_text="A code of `categories/`.")
    description = Text(max_length=2000, allow_blank=True)
    location = LocationBody(required=False)
    grid = Text(required=False, max_length=20, help_text="A grid's code.")
    whistle_kind = serializers.ChoiceField(
        choices=WhistleKind.choices, required=False, help_text="Needed for a whistle."
    )
    tried = Text(
        max_length=1000,
        allow_blank=True,
        required=False,
        help_text="What the community has tried. Needed for every whistle but `emergency`.",
    )
    missing_power = Text(
        max_length=500,
        allow_blank=True,
        required=False,
        help_text="Which power is missing to settle it. Needed for every whistle but `emergency`.",
    )
    departments = serializers.ListField(
        child=Text(max_length=40),
        max_length=MOST_HELPERS,
        required=False,
        help_text="For a whistle: codes of the departments to call beside the lead, which the "
        "rules name. `proposals/` proposes some.",
    )
    repeat_of = Text(
        max_length=24,
        required=False,
        help_text="The number of an earlier ticket about the same matter at this place.",
    )
    facility = Text(
        max_length=20,
        required=False,
        help_text="The code of what stands there and is meant: within 200 m of the location, or in "
        "the grid where that alone is given.",
    )
    contact = ContactBody(required=False)
    observed_at = Moment(
        required=False,
        allow_null=True,
        help_text="When it was seen, where that was earlier: at most 90 days ago.",
    )
    personal_data = serializers.ChoiceField(
        choices=["mask", "keep"],
        default="mask",
        help_text="Telephone and plate numbers in the description are masked, or kept. Identity "
        "and bank card numbers are always masked.",
    )

    default_error_messages = {
        "one_place": _("Say where: by location or by grid, and by one of them only."),
        "unknown_category": _("There is no category with this code."),
        "unknown_department": _("There is no department with this code."),
        "unknown_facility": _("There is no facility with this code."),
        "unknown_ticket": _("There is no ticket with this number within your reach."),
        "whistle_kind_needed": _("Choose the kind of whistle."),
        "no_whistle": _("This goes with a whistle only: send kind as well."),
        "in_the_future": _("This time lies in the future."),
        "too_old": _("This was more than 90 days ago."),
    }

    @property
    def lookups(self) -> Lookups:
        if "lookups" not in self.context:
            self.context["lookups"] = Lookups(self.context["request"].user)
        return self.context["lookups"]

    def validate_observed_at(self, moment: datetime | None) -> datetime | None:
        now = clock.now()
        if moment is not None and moment > now + AHEAD:
            self.fail("in_the_future")
        if moment is not None and moment < now - OLDEST:
            self.fail("too_old")
        return moment

    def validate_repeat_of(self, number: str) -> Ticket:
        return self.lookups.ticket(number) or self.fail("unknown_ticket")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Everything that is wrong at once."""
        wrong: Wrong = {}
        if ("location" in given) == ("grid" in given):
            wrong |= self._wrong("location", "one_place")
        category = self.lookups.category(given["category"])
        if category is None or not (category.is_active or self._was_sent(given)):
            wrong |= self._wrong("category", "unknown_category")
        facility, unlisted = self._facility(given)
        wrong |= unlisted | self._wrong_whistle(given)
        helpers, unknown = self._helpers(given)
        if wrong or unknown:
            raise serializers.ValidationError(wrong | unknown)
        return {**given, "category": category, "departments": helpers, "facility": facility}

    def _facility(self, given: dict[str, Any]) -> tuple[Facility | None, Wrong]:
        """What is gone is not reported any more; a retry still gets its ticket."""
        if "facility" not in given:
            return None, {}
        found = self.lookups.facility(given["facility"])
        if found is not None and (found.is_standing or self._was_sent(given)):
            return found, {}
        return None, self._wrong("facility", "unknown_facility")

    def _was_sent(self, given: dict[str, Any]) -> bool:
        return self.lookups.was_sent(given["client_id"])

    def _wrong_whistle(self, given: dict[str, Any]) -> Wrong:
        """What a report must not have, and a whistle must."""
        wrong: Wrong = {}
        if given["kind"] != Ticket.Kind.WHISTLE:
            for name in WHISTLE_FIELDS:
                if given.get(name):
                    wrong |= self._wrong(name, "no_whistle")
            return wrong
        kind = given.get("whistle_kind")
        if kind is None:
            return self._wrong("whistle_kind", "whistle_kind_needed")
        for lack in reasons_lacking(kind, given.get("tried", ""), given.get("missing_power", "")):
            wrong |= _wrong(REASON_FIELDS[lack.code], lack.code, lack.message)
        return wrong

    def _helpers(self, given: dict[str, Any]) -> tuple[tuple[Any, ...], Wrong]:
        codes = list(dict.fromkeys(given.get("departments") or ()))
        if not codes or given["kind"] != Ticket.Kind.WHISTLE:
            return (), {}
        known = self.lookups.departments(codes)
        found = [known.get(code) for code in codes]
        if all(one and (one.is_active or self._was_sent(given)) for one in found):
            return tuple(found), {}
        return (), self._wrong("departments", "unknown_department")

    def _wrong(self, field: str, code: str) -> Wrong:
        return _wrong(field, code, self.error_messages[code])

    def filing(self) -> Filing:
        return filing_of(self.validated_data, self.context["request"].user)


def filing_of(given: dict[str, Any], by: User) -> Filing:
    """What was sent and checked, as the action takes it."""
    return Filing(
        client_id=given["client_id"],
        category=given["category"],
        spot=_spot(given),
        description=given["description"],
        whistle=_asked(given, by) if given["kind"] == Ticket.Kind.WHISTLE else None,
        repeat_of=given.get("repeat_of"),
        facility=given["facility"],
        observed_at=given.get("observed_at"),
        contact=dict(given.get("contact") or {}),
        keep=guard.MAY_STAY if given["personal_data"] == "keep" else frozenset(),
    )


def _asked(given: dict[str, Any], by: User) -> Asked:
    kind, helpers = given["whistle_kind"], given["departments"]
    ticket = imagine(given["category"], _spot(given)) if helpers else None
    return Asked(
        kind=WhistleKind(kind),
        tried=given.get("tried", ""),
        missing_power=given.get("missing_power", ""),
        helpers=with_reasons(helpers, ticket, kind, by) if ticket else helpers,
    )


def _spot(given: dict[str, Any]) -> Spot:
    if "grid" in given:
        return Spot(grid=given["grid"])
    sent = given["location"]
    lon, lat = to_wgs84(sent["lon"], sent["lat"], sent["crs"])
    return Spot(lon, lat, sent["lon"], sent["lat"], sent["crs"])


def _wrong(field: str, code: str, message: str) -> Wrong:
    return {field: [serializers.ErrorDetail(message, code)]}
