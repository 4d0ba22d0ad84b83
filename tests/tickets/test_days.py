"""Days that nobody can mean are refused where they are entered, in words and not by an error."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from govgrid.core import clock
from govgrid.core.days import FIRST, LAST, DayField
from tests.factories.accounts import bearer
from tests.factories.tickets import routed, whistled
from tickets import actions
from tickets.models import Milestone

FAR = ["9999-12-31", "2100-01-01", "1899-12-31", "0001-01-01"]
NONE = ["0000-01-01", "2026-02-30", "2026-13-01", "", "tomorrow", 20261120, None, ["2026-11-20"]]


@pytest.mark.parametrize("day", FAR)
def test_a_day_that_no_calendar_holds_is_no_day(day):
    with pytest.raises(ValidationError, match="between 1900 and 2099"):
        DayField().clean(day)


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_the_ends_are_days(day):
    assert DayField().clean(day.isoformat()) == day


@pytest.fixture
def plans(town, cast):
    """A whistle in hand whose plan is owed."""
    ticket = whistled(town, by=cast["head"], kind="hard")
    actions.move(ticket, "sign", by=cast["clerk"])
    actions.move(ticket, "report_in", by=cast["clerk"], rank="liaison")
    return ticket


def act(api, ticket, name, by, **body):
    api.credentials(HTTP_AUTHORIZATION=bearer(by))
    path = f"/api/v1/tickets/{ticket.number}/actions/{name}/"
    answer = api.post(path, body, format="json")
    return answer.status_code, [one["code"] for one in answer.json().get("errors", [])]


@pytest.mark.parametrize("day", [*FAR, *NONE])
def test_over_rest_it_is_bad_input(api, town, cast, plans, day):
    events = plans.events.count()
    step = {"title": "划线", "due_on": day}
    assert act(api, plans, "plan", cast["clerk"], note="分步", milestones=[step])[0] == 400
    assert act(api, plans, "suspend", cast["street"], note="待雨季结束", until=day)[0] == 400
    assert act(api, plans, "move_milestone", cast["street"], due_on=day)[0] == 400
    assert act(api, plans, "finish", cast["clerk"], note="已修", until=day)[0] == 400
    assert plans.events.count() == events
    assert not Milestone.objects.exists()


def test_what_a_calendar_holds_and_nobody_means_is_refused(api, town, cast, plans):
    today = clock.today()
    for days, code in ((0, "milestone_past"), (-400, "milestone_past"), (367, "milestone_far")):
        step = {"title": "划线", "due_on": (today + timedelta(days=days)).isoformat()}
        answer = act(api, plans, "plan", cast["clerk"], note="分步", milestones=[step])
        assert answer == (409, [code])
    for days in (0, -1, 367, 20_000):
        until = (today + timedelta(days=days)).isoformat()
        answer = act(api, plans, "suspend", cast["street"], note="待雨季结束", until=until)
        assert answer == (409, ["wrong_until"])


@pytest.mark.parametrize("days", [-1, 4000, 20_000])
def test_done_until_a_day_that_can_be_meant(api, town, cast, days):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    until = (clock.today() + timedelta(days=days)).isoformat()

    answer = act(api, ticket, "finish", cast["clerk"], note="已修", until=until)

    assert answer == (409, ["wrong_until"])
    ticket.refresh_from_db()
    assert ticket.state == "handling"


def test_accepted_after_it_was_reported(api, town, cast):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "sign", by=cast["clerk"])
    early = clock.local(ticket.filed_at - timedelta(hours=1)).isoformat()
    for moment in (early, "1000-01-01T00:00:00+08:00", "0001-01-01T00:00:00+08:00"):
        answer = act(api, ticket, "finish", cast["clerk"], note="已修", accepted_at=moment)
        assert answer[0] == 400


def test_for_many_at_once_a_time_of_acceptance_is_no_error(api, town, cast):
    ticket = routed(town, by=cast["worker"])
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["street"]))
    body = {"numbers": [ticket.number], "accepted_at": "2026-01-01T00:00:00+08:00"}

    answer = api.post("/api/v1/tickets/actions/decline/", body, format="json")

    assert answer.status_code in {207, 400}
