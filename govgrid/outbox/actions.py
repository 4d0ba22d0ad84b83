"""Owing a message, and reading it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from govgrid.accounts.models import User
from govgrid.core.clock import now
from govgrid.core.wake import wake
from govgrid.outbox import kinds
from govgrid.outbox.models import Channel, Message


@transaction.atomic
def owe(
    *, recipients: Iterable[User], kind: str, params: dict[str, Any], url: str, fact: str
) -> None:
    """Owe each of ``recipients`` this fact, on the site and by mail where there is an address.

    Whoever was told the fact before is not told again. The mail leaves after the commit.
    """
    kinds.words(kind, params)  # a missing place stops here, and not at midnight in a worker
    at = now()
    people = {person.pk: person for person in recipients if person.is_active}
    message = {"kind": kind, "params": params, "url": url, "fact": fact, "created_at": at}
    mails = [pk for pk, person in people.items() if person.email]
    rows = [
        Message(recipient_id=pk, channel=Channel.IN_APP, sent_at=at, **message) for pk in people
    ]
    rows += [Message(recipient_id=pk, channel=Channel.EMAIL, **message) for pk in mails]
    # Sorted, so that two transactions telling the same people wait and do not deadlock.
    rows.sort(key=lambda row: (row.recipient_id, row.channel))
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    if mails:
        wake("govgrid.outbox.tasks.send_pending")


def mark_read(message: Message, *, by: User) -> None:
    """``by`` has read a message of their own; the first reading counts."""
    if message.recipient_id != by.pk:
        raise PermissionDenied
    Message.objects.for_person(by).unread().filter(pk=message.pk).update(read_at=now())


def mark_all_read(*, by: User) -> int:
    """``by`` has read everything that is there; how many messages that were."""
    return Message.objects.for_person(by).unread().order_by().update(read_at=now())
