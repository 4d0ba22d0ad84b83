"""The board: whose it is, what stands where, and what a page costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from tests.factories.grids import PostFactory, holder
from tests.factories.tickets import CategoryFactory, RuleFactory, filed, routed, whistled
from tickets import actions, board
from tickets.board import Wish
from tickets.models import Ticket, TicketEvent

BOARD = "/tickets/board/"
SCRIPT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


def in_triage(town, by, grid=0, **content):
    """A report that no rule fits."""
    content.setdefault("category", CategoryFactory(code="0909"))
    ticket = filed(town, by=by, grid=grid, **content)
    actions.route()
    ticket.refresh_from_db()
    assert ticket.state == "triage"
    return ticket


def late(ticket, **by):
    Ticket.objects.filter(pk=ticket.pk).update(due_at=clock.now() - timedelta(**by))


def read(user, wish=None, of=0):
    return board.read(board.scopes(user)[of], wish or Wish())


def columns(user, wish=None):
    return {
        one.slug: [tile.number for tile in one.tiles] for one in read(user, wish).columns
    }  # fmt: skip


# ── whose board ───────────────────────────────────────────────────────────────────────────────


def test_each_post_has_its_board_and_a_citys_are_its_districts(cast, town):
    def names(who):
        return [one.key for one in board.scopes(cast[who])]

    assert names("street") == [f"area:{town.streets[0].code}"]
    assert names("community") == [f"area:{town.communities[0].code}"]
    assert names("command") == names("auditor") == [f"area:{town.district.code}"]
    assert names("clerk") == [f"department:{town.housing.code}"]
    assert names("nobody") == []


def test_who_holds_several_posts_chooses(cast, town, sign_in):
    person = cast["street"]
    PostFactory(user=person, role="street_desk", area=town.streets[1])
    elsewhere = filed(town, by=cast["other_worker"], grid=4)
    client = sign_in(person)

    first = client.get(BOARD).content.decode()
    second = client.get(f"{BOARD}?of=area:{town.streets[1].code}").content.decode()

    assert elsewhere.number not in first
    assert elsewhere.number in second
    assert town.streets[1].name in first


@pytest.mark.parametrize(
    ("who", "status"),
    [("street", 200), ("head", 200), ("community", 200), ("worker", 200), ("clerk", 200),
     ("command", 200), ("auditor", 200), ("nobody", 403)],
)  # fmt: skip
def test_who_may_look_at_a_board(sign_in, town, who, status):
    assert sign_in(who).get(BOARD).status_code == status


def test_the_board_of_somebody_else_is_not_there(sign_in, town):
    assert sign_in("street").get(f"{BOARD}?of=area:{town.streets[1].code}").status_code == 404
    assert sign_in("street").get(f"{BOARD}?of=department:housing").status_code == 404


def test_nothing_of_another_street_leaks(cast, town, sign_in):
    """Neither a tile, nor a count, nor that anything changed there at all."""
    mine = in_triage(town, cast["worker"])
    client = sign_in("street")
    before = client.get(BOARD, **SCRIPT)
    other = in_triage(town, cast["other_worker"], grid=4, description="秘密")
    late(other, hours=5)
    whistled(town, by=cast["other_street"], grid=4)

    after = client.get(BOARD, **SCRIPT)
    page = client.get(BOARD).content.decode()

    assert mine.number in page
    assert other.number not in page
    assert "秘密" not in page
    assert after["ETag"] == before["ETag"]
    found = read(cast["street"])
    assert (found.total, found.late, found.urgent) == (1, 0, 0)
    assert client.get(f"{BOARD}{other.number}/").status_code == 404
    assert client.get(f"{BOARD}{other.number}/assign/").status_code == 404
    assert client.post(f"{BOARD}{other.number}/assign/").status_code == 404


def test_a_department_sees_what_it_leads_and_what_it_helps_with(cast, town):
    led = routed(town, by=cast["worker"])
    helped = whistled(
        town, by=cast["community"], kind="routine", helpers=[town.urban], description="b"
    )
    in_triage(town, cast["worker"])

    assert sorted(columns(cast["clerk"])["dispatched"]) == sorted([led.number, helped.number])
    assert columns(cast["urban"])["dispatched"] == [helped.number]
    assert read(cast["urban"]).total == 1
    assert not any(columns(holder("department_clerk", department=town.offices[
        town.streets[1].pk])).values())  # fmt: skip


# ── what stands where ─────────────────────────────────────────────────────────────────────────


def test_columns_by_state_and_the_most_urgent_on_top(cast, town):
    calm, hurried, none = (routed(town, by=cast["worker"], description=str(n)) for n in range(3))
    late(hurried, minutes=36)
    Ticket.objects.filter(pk=none.pk).update(due_at=None)
    waits = in_triage(town, cast["worker"])

    found = columns(cast["street"])

    assert found["dispatched"] == [hurried.number, calm.number, none.number]
    assert found["triage"] == [waits.number]
    assert "approval" not in found
    dispatched = next(one for one in read(cast["street"]).columns if one.slug == "dispatched")
    assert (dispatched.many, dispatched.late) == (3, 1)


def test_what_waits_for_approval_has_a_column_when_there_is_any(cast, town):
    waits = whistled(town, by=cast["community"], kind="enforcement")

    assert waits.state == "awaiting_approval"
    assert columns(cast["head"])["approval"] == [waits.number]


def test_what_is_not_routed_yet_is_in_sight(cast, town):
    fresh = filed(town, by=cast["worker"])

    assert columns(cast["street"])["triage"] == [fresh.number]


def test_closed_today_and_no_longer(cast, town):
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "settle", by=cast["street"], note="done")
    actions.move(ticket, "verify", by=cast["worker"])
    assert columns(cast["street"])["handled"] == [ticket.number]
    actions.move(ticket, "close", by=cast["street"])

    assert columns(cast["street"])["closed"] == [ticket.number]

    Ticket.objects.filter(pk=ticket.pk).update(closed_at=clock.now() - timedelta(days=1))
    assert columns(cast["street"])["closed"] == []


def test_filters_narrow_tiles_and_counts_alike(cast, town):
    report = routed(town, by=cast["worker"])
    late(report, minutes=1)
    urgent = whistled(town, by=cast["worker"], description="b")
    aside = in_triage(town, cast["street"], grid=2)
    everything = [report.number, urgent.number, aside.number]

    def shown(**wish):
        found = read(cast["street"], Wish(**wish))
        numbers = [tile.number for one in found.columns for tile in one.tiles]
        assert len(numbers) == sum(one.many for one in found.columns)
        return sorted(numbers)

    assert shown() == sorted(everything)
    assert shown(only="late") == [report.number]
    assert shown(only="emergency") == [urgent.number]
    assert shown(area=town.communities[1]) == [aside.number]
    assert shown(group="09") == [aside.number]
    assert shown(department=town.housing) == sorted([report.number, urgent.number])
    assert shown(department=town.urban) == []


def test_a_filter_that_is_unknown_is_said(sign_in, town):
    response = sign_in("street").get(f"{BOARD}?part=nowhere&group=zz&only=x&department=no")

    assert response.status_code == 200
    assert "There is no “nowhere” here." in response.content.decode()


def test_a_column_is_bounded_and_leads_to_the_list(cast, town, sign_in, monkeypatch):
    monkeypatch.setattr("tickets.board.columns.TILES", 2)
    for n in range(3):
        routed(town, by=cast["worker"], description=str(n))

    page = sign_in("street").get(BOARD).content.decode()

    assert "1 more in the list" in page
    assert f"state=dispatched&amp;ordering=due&amp;area={town.streets[0].code}" in page


def test_a_tile_says_what_may_be_the_same(cast, town):
    in_triage(town, cast["worker"], description="a")
    in_triage(town, cast["worker"], description="b")
    in_triage(town, cast["other_worker"], grid=1, description="1 km away")

    triage = next(one for one in read(cast["street"]).columns if one.slug == "triage")

    assert [tile.same for tile in triage.tiles] == ["1", "1", ""]


# ── what it costs ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["street", "clerk"])
def test_three_tickets_cost_no_more_statements_than_one(cast, town, sign_in, who):
    client = sign_in(who)

    def statements(**headers):
        client.get(BOARD, **headers)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(BOARD, **headers).status_code == 200
        return len(caught)

    def add():
        routed(town, by=cast["worker"], description=str(TicketEvent.objects.count()))
        in_triage(town, cast["worker"], description=str(TicketEvent.objects.count()))

    add()
    one, update = statements(), statements(**SCRIPT)
    add()
    add()

    assert statements() == one <= 16
    assert statements(**SCRIPT) == update <= 11


# Rows of the other tables do not matter to these two reads.
BUSY = """
    INSERT INTO tickets_ticket (
        number, client_id, fingerprint, kind, whistle_kind, origin, category_id, grid_id,
        community_id, street_id, district_id, raw_crs, description, state, filed_at, routed_at,
        routing, return_count, closed_at, due_at, held_state)
    SELECT 'X' || g, gen_random_uuid(), '', 'report', '', 'page', t.category_id, t.grid_id,
           t.community_id, t.street_id, t.district_id, '', '',
           CASE WHEN g %% 10 = 0 THEN 'handling' ELSE 'closed' END, now(), now(), '{}', 0,
           CASE WHEN g %% 10 = 0 THEN NULL ELSE now() - interval '9 days' END,
           CASE WHEN g %% 10 = 0 THEN now() + g * interval '1 minute' END, ''
    FROM generate_series(1, 20000) g, tickets_ticket t WHERE t.id = %s
"""


@pytest.mark.slow
def test_the_tiles_walk_the_index_of_what_is_due(cast, town):
    seed = routed(town, by=cast["worker"])
    with connection.cursor() as cursor:
        cursor.execute(BUSY, [seed.pk])
        cursor.execute("ANALYZE tickets_ticket")
    with CaptureQueriesContext(connection) as caught:
        read(cast["street"])
    counts, tiles = (one["sql"] for one in caught.captured_queries[2:4])

    def plan(sql):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {sql}")
            return "\n".join(row[0] for row in cursor.fetchall())

    assert "ticket_due_street" in plan(tiles)
    assert "ticket_closed" in plan(tiles)
    assert "Seq Scan on tickets_ticket" not in plan(tiles)
    assert "Seq Scan on tickets_ticket" not in plan(counts)


# ── updates ───────────────────────────────────────────────────────────────────────────────────


def test_an_update_is_304_until_something_would_be_drawn_anew(cast, town, sign_in):
    ticket = routed(town, by=cast["worker"])
    client = sign_in("street")
    first = client.get(BOARD, **SCRIPT)

    again = client.get(BOARD, HTTP_IF_NONE_MATCH=first["ETag"], **SCRIPT)
    actions.move(ticket, "sign", by=cast["clerk"])
    moved = client.get(BOARD, HTTP_IF_NONE_MATCH=first["ETag"], **SCRIPT)

    assert (again.status_code, again.content) == (304, b"")
    assert moved.status_code == 200
    assert moved["ETag"] != first["ETag"]
    assert "<html" not in moved.content.decode()
    assert "no-store" in moved["Cache-Control"]


def test_the_minute_is_part_of_what_is_drawn(cast, town, sign_in, shift_clock):
    routed(town, by=cast["worker"])
    client = sign_in("street")
    first = client.get(BOARD, **SCRIPT)

    shift_clock(minutes=1)

    assert client.get(BOARD, **SCRIPT)["ETag"] != first["ETag"]


# ── the suggestion ────────────────────────────────────────────────────────────────────────────


def test_the_rules_of_today_suggest_the_lead(cast, town):
    category = CategoryFactory(code="0909")
    ticket = in_triage(town, cast["worker"], category=category)
    assert board.suggest(ticket).department is None

    RuleFactory(category=category, area=town.district, department=town.urban)

    assert board.suggest(ticket).department == town.urban
    assert board.suggest(ticket).why["rule"].startswith("R-")


def test_whom_a_return_names_goes_first_and_who_returned_is_not_proposed(cast, town):
    ticket = routed(town, by=cast["worker"])
    returned = {"by": cast["clerk"], "note": "not ours"}
    actions.move(ticket, "return", return_reason="not_ours", suggested_owner="城管局", **returned)
    ticket.refresh_from_db()

    found = board.suggest(ticket)
    assert (found.department, found.returned_by) == (town.urban, "住建局")

    other = routed(town, by=cast["worker"], description="b")
    actions.move(other, "return", return_reason="not_ours", suggested_owner="somebody", **returned)
    other.refresh_from_db()
    assert board.suggest(other).department is None


def test_nothing_is_suggested_for_what_has_its_department(cast, town):
    assert board.suggest(routed(town, by=cast["worker"])) is None
