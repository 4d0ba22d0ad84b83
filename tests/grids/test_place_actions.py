"""Compounds, facilities and service points, one at a time: who keeps them, where, and till when."""

from datetime import date

import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied

from govgrid.core.errors import Refused
from grids import actions
from grids.models import WGS84, Compound, Facility, Milestone, Renewal, ServicePoint
from tests.factories.grids import (
    FacilityClassFactory,
    FacilityFactory,
    build_town,
    holder,
    square,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


def at(town, n):
    return Point(*town.middle(n), srid=WGS84)


def compound(town, n=0, **data):
    return {"code": "c1", "name": "平湖苑", "kind": "old", "point": at(town, n), **data}


def lamp(town, n=0, **data):
    kind = FacilityClassFactory(major="01", minor="03", name="路灯")
    said = {"district_code": "420506", "facility_class": kind, "serial": "000001"}
    return said | {"point": at(town, n)} | data


def station(town, n=0, **data):
    return {"code": "s1", "name": "服务站", "kind": "station", "point": at(town, n), **data}


def code_of(refused):
    return refused.value.code


# ── entering and changing ─────────────────────────────────────────────────────────────────────
def test_a_compound_belongs_to_the_community_of_its_point(town, officer):
    made = actions.keep_compound(None, compound(town, 1, household_count=3), by=officer)

    kept = Compound.objects.get()
    assert (kept, kept.community, kept.household_words) == (made, town.communities[0], "<5")


def test_a_compound_with_an_outline_alone_stands_on_it(town, officer):
    outline = square(111.001, 30.001, 0.002)
    data = compound(town) | {"outline": outline}
    del data["point"]

    actions.keep_compound(None, data, by=officer)

    assert outline.contains(Compound.objects.get().point)


def test_only_what_is_named_changes(town, officer):
    kept = actions.keep_compound(None, compound(town, has_committee=True), by=officer)

    actions.keep_compound(kept, {"name": "平湖花园"}, by=officer)

    kept.refresh_from_db()
    assert (kept.name, kept.has_committee, kept.code) == ("平湖花园", True, "c1")


def test_the_code_of_a_facility_is_made_of_its_parts(town, officer):
    long = FacilityClassFactory(major="02", minor="080", name="充电桩")
    data = lamp(town)
    one = actions.keep_facility(None, data, by=officer)
    other = actions.keep_facility(
        None, data | {"facility_class": long, "serial": "00001"}, by=officer
    )

    assert one.code == "4205060103000001"  # 6 + 2 + 2 + 6
    assert other.code == "4205060208000001"  # 6 + 2 + 3 + 5
    assert (one.grid, one.serial, other.serial) == (town.grids[0], "000001", "00001")


def test_the_grid_stays_as_it_was_when_the_point_was_written(town, officer):
    kept = actions.keep_service_point(None, station(town, 0), by=officer)
    shape = town.grids[0].shape
    town.grids[1].shape.delete()
    shape.area = town.grids[1]
    shape.save()  # now another grid covers the point

    actions.keep_service_point(kept, {"hours": "8:30–17:30"}, by=officer)

    kept.refresh_from_db()
    assert (kept.grid, kept.hours) == (town.grids[0], "8:30–17:30")


def test_what_no_action_may_write_is_a_fault_of_the_caller(town, officer):
    with pytest.raises(TypeError, match="retired_on"):
        actions.keep_compound(None, compound(town, retired_on=date(2026, 1, 1)), by=officer)


# ── refusals ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"point": Point(100, 10, srid=WGS84)}, "outside", "outside 夷陵区"),
        ({"point": None}, "point_missing", "point is missing"),
        ({"committee_until": date(2027, 1, 1)}, "place_not_accepted", "Only a committee"),
        ({"kind": "palace"}, "place_not_accepted", "palace"),
        ({"name": ""}, "place_not_accepted", "blank"),
        ({"name": "x" * 81}, "place_not_accepted", "80"),
    ],
)
def test_a_compound_that_makes_no_sense_is_refused_in_words(town, officer, change, code, words):
    with pytest.raises(Refused, match=words) as refused:
        actions.keep_compound(None, compound(town) | change, by=officer)

    assert code_of(refused) == code
    assert not Compound.objects.exists()


def test_a_compound_is_not_entered_under_another_community(town, officer):
    with pytest.raises(Refused, match="社区11, not in 社区12") as refused:
        actions.keep_compound(None, compound(town, community=town.communities[1]), by=officer)

    assert code_of(refused) == "other_community"


def test_a_camera_is_no_facility(town, officer):
    with pytest.raises(Refused, match="Cameras"):
        actions.keep_facility(None, lamp(town, name="3号监控探头"), by=officer)


def test_a_code_is_given_once(town, officer):
    actions.keep_service_point(None, station(town), by=officer)

    with pytest.raises(Refused, match="already exists"):
        actions.keep_service_point(None, station(town, 1), by=officer)


# ── who ───────────────────────────────────────────────────────────────────────────────────────
KEEPERS = ("community_officer", "street_desk", "system_admin")
OTHERS = ("grid_worker", "street_head", "district_command", "auditor", "resident", "api_client")


@pytest.mark.parametrize("role", KEEPERS)
def test_who_keeps_a_community_keeps_its_places(town, role):
    actions.keep_service_point(None, station(town, 0), by=holder(role, area=town.communities[0]))

    assert ServicePoint.objects.count() == 1


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_does(town, role):
    person = holder(role, area=town.communities[0])
    kept = actions.keep_facility(None, lamp(town), by=None)
    for attempt in (
        lambda: actions.keep_service_point(None, station(town, 0), by=person),
        lambda: actions.keep_facility(kept, {"name": "灯"}, by=person),
        lambda: actions.retire_facility(kept, by=person),
        lambda: actions.set_facility_state(kept, "damaged", by=person),
    ):
        with pytest.raises(PermissionDenied):
            attempt()

    kept.refresh_from_db()
    assert (kept.name, kept.state, kept.retired_on) == ("", "good", None)
    assert not ServicePoint.objects.exists()


def test_a_superuser_without_a_post_keeps_nothing(town):
    with pytest.raises(PermissionDenied):
        actions.keep_service_point(
            None, station(town), by=holder("resident", area=town.grids[0], is_superuser=True)
        )


def test_places_beyond_the_reach_stay_as_they_are(town, officer):
    theirs = actions.keep_compound(None, compound(town, 2), by=None)

    with pytest.raises(PermissionDenied):
        actions.keep_compound(None, compound(town, 2, code="c2"), by=officer)
    with pytest.raises(PermissionDenied):  # drawing it over here is no way to get it
        actions.keep_compound(theirs, {"point": at(town, 0)}, by=officer)
    with pytest.raises(PermissionDenied):
        actions.start_renewal(theirs, "basic", [], by=officer)

    theirs.refresh_from_db()
    assert theirs.community == town.communities[1]


def test_nothing_is_pushed_into_the_area_of_others(town, officer):
    mine = actions.keep_compound(None, compound(town, 0), by=officer)

    with pytest.raises(PermissionDenied):
        actions.keep_compound(mine, {"point": at(town, 2)}, by=officer)

    mine.refresh_from_db()
    assert mine.community == town.communities[0]


@pytest.mark.parametrize("role", ["department_clerk", "department_head"])
def test_a_department_notes_the_state_of_what_it_owns_and_nothing_more(town, role):
    own = FacilityFactory(owner=town.urban, grid=town.grids[0])
    other = FacilityFactory(owner=town.housing, grid=town.grids[0])
    nobodys = FacilityFactory(owner=None, grid=town.grids[0])
    person = holder(role, department=town.urban)

    actions.set_facility_state(own, "damaged", by=person)
    for attempt in (
        lambda: actions.set_facility_state(other, "damaged", by=person),
        lambda: actions.set_facility_state(nobodys, "damaged", by=person),
        lambda: actions.keep_facility(own, {"owner": town.housing}, by=person),
        lambda: actions.retire_facility(own, by=person),
    ):
        with pytest.raises(PermissionDenied):
            attempt()

    assert set(Facility.objects.filter(state="damaged")) == {own}


def test_a_state_that_is_none_is_refused(town, officer):
    kept = actions.keep_facility(None, lamp(town), by=officer)

    with pytest.raises(Refused, match="“sad” is no state"):
        actions.set_facility_state(kept, "sad", by=officer)


# ── the end ───────────────────────────────────────────────────────────────────────────────────
def test_what_is_retired_stays_and_is_not_standing(town, officer):
    kept = actions.keep_facility(None, lamp(town), by=officer)

    actions.retire_facility(kept, by=officer)

    assert Facility.objects.count() == 1
    assert not Facility.objects.standing().exists()
    with pytest.raises(Refused) as refused:
        actions.retire_facility(kept, by=officer)
    assert code_of(refused) == "retired_before"
    with pytest.raises(Refused):
        actions.set_facility_state(kept, "good", by=officer)


def test_a_compound_ends_after_its_renewal(town, officer):
    kept = actions.keep_compound(None, compound(town), by=officer)
    renewal = actions.start_renewal(kept, "basic", [], by=officer)

    with pytest.raises(Refused, match="End the renewal"):
        actions.retire_compound(kept, by=officer)

    actions.end_renewal(renewal, "dropped", by=officer)
    assert actions.retire_compound(kept, by=officer, on=date(2026, 1, 1)).is_standing is False
    with pytest.raises(Refused) as refused:
        actions.start_renewal(kept, "basic", [], by=officer)
    assert code_of(refused) == "compound_retired"


# ── renewals ──────────────────────────────────────────────────────────────────────────────────
STEPS = [("方案公示", date(2026, 3, 1)), ("竣工", date(2026, 10, 1))]


def test_a_renewal_goes_by_its_milestones(town, officer):
    kept = actions.keep_compound(None, compound(town), by=officer)
    renewal = actions.start_renewal(kept, "improved", STEPS, by=officer)
    first, last = renewal.milestones.all()
    assert renewal.state == "planned"

    actions.mark_milestone(first, date(2026, 3, 4), by=officer)
    renewal.refresh_from_db()
    assert renewal.state == "running"
    with pytest.raises(Refused) as refused:
        actions.end_renewal(renewal, "done", by=officer)
    assert code_of(refused) == "milestones_open"

    actions.mark_milestone(last, date(2026, 9, 30), by=officer)
    assert actions.end_renewal(renewal, "done", by=officer).state == "done"
    with pytest.raises(Refused) as refused:
        actions.mark_milestone(last, None, by=officer)
    assert code_of(refused) == "renewal_ended"


def test_a_mark_made_by_mistake_is_taken_back(town, officer):
    kept = actions.keep_compound(None, compound(town), by=officer)
    (first, _last) = actions.start_renewal(kept, "raised", STEPS, by=officer).milestones.all()
    actions.mark_milestone(first, date(2026, 3, 4), by=officer)

    actions.mark_milestone(first, None, by=officer)

    assert not Milestone.objects.exclude(done_on=None).exists()
    with pytest.raises(Refused) as refused:
        actions.mark_milestone(first, date(2999, 1, 1), by=officer)
    assert code_of(refused) == "milestone_ahead"


@pytest.mark.parametrize(
    ("kind", "steps", "words"),
    [("palace", [], "no kind of renewal"), ("basic", [STEPS[0]] * 2, "such a milestone already")],
)
def test_a_renewal_that_makes_no_sense_is_not_started(town, officer, kind, steps, words):
    kept = actions.keep_compound(None, compound(town), by=officer)

    with pytest.raises(Refused, match=words):
        actions.start_renewal(kept, kind, steps, by=officer)

    assert not Renewal.objects.exists()


def test_one_renewal_at_a_time(town, officer):
    kept = actions.keep_compound(None, compound(town), by=officer)
    actions.start_renewal(kept, "basic", [], by=officer)

    with pytest.raises(Refused, match="not done"):
        actions.start_renewal(kept, "raised", [], by=officer)


def test_entering_one_asks_a_bounded_number_of_times(town, officer, django_assert_max_num_queries):
    data = compound(town)

    with django_assert_max_num_queries(14):
        actions.keep_compound(None, data, by=officer)
