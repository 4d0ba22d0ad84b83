"""Figures for Prometheus, asked of database and broker when they are asked for.

Each reads an index that holds only what waits or is open, so none grows with the tickets of years.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from platform import python_version

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min, Q
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from redis.exceptions import RedisError

from govgrid import __version__
from govgrid.core import rounds
from govgrid.core.clock import now
from govgrid.home import traffic
from govgrid.outbox.models import Message
from tickets.models import Clock, Ticket
from tickets.workflow import OPEN

QUEUES = ["routing", "messages", "celery", "heavy"]
Collector = Callable[[], Iterable[Metric]]


def gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"govgrid_{name}", help_text, value)


def labelled(name: str, help_text: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"govgrid_{name}", help_text, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _age(oldest: datetime | None) -> float:
    """Seconds since ``oldest``; nothing waiting has waited for no time."""
    return max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0


# ── the database ──────────────────────────────────────────────────────────────────────────────
def database_connections() -> Iterable[Metric]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        (count,) = cursor.fetchone()
    yield gauge("database_connections", "Connections to the database", count)


def tickets_open() -> Iterable[Metric]:
    """One walk over an index of open tickets alone: 4.6 ms for 20,000 of them among 200,000."""
    late = Count("pk", filter=Q(due_at__lt=now()))
    rows = Ticket.objects.filter(state__in=sorted(OPEN)).order_by().values("state")
    found = list(rows.annotate(open=Count("pk"), late=late))
    yield labelled(
        "tickets_open",
        "Open tickets by state",
        "state",
        {row["state"]: row["open"] for row in found},
    )
    yield gauge("tickets_late", "Open tickets past a deadline", sum(row["late"] for row in found))


def tickets_unrouted() -> Iterable[Metric]:
    found = (
        Ticket.objects.unrouted().order_by().aggregate(count=Count("pk"), oldest=Min("filed_at"))
    )
    yield gauge("tickets_unrouted", "Tickets that wait for routing", found["count"])
    yield gauge(
        "tickets_unrouted_oldest_seconds", "Age of the oldest of them", _age(found["oldest"])
    )


def clocks_overdue() -> Iterable[Metric]:
    """Clocks whose time to say something has come: more than a sweep's worth means it stands still."""
    due = Clock.objects.due_to_fire(now()).order_by()
    # One that was told to be over and runs on is looked at again with its old deadline: no age.
    first = Q(over_told_at=None)
    found = due.aggregate(count=Count("pk"), oldest=Min("next_fire_at", filter=first))
    yield gauge("clocks_overdue", "Clocks that should have fired", found["count"])
    yield gauge(
        "clocks_overdue_oldest_seconds", "How late the latest of them is", _age(found["oldest"])
    )


def messages_waiting() -> Iterable[Metric]:
    waiting = Message.objects.waiting().order_by()
    found = waiting.aggregate(count=Count("pk"), oldest=Min("created_at"))
    yield gauge("messages_unsent", "Messages owed and not yet sent", found["count"])
    yield gauge("messages_unsent_oldest_seconds", "Age of the oldest", _age(found["oldest"]))
    given_up = Message.objects.given_up(since=now() - timedelta(days=1)).count()
    yield gauge("messages_given_up", "Messages given up in the last 24 hours", given_up)


# ── the broker ────────────────────────────────────────────────────────────────────────────────
def queues() -> Iterable[Metric]:
    waiting = {queue: float(length) for queue, length in rounds.lengths(QUEUES).items()}
    yield labelled("queue_length", "Tasks that wait in a queue of the broker", "queue", waiting)


def timetable() -> Iterable[Metric]:
    """Growing without end: no beat, or no worker that takes the task."""
    known = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    # What an older version had on its timetable would grow for ever.
    ages = {task: age for task, age in rounds.ages().items() if task in known}
    yield labelled(
        "round_age_seconds", "Seconds since a task of the timetable last ended", "task", ages
    )


# ── the program ───────────────────────────────────────────────────────────────────────────────
def build() -> Iterable[Metric]:
    family = GaugeMetricFamily(
        "govgrid_build_info", "What runs here", labels=["version", "django", "python"]
    )
    family.add_metric([__version__, django.get_version(), python_version()], 1)
    yield family


COLLECTORS: dict[str, tuple[Collector, ...]] = {
    "database": (
        database_connections,
        tickets_open,
        tickets_unrouted,
        clocks_overdue,
        messages_waiting,
    ),
    "broker": (queues, timetable),
    "program": (build, traffic.figures),
}


class _All:
    """What a part that is away would have told is absent; ``govgrid_up`` says so."""

    def collect(self) -> Iterable[Metric]:
        is_up: dict[str, float] = {}
        for part, collectors in COLLECTORS.items():
            found: list[Metric] = []
            try:
                for collector in collectors:
                    found.extend(collector())
            except (DatabaseError, RedisError, OSError):
                is_up[part] = 0
            else:
                is_up[part] = 1
                yield from found
        yield labelled("up", "Whether a part answered just now", "part", is_up)


def exposition() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_All())
    return generate_latest(registry)
