"""The opinion map: groups that are there are found, and nothing in it tells of a single person."""

import json
from datetime import timedelta
from itertools import chain
from uuid import uuid4

import numpy as np
import pytest

from consultations import actions, clusters, opinions, retention, tasks
from consultations.models import Opinion, Stance, Topic
from govgrid.core import clock
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

RUNS = 40


def two_camps(first=24, second=16, statements=6):
    """The first are for the odd ones and against the even ones, the second the other way; all are
    for the last."""
    stances = {}
    for person in range(first + second):
        side = 1 if person < first else -1
        for serial in range(1, statements + 1):
            value = 1 if serial == statements else side * (1 if serial % 2 else -1)
            # A tenth of each camp thinks otherwise.
            stances[(person, serial)] = value if (person + serial) % 10 else 0
    return stances


def drawn(stances):
    return clusters.draw(clusters.votes_of(stances))


def test_two_camps_are_two_groups_and_what_all_want_unites():
    found = drawn(two_camps())
    assert sorted(one["size"] for one in found["groups"]) == [15, 20]
    by_serial = {one["serial"]: one for one in found["statements"]}
    assert by_serial[6]["unites"]
    assert not by_serial[6]["divides"]
    assert all(by_serial[n]["divides"] and not by_serial[n]["unites"] for n in range(1, 6))
    xs = [one["x"] for one in found["groups"]]
    assert max(xs) > 0 > min(xs)


def test_it_is_the_same_in_whatever_order_people_came():
    stances = two_camps()
    again = {(1000 - person, serial): value for (person, serial), value in stances.items()}
    assert drawn(stances) == drawn(again) == drawn(dict(reversed(stances.items())))


@pytest.mark.parametrize(("first", "second"), [(9, 0), (24, 9), (10, 9)])
def test_no_group_is_smaller_than_ten(first, second):
    found = drawn(two_camps(first, second))
    if first + second < 10:
        assert found is None
    else:
        assert len(found["groups"]) == 1
        assert all(one["by_group"] is None for one in found["statements"])


def test_all_of_one_mind_are_one_group():
    found = drawn({(person, serial): 1 for person in range(40) for serial in range(1, 6)})
    assert len(found["groups"]) == 1
    assert all(one["unites"] for one in found["statements"])


def some_town(seed):
    """People of some leanings who answer some of the statements."""
    chance = np.random.default_rng(seed)
    people, statements = int(chance.integers(0, 90)), int(chance.integers(1, 14))
    leanings = chance.normal(size=(int(chance.integers(1, 5)), statements))
    camp = chance.integers(0, len(leanings), people)
    told = chance.random((people, statements)) < chance.uniform(0.1, 1)
    values = np.sign(np.round(leanings[camp] + chance.normal(0, 0.7, (people, statements))))
    return {
        (int(p), int(s) + 1): int(values[p, s])
        for p in range(people) for s in range(statements) if told[p, s]
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(RUNS))
def test_nothing_stored_tells_what_one_person_said(seed):
    """Nothing is of fewer than ten; shares are steps that neither all nor none reach; and whatever
    one person says instead, or whether he is there at all, his stance is not written down."""
    stances = some_town(seed)
    votes = clusters.votes_of(stances)
    found = clusters.draw(votes)
    if found is None:
        return
    assert sum(one["size"] for one in found["groups"]) <= max(votes.values.shape[0], 10)
    assert 1 <= len(found["groups"]) <= 5
    for group in found["groups"]:
        assert group["size"] >= 10
        assert group["size"] % 5 == 0
        assert set(group) == {"size", "x", "y"}
    assert found["people"] % 5 == 0
    for one in found["statements"]:
        said = [value for (_person, serial), value in stances.items() if serial == one["serial"]]
        assert len(said) >= 10
        assert one["people"] >= 10
        shares = [one["agree"], one["disagree"], *chain(*(one["by_group"] or []))]
        assert all(share % 5 == 0 and 5 <= share <= 95 for share in shares)
        assert one["by_group"] is None or len(one["by_group"]) == len(found["groups"])
    assert len(json.dumps(found)) < 20_000


@pytest.mark.parametrize("seed", range(RUNS))
def test_groups_are_told_by_ten_and_more_stances_or_not_at_all(seed):
    """As the labels have it, which are kept nowhere: each share is of ten, and so is what is left
    when all others are taken from the whole."""
    votes = clusters.votes_of(some_town(seed))
    if len(votes.values) < 10 or len(votes.serials) < 3:
        return
    points, _axes = clusters._projected(votes.values)
    labels = clusters._grouped(points)
    found = clusters.draw(votes)
    for n, one in enumerate(found["statements"]):
        if one["by_group"] is None:
            continue
        told = ~np.isnan(votes.values[:, n])
        assert np.bincount(labels[told]).min() >= 10


def test_many_people_are_mapped_in_a_moment():
    chance = np.random.default_rng(3)
    values = chance.integers(-1, 2, (4000, 30)).astype(float)
    votes = clusters.Votes(values, list(range(1, 31)))
    started = clock.now()
    assert clusters.draw(votes)
    assert clock.now() - started < timedelta(seconds=10)


# ── from the stances to the page ──────────────────────────────────────────────────────────────


@pytest.fixture
def topic(platform, people):
    return made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"]
    )


def crowd(topic, people, many=24):
    """Six suggestions and stances of two camps on them."""
    suggested = [made.said(topic, by=people["neighbour"], body=f"建议 {n}") for n in range(6)]
    users = UserFactory.create_batch(many)
    at = clock.now()
    rows = []
    for (person, serial), value in two_camps(many // 2, many - many // 2).items():
        one = suggested[serial - 1]
        rows.append(Stance(topic=topic, opinion=one, user=users[person], value=value, at=at))
    Stance.objects.bulk_create(rows)
    return suggested


def test_the_task_draws_it_once_enough_is_new(topic, people):
    tasks.draw_maps()
    topic.refresh_from_db()
    assert topic.opinion_map is None
    crowd(topic, people)
    tasks.draw_maps()
    topic.refresh_from_db()
    first, at = topic.opinion_map, topic.mapped_at
    assert len(first["groups"]) == 2
    # One person more is no reason to draw it again: the difference would be that person.
    actions.take_stance(topic, -1, by=people["resident"], serial=1)
    assert opinions.to_map() == []
    tasks.draw_maps()
    topic.refresh_from_db()
    assert (topic.opinion_map, topic.mapped_at) == (first, at)


def test_an_older_drawing_never_replaces_a_later_one(topic):
    now = clock.now()
    assert actions.keep_map(topic.pk, {"people": 20}, now, by=None)
    assert not actions.keep_map(topic.pk, {"people": 10}, now - timedelta(hours=1), by=None)
    topic.refresh_from_db()
    assert topic.opinion_map == {"people": 20}


def test_a_suggestion_that_was_hidden_since_is_not_on_it(topic, people):
    crowd(topic, people)
    tasks.draw_maps()
    topic.refresh_from_db()
    actions.hide(topic, 2, by=people["recorder"], reason="点了名")
    shown = opinions.map_of(topic)
    assert [one.one.serial for one in shown.statements if one.one.serial == 2] == []
    assert "2" not in {one.label for one in shown.dots}


def test_stances_are_erased_and_counts_and_the_map_stay(topic, people):
    crowd(topic, people)
    for user in UserFactory.create_batch(6):
        actions.take_stance(topic, 1, by=user)
    actions.flag(topic, 1, by=people["resident"], reason="insult")
    tasks.draw_maps()
    now = clock.now()
    Topic.objects.filter(pk=topic.pk).update(
        state="closed", verdict="now", verdict_code="funded", verdict_reason="x", result="x",
        reported_at=now, closed_at=now - timedelta(days=89),
    )  # fmt: skip
    assert retention.erase_stances(now, dry_run=True) == 0
    later = now + timedelta(days=2)
    topic.refresh_from_db()
    before = [opinions.tally_of(topic)] + [
        one.tally for one in opinions.shown(people["resident"], topic, topic.opinions.all())
    ]
    many = Stance.objects.count()
    assert retention.erase_stances(later, dry_run=True) == many
    assert retention.erase_stances(later, dry_run=False) == many
    assert retention.erase_flags(later, dry_run=False) == 1
    assert not Stance.objects.exists()
    topic.refresh_from_db()
    after = [opinions.tally_of(topic)] + [
        one.tally for one in opinions.shown(people["resident"], topic, topic.opinions.all())
    ]
    assert before == after
    assert topic.opinion_map is not None
    assert retention.erase_stances(later, dry_run=False) == 0


def test_a_client_id_of_somebody_else_is_no_matter(topic, people):
    same = uuid4()
    for who in ("resident", "neighbour"):
        saying = actions.Saying(client_id=same, kind="comment", body="同意")
        assert actions.say(topic, saying, by=people[who])[1]
    assert Opinion.objects.filter(client_id=same).count() == 2
