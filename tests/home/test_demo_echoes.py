"""A great many tickets: echoes of lives told once, loaded without indexes, and no less true."""

from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from govgrid.core import clock
from govgrid.home.demo import blanks, check, echoes, texts
from govgrid.home.demo.echoes import Weeks
from govgrid.worktime.arithmetic import Calendar, Day, DayKind
from govgrid.worktime.queries import calendar
from tests.home.catalogue import TABLES, rows, structure
from tickets import routing
from tickets.models import Clock, Contact, Ticket, TicketEvent
from tickets.reckoning import reckon, upcoming
from tickets.workflow import OPEN, State

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SHANGHAI = ZoneInfo("Asia/Shanghai")
SIZE = {"grids": 60, "tickets": 900, "told": 120, "verbosity": 0}


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Loaded once for this module, and never committed; with what stood in the catalogue before."""
    with django_db_blocker.unblock(), transaction.atomic():
        before = structure()
        call_command("load_demo", seed=3, **SIZE)
        yield before
        transaction.set_rollback(True)


# ── what was loaded ───────────────────────────────────────────────────────────────────────────


def test_there_are_as_many_as_asked_for_and_most_are_over(demo):
    assert Ticket.objects.count() == SIZE["tickets"]
    echoed = Ticket.objects.filter(merged_into=None, repeat_of=None).order_by("pk")
    still = echoed.filter(state__in=OPEN).count()
    assert 0.05 <= (still - SIZE["told"] * 0.7) / SIZE["tickets"] <= 0.12
    states = set(Ticket.objects.values_list("state", flat=True))
    assert states == set(State) - {State.FILED}


def test_every_history_holds(demo):
    assert list(check.wrong()) == []


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE tickets_ticket SET state = 'declined', closed_at = NULL WHERE id = %s",
        "DELETE FROM tickets_ticketevent WHERE verb = 'finish' AND ticket_id = %s",
        "UPDATE tickets_clock SET due_at = due_at + interval '1 second' WHERE ticket_id = %s",
        "UPDATE tickets_assignment SET signed_at = signed_at + interval '1 week' WHERE ticket_id = %s",
        "DELETE FROM tickets_ticketevent WHERE ticket_id = %s",
    ],
)
def test_one_spoilt_among_all_is_named(demo, spoil):
    closed = Ticket.objects.filter(state=State.CLOSED, events__verb="finish")
    ticket = closed.order_by("-pk")[7]
    with transaction.atomic():
        rows("SET LOCAL session_replication_role = replica; SELECT 1")
        with connection.cursor() as cursor:
            cursor.execute(spoil, [ticket.pk])
        found = list(check.wrong())
        transaction.set_rollback(True)
    assert found
    assert {one.split(":")[0] for one in found} == {ticket.number}


def test_every_clock_is_what_a_real_one_would_be(demo):
    clocks = Clock.objects.select_related("ticket__district").prefetch_related("pauses")
    assert clocks
    for one in clocks:
        days = calendar(one.ticket.district.code, one.edition)
        spans = [(pause.started_at, pause.ended_at) for pause in one.pauses.all()]
        told = reckon(days, one.started_at, one.limit, share=one.share, pauses=spans)
        row = (one.near_at, one.due_at, one.is_provisional, one.edition)
        assert row == told, one.ticket
        assert one.next_fire_at == upcoming(one)


def test_routing_itself_would_have_said_the_same(demo):
    with transaction.atomic():
        kept = {pk: why for pk, why in Ticket.objects.values_list("pk", "routing") if why}
        waiting = Ticket.objects.filter(state=State.AWAITING_APPROVAL)
        waiting.update(kind="report", whistle_kind="")
        Ticket.objects.update(state="filed", routed_at=None, closed_at=None, merged_into=None)
        said = {one.ticket_id: one.why for one in routing.claim_and_decide(SIZE["tickets"])}
        transaction.set_rollback(True)
    assert {pk: why for pk, why in said.items() if pk in kept} == kept


def test_points_lie_in_the_grid_that_locate_would_say(demo):
    wrong = rows("""
        SELECT count(*) FROM tickets_ticket t WHERE t.grid_id IS DISTINCT FROM (
            SELECT s.area_id FROM grids_areashape s
            WHERE s.level = 5 AND ST_Covers(s.boundary, t.point)
            ORDER BY s.is_special DESC, s.area_id LIMIT 1)""")
    assert wrong == [(0,)]
    assert Ticket.objects.values("raw_lon", "raw_lat").distinct().count() == SIZE["tickets"]


def test_who_works_on_it_may_and_who_filed_it_lives_with_it(demo):
    strangers = rows("""
        SELECT count(*) FROM tickets_assignment t JOIN grids_department d ON d.id = t.department_id
        WHERE t.done_by_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM grids_post p JOIN tickets_ticket k ON k.id = t.ticket_id
            WHERE p.user_id = t.done_by_id
              AND (p.department_id = d.id OR p.area_id IN (d.area_id, k.grid_id)))""")
    assert strangers == [(0,)]
    others = rows("""
        SELECT count(*) FROM tickets_ticket t WHERE NOT EXISTS (
            SELECT 1 FROM grids_post p WHERE p.user_id = t.filed_by_id
              AND p.area_id IN (t.grid_id, t.community_id))""")
    assert others == [(0,)]


def test_areas_above_a_ticket_are_those_above_its_grid(demo):
    assert rows("""
        SELECT count(*) FROM tickets_ticket t JOIN grids_area g ON g.id = t.grid_id
        JOIN grids_area c ON c.id = t.community_id JOIN grids_area s ON s.id = t.street_id
        WHERE (g.parent_id, c.parent_id, s.parent_id)
           IS DISTINCT FROM (c.id, s.id, t.district_id)""") == [(0,)]


def test_ids_follow_the_filing_and_numbers_their_day(demo):
    told = list(Ticket.objects.order_by("pk").values_list("filed_at", "number"))
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    days = {number: f"YL{clock.local(at):%Y%m%d}" for at, number in told}
    assert {number for number, day in days.items() if not number.startswith(day)} == set()
    assert not TicketEvent.objects.filter(at__gt=timezone.now()).exists()


def test_blanks_are_all_filled_in(demo):
    mark = str(blanks.blank("grid"))[:13]
    for table in TABLES:
        left = rows(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", f"%{mark}%")  # noqa: S608
        assert left == [(0,)], table


def test_the_database_stands_as_before(demo):
    assert structure() == demo


def test_who_can_be_called_back_is_sealed(demo):
    assert Contact.objects.count() > SIZE["told"] * 0.06


# ── parts ─────────────────────────────────────────────────────────────────────────────────────


def test_a_form_keeps_what_is_no_blank():
    text = (
        f"{blanks.blank('ticket')}\t100% at 2026-11-03T08:00:00+08:00 by {blanks.blank('part', 2)}"
    )
    first = date(2026, 11, 2)
    filled = {"ticket": 12, "part2": 7, **blanks.dated(blanks.days(text, first), date(2026, 10, 5))}

    assert blanks.form(text, first) % filled == "12\t100% at 2026-10-06T08:00:00+08:00 by 7"


def test_a_life_moves_to_weeks_with_the_same_working_days_only(stencil):
    """Three weeks back there was a holiday on the Wednesday that this one worked through."""
    holiday = {date(2026, 11, 4): Day(DayKind.HOLIDAY)}
    weeks = Weeks(Calendar.of(holiday, {2026}), datetime(2026, 11, 28, 12, tzinfo=SHANGHAI))
    one = stencil(datetime(2026, 11, 16, 9, tzinfo=SHANGHAI), timedelta(days=3))
    moves = list(weeks.alike(one))
    assert 0 in moves
    assert -2 not in moves
    assert {-1, -3, 1} <= set(moves)
    assert max(moves) == 1


@pytest.fixture
def stencil():
    def make(filed_at, lasts):
        return echoes.Stencil(
            {}, {}, None, False, filed_at, filed_at + lasts, (filed_at + lasts).date(), True,
            1, 1, 0, 3,
        )  # fmt: skip

    return make


def test_rare_words_are_rare_and_there():
    said = [texts.aside(Random(n)) for n in range(20_000)]  # noqa: S311
    some = [one for one in said if one]
    assert 0 < len(some) < 200
    assert len(set(some)) > 10
