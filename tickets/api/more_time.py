"""More time, rulings and exemptions of one ticket, as they stand in its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rest_framework import serializers

from govgrid.core.fields import told
from grids.api import Coded, DepartmentBrief, coded, department_brief
from tickets.models import Appeal, Extension, Ruling
from tickets.workflow import ClockKind, Reach

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.beside import Beside
    from tickets.models import Suspension

    Name = Callable[[User | None], str | None]

NULL_TIME = {"allow_null": True}
WHO = {"allow_null": True, "help_text": "Null: nobody yet, or a name that is not shown to you."}


class ExtensionRow(serializers.Serializer):
    """A request for more time; refused and lapsed ones do not count."""

    id = serializers.IntegerField()
    assignment = serializers.IntegerField()
    serial = serializers.IntegerField(help_text="Which of the two it is, or would be.")
    amount = serializers.CharField(help_text="As in WD5.")
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField(**WHO)
    endorsed_at = serializers.DateTimeField(**NULL_TIME, help_text="The department agreed.")
    endorsed_by = serializers.CharField(**WHO)
    outcome = serializers.ChoiceField(
        choices=["granted", "denied", "lapsed"], allow_null=True, help_text="Null: it waits."
    )
    decided_at = serializers.DateTimeField(**NULL_TIME)
    decided_by = serializers.CharField(**WHO)
    answer = serializers.CharField()
    due_before = serializers.DateTimeField()
    due_after = serializers.DateTimeField(**NULL_TIME)


class SuspensionRow(serializers.Serializer):
    reason = serializers.CharField()
    until = serializers.DateField(help_text="On this day it goes on by itself.")
    at = serializers.DateTimeField()
    by = serializers.CharField(**WHO)
    ended_at = serializers.DateTimeField(**NULL_TIME)
    ended_by = serializers.CharField(**WHO)


class AppealRow(serializers.Serializer):
    """A lateness that shall not count. Exempt once two have signed; it stays late."""

    id = serializers.IntegerField()
    assignment = serializers.IntegerField()
    department = DepartmentBrief()
    clock = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ClockKind.choices)
    reason = serializers.CharField()
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField(**WHO)
    signed_by = serializers.ListField(child=serializers.CharField(**WHO))
    is_exempt = serializers.BooleanField()
    refused_at = serializers.DateTimeField(**NULL_TIME)
    refused_by = serializers.CharField(**WHO)
    answer = serializers.CharField()


class RulingRow(serializers.Serializer):
    """Who handles it by a ruling, and the rule that follows from it."""

    department = DepartmentBrief()
    reason = serializers.CharField()
    reach = serializers.ChoiceField(choices=Reach.choices)
    area = Coded(help_text="Where the rule holds.")
    rule = serializers.CharField(help_text="As in R-0042.")
    at = serializers.DateTimeField()
    by = serializers.CharField(**WHO)


class BesideRow(serializers.Serializer):
    """What stands beside the moves."""

    extensions = ExtensionRow(many=True)
    suspension = SuspensionRow(allow_null=True)
    appeals = AppealRow(many=True)
    rulings = RulingRow(many=True)


def beside_of(beside: Beside, name: Name) -> dict[str, Any]:
    suspension = beside.suspension
    waiting = beside.request()
    return {
        "extensions": [_extension(one, name, waiting) for one in beside.extensions],
        "suspension": _suspension(suspension, name) if suspension else None,
        "appeals": [_appeal(one, name) for one in beside.appeals],
        "rulings": [_ruling(one, name) for one in beside.rulings],
    }


def nothing_beside() -> dict[str, Any]:
    return {"extensions": [], "suspension": None, "appeals": [], "rulings": []}


def _extension(one: Extension, name: Name, waiting: Extension | None) -> dict[str, Any]:
    # One whose clock has ended waits for nobody any more.
    lapsed = None if waiting is not None and waiting.pk == one.pk else "lapsed"
    return {
        "id": one.pk,
        "assignment": one.assignment_id,
        "serial": one.serial,
        "amount": one.amount,
        "reason": one.reason,
        "asked_at": told(one.asked_at),
        "asked_by": name(one.asked_by),
        "endorsed_at": told(one.endorsed_at),
        "endorsed_by": name(one.endorsed_by),
        "outcome": one.outcome or lapsed,
        "decided_at": told(one.decided_at),
        "decided_by": name(one.decided_by),
        "answer": one.answer,
        "due_before": told(one.due_before),
        "due_after": told(one.due_after),
    }


def _suspension(one: Suspension, name: Name) -> dict[str, Any]:
    return {
        "reason": one.reason,
        "until": one.until.isoformat(),
        "at": told(one.at),
        "by": name(one.by),
        "ended_at": told(one.ended_at),
        "ended_by": name(one.ended_by),
    }


def _appeal(one: Appeal, name: Name) -> dict[str, Any]:
    signers = [who for who in (one.first_by, one.second_by) if who is not None]
    return {
        "id": one.pk,
        "assignment": one.assignment_id,
        "department": department_brief(one.assignment.department),
        "clock": one.clock_id,
        "kind": one.clock.kind,
        "reason": one.reason,
        "asked_at": told(one.asked_at),
        "asked_by": name(one.asked_by),
        "signed_by": [name(who) for who in signers],
        "is_exempt": one.is_exempt,
        "refused_at": told(one.refused_at),
        "refused_by": name(one.refused_by),
        "answer": one.answer,
    }


def _ruling(one: Ruling, name: Name) -> dict[str, Any]:
    return {
        "department": department_brief(one.department),
        "reason": one.reason,
        "reach": one.reach,
        "area": coded(one.area),
        "rule": one.rule.code,
        "at": told(one.at),
        "by": name(one.by),
    }
