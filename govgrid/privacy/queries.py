"""What is asked about people's consents, and about what was weighed beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from govgrid.privacy.models import AccessLog, Consent, ImpactAssessment, Notice

# What permissions of the data officer are asked of: no single record, but all that is held here.
DESK = "privacy"

if TYPE_CHECKING:
    from datetime import date, datetime

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
