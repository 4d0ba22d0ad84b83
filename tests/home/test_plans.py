"""Every list at 200,000 tickets: an index answers, and no big table is read from end to end."""

import json

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from govgrid.accounts.models import User
from govgrid.home import metrics
from govgrid.outbox import tasks as outbox
from grids import scoping
from tests.factories.multitude import TABLES, build_multitude
from tests.factories.tiles import fresh_tiles, tile_at
from tickets import actions, firstlook, staff
from tickets.models import Ticket

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

LISTS = (
    "/tickets/",
    "/tickets/?ordering=due",
    "/tickets/?state=triage",
    "/tickets/?state=handling&ordering=due",
    "/tickets/?state=closed",
    "/tickets/?category=0101",
    "/tickets/?overdue=on",
    "/tickets/?mine=on",
    "/tickets/?q=化粪",
    "/tickets/?q=井盖",
    "/tickets/?before=100000",
    "/tickets/?area={area}",
    "/tickets/?department={department}",
    "/api/v1/tickets/",
    "/api/v1/tickets/?ordering=filed",
    "/api/v1/tickets/?ordering=due_at",
    "/api/v1/tickets/?state=dispatched,triage",
    "/api/v1/tickets/?overdue=true",
    "/api/v1/tickets/?q=化粪",
    "/api/v1/tickets/?area={area}",
    "/api/v1/tickets/?department={department}",
    "/api/v1/tickets/?bbox=111.01,30.01,111.02,30.02",
    "/tickets/?level=street",
    "/tickets/?level=district",
    "/tickets/?settled=district&closed_after=2026-01-01",
    "/tickets/rules/",
    "/api/v1/tickets/?level=street",
    "/desk/",
    "/messages/",
)
BOARDS = ("/tickets/board/", "/tickets/board/?only=late", "/tickets/board/?group=01")
LATE = (
    "/tickets/late/",
    "/tickets/late/?colour=red",
    "/tickets/late/?cause=overdue",
    "/tickets/late/?cause=desk_triage",
    "/tickets/late/?department={department}",
    "/tickets/late/?after=1790000000000000-1",
    "/api/v1/tickets/?card=red&ordering=due_at",
)
WITH_BOARD = ("community", "street", "streethead", "clerk", "command")


@pytest.fixture(scope="module")
def multitude(django_db_setup, django_db_blocker):
    """Made once for all that look, and gone with its transaction."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            yield build_multitude()
            transaction.set_rollback(True)
        # What is known of a table's size does not roll back: other tests look at plans as well.
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")


# As many as a city has, which an index of periods gives all together.
POSTS = """
    INSERT INTO grids_post (role, is_main, period, area_id, user_id)
    SELECT 'community_officer', false, daterange(CURRENT_DATE - 400, NULL), a.id, u.id
    FROM (SELECT id FROM grids_area WHERE level = 4 ORDER BY id LIMIT 40) a,
         (SELECT id FROM accounts_user ORDER BY id LIMIT 300) u
"""
READS = ("SELECT", "WITH", "EXECUTE")


def read_whole(asked) -> list[str]:
    """The big tables that a plan of these statements reads from end to end."""
    found = []
    statements = [one["sql"].strip() for one in asked.captured_queries]
    looked = [one for one in statements if one.lstrip("( \n").upper().startswith(READS)]
    assert looked, "there is nothing to look at"
    for sql in looked:
        scanned = [
            node["Relation Name"] for node in plan_of(sql) if node["Node Type"] == "Seq Scan"
        ]
        found += [f"{one}: {sql[:2000]}" for one in scanned if one in TABLES]
    return found


def plan_of(sql):
    """The nodes of the plan, the topmost first."""
    with connection.cursor() as cursor:
        # What is planned once must do whatever it is asked for.
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        (plan,) = cursor.fetchone()
        cursor.execute("RESET plan_cache_mode")
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return _nodes(plan[0]["Plan"])


def _nodes(node):
    return [node, *(one for child in node.get("Plans", ()) for one in _nodes(child))]


def look(multitude, who, address):
    client = Client(HTTP_HOST="localhost")
    client.force_login(multitude.people[who], backend="govgrid.accounts.backends.NameOrPhone")
    there = address.format(area=multitude.area.code, department=multitude.department.code)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(there)
    assert answer.status_code == 200, (who, there, answer.status_code)
    return asked


@pytest.mark.parametrize("who", ["worker", "community", "street", "clerk", "command", "auditor"])
def test_no_list_reads_a_big_table_from_end_to_end(multitude, who):
    for address in LISTS:
        assert read_whole(look(multitude, who, address)) == [], address


@pytest.mark.parametrize("who", WITH_BOARD)
def test_no_board_does(multitude, who):
    for address in BOARDS:
        assert read_whole(look(multitude, who, address)) == [], address


@pytest.mark.parametrize("who", ["community", "street", "command", "auditor"])
def test_no_page_of_levels_does(multitude, who):
    assert read_whole(look(multitude, who, "/tickets/levels/")) == []


@pytest.mark.parametrize("who", ["street", "streethead", "command"])
def test_no_late_list_does(multitude, who):
    for address in LATE:
        assert read_whole(look(multitude, who, address)) == [], address


def test_no_sweep_and_no_figure_does(multitude):
    with CaptureQueriesContext(connection) as asked:
        actions.fire_clocks()
        actions.redden_cards()
        actions.take_up_reds()
        actions.recompute_clocks()
        actions.route()
        outbox.send_pending()
        metrics.exposition()

    assert read_whole(asked) == []


@pytest.mark.parametrize("who", ["worker", "community", "street", "clerk", "command", "auditor"])
@pytest.mark.parametrize("zoom", [8, 12, 13, 14, 16])
def test_no_tile_does(multitude, who, zoom):
    fresh_tiles()
    tile = tile_at(zoom, 111.02, 30.02)

    asked = look(multitude, who, f"/tickets/tiles/{tile.z}/{tile.x}/{tile.y}.mvt")

    assert read_whole(asked) == []


def test_what_is_open_is_counted_from_an_index(multitude):
    with CaptureQueriesContext(connection) as asked:
        actions.roll_up()

    asked.captured_queries[:] = [one for one in asked.captured_queries if "LOCK" not in one["sql"]]
    assert read_whole(asked) == []


def test_who_holds_a_post_is_not_looked_for_among_all_of_a_day(multitude):
    somewhere = Ticket.objects.order_by("pk")[:3]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(POSTS)
            cursor.execute("ANALYZE grids_post")
        with CaptureQueriesContext(connection) as asked:
            scoping.held(User.objects.get(pk=multitude.people["worker"].pk))
            staff.with_roles([multitude.department.pk])
            staff.holders_of_each("tickets.check", [one.community_id for one in somewhere])
            firstlook.needed([one.pk for one in somewhere])
        plans = {one["sql"]: plan_of(one["sql"]) for one in asked.captured_queries}
        transaction.set_rollback(True)

    posts = [
        (sql, node.get("Index Cond", ""))
        for sql, plan in plans.items()
        for node in plan
        if node.get("Relation Name") == "grids_post" or "post_held" in node.get("Index Name", "")
    ]
    assert len({sql for sql, _how in posts if "EXECUTE" in sql}) == 4
    assert [(sql, how) for sql, how in posts if how.startswith("(period")] == []
