"""More time and better words on the topic's page: for whom, once, and with what was typed kept."""

import pytest
from django.urls import reverse

from consultations import actions
from tests.factories import consultations as made


@pytest.fixture
def raised(platform, people):
    return made.raised(platform, by=people["resident"], title="电动车上楼怎么管")


@pytest.fixture
def studied(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


def at(topic, name):
    return reverse("consultations:aside", args=[topic.number, name])


def test_the_proposer_words_it_better_until_it_is_decided_on(client, raised, people):
    client.force_login(people["resident"])
    page = client.get(raised.get_absolute_url()).content.decode()
    assert at(raised, "reword") in page
    words = {"title": "电动车怎么充电", "body": "楼下充电棚建在哪里？"}
    assert client.post(at(raised, "reword"), words).status_code == 302
    raised.refresh_from_db()
    assert raised.title == "电动车怎么充电"
    actions.move(raised, "accept", by=people["screener"], **made.STUDY)
    assert at(raised, "reword") not in client.get(raised.get_absolute_url()).content.decode()
    late = client.post(at(raised, "reword"), {**words, "title": "我写了很久的题目"})
    assert late.status_code in {403, 409}
    raised.refresh_from_db()
    assert raised.title == "电动车怎么充电"


@pytest.mark.parametrize("who", ["neighbour", "member", "other_convenor", "clerk"])
def test_nobody_else_changes_the_words(client, raised, people, who):
    client.force_login(people[who])
    words = {"title": "别的题目", "body": "别的话"}
    assert client.post(at(raised, "reword"), words).status_code in {403, 404}
    raised.refresh_from_db()
    assert raised.title == "电动车上楼怎么管"


def test_a_study_is_given_more_time_once(client, studied, people):
    client.force_login(people["convenor"])
    due = studied.step_due_at
    assert at(studied, "extend_study") in client.get(studied.get_absolute_url()).content.decode()
    empty = client.post(at(studied, "extend_study"), {"note": "\u200b"})
    assert empty.status_code == 400
    assert (
        client.post(at(studied, "extend_study"), {"note": "雨季，现场走访推迟"}).status_code == 302
    )
    studied.refresh_from_db()
    assert studied.step_due_at > due
    page = client.get(studied.get_absolute_url()).content.decode()
    assert "雨季，现场走访推迟" in page
    assert at(studied, "extend_study") not in page
    again = client.post(at(studied, "extend_study"), {"note": "还要更久"})
    assert again.status_code == 409
    assert "还要更久" in again.content.decode()


@pytest.mark.parametrize("who", ["resident", "screener", "member", "other_convenor"])
def test_only_who_convenes_gives_more_time(client, studied, people, who):
    client.force_login(people[who])
    due = studied.step_due_at
    assert client.post(at(studied, "extend_study"), {"note": "更久"}).status_code in {403, 404}
    studied.refresh_from_db()
    assert studied.step_due_at == due


def test_what_is_no_such_form_is_nowhere(client, studied, people):
    client.force_login(people["convenor"])
    assert client.post(at(studied, "close"), {}).status_code == 404
