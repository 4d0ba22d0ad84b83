"""Sending what is owed: never lost, and doubled only when a worker dies in the act."""

import threading
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.db import connection

from govgrid.core.clock import now
from govgrid.gateways import mail
from govgrid.outbox import tasks
from govgrid.outbox.models import Channel, Message
from tests.factories.accounts import UserFactory


def owed(n=1, person=None, **fields):
    person = person or UserFactory(email="wang@example.test", language="en")
    return [
        Message.objects.create(
            **{
                "recipient": person,
                "channel": Channel.EMAIL,
                "kind": "test_moved",
                "params": {"number": f"YL-{i}", "place": "A"},
                "url": f"/tickets/YL-{i}/",
                "fact": str(i),
            }
            | fields
        )
        for i in range(n)
    ]


@pytest.fixture
def failing(monkeypatch):
    """A mail server that refuses for as long as the test says."""
    state = {"on": True, "tried": []}

    def send(address, **content):
        state["tried"].append(content["reference"])
        if state["on"]:
            raise mail.NotSent("ConnectionRefusedError: nobody there")

    monkeypatch.setattr(mail, "send", send)
    return state


@pytest.mark.django_db
def test_a_mail_is_sent_in_the_persons_language_with_a_link(settings):
    settings.SITE_URL = "https://grid.example.test/"
    owed()

    assert tasks.send_pending() == 1

    (sent,) = django_mail.outbox
    assert (sent.to, sent.subject) == (["wang@example.test"], "Moved: YL-0")
    assert sent.body == "YL-0 went to A.\n\nhttps://grid.example.test/tickets/YL-0/"
    message = Message.objects.get()
    assert sent.extra_headers["Message-ID"].startswith(f"<message-{message.pk}@")
    assert (message.attempts, message.sent_at is not None) == (1, True)


@pytest.mark.django_db
def test_running_twice_sends_once():
    owed(3)

    assert tasks.send_pending() == 3
    assert tasks.send_pending() == tasks.sweep() == 0
    assert len(django_mail.outbox) == 3


@pytest.mark.django_db
def test_the_sweep_finds_what_nobody_was_woken_for():
    owed()

    assert tasks.sweep() == 1


@pytest.mark.django_db
def test_in_app_messages_are_not_mailed():
    owed(channel=Channel.IN_APP, sent_at=now())

    assert tasks.send_pending() == 0
    assert django_mail.outbox == []


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
def test_without_an_address_it_is_given_up_and_others_go(change):
    gone = UserFactory(**{"email": "x@example.test"} | change)
    owed(4, person=gone)
    owed()

    assert tasks.send_pending() == 1
    assert Message.objects.filter(recipient=gone, failed_at=None).count() == 0


@pytest.mark.django_db
def test_a_line_break_in_a_subject_begins_no_header():
    owed(params={"number": "YL-1\r\nBcc: all@example.test", "place": "A"})

    assert tasks.send_pending() == 1
    assert django_mail.outbox[0].subject == "Moved: YL-1 Bcc: all@example.test"


@pytest.mark.django_db
def test_a_server_that_is_down_costs_three_rows_one_attempt_each(failing):
    messages = owed(10)

    assert tasks.send_pending() == 0

    assert len(failing["tried"]) == 3
    assert Message.objects.filter(attempts=0).count() == 7
    first = Message.objects.get(pk=messages[0].pk)
    assert "nobody there" in first.last_error
    assert 50 < (first.claimed_until - now()).total_seconds() <= 60


@pytest.mark.django_db
def test_it_is_tried_later_each_time_and_given_up_after_eight(failing):
    (message,) = owed()
    waits = []

    for _attempt in range(8):
        tasks.sweep()
        message.refresh_from_db()
        if message.claimed_until:
            waits.append(round((message.claimed_until - now()).total_seconds() / 60))
        Message.objects.update(claimed_until=None)

    assert waits == [1, 4, 16, 64, 256, 360, 360]
    assert (message.attempts, message.failed_at is not None, message.sent_at) == (8, True, None)
    assert tasks.sweep() == 0
    assert len(failing["tried"]) == 8


@pytest.mark.django_db
def test_it_goes_when_the_server_is_back(failing, shift_clock):
    owed()
    tasks.send_pending()
    failing["on"] = False

    assert tasks.sweep() == 0
    shift_clock(minutes=2)
    assert tasks.sweep() == 1
    assert Message.objects.get().last_error == ""


@pytest.mark.django_db
def test_a_dead_workers_lease_runs_out_and_the_mail_keeps_its_name(failing, shift_clock):
    (message,) = owed(attempts=1, claimed_until=now() + timedelta(minutes=2))
    failing["on"] = False

    assert tasks.sweep() == 0
    shift_clock(minutes=3)
    assert tasks.sweep() == 1
    assert failing["tried"] == [f"message-{message.pk}"]


@pytest.mark.django_db
def test_a_mail_that_kills_its_worker_is_given_up():
    owed(attempts=8)

    assert tasks.sweep() == 0
    assert Message.objects.get().failed_at


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_committed_before_the_mail_leaves(monkeypatch):
    owed()
    seen = []

    def send(address, **content):
        seen.append((connection.in_atomic_block, Message.objects.due().count()))

    monkeypatch.setattr(mail, "send", send)

    assert tasks.send_pending() == 1
    assert seen == [(False, 0)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_each_mail_once(monkeypatch):
    owed(40)
    sent, lock = [], threading.Lock()

    def send(address, **content):
        with lock:
            sent.append(content["reference"])

    def work():
        try:
            tasks.send_pending()
        finally:
            connection.close()

    monkeypatch.setattr(mail, "send", send)
    workers = [threading.Thread(target=work) for _n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert len(sent) == len(set(sent)) == 40
    assert not Message.objects.waiting().exists()
