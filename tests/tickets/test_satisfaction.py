"""What reporters said, by department: shares that say how far they can be trusted."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from tests.factories.tickets import routed
from tickets import satisfaction
from tickets.models import Callback
from tickets.satisfaction import Share
from tickets.scores import Quarter

PAGE = "/tickets/scores/"


@pytest.fixture
def answered(town, cast):
    """``answered(32, solved=20)`` gives 住建局 so many answers on one ticket of the first street."""
    ticket = routed(town, by=cast["worker"])

    def make(count, *, solved, department=None):
        first = Callback.objects.count()
        Callback.objects.bulk_create(
            Callback(
                ticket=ticket,
                district=town.district,
                department=department or town.housing,
                round=first + n + 1,
                asked_at=clock.now(),
                due_at=clock.now() + timedelta(days=1),
                answered_at=clock.now(),
                via="link",
                is_solved=n < solved,
                is_satisfied=n < solved // 2,
            )
            for n in range(count)
        )

    return make


def span():
    now = Quarter.of(clock.today())
    return now.first, now.next.first


def test_below_thirty_there_is_a_count_and_no_percentage():
    few, enough = Share(7, 9), Share(24, 30)
    assert (few.percent, few.between) == (None, None)
    assert enough.percent == 80
    least, most = enough.between
    assert least < 80 < most
    # Wilson's interval stays within what can be.
    assert Share(30, 30).between == (89, 100)
    assert Share(0, 30).between == (0, 11)


def test_shares_are_counted_by_department_and_below_five_not_at_all(town, cast, answered):
    answered(32, solved=20)
    answered(4, solved=4, department=town.urban)

    said = {one.department: one for one in satisfaction.of_area(cast["command"], *span())}
    assert (said[town.housing].solved.part, said[town.housing].satisfied.part) == (20, 10)
    assert said[town.urban].answers == 0
    assert satisfaction.of_area(cast["other_street"], *span()) == []
    assert satisfaction.of_area(cast["worker"], *span()) == []


def test_a_department_reads_its_own_and_no_other(town, cast, answered):
    answered(3, solved=2)
    answered(9, solved=1, department=town.urban)
    (own,) = satisfaction.of_own(cast["clerk"], *span())
    assert (own.department, own.answers, own.solved) == (town.housing, 3, Share(2, 3))


def test_the_page_shows_shares_with_their_counts(client, town, cast, answered):
    answered(32, solved=24)
    answered(6, solved=3, department=town.urban)
    client.force_login(cast["command"])
    page = " ".join(client.get(PAGE).content.decode().split())
    assert "75 %" in page
    assert "24 of 32" in page
    assert "3 of 6" in page
    assert "50 %" not in page
    client.force_login(cast["clerk"])
    own = client.get(PAGE).content.decode()
    assert "24 of 32" in own
    assert "3 of 6" not in own


def test_the_page_asks_as_much_for_many_answers_as_for_few(client, town, cast, answered):
    client.force_login(cast["command"])
    client.get(PAGE)
    asked = []
    for _ in range(2):
        answered(6, solved=3)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        asked.append(len(queries))
    assert asked[0] == asked[1]
