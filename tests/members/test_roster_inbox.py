"""What waits at the desk about the roster."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from members import actions, inbox_roster
from members.models import Member
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.joining import assess, giving
from tests.factories.members import MemberFactory, notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    assess()
    return build_town()


def test_an_application_waits_for_who_keeps_the_roster_there_and_names_nobody(town):
    member = actions.apply(giving(), area=town.communities[0], by=UserFactory())
    keeper = holder("roster_admin", area=town.streets[0])
    rows = inbox_roster.waiting(keeper)[0].rows
    assert [row.number for row in rows] == [member.serial]
    assert member.name not in str(rows)
    for other in (
        holder("roster_admin", area=town.streets[1]),
        holder("street_head", area=town.streets[0]),
        AnonymousUser(),
        member.user,
    ):
        assert inbox_roster.waiting(other) == []
    actions.decide(member, taken=True, reason="专长对口", by=keeper)
    assert inbox_roster.waiting(keeper) == []


def test_the_own_entry_waits_when_two_years_are_over_or_more_is_asked(town):
    member = MemberFactory(area=town.communities[0], review_on=clock.today() + timedelta(days=90))
    assert inbox_roster.waiting(member.user) == []
    Member.objects.update(review_on=clock.today() + timedelta(days=20))
    assert inbox_roster.waiting(member.user)[0].rows[0].number == member.serial
    Member.objects.update(review_on=None)
    notice(method="another", asks_again=True)
    assert inbox_roster.waiting(member.user)[0].slug == "entry"


def test_it_takes_as_many_statements_for_three_as_for_one(town):
    keeper = holder("roster_admin", area=town.district)
    inbox_roster.waiting(keeper)  # the posts are read once for each person
    counts = []
    for more in (1, 2):
        for _n in range(more):
            actions.apply(giving(), area=town.communities[0], by=UserFactory())
        with CaptureQueriesContext(connection) as seen:
            inbox_roster.waiting(keeper)
        counts.append(len(seen))
    assert counts[0] == counts[1]
