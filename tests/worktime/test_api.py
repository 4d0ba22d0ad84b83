from datetime import date

import pytest

from govgrid.worktime import actions
from tests.factories.accounts import UserFactory

URL = "/api/v1/calendar/"


@pytest.fixture
def program(api, shipped):
    api.force_authenticate(UserFactory())
    return api


def test_a_year_has_its_special_days(program, django_assert_num_queries):
    program.get(URL, {"year": 2026})
    with django_assert_num_queries(1):
        told = program.get(URL, {"year": 2026}).json()
    assert (told["year"], told["is_provisional"], len(told["days"])) == (2026, False, 39)
    assert told["days"][3] == {"date": "2026-01-04", "kind": "makeup_workday", "name": "元旦"}


def test_a_year_that_is_not_published_says_so(program):
    assert program.get(URL, {"year": 2027}).json()["is_provisional"] is True
    assert program.get(URL, {"year": 2100}).json()["is_provisional"] is True


def test_without_a_year_it_is_the_current_one(program, shift_clock):
    shift_clock(days=0)
    assert program.get(URL).json()["year"] >= 2026


def test_a_change_shows_with_its_edition(program):
    before = program.get(URL, {"year": 2026}).json()
    actions.set_day(date(2026, 11, 22), "makeup_workday", by=None)
    after = program.get(URL, {"year": 2026}).json()
    assert after["edition"] > before["edition"]
    assert len(after["days"]) == 40


@pytest.mark.parametrize("query", [{"year": 1999}, {"year": 2101}, {"year": "x"}, {"yaer": 2026}])
def test_a_query_that_cannot_be_meant_is_400(program, query):
    assert program.get(URL, query).status_code == 400


def test_a_stranger_gets_nothing(api, shipped):
    assert api.get(URL).status_code == 401
