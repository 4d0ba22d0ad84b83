"""From a draft to the map in force: what is asked for, who decides, and what the day brings."""

import threading
from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import Point, Polygon
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.utils import DatabaseError, IntegrityError

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from grids import actions, workflow
from grids.actions import drawing
from grids.division.past import outlines_on
from grids.division.reading import ends_with, in_reach_of, vacancies
from grids.models import (
    Area,
    AreaShape,
    Division,
    DivisionEvent,
    Facility,
    FacilityClass,
    FormerShape,
    Piece,
    Post,
    Principle,
)
from grids.queries import locate
from grids.workflow import MOVES, Facts, State
from tests.factories.accounts import UserFactory
from tests.factories.divisions import begin, counted, ready, upright
from tests.factories.grids import SINCE, AreaFactory, build_town, holder

DAY = date(2026, 3, 10)


@pytest.fixture
def drawn(town, officer):
    """Everything is asked for and there: the two grids become one half and two quarters."""
    division = begin(town, by=officer)
    actions.split(division, 1, upright(111.003), by=officer)
    for number, count in ((1, 220), (3, 230)):
        actions.describe(division, number, by=officer, household_count=count)
    return ready(division, by=officer, on=DAY, voted_on=date(2026, 2, 20))


def approved(division, officer, head):
    actions.move(division, "submit", by=officer)
    return actions.move(division, "approve", by=head)


def state_of(division):
    return Division.objects.get(pk=division.pk).state


# ── what is asked for ─────────────────────────────────────────────────────────────────────────

WHOLE = Facts(
    state=State.DRAFTED,
    today=date(2026, 3, 1),
    effective_on=DAY,
    answered=frozenset(workflow.PRINCIPLES),
    votes=(101, 7),
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"errors": 1}, "map_has_errors"),
        ({"unexplained": 2}, "warning_unexplained"),
        ({"answered": frozenset({"near"})}, "principles_open"),
        ({"unkept_without_note": frozenset({"near"})}, "principle_without_note"),
        ({"votes": None}, "vote_missing"),
        ({"votes": (7, 7)}, "vote_against"),
        ({"effective_on": None}, "date_missing"),
        ({"effective_on": date(2026, 3, 1)}, "date_past"),
        ({"state": State.IN_FORCE}, "wrong_state"),
    ],
)
def test_a_draft_is_not_submitted_without(change, code):
    facts = Facts(**{**vars(WHOLE), **change})
    assert [lack.code for lack in workflow.lacks("submit", facts)] == [code]


def test_nothing_stands_in_the_way_of_a_whole_draft():
    assert workflow.lacks("submit", WHOLE) == []


def test_every_move_leads_from_one_state_to_another():
    for name, move in MOVES.items():
        assert move.sources, name
        assert move.target not in move.sources
        assert State.IN_FORCE not in move.sources, "what holds is history"


def test_a_vote_lies_in_the_past_and_adds_up(town, officer):
    division = begin(town, by=officer)
    with pytest.raises(Refused) as refusal:
        actions.plan(division, by=officer, voted_on=date(2026, 3, 2))
    assert refusal.value.code == "vote_to_come"
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.plan(division, by=officer, voted_on=SINCE, voters=10, votes_for=9, votes_against=2)


# ── who decides ───────────────────────────────────────────────────────────────────────────────


def test_submitted_approved_and_in_force_on_the_day(town, drawn, officer, head, clock_at):
    approved(drawn, officer, head)
    assert actions.take_effect() == 0
    clock_at("2026-03-10 00:00:30")
    assert actions.take_effect() == 1
    assert actions.take_effect() == 0
    assert state_of(drawn) == State.IN_FORCE
    assert [one.verb for one in drawn.events.all()] == ["begin", "submit", "approve", "take_effect"]


def test_who_drew_does_not_decide(town, drawn, officer):
    both = holder("street_desk", area=town.streets[0])
    Post.objects.create(
        user=both, role="street_head", area=town.streets[0], period=DateRange(SINCE, None)
    )
    actions.describe(drawn, 2, by=both, name="改名")
    actions.move(drawn, "submit", by=officer)
    for name in ("approve", "refuse"):
        with pytest.raises(Refused) as refusal:
            actions.move(drawn, name, by=both, note="我画的")
        assert refusal.value.code == "own_work"
    assert state_of(drawn) == State.SUBMITTED


@pytest.mark.parametrize("role", ["community_officer", "street_desk", "auditor"])
def test_only_who_may_decides(town, drawn, officer, role):
    actions.move(drawn, "submit", by=officer)
    area = town.communities[0] if role == "community_officer" else town.streets[0]
    with pytest.raises(PermissionDenied):
        actions.move(drawn, "approve", by=holder(role, area=area))


def test_the_head_of_another_street_does_not_decide(town, drawn, officer):
    actions.move(drawn, "submit", by=officer)
    with pytest.raises(PermissionDenied):
        actions.move(drawn, "approve", by=holder("street_head", area=town.streets[1]))


def test_refusing_says_why_and_leads_back_to_the_drawing(drawn, officer, head):
    actions.move(drawn, "submit", by=officer)
    with pytest.raises(Refused) as refusal:
        actions.move(drawn, "refuse", by=head)
    assert refusal.value.code == "note_missing"
    actions.move(drawn, "refuse", by=head, note="边界应沿河")
    actions.move(drawn, "revise", by=officer)
    assert state_of(drawn) == State.DRAFTED
    assert drawn.events.get(verb="refuse").note == "边界应沿河"


def test_what_is_submitted_is_not_drawn_on(drawn, officer):
    actions.move(drawn, "submit", by=officer)
    for act in (
        lambda: actions.split(drawn, 2, upright(111.015), by=officer),
        lambda: actions.undo(drawn, by=officer),
        lambda: actions.plan(drawn, by=officer, effective_on=DAY),
        lambda: actions.answer_principle(drawn, "near", by=officer, is_kept=False),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "not_a_draft"


def test_one_division_of_a_community_waits_for_its_day(town, drawn, officer, head):
    approved(drawn, officer, head)
    other = begin(town, by=officer)
    ready(other, by=officer, on=DAY + timedelta(days=1), voted_on=date(2026, 2, 20))
    actions.move(other, "submit", by=officer)
    with pytest.raises(Refused) as refusal:
        actions.move(other, "approve", by=head)
    assert refusal.value.code == "another_approved"


def told(person):
    return list(
        Message.objects.filter(recipient=person, channel="inapp")
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_who_decides_is_told_and_then_who_drew(town, drawn, officer, head, clock_at):
    other = holder("street_head", area=town.streets[1])
    command = holder("district_command", area=town.district)
    actions.move(drawn, "submit", by=officer)
    assert (told(head), told(officer)) == (["division_to_decide"], [])
    assert told(other) == told(command) == [], "the district only where the street has nobody"
    actions.move(drawn, "approve", by=head)
    clock_at("2026-03-10 00:01")
    actions.take_effect()
    assert told(officer) == ["division_approved", "division_in_force"]
    assert told(head) == ["division_to_decide"]


def test_what_was_withdrawn_never_takes_effect(drawn, officer, head, clock_at):
    approved(drawn, officer, head)
    actions.move(drawn, "withdraw", by=officer, note="村民要求重议")
    clock_at("2026-03-11 08:00")
    assert actions.take_effect() == 0
    assert state_of(drawn) == State.WITHDRAWN


def test_the_history_cannot_be_changed(drawn):
    with pytest.raises(DatabaseError), transaction.atomic():
        DivisionEvent.objects.filter(division=drawn).update(note="")
    with pytest.raises(DatabaseError), transaction.atomic():
        DivisionEvent.objects.filter(division=drawn).delete()


# ── what the day brings ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def effective(drawn, officer, head, clock_at):
    approved(drawn, officer, head)
    clock_at("2026-03-10 00:00:30")
    actions.take_effect()
    return Division.objects.get(pk=drawn.pk)


def test_a_piece_keeps_its_area_and_the_earlier_outline_stays(town, effective):
    kept, new = town.grids[0], Area.objects.get(code=f"{town.communities[0].code}003")
    former = FormerShape.objects.get()
    assert former.area == kept
    assert former.period == DateRange(SINCE, DAY)
    assert former.boundary.extent == pytest.approx((111, 30, 111.01, 30.01))
    kept.shape.refresh_from_db()
    assert kept.shape.boundary.extent == pytest.approx((111.003, 30, 111.01, 30.01))
    assert (new.valid_from, new.valid_to, new.parent) == (DAY, None, town.communities[0])
    assert new.path == f"{town.communities[0].path}{new.pk}."
    assert new.household_count == 230
    assert new.shape.level == 5


def test_a_point_is_located_by_the_new_map(town, effective):
    assert locate(111.001, 30.005).grid.code == f"{town.communities[0].code}003"
    assert locate(111.008, 30.005).grid.code == town.grids[0].code
    assert locate(*town.middle(1)).grid.code == town.grids[1].code


def test_nothing_is_left_between_the_old_and_the_new_map(town, effective):
    shapes = AreaShape.objects.filter(area__parent=town.communities[0], area__valid_to=None)
    whole = Polygon.from_bbox((111, 30, 111.02, 30.01))
    assert sum(one.boundary.area for one in shapes) == pytest.approx(whole.area, rel=1e-9)


@pytest.fixture
def merged(town, officer):
    """The second grid is joined to the first and ends."""
    division = begin(town, by=officer)
    actions.merge(division, [1, 2], by=officer)
    actions.describe(division, 1, by=officer, household_count=280)
    return ready(division, by=officer, on=DAY, voted_on=date(2026, 2, 20))


def test_a_grid_that_no_piece_keeps_ends_with_a_successor(town, merged, officer, head, clock_at):
    approved(merged, officer, head)
    clock_at("2026-03-12 10:00")
    actions.take_effect()
    ended = Area.objects.get(pk=town.grids[1].pk)
    assert (ended.valid_to, ended.successor) == (DAY, town.grids[0])
    assert locate(*town.middle(1)).grid.code == town.grids[0].code


def test_posts_of_a_grid_that_ends_end_with_it(town, merged, officer, head, clock_at):
    worker = holder("grid_worker", area=town.grids[1])
    approved(merged, officer, head)
    clock_at("2026-03-10 00:00:30")
    actions.take_effect()
    assert Post.objects.get(user=worker).period == DateRange(SINCE, DAY)
    assert vacancies(merged) == [town.grids[0]]


def test_posts_are_carried_on_where_the_draft_says_so(town, merged, officer, head, clock_at):
    main = holder("grid_worker", area=town.grids[0])
    worker = holder("grid_worker", area=town.grids[1])
    actions.say_ending(merged, town.grids[1], by=officer, heir=1, carries_posts=True)
    told = ends_with(merged, list(Piece.objects.shown(merged)))
    assert [(one.area, one.heir, one.posts) for one in told] == [(town.grids[1], 1, 1)]
    approved(merged, officer, head)
    clock_at("2026-03-10 00:00:30")
    actions.take_effect()
    carried = Post.objects.get(user=worker, area=town.grids[0])
    assert carried.period == DateRange(DAY, None)
    assert not carried.is_main, "the grid has a main worker already"
    assert Post.objects.get(user=main).is_main
    assert vacancies(merged) == []


def test_a_map_that_changed_meanwhile_is_not_written_over(town, drawn, officer, head, clock_at):
    approved(drawn, officer, head)
    town.grids[1].valid_to = date(2026, 3, 5)
    town.grids[1].save()
    clock_at("2026-03-10 00:00:30")
    assert actions.take_effect() == 1
    assert state_of(drawn) == State.REFUSED
    assert drawn.events.last().verb == "fall_back"
    assert FormerShape.objects.count() == 0


def test_a_code_that_was_taken_meanwhile_stops_it(town, drawn, officer, head, clock_at):
    approved(drawn, officer, head)
    taken = f"{town.communities[0].code}003"
    AreaFactory(code=taken, name="别处", level=5, parent=town.communities[3])
    clock_at("2026-03-10 00:00:30")
    assert actions.take_effect() == 1
    assert actions.take_effect() == 0
    assert state_of(drawn) == State.REFUSED
    assert taken in drawn.events.last().note


def test_a_second_division_keeps_a_second_outline(town, effective, officer, head, clock_at):
    again = begin(town, by=officer)
    actions.move_border(again, 1, 3, upright(111.004), by=officer)
    for number, count in ((1, 210), (3, 240)):
        actions.describe(again, number, by=officer, household_count=count)
    ready(again, by=officer, on=date(2026, 4, 1), voted_on=date(2026, 3, 9))
    approved(again, officer, head)
    clock_at("2026-04-01 00:01")
    actions.take_effect()
    periods = FormerShape.objects.filter(area=town.grids[0]).values_list("period", flat=True)
    assert list(periods) == [DateRange(SINCE, DAY), DateRange(DAY, date(2026, 4, 1))]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_redraw_once(transactional_db, clock_at):
    clock_at("2026-03-01 09:00")
    town = build_town()
    counted(town, 240, 260)
    officer = holder("community_officer", area=town.communities[0])
    head = holder("street_head", area=town.streets[0])
    division = begin(town, by=officer)
    actions.split(division, 1, upright(111.003), by=officer)
    for number, count in ((1, 220), (3, 230)):
        actions.describe(division, number, by=officer, household_count=count)
    ready(division, by=officer, on=DAY, voted_on=date(2026, 2, 20))
    approved(division, officer, head)
    clock_at("2026-03-10 00:00:30")
    barrier, done = threading.Barrier(4), []

    def sweep():
        try:
            barrier.wait(timeout=10)
            done.append(actions.take_effect())
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == [0, 0, 0, 1]
    assert Area.objects.filter(valid_from=DAY).count() == 1
    assert division.events.filter(verb="take_effect").count() == 1
    assert FormerShape.objects.count() == 1


# ── who reads ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "where", "sees"),
    [
        ("community_officer", "communities", True),
        ("street_desk", "streets", True),
        ("street_head", "streets", True),
        ("district_command", "district", True),
        ("auditor", "city", True),
        ("system_admin", "district", True),
        ("grid_worker", "grids", False),
        ("resident", "communities", False),
    ],
)
def test_lists_and_rules_agree_on_who_reads(town, drawn, role, where, sees):
    place = getattr(town, where)
    person = holder(role, area=place[0] if isinstance(place, list) else place)
    elsewhere = begin(town, community=3)
    found = set(in_reach_of(person))
    by_rule = {
        one for one in (drawn, elsewhere) if person.has_perm("grids.view_division", one.community)
    }
    assert found == by_rule
    assert (drawn in found) is sees


def test_answers_to_the_rules_are_changed_not_doubled(drawn, officer):
    actions.answer_principle(drawn, "habit", by=officer, is_kept=False, note="河两岸历来一家")
    row = Principle.objects.get(division=drawn, slug="habit")
    assert (row.is_kept, row.note) == (False, "河两岸历来一家")
    with pytest.raises(Refused):
        actions.answer_principle(drawn, "zodiac", by=officer, is_kept=True)


def test_sizes_are_set_by_who_decides(town, officer, head):
    with pytest.raises(PermissionDenied):
        actions.set_size(town.communities[0], "basic", 100, 400, by=officer)
    row = actions.set_size(town.streets[0], "basic", 100, 400, by=head)
    assert row.since == clock.today()


def test_the_page_of_a_division_in_force(client, town, effective, head):
    client.force_login(head)

    assert client.get(effective.get_absolute_url()).status_code == 200


def test_a_grid_that_was_renamed_is_called_as_it_was_on_the_map_of_then(
    town, drawn, officer, head, clock_at
):
    was = town.grids[0].name
    actions.describe(drawn, 1, by=officer, name="新名字")
    approved(drawn, officer, head)
    clock_at("2026-03-10 00:00:30")
    actions.take_effect()

    before, now = (
        {one.name for one in outlines_on(town.communities[0], day)}
        for day in (DAY - timedelta(days=1), DAY)
    )
    assert was in before
    assert "新名字" in now
    assert was not in now


def test_what_no_check_foresaw_stands_in_nobody_elses_way(
    drawn, officer, head, clock_at, monkeypatch
):
    approved(drawn, officer, head)
    clock_at("2026-03-10 00:00:30")

    def fails(division):
        Area.objects.filter(pk=division.community_id).update(name="half done")
        raise DatabaseError("TopologyException")

    monkeypatch.setattr("grids.actions.divisions._redraw", fails)

    assert actions.take_effect() == 1
    assert actions.take_effect() == 0
    assert state_of(drawn) == State.REFUSED
    assert drawn.events.latest("pk").verb == "fall_back"
    assert not Area.objects.filter(name="half done").exists()


def test_what_stands_in_a_grid_follows_the_map(town, drawn, officer, head, clock_at):
    kind = FacilityClass.objects.create(major="01", minor="01", major_name="市政", name="路灯")
    lamp = Facility.objects.create(
        district_code="420506", facility_class=kind, serial="000001", code="4205060101000001",
        point=Point(111.001, 30.005, srid=4326), grid=town.grids[0],
    )  # fmt: skip
    approved(drawn, officer, head)
    clock_at("2026-03-10 00:00:30")
    actions.take_effect()

    lamp.refresh_from_db()
    assert lamp.grid.code == f"{town.communities[0].code}003"


def test_a_proposal_of_who_lost_the_right_to_draw_is_not_taken_over(drawn):
    with pytest.raises(Refused) as refusal:
        drawing.take_over(drawn, [], by=UserFactory())

    assert refusal.value.code == "may_not_draw"
