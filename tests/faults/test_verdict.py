"""The judge of a fault run finds what is lost, doubled, late or wrong, when it is there to be found."""

import time

import pytest

from benchmarks.faults import town as towns
from benchmarks.faults import verdict
from benchmarks.faults.clients import Filing, Heard
from benchmarks.faults.report import Report
from benchmarks.faults.timeline import Outage, Timeline
from benchmarks.faults.verdict import Verdict
from govgrid.outbox.models import Message
from govgrid.outbox.tasks import send_pending
from tickets import actions
from tickets.models import Clock, Ticket, TicketEvent

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SEED = 1
AHEAD = 1000  # seconds: every clock is over


class Scene:
    """Two tickets, a whistle and one for the street desk, that were filed, routed and are late."""

    def __init__(self, folder):
        self.folder, self.heard, self.timeline = folder, Heard(), Timeline()
        self.town = towns.build()

    def judged(self):
        report = Report(tickets=2, seed=SEED)
        Verdict(SEED, self.town, self.heard, self.timeline).write_into(report, self.folder)
        return report

    def mail(self):
        return next(one for one in self.folder.iterdir() if "Message-ID" in one.read_text())


@pytest.fixture
def silent(tmp_path, settings, monkeypatch, api, shift_clock):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    # The platform's own checks ask the database that the environment names.
    monkeypatch.setattr(verdict, "CHECKS", ())
    verdict._staff.cache_clear()
    verdict._holders.cache_clear()
    one = Scene(tmp_path)
    one.timeline.leaps.append((time.time(), 0))
    for serial in (1, 2):
        filing = Filing.of(SEED, serial, one.town)
        token = one.town.workers[filing.grid]
        answer = api.post(
            "/api/v1/tickets/",
            filing.content,
            format="json",
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )
        one.heard.number(serial, answer.json()["number"])
    actions.route()
    shift_clock(seconds=AHEAD)
    one.timeline.leaps.append((time.time(), AHEAD))
    return one


@pytest.fixture
def scene(silent):
    actions.fire_clocks()
    send_pending()
    return silent


def test_a_run_in_which_all_went_well_has_no_fault(scene):
    report = scene.judged()

    assert report.problems() == []
    assert report.clocks["over fired"] == report.clocks["over expected"] == report.clocks["clocks"]
    assert report.clocks["clocks"] == 5  # sign, report in, make safe, resolve; assign
    assert report.messages["owed by mail"] == Message.objects.filter(channel="email").count() > 0


def lose_a_ticket(scene):
    scene.heard.number(2, "YL20260101-000999-9")


def answer_nothing(scene):
    scene.heard.unanswered.append("report 2")


def forget_a_move(scene):
    scene.heard.moves[Ticket.objects.first().number, "sign"] = "done"


def leave_unrouted(scene):
    Ticket.objects.filter(state="triage").update(state="filed")


def lose_a_message(scene):
    Message.objects.filter(channel="inapp").first().delete()


def lose_a_mail(scene):
    scene.mail().unlink()


def leave_a_mail_unsent(scene):
    Message.objects.filter(pk=Message.objects.filter(channel="email").first().pk).update(
        sent_at=None
    )


@pytest.mark.parametrize(
    "harm",
    [
        lose_a_ticket,
        answer_nothing,
        forget_a_move,
        leave_unrouted,
        lose_a_message,
        lose_a_mail,
        leave_a_mail_unsent,
    ],
)
def test_what_is_lost_is_found(scene, harm):
    harm(scene)

    assert len(scene.judged().lost) >= 1


def test_a_clock_that_never_fired_is_found(silent):
    send_pending()

    assert [one.partition(": ")[2] for one in silent.judged().lost] == [
        f"clock {pk} never fired over" for pk in Clock.objects.values_list("pk", flat=True)
    ]


def write_again(verb):
    event = TicketEvent.objects.filter(verb=verb).first()
    event.pk = None
    event.save(force_insert=True)


def route_twice(scene):
    write_again("route")


def fire_twice(scene):
    write_again("over")


def tell_twice(scene):
    message = Message.objects.filter(kind="clock_over", channel="inapp").first()
    message.pk, message.fact = None, message.fact + "+"
    message.save(force_insert=True)


def send_twice_for_no_outage(scene):
    (scene.folder / "again.log").write_text(scene.mail().read_text())


def file_twice(scene):
    number = Ticket.objects.filter(state="triage").get().number
    scene.heard.number(1, number)


@pytest.mark.parametrize(
    "harm", [route_twice, fire_twice, tell_twice, send_twice_for_no_outage, file_twice]
)
def test_what_is_doubled_is_found(scene, harm):
    harm(scene)

    assert len(scene.judged().doubled) >= 1


def test_a_mail_may_come_again_when_its_sender_fell(scene):
    send_twice_for_no_outage(scene)
    now = time.time()
    scene.timeline.outages.append(Outage("kill", frozenset({"messages"}), now - 1, now))

    report = scene.judged()

    assert report.problems() == []
    assert report.messages["mails sent again, their sender fell in between"] >= 1


@pytest.mark.parametrize(("beat_was_down", "late"), [(False, 5), (True, 0)])
def test_a_clock_must_fire_within_a_minute_of_everything_being_up(scene, beat_was_down, late):
    # As if the leap had come 100 seconds before the sweep.
    begun, leapt = (moment for moment, _ in scene.timeline.leaps)
    scene.timeline.leaps[:] = [(begun - 100, 0), (leapt - 100, AHEAD)]
    if beat_was_down:
        outage = Outage("kill", frozenset({"beat"}), leapt - 100, leapt - 30)
        scene.timeline.outages.append(outage)

    assert len(scene.judged().late) == late


def test_what_nobody_sent_is_wrong(scene):
    Ticket.objects.filter(state="triage").update(description="somebody else's")

    assert scene.judged().wrong == ["somebody else's: never sent"]
