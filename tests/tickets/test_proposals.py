"""What would become of a report or a whistle, told before it is sent; what was closed at a place."""

from datetime import timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from govgrid.core.errors import Refused
from tests.factories.grids import DepartmentFactory
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, filing, routed, spot
from tickets import actions, proposals, repeats
from tickets.models import FunctionHolder, OfficeFunction, Ticket
from tickets.queries import Spot
from tickets.reasons import helper_why


@pytest.fixture
def parking(db):
    return CategoryFactory(
        code="0706", group_code="07", lead="街道办", helpers="住建局,供电公司,消防救援,物业企业"
    )


@pytest.fixture
def fire(town):
    return DepartmentFactory(name="消防救援", area=town.district)


def look(town, cast, category, kind="hard", *, who="community", place=None):
    imagined = proposals.imagine(category, place or spot(*town.middle(0)))
    return proposals.prospect(imagined, kind, by=cast[who])


def names(found) -> dict[str, str | None]:
    return {one.name: one.department and one.department.short_name for one in found.helpers}


def drawn(x1, x2):
    box = Polygon.from_bbox((x1, 30.0, x2, 30.01))
    box.srid = 4326
    return MultiPolygon(box, srid=4326)


# ── who ───────────────────────────────────────────────────────────────────────────────────────


def test_a_hard_case_on_parking_calls_whom_the_duty_list_names(town, cast, parking, fire):
    RuleFactory(category=parking, area=town.district, function="street_office")
    power = DepartmentFactory(name="供电公司", area=town.city)

    found = look(town, cast, parking)

    assert found.lead == "住建局"
    assert found.lead_id == town.housing.pk
    # The lead is no helper; who is not known here is named all the same.
    assert names(found) == {"供电公司": "供电公司", "消防救援": "消防救援", "物业企业": None}
    assert found.why_of(power) == {"by": "category", "name": "供电公司"}
    assert found.why_of(town.urban) == {"by": "author"}


def test_what_it_says_is_what_happens(town, cast, parking, fire):
    RuleFactory(category=parking, area=town.district, function="street_office")
    found = look(town, cast, parking, "routine")
    asked = actions.Asked("routine", "谈过", "执法权", tuple(one.department for one in found.helpers
                          if one.department))  # fmt: skip

    ticket = filed(town, by=cast["community"], category=parking, whistle=asked)
    actions.route()

    ticket.refresh_from_db()
    lead, *helpers = ticket.assignments.order_by("pk")
    assert lead.department_id == found.lead_id
    assert [one.department for one in helpers] == [fire]
    told = {one.kind: one.due_at for one in found.clocks}
    made = {one.kind: one.due_at for one in lead.clocks.all()}
    assert told.keys() == made.keys()
    assert all(abs(made[kind] - told[kind]) < timedelta(seconds=30) for kind in told)


def test_an_office_function_is_who_fills_it_here(town, cast, parking):
    everywhere = DepartmentFactory(name="大物业", area=town.district)
    here = DepartmentFactory(name="小物业", area=town.communities[0])
    for department, area in ((everywhere, town.district), (here, town.communities[0])):
        FunctionHolder.objects.create(
            function=OfficeFunction.PROPERTY_COMPANY, area=area, department=department
        )

    near = look(town, cast, parking)
    far = look(town, cast, parking, place=spot(*town.middle(2)))

    assert names(near)["物业企业"] == "小物业"
    assert names(far)["物业企业"] == "大物业"
    assert "“Property company”" in helper_why(near.why_of(here))


def test_the_holder_for_this_category_goes_before_the_holder_for_any(town, cast, parking):
    plain = DepartmentFactory(name="大物业", area=town.district)
    lifts = DepartmentFactory(name="电梯公司", area=town.district)
    rows = {"function": OfficeFunction.PROPERTY_COMPANY, "area": town.district}
    FunctionHolder.objects.create(**rows, department=lifts, category=parking)
    FunctionHolder.objects.create(**rows, department=plain)

    assert names(look(town, cast, parking))["物业企业"] == "电梯公司"


@pytest.mark.parametrize(("name", "office"), [("街道办", "street"), ("社区居委会", "community")])
def test_an_office_helps_where_the_table_names_it(town, cast, name, office):
    category = CategoryFactory(code="0201", helpers=name)
    area = {"street": town.streets[0], "community": town.communities[0]}[office]

    (helper,) = look(town, cast, category).helpers

    assert helper.department == town.offices[area.pk]


def test_who_is_drawn_over_the_place_is_proposed_with_the_rule(town, cast, fire):
    category = CategoryFactory(code="0702", group_code="07", name_en="Lift fault")
    same_group = CategoryFactory(code="0705", group_code="07", name_en="Trailing leads")
    elsewhere = CategoryFactory(code="0101", group_code="01")
    RuleFactory(category=category, area=town.district, department=town.housing)
    rule = RuleFactory(
        category=same_group, area=town.district, department=fire, shape=drawn(111, 111.01)
    )
    RuleFactory(
        category=elsewhere, area=town.district, department=town.urban, shape=drawn(111, 111.01)
    )
    RuleFactory(
        category=None, area=town.district, department=town.urban, shape=drawn(111.05, 111.06)
    )

    found = look(town, cast, category)

    assert found.lead == "住建局"
    assert names(found) == {"消防救援": "消防救援"}
    assert helper_why(found.why_of(fire)) == (
        f"Its piece on the map covers this place: rule {rule.code}, Trailing leads."
    )


def test_who_is_gone_or_works_elsewhere_is_not_proposed(town, cast):
    category = CategoryFactory(code="0702", helpers="城管局,环保局")
    town.urban.is_active = False
    town.urban.save()
    DepartmentFactory(name="环保局", area=town.streets[1])

    assert names(look(town, cast, category)) == {"城管局": None, "环保局": None}


def test_on_a_border_no_lead_is_promised(town, cast):
    category = CategoryFactory(code="0101")
    RuleFactory(category=category, area=town.grids[0], department=town.housing)
    RuleFactory(category=category, area=town.grids[1], department=town.urban)

    found = look(town, cast, category, "emergency", place=spot(111.00999, 30.005))

    assert (found.lead, found.lead_id) == ("", None)
    assert found.ticket.routing["outcome"] == "border"


def test_a_grid_from_the_list_will_do(town, cast, parking, fire):
    RuleFactory(category=parking, area=town.district, department=town.housing)

    found = look(town, cast, parking, place=Spot(grid=town.grids[0].code))

    assert found.lead == "住建局"
    assert names(found)["消防救援"] == "消防救援"
    assert found.ticket.street_id == town.streets[0].pk


@pytest.mark.parametrize("place", [Spot(grid="nowhere"), spot(100, 20)])
def test_off_the_map_nothing_is_imagined(town, parking, place):
    assert proposals.imagine(parking, place) is None


def test_it_takes_few_statements(town, cast, parking, fire):
    RuleFactory(category=parking, area=town.district, department=town.housing)
    RuleFactory(category=parking, area=town.district, department=fire, shape=drawn(111, 111.01))
    DepartmentFactory.create_batch(5, area=town.district)
    cast["community"].has_perm("tickets.view", filed(town, by=cast["community"]))
    list(look(town, cast, parking).clocks)  # the calendar is remembered

    with CaptureQueriesContext(connection) as asked:
        found = look(town, cast, parking)
        assert found.helpers
        assert found.others
        assert found.approver
        assert found.clocks

    # Locate, route, drawn, functions, departments; limits and the calendar's edition.
    assert len(asked) == 7


def test_a_ticket_that_is_there_is_not_touched(town, cast, parking):
    ticket = routed(town, by=cast["worker"], category=parking)

    found = proposals.prospect(ticket, "hard", by=cast["community"])

    assert found.kind == "hard"
    assert (ticket.kind, ticket.whistle_kind, ticket.state) == ("report", "", "dispatched")


# ── what was closed here ──────────────────────────────────────────────────────────────────────


def close(ticket, *, days=10):
    at = clock.now() - timedelta(days=days)
    Ticket.objects.filter(pk=ticket.pk).update(state="closed", closed_at=at)
    ticket.refresh_from_db()
    return ticket


# 0.00018 degrees of latitude are 20 metres.
def beside(town, metres, grid=0):
    lon, lat = town.middle(grid)
    return spot(lon, lat + metres * 0.000009)


def test_what_was_closed_within_50_m_and_12_months_the_latest_first(town, cast):
    category, other = CategoryFactory(code="0101"), CategoryFactory(code="0102")
    make = {"by": cast["worker"], "category": category}
    near = close(routed(town, **make, spot=beside(town, 18)), days=24)
    later = close(routed(town, **make, spot=beside(town, 40)), days=2)
    close(routed(town, **make, spot=beside(town, 60)))
    close(routed(town, **make, spot=beside(town, 5)), days=366)
    close(routed(town, by=cast["worker"], category=other, spot=beside(town, 5)))
    routed(town, **make, spot=beside(town, 5))
    close(routed(town, **make, spot=Spot(grid=town.grids[0].code)))

    found = list(repeats.closed_near(*town.middle(0), category))

    assert found == [later, near]
    assert [round(one.metres.m) for one in found] == [40, 18]


def test_a_communitys_end_is_no_wall_for_it(town, cast):
    category = CategoryFactory(code="0101")
    # Grids 1 and 2 are neighbours in two communities.
    there = close(
        routed(town, by=cast["worker"], category=category, grid=2, spot=spot(111.02001, 30.005))
    )

    assert list(repeats.closed_near(111.01999, 30.005, category)) == [there]


def test_a_repeat_is_linked_when_it_lies_here_and_not_otherwise(town, cast):
    earlier = close(routed(town, by=cast["worker"], spot=beside(town, 18)))
    again = filed(town, by=cast["worker"], repeat_of=earlier)

    with pytest.raises(Refused) as refusal:
        actions.file(filing(town, grid=1, repeat_of=earlier), by=cast["worker"])

    assert again.repeat_of == earlier
    assert refusal.value.code == "wrong_ticket"
    assert Ticket.objects.count() == 2


def test_without_a_point_the_grid_decides(town, cast):
    earlier = close(routed(town, by=cast["worker"], spot=Spot(grid=town.grids[0].code)))

    assert filed(town, by=cast["worker"], repeat_of=earlier).repeat_of == earlier
    with pytest.raises(Refused):
        filed(town, by=cast["worker"], grid=1, repeat_of=earlier)
