"""What a person did not mean to write about another: numbers that name somebody, in free text.

It warns and masks; it does not judge. Better one lamp post's number asked about than one identity
number stored, but codes of areas, grids, facilities and tickets must pass.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What was found. In this order: where two overlap, the earlier one stands."""

    ID = "id", _("identity number")
    CARD = "card", _("bank card number")
    PHONE = "phone", _("mobile phone number")
    LANDLINE = "landline", _("telephone number")
    PLATE = "plate", _("vehicle plate")


# A writer may want these to stay: a wrongly parked car is found by its plate. Identity and bank
# numbers never do.
MAY_STAY = frozenset({Kind.PHONE, Kind.LANDLINE, Kind.PLATE})


class Find(NamedTuple):
    """A place in the text: ``text[start:end]``."""

    kind: Kind
    start: int
    end: int


# One sign for one, so that positions stay true.
_WIDE: dict[int, int | str] = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_WIDE[0x3000] = 0x20
# What is taken for the X of an identity number: a Cyrillic letter, a Roman ten, a times sign.
_TEN: dict[int, int | str] = {ord(sign): "X" for sign in "\u0425\u0445\u2169\u2179\u00d7"}
_SPELT = re.compile("[〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{11,}")
_SPELT_DIGITS = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
# What people put between digits: blanks, hyphens, dots, and signs of no width.
_GAP = r"[ \t\u00a0\u00ad\u2000-\u200f\-\u2010-\u2015\u2028-\u202f\u2060.·\ufe00-\ufe0f\ufeff]{0,3}"
# Between groups of a known length, or where a check digit follows, any signs but letters will do.
_ANY = r"[\W_]{0,4}"


class _Narrow(dict[int, int | str]):
    """Every way of writing a digit, looked up as it occurs: ３, ③, ³, ٣ and 𝟑 are all 3."""

    def __missing__(self, sign: int) -> int | str:
        digit = unicodedata.digit(chr(sign), -1)
        self[sign] = str(digit) if digit >= 0 else sign
        return self[sign]


_NARROW = _Narrow(_WIDE | _TEN)


def _narrow(text: str) -> str:
    """``text`` as the searches read it. Spelt out, only a long row is a number: 一 is a word too."""
    return _SPELT.sub(lambda row: row[0].translate(_SPELT_DIGITS), text.translate(_NARROW))


def _digits(*groups: int, gap: str = _GAP) -> str:
    return gap.join(rf"[0-9]{{{size}}}" for size in groups)


def _overlapping(pattern: str) -> re.Pattern[str]:
    """Tries every place where a number begins: a wrong first guess must not eat the right one."""
    return re.compile(rf"(?<![0-9])(?=({pattern})(?![0-9]))", re.IGNORECASE)


_ID18 = _overlapping(rf"[0-9](?:{_ANY}[0-9]){{16}}{_ANY}[0-9x](?![a-z])")
_ID15 = _overlapping(rf"[0-9]{{15}}|{_digits(6, 6, 3)}")
_CARD = _overlapping(
    rf"[3-69][0-9]{{15,18}}|[3-69][0-9]{{3}}(?:{_GAP}[0-9]{{4}}){{3}}(?:{_GAP}[0-9]{{1,3}})?"
)
_PHONE = _overlapping(
    rf"(?:(?:\+|00)?86{_GAP}|0)?(?=1{_GAP}[3-9])"
    rf"(?:[0-9]{{11}}|{_digits(3, 4, 4, gap=_ANY)}|{_digits(3, 8)}|{_digits(7, 4)}|{_digits(3, 3, 5)}"
    rf"|{_digits(*[1] * 11)})"
)
_LANDLINE = _overlapping(
    rf"(?:\+86{_GAP})?(?:\(?0(?:10|2[0-9])\)?{_GAP}[2-8][0-9]{{3}}{_GAP}[0-9]{{4}}"
    rf"|\(?0[3-9][0-9]{{2}}\)?{_GAP}[2-8][0-9]{{2,3}}{_GAP}[0-9]{{4}})"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z][ ·•・.\-]?(?=(?:[A-Z]*[0-9]){2})"
    r"(?:[A-HJ-NP-Z0-9]{6}|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Z0-9])",
    re.IGNORECASE,
)
# 15 to 19 digits after one of these words are a code and no person.
_CODE_BEFORE = re.compile(
    r"(?:编码|编号|代码|网格|部件|工单|单号|code|grid|ticket)[^0-9]{0,4}\Z", re.IGNORECASE
)

_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
        "91",
    ]
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def find(text: str) -> list[Find]:
    """What in ``text`` names a person, in order of place and without overlaps."""
    narrow = _narrow(text)
    finds: list[Find] = []
    # Comparing each find with every other took 3 s for eight thousand telephone numbers.
    taken = bytearray(len(text))
    for kind, search in _SEARCHES:
        for start, end in search(narrow):
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                finds.append(Find(kind, start, end))
    return sorted(finds, key=lambda one: one.start)


def mask(text: str, kinds: Collection[str] = tuple(Kind)) -> str:
    """``text`` with stars for what names a person; the ends stay, so that its owner knows it."""
    signs = list(text)
    for kind, start, end in find(text):
        if kind not in kinds:
            continue
        places = [i for i in range(start, end) if text[i].isalnum()]
        first, last = _KEEP[kind]
        if kind is Kind.PHONE:
            first = len(places) - 8  # with or without +86
        for i in places[first : len(places) - last]:
            signs[i] = "*"
    return "".join(signs)


_KEEP = {
    Kind.ID: (6, 4),
    Kind.CARD: (4, 4),
    Kind.PHONE: (3, 4),
    Kind.LANDLINE: (4, 2),
    Kind.PLATE: (2, 1),
}

Search = Callable[[str], Iterator[tuple[int, int]]]


def _bare(match: str) -> str:
    return re.sub(r"[^0-9xX]", "", match).upper()


def _matching(pattern: re.Pattern[str], is_one: Callable[[str, str], bool]) -> Search:
    """Search by ``pattern``, and keep what ``is_one`` says of the digits and what goes before."""

    def search(text: str) -> Iterator[tuple[int, int]]:
        for match in pattern.finditer(text):
            start, end = match.span(pattern.groups)
            if is_one(_bare(match[pattern.groups]), text[max(0, start - 12) : start]):
                yield start, end

    return search


def _is_id18(digits: str, _before: str) -> bool:
    if digits[:2] not in _PROVINCES or "X" in digits[:-1]:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == digits[-1] and _is_past(int(digits[6:10]), digits[10:14])


def _is_id15(digits: str, before: str) -> bool:
    # Codes of grids have 15 digits too, and 420506200201005 would be a birthday in 1920. The
    # street's number stands where the year would: below 500 are streets, towns, townships and
    # zones. Who was born before 1950 has had an 18-digit number for twenty years.
    year = int(digits[6:8])
    oldest = 50
    return (
        digits[:2] in _PROVINCES
        and year >= oldest
        and _is_past(1900 + year, digits[8:12])
        and not _CODE_BEFORE.search(before)
    )


def _is_past(year: int, month_day: str) -> bool:
    try:
        born = date(year, int(month_day[:2]), int(month_day[2:]))
    except ValueError:
        return False
    # A day of slack costs nothing; core.clock would cost a query under the test clock.
    return date(1900, 1, 1) <= born <= date(2099, 12, 31)


def _is_card(digits: str, before: str) -> bool:
    if not digits.isdigit() or _CODE_BEFORE.search(before) or _is_facility(digits):
        return False
    odd, even = digits[-1::-2], digits[-2::-2]
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in even)
    return (doubled + sum(map(int, odd))) % 10 == 0


def _is_facility(digits: str) -> bool:
    """District (6), class (01 to 06, and two more), serial (6): the code of a public facility."""
    return len(digits) == 16 and digits[:2] in _PROVINCES and "01" <= digits[6:8] <= "06"


def _is_phone(digits: str, _before: str) -> bool:
    return digits[-11:-9] >= "13" and digits[-11] == "1"


_SEARCHES: list[tuple[Kind, Search]] = [
    (Kind.ID, _matching(_ID18, _is_id18)),
    (Kind.ID, _matching(_ID15, _is_id15)),
    (Kind.CARD, _matching(_CARD, _is_card)),
    (Kind.PHONE, _matching(_PHONE, _is_phone)),
    (Kind.LANDLINE, _matching(_LANDLINE, lambda _digits, _before: True)),
    (Kind.PLATE, _matching(_PLATE, lambda _digits, _before: True)),
]
