"""Programmes, their projects and milestones: planned, moved on, reached, put off."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from members.actions import grounding
from members.actions.grounding import log, must, needed, words
from members.models import Milestone, Programme, Project, ProjectStep, Unit
from members.workflow.projects import MOVES, OPEN

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Area


@transaction.atomic
def make_programme(
    area: Area, *, by: User, name: str, about: str = "", starts_on: date,
    ends_on: date | None = None,
) -> Programme:  # fmt: skip
    """Refused: ``no_name``, ``ends_before_start``."""
    must(by, area)
    if ends_on is not None and ends_on < starts_on:
        raise Refused("ends_before_start", _("It ends after it begins."))
    one = Programme.objects.create(
        code=grounding.free_code(Programme, area, "p"), name=grounding.named(name), area=area,
        about=words(about, 500), starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    log(f"programme:{one.code}", "make", area, by=by, name=one.name)
    return one


@transaction.atomic
def change_programme(
    programme: Programme, *, by: User, name: str, about: str = "", starts_on: date,
    ends_on: date | None = None,
) -> Programme:  # fmt: skip
    """Refused: as :func:`make_programme`."""
    rows = Programme.objects.select_for_update(of=("self",)).select_related("area")
    programme = rows.get(pk=programme.pk)
    must(by, programme)
    if ends_on is not None and ends_on < starts_on:
        raise Refused("ends_before_start", _("It ends after it begins."))
    given = {"name": grounding.named(name), "about": words(about, 500), "starts_on": starts_on,
             "ends_on": ends_on}  # fmt: skip
    new = grounding.changed(programme, given)
    if new:
        log(f"programme:{programme.code}", "change", programme.area, by=by, changes=new)
    return programme


@transaction.atomic
def make_project(
    programme: Programme, *, by: User, title: str, about: str = "", lead: Unit, area: Area
) -> Project:
    """Planned, in an area of the programme's. Refused: ``no_name``, ``outside``, ``unit_ended``,
    ``named_already``."""
    must(by, programme)
    if not area.path.startswith(programme.area.path):
        raise Refused("outside", _("This lies in another area."))
    _must_lead(lead)
    try:
        with transaction.atomic():
            project = Project.objects.create(
                programme=programme, title=grounding.named(title, 100), about=words(about, 500),
                lead=lead, area=area,
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("named_already", _("The programme has a project of this title.")) from error
    _step(project, by, "")
    log(f"project:{project.pk}", "make", area, by=by, title=project.title)
    return project


def _must_lead(lead: Unit) -> None:
    if not Unit.objects.select_for_update().filter(pk=lead.pk, ended_on=None).exists():
        raise Refused("unit_ended", _("This unit has ended."))


def _step(project: Project, by: User, reason: str) -> None:
    ProjectStep.objects.create(
        project=project, state=project.state, on=clock.today(), reason=reason, by=by
    )


def _lock(project: Project, by: User) -> Project:
    rows = Project.objects.select_for_update(of=("self",)).select_related("area", "programme")
    found = rows.get(pk=project.pk)
    must(by, found)
    return found


def _must_be_open(project: Project) -> None:
    if project.state not in OPEN:
        raise Refused("project_over", _("This project is over: take it up again first."))


@transaction.atomic
def change_project(
    project: Project, *, by: User, title: str, about: str = "", lead: Unit
) -> Project:
    """Refused: ``no_name``, ``unit_ended``, ``named_already``, ``project_over``."""
    project = _lock(project, by)
    _must_be_open(project)
    if lead.pk != project.lead_id:
        _must_lead(lead)
    given = {"title": grounding.named(title, 100), "about": words(about, 500), "lead": lead}
    try:
        with transaction.atomic():
            new = grounding.changed(project, given)
    except IntegrityError as error:
        raise Refused("named_already", _("The programme has a project of this title.")) from error
    if new:
        log(f"project:{project.pk}", "change", project.area, by=by, changes=new)
    return project


@transaction.atomic
def move_project(project: Project, name: str, *, by: User, reason: str = "") -> Project:
    """One move of the table. Refused: ``wrong_state``, ``reason_needed``, ``milestones_open``."""
    project = _lock(project, by)
    move = MOVES.get(name)
    if move is None or project.state not in move.sources:
        raise Refused("wrong_state", _("This cannot be done in its present state."))
    why = grounding.reason(reason) if move.needs_reason else words(reason, 300)
    if move.needs_milestones and project.milestones.filter(done_on=None).exists():
        raise Refused("milestones_open", _("Milestones are still to be reached."))
    project.state, project.reason = move.target, why
    project.save(update_fields=["state", "reason"])
    _step(project, by, why)
    log(f"project:{project.pk}", name, project.area, by=by, reason=why)
    return project


@transaction.atomic
def add_milestone(project: Project, *, by: User, title: str, due_on: date) -> Milestone:
    """Refused: ``no_name``, ``project_over``, ``named_already``."""
    project = _lock(project, by)
    _must_be_open(project)
    try:
        with transaction.atomic():
            one = Milestone.objects.create(
                project=project, title=grounding.named(title, 100), due_on=due_on
            )
    except IntegrityError as error:
        raise Refused("named_already", _("The project has a milestone of this title.")) from error
    log(f"project:{project.pk}", "milestone", project.area, by=by, milestone=one.pk,
        due=due_on.isoformat())  # fmt: skip
    return one


def _lock_milestone(milestone: Milestone, by: User) -> Milestone:
    project = _lock(milestone.project, by)
    _must_be_open(project)
    found = Milestone.objects.select_for_update(of=("self",)).get(pk=milestone.pk)
    found.project = project
    if found.done_on is not None:
        raise Refused("reached_already", _("This milestone was reached already."))
    return found


@transaction.atomic
def reach_milestone(
    milestone: Milestone, *, by: User, done_on: date | None = None, note: str = ""
) -> Milestone:
    """Reached, in this quarter and not in days to come.

    Refused: ``reached_already``, ``project_over``, ``wrong_day``.
    """
    one = _lock_milestone(milestone, by)
    day = done_on or clock.today()
    if day > clock.today():
        raise Refused("wrong_day", _("This day is still to come."))
    grounding.in_time(day)
    one.done_on, one.note = day, words(note, 300)
    one.save(update_fields=["done_on", "note"])
    log(f"project:{one.project_id}", "reach", one.project.area, by=by, milestone=one.pk,
        on=day.isoformat())  # fmt: skip
    return one


@transaction.atomic
def shift_milestone(milestone: Milestone, *, by: User, due_on: date, note: str) -> Milestone:
    """Another day, and why; the day before stands in the story.

    Refused: ``note_needed``, ``reached_already``, ``project_over``.
    """
    one = _lock_milestone(milestone, by)
    why = needed(note, 300, "note_needed", _("Say why it is put off."))
    before, one.due_on, one.note = one.due_on, due_on, why
    one.save(update_fields=["due_on", "note"])
    log(f"project:{one.project_id}", "shift", one.project.area, by=by, milestone=one.pk,
        due=[before.isoformat(), due_on.isoformat()], reason=why)  # fmt: skip
    return one
