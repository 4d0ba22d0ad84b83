"""Asking for help: for oneself, or typed for somebody who has no login."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from govgrid.privacy.actions import give_consent
from govgrid.privacy.crypto import fingerprint
from govgrid.privacy.models import Consent, Notice
from grids.models import Area
from members import matching, need_tidings, needs
from members.actions.events import log
from members.models import Need, NeedContact, Specialty
from members.workflow.needs import MOST_DAYS

if TYPE_CHECKING:
    from consultations.models import Topic
    from govgrid.accounts.models import User
    from tickets.models import Ticket

NEXT = """
    INSERT INTO members_needserial AS s (year, last) VALUES (%s, 1)
    ON CONFLICT (year) DO UPDATE SET last = s.last + 1 RETURNING last
"""
CONTACT_NOTICE = "need-contact"
NUMBERS = {guard.Kind.ID, guard.Kind.CARD}
# So many hear of a new need; the rest find it on their page.
TOLD = 5


@dataclass(frozen=True)
class Asking:
    """What is needed, where, by when. ``on_behalf``: of somebody who has no login.

    ``name`` and ``phone`` are sealed, and kept only where ``agrees_contact``.
    """

    client_id: UUID
    title: str
    body: str
    area: Area
    specialty: Specialty | None = None
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    wanted_on: date | None = None
    days: int = 30
    is_by_guardian: bool = False
    on_behalf: bool = False
    name: str = ""
    phone: str = ""
    agrees_contact: bool = False
    channel: str = Consent.Channel.SITE
    ticket: Ticket | None = None
    topic: Topic | None = None

    def digest(self) -> str:
        """HMAC of the content in one spelling."""
        content: dict[str, Any] = {
            "title": self.title,
            "body": self.body,
            "area": self.area.code,
            "specialty": self.specialty.code if self.specialty else None,
            "place": self.place,
            "point": [self.lon, self.lat],
            "wanted_on": self.wanted_on.isoformat() if self.wanted_on else None,
            "days": self.days,
            "guardian": self.is_by_guardian,
            "on_behalf": self.on_behalf,
            "contact": [self.name, self.phone, self.agrees_contact, self.channel],
            "ticket": self.ticket.number if self.ticket else None,
            "topic": self.topic.number if self.topic else None,
        }
        return fingerprint(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())


@transaction.atomic
def ask(asking: Asking, *, by: User) -> tuple[Need, bool]:
    """Write the need and tell whom it fits best. False: the same was sent before.

    Refused: ``no_words``, ``number_in_text``, ``too_long``, ``wanted_past``, ``area_ended``,
    ``contact_needed``, ``client_id_reused``.
    """
    _may(asking, by)
    _must_fit(asking)
    # One sending after the other: the second finds what the first one made.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [str(asking.client_id)])
    if earlier := _sent_before(asking, by):
        return earlier, False
    at = clock.now()
    need = Need.objects.create(
        number=_number(clock.local(at).year),
        client_id=asking.client_id,
        fingerprint=asking.digest(),
        asker=None if asking.on_behalf else by,
        entered_by=by if asking.on_behalf else None,
        is_by_guardian=asking.is_by_guardian,
        area=asking.area,
        place=guard.mask(asking.place.strip()),
        point=needs.rough_point(asking.area, asking.lon, asking.lat),
        title=guard.mask(asking.title.strip())[:60],
        body=guard.mask(asking.body.strip())[:1000],
        specialty=asking.specialty,
        asked_at=at,
        wanted_on=asking.wanted_on,
        expires_on=clock.local(at).date() + timedelta(days=asking.days),
        from_ticket=asking.ticket,
        from_topic=asking.topic,
    )
    if asking.agrees_contact and asking.phone:
        _keep_contact(need, asking, by)
    log(need, "ask", by=by, before="")
    suggested = matching.match(need)[:TOLD] if need.specialty_id else []
    need_tidings.fits(need, [one.member.user for one in suggested])
    return need, True


def _may(asking: Asking, by: User) -> None:
    """Anybody for himself; for others, and of a ticket or topic, who answers for the place."""
    if not by.is_active:
        raise PermissionDenied
    for_others = asking.on_behalf or asking.ticket or asking.topic
    if for_others and not by.has_perm("members.enter_need", asking.area):
        raise PermissionDenied


def _must_fit(asking: Asking) -> None:
    if is_blank(asking.title) or is_blank(asking.body):
        raise Refused("no_words", _("Say in a few words what is needed."))
    words = "\n".join((asking.title, asking.body, asking.place))
    if any(one.kind in NUMBERS for one in guard.find(words)):
        raise Refused(
            "number_in_text",
            _("There is a number of a document or a bank card in it. Please take it out."),
        )
    if not 1 <= asking.days <= MOST_DAYS:
        raise Refused("too_long", _("A need is looked for for at most 90 days."))
    if asking.wanted_on is not None and asking.wanted_on < clock.today():
        raise Refused("wanted_past", _("This day is over."))
    if not Area.objects.in_force().filter(pk=asking.area.pk).exists():
        raise Refused("area_ended", _("This area does not exist any more."))
    if asking.on_behalf and not (asking.phone and asking.agrees_contact):
        words = _("Who has no login is reached by telephone: ask for the number and the agreement.")
        raise Refused("contact_needed", words)


def _number(year: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [year])
        return f"N{year}-{cursor.fetchone()[0]:05d}"


def _sent_before(asking: Asking, by: User) -> Need | None:
    need = Need.objects.of(by).filter(client_id=asking.client_id).select_related("area").first()
    if need is not None and need.fingerprint != asking.digest():
        raise Refused("client_id_reused", _("This client id was used for something else."))
    return need


def _keep_contact(need: Need, asking: Asking, by: User) -> None:
    """Under the asker's own agreement, or as told on paper or by telephone."""
    notice = Notice.objects.filter(key=CONTACT_NOTICE, published_at__isnull=False)
    newest = notice.order_by("-version").first()
    if newest is None:
        raise Refused("notice_not_published", _("This notice is not published yet."))
    whose: dict[str, Any] = {"subject_ref": need.number} if asking.on_behalf else {"user": by}
    consent = give_consent(newest, by=by, channel=Consent.Channel(asking.channel), **whose)
    NeedContact.objects.create(
        need=need, name=asking.name.strip()[:40], phone=asking.phone.strip()[:30], consent=consent
    )
