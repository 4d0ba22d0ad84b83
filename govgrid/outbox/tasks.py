"""Sending what is owed. Every task may run twice, and beside itself.

A row is leased, sent outside the transaction and marked. A worker that dies in between leaves a
lease that runs out, and the mail goes again under the same Message-ID: at least once, by choice.
"""

import time
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction

from govgrid.core.clock import now
from govgrid.gateways import mail
from govgrid.outbox import kinds
from govgrid.outbox.models import Message

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
LONGEST_WAIT = 360  # minutes; eight attempts span some eighteen hours
# A run ends well before the broker would hand the task to another worker.
RUN_SECONDS = 100
# A mail server that is down would cost every waiting row an attempt.
FAILURES_PER_RUN = 3


@shared_task
def send_pending() -> int:
    """Send what is due, one row after the other; how many went."""
    until = time.monotonic() + RUN_SECONDS
    sent = failed = 0
    while failed < FAILURES_PER_RUN and time.monotonic() < until:
        message = _claim()
        if message is None:
            break
        try:
            sent += _send(message)
            failed = 0
        except mail.NotSent as error:
            _note_failure(message, str(error), final=message.attempts >= MOST_ATTEMPTS)
            failed += 1
    return sent


@shared_task
def sweep() -> int:
    """Find what a lost wake-up, a dead worker or a failed attempt left."""
    return send_pending()


@transaction.atomic
def _claim() -> Message | None:
    """Lease the oldest row that is due; one that another worker holds is simply not there."""
    due = Message.objects.due().select_for_update(skip_locked=True, of=("self",))
    message = due.select_related("recipient").order_by("pk").first()
    if message is None:
        return None
    message.claimed_until = now() + LEASE
    # Counted before the attempt, or a mail that kills its worker would be tried for ever.
    message.attempts += 1
    message.save(update_fields=["claimed_until", "attempts"])
    return message


def _send(message: Message) -> bool:
    """Whether a mail went; NotSent is about the server, and not about this person."""
    person = message.recipient
    if message.attempts > MOST_ATTEMPTS:
        _note_failure(message, message.last_error or "Its worker died each time.", final=True)
        return False
    if not (person.is_active and person.email):
        _note_failure(message, "The person has no address.", final=True)
        return False
    told = kinds.render(message, person.language)
    link = settings.SITE_URL.rstrip("/") + message.url if message.url else ""
    body = "\n\n".join(part for part in (told.body, link) if part)
    reference = f"message-{message.pk}"
    file = kinds.attached(message, person.language)
    mail.send(
        person.email,
        subject=told.subject,
        body=body,
        reference=reference,
        files=[file] if file else [],
    )
    Message.objects.waiting().filter(pk=message.pk).update(sent_at=now(), last_error="")
    return True


def _note_failure(message: Message, reason: str, *, final: bool) -> None:
    """Put the next try later each time, or give up; another worker's success stands."""
    at = now()
    wait = timedelta(minutes=min(4 ** (message.attempts - 1), LONGEST_WAIT))
    Message.objects.waiting().filter(pk=message.pk).update(
        last_error=reason[:500],
        claimed_until=None if final else at + wait,
        failed_at=at if final else None,
    )
