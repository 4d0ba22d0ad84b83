"""What stood in a grid that ends: where it goes, what must be decided before, and what is told."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from govgrid.core import clock
from govgrid.outbox.models import Message
from grids import actions, workflow
from grids.actions import following
from grids.actions.divisions import gather
from grids.division import lint, succession
from grids.division.reading import ends_with
from grids.division.succession import Fate
from grids.gate import Decision, Rhythm
from grids.models import Division, Duty, DutyDone, Level, Piece, Post, Requirement, TeamSeat
from grids.queries import locate
from tests.factories.divisions import begin, ready, upright
from tests.factories.grids import DepartmentFactory, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed
from tickets import actions as tickets
from tickets.models import FunctionHolder, RoutingRule, TimeLimit

DAY = date(2026, 3, 10)


@pytest.fixture
def merged(town, officer):
    """The second grid is joined to the first and ends: it is plain who follows."""
    division = begin(town, by=officer)
    actions.merge(division, [1, 2], by=officer)
    actions.describe(division, 1, by=officer, household_count=280)
    return ready(division, by=officer, on=DAY, voted_on=date(2026, 2, 20))


@pytest.fixture
def shared(town, officer):
    """The second grid is cut in two halves that keep nothing: nobody can know who follows."""
    division = begin(town, by=officer)
    actions.split(division, 2, upright(111.015), by=officer)
    actions.describe(division, 2, by=officer, keeps=None)
    for number in (2, 3):
        actions.describe(division, number, by=officer, household_count=220)
    return ready(division, by=officer, on=DAY, voted_on=date(2026, 2, 20))


@pytest.fixture
def category(db):
    return CategoryFactory(code="0101")


@pytest.fixture
def full(town, category, officer, head):
    """The second grid has one of each."""
    grid = town.grids[1]
    duty = Duty.objects.create(
        name="消防通道",
        what="看消防通道",
        department=town.housing,
        area=grid,
        level=Level.GRID,
        rhythm=Rhythm.MONTHLY,
        starts_on=date(2026, 2, 1),
        ends_on=date(2026, 12, 31),
        decision=Decision.ADMITTED,
        proposed_by=officer,
        decided_by=head,
        decided_at=clock.now(),
    )
    return {
        "rule": RuleFactory(category=category, area=grid, department=town.housing),
        "holder": FunctionHolder.objects.create(
            function="property_company", area=grid, department=town.housing
        ),
        "limit": TimeLimit.objects.create(
            clock="resolve",
            scope="any",
            area=grid,
            limit="WD2",
            reason="试点",
            valid_from=clock.now(),
        ),
        "seat": TeamSeat.objects.create(area=grid, function="police", department=town.housing),
        "requirement": Requirement.objects.create(area=grid, role="grid_worker", text="本地居住"),
        "duty": duty,
    }


def in_force(division, officer, head, clock_at):
    actions.move(division, "submit", by=officer)
    actions.move(division, "approve", by=head)
    clock_at("2026-03-10 00:00:30")
    assert actions.take_effect() == 1
    return Division.objects.get(pk=division.pk)


def fates(division):
    pieces = list(Piece.objects.shown(division))
    left = succession.left_by(ends_with(division, pieces), pieces, DAY)
    return {one.kind.slug: one.fate for one in left}


def warnings(division):
    return [one for one in lint.check(division).warnings if one.kind in Fate.values]


# ── where it is plain ─────────────────────────────────────────────────────────────────────────


def test_what_stands_in_a_grid_that_is_joined_goes_on(
    town, full, merged, officer, head, category, clock_at
):
    assert set(fates(merged).values()) == {Fate.GOES}
    assert set(fates(merged)) == {
        *("routing_rule", "function_holder", "time_limit"),
        *("team_seat", "requirement", "duty"),
    }
    assert warnings(merged) == []

    division = in_force(merged, officer, head, clock_at)

    follows, ended = town.grids[:2]
    rule = RoutingRule.objects.in_force().get(category=category)
    assert (rule.area, rule.department) == (follows, town.housing)
    full["rule"].refresh_from_db()
    assert full["rule"].valid_to == rule.valid_from
    assert TimeLimit.objects.in_force().get().area == follows
    for model in (FunctionHolder, TeamSeat, Requirement):
        assert model.objects.get().area == follows
    former, duty = Duty.objects.order_by("pk")
    assert (former.area, former.ends_on) == (ended, DAY - timedelta(days=1))
    assert (duty.area, duty.starts_on, duty.ends_on) == (follows, DAY, date(2026, 12, 31))
    assert (duty.decision, duty.decided_by) == (Decision.ADMITTED, head)
    assert {row["fate"] for row in division.carried} == {"goes"}
    assert not Message.objects.filter(kind="division_left").exists()


def test_a_report_is_routed_by_the_rule_that_went_on(
    town, full, merged, officer, head, category, clock_at
):
    elsewhere = DepartmentFactory(area=town.district)
    RuleFactory(category=category, area=town.district, department=elsewhere)
    in_force(merged, officer, head, clock_at)

    ticket = filed(town, by=holder("grid_worker", area=town.grids[0]), grid=1, category=category)
    tickets.route()
    ticket.refresh_from_db()

    assert locate(*town.middle(1)).grid.id == town.grids[0].pk == ticket.grid_id
    assert [one.department for one in ticket.assignments.all()] == [town.housing]


def test_answers_stay_where_they_were_given(town, full, merged, officer, head, clock_at):
    worker = holder("grid_worker", area=town.grids[1])
    given = DutyDone.objects.create(
        duty=full["duty"],
        area=town.grids[1],
        first_day=date(2026, 3, 1),
        outcome="done",
        post=Post.objects.get(user=worker),
        client_id=uuid4(),
        at=clock.now(),
    )
    in_force(merged, officer, head, clock_at)
    given.refresh_from_db()
    assert (given.area, given.duty) == (town.grids[1], full["duty"])


def test_a_duty_that_has_not_begun_moves(town, full, merged, officer, head, clock_at):
    Duty.objects.update(starts_on=date(2026, 4, 1))
    in_force(merged, officer, head, clock_at)
    duty = Duty.objects.get()
    assert (duty.area, duty.starts_on) == (town.grids[0], date(2026, 4, 1))


def test_what_is_over_or_of_the_community_is_left_alone(
    town, full, merged, officer, head, clock_at
):
    Duty.objects.update(ends_on=DAY - timedelta(days=1))
    own = TeamSeat.objects.create(
        area=town.communities[0], function="clinic", department=town.housing
    )
    assert "duty" not in fates(merged)
    in_force(merged, officer, head, clock_at)
    own.refresh_from_db()
    assert own.area == town.communities[0]
    assert Duty.objects.get().area == town.grids[1]


# ── where a person must decide ────────────────────────────────────────────────────────────────


def test_what_is_shared_out_ends_unless_somebody_says_who_follows(
    town, full, shared, officer, head, clock_at
):
    assert set(fates(shared).values()) == {Fate.UNSURE}
    (told,) = warnings(shared)
    assert "1 routing rule" in told.words
    assert "1 duty" in told.words
    assert "warning_unexplained" in _lacks(shared, officer), "a reason or a decision comes first"

    actions.say_ending(shared, town.grids[1], by=officer, heir=3, carries_posts=False)

    assert set(fates(shared).values()) == {Fate.GOES}
    assert warnings(shared) == []
    division = in_force(shared, officer, head, clock_at)
    new = TeamSeat.objects.get().area
    assert new not in town.grids
    assert new.parent == town.communities[0]
    assert RoutingRule.objects.in_force().get().area == new
    assert {row["heir"] for row in division.carried} == {f"{new.code} {new.name}"}


def _lacks(division, officer):
    facts = gather(division, by=officer, checked=lint.check(division))
    return [lack.code for lack in workflow.lacks("submit", facts)]


def test_what_ends_with_a_reason_is_told_to_who_drew_and_who_approved(
    town, full, shared, officer, head, clock_at
):
    (told,) = warnings(shared)
    actions.excuse(shared, told.key, "规则将按社区统一", by=officer)
    division = in_force(shared, officer, head, clock_at)

    full["rule"].refresh_from_db()
    assert full["rule"].valid_to is not None
    assert not RoutingRule.objects.in_force().exists()
    assert Duty.objects.get().ends_on == DAY - timedelta(days=1)
    assert TeamSeat.objects.get().area == town.grids[1], "read there, and asked nowhere"
    assert {row["fate"] for row in division.carried} == {"unsure"}
    left = Message.objects.filter(kind="division_left", channel="inapp")
    assert {one.recipient for one in left} == {officer, head}
    assert {one.params["count"] for one in left} == {"6"}


def test_what_follows_keeps_what_it_is_told_itself(
    town, full, merged, officer, head, category, clock_at
):
    other = DepartmentFactory(area=town.district)
    own = RuleFactory(category=category, area=town.grids[0], department=other)
    Requirement.objects.create(area=town.grids[0], role="grid_worker", text="本地居住")
    found = fates(merged)
    assert (found["routing_rule"], found["requirement"]) == (Fate.CLASHES, Fate.SAME)
    (told,) = warnings(merged)
    assert told.kind == "clashes"
    actions.excuse(merged, told.key, "以合并后为准", by=officer)

    in_force(merged, officer, head, clock_at)

    assert RoutingRule.objects.in_force().get() == own
    assert Requirement.objects.filter(area=town.grids[0]).count() == 1


def test_two_that_end_in_one_and_say_different_things_are_not_mixed(town, category, officer):
    first, second = town.grids[:2]
    RuleFactory(category=category, area=first, department=town.housing)
    RuleFactory(category=category, area=second, department=DepartmentFactory(area=town.district))
    division = begin(town, by=officer)
    actions.merge(division, [1, 2], by=officer)
    actions.describe(division, 1, by=officer, keeps=None)
    division.refresh_from_db()

    pieces = list(Piece.objects.shown(division))
    left = succession.left_by(ends_with(division, pieces), pieces, DAY)

    assert [one.fate for one in left] == [Fate.CLASHES, Fate.CLASHES]


def test_the_same_from_two_that_end_is_said_once(town, category, officer):
    for grid in town.grids[:2]:
        RuleFactory(category=category, area=grid, department=town.housing)
    division = begin(town, by=officer)
    actions.merge(division, [1, 2], by=officer)
    actions.describe(division, 1, by=officer, keeps=None)
    division.refresh_from_db()

    pieces = list(Piece.objects.shown(division))
    left = succession.left_by(ends_with(division, pieces), pieces, DAY)

    assert [one.fate for one in left] == [Fate.GOES, Fate.SAME]


def test_a_drawn_rule_goes_by_its_polygon(town, category, merged, officer, head, clock_at):
    drawn = RuleFactory(
        category=category,
        area=town.grids[1],
        department=town.housing,
        shape=town.grids[1].shape.boundary,
    )
    assert fates(merged) == {}
    in_force(merged, officer, head, clock_at)
    assert RoutingRule.objects.in_force().get() == drawn


def test_a_draft_that_ends_nothing_asks_nobody(town, full, officer, django_assert_num_queries):
    division = begin(town, by=officer)
    assert warnings(division) == []
    with django_assert_num_queries(0):
        assert succession.left_by([], [], DAY) == []


def test_kinds_are_registered_once():
    before = len(succession._kinds)
    following.register()
    assert len(succession._kinds) == before == 6


# ── pages ─────────────────────────────────────────────────────────────────────────────────────


def page_of(client, division, person):
    client.force_login(person)
    url = reverse("grids:division", args=[division.community.code, division.pk])
    return client.get(url).content.decode()


def test_the_page_of_a_draft_says_what_becomes_of_it(client, full, shared, merged, officer):
    assert "goes on in what follows" in page_of(client, merged, officer)
    page = page_of(client, shared, officer)
    assert "ends, since nobody said who follows" in page
    assert "消防通道" in page


def test_the_page_of_a_division_in_force_lists_what_was_left(
    client, town, full, shared, officer, head, clock_at
):
    (told,) = warnings(shared)
    actions.excuse(shared, told.key, "规则将按社区统一", by=officer)
    page = page_of(client, in_force(shared, officer, head, clock_at), head)
    assert "What stood in the grids that ended" in page
    assert town.grids[1].code in page
    assert "本地居住" in page
