"""The back office reads topics: nothing is written there, and no proposer is told."""

import pytest

from consultations import actions
from consultations.models import Stance
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory


@pytest.fixture
def office(client, db):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def topic(platform, people):
    people["resident"].name = "张三丰"
    people["resident"].save()
    return made.studying(platform, by=people["resident"], screener=people["screener"])


def test_a_topic_and_its_story_are_read(office, topic):
    page = office.get(f"/admin/consultations/topic/{topic.pk}/change/")
    assert page.status_code == 200
    assert made.STUDY["study_plan"] in page.text
    assert "screener" in page.text
    assert "张三丰" not in page.text


def test_nothing_is_written(office, topic):
    assert office.get("/admin/consultations/topic/add/").status_code == 403
    asked = {"title": "另一个"}
    at = f"/admin/consultations/topic/{topic.pk}"
    assert office.post(f"{at}/change/", asked).status_code == 403
    assert office.post(f"{at}/delete/", {"post": "yes"}).status_code == 403
    topic.refresh_from_db()
    assert topic.title != "另一个"


def test_the_list_is_bounded_and_searched(
    office, topic, platform, people, django_assert_max_num_queries
):
    for _each in range(4):
        made.raised(platform, by=people["neighbour"])
    with django_assert_max_num_queries(8):
        page = office.get("/admin/consultations/topic/")
    assert page.status_code == 200
    found = office.get(f"/admin/consultations/topic/?q={topic.number}")
    assert found.context["cl"].result_count == 1


def test_opinions_are_read_without_who_said_them_or_is_for_them(office, topic, people):
    one = made.said(topic, by=people["resident"], body="装护栏 60 米")
    actions.take_stance(topic, -1, by=people["neighbour"], serial=one.serial)
    actions.flag(topic, one.serial, by=people["neighbour"], reason="insult")
    people["neighbour"].name = "李四光"
    people["neighbour"].save()
    at = "/admin/consultations"
    stance = Stance.objects.get()
    for url in (f"{at}/opinion/", f"{at}/opinion/{one.pk}/change/", f"{at}/stance/",
                f"{at}/stance/{stance.pk}/change/", f"{at}/wording/"):  # fmt: skip
        page = office.get(url)
        assert page.status_code == 200, url
        assert "李四光" not in page.text
        assert "张三丰" not in page.text
    assert "装护栏 60 米" in office.get(f"{at}/opinion/{one.pk}/change/").text
    for name in ("opinion", "stance", "wording"):
        assert office.get(f"{at}/{name}/add/").status_code == 403
    assert office.post(f"{at}/opinion/{one.pk}/delete/", {"post": "yes"}).status_code == 403
