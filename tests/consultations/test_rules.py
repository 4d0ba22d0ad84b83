"""Rows and rules agree: what a list gives is what one may open."""

import pytest
from django.contrib.auth.models import AnonymousUser

from consultations import actions, opinions, queries, rules, seats
from consultations.models import Opinion, Platform, Topic
from tests.factories import consultations as made


@pytest.fixture
def topics(platform, other_platform, people):
    """Seen by all, by the platform alone, and at another table."""
    raised = made.raised(platform, by=people["resident"])
    taken_up = made.studying(platform, by=people["neighbour"], screener=people["screener"])
    elsewhere = made.raised(other_platform, by=people["neighbour"])
    declined = actions.move(
        made.raised(platform, by=people["neighbour"]), "decline", by=people["screener"],
        reason="about_a_person", note="涉及个人",
    )  # fmt: skip
    return raised, taken_up, elsewhere, declined


def test_lists_and_single_rows_agree(topics, people):
    for name, person in [*people.items(), ("anonymous", AnonymousUser())]:
        rows = set(queries.visible(person))
        allowed = (
            {one for one in Topic.objects.all() if person.has_perm("consultations.see_topic", one)}
            if name != "anonymous"
            else {one for one in Topic.objects.all() if one.is_public}
        )
        assert rows == allowed, name


def test_what_was_not_taken_up_is_for_few(topics, people):
    raised, taken_up, elsewhere, declined = topics
    assert set(queries.visible(people["urban"])) == {taken_up}
    assert set(queries.visible(people["resident"])) == {raised, taken_up}
    assert set(queries.visible(people["head"])) == {raised, taken_up, declined}
    assert set(queries.visible(people["other_head"])) == {taken_up, elsewhere}


@pytest.mark.parametrize(
    "permission",
    [
        "consultations.convene",
        "consultations.screen",
        "consultations.record",
        "consultations.supervise",
        "consultations.view",
        "consultations.keep",
    ],
)
def test_platforms_of_lists_and_single_ones_agree(platform, other_platform, people, permission):
    for name, person in people.items():
        rows = set(seats.platforms(person, permission))
        assert rows == {
            one for one in Platform.objects.all() if seats.holds(person, permission, one)
        }, name


def test_opinions_of_lists_and_single_ones_agree(platform, people):
    """What is hidden, what hangs on it, what would say it again."""
    topic = made.deliberating(
        platform, by=people["resident"], screener=people["screener"], convenor=people["convenor"]
    )
    hidden = made.said(topic, by=people["neighbour"])
    made.said(topic, by=people["member"], kind="comment", on=hidden.serial)
    made.said(topic, by=people["expert"], kind="amendment", on=hidden.serial, body="装 80 米")
    made.said(topic, by=people["recorder"], on_behalf=True, body="种树")
    made.said(topic, by=people["resident"], kind="question", body="何时装？")
    actions.hide(topic, hidden.serial, by=people["convenor"], reason="点了名")
    for name, person in [*people.items(), ("anonymous", AnonymousUser())]:
        rows = set(opinions.readable(person, topic))
        allowed = {one for one in Opinion.objects.all() if rules.can_read_opinion(person, one)}
        assert rows == allowed, name
        assert len(rows) >= 2
    assert len(opinions.readable(people["member"], topic)) == 3
    assert len(opinions.readable(people["screener"], topic)) == 5
