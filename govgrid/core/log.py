"""Log lines: as JSON for programs or as a line for people, each with the request it belongs to.

Ours and not python-json-logger or structlog, both alive: they write whatever a record carries, and
Django's carry the whole request with its query string, Celery's the arguments of a task. Here only
named fields are written, so what nobody listed stays out of the log.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# The request that this thread answers, or that woke the task it runs; carried by core.wake.
request_id: ContextVar[str] = ContextVar("request_id", default="")
# The name of the task that runs here.
task: ContextVar[str] = ContextVar("task", default="")

# What a record may bring as ``extra``. Never a name, a path, a query string or a body.
FIELDS = ("method", "route", "status", "duration_ms", "user_id")
# What PostgreSQL adds to an error are the values of the row.
_DETAIL = re.compile(r"DETAIL: .*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL)


def _without_values(text: str) -> str:
    return _DETAIL.sub("DETAIL: (values are not logged)", text) if "DETAIL:" in text else text


class Line(logging.Formatter):
    """For people: one line, and the traceback beneath it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        text = _without_values(super().format(record))
        return f"{text} [{request_id.get()}]" if request_id.get() else text


class JsonLine(logging.Formatter):
    """For programs: one object a line, the traceback inside it."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _without_values(record.getMessage()),
        }
        carried = {"request_id": request_id.get(), "task": task.get()}
        said |= {name: value for name, value in carried.items() if value}
        said |= {name: record.__dict__[name] for name in FIELDS if name in record.__dict__}
        if record.exc_info:
            said["exception"] = _without_values(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False, default=str)


class WithoutPath(logging.Filter):
    """Django names the path of a request that failed; a path may hold a token. The route may not."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None and isinstance(record.args, tuple):
            route = route_of(request)
            record.args = tuple(route if _is_path(one) else one for one in record.args)
        return True


def _is_path(one: object) -> bool:
    return isinstance(one, str) and one.startswith("/")


def route_of(request: Any) -> str:
    """The name of the view that answers, by which requests are counted and logged."""
    match = getattr(request, "resolver_match", None)
    return (match and match.view_name) or "unmatched"
