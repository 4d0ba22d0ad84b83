"""Figures for Prometheus, asked of the database when they are asked for.

The web runs as several processes, so counters kept in memory would tell a different story a time.
"""

from collections.abc import Callable, Iterable

from django.db import connection
from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from govgrid.outbox.models import Message
from tickets.models import Ticket
from tickets.workflow import OPEN


def database_connections() -> Iterable[Metric]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        (count,) = cursor.fetchone()
    yield GaugeMetricFamily("govgrid_database_connections", "Connections to the database", count)


def messages_unsent() -> Iterable[Metric]:
    waiting = Message.objects.waiting().order_by().count()
    yield GaugeMetricFamily("govgrid_messages_unsent", "Messages owed and not yet sent", waiting)


def tickets_by_state() -> Iterable[Metric]:
    family = GaugeMetricFamily("govgrid_tickets_open", "Open tickets by state", labels=["state"])
    rows = Ticket.objects.filter(state__in=sorted(OPEN)).order_by().values_list("state")
    for state, count in rows.annotate(count=Count("pk")):
        family.add_metric([state], count)
    yield family


COLLECTORS: tuple[Callable[[], Iterable[Metric]], ...] = (
    database_connections,
    messages_unsent,
    tickets_by_state,
)


class _All:
    def collect(self) -> Iterable[Metric]:
        for collector in COLLECTORS:
            yield from collector()


def exposition() -> bytes:
    registry = CollectorRegistry()
    registry.register(_All())
    return generate_latest(registry)
