"""The plan of a year: versions, lines that keep their number, and what was done of them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from consultations import actions, tables, yearplans
from consultations.actions.planning import Line
from consultations.models import Plan, PlanLine, PlanLink, Session
from govgrid.core import clock
from tests.consultations.test_founding import refused
from tests.factories import consultations as made

LINES = [Line(1, "停车", "meeting", "社区"), Line(12, "护栏回头看", "look_back")]


@pytest.fixture
def year():
    return clock.today().year


@pytest.fixture
def plan(platform, people, year):
    """Published, in its first version."""
    draft = actions.begin_plan(platform, year, by=people["convenor"])
    actions.set_lines(draft, LINES, by=people["convenor"])
    return actions.publish_plan(draft, by=people["convenor"])


def test_versions_follow_each_other_and_lines_keep_their_number(plan, platform, people, year):
    convenor = people["convenor"]
    draft = actions.begin_plan(platform, year, by=convenor)
    assert actions.begin_plan(platform, year, by=convenor) == draft
    assert draft.number == 2
    assert [one.key for one in draft.lines.all()] == [1, 2]
    actions.set_lines(
        draft, [Line(3, "充电", "hearing"), Line(12, "护栏", "look_back", key=2)], by=convenor
    )
    assert {one.key: one.subject for one in draft.lines.all()} == {3: "充电", 2: "护栏"}
    assert Plan.objects.in_force(platform, year) == plan
    refused("reason_needed", actions.publish_plan, draft, by=convenor)
    actions.publish_plan(draft, by=convenor, note="增加充电")
    assert Plan.objects.in_force(platform, year) == draft
    assert plan.lines.count() == 2


def test_what_is_published_stays(plan, people):
    refused("published_already", actions.set_lines, plan, LINES, by=people["convenor"])
    refused("published_already", actions.publish_plan, plan, by=people["convenor"])
    for change in (
        lambda: PlanLine.objects.filter(plan=plan).update(subject="别的"),
        lambda: PlanLine.objects.filter(plan=plan).delete(),
        lambda: PlanLine.objects.create(plan=plan, key=9, month=1, subject="x", kind="meeting"),
        lambda: Plan.objects.filter(pk=plan.pk).update(note="x"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([Line(13, "停车", "meeting")], "wrong_month"),
        ([Line(1, "　", "meeting")], "line_without_words"),
        ([Line(1, "停车", "party")], "wrong_kind"),
        ([Line(1, "停车", "meeting", key=7)], "unknown_line"),
        ([Line(1, "停车", "meeting")] * 101, "too_many_lines"),
    ],
)
def test_lines_that_cannot_be(platform, people, year, lines, code):
    draft = actions.begin_plan(platform, year, by=people["convenor"])
    refused(code, actions.set_lines, draft, lines, by=people["convenor"])


def test_who_plans(platform, people, year):
    refused("wrong_year", actions.begin_plan, platform, year - 1, by=people["convenor"])
    draft = actions.begin_plan(platform, year + 1, by=people["area_convenor"])
    refused("no_lines", actions.publish_plan, draft, by=people["convenor"])
    for who in ("screener", "recorder", "resident", "other_convenor"):
        with pytest.raises(PermissionDenied):
            actions.begin_plan(platform, year, by=people[who])


def test_done_is_counted_from_sessions_and_nothing_else(plan, platform, people, year):
    topic = made.studying(platform, by=people["resident"], screener=people["screener"])
    convenor = people["convenor"]
    held = made.session(topic, by=convenor)
    to_come = made.called(topic, by=convenor)
    now = clock.now()
    # Within this year, whatever day it is.
    Session.objects.filter(pk=held.pk).update(
        starts_at=now - timedelta(minutes=9), ends_at=now - timedelta(minutes=5)
    )
    rows = yearplans.planned(plan)
    assert rows[0].state in {"missed", "to_come"}
    actions.link_line(plan, 2, by=convenor, topic=topic)
    assert {row.line.key: row.state for row in yearplans.planned(plan)}[2] == "under_way"
    held.refresh_from_db()
    link = actions.link_line(plan, 2, by=convenor, session=held)
    assert actions.link_line(plan, 2, by=convenor, session=held) == link
    refused("counts_already", actions.link_line, plan, 1, by=convenor, session=held)
    rows = yearplans.planned(plan)
    sums = yearplans.summed(plan, rows, tables.held_in(year).filter(platform=platform).count())
    assert (sums.lines, sums.held, sums.percent, sums.beside) == (2, 1, 50, 0)
    actions.unlink_line(link, by=convenor)
    assert {row.line.key: row.state for row in yearplans.planned(plan)}[2] == "under_way"
    refused("one_of_both", actions.link_line, plan, 1, by=convenor)
    refused("unknown_line", actions.link_line, plan, 9, by=convenor, session=to_come)
    with pytest.raises(PermissionDenied):
        actions.link_line(plan, 1, by=people["recorder"], topic=topic)
    assert PlanLink.objects.count() == 1
