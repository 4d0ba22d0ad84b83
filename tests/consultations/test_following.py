"""Following by message: one digest a day or a week, nothing lost, nothing twice, ended in one tap."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from consultations import actions, retention
from consultations.models import Following
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox import kinds
from govgrid.outbox.models import Message
from tests.factories import consultations as made


@pytest.fixture
def topic(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


@pytest.fixture
def later(monkeypatch):
    def go(**span):
        now = clock.now() + timedelta(**span)
        monkeypatch.setattr(clock, "now", lambda: now)

    return go


def digests(person):
    return Message.objects.filter(kind="followed", recipient=person, channel="inapp").order_by("pk")


def test_a_digest_tells_each_topic_once(topic, platform, people, later):
    person = people["neighbour"]
    actions.follow(topic, by=person, rhythm="daily")
    actions.follow(platform, by=person, rhythm="daily")
    made.session(topic, by=people["convenor"])
    actions.move(topic, "convene", by=people["convenor"], study_report="八成赞成")
    hidden = made.raised(platform, by=people["resident"], title="没立项")
    assert actions.send_digests(by=None) == 0  # not before eight
    later(days=2)  # past eight of the next day, whatever the hour
    assert actions.send_digests(by=None) == 1
    assert actions.send_digests(by=None) == 0
    message = digests(person).get()
    said = kinds.render(message, "en")
    assert said.body.count(topic.number) == 1
    assert "(1 step)" in said.body
    assert hidden.title not in said.body
    assert "/consultations/following/off/" in said.body
    assert kinds.render(message, "zh-hans").body
    # Nothing happened: nothing is told.
    later(days=2)  # past eight of the next day, whatever the hour
    assert actions.send_digests(by=None) == 0
    assert digests(person).count() == 1


def test_a_late_sweep_loses_nothing(topic, people, later):
    actions.follow(topic, by=people["neighbour"], rhythm="weekly")
    made.session(topic, by=people["convenor"])
    actions.move(topic, "convene", by=people["convenor"], study_report="八成赞成")
    later(days=40)
    assert actions.send_digests(by=None) == 1
    assert "(1 step)" in kinds.render(digests(people["neighbour"]).get(), "en").body


def test_what_went_out_of_sight_is_not_told(topic, people, later, platform):
    actions.follow(topic, by=people["neighbour"], rhythm="daily")
    other = made.studying(platform, by=people["resident"], screener=people["screener"])
    actions.move(topic, "merge", by=people["screener"], into=other, note="同一件事")
    later(days=2)  # past eight of the next day, whatever the hour
    assert actions.send_digests(by=None) == 0


def test_asked_again_the_new_rhythm_counts(topic, people):
    actions.follow(topic, by=people["neighbour"], rhythm="daily")
    actions.follow(topic, by=people["neighbour"], rhythm="weekly")
    assert Following.objects.get().rhythm == "weekly"
    with pytest.raises(IntegrityError), transaction.atomic():
        Following.objects.create(
            user=people["neighbour"], topic=topic, rhythm="daily", next_at=clock.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Following.objects.create(user=people["resident"], rhythm="daily", next_at=clock.now())


def test_only_what_everybody_reads(platform, people):
    hidden = made.raised(platform, by=people["resident"])
    with pytest.raises(Refused) as refused:
        actions.follow(hidden, by=people["resident"], rhythm="daily")
    assert refused.value.code == "not_public_yet"


def test_pages(client, topic, platform, people):
    client.force_login(people["neighbour"])
    page = client.get(topic.get_absolute_url())
    assert reverse("consultations:follow-topic", args=[topic.number]) in page.text
    for name, key in (("topic", topic.number), ("platform", platform.code)):
        at = reverse(f"consultations:follow-{name}", args=[key])
        assert client.post(at, {"rhythm": "hourly"}).status_code == 302
        assert client.post(at, {"rhythm": "daily"}).status_code == 302
    assert Following.objects.count() == 2
    mine = reverse("consultations:following")
    assert topic.title in client.get(mine).text
    one = Following.objects.first()
    client.force_login(people["resident"])
    assert topic.title not in client.get(mine).text
    assert client.post(reverse("consultations:unfollow", args=[one.pk])).status_code == 404
    client.force_login(people["neighbour"])
    client.post(reverse("consultations:unfollow", args=[one.pk]))
    assert Following.objects.of(people["neighbour"]).count() == 1
    client.logout()
    assert (
        client.post(reverse("consultations:follow-topic", args=[topic.number])).status_code == 302
    )


def test_ended_in_one_tap_without_signing_in(client, topic, people, later):
    actions.follow(topic, by=people["neighbour"], rhythm="daily")
    actions.follow(topic, by=people["resident"], rhythm="daily")
    made.session(topic, by=people["convenor"])
    actions.move(topic, "convene", by=people["convenor"], study_report="八成赞成")
    later(days=2)  # past eight of the next day, whatever the hour
    actions.send_digests(by=None)
    off = kinds.render(digests(people["neighbour"]).get(), "en").body.rsplit(" ", 1)[1]
    at = off[off.index("/consultations") :]
    # A program that looks at links ends nothing.
    assert client.get(at).status_code == 200
    assert Following.objects.of(people["neighbour"]).exists()
    assert client.post(at).status_code == 200
    assert not Following.objects.of(people["neighbour"]).exists()
    assert Following.objects.of(people["resident"]).exists()
    assert client.post(at.rstrip("/") + "x/").status_code == 404


def test_what_was_ended_is_erased(topic, people, later):
    actions.unfollow(
        actions.follow(topic, by=people["neighbour"], rhythm="daily"), by=people["neighbour"]
    )
    assert retention.erase_followings(clock.now(), dry_run=False) == 0
    later(days=31)
    assert retention.erase_followings(clock.now(), dry_run=True) == 1
    assert retention.erase_followings(clock.now(), dry_run=False) == 1


def test_rest(api, topic, platform, people):
    root = "/api/v1/consultations/following/"
    hidden = made.raised(platform, by=people["resident"])
    api.force_authenticate(people["neighbour"])
    for wrong in (
        {"rhythm": "daily"}, {"topic": topic.number, "platform": platform.code, "rhythm": "daily"},
        {"topic": hidden.number, "rhythm": "daily"}, {"topic": topic.number, "rhythm": "hourly"},
    ):  # fmt: skip
        assert api.post(root, wrong, format="json").status_code == 400
    made_ = api.post(root, {"topic": topic.number, "rhythm": "daily"}, format="json").json()
    assert made_["topic"] == topic.number
    api.force_authenticate(people["resident"])
    assert api.get(root).json()["results"] == []
    assert api.delete(f"{root}{made_['id']}/").status_code == 404
    api.force_authenticate(people["neighbour"])
    assert api.delete(f"{root}{made_['id']}/").status_code == 204
    assert api.get(root).json()["results"] == []


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_once(topic, people, monkeypatch):
    for name in ("neighbour", "resident", "urban"):
        actions.follow(topic, by=people[name], rhythm="daily")
    made.session(topic, by=people["convenor"])
    actions.move(topic, "convene", by=people["convenor"], study_report="八成赞成")
    now = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: now)

    def sweep():
        try:
            actions.send_digests(by=None)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _each in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Message.objects.filter(kind="followed", channel="inapp").count() == 3
