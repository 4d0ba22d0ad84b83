"""The ledger as it is read: entries of a topic, sums of a topic and of an area. No givers are ranked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, F, Sum, When
from django.utils.functional import Promise

from consultations.models import Entry, EntryQuerySet, Topic
from consultations.workflow.tables import Direction, EntryKind, Unit
from govgrid.core.parts import may_have

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from grids.models import Area


class Total(NamedTuple):
    """How much of one unit was given and spent; what was taken back is out of both."""

    kind: str
    label: str | Promise
    unit: str
    unit_words: str | Promise
    given: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        return self.given - self.spent


def entries(topic: Topic) -> QuerySet[Entry]:
    return topic.entries.select_related("reverses", "reversed_by").order_by("-serial")


def totals(entries: EntryQuerySet) -> list[Total]:
    """By kind and unit, in the order of the kinds. One statement."""
    return _sums(entries)[""]


def _sums(entries: EntryQuerySet, *, each: bool = False) -> dict[Any, list[Total]]:
    """The totals of each topic by its key, or of all under ""."""
    names = ["kind", "unit", "direction", *(["topic"] if each else [])]
    signed = Case(When(reverses=None, then=F("amount")), default=-F("amount"))
    sums: dict[Any, dict[tuple[str, str], dict[str, Decimal]]] = {"": {}}
    for one in entries.order_by().values(*names).annotate(said=Sum(signed)):
        found = sums.setdefault(one.get("topic", ""), {})
        found.setdefault((one["kind"], one["unit"]), {})[one["direction"]] = one["said"]
    return {
        key: [_total(*pair, found[pair]) for pair in sorted(found, key=_order)]
        for key, found in sums.items()
    }


def _order(pair: tuple[str, str]) -> tuple[int, str]:
    return list(EntryKind).index(EntryKind(pair[0])), pair[1]


def _total(kind: str, unit: str, found: dict[str, Decimal]) -> Total:
    return Total(
        kind,
        EntryKind(kind).label,
        unit,
        Unit(unit).label if unit in set(Unit) else unit,
        found.get(Direction.GIVEN, Decimal(0)),
        found.get(Direction.SPENT, Decimal(0)),
    )


def of_topic(topic: Topic) -> list[Total]:
    if not may_have(topic, "entries"):
        return []
    return totals(Entry.objects.filter(topic=topic))


def of_area(area: Area) -> list[Total]:
    """What was given for the topics of an area and beneath it that everybody reads."""
    return totals(Entry.objects.public().filter(topic__area__path__startswith=area.path))


def by_topic(area: Area, most: int) -> list[tuple[Topic, list[Total]]]:
    """The topics of an area that have entries, the latest raised first. Two statements."""
    found = Topic.objects.public().filter(area__path__startswith=area.path, entries__isnull=False)
    topics = list(found.distinct().for_lists().order_by("-pk")[:most])
    sums = _sums(Entry.objects.filter(topic__in=[one.pk for one in topics]), each=True)
    return [(one, sums.get(one.pk, [])) for one in topics]
