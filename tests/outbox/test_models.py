"""What the database keeps about messages."""

import pytest
from django.db import IntegrityError, connection

from govgrid.core.clock import now
from govgrid.outbox import models
from govgrid.outbox.models import Channel, Message
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def message(**fields):
    person = fields.pop("recipient", None) or UserFactory()
    channel = fields.get("channel", Channel.EMAIL)
    sent = now() if channel == Channel.IN_APP else None
    return Message.objects.create(
        **{"recipient": person, "channel": channel, "kind": "k", "fact": "f", "sent_at": sent}
        | fields
    )


def test_a_fact_is_told_once_by_each_channel():
    first = message()
    message(recipient=first.recipient, channel=Channel.IN_APP)
    message(recipient=first.recipient, fact="g")

    with pytest.raises(IntegrityError, match="message_once_per_fact"):
        message(recipient=first.recipient)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"channel": Channel.IN_APP, "sent_at": None}, "message_in_app_is_there_at_once"),
        ({"sent_at": now(), "failed_at": now()}, "message_sent_or_given_up"),
        ({"read_at": now()}, "message_read_on_the_site"),
    ],
)
def test_what_makes_no_sense_is_refused(fields, name):
    with pytest.raises(IntegrityError, match=name):
        message(**fields)


def test_a_person_reads_their_own_newest_first():
    me, other = UserFactory(), UserFactory()
    mine = [message(recipient=me, channel=Channel.IN_APP, fact=str(n)) for n in range(3)]
    message(recipient=me)
    message(recipient=other, channel=Channel.IN_APP)
    Message.objects.filter(pk=mine[0].pk).update(read_at=now())

    assert list(Message.objects.for_person(me)) == mine[::-1]
    assert Message.objects.unread_count(me) == 2


def test_who_never_reads_is_counted_no_further_than_anybody_looks(monkeypatch):
    me = UserFactory()
    for n in range(3):
        message(recipient=me, channel=Channel.IN_APP, fact=str(n))
    monkeypatch.setattr(models, "MOST_COUNTED", 2)

    assert Message.objects.unread_count(me) == 2


def test_due_is_what_nobody_is_at():
    due = [message(), message(claimed_until=now())]
    message(claimed_until=now().replace(year=now().year + 1))
    message(sent_at=now())
    message(failed_at=now())
    message(channel=Channel.IN_APP)

    assert set(Message.objects.due()) == set(due)


def test_the_badge_and_the_queue_walk_an_index():
    person = UserFactory()
    queries = [
        Message.objects.for_person(person).unread().order_by(),
        Message.objects.for_person(person),
        Message.objects.due().order_by("pk"),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert all("message_" in query.explain() for query in queries)
