"""R13: who is suggested follows from specialty, distance and load, and from nothing else."""

import dataclasses

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from grids.models import WGS84
from members import actions, matching
from members.models import Member
from members.workflow.matching import Asked, Fit, Offered, fit, metres_between, rank
from members.workflow.roster import Purpose
from tests.factories import needs as made
from tests.factories.members import MemberFactory, StationFactory, agree


@pytest.fixture
def roster(db):
    return made.build_roster()


def members_of(found):
    return [one.member for one in found]


# ── pure ──────────────────────────────────────────────────────────────────────────────────────

points = st.none() | st.tuples(st.floats(110.5, 111.5), st.floats(29.5, 30.5))
offers = st.builds(
    Offered,
    member=st.integers(1, 10_000),
    specialties=st.frozensets(st.integers(1, 6), max_size=3),
    station=points,
    load=st.integers(0, 9),
)
needs = st.builds(
    Asked,
    specialty=st.none() | st.integers(1, 6),
    above=st.frozensets(st.integers(1, 6), max_size=2),
    beneath=st.frozensets(st.integers(1, 6), max_size=2),
    point=points,
    lot=st.text("0123456789", min_size=1, max_size=6),
)


def test_r13_the_two_shapes_hold_nothing_else():
    assert [one.name for one in dataclasses.fields(Offered)] == [
        "member", "specialties", "station", "load",
    ]  # fmt: skip
    assert [one.name for one in dataclasses.fields(Asked)] == [
        "specialty", "above", "beneath", "point", "lot",
    ]  # fmt: skip


@given(needs, st.lists(offers, max_size=12, unique_by=lambda one: one.member))
def test_r13_the_order_is_specialty_then_distance_then_load(asked, people):
    found = rank(asked, people, 50)
    assert found == rank(asked, reversed(people), 50)
    keys = [
        (one.step, 10**6 if one.metres is None else one.metres // 500, one.load) for one in found
    ]
    assert keys == sorted(keys)
    fits = {one.member for one in people if fit(asked, one)}
    assert {one.member for one in found} == fits


def test_equals_are_drawn_by_lot_anew_for_each_need():
    people = [Offered(n, frozenset({1}), None, 0) for n in range(1, 9)]
    firsts = {
        rank(Asked(1, frozenset(), frozenset(), None, f"N2026-{n:05d}"), people, 1)[0].member
        for n in range(60)
    }
    assert len(firsts) > 4


def test_metres():
    assert metres_between((111.0, 30.0), (111.0, 30.01)) == pytest.approx(1112, abs=2)
    assert metres_between((111.0, 30.0), (111.0, 30.0)) == 0


def test_a_branch_counts_as_all_beneath_it():
    asked = Asked(5, frozenset({1}), frozenset({9}), None, "x")
    assert fit(asked, Offered(1, frozenset({5}), None, 0)) == Fit(1, 0, 5, None, 0)
    assert fit(asked, Offered(1, frozenset({1}), None, 0)).step == 1
    assert fit(asked, Offered(1, frozenset({9}), None, 0)).step == 1
    assert fit(asked, Offered(1, frozenset({2}), None, 0)) is None


# ── on the roster ─────────────────────────────────────────────────────────────────────────────


def test_who_is_suggested_and_why(roster):
    need = made.asked(roster)
    found = matching.match(need)
    assert members_of(found) == [roster.lawyer, roster.distant, roster.branch]
    assert found[0].why == ["法律 › 劳动法", "less than 1 km away", "no open claim"]
    assert found[1].why[1].endswith("km away")
    actions.claim_need(made.asked(roster), by=roster.lawyer.user)
    assert found[0].member == roster.lawyer
    assert matching.match(need)[0].why[2] == "1 open claim"


def test_the_load_counts_among_those_who_are_as_near(roster):
    second = MemberFactory(
        area=roster.town.communities[0], station=roster.near, skills=[roster.labour]
    )
    for _n in range(2):
        actions.claim_need(made.asked(roster), by=roster.lawyer.user)
    assert members_of(matching.match(made.asked(roster)))[0] == second


def test_r27_who_switched_suggestions_off_or_rests_is_not_suggested(roster):
    Member.objects.filter(pk=roster.lawyer.pk).update(takes_suggestions=False)
    Member.objects.filter(pk=roster.branch.pk).update(state="paused")
    roster.lawyer.refresh_from_db()
    need = made.asked(roster)
    assert members_of(matching.match(need)) == [roster.distant]
    assert matching.fitting(roster.lawyer) == []
    assert need in [one.need for one in matching.fitting(roster.distant)]


def test_who_asked_or_has_offered_is_not_suggested(roster):
    own = made.asked(roster, by=roster.lawyer.user)
    assert roster.lawyer not in members_of(matching.match(own))
    assert own not in [one.need for one in matching.fitting(roster.lawyer)]
    need = made.asked(roster)
    actions.claim_need(need, by=roster.branch.user)
    assert roster.branch not in members_of(matching.match(need))
    assert need not in [one.need for one in matching.fitting(roster.branch)]


def test_r13_nothing_else_of_a_member_changes_the_order(roster):
    need = made.asked(roster)
    before = members_of(matching.match(need))
    agree(roster.distant.user, Purpose.LISTED)
    Member.objects.filter(pk=roster.distant.pk).update(
        name="甲", display_name="甲", organisation="大机关", public_post="主任", offer="什么都行",
        welcomes_visits=True, is_listed=True, work_phone="1", area=roster.town.grids[0],
    )  # fmt: skip
    made.confirmed(roster, member=roster.distant, minutes=700)
    assert members_of(matching.match(need)) == before


def test_r13_what_is_read_to_rank_is_three_things(roster):
    need = made.asked(roster)
    with CaptureQueriesContext(connection) as seen:
        matching._offered(matching._open_to_suggestions())
    text = " ".join(one["sql"].split(" FROM ")[0] for one in seen)
    columns = {
        part.split(".")[1].strip().strip('"').split('"')[0]
        for part in text.replace("SELECT", "").replace("::bytea", "").split(",")
        if "." in part and "COUNT" not in part
    }
    assert columns <= {"id", "location", "member_id", "specialty_id"}
    assert need


@pytest.mark.parametrize("count", [1, 3])
def test_a_match_costs_the_same_for_more(roster, count, django_assert_num_queries):
    for n in range(count):
        station = StationFactory(
            area=roster.town.communities[1], location=Point(111.02 + n / 1000, 30, srid=WGS84)
        )
        MemberFactory(area=roster.town.communities[1], station=station, skills=[roster.labour])
    need = made.asked(roster)
    with django_assert_num_queries(4):
        matching.match(need)
    with django_assert_num_queries(4):
        matching.fitting(roster.lawyer)
