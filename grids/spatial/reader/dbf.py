"""What the parts of a map say of themselves: their length, and how their words are written."""

import struct
from pathlib import Path

from grids.spatial.reader.spoilt import Spoilt

ENCODINGS = ("utf-8", "gb18030")
# The names that programs write into a .cpg.
NAMED = {"utf-8": "utf-8", "utf8": "utf-8", "65001": "utf-8", "936": "gb18030", "cp936": "gb18030",
         "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs", "950": "big5hkscs"}  # fmt: skip
GBK_MARK = 0x4D
SAMPLE = 4_000_000


def check_whole(path: Path) -> None:
    """Refuse a Shapefile that is shorter than its head says: GDAL would read what there is."""
    head = path.read_bytes()[:100]
    if len(head) < 100 or head[:4] != b"\x00\x00\x27\x0a":
        raise Spoilt("map_broken")
    table = path.with_suffix(".dbf")
    if not table.exists():
        raise Spoilt("dbf_missing")
    start = table.open("rb").read(32)
    if len(start) < 32:
        raise Spoilt("file_truncated")
    rows, first, width = struct.unpack("<4xIHH20x", start)
    is_short = table.stat().st_size < first + rows * width
    if is_short or path.stat().st_size < 2 * struct.unpack(">i", head[24:28])[0]:
        raise Spoilt("file_truncated")


def check_pages(path: Path) -> None:
    """Refuse a GeoPackage that has fewer pages than it says."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100:
        raise Spoilt("map_broken")
    size, pages = struct.unpack(">16xH10xI", head[:32])
    if path.stat().st_size < (65_536 if size == 1 else size) * pages:
        raise Spoilt("file_truncated")


def encoding_of(path: Path) -> str:
    """How the words of a Shapefile are written: as its .cpg says, if that is true."""
    with path.with_suffix(".dbf").open("rb") as table:
        raw = table.read(SAMPLE)
    named = path.with_suffix(".cpg")
    said = (
        named.read_bytes()[:40].decode("ascii", "ignore").strip().lower() if named.exists() else ""
    )
    first = NAMED.get(said) or ("gb18030" if raw[29] == GBK_MARK else "")
    return min((first, *ENCODINGS) if first else ENCODINGS, key=lambda one: _wrong(raw, one))


def _wrong(raw: bytes, encoding: str) -> int:
    """How many characters an encoding makes no sense of; a field may end in half of one."""
    start, width = struct.unpack("<8xHH", raw[:12])
    rows = (raw[at : at + width] for at in range(start, len(raw) - width + 1, width or 1))
    return sum(row.decode(encoding, "replace").count("\ufffd") for row in rows)


def decoded(text: str, encoding: str) -> str:
    """A text that GDAL handed on byte by byte; half a character at its end was cut by the field."""
    if not encoding:
        return text.strip()
    return text.encode("latin-1").decode(encoding, "replace").strip().rstrip("\ufffd")
