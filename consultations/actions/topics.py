"""Raising a topic, and wording it anew while nobody has supported it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from consultations import clocks, notices, queries
from consultations.actions import moves
from consultations.actions.cohosting import ask_cohosts
from consultations.models import Platform, Theme, Topic
from consultations.workflow import State
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import bigrams, is_blank
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint
from grids.models import WGS84, Area
from tickets.models import Ticket

if TYPE_CHECKING:
    from govgrid.accounts.models import User

NEXT = """
    INSERT INTO consultations_serial AS s (year, last) VALUES (%s, 1)
    ON CONFLICT (year) DO UPDATE SET last = s.last + 1 RETURNING last
"""


@dataclass(frozen=True)
class Raising:
    """What somebody wants talked over. ``on_behalf``: typed by the recorder for somebody else."""

    client_id: UUID
    platform: Platform
    title: str
    body: str
    area: Area | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    is_named: bool = False
    on_behalf: bool = False
    ticket: Ticket | None = None
    theme: Theme | None = None
    cohosts: tuple[Platform, ...] = ()

    def digest(self) -> str:
        """HMAC of the content in one spelling."""
        content: dict[str, Any] = {
            "platform": self.platform.code,
            "title": self.title,
            "body": self.body,
            "area": self.area.code if self.area else None,
            "place": self.place,
            "point": [self.lon, self.lat],
            "is_named": self.is_named,
            "on_behalf": self.on_behalf,
            "ticket": self.ticket.number if self.ticket else None,
            "cohosts": sorted(one.code for one in self.cohosts),
            **({"theme": self.theme.pk} if self.theme else {}),
        }
        return fingerprint(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())


@transaction.atomic
def raise_topic(
    raising: Raising, *, by: User | None, follows: Topic | None = None
) -> tuple[Topic, bool]:
    """Write the topic and its first step, and tell who screens. False: the same was sent before.

    Refused: ``client_id_reused``, ``no_words``, ``platform_ended``, ``outside`` (the area is not the
    platform's). ``by=None`` only to go on from another topic.
    """
    platform = Platform.objects.select_related("area").get(pk=raising.platform.pk)
    _may(platform, raising, by=by, follows=follows)
    _must_fit(platform, raising)
    # One sending after the other: the second finds what the first one made.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [str(raising.client_id)])
    if earlier := _sent_before(raising, by):
        return earlier, False
    at = clock.now()
    text = guard.mask(raising.body.strip())
    title = guard.mask(raising.title.strip())[:60]
    topic = Topic(
        number=_number(at.year if at.tzinfo is None else clock.local(at).year),
        client_id=raising.client_id,
        fingerprint=raising.digest(),
        platform=platform,
        title=title,
        body=text,
        raised_by=None if raising.on_behalf else by,
        entered_by=by if raising.on_behalf else None,
        is_named=raising.is_named and not raising.on_behalf,
        area=raising.area or platform.area,
        place=raising.place.strip(),
        point=_point(raising),
        ticket=raising.ticket,
        theme=raising.theme,
        follows=follows,
        raised_at=at,
        state=State.RAISED,
        words=bigrams(f"{title} {text}"),
    )
    clocks.begin(topic, at, queries.rules_of(platform))
    topic.save(force_insert=True)
    ask_cohosts(topic, raising.cohosts, by=by, at=at)
    step = moves.log(topic, "raise", by=by, at=at)
    notices.raised(topic, step)
    return topic, True


def _may(platform: Platform, raising: Raising, *, by: User | None, follows: Topic | None) -> None:
    if by is None:
        if follows is None:
            raise PermissionDenied
        return
    if not by.has_perm("consultations.raise", platform):
        raise PermissionDenied
    if raising.on_behalf and not by.has_perm("consultations.enter", platform):
        raise PermissionDenied
    if raising.ticket is not None and not by.has_perm("consultations.take_in", raising.ticket):
        raise PermissionDenied


def _must_fit(platform: Platform, raising: Raising) -> None:
    if is_blank(raising.title) or is_blank(raising.body):
        raise Refused("no_words", _("A topic has a title and says what it is about."))
    if not Platform.objects.in_force().filter(pk=platform.pk).exists():
        raise Refused("platform_ended", _("This platform does not meet any more."))
    if raising.area is not None and not raising.area.path.startswith(platform.area.path):
        raise Refused("outside", _("This area is not the platform's."))


def _number(year: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [year])
        return f"{year}-{cursor.fetchone()[0]:05d}"


def _point(raising: Raising) -> Point | None:
    if raising.lon is None or raising.lat is None:
        return None
    return Point(raising.lon, raising.lat, srid=WGS84)


def _sent_before(raising: Raising, by: User | None) -> Topic | None:
    mine = (
        Topic.objects.of(by)
        if by is not None
        else Topic.objects.filter(raised_by=None, entered_by=None)
    )
    topic = (
        mine.select_related("platform__area", "area").filter(client_id=raising.client_id).first()
    )
    if topic is not None and topic.fingerprint != raising.digest():
        raise Refused("client_id_reused", _("This client id was used for something else."))
    return topic


@transaction.atomic
def reword(topic: Topic, *, by: User, title: str, body: str) -> Topic:
    """The proposer says it better, until somebody supports it or it is decided on.

    Refused: ``supported``, ``wrong_state``, ``no_words``.
    """
    topic = moves.lock(topic)
    if not by.has_perm("consultations.withdraw", topic):
        raise PermissionDenied
    if topic.state != State.RAISED:
        raise Refused("wrong_state", _("It was decided on already."))
    if topic.supported_at is not None:
        raise Refused("supported", _("Somebody supports it as it is: its words stay."))
    if is_blank(title) or is_blank(body):
        raise Refused("no_words", _("A topic has a title and says what it is about."))
    topic.title, topic.body = guard.mask(title.strip())[:60], guard.mask(body.strip())
    topic.words = bigrams(f"{topic.title} {topic.body}")
    topic.save(update_fields=["title", "body", "words"])
    moves.log(topic, "reword", by=by, at=clock.now(), before=topic.state)
    return topic
