"""Owing a message, and reading it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction

from govgrid.accounts.models import User
from govgrid.core.clock import now
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


@transaction.atomic
def owe_all(debts: Iterable[Debt]) -> None:
    """Owe each fact to its people, on the site and by mail where there is an address.

    Whoever was told the fact before is not told again. The mails leave after the commit. One
    statement for them all: routing owes hundreds at a time.
    """
    at = now()
    rows = [row for debt in debts for row in _messages(debt, at)]
    # Sorted, so that two transactions telling the same people wait and do not deadlock.
    rows.sort(key=lambda row: (row.recipient_id, row.channel, row.fact))
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if any(row.channel == Channel.EMAIL for row in rows):
        wake("govgrid.outbox.tasks.send_pending")


def _messages(debt: Debt, at: datetime) -> Iterator[Message]:
    # A missing place stops here, and not at midnight in a worker.
    kinds.words(debt.kind, debt.params)
    said = {"kind": debt.kind, "params": debt.params, "url": debt.url, "fact": debt.fact}
    for person in {one.pk: one for one in debt.recipients if one.is_active}.values():
        yield Message(recipient=person, channel=Channel.IN_APP, sent_at=at, created_at=at, **said)
        if person.email:
            yield Message(recipient=person, channel=Channel.EMAIL, created_at=at, **said)


def mark_read(message: Message, *, by: User) -> None:
    """``by`` has read a message of their own; the first reading counts."""
    if message.recipient_id != by.pk:
        raise PermissionDenied
    Message.objects.for_person(by).unread().filter(pk=message.pk).update(read_at=now())


def mark_all_read(*, by: User) -> int:
    """``by`` has read everything that is there; how many messages that were."""
    return Message.objects.for_person(by).unread().order_by().update(read_at=now())
