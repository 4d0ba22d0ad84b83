"""The file: a plain tar, so that any tool can look inside. Its last two members prove the rest.

``database.dump``, ``media/…``, then ``manifest.json`` with the size and SHA-256 of each of them,
then ``manifest.sha256``. Written beside its place and moved there whole.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

from govgrid.home.backup.trouble import Trouble

DUMP = "database.dump"
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
MEDIA = "media/"
CHUNK = 1 << 20
# One block of tar, in which a header of ours always fits.
BLOCK = tarfile.BLOCKSIZE
# A manifest has some 150 bytes a photo; more than this is no manifest of ours.
LARGEST_MANIFEST = 1 << 30

Progress = Callable[[int], Any]


class Member(NamedTuple):
    size: int
    sha256: str


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


# ── writing ───────────────────────────────────────────────────────────────────────────────────
class Writer:
    """Adds members to an open file and remembers the checksum of each."""

    def __init__(self, file: IO[bytes], progress: Progress) -> None:
        self.members: dict[str, Member] = {}
        self._file = file
        self._progress = progress

    def add(self, name: str, chunks: Iterable[bytes]) -> Member:
        """Append one member; its size is known when the last chunk came, and written then."""
        start, digest, size = self._file.tell(), hashlib.sha256(), 0
        self._file.write(_header(name, 0))
        first = self._file.tell()
        for chunk in chunks:
            self._file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            self._progress(len(chunk))
        self._file.write(b"\0" * (-size % BLOCK))
        end = self._file.tell()
        header = _header(name, size)
        if len(header) != first - start:
            raise Trouble(f"The name {name} is too long for a backup.")
        self._file.seek(start)
        self._file.write(header)
        self._file.seek(end)
        self.members[name] = Member(size, digest.hexdigest())
        return self.members[name]

    def close(self, manifest: bytes) -> None:
        """The manifest, its checksum, and the two empty blocks that end a tar."""
        digest = self.add(MANIFEST, [manifest]).sha256
        self.add(SEAL, [f"{digest}\n".encode()])
        self._file.write(b"\0" * 2 * BLOCK)


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member.tobuf(tarfile.GNU_FORMAT)


@contextmanager
def written(path: Path, *, replace: bool, progress: Progress) -> Iterator[Writer]:
    """A writer whose file is there, whole, when the block ends well; else nothing is."""
    _check_target(path, replace=replace)
    temporary: Path | None = None
    try:
        # Made with mode 600: a database is for nobody else's eyes.
        descriptor, name = tempfile.mkstemp(f".{path.name}.part", ".", path.parent)
        temporary = Path(name)
        with open(descriptor, "wb") as file:
            yield Writer(file, progress)
            file.flush()
            os.fsync(file.fileno())
        _check_target(path, replace=replace)
        temporary.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise Trouble(f"{path} could not be written: {error.strerror or error}.") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def _check_target(path: Path, *, replace: bool) -> None:
    if not path.parent.is_dir():
        raise Trouble(f"There is no folder {path.parent}: make it first.")
    if path.is_dir():
        raise Trouble(f"{path} is a folder: name a file.")
    if path.exists() and not replace:
        raise Trouble(f"{path} is there already: choose another name, or say --force.")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# ── reading ───────────────────────────────────────────────────────────────────────────────────
class Archive:
    """An open backup, read by the names of its members. What it says is checked by ``verify``."""

    def __init__(self, tar: tarfile.TarFile, path: Path) -> None:
        self.path = path
        self._tar = tar
        self._members: dict[str, tarfile.TarInfo] = {}
        for member in tar:
            _check_member(member, self._members, path)
            self._members[member.name] = member
        if DUMP not in self._members:
            raise Trouble(f"{path} is not a backup of GovGrid.")
        if MANIFEST not in self._members or SEAL not in self._members:
            raise Trouble(f"{path} is cut off or damaged: its last part is missing.")

    def manifest(self) -> bytes:
        """The manifest, once its checksum holds."""
        said = self._bytes(SEAL).decode("ascii", "replace").strip()
        text = self._bytes(MANIFEST)
        if hashlib.sha256(text).hexdigest() != said:
            raise self._damaged(MANIFEST)
        return text

    def verify(self, members: dict[str, Member], progress: Progress) -> None:
        """Hold every byte against what the manifest says, and no member more or less."""
        if odd := self._members.keys() - {MANIFEST, SEAL} ^ members.keys():
            raise Trouble(f"{self.path} is damaged: {min(odd)} is on one of its two lists only.")
        for name, member in members.items():
            for chunk in self.checked(name, member):
                progress(len(chunk))

    def checked(self, name: str, member: Member) -> Iterator[bytes]:
        """The bytes of a member; raises at the end where they are not what was written."""
        digest = hashlib.sha256()
        for chunk in chunks_of(self._open(name)):
            digest.update(chunk)
            yield chunk
        if self._members[name].size != member.size or digest.hexdigest() != member.sha256:
            raise self._damaged(name)

    def _bytes(self, name: str) -> bytes:
        if self._members[name].size > LARGEST_MANIFEST:
            raise self._damaged(name)
        return self._open(name).read()

    def _open(self, name: str) -> IO[bytes]:
        file = self._tar.extractfile(self._members[name])
        assert file is not None  # noqa: S101 only regular files are let in
        return file

    def _damaged(self, name: str) -> Trouble:
        return Trouble(f"{self.path} is damaged: {name} is not what was written.")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The backup at ``path``; whatever is wrong with the file is Trouble."""
    try:
        # Opened apart from the reading: an error of the block is not about this file.
        file = path.open("rb")
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {error.strerror}.") from error
    try:
        # Plain alone: a compressed file is none of ours, and could swell without end.
        with file, tarfile.open(fileobj=file, mode="r:") as tar:
            yield Archive(tar, path)
    except tarfile.TarError as error:
        raise Trouble(f"{path} is not a backup of GovGrid, or it is cut off or damaged.") from error


def _check_member(member: tarfile.TarInfo, known: dict[str, tarfile.TarInfo], path: Path) -> None:
    """No link, no device, nothing twice, and no name that leads out of its folder."""
    name = member.name
    is_ours = name in {DUMP, MANIFEST, SEAL} or (name.startswith(MEDIA) and is_safe(name))
    if not is_ours or member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE} or name in known:
        raise Trouble(f"{path} is not a backup of GovGrid: it holds {name!r}.")


def is_safe(name: str) -> bool:
    """Whether a name stays below the folder that it is put into."""
    parts = PurePosixPath(name).parts
    is_plain = "\0" not in name and "\\" not in name and str(PurePosixPath(name)) == name
    return is_plain and bool(parts) and parts[0] != "/" and ".." not in parts
