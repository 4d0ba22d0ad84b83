"""Whatever is sent becomes two bare JPEGs or a sentence. No database."""

import io
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageCms

from tests.factories.photos import (
    LAT,
    LON,
    SECRET,
    encoded,
    endless_jpeg,
    exif,
    is_bare,
    picture,
    profile,
    shot,
    wrong,
)
from tickets import darkroom, photos
from tickets.photos import Unusable, develop

KINDS = ["JPEG", "MPO", "PNG", "WEBP", "HEIF"]


def seen(jpeg):
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def colour(image, x, y):
    red, green, blue = image.getpixel((int(image.width * x), int(image.height * y)))
    assert green < 60
    return "red" if red > 180 > blue else "blue" if blue > 180 > red else "neither"


# ── nothing but pixels ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS)
def test_not_a_byte_of_metadata_is_kept(kind):
    sent = shot(kind)
    assert SECRET in sent

    made = develop(sent)

    assert is_bare(made.image)
    assert is_bare(made.thumb)


@pytest.mark.parametrize("kind", KINDS)
def test_where_and_when_are_read_before(kind):
    made = develop(shot(kind, offset="+08:00"))

    assert made.taken_at == datetime(2026, 9, 24, 1, 3, 12, tzinfo=UTC)
    assert made.point == pytest.approx((LON, LAT), abs=1e-6)


def test_a_camera_without_an_offset_is_on_the_districts_time():
    assert develop(shot()).taken_at == datetime(2026, 9, 24, 1, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [{"at": "0000:00:00 00:00:00"}, {"at": "yesterday"}, {"at": "2026:13:45 99:00:00"}, {"at": ""}],
)
def test_a_time_that_is_none_is_no_evidence(written):
    assert develop(shot(**written)).taken_at is None


def test_a_place_that_is_none_is_no_evidence():
    def point(side=("N", "E"), lat=(30, 0, 0), lon=(111, 0, 0)):
        block = exif(place=False)
        gps = block.get_ifd(0x8825)
        gps[1], gps[2], gps[3], gps[4] = side[0], lat, side[1], lon
        return develop(encoded(picture(), "JPEG", exif=block)).point

    assert point() == (111, 30)
    assert point(("S", "W")) == (-111, -30)
    assert point(lat=(0, 0, 0), lon=(0, 0, 0)) is None
    assert point(lat=(99, 0, 0)) is None
    assert point(("X", "Y")) is None
    assert develop(shot(place=False)).point is None
    assert develop(encoded(picture(), "JPEG")).point is None


def test_damaged_exif_loses_the_evidence_and_keeps_the_photo():
    block = b"Exif\0\0" + b"II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 2000
    made = develop(encoded(picture(), "JPEG", exif=block))

    assert (made.taken_at, made.point) == (None, None)
    assert is_bare(made.image)


def test_as_much_exif_as_fits_is_gone_too():
    block = exif()
    block[0x9C9C] = SECRET * 3000
    sent = encoded(picture(), "JPEG", exif=block)
    assert len(sent) > 60_000

    made = develop(sent)

    assert is_bare(made.image)
    assert len(made.image) < 5000


# ── upright, small, in the right colours ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("orientation", "size", "where"),
    [
        (1, (96, 64), (0.1, 0.5)),
        (2, (96, 64), (0.9, 0.5)),
        (3, (96, 64), (0.9, 0.5)),
        (4, (96, 64), (0.1, 0.5)),
        (5, (64, 96), (0.5, 0.1)),
        (6, (64, 96), (0.5, 0.1)),
        (7, (64, 96), (0.5, 0.9)),
        (8, (64, 96), (0.5, 0.9)),
        (9, (96, 64), (0.1, 0.5)),
    ],
)
def test_it_stands_upright(orientation, size, where):
    made = develop(shot(orientation=orientation))
    image = seen(made.image)

    assert image.size == (made.width, made.height) == size
    assert colour(image, *where) == "red"


def test_a_heic_is_turned_once():
    turned = picture()
    turned.info["exif"] = exif(orientation=6).tobytes()
    made = develop(encoded(turned, "HEIF"))

    assert (made.width, made.height) == (64, 96)
    assert colour(seen(made.image), 0.5, 0.1) == "red"


@pytest.mark.parametrize(
    ("size", "large", "small"),
    [
        ((4000, 3000), (2048, 1536), (480, 360)),
        ((300, 200), (300, 200), (300, 200)),
        ((9000, 3), (2048, 1), (480, 1)),
        ((1, 1), (1, 1), (1, 1)),
    ],
)
def test_it_is_made_smaller_and_never_larger(size, large, small):
    made = develop(encoded(picture(size), "JPEG"))

    assert (made.width, made.height) == seen(made.image).size == large
    assert seen(made.thumb).size == small


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_every_kind_of_png_is_read(mode):
    grey = mode in {"L", "LA", "1", "I;16"}
    image = Image.new("L", (40, 30), 200) if grey else picture((40, 30))
    if mode == "I;16":
        image = Image.new("I;16", (40, 30), 200 * 257)

    made = seen(develop(encoded(image.convert(mode), "PNG")).image)

    if mode == "1":
        assert made.size == (40, 30)
    elif grey:
        assert made.getpixel((20, 15))[0] == pytest.approx(200, abs=3)
    else:
        assert colour(made, 0.1, 0.5) == "red"


def test_what_is_transparent_becomes_paper():
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))

    assert min(seen(develop(encoded(clear, "PNG")).image).getpixel((10, 10))) > 250


def test_the_colours_of_a_press_become_those_of_a_screen():
    image = seen(develop(encoded(picture(mode="CMYK"), "JPEG")).image)

    assert colour(image, 0.1, 0.5) == "red"
    assert colour(image, 0.9, 0.5) == "blue"


def test_another_colour_space_is_changed_into_ours():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    grey = Image.new("RGB", (20, 20), (120, 120, 120))

    # A profile that does not fit its picture counts as none.
    for block in (profile(), lab, b"no profile"):
        made = develop(encoded(grey, "JPEG", icc_profile=block))
        assert is_bare(made.image)
        assert seen(made.image).getpixel((10, 10))[0] == pytest.approx(120, abs=3)


# ── refused ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("code", "data"), wrong().values(), ids=wrong())
def test_what_is_no_photo_gets_a_sentence(code, data):
    with pytest.raises(Unusable) as refused:
        develop(data)

    assert refused.value.code == code
    assert refused.value.messages == [str(photos.SENTENCES[code])]


def test_fifty_million_pixels_are_allowed():
    made = develop(encoded(Image.new("L", (10_000, 5_000)), "JPEG"))

    assert (made.width, made.height) == (2048, 1024)


@pytest.mark.slow
def test_a_photo_that_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr(photos, "PATIENCE", 2)

    with pytest.raises(Unusable, match="damaged") as refused:
        develop(endless_jpeg())

    assert refused.value.code == "broken"


def test_what_comes_out_is_looked_at_once_more(monkeypatch):
    with_comment = encoded(picture(), "JPEG", comment=SECRET)
    known = {"width": 1, "height": 1, "taken_at": None, "point": None}
    sizes = {"image": len(with_comment), "thumb": 0}
    monkeypatch.setattr(photos, "_developed", lambda data: (known | sizes, with_comment))

    with pytest.raises(Unusable, match="damaged"):
        develop(b"")


@pytest.mark.parametrize(
    "jpeg",
    [b"", b"\xff\xd8", b"\xff\xd8\xff", encoded(picture(), "PNG"), shot(), shot("MPO"),
     encoded(picture(), "JPEG") + SECRET, encoded(picture(), "JPEG")[:-2]],
)  # fmt: skip
def test_what_is_not_bare_is_not_called_so(jpeg):
    assert not photos.is_bare(jpeg)


def test_a_bare_one_is():
    assert photos.is_bare(encoded(picture(), "JPEG"))


def test_size_is_looked_at_before_a_byte_is_read():
    class Never(ContentFile):
        def read(self, *args):
            raise AssertionError("it was read")

    huge = Never(b"")
    huge.size = photos.MAX_BYTES + 1
    with pytest.raises(Unusable, match="12 MB"):
        photos.read(huge)
    huge.size = 0
    with pytest.raises(Unusable, match="empty"):
        photos.read(huge)


def test_the_darkroom_is_called_what_it_finds():
    with pytest.raises(darkroom.Spoilt, match="unsupported"):
        darkroom.kind_of(b"\0\0\0\x20ftypavif\0\0\0\0")
