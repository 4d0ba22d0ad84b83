"""Stations: what heads may and what is decided from above, looks and counts, the area's page."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from members import actions, liaisons, panels_network
from members.models import Liaison, StationCheck, TermEnd
from tests.factories import network as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.members import StationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def keeper(town):
    return holder("roster_admin", area=town.district)


@pytest.fixture
def station(town):
    return StationFactory(area=town.communities[0])


@pytest.fixture
def head(station):
    return made.serving(station, role="head").user


def refused(code, act, *args, **named):
    with pytest.raises(Refused) as caught:
        act(*args, **named)
    assert caught.value.code == code


def test_a_head_keeps_the_station_and_chooses_no_head(station, head, town):
    today = clock.today()
    check = actions.check_station(station, by=head, haves={"sign": True}, note="电话 13812345678")
    assert "13812345678" not in check.note
    actions.count_visits(station, by=head, day=today, kind="study", number=3)
    one = actions.appoint_liaison(station, UserFactory(), by=head, starts_on=today)
    assert one.role == "liaison"
    with pytest.raises(PermissionDenied):
        actions.appoint_liaison(station, UserFactory(), by=head, role="head", starts_on=today)
    with pytest.raises(PermissionDenied):
        actions.close_station(station, by=head, reason="x")
    own = Liaison.objects.get(user=head)
    with pytest.raises(PermissionDenied):
        actions.end_liaison(own, by=head, reason="x")
    elsewhere = StationFactory(area=town.communities[0])
    with pytest.raises(PermissionDenied):
        actions.check_station(elsewhere, by=head, haves={})
    with pytest.raises(PermissionDenied):
        actions.make_station(town.communities[0], by=head, name="x", kind="home", place="x")


def test_who_only_serves_there_keeps_nothing(station):
    officer = made.serving(station).user
    for act in (
        lambda: actions.check_station(station, by=officer, haves={}),
        lambda: actions.change_station(station, by=officer, name="x", place="y"),
        lambda: actions.appoint_liaison(
            station, UserFactory(), by=officer, starts_on=clock.today()
        ),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_every_look_is_a_row_of_its_own(station, keeper):
    actions.check_station(station, by=keeper, haves=dict.fromkeys(("team", "room"), True))
    actions.check_station(station, by=keeper, haves={"room": True})
    station.refresh_from_db()
    assert (station.has_team, station.has_room) == (False, True)
    assert [one.haves for one in StationCheck.objects.order_by("pk")] == [2, 1]


def test_only_recent_days_are_counted(station, keeper, clock_at):
    clock_at("2026-11-20 09:00")
    count = {"by": keeper, "kind": "activity", "number": 5}
    actions.count_visits(station, day=date(2026, 7, 1), **count)
    for day in (date(2026, 6, 30), date(2026, 11, 21)):
        refused("wrong_day", actions.count_visits, station, day=day, **count)
    for number in (0, 100_001):
        refused("wrong_count", actions.count_visits, station, day=date(2026, 11, 1),
                **(count | {"number": number}))  # fmt: skip


def test_closing_ends_what_people_do_there(station, keeper, head):
    officer = made.serving(station).user
    post = made.NetworkPostFactory(area=station.area, station=station)
    refused("has_posts", actions.close_station, station, by=keeper, reason="搬迁")
    actions.close_post(post, by=keeper, reason="搬迁")
    actions.close_station(station, by=keeper, reason="搬迁")
    assert not Liaison.objects.held_on()
    told = Message.objects.filter(kind="liaison_ended").values_list("recipient", flat=True)
    assert set(told) == {head.pk, officer.pk}
    liaisons.forget(head)
    assert not head.has_perm("members.keep_station", station)
    refused("station_closed", actions.check_station, station, by=keeper, haves={})


def test_terms_of_service(station, keeper):
    today = clock.today()
    person = UserFactory()
    one = actions.appoint_liaison(station, person, by=keeper, starts_on=today)
    refused("serves_already", actions.appoint_liaison, station, person, by=keeper, starts_on=today)
    refused("not_later", actions.renew_liaison, one, by=keeper, ends_on=today)
    far = today + timedelta(days=4000)
    refused("term_too_long", actions.renew_liaison, one, by=keeper, ends_on=far)
    refused("same_person", actions.hand_over_liaison, one, person, by=keeper, on=today, note="x")
    refused(
        "note_needed", actions.hand_over_liaison, one, UserFactory(), by=keeper, on=today, note=""
    )
    later = one.period.upper + timedelta(days=10)
    actions.renew_liaison(one, by=keeper, ends_on=later)
    assert list(TermEnd.objects.order_by("pk").values_list("last", flat=True))[-1] == later
    actions.end_liaison(one, by=keeper, reason="退休")
    refused("ended_already", actions.end_liaison, one, by=keeper, reason="x")


def test_an_areas_page_tells_its_stations_and_teams(station, town, django_assert_num_queries):
    asked = RequestFactory().get("/")
    made.TeamFactory(area=town.streets[0]).answers_for.add(town.communities[0])
    with django_assert_num_queries(4):
        panel = panels_network.of_area(asked, town.communities[0])
    assert panel.context["many"] == 1
    assert len(panel.context["teams"]) == 1
    assert panels_network.of_area(asked, town.communities[3]) is None
