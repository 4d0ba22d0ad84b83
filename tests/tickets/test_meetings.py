"""Joint meetings: called in time, signed in at by rank, decided, and frozen once published."""

import threading
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.outbox.models import Message
from govgrid.outbox.tasks import send_pending
from tests.factories.grids import DepartmentFactory, build_town, holder
from tests.factories.tickets import CategoryFactory, routed, whistled
from tickets import actions, codes
from tickets import meetings as read
from tickets.actions import Call
from tickets.invitations import FOLD, Invitation, ics
from tickets.models import AgendaItem, Decision, Meeting, Milestone, Seat

BEIJING = ZoneInfo("Asia/Shanghai")
FRIDAY = "2026-10-09 16:50:00"
WEDNESDAY = "2026-10-14 09:00:00"


@pytest.fixture
def at(monkeypatch):
    def stop(wall):
        moment = datetime.fromisoformat(wall).replace(tzinfo=BEIJING)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    return stop


@pytest.fixture
def hard(town, cast, at):
    at(FRIDAY)
    plain = CategoryFactory(code="0901", resolve_limit="", hazard_limit="")
    return whistled(town, by=cast["head"], kind="hard", helpers=[town.urban], category=plain)


@contextmanager
def counted(counts):
    """Adds how many statements ran inside."""
    with CaptureQueriesContext(connection) as context:
        yield
    counts.append(len(context.captured_queries))


def moment(wall):
    return datetime.fromisoformat(wall).replace(tzinfo=BEIJING)


def call_of(town, **more):
    return Call(
        **{
            "kind": "street",
            "starts_at": moment(WEDNESDAY),
            "ends_at": moment(WEDNESDAY) + timedelta(hours=1),
            "place": "街道三楼会议室",
            "agenda": ["停车位怎么增", "谁来划线"],
            "departments": [town.housing, town.urban],
            **more,
        }
    )


@pytest.fixture
def meeting(town, cast, hard):
    return actions.call_meeting(hard, call_of(town), by=cast["street"])


def code_of(refusal):
    return refusal.value.code


def decide(meeting, cast, becomes="note", **more):
    item = meeting.agenda.first()
    given = {"item": item.pk, "text": "先划线后扩容", "becomes": becomes, **more}
    return actions.decide(meeting, by=cast["street"], **given)


# ── called ────────────────────────────────────────────────────────────────────────────────────


def test_a_meeting_is_called_and_everybody_concerned_is_told(town, cast, hard, meeting):
    assert [one.text for one in meeting.agenda.all()] == ["停车位怎么增", "谁来划线"]
    assert {one.department for one in meeting.seats.all()} == {town.housing, town.urban}
    told = Message.objects.filter(kind="meeting_called").order_by("recipient")
    assert {one.recipient for one in told} == {cast["clerk"], cast["urban"]}
    assert told.first().params["rank"]["en"] == "Section head"
    event = hard.events.order_by("pk").last()
    assert (event.verb, event.data["departments"]) == (
        "call_meeting",
        [town.housing.short_name, town.urban.short_name],
    )


def test_whoever_has_the_ticket_and_is_not_called_hears_of_it_too(town, cast, hard):
    actions.call_meeting(hard, call_of(town, departments=[town.housing]), by=cast["street"])

    assert Message.objects.filter(kind="meeting_held", recipient=cast["urban"]).exists()


@pytest.mark.parametrize(
    ("kind", "wall", "rank"),
    [
        ("site", FRIDAY, "liaison"),
        ("street", FRIDAY, "section_head"),
        ("district", FRIDAY, "deputy_head"),
        # Three quarters of the time to sign are used; it is late; it is late by half.
        ("site", "2026-10-10 16:30:00", "section_head"),
        ("site", "2026-10-12 09:00:00", "deputy_head"),
        ("site", "2026-10-13 12:00:00", "head"),
    ],
)
def test_the_rank_follows_from_the_kind_and_the_colour(town, cast, hard, at, kind, wall, rank):
    at(wall)

    found = actions.call_meeting(hard, call_of(town, kind=kind), by=cast["street"])

    assert found.seats.get(department=town.housing).wanted_rank == rank


WRONG = [
    ({"ends_at": moment(WEDNESDAY)}, "ends_before_start", "ends after it begins"),
    ({"ends_at": moment(FRIDAY)}, "ends_before_start", "ends after it begins"),
    ({"starts_at": moment("2026-10-09 16:00:00")}, "meeting_past", "lies in the past"),
    ({"ends_at": moment("2026-10-17 09:00:00")}, "meeting_too_long", "on the day"),
    (
        {"starts_at": moment("2028-10-17 09:00:00"), "ends_at": moment("2028-10-17 10:00:00")},
        "meeting_far",
        "beyond a year",
    ),
    ({"place": " \u200b"}, "place_needed", "where"),
    ({"agenda": ["", " "]}, "agenda_needed", "at least one item"),
    ({"agenda": ["x"] * 13}, "agenda_too_long", "at most 12"),
    ({"departments": []}, "nobody_called", "Choose the departments"),
]


@pytest.mark.parametrize(("change", "code", "words"), WRONG)
def test_what_cannot_be_called_is_refused_in_words(town, cast, hard, change, code, words):
    with pytest.raises(Refused, match=words) as refusal:
        actions.call_meeting(hard, call_of(town, **change), by=cast["street"])

    assert code_of(refusal) == code
    assert not Meeting.objects.exists()
    assert not Message.objects.filter(kind__startswith="meeting").exists()


def test_a_department_of_elsewhere_is_not_called(town, cast, hard):
    far = DepartmentFactory(area=town.streets[1])

    with pytest.raises(Refused) as refusal:
        actions.call_meeting(hard, call_of(town, departments=[far]), by=cast["street"])

    assert code_of(refusal) == "wrong_department"


def test_nobody_meets_about_what_has_ended(town, cast, at):
    at(FRIDAY)
    ticket = routed(town, by=cast["worker"])
    actions.move(ticket, "merge", by=cast["community"], into=routed(town, by=cast["worker"]))

    with pytest.raises(Refused) as refusal:
        actions.call_meeting(ticket, call_of(town), by=cast["street"])

    assert code_of(refusal) == "wrong_state"


@pytest.mark.parametrize("who", ["street", "head", "command"])
def test_the_street_and_the_district_call(town, cast, hard, who):
    assert actions.call_meeting(hard, call_of(town), by=cast[who]).called_by == cast[who]


@pytest.mark.parametrize(
    "who", ["worker", "community", "clerk", "auditor", "other_street", "other_worker", "nobody"]
)
def test_nobody_else_calls_decides_publishes_or_cancels(town, cast, hard, meeting, at, who):
    at(WEDNESDAY)
    tries = [
        lambda by: actions.call_meeting(hard, call_of(town), by=by),
        lambda by: actions.cancel_meeting(meeting, by=by, reason="x"),
        lambda by: actions.publish_minutes(meeting, by=by, minutes="x"),
        lambda by: actions.decide(
            meeting, by=by, item=meeting.agenda.first().pk, text="x", becomes="note"
        ),
    ]
    for one in tries:
        with pytest.raises(PermissionDenied):
            one(cast[who])


def test_personal_numbers_are_covered(town, cast, hard, at):
    number = "11010519491231002X"
    found = actions.call_meeting(
        hard, call_of(town, place=f"{number} 家", agenda=[f"找 {number}"]), by=cast["street"]
    )
    at(WEDNESDAY)
    decide(found, cast, text=f"由 {number} 负责")
    actions.publish_minutes(found, by=cast["street"], minutes=f"{number} 发言")

    found = read.whole(hard.pk, found.pk)
    said = [found.place, found.minutes, found.agenda.get().text, found.decisions.get().text]
    assert not [one for one in said if number in one]


# ── the file for a calendar ───────────────────────────────────────────────────────────────────


def unfolded(text):
    lines = text.replace("\r\n ", "").split("\r\n")
    return dict(line.partition(":")[::2] for line in lines if line)


def test_a_mail_brings_the_file_and_a_cancellation_takes_it_out_again(town, cast, hard, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cast["clerk"].email = "clerk@example.test"
    cast["clerk"].save()
    found = actions.call_meeting(hard, call_of(town), by=cast["street"])
    actions.cancel_meeting(found, by=cast["street"], reason="台风")
    send_pending()

    files = [letter.attachments[0] for letter in mail.outbox if letter.attachments]
    called, cancelled = (unfolded(content) for _name, content, _type in files)
    assert {name for name, _content, _type in files} == {"meeting.ics"}
    assert (called["METHOD"], called["STATUS"], called["SEQUENCE"]) == ("PUBLISH", "CONFIRMED", "0")
    assert called["DTSTART"] == "20261014T010000Z"
    assert called["LOCATION"] == "街道三楼会议室"
    assert called["ORGANIZER"] == cancelled["ORGANIZER"] != ""
    assert (cancelled["METHOD"], cancelled["SEQUENCE"]) == ("CANCEL", "1")
    assert cancelled["UID"] == called["UID"]


def test_a_file_is_folded_between_characters_and_escapes_what_is_syntax():
    start = moment(WEDNESDAY)
    text = ics(
        Invitation(
            uid="1@govgrid", stamped_at=start, starts_at=start, ends_at=start,
            summary="会议；" * 40, place="a,b;c\\d", description="一\r\nATTENDEE:二", url="http://x/", organizer="a@b.test",
        )
    )  # fmt: skip

    assert all(len(line.encode()) <= FOLD for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    said = unfolded(text)
    assert said["SUMMARY"] == "会议；" * 40
    assert said["LOCATION"] == "a\\,b\\;c\\\\d"
    assert said["DESCRIPTION"] == "一\\nATTENDEE:二"
    assert "ATTENDEE" not in said


# ── who came ──────────────────────────────────────────────────────────────────────────────────


def test_whoever_comes_takes_the_seat_and_has_reported_in(town, cast, hard, meeting, at):
    at(WEDNESDAY)

    seat = actions.attend_meeting(meeting, by=cast["clerk"], rank="deputy_head")

    assert (seat.came_by, seat.rank) == (cast["clerk"], "deputy_head")
    lead = hard.assignments.get(role="lead")
    assert (lead.state, lead.reported_in_rank) == ("reported_in", "deputy_head")
    verbs = list(hard.events.order_by("pk").values_list("verb", flat=True))
    assert verbs[-3:] == ["attend", "sign", "report_in"]


def test_a_higher_rank_raises_the_seat_and_the_same_is_told(town, cast, hard, meeting, at):
    at(WEDNESDAY)
    actions.attend_meeting(meeting, by=cast["clerk"], rank="liaison")
    assert [one.is_met for one in read.taken(read.whole(hard.pk, meeting.pk))] == [False, None]
    chief = holder("department_head", department=town.housing)

    actions.attend_meeting(meeting, by=chief, rank="head")

    seat = meeting.seats.get(department=town.housing)
    assert (seat.rank, seat.came_by) == ("head", cast["clerk"])
    with pytest.raises(Refused) as refusal:
        actions.attend_meeting(meeting, by=cast["clerk"], rank="deputy_head")
    assert code_of(refusal) == "signed_in_already"


@pytest.mark.parametrize(
    ("wall", "code"),
    [
        ("2026-10-14 07:59:00", "too_early"),
        ("2026-10-14 11:01:00", "meeting_over"),
    ],
)
def test_the_doors_are_open_for_an_hour_before_and_after(cast, meeting, at, wall, code):
    at(wall)

    with pytest.raises(Refused) as refusal:
        actions.attend_meeting(meeting, by=cast["clerk"], rank="head")

    assert code_of(refusal) == code


def test_who_is_not_called_takes_no_seat(town, cast, hard, at):
    found = actions.call_meeting(hard, call_of(town, departments=[town.housing]), by=cast["street"])
    at(WEDNESDAY)

    for who in ("urban", "community", "other_street"):
        with pytest.raises(Refused) as refusal:
            actions.attend_meeting(found, by=cast[who], rank="head")
        assert code_of(refusal) == "not_called"


def test_the_code_at_the_door_signs_in_once_it_is_scanned(client, town, cast, meeting, at):
    at(WEDNESDAY)
    client.force_login(cast["street"])
    shown = client.get(f"{meeting.get_absolute_url()}code/")
    assert shown.status_code == 200
    assert "<svg" in shown.content.decode()
    client.force_login(cast["clerk"])
    assert client.get(f"{meeting.get_absolute_url()}code/").status_code == 403
    address = f"{meeting.get_absolute_url()}here/{codes.token(meeting)}/"

    asked = client.get(address)
    entry = asked.context["form"].initial["entry"]
    done = client.post(address, {"rank": "section_head", "entry": entry})

    assert done.status_code == 302
    seat = meeting.seats.get(department=town.housing)
    assert (seat.rank, seat.via) == ("section_head", "code")
    # A code of the ticket is none of the meeting's, nor the other way round.
    other = f"{meeting.get_absolute_url()}here/{codes.token(meeting.ticket)}/"
    assert client.get(other).status_code == 403
    assert client.post(address, {"rank": "head", "entry": "made:up"}).status_code == 410


# ── decided and published ─────────────────────────────────────────────────────────────────────


def test_decisions_become_what_they_say_all_at_once(town, cast, hard, meeting, at):
    fire = DepartmentFactory(area=town.district, short_name="消防救援")
    at(WEDNESDAY)
    actions.attend_meeting(meeting, by=cast["clerk"], rank="section_head")
    due = date(2026, 11, 20)
    dated = decide(meeting, cast, "milestone", department=fire, due_on=due, text="消防通道划线")
    helps = decide(meeting, cast, "help", department=fire)
    noted = decide(meeting, cast)

    actions.publish_minutes(meeting, by=cast["street"], minutes="一致同意")

    for one in (dated, helps, noted):
        one.refresh_from_db()
    assert dated.milestone.assignment.department == fire
    assert (dated.milestone.title, dated.milestone.due_on) == ("消防通道划线", due)
    assert dated.milestone.clocks.get().stopped_at is None
    assert helps.assignment.role == "assist"
    assert noted.milestone is noted.assignment is None
    assert Message.objects.filter(kind="minutes_published", recipient=cast["urban"]).exists()


def test_one_decision_that_cannot_be_carried_out_leaves_everything_as_it_was(
    town, cast, hard, meeting, at
):
    fire = DepartmentFactory(area=town.district, short_name="消防救援")
    at(WEDNESDAY)
    decide(meeting, cast, "help", department=fire)
    decide(meeting, cast, "help", department=town.urban, text="城管也来")

    with pytest.raises(Refused, match=r"城管也来.*has the ticket already") as refusal:
        actions.publish_minutes(meeting, by=cast["street"], minutes="一致同意")

    assert code_of(refusal) == "has_it_already"
    meeting.refresh_from_db()
    assert meeting.published_at is None
    assert not hard.assignments.filter(department=fire).exists()


def test_a_lead_is_decided_where_the_ticket_waits_for_one(town, cast, hard, meeting, at):
    actions.move(
        hard,
        "return",
        by=cast["clerk"],
        note="不归我",
        return_reason="not_ours",
        suggested_owner="城管",
    )
    at(WEDNESDAY)
    decide(meeting, cast, "lead", department=town.urban)

    actions.publish_minutes(meeting, by=cast["street"], minutes="城管牵头")

    hard.refresh_from_db()
    assert hard.lead_department == town.urban


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"becomes": "help"}, "department_needed"),
        ({"becomes": "milestone"}, "due_on_needed"),
        ({"text": " "}, "decision_needed"),
        ({"due_on": date(2026, 10, 14)}, "milestone_past"),
        ({"due_on": date(2027, 10, 16)}, "milestone_far"),
        ({"due_on": date(9999, 12, 31), "becomes": "milestone"}, "milestone_far"),
        ({"due_on": date(1, 1, 1)}, "milestone_past"),
        ({"item": 2**40}, "wrong_item"),
    ],
)
def test_what_is_no_decision_is_refused(town, cast, meeting, at, given, code):
    at(WEDNESDAY)
    named = {"department": town.urban} if given.get("becomes") == "milestone" else {}

    with pytest.raises(Refused) as refusal:
        decide(meeting, cast, **{**named, **given})

    assert code_of(refusal) == code
    assert not Decision.objects.exists()


def test_nothing_is_decided_before_it_begins_nor_published_without_words(cast, meeting, at):
    for take in (
        lambda: decide(meeting, cast),
        lambda: actions.publish_minutes(meeting, by=cast["street"], minutes="好"),
    ):
        with pytest.raises(Refused) as refusal:
            take()
        assert code_of(refusal) == "not_begun"
    at(WEDNESDAY)
    with pytest.raises(Refused) as refusal:
        actions.publish_minutes(meeting, by=cast["street"], minutes=" ")
    assert code_of(refusal) == "minutes_needed"


def test_published_minutes_are_frozen_by_the_action_and_by_the_database(cast, meeting, at):
    at(WEDNESDAY)
    said = decide(meeting, cast)
    actions.publish_minutes(meeting, by=cast["street"], minutes="一致同意")

    for take in (
        lambda: actions.cancel_meeting(meeting, by=cast["street"], reason="x"),
        lambda: actions.attend_meeting(meeting, by=cast["clerk"], rank="head"),
        lambda: actions.drop_decision(said, by=cast["street"]),
        lambda: actions.publish_minutes(meeting, by=cast["street"], minutes="不同意"),
        lambda: decide(meeting, cast),
    ):
        with pytest.raises(Refused) as refusal:
            take()
        assert code_of(refusal) == "minutes_published"
    item = meeting.agenda.first()
    for write in (
        lambda: Meeting.objects.filter(pk=meeting.pk).update(minutes="不同意"),
        lambda: Decision.objects.filter(pk=said.pk).update(text="别的"),
        lambda: Seat.objects.filter(meeting=meeting).update(wanted_rank="head"),
        lambda: AgendaItem.objects.filter(pk=item.pk).update(text="别的"),
        lambda: AgendaItem.objects.create(meeting=meeting, position=9, text="后加"),
        lambda: Decision.objects.filter(pk=said.pk).delete(),
    ):
        with pytest.raises(IntegrityError, match="kept as they are"), transaction.atomic():
            write()


def test_a_cancelled_meeting_stays_with_its_reason(cast, meeting, at):
    with pytest.raises(Refused) as refusal:
        actions.cancel_meeting(meeting, by=cast["street"], reason=" ")
    assert code_of(refusal) == "reason_needed"

    actions.cancel_meeting(meeting, by=cast["head"], reason="台风")

    meeting.refresh_from_db()
    assert (meeting.cancel_reason, meeting.cancelled_by) == ("台风", cast["head"])
    assert Message.objects.filter(kind="meeting_cancelled").count() >= 2
    at(WEDNESDAY)
    with pytest.raises(Refused) as refusal:
        actions.attend_meeting(meeting, by=cast["clerk"], rank="head")
    assert code_of(refusal) == "meeting_cancelled"


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_carry_out_once(monkeypatch):
    town = build_town()
    desk, head = (
        holder("street_desk", area=town.streets[0]),
        holder("street_head", area=town.streets[0]),
    )
    ticket = whistled(town, by=head, kind="hard")
    start = clock.now() + timedelta(minutes=5)
    meeting = actions.call_meeting(
        ticket,
        call_of(town, starts_at=start, ends_at=start + timedelta(hours=1)),
        by=desk,
    )
    later = start + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    due = later.date() + timedelta(days=20)
    decide(meeting, {"street": desk}, "milestone", department=town.housing, due_on=due, text="划线")
    told, gate = [], threading.Barrier(6)

    def publish(by):
        gate.wait()
        try:
            actions.publish_minutes(meeting, by=by, minutes="一致同意")
            told.append("done")
        except Refused as refusal:
            told.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=(by,)) for by in (desk, head) * 3]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(told) == ["done", *["minutes_published"] * 5]
    assert Milestone.objects.count() == 1


# ── pages ─────────────────────────────────────────────────────────────────────────────────────


def posted(**more):
    return {
        "kind": "street",
        "starts_at": "2026-10-14T09:00",
        "ends_at": "2026-10-14T10:30",
        "place": "三楼",
        "agenda": "一\r\n二",
        **more,
    }


def test_a_meeting_is_called_on_the_page_and_held_there(client, town, cast, hard, at):
    client.force_login(cast["street"])
    url = f"/tickets/{hard.number}/meetings/new/"
    assert client.get(url).status_code == 200
    past = client.post(
        url, posted(starts_at="2026-10-01T09:00", departments=[town.housing.pk])
        | {"ends_at": "2026-10-01T10:00"},
    )  # fmt: skip
    assert past.status_code == 409
    assert "lies in the past" in past.content.decode()
    assert "三楼" in past.content.decode()
    before = client.post(url, posted(ends_at="2026-10-14T08:00", departments=[town.housing.pk]))
    assert "ends after it begins" in before.content.decode()
    made = client.post(url, posted(departments=[town.housing.pk, town.urban.pk]))
    found = Meeting.objects.get()
    assert made.headers["Location"] == found.get_absolute_url()
    at(WEDNESDAY)
    page = client.get(found.get_absolute_url()).content.decode()
    assert "Write a decision" in page
    item = found.agenda.first()
    said = {
        "item": item.pk,
        "text": "<b>划线</b>",
        "becomes": "help",
        "department": town.housing.pk,
    }
    assert client.post(f"{found.get_absolute_url()}decide/", said).status_code == 302
    refused = client.post(f"{found.get_absolute_url()}publish/", {"minutes": "会议纪要如下"})
    assert refused.status_code == 409
    words = refused.content.decode()
    assert "has the ticket already" in words
    assert "会议纪要如下" in words
    assert "<b>划线" not in words
    decision = found.decisions.get()
    assert client.post(f"{found.get_absolute_url()}drop/{decision.pk}/").status_code == 302
    assert (
        client.post(f"{found.get_absolute_url()}publish/", {"minutes": "纪要"}).status_code == 302
    )
    page = client.get(found.get_absolute_url()).content.decode()
    assert "Write a decision" not in page
    assert "Minutes published" in page


def test_a_department_signs_in_on_the_page(client, town, cast, meeting, at):
    at(WEDNESDAY)
    client.force_login(cast["clerk"])
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "I am here" in page
    assert "Write a decision" not in page

    done = client.post(f"{meeting.get_absolute_url()}attend/", {"rank": "section_head"})

    assert done.status_code == 302
    assert "The rank is high enough." in client.get(meeting.get_absolute_url()).content.decode()
    for act in ("decide", "publish", "cancel"):
        assert client.post(f"{meeting.get_absolute_url()}{act}/", {}).status_code == 403
    assert client.post(f"{meeting.get_absolute_url()}dance/", {}).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("street", 200), ("head", 200), ("command", 200), ("community", 200), ("worker", 200),
        ("clerk", 200), ("urban", 200), ("auditor", 200),
        ("other_street", 404), ("other_worker", 404), ("nobody", 404),
    ],
)  # fmt: skip
def test_who_sees_a_meeting(client, api, cast, meeting, who, status):
    client.force_login(cast[who])
    api.force_authenticate(cast[who])

    assert client.get(meeting.get_absolute_url()).status_code == status
    assert client.get(f"{meeting.get_absolute_url()}meeting.ics").status_code == status
    at = f"/api/v1/tickets/{meeting.ticket.number}/meetings/{meeting.pk}/"
    assert api.get(at).status_code == status


def test_a_department_that_is_called_without_a_part_sees_the_meeting_alone(
    client, town, cast, hard
):
    fire = DepartmentFactory(area=town.district, short_name="消防救援")
    fireman = holder("department_clerk", department=fire)
    found = actions.call_meeting(hard, call_of(town, departments=[fire]), by=cast["street"])
    client.force_login(fireman)

    page = client.get(found.get_absolute_url())

    assert page.status_code == 200
    assert f'href="{hard.get_absolute_url()}"' not in page.content.decode()
    assert client.get(hard.get_absolute_url()).status_code == 404
    assert found in read.within_reach(fireman)


def test_the_list_shows_a_street_its_own_page_by_page(client, town, cast, hard, at):
    start = moment(WEDNESDAY)
    for day in range(33):
        # Two at the same minute: the cursor tells them apart.
        begins = start + timedelta(days=day // 2)
        actions.call_meeting(
            hard,
            call_of(town, starts_at=begins, ends_at=begins + timedelta(hours=1)),
            by=cast["street"],
        )
    client.force_login(cast["street"])

    first = client.get("/tickets/meetings/")
    second = client.get(f"/tickets/meetings/?after={first.context['older']}")

    shown = [one.pk for one in [*first.context["meetings"], *second.context["meetings"]]]
    assert shown == list(Meeting.objects.order_by("starts_at", "pk").values_list("pk", flat=True))
    assert second.context["older"] == ""
    assert client.get("/tickets/meetings/?when=past").context["meetings"] == []
    at("2027-01-01 09:00:00")
    past = client.get("/tickets/meetings/?when=past").context["meetings"]
    assert past[0].starts_at > past[-1].starts_at
    client.force_login(cast["other_street"])
    assert client.get("/tickets/meetings/").context["meetings"] == []
    assert client.get("/tickets/meetings/?when=past").context["meetings"] == []
    assert client.get("/tickets/meetings/?after=x").status_code == 302
    client.force_login(cast["nobody"])
    assert client.get("/tickets/meetings/").status_code == 404


def test_pages_cost_the_same_however_much_is_on_them(client, town, cast, hard, at):
    many = [DepartmentFactory(area=town.district) for _ in range(8)]
    few = actions.call_meeting(hard, call_of(town), by=cast["street"])
    much = actions.call_meeting(
        hard, call_of(town, departments=many, agenda=["x"] * 12), by=cast["street"]
    )
    client.force_login(cast["auditor"])
    counts = []
    for one in (few, few, much):
        with counted(counts):
            assert client.get(one.get_absolute_url()).status_code == 200
    assert counts[1] == counts[2] <= 10
    lists = []
    with counted(lists):
        client.get("/tickets/meetings/")
    for day in range(9):
        actions.call_meeting(
            hard,
            call_of(
                town,
                starts_at=moment(WEDNESDAY) + timedelta(days=day),
                ends_at=moment(WEDNESDAY) + timedelta(days=day, hours=1),
            ),
            by=cast["street"],
        )
    with counted(lists):
        client.get("/tickets/meetings/")
    assert lists[0] == lists[1] <= 15


# ── programs ──────────────────────────────────────────────────────────────────────────────────


def test_a_program_calls_attends_decides_and_publishes(api, town, cast, hard, at):
    api.force_authenticate(cast["street"])
    url = f"/api/v1/tickets/{hard.number}/meetings/"
    body = {
        "kind": "street",
        "starts_at": "2026-10-14T09:00:00+08:00",
        "ends_at": "2026-10-14T10:00:00+08:00",
        "place": "三楼",
        "agenda": ["停车"],
        "departments": [town.housing.code],
    }
    made = api.post(url, body, format="json")
    assert made.status_code == 201
    key, item = made.json()["id"], made.json()["agenda"][0]["id"]
    at(WEDNESDAY)
    api.force_authenticate(cast["clerk"])
    came = api.post(f"{url}{key}/attend/", {"rank": "head"}, format="json")
    assert came.json()["seats"][0]["is_met"] is True
    assert api.post(f"{url}{key}/publish/", {"minutes": "x"}, format="json").status_code == 403
    api.force_authenticate(cast["street"])
    said = {"item": item, "text": "划线", "becomes": "milestone", "department": town.housing.code}
    late = api.post(f"{url}{key}/decisions/", said, format="json")
    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "due_on_needed")
    said["due_on"] = "2026-11-20"
    assert api.post(f"{url}{key}/decisions/", said, format="json").status_code == 201
    done = api.post(f"{url}{key}/publish/", {"minutes": "一致"}, format="json").json()
    assert done["agenda"][0]["decisions"][0]["milestone"]
    assert done["published_at"]
    assert [one["id"] for one in api.get(url).json()["results"]] == [key]
    assert [one["id"] for one in api.get("/api/v1/meetings/").json()["results"]] == [key]
    frozen = api.post(f"{url}{key}/cancel/", {"reason": "x"}, format="json")
    assert (frozen.status_code, frozen.json()["errors"][0]["code"]) == (409, "minutes_published")
    api.force_authenticate(cast["other_street"])
    assert api.get("/api/v1/meetings/").json()["results"] == []
    assert api.get(url).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": "gestern"}, {"agenda": "x"}, {"agenda": [7]}, {"departments": ["none"]},
        {"kind": "party"}, {"place": None}, {"who": "x"},
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_refused(api, town, cast, hard, change):
    api.force_authenticate(cast["street"])
    body = {
        "kind": "street",
        "starts_at": "2026-10-14T09:00:00+08:00",
        "ends_at": "2026-10-14T10:00:00+08:00",
        "place": "三楼",
        "agenda": ["停车"],
        "departments": [town.housing.code],
        **change,
    }

    answer = api.post(f"/api/v1/tickets/{hard.number}/meetings/", body, format="json")

    assert answer.status_code == 400
    assert not Meeting.objects.exists()


def test_the_page_offers_what_its_hour_allows(client, cast, meeting, at):
    page = meeting.get_absolute_url()
    client.force_login(cast["street"])
    before = client.get(page).content.decode()
    assert "Write a decision" not in before
    assert 'id="cancel"' in before
    client.force_login(cast["clerk"])
    assert "I am here" not in client.get(page).content.decode()
    at("2026-10-14 08:00:00")
    assert "I am here" in client.get(page).content.decode()
    at("2026-10-14 11:00:01")
    assert "I am here" not in client.get(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_department_of_two_takes_its_seat_once(monkeypatch):
    town = build_town()
    desk = holder("street_desk", area=town.streets[0])
    clerks = [holder("department_clerk", department=town.housing) for _ in range(5)]
    ticket = routed(town, by=holder("grid_worker", area=town.grids[0]))
    start = clock.now() + timedelta(minutes=5)
    call = call_of(town, starts_at=start, ends_at=start + timedelta(hours=1))
    meeting = actions.call_meeting(ticket, call, by=desk)
    told, gate = [], threading.Barrier(len(clerks))

    def come(by):
        gate.wait()
        try:
            actions.attend_meeting(meeting, by=by, rank="head")
            told.append("done")
        except Refused as refusal:
            told.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=come, args=(by,)) for by in clerks]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(told) == ["done", *["signed_in_already"] * 4]
    assert ticket.events.filter(verb__in=["attend", "report_in"]).count() == 2


POSTS = {
    "decide": {"text": "划线", "becomes": "note"},
    "publish": {"minutes": "一致同意"},
    "cancel": {"reason": "台风"},
    "attend": {"rank": "head"},
}


@pytest.mark.parametrize("act", POSTS)
def test_what_comes_too_early_or_too_late_is_said_and_nothing_is_lost(
    client, town, cast, meeting, at, act
):
    """The page that is refused draws the one form whose words it keeps."""
    desk = cast["clerk"] if act == "attend" else cast["street"]
    client.force_login(desk)
    url = f"{meeting.get_absolute_url()}{act}/"
    data = POSTS[act] | ({"item": meeting.agenda.first().pk} if act == "decide" else {})

    if act != "cancel":
        assert client.post(url, data).status_code == 409
        empty = client.post(url, {})
        assert empty.status_code == 200
    at(WEDNESDAY)
    actions.publish_minutes(meeting, by=cast["street"], minutes="一致")
    late = client.post(url, data)

    assert late.status_code == 409
    assert "The minutes are published" in late.content.decode()
    for word in data.values():
        if act != "attend" and isinstance(word, str) and word != "note":
            assert word in late.content.decode()
