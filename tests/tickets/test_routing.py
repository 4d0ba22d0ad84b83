import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.outbox.models import Message
from grids.models import Area, Department, Level
from tests.factories.grids import AreaFactory, DepartmentFactory, shape, square
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, spot
from tickets import actions
from tickets.models import FunctionHolder, OfficeFunction, RoutingRule
from tickets.queries import Spot
from tickets.routing import CLAIM, claim_and_decide

# One degree of longitude at 30° N is 96,486 m: metres to degrees, near enough for a border.
METRE = 1 / 96_486


@pytest.fixture
def manhole(db):
    return CategoryFactory(code="0101")


def decide(town, by, **content):
    """File one ticket and route it; gives the ticket."""
    ticket = filed(town, by=by, **content)
    actions.route()
    ticket.refresh_from_db()
    return ticket


def drawn(x1, x2, y1=30.0, y2=30.01):
    box = Polygon.from_bbox((x1, y1, x2, y2))
    box.srid = 4326
    return MultiPolygon(box, srid=4326)


def test_no_rule_means_triage_and_never_silence(town, cast, manhole):
    ticket = decide(town, cast["worker"])

    assert ticket.state == "triage"
    assert ticket.routed_at is not None
    assert ticket.routing == {"outcome": "unresolved", "category": "0101"}
    assert ticket.events.get(verb="route").after == "triage"


def test_the_explanation_is_kept(town, cast, manhole):
    rule = RuleFactory(category=manhole, area=town.district, department=town.housing)

    ticket = decide(town, cast["worker"])

    assert ticket.routing == {
        "outcome": "dispatched",
        "category": "0101",
        "rule": rule.code,
        "area": {"code": "420506", "name": "夷陵区"},
        "drawn": False,
        "any_category": False,
        "function": "",
        "department": "住建局",
    }


@pytest.mark.parametrize("winner", range(6))
def test_the_most_specific_rule_wins(town, cast, manhole, winner):
    """In this order; each is tried with all less specific ones beside it."""
    target = DepartmentFactory(name="winner", area=town.district)
    order = [
        {"category": manhole, "area": town.grids[0], "shape": drawn(111, 111.01)},
        {"category": None, "area": town.grids[0], "shape": drawn(111, 111.01)},
        {"category": manhole, "area": town.grids[0]},
        {"category": manhole, "area": town.streets[0]},
        {"category": manhole, "area": town.city},
        {"category": None, "area": town.grids[0]},
    ]
    for place, what in reversed(list(enumerate(order))):
        if place >= winner:
            RuleFactory(**what, department=target if place == winner else town.urban)

    ticket = decide(town, cast["worker"])

    assert ticket.lead_department == target


def test_the_oldest_of_two_equal_rules_wins(town, cast, manhole):
    for department in (town.housing, town.urban):
        RuleFactory(category=None, area=town.district, department=department)

    assert decide(town, cast["worker"]).lead_department == town.housing


def test_a_rule_that_ended_counts_no_more(town, cast, manhole):
    rule = RuleFactory(category=manhole, area=town.district, department=town.housing)
    RoutingRule.objects.filter(pk=rule.pk).update(valid_to=rule.valid_from)

    assert decide(town, cast["worker"]).state == "triage"


def test_a_department_that_is_gone_gets_nothing(town, cast, manhole):
    RuleFactory(category=manhole, area=town.district, department=town.housing)
    Department.objects.filter(pk=town.housing.pk).update(is_active=False)

    assert decide(town, cast["worker"]).state == "triage"


@pytest.mark.parametrize(("function", "level"), [("community_office", 4), ("street_office", 3)])
def test_an_office_function_is_the_office_of_the_place(town, cast, manhole, function, level):
    RuleFactory(category=manhole, area=town.district, function=function)

    ticket = decide(town, cast["worker"], grid=2)

    area = {4: town.communities[1], 3: town.streets[0]}[level]
    assert ticket.lead_department == town.offices[area.pk]
    assert ticket.routing["function"] == function


def test_a_function_is_held_for_category_before_any_and_near_before_far(town, cast, manhole):
    company, carrier, far = (DepartmentFactory(area=town.district) for _ in range(3))
    RuleFactory(category=manhole, area=town.district, function=OfficeFunction.FACILITY_OWNER)
    hold = FunctionHolder.objects.create
    hold(function="facility_owner", area=town.district, category=manhole, department=carrier)
    hold(function="facility_owner", area=town.communities[0], category=None, department=company)
    hold(function="facility_owner", area=town.streets[1], category=manhole, department=far)

    assert decide(town, cast["worker"], grid=0).lead_department == carrier
    FunctionHolder.objects.filter(department=carrier).delete()
    assert decide(town, cast["worker"], grid=0).lead_department == company
    assert decide(town, cast["worker"], grid=2).state == "triage"


# ── borders ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("metres", "state"), [(14, "triage"), (16, "dispatched")])
def test_a_border_between_two_responsibilities_is_decided_by_a_person(
    town, cast, manhole, metres, state
):
    """Between grid 3 (street 1) and grid 4 (street 2), each with its own lead."""
    for street, department in zip(town.streets, (town.housing, town.urban), strict=True):
        RuleFactory(category=manhole, area=street, department=department)

    ticket = decide(town, cast["worker"], spot=spot(111.04 - metres * METRE, 30.005))

    assert ticket.state == state
    if state == "triage":
        assert ticket.routing["beside"] == [{"grid": town.grids[4].name, "department": "城管局"}]
        assert ticket.routing["department"] == "住建局"


def test_a_border_within_one_responsibility_is_no_dispute(town, cast, manhole):
    RuleFactory(category=manhole, area=town.district, department=town.housing)

    ticket = decide(town, cast["worker"], spot=spot(111.04 - METRE, 30.005))

    assert ticket.state == "dispatched"


def test_the_edge_of_the_map_is_no_dispute(town, cast, manhole):
    RuleFactory(category=manhole, area=town.district, department=town.housing)

    assert decide(town, cast["worker"], spot=spot(111 + METRE, 30.005)).state == "dispatched"


@pytest.mark.parametrize(
    ("lon", "state", "lead"),
    [
        (111.005, "dispatched", "城管局"),  # well inside the drawn piece
        (111.006 - 10 * METRE, "triage", None),  # inside, near its edge
        (111.006 + 10 * METRE, "triage", None),  # outside, near its edge
        (111.006 + 20 * METRE, "dispatched", "住建局"),
    ],
)
def test_the_edge_of_a_drawn_piece_is_a_border_too(town, cast, manhole, lon, state, lead):
    RuleFactory(category=manhole, area=town.district, department=town.housing)
    RuleFactory(
        category=None, area=town.district, department=town.urban, shape=drawn(111.004, 111.006)
    )

    ticket = decide(town, cast["worker"], spot=spot(lon, 30.005))

    assert ticket.state == state
    assert str(ticket.lead_department) == str(lead)


def test_a_special_grid_has_rules_of_its_own(town, cast, manhole):
    market = AreaFactory(
        code=f"{town.communities[0].code}901",
        name="市场",
        level=Level.GRID,
        parent=town.communities[0],
        kind=Area.Kind.SPECIAL,
    )
    shape(market, square(111.002, 30.002, 0.006))
    RuleFactory(category=manhole, area=town.district, department=town.housing)
    RuleFactory(category=manhole, area=market, department=town.urban)

    inside = decide(town, cast["worker"])
    edge = decide(town, cast["worker"], spot=spot(111.008 - 5 * METRE, 30.005))

    assert (inside.grid, inside.lead_department) == (market, town.urban)
    assert edge.state == "triage"


def test_a_grid_given_by_code_is_routed_without_a_point(town, cast, manhole):
    RuleFactory(category=manhole, area=town.district, department=town.housing)

    ticket = decide(town, cast["worker"], spot=Spot(grid=town.grids[1].code))

    assert ticket.lead_department == town.housing


# ── sets ──────────────────────────────────────────────────────────────────────────────────────


def test_one_query_decides_for_many(town, cast, manhole, django_assert_num_queries):
    RuleFactory(category=manhole, area=town.district, department=town.housing)
    for grid in (0, 3, 5, 7):
        filed(town, by=cast["worker"], grid=grid)

    with django_assert_num_queries(1):
        decisions = claim_and_decide()

    assert {one.department_id for one in decisions} == {town.housing.pk}
    assert len(decisions) == 4


def test_a_second_run_finds_nothing(town, cast, manhole):
    filed(town, by=cast["worker"])

    assert actions.route() == 1
    assert actions.route() == 0


def test_the_claim_walks_its_partial_index(town, cast):
    with connection.cursor() as cursor:
        # Of a table that is nearly empty every plan is as good: only what needs no sort is left.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {CLAIM.format(batch=500)}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "ticket_unrouted" in plan
    assert "Sort" not in plan


def test_routing_many_asks_no_more_than_routing_one(town, cast, manhole):
    RuleFactory(category=manhole, area=town.district, department=town.housing)
    other = CategoryFactory(code="0102")  # no rule: the street desk is told

    def queries(count):
        for _number in range(count):
            filed(town, by=cast["worker"])
            filed(town, by=cast["worker"], category=other)
        with CaptureQueriesContext(connection) as asked:
            assert actions.route() == 2 * count
        return len(asked)

    assert queries(1) == queries(3)
    assert Message.objects.filter(recipient=cast["clerk"], kind="ticket_offered").count() == 4
    assert Message.objects.filter(recipient=cast["street"], kind="ticket_triage").count() == 4
    assert not Message.objects.filter(recipient__in=[cast["urban"], cast["other_street"]]).exists()
