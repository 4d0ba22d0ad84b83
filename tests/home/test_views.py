import pytest
from django.conf import settings
from django.db import OperationalError
from django.urls import reverse

from govgrid.home import health, messages, metrics
from govgrid.outbox import kinds
from govgrid.outbox.models import Channel, Message
from tests.factories.accounts import UserFactory
from tickets import notices

pytestmark = pytest.mark.django_db


def message_for(user, fact="1", **more):
    given = {"channel": Channel.IN_APP, "kind": "unknown-kind", "url": "/tickets/", **more}
    return Message.objects.create(
        recipient=user, fact=fact, sent_at=given.pop("sent_at", None) or _now(), **given
    )


def _now():
    return Message._meta.get_field("created_at").default()


# ── the public page ───────────────────────────────────────────────────────────────────────────
def test_the_start_page_needs_nobody_and_names_the_emergency_numbers(client):
    page = client.get("/").content.decode()

    for number in ("119", "120", "110"):
        assert f'href="tel:{number}"' in page
    assert reverse("accounts:login") in page


def test_the_start_page_leads_to_who_helps(client):
    page = client.get("/").content.decode()

    for name in ("list", "needs", "reception", "activities"):
        assert f'href="{reverse(f"members:{name}")}"' in page


def test_the_demo_says_that_it_is_one(client, settings):
    settings.DEMO = True
    assert "A made-up district" in client.get("/").content.decode()

    settings.DEMO = False
    assert "A made-up district" not in client.get("/").content.decode()


def test_the_desk_needs_somebody(client):
    response = client.get(reverse("home:desk"))

    assert response.status_code == 302
    assert response.url == "/login/?next=/desk/"


# ── the two switches ──────────────────────────────────────────────────────────────────────────
def test_the_language_switch_keeps_it_with_browser_and_person(client):
    user, other = UserFactory(language="en"), UserFactory(language="en")
    client.force_login(user)

    response = client.post(
        reverse("home:language"), {"language": "zh-hans", "next": "/account/?a=1"}
    )

    user.refresh_from_db()
    other.refresh_from_db()
    assert response.url == "/account/?a=1"
    assert response.cookies["django_language"].value == "zh-hans"
    assert (user.language, other.language) == ("zh-hans", "en")
    assert '<html lang="zh-hans"' in client.get("/").content.decode()


@pytest.mark.parametrize("language", ["tlh", "", "a\x00b", "x" * 5000])
def test_a_language_we_do_not_speak_changes_nothing(client, language):
    response = client.post(reverse("home:language"), {"language": language})

    assert response.status_code == 302
    assert "django_language" not in response.cookies


@pytest.mark.parametrize("name", ["language", "type"])
def test_a_switch_leads_nowhere_else(client, name):
    response = client.post(reverse(f"home:{name}"), {"next": "https://elsewhere.example/"})

    assert response.url == "/"


def test_large_type_is_switched_on_and_off(client):
    url = reverse("home:type")
    assert 'data-type="large"' not in client.get("/").content.decode()

    client.post(url, {"large": "1", "next": "/"})
    assert 'data-type="large"' in client.get("/").content.decode()

    client.post(url, {"large": "0", "next": "/"})
    assert 'data-type="large"' not in client.get("/").content.decode()


# ── messages ──────────────────────────────────────────────────────────────────────────────────
def test_messages_are_ones_own_and_counted(client):
    user, other = UserFactory(), UserFactory()
    message_for(user, fact="mine")
    message_for(other, fact="theirs-1")
    message_for(other, fact="theirs-2")
    client.force_login(user)

    response = client.get(reverse("home:messages"))

    assert len(response.context["told"]) == 1
    assert response.context["unread"]() == 1


def test_opening_a_message_reads_it_and_goes_on(client):
    user = UserFactory()
    message = message_for(user)
    client.force_login(user)

    response = client.post(reverse("home:message", args=[message.pk]))

    message.refresh_from_db()
    assert response.url == "/tickets/"
    assert message.read_at is not None


def test_a_message_of_somebody_else_is_not_there(client):
    message = message_for(UserFactory())
    client.force_login(UserFactory())

    assert client.post(reverse("home:message", args=[message.pk])).status_code == 404
    message.refresh_from_db()
    assert message.read_at is None


def test_all_can_be_marked_as_read_and_only_mine(client):
    user = UserFactory()
    message_for(user, fact="a")
    message_for(user, fact="b")
    theirs = message_for(UserFactory())
    client.force_login(user)

    client.post(reverse("home:read_all"))

    assert list(Message.objects.unread()) == [theirs]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_messages_asks_the_same_for_one_and_for_three(
    client, django_assert_max_num_queries, count
):
    kinds.register("test-kind", "A subject", "A body")
    user = UserFactory()
    for number in range(count):
        message_for(user, fact=str(number), kind="test-kind")
    client.force_login(user)

    with django_assert_max_num_queries(9):
        response = client.get(reverse("home:messages"))

    assert len(response.context["told"]) == count


# ── for operators ─────────────────────────────────────────────────────────────────────────────
def all_well(monkeypatch, **broken):
    parts = dict.fromkeys(["database", "broker", "worker"], lambda: None)
    monkeypatch.setattr(health, "PARTS", {**parts, **broken})


def fails():
    raise health.NotReady("no answer")


def test_healthz_asks_nobody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert response.json() == {"web": "ok"}


def test_readyz_is_200_when_all_answer(client, monkeypatch):
    all_well(monkeypatch)

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "broker": "ok", "worker": "ok"}
    assert len(response.content.decode().splitlines()) == 5


@pytest.mark.parametrize("part", ["database", "worker"])
def test_readyz_is_503_and_names_what_fails(client, monkeypatch, part):
    all_well(monkeypatch, **{part: fails})

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()[part] == "no answer"


def test_without_a_broker_the_worker_is_not_waited_for(client, monkeypatch):
    def never():
        raise AssertionError

    all_well(monkeypatch, broker=fails, worker=never)

    assert client.get("/readyz").status_code == 503


def test_a_database_that_is_gone_is_said_without_its_address(monkeypatch):
    class Gone:
        def cursor(self):
            raise OperationalError("connection to server at 10.0.0.1 failed for user govgrid")

    monkeypatch.setattr(health, "connection", Gone())

    with pytest.raises(health.NotReady) as said:
        health.database()
    assert str(said.value) == "OperationalError"


def test_a_broker_that_is_gone_is_noticed(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    with pytest.raises(health.NotReady, match="ConnectionError"):
        health.broker()


def test_metrics_are_prometheus_text(client):
    response = client.get("/metrics")

    assert response.headers["Content-Type"].startswith("text/plain")
    assert b"govgrid_database_connections " in response.content
    assert b"govgrid_messages_unsent " in response.content


def test_every_collector_is_asked(client, monkeypatch):
    def mine():
        yield metrics.GaugeMetricFamily("govgrid_test", "A test", 7)

    monkeypatch.setattr(metrics, "COLLECTORS", {"mine": [mine]})

    assert b"govgrid_test 7.0" in client.get("/metrics").content


def test_every_kind_with_a_look_of_its_own_exists_and_has_its_glyph():
    icons = (settings.BASE_DIR / "static" / "core" / "icons.svg").read_text()
    for kind, (_colour, glyph) in messages.LOOKS.items():
        assert kind in notices.KINDS
        assert f'id="i-{glyph}"' in icons


def test_a_late_clock_stands_out_among_messages(client):
    mine = UserFactory()
    message_for(
        mine,
        kind="clock_over",
        params={
            "number": "YL20260924-000001-1", "category": "井盖", "grid": "营盘05",
            "clock": {"en": "Make safe"}, "due": "09-24 11:05",
        },
    )  # fmt: skip
    client.force_login(mine)

    page = client.get(reverse("home:messages")).content.decode()

    assert "Late: YL20260924-000001-1" in page
    assert "Make safe was due by 09-24 11:05" in page
    assert "told__row is-over told__row--new" in page
    assert "#i-s-overdue" in page
