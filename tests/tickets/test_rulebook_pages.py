"""Routing rules on their pages: read, tried out, found wrong, made, changed and ended."""

from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids.models import Area, Level
from tests.factories.accounts import bearer
from tests.factories.grids import (
    AreaFactory,
    DepartmentFactory,
    PostFactory,
    build_town,
    holder,
    shape,
    square,
)
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, routed
from tickets import actions, rulebook, rulecheck, rulelist, supposing
from tickets.models import RoutingRule, Ticket
from tickets.supposing import Change, what_if

URL = "/tickets/rules/"
WHY = "井盖由水务公司接管"


@pytest.fixture
def manhole(db):
    return CategoryFactory(code="0101")


@pytest.fixture
def rule(town, manhole):
    return RuleFactory(category=manhole, area=town.district, department=town.housing)


@pytest.fixture
def neighbour(town):
    """A rule of another district of the city."""
    district = AreaFactory(
        code="420502", name="西陵区", level=Level.DISTRICT, parent=town.city, letters="XL"
    )
    return RuleFactory(area=district, department=DepartmentFactory(area=district))


def fresh(rule):
    return RoutingRule.objects.get(pk=rule.pk)


def sent(department=None, **given):
    return {"department": department.pk if department else "", "reason": WHY, **given}


def findings(user):
    found = rulecheck.findings(rulelist.paths_of(user), rulelist.visible_to(user))
    return [(str(one.kind), one.rule, one.other) for one in found]


# ── reading ───────────────────────────────────────────────────────────────────────────────────


def test_whoever_works_under_the_rules_reads_those_of_the_district(client, cast, rule, neighbour):
    for who in ("clerk", "community", "street", "command"):
        client.force_login(cast[who])
        page = client.get(URL).content.decode()
        assert rule.code in page
        assert neighbour.code not in page
        assert client.get(rule.get_absolute_url()).status_code == 200
        assert client.get(neighbour.get_absolute_url()).status_code == 404
    client.force_login(cast["nobody"])
    assert client.get(URL).status_code == 404
    assert client.get(rule.get_absolute_url()).status_code == 404


def test_filters(client, town, cast, rule, manhole):
    drawn = RuleFactory(
        category=None, area=town.streets[0], department=town.urban, shape=square(111, 30)
    )
    client.force_login(cast["command"])

    def shown(query):
        page = client.get(URL + query).content.decode()
        return {one for one in (rule, drawn) if f">{one.code}<" in page}

    assert shown("") == {rule, drawn}
    assert shown("?category=0101") == {rule}
    assert shown("?category=any") == {drawn}
    assert shown("?drawn=on") == {drawn}
    assert shown(f"?department={town.housing.code}") == {rule}
    assert shown(f"?area={town.streets[0].code}") == {drawn}
    assert shown(f"?area={town.streets[1].code}") == set()
    rulebook.end_rule(rule, by=None)
    assert shown("") == {drawn}
    assert shown("?history=on") == {rule, drawn}
    assert client.get(URL + "?category=none&before=x").status_code == 200


def test_three_rules_cost_as_many_statements_as_one(client, town, cast, rule):
    client.force_login(cast["command"])

    def statements(url):
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        return len(asked)

    urls = (URL, f"{URL}findings/", f"{URL}?history=on")
    before = [statements(url) and statements(url) for url in urls]
    for n in (0, 1):
        RuleFactory(
            category=None, area=town.streets[n], department=town.urban, shape=square(111 + n, 30)
        )

    assert [statements(url) for url in urls] == before


# ── changing ──────────────────────────────────────────────────────────────────────────────────


def test_a_change_is_looked_at_and_then_kept(client, town, cast, rule, manhole):
    ticket = routed(town, by=cast["worker"], category=manhole)
    client.force_login(cast["command"])
    there = f"{rule.get_absolute_url()}change/"

    page = client.post(there, sent(town.urban)).content.decode()
    assert "1 of 1 tickets of the last 30 days would have gone elsewhere" in page
    assert ticket.number in page
    assert fresh(rule).valid_to is None

    page = client.post(there, sent(town.urban, sure="1"), follow=True).content.decode()
    newer = RoutingRule.objects.get(succeeds=rule)
    assert (newer.department, newer.reason, newer.created_by) == (town.urban, WHY, cast["command"])
    assert fresh(rule).ended_by == cast["command"]
    for code in (rule.code, newer.code, WHY, cast["command"].name):
        assert code in page
    assert rulelist.chain(rule, rulelist.visible_to(cast["command"])) == [newer, rule]


def test_an_end_is_looked_at_and_then_kept(client, town, cast, rule, manhole):
    routed(town, by=cast["worker"], category=manhole)
    client.force_login(cast["command"])
    there = f"{rule.get_absolute_url()}end/"

    page = client.post(there, {"reason": WHY}).content.decode()
    assert "1 of 1 tickets" in page
    assert "a person decides" in page
    assert fresh(rule).valid_to is None

    client.post(there, {"reason": WHY, "sure": "1"})
    assert (fresh(rule).end_reason, fresh(rule).ended_by) == (WHY, cast["command"])


def test_a_rule_is_added_for_a_piece_of_the_own_street(client, town, cast, rule):
    client.force_login(cast["head"])
    given = sent(
        town.urban, category="0101", area=town.streets[0].code, outline=square(111, 30).geojson
    )

    page = client.post(f"{URL}new/", given).content.decode()
    assert "of the last 30 days" in page
    client.post(f"{URL}new/", {**given, "sure": "1"})

    drawn = RoutingRule.objects.get(shape__isnull=False)
    assert (drawn.area, drawn.department, drawn.reason) == (town.streets[0], town.urban, WHY)
    ticket = filed(town, by=cast["worker"], category=rule.category)
    actions.route()
    assert Ticket.objects.get(pk=ticket.pk).lead_department == town.urban


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reason": " \u200b"}, "Say why"),
        ({"department": ""}, "Name a department or an office function"),
        ({"function": "street_office"}, "Name a department or an office function"),
        ({"area": "no such place"}, "You set rules for no area"),
        ({"outline": "{}"}, "cannot be read"),
        ({"outline": '{"type": "Point", "coordinates": [111, 30]}'}, "no surface"),
        ({"category": "9999"}, "9999"),
    ],
)
def test_bad_input_is_told_and_nothing_is_lost(client, town, cast, rule, given, words):
    client.force_login(cast["head"])
    whole = sent(town.urban, category="0101", area=town.streets[0].code, sure="1")

    page = client.post(f"{URL}new/", {**whole, **given}).content.decode()

    assert words in page
    assert RoutingRule.objects.count() == 1


def test_a_piece_beyond_the_own_street_is_refused(client, town, cast, rule):
    client.force_login(cast["head"])
    beyond = square(111.03, 30, 0.02).geojson
    given = sent(town.urban, category="0101", area=town.streets[0].code, outline=beyond, sure="1")

    page = client.post(f"{URL}new/", given).content.decode()

    assert "must lie within" in page
    assert RoutingRule.objects.count() == 1


def test_a_department_must_serve_the_place(client, town, cast, rule):
    office = town.offices[town.communities[0].pk]
    client.force_login(cast["head"])
    given = sent(office, category="0101", area=town.streets[0].code, sure="1")

    page = client.post(f"{URL}new/", given).content.decode()

    assert "Choose a department that serves the place." in page
    assert RoutingRule.objects.count() == 1


def test_what_is_decided_already_is_changed_and_not_added(client, town, cast, rule):
    client.force_login(cast["command"])
    given = sent(town.urban, category="0101", area=town.district.code)

    for sure in ({}, {"sure": "1"}):
        response = client.post(f"{URL}new/", {**given, **sure})
        assert response.status_code == 409
        assert f"{rule.code} decides this already" in response.content.decode()
    assert RoutingRule.objects.count() == 1


@pytest.mark.parametrize("who", ["clerk", "community", "street", "head", "auditor"])
def test_who_does_not_set_rules_for_the_district_may_not(client, town, cast, rule, who):
    client.force_login(cast[who])
    for what in ("change", "end"):
        url = f"{rule.get_absolute_url()}{what}/"
        assert client.post(url, sent(town.urban, sure="1")).status_code == 403
        assert client.get(url).status_code == 405
    if who == "head":
        given = sent(town.urban, category="0101", area=town.district.code, sure="1")
        assert "You set rules for no area" in client.post(f"{URL}new/", given).content.decode()
    else:
        assert client.get(f"{URL}new/").status_code == 403
    assert fresh(rule).valid_to is None


def test_who_is_too_late_is_told_what_holds_now(client, town, cast, rule):
    client.force_login(cast["command"])
    newer = rulebook.change_rule(rule, by=cast["command"], department=town.urban, reason="分工调整")

    response = client.post(
        f"{rule.get_absolute_url()}change/", sent(town.offices[town.district.pk], sure="1")
        if town.district.pk in town.offices else sent(DepartmentFactory(area=town.district), sure="1")
    )  # fmt: skip

    assert response.status_code == 409
    assert newer.code in response.content.decode()
    assert WHY in response.content.decode()


# ── what would have gone elsewhere ────────────────────────────────────────────────────────────


def test_only_what_the_change_concerns_goes_elsewhere(town, cast, rule, manhole):
    here = routed(town, by=cast["worker"], category=manhole)
    there = routed(town, by=cast["other_worker"], category=manhole, grid=4)
    routed(town, by=cast["worker"], category=CategoryFactory(code="0102"))

    street = what_if(Change(manhole, town.streets[0], department=town.urban))
    drawn = what_if(Change(manhole, town.district, square(111.04, 30), department=town.urban))
    same = what_if(Change(manhole, town.streets[0], department=town.housing))

    assert (street.looked_at, [one.ticket for one in street.moved]) == (1, [here])
    assert [(one.ticket, one.before, one.after) for one in drawn.moved] == [
        (there, town.housing.short_name, town.urban.short_name)
    ]
    assert (same.looked_at, same.many) == (1, 0)
    assert RoutingRule.objects.filter(category=manhole).count() == 1


def test_what_is_older_than_a_month_is_not_looked_at(town, cast, rule, manhole, clock_at):
    clock_at("2026-09-01 09:00")
    routed(town, by=cast["worker"], category=manhole)
    clock_at("2026-10-05 09:00")

    assert what_if(Change(manhole, town.district, department=town.urban)).looked_at == 0


@pytest.mark.parametrize("is_outside", [False, True])
def test_a_piece_outside_its_own_area_is_said_to_be(client, town, cast, manhole, is_outside):
    """A border may have moved since it was drawn."""
    piece = square(111.04 if is_outside else 111, 30)
    street = town.streets[0]
    drawn = RuleFactory(category=manhole, area=street, shape=piece, department=town.housing)
    routed(town, by=cast["other_worker"], category=manhole, grid=4)
    client.force_login(cast["command"])

    told = what_if(Change(manhole, street, drawn.shape, drawn))
    page = client.post(f"{drawn.get_absolute_url()}end/", {"reason": WHY}).content.decode()

    assert (told.looked_at, told.is_outside, told.is_over) == (0, is_outside, False)
    assert f"No such ticket of the last 30 days lies in {street.name}" in page
    assert (f"A part of the drawn piece lies outside {street.name}." in page) is is_outside


def test_a_rule_of_an_area_that_is_no_more_says_so(client, town, cast, manhole):
    rule = RuleFactory(category=manhole, area=town.grids[0], department=town.housing)
    Area.objects.filter(pk=town.grids[0].pk).update(valid_to=clock.today())
    client.force_login(cast["command"])

    page = client.post(f"{rule.get_absolute_url()}end/", {"reason": WHY}).content.decode()

    assert f"{town.grids[0].name} is no more: what is filed there" in page


def test_nobody_waits_for_ever(town, cast, rule, manhole, monkeypatch):
    monkeypatch.setattr(supposing, "_LAST_MONTH", "SELECT pg_sleep(5)" + supposing._LAST_MONTH[7:])
    monkeypatch.setattr(supposing, "PATIENCE", "50ms")
    monkeypatch.setattr(supposing, "deciding", lambda *_a, **_k: "SELECT pg_sleep(5)")

    assert what_if(Change(manhole, town.district, department=town.urban)).in_time is False
    assert RoutingRule.objects.count() == 1


# ── trying out ────────────────────────────────────────────────────────────────────────────────


def test_a_place_is_tried_out_with_every_rule_that_fits(client, api, town, cast, rule, manhole):
    wide = RuleFactory(category=None, area=town.city, function="street_office")
    deep = RuleFactory(category=manhole, area=town.grids[0], department=town.urban)
    lon, lat = town.middle(0)
    client.force_login(cast["clerk"])

    page = client.get(f"{URL}try/?lon={lon}&lat={lat}&category=0101").content.decode()
    places = [page.index(f">{one.code}<") for one in (deep, rule, wide)]
    assert places == sorted(places)

    api.credentials(HTTP_AUTHORIZATION=bearer(cast["clerk"]))
    told = api.get(f"/api/v1/rules/try/?lon={lon}&lat={lat}&category=0101").json()
    assert (told["outcome"], told["department"]) == ("dispatched", town.urban.short_name)
    assert [one["rule"]["code"] for one in told["candidates"]] == [
        deep.code, rule.code, wide.code
    ]  # fmt: skip
    assert told["candidates"][2]["department"] == town.offices[town.streets[0].pk].short_name


@pytest.mark.parametrize(
    "query", ["lon=1&lat=1", "lon=x&lat=30", "lon=500&lat=30", "lon=nan&lat=1"]
)
def test_a_place_off_the_map_is_told(client, api, cast, rule, query):
    client.force_login(cast["clerk"])
    assert client.get(f"{URL}try/?{query}&category=0101").status_code == 200

    api.credentials(HTTP_AUTHORIZATION=bearer(cast["clerk"]))
    assert api.get(f"/api/v1/rules/try/?{query}&category=0101").status_code in {400, 404}


def test_a_place_of_another_district_is_tried_out_by_its_own_people_alone(
    client, api, town, cast, rule, neighbour
):
    area = neighbour.area
    for level in (Level.STREET, Level.COMMUNITY, Level.GRID):
        area = AreaFactory(name=f"西陵{level}", level=level, parent=area)
    shape(area, square(112, 30))
    query = "?lon=112.005&lat=30.005&category=0101"
    secret = neighbour.department.short_name
    for who in ("clerk", "community", "street", "command"):
        client.force_login(cast[who])
        page = client.get(f"{URL}try/{query}").content.decode()
        assert "No grid of your districts covers this place." in page
        assert secret not in page
        assert neighbour.code not in page
        api.credentials(HTTP_AUTHORIZATION=bearer(cast[who]))
        answer = api.get(f"/api/v1/rules/try/{query}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "outside")
        assert secret not in answer.content.decode()

    # A post about other things than tickets opens no rules.
    PostFactory(user=cast["clerk"], role="resident", area=neighbour.area)
    clerk = type(cast["clerk"]).objects.get(pk=cast["clerk"].pk)
    api.credentials(HTTP_AUTHORIZATION=bearer(clerk))
    assert api.get(f"/api/v1/rules/try/{query}").status_code == 404
    assert neighbour not in rulelist.visible_to(clerk)

    for theirs in (holder("auditor", area=town.city), holder("street_desk", area=neighbour.area)):
        client.force_login(theirs)
        assert secret in client.get(f"{URL}try/{query}").content.decode()
        api.credentials(HTTP_AUTHORIZATION=bearer(theirs))
        told = api.get(f"/api/v1/rules/try/{query}").json()
        assert [one["rule"]["code"] for one in told["candidates"]] == [neighbour.code]


def test_rules_over_rest(api, town, cast, rule, neighbour):
    drawn = RuleFactory(
        category=None, area=town.streets[0], department=town.urban, shape=square(111, 30)
    )

    def codes(query=""):
        rows = api.get(f"/api/v1/rules/{query}").json()["results"]
        return [one["code"] for one in rows]

    api.credentials(HTTP_AUTHORIZATION=bearer(cast["clerk"]))
    assert codes() == [drawn.code, rule.code]
    assert codes("?drawn=true") == [drawn.code]
    assert codes("?category=0101") == [rule.code]
    assert codes(f"?area={town.streets[0].code}") == [drawn.code]
    rulebook.end_rule(rule, by=None)
    assert codes() == [drawn.code]
    assert codes("?history=true") == [drawn.code, rule.code]
    assert api.get("/api/v1/rules/?moon=1").status_code == 400
    api.credentials(HTTP_AUTHORIZATION=bearer(cast["nobody"]))
    assert api.get("/api/v1/rules/").status_code == 404


# ── what is wrong ─────────────────────────────────────────────────────────────────────────────


def test_two_pieces_over_each_other_that_name_others_contradict(town, cast, manhole):
    def piece(x, department, **given):
        return RuleFactory(
            **{"category": manhole, "area": town.district, "shape": square(x, 30), **given},
            department=department,
        )

    one, two = piece(111, town.housing), piece(111.005, town.urban)
    piece(111.02, town.housing)
    piece(111.025, town.housing)  # the same department: no contradiction
    piece(111.005, town.urban, category=CategoryFactory(code="0102"))

    assert findings(cast["command"]) == [("conflicting", one, two)]


def test_of_two_for_any_category_in_one_area_the_older_wins(town, cast):
    one = RuleFactory(category=None, area=town.district, department=town.housing)
    two = RuleFactory(category=None, area=town.district, department=town.urban)

    assert ("conflicting", one, two) in findings(cast["command"])


def test_a_rule_never_wins_where_every_grid_has_its_own(town, cast, rule, manhole):
    for street in town.streets[:1]:
        RuleFactory(category=manhole, area=street, department=town.urban)
    assert findings(cast["command"]) == []

    for community in town.communities[2:]:
        RuleFactory(category=manhole, area=community, department=town.urban)

    assert findings(cast["command"]) == [("shadowed", rule, None)]


def test_a_rule_never_wins_under_pieces_that_cover_its_area(town, cast, manhole):
    grid = RuleFactory(category=manhole, area=town.grids[0], department=town.housing)
    RuleFactory(
        category=None, area=town.district, department=town.urban, shape=square(110.99, 29.99, 0.1)
    )

    assert ("shadowed", grid, None) in findings(cast["command"])


def test_any_category_never_wins_where_each_is_named(town, cast, rule, manhole):
    wide = RuleFactory(category=None, area=town.streets[0], department=town.urban)
    assert findings(cast["command"]) == [("shadowed", wide, None)]

    CategoryFactory(code="0102")
    assert findings(cast["command"]) == []


def test_what_ended_leaves_rules_that_decide_nothing(client, town, cast, rule, manhole):
    gone = RuleFactory(
        area=town.streets[0],
        category=None,
        department=DepartmentFactory(area=town.district, is_active=False),
    )
    assert ("unreachable", gone, None) in findings(cast["command"])

    manhole.is_active = False
    manhole.save()
    assert ("unreachable", rule, None) in findings(cast["command"])
    client.force_login(cast["command"])
    page = client.get(f"{URL}findings/").content.decode()
    assert "takes no tickets any more" in page
    assert "nothing is filed as" in page
    assert f'href="{rule.get_absolute_url()}"' in page


def test_findings_end_with_the_district(town, cast, neighbour):
    department = DepartmentFactory(area=neighbour.area)
    RuleFactory(category=None, area=neighbour.area, department=department)

    assert findings(cast["command"]) == []


# ── races ─────────────────────────────────────────────────────────────────────────────────────


def _at_once(act, people):
    gate, outcomes = Barrier(len(people)), []

    def run(person):
        gate.wait()
        try:
            act(person)
            outcomes.append("kept")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(one,)) for one in people]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_a_rule_at_once_one_is_told_so():
    town = build_town()
    rule = RuleFactory(
        category=CategoryFactory(code="0101"), area=town.district, department=town.housing
    )
    people = [holder("district_command", area=town.district) for _ in range(4)]
    targets = {one: DepartmentFactory(area=town.district) for one in people}

    outcomes = _at_once(
        lambda one: rulebook.change_rule(rule, by=one, department=targets[one], reason=WHY), people
    )

    assert outcomes == ["kept"] + ["rule_changed_since"] * 3
    assert RoutingRule.objects.in_force().get().succeeds == rule


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_a_rule_for_the_same_one_is_told_so():
    town = build_town()
    people = [holder("district_command", area=town.district) for _ in range(4)]

    outcomes = _at_once(
        lambda one: rulebook.add_rule(
            by=one, category=None, area=town.district, department=town.urban, reason=WHY
        ),
        people,
    )

    assert outcomes == ["kept"] + ["rule_exists"] * 3
    assert RoutingRule.objects.in_force().count() == 1
