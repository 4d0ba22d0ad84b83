"""The ledger over REST: entries of a topic, sums of an area."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, ledger
from consultations.actions.bookkeeping import Line
from consultations.api.topics import TAGS, one_of
from consultations.models import Entry
from consultations.workflow.tables import Direction, EntryKind
from govgrid.core.api import Body, IdCursorPagination, Query, Resource
from govgrid.core.fields import Day, Flag, Text, Uuid
from grids.api import AreaField, Coded, coded

REFUSED = OpenApiResponse(
    description="The `code` says which rule stood against it, as in `voucher_needed`, `wrong_unit`, "
    "`taken_back_already`, `client_id_reused`."
)
AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)


class Amount(Text):
    """A number with two places at most, written out: 1500.50."""

    default_error_messages = {"invalid_amount": _("Write the amount as in 1500.50.")}

    def to_internal_value(self, data: Any) -> Decimal:  # type: ignore[override]
        said = super().to_internal_value(data)
        return Decimal(said) if AMOUNT.fullmatch(said) else self.fail("invalid_amount")


class EntryRow(serializers.Serializer):
    serial = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    direction = serializers.ChoiceField(choices=Direction.choices)
    amount = serializers.CharField(help_text="As in 1500.50.")
    unit = serializers.CharField()
    on = serializers.DateField()
    text = serializers.CharField()
    giver = serializers.CharField(help_text="Empty where nobody is to be named.")
    voucher = serializers.CharField()
    takes_back = serializers.IntegerField(allow_null=True, help_text="A serial.")
    reason = serializers.CharField()


class TotalRow(serializers.Serializer):
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    unit = serializers.CharField()
    given = serializers.CharField()
    spent = serializers.CharField()


class LedgerSums(serializers.Serializer):
    area = Coded()
    totals = TotalRow(many=True, help_text="Without what was taken back.")


class EntryBody(Body):
    client_id = Uuid(help_text="Made by you; sent again it changes nothing.")
    kind = serializers.ChoiceField(choices=EntryKind.choices)
    direction = serializers.ChoiceField(choices=Direction.choices)
    amount = Amount(help_text="As in 1500.50.")
    unit = Text(max_length=10, help_text="`yuan`; `workday` or `person`; of goods any word.")
    on = Day(help_text="A day that has been.")
    text = Text(max_length=120)
    giver = Text(max_length=60, required=False, allow_blank=True)
    giver_is_public = Flag(required=False)
    voucher = Text(max_length=60, required=False, help_text="What is spent has one.")


class TakeBackBody(Body):
    reason = Text(max_length=300)


class LedgerQuery(Query):
    area = AreaField(help_text="Means everything beneath it.")


class EntryViewSet(Resource):
    """What people gave for a topic, and what was spent of it."""

    serializer_class = EntryRow
    pagination_class = IdCursorPagination

    @extend_schema(summary="Its ledger", tags=TAGS, operation_id="topics_ledger")
    def list(self, request: Request, number: str) -> Response:
        """The latest first. A giver is named only where he agreed."""
        topic = one_of(request, number)
        if not topic.is_public:
            raise Http404
        return self.answer(topic.entries.select_related("reverses"), _entry)

    @extend_schema(
        summary="Write an entry", tags=TAGS, operation_id="topics_ledger_enter",
        request=EntryBody, responses={200: EntryRow, 201: EntryRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request, number: str) -> Response:
        """For who convenes or records there."""
        topic = one_of(request, number)
        entry, is_new = actions.enter_line(topic, Line(**EntryBody.read(request)), by=request.user)
        return Response(_entry(entry), status=201 if is_new else 200)

    @extend_schema(
        summary="Take an entry back", tags=TAGS, operation_id="topics_ledger_take_back",
        request=TakeBackBody, responses={201: EntryRow, 409: REFUSED},
    )  # fmt: skip
    def take_back(self, request: Request, number: str, serial: int) -> Response:
        """By another entry: nothing is deleted."""
        rows = Entry.objects.select_related("topic__platform__area")
        entry = rows.filter(topic=one_of(request, number), serial=min(serial, 2**31 - 1)).first()
        if entry is None:
            raise Http404
        given = TakeBackBody.read(request)
        return Response(_entry(actions.take_back(entry, by=request.user, **given)), status=201)


class LedgerViewSet(Resource):
    """What was given in an area."""

    serializer_class = LedgerSums
    pagination_class = None
    queries = {"retrieve": LedgerQuery}

    @extend_schema(
        summary="Sums of an area", tags=TAGS, operation_id="consultations_ledger",
        parameters=[LedgerQuery],
    )  # fmt: skip
    def retrieve(self, request: Request) -> Response:
        """By kind and unit; nobody who gave is ranked."""
        area = self.asked["area"]
        totals = [
            {"kind": one.kind, "unit": one.unit, "given": f"{one.given:.2f}", "spent": f"{one.spent:.2f}"}
            for one in ledger.of_area(area)
        ]  # fmt: skip
        return Response({"area": coded(area), "totals": totals})


def _entry(one: Entry) -> dict[str, Any]:
    return {
        "serial": one.serial,
        "kind": one.kind,
        "direction": one.direction,
        "amount": f"{one.amount:.2f}",
        "unit": one.unit,
        "on": one.on,
        "text": one.text,
        "giver": one.giver_shown,
        "voucher": one.voucher,
        "takes_back": one.reverses.serial if one.reverses else None,
        "reason": one.reason,
    }
