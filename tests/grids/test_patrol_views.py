"""/field/: one round a thumb wide, the hours, and what is stored; each person sees his own only."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock, panels
from govgrid.core.panels import Figure, Panel
from grids.models import CheckIn, Patrol
from tests.factories.accounts import UserFactory
from tests.factories.grids import CheckInFactory, PatrolFactory, PostFactory, build_town, holder

PAGES = ["/field/", "/field/mine/", "/field/ledger/"]


@pytest.fixture(autouse=True)
def _no_upper_app(monkeypatch):
    monkeypatch.setattr(panels, "_makers", panels.defaultdict(list))
    monkeypatch.setattr(panels, "_tallies", {})


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def worker(client, town):
    person = holder("grid_worker", area=town.grids[0])
    client.force_login(person)
    return person


@pytest.fixture
def on_patrol(worker, town):
    return PatrolFactory(user=worker, area=town.grids[0])


def page(client, address="/field/", **given):
    response = client.get(address, given)
    assert response.status_code == 200
    return response.content.decode()


def words_of(html):
    """What one reads, tags and spaces away."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def follow(client, address, **sent):
    """Post a form and read the page it leads to."""
    response = client.post(
        address, sent, follow=True, headers={"Referer": "http://testserver/field/"}
    )
    assert response.status_code == 200
    return words_of(response.content.decode())


# ── the page ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", PAGES)
def test_it_asks_who_you_are(client, db, address):
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("role", ["street_desk", "community_officer", "auditor"])
def test_who_has_no_grid_is_told_so(client, town, role):
    client.force_login(holder(role, area=town.streets[0]))

    response = client.get("/field/")

    assert response.status_code == 403
    assert "This page is for grid workers." in response.content.decode()
    assert client.post("/field/start/", {"client_id": str(uuid4())}).status_code == 403
    assert not Patrol.objects.exists()


def test_who_has_no_post_at_all_is_told_so(client, db):
    client.force_login(UserFactory())

    assert "You hold no post at present." in client.get("/field/").content.decode()


def test_before_the_round_it_offers_the_start(client, worker, town):
    words = words_of(page(client))

    assert town.grids[0].name in words
    assert "Not on patrol" in words
    assert "0 min" in words
    assert "of 3 h a day" in words
    assert "Start a patrol" in words
    assert "Check in" not in words.replace("Check-ins", "")


def test_a_round_from_start_to_end(client, worker, shift_clock):
    words = follow(client, "/field/start/", client_id=uuid4())
    assert "On patrol since" in words
    patrol = Patrol.objects.get()

    words = follow(
        client, f"/field/{patrol.pk}/check-in/", client_id=uuid4(), lon="111.005", lat="30.005"
    )
    assert re.search(r"Checked in at \d\d:\d\d\. ", words)
    words = follow(client, f"/field/{patrol.pk}/check-in/", client_id=uuid4(), without="refused")
    assert "without a position. The browser was told not to give it." in words

    shift_clock(hours=3, minutes=12)
    words = follow(client, f"/field/{patrol.pk}/end/")
    assert "The patrol has ended: 3 h 12 min · Check-ins 2." in words
    assert "Not on patrol" in words
    assert "the 3 h are met" in words or "of 3 h a day" in words  # past midnight


def test_the_map_has_the_check_ins_and_the_list_says_them_too(client, on_patrol):
    CheckInFactory(patrol=on_patrol)
    CheckInFactory(patrol=on_patrol, point=None)

    html = page(client)

    assert 'data-gg-points="111.005,30.005;;"' in html
    assert html.count("<li><time datetime=") == 2
    assert "without a position" in html


def test_several_grids_are_a_choice_of_ones_own(client, worker, town):
    second = PostFactory(user=worker, role="grid_worker", area=town.grids[1], is_main=False).area

    assert f'<option value="{second.pk}">' in page(client)
    follow(client, "/field/start/", client_id=uuid4(), area=second.pk)
    assert Patrol.objects.get().area == second


def test_a_forgotten_patrol_says_what_will_count(client, worker, town):
    begun = clock.now() - timedelta(hours=25)
    patrol = PatrolFactory(user=worker, area=town.grids[0], started_at=begun)
    assert "It has no check-in, so that none of it counts." in page(client)
    CheckInFactory(patrol=patrol, at=begun + timedelta(hours=1, minutes=5))

    words = words_of(page(client))
    assert "was not ended." in words
    assert "It counts until the last check-in" in words
    assert "1 h 5 min" in words
    assert "End that patrol" in words

    words = follow(client, f"/field/{patrol.pk}/end/")
    assert "It was not ended in time: it counts until the last check-in" in words


def test_upper_apps_add_panels_and_figures(client, on_patrol, monkeypatch):
    seen = []

    def maker(request, patrol):
        seen.append(patrol)
        context = {"title": "Three things wait", "glyph": "list"}
        return Panel("components/empty.html", context, (Figure("To do", 33),))

    panels.register("grids.field", maker)
    panels.register_tally("x", "Reports", lambda person, spans: [7 for _ in spans])

    words = words_of(page(client))
    assert "Three things wait" in words
    assert "To do 33" in words
    assert "Reports 7" in words
    assert seen == [on_patrol]


# ── taps that come twice, too late, or broken ─────────────────────────────────────────────────


def test_a_second_start_from_another_page_is_told(client, on_patrol):
    assert "You are on patrol already." in follow(client, "/field/start/", client_id=uuid4())


def test_a_check_in_on_an_ended_patrol_is_told(client, on_patrol):
    follow(client, f"/field/{on_patrol.pk}/end/")

    words = follow(client, f"/field/{on_patrol.pk}/check-in/", client_id=uuid4())
    assert "This patrol has ended." in words
    assert not CheckIn.objects.exists()


def test_ending_twice_says_the_same_twice(client, on_patrol):
    first = follow(client, f"/field/{on_patrol.pk}/end/")
    second = follow(client, f"/field/{on_patrol.pk}/end/")

    for words in (first, second):
        assert "The patrol has ended: 0 min · Check-ins 0." in words


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"client_id": "x"},
        {"client_id": str(uuid4()), "lon": "111"},
        {"client_id": str(uuid4()), "lon": "nan", "lat": "30"},
        {"client_id": str(uuid4()), "lon": "1e400", "lat": "30"},
        {"client_id": str(uuid4()), "lon": "181", "lat": "30"},
        {"client_id": str(uuid4()), "lon": "111\x00", "lat": "30"},
        {"client_id": str(uuid4()), "without": "x" * 300},
    ],
)
def test_what_cannot_be_read_notes_nothing_and_says_so(client, on_patrol, sent):
    words = follow(client, f"/field/{on_patrol.pk}/check-in/", **sent)

    assert "nothing was noted" in words
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"client_id": "x"}, {"client_id": str(uuid4()), "area": "9"}])
def test_a_start_that_cannot_be_read_starts_nothing(client, worker, sent):
    assert "nothing was started" in follow(client, "/field/start/", **sent)
    assert not Patrol.objects.exists()


@pytest.mark.parametrize("address", ["start/", "1/check-in/", "1/end/"])
def test_these_are_forms(client, worker, address):
    assert client.get(f"/field/{address}").status_code == 405


@pytest.mark.parametrize("key", ["0", "999999", "9" * 30, "x", "-1"])
def test_a_patrol_that_is_not_there_is_not_found(client, worker, key):
    assert client.post(f"/field/{key}/end/").status_code == 404


# ── privacy ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["grid_worker", "street_desk", "system_admin"])
def test_nobody_reads_the_points_of_another(client, on_patrol, town, role):
    CheckInFactory(patrol=on_patrol)
    other = holder(role, area=town.grids[1] if role == "grid_worker" else town.streets[0])
    client.force_login(other)

    for address in [*PAGES, town.grids[0].get_absolute_url()]:
        html = client.get(address).content.decode()
        assert "111.005" not in html.replace('data-gg-extent="111.0', "")
        assert "111.00500, 30.00500" not in html
    for act in ("check-in", "end"):
        sent = client.post(f"/field/{on_patrol.pk}/{act}/", {"client_id": str(uuid4())})
        assert sent.status_code == 404
    on_patrol.refresh_from_db()
    assert on_patrol.is_open


def test_the_back_office_has_no_page_for_them(client, on_patrol):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    for name in ("patrol", "checkin"):
        assert client.get(f"/admin/grids/{name}/").status_code == 404


def test_what_is_stored_about_me_is_said_whole(client, on_patrol):
    kept = CheckInFactory(patrol=on_patrol)
    CheckInFactory(patrol=on_patrol, point=None)
    CheckInFactory(patrol=on_patrol, point=None, erased_at=clock.now())

    words = words_of(page(client, "/field/mine/"))

    assert "111.00500, 30.00500" in words
    assert f"the position is erased on {kept.erase_on.day} " in words
    assert "without a position" in words
    assert "the position was erased on" in words
    assert "not ended" in words


def test_with_nothing_stored_it_says_so(client, worker):
    assert "Nothing is stored about you yet." in page(client, "/field/mine/")


def test_a_long_past_is_read_page_by_page(client, worker, town):
    at = clock.now()
    for _ in range(12):
        PatrolFactory(user=worker, area=town.grids[0], started_at=at, ended_at=at, counted_until=at)
    first = page(client, "/field/mine/")
    older = re.search(r"\?before=(\d+)", first)[1]
    second = page(client, "/field/mine/", before=older)

    assert (first.count("<article"), second.count("<article")) == (10, 2)
    assert 'href="?before=' not in second


@pytest.mark.parametrize("before", ["x", "0", "-1", "9" * 40, "\x00"])
def test_a_bad_page_is_the_first(client, on_patrol, before):
    assert page(client, "/field/mine/", before=before).count("<article") == 1


# ── the hours ─────────────────────────────────────────────────────────────────────────────────


def test_the_hours_of_a_month(client, worker, town):
    begun = clock.midnight(clock.today().replace(day=1)) + timedelta(hours=8)
    until = begun + timedelta(hours=3, minutes=12)
    patrol = PatrolFactory(
        user=worker, area=town.grids[0], started_at=begun, ended_at=until, counted_until=until
    )
    CheckInFactory(patrol=patrol)

    words = words_of(page(client, "/field/ledger/"))

    assert "3 h 12 min in all" in words
    assert "Days 1" in words
    assert "Days with 3 h 1" in words
    assert "1 patrol" in words


@pytest.mark.parametrize("month", ["", "x", "2026-13", "1999-01", "2026-1", "9" * 50, "\x00"])
def test_a_month_that_is_none_is_this_one(client, worker, month):
    assert str(clock.today().year) in page(client, "/field/ledger/", month=month)


def test_a_month_without_a_patrol_says_so(client, worker):
    words = page(client, "/field/ledger/", month="2026-02")

    assert "No patrol in this month." in words
    assert "?month=2026-01" in words
    assert "?month=2026-03" in words


@pytest.mark.parametrize("address", PAGES)
def test_three_patrols_ask_as_much_as_one(client, worker, town, address):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            page(client, address)
        return len(queries)

    def walk():
        at = clock.now()
        patrol = PatrolFactory(
            user=worker, area=town.grids[0], started_at=at, ended_at=at, counted_until=at
        )
        CheckInFactory(patrol=patrol)

    walk()
    before = asked()
    walk()
    walk()

    assert asked() == before


# ── the way there ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", ["/", "/desk/"])
def test_grid_workers_find_it_and_others_do_not_meet_it(client, worker, town, address):
    assert 'href="/field/"' in page(client, address)

    client.force_login(holder("street_desk", area=town.streets[0]))
    assert 'href="/field/"' not in page(client, address)
