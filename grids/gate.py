"""The gate of the task list: what may follow a proposal, and what a date makes of it. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Decision(TextChoices):
    """What people said; the rest is the calendar's."""

    PROPOSED = "proposed", _("Proposed")
    ADMITTED = "admitted", _("Admitted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken off the list")


class Stage(TextChoices):
    """Where a duty stands on a day."""

    PROPOSED = "proposed", _("Proposed")
    REFUSED = "refused", _("Refused")
    COMING = "coming", _("Admitted, to come")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")
    WITHDRAWN = "withdrawn", _("Taken off the list")


class Rhythm(TextChoices):
    ONCE = "once", _("Once")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")
    QUARTERLY = "quarterly", _("Every quarter")


class Answer(TextChoices):
    """Of a place."""

    GOOD = "good", _("In order")
    FAULT = "fault", _("Not in order")
    ABSENT = "absent", _("None here")


class Step(NamedTuple):
    sources: frozenset[Decision]
    target: Decision
    needs_reason: bool = False


STEPS = {
    "admit": Step(frozenset({Decision.PROPOSED}), Decision.ADMITTED),
    "refuse": Step(frozenset({Decision.PROPOSED}), Decision.REFUSED, needs_reason=True),
    "withdraw": Step(frozenset({Decision.ADMITTED}), Decision.WITHDRAWN, needs_reason=True),
}
# A task of one time is no load of every month.
TIMES_A_MONTH = {
    Rhythm.ONCE: 0.0,
    Rhythm.WEEKLY: 52 / 12,
    Rhythm.MONTHLY: 1.0,
    Rhythm.QUARTERLY: 1 / 3,
}
_DECIDED = {
    Decision.PROPOSED: Stage.PROPOSED,
    Decision.REFUSED: Stage.REFUSED,
    Decision.WITHDRAWN: Stage.WITHDRAWN,
}


def stage(decision: Decision, starts_on: date, ends_on: date, on: date) -> Stage:
    """An admitted duty runs and ends by the calendar: no job can be late or forget it."""
    if decision in _DECIDED:
        return _DECIDED[decision]
    if on < starts_on:
        return Stage.COMING
    return Stage.RUNNING if on <= ends_on else Stage.ENDED


def period(rhythm: Rhythm, on: date, starts_on: date, ends_on: date) -> tuple[date, date]:
    """First and last day of the period of ``on``, as the calendar has it, within the duty's days."""
    if rhythm == Rhythm.ONCE:
        return starts_on, ends_on
    if rhythm == Rhythm.WEEKLY:
        first = on - timedelta(days=on.weekday())
        last = first + timedelta(days=6)
    else:
        months = 1 if rhythm == Rhythm.MONTHLY else 3
        first = on.replace(month=(on.month - 1) // months * months + 1, day=1)
        last = (first + timedelta(days=31 * months)).replace(day=1) - timedelta(days=1)
    return max(first, starts_on), min(last, ends_on)


# 人 alone is in 人行道 and 残疾人通道: only words that ask who somebody is, or for a list of people.
_PERSONS = re.compile(
    "姓名|名单|人员|住户|租户|租客|户主|居民信息|个人信息|人口|人户|入户|走访|家访|独居|空巢|孤寡|老人情况|"
    "低保户|帮扶对象|特殊人群|流动人口|外来人|思想动态|动态掌握|摸排|盯防|稳控|"
    r"\b(?:residents?|tenants?|persons?|people|names?|households?|individuals?|visit(?:s|ed)?)\b",
    re.IGNORECASE,
)


# Names of places that hold a word for people.
_PLACES = re.compile(
    "居民(楼|区|小区|点)|人员密集场所|人口(广场|公园)|住户(信箱|水表|电表)|无障碍|残疾人(坡道|通道|卫生间|车位)|"
    "健康(步道|小屋|驿站)|监控室|电话亭|广场|公园|"
    r"\b(?:telephone|phone) (?:boxe?s?|lines?)\b|\bresidential\b",
    re.IGNORECASE,
)


def without_places(text: str) -> str:
    """``text`` without the places whose names only sound as if somebody were meant."""
    return _PLACES.sub("", text)


def asks_about_persons(text: str) -> bool:
    """Whether a line of the task list asks about people instead of places."""
    return bool(_PERSONS.search(text))
