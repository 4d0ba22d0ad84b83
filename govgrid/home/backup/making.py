"""Making a backup while the platform runs."""

from __future__ import annotations

from pathlib import Path

from govgrid import __version__
from govgrid.core import clock
from govgrid.home.backup import archive, database, media
from govgrid.home.backup.manifest import Key, Manifest
from govgrid.home.backup.trouble import Trouble


def make(path: Path, *, replace: bool, progress: archive.Progress) -> Manifest:
    """Write database and photos of one moment to ``path``, whole or not at all."""
    with database.reachable():
        if behind := database.unapplied():
            raise Trouble(
                f"The database is older than this program ({behind[0]} is not applied): "
                "migrate first, or back up with the version that it belongs to."
            )
        with archive.written(path, replace=replace, progress=progress) as writer:
            return _fill(writer)


def _fill(writer: archive.Writer) -> Manifest:
    with database.moment() as at:
        keys = database.checks_of(at.keys())
        names = at.files()
        rows, migrations, postgis = at.counts(), at.migrations(), at.postgis()
        writer.add(archive.DUMP, database.dump(at))
    # A file that is erased while we copy is missing by then, and so is its row, in truth.
    missing = media.store(names, writer)
    manifest = Manifest(
        version=__version__,
        made_at=clock.local(clock.now()).isoformat(timespec="seconds"),
        postgresql=database.server_version(),
        postgis=postgis,
        migrations=migrations,
        rows=rows,
        keys={name: Key(check, sealed) for name, (check, sealed) in keys.items()},
        missing_media=missing,
        members=dict(writer.members),
    )
    writer.close(manifest.to_json())
    return manifest
