"""The time bank: sums, taking back, print-outs and gifts; and that nothing ranks anybody."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.permissions import RULES
from members import actions, timebank
from members.models import Gift, GiftIssue, Need, Statement, TimeAccount, TimeEntry
from members.workflow.time import in_hours
from tests.factories import needs as made

pytestmark = pytest.mark.django_db


@pytest.fixture
def roster():
    return made.build_roster()


def refused(why, act, *args, **named):
    with pytest.raises(Refused) as told:
        act(*args, **named)
    assert told.value.code == why


def balance(user):
    account = timebank.account_of(user)
    return timebank.balance(account) if account else 0


def test_minutes_go_from_the_pool_of_the_community_to_who_helped(roster):
    made.confirmed(roster, minutes=90, area=roster.town.grids[1])
    made.confirmed(roster, minutes=30)
    entry = TimeEntry.objects.first()
    assert entry.payer.area == roster.town.communities[0]
    assert entry.payee.user == roster.lawyer.user
    assert balance(roster.lawyer.user) == 120
    assert timebank.balance(entry.payer) == -120


def test_minutes_are_taken_back_once_whole_with_a_reason(roster):
    claim = made.confirmed(roster, minutes=90)
    for person in (roster.lawyer.user, roster.resident, roster.other_liaison, roster.head):
        with pytest.raises(PermissionDenied):
            actions.reverse_time(claim, by=person, note="错")
    refused("note_needed", actions.reverse_time, claim, by=roster.liaison, note=" ")
    actions.reverse_time(claim, by=roster.liaison, note="时长写错了")
    refused("taken_back", actions.reverse_time, claim, by=roster.liaison, note="再来一次")
    assert balance(roster.lawyer.user) == 0
    lines = [
        timebank.line(one, timebank.account_of(roster.lawyer.user))
        for one in timebank.entries(timebank.account_of(roster.lawyer.user))
    ]
    assert [(one.minutes, one.is_taken_back) for one in lines] == [(-90, False), (90, True)]


def test_whoever_helped_and_also_serves_needs_does_not_take_back_his_own(roster):
    claim = made.confirmed(roster)
    assert not RULES["members.reverse_time"](roster.lawyer.user, claim)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members_timeentry SET minutes = 1",
        "DELETE FROM members_timeentry",
        "UPDATE members_timeentry SET note = ''",
    ],
)
def test_an_entry_stays_also_against_raw_sql(roster, statement):
    made.confirmed(roster)
    with (
        pytest.raises(IntegrityError, match="stays"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_database_refuses_what_is_no_entry(roster):
    claim = made.confirmed(roster)
    entry = TimeEntry.objects.get()
    other = made.accepted(roster)
    for values, name in (
        ({"payee": entry.payer, "claim": other}, "time_entry_between_two"),
        ({"payer": entry.payee, "payee": entry.payer, "claim": None}, "time_entry_of_one_thing"),
        ({"reverses": entry}, "taken back whole"),
        (
            {"payer": entry.payee, "payee": entry.payer, "reverses": entry, "minutes": 1},
            "taken back whole",
        ),
        ({"claim": claim}, "claim"),
        ({"claim": other, "minutes": 0}, "time_entry_is_some_time"),
    ):
        content = {
            "payer": entry.payer, "payee": entry.payee, "minutes": entry.minutes, "note": "x",
        }  # fmt: skip
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            TimeEntry.objects.create(**{**content, **values})


def test_what_takes_back_is_not_taken_back_itself(roster):
    claim = made.confirmed(roster)
    back = actions.reverse_time(claim, by=roster.admin, note="错")
    with pytest.raises(IntegrityError, match="taken back whole"), transaction.atomic():
        TimeEntry.objects.create(
            payer=back.payee, payee=back.payer, minutes=back.minutes, reverses=back, note="x"
        )


@tries(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    services=st.lists(
        st.tuples(
            st.sampled_from(["lawyer", "branch", "distant"]), st.integers(1, 720), st.booleans()
        ),
        max_size=5,
    )
)
def test_the_sum_over_all_accounts_is_nought_whatever_happens(roster, services):
    with transaction.atomic():
        for name, minutes, is_wrong in services:
            claim = made.confirmed(roster, member=getattr(roster, name), minutes=minutes)
            if is_wrong:
                actions.reverse_time(claim, by=roster.admin, note="更正")
        sums = [timebank.balance(one) for one in TimeAccount.objects.all()]
        assert sum(sums) == 0
        expected = sum(minutes for _name, minutes, is_wrong in services if not is_wrong)
        people = TimeAccount.objects.filter(user__isnull=False)
        assert sum(timebank.balance(one) for one in people) == expected
        transaction.set_rollback(True)


def test_r9_only_members_have_an_account(roster):
    made.confirmed(roster)
    holders = TimeAccount.objects.filter(user__isnull=False)
    assert {one.user for one in holders} == {roster.lawyer.user}
    refused("nothing_yet", actions.print_statement, by=roster.resident)


def test_a_balance_is_its_holders_alone(roster):
    made.confirmed(roster)
    account = timebank.account_of(roster.lawyer.user)
    everybody = [one for one in vars(roster).values() if hasattr(one, "username")]
    assert everybody
    assert not any(RULES["members.own_time"](one, account) for one in everybody)
    assert RULES["members.own_time"](roster.lawyer.user, account)


def test_r27_nothing_ranks_or_sums_up_people():
    """No list of people by hours or by score, no mean of a person's scores, anywhere."""
    root = Path(settings.BASE_DIR)
    sources = [*(root / "members").rglob("*.py"), *(root / "templates/members").rglob("*.html")]
    # The mean of a station's marks is of no person, and told ten at a time.
    but = root / "members/receptions.py"
    kept = (one for one in sources if "migrations" not in one.parts and one != but)
    text = "\n".join(one.read_text() for one in kept)
    assert not re.search(r"leaderboard|top_members|Avg\(|streak|ranking|排行|积分榜", text)
    assert not re.search(r"order_by\([^)]*(score|minutes|balance|hours)", text)
    assert not re.search(r"(Sum|Count|Max)\([^)]*score", text)


def test_r28_nothing_below_or_beside_reads_the_hours():
    """What is asked for, voted, booked or filed never looks at a time account."""
    root = Path(settings.BASE_DIR)
    readers = {
        str(path.relative_to(root))
        for package in ("govgrid", "grids", "tickets", "consultations", "members")
        for path in (root / package).rglob("*.py")
        if re.search(r"\b(timebank|TimeAccount|TimeEntry)\b", path.read_text())
    }
    assert {one for one in readers if "demo" not in one} <= {
        "members/actions/giving.py", "members/actions/serving.py", "members/actions/timing.py",
        "members/api/time.py", "members/migrations/0005_needs.py", "members/models/__init__.py",
        "members/models/gift.py", "members/models/time.py", "members/retention_needs.py",
        "members/rules.py", "members/timebank.py", "members/views/time.py",
        "govgrid/api/membering_needs.py",
    }  # fmt: skip


# ── print-outs and gifts ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def rice(roster):
    return actions.offer_gift(
        roster.town.communities[0], by=roster.liaison, name="大米", place="营盘雷锋超市", left=2
    )


def test_r28_a_gift_is_given_against_the_holders_own_print_out_and_costs_no_hours(roster, rice):
    made.confirmed(roster, minutes=90)
    paper = actions.print_statement(by=roster.lawyer.user)
    assert actions.print_statement(by=roster.lawyer.user) == paper
    issue = actions.give_gift(rice, by=roster.liaison, code=f" {paper.code.lower()} ")
    rice.refresh_from_db()
    assert (issue.gift, rice.left) == (rice, 1)
    assert balance(roster.lawyer.user) == 90
    refused("code_used", actions.give_gift, rice, by=roster.liaison, code=paper.code)
    names = {one.name for one in GiftIssue._meta.get_fields()}
    assert not names & {"user", "member", "account", "minutes", "price"}


def test_gifts_that_are_not_given(roster, rice, shift_clock):
    made.confirmed(roster)
    code = actions.print_statement(by=roster.lawyer.user).code
    refused("unknown_code", actions.give_gift, rice, by=roster.liaison, code="ABCDEFGHJK")
    for person in (roster.resident, roster.lawyer.user, roster.other_liaison):
        with pytest.raises(PermissionDenied):
            actions.give_gift(rice, by=person, code=code)
        with pytest.raises(PermissionDenied):
            actions.end_gift(rice, by=person)
    Gift.objects.update(left=0)
    refused("none_left", actions.give_gift, rice, by=roster.liaison, code=code)
    Gift.objects.update(left=1)
    shift_clock(days=70)
    refused("code_expired", actions.give_gift, rice, by=roster.liaison, code=code)
    actions.end_gift(rice, by=roster.admin)
    refused("none_left", actions.give_gift, rice, by=roster.liaison, code=code)


def test_without_hours_there_is_nothing_to_print(roster):
    refused("nothing_yet", actions.print_statement, by=roster.lawyer.user)
    claim = made.confirmed(roster)
    actions.reverse_time(claim, by=roster.admin, note="错")
    refused("nothing_yet", actions.print_statement, by=roster.lawyer.user)


def test_one_print_out_a_month(roster, clock_at):
    clock_at("2026-09-01 10:00")
    made.confirmed(roster)
    first = actions.print_statement(by=roster.lawyer.user)
    clock_at("2026-10-01 10:00")
    assert actions.print_statement(by=roster.lawyer.user) != first
    with pytest.raises(IntegrityError, match="statement_once_a_month"), transaction.atomic():
        Statement.objects.create(
            account=first.account, code="X", minutes=1, month=first.month,
            expires_on=clock.today(),
        )  # fmt: skip


def test_a_person_is_forgotten_and_the_sums_stay(roster):
    made.confirmed(roster, minutes=45)
    TimeAccount.objects.of(roster.lawyer.user).update(user=None, closed_at=clock.now())
    assert sum(timebank.balance(one) for one in TimeAccount.objects.all()) == 0
    assert Need.objects.count() == 1


@pytest.mark.parametrize(("minutes", "said"), [(60, "1"), (90, "1.5"), (100, "1.67"), (720, "12")])
def test_hours_in_words(minutes, said):
    assert in_hours(minutes) == said
