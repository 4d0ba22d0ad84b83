"""Everything that changes the photos of a ticket. One verb each, ``by=`` always."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy.crypto import fingerprint
from grids import scoping
from grids.models import WGS84
from tickets import photos, rules
from tickets.models import Photo, PhotoQuerySet, Ticket, TicketEvent
from tickets.workflow import ENDED

if TYPE_CHECKING:
    from django.core.files.base import File

    from govgrid.accounts.models import User

MOST_OF_A_TICKET = 30
MOST_OF_A_DRAFT = 9
# All that one person may leave lying about, whatever the number of drafts.
MOST_WAITING = 60
# A device's or a camera's clock may be wrong, and then it is no evidence.
EARLIEST = datetime.fromisoformat("2000-01-01T00:00+00:00")
AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Sending:
    """One photo as a form or a serializer has checked it, with what the device claims of it."""

    client_id: UUID
    file: File
    phase: str = ""
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Added:
    """``created`` is False when the same was sent before."""

    photo: Photo
    created: bool


# ── adding ────────────────────────────────────────────────────────────────────────────────────


def add(ticket: Ticket, sending: Sending, *, by: User) -> Added:
    """Keep a photo of a ticket, with its event.

    The same client id with the same photo gives what it made; with another photo, or for another
    ticket, it is refused (``client_id_reused``). Raises ``photos.Unusable`` where it is no photo.
    """
    if not by.has_perm("tickets.add_photo", ticket):
        raise PermissionDenied
    return _add(_Album(by, ticket.client_id, ticket), sending)


def add_to_draft(draft: UUID, sending: Sending, *, by: User) -> Added:
    """Keep a photo for a report that is being written; one that was filed meanwhile gets it."""
    if ticket := _filed_as(draft, by):
        return add(ticket, sending, by=by)
    added = _add(_Album(by, draft), sending)
    # Filed between the look and the commit: whichever of the two comes second attaches the photo.
    if ticket := _filed_as(draft, by):
        attach_drafts(ticket, by=by)
        added.photo.refresh_from_db()
    return added


@transaction.atomic
def attach_drafts(ticket: Ticket, *, by: User) -> int:
    """Give a filed ticket the photos that waited for it; how many."""
    waiting = Photo.objects.waiting(by=by, draft=ticket.client_id).select_for_update()
    found = list(waiting.order_by("pk"))
    if not found:
        return 0
    for one in found:
        one.ticket, one.draft = ticket, None
    Photo.objects.bulk_update(found, ["ticket", "draft"])
    _log(ticket, found, by)
    return len(found)


# ── taking back ───────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def remove_draft(public_id: UUID, *, by: User) -> bool:
    """Take back a photo that waits; False when there is none. On a ticket it stays."""
    waiting = Photo.objects.select_for_update().filter(ticket=None, by=by, public_id=public_id)
    return bool(erase(waiting, by=by))


@transaction.atomic
def erase(found: PhotoQuerySet, *, by: User | None) -> int:
    """Rows now, files once that is certain; how many. ``None`` is the nightly job."""
    gone = list(found)
    Photo.objects.filter(pk__in=[one.pk for one in gone]).delete()
    transaction.on_commit(lambda: _delete_files(gone), robust=True)
    return len(gone)


# ── the same for ticket and draft ─────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Album:
    """Where a photo belongs: to a ticket, or to the report that will have this client id."""

    by: User
    draft: UUID
    ticket: Ticket | None = None

    @property
    def most(self) -> int:
        return MOST_OF_A_DRAFT if self.ticket is None else MOST_OF_A_TICKET

    def photos(self) -> PhotoQuerySet:
        if self.ticket is None:
            return Photo.objects.waiting(by=self.by, draft=self.draft)
        return Photo.objects.filter(ticket=self.ticket)

    def holds(self, photo: Photo) -> bool:
        if self.ticket is not None:
            return photo.ticket_id == self.ticket.pk
        return self.draft in {photo.draft, photo.ticket and photo.ticket.client_id}


def _filed_as(draft: UUID, by: User) -> Ticket | None:
    return Ticket.objects.with_places().filter(filed_by=by, client_id=draft).first()


def _add(album: _Album, sending: Sending) -> Added:
    data = photos.read(sending.file)
    digest = fingerprint(data)
    if earlier := _sent_before(album, sending.client_id, digest):
        return Added(earlier, created=False)
    _must_have_room(album)
    # Before the transaction: decoding takes a second, and no lock waits for it.
    developed = photos.develop(data)
    photo = _row(album, sending, digest, developed)
    try:
        with _files_only_with_the_row(photo), transaction.atomic():
            _keep(album, photo, developed)
    except IntegrityError:
        # The same photo came twice at once: the quicker one has made it.
        if earlier := _sent_before(album, sending.client_id, digest):
            return Added(earlier, created=False)
        raise
    return Added(photo, created=True)


def _sent_before(album: _Album, client_id: UUID, digest: str) -> Photo | None:
    sent = Photo.objects.select_related("ticket").filter(by=album.by, client_id=client_id)
    photo = sent.first()
    if photo is not None and not (photo.fingerprint == digest and album.holds(photo)):
        raise Refused("client_id_reused", _("This id was used for another photo."))
    return photo


def _must_have_room(album: _Album) -> None:
    if album.photos().count() >= album.most:
        raise Refused(
            "too_many_photos", _("There are %(most)s photos already.") % {"most": album.most}
        )
    if album.ticket is None:
        waiting = Photo.objects.filter(by=album.by, draft__isnull=False)
        if waiting.count() >= MOST_WAITING:
            raise Refused("too_many_photos", _("Too many photos wait. Send a report first."))


def _keep(album: _Album, photo: Photo, developed: photos.Print) -> None:
    if album.ticket is not None:
        _lock(album.ticket)
        _must_have_room(album)
    photo.image.save("", ContentFile(developed.image), save=False)
    photo.thumb.save("", ContentFile(developed.thumb), save=False)
    photo.save(force_insert=True)
    if album.ticket is not None:
        _log(album.ticket, [photo], album.by)


def _lock(ticket: Ticket) -> None:
    """Photos of one ticket come one after the other, and none after its end."""
    now_is = Ticket.objects.select_for_update().only("state").get(pk=ticket.pk)
    ticket.state = now_is.state
    if now_is.state in ENDED:
        raise Refused("ended", _("This ticket has ended and takes no more photos."))


def _row(album: _Album, sending: Sending, digest: str, developed: photos.Print) -> Photo:
    at = clock.now()
    photo = Photo(
        ticket=album.ticket,
        draft=None if album.ticket else album.draft,
        client_id=sending.client_id,
        fingerprint=digest,
        by=album.by,
        phase=sending.phase,
        size=len(developed.image),
        width=developed.width,
        height=developed.height,
        created_at=at,
    )
    _set_evidence(photo, sending, developed, at)
    return photo


def _set_evidence(photo: Photo, sending: Sending, developed: photos.Print, at: datetime) -> None:
    """What the camera wrote comes before what the device claims."""
    claimed = None if sending.lon is None or sending.lat is None else (sending.lon, sending.lat)
    for source, moment in (
        (Photo.Source.DEVICE, sending.taken_at),
        (Photo.Source.EXIF, developed.taken_at),
    ):
        if moment is not None and EARLIEST < moment < at + AHEAD:
            photo.taken_at, photo.taken_at_source = moment, source
    for source, point in (
        (Photo.Source.DEVICE, claimed),
        (Photo.Source.EXIF, developed.point),
    ):
        if point is not None:
            photo.taken_point, photo.taken_point_source = Point(*point, srid=WGS84), source


@contextmanager
def _files_only_with_the_row(photo: Photo) -> Iterator[None]:
    """Whatever goes wrong up to the commit, no file is left behind."""
    kept = False
    try:
        yield
        kept = True
    finally:
        if not kept:
            _delete_files([photo])


def _delete_files(gone: list[Photo]) -> None:
    for file in (file for one in gone for file in (one.image, one.thumb)):
        if file.name:
            file.storage.delete(file.name)


def _log(ticket: Ticket, added: list[Photo], by: User) -> None:
    """One event for what came together; it says as whom the person acted, as it was then."""
    role = scoping.role_over(by, "tickets.file", ticket.place)
    TicketEvent.objects.create(
        ticket=ticket,
        verb="photo",
        before=ticket.state,
        after=ticket.state,
        at=clock.now(),
        by=by,
        department_id=None if role else rules.working_department(by, ticket),
        data={"photos": [str(one.public_id) for one in added], "role": role},
    )
