"""Topics near a place, figures with floors, feeds: nothing hidden, nobody named, nothing kept."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations import outcomes
from consultations.models import Platform, Review, Score, Topic
from govgrid.core import clock
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

NEAR, FIGURES = reverse("consultations:near"), reverse("consultations:figures")
PERSON = "张三丰"


def text(response):
    return response.content.decode()


def pinned(town, platform, people, *, grid=0, east=0.0, title="护栏", **state):
    lon, lat = town.middle(grid)
    topic = made.studying(
        platform, by=people["neighbour"], screener=people["screener"], title=title,
        lon=lon + east, lat=lat,
    )  # fmt: skip
    if state:
        Topic.objects.filter(pk=topic.pk).update(**state)
    return topic


def rated(topic, scores, *, commitment=None, over=True):
    at = clock.now()
    review = Review.objects.create(
        topic=topic, serial=topic.reviews.count() + 1, opens_at=at - timedelta(days=9),
        closes_at=at - timedelta(days=1) if over else at + timedelta(days=1),
    )  # fmt: skip
    for score in scores:
        Score.objects.create(
            review=review, commitment=commitment, user=UserFactory(), score=score, at=at
        )
    return review


@pytest.fixture
def asked(town):
    lon, lat = town.middle(0)
    return {"lon": lon, "lat": lat}


def test_the_nearest_first_and_nothing_beyond(client, town, platform, people, asked):
    pinned(town, platform, people, east=0.003, title="三百米外")
    pinned(town, platform, people, title="就在这里")
    far = pinned(town, platform, people, east=0.02, title="两公里外")
    Topic.objects.filter(pk=far.pk).update(area=town.communities[2])
    page = text(client.get(NEAR, asked | {"within": 500}))
    assert page.index("就在这里") < page.index("三百米外")
    assert "两公里外" not in page
    assert "两公里外" in text(client.get(NEAR, asked | {"within": 3000}))


def test_what_is_hidden_is_not_near(client, api, town, platform, people, asked):
    made.raised(platform, by=people["resident"], title="没立项", lon=asked["lon"], lat=asked["lat"])
    people["neighbour"].name = PERSON
    people["neighbour"].save()
    topic = pinned(town, platform, people)
    Topic.objects.filter(pk=topic.pk).update(is_named=True)
    page = text(client.get(NEAR, asked))
    assert topic.title in page
    for secret in ("没立项", PERSON):
        assert secret not in page
    api.force_authenticate(people["resident"])
    said = str(api.get("/api/v1/consultations/near/", asked).json())
    assert topic.number in said
    for secret in ("没立项", PERSON):
        assert secret not in said


def test_the_place_is_passed_on_to_nobody(client, town, asked, db):
    assert client.get(NEAR, asked)["Referrer-Policy"] == "no-referrer"
    assert set(client.cookies) <= {"csrftoken"}


@pytest.mark.parametrize(
    "wrong",
    [{"lon": "x", "lat": "1"}, {"lon": "500", "lat": "1"}, {"lon": "nan", "lat": "1"},
     {"lon": "1"}, {"lon": "\x00", "lat": "2"}],
)  # fmt: skip
def test_no_place(client, api, db, wrong, people):
    assert client.get(NEAR, wrong).status_code == 400
    api.force_authenticate(people["resident"])
    assert api.get("/api/v1/consultations/near/", wrong).status_code == 400


@pytest.mark.parametrize("place", [(180, 90), (-180, -90), (0, 0)])
def test_the_ends_of_the_earth(client, db, place):
    assert client.get(NEAR, {"lon": place[0], "lat": place[1]}).status_code == 200
    assert client.get(NEAR, {"within": "x"}).status_code == 200


def test_promise_evidence_score(client, town, platform, people, asked):
    topic = pinned(town, platform, people, state="reported", result="装好了",
                   reported_at=clock.now(), **made.NOW)  # fmt: skip
    kept = made.promised(
        topic, town.housing, state="done", due_on=clock.today(), accepted_at=clock.now(),
        accepted_by=people["clerk"], result="护栏 62 米", done_at=clock.now(),
    )  # fmt: skip
    review = rated(topic, [5, 5, 4, 4])
    page = text(client.get(NEAR, asked))
    assert "护栏 62 米" in page
    assert "ratings)" not in page  # four are too few to be told
    for score in (5, 4, 4, 4, 4):
        Score.objects.create(
            review=review, commitment=kept, user=UserFactory(), score=score, at=clock.now()
        )
    Score.objects.create(review=review, user=UserFactory(), score=5, at=clock.now())
    page = text(client.get(NEAR, asked))
    assert "residents give it 4.2 of 5 (5 ratings)" in page
    assert "looking back: 4.6 of 5 (5 ratings)" in page
    # While people rate, nobody sees what one of them moved.
    Review.objects.filter(pk=review.pk).update(closes_at=clock.now() + timedelta(days=1))
    assert "ratings)" not in text(client.get(NEAR, asked))


def test_as_many_statements_for_many(town, platform, people, asked):
    def count():
        with CaptureQueriesContext(connection) as found:
            outcomes.near(asked["lon"], asked["lat"], 1000)
        return len(found)

    made.promised(pinned(town, platform, people), town.housing)
    before = count()
    for _each in range(3):
        made.promised(pinned(town, platform, people), town.housing)
    assert count() == before <= 8


# ── figures ───────────────────────────────────────────────────────────────────────────────────


def test_shares_have_a_floor(client, platform, people, town, monkeypatch):
    for _each in range(4):
        made.raised(platform, by=people["resident"])
    whole, _rows = outcomes.figures(Platform.objects.all())
    assert whole.by_residents == (None, None)
    made.raised(platform, by=people["convenor"])
    whole, rows = outcomes.figures(Platform.objects.all())
    assert whole.by_residents == (80, 5)
    assert rows[-1].platform.name == max(one.platform.name for one in rows)
    assert (whole.in_time, whole.returned, whole.score) == ((None, None), (None, None), None)


def test_answered_in_time_and_given_back(platform, people, town):
    topics = [
        made.studying(platform, by=people["resident"], screener=people["screener"])
        for _each in range(5)
    ]
    late = made.raised(platform, by=people["resident"])
    late.steps.create(verb="take_up", before="raised", after="raised", at=clock.now())
    for topic in topics:
        made.promised(topic, town.housing, returns=int(topic == topics[0]))
    rated(topics[0], [5, 4, 3, 2])
    whole, _rows = outcomes.figures(Platform.objects.all())
    assert whole.in_time == (83, 6)
    assert whole.returned == (20, 5)
    assert whole.score is None
    rated(topics[1], [1])
    assert outcomes.figures(Platform.objects.all())[0].score == 3.0


def test_the_page_of_figures(client, platform, town, api, people):
    page = text(client.get(FIGURES, {"area": town.streets[0].name}))
    assert platform.name in page
    assert client.get(FIGURES, {"area": "没有这里"}).status_code == 400
    assert client.get(FIGURES, {"platform": "none"}).status_code == 400
    with CaptureQueriesContext(connection) as found:
        outcomes.figures(Platform.objects.all())
    assert len(found) == 4
    api.force_authenticate(people["resident"])
    rows = api.get("/api/v1/consultations/figures/").json()["results"]
    assert rows[0]["platform"] is None
    assert rows[0]["score"] is None


# ── feeds ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_feeds_tell_public_steps_and_no_name(client, platform, people, town, kind):
    people["resident"].name = people["screener"].name = PERSON
    people["resident"].save()
    people["screener"].save()
    topic = made.studying(platform, by=people["resident"], screener=people["screener"])
    hidden = made.raised(platform, by=people["resident"], title="没立项")
    where = {
        "platform": platform.code, "area": town.streets[0].code, "topic": topic.number,
    }  # fmt: skip
    for name, key in where.items():
        at = reverse(f"consultations:{name}-feed-{kind}", args=[key])
        response = client.get(at)
        assert response.status_code == 200
        page = text(response)
        ElementTree.fromstring(page)  # noqa: S314 our own
        assert topic.title in page
        for secret in (PERSON, hidden.title):
            assert secret not in page
    assert (
        client.get(reverse(f"consultations:topic-feed-{kind}", args=[hidden.number])).status_code
        == 404
    )
    for name in ("platform", "area", "topic"):
        assert (
            client.get(reverse(f"consultations:{name}-feed-{kind}", args=["none"])).status_code
            == 404
        )
