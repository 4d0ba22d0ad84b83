"""What a program sends to file a report."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from govgrid.core import clock
from govgrid.core.api import Body
from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.fields import Moment, Number, Text, Uuid
from govgrid.privacy import guard
from tickets.actions import Filing
from tickets.models import Category, Ticket
from tickets.queries import Spot

# A phone's clock may be a little fast.
AHEAD = timedelta(minutes=5)
# What lay longer in a phone than this is no report any more.
OLDEST = timedelta(days=90)


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
    """A report. It says where by ``location`` or by ``grid``, and by one of them only."""

    client_id = Uuid(
        help_text="Made by you, once for each report. Sent again with the same content, it gives "
        "what it made the first time; with other content it is refused."
    )
    kind = serializers.ChoiceField(choices=[Ticket.Kind.REPORT.value], default="report")
    category = Text(max_length=8, help_text="A code of `categories/`.")
    description = Text(max_length=2000, allow_blank=True)
    location = LocationBody(required=False)
    grid = Text(required=False, max_length=20, help_text="A grid's code.")
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
        "in_the_future": _("This time lies in the future."),
        "too_old": _("This was more than 90 days ago."),
    }

    def validate_observed_at(self, moment: datetime | None) -> datetime | None:
        now = clock.now()
        if moment is not None and moment > now + AHEAD:
            self.fail("in_the_future")
        if moment is not None and moment < now - OLDEST:
            self.fail("too_old")
        return moment

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if ("location" in given) == ("grid" in given):
            raise _wrong("location", "one_place", self.error_messages["one_place"])
        category = Category.objects.filter(code=given["category"]).first()
        if category is None or not (category.is_active or self._was_sent(given["client_id"])):
            message = self.error_messages["unknown_category"]
            raise _wrong("category", "unknown_category", message)
        return {**given, "category": category}

    def _was_sent(self, client_id: Any) -> bool:
        """A retry still gets its ticket when its category has been closed since."""
        user = self.context["request"].user
        return Ticket.objects.filter(filed_by=user, client_id=client_id).exists()

    def filing(self) -> Filing:
        given = self.validated_data
        return Filing(
            client_id=given["client_id"],
            category=given["category"],
            spot=_spot(given),
            description=given["description"],
            kind=given["kind"],
            observed_at=given.get("observed_at"),
            contact=dict(given.get("contact") or {}),
            keep=guard.MAY_STAY if given["personal_data"] == "keep" else frozenset(),
        )


def _spot(given: dict[str, Any]) -> Spot:
    if "grid" in given:
        return Spot(grid=given["grid"])
    sent = given["location"]
    lon, lat = to_wgs84(sent["lon"], sent["lat"], sent["crs"])
    return Spot(lon, lat, sent["lon"], sent["lat"], sent["crs"])


def _wrong(field: str, code: str, message: str) -> serializers.ValidationError:
    return serializers.ValidationError({field: [serializers.ErrorDetail(message, code)]})
