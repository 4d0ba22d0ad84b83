"""Photos on their way into a backup and back."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from govgrid.home.backup.archive import MEDIA, Archive, Progress, Writer, chunks_of
from govgrid.home.backup.manifest import Manifest
from govgrid.home.backup.trouble import Trouble

STAGING = ".restoring-"


def store(names: Iterable[str], writer: Writer) -> list[str]:
    """Add every file that a row names; gives the names of those that are not there."""
    missing = []
    for name in names:
        try:
            file = default_storage.open(name, "rb")
        except FileNotFoundError:
            missing.append(name)
            continue
        with file:
            writer.add(MEDIA + name, chunks_of(file))
    return missing


@contextmanager
def staged(archive: Archive, manifest: Manifest, progress: Progress) -> Iterator[Path]:
    """A folder beside the photos with all of the backup's, checked; gone at the end.

    On the same disk, so that moving them into place is a rename and cannot run out of room.
    """
    root = Path(settings.MEDIA_ROOT)
    folder: Path | None = None
    try:
        root.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(root)
        folder = Path(tempfile.mkdtemp(prefix=STAGING, dir=root))
        for name in manifest.media:
            target = folder / name.removeprefix(MEDIA)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                for chunk in archive.checked(name, manifest.members[name]):
                    file.write(chunk)
                    progress(len(chunk))
        yield folder
    except OSError as error:
        raise Trouble(f"The photos could not be put into {root}: {error.strerror}.") from error
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers(root: Path) -> None:
    """What a restore that was killed had put aside."""
    for folder in root.glob(f"{STAGING}*"):
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(folder: Path) -> int:
    """Move every file of ``folder`` to where its row looks for it; gives the count."""
    count = 0
    for file in _files(folder):
        target = Path(settings.MEDIA_ROOT) / file.relative_to(folder)
        for parent in reversed(target.relative_to(settings.MEDIA_ROOT).parents):
            _make_folder(Path(settings.MEDIA_ROOT) / parent)
        file.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        _give_to_owner(file)
        file.replace(target)
        count += 1
    return count


def is_occupied() -> bool:
    """Whether files lie where photos go."""
    root = Path(settings.MEDIA_ROOT)
    return root.is_dir() and bool(_files(root))


def remove_all_but(names: set[str]) -> int:
    """Delete what no row names any more: erased data must not lie about; gives the count."""
    root = Path(settings.MEDIA_ROOT)
    left = [file for file in _files(root) if str(file.relative_to(root)) not in names]
    for file in left:
        file.unlink()
    return len(left)


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and STAGING not in str(path.relative_to(folder))
    ]


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS)
        _give_to_owner(folder)


def _give_to_owner(path: Path) -> None:
    """Root restores for the user that the platform runs as: whom the folder of photos belongs to."""
    if os.geteuid() == 0:
        owner = Path(settings.MEDIA_ROOT).stat()
        os.chown(path, owner.st_uid, owner.st_gid)
