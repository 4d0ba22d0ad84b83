"""Model cases: written from a closed topic, reviewed by somebody else, published or returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from consultations import heralds
from consultations.models import ModelCase, Topic
from consultations.workflow import State
from consultations.workflow.cases import WRITABLE, CaseState
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard

if TYPE_CHECKING:
    from govgrid.accounts.models import User

LENGTHS = {"title": 80, "background": 2000, "steps": 4000, "outcome": 2000, "lesson": 2000}
PARTS = ("background", "steps", "outcome", "lesson")


def _words(given: dict[str, str]) -> dict[str, str]:
    """Each part as it is kept; what nobody could see counts as nothing."""
    return {
        name: "" if is_blank(given.get(name, "")) else guard.mask(given[name].strip())[:most]
        for name, most in LENGTHS.items()
    }


@transaction.atomic
def write_case(topic: Topic, *, by: User, **words: str) -> ModelCase:
    """Begin a case of a closed topic. Refused: ``not_closed``, ``title_needed``, ``one_case``."""
    topic = Topic.objects.select_for_update(of=("self",)).get(pk=topic.pk)
    topic = Topic.objects.select_related("platform__area").get(pk=topic.pk)
    if not by.has_perm("consultations.write_case", topic):
        raise PermissionDenied
    if topic.state != State.CLOSED:
        raise Refused("not_closed", _("A case is told of a topic that is closed."))
    kept = _words(words)
    if not kept["title"]:
        raise Refused("title_needed", _("Give it a title."))
    try:
        with transaction.atomic():
            return ModelCase.objects.create(topic=topic, written_by=by, **kept)
    except IntegrityError as error:
        raise Refused("one_case", _("There is a case of this topic.")) from error


def _lock(case: ModelCase) -> ModelCase:
    rows = ModelCase.objects.select_for_update(of=("self",))
    return rows.select_related("topic__platform__area", "written_by").get(pk=case.pk)


def _must_be(case: ModelCase, *states: CaseState) -> None:
    if case.state not in states:
        raise Refused(
            "wrong_state",
            _("This case is in another state: %(state)s.") % {"state": case.get_state_display()},
        )


@transaction.atomic
def reword_case(case: ModelCase, *, by: User, **words: str) -> ModelCase:
    """Write it better, until it is looked at. Refused: ``wrong_state``, ``title_needed``."""
    case = _lock(case)
    if not by.has_perm("consultations.write_case", case.topic):
        raise PermissionDenied
    _must_be(case, *WRITABLE)
    kept = _words(words)
    if not kept["title"]:
        raise Refused("title_needed", _("Give it a title."))
    for name, value in kept.items():
        setattr(case, name, value)
    case.save(update_fields=list(kept))
    return case


@transaction.atomic
def submit_case(case: ModelCase, *, by: User) -> ModelCase:
    """Hand it to the review. Refused: ``wrong_state``, ``parts_needed``."""
    case = _lock(case)
    if not by.has_perm("consultations.write_case", case.topic):
        raise PermissionDenied
    _must_be(case, *WRITABLE)
    if any(not getattr(case, name) for name in PARTS):
        raise Refused("parts_needed", _("Fill in all four parts."))
    case.state, case.submitted_at = CaseState.SUBMITTED, clock.now()
    case.reviewed_by, case.reviewed_at, case.review_note = None, None, ""
    case.save()
    heralds.submitted(case)
    return case


@transaction.atomic
def review_case(case: ModelCase, *, by: User, is_good: bool, note: str = "") -> ModelCase:
    """Publish it, or give it back with what is to be changed: somebody else, from above.

    Refused: ``wrong_state``, ``note_needed``.
    """
    case = _lock(case)
    if not by.has_perm("consultations.review_case", case):
        raise PermissionDenied
    _must_be(case, CaseState.SUBMITTED)
    said = "" if is_blank(note) else guard.mask(note.strip())[:500]
    if not is_good and not said:
        raise Refused("note_needed", _("Say what is to be changed."))
    case.state = CaseState.PUBLISHED if is_good else CaseState.RETURNED
    case.reviewed_by, case.reviewed_at, case.review_note = by, clock.now(), said
    case.save()
    heralds.decided(case)
    return case


@transaction.atomic
def withdraw_case(case: ModelCase, *, by: User, note: str) -> ModelCase:
    """Take it out of the library, or give it up; the row stays. Refused: ``note_needed``,
    ``wrong_state``."""
    case = _lock(case)
    is_out = case.state == CaseState.PUBLISHED
    name, thing = ("review_case", case) if is_out else ("write_case", case.topic)
    if not by.has_perm(f"consultations.{name}", thing):
        raise PermissionDenied
    _must_be(case, *(set(CaseState) - {CaseState.WITHDRAWN}))
    if is_blank(note):
        raise Refused("note_needed", _("Say why it is taken back."))
    case.state, case.review_note = CaseState.WITHDRAWN, guard.mask(note.strip())[:500]
    case.save(update_fields=["state", "review_note"])
    return case
