"""A consultation whistle calls the table; who is called answers, and silence goes up a level."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from consultations import actions, inbox
from consultations.models import SeatCall, Topic
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.panels import panels_for
from govgrid.outbox.models import Message
from tests.factories import consultations as made
from tests.factories.grids import holder
from tests.factories.tickets import filed, whistled

ROOT = "/api/v1/consultations/calls/"
SECRET = "张三家的狗咬人"


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


@pytest.fixture
def ticket(town, officer, people):
    return whistled(town, by=officer, kind="consultation", description=SECRET)


@pytest.fixture
def call(ticket, people):
    actions.call_seats(by=None)
    return SeatCall.objects.whole().get(seat__user=people["member"])


def later(monkeypatch, **span):
    now = clock.now() + timedelta(**span)
    monkeypatch.setattr(clock, "now", lambda: now)


def test_it_calls_everybody_at_the_nearest_table_once(ticket, people, town):
    seats = {people[name].pk for name in ("convenor", "screener", "recorder", "member", "expert")}
    # Another seat of the same person, and a table further up.
    made.SeatFactory(platform=SeatCall.seat.field.related_model.objects.first().platform,
                     role="expert", user=people["member"])  # fmt: skip
    street = made.PlatformFactory(code="street", area=town.streets[0])
    made.sitting(street, "member")
    assert actions.call_seats(by=None) == 5
    assert actions.call_seats(by=None) == 0
    assert set(SeatCall.objects.values_list("seat__user", flat=True)) == seats
    told = Message.objects.filter(kind="seat_called", channel="inapp")
    assert set(told.values_list("recipient", flat=True)) == seats
    assert SECRET not in str(list(told.values_list("params", flat=True)))


def test_other_whistles_call_nobody(town, officer, people):
    whistled(town, by=officer, kind="emergency")
    filed(town, by=officer)
    assert actions.call_seats(by=None) == 0


def test_where_nobody_sits_the_next_table_up_is_called(town, officer, platform, people):
    platform.seats.all().delete()
    street = made.PlatformFactory(code="street", area=town.streets[0])
    member = made.sitting(street, "member")
    whistled(town, by=officer, kind="consultation")
    assert actions.call_seats(by=None) == 1
    assert SeatCall.objects.get().seat.user == member


def test_one_call_of_a_seat_and_a_matter(call):
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatCall.objects.create(ticket=call.ticket, seat=call.seat, answer_by=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatCall.objects.filter(pk=call.pk).update(answer="cannot", answered_at=clock.now())


def test_the_answer(call, people):
    for reason in ("", " \u200b"):
        with pytest.raises(Refused) as refused:
            actions.answer_call(call, by=people["member"], answer="cannot", reason=reason)
        assert refused.value.code == "reason_needed"
    actions.answer_call(call, by=people["member"], answer="cannot", reason="出差")
    again = actions.answer_call(call, by=people["member"], answer="cannot", reason="出差")
    assert (again.answer, again.reason, again.fires_at) == ("cannot", "出差", None)
    with pytest.raises(Refused) as refused:
        actions.answer_call(call, by=people["member"], answer="coming")
    assert refused.value.code == "answered"
    with pytest.raises(IntegrityError, match="answered already"), transaction.atomic():
        SeatCall.objects.filter(pk=call.pk).update(answer="coming")
    assert Message.objects.filter(kind="seat_answered", recipient=people["convenor"]).exists()


@pytest.mark.parametrize("name", ["resident", "screener", "head", "other_convenor", "clerk"])
def test_who_may_not_answer(call, people, name):
    with pytest.raises(PermissionDenied):
        actions.answer_call(call, by=people[name], answer="coming")


def test_the_recorder_answers_for_who_has_no_phone(call, people):
    assert actions.answer_call(call, by=people["recorder"], answer="coming").answer == "coming"


def test_silence_goes_up_and_never_out(call, people, monkeypatch):
    actions.answer_call(
        SeatCall.objects.get(seat__user=people["convenor"]), by=people["convenor"], answer="coming"
    )
    later(monkeypatch, days=8)
    assert actions.fire_calls(by=None) == 4
    assert actions.fire_calls(by=None) == 0
    call.refresh_from_db()
    assert (call.tier, call.answer) == ("street", "")
    told = Message.objects.filter(kind="seat_silent", channel="inapp")
    assert list(told.values_list("recipient", flat=True)) == [people["head"].pk]
    groups = {one.slug: one.rows for one in inbox.waiting(people["head"])}
    assert len(groups["called"]) == 4
    later(monkeypatch, days=8)
    assert actions.fire_calls(by=None) == 4
    call = SeatCall.objects.whole().get(pk=call.pk)
    assert (call.tier, call.fires_at) == ("district", None)
    # What is with the district is the district's.
    with pytest.raises(PermissionDenied):
        actions.answer_call(call, by=people["head"], answer="coming")
    actions.answer_call(call, by=people["command"], answer="cannot", reason="由街道代为到会")
    later(monkeypatch, days=30)
    assert actions.fire_calls(by=None) == 0


def test_it_waits_on_the_desk(call, people, django_assert_max_num_queries):
    groups = {one.slug: one.rows for one in inbox.waiting(people["member"])}
    assert [row.number for row in groups["called"]] == [call.ticket.number]
    for _each in range(2):
        made.sitting(call.seat.platform, "expert")
    with django_assert_max_num_queries(8):
        inbox.waiting(people["member"])


# ── pages ─────────────────────────────────────────────────────────────────────────────────────


def text(response):
    return response.content.decode()


def test_the_page_of_calls(client, call, people):
    client.force_login(people["member"])
    page = client.get(reverse("consultations:calls"))
    assert call.ticket.number in text(page)
    assert "三方协调两次" in text(page)
    # He was called, and yet it is not his to read what a reporter wrote.
    assert SECRET not in text(page)
    at = reverse("consultations:call-answer", args=[call.pk])
    refused = client.post(at, {"answer": "cannot", "reason": ""})
    assert refused.status_code == 409
    assert client.post(at, {"answer": "maybe"}).status_code == 400
    assert client.post(at, {"answer": "cannot", "reason": "出差"}).status_code == 302
    client.force_login(people["resident"])
    assert client.post(at, {"answer": "coming"}).status_code == 403
    assert call.ticket.number not in text(client.get(reverse("consultations:calls")))
    client.logout()
    assert client.get(reverse("consultations:calls")).status_code == 302


def test_the_ticket_shows_who_was_called_and_leads_to_a_topic(client, call, officer, people):
    client.force_login(officer)
    page = text(client.get(call.ticket.get_absolute_url()))
    assert call.seat.user.name in page
    assert f"?ticket={call.ticket.number}" in page
    # A department at work on it reads how many come, and no names.
    client.force_login(people["clerk"])
    page = text(client.get(call.ticket.get_absolute_url()))
    assert "5 seats were called" in page
    assert call.seat.user.name not in page


def test_a_topic_is_made_of_a_ticket(client, call, officer, people, platform):
    client.force_login(officer)
    new = reverse("consultations:new")
    page = text(client.get(new, {"ticket": call.ticket.number}))
    assert call.ticket.number in page
    assert SECRET not in page
    given = {
        "client_id": "6f1c3f6e-0d27-4a56-8a43-6bb1bb0c1d11", "platform": platform.code,
        "title": "遛狗的地方", "body": "在哪里遛狗合适？", "ticket": call.ticket.number,
    }  # fmt: skip
    assert client.post(new, given).status_code == 302
    topic = Topic.objects.get()
    assert topic.ticket == call.ticket
    # Not yet taken up: the officer who raised it sees it on the ticket's page.
    assert topic.title in text(client.get(call.ticket.get_absolute_url()))
    client.force_login(people["resident"])
    for number in (call.ticket.number, "YL20260101-000001-1", "\x00", "x" * 400):
        assert client.get(new, {"ticket": number}).status_code == 404
    assert client.post(new, given).status_code == 404


def test_by_name_for_the_table_alone(rf, client, call, people, platform, officer):
    topic = made.studying(platform, by=officer, screener=people["screener"], ticket=call.ticket)
    page = text(client.get(topic.get_absolute_url()))
    assert "5 seats were called" in page
    assert call.seat.user.name not in page
    client.force_login(people["convenor"])
    assert call.seat.user.name in text(client.get(topic.get_absolute_url()))
    request = rf.get("/")
    request.user = people["convenor"]
    assert panels_for("consultations.topic", request, topic)


@pytest.mark.parametrize(
    ("name", "may"),
    [("member", True), ("head", True), ("resident", False), ("other_convenor", False),
     ("clerk", False), ("area_convenor", False)],
)  # fmt: skip
def test_who_may_make_a_topic_of_it(call, people, name, may):
    assert people[name].has_perm("consultations.take_in", call.ticket) is may


# ── REST ──────────────────────────────────────────────────────────────────────────────────────


def test_rest_says_the_same(api, call, people, platform):
    api.force_authenticate(people["member"])
    rows = api.get(ROOT).json()["results"]
    assert [one["id"] for one in rows] == [call.pk]
    assert SECRET not in str(rows)
    at = f"{ROOT}{call.pk}/answer/"
    refused = api.post(at, {"answer": "cannot"}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "reason_needed")
    assert api.post(at, {"answer": "maybe"}, format="json").status_code == 400
    assert api.post(at, {"answer": "coming"}, format="json").json()["answer"] == "coming"
    api.force_authenticate(people["other_convenor"])
    assert api.get(ROOT).json()["results"] == []
    assert api.post(at, {"answer": "coming"}, format="json").status_code == 404
    body = {
        "client_id": "6f1c3f6e-0d27-4a56-8a43-6bb1bb0c1d12", "platform": platform.code,
        "title": "遛狗", "body": "在哪里", "ticket": call.ticket.number,
    }  # fmt: skip
    hidden = api.post("/api/v1/consultations/topics/", body, format="json")
    none = api.post(
        "/api/v1/consultations/topics/", body | {"ticket": "YL20260101-000001-1"}, format="json"
    )
    assert (hidden.status_code, hidden.json()) == (none.status_code, none.json())
    api.force_authenticate(people["member"])
    assert api.post("/api/v1/consultations/topics/", body, format="json").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_call_once(ticket, people):
    found = []

    def sweep():
        try:
            found.append(actions.call_seats(by=None))
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _each in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(found) == 5
    assert SeatCall.objects.count() == 5
