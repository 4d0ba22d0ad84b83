"""The plan of a year: a draft, its lines, publishing it, and what was done of a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations.actions import founding
from consultations.models import Plan, PlanLine, PlanLink, Platform, Session, Topic
from consultations.workflow import PUBLIC, SessionKind
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank, tidy
from govgrid.privacy import guard

if TYPE_CHECKING:
    from govgrid.accounts.models import User

RIGHT = "consultations.plan"
MOST_LINES = 100
# A plan is made for a year that runs or comes soon; a past one is history.
YEARS_AHEAD = 2


@dataclass(frozen=True)
class Line:
    """A line as it is written. ``key``: that of a line which stands there already; 0 for a new one."""

    month: int
    subject: str
    kind: str
    lead: str = ""
    key: int = 0


@transaction.atomic
def begin_plan(platform: Platform, year: int, *, by: User) -> Plan:
    """A draft for a year, with the lines of the version that is in force; the draft, where one is there.

    Refused: ``wrong_year``, ``platform_ended``.
    """
    platform = founding.lock_platform(platform, by=by, right=RIGHT)
    today = clock.today()
    if not today.year <= year <= today.year + YEARS_AHEAD:
        raise Refused(
            "wrong_year",
            _("A plan is for this year or the next %(years)s.") % {"years": YEARS_AHEAD},
        )
    if draft := Plan.objects.filter(platform=platform, year=year, published_at=None).first():
        return draft
    before = Plan.objects.in_force(platform, year)
    draft = Plan.objects.create(
        platform=platform, year=year, number=before.number + 1 if before else 1,
        begun_at=clock.now(), begun_by=by,
    )  # fmt: skip
    if before:
        PlanLine.objects.bulk_create(
            PlanLine(plan=draft, key=one.key, month=one.month, subject=one.subject, kind=one.kind,
                     lead=one.lead)
            for one in before.lines.all()
        )  # fmt: skip
    return draft


@transaction.atomic
def set_lines(plan: Plan, lines: Sequence[Line], *, by: User) -> Plan:
    """Write a draft's lines anew; those whose key was there keep it, and what was done with it.

    Refused: ``published_already``, ``too_many_lines``, ``line_without_words``, ``wrong_month``,
    ``wrong_kind``, ``unknown_line``, ``line_twice``.
    """
    plan = _draft(plan, by)
    if len(lines) > MOST_LINES:
        raise Refused(
            "too_many_lines", _("A plan has at most %(most)s lines.") % {"most": MOST_LINES}
        )
    for number, one in enumerate(lines, start=1):
        _check(number, one)
    known = _keys(plan)
    given = [one.key for one in lines if one.key]
    if set(given) - known:
        raise Refused("unknown_line", _("There is no line of this number."))
    if len(set(given)) < len(given):
        raise Refused("line_twice", _("A number stands there twice."))
    plan.lines.all().delete()
    free = max(known, default=0)
    rows = []
    for one in lines:
        free += not one.key
        rows.append(
            PlanLine(
                plan=plan, key=one.key or free, month=one.month, kind=one.kind,
                subject=guard.mask(tidy(one.subject))[:120], lead=guard.mask(tidy(one.lead))[:60],
            )
        )  # fmt: skip
    PlanLine.objects.bulk_create(rows)
    return plan


def _keys(plan: Plan) -> set[int]:
    """Of all versions of the year: a number that was used once never means another line."""
    rows = PlanLine.objects.filter(plan__platform=plan.platform, plan__year=plan.year)
    return set(rows.values_list("key", flat=True))


def _check(number: int, one: Line) -> None:
    where = {"line": number}
    if is_blank(one.subject):
        raise Refused("line_without_words", _("Line %(line)s: say what is talked over.") % where)
    if not 1 <= one.month <= 12:
        raise Refused("wrong_month", _("Line %(line)s: a month is a number from 1 to 12.") % where)
    if one.kind not in set(SessionKind):
        raise Refused("wrong_kind", _("Line %(line)s: there is no such kind of session.") % where)


def _draft(plan: Plan, by: User) -> Plan:
    founding.lock_platform(plan.platform, by=by, right=RIGHT)
    plan = (
        Plan.objects.select_for_update(of=("self",))
        .select_related("platform__area")
        .get(pk=plan.pk)
    )
    if not plan.is_draft:
        raise Refused(
            "published_already", _("A published plan stays as it is; begin another version.")
        )
    return plan


@transaction.atomic
def publish_plan(plan: Plan, *, by: User, note: str = "") -> Plan:
    """From now on it is the plan, for everybody to read.

    Refused: ``published_already``, ``no_lines``, ``reason_needed`` from the second version on.
    """
    plan = _draft(plan, by)
    if not plan.lines.exists():
        raise Refused("no_lines", _("Write at least one line."))
    if plan.number > 1 and is_blank(note):
        raise Refused("reason_needed", _("Say what changed."))
    plan.note = guard.mask(tidy(note))[:300]
    plan.published_at, plan.published_by = clock.now(), by
    plan.save()
    founding.log(plan.platform, "plan", by=by, data={"year": plan.year, "version": plan.number})
    return plan


@transaction.atomic
def link_line(
    plan: Plan, key: int, *, by: User, topic: Topic | None = None, session: Session | None = None
) -> PlanLink:
    """Say that a topic or a session is what a line means. Twice is once.

    Refused: ``not_published``, ``unknown_line``, ``one_of_both``, ``other_platform``,
    ``other_year``, ``session_cancelled``, ``counts_already``.
    """
    platform = founding.lock_platform(plan.platform, by=by, right=RIGHT)
    current = Plan.objects.in_force(platform, plan.year)
    if current is None:
        raise Refused("not_published", _("Publish the plan first."))
    if not current.lines.filter(key=key).exists():
        raise Refused("unknown_line", _("There is no line of this number."))
    if (topic is None) == (session is None):
        raise Refused("one_of_both", _("Choose a topic or a session."))
    _must_belong(platform, plan.year, topic, session)
    if session is not None:
        taken = PlanLink.objects.filter(session=session).first()
        if taken is not None and (taken.year, taken.key) != (plan.year, key):
            raise Refused("counts_already", _("This session counts for a line already."))
    link, _is_new = PlanLink.objects.get_or_create(
        platform=platform, year=plan.year, key=key, topic=topic, session=session,
        defaults={"linked_at": clock.now(), "linked_by": by},
    )  # fmt: skip
    return link


def _must_belong(
    platform: Platform, year: int, topic: Topic | None, session: Session | None
) -> None:
    one = topic if topic is not None else session
    assert one is not None, "one of both"  # noqa: S101
    if one.platform_id != platform.pk:
        raise Refused("other_platform", _("It is at another platform."))
    if topic is not None and topic.state not in PUBLIC:
        raise Refused("not_public_yet", _("This topic was not taken up."))
    if session is None:
        return
    if session.cancelled_at is not None:
        raise Refused("session_cancelled", _("It was cancelled."))
    if clock.local(session.starts_at).year != year:
        raise Refused("other_year", _("It is of another year."))


@transaction.atomic
def unlink_line(link: PlanLink, *, by: User) -> None:
    """It was linked by mistake."""
    if not by.has_perm(RIGHT, Platform.objects.select_related("area").get(pk=link.platform_id)):
        raise PermissionDenied
    link.delete()
