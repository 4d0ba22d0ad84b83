"""What a backup holds, and every way in which a file is none."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection

from benchmarks.stage import Stage, until
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.backup import archive, database, tools
from govgrid.home.backup.archive import DUMP, MANIFEST, SEAL
from govgrid.home.backup.manifest import Key, Manifest, parse
from govgrid.home.management.commands import backup
from govgrid.privacy import crypto
from tests.factories.accounts import UserFactory
from tests.home.conftest import PHONE
from tickets.models import Contact, Photo


def quiet(count):
    """Progress that nobody looks at."""


def manifest(**said):
    return Manifest(
        **{
            "version": "0.1.0",
            "made_at": "2026-09-24T09:05:00+08:00",
            "postgresql": 150000,
            "postgis": "3.3.2",
            "migrations": [],
            "rows": {"tickets_ticket": 1},
            "keys": {"k1": Key("abc", 2)},
            "missing_media": [],
            **said,
        }
    )


def write(path, *, photo=b"a photo" * 300, **said):
    """A file of the right form, with no real dump in it."""
    with archive.written(path, replace=False, progress=quiet) as writer:
        writer.add(DUMP, [b"PGDMP", b" and so on" * 2000])
        writer.add("media/photos/ab/ab.jpg", [photo])
        writer.close(manifest(members=dict(writer.members), **said).to_json())
    return path


def verify(path):
    out = StringIO()
    call_command("backup", path, verify=True, verbosity=0, stdout=out)
    return out.getvalue()


@pytest.fixture
def whole(tmp_path):
    return write(tmp_path / "whole")


# ── a real one ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_a_backup_holds_dump_photos_and_what_proves_them(file, system):
    with tarfile.open(file) as tar:
        names = tar.getnames()
        said = json.load(tar.extractfile(MANIFEST))
        assert tar.extractfile(DUMP).read(5) == b"PGDMP"

    photo = Photo.objects.get()
    assert names == [
        DUMP, f"media/{photo.thumb.name}", f"media/{photo.image.name}", MANIFEST, SEAL,
    ]  # fmt: skip
    assert (said["rows"]["tickets_ticket"], said["rows"]["tickets_photo"]) == (1, 1)
    assert "spatial_ref_sys" not in said["rows"]
    assert said["keys"] == {
        crypto.newest_key_id(): {"check": crypto.check_value(crypto.newest_key_id()), "sealed": 2}
    }
    assert said["missing_media"] == []


@pytest.mark.slow
def test_nobody_else_may_read_it_and_no_secret_is_in_it(file, settings):
    content = file.read_bytes()

    assert file.stat().st_mode & 0o777 == 0o600
    assert settings.SECRET_KEY.encode() not in content
    for key in settings.PRIVACY_KEYS:
        assert key.partition(":")[2].encode() not in content
    for key in crypto.keys().values():
        assert key not in content
        assert key.hex().encode() not in content
    assert PHONE.encode() not in content


@pytest.mark.slow
def test_it_says_what_it_wrote_and_what_is_not_in_it(system, tmp_path):
    out = StringIO()
    call_command("backup", tmp_path / "one", verbosity=0, stdout=out)

    assert "2 files" in out.getvalue()
    assert "SECRET_KEY and PRIVACY_KEYS are not in it" in out.getvalue()
    assert "Who is signed in is not in it either" in out.getvalue()
    assert out.getvalue().startswith(f"{tmp_path / 'one'} is written: ")
    assert "is whole" in verify(tmp_path / "one")


def test_what_is_missing_is_named_and_where_the_file_is(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    said = SimpleNamespace(
        row_count=1, rows={}, media=(), size=1, made_at="", sealed_count=0,
        missing_media=[f"photos/{n:02d}.jpg" for n in range(12)],
    )  # fmt: skip
    out = StringIO()
    with pytest.raises(CommandError) as no:
        backup.Command(stdout=out)._tell(Path("one"), said, "is written")
    assert out.getvalue().startswith(f"{tmp_path / 'one'} is written")
    assert "photos/00.jpg, " in str(no.value)
    assert f"photos/09.jpg and 2 more. {tmp_path / 'one'} holds all but these." in str(no.value)


@pytest.mark.slow
def test_a_photo_that_is_not_on_the_disk_is_said_by_the_exit_status_and_the_rest_is_kept(
    system, media, tmp_path
):
    Path(Photo.objects.get().thumb.path).unlink()

    for options in ({}, {"verify": True}):
        with pytest.raises(CommandError, match="1 files that rows name were not on the disk") as no:
            call_command("backup", tmp_path / "one", verbosity=0, **options)
        assert "-thumb.jpg" in str(no.value)
    assert (tmp_path / "one").is_file()


@pytest.mark.slow
def test_whoever_is_signed_in_is_not_in_it(system, tmp_path):
    Session.objects.create(session_key="a" * 32, session_data="", expire_date=clock.now())

    call_command("backup", tmp_path / "one", verbosity=0, stdout=StringIO())

    with archive.opened(tmp_path / "one") as opened:
        assert "django_session" not in parse(opened.manifest()).rows


@pytest.mark.slow
def test_counts_and_dump_are_of_one_moment(system):
    with database.moment() as at:
        users = User.objects.count()
        UserFactory()
        counted = at.counts()["accounts_user"]
        dumped = b"".join(database.dump(at))

    assert User.objects.count() == users + 1
    assert counted == users
    assert dumped.startswith(b"PGDMP")


def test_a_file_that_no_row_names_stays_out(system, media, tmp_path):
    (media / "photos" / "left").write_bytes(b"erased, and its file forgotten")

    call_command("backup", tmp_path / "one", verbosity=0)

    with tarfile.open(tmp_path / "one") as tar:
        assert not [name for name in tar.getnames() if name.endswith("left")]


# ── what stops it, and leaves nothing ─────────────────────────────────────────────────────────
def stopped(path, **options):
    """The sentence; and beside ``path`` is nothing that was not there before."""
    folder = path.parent
    before = sorted(folder.iterdir()) if folder.is_dir() else None
    with pytest.raises(CommandError) as said:
        call_command("backup", path, verbosity=0, **options)
    assert (sorted(folder.iterdir()) if folder.is_dir() else None) == before
    assert str(said.value).count("\n") == 0
    return str(said.value)


def test_it_replaces_nothing_unless_told_to(system, tmp_path):
    path = tmp_path / "mine"
    path.write_text("mine")

    assert "is there already" in stopped(path)
    assert path.read_text() == "mine"
    call_command("backup", path, force=True, verbosity=0)
    assert "is whole" in verify(path)


def test_a_folder_that_is_not_there_is_said(system, tmp_path):
    assert "There is no folder" in stopped(tmp_path / "nowhere" / "one")


def test_a_folder_in_place_of_a_file_is_said(system, tmp_path):
    assert "is a folder" in stopped(tmp_path / "media")


class Full(io.FileIO):
    def write(self, data):
        if self.tell() > 10_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def test_a_full_disk_leaves_nothing_behind(system, tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "open", Full, raising=False)

    assert "No space left on device" in stopped(tmp_path / "one")


def test_a_dump_that_fails_leaves_nothing_behind(system, tmp_path, monkeypatch):
    programs = tmp_path / "programs"
    broken = programs / str(database.server_version() // 10_000) / "bin" / "pg_dump"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\necho PGDMP\necho 'pg_dump: error: a table is gone' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(tools, "PROGRAMS", programs)

    assert stopped(tmp_path / "one") == "pg_dump failed: pg_dump: error: a table is gone"


def test_a_database_that_is_away_is_said_in_one_sentence(tmp_path, transactional_db):
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = 1
    try:
        assert "The database does not answer" in stopped(tmp_path / "one")
    finally:
        connection.settings_dict["PORT"] = port


def test_a_missing_program_is_named_with_its_package(system, tmp_path, monkeypatch):
    monkeypatch.setattr(tools, "PROGRAMS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    said = stopped(tmp_path / "one")

    assert "There is no pg_dump of PostgreSQL" in said
    assert "install postgresql-client-" in said


def test_a_program_of_another_version_is_not_taken(tmp_path, monkeypatch):
    other = tmp_path / "pg_dump"
    other.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 99.1'\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert tools.program("pg_dump", 99) == str(other)
    with pytest.raises(tools.Trouble, match="There is no pg_dump of PostgreSQL 98"):
        tools.program("pg_dump", 98)


def test_a_key_that_sealed_something_and_is_gone_stops_it(system, tmp_path, settings):
    settings.PRIVACY_KEYS = ["k9:" + "A" * 43 + "="]

    said = stopped(tmp_path / "one")

    assert Contact.objects.count() == 1
    assert "which sealed 2 texts" in said


HANGS = """
import sys
from pathlib import Path

import django

django.setup()
from django.core.management import execute_from_command_line
from govgrid.home.backup import tools

tools.PROGRAMS = Path(sys.argv[1])
execute_from_command_line(["manage.py", "backup", sys.argv[2]])
"""


@pytest.mark.slow
def test_told_to_end_it_leaves_nothing_behind(system, tmp_path):
    hangs = tmp_path / "programs" / str(database.server_version() // 10_000) / "bin" / "pg_dump"
    hangs.parent.mkdir(parents=True)
    hangs.write_text("#!/bin/sh\necho PGDMP\nexec sleep 60 >&-\n")
    hangs.chmod(0o755)
    target = tmp_path / "target"
    target.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", HANGS, str(tmp_path / "programs"), str(target / "one")],
        env=Stage(tmp_path).env | {"DJANGO_SETTINGS_MODULE": "govgrid.settings"},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until(lambda: list(target.iterdir()), "it has begun to write")

    # As a shell or systemd ends it, with all that it started.
    os.killpg(process.pid, signal.SIGTERM)

    assert process.wait(60) != 0
    assert list(target.iterdir()) == []


# ── files that are none ───────────────────────────────────────────────────────────────────────
def test_a_whole_file_is_whole(whole):
    assert "2 files" not in verify(whole)
    assert "1 rows in 1 tables, 1 files" in verify(whole)


@pytest.mark.parametrize("kept", [0, 1, 511, 512, 3000, 20_000, -3000, -1600, -1100])
def test_a_file_that_is_cut_off_is_refused(whole, kept):
    whole.write_bytes(whole.read_bytes()[:kept])

    with pytest.raises(CommandError, match=r"cut off|not a backup"):
        verify(whole)


def test_every_flipped_byte_of_dump_photo_and_manifest_is_found(whole):
    good = whole.read_bytes()
    with tarfile.open(whole) as tar:
        places = [
            place
            for member in tar
            for place in (member.offset, member.offset + 130, member.offset_data,
                          member.offset_data + member.size // 2)
        ]  # fmt: skip

    for place in places:
        whole.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(CommandError):
            verify(whole)
    whole.write_bytes(good)
    assert "is whole" in verify(whole)


@pytest.mark.parametrize("content", [b"", b"\0" * 10_240, b"\x1f\x8b" + b"\0" * 600, b"text" * 500])
def test_what_is_no_backup_is_refused(tmp_path, content):
    path = tmp_path / "odd"
    path.write_bytes(content)

    with pytest.raises(CommandError, match="not a backup of GovGrid"):
        verify(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        verify(tmp_path / "nothing")
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        verify(tmp_path)


def link(name, kind=tarfile.SYMTYPE):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "/etc/passwd"
    return member


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("media/../../etc/cron.d/x"),
        tarfile.TarInfo("/etc/passwd"),
        tarfile.TarInfo("media//etc/passwd"),
        tarfile.TarInfo("media/./x"),
        tarfile.TarInfo("media/"),
        tarfile.TarInfo("media/a\\b"),
        tarfile.TarInfo("env"),
        tarfile.TarInfo(DUMP),
        link("media/photos/link.jpg"),
        link("media/photos/hard.jpg", tarfile.LNKTYPE),
        link("media/photos/device", tarfile.CHRTYPE),
        link("media/photos/folder", tarfile.DIRTYPE),
    ],
    ids=lambda member: f"{member.name}-{member.type!r}",
)
def test_a_member_that_is_not_ours_is_refused(tmp_path, member):
    path = tmp_path / "odd"
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo(DUMP))
        tar.addfile(member)

    with pytest.raises(CommandError, match="not a backup of GovGrid: it holds"):
        verify(path)


def test_a_photo_more_or_less_than_the_manifest_says_is_refused(tmp_path):
    path = tmp_path / "odd"
    with archive.written(path, replace=False, progress=quiet) as writer:
        writer.add(DUMP, [b"PGDMP"])
        said = manifest(members=dict(writer.members)).to_json()
        writer.add("media/photos/ab/ab.jpg", [b"put in later"])
        writer.close(said)

    with pytest.raises(CommandError, match="on one of its two lists only"):
        verify(path)


def sealed(tmp_path, text):
    """A file whose manifest is ``text``, with the right checksum."""
    path = tmp_path / "odd"
    with archive.written(path, replace=False, progress=quiet) as writer:
        writer.add(DUMP, [b"PGDMP"])
        writer.close(text)
    return path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"{", "cannot be understood"),
        (b"[]", "not a backup of GovGrid"),
        (b'{"program": "other"}', "not a backup of GovGrid"),
        (b'{"program": "govgrid", "format": 2}', "A newer GovGrid made this backup"),
        (b'{"program": "govgrid", "format": 1}', "cannot be understood"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(tmp_path, text, says):
    with pytest.raises(CommandError, match=says):
        verify(sealed(tmp_path, text))


@pytest.mark.parametrize("rows", [{'x"; DROP TABLE y; --': 1}, {"tickets_ticket": "1; DROP"}])
def test_a_manifest_cannot_smuggle_statements(tmp_path, rows):
    with pytest.raises(CommandError, match="cannot be"):
        verify(write(tmp_path / "odd", rows=rows))
