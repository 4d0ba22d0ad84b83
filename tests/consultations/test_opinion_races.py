"""Two at one opinion: one is taken, the other is told; nobody waits for ever, nothing is lost."""

import threading

import pytest
from django.db import connection

from consultations import actions
from consultations.models import Opinion, Stance
from consultations.workflow import Fate
from govgrid.core.errors import Refused
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

ADOPTED = {"fate": "adopted", "verdict": "now", "verdict_code": "all_agree"}
NOT = {"fate": "not_adopted", "verdict_code": "other_way", "verdict_reason": "另有办法"}


@pytest.fixture
def topic(platform, people):
    return made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"]
    )


def at_once(*acts):
    """The outcome of each, taken at one moment from connections of their own."""
    gate, outcomes = threading.Barrier(len(acts)), {}

    def take(n, act):
        try:
            gate.wait(timeout=20)
            outcomes[n] = act()
        except Refused as refusal:
            outcomes[n] = refusal.code
        except Exception as fault:  # a deadlock is an outcome that the test must see
            outcomes[n] = repr(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(n, act)) for n, act in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return [outcomes.get(n) for n in range(len(acts))]


def test_two_fates_at_once_and_one_is_given(topic, people):
    one = made.said(topic, by=people["neighbour"])
    outcomes = at_once(
        lambda: actions.judge(topic, one.serial, by=people["convenor"], **ADOPTED).fate,
        lambda: actions.judge(topic, one.serial, by=people["area_convenor"], **NOT).fate,
    )
    assert sorted(outcomes) in (
        sorted([Fate.ADOPTED, "answered_already"]), sorted(["answered_already", Fate.NOT_ADOPTED]),
    )  # fmt: skip
    one.refresh_from_db()
    assert one.fate in outcomes


def test_the_same_person_twice_at_once_is_one_stance(topic, people):
    one = made.said(topic, by=people["neighbour"])
    acts = [
        lambda value=value: (
            actions.take_stance(topic, value, by=people["resident"], serial=one.serial).value
        )
        for value in (1, -1, 0, 1, -1, 0)
    ]
    outcomes = at_once(*acts)
    assert sorted(outcomes) == [-1, -1, 0, 0, 1, 1]
    assert Stance.objects.count() == 1


def test_many_people_at_once_are_all_counted(topic):
    people = UserFactory.create_batch(8)
    outcomes = at_once(
        *(lambda one=one: actions.take_stance(topic, 1, by=one).value for one in people)
    )
    assert outcomes == [1] * 8
    assert Stance.objects.filter(topic=topic).count() == 8


def test_a_stance_is_on_the_words_that_were_read_or_refused(topic, people):
    """While somebody words it anew: never a stance on words that its owner has not seen."""
    one = made.said(topic, by=people["member"], kind="amendment", body="别的问法")
    stance, taken = at_once(
        lambda: actions.take_stance(topic, 1, by=people["neighbour"], seen=1).version,
        lambda: actions.take_amendment(topic, one.serial, by=people["convenor"]).version,
    )
    assert taken == 2
    assert stance in {1, "worded_anew"}
    assert not Stance.objects.filter(version=2).exists()


def test_what_is_said_at_once_has_numbers_of_its_own(topic):
    people = UserFactory.create_batch(6)
    serials = at_once(*(lambda one=one: made.said(topic, by=one).serial for one in people))
    assert sorted(serials) == [1, 2, 3, 4, 5, 6]


def test_hidden_and_judged_at_once(topic, people):
    """Whichever came first: what is hidden has no fate given to it afterwards."""
    one = made.said(topic, by=people["neighbour"])
    judged, hidden = at_once(
        lambda: actions.judge(topic, one.serial, by=people["convenor"], **ADOPTED).fate,
        lambda: actions.hide(topic, one.serial, by=people["recorder"], reason="x").hidden_reason,
    )
    assert hidden == "x"
    assert judged in {Fate.ADOPTED, "no_such_opinion"}


def test_two_decide_on_one_appeal(topic, people):
    one = made.said(topic, by=people["neighbour"])
    actions.hide(topic, one.serial, by=people["recorder"], reason="x")
    actions.appeal_hiding(topic, one.serial, by=people["neighbour"], words="没有")

    def decide(who, *, is_shown):
        return actions.decide_appeal(
            topic, one.serial, by=people[who], answer="看过", is_shown=is_shown
        ).appeal_answer

    outcomes = at_once(
        lambda: decide("convenor", is_shown=True), lambda: decide("head", is_shown=False)
    )
    assert sorted(outcomes) == ["no_appeal", "看过"]
    kept = Opinion.objects.get(pk=one.pk)
    assert (kept.hidden_at is None) == (outcomes[0] == "看过")


def test_two_flags_of_one_reader(topic, people):
    one = made.said(topic, by=people["neighbour"])

    def flag():
        return actions.flag(topic, one.serial, by=people["resident"], reason="insult").reason

    assert sorted(at_once(flag, flag)) == ["flagged_already", "insult"]
