"""A Shapefile in its zip: nothing is believed of what the archive says about itself."""

import stat
import zipfile
from pathlib import Path, PurePosixPath

from grids.spatial.reader.spoilt import Spoilt

PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
MOST_MEMBERS = 200
MOST_BYTES = 300_000_000
CHUNK = 1 << 20


def unpack(path: Path, scratch: Path, layer: str) -> tuple[Path, str]:
    """The Shapefile of the archive under a name of ours, and the name it bore."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive)
            stem = _chosen(members, layer)
            left = MOST_BYTES
            for suffix in PARTS:
                if member := members.get((stem, suffix)):
                    left -= _copy(archive, member, scratch / f"map{suffix}", left)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError) as error:
        raise Spoilt("zip_broken") from error
    except (NotImplementedError, RuntimeError) as error:  # a method or a password nobody here has
        raise Spoilt("zip_locked") from error
    return scratch / "map.shp", PurePosixPath(stem).name


def _members(archive: zipfile.ZipFile) -> dict[tuple[str, str], zipfile.ZipInfo]:
    found = {}
    listed = archive.infolist()
    if len(listed) > MOST_MEMBERS:
        raise Spoilt("zip_bomb")
    for member in listed:
        _check(member)
        name = _path(member)
        suffix = name.suffix.lower()
        if suffix in PARTS and "__MACOSX" not in name.parts:
            found[str(name.with_suffix("")), suffix] = member
    return found


def _path(member: zipfile.ZipInfo) -> PurePosixPath:
    """Some programs on Windows part folders their own way."""
    return PurePosixPath(member.filename.replace("\\", "/"))


def _check(member: zipfile.ZipInfo) -> None:
    name = _path(member)
    leaves = name.is_absolute() or ".." in name.parts or ":" in (name.parts or ("",))[0]
    if leaves or stat.S_ISLNK(member.external_attr >> 16):
        raise Spoilt("zip_path", name=member.filename[:80])
    if member.file_size > MOST_BYTES:
        raise Spoilt("zip_bomb")


def _chosen(members: dict[tuple[str, str], zipfile.ZipInfo], layer: str) -> str:
    """The Shapefile that is asked for, or the only one."""
    stems = sorted(stem for stem, suffix in members if suffix == ".shp")
    named = {PurePosixPath(stem).name: stem for stem in stems}
    if not stems:
        raise Spoilt("zip_without_shapefile")
    if layer in named:
        return named[layer]
    if len(stems) > 1 or layer:
        raise Spoilt("layer_needed", layers=sorted(named))
    if (stems[0], ".dbf") not in members:
        raise Spoilt("dbf_missing")
    return stems[0]


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path, most: int) -> int:
    """Unpack one member; counted as it comes, since the size an archive names may be a lie."""
    written = 0
    with archive.open(member) as packed, to.open("wb") as file:
        while chunk := packed.read(CHUNK):
            written += len(chunk)
            if written > most:
                raise Spoilt("zip_bomb")
            file.write(chunk)
    return written
