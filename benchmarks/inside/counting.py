"""How many SQL statements a request takes, through every middleware, without a server between."""

from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.client import FRESH_ID

# They open and close a transaction and read nothing.
BRACKETS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


def statements(requests: list[dict[str, Any]]) -> list[int]:
    """For each request the statements of its second sending: the first one fills the caches."""
    found = []
    for request in requests:
        _sent(request)
        with CaptureQueriesContext(connection) as caught:
            _sent(request)
        said = [one["sql"] for one in caught.captured_queries]
        found.append(sum(not sql.startswith(BRACKETS) for sql in said))
    return found


def _sent(request: dict[str, Any]) -> None:
    headers = dict(request["headers"])
    client = Client(SERVER_NAME="127.0.0.1", headers=headers)
    body = request["body"]
    while FRESH_ID in body:
        body = body.replace(FRESH_ID, str(uuid4()), 1)
    answer = client.generic(
        request["method"], request["path"], body, content_type="application/json"
    )
    if answer.status_code >= 400:
        raise ValueError(f"{request['path']} answered {answer.status_code}: {answer.content!r}")
