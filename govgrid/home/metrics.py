"""Figures for Prometheus, asked of the database when they are asked for.

An app adds its own by appending a function that yields metrics to COLLECTORS in AppConfig.ready.
The web runs as several processes, so counters kept in memory would tell a different story a time.
"""

from collections.abc import Callable, Iterable

from django.db import connection
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

COLLECTORS: list[Callable[[], Iterable[Metric]]] = []


def database_connections() -> Iterable[Metric]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        (count,) = cursor.fetchone()
    yield GaugeMetricFamily("govgrid_database_connections", "Connections to the database", count)


COLLECTORS.append(database_connections)


class _All:
    def collect(self) -> Iterable[Metric]:
        for collector in COLLECTORS:
            yield from collector()


def exposition() -> bytes:
    registry = CollectorRegistry()
    registry.register(_All())
    return generate_latest(registry)
