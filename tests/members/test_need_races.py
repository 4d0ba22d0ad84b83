"""Many at one need or one entry: one is taken, the others are told; nobody waits for ever."""

import threading

import pytest
from django.db import connection

from govgrid.core.errors import Refused
from members import actions
from members.models import Claim, GiftIssue, TimeEntry
from tests.factories import needs as made
from tests.factories.members import MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts):
    """The outcome of each, taken at one moment from connections of their own."""
    gate, outcomes = threading.Barrier(len(acts)), {}

    def take(n, act):
        try:
            gate.wait(timeout=30)
            act()
            outcomes[n] = "taken"
        except Refused as refusal:
            outcomes[n] = refusal.code
        except Exception as fault:  # a deadlock is an outcome that the test must see
            outcomes[n] = repr(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=one) for one in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return sorted(outcomes[n] for n in range(len(acts)))


def test_of_eight_offers_accepted_at_once_one_is(db):
    roster = made.build_roster()
    need = made.asked(roster)
    members = [MemberFactory(area=roster.town.communities[0]) for _n in range(8)]
    claims = [actions.claim_need(need, by=one.user) for one in members]
    outcomes = at_once(
        [lambda one=one: actions.accept_claim(one, by=roster.resident) for one in claims]
    )
    assert outcomes.count("taken") == 1
    assert set(outcomes) == {"taken", "another_accepted"}
    assert Claim.objects.given().count() == 1
    assert Claim.objects.filter(state="declined").count() == 7


def test_one_member_offers_once_however_often_he_presses(db):
    roster = made.build_roster()
    need = made.asked(roster)
    outcomes = at_once([lambda: actions.claim_need(need, by=roster.lawyer.user) for _n in range(8)])
    assert outcomes == ["claimed_already"] * 7 + ["taken"]


def test_the_same_need_sent_at_once_is_one(db):
    roster = made.build_roster()
    asking = made.asking(roster)
    made_of = []
    at_once([lambda: made_of.append(actions.ask(asking, by=roster.resident)) for _n in range(6)])
    assert len({need.pk for need, _is_new in made_of}) == 1
    assert sum(is_new for _need, is_new in made_of) == 1


def test_a_service_is_confirmed_once(db):
    roster = made.build_roster()
    claim = made.accepted(roster)
    actions.report_service(claim, by=roster.lawyer.user, minutes=60)
    outcomes = at_once(
        [lambda: actions.confirm_need(claim.need, by=roster.resident) for _n in range(6)]
    )
    assert outcomes == ["taken"] + ["wrong_state"] * 5
    assert TimeEntry.objects.count() == 1


def test_of_twenty_who_take_an_entry_back_one_does(db):
    roster = made.build_roster()
    claim = made.confirmed(roster)
    outcomes = at_once(
        [lambda: actions.reverse_time(claim, by=roster.admin, note="错") for _n in range(20)]
    )
    assert outcomes == ["taken"] + ["taken_back"] * 19
    assert TimeEntry.objects.count() == 2


def test_two_shops_give_for_one_print_out_once(db):
    roster = made.build_roster()
    made.confirmed(roster)
    area = roster.town.communities[0]
    gifts = [
        actions.offer_gift(area, by=roster.admin, name=f"物品{n}", place="店", left=5)
        for n in range(4)
    ]
    code = actions.print_statement(by=roster.lawyer.user).code
    outcomes = at_once(
        [lambda one=one: actions.give_gift(one, by=roster.liaison, code=code) for one in gifts]
    )
    assert outcomes == ["code_used"] * 3 + ["taken"]
    assert GiftIssue.objects.count() == 1


def test_the_last_thing_is_given_once(db):
    roster = made.build_roster()
    gift = actions.offer_gift(
        roster.town.communities[0], by=roster.admin, name="油", place="店", left=1
    )
    codes = []
    for member in (roster.lawyer, roster.branch, roster.distant):
        made.confirmed(roster, member=member)
        codes.append(actions.print_statement(by=member.user).code)
    outcomes = at_once(
        [lambda one=one: actions.give_gift(gift, by=roster.liaison, code=one) for one in codes]
    )
    assert outcomes == ["none_left", "none_left", "taken"]
