"""The demo district: a map without gaps, desks that are not empty, histories that hold."""

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from consultations.models import (
    Claim,
    CourseDate,
    Entry,
    ModelCase,
    Opinion,
    PlanLink,
    Platform,
    SeatCall,
    Topic,
)
from govgrid.accounts.demo import PASSWORD
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.demo import check, geography, texts
from govgrid.home.demo.ground import CODE_SYSTEM
from govgrid.privacy import guard
from grids.models import Area, Level, Post
from tickets import actions, inbox, routing
from tickets.models import (
    Arrival,
    Assignment,
    Clock,
    Contact,
    Helper,
    Score,
    Ticket,
    TicketEvent,
    Whistle,
)
from tickets.workflow import MOVES, State, WhistleKind

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LOGINS = [
    "worker",
    "community",
    "street",
    "streethead",
    "department",
    "depthead",
    "urban",
    "power",
    "command",
    "roster",
    "convenor",
    "screener",
    "recorder",
    "member",
    "resident",
    "auditor",
    "privacy",
    "privacy-second",
    "admin",
]


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """Loaded once for this module, and never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        began = timezone.now().replace(microsecond=0)
        call_command("load_demo", grids=60, tickets=320, seed=3, verbosity=0)
        yield began
        transaction.set_rollback(True)


def one(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


# ── the map ───────────────────────────────────────────────────────────────────────────────────


def test_it_has_what_the_contract_promises(demo):
    count = Counter(Area.objects.values_list("level", flat=True))
    assert (count[Level.CITY], count[Level.DISTRICT]) == (1, 1)
    assert count[Level.STREET] >= 3
    assert count[Level.COMMUNITY] >= 9
    assert count[Level.GRID] == 62  # two of them special
    assert set(Area.objects.values_list("code_system", flat=True)) == {CODE_SYSTEM}
    assert Area.objects.get(level=Level.DISTRICT).letters == "YL"
    assert Ticket.objects.count() == 320


def test_the_worker_has_the_grid_that_the_field_tells_of(demo):
    grid = Area.objects.get(code="420506001006005")
    assert (grid.name, grid.household_count) == ("营盘05", 312)
    post = Post.objects.get(user__username="worker")
    assert (post.area, post.role) == (grid, "grid_worker")


def test_grids_leave_no_gap_and_do_not_overlap(demo):
    overlaps = one("""
        SELECT count(*) FROM grids_areashape a JOIN grids_areashape b
          ON a.area_id < b.area_id AND a.boundary && b.boundary
        WHERE a.level = 5 AND b.level = 5 AND NOT a.is_special AND NOT b.is_special
          AND ST_Area(ST_Intersection(a.boundary, b.boundary)) > 0""")
    whole, parts = one("""
        SELECT ST_Area(ST_Union(boundary)), sum(ST_Area(boundary)) FROM grids_areashape
        WHERE level = 5 AND NOT is_special""")
    assert overlaps == (0,)
    assert whole == pytest.approx(parts, rel=1e-12)


def test_every_area_is_one_valid_piece_without_holes(demo):
    assert one("""
        SELECT bool_and(ST_IsValid(boundary)), max(ST_NumGeometries(boundary)),
               max(ST_NumInteriorRings(ST_GeometryN(boundary, 1)))
        FROM grids_areashape""") == (True, 1, 0)


def test_special_grids_lie_in_their_community(demo):
    assert one("""
        SELECT count(*) FROM grids_area a JOIN grids_areashape s ON s.area_id = a.id
        JOIN grids_areashape c ON c.area_id = a.parent_id
        WHERE s.is_special AND ST_Covers(c.boundary, s.boundary)""") == (2,)


@pytest.mark.parametrize("seed", range(6))
def test_another_seed_is_another_town_that_holds_too(seed):
    plan = geography.draw(60 + 37 * seed, seed)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT bool_and(ST_IsValid(g)), ST_Area(ST_Union(g)) / sum(ST_Area(g)),
                   ST_NumGeometries(ST_Union(g)),
                   ST_NumInteriorRings(ST_GeometryN(ST_Union(g), 1)) FROM (
                SELECT ST_GeomFromText(w) AS g FROM unnest(%s::text[]) AS w) q""",
            [[grid.outline for grid in plan.grids if not grid.is_special]],
        )
        is_valid, share, pieces, holes = cursor.fetchone()
    assert is_valid
    assert share == pytest.approx(1, abs=1e-12)
    assert (pieces, holes) == (1, 0)
    assert Counter(grid.community for grid in plan.grids)["420506001006"] >= 5


def test_the_same_seed_draws_the_same_map():
    assert geography.draw(60, 5) == geography.draw(60, 5)
    assert geography.draw(60, 5) != geography.draw(60, 6)


# ── people ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", LOGINS)
def test_every_demo_login_signs_in(demo, client, name):
    answer = client.post(reverse("accounts:login"), {"username": name, "password": PASSWORD})

    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(username=name, is_demo=True).pk)


def test_nobody_else_can_sign_in(demo):
    others = User.objects.filter(is_demo=False)
    assert others
    assert not any(user.has_usable_password() for user in others)
    assert not others.filter(is_superuser=True).exists()


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("worker", {"verify": 1}),
        ("community", {"sign": 1, "verify": 1, "close": 1}),
        ("street", {"sign": 1, "assign": 3, "close": 1}),
        ("department", {"sign": 3, "report_in": 1, "finish": 1}),
        ("urban", {"sign": 3, "report_in": 1, "finish": 1}),
        ("power", {"sign": 1}),
        ("command", {"assign": 1}),
    ],
)
def test_a_desk_has_something_waiting(demo, name, groups):
    waiting = {g.slug: len(g.rows) for g in inbox.waiting(User.objects.get(username=name))}
    assert {slug: waiting.get(slug, 0) >= least for slug, least in groups.items()} == dict.fromkeys(
        groups, True
    )


# ── tickets ───────────────────────────────────────────────────────────────────────────────────


def test_tickets_stand_in_every_state_they_can_reach(demo):
    states = set(Ticket.objects.values_list("state", flat=True))
    # Routing takes what is filed within seconds.
    assert states == set(State) - {State.FILED}
    verbs = set(TicketEvent.objects.values_list("verb", flat=True))
    by_hand = {"unmerge", "undo", "escalate", "split", "hand_to", "answer", "urge", "supervise"}
    by_hand |= {"check", "ask_check"}
    of_plans = {"reach_milestone", "add_milestone", "move_milestone", "call_in"}
    assert verbs >= set(MOVES) - by_hand - of_plans
    assert verbs >= {"file", "route", "near", "over"}
    assert Ticket.objects.filter(return_count=2).exists()
    assert Ticket.objects.exclude(observed_at=None).exists()
    assert Contact.objects.exists()
    first, last = one("SELECT min(filed_at), max(filed_at) FROM tickets_ticket")
    assert 60 <= (last - first).days <= 95


def test_about_a_fifth_are_whistles_of_every_kind(demo):
    kinds = Counter(Ticket.objects.values_list("whistle_kind", flat=True))
    reports = kinds.pop("")
    assert 0.15 <= sum(kinds.values()) / (reports + sum(kinds.values())) <= 0.33
    assert set(kinds) == set(WhistleKind)
    hazards = Ticket.objects.filter(whistle_kind="emergency", category__hazard_limit="")
    assert not hazards.exists()
    assert Whistle.objects.exclude(refused_at=None).exists()
    assert Arrival.objects.exclude(rank="").values("rank").distinct().count() >= 3
    by = {why["by"] for why in Helper.objects.values_list("why", flat=True)}
    assert "category" in by


def test_the_street_has_whistles_to_approve(demo):
    street = Area.objects.get(posts__user__username="street", posts__role="street_desk")
    waiting = Ticket.objects.filter(state=State.AWAITING_APPROVAL, street=street)
    count = Counter(waiting.values_list("whistle_kind", flat=True))
    assert count["enforcement"] >= 2
    assert count["hard"] >= 2


def test_one_department_has_enough_scores_for_an_average_and_another_has_not(demo):
    count = Counter(Score.objects.values_list("department", flat=True)).values()
    assert max(count) >= 5
    assert min(count) < 5


def test_some_are_merged_and_some_come_back(demo):
    for ticket in Ticket.objects.filter(state=State.MERGED).select_related("merged_into"):
        into = ticket.merged_into
        assert into.is_open
        assert (into.grid_id, into.category_id) == (ticket.grid_id, ticket.category_id)
        assert ticket.due_at is None
    assert Ticket.objects.exclude(merged_into=None).exists()
    assert Ticket.objects.exclude(repeat_of=None).exists()
    for ticket in Ticket.objects.exclude(repeat_of=None).select_related("repeat_of"):
        assert ticket.repeat_of.closed_at < ticket.filed_at


def test_a_desk_is_neither_all_late_nor_all_calm(demo):
    running = Ticket.objects.exclude(due_at=None)
    late = running.filter(due_at__lte=demo).count() / running.count()
    assert 0.05 <= late <= 0.3
    soon = Clock.objects.filter(stopped_at=None, paused_at=None)
    near = soon.filter(near_at__lte=demo, due_at__gt=demo)
    assert near.exists()


def test_the_first_sweep_has_nothing_old_to_tell(demo):
    """What happened before the load was told when it happened."""
    # What is over by then is looked at once more, for its card.
    assert not Clock.objects.due_to_fire(demo).filter(over_told_at=None).exists()
    assert not Clock.objects.filter(kind="close", stopped_at=None, due_at__lte=demo).exists()
    told = TicketEvent.objects.filter(verb__in=["near", "over"])
    before = told.count()
    # As of then: in working hours every minute since would have something to tell.
    with clock.telling(demo):
        actions.fire_clocks()
    assert told.count() - before <= 3


def test_every_history_holds(demo):
    assert list(check.wrong()) == []


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE tickets_ticket SET state = 'triage' WHERE state = 'verified'",
        "UPDATE tickets_ticket SET return_count = 1 - return_count WHERE return_count < 2",
        "UPDATE tickets_ticket SET lead_department_id = NULL WHERE state = 'handled'",
        "UPDATE tickets_assignment SET state = 'signed' WHERE state = 'reported_in'",
        "UPDATE tickets_assignment SET signed_at = signed_at - interval '1 day'",
        "DELETE FROM tickets_ticketevent WHERE verb = 'sign'",
        "UPDATE tickets_ticketevent SET at = at - interval '9 days' WHERE verb = 'finish'",
        "UPDATE tickets_clock SET due_at = due_at + interval '1 second'",
        "UPDATE tickets_ticket SET due_at = NULL",
        "UPDATE tickets_ticket SET held_state = 'triage' WHERE state = 'merged'",
        "UPDATE tickets_ticket SET whistle_kind = 'hard' WHERE whistle_kind = 'emergency'",
        "DELETE FROM tickets_arrival",
    ],
)
def test_the_proof_finds_what_was_spoilt(demo, spoil):
    one("SET session_replication_role = replica; SELECT 1")
    with connection.cursor() as cursor:
        cursor.execute(spoil)
    one("SET session_replication_role = origin; SELECT 1")
    assert any(check.wrong())


def test_routing_itself_would_have_said_the_same(demo):
    kept = dict(Ticket.objects.values_list("pk", "routing"))
    # What waits for approval, filed as a whistle, was never routed.
    kept = {pk: why for pk, why in kept.items() if why}
    # A refused whistle, or one that waits, was routed as the report that it was.
    Ticket.objects.filter(state=State.AWAITING_APPROVAL).update(kind="report", whistle_kind="")
    Ticket.objects.update(state="filed", routed_at=None, closed_at=None, merged_into=None)

    said = {one.ticket_id: one.why for one in routing.claim_and_decide(1000)}

    assert {pk: why for pk, why in said.items() if pk in kept} == kept
    assert any(why.get("named") for why in said.values())
    assert {why["outcome"] for why in said.values()} == {"dispatched", "unresolved", "border"}
    assert any(why.get("drawn") for why in said.values())
    functions = {why["function"] for why in said.values()}
    assert functions >= {"street_office", "community_office", "property_company", "facility_owner"}


def test_points_lie_in_the_grid_that_locate_would_say(demo):
    assert one("""
        SELECT count(*) FROM tickets_ticket t WHERE t.grid_id IS DISTINCT FROM (
            SELECT s.area_id FROM grids_areashape s
            WHERE s.level = 5 AND ST_Covers(s.boundary, t.point)
            ORDER BY s.is_special DESC, s.area_id LIMIT 1)""") == (0,)


def test_tickets_are_found_by_their_words_and_numbered_by_their_day(demo):
    assert Ticket.objects.about("井盖").exists()
    for ticket in Ticket.objects.all()[:20]:
        with_zone = one(
            "SELECT to_char(%s AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD')", ticket.filed_at
        )
        assert ticket.number.startswith(f"YL{with_zone[0]}-")
    ids = list(Ticket.objects.order_by("pk").values_list("filed_at", flat=True))
    assert ids == sorted(ids)


def test_no_text_names_a_person(demo):
    written = [*Ticket.objects.values_list("description", flat=True), *texts.SPOTS]
    written += [note for notes in texts.NOTES.values() for note in notes]
    written += [
        word for pair in Whistle.objects.values_list("tried", "missing_power") for word in pair
    ]
    assert [text for text in written if guard.mask(text) != text] == []


def test_who_works_on_it_may(demo):
    """Whoever signed or finished holds a post in that department or its area."""
    assert one("""
        SELECT count(*) FROM tickets_assignment t JOIN grids_department d ON d.id = t.department_id
        WHERE t.done_by_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM grids_post p JOIN tickets_ticket k ON k.id = t.ticket_id
            WHERE p.user_id = t.done_by_id
              AND (p.department_id = d.id OR p.area_id IN (d.area_id, k.grid_id)))""") == (0,)
    assert Assignment.objects.exclude(done_by=None).exists()


# ── the command ───────────────────────────────────────────────────────────────────────────────


def test_a_second_run_says_what_to_do(demo):
    with pytest.raises(CommandError, match="--if-empty"):
        call_command("load_demo", verbosity=0)
    call_command("load_demo", if_empty=True, verbosity=0)
    assert Ticket.objects.count() == 320


def test_consultations_stand_in_every_step(demo):
    held = set(Topic.objects.values_list("state", flat=True))
    assert held >= {
        "raised", "declined", "referred", "withdrawn", "studying", "deliberating", "agreed",
        "deferred", "reported", "doing", "closed",
    }  # fmt: skip
    # Four tables, and the councils of a community and of a compound.
    assert Platform.objects.count() == 6
    assert Opinion.objects.filter(kind="problem").count() == 2
    assert ModelCase.objects.published().count() == 1
    assert list(CourseDate.objects.order_by("pk").values_list("came", flat=True)) == [26, None]
    # One of the seats has answered, the others still may.
    assert SeatCall.objects.exclude(answer="").count() == 1 < SeatCall.objects.count()
    assert PlanLink.objects.exists()
    assert Claim.objects.count() == 1
    assert Entry.objects.filter(reverses__isnull=False).count() == 1
    assert not Topic.objects.filter(steps__isnull=True).exists()
    # What waits on a platform is not late from the first minute.
    assert topics_due(demo) == 0


def topics_due(at):
    return Topic.objects.filter(fires_at__lte=at).count()
