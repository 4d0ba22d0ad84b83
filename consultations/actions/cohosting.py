"""Holding a topic together with other platforms: they are asked, and answer for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import tidings
from consultations.models import Cohosting, Platform, Topic
from consultations.workflow import OPEN
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard

if TYPE_CHECKING:
    from govgrid.accounts.models import User

MOST = 20


def ask_cohosts(
    topic: Topic, platforms: Sequence[Platform], *, by: User | None, at: datetime
) -> list[Cohosting]:
    """Write down whom a new topic asks, and tell who convenes there. Its own platform needs no asking."""
    rows = [
        Cohosting(topic=topic, platform=one, asked_at=at, asked_by=by)
        for one in {one.pk: one for one in platforms}.values()
        if one.pk != topic.platform_id
    ]
    Cohosting.objects.bulk_create(rows)
    for one in rows:
        tidings.cohost_asked(one)
    return rows


@transaction.atomic
def ask_cohost(topic: Topic, platform: Platform, *, by: User) -> Cohosting:
    """Ask another platform to hold it as well.

    Refused: ``wrong_state``, ``own_platform``, ``platform_ended``, ``asked_already``, ``too_many``.
    """
    topic = (
        Topic.objects.select_for_update(of=("self",))
        .select_related("platform__area")
        .get(pk=topic.pk)
    )
    if not by.has_perm("consultations.convene", topic):
        raise PermissionDenied
    if topic.state not in OPEN or not topic.is_public:
        raise Refused("wrong_state", _("Only an open topic that was taken up is held together."))
    if platform.pk == topic.platform_id:
        raise Refused("own_platform", _("It is at this platform already."))
    if not Platform.objects.in_force().filter(pk=platform.pk).exists():
        raise Refused("platform_ended", _("This platform does not meet any more."))
    if topic.cohostings.filter(platform=platform).exists():
        raise Refused("asked_already", _("This platform was asked already."))
    if topic.cohostings.count() >= MOST:
        raise Refused(
            "too_many", _("A topic is held by at most %(most)s platforms.") % {"most": MOST}
        )
    platform = Platform.objects.select_related("area").get(pk=platform.pk)
    return ask_cohosts(topic, [platform], by=by, at=clock.now())[0]


@transaction.atomic
def answer_cohosting(one: Cohosting, *, by: User, agreed: bool, note: str = "") -> Cohosting:
    """Say for the platform whether it holds the topic too. Said once.

    Refused: ``answered_already``, ``reason_needed`` for a no.
    """
    one = (
        Cohosting.objects.select_for_update(of=("self",))
        .select_related("platform__area", "topic__platform__area")
        .get(pk=one.pk)
    )
    if not by.has_perm("consultations.convene", one.platform):
        raise PermissionDenied
    if one.answered_at is not None:
        raise Refused("answered_already", _("It was answered already."))
    if not agreed and is_blank(note):
        raise Refused("reason_needed", _("Say why not."))
    one.answered_at, one.answered_by, one.is_agreed = clock.now(), by, agreed
    one.note = guard.mask(note.strip())[:300]
    one.save()
    tidings.cohost_answered(one)
    return one
