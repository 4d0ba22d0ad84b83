"""Photos as bytes: whatever was sent becomes two bare JPEGs and their evidence, or is refused.

The one way in for page, draft and API. No database and no file: what fails has left nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 12_000_000
DARKROOM = Path(__file__).with_name("darkroom.py")
# The clock on the wall; the darkroom has a limit of its own on processor time.
PATIENCE = 25
# Two at a time in each web process: a photo may need some hundred megabytes.
_ROOM = BoundedSemaphore(2)

SENTENCES: dict[str, str | Promise] = {
    "empty": _("The photo is empty. Please take it once more."),
    "too_large": _("The photo is larger than 12 MB."),
    "too_many_pixels": _("The photo has more than 50 million pixels."),
    "unsupported": _("This is no photo. It must be JPEG, PNG, WebP or HEIC."),
    "animated": _("This picture moves. Send one that stands still."),
    "broken": _("The photo is damaged or incomplete. Please take it or choose it once more."),
}
# What a bare JPEG consists of: tables, frame and scan. APP0 says only that it is a JPEG.
_BARE = frozenset({0xE0, 0xDB, 0xC0, 0xC4, 0xDA})


class Unusable(ValidationError):
    """The photo is refused, with a sentence for the person and a code for the program."""

    def __init__(self, code: str) -> None:
        super().__init__(str(SENTENCES[code]), code)


@dataclass(frozen=True)
class Print:
    """A developed photo: a JPEG, its small print, and what it is evidence of."""

    image: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None
    point: tuple[float, float] | None


def read(file: File) -> bytes:
    """The bytes of an upload, unless they are none or too many."""
    if not file.size:
        raise Unusable("empty")
    if file.size > MAX_BYTES:
        raise Unusable("too_large")
    return file.read()


def develop(data: bytes) -> Print:
    """Decode within limits and write anew; :class:`Unusable` says what is wrong."""
    known, rest = _developed(data)
    if "spoilt" in known:
        raise Unusable(known["spoilt"])
    image, thumb = rest[: known["image"]], rest[known["image"] :]
    if len(thumb) != known["thumb"] or not (is_bare(image) and is_bare(thumb)):
        raise Unusable("broken")
    point = known["point"]
    return Print(
        image=image,
        thumb=thumb,
        width=known["width"],
        height=known["height"],
        taken_at=_moment(known["taken_at"]),
        point=(point[0], point[1]) if point else None,
    )


def _developed(data: bytes) -> tuple[dict, bytes]:
    """What the darkroom answers. One that was killed, or fell over, has found damage."""
    with _ROOM:
        try:
            done = subprocess.run(  # noqa: S603 our own program, and no shell
                [sys.executable, "-I", "-W", "ignore", str(DARKROOM)],
                input=data,
                capture_output=True,
                timeout=PATIENCE,
                check=True,
            )
        except subprocess.SubprocessError as error:
            raise Unusable("broken") from error
    line, _newline, rest = done.stdout.partition(b"\n")
    return json.loads(line), rest


def _moment(text: str | None) -> datetime | None:
    """A camera that wrote no offset was set to the district's own time."""
    moment = parse_datetime(text) if text else None
    if moment is not None and timezone.is_naive(moment):
        return moment.replace(tzinfo=timezone.get_default_timezone())
    return moment


def is_bare(jpeg: bytes) -> bool:
    """Whether a JPEG holds nothing but its picture: no Exif, XMP, ICC, comment, second image."""
    if jpeg[:2] != b"\xff\xd8":
        return False
    at = 2
    while at + 4 <= len(jpeg):
        mark, kind = jpeg[at], jpeg[at + 1]
        if mark != 0xFF or kind not in _BARE:
            return False
        if kind == 0xDA:
            # From here on there are pixels; the first end must be the end.
            return jpeg.find(b"\xff\xd9", at) == len(jpeg) - 2
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return False
