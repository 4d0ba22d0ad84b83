"""Calling together, places, the door, papers and minutes: what is kept, refused, and told."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consultations import actions, codes, meetings, summons
from consultations.models import Attendance, Paper, Seat, Session
from consultations.workflow import SessionKind
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.privacy import retention
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"


@pytest.fixture
def topic(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


@pytest.fixture
def meeting(topic, people):
    return made.called(topic, by=people["convenor"], capacity=2)


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.code == code
    assert str(refusal.value)


# ── calling ───────────────────────────────────────────────────────────────────────────────────


def test_a_call_tells_the_seats_with_a_file_for_their_calendar(meeting, people):
    told = Message.objects.filter(kind="session_called")
    assert {one.recipient for one in told} >= {people["convenor"], people["recorder"]}
    assert people["resident"] not in {one.recipient for one in told}
    assert "BEGIN:VEVENT" in summons.invitation(told[0].params | {"called": "x", "place": "y"})
    assert meeting.papers_due_at < meeting.starts_at
    assert meeting.minutes_due_at > meeting.ends_at


def test_papers_are_due_so_many_working_days_before(topic, people, clock_at):
    clock_at("2026-09-01 09:00")
    at = clock_at("2026-09-14 15:00")  # a Monday
    clock_at("2026-09-01 09:00")
    one = made.called(topic, by=people["convenor"], starts_at=at, ends_at=at + timedelta(hours=1))
    # Friday, Thursday and Wednesday lie between: in time until the end of Wednesday.
    assert timezone.localtime(one.papers_due_at).strftime("%F %H:%M") == "2026-09-10 00:00"


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("ends_before_start", {"ends_at": timedelta(days=1)}),
        ("session_past", {"starts_at": timedelta(days=-1), "ends_at": timedelta(hours=-23)}),
        ("session_too_long", {"ends_at": timedelta(days=40)}),
        ("session_far", {"starts_at": timedelta(days=400), "ends_at": timedelta(days=400.1)}),
        ("title_needed", {"title": "\u200b"}),
        ("place_needed", {"venue": " "}),
        ("no_such_capacity", {"capacity": 0}),
        ("no_such_capacity", {"capacity": 10**9}),
        ("agenda_too_long", {"agenda": ["议" * 1_000_000]}),
        ("agenda_too_long", {"agenda": ["一项"] * 21}),
    ],
)
def test_what_cannot_be_called(topic, people, code, fields):
    now = clock.now()
    given = {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in fields.items()
    }
    refused(code, made.called, topic, by=people["convenor"], **given)
    assert not Session.objects.exists()


def test_only_a_joint_meeting_does_without_a_topic(platform, people):
    joint = made.called(None, by=people["convenor"], platform=platform, kind=SessionKind.JOINT)
    assert joint.topic is None
    refused("topic_needed", made.called, None, by=people["convenor"], platform=platform)


def test_a_round_has_one_look_back_meeting(topic, people):
    made.called(topic, by=people["convenor"], kind=SessionKind.LOOK_BACK)
    refused("one_look_back", made.called, topic, by=people["recorder"], kind=SessionKind.LOOK_BACK)


def test_nobody_else_calls_and_no_topic_of_another_table(topic, other_platform, people):
    for who in ("resident", "member", "screener", "other_convenor"):
        with pytest.raises(PermissionDenied):
            made.called(topic, by=people[who])
    refused(
        "other_platform", made.called, topic, by=people["other_convenor"], platform=other_platform
    )


def test_a_topic_that_was_not_taken_up_has_no_sessions(platform, people):
    raised = made.raised(platform, by=people["resident"])
    refused("not_public_yet", made.called, raised, by=people["convenor"])


def test_sent_twice_it_is_one(topic, people):
    from_now = clock.now() + timedelta(days=3)
    call = actions.Call(
        kind="visit", title="现场", starts_at=from_now, ends_at=from_now + timedelta(hours=1),
        venue="校门口", topic=topic, client_id="7f3c1f7e-7a0e-4a51-8b34-64f6f0f5a001",
    )  # fmt: skip
    one, is_new = actions.call_session(topic.platform, call, by=people["convenor"])
    again, is_again = actions.call_session(topic.platform, call, by=people["convenor"])
    assert (one, is_new, is_again) == (again, True, False)
    other = actions.Call(**{**call.__dict__, "title": "别的"})
    refused("client_id_reused", actions.call_session, topic.platform, other, by=people["convenor"])


def test_moved_and_cancelled_its_file_says_so(meeting, people):
    actions.sign_up(meeting, by=people["resident"])
    at = meeting.starts_at + timedelta(days=1)
    moved = actions.move_session(
        meeting, by=people["convenor"], starts_at=at, ends_at=at + timedelta(hours=1)
    )
    file = summons.invitation_to(moved)
    assert "SEQUENCE:1\r\n" in file
    assert f"UID:{meeting.uid}@govgrid" in file
    off = actions.cancel_session(moved, by=people["recorder"], reason="停电")
    file = summons.invitation_to(off)
    assert "SEQUENCE:2\r\n" in file
    assert "STATUS:CANCELLED" in file
    kinds = Message.objects.filter(recipient=people["resident"])
    assert {"session_moved", "session_cancelled"} <= set(kinds.values_list("kind", flat=True))
    refused("session_cancelled", actions.sign_up, off, by=people["neighbour"])
    refused("session_cancelled", actions.cancel_session, off, by=people["convenor"], reason="又")


def test_what_has_begun_is_not_moved(meeting, people):
    made.begun(meeting)
    at = clock.now() + timedelta(days=1)
    refused(
        "begun", actions.move_session, meeting, by=people["convenor"], starts_at=at,
        ends_at=at + timedelta(hours=1),
    )  # fmt: skip


# ── places ────────────────────────────────────────────────────────────────────────────────────


def test_who_comes_too_late_waits_and_moves_up(meeting, people):
    a, b = (actions.sign_up(meeting, by=people[who]) for who in ("resident", "neighbour"))
    c = actions.sign_up(meeting, by=people["member"])
    d = actions.enter(meeting, by=people["recorder"], guest="王奶奶", capacity="resident")
    assert (a.place_no, b.place_no, c.is_waiting, d.is_waiting) == (1, 2, True, True)
    assert meetings.ahead_of(d) == 1
    assert actions.sign_up(meeting, by=people["resident"]) == a
    actions.sign_off(meeting, by=people["resident"])
    c.refresh_from_db()
    assert (c.place_no, c.is_waiting) == (1, False)
    told = Message.objects.get(kind="session_place")
    assert told.recipient == people["member"]
    refused("not_signed_up", actions.sign_off, meeting, by=people["resident"])


@pytest.mark.django_db(transaction=True)
def test_twenty_take_the_last_place_and_one_gets_it(meeting, people):
    actions.sign_up(meeting, by=people["resident"])
    crowd, rows = UserFactory.create_batch(20), []

    def take(person):
        try:
            rows.append(actions.sign_up(meeting, by=person))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(one,)) for one in crowd]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(rows) == 20
    assert [one.place_no for one in rows if not one.is_waiting] == [2]
    assert Attendance.objects.seated().filter(session=meeting).count() == 2


def test_the_database_gives_no_place_twice(meeting, people):
    actions.sign_up(meeting, by=people["resident"])
    for place in (1, 3):
        with pytest.raises(DatabaseError), transaction.atomic():
            Attendance.objects.create(
                session=meeting, user=people["neighbour"], capacity="resident", place_no=place
            )


# ── the door ──────────────────────────────────────────────────────────────────────────────────


def test_the_door_opens_an_hour_before(meeting, people):
    actions.sign_up(meeting, by=people["resident"])
    refused("too_early", actions.check_in, meeting, by=people["resident"])
    made.begun(meeting)
    row = actions.check_in(meeting, by=people["resident"])
    assert (row.via, row.place_no) == ("code", 1)
    refused("signed_in_already", actions.check_in, meeting, by=people["resident"])
    refused("here_already", actions.sign_off, meeting, by=people["resident"])


def test_who_has_not_signed_up_takes_a_free_place(meeting, people):
    made.begun(meeting)
    assert actions.check_in(meeting, by=people["resident"]).place_no == 1
    guest = actions.enter(
        meeting, by=people["recorder"], guest="李大爷", capacity="owner", is_here=True
    )
    assert (guest.place_no, guest.via, guest.entered_by) == (2, "list", people["recorder"])
    refused("full", actions.check_in, meeting, by=people["neighbour"])
    made.begun(meeting, ago=timedelta(hours=4))
    refused("session_over", actions.check_in, meeting, by=people["neighbour"])


def test_a_code_is_of_its_session_and_lives_a_minute(meeting, topic, people, monkeypatch):
    other = made.called(topic, by=people["convenor"], kind="visit")
    said = codes.token(meeting)
    assert codes.is_fresh(meeting, said) is True
    assert codes.is_fresh(other, said) is False
    assert codes.is_fresh(meeting, "x:y") is False
    monkeypatch.setattr(codes, "CODE_SECONDS", -1)
    assert codes.is_fresh(meeting, said) is None
    entry = codes.pass_for(meeting, people["resident"])
    assert codes.is_let_in(meeting, people["resident"], entry)
    assert not codes.is_let_in(meeting, people["neighbour"], entry)
    assert not codes.is_let_in(other, people["resident"], entry)


def test_few_of_a_capacity_are_not_counted_out(meeting, people):
    Session.objects.filter(pk=meeting.pk).update(capacity=None)
    made.came(meeting, 6, by=people["recorder"])
    made.came(meeting, 2, by=people["recorder"], capacity="expert")
    counts = meetings.counts(meeting)
    assert {one.capacity: one.many for one in counts.there} == {"resident": 6, "expert": None}


# ── papers, agenda, minutes ───────────────────────────────────────────────────────────────────


def test_papers_are_words_or_a_real_pdf(meeting, people):
    add = actions.add_paper
    add(meeting, by=people["recorder"], title="方案", text="<script>alert(1)</script>")
    paper = add(meeting, by=people["recorder"], title="图", file=ContentFile(PDF, "a.pdf"))
    assert paper.file.name.startswith("papers/")
    refused("not_a_pdf", add, meeting, by=people["recorder"], title="图",
            file=ContentFile(b"MZ" + PDF, "a.pdf"))  # fmt: skip
    refused("paper_empty", add, meeting, by=people["recorder"], title="图")
    big = ContentFile(PDF + b"0" * 10 * 1024 * 1024, "a.pdf")
    refused("paper_too_large", add, meeting, by=people["recorder"], title="图", file=big)
    actions.sign_up(meeting, by=people["resident"])
    sent = actions.send_papers(meeting, by=people["convenor"])
    assert sent.papers_in_time
    assert Message.objects.filter(kind="session_papers", recipient=people["resident"]).exists()
    refused("sent_already", actions.drop_paper, paper, by=people["convenor"])
    with pytest.raises(PermissionDenied):
        add(meeting, by=people["resident"], title="我的", text="x")


def test_minutes_come_from_the_agenda_and_freeze(meeting, people):
    actions.set_agenda(meeting, ["通报", "讨论 <b>方案</b>"], by=people["recorder"])
    refused("not_begun", actions.publish_minutes, meeting, by=people["recorder"], minutes="x")
    made.begun(meeting)
    refused("begun", actions.set_agenda, meeting, ["别的"], by=people["recorder"])
    refused("minutes_needed", actions.publish_minutes, meeting, by=people["recorder"])
    actions.write_item(meeting, 2, by=people["recorder"], minutes="同意装 60 米")
    refused("wrong_item", actions.write_item, meeting, 9, by=people["recorder"], minutes="x")
    actions.check_in(meeting, by=people["resident"])
    out = actions.publish_minutes(meeting, by=people["recorder"])
    assert out.minutes == "1. 通报\n—\n\n2. 讨论 <b>方案</b>\n同意装 60 米"
    assert Message.objects.filter(kind="session_minutes", recipient=people["resident"]).exists()
    for act, given in [
        (actions.write_minutes, {"minutes": "别的"}),
        (actions.publish_minutes, {"minutes": "别的"}),
        (actions.add_paper, {"title": "晚了", "text": "x"}),
        (actions.cancel_session, {"reason": "x"}),
    ]:
        refused("minutes_published", act, meeting, by=people["recorder"], **given)
    with pytest.raises(DatabaseError), transaction.atomic():
        Paper.objects.create(session=meeting, title="x", text="y", added_by=people["recorder"])


def test_a_day_before_who_has_a_place_is_told_once(meeting, people):
    actions.sign_up(meeting, by=people["resident"])
    assert actions.remind_of_sessions(by=None) == 0
    Session.objects.filter(pk=meeting.pk).update(
        starts_at=clock.now() + timedelta(hours=20), ends_at=clock.now() + timedelta(hours=22)
    )
    assert actions.remind_of_sessions(by=None) == 1
    assert actions.remind_of_sessions(by=None) == 0
    told = Message.objects.filter(kind="session_soon")
    assert [one.recipient for one in told] == [people["resident"]]


def test_guests_are_forgotten_after_a_year(meeting, people):
    actions.enter(meeting, by=people["recorder"], guest="王奶奶", capacity="resident")
    list(retention.run())
    assert Attendance.objects.get().guest == "王奶奶"
    past = clock.now() - timedelta(days=367)
    Session.objects.filter(pk=meeting.pk).update(
        starts_at=past, ends_at=past + timedelta(hours=1), minutes="纪要",
        minutes_published_at=past + timedelta(hours=2), minutes_published_by=people["recorder"],
    )  # fmt: skip
    list(retention.run())
    assert Attendance.objects.get().guest == "—"


# ── the lot ───────────────────────────────────────────────────────────────────────────────────


def test_a_lot_is_committed_first_and_can_be_drawn_again(meeting, people):
    Session.objects.filter(pk=meeting.pk).update(capacity=None)
    crowd = UserFactory.create_batch(9)
    for one in crowd:
        actions.sign_up(meeting, by=one)
    until = clock.today() + timedelta(days=365)
    refused("not_committed", actions.reveal_draw, meeting, by=people["convenor"], said="7")
    refused("too_few", actions.commit_draw, meeting, by=people["convenor"], places=9, until=until)
    one = actions.commit_draw(meeting, by=people["convenor"], places=3, until=until)
    assert "seed" not in one.draw
    refused("drawn_already", actions.commit_draw, meeting, by=people["convenor"], places=2,
            until=until)  # fmt: skip
    refused("not_begun", actions.reveal_draw, meeting, by=people["convenor"], said="7")
    made.begun(meeting)
    seats = actions.reveal_draw(meeting, by=people["convenor"], said="3 1 4")
    meeting.refresh_from_db()
    draw = meeting.draw
    # As anybody may: two lines of any language.
    from hashlib import sha256  # noqa: PLC0415

    assert sha256(draw["seed"].encode()).hexdigest() == draw["commitment"]
    again = sorted(
        range(1, 10), key=lambda n: sha256(f"{draw['seed']}:3 1 4:{n}".encode()).hexdigest()
    )
    assert draw["order"] == again
    assert "sealed" not in draw
    assert {one.user for one in seats} == {crowd[n - 1] for n in again[:3]}
    assert Seat.objects.filter(drawn_by_lot=True).count() == 3
    refused("drawn_already", actions.reveal_draw, meeting, by=people["convenor"], said="8")


@pytest.fixture
def lot(meeting, people):
    """Drawn: two seats among five."""
    Session.objects.filter(pk=meeting.pk).update(capacity=None)
    for one in UserFactory.create_batch(5):
        actions.sign_up(meeting, by=one)
    until = clock.today() + timedelta(days=365)
    actions.commit_draw(meeting, by=people["convenor"], places=2, until=until)
    return made.begun(meeting)


def _in_order(session):
    """Who was drawn, the first first."""
    session.refresh_from_db()
    rows = Attendance.objects.in_bulk(session.draw["people"])
    return [rows[session.draw["people"][n - 1]].user for n in session.draw["order"]]


def test_who_is_drawn_hears_of_it_and_it_stands_in_the_story(lot, platform, people):
    seats = actions.reveal_draw(lot, by=people["convenor"], said="8")
    told = Message.objects.filter(kind="seat_given", channel="inapp")
    assert {one.recipient for one in told} == {one.user for one in seats}
    events = platform.events.filter(verb="appoint", data__by_lot=lot.pk)
    assert {one.data["seat"] for one in events} == {one.pk for one in seats}


def test_who_has_left_the_list_is_passed_over(lot, people):
    for row in Attendance.objects.filter(session=lot).order_by("pk")[:2]:
        actions.sign_off(lot, by=row.user)
    closed = Attendance.objects.filter(session=lot, left_at=None).first().user
    closed.is_active = False
    closed.save()
    seats = actions.reveal_draw(lot, by=people["convenor"], said="8")
    order = _in_order(lot)
    there = [one for one in order if one.is_active and one in {seat.user for seat in seats}]
    assert len(seats) == 2 == len(there)
    shown = [one for one in meetings.drawn(lot) if one.is_seated]
    assert {order[one.rank - 1] for one in shown} == {seat.user for seat in seats}


def test_the_next_of_the_lot_take_empty_seats(lot, people, client):
    convenor = people["convenor"]
    refused("not_drawn", actions.fill_draw, lot, by=convenor)
    first, second = actions.reveal_draw(lot, by=convenor, said="8")
    order = _in_order(lot)
    refused("no_seat_empty", actions.fill_draw, lot, by=convenor)
    desk = f"/consultations/sessions/{lot.pk}/desk/"
    client.force_login(convenor)
    assert "Fill the empty seats" not in client.get(desk).content.decode()
    actions.end_seat(first, by=convenor, reason="搬走了")
    assert "Fill the empty seats" in client.get(desk).content.decode()
    with pytest.raises(PermissionDenied):
        actions.fill_draw(lot, by=people["recorder"])
    assert client.post(f"{desk}fill/").status_code == 302
    assert client.post(f"{desk}fill/").status_code == 409
    held = Seat.objects.held_on().filter(drawn_by_lot=True)
    assert {one.user for one in held} == {second.user, order[2]}
    # Whoever left once does not come back by the lot.
    for _each in range(2):
        actions.end_seat(Seat.objects.held_on().filter(drawn_by_lot=True).latest("pk"),
                         by=convenor, reason="搬走了")  # fmt: skip
        actions.fill_draw(lot, by=convenor)
    actions.end_seat(Seat.objects.held_on().filter(drawn_by_lot=True).latest("pk"),
                     by=convenor, reason="搬走了")  # fmt: skip
    refused("nobody_left", actions.fill_draw, lot, by=convenor)


# ── who reads what ────────────────────────────────────────────────────────────────────────────


def test_lists_and_single_sessions_agree(topic, platform, people):
    hidden = made.raised(platform, by=people["resident"])
    made.session(hidden, by=people["convenor"])
    made.called(topic, by=people["convenor"])
    made.called(None, by=people["convenor"], platform=platform, kind="joint")
    for name, person in people.items():
        rows = set(meetings.visible(person))
        assert rows == {
            one
            for one in Session.objects.select_related("topic", "platform")
            if person.has_perm("consultations.see_session", one)
        }, name
