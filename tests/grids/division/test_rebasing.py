"""The map in force changes while a draft is open: nothing of it is written over or lost."""

import threading
from datetime import date

import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.urls import reverse

from benchmarks.stage import until
from govgrid.core.errors import Refused
from grids import actions
from grids.division import lint
from grids.division.past import outline_on
from grids.models import AreaShape, Division, FormerShape, Piece, Step
from grids.workflow import State
from tests.factories.divisions import begin, counted, ready, upright
from tests.factories.grids import FacilityFactory, build_town, holder

DAY = date(2026, 3, 10)


def cut_first(division, officer):
    actions.split(division, 1, upright(111.003), by=officer)
    for number, count in ((1, 220), (3, 230)):
        actions.describe(division, number, by=officer, household_count=count)
    return ready(division, by=officer, on=DAY, voted_on=date(2026, 2, 20))


@pytest.fixture
def drawn(town, officer):
    """The first grid is cut in two, the second one is left as it is."""
    return cut_first(begin(town, by=officer), officer)


def boxed(west, east):
    return f"POLYGON(({west} 30,{east} 30,{east} 30.01,{west} 30.01,{west} 30))"


def import_border(town, x):
    """A map comes in that has the border between the two grids elsewhere."""
    first, second = town.grids[:2]
    rows = [
        (2, {"code": first.code, "wkt": boxed(111, x)}),
        (3, {"code": second.code, "wkt": boxed(x, 111.02)}),
    ]
    actions.import_outlines(rows, by=None)


def errors(division):
    return [one.kind for one in lint.check(division).errors]


def fresh(division):
    return Division.objects.get(pk=division.pk)


# ── noticed ───────────────────────────────────────────────────────────────────────────────────


def test_a_draft_is_not_submitted_over_a_map_that_was_redrawn(town, drawn, officer):
    assert errors(drawn) == []
    import_border(town, 111.011)
    assert errors(drawn) == ["outlines_changed"]
    with pytest.raises(Refused) as refusal:
        actions.move(drawn, "submit", by=officer)
    assert refusal.value.code == "map_has_errors"


def test_nor_approved(town, drawn, officer, head):
    actions.move(drawn, "submit", by=officer)
    import_border(town, 111.011)
    with pytest.raises(Refused) as refusal:
        actions.move(drawn, "approve", by=head)
    assert refusal.value.code == "map_has_errors"


def test_the_same_map_brought_again_is_no_change(town, drawn):
    import_border(town, 111.01)
    assert errors(drawn) == []


def test_a_division_that_took_effect_meanwhile_is_noticed(town, officer, head, clock_at):
    other = begin(town, by=officer)
    mine = begin(town, by=officer)
    actions.move_border(other, 1, 2, upright(111.011), by=officer)
    for number in (1, 2):
        actions.describe(other, number, by=officer, household_count=250)
    ready(other, by=officer, on=DAY, voted_on=date(2026, 2, 20))
    actions.move(other, "submit", by=officer)
    actions.move(other, "approve", by=head)
    clock_at("2026-03-10 00:00:30")
    assert actions.take_effect() == 1
    assert fresh(other).state == State.IN_FORCE
    assert "outlines_changed" in errors(mine)


def test_a_draft_begun_before_outlines_were_compared_goes_on(town, drawn):
    Division.objects.update(base_outlines="")
    import_border(town, 111.011)
    assert errors(fresh(drawn)) == []


# ── taking effect ─────────────────────────────────────────────────────────────────────────────


def approved(division, officer, head):
    actions.move(division, "submit", by=officer)
    actions.move(division, "approve", by=head)


def test_an_import_before_the_day_stops_it(town, drawn, officer, head, clock_at):
    approved(drawn, officer, head)
    clock_at("2026-03-09 12:00")
    import_border(town, 111.011)
    clock_at("2026-03-10 00:00:30")
    assert actions.take_effect() == 1
    assert fresh(drawn).state == State.REFUSED
    assert "redrawn" in drawn.events.last().note
    assert town.grids[1].shape.boundary != AreaShape.objects.get(area=town.grids[1]).boundary


def test_an_import_on_the_day_itself_is_not_lost_to_a_worker_that_comes_late(
    town, drawn, officer, head, clock_at
):
    approved(drawn, officer, head)
    clock_at("2026-03-10 08:00")
    import_border(town, 111.011)
    clock_at("2026-03-11 09:00")

    assert actions.take_effect() == 1

    assert fresh(drawn).state == State.REFUSED
    then = outline_on(town.grids[1], DAY)
    assert min(x for x, _y in then["coordinates"][0][0]) == pytest.approx(111.011)
    before = outline_on(town.grids[1], date(2026, 3, 9))
    assert min(x for x, _y in before["coordinates"][0][0]) == pytest.approx(111.01)


def test_a_worker_that_comes_late_changes_no_day(town, drawn, officer, head, clock_at):
    approved(drawn, officer, head)
    clock_at("2026-03-13 09:00")
    assert actions.take_effect() == 1
    new = town.communities[0].children.get(valid_from=DAY)
    assert new.code.endswith("003")
    assert FormerShape.objects.get().period.upper == DAY


# ── taken over ────────────────────────────────────────────────────────────────────────────────


def test_the_map_in_force_is_taken_over_where_nobody_drew(town, drawn, officer, head, clock_at):
    import_border(town, 111.011)
    division = actions.rebase(drawn, by=officer)

    pieces = {one.number: one.outline.extent for one in Piece.objects.shown(division)}
    assert pieces[2] == pytest.approx((111.011, 30, 111.02, 30.01))
    assert pieces[1] == pytest.approx((111.003, 30, 111.011, 30.01)), "it fills the gap"
    assert pieces[3] == pytest.approx((111, 30, 111.003, 30.01)), "what was drawn stays"
    assert errors(division) == []
    assert [(one.verb, one.pieces) for one in Step.objects.order_by("-number")[:2]] == [
        ("mend", [1]),
        ("rebase", [2]),
    ]


def test_what_was_drawn_gives_way_to_the_map_in_force(town, drawn, officer):
    import_border(town, 111.009)
    division = actions.rebase(drawn, by=officer)
    pieces = {one.number: one.outline.extent for one in Piece.objects.shown(division)}
    assert pieces[2] == pytest.approx((111.009, 30, 111.02, 30.01))
    assert pieces[1] == pytest.approx((111.003, 30, 111.009, 30.01))
    assert errors(division) == []


def test_a_draft_that_nobody_drew_on_follows_the_map_each_time(town, officer):
    division = begin(town, by=officer)
    for border in (111.011, 111.012):
        import_border(town, border)
        division = actions.rebase(division, by=officer)
        assert errors(division) == []
        first = Piece.objects.shown(division).get(number=1)
        assert first.outline.extent[2] == pytest.approx(border)


def test_nothing_is_undone_behind_the_map_in_force(town, drawn, officer):
    import_border(town, 111.011)
    division = actions.rebase(drawn, by=officer)
    division = actions.undo(division, by=officer)
    assert errors(division) == ["gap"], "the fitting is undone, the map is not"
    with pytest.raises(Refused) as refusal:
        actions.undo(division, by=officer)
    assert refusal.value.code == "map_taken_over"


def test_there_is_nothing_to_take_over_twice(town, drawn, officer):
    with pytest.raises(Refused) as refusal:
        actions.rebase(drawn, by=officer)
    assert refusal.value.code == "nothing_to_take_over"


def test_who_may_not_draw_takes_nothing_over(town, drawn, head):
    import_border(town, 111.011)
    with pytest.raises(PermissionDenied):
        actions.rebase(drawn, by=head)


def test_the_page_offers_it(client, town, drawn, officer):
    import_border(town, 111.011)
    client.force_login(officer)
    args = [drawn.community.code, drawn.pk]
    assert (
        "Take over the map in force"
        in client.get(reverse("grids:division", args=args)).content.decode()
    )
    client.post(reverse("grids:division_draw", args=args), {"simple": "rebase"})
    assert fresh(drawn).step == drawn.step + 2
    page = client.get(reverse("grids:division", args=args)).content.decode()
    assert "Take over the map in force" not in page
    client.post(reverse("grids:division_draw", args=args), {"simple": "undo"})
    page = client.get(reverse("grids:division", args=args)).content.decode()
    assert 'value="undo"' not in page
    assert 'value="redo"' in page


# ── places that are entered meanwhile ─────────────────────────────────────────────────────────

MAP_WAITERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(MAP_WAITERS)
        return cursor.fetchone()[0] > 0


def beside(act):
    """``act`` in a connection of its own, and what it raised."""
    failed = []

    def run():
        try:
            act()
        except BaseException as error:  # told by the test
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failed


@pytest.fixture
def waiting_map(transactional_db, clock_at):
    """A division whose day has come, and a lamp in what will be another grid."""
    clock_at("2026-03-01 09:00")
    town = build_town()
    counted(town, 240, 260)
    officer = holder("community_officer", area=town.communities[0])
    approved(
        cut_first(begin(town, by=officer), officer),
        officer,
        holder("street_head", area=town.streets[0]),
    )
    lamp = FacilityFactory(point=Point(111.015, 30.005, srid=4326), grid=town.grids[1])
    clock_at("2026-03-10 00:00:30")
    return town, lamp


WEST = Point(111.001, 30.005, srid=4326)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_place_that_is_moved_while_the_map_waits_lies_in_the_new_map(waiting_map):
    town, lamp = waiting_map
    with transaction.atomic():
        actions.keep_facility(lamp, {"point": WEST}, by=None)
        thread, failed = beside(actions.take_effect)
        until(somebody_waits, "the new map waits for who is placing something")
    thread.join(timeout=30)
    assert failed == []
    lamp.refresh_from_db()
    assert lamp.grid.code == f"{town.communities[0].code}003"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_place_that_is_moved_under_a_new_map_waits_for_it(waiting_map):
    town, lamp = waiting_map
    with transaction.atomic():
        assert actions.take_effect() == 1
        thread, failed = beside(lambda: actions.keep_facility(lamp, {"point": WEST}, by=None))
        until(somebody_waits, "who is placing something waits for the new map")
    thread.join(timeout=30)
    assert failed == []
    lamp.refresh_from_db()
    assert lamp.grid.code == f"{town.communities[0].code}003"
