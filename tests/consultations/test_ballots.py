"""Ballots: what is kept, refused by the action and by the database with one sentence, and told."""

import json
import logging
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from consultations import actions, voters
from consultations.actions import Urn
from consultations.models import Ballot, BallotKey, Elector, Residency, Vote
from consultations.retention import erase_electorates, erase_residencies
from consultations.rows import Line, read_electors
from consultations.voters import SENTENCES, Voter
from consultations.workflow import envelopes
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows
from govgrid.outbox.models import Message
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory
from tests.factories.grids import holder


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


@pytest.fixture
def voter(town, people, officer):
    made.living(town.grids[0], "1-1-101", by=officer, user=people["resident"])
    return people["resident"]


@pytest.fixture
def open_ballot(platform, people, voter, shift_clock):
    return made.opened(made.announced(platform, by=people["convenor"]), shift_clock)


LIST = [Line(f"1-1-{n}", 10_000 + n, f"CODE-{n:04}") for n in range(1, 11)]


@pytest.fixture
def owners(platform, people, shift_clock):
    """Counted by head and floor area: ten owners."""
    one = made.ballot(
        platform, by=people["convenor"], basis="list", count_by="area", quorum="two_thirds"
    )
    actions.bring_electors(one, LIST, by=people["convenor"])
    actions.announce_ballot(one, by=people["convenor"])
    return made.opened(one, shift_clock)


def refused(code, act, /, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code
    assert str(refusal.value)
    return refusal.value


def insert(ballot, **columns):
    """Past every action."""
    with transaction.atomic():
        Vote.objects.create(
            **{
                "ballot": ballot,
                "channel": "online",
                "choices": [1],
                "cast_at": clock.now(),
                **columns,
            }
        )


# ── asking and announcing ─────────────────────────────────────────────────────────────────────


def test_a_topic_is_not_settled_nor_merged_beside_its_ballot(
    platform, people, voter, town, shift_clock
):
    """Announced, open, closed: until it is counted or called off."""
    topic = made.deliberating(
        platform, by=people["neighbour"], screener=people["screener"], convenor=people["convenor"]
    )
    made.talked(topic, by=people["convenor"])
    by = people["convenor"]

    def settle():
        return actions.move(topic, "settle", by=by, **made.NOW, consensus="轮流看护")

    made.ballot(platform, by=by, topic=topic)  # a draft holds up nothing
    drafted = made.ballot(platform, by=by, topic=topic)
    one = actions.announce_ballot(drafted, by=by)
    refused("ballot_open", settle)
    one = made.opened(one, shift_clock)
    refused("ballot_open", settle)
    other = made.announced(platform, by=by, topic=topic)
    assert "2 ballots" in refused("ballot_open", settle).message
    actions.void_ballot(other, by=by, reason="问题重复")
    one = made.closed(one, shift_clock)
    refused("ballot_open", settle)
    actions.count_ballot(one, by=people["recorder"])
    assert settle().state == "agreed"


def test_a_topic_with_a_ballot_is_not_merged_away(platform, people, voter):
    first, into = (
        made.studying(platform, by=people["neighbour"], screener=people["screener"]) for _ in "12"
    )
    ballot = made.announced(platform, by=people["convenor"], topic=first)
    left = made.ballot(platform, by=people["convenor"], topic=first)
    merge = {"by": people["screener"], "into": into, "note": "同一件事"}
    refused("ballot_open", actions.move, first, "merge", **merge)
    actions.void_ballot(ballot, by=people["convenor"], reason="合并")
    actions.move(first, "merge", **merge)
    # What was drafted before is not announced after.
    refused("not_public_yet", actions.announce_ballot, left, by=people["convenor"])


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("question_needed", {"question": "\u200b"}),
        ("wrong_options", {"options": ("只有一个",)}),
        ("wrong_options", {"options": ("同意", "同意")}),
        ("wrong_options", {"options": tuple("一二三四五六七八九十百千万")}),
        ("wrong_choices", {"max_choices": 2}),
        ("wrong_choices", {"kind": "choice", "max_choices": 3}),
        ("closes_before_it_opens", {"closes_at": timedelta(0)}),
        ("ballot_past", {"opens_at": timedelta(days=-3), "closes_at": timedelta(days=-1)}),
        ("ballot_too_long", {"closes_at": timedelta(days=200)}),
        ("area_is_open", {"count_by": "area", "basis": "list", "is_secret": True}),
        ("area_is_open", {"count_by": "area", "basis": "residents"}),
        ("no_secret", {"by_scrutineers": True}),
    ],
)
def test_what_cannot_be_asked(platform, people, code, fields):
    now = clock.now()
    given = {k: now + v if isinstance(v, timedelta) else v for k, v in fields.items()}
    refused(code, made.ballot, platform, by=people["convenor"], **given)
    assert not Ballot.objects.exists()


def test_who_asks(platform, other_platform, people):
    for who in ("resident", "member", "screener", "recorder", "other_convenor", "clerk"):
        with pytest.raises(PermissionDenied):
            made.ballot(platform, by=people[who])
    elsewhere = made.asking(area=other_platform.area)
    refused("other_area", actions.ask_ballot, platform, elsewhere, by=people["convenor"])


def test_rules_are_frozen_by_the_database_once_announced(platform, people, voter, town):
    one = made.announced(platform, by=people["convenor"])
    refused("announced_already", actions.reword_ballot, one, made.asking(), by=people["convenor"])
    rows = Ballot.objects.filter(pk=one.pk)
    for change in (
        {"question": "别的"}, {"options": ["甲", "乙"]}, {"max_choices": 2, "kind": "choice"},
        {"pass_share": "half"}, {"quorum": "all"}, {"closes_at": clock.now() + timedelta(days=30)},
        {"entitled": 99}, {"area": town.communities[1]}, {"is_secret": True}, {"state": "draft"},
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    one.refresh_from_db()
    assert one.question == "同意装护栏吗"


def test_nobody_may_vote_where_nobody_is_known(platform, people):
    one = made.ballot(platform, by=people["convenor"])
    refused("entitled_needed", actions.announce_ballot, one, by=people["convenor"])
    listed = made.ballot(platform, by=people["convenor"], basis="list", count_by="area")
    refused("list_needed", actions.announce_ballot, listed, by=people["convenor"])
    actions.bring_electors(listed, [Line("1-1-1")], by=people["convenor"])
    refused("floor_area_needed", actions.announce_ballot, listed, by=people["convenor"])


def test_the_clock_opens_and_closes_it(platform, people, voter, shift_clock):
    one = made.announced(platform, by=people["convenor"])
    assert one.state == "announced"
    refused("not_open", actions.vote, one, [1], by=voter)
    one = made.opened(one, shift_clock)
    assert one.state == "open"
    assert Message.objects.filter(kind="ballot_open", recipient=voter).exists()
    one = made.closed(one, shift_clock)
    assert one.state == "closed"
    told = Message.objects.filter(kind="ballot_to_count")
    assert people["recorder"] in {row.recipient for row in told}
    assert people["convenor"] not in {row.recipient for row in told}
    refused("not_open", actions.vote, one, [1], by=voter)
    assert actions.fire_ballots(by=None) == 0


# ── residency ─────────────────────────────────────────────────────────────────────────────────


def test_a_residency_is_seen_at_the_desk(town, people, officer):
    one = made.living(town.grids[0], "1-1-101", by=officer, user=people["resident"])
    two = made.living(town.communities[0], "1－1－101", by=officer, user=people["neighbour"])
    assert one.household_key == two.household_key
    assert str(one.household) == "•••"
    for who in ("resident", "convenor", "recorder", "clerk", "command"):
        with pytest.raises(PermissionDenied):
            made.living(town.grids[0], "1-1-102", by=people[who])
    far = town.communities[2]
    with pytest.raises(PermissionDenied):
        made.living(far, "1", by=officer)
    refused("own_residency", made.living, town.grids[0], "1", by=officer, user=officer)
    refused("household_needed", made.living, town.grids[0], " ", by=officer)
    refused("personal_number", made.living, town.grids[0], "11010519491231002X", by=officer)
    tomorrow = clock.today()
    refused("wrong_expiry", made.living, town.grids[0], "1", by=officer, expires_on=tomorrow)


def test_moved_one_residency_ends_and_one_lives(town, people, officer):
    made.living(town.grids[0], "1-1-101", by=officer, user=people["resident"])
    made.living(town.grids[1], "2-1-101", by=officer, user=people["resident"])
    assert Residency.objects.filter(user=people["resident"], ended_on=None).count() == 1


# ── voting ────────────────────────────────────────────────────────────────────────────────────


def test_a_vote_counts_once(open_ballot, voter):
    actions.vote(open_ballot, [1], by=voter)
    told = refused("voted_already", actions.vote, open_ballot, [2], by=voter)
    row = Vote.objects.get()
    with pytest.raises(DatabaseError) as broken:
        insert(open_ballot, residency=row.residency, user=voter)
    assert str(voters.refusal_of(broken.value)) == str(told)


def test_after_a_second_residency_a_person_still_has_one_vote(open_ballot, voter, town, officer):
    actions.vote(open_ballot, [1], by=voter)
    made.living(town.grids[1], "2-1-101", by=officer, user=voter)
    refused("voted_already", actions.vote, open_ballot, [2], by=voter)


def test_the_database_refuses_what_the_form_refuses(open_ballot, voter, town, people, officer):
    mine = Residency.objects.get(user=voter)
    far_officer = holder("community_officer", area=town.communities[2])
    far = made.living(town.communities[2], "9", by=far_officer, user=people["neighbour"])
    ended = actions.end_residency(made.living(town.grids[0], "1-1-102", by=officer), by=officer)
    cases = [
        ("vote_of_an_option", {"residency": mine, "user": voter, "choices": [4]}),
        ("vote_of_so_many", {"residency": mine, "user": voter, "choices": [1, 2]}),
        ("vote_of_so_many", {"residency": mine, "user": voter, "choices": []}),
        ("vote_of_the_electorate", {"residency": far, "user": people["neighbour"]}),
        ("vote_of_the_electorate", {"residency": mine, "user": people["neighbour"]}),
        ("vote_of_the_electorate", {"residency": ended}),
        ("vote_in_time", {"residency": mine, "user": voter, "cast_at": open_ballot.closes_at}),
    ]
    for name, columns in cases:
        with pytest.raises(DatabaseError) as broken:
            insert(open_ballot, **columns)
        assert voters.refusal_of(broken.value).code == SENTENCES[name][0]
    refused("no_such_option", actions.vote, open_ballot, [4], by=voter)
    refused("too_many_choices", actions.vote, open_ballot, [1, 2], by=voter)
    refused("choose_something", actions.vote, open_ballot, [], by=voter)
    refused("not_entitled", actions.vote, open_ballot, [1], by=people["neighbour"])
    refused("not_entitled", actions.vote, open_ballot, [1], by=None)
    with pytest.raises(DatabaseError):
        insert(open_ballot, residency=mine, user=voter, channel="paper")
    with pytest.raises(DatabaseError):
        insert(open_ballot, residency=mine, user=voter, recorded_by=people["recorder"])
    assert not Vote.objects.exists()


def test_a_vote_stays_as_it_was_cast(open_ballot, voter):
    actions.vote(open_ballot, [1], by=voter)
    for change in ({"choices": [2]}, {"channel": "paper"}, {"floor_area": 5}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Vote.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Vote.objects.all().delete()


def test_a_household_has_one_vote(platform, people, town, officer, shift_clock):
    for who in ("resident", "neighbour"):
        made.living(town.grids[0], "1-1-101", by=officer, user=people[who])
    made.living(town.grids[0], "1-1-102", by=officer, user=UserFactory())
    one = made.announced(platform, by=people["convenor"], count_by="household")
    assert one.entitled == 2
    one = made.opened(one, shift_clock)
    actions.vote(one, [1], by=people["resident"])
    told = refused("household_voted", actions.vote, one, [1], by=people["neighbour"])
    other = Residency.objects.get(user=people["neighbour"])
    with pytest.raises(DatabaseError) as broken:
        insert(one, residency=other, user=people["neighbour"], household_key=other.household_key)
    assert str(voters.refusal_of(broken.value)) == str(told)
    # A made-up household is no way around it.
    with pytest.raises(DatabaseError) as broken:
        insert(one, residency=other, user=people["neighbour"], household_key="x")
    assert voters.refusal_of(broken.value).code == "not_entitled"


def test_a_code_of_the_list_votes_once_and_in_its_ballot_alone(
    owners, platform, people, shift_clock
):
    actions.vote(owners, [1], by=None, code="code 0001")
    refused("voted_already", actions.vote, owners, [2], by=None, code="CODE-0001")
    refused("wrong_code", actions.vote, owners, [1], by=None, code="CODE-9999")
    refused("not_entitled", actions.vote, owners, [1], by=people["resident"])
    row = Vote.objects.get()
    assert (row.floor_area, row.user_id, row.elector.ballot_id) == (10_001, None, owners.pk)
    other = made.ballot(platform, by=people["convenor"], basis="list", count_by="head")
    actions.bring_electors(other, [Line("2-1-1", 0, "CODE-XXXX")], by=people["convenor"])
    with pytest.raises(DatabaseError) as broken:
        insert(owners, elector=Elector.objects.get(ballot=other))
    assert voters.refusal_of(broken.value).code == "not_entitled"
    with pytest.raises(DatabaseError) as broken:
        insert(owners, elector=Elector.objects.filter(ballot=owners).last(), floor_area=10**6)
    assert voters.refusal_of(broken.value).code == "not_entitled"


def test_paper_is_entered_as_paper_by_the_recorder(open_ballot, town, people, officer):
    made.living(town.grids[1], "1-1-105", by=officer)
    (found,) = voters.by_household(open_ballot, "1-1-105")
    enter = actions.enter_vote
    for who in ("resident", "member", "convenor", "other_convenor"):
        with pytest.raises(PermissionDenied):
            enter(open_ballot, found, [1], by=people[who], channel="paper")
    refused(
        "wrong_channel", enter, open_ballot, found, [1], by=people["recorder"], channel="online"
    )
    enter(open_ballot, found, [2], by=people["recorder"], channel="paper")
    row = Vote.objects.get()
    assert (row.channel, row.recorded_by, row.user) == ("paper", people["recorder"], None)
    refused(
        "voted_already", enter, open_ballot, found, [1], by=people["recorder"], channel="counter"
    )


def test_nobody_enters_his_own(open_ballot, town, people, officer):
    made.living(town.grids[1], "1-1-106", by=officer, user=people["recorder"])
    own = voters.by_account(open_ballot, people["recorder"])
    refused(
        "not_for_oneself", actions.enter_vote, open_ballot, own, [1],
        by=people["recorder"], channel="counter",
    )  # fmt: skip
    with pytest.raises(DatabaseError):
        insert(
            open_ballot, residency=own.residency, user=people["recorder"], channel="counter",
            recorded_by=people["recorder"],
        )  # fmt: skip


# ── the count ─────────────────────────────────────────────────────────────────────────────────


def test_owners_by_head_and_floor_area(owners, people, shift_clock):
    assert (owners.entitled, owners.entitled_area) == (10, sum(one.floor_area for one in LIST))
    for n in range(1, 8):
        actions.vote(owners, [1 if n < 6 else 2], by=None, code=f"CODE-{n:04}")
    refused("not_closed", actions.count_ballot, owners, by=people["recorder"])
    owners = made.closed(owners, shift_clock)
    refused("own_question", actions.count_ballot, owners, by=people["convenor"])
    with pytest.raises(PermissionDenied):
        actions.count_ballot(owners, by=people["member"])
    done = actions.count_ballot(owners, by=people["recorder"])
    assert done.is_passed
    assert done.tally["heads"] == [5, 2, 0]
    assert done.tally["areas"][0] == sum(one.floor_area for one in LIST[:5])
    assert done.tally["channels"] == {"online": 7}
    refused("not_closed", actions.count_ballot, done, by=people["recorder"])
    with pytest.raises(DatabaseError), transaction.atomic():
        Ballot.objects.update(is_passed=False)


def test_the_counter_is_another_also_for_the_database(owners, people, shift_clock):
    made.closed(owners, shift_clock)
    with pytest.raises(DatabaseError), transaction.atomic():
        Ballot.objects.update(
            state="counted", counted_at=clock.now(), counted_by=people["convenor"], tally={},
            is_passed=True,
        )  # fmt: skip


def test_a_secret_ballot_end_to_end(platform, people, town, officer, shift_clock, caplog):
    """Twenty voters, 13 to 7; nothing anywhere joins a voter and a choice."""
    caplog.set_level(logging.DEBUG)
    crowd = [UserFactory() for _each in range(20)]
    for n, one in enumerate(crowd):
        made.living(town.grids[0], f"3-2-{n}", by=officer, user=one)
    ballot = made.announced(
        platform, by=people["convenor"], is_secret=True, quorum="over_half",
        options=("要装护栏", "不要护栏"),
    )  # fmt: skip
    ballot = made.opened(ballot, shift_clock)
    receipts = [
        actions.vote(ballot, [1 if n % 20 < 13 else 2], by=one).receipt
        for n, one in enumerate(crowd)
    ]
    rows = list(Vote.objects.values_list("choices", "sealed"))
    assert {tuple(choices) for choices, _sealed in rows} == {()}
    assert len({len(bytes(sealed)) for _choices, sealed in rows}) == 1
    assert len({bytes(sealed) for _choices, sealed in rows}) == 20
    assert len(set(receipts)) == 20
    # No running tally, for nobody.
    assert Ballot.objects.values_list("tally", "receipts").get() == (None, [])
    ballot = made.closed(ballot, shift_clock)
    done = actions.count_ballot(ballot, by=people["recorder"])
    assert (done.tally["heads"], done.is_passed) == ([13, 7], True)
    assert done.receipts == sorted(receipts)
    assert not Vote.objects.exclude(sealed=None).exists()
    assert not BallotKey.objects.exclude(private=None).exists()
    _nothing_tells(ballot, crowd, receipts, caplog)


def _nothing_tells(ballot, crowd, receipts, caplog):
    """Every table is read: no row but the ballot itself names a receipt or an option."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')  # noqa: S608
            said = [text for (text,) in cursor.fetchall()]
            if table == "consultations_ballot":
                continue
            for text in said:
                assert not any(one in text for one in receipts), table
                assert "要装护栏" not in text, table
    assert not any(one in caplog.text for one in receipts)
    told = json.dumps([row.params for row in Message.objects.all()], ensure_ascii=False)
    assert "不要护栏" not in told


def test_two_scrutineers_open_it_together(platform, people, voter, town, officer, shift_clock):
    one = made.ballot(platform, by=people["convenor"], is_secret=True, by_scrutineers=True)
    refused("keys_needed", actions.announce_ballot, one, by=people["convenor"])
    first, second, wrong = (envelopes.new_pair() for _each in range(3))
    hand = actions.hand_key
    refused("asker_is_no_scrutineer", hand, one, by=people["convenor"], public=first.public)
    refused("wrong_key", hand, one, by=people["member"], public="x" * 44)
    with pytest.raises(PermissionDenied):
        hand(one, by=people["resident"], public=first.public)
    hand(one, by=people["member"], public=wrong.public)
    hand(one, by=people["member"], public=first.public)
    refused("wrong_key", hand, one, by=people["screener"], public=first.public)
    hand(one, by=people["screener"], public=second.public)
    refused("keys_are_there", hand, one, by=people["recorder"], public=wrong.public)
    actions.announce_ballot(one, by=people["convenor"])
    with pytest.raises(DatabaseError), transaction.atomic():
        BallotKey.objects.update(public=wrong.public)
    assert not BallotKey.objects.exclude(private=None).exists()
    one = made.opened(one, shift_clock)
    crowd = [UserFactory() for _each in range(5)]
    for n, person in enumerate(crowd):
        made.living(town.grids[0], f"4-{n}", by=officer, user=person)
        actions.vote(one, [1], by=person)
    one = made.closed(one, shift_clock)
    count = actions.count_ballot
    refused("keys_needed", count, one, by=people["recorder"], keys=[first.private])
    both = [first.private, wrong.private]
    refused("wrong_key", count, one, by=people["recorder"], keys=both)
    assert Vote.objects.exclude(sealed=None).count() == 5
    done = count(one, by=people["recorder"], keys=[second.private, first.private])
    assert done.tally["heads"] == [5, 0, 0]


def test_paper_slips_of_a_secret_ballot_are_counted_from_the_urn(
    platform, people, voter, town, officer, shift_clock
):
    one = made.opened(made.announced(platform, by=people["convenor"], is_secret=True), shift_clock)
    for n in range(6):
        row = made.living(town.grids[0], f"5-{n}", by=officer)
        enter = actions.enter_vote
        who = Voter(residency=row)
        refused("slip_is_secret", enter, one, who, [1], by=people["recorder"], channel="paper")
        enter(one, who, [], by=people["recorder"], channel="paper")
    actions.vote(one, [2], by=voter)
    one = made.closed(one, shift_clock)
    for urn in (Urn(), Urn([3, 3]), Urn([4, 3, 0]), Urn([7, -1, 0]), Urn([3, 2, 0], 2)):
        refused("urn_does_not_match", actions.count_ballot, one, by=people["recorder"], urn=urn)
    done = actions.count_ballot(one, by=people["recorder"], urn=Urn([3, 1, 1], 1))
    assert (done.tally["heads"], done.tally["spoilt"]) == ([3, 2, 1], 1)
    assert done.tally["channels"] == {"online": 1, "paper": 6}


def test_of_fewer_than_five_the_split_is_kept_back(platform, people, voter, shift_clock):
    one = made.announced(platform, by=people["convenor"], is_secret=True)
    one = made.opened(one, shift_clock)
    actions.vote(one, [1], by=voter)
    done = actions.count_ballot(made.closed(one, shift_clock), by=people["recorder"])
    assert (done.tally["heads"], done.tally["voted"], done.is_passed) == (None, 1, True)


def test_a_changed_slip_is_spoilt_and_stops_no_count(platform, people, voter, shift_clock):
    one = made.announced(platform, by=people["convenor"], is_secret=True)
    one = made.opened(one, shift_clock)
    mine = voters.by_account(one, voter)
    insert(one, choices=[], sealed=b"x" * 79, **mine.outer(one))
    done = actions.count_ballot(made.closed(one, shift_clock), by=people["recorder"])
    assert (done.tally["voted"], done.is_passed) == (1, False)


def test_called_off_nothing_is_counted(platform, people, voter, shift_clock):
    one = made.opened(made.announced(platform, by=people["convenor"], is_secret=True), shift_clock)
    actions.vote(one, [1], by=voter)
    refused("reason_needed", actions.void_ballot, one, by=people["convenor"], reason=" ")
    actions.void_ballot(one, by=people["convenor"], reason="名单有误")
    assert not Vote.objects.exclude(sealed=None).exists()
    refused("ballot_over", actions.void_ballot, one, by=people["convenor"], reason="又")
    refused("not_closed", actions.count_ballot, one, by=people["recorder"])


def test_what_named_somebody_goes_thirty_days_after(owners, people, shift_clock):
    actions.vote(owners, [1], by=None, code="CODE-0001")
    done = actions.count_ballot(made.closed(owners, shift_clock), by=people["recorder"])
    assert erase_electorates(done.counted_at + timedelta(days=29), dry_run=False) == 0
    after = done.counted_at + timedelta(days=31)
    assert erase_electorates(after, dry_run=True) == 11
    assert Elector.objects.count() == 10
    assert erase_electorates(after, dry_run=False) == 11
    assert not Elector.objects.exists()
    assert not Vote.objects.exists()
    done.refresh_from_db()
    assert done.tally["voted"] == 1


def test_a_residency_that_ended_goes(town, people, officer):
    one = made.living(town.grids[0], "1", by=officer, user=people["resident"])
    actions.end_residency(one, by=officer)
    assert erase_residencies(clock.now() + timedelta(days=89), dry_run=False) == 0
    assert erase_residencies(clock.now() + timedelta(days=92), dry_run=False) == 1


# ── the list ──────────────────────────────────────────────────────────────────────────────────


def test_a_list_is_sealed_and_its_codes_are_told_once(platform, people):
    one = made.ballot(platform, by=people["convenor"], basis="list", count_by="area")
    content = "户号,专有面积\n1-1-101,89.55\n1-1-102,120\n".encode("gb18030")
    letters = actions.bring_electors(one, read_electors("业主.csv", content), by=people["convenor"])
    assert [letter.label for letter in letters] == ["1-1-101", "1-1-102"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM consultations_elector e")
        stored = "".join(row for (row,) in cursor.fetchall())
    assert "1-1-101" not in stored
    assert letters[0].code not in stored
    assert list(Elector.objects.values_list("floor_area", flat=True)) == [8955, 12000]
    for who in ("recorder", "member", "other_convenor"):
        with pytest.raises(PermissionDenied):
            actions.bring_electors(one, LIST, by=people[who])


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("column_not_accepted", "household,身份证号\n1,2\n"),
        ("column_not_accepted", "户号,姓名\n1,张三\n"),
        ("column_missing", "floor_area\n1\n"),
        ("column_unknown", "household,color\n1,red\n"),
        ("bad_rows", "household\n11010519491231002X\n"),
        ("bad_rows", "household,floor_area\n1,-5\n"),
        ("bad_rows", "household,floor_area\n1,NaN\n"),
        ("bad_rows", "household,floor_area\n,5\n"),
        ("bad_rows", "household,code\n1,short\n"),
        ("file_is_no_text", "\x00"),
    ],
)
def test_lists_that_are_not_taken(code, content):
    refused(code, read_electors, "list.csv", content.encode())


def test_twice_on_the_list_is_refused(platform, people):
    one = made.ballot(platform, by=people["convenor"], basis="list")
    twice = [Line("1-1-1"), Line("2"), Line("1.1.1")]
    with pytest.raises(BadRows) as bad:
        actions.bring_electors(one, twice, by=people["convenor"])
    assert [problem.line for problem in bad.value.problems] == [2, 4]
    refused("list_needed", actions.bring_electors, one, [], by=people["convenor"])
    residents = made.ballot(platform, by=people["convenor"])
    refused("no_list", actions.bring_electors, residents, LIST, by=people["convenor"])
