"""Photos as cameras write them: with everything in them that must not be kept."""

import io
from functools import cache
from uuid import uuid4

import pillow_heif
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from tickets import gallery
from tickets.models import Photo

pillow_heif.register_heif_opener()
# Stands in every block of metadata, so that one search finds what was left.
SECRET = b"SECRET-OF-THE-CAMERA"
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><by>' + SECRET + b"</by></x:xmpmeta>"
# Yichang, with the angle that no float holds.
LON, LAT = 111.3194778, 30.7637923


def picture(size=(96, 64), mode="RGB") -> Image.Image:
    """Red on the left, blue on the right: one sees which way up it is."""
    made = Image.new("RGB", size, "blue")
    made.paste("red", (0, 0, size[0] // 2, size[1]))
    return made.convert(mode)


def exif(
    *, orientation=1, at="2026:09:24 09:03:12", offset=None, place=True, where=(LON, LAT)
) -> Image.Exif:
    written = Image.Exif()
    written[0x010F] = SECRET.decode()
    written[0x0112] = orientation
    inner = written.get_ifd(0x8769)
    if at:
        inner[0x9003] = at
    if offset:
        inner[0x9011] = offset
    if place:
        gps = written.get_ifd(0x8825)
        gps[1], gps[2] = "N", _angle(where[1])
        gps[3], gps[4] = "E", _angle(where[0])
    return written


def _angle(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    seconds = (degrees - whole - minutes / 60) * 3600
    return IFDRational(whole), IFDRational(minutes), IFDRational(round(seconds * 10000), 10000)


@cache
def profile() -> bytes:
    """Made once: it holds the time of its making."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def encoded(image: Image.Image, kind: str, **more) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def shot(kind="JPEG", image=None, **written) -> bytes:
    """A photo with Exif, XMP, ICC, GPS and comment, as far as its kind has room for them."""
    image = image or picture()
    more = {"exif": exif(**written), "icc_profile": profile()}
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", SECRET.decode())
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        more["pnginfo"] = text
    elif kind == "MPO":
        more |= {"save_all": True, "append_images": [image.copy()]}
    else:
        more["xmp"] = XMP
    if kind == "JPEG":
        more["comment"] = SECRET
    return encoded(image, kind, **more)


def is_bare(jpeg: bytes) -> bool:
    """Written apart from the code it tests: JFIF, tables, frame and scan, and nothing else."""
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.format == "JPEG"
        assert image.mode == "RGB"
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        kinds = [name for name, _ in image.applist]
    blocks = (b"Exif\0", b"http://ns.adobe.com", b"ICC_PROFILE", b"MPF\0", b"8BIM", b"JFXX", SECRET)
    return kinds == ["APP0"] and not any(block in jpeg for block in blocks)


def upload(data: bytes | None = None, name="IMG_0001.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, shot() if data is None else data, "image/jpeg")


def sending(data: bytes | None = None, **more) -> gallery.Sending:
    return gallery.Sending(**{"client_id": uuid4(), "file": upload(data), **more})


def added(ticket, *, by, **more) -> Photo:
    return gallery.add(ticket, sending(**more), by=by).photo


# ── what no camera writes ─────────────────────────────────────────────────────────────────────


def bomb() -> bytes:
    """A few kilobytes that become 400 million pixels."""
    return encoded(Image.new("1", (20_000, 20_000)), "PNG")


def endless_jpeg() -> bytes:
    """Small, and its decoder passes over 40 million pixels again and again."""
    plain = encoded(Image.new("L", (6400, 6400)), "JPEG", progressive=True)
    scan = plain[plain.rfind(b"\xff\xda") : -2]
    return plain[:-2] + scan * 4000 + b"\xff\xd9"


def moving(kind: str) -> bytes:
    first, second = picture(), picture().rotate(90)
    return encoded(first, kind, save_all=True, append_images=[second])


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@cache
def wrong() -> dict[str, tuple[str, bytes]]:
    """What must be refused: the code, and the bytes."""
    heic = shot("HEIF")
    return {
        "nothing": ("empty", b""),
        "an SVG": ("unsupported", SVG),
        "a script": ("unsupported", HTML),
        "a GIF": ("unsupported", encoded(picture(), "GIF")),
        "a moving GIF": ("unsupported", moving("GIF")),
        "a moving PNG": ("animated", moving("PNG")),
        "a moving WebP": ("animated", moving("WEBP")),
        "a TIFF": ("unsupported", encoded(picture(), "TIFF")),
        "a PDF": ("unsupported", encoded(picture(), "PDF")),
        "a bomb": ("too_many_pixels", bomb()),
        "51 million pixels": ("too_many_pixels", encoded(Image.new("1", (10_200, 5_000)), "PNG")),
        "half a HEIC": ("broken", heic[: len(heic) // 2]),
        "the head of a HEIC": ("broken", heic[:120]),
        "half a JPEG": ("broken", shot(image=picture((900, 600)))[:-2000]),
        "half a PNG": ("broken", encoded(Image.effect_noise((300, 300), 90), "PNG")[:20_000]),
        "half a WebP": ("broken", encoded(Image.effect_noise((300, 300), 90), "WEBP")[:9_000]),
        "the head of a JPEG": ("broken", b"\xff\xd8\xff\xe0" + bytes(40)),
        "a script behind the head of a JPEG": ("broken", b"\xff\xd8\xff" + HTML),
    }
