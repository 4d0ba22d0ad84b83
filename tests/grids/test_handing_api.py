"""REST: posts, hand-overs, the team, and duties that are proposed. Each within reach only."""

from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection

from govgrid.core import clock
from grids import actions
from grids.models import Duty, HandOver, Post, TeamSeat
from tests.factories.accounts import UserFactory
from tests.factories.grids import build_town, holder
from tests.factories.tickets import filed

V1 = "/api/v1"


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


@pytest.fixture
def worker(town):
    return holder("grid_worker", area=town.grids[0], name="Lin Old")


@pytest.fixture
def send(api):
    def send(user, path, body=None, status=200):
        api.force_authenticate(user)
        response = api.post(f"{V1}/{path}", body or {}, format="json")
        assert response.status_code == status, response.content
        return response.json() if response.content else None

    return send


@pytest.fixture
def ask(api):
    def ask(user, path, status=200):
        api.force_authenticate(user)
        response = api.get(f"{V1}/{path}")
        assert response.status_code == status, response.content
        return response.json()

    return ask


def code_of(answer):
    return answer["errors"][0]["code"]


# ── posts ─────────────────────────────────────────────────────────────────────────────────────


def test_posts_name_their_holders_to_who_oversees_them_alone(ask, town, officer, worker):
    path = f"areas/{town.grids[0].code}/posts/"

    assert [one["holder"] for one in ask(officer, path)["results"]] == ["Lin Old"]
    assert [one["holder"] for one in ask(worker, path)["results"]] == ["Lin Old"]
    stranger = holder("community_officer", area=town.communities[3])
    assert [one["holder"] for one in ask(stranger, path)["results"]] == [None]
    ask(officer, "areas/999/posts/", status=404)


def test_a_vacancy_is_filled_and_a_post_ended(send, town, officer):
    person = UserFactory(username="next")
    path = f"areas/{town.grids[1].code}/posts/"

    made = send(officer, path, {"person": "NEXT"}, status=201)

    assert (made["role"], made["holder"]) == ("grid_worker", person.name)
    assert code_of(send(officer, path, {"person": "next"}, status=409))
    assert code_of(send(officer, path, {"person": "nobody"}, status=400)) == "unknown"
    stranger = holder("community_officer", area=town.communities[3])
    send(stranger, path, {"person": "next"}, status=404)
    send(stranger, f"posts/{made['id']}/end/", status=404)
    auditor = holder("auditor", area=town.district)
    send(auditor, f"posts/{made['id']}/end/", status=403)
    send(officer, f"posts/{made['id']}/end/")
    assert not Post.objects.held_on().filter(pk=made["id"]).exists()


# ── hand-overs ────────────────────────────────────────────────────────────────────────────────


def test_a_post_goes_to_the_next_with_its_open_work(send, ask, town, officer, worker):
    ticket = filed(town, by=worker)
    taker = UserFactory(username="taker", name="Wu New")
    post = Post.objects.get(user=worker)
    body = {"post": post.pk, "person": "taker"}

    made = send(officer, "hand-overs/", body, status=201)
    again = send(officer, "hand-overs/", body, status=200)

    assert again == made
    assert (made["outgoing"], made["incoming"]) == ("Lin Old", "Wu New")
    assert ticket.number in {one["key"] for one in made["items"]}
    other = UserFactory(username="other")
    answer = send(officer, "hand-overs/", body | {"person": other.username}, status=409)
    assert code_of(answer) == "handed_over"

    items = [one["id"] for one in made["items"]]
    sheet = f"hand-overs/{made['id']}/"
    send(officer, f"{sheet}explained/", {"items": items}, status=403)
    ticked = send(taker, f"{sheet}explained/", {"items": items})
    assert all(one["explained_at"] for one in ticked["items"])
    assert send(taker, f"{sheet}take/")["taken_at"]
    assert code_of(send(taker, f"{sheet}list/", status=409)) == "taken_over"
    assert ask(taker, "hand-overs/")["results"][0]["id"] == made["id"]


def test_a_hand_over_is_read_by_the_two_and_who_oversees_the_place(
    send, ask, town, officer, worker
):
    taker = UserFactory(username="taker")
    made = send(
        officer,
        "hand-overs/",
        {"post": Post.objects.get(user=worker).pk, "person": "taker"},
        status=201,
    )
    sheet = f"hand-overs/{made['id']}/"

    for person in (worker, taker, officer, holder("street_desk", area=town.streets[0])):
        assert ask(person, sheet)["id"] == made["id"]
    for stranger in (UserFactory(), holder("community_officer", area=town.communities[3])):
        ask(stranger, sheet, status=404)
        assert ask(stranger, "hand-overs/")["results"] == []
        send(stranger, f"{sheet}take/", status=404)


def test_nobody_hands_over_what_is_not_beneath_his_own_post(send, town, worker):
    UserFactory(username="taker")
    post = Post.objects.get(user=worker)
    body = {"post": post.pk, "person": "taker"}

    send(holder("community_officer", area=town.communities[3]), "hand-overs/", body, status=404)
    send(holder("auditor", area=town.district), "hand-overs/", body, status=403)
    assert not HandOver.objects.exists()


def test_a_list_of_hand_overs_asks_as_much_for_three(ask, town, officer, django_assert_num_queries):
    def one_more(n):
        person = holder("grid_worker", area=town.grids[n])
        actions.hand_over(Post.objects.get(user=person), UserFactory(), by=None)

    one_more(0)
    ask(officer, "hand-overs/")
    with django_assert_num_queries(1):
        ask(officer, "hand-overs/")
    one_more(1)
    with django_assert_num_queries(1):
        assert len(ask(officer, "hand-overs/")["results"]) == 2


# ── the team ──────────────────────────────────────────────────────────────────────────────────


def test_the_team_is_kept_by_who_may_and_read_by_all(send, ask, town, officer):
    office = town.offices[town.communities[0].pk]
    path = f"areas/{town.grids[0].code}/team/"
    body = {"function": "sanitation", "department": office.code, "phone": "0717-5550001"}

    made = send(officer, path, body, status=201)

    assert made["department"]["code"] == office.code
    assert ask(UserFactory(), path)["results"] == [made]
    assert code_of(send(officer, path, body, status=409)) == "teamseat_once_a_function"
    mobile = body | {"phone": "13812345678", "function": "police"}
    assert code_of(send(officer, path, mobile, status=409)) == "teamseat_office_phone_only"
    far = body | {"department": town.offices[town.communities[3].pk].code}
    send(officer, path, far, status=400)
    stranger = holder("community_officer", area=town.communities[3])
    send(stranger, path, body, status=404)
    send(stranger, f"team/{made['id']}/remove/", status=404)
    send(holder("auditor", area=town.district), f"team/{made['id']}/remove/", status=403)
    send(officer, f"team/{made['id']}/remove/", status=204)
    assert not TeamSeat.objects.exists()


# ── duties ────────────────────────────────────────────────────────────────────────────────────


def asked(town, **more):
    today = clock.today()
    return {
        "client_id": str(uuid4()),
        "name": "Hydrants",
        "what": "Look whether they can be reached.",
        "items": ["Hydrant"],
        "department": town.housing.code,
        "area": town.communities[0].code,
        "rhythm": "monthly",
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=90)).isoformat(),
        **more,
    }


def test_a_duty_is_proposed_once_however_often_it_is_sent(send, town, officer):
    body = asked(town)

    made = send(officer, "duties/", body, status=201)
    again = send(officer, "duties/", body, status=200)

    assert (made["stage"], made["level"]) == ("proposed", "grid")
    assert again == made
    other = send(officer, "duties/", body | {"name": "Lamps"}, status=409)
    assert code_of(other) == "client_id_reused"
    assert Duty.objects.count() == 1
    # The id is the caller's own.
    desk = holder("street_desk", area=town.streets[0])
    assert send(desk, "duties/", body, status=201)["id"] != made["id"]


def test_the_gate_stands_before_programs_too(send, town, officer):
    persons = send(officer, "duties/", asked(town, what="走访独居老人"), status=409)
    assert code_of(persons) == "about_persons"
    far = asked(town, area=town.communities[3].code)
    send(officer, "duties/", far, status=403)
    send(officer, "duties/", asked(town, ends_on="2026-13-01"), status=400)
    made = send(officer, "duties/", asked(town), status=201)
    send(officer, f"duties/{made['id']}/decide/", {"step": "admit"}, status=403)
    head = holder("street_head", area=town.streets[0])
    assert send(head, f"duties/{made['id']}/decide/", {"step": "admit"})["stage"] == "running"
    twice = send(head, f"duties/{made['id']}/decide/", {"step": "admit"}, status=409)
    assert code_of(twice) == "wrong_state"
    stranger = holder("street_head", area=town.streets[1])
    send(stranger, f"duties/{made['id']}/decide/", {"step": "admit"}, status=404)


@pytest.mark.django_db(transaction=True)
def test_two_phones_at_once_make_one_duty():
    town = build_town()
    officer = holder("community_officer", area=town.communities[0])
    today = clock.today()
    said = {
        "client_id": uuid4(),
        "name": "Hydrants",
        "what": "Look at them.",
        "items": [],
        "department": town.housing,
        "area": town.communities[0],
        "rhythm": "monthly",
        "starts_on": today,
        "ends_on": today + timedelta(days=9),
    }
    made = []

    def propose():
        try:
            made.append(actions.propose_duty_once(by=officer, **said))
        finally:
            connection.close()

    threads = [Thread(target=propose) for _n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sum(one.created for one in made) == 1
    assert len({one.duty.pk for one in made}) == 1
