"""A backup in another place: all of it, or nothing of it."""

import errno
import json
import os
import shutil
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.backup import archive, database, restoring
from govgrid.home.backup import media as photographs
from govgrid.home.backup.manifest import parse
from govgrid.privacy import actions as privacy
from govgrid.privacy import erasure
from govgrid.privacy.models import Erasure, RetentionRun
from tests.factories.accounts import UserFactory
from tests.factories.tickets import filed
from tests.home.conftest import PHONE
from tickets.models import Contact, Photo, Ticket, TicketEvent

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def restore(file, **options):
    out = StringIO()
    call_command("restore", file, verbosity=0, stdout=out, **options)
    return out.getvalue()


def refused(file, **options):
    """The sentence, after which database and photos are as they were."""
    before = tables()
    with pytest.raises(CommandError) as said:
        restore(file, **options)
    assert tables() == before
    assert not [path for path in photos() if ".restoring" in path]
    assert str(said.value).count("\n") == 0
    return str(said.value)


def tables():
    with connection.cursor() as cursor:
        cursor.execute(database.TABLES)
        names = [name for (name,) in cursor.fetchall()]
        counts = {}
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608
            counts[name] = cursor.fetchone()[0]
    return counts


def photos():
    root = Path(django_settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def content_of(photo):
    with photo.image.open() as file:
        return file.read()


def rewritten(file, **changes):
    """The same backup with another manifest, every checksum right."""
    other = file.with_name("rewritten")
    other.unlink(missing_ok=True)
    with archive.opened(file) as old:
        said = parse(old.manifest())
        with archive.written(other, replace=False, progress=unseen) as writer:
            for name, member in said.members.items():
                writer.add(name, old.checked(name, member))
            text = json.loads(said.to_json()) | {"members": writer.members} | changes
            text["members"] = {name: one._asdict() for name, one in writer.members.items()}
            writer.close(json.dumps(text).encode())
    return other


def unseen(count):
    """Progress that nobody looks at."""


# ── a whole life ──────────────────────────────────────────────────────────────────────────────
@pytest.fixture(autouse=True)
def _own_record_of_erasures(settings, tmp_path):
    """What other tests have erased is not erased here."""
    settings.ERASURE_LOG = tmp_path / "erasures.jsonl"


def test_all_is_there_again_and_goes_on(file, system, elsewhere):
    number, rows = system.number, tables()
    picture = content_of(Photo.objects.get())

    with elsewhere():
        said = restore(file)

        assert "2 files" in said
        ticket = Ticket.objects.get()
        assert ticket.number == number
        assert content_of(Photo.objects.get()) == picture
        told = tables()
        assert {name: told[name] for name in rows if name != "privacy_retentionrun"} == {
            name: count for name, count in rows.items() if name != "privacy_retentionrun"
        }
        reader = User.objects.first()
        opened = privacy.reveal(Contact.objects.get(), ["phone"], by=reader, reason="drill")
        assert opened == {"phone": PHONE}
        following = _file_another(ticket)
        assert following.number.split("-")[1] > number.split("-")[1]
        # The history still refuses to be changed: its triggers came along.
        with pytest.raises(database.DatabaseError):
            TicketEvent.objects.update(verb="forged")


def test_r25_who_was_erased_since_the_backup_is_erased_again(system, tmp_path, elsewhere, settings):
    settings.ERASURE_LOG = tmp_path / "erasures.jsonl"
    UserFactory(name="欧阳不二", phone="13987654321")
    file = tmp_path / "govgrid.backup"
    call_command("backup", file, verbosity=0)
    erasure.erase(User.objects.get(name="欧阳不二"), by=None)

    with elsewhere():
        said = restore(file)

        assert "Erased again: 1 records of people" in said
        assert not User.objects.filter(name="欧阳不二").exists()
        assert not User.objects.filter(phone="13987654321").exists()
        assert Erasure.objects.count() == 1
        assert Contact.objects.get().phone


def test_r25_without_the_record_beside_the_database_it_is_said(file, elsewhere, settings, tmp_path):
    settings.ERASURE_LOG = tmp_path  # a folder cannot be read

    with elsewhere(), pytest.raises(CommandError, match="could not be read"):
        restore(file)


def _file_another(ticket):
    class Place:
        district = ticket.district

        def middle(self, _grid):
            return ticket.point.x, ticket.point.y

    return filed(Place(), by=ticket.filed_by, category=ticket.category)


def test_photos_have_the_mode_of_photos(file, elsewhere):
    with elsewhere():
        restore(file)
        root = Path(django_settings.MEDIA_ROOT)
        assert {(root / name).stat().st_mode & 0o777 for name in photos()} == {0o640}


def test_it_can_be_run_again_when_told_to(file, elsewhere):
    with elsewhere():
        restore(file)
        once, files = tables(), photos()

        assert "is not empty" in refused(file)
        restore(file, force=True)

        twice = tables()
        assert twice.pop("privacy_retentionrun") == once.pop("privacy_retentionrun")
        assert (twice, photos()) == (once, files)


def test_photos_of_another_system_are_not_thrown_away(file, elsewhere):
    with elsewhere():
        theirs = Path(django_settings.MEDIA_ROOT) / "photos" / "theirs.jpg"
        theirs.parent.mkdir(parents=True)
        theirs.write_bytes(b"of last night")

        assert "perhaps of another system" in refused(file)
        assert theirs.is_file()


def test_a_migrated_database_is_an_empty_one(file, elsewhere):
    with elsewhere():
        call_command("migrate", verbosity=0)
        assert database.occupied() == []

        restore(file)

        assert Ticket.objects.count() == 1


def test_a_dry_run_changes_nothing(file, elsewhere):
    with elsewhere():
        assert "Nothing was changed." in restore(file, dry_run=True)
        assert tables() == {}
        assert not Path(django_settings.MEDIA_ROOT).exists()


def test_force_throws_away_what_is_there_with_its_photos(file, system, media):
    UserFactory(username="later")
    (media / "photos" / "later.jpg").write_bytes(b"of a ticket that is gone")

    said = restore(file, force=True)

    assert "Removed: 1 files" in said
    assert not User.objects.filter(username="later").exists()
    assert Ticket.objects.get() == system
    assert len(photos()) == 2


def test_an_older_backup_is_migrated_forward(file, system, elsewhere, tmp_path, monkeypatch):
    old = tmp_path / "old"
    last = MigrationRecorder.Migration.objects.filter(app="sessions").latest("pk")
    # The step is undone for real, so that migrating does it again.
    call_command("migrate", "sessions", "zero", verbosity=0)
    monkeypatch.setattr(database, "unapplied", list)
    try:
        call_command("backup", old, verbosity=0)
    finally:
        call_command("migrate", "sessions", verbosity=0)
    monkeypatch.undo()

    with elsewhere():
        said = restore(old)

        assert f"Migrated: 1 steps, the last one sessions.{last.name}" in said
        assert tables()["django_session"] == 0


def test_what_became_due_since_is_erased_again(system, tmp_path, elsewhere, media):
    long_ago = clock.now() - timedelta(days=200)
    Ticket.objects.update(state="declined", filed_at=long_ago, routed_at=long_ago)
    call_command("backup", tmp_path / "one", verbosity=0)

    with elsewhere():
        said = restore(tmp_path / "one")

        assert "Erased again: 1 of tickets.contact" in said
        assert Contact.objects.get().phone is None


# ── what is refused, and changes nothing ──────────────────────────────────────────────────────
def test_a_database_with_data_is_refused(file, system):
    said = refused(file)

    assert "This database is not empty" in said
    assert "--force" in said
    assert Ticket.objects.get() == system


def test_other_keys_are_noticed_before_anything_is_written(file, elsewhere, settings):
    [mine] = settings.PRIVACY_KEYS
    other = f"{mine.partition(':')[0]}:{'A' * 43}="
    with elsewhere():
        settings.PRIVACY_KEYS = [other]
        assert "it is another one): 2 sealed texts would never open again" in refused(file)
        settings.PRIVACY_KEYS = [f"k9:{'A' * 43}="]
        assert "there is none of that name" in refused(file)
        # More keys than the backup needs are fine.
        settings.PRIVACY_KEYS = [f"k9:{'A' * 43}=", mine]
        assert "is whole" in restore(file, dry_run=True)


def test_without_the_keys_all_else_is_restored_when_told_to(file, elsewhere, settings):
    settings.PRIVACY_KEYS = [f"k9:{'A' * 43}="]
    with elsewhere():
        restore(file, without_keys=True)
        assert Ticket.objects.count() == 1


@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_a_damaged_file_is_refused_before_anything_is_written(file, elsewhere, damage):
    content = file.read_bytes()
    half = len(content) // 2
    flipped = content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
    file.write_bytes(content[:half] if damage == "cut" else flipped)

    with elsewhere():
        said = refused(file)

    assert "damaged" in said


def test_a_newer_program_and_a_newer_server_are_refused(file, elsewhere):
    with elsewhere():
        newer = rewritten(file, migrations=["tickets.0999_from_the_future"])
        assert "A newer GovGrid" in refused(newer)
        newer = rewritten(file, postgresql=990001)
        assert "The backup is of PostgreSQL 99" in refused(newer)


def test_an_app_that_is_not_installed_any_more_stops_nothing(file):
    assert database.unknown(["gone.0001_initial", "tickets.0001_initial_x"]) == [
        "tickets.0001_initial_x"
    ]


def test_other_row_counts_take_everything_back(file, elsewhere):
    with archive.opened(file) as opened:
        rows = parse(opened.manifest()).rows
    wrong = rewritten(file, rows=rows | {"tickets_ticket": 7})

    with elsewhere():
        said = refused(wrong)
        assert "tickets_ticket has 1 rows in place of 7" in said
        assert not photos()


def test_a_dump_that_stops_halfway_takes_everything_back(file, system, media):
    """With every checksum right: what pg_restore cannot read, psql must not commit."""
    other = file.with_name("halfway")
    with archive.opened(file) as old:
        said = parse(old.manifest())
        dump = b"".join(old.checked(archive.DUMP, said.members[archive.DUMP]))
    with archive.written(other, replace=False, progress=unseen) as writer:
        writer.add(archive.DUMP, [dump[: len(dump) * 2 // 3]])
        text = json.loads(said.to_json())
        text["members"] = {archive.DUMP: writer.members[archive.DUMP]._asdict()}
        writer.close(json.dumps(text).encode())

    said = refused(other, force=True)

    assert "pg_restore failed" in said
    assert Ticket.objects.get() == system
    assert len(photos()) == 2


def test_a_statement_that_fails_takes_everything_back(file, system, monkeypatch):
    monkeypatch.setattr(
        database, "CLEAR", database.CLEAR + "CREATE TABLE public.tickets_ticket ();"
    )

    said = refused(file, force=True)

    assert said.startswith("psql failed: ")
    assert 'relation "tickets_ticket" already exists' in said


def test_a_full_disk_changes_nothing(file, elsewhere, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with elsewhere():
        really = photographs.Path.open
        monkeypatch.setattr(photographs.Path, "open", _full_in("elsewhere", really, full))
        said = refused(file)

    assert "No space left on device" in said


def _full_in(folder, really, full):
    def opened(self, *args, **kwargs):
        return full() if folder in str(self) else really(self, *args, **kwargs)

    return opened


def test_photos_that_cannot_be_moved_are_said_and_mended_by_a_second_run(
    file, elsewhere, monkeypatch
):
    def stubborn(self, target):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))

    with elsewhere():
        with monkeypatch.context() as patch:
            patch.setattr(photographs.Path, "replace", stubborn)
            with pytest.raises(CommandError, match="not all photos could be put in place"):
                restore(file)
        assert (Ticket.objects.count(), len(photos())) == (1, 0)

        restore(file, force=True)

        assert (Ticket.objects.count(), len(photos())) == (1, 2)


def test_a_database_that_is_away_is_said_in_one_sentence(file):
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = 1
    try:
        with pytest.raises(CommandError, match="The database does not answer"):
            restore(file)
    finally:
        connection.settings_dict["PORT"] = port


def test_a_retention_that_fails_is_said_after_all_is_there(file, elsewhere, monkeypatch):
    def broken(at, *, dry_run):
        raise database.DatabaseError("no such column")

    monkeypatch.setitem(restoring.retention._policies, "tests.broken", broken)
    with elsewhere():
        with pytest.raises(
            CommandError, match=r"All is restored, but tests.broken .*manage.py retain"
        ):
            restore(file)
        assert Ticket.objects.count() == 1


def test_every_policy_of_retention_ran(file, elsewhere):
    with elsewhere():
        restore(file)
        names = set(RetentionRun.objects.values_list("name", flat=True))
        assert names == set(restoring.retention.names())


def test_the_command_says_what_is_left_to_do(file, elsewhere):
    with elsewhere():
        said = restore(file)
    assert "script/server stop" in said
    assert "erased again by hand" in said


# ── other owners ──────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def plain_owner(elsewhere):
    """Whom a district's own server gives: owner of the database, and no superuser."""
    mine = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    there = f"{connection.settings_dict['NAME']}_elsewhere"
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS govgrid_plain")
        cursor.execute("CREATE ROLE govgrid_plain LOGIN PASSWORD 'plain'")
        cursor.execute(f'ALTER DATABASE "{there}" OWNER TO govgrid_plain')
    with elsewhere(), connection.cursor() as cursor:
        for extension in ("postgis", "btree_gist"):
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    with elsewhere():
        connection.close()
        connection.settings_dict.update(USER="govgrid_plain", PASSWORD="plain")
        yield
        connection.close()
        connection.settings_dict.update(mine)
        with connection.cursor() as cursor:
            cursor.execute("REASSIGN OWNED BY govgrid_plain TO CURRENT_USER")
            cursor.execute("DROP OWNED BY govgrid_plain")
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{there}" OWNER TO CURRENT_USER')
        cursor.execute("DROP ROLE govgrid_plain")


def test_the_owner_of_a_database_needs_no_more_rights(file, plain_owner):
    restore(file)
    assert Ticket.objects.count() == 1

    again = file.with_name("again")
    call_command("backup", again, verbosity=0)
    restore(again, force=True)
    assert Ticket.objects.count() == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_photos_restored_by_root_belong_to_whom_the_folder_belongs(file, media):
    shutil.rmtree(media / "photos")
    os.chown(media, 65534, 65534)

    restore(file, force=True)

    assert {(media / name).stat().st_uid for name in photos()} == {65534}
    assert {path.stat().st_uid for path in media.rglob("*")} == {65534}
