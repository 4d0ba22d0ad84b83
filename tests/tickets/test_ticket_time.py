"""Time left in words: minutes, hours, working days, by the calendar of the field's own dates."""

from datetime import datetime
from types import SimpleNamespace

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from govgrid.worktime.arithmetic import ZONE
from govgrid.worktime.queries import calendar, newest_edition
from tests.factories.tickets import routed
from tickets import queries, reckoning
from tickets.models import Clock
from tickets.timeleft import time_left

pytestmark = pytest.mark.django_db


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def clock(start, limit, kind="resolve", **more):
    """A clock that runs from ``start`` in a district with the usual hours."""
    told = reckoning.reckon(calendar("420506"), at(start), limit, share=more.get("share", 100))
    one = Clock(kind=kind, limit=limit, started_at=at(start), **told._asdict(), **more)
    one.district_code = "420506"
    return one


# Mid-autumn 2026 is 25 to 27 September, the National Day 1 to 7 October; Saturday 10 October works.
@pytest.mark.parametrize(
    ("start", "limit", "now", "words", "css", "percent"),
    [
        # urgent: as it runs, day and night
        ("2026-09-24 09:05", "UH2", "2026-09-24 10:37", "28 min left", "is-near", 76),
        ("2026-09-24 09:05", "UH2", "2026-09-24 10:34", "31 min left", "is-calm", 74),
        ("2026-09-24 09:05", "UH2", "2026-09-24 09:05", "2 h left", "is-calm", 0),
        ("2026-09-24 09:05", "UH2", "2026-09-24 09:05:30", "2 h left", "is-calm", 0),
        ("2026-09-24 09:05", "UH2", "2026-09-24 09:06", "1 h 59 min left", "is-calm", 0),
        ("2026-09-24 09:05", "UH2", "2026-09-24 11:04:59", "1 min left", "is-near", 99),
        ("2026-09-24 09:05", "UH2", "2026-09-24 11:05", "1 min late", "is-over", 100),
        ("2026-09-24 09:05", "UH2", "2026-09-24 11:41", "36 min late", "is-over", 100),
        ("2026-09-24 09:05", "UH2", "2026-09-24 11:41:59", "36 min late", "is-over", 100),
        ("2026-09-24 09:05", "UH2", "2026-09-26 12:27", "49 h late", "is-over", 100),
        # working: across noon, a night, a feast
        ("2026-09-24 09:00", "WH4", "2026-09-24 10:37", "2 h 23 min left", "is-calm", 40),
        ("2026-09-24 09:00", "WH4", "2026-09-24 12:30", "1 h left", "is-near", 75),
        ("2026-09-24 17:00", "WH4", "2026-09-27 20:00", "3 h left", "is-calm", 25),
        ("2026-09-24 09:00", "WH4", "2026-09-24 16:22", "1 h 22 min late", "is-over", 100),
        ("2026-09-24 09:00", "WH4", "2026-09-24 23:00", "3 h late", "is-over", 100),
        # working days: as many as lie ahead, never counting the rest of today
        ("2026-09-24 09:05", "WD5", "2026-09-24 10:37", "5 working days left", "is-calm", 3),
        ("2026-09-24 09:05", "WD5", "2026-09-28 08:00", "4 working days left", "is-calm", 14),
        ("2026-09-24 09:05", "WD5", "2026-10-05 12:00", "2 working days left", "is-calm", 65),
        ("2026-09-24 09:05", "WD5", "2026-10-08 08:00", "1 working day left", "is-calm", 65),
        ("2026-09-24 09:05", "WD5", "2026-10-09 08:00", "8 h left", "is-near", 82),
        ("2026-09-24 09:05", "WD5", "2026-10-09 17:30", "30 min left", "is-near", 98),
        ("2026-09-24 09:05", "WD5", "2026-10-09 18:00", "1 min late", "is-over", 100),
        ("2026-09-24 09:05", "WD5", "2026-10-10 12:00", "4 h late", "is-over", 100),
        ("2026-09-24 09:05", "WD5", "2026-10-10 18:00", "1 working day late", "is-over", 100),
        ("2026-09-24 09:05", "WD5", "2026-10-13 12:00", "2 working days late", "is-over", 100),
    ],
)  # fmt: skip
def test_words_and_colour(start, limit, now, words, css, percent):
    left = time_left(clock(start, limit), at(now))

    assert (left.words, left.css, left.percent) == (words, css, percent)


@pytest.mark.parametrize(
    ("limit", "now", "by", "what"),
    [
        ("UH2", "2026-09-24 10:37", "by 11:05", "Resolve by 11:05"),
        ("UH2", "2026-09-24 11:05", "due 11:05", "Resolve: due 11:05"),
        ("UH2", "2026-09-25 11:05", "due 24 Sep 11:05", "Resolve: due 24 Sep 11:05"),
        ("WD5", "2026-09-24 10:37", "by 9 Oct 18:00", "Resolve by 9 Oct 18:00"),
        ("WD5", "2027-01-04 09:00", "due 9 Oct 2026 18:00", "Resolve: due 9 Oct 2026 18:00"),
    ],
)
def test_the_hour_is_always_there(limit, now, by, what):
    left = time_left(clock("2026-09-24 09:05", limit), at(now))

    assert (left.by, left.what) == (by, what)


def test_half_a_limit_fills_its_own_bar():
    one = clock("2026-09-24 08:00", "WH4", share=50)

    assert time_left(one, at("2026-09-24 09:00")).percent == 50
    assert time_left(one, at("2026-09-24 09:00")).words == "1 h left"


def test_what_stands_still_says_so_and_keeps_its_bar():
    one = clock("2026-09-24 08:00", "WH4", paused_at=at("2026-09-24 09:00"))

    left = time_left(one, at("2026-09-28 09:00"))

    assert (left.css, left.words, left.by) == ("is-quiet", "paused", "since 24 Sep 09:00")
    assert (left.percent, left.due_at) == (25, None)


def test_what_has_stopped_is_quiet():
    one = clock(
        "2026-09-24 08:00", "WH4", stopped_at=at("2026-09-24 09:00"), outcome="met"
    )  # fmt: skip

    assert time_left(one, at("2026-09-24 09:30"))[:3] == ("is-quiet", "done", "")


def test_a_year_that_is_not_published_is_marked():
    left = time_left(clock("2029-09-24 09:05", "WD5"), at("2029-09-24 10:37"))

    assert left.is_provisional
    assert "provisional" in _drawn(clock("2029-09-24 09:05", "WD5"), at("2029-09-24 10:37"))


def test_no_clock_no_time():
    assert time_left(None) is None
    assert "No time limit" in _drawn(None, at("2026-09-24 10:37"))


def _drawn(one, now):
    page = Template("{% load ticket_time %}{% timeleft clock now %}")
    return page.render(Context({"clock": one, "now": now}))


def test_the_component_says_words_hour_and_bar():
    html = _drawn(clock("2026-09-24 09:05", "UH2", kind="make_safe"), at("2026-09-24 10:37"))

    assert 'class="timeleft is-near"' in html
    assert "<strong>28 min left</strong>" in html
    assert ">Make safe by 11:05<" in html
    assert 'datetime="2026-09-24T11:05:00+08:00"' in html
    assert '<progress max="100" value="76" aria-label="Time used">76%</progress>' in html
    assert "style=" not in html


def test_late_is_an_icon_too():
    html = _drawn(clock("2026-09-24 09:05", "UH2"), at("2026-09-24 12:00"))

    assert "is-over" in html
    assert "#i-s-overdue" in html


# ── which clocks ──────────────────────────────────────────────────────────────────────────────


def test_clocks_of_many_tickets_are_one_statement(town, cast):
    tickets = [routed(town, by=cast["worker"]) for _ in range(3)]
    idle = routed(town, by=cast["worker"])
    Clock.objects.filter(ticket=idle).update(
        stopped_at=idle.filed_at, outcome="void", next_fire_at=None
    )

    with CaptureQueriesContext(connection) as asked:
        found = queries.clocks_of([*tickets, idle.pk])
        words = [time_left(one, tickets[0].filed_at) for row in found.values() for one in row]
        edition_reads = [query for query in asked if "worktime" in query["sql"]]

    assert len(asked) - len(edition_reads) == 1
    assert set(found) == {*(one.pk for one in tickets), idle.pk}
    assert found[idle.pk] == []
    assert [one.kind for one in found[tickets[0].pk]] == ["sign", "resolve"]
    assert all(words)


def test_the_words_follow_the_edition_that_reckoned(town, cast):
    routed(town, by=cast["worker"])
    assert Clock.objects.first().edition == newest_edition()


def test_most_urgent_is_what_runs_and_is_due_first():
    soon, later = clock("2026-09-24 09:00", "UH2"), clock("2026-09-24 09:00", "WD5")
    still = clock("2026-09-24 09:00", "UM15", paused_at=at("2026-09-24 09:05"))
    done = clock("2026-09-24 09:00", "UM15", stopped_at=at("2026-09-24 09:05"))

    assert queries.most_urgent([later, still, soon, done]) is soon
    assert queries.most_urgent([still, done]) is still
    assert queries.most_urgent([SimpleNamespace(is_running=False)]) is None
