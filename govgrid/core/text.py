"""Chinese has no spaces: search works on every pair of neighbouring characters."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from opencc import OpenCC

_WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_ASCII = re.compile(r"[a-z0-9]+")
_LETTERS = re.compile(r"[a-z]+")
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Mn", "Zl", "Zp", "Zs"})
_LOOSE = frozenset({"Cf", "Mn", "Zl", "Zp", "Zs"})
# They make a reader see the words in another order than they were written in.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Drawn as nothing though they count as letters or signs: fillers of Hangul, the empty Braille cell.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


@cache
def _simplifier() -> OpenCC:
    """Loading the tables takes some milliseconds, so once and only where a search is made."""
    return OpenCC("t2s")


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2tw")


def traditional(text: str) -> str:
    """``text`` in traditional script, as offices that write it spell."""
    return _to_traditional().convert(text)


def is_blank(text: str) -> bool:
    """Nothing that a reader would see: blanks, and signs of no width that ``strip`` leaves."""
    return all(one in _FILLERS or unicodedata.category(one) in _UNSEEN for one in text)


def tidy(text: str) -> str:
    """The words as a reader sees them: nothing unseen before or after, no sign that turns the
    reading round, and empty where nothing is to be seen at all.

    A NUL stays, so that what checks for it may refuse it.
    """
    text = text.translate(_TURNING)
    start, end = 0, len(text)
    while start < end and _is_loose(text[start]):
        start += 1
    last = end
    while last > start and _is_loose(text[last - 1]):
        last -= 1
    # A mark is drawn on the letter before it.
    while last < end and _is_mark(text[last]):
        last += 1
    text = text[start:last]
    return "" if is_blank(text) and "\x00" not in text else text


def _is_loose(one: str) -> bool:
    """What is no part of words at their ends. Not a control sign: that is spoilt input, and is
    refused as such."""
    return one.isspace() or one in _FILLERS or unicodedata.category(one) in _LOOSE


def _is_mark(one: str) -> bool:
    return unicodedata.category(one) == "Mn"


def normalise(text: str) -> str:
    """One spelling for full and half width, upper and lower case, traditional and simplified."""
    return _simplifier().convert(unicodedata.normalize("NFKC", text).lower())


def bigrams(text: str) -> list[str]:
    """The pieces a text is found by: pairs of characters, single ones, and whole Latin words."""
    pieces: dict[str, None] = {}
    for word in _WORD.findall(normalise(text)):
        pieces.update(dict.fromkeys(_pieces(word)))
    return list(pieces)


def _pieces(word: str) -> list[str]:
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    if len(word) == 1:
        return [word]
    return [*pairs, word] if _ASCII.fullmatch(word) else pairs


def pieces_to_find(text: str, letters: str = "") -> list[str]:
    """What a short text in a register is found by: its pieces, each character, and beginnings.

    Of a Latin word and of ``letters``, the initials of a name, everything from two letters on.
    """
    pieces: dict[str, None] = {}
    for word in _WORD.findall(normalise(text)):
        is_latin = _ASCII.fullmatch(word)
        found = [word, *_beginnings(word)] if is_latin else [*_pieces(word), *word]
        pieces.update(dict.fromkeys(found))
    first = _LETTERS.match(letters)
    pieces.update(dict.fromkeys(_beginnings(first[0]) if first else []))
    return list(pieces)


def _beginnings(word: str) -> list[str]:
    """A number is meant whole: 12 is not the beginning of 123."""
    return [] if word.isdecimal() else [word[:end] for end in range(2, len(word) + 1)]


def search_terms(query: str) -> list[str]:
    """The pieces a text must all have to match ``query``; Latin words count whole only."""
    terms: dict[str, None] = {}
    for word in _WORD.findall(normalise(query)):
        terms.update(dict.fromkeys([word] if _ASCII.fullmatch(word) else _pieces(word)))
    return list(terms)


def initials(text: str, readings: Mapping[str, str] | None = None) -> str:
    """The Latin letters that ``text`` is typed by, one for each character: 小溪塔 → xxt.

    ``readings`` says it of characters that the dictionary reads otherwise. What is no word is left
    out.
    """
    found = (_initial(one, readings or {}) for one in normalise(text))
    return "".join(letter for letter in found if letter.isascii() and letter.isalnum())


def _initial(character: str, readings: Mapping[str, str]) -> str:
    return readings.get(character) or _sounded(character)


def _sounded(character: str) -> str:
    # Its dictionaries take a third of a second to load: only whoever brings or names places does.
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    return lazy_pinyin(character, style=Style.FIRST_LETTER)[0][:1]
