"""Reading a backup, and putting it in the place of an empty system."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from govgrid.home.backup import archive, database, manifest, media
from govgrid.home.backup.manifest import Manifest
from govgrid.home.backup.trouble import Trouble
from govgrid.privacy import crypto, erasure, retention

Say = Callable[[str], object]


@contextmanager
def read(path: Path, progress: archive.Progress) -> Iterator[tuple[archive.Archive, Manifest]]:
    """A backup of which every byte was held against its checksum."""
    with archive.opened(path) as opened:
        said = manifest.parse(opened.manifest())
        opened.verify(said.members, progress)
        yield opened, said


def check_keys(said: Manifest) -> None:
    """Whether our PRIVACY_KEYS open what is sealed in the backup."""
    ours = crypto.keys()
    for name, key in said.keys.items():
        if name not in ours or crypto.check_value(name) != key.check:
            what = "there is none of that name" if name not in ours else "it is another one"
            raise Trouble(
                f"PRIVACY_KEYS does not hold the key {name} of this backup ({what}): "
                f"{key.sealed} sealed texts would never open again. Put the PRIVACY_KEYS of the old system "
                "into var/env or .env, or say --without-keys."
            )


def check_version(said: Manifest) -> None:
    """Whether this program and this server can take it."""
    with database.reachable():
        ours = database.server_version()
        if newer := database.unknown(said.migrations):
            raise Trouble(
                f"A newer GovGrid ({said.version}) made this backup, with {newer[0]}: "
                "restore it with that version."
            )
        if said.postgresql // 10_000 > ours // 10_000:
            raise Trouble(
                f"The backup is of PostgreSQL {said.postgresql // 10_000} and this server is "
                f"{ours // 10_000}: restore it into the same version or a newer one."
            )


def check_empty() -> None:
    with database.reachable():
        if found := database.occupied():
            raise Trouble(
                f"This database is not empty ({found[0]} has rows): restore into an empty one, "
                "or say --force to throw away everything that is in it."
            )
    if media.is_occupied():
        raise Trouble(
            f"There are files in {settings.MEDIA_ROOT}, perhaps of another system: name an empty "
            "place by VAR_DIR, or say --force to throw away what the backup does not name."
        )


def restore(
    opened: archive.Archive, said: Manifest, *, progress: archive.Progress, say: Say
) -> None:
    """Put the backup in the place of all that is there: the database whole or not at all, then the
    photos. Cut off in between, it is run again with ``--force``."""
    with media.staged(opened, said, progress) as folder, database.reachable():
        chunks = opened.checked(archive.DUMP, said.members[archive.DUMP])
        database.load(_counted(chunks, progress), said.rows)
        count = _photos_in_place(folder, len(said.media))
    say(f"Restored: {said.row_count} rows in {len(said.rows)} tables, counted; {count} files.")
    # What the backup did not find may lie here, if only the disk was away.
    kept = {name.removeprefix(archive.MEDIA) for name in said.media} | set(said.missing_media)
    if left := media.remove_all_but(kept):
        say(f"Removed: {left} files that no row names.")
    _bring_up_to_date(say)


def _photos_in_place(folder: Path, many: int) -> int:
    try:
        count = media.put_in_place(folder)
    except OSError as error:
        raise Trouble(
            f"The database is restored, but not all photos could be put in place ({error}): "
            "mend that and restore again with --force."
        ) from error
    if count != many:
        raise Trouble(
            f"The database is restored, but only {count} of {many} photos were put in place, "
            "perhaps since another restore runs here: restore again with --force."
        )
    return count


def _counted(chunks: Iterator[bytes], progress: archive.Progress) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        progress(len(chunk))


def _bring_up_to_date(say: Say) -> None:
    """Migrate forward, and erase what became due since: a backup must not bring it back."""
    connection.close()
    ContentType.objects.clear_cache()
    behind = database.unapplied()
    call_command("migrate", interactive=False, verbosity=0)
    if behind:
        say(f"Migrated: {len(behind)} steps, the last one {behind[-1]}.")
    _erase_again(say)
    for result in retention.run():
        if result.erased is None:
            raise Trouble(
                f"All is restored, but {result.name} could not be erased ({result.error}): "
                "run manage.py retain."
            )
        if result.erased:
            say(f"Erased again: {result.erased} of {result.name}, past their time.")


def _erase_again(say: Say) -> None:
    """Whom somebody asked to forget since the backup: the record of it lies beside the database."""
    try:
        count = erasure.replay()
    except OSError as error:
        raise Trouble(
            f"All is restored, but {settings.ERASURE_LOG} could not be read ({error}): what was "
            "erased since this backup is back. Mend that and restore again with --force."
        ) from error
    if count:
        say(f"Erased again: {count} records of people who had been erased since.")
