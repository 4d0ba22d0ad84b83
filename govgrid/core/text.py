"""Chinese has no spaces: search works on every pair of neighbouring characters."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

_WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_ASCII = re.compile(r"[a-z0-9]+")
_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"})
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
    return readings.get(character) or lazy_pinyin(character, style=Style.FIRST_LETTER)[0][:1]
