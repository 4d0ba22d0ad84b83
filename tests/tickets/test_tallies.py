"""What somebody filed in some hours, for the pages of lower apps."""

from datetime import timedelta

from django.utils import timezone

from govgrid.core import panels
from tests.factories.tickets import filed
from tickets.models import Ticket
from tickets.tallies import filed as count

HOUR = timedelta(hours=1)


def test_each_span_has_its_own_number_and_nobody_elses(town, cast, django_assert_num_queries):
    now = timezone.now()
    for hours in (1, 1, 5):
        ticket = filed(town, by=cast["worker"])
        Ticket.objects.filter(pk=ticket.pk).update(filed_at=now - hours * HOUR)
    filed(town, by=cast["other_worker"], grid=4)
    spans = [(now - 2 * HOUR, now), (now - 9 * HOUR, now - 8 * HOUR), (now - 6 * HOUR, now)]

    with django_assert_num_queries(1):
        assert count(cast["worker"], spans) == [2, 0, 3]


def test_no_span_asks_nothing(cast, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert count(cast["worker"], []) == []


def test_it_is_hung_up_for_the_ledger(cast):
    assert "Reports" in [str(one.label) for one in panels.tallies(cast["worker"], [])]
