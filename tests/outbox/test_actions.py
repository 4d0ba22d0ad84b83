"""Owing and reading."""

import pytest
from django.core.exceptions import PermissionDenied

from govgrid.outbox import actions
from govgrid.outbox.models import Channel, Message
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def owe(*people, **changes):
    actions.owe(
        **{
            "recipients": people,
            "kind": "test_moved",
            "params": {"number": "YL-1", "place": "A"},
            "url": "/tickets/YL-1/",
            "fact": "ticket 1 moved 1",
        }
        | changes
    )


def channels(person):
    return sorted(Message.objects.filter(recipient=person).values_list("channel", flat=True))


def test_everybody_is_told_on_the_site_and_by_mail_where_there_is_an_address(
    woken, django_capture_on_commit_callbacks
):
    silent, reachable = UserFactory(), UserFactory(email="wang@example.test")

    with django_capture_on_commit_callbacks(execute=True):
        owe(silent, reachable)

    assert channels(silent) == [Channel.IN_APP]
    assert channels(reachable) == [Channel.EMAIL, Channel.IN_APP]
    assert woken == [("govgrid.outbox.tasks.send_pending", ())]
    for message in Message.objects.all():
        assert (message.sent_at is not None) == (message.channel == Channel.IN_APP)


def test_with_no_mail_to_send_nobody_is_woken(woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        owe(UserFactory())

    assert woken == []


def test_a_fact_told_before_is_not_told_again():
    first, second = UserFactory(email="a@example.test"), UserFactory()
    owe(first, first)
    Message.objects.update(params={"number": "first", "place": "A"})

    owe(first, second)

    assert channels(first) == [Channel.EMAIL, Channel.IN_APP]
    assert channels(second) == [Channel.IN_APP]
    assert {m.params["number"] for m in first.messages.all()} == {"first"}


def test_who_may_not_sign_in_is_told_nothing():
    owe(UserFactory(is_active=False, email="a@example.test"))

    assert not Message.objects.exists()


def test_nobody_to_tell_is_no_fault(woken):
    owe()

    assert not Message.objects.exists()


@pytest.mark.parametrize("wrong", [{"kind": "unheard_of"}, {"params": {"number": "YL-1"}}])
def test_what_cannot_be_said_is_not_owed(wrong):
    with pytest.raises(KeyError):
        owe(UserFactory(), **wrong)
    assert not Message.objects.exists()


def test_telling_is_as_many_queries_for_one_as_for_three(django_assert_num_queries):
    people = UserFactory.create_batch(3, email="a@example.test")

    # A savepoint around, and one insert.
    with django_assert_num_queries(3):
        owe(people[0])
    with django_assert_num_queries(3):
        owe(*people, fact="another")


def test_reading_counts_once_and_for_oneself_only():
    me, other = UserFactory(), UserFactory()
    owe(me, other)
    mine = Message.objects.for_person(me).get()

    with pytest.raises(PermissionDenied):
        actions.mark_read(mine, by=other)
    assert Message.objects.unread_count(me) == 1
    actions.mark_read(mine, by=me)
    mine.refresh_from_db()
    first = mine.read_at
    actions.mark_read(mine, by=me)
    mine.refresh_from_db()

    assert mine.read_at == first
    assert (Message.objects.unread_count(me), Message.objects.unread_count(other)) == (0, 1)


def test_all_can_be_read_at_once():
    me, other = UserFactory(email="a@example.test"), UserFactory()
    owe(me, other)
    owe(me, fact="another")

    assert actions.mark_all_read(by=me) == 2
    assert actions.mark_all_read(by=me) == 0
    assert Message.objects.unread_count(other) == 1
