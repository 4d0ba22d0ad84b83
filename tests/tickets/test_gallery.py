"""Keeping photos: of a ticket, of a report that is being written, and keeping nothing."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import FileSystemStorage
from django.db import IntegrityError, connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import retention
from tests.factories.photos import LAT, LON, added, is_bare, sending, shot, upload, wrong
from tests.factories.tickets import filed, filing, routed
from tickets import actions, gallery, photos, rules
from tickets.models import Photo, TicketEvent
from tickets.photos import Unusable
from tickets.retention import erase_drafts

CODES = {name: code for name, (code, _data) in wrong().items()}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def ticket(town, cast):
    return routed(town, by=cast["worker"])


def files(media) -> list[Path]:
    return sorted(one for one in media.rglob("*") if one.is_file())


def events(ticket) -> list[TicketEvent]:
    return list(ticket.events.filter(verb="photo"))


# ── of a ticket ───────────────────────────────────────────────────────────────────────────────


def test_a_photo_is_kept_bare_with_its_event(ticket, cast, media):
    photo = added(ticket, by=cast["worker"], phase="before")

    assert photo.ticket == ticket
    assert (photo.width, photo.height, photo.phase) == (96, 64, "before")
    assert sorted(media / name for name in (photo.image.name, photo.thumb.name)) == files(media)
    assert all(is_bare(one.read_bytes()) for one in files(media))
    assert photo.size == (media / photo.image.name).stat().st_size
    assert (media / photo.image.name).stat().st_mode & 0o777 == 0o640
    (event,) = events(ticket)
    assert (event.by, event.before, event.after) == (cast["worker"], ticket.state, ticket.state)
    assert event.data == {"photos": [str(photo.public_id)], "role": "grid_worker"}


def test_the_name_that_a_phone_gave_is_nowhere(ticket, cast, media):
    sent = gallery.Sending(uuid4(), upload(name="../../家里 Li's birthday.svg"))
    photo = gallery.add(ticket, sent, by=cast["worker"]).photo

    assert photo.image.name == f"photos/{photo.public_id.hex[:2]}/{photo.public_id}.jpg"
    assert [one.parent.parent.name for one in files(media)] == ["photos", "photos"]


def test_what_the_camera_wrote_comes_before_what_the_device_says(ticket, cast):
    claims = {"lon": 100.0, "lat": 20.0, "taken_at": clock.now()}

    camera = added(ticket, by=cast["worker"], **claims)
    device = added(ticket, by=cast["worker"], data=shot(place=False, at=None), **claims)
    neither = added(ticket, by=cast["worker"], data=shot(place=False, at=None))

    assert camera.taken_point.coords == pytest.approx((LON, LAT), abs=1e-6)
    assert (camera.taken_at_source, camera.taken_point_source) == ("exif", "exif")
    assert device.taken_point.coords == (100.0, 20.0)
    assert (device.taken_at, device.taken_at_source) == (claims["taken_at"], "device")
    assert (neither.taken_at, neither.taken_point, neither.taken_point_source) == (None, None, "")


@pytest.mark.parametrize("days", [-20_000, 2])
def test_a_clock_that_is_far_off_is_no_evidence(ticket, cast, days):
    claim = clock.now() + timedelta(days=days)

    photo = added(ticket, by=cast["worker"], data=shot(at=None), taken_at=claim)

    assert (photo.taken_at, photo.taken_at_source) == (None, "")


@pytest.mark.parametrize("name", CODES)
def test_whatever_is_refused_leaves_nothing(ticket, cast, media, name):
    code, data = wrong()[name]
    with pytest.raises(Unusable) as refused:
        gallery.add(ticket, sending(data), by=cast["worker"])

    assert refused.value.code == code
    assert files(media) == []
    assert not Photo.objects.exists()
    assert events(ticket) == []


def test_a_row_that_fails_takes_its_files_along(ticket, cast, media, monkeypatch):
    def fail(*args):
        raise IntegrityError("the disk of the database is full")

    monkeypatch.setattr(gallery, "_log", fail)
    with pytest.raises(IntegrityError, match="full"):
        added(ticket, by=cast["worker"])

    assert files(media) == []
    assert not Photo.objects.exists()


def test_a_disk_that_is_full_keeps_nothing(ticket, cast, media, monkeypatch):
    save = FileSystemStorage.save

    def fail(self, name, *args, **kwargs):
        if name.endswith("-thumb.jpg"):
            raise OSError(28, "No space left on device")
        return save(self, name, *args, **kwargs)

    monkeypatch.setattr(FileSystemStorage, "save", fail)
    with pytest.raises(OSError, match="space"):
        added(ticket, by=cast["worker"])

    assert files(media) == []
    assert not Photo.objects.exists()


# ── sent twice ────────────────────────────────────────────────────────────────────────────────


def test_sent_again_it_is_the_same_photo(ticket, cast, media):
    once = sending()
    first = gallery.add(ticket, once, by=cast["worker"])
    once.file.seek(0)
    second = gallery.add(ticket, once, by=cast["worker"])

    assert (first.created, second.created) == (True, False)
    assert first.photo == second.photo
    assert len(files(media)) == 2
    assert len(events(ticket)) == 1


def test_the_same_id_with_another_photo_or_for_another_ticket_is_refused(town, ticket, cast):
    once = sending()
    gallery.add(ticket, once, by=cast["worker"])
    other = filed(town, by=cast["worker"])

    for target, data in ((ticket, shot(at=None)), (other, shot())):
        again = sending(data, client_id=once.client_id)
        with pytest.raises(Refused) as refused:
            gallery.add(target, again, by=cast["worker"])
        assert refused.value.code == "client_id_reused"
    with pytest.raises(Refused, match="another photo"):
        gallery.add_to_draft(uuid4(), sending(client_id=once.client_id), by=cast["worker"])


def test_an_id_belongs_to_its_sender(ticket, cast):
    once = sending()
    mine = gallery.add(ticket, once, by=cast["worker"]).photo
    again = sending(client_id=once.client_id)

    assert gallery.add(ticket, again, by=cast["community"]).photo != mine


def test_of_two_at_once_one_is_made(ticket, cast, media, monkeypatch):
    once = sending()
    first = gallery.add(ticket, once, by=cast["worker"]).photo
    looked = gallery._sent_before
    answers = iter([None])

    # As if the other had committed between the look and the insert.
    monkeypatch.setattr(gallery, "_sent_before", lambda *a: next(answers, 0) or looked(*a))
    again = gallery.add(ticket, sending(client_id=once.client_id), by=cast["worker"])

    assert (again.photo, again.created) == (first, False)
    assert len(files(media)) == 2


# ── who may ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("worker", True), ("community", True), ("street", True), ("head", True),
        ("command", True), ("clerk", True), ("urban", False), ("auditor", False),
        ("other_worker", False), ("other_street", False), ("nobody", False),
    ],
)  # fmt: skip
def test_who_filed_works_or_answers_for_the_place_may_add(ticket, cast, who, may):
    person = cast[who]

    assert person.has_perm("tickets.add_photo", ticket) is may
    if may:
        assert added(ticket, by=person).by == person
    else:
        with pytest.raises(PermissionDenied):
            added(ticket, by=person)
        assert not Photo.objects.exists()


def test_it_is_written_down_as_whom_somebody_acted(ticket, cast, town):
    added(ticket, by=cast["clerk"])
    added(ticket, by=cast["street"])
    first, second = events(ticket)

    assert (first.department, first.data["role"]) == (town.housing, "")
    assert (second.department, second.data["role"]) == (None, "street_desk")


@pytest.mark.parametrize(
    ("who", "sees"),
    [("community", True), ("street", True), ("auditor", True), ("worker", True),
     ("clerk", False), ("other_street", False), ("nobody", False)],
)  # fmt: skip
def test_where_it_was_taken_is_for_the_sender_and_who_answers_for_the_place(
    ticket, cast, who, sees
):
    photo = added(ticket, by=cast["worker"])

    assert rules.sees_evidence(cast[who], photo) is sees
    assert rules.sees_evidence(cast["clerk"], added(ticket, by=cast["clerk"]))


def test_a_ticket_that_ended_takes_no_more(ticket, cast):
    type(ticket).objects.filter(pk=ticket.pk).update(state="closed", closed_at=clock.now())

    with pytest.raises(Refused) as refused:
        added(ticket, by=cast["worker"])

    assert refused.value.code == "ended"


def test_there_is_an_end_to_photos(ticket, cast, monkeypatch, media):
    monkeypatch.setattr(gallery, "MOST_OF_A_TICKET", 2)
    monkeypatch.setattr(gallery, "MOST_OF_A_DRAFT", 2)
    monkeypatch.setattr(gallery, "MOST_WAITING", 3)
    draft = uuid4()
    for _ in range(2):
        added(ticket, by=cast["worker"])
        gallery.add_to_draft(draft, sending(), by=cast["worker"])
    gallery.add_to_draft(uuid4(), sending(), by=cast["worker"])
    kept = len(files(media))

    with pytest.raises(Refused, match="2 photos already"):
        added(ticket, by=cast["community"])
    with pytest.raises(Refused, match="2 photos already"):
        gallery.add_to_draft(draft, sending(), by=cast["worker"])
    with pytest.raises(Refused, match="Too many photos wait"):
        gallery.add_to_draft(uuid4(), sending(), by=cast["worker"])
    assert len(files(media)) == kept


# ── while a report is written ─────────────────────────────────────────────────────────────────


def test_photos_wait_for_their_report(town, cast, media):
    report = filing(town)
    waiting = [
        gallery.add_to_draft(report.client_id, sending(), by=cast["worker"]).photo for _ in "ab"
    ]
    ticket = actions.file(report, by=cast["worker"]).ticket

    assert gallery.attach_drafts(ticket, by=cast["worker"]) == 2
    assert gallery.attach_drafts(ticket, by=cast["worker"]) == 0

    assert list(ticket.photos.all()) == waiting
    (event,) = events(ticket)
    assert event.data["photos"] == [str(one.public_id) for one in waiting]
    assert not Photo.objects.exclude(draft=None).exists()
    assert len(files(media)) == 4


def test_one_that_comes_late_goes_to_the_ticket(town, cast):
    report = filing(town)
    ticket = actions.file(report, by=cast["worker"]).ticket

    photo = gallery.add_to_draft(report.client_id, sending(), by=cast["worker"]).photo

    assert photo.ticket == ticket
    assert len(events(ticket)) == 1


def test_one_that_comes_while_it_is_filed_goes_to_the_ticket(town, cast, monkeypatch):
    report = filing(town)
    develop = photos.develop

    def slow(data):
        ticket = actions.file(report, by=cast["worker"]).ticket
        assert gallery.attach_drafts(ticket, by=cast["worker"]) == 0
        return develop(data)

    monkeypatch.setattr(photos, "develop", slow)
    photo = gallery.add_to_draft(report.client_id, sending(), by=cast["worker"]).photo

    assert photo.ticket.client_id == report.client_id
    assert len(events(photo.ticket)) == 1


def test_a_retry_after_the_report_was_filed_finds_its_photo(town, cast):
    report, once = filing(town), sending()
    first = gallery.add_to_draft(report.client_id, once, by=cast["worker"]).photo
    ticket = actions.file(report, by=cast["worker"]).ticket
    gallery.attach_drafts(ticket, by=cast["worker"])
    again = sending(client_id=once.client_id)

    assert gallery.add_to_draft(report.client_id, again, by=cast["worker"]).photo == first


def test_nobody_meets_the_draft_of_another(town, cast):
    report = filing(town)
    theirs = gallery.add_to_draft(report.client_id, sending(), by=cast["other_worker"]).photo
    ticket = actions.file(report, by=cast["worker"]).ticket

    assert gallery.attach_drafts(ticket, by=cast["worker"]) == 0
    assert not gallery.remove_draft(theirs.public_id, by=cast["worker"])
    late = gallery.add_to_draft(report.client_id, sending(), by=cast["other_worker"]).photo
    assert (late.ticket, theirs.ticket) == (None, None)


def test_a_photo_is_taken_back_with_its_files(cast, town, media):
    draft = gallery.add_to_draft(uuid4(), sending(), by=cast["worker"]).photo

    with TestCase.captureOnCommitCallbacks(execute=True):
        assert gallery.remove_draft(draft.public_id, by=cast["worker"])

    assert not gallery.remove_draft(draft.public_id, by=cast["worker"])
    assert files(media) == []


def test_what_is_on_a_ticket_is_not_taken_back(ticket, cast):
    photo = added(ticket, by=cast["worker"])

    assert not gallery.remove_draft(photo.public_id, by=cast["worker"])
    assert ticket.photos.count() == 1


def test_a_removal_that_is_rolled_back_keeps_the_files(cast, town, media):
    draft = gallery.add_to_draft(uuid4(), sending(), by=cast["worker"]).photo

    with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
        gallery.remove_draft(draft.public_id, by=cast["worker"])
        transaction.set_rollback(True)

    assert len(files(media)) == 2


# ── forgotten ─────────────────────────────────────────────────────────────────────────────────


def test_a_report_that_was_never_sent_is_forgotten_after_a_day(ticket, cast, media):
    old = gallery.add_to_draft(uuid4(), sending(), by=cast["worker"]).photo
    fresh = gallery.add_to_draft(uuid4(), sending(), by=cast["worker"]).photo
    kept = added(ticket, by=cast["worker"])
    long_ago = clock.now() - timedelta(days=1, minutes=1)
    Photo.objects.filter(pk__in=[old.pk, kept.pk]).update(created_at=long_ago)

    assert erase_drafts(clock.now(), dry_run=True) == 1
    assert len(files(media)) == 6
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert erase_drafts(clock.now(), dry_run=False) == 1
    assert erase_drafts(clock.now(), dry_run=False) == 0

    assert set(Photo.objects.all()) == {fresh, kept}
    assert len(files(media)) == 4
    assert "tickets.photo" in retention.names()


# ── what the database knows ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"ticket": None}, "photo_of_a_ticket_or_of_a_draft"),
        ({"draft": uuid4()}, "photo_of_a_ticket_or_of_a_draft"),
        ({"width": 2049}, "photo_within_its_size"),
        ({"size": 0}, "photo_within_its_size"),
        ({"taken_at": None}, "photo_taken_at_says_from_where"),
        ({"taken_point_source": ""}, "photo_taken_point_says_from_where"),
    ],
)
def test_the_database_holds_what_must_be_true(ticket, cast, change, constraint):
    photo = added(ticket, by=cast["worker"])

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Photo.objects.filter(pk=photo.pk).update(**change)


def test_filing_by_a_program_asks_nothing_about_photos(town, cast):
    report = filing(town)
    with CaptureQueriesContext(connection) as asked:
        actions.file(report, by=cast["worker"])

    assert not any("tickets_photo" in query["sql"] for query in asked)
