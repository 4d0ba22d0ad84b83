"""Develops one photo: bytes of a stranger in, two fresh JPEGs and their evidence out.

A program of its own that knows neither Django nor the database. ``tickets.photos`` starts it with
limits on memory and time, so that a photo made to exhaust or to break the decoder ends this
process and nothing else. Nothing of the input but its pixels comes out on the JPEGs.
"""

import io
import json
import math
import resource
import struct
import sys
from datetime import datetime

import pillow_heif
from PIL import Image, ImageCms, UnidentifiedImageError

MAX_PIXELS = 50_000_000
LONGEST = 2048
THUMB = 480
QUALITY, THUMB_QUALITY = 82, 76
# What 50 megapixels need in the dearest format, twice over.
MEMORY = 1_500_000_000
SECONDS = 15

# By content, never by name: what a file begins with, and how Pillow calls it.
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
ORIENTATION, EXIF, GPS = 0x0112, 0x8769, 0x8825
TAKEN, TAKEN_OFFSET = 0x9003, 0x9011
# What a damaged block of EXIF can end in: evidence is lost then, the photo is not.
DAMAGE = (ValueError, TypeError, KeyError, IndexError, ArithmeticError, SyntaxError, OSError)


class Spoilt(Exception):
    """The photo is refused; the code says why."""


# ── what it is ────────────────────────────────────────────────────────────────────────────────


def kind_of(data: bytes) -> str:
    if data[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        return "HEIF"
    raise Spoilt("unsupported")


def opened(data: bytes) -> Image.Image:
    """The picture, not decoded yet, with its size checked."""
    kind = kind_of(data)
    try:
        picture = Image.open(io.BytesIO(data), formats=[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Spoilt("too_many_pixels") from error
    except (UnidentifiedImageError, *DAMAGE, struct.error) as error:
        raise Spoilt("broken") from error
    check_size(picture)
    # A phone's JPEG or HEIC may hold a second frame (depth, preview); the first is the photo.
    if kind in {"PNG", "WEBP"} and getattr(picture, "n_frames", 1) > 1:
        raise Spoilt("animated")
    return picture


def check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise Spoilt("too_many_pixels")


# ── evidence, read before anything is thrown away ─────────────────────────────────────────────


def evidence(picture: Image.Image) -> dict[str, object]:
    """Where and when, as far as the camera wrote it down."""
    return {"taken_at": _or_nothing(_taken_at, picture), "point": _or_nothing(_point, picture)}


def _or_nothing(read, picture):
    try:
        return read(picture)
    except (*DAMAGE, struct.error):
        return None


def _taken_at(picture: Image.Image) -> str | None:
    """ISO 8601; without an offset where the camera wrote none."""
    written = picture.getexif().get_ifd(EXIF)
    moment = datetime.strptime(str(written[TAKEN]).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    offset = str(written.get(TAKEN_OFFSET, "")).strip("\0 ")
    return datetime.fromisoformat(f"{moment.isoformat()}{offset}").isoformat()


def _point(picture: Image.Image) -> tuple[float, float] | None:
    """Longitude and latitude in WGS-84."""
    gps = picture.getexif().get_ifd(GPS)
    lat = _degrees(gps[2], str(gps[1]).strip("\0 ").upper(), "NS")
    lon = _degrees(gps[4], str(gps[3]).strip("\0 ").upper(), "EW")
    # 0, 0 is what a camera writes that does not know.
    if abs(lat) > 90 or abs(lon) > 180 or (lat, lon) == (0, 0):
        return None
    return lon, lat


def _degrees(parts, side: str, sides: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or len(side) != 1 or side not in sides:
        raise ValueError("no angle")
    return round(-value if side == sides[1] else value, 7)


# ── developing ────────────────────────────────────────────────────────────────────────────────


def developed(picture: Image.Image) -> Image.Image:
    """Upright, at most 2048 pixels long, sRGB, and without anything but pixels."""
    turns = TURNS.get(_or_nothing(lambda one: one.getexif().get(ORIENTATION), picture), ())
    profile = picture.info.get("icc_profile")
    if picture.format in {"JPEG", "MPO"}:
        # The decoder leaves out what would be thrown away: a quarter of time and memory.
        picture.draft(None, (LONGEST, LONGEST))
    try:
        picture.load()
    except (*DAMAGE, struct.error, RuntimeError) as error:
        raise Spoilt("broken") from error
    # Some decoders learn the true size only now.
    check_size(picture)
    small = _smaller(_flat(picture), LONGEST)
    for turn in turns:
        small = small.transpose(turn)
    return _in_srgb(small, profile)


def _flat(picture: Image.Image) -> Image.Image:
    """As L, RGB or CMYK: no palette, no transparency, 8 bits."""
    if picture.mode in {"L", "RGB", "CMYK"}:
        return picture
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode in {"LA", "La", "PA", "RGBA", "RGBa"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        paper = Image.new("RGB", clear.size, "white")
        paper.paste(clear, mask=clear.getchannel("A"))
        return paper
    return picture.convert("RGB")


def _smaller(picture: Image.Image, longest: int) -> Image.Image:
    factor = longest / max(picture.size)
    if factor >= 1:
        return picture
    width, height = (max(1, round(side * factor)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            ours = ImageCms.createProfile("sRGB")
            changed = ImageCms.profileToProfile(picture, given, ours, outputMode="RGB")
            if changed is not None:
                return changed
        except (ImageCms.PyCMSError, *DAMAGE):
            # A profile that does not fit its picture is none.
            return picture.convert("RGB")
    return picture.convert("RGB")


def written(picture: Image.Image, quality: int) -> bytes:
    """A JPEG of the pixels alone: a new image has no block that could come along."""
    fresh = Image.frombytes("RGB", picture.size, picture.tobytes())
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def develop(data: bytes) -> tuple[dict[str, object], bytes, bytes]:
    """What is known of the photo, the photo and its small print."""
    if not data:
        raise Spoilt("empty")
    picture = opened(data)
    known = evidence(picture)
    large = developed(picture)
    known |= {"width": large.width, "height": large.height}
    return known, written(large, QUALITY), written(_smaller(large, THUMB), THUMB_QUALITY)


def limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, most))


def main() -> None:
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_CPU, SECONDS)
    # It writes to the pipe it was given and to no file.
    limit(resource.RLIMIT_FSIZE, 0)
    pillow_heif.register_heif_opener()
    out = sys.stdout.buffer
    try:
        known, image, thumb = develop(sys.stdin.buffer.read())
    except Spoilt as spoilt:
        out.write(json.dumps({"spoilt": str(spoilt)}).encode() + b"\n")
        return
    known |= {"image": len(image), "thumb": len(thumb)}
    out.write(json.dumps(known).encode() + b"\n" + image + thumb)


if __name__ == "__main__":
    main()
