"""The asker decides: who is asked, by whom, once a round, and what an answer leads to."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.privacy.models import AccessLog
from grids.models import Level
from tests.factories.grids import AreaFactory, holder
from tests.factories.tickets import routed
from tickets import actions, tracking
from tickets.models import Callback, Clock, Contact
from tickets.workflow import State, Tier

CONTACT = {"name": "李女士", "phone": "13800000000"}
LIST = "/tickets/callbacks/"


@pytest.fixture
def sign_in(client, cast):
    def as_(who):
        client.force_login(cast[who] if isinstance(who, str) else who)
        return client

    return as_


def close(ticket, cast, *, by="community"):
    for name, who in (("sign", "clerk"), ("finish", "clerk"), ("verify", by), ("close", by)):
        actions.move(ticket, name, by=cast[who], note="已更换")
    ticket.refresh_from_db()
    return ticket


@pytest.fixture
def closed(town, cast):
    return close(routed(town, by=cast["worker"], contact=CONTACT), cast)


@pytest.fixture
def asked(closed):
    return closed.callbacks.get()


def again(ticket, cast):
    for name, who in (("finish", "clerk"), ("verify", "community"), ("close", "community")):
        actions.move(ticket, name, by=cast[who], note="又换了")
    ticket.refresh_from_db()
    return ticket.callbacks.latest("round")


# ── who is asked ──────────────────────────────────────────────────────────────────────────────


def test_after_closing_somebody_is_to_be_called_within_a_working_day(town, cast, clock_at):
    clock_at("2026-09-24 09:00")
    ticket = close(routed(town, by=cast["worker"]), cast)

    one = ticket.callbacks.get()
    assert (one.round, one.department, one.district) == (1, town.housing, town.district)
    # Mid-Autumn lies between.
    assert clock.local(one.due_at).strftime("%m-%d %H:%M") == "09-28 18:00"
    assert one.is_open
    told = Message.objects.for_person(cast["worker"]).first()
    assert (told.kind, told.url) == ("ticket_ask", tracking.path_of(ticket))


def test_who_did_the_work_or_closed_it_is_not_asked(town, cast):
    settled = routed(town, by=cast["worker"])
    actions.move(settled, "settle", by=cast["worker"], note="当场清理")
    for name in ("verify", "close"):
        actions.move(settled, name, by=cast["community"])
    own = close(routed(town, by=cast["community"]), cast)
    program = close(routed(town, by=holder("api_client", area=town.district)), cast)

    assert not Callback.objects.exists()
    assert own.state == program.state == State.CLOSED


def test_a_telephone_is_asked_whoever_filed_it(town, cast):
    program = holder("api_client", area=town.district)
    assert close(routed(town, by=program, contact=CONTACT), cast).callbacks.count() == 1


def test_who_reported_what_was_merged_into_it_is_asked_of_his_own(town, cast):
    main = routed(town, by=cast["worker"])
    other = routed(town, by=cast["other_worker"])
    actions.move(other, "merge", by=cast["street"], into=main)
    close(main, cast)

    callback = Callback.objects.get(ticket=other)
    actions.answer(callback, by=None, solved=False, satisfied=False, words="还在漏")

    main.refresh_from_db()
    other.refresh_from_db()
    assert (main.state, other.state) == (State.HANDLING, State.MERGED)
    # The other one need not be asked about what is being worked on again.
    assert main.callbacks.get().ended_why == "opened"


# ── the answer ────────────────────────────────────────────────────────────────────────────────


def test_solved_and_satisfied_it_stays_closed(asked, closed, cast):
    one = actions.answer(asked, by=cast["command"], solved=True, satisfied=True, words="好")

    closed.refresh_from_db()
    assert closed.state == State.CLOSED
    assert (one.via, one.noted_by, one.is_solved, one.words) == (
        "phone",
        cast["command"],
        True,
        "好",
    )
    assert closed.events.latest("pk").data == {
        "round": 1, "solved": True, "satisfied": True, "via": "phone",
    }  # fmt: skip


def test_not_solved_it_opens_once_with_half_the_limit_for_the_same_department(
    asked, closed, town, cast
):
    actions.answer(asked, by=None, solved=False, satisfied=False, words="还是响，电话 13900000000")

    closed.refresh_from_db()
    assert closed.state == State.HANDLING
    assert closed.lead_department == town.housing
    assert closed.level == Tier.COMMUNITY
    resolve = Clock.objects.running().get(ticket=closed, kind="resolve")
    assert resolve.share == 50
    reopened = closed.events.get(verb="reopen")
    assert reopened.by is None
    assert "13900000000" not in reopened.note + closed.callbacks.get().words
    assert Message.objects.for_person(cast["clerk"]).first().kind == "ticket_sent_back"


def test_the_second_time_a_level_above_answers_for_it_too(asked, closed, cast):
    actions.answer(asked, by=None, solved=False, satisfied=False)
    second = again(closed, cast)
    assert second.round == 2

    actions.answer(second, by=cast["command"], solved=False, satisfied=True)

    closed.refresh_from_db()
    assert (closed.state, closed.level) == (State.HANDLING, Tier.STREET)
    escalation = closed.escalations.get()
    assert (escalation.cause, escalation.by) == ("unsolved", None)


def test_at_the_top_the_command_decides(asked, closed, cast):
    actions.answer(asked, by=None, solved=False, satisfied=False)
    for _ in range(2):
        actions.answer(again(closed, cast), by=None, solved=False, satisfied=False)
    assert closed.__class__.objects.get(pk=closed.pk).level == Tier.DISTRICT

    actions.answer(again(closed, cast), by=None, solved=False, satisfied=False)

    closed.refresh_from_db()
    assert closed.state == State.CLOSED
    assert Message.objects.for_person(cast["command"]).first().kind == "ticket_unsolved"


def test_it_is_answered_once_a_round(asked, cast):
    actions.answer(asked, by=None, solved=True, satisfied=True)
    for by in (None, cast["command"]):
        with pytest.raises(Refused) as refusal:
            actions.answer(asked, by=by, solved=False, satisfied=False)
        assert refusal.value.code == "answered_already"
    with pytest.raises(IntegrityError), transaction.atomic():
        Callback.objects.create(
            ticket=asked.ticket, district=asked.district, round=1, asked_at=clock.now(),
            due_at=clock.now(),
        )  # fmt: skip


def test_what_is_worked_on_again_is_asked_about_later(asked, closed, cast):
    actions.move(closed, "reopen", by=cast["community"], note="又坏了")

    asked.refresh_from_db()
    assert asked.ended_why == "opened"
    for by in (None, cast["command"]):
        with pytest.raises(Refused) as refusal:
            actions.answer(asked, by=by, solved=False, satisfied=False)
        assert refusal.value.code == "not_closed"


def test_three_calls_without_an_answer_end_it_but_the_link_still_answers(asked, cast):
    for n in (1, 2, 3):
        one = actions.note_attempt(asked, by=cast["command"])
        assert (one.attempts, one.is_open) == (n, n < 3)
    assert one.ended_why == "not_reached"
    with pytest.raises(Refused):
        actions.note_attempt(asked, by=cast["command"])
    with pytest.raises(Refused):
        actions.answer(asked, by=cast["command"], solved=True, satisfied=True)

    assert actions.answer(asked, by=None, solved=True, satisfied=True).via == "link"


@pytest.mark.parametrize(
    "who", ["worker", "community", "street", "head", "clerk", "auditor", "nobody"]
)
def test_only_the_command_calls(asked, cast, who):
    with pytest.raises(PermissionDenied):
        actions.answer(asked, by=cast[who], solved=True, satisfied=True)
    with pytest.raises(PermissionDenied):
        actions.note_attempt(asked, by=cast[who])
    asked.refresh_from_db()
    assert (asked.answered_at, asked.attempts) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_by_link_and_by_telephone_at_once_one_wins(town, cast):
    ticket = close(routed(town, by=cast["worker"], contact=CONTACT), cast)
    callback = ticket.callbacks.get()
    outcomes = []

    def say(by, solved):
        try:
            actions.answer(
                Callback.objects.get(pk=callback.pk), by=by, solved=solved, satisfied=solved
            )
            outcomes.append("ok")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=say, args=args)
        for args in ((None, False), (cast["command"], False), (None, False), (None, False))
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert outcomes.count("ok") == 1
    assert set(outcomes) <= {"ok", "answered_already", "not_closed"}
    assert ticket.events.filter(verb="reply").count() == 1
    assert ticket.events.filter(verb="reopen").count() == 1


# ── the list ──────────────────────────────────────────────────────────────────────────────────


def test_the_list_is_for_the_command_and_holds_its_own_district(sign_in, town, cast, closed):
    other = AreaFactory(
        code="420502", name="西陵区", level=Level.DISTRICT, parent=town.city, letters="XL"
    )
    stranger = holder("district_command", area=other)
    asked = closed.callbacks.get()

    page = sign_in("command").get(LIST).content.decode()
    assert closed.number in page
    assert CONTACT["phone"] not in page
    assert CONTACT["name"] not in page
    assert closed.number not in sign_in(stranger).get(LIST).content.decode()
    assert sign_in(stranger).get(f"{LIST}{asked.pk}/").status_code == 404
    contact = sign_in(stranger).post(f"{LIST}{asked.pk}/contact/", {"reason": "回访一下"})
    assert contact.status_code == 404
    for who in ("worker", "community", "street", "clerk", "auditor", "nobody"):
        assert sign_in(who).get(LIST).status_code == 403
        assert sign_in(who).get(f"{LIST}{asked.pk}/").status_code == 404


def test_the_contact_is_opened_for_a_reason_that_stays(sign_in, closed):
    url = f"{LIST}{closed.callbacks.get().pk}/"
    client = sign_in("command")
    assert CONTACT["phone"] not in client.get(url).content.decode()

    assert CONTACT["phone"] not in client.post(f"{url}contact/", {"reason": " "}).content.decode()
    assert not AccessLog.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_reason_opens_it_and_is_on_record(client, town, cast, settings):
    settings.PROXIES = 1
    ticket = close(routed(town, by=cast["worker"], contact=CONTACT), cast)
    client.force_login(cast["command"])

    shown = client.post(
        f"{LIST}{ticket.callbacks.get().pk}/contact/",
        {"reason": "回访：是否解决"},
        headers={"X-Forwarded-For": "203.0.113.9"},
    )

    assert CONTACT["phone"] in shown.content.decode()
    log = AccessLog.objects.get()
    assert (log.by, log.case, log.reason) == (cast["command"], ticket.number, "回访：是否解决")
    assert log.ip == "203.0.113.9"


def test_a_call_is_noted_on_the_page(sign_in, closed, cast):
    url = f"{LIST}{closed.callbacks.get().pk}/"
    client = sign_in("command")

    assert "Say what became of the call." in client.post(url, {}).content.decode()
    missing = client.post(url, {"outcome": "reached", "words": "说好了"}).content.decode()
    assert "Say whether it is solved." in missing
    assert "说好了" in missing
    assert client.post(url, {"outcome": "not_reached"})["Location"] == LIST
    done = client.post(url, {"outcome": "reached", "solved": "no", "satisfied": "yes"})
    assert done["Location"] == LIST
    closed.refresh_from_db()
    assert closed.state == State.HANDLING
    late = client.post(url, {"outcome": "reached", "solved": "yes", "satisfied": "yes"})
    assert late.status_code == 409
    assert "answered already" in late.content.decode()
    assert closed.number not in client.get(LIST).content.decode()


def test_the_list_asks_as_much_for_many_as_for_one(sign_in, town, cast, closed):
    client, asked = sign_in("command"), []
    client.get(LIST)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        asked.append(len(queries))
        for _n in range(3):
            close(routed(town, by=cast["worker"]), cast)

    assert asked[0] == asked[1] <= 8


def test_more_than_a_page_goes_on(sign_in, town, closed, monkeypatch):
    monkeypatch.setattr("tickets.views.callbacks.PAGE", 1)
    first = closed.callbacks.get()
    second = Callback.objects.create(
        ticket=closed, district=town.district, round=2, asked_at=clock.now(),
        due_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    client = sign_in("command")

    assert f'href="?after={first.pk}"' in client.get(LIST).content.decode()
    rest = client.get(LIST, {"after": first.pk}).content.decode()
    assert reverse("tickets:callback", args=[second.pk]) in rest
    assert reverse("tickets:callback", args=[first.pk]) not in rest
    for bad in ("x", "9" * 30, "-1", "\x00"):
        assert client.get(LIST, {"after": bad}).status_code == 200


def test_an_erased_contact_is_no_telephone(town, cast):
    ticket = routed(town, by=holder("api_client", area=town.district), contact=CONTACT)
    Contact.objects.filter(ticket=ticket).update(name=None, phone=None, erased_at=clock.now())
    assert not close(ticket, cast).callbacks.exists()
