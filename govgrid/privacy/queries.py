"""What is asked about people's consents, and about what was weighed beforehand."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Count, DateField, F, Q, Sum
from django.db.models.functions import TruncQuarter

from govgrid.core import clock, sayings
from govgrid.privacy import holdings
from govgrid.privacy.models import (
    AccessLog,
    Alarm,
    Consent,
    Erasure,
    ImpactAssessment,
    Notice,
    RetentionRun,
    SubjectRequest,
)

# What permissions of the data officer are asked of: no single record, but all that is held here.
DESK = "privacy"

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from govgrid.accounts.models import User


def fresh_consent(user: User | None, key: str, *, subject_ref: str | None = None) -> Consent | None:
    """The consent of a person to ``key`` that holds today: live, and to all that is asked for."""
    mine = Consent.objects.of(user=user, subject_ref=subject_ref).fresh()
    return mine.filter(purpose_key=key).select_related("notice").first()


def newest_notice(key: str) -> Notice | None:
    """The version of ``key`` that holds."""
    return Notice.objects.newest().filter(key=key).first()


def is_assessed(scope: str, on: date | None = None) -> bool:
    """Whether a signed assessment of ``scope`` is in force: before that nothing is switched on."""
    return ImpactAssessment.objects.in_force(on).filter(scope=scope).exists()


class Touched(NamedTuple):
    """A record that was read in a period: which fields, how often, and whose it is if known."""

    model: str
    row: str
    subject: str
    fields: list[str]
    times: int
    last: datetime


TOUCHED = """
    SELECT model, one, max(subject), array_agg(DISTINCT field ORDER BY field),
        count(DISTINCT id), max(at)
    FROM (
        SELECT id, model, subject, at, unnest(fields) AS field,
            CASE WHEN rows = '{}' THEN ARRAY[row]::text[] ELSE rows::text[] END AS ones
        FROM privacy_accesslog
        WHERE at >= %(first)s AND at < %(last)s AND (%(model)s = '' OR model = %(model)s)
    ) AS reading, unnest(ones) AS one
    WHERE one <> ''
    GROUP BY model, one ORDER BY model, length(one), one
"""


def touched(first: datetime, last: datetime, *, model: str = "") -> list[Touched]:
    """The records that were read from ``first`` until ``last``, alone or on a list."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"first": first, "last": last, "model": model})
        return [Touched(*row) for row in cursor.fetchall()]


def unnamed(first: datetime, last: datetime, *, model: str = "") -> int:
    """How many lists were read in a period whose records are not on record, but their count."""
    lists = AccessLog.objects.filter(at__gte=first, at__lt=last, row="", rows=[])
    return (lists.filter(model=model) if model else lists).count()


def readings_about(user: User) -> QuerySet[AccessLog]:
    """Who read what of ``user``, latest first: alone, on a list, or in a copy."""
    return AccessLog.objects.of_subjects(holdings.subjects(user)).select_related("by")


class Quarter(NamedTuple):
    """What a quarter brought, in numbers."""

    begun: date
    readings: dict[str, int]
    alarms: dict[str, int]
    asked: int
    in_time: int
    late: int
    waiting: int
    runs: int
    erased_by_time: int
    erasures: int

    @property
    def name(self) -> str:
        return sayings.quarter(self.begun.year, (self.begun.month + 2) // 3)

    @property
    def opened(self) -> int:
        return sum(self.readings.get(one, 0) for one in AccessLog.REASONED)

    @property
    def alarm_count(self) -> int:
        return sum(self.alarms.values())


def quarters(first: date, last: date) -> list[Quarter]:
    """The report of an audit, newest quarter first, empty ones left out."""
    since, until = clock.midnight(first), clock.midnight(last + timedelta(days=1))
    span = {"at__gte": since, "at__lt": until}
    readings = _by_quarter(AccessLog.objects.filter(**span), "at", "action")
    alarms = _by_quarter(Alarm.objects.filter(**span), "at", "kind")
    asked = _rows(
        SubjectRequest.objects.filter(asked_at__gte=since, asked_at__lt=until),
        "asked_at",
        asked=Count("pk"),
        waiting=Count("pk", filter=Q(answered_at=None)),
        in_time=Count("pk", filter=_on_day("answered_at", "due_on")),
    )
    runs = _rows(RetentionRun.objects.filter(**span), "at", runs=Count("pk"), erased=Sum("count"))
    erasures = _by_quarter(Erasure.objects.filter(**span), "at", "model")
    known = {*readings, *alarms, *asked, *runs, *erasures}
    return [
        Quarter(
            begun=begun,
            readings=readings.get(begun, {}),
            alarms=alarms.get(begun, {}),
            asked=asked.get(begun, {}).get("asked", 0),
            in_time=asked.get(begun, {}).get("in_time", 0),
            late=_late(asked.get(begun, {})),
            waiting=asked.get(begun, {}).get("waiting", 0),
            runs=runs.get(begun, {}).get("runs", 0),
            erased_by_time=runs.get(begun, {}).get("erased", 0),
            erasures=sum(erasures.get(begun, {}).values()),
        )
        for begun in sorted(known, reverse=True)
    ]


def _late(row: dict[str, Any]) -> int:
    return row.get("asked", 0) - row.get("in_time", 0) - row.get("waiting", 0)


def _quarter(column: str) -> TruncQuarter:
    return TruncQuarter(column, output_field=DateField())


def _on_day(moment: str, day: str) -> Q:
    """Answered on the last day counts as in time, until its midnight."""
    return Q(**{f"{moment}__date__lte": F(day)})


def _rows(rows: QuerySet, moment: str, **counts: Any) -> dict[date, dict[str, Any]]:
    found = rows.order_by().values(quarter=_quarter(moment)).annotate(**counts)
    return {row["quarter"]: dict(row) for row in found}


def _by_quarter(rows: QuerySet, moment: str, kind: str) -> dict[date, dict[str, int]]:
    found: dict[date, dict[str, int]] = defaultdict(dict)
    counted = rows.order_by().values_list(_quarter(moment), kind).annotate(Count("pk"))
    for begun, name, count in counted:
        found[begun][name] = count
    return found
