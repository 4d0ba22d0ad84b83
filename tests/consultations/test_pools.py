"""Rounds of claiming, common topics, and platforms that hold a topic together."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from consultations import actions, pools
from consultations.actions.pooling import Item
from consultations.models import Claim, Cohosting, Pool, PoolItem, Seat, Topic
from consultations.workflow import State
from govgrid.core import clock
from govgrid.core.errors import Refused
from tests.consultations.test_founding import refused, told
from tests.factories import consultations as made
from tests.factories.grids import holder

ITEMS = [Item("护栏", "校门口要护栏"), Item("停车", "停车难"), Item("充电", "飞线充电")]


def opened(town, by, items=ITEMS):
    pool = actions.begin_pool(town.streets[0], "第一季选题", by=by)
    actions.set_items(pool, items, by=by)
    return actions.publish_pool(pool, by=by, closes_at=clock.now() + timedelta(days=7))


@pytest.fixture
def secretary(town):
    return holder("convenor", area=town.streets[0])


@pytest.fixture
def pool(town, platform, people, secretary):
    return opened(town, secretary)


def over(pool):
    now = clock.now()
    Pool.objects.filter(pk=pool.pk).update(
        published_at=now - timedelta(days=8), closes_at=now - timedelta(minutes=1)
    )


def test_a_claim_becomes_a_topic_that_is_decided_on(pool, platform, people):
    item = pool.items.get(position=1)
    seat = Seat.objects.get(platform=platform, role="member")
    one = actions.claim(item, platform, by=people["member"], group="第一组", with_seats=[seat.pk])
    assert (one.topic.title, one.topic.state, one.topic.platform) == (
        "护栏",
        State.RAISED,
        platform,
    )
    assert one.topic.raised_by == people["member"]
    assert list(one.seats.all()) == [seat]
    refused("taken", actions.claim, item, platform, by=people["convenor"])
    assert told(people["member"], "pool_open") == 1


def test_who_may_claim_what(pool, town, platform, other_platform, people, secretary):
    item = pool.items.get(position=1)
    for who in ("screener", "recorder", "resident", "head"):
        with pytest.raises(PermissionDenied):
            actions.claim(item, platform, by=people[who])
    refused("outside", actions.claim, item, other_platform, by=people["other_convenor"])
    foreign = Seat.objects.get(platform=other_platform)
    convenor = people["convenor"]
    refused("unknown_seat", actions.claim, item, platform, by=convenor, group="组",
            with_seats=[foreign.pk])  # fmt: skip
    mine = Seat.objects.get(platform=platform, role="member")
    refused("group_without_name", actions.claim, item, platform, by=convenor, with_seats=[mine.pk])
    draft = actions.begin_pool(town.streets[0], "草稿", by=secretary)
    actions.set_items(draft, ITEMS, by=secretary)
    refused("not_open", actions.claim, draft.items.get(position=1), platform, by=convenor)


def test_the_clock_carries_over_what_nobody_claimed(pool, platform, people, secretary):
    actions.claim(pool.items.get(position=2), platform, by=people["convenor"])
    assert actions.close_pools(by=None) == 0
    over(pool)
    refused("not_open", actions.claim, pool.items.get(position=1), platform, by=people["convenor"])
    assert actions.close_pools(by=None) == 1
    assert actions.close_pools(by=None) == 0
    following = Pool.objects.get(follows=pool)
    assert (following.round, following.is_draft) == (2, True)
    assert [one.title for one in following.items.all()] == ["护栏", "充电"]
    assert told(secretary, "pool_carried") == 1
    # New ones come behind those that were carried over.
    actions.set_items(following, [Item("新", "新的")], by=secretary)
    assert [one.title for one in following.items.all()] == ["护栏", "充电", "新"]
    published = actions.publish_pool(
        following, by=secretary, closes_at=clock.now() + timedelta(days=2)
    )
    actions.claim(published.items.get(position=1), platform, by=people["convenor"])


def test_the_database_holds_the_round(pool, platform, people):
    item = pool.items.get(position=1)
    topic = made.raised(platform, by=people["resident"])
    for change in (
        lambda: PoolItem.objects.filter(pk=item.pk).update(title="别的"),
        lambda: PoolItem.objects.create(pool=pool, position=9, title="x", body="y"),
        lambda: Claim.objects.create(
            item=item, platform=platform, topic=topic, claimed_by=people["member"],
            claimed_at=clock.now() + timedelta(days=30),
        ),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_rounds_that_cannot_be(town, people, secretary):
    pool = actions.begin_pool(town.streets[0], "选题", by=secretary)
    later = clock.now() + timedelta(days=7)
    refused("no_items", actions.publish_pool, pool, by=secretary, closes_at=later)
    refused("item_without_words", actions.set_items, pool, [Item("x", " ")], by=secretary)
    refused("too_many_items", actions.set_items, pool, ITEMS * 30, by=secretary)
    actions.set_items(pool, ITEMS, by=secretary)
    past = clock.now() - timedelta(hours=1)
    refused("closes_in_past", actions.publish_pool, pool, by=secretary, closes_at=past)
    with pytest.raises(PermissionDenied):
        actions.begin_pool(town.streets[1], "别处", by=secretary)
    with pytest.raises(PermissionDenied):
        actions.publish_pool(pool, by=people["convenor"], closes_at=later)
    assert pool not in pools.visible(people["resident"])
    assert pool in pools.visible(secretary)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_claim_at_once_one_gets_it(town, platform, people, secretary):
    pool = opened(town, secretary)
    item = pool.items.get(position=1)
    members = [made.sitting(platform, "member") for _each in range(20)]
    gate, outcomes = threading.Barrier(20), []

    def take(person):
        try:
            gate.wait(timeout=20)
            actions.claim(item, platform, by=person)
            outcomes.append("got it")
        except Refused as refusal:
            outcomes.append(refusal.code)
        except Exception as fault:  # a deadlock is an outcome that the test must see
            outcomes.append(repr(fault))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(one,)) for one in members]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    assert sorted(outcomes) == ["got it", *["taken"] * 19]
    assert Claim.objects.filter(item=item).count() == Topic.objects.count() == 1


# ── held together ─────────────────────────────────────────────────────────────────────────────


def test_a_platform_is_a_host_once_it_says_so(platform, other_platform, people):
    topic = made.studying(platform, by=people["resident"], screener=people["screener"])
    asked = actions.ask_cohost(topic, other_platform, by=people["convenor"])
    assert not topic.cohosts.exists()
    assert told(people["other_convenor"], "cohost_asked") == 1
    refused("asked_already", actions.ask_cohost, topic, other_platform, by=people["convenor"])
    refused("own_platform", actions.ask_cohost, topic, platform, by=people["convenor"])
    # Nobody answers for another table, the asker least of all.
    with pytest.raises(PermissionDenied):
        actions.answer_cohosting(asked, by=people["convenor"], agreed=True)
    other = people["other_convenor"]
    refused("reason_needed", actions.answer_cohosting, asked, by=other, agreed=False)
    actions.answer_cohosting(asked, by=other, agreed=True)
    assert list(topic.cohosts) == [other_platform]
    refused("answered_already", actions.answer_cohosting, asked, by=other, agreed=False, note="不")
    meeting = made.called(topic, by=other, platform=other_platform)
    assert meeting.platform == other_platform


def test_nobody_is_made_a_host_in_the_database(platform, other_platform, people):
    topic = made.studying(platform, by=people["resident"], screener=people["screener"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Cohosting.objects.create(topic=topic, platform=other_platform, is_agreed=True)


def test_who_asks_others(platform, other_platform, people):
    hidden = made.raised(platform, by=people["resident"])
    refused("wrong_state", actions.ask_cohost, hidden, other_platform, by=people["convenor"])
    with pytest.raises(PermissionDenied):
        actions.ask_cohost(hidden, other_platform, by=people["recorder"])
    topic, _new = actions.raise_topic(
        made.raising(platform, cohosts=(other_platform, platform)), by=people["resident"]
    )
    assert [one.platform for one in topic.cohostings.all()] == [other_platform]
    assert not topic.cohosts.exists()


# ── common topics ─────────────────────────────────────────────────────────────────────────────


def test_one_question_to_several_tables(town, platform, other_platform, people):
    second = made.PlatformFactory(area=town.communities[1], name="乙平台")
    given = {"title": "物业费怎么定", "body": "各小区怎么看？", "client_id": uuid4()}
    head = people["head"]
    refused("no_platform", actions.put_theme, town.streets[0], [], by=head, **given)
    refused("outside", actions.put_theme, town.streets[0], [other_platform], by=head, **given)
    with pytest.raises(PermissionDenied):
        actions.put_theme(town.streets[0], [platform], by=people["convenor"], **given)
    theme, is_new = actions.put_theme(
        town.streets[0], [platform, second, platform], by=head, **given
    )
    again, once_more = actions.put_theme(town.streets[0], [platform, second], by=head, **given)
    assert (is_new, once_more, again) == (True, False, theme)
    assert theme.topics.count() == 2
    refused("nothing_taken_up", actions.sum_up, theme, by=head, summary="大家都同意")
    topic = theme.topics.get(platform=platform)
    actions.move(topic, "accept", by=people["screener"], **made.STUDY)
    actions.sum_up(theme, by=head, summary="大家都同意")
    # What a table has not taken up is told to nobody who may not read it.
    seen = {one.platform: one.topic for one in pools.answers(theme, people["neighbour"])}
    assert seen == {platform: topic, second: None}
    inside = {one.platform: one.topic for one in pools.answers(theme, head)}
    assert inside[second] is not None
