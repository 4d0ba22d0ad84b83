"""Owing a message, and reading it."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from govgrid.accounts.models import User
from govgrid.core.clock import now
from govgrid.core.prepared import Prepared
from govgrid.core.wake import wake
from govgrid.outbox import kinds
from govgrid.outbox.models import Channel, Message


class Debt(NamedTuple):
    """One fact and whom to tell it."""

    recipients: Iterable[User]
    kind: str
    params: dict[str, Any]
    url: str
    fact: str


def owe(
    *, recipients: Iterable[User], kind: str, params: dict[str, Any], url: str, fact: str
) -> None:
    """Owe each of ``recipients`` this fact; see :func:`owe_all`."""
    owe_all([Debt(recipients, kind, params, url, fact)])


# Sorted, so that two transactions telling the same people wait and do not deadlock.
OWED = {
    "recipient": "bigint[]", "channel": "text[]", "kind": "text[]", "params": "jsonb[]",
    "url": "text[]", "fact": "text[]", "created_at": "timestamptz[]", "sent_at": "timestamptz[]",
}  # fmt: skip
OWE = Prepared(
    "owe",
    """
    INSERT INTO outbox_message (
        recipient_id, channel, kind, params, url, fact, created_at, sent_at, attempts, last_error)
    SELECT *, 0, '' FROM unnest(
        %(recipient)s, %(channel)s, %(kind)s, %(params)s, %(url)s, %(fact)s, %(created_at)s,
        %(sent_at)s
    ) AS owed (recipient, channel, kind, params, url, fact, created_at, sent_at)
    ORDER BY recipient, channel, fact
    ON CONFLICT (recipient_id, channel, fact) DO NOTHING
    """,
    **OWED,
)


@transaction.atomic
def owe_all(debts: Iterable[Debt]) -> None:
    """Owe each fact to its people, on the site and by mail where there is an address.

    Whoever was told the fact before is not told again. The mails leave after the commit. One
    statement for them all: routing owes hundreds at a time.
    """
    at = now()
    rows = [row for debt in debts for row in _owed(debt, at)]
    if not rows:
        return
    with connection.cursor() as cursor:
        columns = map(list, zip(*rows, strict=True))
        OWE.execute(cursor, dict(zip(OWED, columns, strict=True)))
    if any(channel == Channel.EMAIL for _person, channel, *_rest in rows):
        wake("govgrid.outbox.tasks.send_pending")


def _owed(debt: Debt, at: datetime) -> Iterator[tuple[Any, ...]]:
    # A missing place stops here, and not at midnight in a worker.
    kinds.check(debt.kind, debt.params)
    params = json.dumps(debt.params, ensure_ascii=False)
    said = (debt.kind, params, debt.url, debt.fact, at)
    for person in {one.pk: one for one in debt.recipients if one.is_active}.values():
        yield (person.pk, str(Channel.IN_APP), *said, at)
        if person.email:
            yield (person.pk, str(Channel.EMAIL), *said, None)


def mark_read(message: Message, *, by: User) -> None:
    """``by`` has read a message of their own; the first reading counts."""
    if message.recipient_id != by.pk:
        raise PermissionDenied
    Message.objects.for_person(by).unread().filter(pk=message.pk).update(read_at=now())


def mark_all_read(*, by: User) -> int:
    """``by`` has read everything that is there; how many messages that were."""
    return Message.objects.for_person(by).unread().order_by().update(read_at=now())


# A name of one sign stands in half of all words.
SHORTEST = 2
FORGOTTEN = "—"


@transaction.atomic
def forget(user: User, texts: Iterable[str], *, by: None = None) -> int:
    """Delete what ``user`` was told, and strike ``texts``, as a name, out of what others were told.

    Who may ask for it is asked by govgrid.privacy, which alone calls this.
    """
    return Message.objects.filter(recipient=user).delete()[0] + strike(texts)


@transaction.atomic
def strike(texts: Iterable[str], *, by: None = None) -> int:
    """Strike ``texts``, as a name, out of what anybody was told; how many messages that were."""
    count = 0
    for text in texts:
        if len(text) < SHORTEST:
            continue
        # Found by the letters of the row, and struck out of values alone: a key may be called so.
        found = Message.objects.annotate(said=Cast("params", TextField()))
        for message in found.filter(said__contains=json.dumps(text, ensure_ascii=False)[1:-1]):
            message.params = _without(text, message.params)
            message.save(update_fields=["params"])
            count += 1
    return count


def _without(text: str, said: Any) -> Any:
    if isinstance(said, str):
        return said.replace(text, FORGOTTEN)
    if isinstance(said, dict):
        return {key: _without(text, value) for key, value in said.items()}
    return [_without(text, one) for one in said] if isinstance(said, list) else said
