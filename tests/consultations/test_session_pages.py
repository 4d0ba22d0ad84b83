"""Pages of sessions: who may open what, what a form keeps, how many statements they take."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from consultations import actions, codes
from consultations.models import Attendance, Session, Sheet
from govgrid.core import clock
from govgrid.core.panels import panels_for
from tests.consultations.test_sessions import PDF
from tests.factories import consultations as made
from tests.factories.accounts import UserFactory


@pytest.fixture
def topic(platform, people):
    return made.studying(platform, by=people["resident"], screener=people["screener"])


@pytest.fixture
def meeting(topic, people):
    return made.called(topic, by=people["convenor"], capacity=2, agenda=["通报", "讨论"])


@pytest.fixture
def survey(topic, people):
    return made.survey(topic, by=people["recorder"])


@pytest.fixture
def sign_in(client, people):
    def as_(who):
        client.force_login(people[who] if isinstance(who, str) else who)
        return client

    return as_


def at(name, session, *args):
    return reverse(f"consultations:session{name}", args=[session.pk, *args])


def text(response):
    return response.content.decode()


# ── who may open what ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "status"),
    [("convenor", 200), ("recorder", 200), ("area_convenor", 200), ("resident", 403),
     ("member", 403), ("screener", 403), ("other_convenor", 403)],
)  # fmt: skip
def test_the_desk_is_for_who_holds_it(sign_in, meeting, who, status):
    assert sign_in(who).get(at("-desk", meeting)).status_code == status
    assert sign_in(who).get(at("-code", meeting)).status_code == status


def test_what_is_not_public_is_404(client, sign_in, platform, people):
    hidden = made.session(
        made.raised(platform, by=people["resident"], title="还没立项"), by=people["convenor"]
    )
    for name in ("", "-file", "-hall"):
        assert client.get(at(name, hidden)).status_code == 404
        assert sign_in("neighbour").get(at(name, hidden)).status_code == 404
    assert sign_in("resident").get(at("", hidden)).status_code == 200
    assert hidden.title not in text(sign_in("neighbour").get(reverse("consultations:sessions")))


def test_everybody_reads_a_session_without_names(client, meeting, people):
    actions.enter(meeting, by=people["recorder"], guest="王奶奶", capacity="resident")
    actions.sign_up(meeting, by=people["resident"])
    actions.add_paper(
        meeting, by=people["recorder"], title="方案", text="<script>alert(1)</script>"
    )
    assert "alert(1)" not in text(client.get(at("", meeting)))  # not sent yet
    actions.send_papers(meeting, by=people["recorder"])
    page = text(client.get(at("", meeting)))
    assert meeting.title in page
    assert "王奶奶" not in page
    assert people["resident"].name not in page
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    # Who holds it knows whom to expect.
    client.force_login(people["recorder"])
    assert "王奶奶" in text(client.get(at("-desk", meeting)))


def test_who_wants_to_be_named_is_named(client, meeting, people):
    made.begun(meeting)
    actions.sign_up(meeting, by=people["resident"], is_named=True)
    actions.check_in(meeting, by=people["resident"])
    actions.check_in(meeting, by=people["neighbour"])
    page = text(client.get(at("", meeting)))
    assert people["resident"].name in page
    assert people["neighbour"].name not in page


# ── calling, and the desk ─────────────────────────────────────────────────────────────────────


def _calling(platform, topic, **changed):
    start = timezone.localtime(clock.now()) + timedelta(days=5)
    return {
        "kind": "meeting", "topic": topic.number, "title": "碰头会", "venue": "二楼", "agenda": "一\n二",
        "starts_at": f"{start:%Y-%m-%dT%H:%M}", "client_id": str(uuid4()), "capacity": "",
        "ends_at": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M}", **changed,
    }  # fmt: skip


def test_a_session_is_called_on_a_page(sign_in, platform, topic):
    new = reverse("consultations:session-new", args=[platform.code])
    client = sign_in("convenor")
    assert topic.title in text(client.get(new, {"topic": topic.number}))
    response = client.post(new, _calling(platform, topic))
    session = Session.objects.get()
    assert response.url == at("-desk", session)
    assert [one.text for one in session.agenda.all()] == ["一", "二"]
    backwards = client.post(new, _calling(platform, topic, ends_at="2020-01-01T00:00"))
    assert "It ends after it begins." in text(backwards)
    nowhere = client.post(new, _calling(platform, topic, venue=""))
    assert nowhere.status_code == 409
    assert "碰头会" in text(nowhere)
    assert sign_in("resident").get(new).status_code == 403


def test_the_desk_does_all_of_it(sign_in, meeting, people):
    client = sign_in("recorder")

    def act(name, **given):
        return client.post(at("-act", meeting, name), given)

    assert act("enter", guest="王奶奶", capacity="resident").status_code == 302
    assert act("enter", guest="", capacity="resident").status_code == 400
    pdf = SimpleUploadedFile("x.exe", PDF)
    assert act("paper", title="图", text="", file=pdf).status_code == 302
    fake = act("paper", title="假", text="", file=SimpleUploadedFile("x.pdf", b"MZ"))
    assert fake.status_code == 409
    assert "This is not a PDF." in text(fake)
    assert act("send").status_code == 302
    assert act("agenda", agenda="只一项").status_code == 302
    assert act("agenda", agenda="议" * 200_000).status_code == 400
    early = act("publish", minutes="纪要")
    assert early.status_code == 409
    made.begun(meeting)
    row = Attendance.objects.get()
    assert client.post(at("-mark", meeting, row.pk)).status_code == 302
    assert act("item", item=1, minutes="同意").status_code == 302
    assert "1. 只一项" in text(client.get(at("-desk", meeting)))
    assert act("publish", minutes="<b>纪要</b>").status_code == 302
    assert act("publish", minutes="又").status_code == 409
    assert act("nothing").status_code == 404
    assert "&lt;b&gt;纪要" in text(client.get(at("", meeting)))
    paper = meeting.papers.get()
    file = client.get(reverse("consultations:session-paper", args=[meeting.pk, paper.pk]))
    assert b"".join(file.streaming_content) == PDF
    assert file["X-Content-Type-Options"] == "nosniff"


def test_moving_and_cancelling_on_the_desk(sign_in, meeting):
    client = sign_in("convenor")
    start = timezone.localtime(clock.now()) + timedelta(days=9)
    given = {
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M}",
        "venue": "三楼",
    }
    assert client.post(at("-act", meeting, "move"), given).status_code == 302
    assert "SEQUENCE:1" in text(client.get(at("-file", meeting)))
    assert client.post(at("-act", meeting, "cancel"), {"reason": "停电"}).status_code == 302
    assert "METHOD:CANCEL" in text(client.get(at("-file", meeting)))
    assert "停电" in text(client.get(at("", meeting)))


# ── places and the door ───────────────────────────────────────────────────────────────────────


def test_signing_up_and_off_on_the_page(client, sign_in, meeting):
    assert client.post(at("-sign-up", meeting), {"capacity": "resident"}).status_code == 302
    assert not Attendance.objects.exists()
    for _each in range(2):
        actions.sign_up(meeting, by=UserFactory())
    page = sign_in("resident").post(at("-sign-up", meeting), {"capacity": "owner"}, follow=True)
    assert "You are on the waiting list" in text(page)
    assert "2 of 2 taken" in text(page)
    assert sign_in("resident").post(at("-sign-off", meeting)).status_code == 302
    again = sign_in("resident").post(at("-sign-off", meeting))
    assert again.status_code == 409
    wrong = sign_in("resident").post(at("-sign-up", meeting), {"capacity": "king"})
    assert wrong.status_code == 400


def test_scanning_the_code_signs_in(sign_in, meeting, people):
    early = text(sign_in("recorder").get(at("-code", meeting)))
    assert "The door is shut" in early
    made.begun(meeting)
    shown = text(sign_in("recorder").get(at("-code", meeting)))
    assert "<svg" in shown
    part = sign_in("recorder").get(at("-code", meeting), headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    here = at("-here", meeting, codes.token(meeting))
    client = sign_in("resident")
    page = text(client.get(here))
    assert not Attendance.objects.exists()
    entry = re.search(r'name="entry" value="([^"]+)"', page)[1]
    # Another person's page lets nobody in.
    assert sign_in("neighbour").post(here, {"entry": entry}).status_code == 410
    assert sign_in("resident").post(here, {"entry": entry}).status_code == 302
    assert Attendance.objects.get().checked_in_at is not None
    assert sign_in("resident").post(here, {"entry": entry}).status_code == 409
    assert client.get(at("-here", meeting, "nonsense")).status_code == 403


# ── surveys ───────────────────────────────────────────────────────────────────────────────────

FULL = {"q1": "1", "q2": ["1", "3"], "q3": "4", "q4": "早上太挤"}


def test_a_device_answers_once_without_an_account(client, survey):
    page = at("-survey", survey)
    assert "需" not in text(client.get(page))
    assert client.cookies["gg_survey"]["httponly"]
    assert client.post(page, FULL).status_code == 302
    assert "You have answered" in text(client.get(page))
    again = client.post(page, FULL)
    assert again.status_code == 409
    assert Sheet.objects.get().device
    client.cookies.clear()
    without = client.post(page, FULL)
    assert without.status_code == 409
    assert "keeps no cookies" in text(without)


def test_an_account_answers_once_and_wrong_sheets_come_back(sign_in, survey):
    client, page = sign_in("resident"), at("-survey", survey)
    assert client.post(page, {**FULL, "q1": "9"}).status_code == 400
    assert client.post(page, {**FULL, "q1": ""}).status_code == 400
    many = client.post(page, {**FULL, "q2": ["1", "2", "3"]})
    assert many.status_code == 409
    assert "早上太挤" in text(many)
    assert client.post(page, FULL).status_code == 302
    assert client.post(page, FULL).status_code == 409
    recorder = sign_in("recorder")
    for _each in range(2):
        assert recorder.post(page, {**FULL, "from_paper": "on"}).status_code == 302
    assert Sheet.objects.count() == 3


def test_questions_are_set_on_a_page(sign_in, topic, people):
    survey = made.called(topic, by=people["recorder"], kind="survey", venue="")
    client, page = sign_in("recorder"), at("-questions", survey)
    assert client.get(page).status_code == 200
    management = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0"}
    one = {"form-0-text": "赞成吗", "form-0-kind": "one", "form-0-options": "赞成\n反对",
           "form-0-most": "1", "form-1-most": "1", "form-1-kind": "one", "form-1-is_needed": "on"}  # fmt: skip
    assert client.post(page, {**management, **one}).status_code == 302
    assert survey.questions.get().options == ["赞成", "反对"]
    wrong = client.post(page, {**management, **one, "form-0-options": "只有一个"})
    assert "A choice has 2 to 12 options" in text(wrong)
    assert sign_in("member").get(page).status_code == 403


def test_written_answers_are_let_through(client, sign_in, survey, people):
    for _each in range(5):
        actions.answer(survey, {1: [1], 3: 5, 4: "早上太挤"}, by=UserFactory())
    page = at("-survey", survey)
    assert "早上太挤" not in text(client.get(page))
    said = survey.questions.get(position=4).answers.first()
    assert sign_in("member").post(at("-text", survey, said.pk, "show")).status_code == 403
    assert sign_in("recorder").post(at("-text", survey, said.pk, "show")).status_code == 302
    client.logout()
    assert text(client.get(page)).count("早上太挤") == 1


# ── the hall and the lot ──────────────────────────────────────────────────────────────────────


def test_questions_of_the_hall(client, sign_in, meeting, people):
    page = at("-hall", meeting)
    sent = str(uuid4())
    for _twice in range(2):
        given = {"body": "挡不挡消防车？", "client_id": sent}
        assert sign_in("resident").post(page, given).status_code == 302
    assert meeting.opinions.count() == 1
    assert sign_in("resident").post(at("-hall-act", meeting, 1, "support")).status_code == 409
    for _twice in range(2):
        assert sign_in("neighbour").post(at("-hall-act", meeting, 1, "support")).status_code == 302
    client.logout()
    seen = text(client.get(page))
    assert "挡不挡消防车？" in seen
    assert people["resident"].name not in seen
    part = text(client.get(page, headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert "hx-get" in part
    reply = at("-hall-act", meeting, 1, "answer")
    assert sign_in("neighbour").post(reply, {"body": "不挡"}).status_code == 403
    assert "挡不挡" in text(sign_in("recorder").get(page, {"reply": "1"}))
    assert sign_in("recorder").post(reply, {"body": " "}).status_code == 409
    assert sign_in("recorder").post(reply, {"body": "不挡，留四米"}).status_code == 302
    assert sign_in("recorder").post(reply, {"body": "又"}).status_code == 409
    assert "不挡，留四米" in text(client.get(page))
    for wrong in ("²", "x", "999999999999"):
        assert client.get(page, {"reply": wrong}).status_code == 200
    assert client.post(at("-hall-act", meeting, 7, "support")).status_code == 409
    assert client.post(at("-hall-act", meeting, 1, "eat")).status_code == 404


def test_the_lot_on_its_page(client, sign_in, meeting):
    Session.objects.filter(pk=meeting.pk).update(capacity=None)
    assert client.get(at("-draw", meeting)).status_code == 404
    for _each in range(4):
        actions.sign_up(meeting, by=UserFactory())
    until = (clock.today() + timedelta(days=300)).isoformat()
    holder = sign_in("convenor")
    given = {"places": "2", "until": until}
    assert holder.post(at("-act", meeting, "commit"), given).status_code == 302
    made.begun(meeting)
    meeting.refresh_from_db()
    client.logout()
    before = text(client.get(at("-draw", meeting)))
    assert meeting.draw["commitment"] in before
    assert meeting.draw["sealed"] not in before
    holder = sign_in("convenor")
    assert holder.post(at("-act", meeting, "reveal"), {"said": "6"}).status_code == 302
    meeting.refresh_from_db()
    after = text(client.get(at("-draw", meeting)))
    assert meeting.draw["seed"] in after
    assert after.count("…</code>") == 4


def test_panels_tell_of_sessions_on_the_pages_of_others(rf, topic, platform, meeting, people):
    made.called(topic, by=people["convenor"], kind="visit", title="第一次现场")
    for who, may_call in [("resident", False), ("convenor", True)]:
        request = rf.get("/")
        request.user = people[who]
        for place, obj in [("topic", topic), ("platform", platform)]:
            (panel,) = [
                one
                for one in panels_for(f"consultations.{place}", request, obj)
                if one.template == "consultations/_session_panel.html"
            ]
            page = render_to_string(panel.template, panel.context)
            assert "第一次现场" in page
            assert ("Call a session" in page) is may_call


# ── how many statements ───────────────────────────────────────────────────────────────────────


def test_pages_take_the_same_however_many_there_are(
    client, topic, meeting, survey, people, django_assert_max_num_queries
):
    for _each in range(12):
        made.called(topic, by=people["convenor"], kind="visit")
        person = UserFactory()
        actions.sign_up(meeting, by=person)
        actions.answer(survey, {1: [1], 3: 5, 4: "好"}, by=person)
        actions.ask(meeting, by=person, body="问", client_id=uuid4())
    actions.add_paper(meeting, by=people["recorder"], title="方案", text="x")
    client.force_login(people["recorder"])
    for address, most in [
        (reverse("consultations:sessions"), 12),
        (at("", meeting), 22),
        (at("-desk", meeting), 22),
        (at("-hall", meeting), 18),
        (at("-survey", survey), 22),
    ]:
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
